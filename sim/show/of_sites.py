"""The choice of sites in words, and sets as dots with the intervals of their differences from the best."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.contrasts import SAME, UNKNOWN
from sim.experiment.selection import BEST, NO_VALUE
from sim.experiment.sites import FIRST, NONE, SET, Sites, scenarios_at_first
from sim.results import ALL
from sim.show.dots import dots
from sim.show.labels import figure_name
from sim.show.page import Block, Page, what_was_made
from sim.show.rounding import counted, date, plain, signed, zone
from sim.show.style import FAINT, GRID, INK, Chart, drawn
from sim.show.words import INTERVAL_NOTE, difference, unseen

MOST_ROWS = 15
"""Sets in the table and in the figure, at most; ``sets.csv`` has all."""
MOST_NAMED = 5
"""Sets named in a sentence, at most."""
_WRAP = 42
"""Characters of a set's name beside its dot, before it goes on to another line."""

Row = dict[Hashable, Any]


def announced(names: Sequence[str], number: int, most: int) -> str:
    """What will be run, before it is."""
    total = math.comb(len(names), number)
    scenarios, first = scenarios_at_first(names, number), min(FIRST, most)
    what = (
        f"{_sets(total, number)} to compare" if total <= scenarios else f"{_sets(total, number)} are too many: sites are added one by one"
    )
    return f"{what}; at first {scenarios} scenarios, with none and all of the sites, {first} replications each: {scenarios * first:,}"


def page(found: Sites) -> Page:
    """The set to open, whether it is better than none, what cannot be told from it, and the others."""
    blocks = [_sets_block(found)]
    if found.choose > 1 or not found.chosen.exhaustive:
        blocks.append(_standing_block(found))
    number = len(found.chosen.candidates)
    title = f"{found.name}: {found.choose} of {number} temporary jobcentre{'s' * (number > 1)}"
    return Page(title, f"{_replications(found)}, {what_was_made(found.info)}", _says(found), blocks, _notes(found))


def figures(found: Sites) -> dict[str, Callable[[Sites], Chart]]:
    return {"sites": chart}


def _says(found: Sites) -> list[str]:
    best, rivals = _named(found.best), found.rivals
    sets = int((_last(found)["kind"] == SET).sum())
    name = figure_name(found.figure)
    judged = f"by {name[0].lower()}{name[1:]}{f', from {date(found.since)} on' if found.since else ''} ({found.better} is better)"
    of = "Best of" if found.chosen.exhaustive else "Best of the last"
    if sets == 1:
        says = [f"There is one set only, {best}, judged {judged}."]
    elif len(rivals) == sets - 1 and all(row.verdict == SAME for row in found.chosen.rounds[-1].selected.rivals):
        says = [f"All {sets} sets give the same {judged}: nothing shows which to open."]
    elif not rivals:
        says = [f"{of} {sets} sets: {best}, {judged}. It is told apart from all others."]
    else:
        listed = "; ".join(map(_named, rivals[:MOST_NAMED])) + (
            f"; and {len(rivals) - MOST_NAMED} more" if len(rivals) > MOST_NAMED else ""
        )
        says = [f"{of} {sets} sets: {best}, {judged}. It cannot be told apart from: {listed}."]
    says += _compared(found)
    if not found.chosen.finished:
        says.append(
            f"The budget of {found.info['most']} replications of a set was spent before this was settled, so that the best is only the one "
            "with the best mean so far."
        )
    if not found.chosen.exhaustive:
        total = math.comb(len(found.chosen.candidates), found.choose)
        says.append(
            f"The {_sets(total, found.choose)} were too many to compare. Sites were added one by one, each time the one that did best "
            "together with those before it. A set whose sites do well only together may have been missed, and so the best."
        )
    return says


