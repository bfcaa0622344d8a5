"""What a planner varies: single keys of a scenario, set to a value or moved by an amount."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.build import build, wrong_keys
from sim.scenario.numbers import ALWAYS, Number, Series
from sim.scenario.problems import Problem, ScenarioError, nearest
from sim.scenario.schema import Scenario
from sim.scenario.shape import Shape, shape_at
from sim.scenario.tree import Node, Path, Place, dotted, find, grow, moved, plain, put, text
from sim.scenario.writing import to_plain
from sim.scenario.yaml_text import read_yaml

_RELATIVE = re.compile(r"([+-])(\d+\.?\d*|\.\d+)(%?)|\*(\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class Change:
    """A key, the value it gets, and how whoever asked for it wrote it."""

    key: str
    value: Node

    @classmethod
    def of(cls, key: str, value: Any) -> Change:
        """A change from Python, where the value is plain data or a part of the schema."""
        data = to_plain(value) if isinstance(value, BaseModel) else value
        return cls(key, grow(data, Place(f"change {key}")))

    @classmethod
    def parse(cls, written: str) -> Change:
        """``KEY=VALUE`` as on the command line; the value is YAML."""
        place = Place(f"--set {written}")
        key, equals, value = written.partition("=")
        if not equals or not key.strip() or not value.strip():
            told = "expected KEY=VALUE, such as coaches.absence=0.08; KEY=null removes what is there"
            raise ScenarioError([Problem(place.file, None, None, "", told)])
        amount = value.strip()
        return cls(key.strip(), grow(amount, place) if _RELATIVE.fullmatch(amount) else moved(read_yaml(value, place.file), place))


def change(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """A varied copy of a scenario, checked again.

    Args:
        scenario: the one to start from; it stays as it is.
        values: new values by dotted key, applied in this order. In a key, ``*`` stands for every entry that has the rest of the
            key: ``jobcentres.*.coaches``. A value is what a file would hold; None removes an entry; and ``"+10%"``, ``"-5%"``,
            ``"+3"`` or ``"*1.1"`` acts on every value of a number or series. Such a number loses its source and interval, and its
            confidence becomes ``policy``; whole numbers are rounded. ``{"value": "+10%", "source": ...}`` gives it a new source.

    Raises:
        ScenarioError: for an unknown key, with the nearest valid one, and for whatever makes the result invalid.
    """
    return changed(grow(to_plain(scenario), Place("change")), values.items())


def changed(tree: Node, changes: Iterable[str | tuple[str, Any]]) -> Scenario:
    """The scenario of a tree after changes, one after another, each ``KEY=VALUE`` as on the command line or a pair of key and value.

    Raises:
        ScenarioError: what is wrong with the changes; only if nothing is, what is wrong with the result beside them.
    """
    problems: list[Problem] = []
    places: set[str] = set()
    for change in changes:
        try:
            wanted = Change.parse(change) if isinstance(change, str) else Change.of(*change)
            places.add(wanted.value.at.file)
            for path in _paths(tree, wanted):
                tree = put(tree, path, _new_value(tree, path, wanted))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError([*problems, *(one for one in wrong_keys(tree) if one.file in places)])
    return build(tree)


def _paths(tree: Node, wanted: Change) -> list[Path]:
    """Every path that a key names; names may hold dots, so the longest name that fits is taken."""
    paths = _follow(tree, wanted.key, (), wanted)
    if "*" in wanted.key.split("."):
        paths = [path for path in paths if _is_given(tree, path)]
    if not paths:
        raise _error(wanted, (wanted.key,), "matches nothing")
    if wanted.value.value is None:
        for path in paths:
            if find(tree, path) is None:
                raise _error(wanted, path, "nothing to remove")
    return paths


def _follow(tree: Node, rest: str, done: Path, wanted: Change) -> list[Path]:
    shape, node = shape_at(done), find(tree, done)
    if shape.is_number:
        raise _error(wanted, (*done, rest), "a number is replaced whole: give value, source and the rest in one map")
    there = _entries(node)
    head, _, tail = rest.partition(".")
    if head == "*" and not shape.is_part:
        return _follow_all(tree, [(*done, key) for key in there.values()], tail, wanted)
    names = {**{key: key for key in shape.keys}, **there}
    fitting = [name for name in names if rest == name or rest.startswith(f"{name}.")]
    if fitting:
        name = max(fitting, key=len)
        path, tail = (*done, names[name]), rest[len(name) + 1 :]
        return _follow(tree, tail, path, wanted) if tail else [path]
    if shape.kind is dict and not shape.keys and not tail and _may_be_new(shape, wanted.value):
        return [(*done, int(head) if shape.names_are_whole and head.isdecimal() else head)]
    raise _error(wanted, (*done, head), f"unknown {'name' if shape.kind is dict else 'key'} '{head}'", nearest(head, names))


def _follow_all(tree: Node, starts: list[Path], tail: str, wanted: Change) -> list[Path]:
    """The paths from every entry that can be followed; an error only if none can."""
    if not tail:
        return starts
    found: list[Path] = []
    failed: ScenarioError | None = None
    for start in starts:
        try:
            found += _follow(tree, tail, start, wanted)
        except ScenarioError as error:
            failed = error
    if failed and not found:
        raise failed
    return found


def _entries(node: Node | None) -> dict[str, Any]:
    """The keys of a map or the positions of a list, as written in a dotted key."""
    if node is None or not isinstance(node.value, (dict, list)):
        return {}
    return {text(key): key for key in (node.value if isinstance(node.value, dict) else range(len(node.value)))}


def _may_be_new(shape: Shape, value: Node) -> bool:
    """Whether a value can be a new entry: an office or a cohort needs a map, a share just a number."""
    return value.value is not None and (isinstance(value.value, dict) or not shape.below("new").is_part)


def _is_given(tree: Node, path: Path) -> bool:
    node = find(tree, path)
    return node is not None and node.value is not None and plain(node) != to_plain(shape_at(path).default)


def _new_value(tree: Node, path: Path, wanted: Change) -> Node:
    """The value as given, or what becomes of the present one under a relative change."""
    shape, given = shape_at(path), plain(wanted.value)
    amount = given.get("value") if isinstance(given, dict) else given
    if not isinstance(amount, str) or not _RELATIVE.fullmatch(amount) or shape.kind is str:
        return wanted.value
    if shape.kind not in (Number, Series):
        raise _error(wanted, path, f"expected {shape.expected()}, not '{amount}', which changes a number")
    node = find(tree, path)
    present = plain(node) if node is not None and node.value is not None else to_plain(shape.default)
    if present is None:
        raise _error(wanted, path, f"no number to change by {amount}; expected {shape.expected()}")
    try:
        series = Series.model_validate(present)
    except ValidationError:
        return node or wanted.value  # wrong before it is changed: told when the whole is checked
    provenance = {"confidence": "policy", **({k: v for k, v in given.items() if k != "value"} if isinstance(given, dict) else {})}
    moved_to = {date: _move(entry.value, amount, shape) for date, entry in series.by_date.items()}
    if all(new == series.by_date[date].value for date, (new, _) in moved_to.items()) and any(rounded for _, rounded in moved_to.values()):
        raise _error(wanted, path, f"a lever that touches nothing: {amount} is rounded away")
    entries = {}
    for date, (new, _) in moved_to.items():
        announced = series.by_date[date].announced
        entries[date] = {"value": new, **({"announced": announced} if announced else {}), **provenance}
    return grow(entries[ALWAYS] if list(entries) == [ALWAYS] else entries, wanted.value.at)


def _move(value: float, amount: str, shape: Shape) -> tuple[float, bool]:
    """A value after a relative change, to 12 digits or to a whole number, and whether that rounded anything away."""
    match = _RELATIVE.fullmatch(amount)
    assert match is not None
    sign, by, percent, factor = match.groups()
    if factor is not None:
        exact = value * float(factor)
    else:
        step = float(sign + by)
        exact = value * (1 + step / 100) if percent else value + step
    new = float(f"{exact:.12g}")
    whole = math.floor(new + 0.5) if shape.unit and shape.unit.whole else new
    return whole, whole != new


def _error(wanted: Change, path: Path, message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(wanted.value.at.file, None, None, dotted(path), message, hint)])
