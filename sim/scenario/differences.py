"""What differs between two scenarios, key by key, and in words. Where a number comes from and how sure it is makes no difference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.numbers import ALWAYS, Day, Number, Series, say
from sim.scenario.parts import Part
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.schema import Area, Closure, Cohort, Jobcentre, Pool, Scenario
from sim.scenario.shape import shape_at
from sim.scenario.support import Programme, Sector
from sim.scenario.tree import Path, dotted, text
from sim.scenario.writing import NOT_CONTENT

CHANGES_NO_RESULT = ("name", *NOT_CONTENT, "jobcentres.*.place")
"""Keys that are for people and maps, or that a run is given by whoever starts it."""
_MOST_LISTED = 3
_LONGEST = 160
_SAME = 1e-6
"""How far ratios may be apart and still be the same: rounding in a file."""


@dataclass(frozen=True)
class Difference:
    """One key that differs. ``before`` and ``after`` are parts of the schema, or None where there is nothing."""

    path: Path
    before: Any
    after: Any

    @property
    def key(self) -> str:
        """The path as people write it, and as ``--set`` takes it; a closure, which has no name, goes by its first day."""
        return dotted(self.path)

    @property
    def is_entry(self) -> bool:
        """Whether a whole entry of a map, such as a jobcentre, was added or taken away."""
        return (self.before is None or self.after is None) and _has_names(self.path[:-1])

    @property
    def starred(self) -> Path:
        """The path with ``*`` for the names that entries of maps have."""
        return tuple("*" if _has_names(self.path[:n]) else step for n, step in enumerate(self.path))


def differences(base: Scenario, other: Scenario) -> tuple[Difference, ...]:
    """What would have to change in one scenario to have the results of another, in the order of the schema and then of their names.

    Maps of parts (areas, jobcentres, cohorts, programmes ...) are gone through entry by entry, a part key by key; numbers, lists, and
    maps of numbers, which make sense only whole, are one difference each.

    Raises:
        ScenarioError: if the scenarios do not run over the same days, so that their replications are no pairs.
    """
    unlike = []
    for path, ours, theirs in (
        (("period", "from"), base.period.from_, other.period.from_),
        (("period", "to"), base.period.to, other.period.to),
        (("working_days",), base.working_days, other.working_days),
    ):
        if ours != theirs:
            unlike.append(Problem("", None, None, dotted(path), f"cannot pair runs: '{other.name}' has {theirs}, '{base.name}' {ours}"))
    if unlike:
        raise ScenarioError(unlike)
    return tuple(_walk((), base, other))


def content(value: Any) -> Any:
    """A part of a scenario without what changes no result: sources, notes, confidence and intervals."""
    if isinstance(value, Series):
        return {date: (entry.value, entry.announced) for date, entry in value.by_date.items()}
    if isinstance(value, (Number, Day)):
        return value.value
    if isinstance(value, (Part, Mapping)):
        return {key: content(item) for key, item in _items(value).items()}
    return [content(item) for item in value] if isinstance(value, (list, tuple)) else value


def written_in(difference: Difference) -> Iterator[Path]:
    """Where in a file the difference is written: its own path or, in a map or a part, those below of what differs."""
    return _ends(difference.path, difference.before, difference.after)


def by_first_day(days: Sequence[object]) -> list[str]:
    """Names for closures: the first day shut, with a number from the second on where several begin on a day."""
    return [f"{day} ({n})" if (n := days[: number + 1].count(day)) > 1 else str(day) for number, day in enumerate(days)]


def in_words(differing: Sequence[Difference], base: Scenario, other: Scenario) -> str:
    """The same key of one or more entries, as a planner would say it."""
    if len(differing) == 1:
        return f"{differing[0].key}: {_told(differing[0])}"
    names = [_name(difference) for difference in differing]
    told, whole = [_told(difference) for difference in differing], _given(differing[0], base, other)
    what = next((way[0] for way in (told, *zip(*map(_ways, differing), strict=True)) if way[0] and len(set(way)) == 1), "")
    where = "" if len(names) == whole else f" at {_listed(names)}" if len(names) <= _MOST_LISTED else f" at {len(names)} of {whole}"
    if not what and len(names) <= _MOST_LISTED:
        what, where = ", ".join(f"{name} {change}" for name, change in zip(names, told, strict=True)), ""
    return f"{dotted(differing[0].starred)}: {what or _range(differing) or 'changed'}{where}"


def _walk(path: Path, before: Any, after: Any) -> Iterator[Difference]:
    if path == ("closures",):
        before, after = (dict(zip(by_first_day([c.from_ for c in closures]), closures, strict=True)) for closures in (before, after))
    if _both(before, after, Part) or (_both(before, after, Mapping) and _of_parts(before, after)):
        ours, theirs = _items(before), _items(after)
        for key in dict.fromkeys([*ours, *theirs]):
            yield from _walk((*path, key), ours.get(key), theirs.get(key))
    elif content(before) != content(after):
        difference = Difference(path, before, after)
        if dotted(difference.starred) not in CHANGES_NO_RESULT:
            yield difference


def _both(before: Any, after: Any, kind: type) -> bool:
    return isinstance(before, kind) and isinstance(after, kind)


def _of_parts(*maps: Mapping[Any, Any]) -> bool:
    return all(isinstance(item, Part) for entries in maps for item in entries.values())


def _items(value: Any) -> dict[Any, Any]:
    """The keys of a map or of a part, as a file writes them, with their values."""
    if isinstance(value, Part):
        return {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
    return dict(value) if isinstance(value, Mapping) else {}


def _ends(path: Path, before: Any, after: Any) -> Iterator[Path]:
    if isinstance(before, (Part, Mapping)) or isinstance(after, (Part, Mapping)):
        ours, theirs = _items(before), _items(after)
        for key in dict.fromkeys([*theirs, *ours]):
            yield from _ends((*path, key), ours.get(key), theirs.get(key))
        if before is None or after is None:
            yield path
    elif content(before) != content(after):
        yield path


def _has_names(path: Path) -> bool:
    """Whether what is at a path is a map of named parts, or the list of closures."""
    return shape_at(path).kind in (dict, list)


# In words


def _told(d: Difference) -> str:
    """What became of one key."""
    if d.after is None:
        return "taken away"
    if d.before is None:
        described = _described(d.after)
        return f"added: {described}" if described else "added"
    numbers = _numbers(d)
    if not numbers:
        joint = "becomes" if isinstance(d.before, (Series, Mapping, list)) or isinstance(d.after, (Series, Mapping, list)) else "to"
        both = f"{_said(d.before)} {joint} {_said(d.after)}"
        if len(both) > _LONGEST and _both(d.before, d.after, Series):
            return f"{len(d.before.by_date)} values by date become {len(d.after.by_date)} others"
        return both if len(both) <= _LONGEST else "changed"
    if len(numbers) > 1 and (same := next(filter(None, _ways(d)), "")):
        return same
    moved = [f"{_said_key(key)}{_number(a)} to {_number(b)}" for key, (a, b) in numbers.items() if a != b]
    return ", ".join(moved) if len(moved) <= _MOST_LISTED else _range([d]) or "changed"


def _numbers(d: Difference) -> dict[Any, tuple[float, float]]:
    """The numbers in a value before and after, by date or name; none if there are others, or it is something else that differs."""
    ours, theirs = _flat(d.before), _flat(d.after)
    if ours is None or theirs is None or list(map(str, ours)) != list(map(str, theirs)):
        return {}
    pairs = {key: (a[0], b[0]) for (key, a), b in zip(ours.items(), theirs.values(), strict=True)}
    return pairs if [a[1] for a in ours.values()] == [b[1] for b in theirs.values()] else {}


def _flat(value: Any) -> dict[Any, tuple[float, Any]] | None:
    """Values and announcements by date or name, sorted."""
    if isinstance(value, Number):
        return {ALWAYS: (value.value, None)}
    if isinstance(value, Series):
        return {date: (value.by_date[date].value, value.by_date[date].announced) for date in sorted(value.by_date)}
    if isinstance(value, Mapping) and value and all(isinstance(item, Number) for item in value.values()):
        return {name: (value[name].value, None) for name in sorted(value)}
    return None


def _ways(d: Difference) -> tuple[str, str]:
    """A difference as one relative change and as one amount, where it is one: ``+10%``; ``+3``, ``28 days later``."""
    if _both(d.before, d.after, Day):
        days = (d.after.value - d.before.value).days
        return "", f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'later' if days > 0 else 'earlier'}"
    pairs = list(_numbers(d).values())
    ratios, amounts = _ratios(pairs), [b - a for a, b in pairs]
    relative = _percent(ratios[0]) if ratios and max(ratios) - min(ratios) <= _SAME else ""
    amount = f"{_number(amounts[0], '+')}" if amounts and max(amounts) - min(amounts) <= _SAME * abs(amounts[0]) else ""
    return relative, amount


def _ratios(pairs: Iterable[tuple[float, float]]) -> list[float]:
    """What each number was multiplied by; none at all if that cannot be said of each."""
    pairs = [(a, b) for a, b in pairs if a or b]
    return [b / a for a, b in pairs] if all(a for a, _ in pairs) else []


def _range(differing: Iterable[Difference]) -> str:
    """The least and the greatest relative change."""
    ratios: list[float] = []
    for difference in differing:
        found = _ratios(_numbers(difference).values())
        if not found:
            return ""
        ratios += found
    return f"by {_percent(min(ratios))} to {_percent(max(ratios))}"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.3g}%" if abs(ratio - 1) > _SAME else "0%"


def _number(value: float, sign: str = "") -> str:
    return f"{value:{sign},.9g}"


def _said_key(key: Any) -> str:
    return "" if key == ALWAYS else f"from {key}: " if isinstance(key, dt.date) else f"{text(key)} "


def _said(value: Any) -> str:
    """A value as a planner would write it, without its provenance."""
    if isinstance(value, Series):
        dated = [(date, value.by_date[date]) for date in sorted(value.by_date)]
        known = [f", announced {entry.announced}" if entry.announced else "" for _, entry in dated]
        return "; ".join(
            _number(entry.value) + (f" from {date}" if date != ALWAYS else "") + known[n] for n, (date, entry) in enumerate(dated)
        )
    if isinstance(value, Number):
        return _number(value.value)
    if isinstance(value, Day):
        return str(value.value)
    if isinstance(value, Mapping):
        return ", ".join(f"{text(key)} {_said(item)}" for key, item in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_said, value)) or "none"
    return value if isinstance(value, str) else say(value)


def _described(value: Any) -> str:
    """What was added, in a few words; none for what its key says well enough."""
    if isinstance(value, Cohort):
        return f"{_coaches(value.coaches.value)} from {value.starts.value}"
    if isinstance(value, Jobcentre):
        desks = f"{_number(value.desks.by_date[value.desks.first].value)} desks"
        first = f"opens {value.temporary.opens.value}" if value.temporary else _coaches(value.coaches.by_date[value.coaches.first].value)
        return f"{first}, {desks}"
    if isinstance(value, Programme):
        return f"{value.open.from_.value} to {value.open.to.value}"
    if isinstance(value, Closure):
        return f"to {value.to}{f' at {_listed(value.jobcentres)}' if value.jobcentres else ''}"
    if isinstance(value, Pool):
        return ", ".join(value.jobcentres)
    if isinstance(value, Area):
        return f"{_number(value.claimants.value)} claimants"
    if isinstance(value, Sector):
        return f"{_number(value.vacancies.value)} vacancies"
    return "" if isinstance(value, Part) else _said(value)


def _coaches(number: float) -> str:
    return f"{_number(number)} {'coach' if number == 1 else 'coaches'}"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _name(d: Difference) -> str:
    """The name of the entry of a map that a difference is in."""
    return next(text(step) for n, step in enumerate(d.path) if _has_names(d.path[:n]))


def _given(d: Difference, base: Scenario, other: Scenario) -> int:
    """In how many entries that both scenarios have either says something other than the default at the starred key."""
    at = next(n for n in range(len(d.path)) if _has_names(d.path[:n]))
    if d.path[0] == "closures":
        days = [set(by_first_day([closure.from_ for closure in s.closures])) for s in (base, other)]
        return len(days[0] & days[1])
    default = content(shape_at(d.path).default)

    def said(scenario: Scenario, name: Any) -> bool:
        value: Any = scenario
        for step in (*d.path[:at], name, *d.path[at + 1 :]):
            value = _items(value).get(step)
        return value is not None and bool(content(value) != default)

    entries = [_at(scenario, d.path[:at]) for scenario in (base, other)]
    return sum(1 for name in entries[0] if name in entries[1] and (said(base, name) or said(other, name)))


def _at(scenario: Scenario, path: Path) -> dict[Any, Any]:
    value: Any = scenario
    for step in path:
        value = _items(value)[step]
    return _items(value)
