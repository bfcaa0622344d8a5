"""Results on the screen: a summary of a run, and a comparison in words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.experiment.asked import Figure
from sim.experiment.compare import Comparison
from sim.results import ALL, RunTables
from sim.scenario import Scenario
from sim.show.labels import PROGRAMMES
from sim.show.of_comparison import ADJUSTED_NOTE, adjusted, asked_for, in_parts, pairing
from sim.show.page import BETWEEN, as_table
from sim.show.rounding import BLANK, date, plain
from sim.show.run_length import precision_in_words, warm_up_in_words
from sim.show.words import BLANK_NOTE, PROGRAMME_NOTE, OfProgramme, Row, compared, headline, interval_note, luck_note, programmes

WIDEST = 31
"""Characters of a label before it goes on to another line."""
NARROWEST = 16
"""Characters that a label has at least, before it goes on to another line."""
WITH_RANGE = 92
"""Characters of a line that has an estimate, its interval and the range of the draws of the assumptions."""
_PERIODS = {
    ("claims", "count"): "New claims",
    ("first_meeting_offered", "mean"): "Wait for offer",
    ("review_interval", "mean"): "Between reviews",
    ("review_delay", "mean"): "Review delay",
    ("coach_use", "share"): "Coach use",
    ("caseload_per_coach", "mean"): "Caseload per coach",
}


def summary(run: RunTables, console: Console, scenario: Scenario | None = None, out: Path | None = None) -> None:
    """Print what was run, the main results with their intervals, how they went over time, and where the files are.

    Args:
        scenario: of the run; its question and target are then said.
        out: the run folder as the user named it.
    """
    _say(console, run.name, "bold")
    if scenario is not None and scenario.question:
        _say(console, scenario.question)
    _say(console, _what(run), "dim")
    _print_rows(console, headline(run.summary, scenario))
    if shown := programmes(run.summary):
        console.print(_programme_table(shown), "")
    if len(over_time := by_period(run)):
        console.print(_period_table(over_time), "")
        _say(console, "Wait and delay in working days, between reviews in days; mean of the weeks.", "dim")
    for sentence in (*precision_in_words(run), *warm_up_in_words(run)):
        _say(console, sentence)
    if shown:
        _say(console, PROGRAMME_NOTE, "dim")
    _say(console, " ".join(filter(None, (interval_note(run), luck_note(run)))), "dim")
    _say(console, BLANK_NOTE, "dim")
    if out is not None:
        _say_where(console, out, "summary.csv has every measure, jobcentre and age group")


def comparison(result: Comparison, console: Console, out: Path | None = None, figures: Sequence[Figure] = ()) -> None:
    """Print the paired differences of each scenario from the base in words.

    Args:
        out: the folder as the user named it.
        figures: told besides the main ones.
    """
    _say(console, f"Compared with {result.base.name}", "bold")
    _say(console, _what(result.base, *result.others), "dim")
    scenarios = [getattr(run, "scenario", None) for run in (result.base, *result.others)]
    notes = list[str]()
    for other, rows in compared(result.table, scenarios).items():
        console.print()
        _say(console, other, "bold")
        table = _table("All jobcentres, whole run", "Base", "This", "Difference")
        table.columns[0].no_wrap = True
        for column in (1, 2):
            table.columns[column].justify, table.columns[column].max_width = "right", 8
        group, its = None, result.table[result.table["other"] == other]
        for row in (*rows, *asked_for(its, figures)):
            if row.group != group:
                table.add_row(Text(row.group, "bold"))
            group = row.group
            label = "\n".join(textwrap.wrap(row.label, WIDEST, initial_indent=" ", subsequent_indent="  "))
            table.add_row(Text(label), row.base, row.other, row.difference)
        console.print(table, "")
        blocks, its_notes = in_parts(its)
        notes += its_notes
        for part in blocks:
            console.print(as_table(part, console.width), "")
        if (block := adjusted(its)) is not None:
            console.print(as_table(block, console.width), "")
            notes.append(ADJUSTED_NOTE)
        if worth := pairing(its):
            _say(console, f"{worth}\n")
    for note in dict.fromkeys(notes):
        _say(console, note, "dim")
    _say(console, "Differences are paired: in each replication the same people have the same luck in every scenario.", "dim")
    _say(console, "Each interval holds by itself: of twenty without a true difference, one will seem to show one.", "dim")
    _say(console, f"{interval_note(result.base)} {BLANK_NOTE}", "dim")
    if out is not None:
        _say_where(console, out, "comparison.csv has every measure, jobcentre and age group")


def by_period(run: RunTables) -> pd.DataFrame:
    """Weekly figures by month, quarter or year, whichever makes a short table: claims added up, of the others the mean over weeks.

    A week belongs to the period of its Thursday, and the first week to that of the run's first day.
    """
    weekly = run.weekly[(run.weekly["area"] == ALL) & (run.weekly["programme"] == ALL)]
    if len(weekly) == 0:
        return pd.DataFrame(columns=list(_PERIODS.values()))
    table = weekly.set_index(["week", "measure", "statistic"])["estimate"].unstack(["measure", "statistic"])
    table = table.reindex(columns=pd.MultiIndex.from_tuples(_PERIODS)).set_axis(list(_PERIODS.values()), axis=1)
    inside = pd.Series(table.index.to_numpy()) + pd.Timedelta(days=3)
    if len(run.daily):
        inside = inside.clip(run.daily["date"].min(), run.daily["date"].max())
    months = len(inside.dt.to_period("M").unique())
    grouped = table.groupby(inside.dt.to_period("M" if months <= 9 else "Q" if months <= 48 else "Y").to_numpy())
    return grouped.mean().assign(**{"New claims": grouped["New claims"].sum()})


def _what(run: RunTables, *others: RunTables) -> str:
    """Period, replications, seed and time taken, the time by the others too."""
    parts = [f"{date(run.daily['date'].min())} to {date(run.daily['date'].max())}"] if len(run.daily) else []
    number = run.info["replications"]
    drawn = f" of {run.info['draws']} draw{'s' * (run.info['draws'] > 1)} of the assumptions" if run.per_draw > 1 else ""
    parts += [f"{number} replication{'s' * (number != 1)}{drawn}", f"seed {run.info['seed']}"]
    runs = (run, *others)
    if found := sum(one.info.get("found_finished", 0) for one in runs):
        made = sum(one.info["replications"] for one in runs)
        parts.append(f"{found} of {f'the {made} of all scenarios' if others else 'them'} from before")
    if seconds := [one.info["seconds"] for one in runs if "seconds" in one.info]:
        parts.append(f"{sum(seconds):,.0f} s")
    return ", ".join(parts)


def _print_rows(console: Console, rows: list[Row]) -> None:
    if not rows:
        return
    drawn = any(row.range for row in rows)
    narrow = drawn and console.width < WITH_RANGE
    head = ("Estimate", "±95%" if narrow else "95% interval", *(["95% of draws"] if drawn else []))
    cells = [(row.estimate, row.half if narrow else row.interval, *([row.range] if drawn else [])) for row in rows]
    widest = _room(console.width, [head, *cells], [row.unit for row in rows]) if narrow else console.width
    table = _table(textwrap.fill("All jobcentres, whole run", widest), *head, "")
    for column in table.columns:
        column.no_wrap = True
    table.columns[2].no_wrap, table.columns[-1].no_wrap = drawn, not narrow
    for column in table.columns[1:-1]:
        column.justify = "right"
    group = None
    for row, its in zip(rows, cells, strict=True):
        if row.group != group:
            table.add_row(Text(row.group, "bold"))
        group = row.group
        table.add_row(textwrap.fill(row.label, widest, initial_indent=" ", subsequent_indent="  "), *its, row.unit)
    console.print("", table, "")


def _room(width: int, cells: Sequence[Sequence[str]], units: Sequence[str]) -> int:
    """Characters of a line left for a label, beside columns that keep theirs and units that may be broken between words."""
    taken = [max(map(len, column)) for column in zip(*cells, strict=True)] + [
        max(len(word) for unit in units for word in [*unit.split(), ""])
    ]
    return max(width - sum(taken) - BETWEEN * len(taken), NARROWEST)


def _period_table(over_time: pd.DataFrame) -> Table:
    table = _table("Over time", *over_time.columns)
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.justify = "right"
    for period, values in over_time.iterrows():
        cells = [f"{values['New claims']:,.0f}", *(plain(values[name]) for name in over_time.columns[1:4])]
        cells += [plain(values["Coach use"], "share"), plain(values["Caseload per coach"])]
        table.add_row(_period_name(period), *(BLANK if value == "nan" else value for value in cells))
    return table


def _programme_table(found: list[OfProgramme]) -> Table:
    """A programme's figures in one line, and half the width of their intervals in the next."""
    table = _table("Programmes", *PROGRAMMES.values())
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for one in found:
        halves = [Text(f"\n{half}", "dim") if half else Text() for half in one.halves]
        figures = [Text(estimate).append_text(half) for estimate, half in zip(one.estimates, halves, strict=True)]
        table.add_row(Text(one.name), *figures)
    return table


def _table(*columns: str) -> Table:
    return Table(*columns, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))


def _period_name(period: object) -> str:
    assert isinstance(period, pd.Period)
    if period.freqstr.startswith("Q"):
        return f"{period.start_time:%b} to {period.end_time:%b %Y}"
    return f"{period.start_time:%Y}" if period.freqstr.startswith("Y") else f"{period.start_time:%B %Y}"


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style))


def _say_where(console: Console, out: Path, what: str) -> None:
    """Where the files are, each path on one line whatever the width, so that it can be copied."""
    console.print(Text(f"\nTables:  {out}\n         {what}\nFigures: {out / 'figures'}"), soft_wrap=True)
