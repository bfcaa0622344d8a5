"""A broken rule, and what the rules that join several keys of a scenario have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from sim.scenario.numbers import Number, Series
from sim.scenario.problems import nearest
from sim.scenario.tree import Path

TOLERANCE = 1e-6
"""How far shares may be from adding up: rounding in a file, not an error in it."""


@dataclass(frozen=True)
class Finding:
    """A broken rule: the key, what was expected, the nearest valid name, and whether the key itself is wrong or its value."""

    path: Path
    message: str
    nearest: str = ""
    at_key: bool = False


def summed(shares: Iterable[Number | float]) -> float:
    """Their sum."""
    return sum(map(float, shares))


def adds_up(path: Path, shares: Iterable[Number]) -> Iterator[Finding]:
    """Shares of a whole."""
    if abs((total := summed(shares)) - 1) > TOLERANCE:
        yield Finding(path, f"expected shares that add up to 1, not {total:.9g}")


def known(path: Path, names: Iterable[str], valid: Iterable[str], what: str, at_key: bool = True) -> Iterator[Finding]:
    """Names that must be among the valid ones: keys of a map, or items of a list."""
    there = set(valid)
    for number, name in enumerate(names):
        if name not in there:
            yield Finding((*path, name if at_key else number), f"unknown {what} '{name}'", nearest(name, there), at_key)


def once(path: Path, names: Sequence[str]) -> Iterator[Finding]:
    """Items of a list that may not come twice."""
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Finding((*path, number), f"expected each once; '{name}' is there already")


def series_below(value: object, path: Path = ()) -> Iterator[tuple[Path, Series]]:
    """Every series below a value, with its path."""
    if isinstance(value, Series):
        yield path, value
    elif isinstance(value, BaseModel) and not isinstance(value, Number):
        for name, field in type(value).model_fields.items():
            yield from series_below(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from series_below(item, (*path, key))
