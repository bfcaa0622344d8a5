"""What is taken from a run of Great Britain, to be set beside published figures. One replication in, small arrays out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scenarios import derive_great_britain as derive
from scenarios.calibrate_great_britain import ONE_IN, small
from scenarios.monthly import MONTH, Monthly, monthly
from sim.model.ledger import Record
from sim.model.simulation import simulate
from sim.record import JOB_ENTRY, SECTOR_COLUMNS, SITE_COLUMNS
from sim.scenario.file import load
from sim.scenario.schema import Scenario
from tests.evidence import root

Floats = NDArray[np.float64]
BANDS = {"up to 3 months": (0, 13), "4 to 6 months": (13, 26), "over 6 months": (26, 10_000)}
"""Completed weeks on the claim."""


@dataclass(frozen=True)
class Outcome:
    """One replication; people and coaches of Great Britain, whatever the size of the run."""

    monthly: Monthly
    areas: tuple[str, ...]
    coaches: Floats
    """Full-time equivalents in post, trained or in training, at the close of each day."""
    starts: dict[str, Floats]
    """Starts on each programme up to and including each day."""
    into_work: dict[str, dict[str, float]]
    """Share entering work within a month, by period and by weeks on the claim."""
    vacancies: Floats
    """Of all sectors, at the close of each day."""
    wait: Floats
    """Mean working days from claim to first meeting held, by month of the claim; blank where none was held by the end."""
    unseen: int
    """People still waiting for a first meeting at the end."""

    def on(self, series: Floats, date: dt.date) -> float:
        return float(series[(date - derive.FIRST).days])


PERIODS = {
    "10 January to 12 March 2020": (dt.date(2020, 1, 10), dt.date(2020, 3, 13)),
    "April 2021 to March 2022": (dt.date(2021, 4, 1), dt.date(2022, 4, 1)),
    "February and March 2022": (dt.date(2022, 2, 1), dt.date(2022, 4, 1)),
}


@cache
def country() -> Scenario:
    """The scenario of Great Britain."""
    return load(root() / "scenarios" / "great_britain.yaml")


def run(replication: int, whole: bool = True) -> Outcome:
    """Run great_britain.yaml, or the small copy it was calibrated with, once."""
    scenario = country() if whole else small(country(), ONE_IN)
    return outcome(simulate(scenario, scenario.seed, replication), 1 if whole else ONE_IN)


def outcome(record: Record, scale: int) -> Outcome:
    """What is compared, with everything that counts people multiplied by ``scale``."""
    counted = monthly(record)
    site = {name: record.by_site[:, :, SITE_COLUMNS.index(name)].sum(axis=1) for name in ("coaches", "in_training")}
    episodes = record.episodes
    starts = {}
    for k, name in enumerate(record.programmes):
        days = episodes["started"][(episodes["programme"] == k) & (episodes["started"] >= 0)]
        starts[name] = np.cumsum(np.bincount(days, minlength=record.days)).astype(float) * scale
    grown = Monthly(
        counted.months, *(scale * part for part in (counted.stock, counted.on_flow, counted.returns, counted.off_flow, counted.into_work))
    )
    return Outcome(
        grown,
        record.areas,
        scale * (site["coaches"] + site["in_training"]),
        starts,
        {period: into_work(record, *dates) for period, dates in PERIODS.items()},
        scale * record.by_sector[:, :, SECTOR_COLUMNS.index("vacancies")].sum(axis=1),
        first_waits(record),
        scale * int(((record.people["first_held"] < 0) & (record.people["exit"] < 0) & (record.people["claim"] >= 0)).sum()),
    )


def into_work(record: Record, first: dt.date, after: dt.date) -> dict[str, float]:
    """Into work a month: of all, entries for each person on the claim, as the department counts; by weeks on the claim, the share of
    people who enter within a month, 1 - exp(-entries / months at risk)."""
    people = record.people
    a, b = (first - record.start).days, min((after - record.start).days, record.days)
    claim = people["claim"].astype(np.int64)
    gone = np.where(people["exit"] >= 0, people["exit"], record.days).astype(np.int64)
    entered = people["exit_kind"] == JOB_ENTRY
    out = {}
    for name, (low, high) in {"all": (0, 10_000), **BANDS}.items():
        start, end = np.maximum(a, claim + 1 + 7 * low), np.minimum(b, claim + 1 + 7 * high)  # days on which weeks are within the band
        at_risk = np.maximum(0, np.minimum(end, gone + 1) - start).sum()
        entries = (entered & (gone >= start) & (gone < end)).sum()
        rate = entries / at_risk * MONTH if at_risk else np.nan
        out[name] = float(rate if name == "all" else 1 - np.exp(-rate))
    return out


def first_waits(record: Record) -> Floats:
    """Mean working days to the first meeting held, by month of the claim, over claims that had one."""
    people = record.people[record.people["claim"] >= 0]
    held = people[people["first_held"] >= 0]
    days = record.working_day_count[held["first_held"]] - record.working_day_count[held["claim"]]
    dates = np.datetime64(record.start) + np.arange(record.days)
    month = (dates.astype("datetime64[M]") - np.datetime64(record.start, "M")).astype(int)[held["claim"]]
    counts = np.bincount(month, minlength=month.max() + 1)
    with np.errstate(invalid="ignore"):
        return np.bincount(month, weights=days) / np.where(counts > 0, counts, np.nan)


def kickstart_jobs(stage: str, day: dt.date) -> float:
    """Jobs approved or made available in the scenario so far: arithmetic on applications and delays."""
    jobs = country().programmes["Kickstart"].supply.jobs
    assert jobs is not None
    delay = int(jobs.days_to_approve) + (int(jobs.days_to_advertise) if stage == "available" else 0)
    applied = np.cumsum(jobs.applied_per_week.daily(derive.FIRST, (derive.LAST - derive.FIRST).days + 1)) / 7
    at = (day - derive.FIRST).days - delay
    return float(applied[at]) if at >= 0 else 0.0
