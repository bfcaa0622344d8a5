"""Figures of what coaches refer people to and of the jobs there are: programmes and vacancies over time."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.results import ALL, RunTables
from sim.scenario import Scenario
from sim.show.marks import mark
from sim.show.rounding import date, plain
from sim.show.style import COLOURS, Chart, date_axis, drawn, empty, from_zero, line
from sim.show.words import footnote, of_programmes


@drawn
def programmes(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Starts so far, people in the queue and people on it, by week; a line of panels for each programme, each with its own scale."""
    weekly = run.weekly[run.weekly["programme"] != ALL]
    names = sorted(weekly["programme"].unique())
    chart = Chart("Programmes, by week", footnote(run), 9.0, 1.1 + 1.75 * max(len(names), 1))
    panels = chart.subplots(max(len(names), 1), 3, sharex=True, squeeze=False)
    for row, name in zip(panels, names, strict=False):
        its = weekly[weekly["programme"] == name]
        for ax, title in zip(row, ("started so far", "in the queue", "on it"), strict=True):
            ax.set_title(f"{textwrap.shorten(name, 32, placeholder=' ...')}:\n{title}")
        chart.alt += f" {name}: "
        _starts(chart, row[0], run, name, its)
        for ax, measure, what in ((row[1], "programme_queue", "in the queue"), (row[2], "programme_occupancy", "on it")):
            table = _of(its, measure, "mean")
            line(chart, ax, table, "", 0, f"{measure}-{name}")
            known = table.dropna(subset="estimate")
            if len(known):
                most = known.iloc[int(known["estimate"].to_numpy().argmax())].to_dict()
                when = f" in the week of {date(most['week'])}" if most["estimate"] > 0 else ""
                chart.alt += f", at most {plain(most['estimate'])} {what}{when}"
        chart.alt += "."
    for ax in panels.flat:
        from_zero(ax)
        ax.locator_params(axis="y", integer=True, nbins=5)
    weeks = _weeks(run)
    for ax in panels[-1]:
        date_axis(ax, weeks)
        _fewer_ticks(ax)
    chart.alt = f"Line chart, three panels for each programme. {chart.title}.{chart.alt}"
    chart.numbers = "weekly.parquet: programme_starts (added up), programme_queue, programme_occupancy; summary.csv: programme_starts"
    return chart


@drawn
def labour_market(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Vacancies, vacancies per person who looks for work, and who fills them, by week."""
    chart = Chart("Vacancies and who fills them, by week", footnote(run), height=8.2)
    top, middle, bottom = chart.subplots(3, 1, sharex=True)
    top.set_title("Vacancies in all sectors, mean of the week")
    middle.set_title("Vacancies per claimant who looks for work, mean of the week")
    bottom.set_title("Vacancies filled in the week, people")
    weekly = run.weekly[(run.weekly["area"] == ALL) & (run.weekly["programme"] == ALL)]
    whole = _whole_weeks(run)
    for ax, measure, statistic, name, slot in (
        (top, "vacancies", "mean", "", 0),
        (middle, "tightness", "mean", "", 0),
        (bottom, "job_entries", "count", "by claimants", 0),
        (bottom, "hires_by_others", "count", "by others", 1),
    ):
        table = _of(weekly, measure, statistic)
        table = table[table["week"].isin(whole)] if statistic == "count" else table
        line(chart, ax, table, name, slot, f"{measure}-{statistic}")
        known = table.dropna(subset="estimate")
        if len(known):
            what = " ".join(filter(None, (ax.get_title(loc="left"), name)))
            first, last = (f"{plain(known['estimate'].iloc[i])} in the week of {date(known['week'].iloc[i])}" for i in (0, -1))
            chart.alt += f" {what}: {first}, {last}."
    for ax in chart.axes:
        from_zero(ax)
    weeks = _weeks(run)
    date_axis(bottom, weeks)
    if scenario is not None and len(weeks):
        mark(chart, scenario)
    chart.alt = f"Line chart, three panels. {chart.title}.{chart.alt}"
    chart.numbers = "weekly.parquet: vacancies, tightness, job_entries, hires_by_others"
    return chart


def _starts(chart: Chart, ax: Axes, run: RunTables, name: str, its: pd.DataFrame) -> None:
    """Starts added up week by week, and at the end the run's total with its interval."""
    table = _of(its, "programme_starts", "count")
    so_far = table.assign(estimate=table["estimate"].cumsum(), low=np.nan, high=np.nan)
    line(chart, ax, so_far, "", 0, f"programme_starts-{name}")
    totals = [row for row in of_programmes(run.summary) if (row["measure"], row["programme"]) == ("programme_starts", name)]
    if len(so_far) == 0 or not totals:
        empty(ax)
        return
    total, last = totals[0], so_far["week"].iloc[-1]
    spread = np.nan_to_num([[total["estimate"] - total["low"]], [total["high"] - total["estimate"]]])
    ax.errorbar([last], [total["estimate"]], yerr=spread, color=COLOURS[0], elinewidth=1.3, capsize=2)
    chart.alt += f"{plain(total['estimate'])} started"


def _of(weekly: pd.DataFrame, measure: str, statistic: str) -> pd.DataFrame:
    """A measure by week, in order, for everyone."""
    table = weekly[(weekly["measure"] == measure) & (weekly["statistic"] == statistic) & (weekly["area"] == ALL)]
    return table.sort_values("week")


def _weeks(run: RunTables) -> Any:
    """Mondays of the run's weeks, shape (n,)."""
    return run.weekly["week"].drop_duplicates().sort_values().to_numpy()


def _whole_weeks(run: RunTables) -> Any:
    """Mondays of the weeks that lie within the run: a count of fewer days cannot be compared."""
    weeks = _weeks(run)
    if len(run.daily) == 0:
        return weeks
    first, last = (day.to_datetime64() for day in (run.daily["date"].min(), run.daily["date"].max()))
    return weeks[(weeks >= first) & (weeks + np.timedelta64(6, "D") <= last)]


def _fewer_ticks(ax: Axes) -> None:
    """Every other date, for a panel a third as wide."""
    ticks, labels = ax.get_xticks(), [label.get_text() for label in ax.get_xticklabels()]
    if len(ticks) > 5:
        ax.set_xticks(ticks[::2], labels[::2])
