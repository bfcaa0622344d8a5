"""How every figure looks: colours, type, axes, labels at the lines' ends, alternative text, and the same bytes for the same numbers.

After the guidance of the UK Government Analysis Function on charts: its four colours in its order and never colour alone, horizontal
text, light gridlines, labels in place of a key. Figures are plain objects; no state of matplotlib outside them changes.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Sequence
from functools import wraps
from html import escape
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, date2num
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from sim.results import RunTables
from sim.show.rounding import day

Made = ParamSpec("Made")

COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1.2, 1.4)), (0, (7, 2, 1.2, 2)))
MARKERS = ("o", "s", "^", "D")
INK, FAINT, GRID = "#333333", "#6B6B6B", "#E4E4E4"
SOME, MOST = 0.5, 0.9
"""Shares of replications that must have a value for a point to be shown: by week, and by weeks since the claim."""
FEW = 15
"""Up to so many points each gets a marker."""
_LOOK: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so that figures are the same everywhere
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.left": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "jobcentre",
}


class Chart(Figure):
    """A figure with a title, a footnote and alternative text, which shows itself in a notebook.

    Attributes:
        title: what is shown.
        alt: the figure in words.
        numbers: where the same numbers are as a table.
    """

    def __init__(self, title: str, footnote: str, width: float = 8.0, height: float = 4.4) -> None:
        super().__init__(figsize=(width, height), layout="constrained")
        self.title, self.alt, self.numbers = title, "", ""
        self.suptitle(textwrap.fill(title, round(11 * width)), x=0.012, ha="left", fontsize=11, fontweight="bold")
        self.supxlabel(textwrap.fill(footnote, round(15.5 * width)), x=0.012, ha="left", fontsize=7.5, color=FAINT)
        self.get_layout_engine().set(w_pad=0.1, h_pad=0.07, hspace=0.06, wspace=0.04)  # type: ignore[union-attr,call-arg]
        self._ends: dict[Axes, list[Annotation]] = {}

    def label(self, ax: Axes, x: Any, y: float, text: str) -> None:
        """Name what ends at a point, beside it; :func:`drawn` keeps such names apart."""
        beside: dict[str, Any] = {
            "xytext": (7, 0),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": 8.5,
            "annotation_clip": False,
        }
        self._ends.setdefault(ax, []).append(ax.annotate(text, (x, y), **beside))

    def spread_labels(self) -> None:
        """Move names that overlap up and down until they do not."""
        self.draw_without_rendering()
        for labels in self._ends.values():
            labels.sort(key=lambda one: one.get_window_extent().y0)
            boxes = [one.get_window_extent() for one in labels]
            centres = [(box.y0 + box.y1) / 2 for box in boxes]
            placed = _apart(centres, [box.height * 1.08 for box in boxes])
            right = max(box.x0 for box in boxes)
            for one, box, old, new in zip(labels, boxes, centres, placed, strict=True):
                aside = right - box.x0 if right - box.x0 < box.height else 0.0  # lines that end at nearly the same place
                x, y = one.get_position()
                one.set_position((x + aside * 72 / self.dpi, y + (new - old) * 72 / self.dpi))
        self.set_layout_engine("none")  # it has done its work

    def svg(self) -> str:
        """The figure as SVG with title and description: the same bytes for the same numbers."""
        file = io.StringIO()
        with _look():
            self.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        named = f'<svg role="img" aria-label="{escape(self.title)}"'
        words = f"<title>{escape(self.title)}</title>\n <desc>{escape(self.alt)}</desc>"
        return re.sub(r"<svg([^>]*)>", lambda found: f"{named}{found[1]}>\n {words}", file.getvalue(), count=1)

    def png(self) -> bytes:
        """The figure as PNG, 150 dots an inch, with title and description."""
        file = io.BytesIO()
        with _look():
            self.savefig(file, format="png", dpi=150, metadata={"Title": self.title, "Description": self.alt, "Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        width = round(self.get_figwidth() * 96)
        return {"image/png": self.png(), "text/plain": self.alt}, {"image/png": {"width": width, "alt": self.alt}}


def drawn(make: Callable[Made, Chart]) -> Callable[Made, Chart]:
    """Have a function draw its chart in this style, whatever the user's own settings are."""

    @wraps(make)
    def styled(*args: Made.args, **kwargs: Made.kwargs) -> Chart:
        with _look():
            chart = make(*args, **kwargs)
            chart.spread_labels()
        return chart

    return styled


def line(chart: Chart, ax: Axes, table: pd.DataFrame, name: str, slot: int, key: str, *, x: str = "week") -> None:
    """A line with its 95% band, named at its end if it has a name, and a paler band for the range of draws. Blanks are gaps.

    Args:
        table: columns ``x``, ``estimate``, ``low``, ``high``, and where the assumptions were varied ``range_low`` and ``range_high``.
        slot: which of the four colours and dashes.
        key: identifies the line in the SVG.
    """
    at = table[x].to_numpy()
    y, low, high = (table[column].to_numpy(dtype=float) for column in ("estimate", "low", "high"))
    seen = np.isfinite(y)
    if not seen.any():
        return
    alone = seen & ~np.append(seen[1:], False) & ~np.insert(seen[:-1], 0, False)
    marked = np.flatnonzero(seen if len(y) <= FEW else alone)
    if "range_low" in table:
        least, most = (table[column].to_numpy(dtype=float) for column in ("range_low", "range_high"))
        ax.fill_between(at, least, most, color=COLOURS[slot], alpha=0.13, linewidth=0)
    ax.fill_between(at, low, high, color=COLOURS[slot], alpha=0.2, linewidth=0)
    ax.plot(
        at, y, color=COLOURS[slot], linestyle=DASHES[slot], marker=MARKERS[slot], markersize=4, markevery=[int(i) for i in marked], gid=key
    )
    if name:
        chart.label(ax, at[seen][-1], float(y[seen][-1]), name)


