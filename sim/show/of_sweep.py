"""A sweep in words, and as a heatmap of two levers or a line over one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from sim.experiment.asked import Figure
from sim.experiment.sweep import Sweep
from sim.show.labels import figure_name
from sim.show.page import ONE_LUCK, Block, Page, short_key, what_was_made
from sim.show.rounding import BLANK, rounded, signed
from sim.show.style import COLOURS, INK, MARKERS, Chart, drawn, empty, plain_numbers
from sim.show.words import INTERVAL_NOTE, MEAN_NOTE

MOST_PANELS = 6
_SHADES = LinearSegmentedColormap.from_list("shades", ["#F3F6FA", "#9DB6D3", COLOURS[0]])


def page(found: Sweep) -> Page:
    """Every point with the figures asked for."""
    blocks = []
    for figure in found.figures:
        lines = []
        for row in found.rows(figure).to_dict("records"):
            estimate = _with_interval(*rounded(row["estimate"], row["low"], row["high"], figure.unit))
            from_first = _with_interval(*signed(row["difference"], row["difference_low"], row["difference_high"], figure.unit))
            lines.append((", ".join(str(row[key]) for key in found.vary), (estimate, from_first)))
        blocks.append(Block(",\n".join(short_key(key) for key in found.vary), (_named(figure), "Difference from the first"), lines))
    notes = ["In brackets: 95% intervals.", ONE_LUCK]
    notes.append(f"{MEAN_NOTE} That is range_low to range_high in sweep.csv." if "uncertain" in found.info else INTERVAL_NOTE)
    return Page(f"{found.name}: {' × '.join(short_key(key) for key in found.vary)}", what_was_made(found.info), (), blocks, notes)


def _with_interval(estimate: str, interval: str) -> str:
    return f"{estimate} ({interval})" if interval and interval != BLANK else estimate


def figures(found: Sweep) -> dict[str, Callable[[Sweep], Chart]]:
    """A figure for each figure asked for; none of more levers than can be drawn."""
    panels = math.prod(len(values) for values in list(found.vary.values())[2:])
    if panels > MOST_PANELS:
        return {}
    return {f"sweep_{n}" if n else "sweep": partial(chart, figure=figure) for n, figure in enumerate(found.figures)}


@drawn
def chart(found: Sweep, figure: Figure | None = None) -> Chart:
    """A heatmap over the first two levers, in panels for the values of any others; with one lever its line.

    Args:
        figure: which; the first of those asked for if left out.
    """
    figure = figure or found.figures[0]
    rows = found.rows(figure)
    foot = f"{found.name}. {found.info['replications']} replications at each point, seed {found.info['seed']}."
    made = (_line if len(found.vary) == 1 else _heatmaps)(found, figure, rows, foot)
    made.numbers = "sweep.csv"
    return made


def _line(found: Sweep, figure: Figure, rows: pd.DataFrame, foot: str) -> Chart:
    (key,) = found.vary
    chart = Chart(f"{figure_name(figure)}, by {short_key(key)}", f"{foot} Bars are 95% intervals.")
    ax = chart.subplots()
    scale = 100 if figure.unit == "share" else 1
    at = np.arange(len(rows))
    estimate, low, high = (rows[name].to_numpy(dtype=float) * scale for name in ("estimate", "low", "high"))
    spread = np.nan_to_num(np.array([estimate - low, high - estimate]))
    ax.errorbar(at, estimate, yerr=spread, fmt=f"{MARKERS[0]}-", color=COLOURS[0], markersize=4.5, elinewidth=1.3)
    ax.set_title("%" if figure.unit == "share" else figure.unit)
    ax.set_xticks(at, found.vary[key], rotation=0)
    ax.set_xlabel(key, fontsize=8.5, loc="left")
    ax.yaxis.set_major_formatter(plain_numbers())
    if not np.isfinite(estimate).any():
        empty(ax)
    chart.alt = f"Line chart with intervals. {chart.title}:{_in_words(found, figure, rows)}"
    return chart


def _heatmaps(found: Sweep, figure: Figure, rows: pd.DataFrame, foot: str) -> Chart:
    across, down, *others = found.vary
    panels = list(product(*(found.vary[key] for key in others)))
    if len(panels) > MOST_PANELS:
        raise ValueError(f"expected at most {MOST_PANELS} panels for {', '.join(others)}, not {len(panels)}: vary fewer values at once")
    columns = min(len(panels), 2)
    lines = -(-len(panels) // columns)
    xs, ys = found.vary[across], found.vary[down]
    width = max(6.0, 1.9 + columns * (1.0 + 0.95 * len(xs)))
    chart = Chart(
        f"{figure_name(figure)}{', %' if figure.unit == 'share' else f', {figure.unit}'}",
        f"{foot} Small figures: half the width of the 95% interval.",
        width=min(width, 12.0),
        height=1.5 + lines * (0.8 + 0.5 * len(ys)),
    )
    axes = np.atleast_1d(np.array(chart.subplots(lines, columns, squeeze=False))).ravel()
    finite = rows["estimate"].to_numpy(dtype=float)
    ends = (np.nanmin(finite), np.nanmax(finite)) if np.isfinite(finite).any() else (0.0, 1.0)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    for ax, values in zip(axes, panels, strict=False):
        mine = rows
        for key, value in zip(others, values, strict=True):
            mine = mine[mine[key] == value]
        _heatmap(ax, mine, xs, ys, ends, figure.unit)
        fixed = "".join(f"{short_key(key)}: {value}\n" for key, value in zip(others, values, strict=True))
        ax.set_title(f"{fixed}{down}, upwards")
        ax.set_xlabel(f"{across}, to the right", fontsize=8.5, loc="left")
    chart.alt = f"Heatmap. {chart.title}:{_in_words(found, figure, rows)}"
    return chart


def _heatmap(ax: Axes, rows: pd.DataFrame, xs: Sequence[str], ys: Sequence[str], ends: tuple[float, float], unit: str) -> None:
    estimate = rows["estimate"].to_numpy(dtype=float).reshape(len(xs), len(ys)).T
    half = ((rows["high"] - rows["low"]) / 2).to_numpy(dtype=float).reshape(len(xs), len(ys)).T
    ax.imshow(estimate, cmap=_SHADES, vmin=ends[0], vmax=ends[1], aspect="auto", origin="lower")
    ax.set_xticks(range(len(xs)), xs)
    ax.set_yticks(range(len(ys)), ys)
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines["bottom"].set_visible(False)
    for y, x in np.ndindex(estimate.shape):
        value, its = float(estimate[y, x]), float(half[y, x])
        text, _ = rounded(value, value - its, value + its, unit)
        dark = math.isfinite(value) and value - ends[0] > 0.68 * (ends[1] - ends[0])
        colour = "white" if dark else INK
        ax.text(x, y + 0.08, text, ha="center", va="center", color=colour, fontsize=9)
        if math.isfinite(its):
            small = rounded(its, its - its / 10, its + its / 10, unit)[0]
            ax.text(x, y - 0.27, f"±{small}", ha="center", va="center", color=colour, fontsize=6.5)


def _in_words(found: Sweep, figure: Figure, rows: pd.DataFrame) -> str:
    known = rows.dropna(subset="estimate")
    if len(known) == 0:
        return " no values."
    said = []
    for word, at in (("lowest", known["estimate"].argmin()), ("highest", known["estimate"].argmax())):
        row = known.iloc[int(at)]
        where = ", ".join(f"{key} {row[key]}" for key in found.vary)
        said.append(f" {word} {rounded(row['estimate'], row['low'], row['high'], figure.unit)[0]} at {where}")
    return ";".join(said) + "."


def _named(figure: Figure) -> str:
    """With its unit, but for a share or a date, whose numbers show it."""
    return figure_name(figure) + (f",\n{figure.unit}" if figure.unit not in ("share", "date") else "")
