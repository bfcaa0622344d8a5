"""Writes what of the quality documents follows from scenarios and from a run: the assumptions log, and the figures in STRESS-DES.

``python docs/make_quality.py [RUN]`` writes ``quality/assumptions_log.md`` anew, and what is between the marks in ``quality/stress_des.md``
from a run folder, ``runs/kickstart`` unless another is named; where there is none, that part stays as it is. Tests hold both to the
scenarios.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.scenario import Scenario, load
from sim.scenario.assumptions import COLUMNS, _rows
from sim.scenario.numbers import NEEDS_SOURCE
from sim.scenario.shape import shape_at
from sim.scenario.tree import dotted

ROOT = Path(__file__).parents[1]
QUALITY = ROOT / "docs" / "quality"
SCENARIOS = ("scenarios/west_midlands_programmes.yaml", "scenarios/great_britain.yaml")
"""Whose assumptions are logged, where they are there; each with all that it extends."""
RUN = ROOT / "runs" / "kickstart"
BEGIN, END = "<!-- written by docs/make_quality.py from a run -->", "<!-- end -->"

OWN_ROWS = ("programmes", "recruitment", "monthly_rate_by_week", "every_weeks")
"""Maps whose entries differ in kind and so have rows of their own; others, such as jobcentres, are told together."""
LONGEST = 110
"""Letters of a source or note that are shown."""

STANDING = {
    "published": ("seen", "seen (2ndary)"),
    "derived": ("derived",),
    "recalled": ("recalled",),
    "assumption": ("assumption",),
    "policy": ("policy",),
    "not stated": (None,),
}
"""How far a number can be trusted, in words of the log, by the ``confidence`` of the scenario."""

LOG = """\
# Assumptions log

*Written by `docs/make_quality.py` from the scenario files: change a number, its interval or its source there.*

Every number of {count},
each with the files that it extends. Numbers that are alike (the desks of each jobcentre, the months of a dated series) share a row, which
gives their range. For each number on a row of its own: `jobcentre assumptions FILE`.

* **Confidence.** *Published*: read in the source named, or (2ndary) in a report of it. *Derived*: arithmetic on published figures.
  *Recalled*: from general knowledge, not verified. *Assumption*: nobody has published it. *Policy*: what a planner chooses, so it needs no
  interval. *Not stated*: left at its default, which switches something off, or written without saying where it is from.
* **Interval.** What the value might as well be, stated by whoever wrote the scenario. It is a judgement and not a confidence interval; no
  elicitation from experts stands behind it. A run uses the value and not the interval.
* **Sensitivity.** How much an answer hangs on each number is not worked out in this log. [The limits](../background/limits.md) name those
  that are known to matter most.
