"""Dot charts with intervals: jobcentres side by side, and differences of scenarios from a base."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.experiment.compare import Comparison
from sim.measures import MEASURES
from sim.results import ALL, RunTables
from sim.scenario import Scenario
from sim.show.labels import COMPARED, HEADLINE
from sim.show.rounding import plain
from sim.show.style import COLOURS, FAINT, INK, MARKERS, Chart, drawn, empty, plain_numbers
from sim.show.words import difference, everyone, footnote

_ON_SCREEN_ONLY = {
    *(("cost", part) for part in ("coaches", "training", "estate", "programmes")),
    *(("displaced_entries", whose) for whose in ("gained", "among_claimants", "among_others")),
    ("cost_per_additional_entry", "ratio"),  # says nothing without its verdict
    ("returns", "count"),
    ("vacancies", "mean"),
}
"""What a figure of differences leaves to the table."""
NUMBERS = ("estimate", "low", "high", "range_low", "range_high")


@drawn
def jobcentres(run: RunTables, scenario: Scenario | None = None, measure: str = "first_meeting_wait", statistic: str = "") -> Chart:
    """One measure for each jobcentre with its interval, highest first; temporary ones apart if the scenario is given.

    Args:
        measure: an identifier of :data:`sim.measures.MEASURES`, not that of a date.
        statistic: one of the measure's; its first if left out.

    Raises:
        ValueError: if there is no such measure or statistic.
    """
    numeric = {name: known for name, known in MEASURES.items() if known.unit != "date"}
    if measure not in numeric:
        raise ValueError(f"expected a measure, one of {', '.join(numeric)}, not '{measure}'")
    known = numeric[measure]
    statistic = statistic or known.statistics[0]
    if statistic not in known.statistics:
        raise ValueError(f"expected a statistic of {measure}, one of {', '.join(known.statistics)}, not '{statistic}'")
    rows = run.summary[(run.summary["measure"] == measure) & (run.summary["statistic"] == statistic) & (run.summary["jobcentre"] != ALL)]
    rows = rows.dropna(subset="estimate").sort_values(["estimate", "jobcentre"], ascending=[False, True])
    is_temporary = rows["jobcentre"].isin(list(scenario.temporary) if scenario else [])
    groups = [("permanent", rows[~is_temporary]), ("temporary", rows[is_temporary])]

    height = 1.7 + 0.2 * max(len(rows) + 2 * int(is_temporary.any()), 4)
    chart = Chart(f"{_title(measure, statistic)}, by jobcentre", footnote(run), height=height)
    ax = chart.subplots()
    ax.set_title("%" if known.unit == "share" else known.unit)
    scale = 100 if known.unit == "share" else 1
    below, places, names = 0.0, list[float](), list[str]()
    for slot, (kind, group) in enumerate(groups):
        if len(group) == 0:
            continue
        if kind == "temporary":
            below += 1.6
            at_left = ax.get_yaxis_transform()
            ax.text(0.01, below - 0.95, "temporary, while open:", transform=at_left, va="center", fontsize=8.5, color=FAINT)
        heights = below + np.arange(len(group))
        dots(ax, heights, group[[name for name in NUMBERS if name in group]] * scale, slot, kind)
        places += list(heights)
        names += list(group["jobcentre"])
        chart.alt += "".join(
            f" {word} of the {kind} ones: {row['jobcentre']}, {plain(row['estimate'], known.unit)}."
            for word, row in (("Highest", group.iloc[0]), ("Lowest", group.iloc[-1]))
        )
        below = heights[-1] + 1
    if names:
        ax.set_yticks(places, names, fontsize=8.5)
        ax.set_ylim(below - 0.4, -0.6)
    else:
        empty(ax)
        ax.set_xticks([])
    chart.alt = f"Dot chart of {len(rows)} jobcentres with 95% intervals. {chart.title}.{chart.alt}"
    chart.numbers = f"summary.csv: {measure}, {statistic}"
    return chart


@drawn
def differences(comparison: Comparison) -> Chart:
    """Paired differences of each scenario from the base in the main measures, with their intervals."""
    table, base = comparison.table, comparison.base
    others = list(dict.fromkeys(table["other"]))
    keys = [key for labels in COMPARED.values() for key in labels if key[1] != "at_end" and key not in _ON_SCREEN_ONLY]
    rows = {key: [] for key in keys}  # type: dict[tuple[str, str], list[dict[str, object]]]
    for row in everyone(table):
        if (key := (row["measure"], row["statistic"])) in rows and np.isfinite(row["difference"]):
            rows[key].append(row)
    shown = {key: found for key, found in rows.items() if found}
    lines = -(-max(len(shown), 1) // 2)
    names = [textwrap.fill(name, 26) for name in others]
    text_lines = sum(name.count("\n") + 1 for name in names)
    chart = Chart(
        f"Difference from {base.name}",
        f"{footnote(base)} Differences are paired by replication.",
        width=9.0,
        height=1.2 + lines * (0.85 + 0.19 * text_lines),
    )
    grid = np.atleast_1d(np.array(chart.subplots(lines, 2, sharey=True))).ravel()
    for ax in grid[len(shown) :]:
        ax.set_visible(False)
    for ax, ((measure, statistic), found) in zip(grid, shown.items(), strict=False):
        unit = str(found[0]["unit"])
        its = pd.DataFrame(found).drop(columns="estimate", errors="ignore").rename(columns={"difference": "estimate"})
        numbers = its[[name for name in NUMBERS if name in its]].astype(float)
        scale: float = (
            100 if unit == "share" else 1e-6 if unit == "pounds" and np.nanmax(np.abs(numbers.to_numpy(dtype=float))) >= 1e6 else 1
        )
        name = {"share": "percentage points", "date": "days later"}.get(unit, unit if scale == 1 else f"million {unit}")
        ax.set_title(f"{_title(measure, statistic)},\n{name}")
        ax.axvline(0, color=INK, linewidth=1, zorder=1.5)
        heights = np.array([others.index(str(row["other"])) for row in found], dtype=float)
        dots(ax, heights, numbers * scale, 0, f"{measure}-{statistic}")
        chart.alt += "".join(f" {_title(measure, statistic)}, {row['other']}: {difference(row)}." for row in found)
    grid[0].set_yticks(range(len(others)), names, fontsize=8.5)
    grid[0].set_ylim(len(others) - 0.4, -0.6)
    if not shown:
        grid[0].set_visible(True)
        empty(grid[0])
        grid[0].set_xticks([])
    chart.alt = f"Dot chart, a panel for each measure. {chart.title}, paired by replication.{chart.alt}"
    chart.numbers = "comparison.csv"
    return chart


def dots(ax: Axes, heights: NDArray[np.floating[Any]], numbers: pd.DataFrame, slot: int, key: str) -> None:
    """Estimates as dots with intervals as lines, one below the other, and ranges of draws as thinner ones; ``numbers`` has the columns
    of :data:`NUMBERS`, the last two where the assumptions were varied."""
    estimate, low, high = (numbers[name].to_numpy(dtype=float) for name in ("estimate", "low", "high"))
    if "range_low" in numbers:
        ax.hlines(heights, numbers["range_low"], numbers["range_high"], color=COLOURS[slot], linewidth=0.7)
        for end in ("range_low", "range_high"):  # seen too where few draws make the interval the wider of the two
            ax.plot(numbers[end].to_numpy(dtype=float), heights, linestyle="none", marker="|", color=COLOURS[slot], markersize=9)
    width = 1.3 if "range_low" not in numbers else 2.6
    spread = np.nan_to_num(np.array([estimate - low, high - estimate]))
    drawn_dots = ax.errorbar(estimate, heights, xerr=spread, fmt=MARKERS[slot], color=COLOURS[slot], markersize=4.5, elinewidth=width)
    drawn_dots.lines[0].set_gid(key)
    if not np.nan_to_num(numbers.to_numpy(dtype=float)).any():
        ax.set_xlim(-1, 1)
    ax.grid(True, axis="both")
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(plain_numbers())
    ax.locator_params(axis="x", nbins=7)


def _title(measure: str, statistic: str) -> str:
    """``First meetings: wait for the meeting held, mean``."""
    for group, labels in [*COMPARED.items(), *HEADLINE.items()]:
        label = labels.get((measure, statistic), "...")
        if not label.startswith("..."):
            return f"{group}: {label}"
    return f"{measure.replace('_', ' ').capitalize()}, {statistic.replace('_', ' ')}"
