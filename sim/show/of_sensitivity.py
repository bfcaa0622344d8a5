"""Sensitivity in words: what a figure hangs on, and how uncertain the assumptions make it."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.experiment.asked import Figure
from sim.experiment.indices import LEFT_OUT, VarianceComponents
from sim.experiment.sensitivity import LATIN, MORRIS, SOBOL, TORNADO, Sensitivity
from sim.show.labels import figure_name, in_differences
from sim.show.page import LABEL, Block, Page, what_was_made
from sim.show.rounding import BLANK, counted, in_unit, plain, rounded, with_half
from sim.show.sensitivity_figures import MAKERS, MOST, left_out, name, others, without
from sim.show.style import Chart

NAMED, WORTH_NAMING = 4, 0.1
"""Assumptions in a sentence, at most, and how large an effect must be beside the largest to be there."""
EACH_BY_ITSELF = "Each 95% interval holds by itself: of 20 where there is no influence, one is expected to look as if there were some."
_HOW_TO_READ = {
    TORNADO: "At its low, at its high: the difference when an assumption stands at that end of its interval and all others as written. "
    "The same people have the same luck at every point, so differences are surer than the figure itself.",
    LATIN: "Draws: all assumptions at random in their intervals at once. Rank correlations, from -1 to 1, see influence in one direction "
    "only; sets of shares have no order and are left out.",
    MORRIS: "mu*: how far the figure moves on average over the whole interval of an assumption, wherever the others stand. sigma: how much "
    "that varies; large beside mu*, the effect depends on the others or is no straight line.",
    SOBOL: "First: the share of the variance that would go if the assumption were known. Total: the share that would stay if all others "
    "were; the difference is what it does together with others. Estimates from few rows may lie outside 0 to 100%.",
}

Row = Mapping[Hashable, Any]


def announced(cost: Mapping[str, int]) -> str:
    """What will be run, before it is."""
    return f"{sum(cost.values()):,} replications: {', '.join(f'{method} {number:,}' for method, number in cost.items())}"


def page(found: Sensitivity) -> Page:
    """The answer of each method for each figure."""
    says, blocks = [], []
    for figure in found.figures:
        for method in found.tables:
            says.append(_SAYS[method](found, figure))
            blocks += _BLOCKS[method](found, figure)
    number = len(found.factors)
    title = (
        f"{found.name}: {number} assumptions within their intervals" if number > 1 else f"{found.name}: 1 assumption within its interval"
    )
    notes = [*(_HOW_TO_READ[method] for method in found.tables), EACH_BY_ITSELF]
    notes += [said for figure in found.figures for method in found.tables if (said := _GAPS[method](found, figure))]
    return Page(title, f"{_points(found)}, {what_was_made(found.info)}", says, blocks, notes)


def figures(found: Sensitivity) -> dict[str, Callable[[Sensitivity], Chart]]:
    """One of each method for each figure asked for."""
    return {
        f"{method}_{n}" if n else method: partial(MAKERS[method], figure=figure)
        for method in found.tables
        for n, figure in enumerate(found.figures)
    }


def _points(found: Sensitivity) -> str:
    ways = {method: (its["points"], its["replications_of_each"]) for method, its in found.info["methods"].items()}
    each = ", ".join(f"{method} {points} points of {number}" for method, (points, number) in ways.items())
    return f"{sum(points * number for points, number in ways.values()):,} replications ({each})"


def _says_tornado(found: Sensitivity, figure: Figure) -> str:
    rows = found.rows(TORNADO, figure)
    base = float(rows["base"].iloc[0])
    if math.isnan(base):
        return (
            f"{figure_name(figure)}: no value in any replication with all assumptions as written, so no difference from that can be told."
        )
    gone, known = rows[rows["swing"].isna()], rows[rows["swing"].notna()]
    told = known[known["told"]]
    start = f"{figure_name(figure)}: {in_unit(base, figure.unit)} with all assumptions as written"
    if not len(told) and not len(gone):
        return f"{start}. No assumption by itself can be told to move it."
    lead = _lead(told, "swing") if len(told) else told
    each = [f"{name(row)} ({row['interval']}): {_both_ends(row, figure.unit)}" for row in pd.concat([gone, lead]).to_dict("records")]
    more, none = len(told) - len(lead), len(known) - len(told)
    rest = [f"{more} more move{'s' * (more == 1)} it less"] * bool(more) + [f"of {none} no effect can be told"] * bool(none)
    return ". ".join(filter(None, (start, f"It hangs on: {'; '.join(each)}", _begun("; ".join(rest))))) + "."


def _both_ends(row: Row, unit: str) -> str:
    """``-1.2 at its low, +3.4 at its high``; an end that changes nothing is not mentioned. Ends without a value come first."""
    ends = [end for end in ("low", "high") if row[f"at_{end}"] and math.isfinite(row[f"at_{end}"])]
    its = {"date": "days", "share": "percentage points"}.get(unit, "")
    said = [f"{counted(_with_half(row, f'at_{end}', unit).split(' ')[0], its)} at its {end}" for end in ends]
    return ", ".join([*without(row), *said]) or "nothing"


def _says_latin(found: Sensitivity, figure: Figure) -> str:
    one = found.components[str(figure)]
    low, high = plain(one.range[0], figure.unit), in_unit(one.range[1], figure.unit)
    mean = rounded(one.mean, *one.interval, figure.unit)[1].replace(" to ", " and ")
    luck = f"luck is {_percent(one.luck_in_means)} of their variance" if math.isfinite(one.luck_in_means) else "all are the same"
    said = (
        f"{figure_name(figure)}: together the assumptions leave {low} to {high}. Between these lie 95% of {one.draws} draws of all of them "
        f"at once; {luck}. The mean over all draws is between {mean}."
    )
    if out := left_out(found, figure):
        said += f" {out}."
    rows = found.rows(LATIN, figure)
    strong = rows[(rows["low"] > 0) | (rows["high"] < 0)].head(NAMED)
    if TORNADO in found.tables or not len(strong):
        return said
    each = [f"{name(row)} ({row['correlation']:+.2f})" for row in strong.to_dict("records")]
    return f"{said} It goes with {_listed(each)}."


def _says_morris(found: Sensitivity, figure: Figure) -> str:
    rows = found.rows(MORRIS, figure)
    moved = rows[(rows["mu_star"] > rows["luck"]) & (rows["mu_star"] > 0)]
    if not len(moved):
        return f"{figure_name(figure)}: no assumption moves it by more than luck does."
    each = [f"{name(row)} by {in_unit(row['mu_star'], figure.unit, differs=True)}" for row in _lead(moved, "mu_star").to_dict("records")]
    still = len(rows) - len(moved)
    rest = f" {still} of {len(rows)} move it no more than luck does." if still else ""
    return f"{figure_name(figure)}: wherever the others stand, what moves it most over its interval is {_listed(each)}.{rest}"


def _says_sobol(found: Sensitivity, figure: Figure) -> str:
    rows = found.rows(SOBOL, figure)
    known = rows[rows["total"] > 0]
    if not len(known):
        return f"{figure_name(figure)}: no assumption changes it."
    each = [f"{name(row)} {_index(row, 'total')} (by itself {_index(row, 'first')})" for row in _lead(known, "total").to_dict("records")]
    luck = f"luck is {_percent(known['luck'].max())} of it at most"
    return f"{figure_name(figure)}: the variance that these assumptions make goes back to {_listed(each)}; {luck}."


def _tornado_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    rows = found.rows(TORNADO, figure)
    if math.isnan(float(rows["base"].iloc[0])):
        return []
    shown = min(MOST, int((rows["swing"].isna() | (rows["swing"] > 0)).sum()))
    lines = []
    for row in rows.head(shown).to_dict("records"):
        ends = [_with_half(row, f"at_{end}", figure.unit) if math.isfinite(row[f"at_{end}"]) else "no value" for end in ("low", "high")]
        lines.append((_label(row), (row["interval"], *ends)))
    if len(rows) > shown:
        lines.append((others(len(rows) - shown, rows["swing"].iloc[shown], figure.unit), ("", "", "")))
    heads = (in_differences(figure, "At its low"), in_differences(figure, "At its high"))
    return [Block(f"Tornado: {_named(figure)}", ("Interval", *heads), lines, (0, 1))]


def _latin_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    return [_spread(found.components[str(figure)], figure), _correlations(found.rows(LATIN, figure))]


def _spread(one: VarianceComponents, figure: Figure) -> Block:
    """What the assumptions, the number of draws and luck leave open, one below the other."""
    mean, its = rounded(one.mean, *one.interval, figure.unit)
    lines = [
        ("95% of the draws", (" to ".join(plain(end, figure.unit) for end in one.range),)),
        ("mean over the draws", (mean,)),
        ("... its 95% interval", (its,)),
        ("... luck's part of that", (rounded(one.mean, *one.monte_carlo, figure.unit)[1],)),
        ("luck in the variance between draws", (_share(one.luck_in_means, one.luck_in_means_interval),)),
    ]
    return Block(f"All at once: {_named(figure)}", (f"{one.draws} draws of {one.replications} replications",), lines)


def _correlations(rows: pd.DataFrame) -> Block:
    known = rows[rows["correlation"].notna()]
    lines = []
    for row in known.head(MOST).to_dict("records"):
        its = f"{row['low']:+.2f} to {row['high']:+.2f}" if math.isfinite(row["low"]) else BLANK
        lines.append((_label(row), (row["interval"], f"{row['correlation']:+.2f}", its)))
    if len(known) > MOST:
        lines.append((f"{len(known) - MOST} others, ±{abs(known['correlation'].iloc[MOST]):.2f} at most", ("", "", "")))
    sets = rows[rows["correlation"].isna() & (rows["kind"] == LEFT_OUT)]
    if len(sets):
        lines.append((f"{len(sets)} set{'s' * (len(sets) > 1)} of shares: no order, so left out", ("", "", "")))
    if still := len(rows) - len(known) - len(sets):
        why = "the figure is the same in all draws" if not len(known) else "the others already tell the figure's rank"
        lines.append((f"{still} without: {why}", ("", "", "")))
    kind = known["kind"].iloc[0] if len(known) else "rank correlation"
    return Block(f"What it goes with: {kind}", ("Interval", "Correlation", "95% interval"), lines, (0, 1))


def _morris_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    rows = found.rows(MORRIS, figure)
    unit = "days" if figure.unit == "date" else figure.unit  # effects are differences
    lines = []
    for row in rows.head(MOST).to_dict("records"):
        star, its = rounded(row["mu_star"], row["mu_star_from"], row["mu_star_to"], unit)
        signed = BLANK if math.isnan(row["mu"]) else f"{'+' * (row['mu'] > 0)}{plain(row['mu'], unit)}"
        lines.append((_label(row), (star, its, signed, plain(row["sigma"], unit))))
    if len(rows) > MOST:
        lines.append((others(len(rows) - MOST, rows["mu_star"].iloc[MOST], figure.unit), ("",) * 4))
    named = f"{figure_name(figure)}, days" if figure.unit == "date" else _named(figure)
    return [Block(f"Morris: {named}", ("mu*", "95% interval", "mu", "sigma"), lines)]


def _sobol_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    lines = []
    for row in found.rows(SOBOL, figure).to_dict("records"):
        both = [_share(row[which], (row[f"{which}_from"], row[f"{which}_to"])) for which in ("first", "total")]
        lines.append((_label(row), both))
    return [Block(f"Sobol indices: {figure_name(figure)}", ("First", "Total"), lines)]


def _gaps_tornado(found: Sensitivity, figure: Figure) -> str:
    """Of how many replications differences are, where that is not all."""
    rows, number = found.rows(TORNADO, figure), found.info["methods"][TORNADO]["replications_of_each"]
    gone = "No value: in none of the replications that have one with all as written. " if rows["swing"].isna().any() else ""
    some = rows[(rows["replications"] > 0) & (rows["replications"] < number)]
    if not len(some) or math.isnan(float(rows["base"].iloc[0])):
        return f"{figure_name(figure)}: {gone[:1].lower()}{gone[1:].strip()}" if gone else ""
    fewest = f", {int(some['replications'].min())} of {number} at the fewest"
    several = f"{len(some)} assumption{'s' * (len(some) > 1)}"
    return (
        f"{figure_name(figure)}: {gone}Not all replications have a value. Differences of {several} are of those that have one at both "
        f"ends and as written{fewest}."
    )


def _gaps_morris(found: Sensitivity, figure: Figure) -> str:
    made = found.info["methods"][MORRIS]["points"] // (len(found.factors) + 1)
    return _units_left_out(figure, "paths", made, int(found.rows(MORRIS, figure)["trajectories"].iloc[0]))


def _gaps_sobol(found: Sensitivity, figure: Figure) -> str:
    made = found.info["methods"][SOBOL]["points"] // (len(found.factors) + 2)
    return _units_left_out(figure, "rows", made, int(found.rows(SOBOL, figure)["rows"].iloc[0]))


def _units_left_out(figure: Figure, units: str, made: int, kept: int) -> str:
    if kept == made:
        return ""
    return f"{figure_name(figure)}: {made - kept} of {made} {units} are left out, on which it has no value somewhere in some replication."


_GAPS: dict[str, Callable[[Sensitivity, Figure], str]] = {
    TORNADO: _gaps_tornado,
    LATIN: lambda found, figure: "",  # said beside the range
    MORRIS: _gaps_morris,
    SOBOL: _gaps_sobol,
}
_SAYS: dict[str, Callable[[Sensitivity, Figure], str]] = {
    TORNADO: _says_tornado,
    LATIN: _says_latin,
    MORRIS: _says_morris,
    SOBOL: _says_sobol,
}
_BLOCKS: dict[str, Callable[[Sensitivity, Figure], list[Block]]] = {
    TORNADO: _tornado_blocks,
    LATIN: _latin_blocks,
    MORRIS: _morris_blocks,
    SOBOL: _sobol_blocks,
}


def _lead(rows: pd.DataFrame, size: str) -> pd.DataFrame:
    """Those worth naming in a sentence."""
    worth: pd.DataFrame = rows[rows[size] >= WORTH_NAMING * rows[size].iloc[0]]
    return worth.head(NAMED)


def _label(row: Row) -> str:
    """A long name goes on to another line before its last part."""
    whole = name(row)
    first, _, last = whole.rpartition(".")
    return whole if len(whole) <= LABEL else f"{first}. {last}"


def _with_half(row: Row, column: str, unit: str) -> str:
    value, low, high = (row[f"{column}{end}"] for end in ("", "_from", "_to"))
    if high - low < 1e-9 * abs(value):  # what is left of luck that falls out of paired differences is rounding
        low = high = value
    return with_half(value, low, high, unit)


def _named(figure: Figure) -> str:
    return f"{figure_name(figure)}, {figure.unit}" if figure.unit not in ("", "share", "date") else figure_name(figure)


def _percent(share: float) -> str:
    """``2.1%``, ``34%``, ``under 0.1%``."""
    if math.isnan(share):
        return BLANK
    if 0 < share < 0.001:
        return "under 0.1%"
    return f"{100 * share + 0.0:.{0 if abs(share) >= 0.0995 or share == 0 else 1}f}%"


def _share(share: float, its: tuple[float, float]) -> str:
    """``2.1% (1.4 to 3.1%)``."""
    if math.isnan(sum(its)) or 0 < share < 0.001:
        return _percent(share)
    low, high = (f"{100 * end + 0.0:.{0 if max(map(abs, its)) >= 0.0995 else 1}f}" for end in its)
    return f"{_percent(share)} ({low} to {high}%)"


def _index(row: Row, which: str) -> str:
    return _share(row[which], (row[f"{which}_from"], row[f"{which}_to"])).replace(" (", ", 95% interval ").removesuffix(")")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