* **Owner and review date.** Not assigned, for any row.
* **Id.** Counts the rows of this version; the key is what stays.
"""


@dataclass(frozen=True)
class Row:
    """A line of the log: numbers that are alike.

    Attributes:
        key: dotted, with ``*`` for names that are told together.
        meaning: in the words of the schema.
        numbers: as in the assumptions of the scenario.
    """

    key: str
    meaning: str
    numbers: pd.DataFrame


def log_page(files: Iterable[str] = SCENARIOS) -> str:
    """The text of ``assumptions_log.md``."""
    there = [file for file in files if (ROOT / file).exists()]
    return "\n".join([LOG.format(count=" and ".join(f"`{file}`" for file in there)), *(log_of(file) for file in there)])


def log_of(file: str) -> str:
    """The log of one scenario, with a table of counts and one for each part of the file."""
    scenario = load(ROOT / file)
    table = numbers(scenario)
    lines = [f"## {scenario.name}\n", f"`{file}`: {len(table):,} numbers.\n", _counts(table)]
    code, parts = "".join(word[0] for word in Path(file).stem.split("_")).upper(), ""
    for count, row in enumerate(rows(table), start=1):
        part = row.key.partition(".")[0]
        if part != parts:
            lines.append(f"\n### `{part}` in {scenario.name}\n\n| id | key | assumption | value | interval | unit | confidence | source |")
            lines.append("|---|---|---|--:|--:|---|---|---|")
            parts = part
        lines.append(f"| {code}{count} | `{row.key}` | {row.meaning} | {' | '.join(_told(row.numbers))} |")
    return "\n".join(lines) + "\n"


def numbers(scenario: Scenario) -> pd.DataFrame:
    """Every number, as ``assumptions`` tells them, with the path of each and the key and standing under which it is told."""
    found = [(path, dotted(path), *row) for path, row in _rows(scenario, ())]
    table = pd.DataFrame(found, columns=["path", *COLUMNS], dtype=object)
    table["row"] = [_together(path) for path in table["path"]]
    by_confidence = {confidence: standing for standing, several in STANDING.items() for confidence in several}
    table["standing"] = [by_confidence[confidence] for confidence in table["confidence"]]
    return table


def rows(table: pd.DataFrame) -> list[Row]:
    """The rows of the log: by key, and within it by standing."""
    return [
        Row(str(key), _meaning(of_key["path"].iloc[0]), group)
        for key, of_key in table.groupby("row", sort=False)
        for _, group in of_key.groupby("standing", sort=False)
    ]


def _together(path: tuple[Any, ...]) -> str:
    """A dotted key with ``*`` for the names and positions of entries that are told together."""
    keys: list[Any] = []
    for depth, key in enumerate(path):
        shape = shape_at(path[:depth])
        alike = shape.kind is list or (shape.kind is dict and not shape.keys and path[depth - 1] not in OWN_ROWS)
        keys.append("*" if alike else key)
    return dotted(tuple(keys))


def _meaning(path: tuple[Any, ...]) -> str:
    """What the schema says of the nearest key that it describes."""
    for depth in range(len(path), 0, -1):
        above = shape_at(path[: depth - 1])
        if above.is_part:
            field = next(field for name, field in above.kind.model_fields.items() if (field.alias or name) == path[depth - 1])
            if field.description:
                return _cell(field.description)
    return ""


def _counts(table: pd.DataFrame) -> str:
    """How many numbers are how sure, and how many of them have an interval."""
    lines = ["| confidence | numbers | with an interval | with a source |", "|---|--:|--:|--:|"]
    for standing in STANDING:
        of = table[table["standing"] == standing]
        bounded = of["low"].notna() | of["high"].notna()
        lines.append(f"| {standing} | {len(of):,} | {bounded.sum():,} | {of['source'].notna().sum():,} |")
    return "\n".join(lines)


def _told(of: pd.DataFrame) -> tuple[str, str, str, str, str]:
    """Value, interval, unit, confidence and source of numbers that are alike."""
    confidence = ", ".join(dict.fromkeys("not stated" if word is None else word for word in of["confidence"]))
    return _value(of), _interval(of), str(of["unit"].iloc[0] or ""), confidence, _source(of)


def _value(of: pd.DataFrame) -> str:
    dated = of["from_date"].notna()
    if len(of) == 1:
        since = f" from {of['from_date'].iloc[0]}" if dated.any() else ""
        return _number(of["value"].iloc[0]) + since
    values = sorted(of["value"])
    span = _number(values[0]) if values[0] == values[-1] else f"{_number(values[0])} to {_number(values[-1])}"
    keys = of["key"].nunique()
    what = f"{len(of)} values" if keys == len(of) else f"{len(of)} dated values" if keys == 1 else f"{keys} series, {len(of)} values"
    return f"{span} ({what})"


def _interval(of: pd.DataFrame) -> str:
    """Both ends, or relative to the values where there are several; where there is none, that."""
    bounded = of[of["low"].notna() | of["high"].notna()]
    if bounded.empty:
        return "none: a choice" if set(of["standing"]) == {"policy"} else "**none stated**"
    if len(of) == 1:
        low, high = (of[end].iloc[0] for end in ("low", "high"))
        return f"{'–' if low is None else _number(low)} to {'–' if high is None else _number(high)}"
    some = "" if len(bounded) == len(of) else f"; {len(of) - len(bounded)} without"
    first = bounded["value"].iloc[0]
    if isinstance(first, dt.date):
        days = [(row.low or row.value, row.high or row.value) for row in bounded.itertuples()]
        return f"{min(low for low, _ in days)} to {max(high for _, high in days)}{some}"
    lows, highs = ([_relative(row.value, getattr(row, end)) for row in bounded.itertuples() if row.value] for end in ("low", "high"))
    if not lows:
        return f"{_number(bounded['low'].min())} to {_number(bounded['high'].max())}{some}"
    return f"{_span(lows)} / {_span(highs)}{some}"


def _relative(value: float, end: float | None) -> int:
    """Per cent that an end lies off its value; 0 where it is not stated."""
    return 0 if end is None else round(100 * (end / value - 1))


def _span(percents: list[int]) -> str:
    least, most = min(percents), max(percents)
    return f"{least:+d}%" if least == most else f"{least:+d} to {most:+d}%"


def _source(of: pd.DataFrame) -> str:
    """The source, or how many there are and the first; else the note."""
    sources = list(dict.fromkeys(text for text in of["source"] if text))
    if not sources:
        notes = [text for text in of["note"] if text]
        missing = set(of["confidence"]) & {*NEEDS_SOURCE}
        return _cell(notes[0]) if notes else "**missing**" if missing else "–"
    return _cell(sources[0] if len(sources) == 1 else f"{len(sources)} sources, the first: {sources[0]}")


def _cell(text: str) -> str:
    """Text that fits into a cell."""
    flat = " ".join(text.replace("|", "/").replace("``", "`").split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 2].rsplit(" ", 1)[0] + " …"


def _number(value: float | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


# ---- from a run


def with_run(page: str, folder: Path) -> str:
    """The page with what is between the marks written from a run folder."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the page lacks '{BEGIN}' or '{END}'")
    return f"{before}{BEGIN}\n{run_part(folder)}\n{END}{after}"


