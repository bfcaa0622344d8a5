"""How many replications sufficed, and what a warm-up rule would leave out: in words and as figures."""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment import warm_up as rule
from sim.experiment.asked import Figure, written
from sim.experiment.precision import IMPRECISE, LEAST, PRECISE, UNCONFIRMED
from sim.results import SPLIT, RunTables
from sim.scenario import Scenario
from sim.show.labels import figure_name
from sim.show.rounding import BLANK, UNITS, counted, date, plain, rounded
from sim.show.style import COLOURS, FAINT, Chart, date_axis, drawn, empty, from_zero, line, reference

SERIES = {"waiting": "people waiting for a first meeting", "caseload": "caseload"}
TOO_SHORT = rule.FEWEST * rule.BATCH
"""Working days of a run below which the rule tells nothing."""
_TIMES_TARGET = 6
"""How far above the target a figure of precision reaches: the first few intervals may be very wide."""


def precision_in_words(run: RunTables) -> list[str]:
    """How many replications a precision took, and each figure with its interval and how narrow that became; nothing where none was asked
    for."""
    told = run.info.get("precision")
    if told is None:
        return []
    made, recommended = run.info["replications"], told["recommended"]
    how = {
        PRECISE: f"{recommended} replications sufficed, {made - (recommended or 0)} more to see that it lasts",
        UNCONFIRMED: f"reached, but the {made} replications allowed leave too few to see whether it lasts",
        IMPRECISE: f"NOT reached with the {made} replications allowed",
    }.get(told["outcome"], f"cannot be told, since not one of {made} replications has a value")
    lines = [f"A precision of {written(told['target'], 'share')} was asked for: {how}."]
    for text, shares in told["half_width_over_mean"].items():
        said = (*_estimate(run, text), _reaches(shares[-1]), *(["not precise"] if text in told["not_precise"] else []))
        lines.append(f" {_name(text)}: {', '.join(said)}")
    return lines


def warm_up_in_words(run: RunTables) -> list[str]:
    """What MSER-5 would leave out of a run that starts empty; nothing of one that does not."""
    told = run.info.get("warm_up")
    if told is None:
        return []
    if told["working_days"] < TOO_SHORT:
        return [f"This scenario starts empty; nothing was left out. MSER-5 can tell nothing of fewer than {TOO_SHORT} working days."]
    series = rule.working_days(run.daily, told["calendar"])
    lines = ["This scenario starts empty; nothing was left out. MSER-5, a rule for numbers that stay the same, would leave out:"]
    for name, days in told["would_leave_out"].items():
        if days is None:
            what = "cannot be said, as no steady state is found"
        else:
            what = f"the first {days} working days, until {date(series.index[days - 1])}" if days else "nothing"
        lines.append(f" {SERIES[name]}: {what}")
    return lines


