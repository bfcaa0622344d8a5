"""Where to look: which positions of the factors a sensitivity analysis tries.

A factor is an uncertain assumption, and its position a number from 0 (the low end of its interval) to 1 (the high end), with 0.5 for
the value as written. A set, such as shares that add up to one, is one factor of several numbers. What the outputs at these points tell
is in :mod:`sim.experiment.indices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.luck import name_hash

Uniform = Callable[[str, int, int], float]
"""Called with a factor's name, the number of a trajectory and a count from 0: a number in (0, 1), always the same for the same three."""

LOW, MIDDLE, HIGH = 0.0, 0.5, 1.0
LEVELS = 4
"""Of the grid of positions in Morris's design: 0, 1/3, 2/3 and 1."""
STEP = LEVELS / (2 * (LEVELS - 1))
"""How far a factor moves in Morris's design. With this step, half the grid, every level is equally likely before and after the move."""


@dataclass(frozen=True)
class Design:
    """Points at which to evaluate the model.

    Attributes:
        sizes: how many numbers each factor's position has, by its name; columns of ``points`` are in this order.
        points: shape (points, numbers of all factors), in [0, 1].
    """

    sizes: Mapping[str, int]
    points: NDArray[np.float64]

    def positions(self, point: int) -> dict[str, tuple[float, ...]]:
        """Each factor's position at a point, as many numbers as its size."""
        return {name: tuple(self.points[point, where].tolist()) for name, where in columns(self.sizes).items()}


@dataclass(frozen=True)
class Trajectories(Design):
    """Morris's design. The points of a trajectory follow each other, the number of factors and one more of them.

    Attributes:
        moved: shape (trajectories, factors), the number of the factor that moves at each step.
    """

    moved: NDArray[np.int64]


def columns(sizes: Mapping[str, int]) -> dict[str, slice]:
    """Where each factor's numbers stand in a row of points.

    Raises:
        ValueError: there is no factor, or one without a number.
    """
    if not sizes:
        raise ValueError("there is no factor to vary")
    found, start = {}, 0
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"'{name}' has no number to vary")
        found[name] = slice(start, start + size)
        start += size
    return found


def as_table(members: Mapping[str, Sequence[str]], draws: Sequence[Mapping[str, Sequence[float]]]) -> pd.DataFrame:
    """Draws of positions: ``draw``, from 0, and a column for each number, named after its factor and, in a set, its member.

    Args:
        members: of each factor what its numbers are known by, an empty name for one that is alone.
        draws: positions by factor.
    """
    names = [f"{name} {member}".strip() for name, its in members.items() for member in its]
    rows = [[position for name in members for position in one[name]] for one in draws]
    return pd.DataFrame(np.reshape(rows, (len(draws), len(names))), columns=names).rename_axis("draw").reset_index()


def one_at_a_time(sizes: Mapping[str, int]) -> Design:
    """The base, with everything at 0.5, then each number in turn at 0 and at 1: 1 + 2 x numbers points.

    The numbers of a set are moved one by one like any other: all of them at their high end at once might, once they are made to add
    up again, change nothing.
    """
    width = sum(sizes.values()) if columns(sizes) else 0
    points = np.full((1 + 2 * width, width), MIDDLE)
    each = np.arange(width)
    points[1 + 2 * each, each], points[2 + 2 * each, each] = LOW, HIGH
    return Design(sizes, points)


def trajectories(sizes: Mapping[str, int], number: int, uniform: Uniform) -> Trajectories:
    """Morris's design: from a random point of the grid, every factor moves once by :data:`STEP`, in random order; number x (factors + 1)
    points.

    The numbers of a set move together, each from a level and in a direction of its own. What a factor does in a trajectory depends on
    its name and the trajectory only, so that it does the same whichever other factors there are; the order in which two move does so
    too.

    Source: M. D. Morris (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33, 161-174; for sets
    F. Campolongo, J. Cariboni and A. Saltelli (2007), An effective screening design for sensitivity analysis of large models,
    Environmental Modelling and Software 22, 1509-1518.
    """
    where = columns(sizes)
    names = list(sizes)
    points = np.empty((number, len(names) + 1, sum(sizes.values())))
    moved = np.empty((number, len(names)), dtype=np.int64)
    for t in range(number):
        now, then = np.empty(points.shape[2]), np.empty(points.shape[2])
        for name, part in where.items():
            luck = np.array([uniform(name, t, count) for count in range(1, 1 + 2 * sizes[name])]).reshape(-1, 2)
            lower = np.floor(luck[:, 0] * LEVELS / 2)  # of the lower half of the grid, in steps of the grid
            upper = lower + LEVELS / 2
            up = luck[:, 1] < 0.5
            now[part], then[part] = np.where(up, lower, upper) / (LEVELS - 1), np.where(up, upper, lower) / (LEVELS - 1)
        moved[t] = np.lexsort((names, [uniform(name, t, 0) for name in names]))
        points[t, 0] = now
        for step, factor in enumerate(moved[t]):
            part = where[names[factor]]
            now[part] = then[part]
            points[t, step + 1] = now
    return Trajectories(sizes, points.reshape(-1, points.shape[2]), moved)


def saltelli(sizes: Mapping[str, int], n: int, seed: int) -> Design:
    """For Sobol indices: n rows of two independent points A and B, and for each factor the point A with that factor's numbers from B;
    n x (factors + 2) points, the A, the B and the mixed ones of a row following each other.

    A and B are the two halves of a scrambled Sobol sequence. Its dimensions go to the factors by name, so that their order in the
    scenario makes no difference.

    Source: A. Saltelli, P. Annoni, I. Azzini, F. Campolongo, M. Ratto and S. Tarantola (2010), Variance based sensitivity analysis of
    model output, Computer Physics Communications 181, 259-270.

    Raises:
        ValueError: n is not a power of two, without which the sequence loses its balance.
    """
    if n < 2 or n & (n - 1):
        raise ValueError(f"the number of rows must be a power of two, not {n}")
    where = columns(sizes)
    width = sum(sizes.values())
    by_name = np.concatenate([np.arange(width)[where[name]] for name in sorted(sizes)])
    sequence = qmc.Sobol(2 * width, scramble=True, rng=np.random.default_rng([seed, name_hash("saltelli")])).random(n)
    a, b = np.empty((n, width)), np.empty((n, width))
    a[:, by_name], b[:, by_name] = sequence[:, :width], sequence[:, width:]
    points = np.repeat(a[:, np.newaxis, :], len(sizes) + 2, axis=1)
    points[:, 1] = b
    for factor, part in enumerate(where.values()):
        points[:, factor + 2, part] = b[:, part]
    return Design(sizes, points.reshape(-1, width))
