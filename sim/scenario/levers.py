"""Which levers differ between two scenarios, and the scenarios on the way from one to the other, a lever added at a time.

After the step counts of the NHP model of the Strategy Unit: what each lever does depends on those added before it, so the order is part
of the answer, and it is that in which the other file gives them unless somebody asks for another.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.build import build
from sim.scenario.differences import Difference, by_first_day, content, differences, in_words, written_in
from sim.scenario.file import read
from sim.scenario.problems import Problem, ScenarioError, nearest
from sim.scenario.schema import Scenario
from sim.scenario.tree import Node, Path, Place, dotted, grow, text
from sim.scenario.writing import to_plain
from sim.scenario.yaml_text import read_yaml

__all__ = ["Difference", "Lever", "Step", "chain", "levers", "order_of", "with_levers"]


@dataclass(frozen=True)
class Lever:
    """What a planner would call one change.

    Attributes:
        key: dotted, as ``--set`` takes it, with ``*`` where it is the same key of several entries; or the name of a group.
        changes: what it stands for.
        words: the same for people.
    """

    key: str
    changes: tuple[Difference, ...]
    words: str


@dataclass(frozen=True)
class Step:
    """A scenario on the way, and the levers that are new in it: none in the first, several where they need one another."""

    scenario: Scenario
    levers: tuple[Lever, ...]

    @property
    def words(self) -> str:
        """What is new."""
        said = "; ".join(lever.words for lever in self.levers)
        return f"these go together: {said}" if len(self.levers) > 1 else said or self.scenario.name


def levers(
    base: Scenario,
    other: Scenario,
    *,
    order: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    written: Sequence[Path] = (),
) -> tuple[Lever, ...]:
    """The levers that differ, in order.

    An entry of a map (a jobcentre, a cohort, a programme, a closure, a pool) that was added or taken away is a lever; so is a changed
    number or series, list, or map of numbers (shares that add up to one among them); and the same key changed in several entries of a map
    is one, ``jobcentres.*.desks``. No lever is what changes no result: names, seed, places on the map, sources and intervals.

    Args:
        base, other: scenarios that run over the same days.
        order: keys that come first, in this order, then all others. A key stands for everything below it and ``*`` for any name, so that
            ``jobcentres.*`` takes all levers of jobcentres, and ``jobcentres.Dudley.desks`` takes that one out of ``jobcentres.*.desks``.
            The name of a group stands for the group.
        groups: keys, in the same manner, that are one lever under a name: ``{"recruits": ["coaches.recruitment"]}``.
        written: the keys of a file as :func:`order_of` gives them; what ``order`` leaves open follows it. Without it, the order of the
            schema and then of the scenarios' own names.

    Raises:
        ScenarioError: if period or working days differ; for a key in ``order`` or ``groups`` that does not differ or that comes twice.
    """
    grouped = dict(groups or {})
    places = {tuple(map(text, path)): number for number, path in enumerate(written)}
    found = sorted(differences(base, other), key=lambda difference: _position(difference, places))
    rank = {difference.path: number for number, difference in enumerate(found)}
    single = _single(found, base, other)
    names = [*(lever.key for lever in single), *(difference.key for difference in found)]
    left, problems = dict.fromkeys(rank), list[Problem]()

    def take(where: str, key: str, valid: Iterable[str]) -> list[Difference]:
        """What a key stands for, taken from what is left."""
        meant = [difference for difference in found if _stands_for(key, difference.path)]
        taken = [difference for difference in meant if difference.path in left]
        if not taken:
            twice = "is already taken by a key or group before it"
            message, hint = (twice, "") if meant else ("not among what differs between the two scenarios", nearest(key, valid))
            problems.append(Problem(where, None, None, key, message, hint))
        for difference in taken:
            del left[difference.path]
        return taken

    made: dict[str, Lever] = {}
    for name, keys in grouped.items():
        members = sorted((d for key in keys for d in take(f"group {name}", key, names)), key=lambda d: rank[d.path])
        if not keys:
            problems.append(Problem(f"group {name}", None, None, "", "expected at least one key"))
        made[name] = Lever(name, tuple(members), f"{name}: {'; '.join(one.words for one in _single(members, base, other))}")
    first: list[Lever] = []
    for key in order:
        if key in grouped and key not in made:
            problems.append(Problem("order", None, None, key, "comes twice"))
        elif key in made:
            first.append(made.pop(key))
        else:
            first += _single(take("order", key, [*names, *grouped]), base, other)
    if problems:
        raise ScenarioError(problems)
    rest = [*made.values(), *_single([d for d in found if d.path in left], base, other)]
    return (*first, *sorted(rest, key=lambda lever: rank[lever.changes[0].path]))


def chain(
    base: Scenario,
    other: Scenario,
    *,
    order: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    written: Sequence[Path] = (),
) -> tuple[Step, ...]:
    """The scenarios from one to the other: the base, then one lever more in each, the last the other one.

    A lever that makes no valid scenario yet (a youth hub without the meeting that is held there) takes others along that make it one:
    those that name it or that it names if they suffice, else the next in order, and of these none that could have been left out by
    itself. The others keep their places. Every scenario has the name of the base but the last, and the base's seed and number of
    replications, so that replications are pairs throughout.

    Args:
        base, other, order, groups, written: as in :func:`levers`.

    Raises:
        ScenarioError: as in :func:`levers`; and if no lever differs.
    """
    waiting = list(levers(base, other, order=order, groups=groups, written=written))
    if not waiting:
        raise ScenarioError([Problem("", None, None, "", f"nothing to explain: no lever differs between '{base.name}' and '{other.name}'")])
    steps, done = [Step(base, ())], list[Lever]()
    while waiting:
        steps.append(_next(base, done, waiting))
        done += steps[-1].levers
        waiting = [lever for lever in waiting if lever not in steps[-1].levers]
    assert not differences(steps[-1].scenario, other), "levers must add up to the whole"
    last = other.model_copy(update={"seed": base.seed, "replications": base.replications})  # with its name, sources and intervals
    return (*steps[:-1], Step(last, steps[-1].levers))


def with_levers(base: Scenario, added: Sequence[Lever]) -> Scenario:
    """A scenario with some of the levers that differ from another.

    Raises:
        ScenarioError: if these make no valid scenario without the others.
    """
    data = to_plain(base)
    closures = data.pop("closures", [])
    data["closures"] = dict(zip(by_first_day([closure["from"] for closure in closures]), closures, strict=True))
    for lever in added:
        for change in lever.changes:
            _put(data, change.path, change.after)
    data["closures"] = list(data["closures"].values())
    return build(grow(data, Place(f"'{base.name}' with {', '.join(lever.key for lever in added)}")))


def order_of(path: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Every key of a scenario file in the order of reading, for ``written`` of :func:`levers`.

    What a file extends is read before it, so a chain goes by way of the scenarios that are extended; a key that several files write stands
    where it was last written. A closure has its first day in place of its number.

    Raises:
        ScenarioError: if the file, or one that it extends, cannot be read.
    """
    file: FilePath | None = FilePath(path)
    read(FilePath(path))  # tells of files that are missing or go round in a circle
    trees: list[Node] = []
    while file is not None:
        trees.append(read_yaml(file.read_text("utf-8-sig"), str(file)))
        base = trees[-1].value.get("extends")
        file = None if base is None or base.value is None else file.parent / base.value
    keys: dict[Path, None] = {}
    for tree in reversed(trees):
        for key, node in _keys((), tree):
            if (node.value is None or key == ("closures",)) and key in keys:
                keys = {other: None for other in keys if other[: len(key)] != key}
            keys.pop(key, None)
            keys[key] = None
    return tuple(keys)


