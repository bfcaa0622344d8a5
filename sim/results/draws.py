"""Replications that share a draw of the assumptions: what is independent of them, and how much of their spread is luck.

With ``uncertain`` each draw of the assumptions has the same number of replications, each with luck of its own, and so the replications
of a draw are alike. What is independent is one draw from another. So a value of each draw, the mean over its replications, takes the
place of the values of replications before any mean or interval is made; an interval is that of the mean over draws, and says what is
left open by having made only so many. What the assumptions leave open is another thing, and more replications do not narrow it: the
range of the draws. It holds some luck too, and the share of that is told beside it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

RANGE = (0.025, 0.975)
OVER_DRAWS = ["draws", "range_low", "range_high", "luck_share"]
"""Columns of tables over draws, see :func:`draw_range`."""


def by_draw(table: pd.DataFrame, keys: list[str], per_draw: int, values: tuple[str, ...] = ("value",)) -> pd.DataFrame:
    """One row for each draw in place of one for each of its replications: the mean of those that have a value.

    Args:
        table: ``replication``, keys and values.
        per_draw: replications that share a draw: the first so many, the next so many, and so on.

    Returns:
        The keys and values; ``replication`` is the number of the draw.
    """
    draw = table["replication"] // per_draw
    grouped = table.groupby([draw, *keys], sort=False, observed=True)
    return grouped[[*values]].mean().reset_index()[["replication", *keys, *values]]


def draw_range(table: pd.DataFrame, keys: list[str], per_draw: int, value: str = "value") -> pd.DataFrame:
    """How far apart draws are.

    Returns:
        By keys, in order of appearance: ``draws``, how many have a value; ``range_low`` and ``range_high``, between which 95% of the
        draws' means lie (quantiles, of few draws nearly the lowest and highest); ``luck_share``, of the variance between these means, as
        far as it can be told: 1 where draws differ no more than luck makes them, NaN where nothing differs, or with fewer than two draws
        whose replications all have a value. It is the inverse of the ratio F of a one-way analysis of variance, as in
        :func:`sim.experiment.indices.variance_components`.
    """
    draw = (table["replication"] // per_draw).rename("draw")
    each = table.groupby([*keys, draw], sort=False, observed=True)[value].agg(["mean", "var", "count"])
    whole = each[each["count"] == per_draw]
    means, its_means, its_variances = (
        one.groupby(level=keys, sort=False, observed=True) for one in (each["mean"], whole["mean"], whole["var"])
    )
    within, between = its_variances.mean() / per_draw, its_means.var()
    ratio = within / between.where((between > 0) | (within > 0))
    out = pd.DataFrame({"draws": means.count().astype(np.int32)})
    for name, quantile in zip(OVER_DRAWS[1:3], RANGE, strict=True):
        out[name] = means.quantile(quantile)
    return out.assign(luck_share=np.minimum(ratio.reindex(out.index), 1.0)).reset_index()
