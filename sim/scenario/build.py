"""From a tree of values to a checked :class:`Scenario`, or to everything that is wrong with it in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.consistency import Finding, findings
from sim.scenario.numbers import SHARED, Series, say
from sim.scenario.partial import certain_findings
from sim.scenario.problems import Problem, ScenarioError, nearest
from sim.scenario.schema import Scenario
from sim.scenario.shape import Shape, shape_at
from sim.scenario.tree import Node, Path, Place, dotted, find, plain, text

_OWN = ("announced", "band", "bounds", "by_date", "coordinates", "interval", "source", "unit")
"""Errors of the schema that already say what was expected."""
MISPLACED = (*SHARED, "announced", "unit")
"""Keys that belong beside ``value`` or ``by_date``, not among dates."""


def build(tree: Node) -> Scenario:
    """The scenario that a tree describes.

    Raises:
        ScenarioError: with every wrong key, and every rule broken between keys as far as wrong ones do not matter to it.
    """
    data = plain(tree)
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError([*_translate(tree, error), *_broken(tree, certain_findings(data))]) from None
    if broken := list(_broken(tree, findings(scenario))):
        raise ScenarioError(broken)
    return scenario


def wrong_keys(tree: Node) -> list[Problem]:
    """What is wrong with single keys of a tree."""
    try:
        Scenario.model_validate(plain(tree))
    except ValidationError as error:
        return list(_translate(tree, error))
    return []


def _broken(tree: Node, found: Iterable[Finding]) -> Iterator[Problem]:
    return (_problem(tree, f.path, f.message, f.nearest, f.at_key) for f in found)


def _translate(tree: Node, error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        missing = detail["type"] == "missing"
        path, at_key = _path(tree, detail["loc"][: -1 if missing else None])
        if not _is_beside_the_point(tree, path, detail):
            yield _in_words(tree, path, at_key, detail)


def _is_beside_the_point(tree: Node, path: Path, detail: ErrorDetails) -> bool:
    """Where a word or a map may stand, the complaint about the one that was not tried; and the value of a misplaced key."""
    for number, step in enumerate(detail["loc"]):
        if str(step).startswith(("literal[", "dict[")):
            node = find(tree, _path(tree, detail["loc"][:number])[0])
            return str(step).startswith("dict[") != (node is not None and isinstance(node.value, dict))
    return detail["type"] == "number" and shape_at(path[:-1]).kind is Series and path[-1] in MISPLACED


def _path(tree: Node, loc: tuple[Any, ...]) -> tuple[Path, bool]:
    """The path in the tree that pydantic means, less the steps of its own making; and whether it means the key itself."""
    path: Path = ()
    for step in loc:
        node = find(tree, path)
        if node is not None and isinstance(node.value, dict):
            path += tuple(key for key in node.value if key == step or step in (text(key), repr(key)))[:1]
        elif node is not None and isinstance(node.value, list) and isinstance(step, int):
            path += (step,)
    return path, loc[-1:] == ("[key]",)


def _in_words(tree: Node, path: Path, at_key: bool, detail: ErrorDetails) -> Problem:
    kind, given, ctx = detail["type"], detail["input"], detail.get("ctx", {})
    shape, above = shape_at(path), shape_at(path[:-1])
    if kind == "missing":
        last = detail["loc"][-1]
        return _problem(tree, (*path, last), f"missing; expected {shape.below(last).expected()}")
    if kind in ("extra_forbidden", "extra", "invalid_key"):
        allowed = (*above.keys, "extends") if len(path) == 1 else above.keys
        return _problem(tree, path, f"unknown key '{text(path[-1])}'", nearest(path[-1], allowed), at_key=True)
    if kind == "date" and at_key and above.kind is Series and path[-1] in MISPLACED:
        return _problem(tree, path, f"expected 'value', or the dates under 'by_date', beside '{path[-1]}'", at_key=True)
    if kind == "literal_error":
        words = ctx["expected"] + " or a map of names and numbers" * (shape.kind is dict and not at_key)
        return _problem(tree, path, f"expected {words}, not {say(given)}", nearest(given, re.findall("'(.*?)'", words)), at_key)
    if kind in _OWN:
        return _problem(tree, path, detail["msg"], at_key=at_key)
    hint = nearest(given, above.keys) if at_key else ""
    return _problem(tree, path, f"expected {_expected(kind, ctx, shape, at_key)}, not {ctx.get('actual_length', say(given))}", hint, at_key)


def _expected(kind: str, ctx: dict[str, Any], shape: Shape, at_key: bool) -> str:
    """What pydantic wanted, in the words of a person."""
    if kind in ("too_short", "too_long"):
        limit = ctx["min_length"] if kind == "too_short" else ctx["max_length"]
        return f"{'at least' if kind == 'too_short' else 'at most'} {limit} {'entry' if limit == 1 else 'entries'}"
    if kind in ("string_too_short", "string_too_long"):
        return "at least one letter" if kind == "string_too_short" else f"at most {ctx['max_length']} letters"
    if kind in ("greater_than_equal", "less_than_equal", "less_than"):
        limit = f"{ctx.get('ge', ctx.get('le', ctx.get('lt'))):,}"
        return {"greater_than_equal": f"{limit} or more", "less_than_equal": f"at most {limit}", "less_than": f"less than {limit}"}[kind]
    if kind == "date":
        return "a date such as 2021-09-01"
    if at_key:
        return "a whole number" if kind.startswith("int_") else "a name"
    return "text" if kind == "string_type" else shape.expected()


def _problem(tree: Node, path: Path, message: str, hint: str = "", at_key: bool = False) -> Problem:
    place = _place(tree, path, at_key)
    return Problem(place.file, place.line, place.column, dotted(path), message, hint)


def _place(tree: Node, path: Path, at_key: bool) -> Place:
    """Where the value (or its key) was written; for what is missing, the key of the map that should have it."""
    known = next(n for n in range(len(path), -1, -1) if find(tree, path[:n]) is not None)
    node = find(tree, path[:known])
    assert node is not None
    below_its_key = isinstance(node.value, (dict, list)) and node.key_at is not None and node.at.line != node.key_at.line
    return node.key_at if node.key_at and (at_key or known < len(path) or below_its_key) else node.at
