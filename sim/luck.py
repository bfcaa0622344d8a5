"""Each person's own random numbers.

Every number is a pure function of who it is for and what it decides, so the same person has the same luck in every scenario,
whatever the policy and whoever else exists (common random numbers, person by person). The generator is Philox 4x32-10
(Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"): keyed by (seed, replication), counted by
(name, number and spell, date, purpose and count).

There is no other source of randomness in the model, and no global state.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sim.compiled import compiled, inlined

UNITS = 2**40
"""Thresholds and hazards are whole numbers of this fraction of one, so that sums are exact in any order."""

STOCK = -1
"""The entry date of those who were already there, in place of days since 1970-01-01."""

_EPOCH = dt.date(1970, 1, 1)
_WORD = 0xFFFFFFFF


class Purpose(IntEnum):
    """What a number decides. The values are part of the definition of a run: never reuse or renumber one."""

    HOME = 1
    AGE = 2
    REMOTE = 3
    JOB = 4
    LEAVING = 5
    DIVERSION = 6
    CLAIM_AGE_BAND = 7
    CLAIM_AGE_DAY = 8
    LAST_REVIEW = 9
    CHANNEL = 10
    MISSED = 11
    CLAIMS = 12
    ABSENCE = 13
    HUB = 14
    SECTOR = 15
    RETURN = 16
    RETURN_AFTER = 17
    REFERRAL = 18
    TAKE_UP = 19
    WITHDRAWAL = 20
    LENGTH = 21
    DROP_OUT = 22
    OUTCOME = 23
    RETRAINED = 24
    NEW_SECTOR = 25
    ASSUMPTION = 26


@dataclass(frozen=True)
class Subject:
    """Whom or what a number is for: three of the four words of the generator's counter."""

    name: int
    number: int
    date: int


def name_hash(name: str) -> int:
    """A stable 32-bit hash of a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def date_number(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - _EPOCH).days


def person(area: str, entry: dt.date | None, number: int, spell: int = 0) -> Subject:
    """A person: the area and date of the claim (None for the initial stock), their number on that day, and the spell."""
    return Subject(name_hash(area), number | spell << 24, STOCK if entry is None else date_number(entry))


def with_programme(subject: Subject, programme: str) -> Subject:
    """A person at a programme, for what it decides about them."""
    return Subject(subject.name ^ name_hash(programme), subject.number, subject.date)


def place(name: str, date: dt.date) -> Subject:
    """An area or a jobcentre on a date."""
    return Subject(name_hash(name), 0, date_number(date))


class Luck:
    """All numbers of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication

    def uniform(self, subject: Subject, purpose: Purpose, count: int = 0) -> float:
        """The number in (0, 1) of a subject for a purpose."""
        return float(uniform(self.seed, self.replication, subject.name, subject.number, subject.date, int(purpose), count))

    def exponential(self, subject: Subject, purpose: Purpose) -> int:
        """An Exp(1) value in units of 2**-40."""
        return int(exponential_units(np.array([self.uniform(subject, purpose)]))[0])

    def uniforms(
        self, names: ArrayLike, numbers: ArrayLike, dates: ArrayLike, purpose: Purpose, counts: ArrayLike = 0
    ) -> NDArray[np.float64]:
        """The numbers of many subjects for one purpose, shape (subjects,)."""
        words = [np.asarray(word, dtype=np.int64) for word in (names, numbers, dates)]
        out = np.empty(len(words[0]))
        each = np.broadcast_to(np.asarray(counts, dtype=np.int64), out.shape)
        _fill_uniforms(self.seed, self.replication, words[0], words[1], words[2], int(purpose), np.ascontiguousarray(each), out)
        return out


def exponential_units(u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Exp(1) values by inversion, in units of 2**-40, same shape as the uniforms."""
    units: NDArray[np.int64] = np.floor(-np.log(u) * UNITS).astype(np.int64)
    return units


def poisson(u: ArrayLike, mean: ArrayLike) -> NDArray[np.int64]:
    """Poisson values of uniforms, by inversion, elementwise."""
    means = np.asarray(mean, dtype=np.float64)
    values = np.asarray(stats.poisson.ppf(np.asarray(u, dtype=np.float64), np.maximum(means, 1e-300)))
    return np.where(means > 0, values, 0).astype(np.int64)


def binomial(u: ArrayLike, trials: ArrayLike, probability: ArrayLike) -> NDArray[np.int64]:
    """Binomial values of uniforms, by inversion, elementwise."""
    p, n = np.asarray(probability, dtype=np.float64), np.asarray(trials, dtype=np.int64)
    values = np.asarray(stats.binom.ppf(np.asarray(u, dtype=np.float64), n, np.clip(p, 1e-300, 1.0)))
    return np.where(p > 0, values, 0).astype(np.int64)


@inlined
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox 4x32-10: four 32-bit words from a counter of four and a key of two."""
    for _ in range(10):
        product0 = 0xD2511F53 * c0  # compiled it may wrap round to a negative number, with the same 64 bits
        product1 = 0xCD9E8D57 * c2
        high0, high1 = (product0 >> 32) & 0xFFFFFFFF, (product1 >> 32) & 0xFFFFFFFF
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, product1 & 0xFFFFFFFF, high0 ^ c3 ^ k1, product0 & 0xFFFFFFFF
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


@compiled
def uniform(seed: int, replication: int, name: int, number: int, date: int, purpose: int, count: int) -> float:
    """A number strictly between 0 and 1 with 52 random bits."""
    w0, w1, _, _ = philox(name, number & 0xFFFFFFFF, date & 0xFFFFFFFF, purpose | (count << 8), seed, replication)
    return ((w0 >> 6) * 67108864.0 + (w1 >> 6) + 0.5) * 2.220446049250313e-16


@compiled
def _fill_uniforms(
    seed: int,
    replication: int,
    names: NDArray[np.int64],
    numbers: NDArray[np.int64],
    dates: NDArray[np.int64],
    purpose: int,
    counts: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    for i in range(len(out)):
        out[i] = uniform(seed, replication, int(names[i]), int(numbers[i]), int(dates[i]), purpose, int(counts[i]))
