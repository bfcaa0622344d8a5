"""Results in words: labels, units and rounding, the same on the screen, in notebooks and in figures."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.compare import SAME, UNKNOWN
from sim.results import ALL, SPLIT, RunTables
from sim.scenario import Scenario

BLANK = "–"
BLANK_NOTE = f"{BLANK} means no value: not reached, too few people followed so long, or one replication and so no interval."
INTERVAL_NOTE = "95% intervals tell what the simulation's luck leaves open, not what the assumptions do."

HEADLINE: dict[str, dict[tuple[str, str], str]] = {
    "First meetings": {
        ("first_meeting_offered", "mean"): "wait for the date offered, mean",
        ("first_meeting_offered", "median"): "... half wait at most",
        ("first_meeting_offered", "p90"): "... nine in ten wait at most",
        ("first_meeting_wait", "mean"): "wait for the meeting held, mean",
        ("first_meeting_wait", "median"): "... half wait at most",
        ("first_meeting_wait", "p90"): "... nine in ten wait at most",
        ("first_meeting_within_target", "share"): "offered within the target",
        ("first_meeting_waiting", "at_end"): "waiting at the end",
    },
    "Reviews": {
        ("review_interval", "mean"): "time between reviews, mean",
        ("review_delay", "mean"): "delay after the due day, mean",
        ("reviews_overdue", "at_end"): "overdue at the end",
    },
    "Coaches and desks": {
        ("caseload_per_coach", "mean"): "caseload per coach, mean",
        ("caseload_per_coach", "at_end"): "caseload per coach at the end",
        ("coach_use", "share"): "coach time booked",
        ("desk_use", "share"): "desk time booked",
    },
    "Job entry": {
        ("job_entry_rate", "13_weeks"): "in work within 13 weeks",
        ("job_entry_rate", "26_weeks"): "in work within 26 weeks",
        ("job_entry_rate", "52_weeks"): "in work within 52 weeks",
    },
    "Backlog": {
        ("backlog_cleared", "share"): "replications that clear it",
        ("backlog_cleared", "median"): "cleared on, median",
    },
}
"""What a planner asks first, in the order of the journey: label by measure and statistic."""

COMPARED: dict[str, dict[tuple[str, str], str]] = {
    group: {
        key: label.removesuffix(", mean")
        for key, label in labels.items()
        if key[0] != "backlog_cleared" and key[1] not in ("median", "p90")
    }
    for group, labels in HEADLINE.items()
} | {"Backlog": {("backlog_cleared", "date"): "cleared on"}}
"""What is shown of a comparison, likewise."""

_UNITS = {"share": "", "date": "", "people per coach": "people"}
_LESS_MORE = {
    "days": ("shorter", "longer"),
    "working days": ("shorter", "longer"),
    "date": ("earlier", "later"),
    "share": ("lower", "higher"),
}


@dataclass(frozen=True)
class Row:
    """One line of a summary."""

    group: str
    label: str
    estimate: str
    interval: str
    unit: str


def headline(summary: pd.DataFrame, scenario: Scenario | None = None) -> list[Row]:
    """The summary's main lines for all jobcentres together; those of measures that it does not hold are left out."""
    whole = {(row["measure"], row["statistic"]): row for row in everyone(summary)}
    rows = []
    for group, labels in HEADLINE.items():
        for key, label in labels.items():
            if (row := whole.get(key)) is not None:
                estimate, interval = rounded(row["estimate"], row["low"], row["high"], row["unit"])
                text = _with_target(label, scenario) if key[0] == "first_meeting_within_target" else label
                rows.append(Row(group, text, estimate, interval, _UNITS.get(row["unit"], row["unit"])))
    return rows


@dataclass(frozen=True)
class Difference:
    """One line of a comparison."""

    group: str
    label: str
    base: str
    other: str
    difference: str


