"""A sweep in words, and as a heatmap of two levers or a line over one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from sim.experiment.asked import Figure
from sim.experiment.contrasts import SAME
from sim.experiment.study import LUCK_PER_DRAW
from sim.experiment.sweep import Sweep
from sim.show.labels import figure_name, in_differences, never
from sim.show.page import ONE_LUCK, Block, Page, short_key, what_was_made
from sim.show.rounding import BLANK, rounded, signed
from sim.show.style import COLOURS, INK, MARKERS, Chart, drawn, empty, unit_axis
from sim.show.words import INTERVAL_NOTE, MEAN_NOTE, made_of, no_intervals

MOST_PANELS = 6
_SHADES = LinearSegmentedColormap.from_list("shades", ["#F3F6FA", "#9DB6D3", COLOURS[0]])


def page(found: Sweep) -> Page:
    """Every point with the figures asked for."""
    number, uncertain = found.info["replications"], "uncertain" in found.info
    why_none = no_intervals(found.info, LUCK_PER_DRAW)
    notes = [why_none or f"In brackets: 95% intervals{', where two draws or more have a value' * uncertain}.", ONE_LUCK]
    for figure in found.figures:
        rows = found.rows(figure)
        if rows["replications"].lt(number).any():
            notes.append(_some_without(figure, rows, number))
    if uncertain:
        notes.append(f"{_begun(made_of(found.info, LUCK_PER_DRAW))} at each point, the same draws at all.")
    if not why_none:
        notes.append(f"{MEAN_NOTE} That is range_low to range_high in sweep.csv." if uncertain else INTERVAL_NOTE)
    title = f"{found.name}: {' × '.join(short_key(key) for key in found.vary)}"
    return Page(title, what_was_made(found.info), (), [_block(found, figure) for figure in found.figures], notes)


def _block(found: Sweep, figure: Figure) -> Block:
    """A line for each point."""
    rows = found.rows(figure).to_dict("records")
    labels = [", ".join(str(row[key]) for key in found.vary) for row in rows]
    lines = []
    for first, label, row in zip([True] + [False] * len(rows), labels, rows, strict=False):
        estimate = _with_interval(*rounded(row["estimate"], row["low"], row["high"], figure.unit))
        known, number = int(row["replications"]), found.info["replications"]
        if known < number:
            estimate = f"{estimate}\n{known} of {number} replications" if known else never(figure)
        lines.append((label, (estimate, "" if first else _from_first(row, figure.unit))))
    head = in_differences(figure, "Difference from the first")
    return Block(",\n".join(short_key(key) for key in found.vary), (_named(figure), head), lines)


def _from_first(row: Mapping[Any, Any], unit: str) -> str:
    value, low, high = (row[name] for name in ("difference", "difference_low", "difference_high"))
    if value == 0 and not low < high:
        return SAME
    return _with_interval(*signed(value, low, high, unit))


def _with_interval(estimate: str, interval: str) -> str:
    return f"{estimate} ({interval})" if interval and interval != BLANK else estimate


def _some_without(figure: Figure, rows: pd.DataFrame, number: int) -> str:
    """What the means of a figure are of that some replications have not."""
    known = rows["replications"]
    none = int((known == 0).sum())
    parts = []
    if none:
        parts.append(f"{never(figure)} at {none} of {len(rows)} points, that is in none of {number} replications")
    if some := int(((known > 0) & (known < number)).sum()):
        parts.append(
            f"in some of the replications only at {some} of {len(rows)} points, in {known[known > 0].min()} of {number} at the fewest; "
            f"estimates there are of these, which may be no fair sample"
        )
    both = "A difference is over replications with a value at both points, and cannot be told where there are none"
    return f"{figure_name(figure)}: {', and '.join(parts)}. {both} ({BLANK})."


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


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
    foot = f"{found.name}. {_begun(made_of(found.info, LUCK_PER_DRAW))} at each point, seed {found.info['seed']}."
    number = found.info["replications"]
    if rows["replications"].lt(number).any():
        foot += f" Numbers such as {max(1, number - 1)} of {number}: so many replications have a value, and estimates are of these."
    made = (_line if len(found.vary) == 1 else _heatmaps)(found, figure, rows, foot)
    made.numbers = "sweep.csv"
    return made


def _line(found: Sweep, figure: Figure, rows: pd.DataFrame, foot: str) -> Chart:
    (key,) = found.vary
    chart = Chart(f"{figure_name(figure)}, by {short_key(key)}", f"{foot} {_intervals('Bars: ', found, rows)}")
    ax = chart.subplots()
    scale = 100 if figure.unit == "share" else 1
    at = np.arange(len(rows))
    estimate, low, high = (rows[name].to_numpy(dtype=float) * scale for name in ("estimate", "low", "high"))
    spread = np.nan_to_num(np.array([estimate - low, high - estimate]))
    ax.errorbar(at, estimate, yerr=spread, fmt=f"{MARKERS[0]}-", color=COLOURS[0], markersize=4.5, elinewidth=1.3)
    ax.set_title({"share": "%", "date": ""}.get(figure.unit, figure.unit))
    ax.set_xticks(at, found.vary[key], rotation=0)
    ax.set_xlabel(key, fontsize=8.5, loc="left")
    unit_axis(ax.yaxis, figure.unit)
    number = found.info["replications"]
    for x, y, known in zip(at, estimate, rows["replications"], strict=True):
        if 0 < known < number:
            ax.annotate(f"{known} of {number}", (x, y), (6, 6), textcoords="offset points", fontsize=7.5)
        elif not known and np.isfinite(estimate).any():
            ax.text(float(x), 0.02, never(figure), transform=ax.get_xaxis_transform(), ha="center", fontsize=8.5)
    ax.set_xlim(-0.3, len(rows) - 0.7)
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
        f"{figure_name(figure)}, %" if figure.unit == "share" else _named(figure).replace("\n", " "),
        f"{foot} {_intervals('Small figures: half the width of ', found, rows)}",
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
        _heatmap(ax, mine, xs, ys, ends, figure, found.info["replications"])
        fixed = "".join(f"{short_key(key)}: {value}\n" for key, value in zip(others, values, strict=True))
        ax.set_title(f"{fixed}{down}, upwards")
        ax.set_xlabel(f"{across}, to the right", fontsize=8.5, loc="left")
    chart.alt = f"Heatmap. {chart.title}:{_in_words(found, figure, rows)}"
    return chart


def _heatmap(
    ax: Axes, rows: pd.DataFrame, xs: Sequence[str], ys: Sequence[str], ends: tuple[float, float], figure: Figure, number: int
) -> None:
    estimate, half, known = (
        column.to_numpy(dtype=float).reshape(len(xs), len(ys)).T
        for column in (rows["estimate"], (rows["high"] - rows["low"]) / 2, rows["replications"])
    )
    unit = figure.unit
    ax.imshow(estimate, cmap=_SHADES, vmin=ends[0], vmax=ends[1], aspect="auto", origin="lower")
    ax.set_xticks(range(len(xs)), xs)
    ax.set_yticks(range(len(ys)), ys)
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines["bottom"].set_visible(False)
    for y, x in np.ndindex(estimate.shape):
        value, its = float(estimate[y, x]), float(half[y, x])
        text = rounded(value, value - its, value + its, unit)[0] if known[y, x] else never(figure)
        dark = math.isfinite(value) and value - ends[0] > 0.68 * (ends[1] - ends[0])
        colour = "white" if dark else INK
        small = []
        if math.isfinite(its) and unit == "date":
            small.append(f"±{its:,.0f} days")
        elif math.isfinite(its):
            small.append(f"±{rounded(its, its - its / 10, its + its / 10, unit)[0]}")
        if 0 < known[y, x] < number:
            small.append(f"{known[y, x]:.0f} of {number}")
        ax.text(x, y + (0.2 if len(small) > 1 else 0.08), text, ha="center", va="center", color=colour, fontsize=9)
        ax.text(x, y - (0.19 if len(small) > 1 else 0.27), "\n".join(small), ha="center", va="center", color=colour, fontsize=6.5)


def _in_words(found: Sweep, figure: Figure, rows: pd.DataFrame) -> str:
    known, number = rows.dropna(subset="estimate"), found.info["replications"]
    if len(known) == 0:
        return f" no value in any of {number} replications at any point."
    said = []
    for word, at in (("lowest", known["estimate"].argmin()), ("highest", known["estimate"].argmax())):
        row = known.iloc[int(at)]
        where = ", ".join(f"{key} {row[key]}" for key in found.vary)
        said.append(f" {word} {rounded(row['estimate'], row['low'], row['high'], figure.unit)[0]} at {where}")
    some = rows[rows["replications"] < number].to_dict("records")
    without = [
        f" a value in {row['replications']} of {number} replications at {', '.join(f'{key} {row[key]}' for key in found.vary)}"
        for row in some
    ]
    return ";".join([*said, *without]) + "."


def _intervals(what: str, found: Sweep, rows: pd.DataFrame) -> str:
    """What is drawn of intervals, or why nothing is."""
    varied = "uncertain" in found.info
    if why := no_intervals(found.info, LUCK_PER_DRAW):
        return why
    if not rows["low"].notna().any():
        return f"No point has values of two {'draws' if varied else 'replications'}, so no intervals."
    return f"{what}95% intervals{' of the mean over draws' * varied}."


def _named(figure: Figure) -> str:
    """With its unit, but for a share or a date, whose numbers show it."""
    return figure_name(figure) + (f",\n{figure.unit}" if figure.unit not in ("share", "date") else "")
