"""Commands that look at a scenario without running it: check, assumptions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.cli.options import File, Sets, app, errors_in_words, say_on
from sim.scenario import Scenario, assumptions, load

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS, FEW_ROWS = 60, 20
"""Above so many jobcentres, ``check`` shows only so many."""


@app.command()
def check(file: File, changes: Sets = None) -> None:
    """Check a scenario and print the offered load: minutes asked for over minutes there."""
    from sim.scenario.load_check import in_words, offered_load, region
    from sim.scenario.support_check import labour_market_in_words, programmes_in_words

    with errors_in_words():
        scenario = load(file, changes or ())
    load_frame = offered_load(scenario)
    console = Console()
    everywhere = region(load_frame)
    say_on(console, f"{scenario.name}: {scenario.period.from_} to {scenario.period.to}, the scenario is valid.\n")
    say_on(console, "Offered load: coach minutes asked for over coach minutes there. Above 1 it cannot last.")
    for table in _load_tables(scenario, load_frame, everywhere, console.width):
        console.print(table)
    if len(scenario.jobcentres) > MOST_ROWS:
        say_on(console, f"Shown are the {FEW_ROWS} of {len(scenario.jobcentres)} jobcentres with the highest load in any month.\n")
    say_on(console, "What it means, all jobcentres together:")
    for month, load_there, sentence in in_words(scenario, load_frame):
        say_on(console, f"{month}  {_ratio(load_there)}  {sentence}")
    vacancies = "Vacancies on the eve, and job finding as a share of the monthly rates"
    for title, lines in (("Programmes", programmes_in_words(scenario)), (vacancies, labour_market_in_words(scenario))):
        if lines:
            say_on(console, f"\n{title}:")
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))


@app.command("assumptions")
def show_assumptions(
    file: File,
    changes: Sets = None,
    csv: Annotated[Path | None, typer.Option(metavar="PATH", help="Write the log to this CSV file instead.")] = None,
) -> None:
    """Print the assumptions log: every number with its interval, source and confidence."""
    with errors_in_words():
        log = assumptions(load(file, changes or ()))
    if csv is not None:
        with errors_in_words():
            if csv.is_dir():
                raise IsADirectoryError(f"cannot write to {csv}: expected a file, but it is a folder")
            if not csv.parent.is_dir():
                raise FileNotFoundError(f"cannot write to {csv}: there is no folder {csv.parent}")
            log.to_csv(csv, index=False, lineterminator="\n")
        return
    console = Console()
    widths = [(console.width - 10) * part // 100 for part in (40, 27, 33)]
    table = Table()
    for title, width in zip(("Assumption", "Value", "Confidence and source"), widths, strict=True):
        table.add_column(title, width=width, overflow="fold")
    last: tuple[str, str] = ("", "")
    for row in log.to_dict("records"):
        key, said = row["key"], _provenance(row)
        again = said and (key, said) == last
        table.add_row(Text("" if key == last[0] else _folded(key, widths[0])), Text(_value(row)), Text("as above" if again else said))
        last = key, said
    console.print(table)


def _load_tables(scenario: Scenario, frame: pd.DataFrame, everywhere: pd.DataFrame, width: int) -> Iterator[Table]:
    """Load by jobcentre and month, in as many tables as the width of the screen asks for."""
    loads = frame.pivot(index="jobcentre", columns="month", values="load")
    there = frame.pivot(index="jobcentre", columns="month", values="coach_minutes")
    total = everywhere.set_index("month")["load"]
    highest = loads.max(axis=1)
    shown = sorted(scenario.jobcentres, key=lambda name: (-highest[name], name))
    names = sorted(shown if len(shown) <= MOST_ROWS else shown[:FEW_ROWS])
    first = min(32, max(map(len, names)))
    tables = math.ceil(len(total) / max(1, (width - first - 4) // 10))
    fit = math.ceil(len(total) / tables)
    for start in range(0, len(total), fit):
        months = list(total.index[start : start + fit])
        table = Table("Jobcentre", *months)
        table.columns[0].width = first
        for column in table.columns[1:]:
            column.justify, column.no_wrap = "right", True
        for name in names:
            closed = {month for month in months if name in scenario.temporary and there.loc[name, month] == 0}
            if len(closed) < len(months):
                table.add_row(Text(name), *("–" if month in closed else _ratio(loads.loc[name, month]) for month in months))
        table.add_section()
        table.add_row("all", *(_ratio(total[month]) for month in months))
        yield table


def _ratio(load: Any) -> str:
    return "none" if load == float("inf") else f"{load:.2f}"


def _folded(key: str, width: int) -> str:
    """A long key on several lines, broken at its dots."""
    lines = [""]
    for part in re.findall(r"[^.]*\.?", key)[:-1]:
        if lines[-1].strip() and len(lines[-1] + part) > width:
            lines.append("  ")
        lines[-1] += part
    return "\n".join(lines)


def _value(row: dict[Any, Any]) -> str:
    """``from 2020-07-01: 0.06 share (0.03 to 0.09)``."""
    unit = "" if row["unit"] == "date" else f" {row['unit']}"
    low, high = (_number(row["value"] if row[bound] is None else row[bound]) for bound in ("low", "high"))
    interval = "" if row["low"] is None and row["high"] is None else f" ({low} to {high})"
    since = f"from {row['from_date']}: " if row["from_date"] is not None else ""
    return f"{since}{_number(row['value'])}{unit}{interval}"


def _provenance(row: dict[Any, Any]) -> str:
    return ": ".join(filter(None, (row["confidence"], "; ".join(filter(None, (row["source"], row["note"]))))))


def _number(value: object) -> str:
    """To four digits, for the eye; the CSV has them all."""
    if not isinstance(value, float):
        return str(value)
    digits = 3 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, max(0, digits)):,.12g}"
