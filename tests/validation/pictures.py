"""Figures of the comparison with what was published: the model's lines, and published points, filled where they were used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from scenarios import derive_great_britain as derive
from scenarios import derive_programmes as support
from scenarios import derive_west_midlands as base
from sim.scenario.schema import AGE_GROUPS
from sim.show.style import COLOURS, DASHES, FAINT, MARKERS, Chart, date_axis, drawn, from_zero
from tests.validation.compared import Row
from tests.validation.national import Outcome, kickstart_jobs

POINTS = "Points: published; filled where they were used to choose numbers or are put in, hollow where they had no say."


def all_of(runs: list[Outcome], every: list[Row]) -> dict[str, Chart]:
    """Every figure by name."""
    return {
        "claimants": claimants(runs, every),
        "flows": flows(runs, every),
        "boroughs": boroughs(runs, every),
        "kickstart": kickstart(runs, every),
        "ages": ages(runs, every),
        "waits": waits(runs),
    }


def day_of(when: str) -> dt.date:
    """Where a month stands on the axis: its count day."""
    return derive.count_day(when)


def model(chart: Chart, ax: Axes, days: Sequence[dt.date], values: np.ndarray, name: str, slot: int, key: str) -> None:
    ax.plot(np.array(days, dtype="datetime64[s]"), values, color=COLOURS[slot], linestyle=DASHES[slot], gid=key)
    if name:
        chart.label(ax, np.datetime64(days[-1], "s"), float(values[-1]), name)


def points(ax: Axes, rows: Sequence[Row], days: Sequence[dt.date], slot: int, key: str, scale: float = 1.0) -> None:
    """Published points, filled or hollow."""
    for use in sorted({row.use == "out of sample" for row in rows}):
        some = [(day, scale * row.published) for row, day in zip(rows, days, strict=True) if (row.use == "out of sample") == use]
        ax.plot(
            np.array([day for day, _ in some], dtype="datetime64[s]"),
            [n for _, n in some],
            marker=MARKERS[slot],
            linestyle="none",
            color=COLOURS[slot],
            markerfacecolor="white" if use else COLOURS[slot],
            markersize=4.5,
            clip_on=False,
            zorder=3,
            gid=f"{key}-{'out' if use else 'used'}",
        )


def axis(ax: Axes) -> None:
    date_axis(ax, [np.datetime64(derive.FIRST), np.datetime64(derive.LAST)])


def of(every: list[Row], group: str) -> list[Row]:
    return [row for row in every if row.group == group]


def average(runs: list[Outcome], name: str) -> np.ndarray:
    return np.asarray(np.mean([getattr(one.monthly, name) for one in runs], axis=0))


@drawn
def claimants(runs: list[Outcome], every: list[Row]) -> Chart:
    some, total = of(every, "claimants"), average(runs, "total")
    chart = Chart("Claimants in Great Britain: model and published", f"Line: model. {POINTS} Not seasonally adjusted, on count days.")
    ax = chart.subplots()
    ax.set_title("Claimants, millions")
    months = runs[0].monthly.months
    model(chart, ax, [day_of(m) for m in months], total / 1e6, "model", 0, "model")
    points(ax, some, [day_of(row.when) for row in some], 0, "published", 1e-6)
    from_zero(ax)
    axis(ax)
    chart.alt = "Line chart. " + ", ".join(
        f"{row.when}: published {row.published / 1e6:.2f}, model {row.model / 1e6:.2f} million" for row in some
    )
    chart.numbers = "the table of every figure"
    return chart


@drawn
def flows(runs: list[Outcome], every: list[Row]) -> Chart:
    chart = Chart(
        "Claims begun and ended a month in Great Britain",
        f"Lines: model, in months of 30.4 days. {POINTS} Off-flow is leaving for any reason. That to the count of April 2020 was fitted.",
    )
    axes = chart.subplots(1, 2, sharey=True)
    months = runs[0].monthly.months
    for slot, (ax, key, name) in enumerate(zip(axes, ("on", "off"), ("On-flow, thousands", "Off-flow, thousands"), strict=True)):
        ax.set_title(name)
        model(chart, ax, [day_of(m) for m in months], average(runs, f"{key}_flow") / 1e3, "", slot, f"model-{key}")
        some = of(every, f"{key}-flow a month")
        middle = {"Feb and Mar 2020": "2020-03", "Sep to Nov 2021": "2021-10"}
        points(ax, some, [day_of(middle.get(row.when, row.when)) for row in some], slot, key, 1e-3)
        from_zero(ax)
        axis(ax)
        chart.alt += (
            f"{name}: " + ", ".join(f"{row.when} published {row.published / 1e3:.0f}, model {row.model / 1e3:.0f}" for row in some) + ". "
        )
    chart.numbers = "the table of every figure"
    return chart


@drawn
def boroughs(runs: list[Outcome], every: list[Row]) -> Chart:
    names = sorted(base.counts())
    chart = Chart(
        "The seven boroughs of the West Midlands within the country",
        f"Lines: model. {POINTS} All districts share one set of rates; a borough differs by its stock and its share of claims.",
        height=6.4,
    )
    axes = chart.subplots(2, 4).ravel()
    months = runs[0].monthly.months
    stock = np.mean([one.monthly.stock.sum(axis=2) for one in runs], axis=0)
    for ax, name in zip(axes, names, strict=False):
        ax.set_title(f"{name}, thousands")
        model(chart, ax, [day_of(m) for m in months], stock[:, runs[0].areas.index(name)] / 1e3, "", 0, f"model-{name}")
        some = of(every, f"claimants in {name}")
        points(ax, some, [day_of(row.when) for row in some], 0, name, 1e-3)
        from_zero(ax)
        axis(ax)
        ax.set_xticks([np.datetime64(f"{year}-01-01", "s") for year in (2020, 2021, 2022)], ["2020", "2021", "2022"])
        worst = max(some, key=lambda row: abs(row.error))
        chart.alt += f"{name}: largest error {worst.error:+.0%} in {worst.when}. "
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    chart.numbers = "the table of every figure"
    return chart


@drawn
def kickstart(runs: list[Outcome], every: list[Row]) -> Chart:
    chart = Chart(
        "Kickstart in Great Britain: approved, available, started",
        f"Lines: model; approved and available jobs are arithmetic on the scenario, starts are simulated. {POINTS}",
        height=5.0,
    )
    ax = chart.subplots()
    ax.set_title("Jobs so far, thousands")
    days = [dt.date(2020, 7, 1) + dt.timedelta(days=k) for k in range(0, (derive.LAST - dt.date(2020, 7, 1)).days + 1, 3)]
    for slot, stage in enumerate(("approved", "available", "started")):
        values = [
            np.mean([one.on(one.starts["Kickstart"], day) for one in runs]) if stage == "started" else kickstart_jobs(stage, day)
            for day in days
        ]
        name = {"approved": "", "available": "model: approved,\nthen available"}.get(stage, f"model: {stage}")
        model(chart, ax, days, np.array(values) / 1e3, name, slot, f"model-{stage}")
        some = of(every, f"Kickstart, jobs {stage}")
        points(ax, some, list(support.kickstart(stage)), slot, stage, 1e-3)
        chart.alt += (
            f"{stage}: " + ", ".join(f"{row.when} published {row.published / 1e3:.0f}, model {row.model / 1e3:.0f}" for row in some) + ". "
        )
    from_zero(ax)
    axis(ax)
    chart.numbers = "the table of every figure"
    return chart


@drawn
def ages(runs: list[Outcome], every: list[Row]) -> Chart:
    chart = Chart(
        "Share of claimants by age",
        "Lines: model, Great Britain. Small points: published, UK (18-24 for 16-24); only January 2020 is put in.",
    )
    ax = chart.subplots()
    ax.set_title("Share of claimants")
    months = runs[0].monthly.months
    stock = np.mean([one.monthly.stock.sum(axis=1) for one in runs], axis=0)
    known = [row["month"] for row in base.rows("uk_claimants.csv") if row["series"] == "UK aged 50+" and row["month"] >= "2020-01"]
    whole = {m: sum(base.ons(f"UK aged {g.replace('16', '18')}", m) for g in AGE_GROUPS) for m in known}
    for k, group in enumerate(AGE_GROUPS):
        model(chart, ax, [day_of(m) for m in months], stock[:, k] / stock.sum(axis=1), group, k, f"model-{group}")
        published = [base.ons(f"UK aged {group.replace('16', '18')}", m) / whole[m] for m in known]
        ax.plot(np.array([day_of(m) for m in known], dtype="datetime64[s]"), published, marker=MARKERS[k], linestyle="none",
                color=COLOURS[k], markerfacecolor="white", markersize=3.5, gid=f"published-{group}")  # fmt: skip
        chart.alt += (
            f"{group}: "
            + ", ".join(f"{row.when} published {row.published:.1%}, model {row.model:.1%}" for row in of(every, f"share aged {group}"))
            + ". "
        )
    ax.set_ylim(0, 0.7)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axis(ax)
    chart.numbers = "the table of every figure"
    return chart


@drawn
def waits(runs: list[Outcome]) -> Chart:
    chart = Chart(
        "Working days from claim to first meeting held, by month of the claim",
        "Model only: nothing was published to compare it with. Claims that had a first meeting by the end of the run. From 24 March "
        "to 30 June 2020 hardly anyone was seen, so claims of that time waited until July.",
        height=3.6,
    )
    ax = chart.subplots()
    ax.set_title("Working days, mean")
    values = np.mean([one.wait for one in runs], axis=0)
    first = [dt.date.fromisoformat(f"{month}-01") for month in derive.months()][: len(values)]
    ax.bar(
        np.array(first, dtype="datetime64[s]"),
        values,
        width=np.timedelta64(24, "D"),
        color=COLOURS[0],
        align="edge",
        edgecolor=FAINT,
        linewidth=0,
    )
    ax.set_ylim(bottom=0)
    axis(ax)
    chart.alt = "Bar chart. " + ", ".join(f"{day:%b %Y} {value:.0f}" for day, value in zip(first, values, strict=True))
    chart.numbers = "the text of this figure"
    return chart