def _compared(found: Sites) -> list[str]:
    """What opening the best set is worth, and what opening all would be."""
    says = []
    for row in found.table[found.table["kind"] != SET].to_dict("records"):
        none = row["kind"] == NONE
        what = "Opening none" if none else f"Opening all {len(found.chosen.candidates)}"
        if not math.isfinite(row["difference"]):
            says.append(f"{what}: the figure has no value to compare.")
        elif row["verdict"] == SAME:
            says.append(f"{what} gives the same{', so that by this figure none is needed' if none else ''}.")
        elif row["verdict"] == UNKNOWN:
            says.append(f"{'Nothing shows that this is better than opening none' if none else what}: {_than_best(found, row)}.")
        else:
            but = "But opening none" if none and _better(found, row) else what
            by_little = ", by less than was taken to matter" if max(-row["low"], row["high"]) < found.indifference else ""
            says.append(f"{but} is {_told(found, row)}{by_little}: {_than_best(found, row)}.")
    return says


def _than_best(found: Sites, row: Row) -> str:
    """``0.7 working days longer, 95% interval 0.6 to 0.8``."""
    return difference({**row, "unit": found.figure.unit}).replace("95%", f"{100 * found.confidence:.6g}%")


def _sets_block(found: Sites) -> Block:
    unit, rows, lines = found.figure.unit, _shown(found), []
    for row in rows.to_dict("records"):
        value, interval = signed(row["difference"], row["low"], row["high"], unit)
        from_best = "" if row["verdict"] in (BEST, NO_VALUE) else f"{value or 0} ({interval})" if interval else value or "0"
        lines.append((_label(found, row), (plain(row["estimate"], unit), from_best, _told(found, row))))
    left = len(_last(found)) - len(rows)
    if left:
        at = int((rows["kind"] == SET).sum())
        lines.insert(at, (f"... and {left:,} more, in sets.csv", ("",) * 3))
    name = figure_name(found.figure) + ("" if unit == "share" else f", {unit}")
    return Block(name, ("Estimate", "Difference from the best", "Told\napart"), lines, (0, 3))


def _standing_block(found: Sites) -> Block:
    lines = []
    for row in found.standing.to_dict("records"):
        counted = f" ({row['sets']} of {row['of']})" if found.chosen.exhaustive else ""
        lines.append((str(row["site"]), (f"{row['standing']}{counted}",)))
    return Block("Site", ("In the best set and those not told apart from it",), lines, (0, 1))


def _notes(found: Sites) -> list[str]:
    sure, unit = f"{100 * found.confidence:.6g}%", found.figure.unit
    notes = [
        f"Taken not to matter: a difference below {zone(found.indifference, unit)}. A set that will hardly be better than another by more "
        f"gets no more replications; one that is better than all others by more is named with {sure} confidence.",
        f"In brackets: intervals. With {sure} confidence those of all sets hold at once, and so do the two of none and all. Differences "
        "are paired: the same people have the same luck with each set.",
    ]
    if _shown(found)["replications"].nunique() > 1:
        notes.append("Sets with fewer replications had less of the same luck: compare differences from the best, not estimates.")
    same = found.table.loc[found.table["verdict"] == SAME, "pairs"]
    if len(same):
        notes.append(
            f"The same: in every one of the replications compared. What differs in up to {unseen(int(same.min()), found.confidence)} of "
            "replications may not have been seen."
        )
    return notes if "uncertain" in found.info else [*notes, INTERVAL_NOTE.replace("95%", sure)]


