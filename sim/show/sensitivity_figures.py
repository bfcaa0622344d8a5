"""Sensitivity in figures: a tornado, the spread of random draws, Morris's screening and Sobol indices."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.experiment.asked import Figure
from sim.experiment.sensitivity import LATIN, MORRIS, SOBOL, TORNADO, Sensitivity
from sim.show.labels import figure_name
from sim.show.rounding import in_unit
from sim.show.style import COLOURS, FAINT, INK, MARKERS, Chart, drawn, empty, plain_numbers, unit_axis

MOST = 15
"""Assumptions in a figure or a table, at most; the others are counted."""
LABELLED = 8
"""Points of a scatter plot that are named."""
LOW, HIGH = COLOURS[0], COLOURS[3]
_LABEL = 38
"""Characters of a label before it goes on to another line."""


def name(row: Mapping[Any, Any]) -> str:
    """An assumption, and in a set which of its numbers."""
    return f"{row['label']} {row.get('member', '')}".strip()


def left_out(found: Sensitivity, figure: Figure) -> str:
    """How many draws have no value of a figure in some replication; nothing where all have one."""
    draws = found.draws[str(figure)]
    number = int(draws.isna().sum())
    if not number:
        return ""
    what = "is not reached in every replication" if figure.unit == "date" else "has no value in some replication"
    return f"In {number} of {len(draws)} draws it {what}; {'these are' if number > 1 else 'this one is'} left out"


def without(row: Mapping[Any, Any]) -> list[str]:
    """The ends of an assumption's interval at which the figure has no value, in words."""
    return [f"no value at its {end}" for end in ("low", "high") if np.isnan(row[f"at_{end}"])]


def others(number: int, most: float, unit: str) -> str:
    """What is said of those that are not shown."""
    if not most > 0:
        return f"{number} other{'s' * (number > 1)} without effect"
    return f"{number} other{'s' * (number > 1)}, {'each ' * (number > 1)}{in_unit(most, unit, differs=True)} at most"


