"""The broken rules of a scenario of which some keys are wrong: those that are broken whatever the right keys turn out to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.consistency import RULES, Finding
from sim.scenario.parts import Part
from sim.scenario.problems import nearest
from sim.scenario.schema import Scenario
from sim.scenario.shape import Shape


class _Wrong(Exception):
    """A value of which nothing is right."""


def certain_findings(data: Any) -> Iterator[Finding]:
    """What each rule says before it needs a wrong or missing value; ``data`` is the scenario as plain values."""
    scenario: Any = _part(Shape(Scenario), data)
    for rule in RULES:
        try:
            yield from rule(scenario)
        except AttributeError as error:
            if not (isinstance(error.obj, Part) and error.name in type(error.obj).model_fields):
                raise


def _part(shape: Shape, data: Any) -> Part:
    """A part with what is right in it. What is wrong or missing is not there at all, so that no rule can mistake it for anything."""
    given = data if isinstance(data, Mapping) else {}
    in_doubt = _in_doubt(shape, given) if given is data else set(shape.keys)
    known = {}
    for name, field in shape.kind.model_fields.items():
        key = field.alias or name
        if key in given:
            with suppress(_Wrong):
                known[name] = _value(shape.below(key), _readers(shape.kind)[name], given[key])
        elif not field.is_required() and key not in in_doubt:
            known[name] = field.get_default(call_default_factory=True)
    part: Part = shape.kind.model_construct()
    part.__dict__.clear()
    part.__dict__.update(known)
    return part


def _in_doubt(shape: Shape, data: Mapping[Any, Any]) -> set[str]:
    """The keys left out that an unknown key may stand for: the nearest; if none is near, all that its value might be meant for."""
    left_out = set(shape.keys) - data.keys()
    found: set[str] = set()
    for key in data.keys() - set(shape.keys):
        compound = isinstance(data[key], (Mapping, list))
        fitting = {k for k in left_out if compound or not (shape.below(k).is_part or shape.below(k).kind in (dict, list))}
        found |= {near} if (near := nearest(key, left_out)) else fitting
    return found


def _value(shape: Shape, reader: TypeAdapter[Any], data: Any) -> Any:
    """A value, whole if it is right; of parts, and of maps and lists of parts, what is right in them."""
    with suppress(ValidationError):
        return reader.validate_python(data)
    if shape.is_part and isinstance(data, Mapping):
        return _part(shape, data)
    if shape.kind is dict and isinstance(data, Mapping) and data and shape.below("").is_part:
        names, items = map(TypeAdapter, shape.inner)
        with suppress(ValidationError):  # with a wrong name nobody knows which there are
            return {names.validate_python(name): _item(shape.below(name), items, item) for name, item in data.items()}
    if shape.kind is list and isinstance(data, list) and shape.below(0).is_part:
        return [_item(shape.below(0), TypeAdapter(shape.inner[0]), item) for item in data]
    raise _Wrong


def _item(shape: Shape, reader: TypeAdapter[Any], data: Any) -> Any:
    """A part in a map or list: it is there, whatever was written."""
    try:
        return _value(shape, reader, data)
    except _Wrong:
        return _part(shape, data)


@cache
def _readers(kind: type[Part]) -> dict[str, TypeAdapter[Any]]:
    """What reads each field of a part by itself."""
    hints: dict[str, Any] = {
        name: Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        for name, field in kind.model_fields.items()
    }
    return {name: TypeAdapter(hint) for name, hint in hints.items()}
