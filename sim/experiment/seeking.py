"""The smallest of an ordered row of values, or the largest, for which a promise holds: bracketing under common random numbers.

**The search.** Both ends and three points between are judged first, side by side, so that a figure that goes the wrong way, or up and
down, has a chance to be seen. What follows are two bisections. One closes in on the smallest point shown to keep the promise: it goes
towards the easier end from whatever is not shown to keep it. The other closes in on the largest shown to break it: it goes towards the
harder end from whatever is not shown to break it. They halve the same intervals, and are one as long as every point is decided. At one
that is not, being too close to the promise or out of replications, they part, and what is left between their ends cannot be told.

**The error.** Say the figure moves towards the promise, or nowhere away from it, and c is the smallest point that truly keeps it. As
long as the first bisection makes no false step it meets points before c only on the way of a search that knows the truth: where it turns
away from that way, for want of evidence at a point that keeps the promise, it only meets points after c, and to say of these that
they keep it is true. The same holds of the second for points from c on. So only the points on one way, fixed whatever chance does, can
be the first to be judged falsely, on one side each; there are at most 5 + log2 of the widest gap of them; the confidence left over is
divided equally among these, and by the union bound the bracket is right with the stated confidence. That all points have the same
luck does not matter to it. A point without a mean does not keep the promise, so that the first bisection goes the right way there, and
what it meets beyond such points alone is said to break it too. How one point is judged: :mod:`sim.experiment.evidence`.

That the figure moves one way only is an assumption; it is tested, as far as points were judged, by paired differences of neighbours
(:func:`sim.experiment.evidence.falls`). Which points become neighbours depends on chance, so that the error is divided among all pairs
that could. That test has an error of its own, again 1 - confidence: of calling a figure not monotone that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import pandas as pd

from sim.experiment.evidence import BREAKS, KEEPS, NO_VALUE, TOO_CLOSE, Fall, Judged, Plan, Promised, falls, judge
from sim.experiment.values import Values

FOUND, UNDECIDED = "found", "undecided"
NONE_WILL_DO, EVERY_ONE_DOES = "none will do", "every one does"
OTHER_WAY, NOT_MONOTONE = "goes the other way", "not monotone"


@dataclass(frozen=True)
class Sought:
    """What a search found. Points are numbers in the order of the values.

    Attributes:
        outcome: :data:`FOUND`, also where the only points between broken and kept are too close to tell; :data:`UNDECIDED` where some
            between them lacked replications or values, or where the last hope of a point that keeps the promise did;
            :data:`NONE_WILL_DO`; :data:`EVERY_ONE_DOES`; :data:`OTHER_WAY`, if the figure moves away from the promise from end to end;
            :data:`NOT_MONOTONE`.
        answer: the smallest point (or the largest) shown to keep the promise; None where there is none, or where one beyond it was shown
            to break it. It is given with NOT_MONOTONE and OTHER_WAY too if it is consistent: the point keeps the promise, but that those
            beyond it do so, and those before it do not, no longer follows.
        broken: the largest (or smallest) shown to break it; None where there is none.
        untold: points between broken and answer, judged or not, in order.
        evidence: one row for each point judged, in order.
        falls: where the figure was shown to move away from the promise.
        smallest, promised, plan, number: what was asked; number is that of points.
        point_error: with which a point was judged.
    """

    outcome: str
    answer: int | None
    broken: int | None
    untold: tuple[int, ...]
    evidence: tuple[Judged, ...]
    falls: tuple[Fall, ...]
    smallest: bool
    promised: Promised
    plan: Plan
    number: int
    point_error: float

    @property
    def table(self) -> pd.DataFrame:
        """The evidence: point, replications, estimate, low, high, decision, look."""
        return pd.DataFrame([asdict(row) for row in self.evidence])


def seek(values: Values, number: int, promised: Promised, plan: Plan, smallest: bool = True) -> Sought:
    """Find the smallest of the points 0 ... number - 1 (or the largest) that keeps a promise.

    With the smallest sought, larger points are expected to keep the promise and smaller ones to break it; with the largest sought the
    converse. The result depends on the values only, not on when or where they are computed; they are asked for several points at once
    where several are judged.

    Raises:
        ValueError: for no points, or values of another shape than asked for.
    """
    if number < 1:
        raise ValueError("there must be at least one point")
    error = point_error(number, plan)
    judged: dict[int, Judged] = {}  # by place: the number of a point counted from the end that is expected to break the promise

    def point(place: int) -> int:
        return place if smallest else number - 1 - place

    def settle(places: Sequence[int]) -> None:
        new = [place for place in places if place not in judged]
        judged.update(zip(new, judge(values, [point(place) for place in new], promised, plan, error), strict=True))

    start = _start(number)
    settle(start)
    kept, broken = _places(judged, KEEPS), _places(judged, BREAKS)
    consistent = not kept or not broken or broken[-1] < kept[0]
    answer, worst = (kept[0] if kept and consistent else None), (broken[-1] if broken else None)
    if consistent:
        # Each bisection has an interval: from not shown to keep to kept, from broken to not shown to break; ends touching, it is over.
        to_keep = (max((p for p in start if p < answer), default=answer), answer) if answer is not None else (0, 0)
        to_break = (worst, min((p for p in start if p > worst), default=worst)) if worst is not None else (0, 0)
        while middles := sorted({sum(ends) // 2 for ends in (to_keep, to_break) if ends[1] - ends[0] > 1}):
            settle(middles)
            to_keep = _half(to_keep, lambda place: judged[place].decision == KEEPS)
            to_break = _half(to_break, lambda place: judged[place].decision != BREAKS)
        answer, worst = (to_keep[1] if answer is not None else None), (to_break[0] if worst is not None else None)
        for place in sorted(judged):  # the first bisection may meet some too, where those before have no mean
            if judged[place].decision == BREAKS:
                worst = place if worst is None else max(worst, place)
            elif judged[place].decision != NO_VALUE:
                break

    rows = [judged[place] for place in sorted(judged)]
    pairs = [*pairwise(rows), (rows[0], rows[-1])] if len(rows) > 2 else list(pairwise(rows))
    found = falls(values, pairs, promised, plan, (1 - plan.confidence) / max(1, _pairs(number)))
    first, last = rows[0], rows[-1]
    ends_fall = any((fall.better, fall.worse) == (first.point, last.point) for fall in found)
    between = range(-1 if worst is None else worst, number if answer is None else answer)[1:] if consistent else range(0)
    if (first.decision, last.decision) == (KEEPS, BREAKS) or ends_fall:
        outcome = OTHER_WAY
    elif not consistent or found:
        outcome = NOT_MONOTONE
    elif first.decision == KEEPS:
        outcome = EVERY_ONE_DOES
    elif last.decision == BREAKS:
        outcome = NONE_WILL_DO
    elif answer is not None and all(judged[place].decision == TOO_CLOSE for place in between if place in judged):
        outcome = FOUND
    else:
        outcome = UNDECIDED
    return Sought(
        outcome=outcome,
        answer=None if answer is None else point(answer),
        broken=None if worst is None else point(worst),
        untold=tuple(sorted(point(place) for place in between)),
        evidence=tuple(sorted(rows, key=lambda row: row.point)),
        falls=tuple(found),
        smallest=smallest,
        promised=promised,
        plan=plan,
        number=number,
        point_error=error,
    )


def point_error(number: int, plan: Plan) -> float:
    """The error that each point may be judged with: what the confidence leaves, over the points that can be the first judged falsely."""
    start = _start(number)
    halvings = max((b - a - 1 for a, b in pairwise(start)), default=0).bit_length()
    return (1 - plan.confidence) / (len(start) + halvings)


def _start(number: int) -> list[int]:
    """Places judged first: both ends, and the first and second halvings between them."""
    middle = (number - 1) // 2
    return sorted({0, middle // 2, middle, (middle + number - 1) // 2, number - 1})


def _pairs(number: int) -> int:
    """How many pairs may be tested: neighbours at the start, two for each point that may be put between others, and the two ends."""
    start = len(_start(number))
    return start - 1 + 2 * (number - start) + (number > 2)


def _places(judged: dict[int, Judged], decision: str) -> list[int]:
    return sorted(place for place, row in judged.items() if row.decision == decision)


def _half(ends: tuple[int, int], beyond: Callable[[int], bool]) -> tuple[int, int]:
    """The half of an interval in which something changes."""
    low, high = ends
    if high - low <= 1:
        return ends
    middle = (low + high) // 2
    return (low, middle) if beyond(middle) else (middle, high)