def compared(table: pd.DataFrame) -> dict[str, list[Difference]]:
    """A comparison's main lines for all jobcentres together, by the name of the other scenario."""
    rows = {(row["other"], row["measure"], row["statistic"]): row for row in everyone(table)}
    out: dict[str, list[Difference]] = {}
    for other in dict.fromkeys(table["other"]):
        out[other] = []
        for group, labels in COMPARED.items():
            for key, label in labels.items():
                if (row := rows.get((other, *key))) is not None:
                    base, its = (plain(row[name], row["unit"]) for name in ("base_estimate", "other_estimate"))
                    out[other].append(Difference(group, label, base, its, difference(row)))
    return out


def everyone(table: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Rows that are not split."""
    yield from table[(table[SPLIT] == ALL).all(axis=1)].to_dict("records")


def rounded(estimate: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """An estimate and its interval, down to the first digit of half the half width (the standard error), at most two decimals."""
    if not math.isfinite(estimate):
        return BLANK, BLANK
    if unit == "date":
        return day(estimate), f"{day(low)} to {day(high)}" if math.isfinite(low + high) else BLANK
    scale, sign = (100, "%") if unit == "share" else (1, "")
    places = _places(scale * estimate, scale * (high - low) / 2, most=1 if unit == "share" else 2)
    text = [_number(scale * value, places) + sign for value in (estimate, low, high)]
    return text[0], f"{text[1].removesuffix('%')} to {text[2]}" if math.isfinite(low + high) else BLANK


def difference(row: dict[Any, Any]) -> str:
    """One row of a comparison in words: ``1.9 working days shorter, 95% interval 1.7 to 2.1``."""
    value, low, high, unit = row["difference"], row["low"], row["high"], row["unit"]
    if not math.isfinite(value):
        return BLANK
    if row["verdict"] == SAME:
        return SAME
    scale, name = (100, "percentage points") if unit == "share" else (1, "days" if unit == "date" else _UNITS.get(unit) or unit)
    places = _places(scale * value, scale * (high - low) / 2, most=1 if unit in ("share", "date") else 2)
    known = math.isfinite(low + high)
    if row["verdict"] == UNKNOWN and known:
        return f"{UNKNOWN}, 95% interval {_number(scale * low, places, sign=True)} to {_number(scale * high, places, sign=True)} {name}"
    direction = _LESS_MORE.get(unit, ("fewer", "more"))[value > 0]
    words = f"{_number(abs(scale * value), places)} {name} {direction}"
    if not known:
        return f"{words}, interval not known"
    near, far = sorted((abs(scale * low), abs(scale * high)))
    while round(near, places) == 0 and places < 6:  # what is told from nothing must not look like nothing
        places += 1
    words = f"{_number(abs(scale * value), places)} {name} {direction}"
    return f"{words}, 95% interval {_number(near, places)} to {_number(far, places)}"


def day(days: float) -> str:
    """A day since 1970-01-01 as a date."""
    return date(dt.date(1970, 1, 1) + dt.timedelta(round(days))) if math.isfinite(days) else BLANK


def date(when: dt.date) -> str:
    """``12 Sep 2021``."""
    return f"{when.day} {when:%b %Y}"


def plain(value: float, unit: str = "") -> str:
    """A number without an interval: three digits, at most two decimals."""
    return rounded(value, math.nan, math.nan, unit)[0]


def footnote(run: RunTables) -> str:
    """What a figure is of, and what its bands are."""
    number = run.info["replications"]
    if number == 1:
        return f"{run.name}. One replication, so no intervals."
    return f"{run.name}. {number} replications, 95% intervals (simulation uncertainty only)."


def _with_target(label: str, scenario: Scenario | None) -> str:
    if scenario is None:
        return label
    return f"offered within {int(scenario.appointments.first_meeting.target_working_days)} working days"


def _places(value: float, half: float, most: int) -> int:
    """Decimals to show, negative for tens and hundreds."""
    if math.isfinite(half) and half > 0:
        return min(most, -math.floor(math.log10(half / 2)))
    return 0 if value == round(value) else min(most, max(0, 2 - math.floor(math.log10(abs(value)))))


def _number(value: float, places: int, sign: bool = False) -> str:
    value = round(value, places) + 0.0  # no minus before a zero
    return f"{value:{'+' if sign and value else ''},.{max(0, places)}f}"
