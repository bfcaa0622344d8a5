"""Whether a promise holds at a point: decided by looking at its replications as they come in, with an error that is stated before.

**One point.** Let mu be what the promise is about: the expected value of the figure, or the probability that a replication satisfies
the promise. There are looks after n1 < n2 < ... < nJ replications. At look j a lower and an upper bound are computed, each of which
fails with probability e_j at most, where e_1 + ... + e_J is the point's error. The point *keeps* the promise as soon as the lower bound
reaches the promised value, *breaks* it as soon as the upper bound is below it, and is *too close to tell* as soon as both bounds are
inside the indifference zone around it. Each of the three is false only if a bound fails, and for a given mu only on one side: where
the promise holds only by an upper bound below mu, where it does not hold only by a lower bound above mu. Hence each point is
judged wrongly with at most the probability e_1 + ... + e_J, however the looks depend on one another.

The error is spent over the looks by the power family: after n of at most N replications, (n / N)^power of it. Spending functions are
from K. K. G. Lan and D. L. DeMets (1983), Discrete sequential boundaries for clinical trials, Biometrika 70, 659-663, the power family
from K. Kim and D. L. DeMets (1987), Design and analysis of group sequential tests based on the type I error spending rate function,
Biometrika 74, 149-154. They find boundaries that use up the error exactly, from the joint distribution of the looks; here the union
bound takes its place. That costs some replications, and needs neither known variances nor independent increments.

**The bounds** of a mean are those of Student's t, which assumes that values of replications are independent and normal. Means and shares
over a month of a region nearly are; a figure of few people, or one that is the same in nearly every replication, is not, and is better
promised in a share of replications. The bounds of a share are exact: C. J. Clopper and E. S. Pearson (1934), The use of
confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26, 404-413. The indifference zone is R. E.
Bechhofer's (1954), A single-sample multiple decision procedure for ranking means of normal populations with known variances, Annals of
Mathematical Statistics 25, 16-39: differences that small are declared beforehand not to matter.

**No value.** A replication may have none (NaN), as a date that is never reached. In a share it does not satisfy the promise. A mean over
those that have one would leave out the worst, so that the point is then said to have no mean, and neither keeps nor breaks the promise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.experiment.values import Values

KEEPS, BREAKS, TOO_CLOSE = "keeps it", "breaks it", "too close to tell"
BUDGET_SPENT, NO_VALUE = "not decided in the replications allowed", "a replication has no value"

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Promised:
    """What must hold: the mean over replications is at least (or at most) the value; or the value is so in a share of replications."""

    value: float
    at_least: bool = True
    share: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"the promised value must be a finite number, not {self.value}")
        if self.share is not None and not 0 < self.share < 1:
            raise ValueError(f"the share of replications must lie between 0 and 1, both excluded, not {self.share}: no number can show all")

    @property
    def bar(self) -> float:
        """What the expected score has to reach."""
        return self.share if self.share is not None else self._sign * self.value

    @property
    def _sign(self) -> int:
        return 1 if self.at_least else -1

    def scores(self, values: Numbers) -> Numbers:
        """Per replication, so that more is better: the value, its negative, or 1 where it satisfies the promise."""
        if self.share is None:
            return self._sign * values
        return np.asarray(values >= self.value if self.at_least else values <= self.value, dtype=float)  # NaN compares false

    def bounds(self, scores: Numbers, error: float) -> tuple[float, float, float]:
        """Mean score of a point with a lower and an upper bound, each of which fails with that probability; all NaN for no mean."""
        if self.share is None:
            return t_bounds(scores, error)
        kept, n = int(scores.sum()), len(scores)
        return kept / n, *exact_bounds(kept, n, error)

    def shown(self, estimate: float, low: float, high: float) -> tuple[float, float, float]:
        """Mean score and bounds as they read to a person, in units of the figure or as a share."""
        return (estimate, low, high) if self.share is not None or self.at_least else (-estimate, -high, -low)


@dataclass(frozen=True)
class Plan:
    """How much is asked of chance, and when it is looked at.

    Attributes:
        indifference: half-width of the zone around the promise, in units of the figure, or of the share where one is promised.
        confidence: of the whole search.
        first, growth, most: replications at the first look, about how many times as many at each next one, and at the last.
        power: of the spending function. With 1 the error is spent in proportion to replications; less spends it earlier.
    """

    indifference: float
    confidence: float = 0.95
    first: int = 5
    growth: float = 1.5
    most: int = 100
    power: float = 1.0

    def __post_init__(self) -> None:
        if not (self.indifference >= 0 and math.isfinite(self.indifference)):
            raise ValueError(f"the indifference must be a finite number from 0, not {self.indifference}")
        if not 0 < self.confidence < 1:
            raise ValueError(f"the confidence must lie between 0 and 1, not {self.confidence}")
        if not 2 <= self.first <= self.most:
            raise ValueError(f"the first look must come after at least 2 and at most {self.most} replications, not {self.first}")
        if not (self.growth > 1 and self.power > 0):
            raise ValueError("the growth must be above 1 and the power above 0")

    @cached_property
    def looks(self) -> tuple[int, ...]:
        """Replications at each look, equal ratios apart but for rounding."""
        if self.first == self.most:
            return (self.most,)
        steps = max(1, round(math.log(self.most / self.first) / math.log(self.growth)))
        return tuple(sorted({round(self.first * (self.most / self.first) ** (j / steps)) for j in range(steps + 1)}))

    def spending(self, error: float) -> tuple[float, ...]:
        """What of an error each look may use; it adds up to the error."""
        spent = [0.0, *(error * (n / self.most) ** self.power for n in self.looks)]
        return tuple(after - before for before, after in pairwise(spent))


@dataclass(frozen=True)
class Judged:
    """A point, the promise at it, and how that is known.

    Attributes:
        point, replications, look: look counts from 1.
        estimate, low, high: mean or share; low and high each fail with the error of that look only.
        decision: :data:`KEEPS`, :data:`BREAKS`, :data:`TOO_CLOSE`, :data:`BUDGET_SPENT` or :data:`NO_VALUE`.
    """

    point: int
    replications: int
    estimate: float
    low: float
    high: float
    decision: str
    look: int


@dataclass(frozen=True)
class Fall:
    """Two points between which the figure was shown to move away from the promise by more than the indifference.

    Attributes:
        worse, better: points; in the order of the search better comes first.
        replications: pairs.
        loss: mean paired difference, positive, in units of the figure or of the share.
        at_least: its lower bound.
    """

    worse: int
    better: int
    replications: int
    loss: float
    at_least: float


def judge(values: Values, points: Sequence[int], promised: Promised, plan: Plan, error: float) -> list[Judged]:
    """Judge points side by side, each with the given error, replications added only to those not decided yet."""
    done: dict[int, Judged] = {}
    for look, (n, spent) in enumerate(zip(plan.looks, plan.spending(error), strict=True), start=1):
        still = [point for point in points if point not in done]
        if not still:
            break
        for point, scores in zip(still, promised.scores(asked(values, still, n)), strict=True):
            estimate, low, high = promised.bounds(scores, spent)
            decision = _decision(low, high, promised.bar, plan.indifference)
            if decision is None and n == plan.most:
                decision = BUDGET_SPENT
            if decision is not None:
                done[point] = Judged(point, n, *promised.shown(estimate, low, high), decision, look)
    return [done[point] for point in points]


def _decision(low: float, high: float, bar: float, indifference: float) -> str | None:
    if math.isnan(low):
        return NO_VALUE
    if low >= bar:
        return KEEPS
    if high < bar:
        return BREAKS
    return TOO_CLOSE if low >= bar - indifference and high <= bar + indifference else None


def falls(values: Values, pairs: Sequence[tuple[Judged, Judged]], promised: Promised, plan: Plan, error: float) -> list[Fall]:
    """Of pairs of points, those of which the second was shown to be further from the promise than the first.

    Differences are paired by replication. A pair is tested once, at the look that both reached; because that depends on what was seen
    the bound is that look's share of the pair's error. In shares the loss is the probability that only the first satisfies the promise
    less that of only the second; it is bounded from the exact bounds of both, each with half the error.

    Args:
        error: the probability with which a pair that moves towards the promise, or not at all, may be called a fall.
    """
    found = []
    for first, second in pairs:
        if NO_VALUE in (first.decision, second.decision):
            continue
        look = min(first.look, second.look) - 1
        n, spent = plan.looks[look], plan.spending(error)[look]
        loss = np.subtract(*promised.scores(asked(values, [first.point, second.point], n)))
        if promised.share is None:
            mean, low, _ = t_bounds(loss, spent)
        else:
            only_first, only_second = int((loss > 0).sum()), int((loss < 0).sum())
            mean = (only_first - only_second) / n
            low = exact_bounds(only_first, n, spent / 2)[0] - exact_bounds(only_second, n, spent / 2)[1]
        if low > plan.indifference:
            found.append(Fall(second.point, first.point, n, mean, low))
    return found


def asked(values: Values, points: Sequence[int], n: int) -> Numbers:
    """The values, checked for their shape."""
    got = np.asarray(values(points, n), dtype=float)
    if got.shape != (len(points), n):
        raise ValueError(f"values of shape {(len(points), n)} were asked for, and {got.shape} came")
    return got


def t_bounds(values: Numbers, error: float) -> tuple[float, float, float]:
    """Mean with a lower and an upper bound, each of which fails with that probability; all NaN where a value is not finite."""
    n = len(values)
    if not np.isfinite(values).all():
        return math.nan, math.nan, math.nan
    if values.min() == values.max():  # a mean of equal values may be off by a rounding error
        return float(values[0]), float(values[0]), float(values[0])
    mean = float(values.mean())
    half = -float(special.stdtrit(n - 1, error)) * float(values.std(ddof=1)) / math.sqrt(n)
    return mean, mean - half, mean + half


def exact_bounds(successes: int, n: int, error: float) -> tuple[float, float]:
    """Clopper and Pearson's lower and upper bound of a probability, each of which fails with that probability at most."""
    low = 0.0 if successes == 0 else float(special.betaincinv(successes, n - successes + 1, error))
    high = 1.0 if successes == n else float(special.betainccinv(successes + 1, n - successes, error))
    return low, high


def first_chance(promised: Promised, plan: Plan, error: float) -> int | None:
    """Replications after which a point can be shown to keep the promise at the earliest, all of them satisfying it; None if never."""
    if promised.share is None:
        return plan.first
    for n, spent in zip(plan.looks, plan.spending(error), strict=True):
        if exact_bounds(n, n, spent)[0] >= promised.share:
            return n
    return None