def shown(table: pd.DataFrame, run: RunTables, share: float) -> pd.DataFrame:
    """The table, blank where fewer than this share of replications have a value: those that have may be no fair sample."""
    enough = table["replications"].to_numpy() >= share * run.info["replications"]
    numbers = [name for name in ("estimate", "low", "high", "range_low", "range_high") if name in table]
    return table.assign(**{name: table[name].where(enough) for name in numbers})


def reference(chart: Chart, ax: Axes, x: Any, y: Any, name: str, key: str) -> None:
    """A thin grey line to compare with, named at its end."""
    ax.plot(x, y, color=FAINT, linewidth=1, linestyle=(0, (2, 2)), gid=key, zorder=1.5)
    chart.label(ax, np.asarray(x)[-1], float(np.asarray(y)[-1]), name)


def empty(ax: Axes) -> None:
    """Say that there is nothing to show."""
    ax.text(0.5, 0.5, "no values to show", transform=ax.transAxes, ha="center", va="center", color=FAINT)
    ax.tick_params(labelleft=False)


def from_zero(ax: Axes, *, percent: bool = False) -> None:
    """A vertical axis that starts at 0."""
    if not ax.lines:
        empty(ax)
        return
    nothing = not any(np.nan_to_num(np.asarray(one.get_ydata(), dtype=float)).any() for one in ax.lines)
    top = 1.0 if nothing else ax.get_ylim()[1]
    ax.set_ylim(0, 1.0 if percent and top > 0.8 else top)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0) if percent else plain_numbers())


def plain_numbers() -> FuncFormatter:
    """Thousands with commas, decimals only where needed."""
    return FuncFormatter(lambda value, _: f"{round(value, 10) + 0.0:,.6g}")


def unit_axis(axis: Axis, unit: str) -> None:
    """Days since 1970 as dates, every other figure as plain numbers; when everything is drawn."""
    if unit != "date":
        axis.set_major_formatter(plain_numbers())
        return
    low, high = axis.get_view_interval()
    few_days = high - low < 21  # of which the other would make hours
    axis.set_major_locator(MaxNLocator(5, integer=True) if few_days else AutoDateLocator(minticks=3, maxticks=6))  # type: ignore[no-untyped-call]
    axis.set_major_formatter(FuncFormatter(lambda value, _: day(value)))


def date_axis(ax: Axes, dates: Sequence[Any]) -> None:
    """Months, or weeks of a short run, with the year where it begins."""
    if len(dates) == 0:
        ax.set_xticks([])
        return
    first, last = (pd.Timestamp(value) for value in (dates[0], dates[-1]))
    if (last - first).days > 150:
        months = pd.date_range(first.to_period("M").to_timestamp(), last, freq="MS")
        step = next((n for n in (1, 2, 3, 6, 12, 24, 60) if len(months) / n <= 10), 120)
        ticks = [month for month in months if (month.month - 1 + 12 * month.year) % step == 0 and month >= first - pd.Timedelta(days=15)]
        text = [f"{tick:%b}" for tick in ticks]
    else:
        mondays = pd.date_range(first, last, freq="7D")
        ticks = list(mondays[:: -(-len(mondays) // 9)])
        text = [f"{tick.day} {tick:%b}" for tick in ticks]
    new_year = [i == 0 or tick.year != ticks[i - 1].year for i, tick in enumerate(ticks)]
    at = np.array(ticks, dtype="datetime64[s]")
    ax.set_xticks(at, [f"{one}\n{tick.year}" if new else one for one, tick, new in zip(text, ticks, new_year, strict=True)])
    aside = max((last - first) / 200, pd.Timedelta(hours=6))
    ax.set_xlim(date2num(first - aside), date2num(last + aside))  # type: ignore[no-untyped-call]


def _look() -> Any:
    return style.context(["default", _LOOK])


def _apart(centres: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Positions as near as can be to the given ones, in their order, with no overlap: neighbours that touch move as one."""
    groups: list[tuple[float, float, list[float]]] = []  # centre, height, heights of members
    for centre, height in zip(centres, heights, strict=True):
        groups.append((centre, height, [height]))
        while len(groups) > 1 and groups[-2][0] + groups[-2][1] / 2 > groups[-1][0] - groups[-1][1] / 2:
            upper, lower = groups.pop(), groups.pop()
            count = len(lower[2]) + len(upper[2])
            middle = (lower[0] * len(lower[2]) + upper[0] * len(upper[2])) / count
            groups.append((middle, lower[1] + upper[1], lower[2] + upper[2]))
    out = []
    for middle, total, members in groups:
        bottom = middle - total / 2
        for height in members:
            out.append(bottom + height / 2)
            bottom += height
    return out
