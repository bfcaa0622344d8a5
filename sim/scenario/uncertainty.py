"""How a scenario's assumptions vary within their intervals: one scenario for each set of positions, and positions drawn by luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.luck import Luck, Purpose, name_hash
from sim.scenario.adjustments import adjusted, at, moved, put
from sim.scenario.consistency import Finding, findings
from sim.scenario.factors import MIDDLE, Assumption, Factor, factors
from sim.scenario.numbers import Day, Number, Series
from sim.scenario.problems import Problem, ScenarioError, nearest
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path, dotted

__all__ = ["Assumption", "Factor", "Positions", "draw", "factors", "latin", "vary"]

Positions = Mapping[str, Sequence[float]]
"""By name of factor, where in its interval it stands, a number for each of its members: 0 low, 0.5 as written, 1 high."""

STEPS = 6
"""Halvings of the way back to what is written, where a rule asks for it."""
POSITION, ORDER, WITHIN = range(3)
"""Counts of luck: an independent draw; the stratum of a Latin hypercube, and the place within it."""


def vary(scenario: Scenario, positions: Mapping[str, float | Sequence[float]], policy: bool = False) -> Scenario:
    """The scenario with its factors at given positions in their intervals, checked like a loaded file.

    Each number goes from its low (0) over its value (0.5) to its high (1), linearly on both sides: the value as written is the median
    whatever the skew, and a number with an interval on one side only stays as it is on the other. Whole numbers and dates are rounded.
    Numbers keep their sources and intervals. What would break a rule is adjusted (:mod:`sim.scenario.adjustments`). Where a rule has
    no such answer, above all where a programme would touch nothing, the numbers at the key it names, or else those of the larger thing
    that has the key, go back towards what is written until it holds, by halving, to within 1/64 of the way.

    Args:
        scenario: a valid one; it stays as it is, and at 0.5 everywhere it is the result.
        positions: by name, of the factors of :func:`~sim.scenario.factors.factors` that are to move; a single number is for all members.
        policy: whether factors include what a planner decides.

    Raises:
        ScenarioError: for a name that is no factor; and where intervals contradict each other, with the factors and the rule.
        ValueError: for a position outside 0 to 1, or not one number for each member.
    """
    where = _by_assumption(factors(scenario, policy), positions)
    varied = _moved(scenario, where)
    tried: set[Path] = set()
    while broken := next(findings(varied), None):
        back = _back(scenario, where, broken) if broken.path not in tried else None
        if back is None:
            raise _contradiction(scenario, positions, policy, broken)
        tried.add(broken.path)
        where, varied = back
    return varied


def draw(scenario: Scenario, seed: int, number: int, policy: bool = False) -> dict[str, tuple[float, ...]]:
    """Independent positions of all factors, each uniform between 0 and 1; what the scenario then is says :func:`vary`.

    A position hangs on the seed, the number of the draw, and the names of the factor and of the member in a set, and on nothing else:
    other factors, or more draws, change none of them, and scenarios that share a factor share its positions.
    """
    luck, one = Luck(seed, 0), np.array([number])
    return {factor.name: tuple(_uniforms(luck, factor, one, POSITION)[:, 0].tolist()) for factor in factors(scenario, policy)}


def latin(factors: Sequence[Factor], seed: int, draws: int) -> list[dict[str, tuple[float, ...]]]:
    """A Latin hypercube of positions, one mapping for each of ``draws``.

    In every dimension each of ``draws`` equal parts of [0, 1] has one position, at random within it; the draws take the parts in the order
    of uniform numbers. Dimensions do not know of one another, but another number of draws is another design.

    Source: M. D. McKay, R. J. Beckman and W. J. Conover (1979), A comparison of three methods for selecting values of input variables in
    the analysis of output from a computer code, Technometrics 21, 239-245.
    """
    luck, numbers = Luck(seed, 0), np.arange(draws)
    by_factor = {}
    for factor in factors:
        part = np.argsort(_uniforms(luck, factor, numbers, ORDER), axis=1, kind="stable")
        by_factor[factor.name] = (part + _uniforms(luck, factor, numbers, WITHIN)) / draws
    return [{name: tuple(u[:, number].tolist()) for name, u in by_factor.items()} for number in range(draws)]


def _uniforms(luck: Luck, factor: Factor, numbers: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Shape (members, draws)."""
    names, factors = [name_hash(member) for member in factor.members], np.full(len(numbers), name_hash(factor.name))
    return np.array([luck.uniforms(factors, np.full(len(numbers), name), numbers, Purpose.ASSUMPTION, count) for name in names])