def run_part(folder: Path) -> str:
    """A table of what a run was: from its manifest, its scenario and its summary."""
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    scenario = load(folder / "scenario.yaml")
    summary = pd.read_csv(folder / "summary.csv")
    everyone = (summary[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)
    count = summary[everyone & (summary["statistic"] == "count")].set_index("measure")["estimate"].astype(float)
    stock = sum(int(area.claimants) for area in scenario.areas.values())
    first, last = (dt.date.fromisoformat(day) for day in told["period"])
    temporary = len(scenario.temporary)
    lines = {
        "Scenario": told["scenario"],
        "Fingerprint of the scenario": f"`{told['fingerprint'][:16]}`",
        "Period": f"{first} to {last}: {(last - first).days + 1} days, in steps of a calendar day",
        "Seed, replications": f"{told['seed']}, {told['replications']}",
        "Size": f"{len(scenario.permanent)} permanent and {temporary} temporary jobcentres (youth hubs included), {len(scenario.areas)} "
        f"areas, {len(scenario.programmes)} programmes, {len(numbers(scenario)):,} numbers in the scenario",
        "People in a replication": f"{stock:,} there at the start, {count['claims']:,.0f} new claims and {count.get('returns', 0):,.0f} "
        "by people who claim again",
        "Jobcentre capacity simulator": f"{told['version']}, source `{told['code'][:16]}`",
        "Python and libraries": f"Python {told['python']}; " + ", ".join(f"{name} {number}" for name, number in told["libraries"].items()),
        "Operating system": _system(told["platform"]),
        "Run on, took": f"{told['started'][:10]}, {told['seconds']:.0f} seconds"
        + (f", with {told['found_finished']} replications found finished" if told["found_finished"] else ""),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines.items())])


def _system(platform: str) -> str:
    """The operating system and processor family, without what tells machines apart."""
    family = next((word for word in ("x86_64", "AMD64", "aarch64", "arm64") if word in platform), "")
    return f"{platform.partition('-')[0]} {family}".strip()


if __name__ == "__main__":
    (QUALITY / "assumptions_log.md").write_text(log_page(), encoding="utf-8", newline="\n")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RUN
    if (folder / "run.json").exists():
        stress = QUALITY / "stress_des.md"
        stress.write_text(with_run(stress.read_text(encoding="utf-8"), folder), encoding="utf-8", newline="\n")
