"""An explanation in words, and as steps from one scenario to the other."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.asked import Figure
from sim.experiment.contrasts import HIGHER, LOWER, SAME
from sim.experiment.explain import Explanation
from sim.show.labels import figure_name, in_differences
from sim.show.page import Block, Page, short_key, what_was_made
from sim.show.rounding import counted, rounded, signed
from sim.show.style import COLOURS, FAINT, INK, Chart, drawn, empty, unit_axis
from sim.show.words import INTERVAL_NOTE, MEAN_NOTE, difference, made_of, no_intervals

MOST_LEVERS = 30
"""Steps a figure shows; the table has all."""
ORDER_NOTE = (
    "Each lever is added to those above it, so what it does depends on the order, and what two levers do only together goes to the later "
    "one. Contributions add up to the whole; their intervals do not."
)


def page(found: Explanation) -> Page:
    """What each lever contributes to the figures asked for, in the order in which they were added."""
    says, blocks = [], []
    for figure in found.figures:
        rows = found.rows(figure)
        says.append(_in_words(figure, rows, found.info["replications"]))
        if not rows["replications"].iloc[-1]:
            continue
        lines = [(_lever(row["lever"]), _cells(row, figure.unit)) for row in rows.to_dict("records")]
        base = _number(rows["base_estimate"].iloc[0], figure.unit)
        lines.insert(0, (found.name, ("", "", base)))
        head = in_differences(figure, "Contribution")
        blocks.append(Block(f"{figure_name(figure)}{_unit(figure)}", (head, "95% interval", "With it"), lines))
    notes = [ORDER_NOTE, "Paired: in each replication the same people have the same luck at every step."]
    if "uncertain" in found.info:
        made = made_of(found.info, 1)
        notes.append(f"{made[:1].upper()}{made[1:]} at each step, the same draws at all.")
    notes.append(no_intervals(found.info, 1) or (MEAN_NOTE if "uncertain" in found.info else INTERVAL_NOTE))
    return Page(f"From {found.name} to {found.other}", what_was_made(found.info), says, blocks, notes)


def _in_words(figure: Figure, rows: pd.DataFrame, number: int) -> str:
    """The whole difference, and the levers that made most of it; first of how many replications that is, where not of all."""
    whole = rows.iloc[-1].to_dict()
    out = number - int(whole["replications"])
    if out == number:
        who = "the 1 replication has no value" if number == 1 else f"none of {number} replications has a value"
        return f"{figure_name(figure)}: {who} at every step, so nothing can be told of the difference or of any lever."
    said = f"{figure_name(figure)}: {difference({**whole, 'unit': figure.unit})}."
    if out:
        said += f" That is of {number - out} of {number} replications. {_left_out(out)}"
    steps = rows.iloc[:-1]
    told = steps[steps["verdict"].isin([LOWER, HIGHER])]
    if len(told) == 0:
        return f"{said} No lever's contribution can be told from none."
    by_size = told.reindex(told["difference"].abs().sort_values(ascending=False, kind="stable").index).head(3)
    parts = [
        f"{_lever(row['lever'])} ({_of_unit(signed(row['difference'], row['low'], row['high'], figure.unit)[0], figure)})"
        for row in by_size.to_dict("records")
    ]
    none = int((steps["verdict"] == SAME).sum())
    unclear = len(steps) - len(told) - none
    rest = [f"{unclear} cannot be told from none" if unclear else "", f"{none} changed nothing at all" if none else ""]
    tail = f" Of {len(steps)} levers, {' and '.join(filter(None, rest))}." if any(rest) else ""
    return f"{said} Most of it: {'; '.join(parts)}.{tail}"


def _cells(row: dict[Any, Any], unit: str) -> tuple[str, str, str]:
    if row["verdict"] == SAME:
        return SAME, "", _number(row["other_estimate"], unit)
    value, interval = signed(row["difference"], row["low"], row["high"], unit)
    return value or "0", interval, _number(row["other_estimate"], unit)


def _left_out(number: int) -> str:
    return f"{number} without a value at some step {'are' if number > 1 else 'is'} left out."


def _of_unit(text: str, figure: Figure) -> str:
    """With days after a difference of dates, of which nothing around it says so."""
    return counted(text, "days") if figure.unit == "date" else text


def _number(value: float, unit: str) -> str:
    return rounded(value, math.nan, math.nan, unit)[0]


def figures(found: Explanation) -> dict[str, Callable[[Explanation], Chart]]:
    """The steps of each figure asked for."""
    return {f"steps_{n}" if n else "steps": partial(chart, figure=figure) for n, figure in enumerate(found.figures)}


@drawn
def chart(found: Explanation, figure: Figure | None = None) -> Chart:
    """From the one scenario's figure to the other's, a bar for what each lever adds or takes away.

    Args:
        figure: which; the first of those asked for if left out.
    """
    figure = figure or found.figures[0]
    rows = found.rows(figure)
    steps = rows.iloc[:-1].head(MOST_LEVERS)
    scale = 100 if figure.unit == "share" else 1
    labels = [textwrap.fill(text, 42) for text in [found.name, *map(_lever, steps["lever"]), found.other]]
    lines = sum(label.count("\n") + 1 for label in labels)
    foot = made_of(found.info, 1)
    foot = f"{foot[:1].upper()}{foot[1:]} at each step, seed {found.info['seed']}."
    out = found.info["replications"] - int(rows["replications"].iloc[-1])
    if out < found.info["replications"]:
        of_what = " of the mean over draws" if "uncertain" in found.info else ""
        foot += f" {no_intervals(found.info, 1) or f'Lines are 95% intervals of contributions{of_what}.'}"
    if out:
        foot += f" {_left_out(out)}"
    chart = Chart(
        f"What made the difference: {figure_name(figure)[:1].lower()}{figure_name(figure)[1:]}",
        foot,
        width=9.0,
        height=1.7 + 0.2 * lines + 0.12 * len(labels),
    )
    ax = chart.subplots()
    ax.set_title({"share": "%", "date": ""}.get(figure.unit, figure.unit))
    chart.alt = f"Steps. {chart.title}, from {found.name} to {found.other}. {_in_words(figure, rows, found.info['replications'])}"
    chart.numbers = "explanation.csv"
    before, after = (steps[name].to_numpy(dtype=float) * scale for name in ("base_estimate", "other_estimate"))
    ends = np.array([rows["base_estimate"].iloc[0], rows["other_estimate"].iloc[-1]], dtype=float) * scale
    heights = _heights(labels)
    if not np.isfinite(ends).all():
        empty(ax)
        ax.set_xticks([])
        ax.set_yticks([])
        return chart
    for height, value, name in zip(heights[[0, -1]], ends, ("base", "other"), strict=True):
        ax.plot(value, height, marker="o", color=INK, markersize=6, linestyle="none", gid=name)
        ax.annotate(_number(value / scale, figure.unit), (value, height), (8, 0), textcoords="offset points", va="center", fontsize=8.5)
    for i, (height, row) in enumerate(zip(heights[1:-1], steps.to_dict("records"), strict=True)):
        up = after[i] >= before[i]
        look: dict[str, Any] = {"color": COLOURS[2] if up else COLOURS[1], "hatch": "///" if up else None, "edgecolor": "white"}
        ax.barh(height, after[i] - before[i], left=before[i], height=0.5, linewidth=0, gid=f"step_{i + 1}", **look)
        ax.plot([before[i], before[i]], [heights[i], height], color=FAINT, linewidth=0.8)
        low, high = (before[i] + row[name] * scale for name in ("low", "high"))
        if math.isfinite(low + high):
            ax.plot([low, high], [height, height], color=INK, linewidth=1.1)
        change = signed(row["difference"], row["low"], row["high"], figure.unit)[0]
        text = SAME if row["verdict"] == SAME else _of_unit(change or "0", figure)
        right = max(x for x in (before[i], after[i], high) if math.isfinite(x))
        ax.annotate(text, (right, height), (6, 0), textcoords="offset points", va="center", fontsize=8.5)
    ax.plot([ends[1], ends[1]], [heights[-2], heights[-1]], color=FAINT, linewidth=0.8)
    ax.set_yticks(heights, labels, fontsize=8.5)
    ax.set_ylim(heights[-1] + 0.6, -0.6)
    ax.use_sticky_edges = False
    ax.margins(x=0.12)
    ax.grid(True, axis="x")
    ax.grid(False, axis="y")
    ax.tick_params(axis="y", length=0)
    unit_axis(ax.xaxis, figure.unit)
    return chart


def _heights(labels: list[str]) -> np.ndarray:
    """Places from the top, further apart where labels have more lines."""
    lines = np.array([label.count("\n") + 1 for label in labels], dtype=float)
    return np.concatenate([[0.0], np.cumsum((lines[1:] + lines[:-1]) / 2 * 0.62 + 0.38)])


def _lever(words: str) -> str:
    """With a long key cut to its end."""
    key, colon, what = words.partition(": ")
    return f"{short_key(key)}{colon}{what}" if " " not in key or key.count(".") > 1 else words


def _unit(figure: Figure) -> str:
    return "" if figure.unit in ("share", "date") else f", {figure.unit}"