@drawn
def tornado(found: Sensitivity, figure: Figure) -> Chart:
    """The difference from the base with each assumption at its low and at its high end, the widest first."""
    rows = found.rows(TORNADO, figure)
    fits = min(MOST, max(1, int((rows["swing"].isna() | (rows["swing"] > 0)).sum())))
    shown, left = rows.head(fits), rows.iloc[fits:]
    scale, unit = _scale(figure)
    base = in_unit(float(rows["base"].iloc[0]), figure.unit)
    foot = f"{found.name}. Bars: one assumption at an end of its interval, all others as written. Lines: 95% intervals, paired by luck."
    if len(left):
        foot += f" Not shown: {others(len(left), left['swing'].iloc[0], figure.unit)}."
    chart = Chart(f"{figure_name(figure)}: difference from {base} as written", foot, width=9.0, height=1.5 + 0.48 * max(len(shown), 3))
    ax = chart.subplots()
    ax.set_title(unit)
    at = np.arange(len(shown), dtype=float)
    ends = {"low": (-0.19, LOW, ""), "high": (0.19, HIGH, "////")}
    for end, (aside, colour, hatch) in ends.items():
        value, low, high = (shown[f"at_{end}{which}"].to_numpy(dtype=float) * scale for which in ("", "_from", "_to"))
        look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0.4}
        ax.barh(at + aside, np.nan_to_num(value), height=0.36, **look)
        spread = np.nan_to_num(np.array([value - low, high - value]))
        ax.errorbar(value, at + aside, xerr=spread, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
        for i in np.flatnonzero(np.isfinite(value))[:1]:
            chart.label(ax, max(value[i], high[i] if np.isfinite(high[i]) else value[i], 0.0), at[i] + aside, f"at its {end}")
        for i in np.flatnonzero(np.isnan(value)):
            ax.annotate(f"no value at its {end}", (0, at[i] + aside), (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.axvline(0, color=INK, linewidth=1)
    _assumptions(ax, shown)
    chart.alt = f"Bar chart. {chart.title}:" + "".join(
        f" {name(row)} ({row['interval']}), "
        + ", ".join(
            f"at its {end} {_signed(row[f'at_{end}'], figure) if np.isfinite(row[f'at_{end}']) else 'no value'}" for end in ("low", "high")
        )
        + "."
        for row in shown.to_dict("records")
    )
    return _done(chart, "tornado.csv")


@drawn
def spread(found: Sensitivity, figure: Figure) -> Chart:
    """Random draws of all assumptions, and below them what these, the number of draws and luck leave open."""
    one = found.components[str(figure)]
    scale, unit = _scale(figure)
    values = found.draws[str(figure)].to_numpy(dtype=float) * scale
    values = values[np.isfinite(values)]
    foot = (
        f"{found.name}. {one.draws} draws of all assumptions at once within their intervals, mean of {one.replications} replications each."
    )
    if out := left_out(found, figure):
        foot += f" {out}."
    chart = Chart(f"{figure_name(figure)}: what the assumptions leave open", foot, height=4.6)
    top, bottom = chart.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [2.2, 1]})
    top.set_title("Draws")
    top.hist(values, bins=min(30, max(8, round(2 * len(values) ** 0.5))), color=COLOURS[0], edgecolor="white", linewidth=0.6)
    top.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    lines = {
        "95% of the draws: the assumptions": one.range,
        "their mean, 95% interval: the number of draws": one.interval,
        "... of these draws alone: luck": one.monte_carlo,
    }
    for height, ends in enumerate(lines.values()):
        colour, width = COLOURS[height % 3], (6, 4, 2)[height]
        bottom.plot(np.array(ends) * scale, [height, height], color=colour, linewidth=width, solid_capstyle="butt")
        bottom.plot(one.mean * scale, height, marker=MARKERS[height], color=colour, markeredgecolor="white", markersize=8)
    bottom.set_yticks(range(len(lines)), [textwrap.fill(text, 26) for text in lines], fontsize=8.5)
    bottom.set_ylim(len(lines) - 0.5, -0.5)
    bottom.grid(True, axis="x")
    bottom.tick_params(axis="y", length=0)
    bottom.set_xlabel("" if figure.unit == "date" else unit, fontsize=8.5, loc="left")
    if TORNADO in found.tables:
        base = float(found.rows(TORNADO, figure)["base"].iloc[0])
        for ax in (top, bottom):
            ax.axvline(base * scale, color=FAINT, linewidth=1, linestyle=(0, (2, 2)))
        top.annotate("as written", (base * scale, 1), (3, 2), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8)
    unit_axis(bottom.xaxis, figure.unit)
    low, high, *told = (in_unit(end, figure.unit) for end in (*one.range, *one.interval))
    chart.alt = (
        f"Histogram with intervals. {chart.title}: 95% of {one.draws} draws between {low} and {high}, their mean "
        f"{in_unit(one.mean, figure.unit)}, which so many draws tell to between {told[0]} and {told[1]}.{f' {out}.' * bool(out)}"
    )
    return _done(chart, "uncertainty.csv, draws.csv")


@drawn
def morris(found: Sensitivity, figure: Figure) -> Chart:
    """Mean size of elementary effects against how much they vary."""
    rows = found.rows(MORRIS, figure)
    scale, unit = _scale(figure)
    foot = (
        f"{found.name}. Lines: 95% intervals of mu*. Above the dotted line effects vary by more than their mean size: they depend on other "
        f"assumptions, or change direction. Hollow: no larger than luck."
    )
    single = rows[rows["sigma"].notna()]
    sets = rows[rows["sigma"].isna()]
    if len(sets):
        widest = f"{name(sets.to_dict('records')[0])}, has mu* {sets['mu_star'].iloc[0] * scale:.3g}"
        foot += f" Sets of shares, which have no sigma, are left out; the largest, {widest}."
    chart = Chart(f"{figure_name(figure)}: what moves it most, and how evenly", foot, width=9.0, height=5.2)
    ax = chart.subplots()
    ax.set_title(f"sigma: standard deviation of the effect over the whole interval, {unit}")
    ax.set_xlabel(f"mu*: mean size of the effect over the whole interval, {unit}", fontsize=8.5, loc="left")
    star, low, high, sigma = (single[column].to_numpy(dtype=float) * scale for column in ("mu_star", "mu_star_from", "mu_star_to", "sigma"))
    told = single["mu_star"].to_numpy() > single["luck"].to_numpy()
    spread = np.nan_to_num(np.array([star - low, high - star]))
    ax.errorbar(star, sigma, xerr=spread, fmt="none", ecolor=FAINT, elinewidth=0.8)
    for which, fill in ((told, COLOURS[0]), (~told, "white")):
        ax.plot(star[which], sigma[which], linestyle="none", marker="o", color=COLOURS[0], markerfacecolor=fill, markersize=5)
    end = float(np.nanmax(star, initial=0.0)) or 1.0
    ax.plot([0, end], [0, end], color=FAINT, linewidth=1, linestyle=(0, (1.2, 1.4)))
    for row, x, y in list(zip(single.to_dict("records"), star, sigma, strict=True))[:LABELLED]:
        if np.isfinite(y):
            chart.label(ax, x, y, name(row))
    for text in ax.texts:
        text.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.6})
    ax.set_xlim(0, 1.45 * end)
    ax.set_ylim(bottom=0)
    ax.grid(True, axis="both")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(plain_numbers())
    chart.alt = f"Scatter chart. {chart.title}:" + "".join(
        f" {name(row)}, mu* {row['mu_star'] * scale:.3g}, sigma {row['sigma'] * scale:.3g}." for row in single.head(MOST).to_dict("records")
    )
    return _done(chart, "morris.csv")