@drawn
def chart(found: Sites) -> Chart:
    """Sets as dots with the intervals of their paired differences from the best, which is at the top; none and all below."""
    unit, rows = found.figure.unit, _shown(found)
    numbers = rows[["difference", "low", "high"]].set_axis(["estimate", "low", "high"], axis=1).astype(float)
    numbers[rows["verdict"] == BEST] = 0.0
    millions = unit == "pounds" and np.nan_to_num(np.abs(numbers)).max() >= 1e6
    scale = 100.0 if unit == "share" else 1e-6 if millions else 1.0
    only = "" if "uncertain" in found.info else " (simulation uncertainty only)"
    footnote = (
        f"{found.name}. {_replications(found)}, {100 * found.confidence:.6g}% intervals that hold at once{only}. "
        "Grey: differences taken not to matter."
    )
    sets, worse = rows["kind"] == SET, rows["verdict"].isin([_worse(found), NO_VALUE])
    groups = {
        "best": sets & (rows["verdict"] == BEST),
        "worse": sets & worse,
        "to compare with": ~sets,
        "cannot be told apart": sets & (rows["verdict"] != BEST) & ~worse,
    }
    names = [textwrap.fill(_label(found, row), _WRAP) for row in rows.to_dict("records")]
    lines = sum(name.count("\n") + 1 for name in names) + 1.4 * sum(group.any() for group in groups.values())
    chart = Chart(f"{figure_name(found.figure)}: difference from the best set", footnote, height=1.7 + 0.21 * lines)
    ax = chart.subplots()
    ax.set_title(f"{'percentage points' if unit == 'share' else f'million {unit}' if millions else unit}, {found.better} is better")
    ax.axvspan(-found.indifference * scale, found.indifference * scale, color=GRID, alpha=0.6, linewidth=0, zorder=0.4)
    ax.axvline(0, color=INK, linewidth=1, zorder=1.5)
    below, places = 0.0, dict[int, float]()
    for heading in ("best", "cannot be told apart", "worse", "to compare with"):
        slot, group = list(groups).index(heading), np.flatnonzero(groups[heading])
        if len(group) == 0:
            continue
        ax.text(-0.01, below, f"{heading}:", transform=ax.get_yaxis_transform(), ha="right", va="center", fontsize=8.5, color=FAINT)
        below += 1
        for i in group:
            more = names[i].count("\n")
            places[int(i)] = below + 0.5 * more
            below += 1 + more
        dots(ax, np.array([places[int(i)] for i in group]), numbers.iloc[group] * scale, slot, heading.replace(" ", "_"))
        below += 0.4
    ax.autoscale(axis="x")
    ax.set_yticks(list(places.values()), [names[i] for i in places], fontsize=8.5)
    ax.set_ylim(below - 0.8, -0.7)
    said = "".join(f" {_label(found, row)}: {_than_best(found, row)}." for row in rows.to_dict("records") if row["verdict"] != BEST)
    chart.alt = f"Dot chart with intervals. {chart.title}, paired by replication. Best: {_named(found.best)}.{said}"
    chart.numbers = "sets.csv"
    return chart


def _last(found: Sites) -> pd.DataFrame:
    """The sets of the size asked for, and none and all."""
    return found.table[found.table["round"] == len(found.chosen.rounds)]


def _shown(found: Sites) -> pd.DataFrame:
    rows = _last(found)
    return pd.concat([rows[rows["kind"] == SET].head(MOST_ROWS), rows[rows["kind"] != SET]], ignore_index=True)


def _label(found: Sites, row: Row) -> str:
    if row["kind"] == NONE:
        return "none of them"
    return f"all {len(found.chosen.candidates)}" if row["kind"] == ALL else str(row["sites"])


def _told(found: Sites, row: Row) -> str:
    verdict = row["verdict"]
    if verdict in (BEST, NO_VALUE):
        return str(verdict)
    if verdict in (SAME, UNKNOWN):
        return {SAME: "no, the same", UNKNOWN: "no"}[verdict]
    if row["kind"] == SET and row["low"] <= 0 <= row["high"]:  # only from what had it dropped
        return f"worse than {row['against']}"
    return "better" if _better(found, row) else "worse"


def _better(found: Sites, row: Row) -> bool:
    return bool(row["verdict"] == found.better)


def _worse(found: Sites) -> str:
    return found.chosen.rounds[-1].selected.worse


def _named(sites: Sequence[str]) -> str:
    return " + ".join(sites)


def _sets(total: int, number: int) -> str:
    return f"{total:,} set{'s' * (total > 1)} of {number}"


def _replications(found: Sites) -> str:
    counts = _last(found)["replications"]
    low, high = int(counts.min()), int(counts.max())
    return f"{low} to {high} replications of each set" if low < high else f"{counted(str(high), 'replications')} of each set"
