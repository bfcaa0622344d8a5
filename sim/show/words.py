"""Results in words: the lines of a summary and of a comparison, differences and notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.experiment.compare import SAME, UNKNOWN
from sim.experiment.contrasts import PER_ENTRY_GAINED, PER_ENTRY_LOST, UNDEFINED
from sim.results import ALL, SPLIT, RunTables
from sim.scenario import Scenario
from sim.show.labels import COMPARED, HEADLINE, PROGRAMMES
from sim.show.rounding import BLANK, UNITS, counted, enough_places, number_form, plain, rounded

BLANK_NOTE = f"{BLANK} means no value: not reached, too few people followed so long, or one replication and so no interval."

INTERVAL_NOTE = "95% intervals tell what the simulation's luck leaves open, not what the assumptions do."

UNCERTAIN_NOTE = (
    "The assumptions were varied within their intervals. 95% intervals are those of the mean over draws, and more replications narrow "
    "them. What the assumptions leave open no replication narrows: 95% of the draws lie in the range beside."
)

MEAN_NOTE = "95% intervals are those of the mean over draws of the assumptions: how well that mean is known, not how far draws lie apart."

PROGRAMME_NOTE = (
    "Wait: half of those who wait for a place start within so long. Into work: at the end or before, of those whose time on it ended; "
    "what a programme achieves is told by comparing with a scenario without it."
)

_LESS_MORE = {
    "days": ("shorter", "longer"),
    "working days": ("shorter", "longer"),
    "date": ("earlier", "later"),
    "share": ("lower", "higher"),
    "pounds": ("less", "more"),
}


@dataclass(frozen=True)
class Row:
    """One line of a summary."""

    group: str
    label: str
    estimate: str
    interval: str
    unit: str
    half: str = ""
    range: str = ""
    """Half the interval, for narrow screens; and the range of the draws of the assumptions, where these were varied."""


def headline(summary: pd.DataFrame, scenario: Scenario | None = None) -> list[Row]:
    """The summary's main lines for all jobcentres together; those of measures that it does not hold are left out."""
    whole = {(row["measure"], row["statistic"]): row for row in everyone(summary)}
    rows = []
    for group, labels in HEADLINE.items():
        for key, label in labels.items():
            if (row := whole.get(key)) is not None and not (key[0] == "returns" and row["estimate"] == 0):
                estimate, interval = rounded(row["estimate"], row["low"], row["high"], row["unit"])
                text = _with_target(label, scenario) if key[0] == "first_meeting_within_target" else label
                unit = UNITS.get(row["unit"], row["unit"])
                rows.append(Row(group, text, estimate, interval, unit, _with_half(row)[1], _range(row)))
    return rows


@dataclass(frozen=True)
class Difference:
    """One line of a comparison."""

    group: str
    label: str
    base: str
    other: str
    difference: str


def compared(table: pd.DataFrame, scenarios: Sequence[Scenario | None] = ()) -> dict[str, list[Difference]]:
    """A comparison's main lines for all jobcentres together, by the name of the other scenario.

    Args:
        scenarios: all that are compared; a target that they share is then said.
    """
    targets = {None if one is None else int(one.appointments.first_meeting.target_working_days) for one in scenarios}
    target = targets.pop() if len(targets) == 1 else None
    rows = {(row["other"], row["measure"], row["statistic"]): row for row in everyone(table)}
    out: dict[str, list[Difference]] = {}
    for other in dict.fromkeys(table["other"]):
        found = []
        for group, labels in COMPARED.items():
            if group == "In all":
                found += [("Starts on programmes", row["programme"], row) for row in _starts(table[table["other"] == other])]
            found += [(group, label, rows[other, *key]) for key, label in labels.items() if (other, *key) in rows]
        made = in_all(table[table["other"] == other])
        out[other] = [_compared(*line, made, target) for line in found if not _nobody_claims_again(line[2])]
    return out


def in_all(table: pd.DataFrame) -> int:
    """Pairs of replications, from the rows of one other scenario: some figure has a value in each."""
    return int(table["replications"].max()) if len(table) else 0


def _compared(group: str, label: str, row: dict[Any, Any], made: int, target: int | None) -> Difference:
    base, its = (plain(row[name], row["unit"]) for name in ("base_estimate", "other_estimate"))
    text = within(target) if target is not None and row["measure"] == "first_meeting_within_target" else label
    return Difference(group, text, base, its, in_some(row, made))


