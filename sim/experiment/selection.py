"""Which of some points is best, and which cannot be told apart from it: ranking and selection with common random numbers.

:func:`select` compares points, :func:`choose` the subsets of named candidates, such as sites. Two things are said of each point, and
they are not the same. *Whether it gets more replications* is decided by the procedure of Kim and Nelson (2001), which drops a point
as soon as it is clear that it is not better than another by as much as the indifference zone. *Whether it is told apart* from what
it lost to is read off the interval of their paired difference: a point that was dropped because nothing is to be gained by it may be
just as good, and is then among the rivals of the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, count

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.experiment.contrasts import HIGHER, LOWER, verdict
from sim.experiment.values import Values
from sim.results import CONFIDENCE

BETTER = (LOWER, HIGHER)
BEST, NO_VALUE = "best", "no value"
IN_ALL, IN_SOME, IN_NONE = "in all", "in some", "in none"
MOST_SUBSETS = 100
"""So many subsets are compared with one another at most, unless told otherwise."""

SubsetValues = Callable[[Sequence[tuple[str, ...]], int], NDArray[np.float64]]
"""As :data:`sim.experiment.values.Values`, of subsets of candidates, each a tuple of names, in place of points."""


@dataclass(frozen=True)
class Row:
    """How one point fared.

    Attributes:
        point: its number.
        estimate: mean over its replications, NaN where none has a value.
        replications: how many were made; of one that was dropped, when that was.
        dropped: no more were made because it is not better than `against` by the indifference zone.
        against: the point that had it dropped, or else the best; None for the best itself and for a point without values.
        pairs, difference, low, high: of the estimate less that of the best, over so many replications in which both have a value, as
            things stood when its last replication was made; for what the intervals promise together see :func:`select`.
        verdict: as in a comparison ("lower", "higher", "the same", "no difference can be told"), or "best", or "no value". It is of
            the difference from the best, or, if that tells nothing, from `against`: a point told apart from another is not the best.
    """

    point: int
    estimate: float
    replications: int
    dropped: bool
    against: int | None
    pairs: int
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Selected:
    """The best point, its rivals and the others.

    Attributes:
        rows: the best, then those that cannot be told apart from it, then those that can, each by estimate, then those without
            values.
        worse: the verdict, "higher" or "lower", of those that are told apart from what they lost to.
        finished: the procedure came to its end before the budget did. Otherwise the best is only the one with the best mean so far.
    """

    rows: tuple[Row, ...]
    worse: str
    finished: bool

    @property
    def best(self) -> int:
        return self.rows[0].point

    @property
    def rivals(self) -> tuple[Row, ...]:
        """Those that cannot be told apart."""
        return tuple(row for row in self.rows if row.verdict not in (BEST, self.worse, NO_VALUE))

    @property
    def told_apart(self) -> bool:
        """Whether the best has no rivals."""
        return not self.rivals

    @property
    def replications(self) -> int:
        """Made in all."""
        return sum(row.replications for row in self.rows)


def select(
    values: Values,
    points: Sequence[int],
    *,
    better: str,
    indifference: float,
    confidence: float = CONFIDENCE,
    first: int = 10,
    most: int = 100,
    step: int = 5,
) -> Selected:
    """The best of some points by mean, from replications that are added where the answer is open.

    Each point gets `first` replications, then all that are left get `step` more at a time, until one is left, only exact ties are
    left, or each has had `most`. Of two points i and l with common replications r, mean difference d(r), i the worse, and S^2 the
    variance of the difference over the first `first` of them, i is dropped when

        |d(r)| > max(0, (h^2 S^2 / z - z r) / (2 r)),   z the indifference zone, h^2 = 2 eta (first - 1),
        eta = ((2 (1 - confidence) / (k - 1))^(-2 / (first - 1)) - 1) / 2,   k the number of points,

    so that a pair is decided after h^2 S^2 / z^2 replications at the latest, however little it differs.

    Source: S.-H. Kim and B. L. Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
    Transactions on Modeling and Computer Simulation 11(3), 251-273, with c = 1 and the eta for common random numbers.

    Two promises, each with the stated confidence, for normal values and replications that are independent of one another:

    * If the procedure finished, the best is truly best if it is better than every other by the indifference zone.
    * Finished or not, and whatever the indifference zone, the truly best point is the best named or one of its rivals, and the
      intervals of all differences from the truly best hold at once: multiple comparisons with the best, J. C. Hsu (1984), Annals of
      Statistics 12(3), 1136-1144, by Bonferroni. They are Student's t, with the risk of error divided by the 2 (k - 1) tails and,
      because when a point is dropped depends on the values, by m (m + 1) at look m; these shares add up to 1 however many looks
      there are, so that a larger budget changes nothing that was seen before. They are wider than those of one comparison.

    The procedure was proved for a look after each replication. Looking every `step` keeps the promise: a mean difference seen at some
    of the times at which it might have been, fixed beforehand, leaves the triangle on the wrong side no more often, because
    the triangle is symmetric and the drift favours the right one. It costs up to `step` - 1 replications more for each point, and
    keeps workers busy.

    A pair counts the replications in which both points have a value, and is not decided before `first` of them. That is fair where
    a missing value has nothing to do with how good the point is: a date that is missing because it was never reached is not.
    A point without a value in any of the first replications is set aside, with the verdict "no value". If all differences of a pair
    are equal over the first replications it is decided there and then, as is right for a constant and rash for a figure that seldom
    changes at all. Points with the same values throughout are listed as "the same", and the first of them is named.

    Args:
        values: see :data:`sim.experiment.values.Values`; asked only for points that are left.
        points: numbers of the points, each once.
        better: "lower" or "higher".
        indifference: the smallest difference in means that matters, in the unit of the figure. Work grows with its inverse square.
        first, step, most: replications of a point: at first, more at a time, and at most.

    Raises:
        ValueError: for arguments out of range, or if no point has a value.
    """
    _check(points, better, indifference, confidence, first, most, step)
    k = len(points)
    bound = h_squared(k, first, confidence) if k > 1 else 0.0
    sign = 1.0 if better == LOWER else -1.0
    worse = HIGHER if better == LOWER else LOWER

    rows: dict[int, Row] = {}  # of those out of it, by index
    when_dropped: dict[int, tuple[NDArray[np.float64], float, Row]] = {}  # values, risk of error in each tail, row against the winner
    left = list(range(k))
    for look in count(1):
        made = min(first + (look - 1) * step, most)
        level = tail(confidence, k - 1, look)
        seen = np.asarray(values([points[i] for i in left], made), dtype=float)
        if look == 1:
            with_value = np.isfinite(seen).any(axis=1)
            rows |= {i: _without(points[i], made) for i, has in zip(left, with_value, strict=True) if not has}
            left, seen = [i for i in left if i not in rows], seen[with_value]
            if not left:
                raise ValueError(f"no point has a value in the first {made} replications")
        means = _means(seen)
        loser, open_pairs = _screen(sign * seen, sign * means, first, bound, indifference)
        for at, winner in loser.items():
            row = Row(points[left[at]], float(means[at]), made, True, points[left[winner]], *paired(seen[at], seen[winner], level))
            when_dropped[left[at]] = seen[at], level, row
        staying = [at for at in range(len(left)) if at not in loser]
        left, seen, means = [left[at] for at in staying], seen[staying], means[staying]
        finished = len(left) == 1 or not open_pairs
        if finished or made == most:
            break

    best = int(np.argmin(sign * means))
    for at, i in enumerate(left):
        if at == best:
            rows[i] = Row(points[i], float(means[at]), made, False, None, 0, math.nan, math.nan, math.nan, BEST)
        else:
            rows[i] = Row(points[i], float(means[at]), made, False, points[left[best]], *paired(seen[at], seen[best], level))
    for i, (its, level, row) in when_dropped.items():
        pair = paired(its, seen[best, : len(its)], level)
        told = worse if row.verdict == worse else pair[-1]
        rows[i] = Row(row.point, row.estimate, row.replications, True, row.against, *pair[:-1], told)
    classes = {BEST: 0, worse: 2, NO_VALUE: 3}

    def rank(i: int) -> tuple[int, float, int]:
        return classes.get(rows[i].verdict, 1), 0.0 if rows[i].verdict == NO_VALUE else sign * rows[i].estimate, i

    return Selected(tuple(rows[i] for i in sorted(rows, key=rank)), worse, finished)


def tail(confidence: float, comparisons: int, look: int) -> float:
    """The risk of error in each tail of one of so many intervals at a look, the first being 1, that hold together at all looks."""
    return (1 - confidence) / (2 * max(1, comparisons) * look * (look + 1))


def h_squared(k: int, first: int, confidence: float) -> float:
    """The constant h^2 of Kim and Nelson (2001) for k points with c = 1, by which the variance of a difference is multiplied."""
    eta = ((2 * (1 - confidence) / (k - 1)) ** (-2 / (first - 1)) - 1) / 2
    return float(2 * eta * (first - 1))


def _check(points: Sequence[int], better: str, indifference: float, confidence: float, first: int, most: int, step: int) -> None:
    if not points or len(set(points)) < len(points):
        raise ValueError("expected at least one point, each once")
    if better not in BETTER:
        raise ValueError(f"better must be {LOWER!r} or {HIGHER!r}, not {better!r}")
    if not 0 < indifference < math.inf:
        raise ValueError(f"the indifference zone must be above 0, not {indifference}")
    if not 0.5 < confidence < 1:
        raise ValueError(f"confidence must be between 0.5 and 1, not {confidence}")
    if first < 2 or most < first or step < 1:
        raise ValueError(f"expected 2 <= first <= most and step >= 1, not first {first}, most {most}, step {step}")


def _screen(seen: NDArray[np.float64], means: NDArray[np.float64], first: int, bound: float, zone: float) -> tuple[dict[int, int], bool]:
    """Who drops out, by whom, and whether a pair of those left could be decided by more replications.

    Args:
        seen: values of which lower ones are better, shape (points, replications), NaN where there are none.
        means: of each point.
    """
    gap = seen[:, None, :] - seen[None, :, :]
    both = np.isfinite(gap)
    pairs = both.sum(axis=2)
    distance = _mean(gap, both)
    early = both & (both.cumsum(axis=2) <= first)
    spread = np.where(early, (gap - _mean(gap, early)[:, :, None]) ** 2, 0.0).sum(axis=2) / (first - 1)
    margin = np.maximum(0.0, (bound * spread / zone - zone * pairs) / (2 * np.maximum(pairs, 1)))
    # The second condition matters only where values are missing: pairs of different replications might beat one another in a ring.
    beaten = (pairs >= first) & (distance > margin) & (means[:, None] > means[None, :])
    loser = {int(i): int(np.where(beaten[i], means, np.inf).argmin()) for i in np.flatnonzero(beaten.any(axis=1))}
    left = [i for i in range(len(seen)) if i not in loser]
    # A pair over its bound has no margin left, so that it is undecided only if its means are equal.
    undecided = (pairs < first) | (pairs <= np.floor(bound * spread / zone**2))
    np.fill_diagonal(undecided, False)
    return loser, bool(undecided[np.ix_(left, left)].any())


def _mean(values: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Over the last axis, of those that are there; 0 where none is."""
    total: NDArray[np.float64] = np.where(there, values, 0.0).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    return total


