"""Sensitivity in words: what a figure hangs on, and how uncertain the assumptions make it."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.experiment.asked import Figure
from sim.experiment.indices import VarianceComponents
from sim.experiment.sensitivity import LATIN, MORRIS, SOBOL, TORNADO, Sensitivity
from sim.show.labels import figure_name
from sim.show.page import LABEL, Block, Page, what_was_made
from sim.show.rounding import BLANK, in_unit, plain, rounded, with_half
from sim.show.sensitivity_figures import MAKERS, MOST, name, others
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
    title = f"{found.name}: {number} assumption{'s' * (number > 1)} within their intervals"
    notes = [*(_HOW_TO_READ[method] for method in found.tables), EACH_BY_ITSELF]
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
    told = rows[rows["told"]]
    start = f"{figure_name(figure)}: {in_unit(float(rows['base'].iloc[0]), figure.unit)} with all assumptions as written"
    if not len(told):
        return f"{start}. No assumption by itself can be told to move it."
    lead = _lead(told, "swing")
    each = [f"{name(row)} ({row['interval']}): {_both_ends(row, figure.unit)}" for row in lead.to_dict("records")]
    more, none = len(told) - len(lead), len(rows) - len(told)
    rest = [f"{more} more move{'s' * (more == 1)} it less"] * bool(more) + [f"of {none} no effect can be told"] * bool(none)
    return ". ".join(filter(None, (start, f"It hangs on: {'; '.join(each)}", _begun("; ".join(rest))))) + "."


def _both_ends(row: Row, unit: str) -> str:
    """``-1.2 at its low, +3.4 at its high``; an end that changes nothing is not mentioned."""
    ends = [end for end in ("low", "high") if row[f"at_{end}"]]
    return ", ".join(f"{_with_half(row, f'at_{end}', unit).split(' ')[0]} at its {end}" for end in ends) or "nothing"


def _says_latin(found: Sensitivity, figure: Figure) -> str:
    one = found.components[str(figure)]
    low, high = plain(one.range[0], figure.unit), in_unit(one.range[1], figure.unit)
    mean = rounded(one.mean, *one.interval, figure.unit)[1].replace(" to ", " and ")
    luck = f"luck is {_percent(one.luck_in_means)} of their variance" if math.isfinite(one.luck_in_means) else "all are the same"
    said = (
        f"{figure_name(figure)}: together the assumptions leave {low} to {high}. Between these lie 95% of {one.draws} draws of all of them "
        f"at once; {luck}. The mean over all draws is between {mean}."
    )
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
    each = [
        f"{name(row)} {_percent(row['total'])} ({_percent(row['first'])} by itself)" for row in _lead(known, "total").to_dict("records")
    ]
    luck = f"luck is {_percent(known['luck'].max())} of it at most"
    return f"{figure_name(figure)}: the variance that these assumptions make goes back to {_listed(each)}; {luck}."


def _tornado_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    rows = found.rows(TORNADO, figure)
    shown = min(MOST, int((rows["swing"] > 0).sum()))
    lines = []
    for row in rows.head(shown).to_dict("records"):
        ends = [_with_half(row, f"at_{end}", figure.unit) for end in ("low", "high")]
        lines.append((_label(row), (row["interval"], *ends)))
    if len(rows) > shown:
        lines.append((others(len(rows) - shown, rows["swing"].iloc[shown], figure.unit), ("", "", "")))
    return [Block(f"Tornado: {_named(figure)}", ("Interval", "At its low", "At its high"), lines, (0, 1))]


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
    kind = known["kind"].iloc[0] if len(known) else "rank correlation"
    return Block(f"What it goes with: {kind}", ("Interval", "Correlation", "95% interval"), lines, (0, 1))


def _morris_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    rows = found.rows(MORRIS, figure)
    lines = []
    for row in rows.head(MOST).to_dict("records"):
        star, its = rounded(row["mu_star"], row["mu_star_from"], row["mu_star_to"], figure.unit)
        signed = BLANK if math.isnan(row["mu"]) else f"{'+' * (row['mu'] > 0)}{plain(row['mu'], figure.unit)}"
        lines.append((_label(row), (star, its, signed, plain(row["sigma"], figure.unit))))
    if len(rows) > MOST:
        lines.append((others(len(rows) - MOST, rows["mu_star"].iloc[MOST], figure.unit), ("",) * 4))
    return [Block(f"Morris: {_named(figure)}", ("mu*", "95% interval", "mu", "sigma"), lines)]


def _sobol_blocks(found: Sensitivity, figure: Figure) -> list[Block]:
    lines = []
    for row in found.rows(SOBOL, figure).to_dict("records"):
        both = [_share(row[which], (row[f"{which}_from"], row[f"{which}_to"])) for which in ("first", "total")]
        lines.append((_label(row), both))
    return [Block(f"Sobol indices: {figure_name(figure)}", ("First", "Total"), lines)]


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
    return with_half(row[column], row[f"{column}_from"], row[f"{column}_to"], unit)


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


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