def in_some(row: dict[Any, Any], made: int) -> str:
    """One row of a comparison in words, and in how many of the pairs of replications both have a value, where some have not."""
    dates, pairs = row["unit"] == "date", int(row["replications"])
    if pairs == 0:
        return f"cannot be told: cleared in both in none of {counted(f'{made}', 'replications')}" if dates else difference(row)
    which = "both are cleared" if dates else "both have a value"
    return difference(row) + ("" if pairs >= made else f", in the {pairs} of {made} replications in which {which}")


def _nobody_claims_again(row: dict[Any, Any]) -> bool:
    return bool(row["measure"] == "returns" and row["base_estimate"] == 0 == row["other_estimate"])


def _starts(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows of the starts on each programme."""
    return [row for row in of_programmes(table) if (row["measure"], row["statistic"]) == ("programme_starts", "count")]


@dataclass(frozen=True)
class OfProgramme:
    """One programme's figures, in the order of PROGRAMMES, and half the width of the interval of each."""

    name: str
    estimates: tuple[str, ...]
    halves: tuple[str, ...]


def programmes(summary: pd.DataFrame) -> list[OfProgramme]:
    """The main figures of each programme, by name; none without programmes."""
    rows = {(row["programme"], row["measure"], row["statistic"]): row for row in of_programmes(summary)}
    out = []
    for name in dict.fromkeys(name for name, *_ in rows):
        cells = [_with_half(rows[name, *key]) if (name, *key) in rows else (BLANK, "") for key in PROGRAMMES]
        out.append(OfProgramme(name, *zip(*cells, strict=True)))
    return out


def _with_half(row: dict[Any, Any]) -> tuple[str, str]:
    """``5,910`` and ``±30``; no half where it is not known."""
    estimate, low, high, unit = (row[name] for name in ("estimate", "low", "high", "unit"))
    half = max(high - estimate, estimate - low)
    text, _ = rounded(estimate, low, high, unit)
    if not math.isfinite(half):
        return text, ""
    form = number_form(unit, estimate)
    return text, f"±{form.text(half, form.places(estimate, (high - low) / 2))}"


def of_programmes(table: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Rows of single programmes that are not split further, those of one programme together."""
    whole = (table[[name for name in SPLIT if name != "programme"]] == ALL).all(axis=1)
    rows = table[whole & (table["programme"] != ALL)]
    yield from rows.sort_values("programme", kind="stable").to_dict("records")


def everyone(table: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Rows that are not split."""
    yield from table[(table[SPLIT] == ALL).all(axis=1)].to_dict("records")


def of_draws(row: Mapping[Any, Any]) -> str:
    """Where most draws of the assumptions lie in a row of differences, ``95% of draws -3.1 to +0.2``; nothing where there are none."""
    if row["unit"] == "date" or row.get("range_low") == row.get("range_high"):
        return ""
    between = _range(row, differs=True)
    return f"95% of draws {between}" if between else ""


def _range(row: Mapping[Any, Any], *, differs: bool = False) -> str:
    """Between what most draws of the assumptions lie, in at least as many digits as the estimate or difference; nothing without draws."""
    low, high = (row.get(name, math.nan) for name in ("range_low", "range_high"))
    if not math.isfinite(low + high):
        return BLANK if "range_low" in row else ""
    value = row["difference" if differs else "estimate"]
    form = number_form(row["unit"], value, differs=differs)
    half = (row["high"] - row["low"]) / 2
    places = form.places(value, min(half, (high - low) / 2) if half > 0 and high > low else half)
    return f"{form.text(low, places, sign=differs).removesuffix(form.after)} to {form.text(high, places, sign=differs)}"


def difference(row: dict[Any, Any]) -> str:
    """One row of a comparison in words: ``1.9 working days shorter, 95% interval 1.7 to 2.1``."""
    return "; ".join(filter(None, (_difference(row), of_draws(row))))


def _difference(row: dict[Any, Any]) -> str:
    value, low, high, unit, verdict = (row[name] for name in ("difference", "low", "high", "unit", "verdict"))
    if verdict == UNDEFINED:
        return "cannot be told: the difference in job entries may be zero"
    if not math.isfinite(value):
        return BLANK
    if verdict in (PER_ENTRY_GAINED, PER_ENTRY_LOST):
        return _per_entry(value, low, high, gained=verdict == PER_ENTRY_GAINED)
    if verdict == SAME or (value == 0 and math.isnan(low + high)):
        return "none" if row.get("measure") == "displaced_entries" else SAME
    form = number_form(unit, value, differs=True)
    places, known = form.places(value, (high - low) / 2), math.isfinite(low + high)
    if row.get("measure") == "displaced_entries" and value > 0:  # a number of people, not more or less than another
        words = counted(form.text(value, places), form.name)
        return f"{words}, 95% interval {form.text(low, places)} to {form.text(high, places)}" if known else f"{words}, interval not known"
    places = enough_places(form, places, low, high)
    if verdict == UNKNOWN and known:
        return f"{UNKNOWN}, 95% interval {form.text(low, places, sign=True)} to {form.text(high, places, sign=True)} {form.name}".rstrip()
    near, far = sorted((abs(low), abs(high)))
    direction = _LESS_MORE.get(unit, ("fewer", "more"))[value > 0]
    words = f"{counted(form.text(abs(value), places), form.name)} {direction}"
    if not known:
        return f"{words}, interval not known"
    near_text = "just above 0" if near > 0 == round(form.scale * near, places) else form.text(near, places)
    return f"{words}, 95% interval {near_text} to {form.text(far, places)}"


def _per_entry(value: float, low: float, high: float, *, gained: bool) -> str:
    """What each job entry more costs or saves, or each one lost."""
    spent = gained == (value > 0)
    if value < 0:
        value, low, high = -value, -high, -low
    form = number_form("pounds", value)
    places = form.places(value, min(value - low, high - value))  # the interval may reach much further on one side
    what = f"{'spent' if spent else 'saved'} for each job entry {'gained' if gained else 'lost'}"
    return f"{form.text(value, places)} {what}, 95% interval {form.text(low, places)} to {form.text(high, places)}"


def footnote(run: RunTables) -> str:
    """What a figure is of, and what its bands are."""
    number = run.info["replications"]
    if run.per_draw > 1:
        bands = "Dark bands or thick lines: 95% intervals of the mean; pale bands or ticks: 95% of the draws."
        return f"{run.name}. {number} replications of {run.info['draws']} draw{'s' * (run.info['draws'] > 1)} of the assumptions. {bands}"
    if number == 1:
        return f"{run.name}. One replication, so no intervals."
    return f"{run.name}. {number} replications, 95% intervals (simulation uncertainty only)."


def unseen(replications: int, confidence: float) -> str:
    """How often, at most, something may come that none of so many replications had, ``45%``: the exact bound of a share."""
    return f"{100 * (1 - (1 - confidence) ** (1 / replications)):.2g}%"


def made_of(info: Mapping[str, Any], per_draw: int) -> str:
    """``5 replications``, or where the assumptions were varied ``6 replications of 3 draws of the assumptions``."""
    number = info["replications"]
    said = f"{number} replication{'s' * (number != 1)}"
    draws = number // per_draw
    return f"{said} of {draws} draw{'s' * (draws != 1)} of the assumptions" if "uncertain" in info else said


def no_intervals(info: Mapping[str, Any], per_draw: int) -> str:
    """Why there are none, where there are none: one replication tells nothing of luck, and one draw nothing of draws."""
    if "uncertain" in info:
        return "One draw of the assumptions, so no intervals." if info["replications"] // per_draw < 2 else ""
    return "One replication, so no intervals." if info["replications"] < 2 else ""


def interval_note(run: RunTables) -> str:
    """What its intervals tell, and what they do not."""
    return INTERVAL_NOTE if run.per_draw == 1 else UNCERTAIN_NOTE


def luck_note(run: RunTables) -> str:
    """How much of the spread between draws is luck; nothing without draws."""
    for row in everyone(run.summary):
        if (row["measure"], row["statistic"]) == ("first_meeting_wait", "mean") and math.isfinite(row.get("luck_share", math.nan)):
            part = "under 0.1%" if row["luck_share"] < 0.001 else plain(row["luck_share"], "share")
            return f"Luck has a part in that range: {part} of the variance for the mean wait; summary.csv has it for every measure."
    return ""


def _with_target(label: str, scenario: Scenario | None) -> str:
    if scenario is None:
        return label
    return within(int(scenario.appointments.first_meeting.target_working_days))


def within(target: int) -> str:
    """The share of first meetings offered within the target, by its name."""
    return f"offered within {counted(f'{target}', 'working days')}"
