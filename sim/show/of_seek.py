"""Seek in words, and the evidence as a curve over the values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from sim.experiment.asked import written
from sim.experiment.evidence import BREAKS, BUDGET_SPENT, KEEPS, NO_VALUE, TOO_CLOSE
from sim.experiment.seek import Seek
from sim.experiment.seeking import EVERY_ONE_DOES, FOUND, NONE_WILL_DO, NOT_MONOTONE, OTHER_WAY
from sim.show.labels import figure_name
from sim.show.page import Block, Page, what_was_made
from sim.show.rounding import counted, date, day, plain, rounded, zone
from sim.show.style import COLOURS, DASHES, FAINT, GRID, INK, MARKERS, Chart, date_axis, drawn, empty, plain_numbers
from sim.show.words import unseen

COUNTED = {"coaches": "coach", "desks": "desk", "places": "place"}
"""Levers of which one has a number: so many coaches, but an absence of so much."""
TIMES = ("working days", "days", "weeks", "minutes", "hours")
"""Units that keys begin or end with."""
MOST_NAMED = 5
"""Values named in a sentence, at most."""
DECISIONS = {KEEPS: "kept", BREAKS: "broken", TOO_CLOSE: "too close to tell", BUDGET_SPENT: "not decided", NO_VALUE: "no value"}
"""What was decided of a value, in a word."""


def page(found: Seek) -> Page:
    """The answer, the promise, the evidence, and what the search promises itself."""
    unit, lines = found.unit, []
    for row in _possible(found).to_dict("records"):
        # Where it is decided, the interval ends on one side of the promise, and is to be seen to.
        bar = _bar(found) if row["decision"] in (KEEPS, BREAKS) else math.nan
        estimate, interval = rounded(row["estimate"], row["low"], row["high"], unit, bar)
        lines.append((_written(row["value"]), (f"{row['replications']}", estimate, interval, DECISIONS[row["decision"]])))
    named = "" if unit == "share" else f",\n{unit}"
    block = Block(_noun(found), ("Replications", _head(found) + named, "Interval", "Promise"), lines, left=(0, 4))
    number = counted(f"{found.table['replications'].sum()}", "replications")
    made = f"{len(found.table)} of {counted(f'{len(found.values)}', 'values')}, {number}, {what_was_made(found.info)}"
    return Page(_title(found), made, (*_answer(found), _promise(found)), (block,), _notes(found))


def figures(found: Seek) -> dict[str, Callable[[Seek], Chart]]:
    """The evidence."""
    return {"evidence": evidence}


@drawn
def evidence(found: Seek) -> Chart:
    """Every value that was run with its interval, beside what is promised and the zone around it that does not matter."""
    unit = found.unit
    foot = f"{found.name}, seed {found.info['seed']}. Shaded: within {_zone(found)} of the promise. {_bars(found)}"
    chart = Chart(f"{_head(found)}, by {found.key}", foot, height=4.7)
    ax = chart.subplots()
    ax.set_title(("%" if unit == "share" else unit) + "\n")  # a line below for what the markers are
    scale = 100 if unit == "share" else 1
    bar, half = scale * _bar(found), scale * found.sought.plan.indifference
    every = _places(found.values)
    first, last = min(every), max(every)
    aside = 0.03 * (last - first) or 0.5
    ax.axhspan(bar - half, bar + half, color=GRID, zorder=0.5, gid="zone")
    ax.axhline(bar, color=INK, linewidth=1, linestyle=DASHES[1], zorder=1.5, gid="promised")
    chart.label(ax, last + aside, bar, f"promised:\nat {_way(found)} {written(bar / scale, unit)}")
    handles = _points(ax, found, scale)
    if found.sought.answer is not None:
        settled = found.sought.outcome in (FOUND, EVERY_ONE_DOES)
        where, said = every[found.sought.answer], "answer: " if settled else "not settled: kept with "
        said += _written(found.values[found.sought.answer])
        ax.axvline(where, color=INK, linewidth=0.9, linestyle=DASHES[2], zorder=1.4, gid="answer")
        at: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "fontweight": "bold", "va": "top"}
        late = where > (first + 2 * last) / 3
        ax.annotate(said, (where, 1), (-4 if late else 4, -2), ha="right" if late else "left", **at)
    above = ax.transAxes + ScaledTranslation(0, 4 / 72, chart.dpi_scale_trans)
    flat: dict[str, Any] = {"frameon": False, "fontsize": 8.5, "handletextpad": 0.1, "borderpad": 0, "borderaxespad": 0}
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.008, 1), bbox_transform=above, ncols=4, **flat)
    ax.margins(y=0.1)
    ax.yaxis.set_major_formatter(plain_numbers())
    ax.set_xlabel(found.key, fontsize=8.5, loc="left")
    if _day(found.values[0]) is not None:
        date_axis(ax, [pd.Timestamp(found.values[0]), pd.Timestamp(found.values[-1])])
    else:
        ax.xaxis.set_major_formatter(_as_written(found.values))
    ax.set_xlim(first - aside, last + aside)
    rows = [
        f"{_written(row['value'])} {plain(row['estimate'], unit)} ({DECISIONS[row['decision']]})" for row in found.table.to_dict("records")
    ]
    chart.alt = f"Dot chart with intervals. {chart.title}. {' '.join(_answer(found))} {_promise(found)} By value: {', '.join(rows)}."
    chart.numbers = "evidence.csv"
    return chart


def _points(ax: Axes, found: Seek, scale: float) -> list[Line2D]:
    """The values that were run, by what was decided of them, and a key to their markers."""
    at, decision = _places(list(found.table["value"])), found.table["decision"].to_numpy()
    estimate, low, high = (_possible(found)[name].to_numpy(dtype=float) * scale for name in ("estimate", "low", "high"))
    seen = np.isfinite(estimate)
    ax.plot(at[seen], estimate[seen], color=FAINT, linewidth=0.8, zorder=1.6)
    kinds = {"promise kept": decision == KEEPS, "broken": decision == BREAKS}
    kinds["not decided"] = seen & ~np.any(list(kinds.values()), axis=0)
    handles = []
    for slot, (name, mine) in enumerate(kinds.items()):
        if mine.any():
            look: dict[str, Any] = {"marker": MARKERS[slot], "color": COLOURS[slot], "linestyle": "none", "markersize": 5.5}
            bars = ax.errorbar(at[mine], estimate[mine], yerr=[(estimate - low)[mine], (high - estimate)[mine]], elinewidth=1.3, **look)
            bars.lines[0].set_gid(name.replace(" ", "_"))
            handles.append(Line2D([], [], label=name, **look))
    if not seen.all():
        look = {"marker": "x", "color": FAINT, "linestyle": "none", "markersize": 5.5}
        ax.plot(at[~seen], np.full(int((~seen).sum()), 0.03), transform=ax.get_xaxis_transform(), gid="no_value", **look)
        handles.append(Line2D([], [], label="some replication has no value", **look))
    if not seen.any():
        empty(ax)
    return handles


def _bar(found: Seek) -> float:
    """What the evidence has to be at least, or at most."""
    return found.promise.value if found.share is None else found.share


def _possible(found: Seek) -> pd.DataFrame:
    """The evidence with intervals that end where the figure does: no measure can be below zero, and no share above one."""
    table = found.table.copy()
    if found.unit != "date":
        table["low"] = np.maximum(table["low"].astype(float), 0)
    if found.unit == "share":
        table["high"] = np.minimum(table["high"].astype(float), 1)
    return table


def _bars(found: Seek) -> str:
    """What the bars of the figure are."""
    decided = found.table["decision"].isin([KEEPS, BREAKS])
    if decided.all():
        return "Bars are the intervals that decided."
    return f"Bars are the intervals at the last look, {'which decided where so marked' if decided.any() else 'none of which decided'}."


def _answer(found: Seek) -> list[str]:
    """The outcome, and what it leaves open."""
    sought, sure = found.sought, f"with {100 * found.sought.plan.confidence:.4g}% confidence"
    order = found.values if sought.smallest else found.values[::-1]
    first, last = _one(found, order[0]), _one(found, order[-1])
    least, before, beyond = _order(found)
    answer = "" if found.answer is None else _one(found, found.answer)
    broken = "" if sought.broken is None else _one(found, found.values[sought.broken])
    breaks = f" With {broken} it is broken." if broken else ""
    said = []
    if sought.outcome == FOUND:
        said.append(f"{_upper(answer)}, {sure}: the {least} shown to keep the promise.{breaks}")
    elif sought.outcome == EVERY_ONE_DOES:
        said.append(f"{_upper(answer)}, {sure}: every value does, and {before} ones were not tried.")
    elif sought.outcome == NONE_WILL_DO:
        said.append(f"None will do, {sure}: even with {last} the promise is broken. {_upper(beyond)} ones were not tried.")
    elif sought.outcome == OTHER_WAY:
        turn = "with" if sought.smallest else "without"
        said.append(f"The figure goes the other way: from {first} to {last} it moves away from the promise. Seek {turn} --largest.")
    elif sought.outcome == NOT_MONOTONE:
        turns = [
            f"it is worse with {_one(found, found.values[fall.worse])} than with {_one(found, found.values[fall.better])}"
            for fall in sought.falls
        ]
        why = "; ".join(turns) or "some values break the promise beyond one that keeps it"
        said.append(f"The figure goes up and down ({why}), so that nothing is known of values that were not run.")
    elif answer:
        said.append(f"Not settled. With {answer} the promise is kept, {sure}.{breaks}")
    else:
        said.append(f"Not settled: no value is shown to keep the promise.{breaks}")
    if sought.outcome in (OTHER_WAY, NOT_MONOTONE) and answer:
        said.append(
            f"{_upper(answer)}: the {least} of those run with which the promise is kept. That {beyond} ones keep it does not follow."
        )
    return said + _open(found)


def _open(found: Seek) -> list[str]:
    """What was not decided, why, and what would."""
    decided = {row.point: row.decision for row in found.sought.evidence}
    untold = [] if found.sought.outcome in (OTHER_WAY, NOT_MONOTONE) else list(found.sought.untold)
    reasons: dict[str, list[str]] = {}
    for point in untold:
        reasons.setdefault(DECISIONS[decided[point]] if point in decided else "not run", []).append(found.values[point])
    said = []
    if untold:
        told = [f"{_several(found, values)} ({why})" for why, values in reasons.items()]
        said.append(f"Whether the promise is kept cannot be told with {', nor with '.join(told)}.")
    of_untold = {decided.get(point) for point in untold}
    if BUDGET_SPENT in of_untold:
        said.append(f"More than {found.sought.plan.most} replications (--most), or a wider --indifference, would tell more.")
    if NO_VALUE in decided.values() and found.sought.outcome != FOUND:
        where = " and ".join(_written(found.values[point]) for point, its in decided.items() if its == NO_VALUE)
        said.append(
            f"At {where} some replication has no value, and so there is no mean, as when waits outlast the run: "
            "a promise in a share of replications (--in-share 90%) counts such a one as broken."
        )
    return said


def _promise(found: Seek) -> str:
    """What was to hold, of what, and from when on."""
    over = "as a mean over replications" if found.share is None else f"in at least {100 * found.share:.4g}% of replications"
    counted = "over the whole run" if found.since is None else f"counted over claims made and days from {date(found.since)} on"
    each = " Each value is set at everything that the * stands for." if "*" in found.key.split(".") else ""
    return f"The promise: {figure_name(found.promise.figure)}, {_asked(found)}, {over}, {counted}.{each}"


def _notes(found: Seek) -> list[str]:
    """What the search promises itself."""
    sought, sure = found.sought, 100 * found.sought.plan.confidence
    _, _, beyond = _order(found)
    normal = "" if found.share is not None else " and replications scatter about as a normal distribution does"
    luck = "" if "uncertain" in found.info else " They tell what the simulation's luck leaves open, not what the assumptions do."
    return [
        f"If {beyond} values never move the figure away from the promise{normal}, then with {sure:.4g}% confidence the answer keeps the "
        f"promise and what is said to break it does. The first is checked between the values that were run, and the check wrong in at "
        f"most {100 - sure:.2g}% of searches.",
        f"Each value is run until its interval is on one side of the promise, or within {_zone(found)} of it, which does not matter. "
        f"With all its looks it is misjudged with a probability of at most {100 * sought.point_error:.2g}%, so that intervals are wider "
        f"than usual.{luck}",
        *_all_equal(found),
        "The same people have the same luck at every value.",
    ]


def _all_equal(found: Seek) -> list[str]:
    """A warning where replications agree so well that nothing is known of how they scatter; a share has no need of it."""
    rows = found.table[found.table["low"] == found.table["high"]]
    if found.share is not None or rows.empty:
        return []
    names, fewest, confidence = [_written(value) for value in rows["value"]], int(rows["replications"].min()), found.sought.plan.confidence
    where = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return [
        f"At {where} all replications give the same, so that nothing is known of how they scatter: after {fewest} of them another value "
        f"that comes in up to {unseen(fewest, confidence)} of replications may not have been seen. --in-share allows for that."
    ]


def _title(found: Seek) -> str:
    least, _, _ = _order(found)
    return f"{found.name}: the {least} {found.key} from {_written(found.values[0])} to {_written(found.values[-1])}"


def _order(found: Seek) -> tuple[str, str, str]:
    """What is sought, and what comes before and beyond it."""
    if _day(found.values[0]) is not None:
        return ("earliest", "earlier", "later") if found.sought.smallest else ("latest", "later", "earlier")
    return ("smallest", "smaller", "larger") if found.sought.smallest else ("largest", "larger", "smaller")


def _asked(found: Seek) -> str:
    """``at most 3 working days``."""
    unit = found.promise.figure.unit
    way = "least" if found.promise.at_least else "most"
    value = day(found.promise.value) if unit == "date" else written(found.promise.value, unit)
    return f"at {way} {value}" + ("" if unit in ("share", "date") else f" {unit}")


def _head(found: Seek) -> str:
    """What the evidence is of."""
    name = figure_name(found.promise.figure)
    return name if found.share is None else f"Replications with {name[0].lower()}{name[1:]}, {_asked(found)}"


def _way(found: Seek) -> str:
    """Whether the evidence has to be at least or at most something."""
    return "least" if found.share is not None or found.promise.at_least else "most"


def _zone(found: Seek) -> str:
    return zone(found.sought.plan.indifference, found.unit)


def _noun(found: Seek) -> str:
    """The end of the key, in words."""
    return found.key.split(".")[-1].replace("_", " ")


def _one(found: Seek, value: str) -> str:
    """``+13 coaches``, ``absence 0.06``, ``23 Nov 2020``."""
    noun = _noun(found)
    if _day(value) is not None:
        return _written(value)
    if noun in COUNTED:
        return f"{value} {COUNTED[noun] if value.strip('+-') == '1' else noun}"
    if value.startswith("*") or value.endswith("%"):
        return f"{noun} {value}"
    for unit in TIMES:  # 10 minutes per day, book ahead 10 working days
        if noun.startswith(unit):
            return f"{counted(value, unit)}{noun.removeprefix(unit)}"
        if noun.endswith(f" {unit}"):
            return f"{noun.removesuffix(unit)}{counted(value, unit)}"
    return f"{noun} {value}"


def _several(found: Seek, values: Sequence[str]) -> str:
    """``4, 5 and 6 coaches``; of many how many they are: ``9 of the values from 4 to 20 coaches``."""
    if len(values) > MOST_NAMED:
        return f"{len(values)} of the values from {_written(values[0])} to {_one(found, values[-1])}"
    *others, last = map(_written, values)
    return _one(found, values[-1]).replace(last, " and ".join(filter(None, (", ".join(others), last))), 1)


def _written(value: str) -> str:
    its = _day(value)
    return value if its is None else date(its)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def _places(values: Sequence[str]) -> NDArray[np.float64]:
    """Where values lie: numbers and amounts as they are, dates in days."""
    days = [_day(value) for value in values]
    epoch = dt.date(1970, 1, 1)
    return np.array([float(value.strip("+*%")) if day is None else (day - epoch).days for value, day in zip(values, days, strict=True)])


def _as_written(values: Sequence[str]) -> FuncFormatter:
    """Numbers of an axis written as the values are: plain, ``+5``, ``+10%`` or ``*1.2``."""
    before, after = values[-1][0] if values[-1][0] in "+*" else "", "%" if values[-1].endswith("%") else ""
    return FuncFormatter(lambda x, _: ("" if x < 0 else before) + f"{x:.6g}{after}")