@drawn
def sobol(found: Sensitivity, figure: Figure) -> Chart:
    """First-order and total indices with their intervals."""
    rows = found.rows(SOBOL, figure)
    foot = f"{found.name}. Lines: 95% intervals. What total has beyond first the assumption does together with others."
    chart = Chart(
        f"{figure_name(figure)}: share of the variance that goes back to each", foot, width=9.0, height=1.6 + 0.44 * max(len(rows), 3)
    )
    ax = chart.subplots()
    ax.set_title("%")
    at = np.arange(len(rows), dtype=float)
    for slot, which in enumerate(("first", "total")):
        value, low, high = (100 * rows[f"{which}{end}"].to_numpy(dtype=float) for end in ("", "_from", "_to"))
        height = at + (-0.15, 0.15)[slot]
        ends = np.nan_to_num(np.array([value - low, high - value]))
        ax.errorbar(value, height, xerr=np.maximum(ends, 0), fmt=MARKERS[slot], color=COLOURS[slot], markersize=5, elinewidth=1.3)
        if len(rows) and np.isfinite(value[0]):
            chart.label(ax, max(value[0], high[0]), height[0], which)
    if not np.isfinite(rows["total"]).any():
        empty(ax)
    ax.axvline(0, color=INK, linewidth=1)
    _assumptions(ax, rows)
    chart.alt = f"Dot chart. {chart.title}:" + "".join(
        f" {name(row)}, first {100 * row['first']:.0f}%, total {100 * row['total']:.0f}%." for row in rows.to_dict("records")
    )
    return _done(chart, "sobol.csv")


MAKERS: dict[str, Callable[..., Chart]] = {TORNADO: tornado, LATIN: spread, MORRIS: morris, SOBOL: sobol}
"""By method."""


def _assumptions(ax: Axes, rows: pd.DataFrame) -> None:
    """One below the other, each with its interval in words."""
    names = ["\n".join(textwrap.fill(words, _LABEL) for words in (name(row), row["interval"])) for row in rows.to_dict("records")]
    ax.set_yticks(range(len(rows)), names, fontsize=8.5)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(plain_numbers())


def _scale(figure: Figure) -> tuple[float, str]:
    """Of a figure's values on an axis, and the unit there."""
    return (100.0, "percentage points") if figure.unit == "share" else (1.0, "days" if figure.unit == "date" else figure.unit)


def _signed(value: float, figure: Figure) -> str:
    return f"{'+' if value > 0 else ''}{in_unit(value, figure.unit, differs=True)}"


def _done(chart: Chart, numbers: str) -> Chart:
    chart.numbers = numbers
    return chart