def _single(found: Iterable[Difference], base: Scenario, other: Scenario) -> list[Lever]:
    """Levers by themselves: the same key of several entries in one, where the first of them stands."""
    alike: dict[Path, list[Difference]] = {}
    for difference in found:
        alike.setdefault(difference.path if difference.is_entry else difference.starred, []).append(difference)
    return [Lever(of[0].key if len(of) == 1 else dotted(starred), tuple(of), in_words(of, base, other)) for starred, of in alike.items()]


def _next(base: Scenario, done: list[Lever], waiting: list[Lever]) -> Step:
    """With the first lever that waits, and others that it needs, none of which could be left out by itself."""
    for needed in _companies(waiting):
        try:
            scenario = with_levers(base, [*done, *needed])
            break
        except ScenarioError:
            if len(needed) == len(waiting):
                raise
    for lever in needed[1:]:
        without = [other for other in needed if other is not lever]
        with suppress(ScenarioError):
            scenario, needed = with_levers(base, [*done, *without]), without
    return Step(scenario, tuple(needed))


def _companies(waiting: list[Lever]) -> Iterator[list[Lever]]:
    """Levers that may be valid together, the first among them: it alone, with those that name it or that it names, with those that these
    name, and so on; then with the next in order, up to all."""
    yield waiting[:1]
    own = [{text(change.path[-1]) for change in lever.changes if change.is_entry} for lever in waiting]
    named = [{name for change in lever.changes for name in _names(change)} for lever in waiting]
    inside, wider = {0}, set[int]()
    while inside != wider:
        wider = inside
        theirs, named_there = (set[str]().union(*(names[n] for n in wider)) for names in (own, named))
        inside = wider | {n for n in range(len(waiting)) if own[n] & named_there or named[n] & theirs}
        if inside != wider:
            yield [waiting[n] for n in sorted(inside)]
    for count in range(2, len(waiting) + 1):
        yield waiting[:count]


