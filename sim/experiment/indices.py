"""Which factors matter: what the outputs at the points of :mod:`sim.experiment.designs` tell.

Two kinds of chance are kept apart. *Parameter uncertainty* is not knowing the factors' positions; *Monte Carlo noise* is the luck of the
replications made, and more of them would remove it.

Outputs have the shape (points, replications). But for :func:`variance_components` the same column means the same luck at every point
(common random numbers), so that what luck does alike everywhere falls out of differences between points. Means over replications stand
for the model's expected values, and indices of them are those of this mean for this luck: noise that differs between points makes
the model look rougher than it is. Where there are two replications or more, the columns named ``luck`` say how much of a number
that is.

A figure may have no value in some replications (NaN). A trajectory, row or draw with such a gap is left out whole, and the tables say
how many are left; the answer is then about those positions at which the figure exists. Intervals are at 95%, each by itself: of 40
factors without influence, two are expected to look as if they had one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.contrasts import SAME, UNKNOWN, verdict
from sim.experiment.designs import STEP, Design, Trajectories, columns
from sim.luck import name_hash
from sim.results import CONFIDENCE, half_width

PARTIAL, PLAIN, LEFT_OUT = "partial rank correlation", "Spearman's rank correlation", "left out: a set of several numbers"
RESAMPLES = 999
"""Of the bootstrap for Sobol indices."""
_TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)


def tornado(design: Design, outputs: NDArray[np.float64]) -> pd.DataFrame:
    """The effect of each number at its low and at its high end, with everything else at the base, the widest swing first.

    Args:
        design: of :func:`~sim.experiment.designs.one_at_a_time`.
        outputs: shape (points, replications).

    Returns:
        A row for each number: ``factor``, ``part`` (from 0, which number of a set), the differences from the base ``at_low`` and
        ``at_high`` with paired Student-t intervals (``at_low_from``, ``at_low_to`` and so on), over the ``replications`` in which all
        three have a value; ``swing``, the range of the figure over low, base and high; and ``told``, false where neither difference can
        be told from none.
    """
    outputs = _of(design, outputs)
    rows = []
    numbers = [(name, part) for name, size in design.sizes.items() for part in range(size)]
    for i, (name, part) in enumerate(numbers):
        three = outputs[[0, 1 + 2 * i, 2 + 2 * i]]
        three = three[:, np.isfinite(three).all(axis=0)]
        differences = three[1:] - three[0]
        at, half = _mean(differences)
        said = verdict(at, at - half, at + half)
        row = {"factor": name, "part": part} | _interval("at_low", at[0], half[0]) | _interval("at_high", at[1], half[1])
        swing = max(0.0, *at) - min(0.0, *at) if np.isfinite(at).all() else math.nan
        rows.append(row | {"swing": swing, "told": not set(said) <= {SAME, UNKNOWN}, "replications": three.shape[1]})
    return _largest_first(pd.DataFrame(rows), "swing")


def morris(design: Trajectories, outputs: NDArray[np.float64]) -> pd.DataFrame:
    """Morris's screening: how far the figure moves when a factor does, averaged over where the other factors are.

    An elementary effect is the change of the figure over the change of position, that is, the change over the whole of the factor's
    interval. ``mu_star`` is the mean of their absolute values, ``mu`` that of the effects themselves and ``sigma`` their standard
    deviation: large beside ``mu_star`` where the effect depends on the position or on other factors. For a set there is ``mu_star`` only,
    since its numbers move in directions of their own.

    Intervals are Student's t over trajectories, which are independent. Absolute values are skewed, and few trajectories make the
    interval of ``mu_star`` a rough one. ``luck`` is the Monte Carlo standard error of one elementary effect (root mean square); a
    ``mu_star`` no larger than that shows luck rather than the factor.

    Sources: as for :func:`~sim.experiment.designs.trajectories`.

    Args:
        design: of that function.
        outputs: shape (points, replications).

    Returns:
        A row for each factor, the largest ``mu_star`` first: ``factor``, ``mu_star``, ``mu_star_from``, ``mu_star_to``, ``mu``,
        ``mu_from``, ``mu_to``, ``sigma``, ``luck`` and ``trajectories``.

    Raises:
        ValueError: the figure has a value throughout in no trajectory.
    """
    number, steps = design.moved.shape
    outputs = _of(design, outputs).reshape(number, steps + 1, -1)
    kept = _whole(outputs, "trajectories", least=1)
    points = design.points.reshape(number, steps + 1, -1)[kept]
    moved, differences = design.moved[kept], np.diff(outputs[kept], axis=1)
    step_of = np.argsort(moved, axis=1)
    each = np.arange(kept.sum())
    rows = []
    for factor, (name, where) in enumerate(columns(design.sizes).items()):
        step = step_of[:, factor]
        single = design.sizes[name] == 1
        way = np.sign(points[each, step + 1] - points[each, step])[:, where.start] if single else np.ones(len(each))
        by_replication = differences[each, step] / (way * STEP)[:, np.newaxis]
        effects = by_replication.mean(axis=1)
        (mu_star, mu), (mu_star_half, mu_half) = _mean(np.array([np.abs(effects), effects]))
        row = {"factor": name} | _interval("mu_star", mu_star, mu_star_half)
        row["mu_star_from"] = np.maximum(row["mu_star_from"], 0)
        signed = _interval("mu", mu, mu_half) | {"sigma": float(np.sqrt(_variance(effects)))}
        row |= signed if single else dict.fromkeys(signed, math.nan)
        luck = math.sqrt(_variance(by_replication).mean() / outputs.shape[2])
        rows.append(row | {"luck": luck, "trajectories": len(each)})
    return _largest_first(pd.DataFrame(rows), "mu_star")


def sobol(design: Design, outputs: NDArray[np.float64], seed: int) -> pd.DataFrame:
    """Sobol indices: the share of the figure's variance, over all factors' positions, that goes back to each factor.

    ``first`` is what would be gone on average if the factor were known, ``total`` what would be left if all others were. The difference
    is interactions, and ``total`` near 0 means that the factor might as well be fixed. Estimates may fall a little outside 0 to 1. All
    numbers of a set count as one.

    Intervals are percentiles over a bootstrap of rows, taken as independent. The sequence from which they come is more even than that,
    which makes them rather too wide; with 64 rows some hold the truth only nine times in ten all the same. ``luck`` is how much of
    ``total`` is Monte Carlo noise: half the variance of the mean paired difference over the variance of the figure.

    Written out here, since that of :func:`scipy.stats.sobol_indices` fails with one factor, takes its bootstrap from the global random
    state and has no interval for a factor that changes nothing. The estimates are equal.

    Sources: ``first`` A. Saltelli et al. (2010), as for :func:`~sim.experiment.designs.saltelli`, table 2 (b); ``total`` M. J. W. Jansen
    (1999), Analysis of variance designs for model output, Computer Physics Communications 117, 35-43.

    Args:
        design: of :func:`~sim.experiment.designs.saltelli`.
        outputs: shape (points, replications).
        seed: of the bootstrap.

    Returns:
        A row for each factor, the largest ``total`` first: ``factor``, ``first``, ``first_from``, ``first_to``, ``total``,
        ``total_from``, ``total_to``, ``luck`` and ``rows``. NaN where the figure is the same everywhere.

    Raises:
        ValueError: the figure has a value throughout in fewer than two rows.
    """
    factors = len(design.sizes)
    cube = _of(design, outputs).reshape(-1, factors + 2, outputs.shape[1])
    cube = cube[_whole(cube, "rows", least=2)]
    means = cube.mean(axis=2)
    first, total = _saltelli_and_jansen(means)
    rng = np.random.default_rng([seed, name_hash("bootstrap")])
    resampled = [_saltelli_and_jansen(means[rng.integers(len(means), size=len(means))]) for _ in range(RESAMPLES)]
    (first_from, total_from), (first_to, total_to) = np.quantile(resampled, _TAILS, axis=0)
    luck = 0.5 * _variance(cube[:, 2:] - cube[:, :1]).mean(axis=0) / cube.shape[2] / _spread(means)
    table = {"factor": list(design.sizes), "first": first, "first_from": first_from, "first_to": first_to}
    table |= {"total": total, "total_from": total_from, "total_to": total_to, "luck": luck, "rows": len(means)}
    return _largest_first(pd.DataFrame(table), "total")


@dataclass(frozen=True)
class VarianceComponents:
    """How uncertain a figure is, and how much of that is not knowing the factors and how much is luck.

    Attributes:
        draws, replications: how many draws, and replications of each.
        mean: over all of them.
        monte_carlo: 95% interval of the mean were the draws all there is: what more replications of them would narrow.
        interval: 95% interval of the mean over all possible draws: what more draws would narrow.
        parameters, luck: variance between draws, and between replications of a draw, of one replication's figure. The first is
            estimated by a difference, and 0 stands for a negative one.
        share, share_interval: of the first in the two together.
        luck_in_means, luck_in_means_interval: share of luck in the variance of the draws' means, and so in ``range``.
        range: 2.5% and 97.5% quantiles of the draws' means. These hold some luck and are wider than the range of expected values.
    """

    draws: int
    replications: int
    mean: float
    monte_carlo: tuple[float, float]
    interval: tuple[float, float]
    parameters: float
    luck: float
    share: float
    share_interval: tuple[float, float]
    luck_in_means: float
    luck_in_means_interval: tuple[float, float]
    range: tuple[float, float]


def variance_components(outputs: NDArray[np.float64], replications: NDArray[np.int64]) -> VarianceComponents:
    """Parameter uncertainty and Monte Carlo noise, from random draws of all factors with two or more replications of each.

    One-way analysis of variance with random effects. With B the mean square between draws and W that within them, R replications and
    the ratio F = B / W, the variances are (B - W) / R and W, and the share of luck in the draws' means is 1 / F. F over the ratio of their
    expected values has an F distribution if both effects are normal, which gives exact intervals for everything that depends on
    that ratio only. They are too narrow where the effects of the draws have heavier tails than a normal distribution, too wide with
    lighter ones.

    Each draw must have luck of its own. With common random numbers the draws would share what luck does to all of them, which more
    draws do not average out: the mean's interval would be too narrow, and W would hold luck that B does not.

    In a Latin hypercube the draws are more evenly spread than by chance, so that ``interval`` is too wide rather than too narrow.

    Source: S. R. Searle, G. Casella and C. E. McCulloch (1992), Variance components, Wiley.

    Args:
        outputs: shape (draws, replications).
        replications: same shape, the numbers of the replications: each once.

    Raises:
        ValueError: a replication is used twice, or there are fewer than two draws or two replications of each.
    """
    if len(np.unique(replications)) < outputs.size or replications.shape != outputs.shape:
        raise ValueError("draws share replications; each needs its own")
    values = outputs[_whole(outputs, "draws", least=2)]
    d, r = values.shape
    if r < 2:
        raise ValueError("each draw needs two replications or more, to tell luck apart")
    means = values.mean(axis=1)
    between, within = r * float(_variance(means)), float(_variance(values).mean())
    freedom = (d - 1, d * (r - 1))
    mean = float(means.mean())
    total, noise = (
        float(stats.t.ppf(_TAILS[1], f)) * math.sqrt(square / values.size) for f, square in zip(freedom, (between, within), strict=True)
    )
    ratio = between / within if within else math.inf if between else math.nan
    low, high = (ratio / float(stats.f.ppf(tail, *freedom)) for tail in _TAILS[::-1])
    return VarianceComponents(
        draws=d,
        replications=r,
        mean=mean,
        monte_carlo=(mean - noise, mean + noise),
        interval=(mean - total, mean + total),
        parameters=max(0.0, (between - within) / r),
        luck=within,
        share=_share(ratio, r),
        share_interval=(_share(low, r), _share(high, r)),
        luck_in_means=float(1 / np.maximum(ratio, 1)),
        luck_in_means_interval=(float(1 / np.maximum(high, 1)), float(1 / np.maximum(low, 1))),
        range=(float(np.quantile(means, _TAILS[0])), float(np.quantile(means, _TAILS[1]))),
    )


def rank_correlations(design: Design, outputs: NDArray[np.float64]) -> pd.DataFrame:
    """How each factor's position goes with the figure over random draws, by ranks, from -1 to 1.

    Partial rank correlations, the ranks of the other factors held constant, where there are more than twice as many draws as factors;
    plain rank correlations (Spearman's) otherwise. Both see influence in one direction only: a factor with its worst in the middle of
    its interval has none here. Sets have no order and are left out; their influence counts as noise.

    Intervals by Fisher's z with the variance of Bonett and Wright, one draw fewer for each factor held constant.

    Sources: S. Marino, I. B. Hogue, C. J. Ray and D. E. Kirschner (2008), A methodology for performing global uncertainty and sensitivity
    analysis in systems biology, Journal of Theoretical Biology 254, 178-196; D. G. Bonett and T. A. Wright (2000), Sample size
    requirements for estimating Pearson, Kendall and Spearman correlations, Psychometrika 65, 23-28.

    Args:
        design: random draws or a Latin hypercube.
        outputs: shape (draws, replications).

    Returns:
        A row for each factor, the strongest first: ``factor``, ``correlation``, ``low``, ``high``, ``kind`` and ``draws``; no
        correlation where a factor or the figure is the same everywhere, or the other factors already tell the figure's rank.

    Raises:
        ValueError: the figure has a value throughout in fewer than two draws.
    """
    outputs = _of(design, outputs)
    kept = _whole(outputs, "draws", least=2)
    single = {name: where.start for name, where in columns(design.sizes).items() if design.sizes[name] == 1}
    draws = int(kept.sum())
    y = _centred_ranks(outputs[kept].mean(axis=1))
    x = np.array([_centred_ranks(design.points[kept, column]) for column in single.values()]).reshape(len(single), draws)
    partial = draws > 2 * len(single)
    held = len(single) - 1 if partial else 0
    rows = []
    for i, name in enumerate(single):
        others = np.delete(x, i, axis=0).T if partial else np.empty((draws, 0))
        r = _correlation(_residuals(x[i], others), _residuals(y, others))
        low, high = math.nan, math.nan
        if draws - held > 3 and not math.isnan(r):
            with np.errstate(divide="ignore"):
                z = float(np.arctanh(r))
            half = float(stats.norm.ppf(_TAILS[1])) * math.sqrt((1 + r * r / 2) / (draws - held - 3))
            low, high = math.tanh(z - half), math.tanh(z + half)
        rows.append({"factor": name, "correlation": r, "low": low, "high": high, "kind": PARTIAL if partial else PLAIN, "draws": draws})
    none = {"correlation": math.nan, "low": math.nan, "high": math.nan, "kind": LEFT_OUT, "draws": draws}
    table = pd.DataFrame([*rows, *({"factor": name} | none for name in design.sizes if name not in single)])
    return _largest_first(table, "correlation")


def _of(design: Design, outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    if outputs.ndim != 2 or len(outputs) != len(design.points) or not outputs.shape[1]:
        raise ValueError(f"expected outputs of {len(design.points)} points by replication, not of shape {outputs.shape}")
    return outputs


def _whole(outputs: NDArray[np.float64], units: str, *, least: int) -> NDArray[np.bool_]:
    """Which units of a design (along the first axis) have a value everywhere."""
    kept = np.asarray(np.isfinite(outputs.reshape(len(outputs), -1)).all(axis=1))
    if (number := int(kept.sum())) < least:
        raise ValueError(f"the figure has a value throughout in {number} of {len(outputs)} {units}; at least {least} must have one")
    return kept


def _interval(name: str, estimate: float, half: float) -> dict[str, Any]:
    return {name: estimate, f"{name}_from": estimate - half, f"{name}_to": estimate + half}


def _mean(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means along the last axis and half their intervals; NaN where there are no values or, for the intervals, one."""
    count = values.shape[-1]
    mean = values.mean(axis=-1) if count else np.full(len(values), math.nan)
    return mean, half_width(np.sqrt(_variance(values)), np.full(len(values), count))


def _variance(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the last axis: exactly zero for equal values, which rounding of their mean might deny; NaN for one value."""
    if values.shape[-1] < 2:
        return np.full(values.shape[:-1], math.nan)
    return np.asarray(np.where(np.ptp(values, axis=-1) > 0, values.var(axis=-1, ddof=1), 0.0))


def _saltelli_and_jansen(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """First-order and total indices, shape (2, factors), of outputs of shape (rows, 2 + factors)."""
    centred = means - means[:, :2].mean()  # the first-order estimator is far noisier with the mean left in
    a, b, mixed = centred[:, :1], centred[:, 1:2], centred[:, 2:]
    parts = np.array([np.mean(b * (mixed - a), axis=0), 0.5 * np.mean((a - mixed) ** 2, axis=0)])
    indices: NDArray[np.float64] = parts / _spread(means)
    return indices


def _spread(means: NDArray[np.float64]) -> float:
    """Variance over the points A and B, which are independent as the mixed ones are not; NaN where all are equal."""
    return float(means[:, :2].var()) if np.ptp(means[:, :2]) else math.nan


def _share(ratio: float, replications: int) -> float:
    """The share of parameters in the variance of one replication's figure, from the ratio of the mean squares; NaN stays NaN."""
    excess = np.maximum(ratio - 1, 0)
    return 1.0 if math.isinf(excess) else float(excess / (excess + replications))


def _centred_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(stats.rankdata(values) - (len(values) + 1) / 2)


def _residuals(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a regression on the others leaves; zeros where that is rounding."""
    if not others.size:
        return values
    left: NDArray[np.float64] = values - others @ np.linalg.lstsq(others, values, rcond=None)[0]
    return left if left @ left > 1e-18 * (values @ values) else np.zeros(len(values))


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Of two centred samples; NaN where one has no variation."""
    norm = math.sqrt(float(x @ x) * float(y @ y))
    return float(np.clip(x @ y / norm, -1, 1)) if norm > 0 else math.nan


def _largest_first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """In order of size, those of equal size in the order in which they are given, blank ones last."""
    return table.sort_values(column, key=lambda values: -values.abs(), kind="stable", ignore_index=True, na_position="last")