def _by_assumption(factors: Sequence[Factor], positions: Mapping[str, float | Sequence[float]]) -> dict[Assumption, float]:
    """Where each number that moves is to stand."""
    by_name = {factor.name: factor for factor in factors}
    out: dict[Assumption, float] = {}
    for name, given in positions.items():
        if (factor := by_name.get(name)) is None:
            raise ScenarioError([Problem("positions", None, None, name, "no factor of this scenario", nearest(name, by_name))])
        numbers = [float(given)] * factor.size if isinstance(given, (int, float)) else list(map(float, given))
        if len(numbers) != factor.size or not all(0 <= number <= 1 for number in numbers):
            raise ValueError(f"expected {factor.size} positions from 0 to 1 for {name}, not {given}")
        by_member = dict(zip(factor.members, numbers, strict=True))
        out |= {assumption: by_member[assumption.member] for assumption in factor.entries}
    return out


def _moved(scenario: Scenario, where: Mapping[Assumption, float]) -> Scenario:
    """The scenario with numbers at their positions, adjusted; not yet checked."""
    updates: dict[Path, Number | Series | Day] = {}
    for assumption, position in where.items():
        if (value := assumption.at(position)) == assumption.value:
            continue
        path, date = assumption.path, assumption.date
        number = updates.get(path) or at(scenario, path)
        if isinstance(number, Series):
            assert date is not None
            by_date = {**number.by_date, date: moved(number.by_date[date], value)}
            updates[path] = number.model_copy(update={"by_date": by_date})
        else:
            updates[path] = moved(number, value)
    return adjusted(put(scenario, updates)) if updates else scenario


def _back(scenario: Scenario, where: Mapping[Assumption, float], broken: Finding) -> tuple[dict[Assumption, float], Scenario] | None:
    """Positions nearer to what is written for the numbers at the key that a rule names, or else for those of the larger thing that has it,
    so that the rule holds; None if nothing of the kind helps. Recruits who have nowhere to work name the jobcentre that takes nobody."""
    larger = [broken.path[:length] for length in range(len(broken.path), 1, -1)]
    for path in (*larger, ("jobcentres", broken.path[-1])):
        near = [one for one in where if one.path[: len(path)] == path]
        kept, found = 0, None
        for part in (0, *(2**step for step in reversed(range(STEPS)))):  # all the way back, then half of the way out again, and so on
            there = {**where, **{one: MIDDLE + (where[one] - MIDDLE) * (kept + part) / 2**STEPS for one in near}}
            varied = _moved(scenario, there)
            if not _breaks(varied, broken):
                kept, found = kept + part, (there, varied)
            elif not part:
                break
        if found is not None:
            return found
    return None


def _breaks(scenario: Scenario, broken: Finding) -> bool:
    return any(finding.path == broken.path for finding in findings(scenario))


def _contradiction(scenario: Scenario, positions: Mapping[str, float | Sequence[float]], policy: bool, broken: Finding) -> ScenarioError:
    """The rule, and the factors that break it: those without which it would hold, once all that do not matter are as written."""
    chosen, needed = factors(scenario, policy), dict(positions)
    for name in positions:
        fewer = {other: given for other, given in needed.items() if other != name}
        if _breaks(_moved(scenario, _by_assumption(chosen, fewer)), broken):
            needed = fewer
    message = f"the intervals allow what a rule does not, at {dotted(broken.path)}: {broken.message}"
    return ScenarioError([Problem("positions", None, None, ", ".join(needed), message)])