def _names(value: Any) -> Iterator[str]:
    """Every word in a value, a name perhaps: of a difference also those of its path."""
    if isinstance(value, Difference):
        yield from map(text, value.path)
        yield from _names([content(value.before), content(value.after)])
    elif isinstance(value, Mapping):
        yield from map(text, value)
        yield from _names(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, str):
        yield value


def _put(data: dict[Any, Any], path: Path, value: Any) -> None:
    """Replace a value in plain data, or remove it."""
    *above, last = path
    for step in above:
        data = data.setdefault(step, {})
    if value is None:
        data.pop(last, None)
    else:
        data[last] = to_plain(value)


def _stands_for(key: str, path: Path) -> bool:
    """Whether a key, perhaps starred, is that of a path or of something above it. Names may hold dots."""
    if not path:
        return not key
    heads = (text(path[0]), "*")
    return key in heads or any(key.startswith(f"{head}.") and _stands_for(key[len(head) + 1 :], path[1:]) for head in heads)


def _position(difference: Difference, places: Mapping[tuple[str, ...], int]) -> int:
    """Where it was first written: the earliest of its parts, each at its own key or at the nearest above."""
    found = []
    for path in written_in(difference):
        key = tuple(map(text, path))
        found.append(next((places[key[:n]] for n in range(len(key), 0, -1) if key[:n] in places), len(places)))
    return min(found)


def _keys(path: Path, node: Node) -> Iterator[tuple[Path, Node]]:
    """Every key with its value, in the order of the file."""
    if path:
        yield path, node
    below: Iterable[tuple[Any, Node]] = ()
    if isinstance(node.value, dict):
        below = node.value.items()
    elif path == ("closures",) and isinstance(node.value, list):
        first = [item.value.get("from") if isinstance(item.value, dict) else None for item in node.value]
        below = zip(by_first_day([day and day.value for day in first]), node.value, strict=True)
    for key, item in below:
        yield from _keys((*path, text(key)), item)
