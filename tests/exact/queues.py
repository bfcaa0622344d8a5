"""Exact laws of queues: Bailey's for appointments in daily slots, Erlang's for places on a programme, and those in the model's days.

The derivations are in ``docs/background/exact_results.md``. Nothing here is drawn: every figure is an expectation.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


class Diary(NamedTuple):
    """What is known of a diary of daily slots in the long run."""

    days_to_meeting: float
    """Mean days from the request to the meeting held."""
    waiting: float
    """Mean number of people waiting at the close of a day."""
    memory: float
    """Days as many as make one independent count of the people waiting: the sum of its autocorrelations over all lags."""


@cache
def bailey(rate: float, slots: int, missed: float = 0.0, most: int = 300) -> Diary:
    """Bailey's queue of Poisson(``rate``) requests a day and so many slots, of which people miss a share and ask again at once.

    N goes to N - binomial(min(N, slots), 1 - missed) + Poisson(rate) from one close of the day to the next; it is cut off at ``most``.
    """
    asked = stats.poisson.pmf(np.arange(most), rate)
    step = np.zeros((most, most))
    for n in range(most):
        seen = min(n, slots)
        still = stats.binom.pmf(np.arange(seen + 1), seen, missed)
        step[n, n - seen :] = np.convolve(still, asked)[: most - (n - seen)]
        step[n, -1] += 1 - step[n].sum()
    balance = np.vstack([(step.T - np.eye(most))[:-1], np.ones(most)])
    law = np.linalg.solve(balance, np.append(np.zeros(most - 1), 1))
    mean = law @ np.arange(most)
    off = np.arange(most) - mean
    to_come = np.linalg.solve(np.eye(most) - step + law, off)  # expected sum of what is to come, above the mean
    return Diary(float(mean / rate), float(mean), float(2 * (law * off) @ to_come / (law @ off**2) - 1))


def erlang_b(places: int, load: float) -> float:
    """Share of arrivals lost where nobody waits: Poisson arrivals, any length, ``load`` = arrivals per mean length."""
    lost = 1.0
    for n in range(1, places + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(places: int, load: float) -> float:
    """Share of time with all places taken where everyone waits: Poisson arrivals, exponential lengths, load < places."""
    lost = erlang_b(places, load)
    return places * lost / (places - load * (1 - lost))


def erlang_queue(places: int, load: float) -> float:
    """Mean number waiting in the same queue."""
    return erlang_c(places, load) * load / (places - load)


def length_law(kind: str, mean: int) -> Floats:
    """Probability of each whole number of days on a programme, from 0 days on, for a mean of ``mean`` days before rounding."""
    edges = np.arange(mean + 1 if kind == "fixed" else 2 * mean if kind == "uniform" else 40 * mean) + 0.5
    if kind == "fixed":
        below = (edges > mean).astype(float)
    elif kind == "uniform":
        below = np.clip(edges / mean - 0.5, 0, 1)
    else:
        below = 1 - np.exp(-edges / mean)
    law = np.diff(below, prepend=0)
    law[1] += law[0]  # at least a day
    law[0] = 0
    return np.asarray(law / law.sum())


def exponential_places(
    places: int, mean: float, referred: Floats, works: NDArray[np.bool_], *, waits: bool, longest: int = 100
) -> dict[str, Floats]:
    """Expected figures of every day for exponential lengths rounded to days.

    Args:
        places: how many.
        mean: mean length in days, before rounding.
        referred: expected referrals of each day; their number is Poisson; none on a day off.
        works: whether each day is a working day, on which people can start.
        waits: whether those who find no place wait, first come first served; else they are lost.
        longest: the queue is cut off there.

    Returns:
        By day, at its close: people ``on`` it, whether all places are ``full``, the ``queue``, and those ``lost`` that day.
    """
    waiting = longest if waits else 25
    law = np.zeros((places + 1, places + 1, waiting))  # by: started today, on it, in the queue
    law[0, 0, 0] = 1
    on_first, on_later = 1 - np.exp(-1.5 / mean), 1 - np.exp(-1 / mean)  # a length under 1.5 days is a day
    stays = np.zeros((places + 1, places + 1, places + 1))  # by: started yesterday, on it, still on it
    for new in range(places + 1):
        for on in range(new, places + 1):
            ends = np.convolve(stats.binom.pmf(range(new + 1), new, on_first), stats.binom.pmf(range(on - new + 1), on - new, on_later))
            stays[new, on, on::-1] = ends
    joins: dict[float, Floats] = {}
    out = np.zeros((len(referred), 4))
    for day, (rate, work) in enumerate(zip(referred, works, strict=True)):
        here = np.einsum("noj,noq->jq", stays, law)
        if rate:
            if rate not in joins:
                joins[rate] = stats.poisson.pmf(np.arange(waiting)[None, :] - np.arange(waiting)[:, None], rate)
            here = here @ joins[rate]
        law = np.zeros_like(law)
        if not work:
            law[0] = here
        else:
            for on in range(places + 1):
                for starts in range(places - on):
                    law[starts, on + starts, 0] = here[on, starts]
                law[places - on, places, : waiting - (places - on)] = here[on, places - on :]
        queue = law.sum(axis=(0, 1)) @ np.arange(waiting)
        if not waits:
            law[:, :, 0], law[:, :, 1:] = law.sum(axis=2), 0
        on_it = law.sum(axis=(0, 2))
        out[day] = on_it @ np.arange(places + 1), on_it[places], queue if waits else 0, 0 if waits else queue
    return dict(zip(("on", "full", "queue", "lost"), out.T, strict=True))


def two_places_lost(length: Floats, referred: Floats) -> dict[str, Floats]:
    """Expected figures of every day for two places, any length, and nobody waiting.

    Args:
        length: probability of each number of days, from 0 on.
        referred: expected referrals of each day; their number is Poisson; none on a day off.

    Returns:
        By day: people ``on`` it at the close, and those ``lost``.
    """
    left = np.zeros((len(length), len(length)))  # by days left on the first and on the second place; 0 is free
    left[0, 0] = 1
    out = np.zeros((len(referred), 2))
    both = np.outer(length, length)
    for day, rate in enumerate(referred):
        moved = np.zeros_like(left)
        moved[:-1, :-1] = left[1:, 1:]
        moved[0, :-1] += left[0, 1:]
        moved[:-1, 0] += left[1:, 0]
        moved[0, 0] += left[0, 0]
        left = moved
        if rate:
            none, one = np.exp(-rate), rate * np.exp(-rate)
            first_free, second_free, free = left[0].copy(), left[:, 0].copy(), left[0, 0]
            first_free[0] = second_free[0] = 0
            busy = 1 - free - first_free.sum() - second_free.sum()
            left[0] *= none
            left[1:, 0] *= none
            left += (1 - none) * (np.outer(length, first_free) + np.outer(second_free, length)) + (1 - none - one) * free * both
            left[:, 0] += one * free * length
            out[day, 1] = rate * busy + (rate - 1 + none) * (1 - busy - free) + (rate - 2 + 2 * none + one) * free
        out[day, 0] = left[1:].sum() + left[:, 1:].sum()
    return dict(zip(("on", "lost"), out.T, strict=True))
