"""What the schema has at a key: its type, unit, names and default."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from sim.scenario.numbers import Day, Entry, Number, Series, Unit
from sim.scenario.parts import Part
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path, text

_DATE = "a date such as 2021-09-01"


@dataclass(frozen=True)
class Shape:
    """The schema at one key.

    ``kind`` is a class of the schema (a :class:`Part`), :class:`Number`, :class:`Series`, :class:`Day`, ``dict``, ``list``,
    or the type of a scalar; None where the schema knows no such key.
    """

    kind: Any
    inner: tuple[Any, ...] = ()
    unit: Unit | None = None
    default: Any = None

    @property
    def is_part(self) -> bool:
        """Whether its keys are those of the schema."""
        return isinstance(self.kind, type) and issubclass(self.kind, Part)

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a date with provenance, given or replaced whole."""
        return self.kind in (Number, Entry, Series, Day)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the schema allows; none where names are free."""
        if self.is_part:
            return tuple(field.alias or name for name, field in self.kind.model_fields.items())
        if self.is_number:
            return (
                ("by_date", "value", "low", "high", "source", "confidence", "note")
                if self.kind is Series
                else tuple(self.kind.model_fields)
            )
        if self.kind is dict:
            key = _unfold(self.inner[0])
            return key.inner if key.kind is Literal else ()
        return ()

    @property
    def names_are_whole(self) -> bool:
        """Whether its names are whole numbers (weeks)."""
        return self.kind is dict and _unfold(self.inner[0]).kind is int

    def below(self, key: object) -> Shape:
        """The schema one key further down."""
        if self.is_part:
            for name, field in self.kind.model_fields.items():
                if key == (field.alias or name):
                    hint = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
                    default = field.get_default(call_default_factory=True)
                    return _unfold(hint, default=None if default is PydanticUndefined else default)
        elif self.kind is dict:
            return _unfold(self.inner[1])
        elif self.kind is list:
            return _unfold(self.inner[0])
        elif self.kind is Series and text(key)[:1].isdecimal():
            return Shape(Entry, (), self.unit)
        elif self.is_number and key in ("value", "low", "high"):
            return Shape(float, (), self.unit)
        return Shape(None)

    def expected(self) -> str:
        """What belongs here, in words."""
        if self.unit:
            return self.unit.describe()
        if self.kind is Literal:
            return one_of(self.inner)
        if self.kind is dict or self.is_part:
            return f"a map with {one_of(self.keys, 'and', quote='')}" if self.keys else "a map of names and values"
        words = {list: "a list", int: "a whole number", float: "a number", bool: "true or false", str: "text", dt.date: _DATE, Day: _DATE}
        return words.get(self.kind, "a value")


def shape_at(path: Path) -> Shape:
    """What the schema has at a path."""
    shape = Shape(Scenario)
    for key in path:
        shape = shape.below(key)
    return shape


def one_of(options: Iterable[object], joint: str = "or", quote: str = "'") -> str:
    """Options as a sentence names them."""
    *most, last = (f"{quote}{option}{quote}" for option in options)
    return f"{', '.join(most)} {joint} {last}" if most else last


def _unfold(hint: Any, unit: Unit | None = None, default: Any = None) -> Shape:
    """See through ``Annotated`` and ``Optional`` to what a person may write."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        unit = next((extra for extra in args[1:] if isinstance(extra, Unit)), unit)
        return _unfold(args[0], unit, default)
    if origin in (Union, types.UnionType):
        options = [arg for arg in args if arg is not type(None)]
        return _unfold(options[-1], unit, default)  # of a word or a map, the map has the keys
    if origin is tuple:
        return Shape(list, (float,), unit, default)
    return Shape(origin or hint, args, unit, default)
