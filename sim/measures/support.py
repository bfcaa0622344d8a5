"""Measures of programmes, the labour market and costs: to add one, add an entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.measure import (
    CENSORED,
    CLOSE,
    OF_PLACES,
    OF_PROGRAMMES,
    OF_SITES,
    OF_THE_REGION,
    QUANTILES,
    Measure,
    has_costs,
    has_labour_market,
    has_programmes,
    level,
    share,
    total,
    wait,
)
from sim.record import AFTER_START, COST_COLUMNS, DECLINED
from sim.view import View


def _referrals(view: View) -> tuple[float, float]:
    ends = view.episode("end")
    return float(len(ends)), share(int((ends != DECLINED).sum()), len(ends))


def _withdrawals(view: View) -> tuple[float, float]:
    withdrew = total(view.flow("withdrew"))
    return withdrew, share(withdrew, withdrew + total(view.flow("started")) + total(view.flow("claim_ended_in_queue")))


def _ended(view: View, *how: str) -> tuple[float, ...]:
    """How many ended so, one way after the other, and all these as a share of those that ended."""
    counts = [total(view.flow(way)) for way in how]
    return *counts, share(sum(counts), sum(total(view.flow(way)) for way in AFTER_START))


def _places_unused(view: View) -> tuple[float]:
    unused = view.places_unused
    given_out = unused >= 0
    return (share(unused[given_out].sum(), given_out.sum()),)


def _vacancies(view: View) -> NDArray[np.float64]:
    """Vacancies at the close of each day, shape (days,). A sector in which more found work than there were jobs has none."""
    by_day: NDArray[np.float64] = np.maximum(view.sector("vacancies"), 0).sum(axis=1)
    return by_day


def _tightness(view: View) -> tuple[float, float]:
    vacancies, searchers = _vacancies(view), view.sector("searchers").sum(axis=1)
    return share(vacancies.sum(), searchers.sum()), share(vacancies[-1], searchers[-1])


def _cost(view: View) -> tuple[float, ...]:
    parts = [*(total(view.cost(column)) for column in COST_COLUMNS), total(view.programme_costs)]
    return sum(parts), *parts


_WAIT_FOR_PLACE = CENSORED.format(gone="who withdraws, or whose claim ends, is censored on that day") + QUANTILES


SUPPORT: tuple[Measure, ...] = (
    Measure(
        "programme_referrals",
        "people",
        "Referrals to a programme made by coaches in the run, and the share in which the person agreed to go. Who did not agree may be "
        "referred again, and is then counted again.",
        ("count", "share"),
        "",
        _referrals,
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_queue",
        "people",
        "People waiting for a place on a programme, " + CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: level(v.in_queue),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_wait",
        "days",
        "Calendar days from joining the queue of a programme, on the day of the referral, to the start, of those who joined in the run. "
        + _WAIT_FOR_PLACE,
        ("mean", "median", "p90"),
        "lower",
        lambda v: wait(v.wait_for_place),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_starts",
        "people",
        "People who started on a programme in the run.",
        ("count",),
        "",
        lambda v: (total(v.flow("started")),),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_occupancy",
        "people",
        "People on a programme, whether contact goes on or not, " + CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: level(v.on_it),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_places_unused",
        "places",
        "Places of a programme that stood empty once those who could start had started: mean over the days on which places are given out, "
        "which are the working days within its dates or, for courses, the days of intake. Of jobs that are filled once, those that could "
        "be filled and were not yet. They belong to the whole region and so are not split.",
        ("mean",),
        "lower",
        _places_unused,
        OF_PLACES,
        has_programmes,
    ),
    Measure(
        "programme_withdrawals",
        "people",
        "People who gave up waiting for a place in the run, among them those whose programme closed before they started, and their share "
        "of all whose wait ended in the run.",
        ("count", "share"),
        "lower",
        _withdrawals,
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_dropouts",
        "people",
        "People who dropped out of a programme in the run, and their share of those whose time on it ended.",
        ("count", "share"),
        "lower",
        lambda v: _ended(v, "dropped_out"),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_completions",
        "people",
        "People who completed a programme in the run, whether they entered work then or not.",
        ("count",),
        "",
        lambda v: (total(v.flow("completed")) + total(v.flow("completed_into_work")),),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "programme_job_outcomes",
        "people",
        "People who entered work on the day they completed a programme (at_end) or before (while_on_it), and both as a share of those "
        "whose time on it ended in the run. Who enters work later is not counted, so that it is no measure of what a programme achieves: "
        "compare scenarios for that.",
        ("at_end", "while_on_it", "share"),
        "higher",
        lambda v: _ended(v, "completed_into_work", "entered_work_on_it"),
        OF_PROGRAMMES,
        has_programmes,
    ),
    Measure(
        "vacancies",
        "vacancies",
        "Vacancies in all sectors together, " + CLOSE,
        ("mean", "at_end"),
        "",
        lambda v: level(_vacancies(v)),
        OF_THE_REGION,
        has_labour_market,
    ),
    Measure(
        "tightness",
        "vacancies per person",
        "Vacancies over claimants who look for work, that is all but those on programmes without contact, in all sectors together, at the "
        "close of the day: mean by mean over the run, and on the last day.",
        ("mean", "at_end"),
        "higher",
        _tightness,
        OF_THE_REGION,
        has_labour_market,
    ),
    Measure(
        "hires_by_others",
        "people",
        "Vacancies that people other than claimants filled in the run.",
        ("count",),
        "",
        lambda v: (total(v.sector("others")),),
        OF_THE_REGION,
        has_labour_market,
    ),
    Measure(
        "cost",
        "pounds",
        "What the run cost: coaches in post; training (trainees and their trainers); estate (desks, temporary jobcentres and youth hubs); "
        "programmes (starts, each in full on its day). Starts count where the person's home was at the referral; an area has the costs of "
        "its permanent jobcentres and the starts of people who claimed there. Benefits saved are not counted.",
        ("total", *COST_COLUMNS, "programmes"),
        "lower",
        _cost,
        OF_SITES,
        has_costs,
    ),
)