@drawn
def precision(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """Half of each interval over its mean, by number of replications, beside the target.

    Raises:
        ValueError: if no precision was asked for.
    """
    told = run.info.get("precision")
    if told is None:
        raise ValueError("no precision was asked for in this run")
    chart = Chart("Precision by number of replications", f"{run.name}. Each interval is of all replications so far.")
    ax = chart.subplots()
    ax.set_title("Half the 95% interval, % of the mean")
    each, target, recommended = run.info.get("replications_per_draw", 1), 100 * told["target"], told["recommended"]
    widest = list(told["half_width_over_mean"].items())[: len(COLOURS)]
    for slot, (text, shares) in enumerate(widest):
        table = pd.DataFrame({"n": each * np.arange(1, len(shares) + 1), "estimate": 100 * np.array(shares, dtype=float)})
        table = table[LEAST - 1 :].assign(low=np.nan, high=np.nan)
        line(chart, ax, table, textwrap.fill(_name(text), 24) if len(widest) > 1 else "", slot, text, x="n")
        known = table.dropna(subset="estimate")
        if len(known):
            ends = (f"{plain(row['estimate'])}% with {row['n']}" for row in known.iloc[[0, -1]].to_dict("records"))
            chart.alt += f" {_name(text)}: {', '.join(ends)}."
    if not ax.lines:
        empty(ax)
    top = np.nanmax([one.get_ydata() for one in ax.lines] or [[target]])
    reference(chart, ax, [each, run.info["replications"]], [target, target], f"asked for: {target:g}%", "target")
    if recommended is not None:
        ax.axvline(recommended, color=FAINT, linewidth=1, gid="recommended")
        ax.annotate(f"{recommended} sufficed", (recommended, 1), (-4, -4), **_BESIDE, ha="right", va="top")
    from_zero(ax)
    ax.set_ylim(0, 1.08 * min(max(top, 1.5 * target), _TIMES_TARGET * target))
    ax.set_xlabel("replications", fontsize=8.5, loc="left")
    ax.set_xlim(0, run.info["replications"])
    ax.locator_params(axis="x", integer=True)
    chart.alt = f"Line chart. {chart.title}. {precision_in_words(run)[0]}{chart.alt}"
    chart.numbers = "run.json: precision"
    return chart


@drawn
def warm_up(run: RunTables, scenario: Scenario | None = None) -> Chart:
    """People waiting and the caseload by working day, and where MSER-5 would begin.

    Raises:
        ValueError: if the scenario does not start empty.
    """
    told = run.info.get("warm_up")
    if told is None:
        raise ValueError("there is no warm-up: the scenario does not start empty")
    foot = f"{run.name}. Mean over {run.info['replications']} replications, working days only. Nothing was left out."
    chart = Chart("A start with nobody there, and what MSER-5 would leave out", foot, height=6.2)
    series = rule.working_days(run.daily, told["calendar"])
    for ax, (name, title) in zip(chart.subplots(len(SERIES), 1, sharex=True), SERIES.items(), strict=True):
        ax.set_title(f"{title.capitalize()}{', people' * (name == 'caseload')}")
        table = pd.DataFrame({"day": series.index, "estimate": series[name].to_numpy(), "low": np.nan, "high": np.nan})
        line(chart, ax, table, "", 0, name, x="day")
        if days := told["would_leave_out"][name]:
            ax.axvline(series.index[days], color=FAINT, linewidth=1, linestyle=(0, (2, 2)), gid=f"begin_{name}")
            ax.annotate(f"{days} working days", (series.index[days], 0), (-5, 5), **_BESIDE, ha="right")
        else:
            said = "no steady state found" if days is None else "nothing to leave out"
            ax.annotate(said, (series.index[-1], 0), (-5, 5), **_BESIDE, ha="right")
        from_zero(ax)
    date_axis(chart.axes[-1], list(series.index))
    chart.alt = f"Line chart, two panels. {' '.join(warm_up_in_words(run))}"
    chart.numbers = "run.json: warm_up; daily.parquet: waiting, in_reviews"
    return chart


_BESIDE: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "fontsize": 8.5, "color": FAINT}


def _reaches(share: float | None) -> str:
    """Half an interval over its mean, ``±1.2%``."""
    if share is None:
        return "no interval"
    return "less than ±0.1%" if 0 < round(100 * share, 3) < 0.05 else f"±{plain(share, 'share')}"


def _estimate(run: RunTables, text: str) -> list[str]:
    """A figure, given as ``run.json`` has it, and its interval, ``5.33 working days, 95% interval 5.29 to 5.36``; nothing without one."""
    measure, _, statistic = text.partition("[")[0].partition(".")
    rows = run.summary[(run.summary["measure"] == measure) & (run.summary["statistic"] == statistic)]
    for row in rows.to_dict("records"):
        if str(Figure(measure, statistic, **{key: row[key] for key in SPLIT})) == text and math.isfinite(row["estimate"]):
            estimate, interval = rounded(row["estimate"], row["low"], row["high"], row["unit"])
            return [counted(estimate, UNITS.get(row["unit"], row["unit"])), *([f"95% interval {interval}"] if interval != BLANK else [])]
    return []


def _name(text: str) -> str:
    """The words for a figure as ``run.json`` has it: ``first_meeting_wait.mean[area=Dudley]``."""
    key, _, of = text.partition("[")
    measure, _, statistic = key.partition(".")
    whose = re.sub(rf"(^|, )(?:{'|'.join(SPLIT)})=", r"\1", of.removesuffix("]"))
    name = figure_name(Figure(measure, statistic))
    return f"{name} ({whose})" if whose else name
