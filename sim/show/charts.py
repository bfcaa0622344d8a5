"""Figures over time of one run or of scenarios compared, and the figures of a folder."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.experiment.compare import Comparison
from sim.experiment.store import clearly, whole, write_text
from sim.measures import MEASURES
from sim.results import ALL, RunTables, over_replications
from sim.scenario import Scenario
from sim.scenario.load_check import offered_load, region
from sim.scenario.schema import AGE_GROUPS
from sim.show import run_length, support
from sim.show.dots import differences, jobcentres
from sim.show.marks import mark
from sim.show.of_comparison import differences_by_jobcentre, differences_over_time
from sim.show.rounding import date, plain
from sim.show.style import COLOURS, MOST, SOME, Chart, date_axis, drawn, from_zero, line, reference, shown
from sim.show.words import footnote

NAME, NAME_LINES = 18, 3
"""Characters of a line of a scenario's name beside its line, and how many such lines fit."""
WAIT, INTERVAL = "first_meeting_wait", "review_interval"


@drawn
def waits(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Working days from the claim to the date offered and to the first meeting held, by week of claim."""
    chart = Chart("Wait for the first meeting, by week of claim", footnote(run), height=6.2)
    top, bottom = chart.subplots(2, 1, sharex=True, sharey=True)
    top.set_title("To the first date offered, working days")
    bottom.set_title("To the meeting held, working days")
    for ax, measure in {top: "first_meeting_offered", bottom: WAIT}.items():
        _weekly_line(chart, ax, run, measure, "mean", "mean", 0)
        _weekly_line(chart, ax, run, measure, "p90", "90th percentile", 1)
    if scenario is not None and top.lines:
        target = int(scenario.appointments.first_meeting.target_working_days)
        reference(chart, top, _weeks(run)[[0, -1]], [target, target], "target", "target")
        chart.alt += f" The target is a date offered within {target} working days."
    _finish(chart, run, scenario, "weekly.parquet: first_meeting_offered, first_meeting_wait")
    return chart


@drawn
def reviews(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Days between reviews against those asked for, and working days late, by week."""
    chart = Chart("Work search reviews, by week", footnote(run), height=6.2)
    top, bottom = chart.subplots(2, 1, sharex=True)
    top.set_title("From the meeting before to the review held, days, mean")
    _weekly_line(chart, top, run, INTERVAL, "mean", "held", 0)
    if scenario is not None and top.lines:
        load, weeks = region(offered_load(scenario)), _weeks(run)
        asked = 7 * load.set_index("month")["weeks_between_reviews"].replace(np.inf, np.nan)
        by_week = asked.reindex(pd.Index(np.maximum(weeks, np.datetime64(scenario.period.from_))).strftime("%Y-%m")).to_numpy()
        if np.isfinite(by_week).any():
            reference(chart, top, weeks, by_week, "asked for", "asked_for")
            chart.alt += " Asked for: what the contact policy asks of the expected caseload, by arithmetic."
    bottom.set_title("From the day a review was due to the day it was held, working days, mean")
    _weekly_line(chart, bottom, run, "review_delay", "mean", "", 0)
    _finish(chart, run, scenario, "weekly.parquet: review_interval, review_delay")
    return chart


@drawn
def coaches(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Coaches trained and in training, and the caseload of each, by week."""
    chart = Chart("Work coaches and caseload, by week", footnote(run), height=6.2)
    top, bottom = chart.subplots(2, 1, sharex=True)
    top.set_title("Coaches, full-time equivalents, mean of the week")
    _weekly_line(chart, top, run, "coaches", "mean", "trained", 0)
    line(chart, top, in_training(run), "in training", 1, "in_training")
    bottom.set_title("Caseload for each trained coach, people")
    _weekly_line(chart, bottom, run, "caseload_per_coach", "mean", "", 0)
    _finish(chart, run, scenario, "weekly.parquet: coaches, caseload_per_coach; daily.parquet: in_training")
    return chart


@drawn
def use(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Share of coach and desk minutes booked, by week."""
    chart = Chart("Coach and desk time booked on the day, by week", footnote(run))
    ax = chart.subplots()
    ax.set_title("Minutes booked for appointments, % of the minutes there for them")
    _weekly_line(chart, ax, run, "coach_use", "share", "coaches", 0)
    _weekly_line(chart, ax, run, "desk_use", "share", "desks", 1)
    _finish(chart, run, scenario, "weekly.parquet: coach_use, desk_use", percent=True)
    return chart


@drawn
def backlog(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """People who wait for a first meeting and whose review is due, by week."""
    chart = Chart("People waiting at the close of the day, by week", footnote(run), height=6.2)
    top, bottom = chart.subplots(2, 1, sharex=True)
    top.set_title("For a first meeting, people, mean of the week")
    _weekly_line(chart, top, run, "first_meeting_waiting", "mean", "", 0)
    bottom.set_title("For a review that is due or overdue, people, mean of the week")
    _weekly_line(chart, bottom, run, "reviews_overdue", "mean", "", 0)
    _finish(chart, run, scenario, "weekly.parquet: first_meeting_waiting, reviews_overdue")
    return chart


@drawn
def job_entries(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Share who have entered work by weeks since the claim: everyone, and by age group."""
    chart = Chart("Share who entered work, by weeks since the claim", footnote(run), width=9.0)
    left, right = chart.subplots(1, 2, sharey=True, sharex=True)
    left.set_title("All who claimed in the run, %")
    right.set_title("By age group, %")
    known = {name: shown(table, run, MOST).dropna(subset="estimate") for name, table in run.incidence.groupby("age_group", sort=False)}
    if len(known.get(ALL, ())):
        line(chart, left, known[ALL], "", 0, "all")
        rate = known[ALL].set_index("week")["estimate"].astype(float)
        for week in rate.index.intersection([13, 26, 52]):
            left.plot(week, rate[week], marker="o", color=COLOURS[0], markersize=5, linestyle="none", gid=f"after_{week}_weeks")
            left.annotate(
                f"{week} weeks: {plain(rate[week], 'share')}", (week, rate[week]), (5, -11), textcoords="offset points", fontsize=8.5
            )
            chart.alt += f" {plain(rate[week], 'share')} after {week} weeks."
    for slot, group in enumerate(AGE_GROUPS):
        if group in known:
            line(chart, right, known[group], "", slot, f"age_{group}")
    last = max([13, *(int(table["week"].max()) for table in known.values() if len(table))])
    for group in AGE_GROUPS:  # one below the other right of all lines: these may end at different weeks, one on another's name
        if group in known and len(known[group]):
            chart.label(right, last, float(known[group]["estimate"].iloc[-1]), group)
    for ax in (left, right):
        from_zero(ax, percent=True)
        ax.set_xlabel("weeks since the claim", fontsize=8.5, loc="left")
        ax.set_xticks(range(0, last + 1, 13))
        ax.set_xlim(-1, last + 1)
    chart.alt = f"Line chart, two panels. {chart.title}, with other leaving as a competing risk.{chart.alt}"
    chart.numbers = "incidence.parquet"
    return chart


@drawn
def over_time(comparison: Comparison) -> Chart:
    """Wait for the first meeting and interval between reviews of the base and each other scenario, by week."""
    names, runs = list(dict.fromkeys(comparison.table["other"])), comparison.others
    chart = Chart(f"Compared with {comparison.base.name}, by week", footnote(comparison.base), 9.0, 1.2 + 2.4 * len(runs))
    panels = chart.subplots(len(runs), 2, sharex=True, sharey="col", squeeze=False)
    titles = {WAIT: "Wait for the meeting held, working days", INTERVAL: "Time between reviews, days"}
    for row, name, other in zip(panels, names, runs, strict=True):
        for ax, (measure, title) in zip(row, titles.items(), strict=True):
            ax.set_title(f"{textwrap.fill(name, 50)}:\n{title}")
            of_base, of_other = _beside(comparison.base.name, name)
            _weekly_line(chart, ax, comparison.base, measure, "mean", of_base, 0)
            _weekly_line(chart, ax, other, measure, "mean", of_other, 1)
    for ax in panels.flat:
        from_zero(ax)
        date_axis(ax, _weeks(comparison.base))
    chart.alt = f"Line chart, two panels for each scenario. {chart.title}.{chart.alt}"
    chart.numbers = "weekly.parquet of each run: first_meeting_wait, review_interval"
    return chart


def of_waits(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Jobcentres by the wait for the meeting held."""
    return jobcentres(run, scenario, WAIT)


def of_reviews(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Jobcentres by the interval between reviews."""
    return jobcentres(run, scenario, INTERVAL)


FIGURES: dict[str, Callable[[RunTables, Scenario | None], Chart]] = {
    "waits": waits,
    "reviews": reviews,
    "coaches": coaches,
    "use": use,
    "job_entries": job_entries,
    "backlog": backlog,
    "jobcentres_waits": of_waits,
    "jobcentres_reviews": of_reviews,
    "programmes": support.programmes,
    "labour_market": support.labour_market,
    "precision": run_length.precision,
    "warm_up": run_length.warm_up,
}
"""The figures of a run folder, by file name."""

NEEDS: dict[str, Callable[[RunTables], bool]] = {
    "programmes": lambda run: bool((run.summary["measure"] == "programme_starts").any()),
    "labour_market": lambda run: bool((run.summary["measure"] == "vacancies").any()),
    "precision": lambda run: "precision" in run.info,
    "warm_up": lambda run: "warm_up" in run.info,
}
"""Figures that are drawn only of some runs, and of which."""

COMPARISON_FIGURES: dict[str, Callable[[Comparison], Chart]] = {
    "differences": differences,
    "differences_by_jobcentre": differences_by_jobcentre,
    "differences_over_time": differences_over_time,
    "over_time": over_time,
}
"""The figures of a comparison, by file name."""


def save(run: RunTables, folder: str | Path, scenario: Scenario | None = None) -> None:
    """Draw the figures of a run into a folder, see :func:`write`; those of another run that do not apply to this one go."""
    apply = {name: make for name, make in FIGURES.items() if name not in NEEDS or NEEDS[name](run)}
    for name in FIGURES.keys() - apply.keys():
        for kind in ("svg", "png"):
            (Path(folder) / f"{name}.{kind}").unlink(missing_ok=True)
    write({name: make(run, scenario) for name, make in apply.items()}, folder)


def write(charts: Mapping[str, Chart], folder: str | Path) -> None:
    """Write figures as SVG and PNG, and a README.md with each in words and where its numbers are, each file whole or not at all.

    Raises:
        RunError: if they cannot be written.
    """
    folder = Path(folder)
    with clearly(folder):
        folder.mkdir(parents=True, exist_ok=True)
    text = [
        f"# Figures\n\nA line has a gap where fewer than {SOME:.0%} of the replications have a value, "
        f"and stops where fewer than {MOST:.0%} follow people so long.\n"
    ]
    for name, chart in charts.items():
        write_text(folder, f"{name}.svg", chart.svg())
        with whole(folder, f"{name}.png") as file:
            file.write_bytes(chart.png())
        text.append(f"## {name}\n\n{chart.alt}\n\nThe same numbers as a table: {chart.numbers}.\n")
    write_text(folder, "README.md", "\n".join(text))


def in_training(run: RunTables) -> pd.DataFrame:
    """Coaches in training everywhere, mean over the days of each week: week, estimate, low, high, replications."""
    if len(run.daily) == 0:
        return pd.DataFrame(columns=["week", "estimate", "low", "high", "replications"])
    days = run.daily.groupby(["replication", "date"])["in_training"].sum().reset_index(name="value")
    days["week"] = days["date"] - pd.to_timedelta(days["date"].dt.day_of_week, unit="D")
    return over_replications(days.groupby(["replication", "week"])["value"].mean().reset_index(), ["week"], run.per_draw)


def _weekly_line(chart: Chart, ax: Axes, run: RunTables, measure: str, statistic: str, name: str, slot: int) -> None:
    """A line of all jobcentres together, and its highest and last value in the alternative text."""
    table = run.weekly[run.weekly["programme"] == ALL]
    table = shown(table[(table["area"] == ALL) & (table["measure"] == measure) & (table["statistic"] == statistic)], run, SOME)
    line(chart, ax, table, name, slot, f"{measure}-{statistic}")
    known = table.dropna(subset="estimate")
    if len(known):
        at = (int(known["estimate"].to_numpy(dtype=float).argmax()), -1)
        most, end = (
            f"{plain(row['estimate'], MEASURES[measure].unit)} in the week of {date(row['week'])}"
            for row in known.iloc[list(at)].to_dict("records")
        )
        what = ", ".join(filter(None, (ax.get_title(loc="left").strip(), name)))
        chart.alt += f" {' '.join(what.split())}: at most {most}, last {end}."


def _beside(*names: str) -> tuple[str, ...]:
    """The names of base and other as they fit beside their lines, or just these words where one is too long."""
    broken = tuple(textwrap.fill(name, NAME, break_long_words=False) for name in names)
    fits = all(len(lines := name.split("\n")) <= NAME_LINES and max(map(len, lines)) <= NAME for name in broken)
    return broken if fits and len(set(broken)) == len(names) else ("base", "other")


def _weeks(run: RunTables) -> Any:
    return run.weekly["week"].drop_duplicates().sort_values().to_numpy()


def _finish(chart: Chart, run: RunTables, scenario: Scenario | None, numbers: str, percent: bool = False) -> None:
    """Axes from zero, dates below, what was planned above, and the figure in words."""
    for ax in chart.axes:
        from_zero(ax, percent=percent)
    date_axis(chart.axes[-1], _weeks(run))
    if scenario is not None and len(run.weekly):
        mark(chart, scenario)
    chart.alt = f"Line chart, {len(chart.axes)} panel{'s' * (len(chart.axes) > 1)}. {chart.title}.{chart.alt}"
    chart.numbers = numbers
