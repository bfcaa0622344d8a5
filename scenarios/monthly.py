"""A run of Great Britain counted as the claimant count is: stocks on count days, flows between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios import derive_great_britain as derive
from sim.model.ledger import Record
from sim.record import HOME_COLUMNS
from sim.scenario.rates import DAYS_A_MONTH as MONTH

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Monthly:
    """People in Great Britain by month; flows are of average months of 30.4375 days, from one count to the next."""

    months: list[str]
    stock: Floats
    """On the claim and not on a programme without contact, at the close of the count day, shape (months, areas, age groups)."""
    on_flow: Floats
    """New claims, those of people who claim again among them, shape (months,)."""
    returns: Floats
    """Of these, people who claim again."""
    off_flow: Floats
    """Leaving the claim: into work, for another reason, or onto a programme without contact, less those who come back from one."""
    into_work: Floats
    """Job entries, from programmes too."""

    @property
    def total(self) -> Floats:
        return np.asarray(self.stock.sum(axis=(1, 2)))

    def at(self, month: str) -> int:
        return self.months.index(month)


def monthly(record: Record) -> Monthly:
    """Count one replication, of a run that starts on ``derive.FIRST``."""
    days = record.by_home.shape[0]
    columns = {name: record.by_home[:, :, :, k] for k, name in enumerate(HOME_COLUMNS)}
    counted = columns["waiting"] + columns["in_reviews"]
    area = area_of_home(record)
    months = [month for month in derive.months() if (derive.count_day(month) - record.start).days < days]
    ends = [(derive.count_day(month) - record.start).days for month in months]
    starts = [-1, *ends[:-1]]
    by_area = np.zeros((len(months), len(record.areas), counted.shape[2]))
    for k, end in enumerate(ends):
        np.add.at(by_area[k], area, counted[end])

    def flow(*names: str) -> Floats:
        daily = sum(columns[name].sum(axis=(1, 2)) for name in names)
        return np.array([daily[a + 1 : b + 1].sum() * MONTH / (b - a) for a, b in zip(starts, ends, strict=True)], dtype=float)

    on, whole = flow("claims", "returns"), by_area.sum(axis=(1, 2))
    before = np.concatenate([[float(stock_before(record))], whole[:-1]])
    length = np.array([b - a for a, b in zip(starts, ends, strict=True)]) / MONTH
    return Monthly(months, by_area, on, flow("returns"), on - (whole - before) / length, flow("job_entries"))


def stock_before(record: Record) -> int:
    """People on the claim when the run began."""
    return int((record.people["claim"] < 0).sum())


def area_of_home(record: Record) -> NDArray[np.int64]:
    """Index of the area of each jobcentre; a temporary one, which takes from a single area, has that area's name in its own."""
    of = np.array(record.area_of_jobcentre, dtype=np.int64)
    for k in np.flatnonzero(of < 0):
        of[k] = record.areas.index(record.jobcentres[k].removesuffix(" temporary"))
    return of
