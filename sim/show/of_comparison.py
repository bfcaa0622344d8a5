"""What a comparison says beside its main differences: what pairing was worth, the adjusted differences, for whom and where, and when."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from scipy import stats

from sim.experiment.asked import Figure
from sim.experiment.compare import HIGHER, LOWER, UNKNOWN, Comparison
from sim.experiment.contrasts import verdict
from sim.results import ALL, CONFIDENCE, SPLIT
from sim.scenario.schema import AGE_GROUPS
from sim.show.dots import dots
from sim.show.labels import COMPARED, figure_name
from sim.show.page import Block
from sim.show.rounding import BLANK, date, plain, with_half
from sim.show.style import COLOURS, INK, MARKERS, SOME, Chart, date_axis, drawn, empty, line, plain_numbers, shown
from sim.show.words import Difference, difference, everyone, footnote, in_all, in_some

FEW = 5
"""Jobcentres up to which all are told; of more, those that differ most."""
MOST_EACH = 3
MOST_ROWS = 40
"""Jobcentres told of a measure, and drawn in a figure."""
MOST_TIMES = 1000
"""How much pairing is worth is not told beyond."""
WAIT, REVIEWS, ENTRIES = ("first_meeting_wait", "mean"), ("review_interval", "mean"), ("job_entries", "count")
RATES = (("job_entry_rate", "26_weeks"), ("job_entry_rate", "13_weeks"))
"""The share in work, after as long as a run tells."""
NAMES = {
    WAIT: "Wait for the first meeting, working days",
    REVIEWS: "Time between reviews, days",
    RATES[0]: "In work within 26 weeks, percentage points",
    RATES[1]: "In work within 13 weeks, percentage points",
    ENTRIES: "Job entries, people",
}
HEADS = {
    WAIT: "Wait,\nworking days",
    REVIEWS: "Between\nreviews, days",
    RATES[0]: "In work within\n26 weeks, points",
    RATES[1]: "In work within\n13 weeks, points",
    ENTRIES: "Job entries,\npeople",
}
"""What is told in parts: in a figure, and above the columns of a table."""
PAIRED = {ENTRIES: "job entries", REVIEWS: "reviews", WAIT: "waits"}
"""Of what it is told what pairing was worth."""
WHOSE = "People count at their own jobcentre, and openings and closings change which that is."
PARTS_NOTE = f"±: half the 95% interval; in brackets where no difference can be told. {WHOSE}"
ADJUSTED_NOTE = (
    "Adjusted: what the difference would be with as many new claims as are expected, from its regression on their number; shown where "
    "that helps."
)
PICKED_NOTE = "Picked because they are large, differences of single jobcentres are likely a little less in truth."


def pairing(table: pd.DataFrame) -> str:
    """What it was worth that the same people had the same luck, from the rows of one other scenario; nothing where nothing differs."""
    rows = {(row["measure"], row["statistic"]): row for row in everyone(table)}
    gained, hurt, untold = list[tuple[float, float, float, str]](), list[tuple[float, float, float, str]](), list[str]()
    for key, name in PAIRED.items():
        row = rows.get(key)
        if row is None or not math.isfinite(row["variance_ratio"]):
            continue
        ratio = float(row["variance_ratio"])
        low, high = ratio_interval(ratio, int(row.get("draws", row["replications"])))
        if low <= 1 <= high:
            untold.append(name)
        else:
            (gained if low > 1 else hurt).append((ratio, low, high, name))
    said = []
    for verb, found in (("is as good as", gained), ("does harm: it is as good as", hurt)):
        if found:
            first, *rest = (_worth(*one) for one in found)
            said.append(f"Pairing {verb} {', '.join([first.replace(' times ', ' times as many unpaired replications ', 1), *rest])}.")
    if untold:
        said.append(f"Whether pairing helps cannot be told for {' and '.join(untold)}.")
    return " ".join(said)


def ratio_interval(ratio: float, pairs: int) -> tuple[float, float]:
    """The 95% interval of a variance ratio, see :class:`sim.experiment.compare.Comparison`.

    It is (1 + q) / 2 with q the variance of the sum of both scenarios' values over that of their difference. If values are normal and vary
    as much in both scenarios, sum and difference are independent, and so q is a ratio of two variances: F with n - 1 and n - 1 degrees of
    freedom. Where they do not vary as much, the interval is too wide.
    """
    wider = float(stats.f.ppf((1 + CONFIDENCE) / 2, pairs - 1, pairs - 1))
    q = 2 * ratio - 1
    return (1 + q / wider) / 2, (1 + q * wider) / 2


def _worth(ratio: float, low: float, high: float, name: str) -> str:
    """``11 times for job entries (4.7 to 27)``, to two digits, which are more than is known."""
    if low > MOST_TIMES:
        return f"over {MOST_TIMES:,} times for {name}"
    text = ["over 1,000" if value > MOST_TIMES else f"{float(f'{value:.2g}'):g}" for value in (ratio, low, high)]
    return f"{text[0]} times for {name} ({text[1]} {'or more' if high > MOST_TIMES else f'to {text[2]}'})"


def adjusted(table: pd.DataFrame) -> Block | None:
    """Main differences adjusted for the number of new claims, from the rows of one other scenario: where that helps, and says something
    else once it is rounded; None where it does nowhere."""
    rows = {(row["measure"], row["statistic"]): row for row in everyone(table)}
    lines = []
    for labels in COMPARED.values():
        for key, label in labels.items():
            row = rows.get(key)
            if row is None or not math.isfinite(row["adjusted"]):
                continue
            numbers = {"difference": row["adjusted"], "low": row["adjusted_low"], "high": row["adjusted_high"]}
            told = str(verdict(*(np.array(numbers[name]) for name in ("difference", "low", "high"))))
            said = difference({**row, **numbers, "verdict": told})
            if told != UNKNOWN and said != difference(row):
                lines.append((label, (said, f"{row['adjusted_freedom']:.0f}")))
    return Block("Adjusted for new claims", ("Difference", "Degrees of\nfreedom"), lines, left=(0, 1)) if lines else None


def in_parts(table: pd.DataFrame) -> tuple[list[Block], list[str]]:
    """Differences by age group, and by jobcentre, from the rows of one other scenario, of many the ones that differ most; and notes."""
    by_age = _by_key(table[table["age_group"].isin(AGE_GROUPS) & (table["programme"] == ALL)], (WAIT, REVIEWS, *RATES, ENTRIES))
    by_place = _by_key(table[table["jobcentre"] != ALL], (WAIT, REVIEWS, *RATES))
    places = list(dict.fromkeys(name for its in by_place.values() for name in its["jobcentre"]))
    few = len(places) <= FEW
    most = places if few else most_different(list(by_place.values()))
    groups = [name for name in AGE_GROUPS if by_age]
    blocks = []
    for heading, column, names, tables in (
        ("By age group", "age_group", groups, by_age),
        ("By jobcentre" if few else f"Of {len(places)} jobcentres", "jobcentre", most, by_place),
    ):
        lines = []
        for name in names:
            cells = [its[its[column] == name].to_dict("records") for its in tables.values()]
            lines.append((name, [_cell(rows[0]) if rows else BLANK for rows in cells]))
        if lines:
            blocks.append(Block(heading, [HEADS[key] for key in tables], lines))
    notes = [PARTS_NOTE] if blocks else []
    if not few:
        notes += [PICKED_NOTE] if most else [f"In none of the {len(places)} jobcentres by itself can a difference be told."]
    return blocks, notes


def most_different(tables: Sequence[pd.DataFrame]) -> list[str]:
    """The jobcentres with the greatest differences that can be told, a few from each table, each once."""
    names = []
    for table in tables:
        told = table[table["verdict"].isin((LOWER, HIGHER))]
        order = told["difference"].abs().sort_values(ascending=False, kind="stable").index[:MOST_EACH]
        names += list(told.loc[order, "jobcentre"])
    return list(dict.fromkeys(names))


def _by_key(table: pd.DataFrame, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], pd.DataFrame]:
    """Rows of each of these that has values; of the shares in work only those after the longest time."""
    found = {key: table[(table["measure"] == key[0]) & (table["statistic"] == key[1])] for key in keys}
    known = {key: its for key, its in found.items() if its["difference"].notna().any()}
    if RATES[0] in known:
        known.pop(RATES[1], None)
    return known


def _cell(row: dict[Any, Any]) -> str:
    text = with_half(row["difference"], row["low"], row["high"], row["unit"])
    told = row["verdict"] in (LOWER, HIGHER) or text in (BLANK, "0")
    return text if told else f"({text})"


def asked_for(table: pd.DataFrame, figures: Sequence[Figure]) -> list[Difference]:
    """Lines for the figures asked for, from the rows of one other scenario; blank where one of both scenarios has no such figure."""
    lines = []
    for figure in figures:
        rows = table[(table["measure"] == figure.measure) & (table["statistic"] == figure.statistic)]
        for key in SPLIT:
            rows = rows[rows[key] == getattr(figure, key)]
        name = figure_name(figure)
        label = f"{name[0].lower()}{name[1:]}" + ", mean" * (figure.statistic == "date")
        for row in rows.to_dict("records"):
            base, its = (plain(row[of], row["unit"]) for of in ("base_estimate", "other_estimate"))
            lines.append(Difference("Asked for", label, base, its, in_some(row, in_all(table))))
        if len(rows) == 0:
            lines.append(Difference("Asked for", label, BLANK, BLANK, BLANK))
    return lines


@drawn
def differences_over_time(comparison: Comparison) -> Chart:
    """Paired differences of the scenarios from the base by week, with their intervals: waits, reviews and job entries."""
    others, left_out = _drawn(comparison)
    foot = f"{footnote(comparison.base)} Differences are paired by replication.{left_out}"
    chart = Chart(f"Difference from {comparison.base.name}, by week", foot, 9.0, 7.6)
    weekly = comparison.weekly
    weekly = weekly[(weekly["area"] == ALL) & (weekly["programme"] == ALL)].rename(columns={"difference": "estimate"})
    if len(others) == 1:
        chart.alt += f" {others[0]}."
    for ax, key in zip(chart.subplots(3, 1, sharex=True), (WAIT, REVIEWS, ENTRIES), strict=True):
        title = f"{NAMES[key]} a week" if key == ENTRIES else NAMES[key]
        ax.set_title(title)
        ax.axhline(0, color=INK, linewidth=1, zorder=1.5)
        rows = weekly[(weekly["measure"] == key[0]) & (weekly["statistic"] == key[1])]
        if key == ENTRIES:
            rows = rows[rows["week"].isin(_whole_weeks(comparison))]
        for slot, other in enumerate(others):
            table = shown(rows[rows["other"] == other], comparison.base, SOME)
            name = textwrap.fill(other, 24) if len(others) > 1 else ""
            line(chart, ax, table, name, slot, f"{key[0]}-{slot}")
            chart.alt += _extremes(table, f"{title}{f', {other}' if name else ''}")
        if not rows["estimate"].notna().any():
            empty(ax)
        ax.yaxis.set_major_formatter(plain_numbers())
    date_axis(chart.axes[-1], list(weekly["week"].drop_duplicates().sort_values()))
    chart.alt = f"Line chart, three panels. {chart.title}, with 95% intervals; above zero is more or longer than in the base.{chart.alt}"
    chart.numbers = "comparison_weekly.parquet"
    return chart


@drawn
def differences_by_jobcentre(comparison: Comparison) -> Chart:
    """Paired differences of the scenarios from the base by jobcentre, with their intervals: waits, reviews and the share in work."""
    others, left_out = _drawn(comparison)
    table = comparison.table[comparison.table["jobcentre"] != ALL]
    known = {key: its.set_index(["other", "jobcentre"]) for key, its in _by_key(table, (WAIT, REVIEWS, *RATES)).items()}
    names = _ordered(known, others)
    if len(names) > MOST_ROWS:
        left_out += f" Shown are the {MOST_ROWS} of {len(names)} jobcentres that differ most in the first panel."
        first = next(iter(known.values()))["difference"].abs().groupby(level="jobcentre").max()
        kept = set(first.reindex(names).sort_values(ascending=False, kind="stable").index[:MOST_ROWS])
        names = [name for name in names if name in kept]
    foot = f"{footnote(comparison.base)} Differences are paired by replication. {WHOSE}{left_out}"
    beside = 0.7 / len(others)
    legend = -(-len(others) // 2) if len(others) > 1 else 0
    height = 2.0 + (0.13 + 0.09 * len(others)) * max(len(names), 4)
    chart = Chart(f"Difference from {comparison.base.name}, by jobcentre", foot, 9.0, height + 0.25 * legend)
    heights = [0.25 * legend, height - 1.5] if legend else [1.0]
    grid = np.array(chart.subplots(len(heights), max(len(known), 1), sharey="row", height_ratios=heights, squeeze=False))
    panels = grid[-1]
    if not known:
        empty(panels[0])
        panels[0].set_xticks([])
    for ax, (key, rows) in zip(panels, known.items(), strict=False):
        ax.set_title(NAMES[key].replace(", ", ",\n"))
        ax.axvline(0, color=INK, linewidth=1, zorder=1.5)
        for slot, other in enumerate(others):
            its = rows.reindex(pd.MultiIndex.from_product([[other], names]))
            numbers = its[["difference", "low", "high"]].set_axis(["estimate", "low", "high"], axis=1) * (100 if key in RATES else 1)
            dots(ax, np.arange(len(names)) + beside * (slot - (len(others) - 1) / 2), numbers, slot, f"{key[0]}-{slot}")
            told = its[its["verdict"].isin((LOWER, HIGHER))].reset_index(names=["other", "jobcentre"])
            chart.alt += f" {NAMES[key]}, {other}: a difference can be told in {len(told)} of {its['difference'].notna().sum()} jobcentres"
            for row in told.loc[told["difference"].abs().sort_values().index[-1:]].to_dict("records"):
                chart.alt += f", greatest in {row['jobcentre']}: {difference(row)}"
            chart.alt += "."
        ax.locator_params(axis="x", nbins=5)
    panels[0].set_yticks(range(len(names)), names, fontsize=8.5)
    panels[0].set_ylim(len(names) - 0.4, -0.6)
    if len(others) > 1:
        handles = [
            Line2D([], [], color=COLOURS[i], marker=MARKERS[i], linestyle="none", markersize=4.5, label=textwrap.fill(other, 40))
            for i, other in enumerate(others)
        ]
        for ax in grid[0]:
            ax.set_axis_off()
        look: dict[str, Any] = {"frameon": False, "fontsize": 8.5, "handletextpad": 0.1, "borderpad": 0, "borderaxespad": 0}
        grid[0, 0].legend(handles=handles, loc="upper left", ncols=2, **look).set_in_layout(False)
    chart.alt = f"Dot chart, a line for each jobcentre and a panel for each measure. {chart.title}.{chart.alt}"
    chart.numbers = "comparison.csv: first_meeting_wait, review_interval, job_entry_rate"
    return chart


def _drawn(comparison: Comparison) -> tuple[list[str], str]:
    """The scenarios that colours suffice for, and what is to be said of the others."""
    others = list(dict.fromkeys(comparison.table["other"]))
    return others[: len(COLOURS)], "" if len(others) <= len(COLOURS) else f" Shown are the first {len(COLOURS)} of {len(others)} scenarios."


def _ordered(known: dict[tuple[str, str], pd.DataFrame], others: Sequence[str]) -> list[str]:
    """Jobcentres by the first difference of the first scenario, the greatest first."""
    names = list(dict.fromkeys(name for its in known.values() for name in its.index.get_level_values("jobcentre")))
    if not known:
        return names
    first = next(iter(known.values()))["difference"].reindex(pd.MultiIndex.from_product([others[:1], names])).to_numpy(dtype=float)
    return [names[i] for i in np.argsort(-np.nan_to_num(first, nan=-np.inf), kind="stable")]


def _whole_weeks(comparison: Comparison) -> pd.Series[Any]:
    """Mondays of the weeks that lie within the run: a count of fewer days cannot be compared."""
    weeks = pd.to_datetime(comparison.weekly["week"].drop_duplicates())
    first, last = (pd.Timestamp(day) for day in comparison.base.info["period"])
    return weeks[(weeks >= first) & (weeks + pd.Timedelta(days=6) <= last)]


def _extremes(table: pd.DataFrame, what: str) -> str:
    """Lowest and highest difference in words."""
    known = table.dropna(subset="estimate")
    if len(known) == 0:
        return f" {what}: no values."
    said = []
    for word, at in (("lowest", known["estimate"].argmin()), ("highest", known["estimate"].argmax())):
        row = known.iloc[int(at)]
        said.append(f"{word} {plain(row['estimate'])} in the week of {date(row['week'])}")
    return f" {what}: {', '.join(said)}."