def _means(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    return _mean(seen, np.isfinite(seen))


def paired(one: NDArray[np.float64], other: NDArray[np.float64], level: float) -> tuple[int, float, float, float, str]:
    """Pairs, mean difference of one from the other, low, high and verdict, with `level` in each tail."""
    gap = one - other
    gap = gap[np.isfinite(gap)]
    n = len(gap)
    mean = float(gap.mean()) if n else math.nan
    half = float(stats.t.isf(level, n - 1) * gap.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    low, high = mean - half, mean + half
    return n, mean, low, high, str(verdict(np.array([mean]), np.array([low]), np.array([high]))[0])


def _without(point: int, made: int) -> Row:
    return Row(point, math.nan, made, False, None, 0, math.nan, math.nan, math.nan, NO_VALUE)


# Subsets of candidates


@dataclass(frozen=True)
class Round:
    """One comparison of subsets; the points of `selected` are positions in `subsets`."""

    subsets: tuple[tuple[str, ...], ...]
    selected: Selected

    @property
    def best(self) -> tuple[str, ...]:
        return self.subsets[self.selected.best]

    @property
    def rivals(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self.subsets[row.point] for row in self.selected.rivals)


@dataclass(frozen=True)
class Chosen:
    """The best subset of candidates and those that cannot be told apart from it.

    Attributes:
        candidates: all of them, in the order given.
        rounds: one, of all subsets of the size asked for; or one for each site that a build-up added.
        exhaustive: all subsets were compared. A build-up sees few of them: it adds to those chosen the one candidate that does best
            with them, and so misses subsets whose members do well together only. What it finds may be worse than the best.
        finished: every round came to its end before the budget did.
    """

    candidates: tuple[str, ...]
    rounds: tuple[Round, ...]
    exhaustive: bool

    @property
    def best(self) -> tuple[str, ...]:
        return self.rounds[-1].best

    @property
    def rivals(self) -> tuple[tuple[str, ...], ...]:
        """Subsets that cannot be told apart from the best; after a build-up only those of its last round."""
        return self.rounds[-1].rivals

    @property
    def finished(self) -> bool:
        return all(each.selected.finished for each in self.rounds)

    @property
    def counts(self) -> dict[str, int]:
        """In how many of the best and its rivals each candidate appears."""
        surviving = (self.best, *self.rivals)
        return {name: sum(name in subset for subset in surviving) for name in self.candidates}

    @property
    def standing(self) -> dict[str, str]:
        """Whether each candidate is "in all", "in some" or "in none" of the best and its rivals.

        After a build-up it is "in all" if in its round it was told apart from every other, and "in some" if in any round it was
        chosen without that or was a rival of the one chosen.
        """
        certain, possible, before = set[str](), set[str](), set[str]()
        for each in self.rounds:
            surviving = [set(subset) - before for subset in (each.best, *each.rivals)]
            certain |= set.intersection(*surviving)
            possible |= set.union(*surviving)
            before = set(each.best)
        return {name: IN_ALL if name in certain else IN_SOME if name in possible else IN_NONE for name in self.candidates}


def choose(
    values_of: SubsetValues,
    candidates: Sequence[str],
    k: int,
    *,
    better: str,
    indifference: float,
    confidence: float = CONFIDENCE,
    first: int = 10,
    most: int = 100,
    step: int = 5,
    most_subsets: int = MOST_SUBSETS,
) -> Chosen:
    """The best k of the candidates: all subsets of that size compared if there are few enough, a build-up one by one otherwise.

    The rounds of a build-up share the risk of error equally, so that the promises of :func:`select` hold for all of them at once.

    Args:
        values_of: called with subsets, their members in the order of `candidates`. A build-up also asks for smaller ones.
        most_subsets: how many subsets are compared with one another at most.
        others: as for :func:`select`.

    Raises:
        ValueError: as :func:`select`, and if k candidates cannot be chosen or some have the same name.
    """
    names = tuple(candidates)
    if len(set(names)) < len(names):
        raise ValueError("expected each candidate once")
    if not 1 <= k <= len(names):
        raise ValueError(f"expected to choose between 1 and {len(names)} candidates, not {k}")
    exhaustive = math.comb(len(names), k) <= most_subsets
    sure = confidence if exhaustive else 1 - (1 - confidence) / k

    def compare(options: tuple[tuple[str, ...], ...]) -> Round:
        def values(points: Sequence[int], n: int) -> NDArray[np.float64]:
            return values_of([options[i] for i in points], n)

        numbers = range(len(options))
        settings = {"indifference": indifference, "confidence": sure}
        return Round(options, select(values, numbers, better=better, first=first, most=most, step=step, **settings))

    if exhaustive:
        return Chosen(names, (compare(tuple(combinations(names, k))),), True)
    rounds: list[Round] = []
    while len(rounds) < k:
        so_far = rounds[-1].best if rounds else ()
        added = [{*so_far, name} for name in names if name not in so_far]
        rounds.append(compare(tuple(tuple(name for name in names if name in each) for each in added)))
    return Chosen(names, tuple(rounds), False)
