"""What can be taken out of a scenario or made simpler in it, as edits of what its file says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

Raw = dict[str, Any]
Path = tuple[Any, ...]

GONE = object()
SIMPLE = (0, 1, 2, 5, 10)
"""Numbers that anyone reads at a glance, the simplest first."""
EVEN_WEEK = [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0]
NEVER_EMPTY = {"every_weeks": {1: 1}, "monthly_rate_by_week": {0: 0}, "weeks_on_claim": {"0+": 1}}
"""What is left of a map that must say something."""


class Move(NamedTuple):
    """One edit: a new value at a path, or nothing there any more."""

    path: Path
    value: Any


def edited(raw: Raw, move: Move) -> Raw | None:
    """A copy with a move made and what named the parts that are gone mended; None where there is nothing to edit any more."""
    out = deepcopy(raw)
    at: Any = out
    for key in move.path[:-1]:
        if not _has(at, key):
            return None
        above, at = at, at[key]
    last = move.path[-1]
    if not _has(at, last):
        return None
    if move.value is GONE:
        del at[last]
    else:
        at[last] = deepcopy(move.value)
    if at == {} and move.path[-2] in NEVER_EMPTY:
        above[move.path[-2]] = dict(NEVER_EMPTY[move.path[-2]])
    _mend(out)
    return None if out == raw else out


def _has(at: Any, key: Any) -> bool:
    return key in at if isinstance(at, dict) else isinstance(at, list) and isinstance(key, int) and key < len(at)


def size(raw: Raw) -> tuple[float, ...]:
    """How much there is to read: values and dates from which they hold, characters in them, and how large the numbers are, among which
    the days of the run."""
    items = list(walk(raw))
    values = [value for _, value in items if not isinstance(value, (dict, list))]
    dates = sum(isinstance(path[-1], dt.date) for path, _ in items)
    large = sum(abs(value) for value in values if _is_number(value)) + (raw["period"]["to"] - raw["period"]["from"]).days
    return len(values) + dates, sum(len(_digits(value)) for value in values), large


def _digits(value: Any) -> str:
    """The characters of a value; none in 0 and ``false``."""
    if isinstance(value, bool):
        return "true" if value else ""
    return f"{value:g}".removeprefix("0") if _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def walk(raw: Any, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, from the outside in."""
    items = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in items:
        yield (*above, key), value
        yield from walk(value, (*above, key))


# ---- the moves


def runs(raw: Raw) -> Iterator[Move]:
    """Shorter runs, the shortest first, and fewer people: they also make every later comparison quicker. And longer runs and programmes,
    which are taken only where they mend a rule, such as that a programme is open on some working day of the run."""
    first, days = raw["period"]["from"], (raw["period"]["to"] - raw["period"]["from"]).days + 1
    shorter = {1, 2, 3, 5, 7, 10, 14, *range(21, days, 7), days // 2, 3 * days // 4, days - 2, days - 1}
    for length in [*sorted(length for length in shorter if 0 < length < days), days + 1, days + 7]:
        yield Move(("period", "to"), first + dt.timedelta(days=length - 1))
    for name, programme in raw.get("programmes", {}).items():
        yield Move(("programmes", name, "open", "to"), programme["open"]["to"] + dt.timedelta(days=7))
    for name, area in raw["areas"].items():
        yield Move(("areas", name), GONE)
        for key in ("claimants", "claims_per_week"):
            yield from (Move(("areas", name, key), simpler) for simpler in simplifications((key,), area[key]))


def removals(raw: Raw) -> Iterator[Move]:
    """What can go, the largest parts first."""
    for path, _ in sorted(walk(raw), key=lambda item: -sum(1 for _ in walk(item[1]))):
        if path not in (("name",), ("period",)):
            yield Move(path, GONE)


def replacements(raw: Raw) -> Iterator[Move]:
    """What can be made simpler, numbers from the simplest, from the outside in."""
    for path, value in walk(raw):
        yield from (Move(path, simpler) for simpler in simplifications(path, value))


def simplifications(path: Path, value: Any) -> Iterator[Any]:
    """Simpler values for one that cannot go."""
    if isinstance(value, dict):
        if _is_series(value):
            yield from (entry["value"] if isinstance(entry, dict) else entry for entry in value.values())
        if path[-1] == "weeks_on_claim":
            yield {"0+": 1}
        if path[-1] == "every_weeks":
            yield from ({1: interval} for interval in value.values())
        if path[-1] == "monthly_rate_by_week":
            yield from ({0: rate} for rate in value.values())
        if path[-1] == "age_groups":
            yield from ({group: 1} for group in value)
        if set(value) & {"low", "high", "source", "announced"} and "value" in value:
            yield value["value"]
    elif path[-1] == "by_weekday":
        yield EVEN_WEEK
    elif _is_number(value):
        yield from (number for number in SIMPLE if number < abs(value) or (number in (0, 1) and value != number))
        if abs(value) > 1:
            yield from (value // 2, value // 1, value - 1)
        if 0 < value < 1:
            yield from (0.5, round(value, 1))
    elif value is True:
        yield False
    elif isinstance(value, str) and path[-1] == "working_days":
        yield "england_and_wales"


def _is_series(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(key, dt.date) for key in value)


# ---- what hangs together


def _mend(raw: Raw) -> None:
    """Take out what names a part that is gone, and let the shares of those that are left add up."""
    areas, jobcentres = raw.get("areas", {}), raw.get("jobcentres", {})
    while True:
        permanent = {name for name, j in jobcentres.items() if "temporary" not in j}
        gone = {name for name in permanent if jobcentres[name].get("area") not in areas}
        for name, j in jobcentres.items():
            _only(j, "takes_from", permanent - gone)
            _only(j, "coaches_from", permanent - gone)
            _only(j, "takes_young_from", set(areas))
            if name not in permanent and not j.get("takes_from") and not j.get("takes_young_from"):
                gone.add(name)
        if not gone:
            break
        for name in gone:
            del jobcentres[name]
    for area in areas:
        _add_up({name: j for name, j in jobcentres.items() if j.get("area") == area}, "share")
    for pool in raw.get("pools", {}).values():
        _only(pool, "jobcentres", set(jobcentres))
    _drop(raw, "pools", lambda pool: len(pool.get("jobcentres", ())) < 2)
    for closure in raw.get("closures", []):
        if "jobcentres" in closure:
            _only(closure, "jobcentres", set(jobcentres))
            closure.setdefault("jobcentres", [])
    if "closures" in raw:
        raw["closures"] = [closure for closure in raw["closures"] if closure.get("jobcentres") != []]
    for cohort in raw.get("coaches", {}).get("recruitment", {}).values():
        _only(cohort, "to", set(jobcentres))
        if isinstance(cohort.get("to"), dict):
            cohort["coaches"] = sum(cohort["to"].values())
    if not any(j.get("takes_young_from") for j in jobcentres.values()):
        raw.get("appointments", {}).pop("youth_hub_meeting", None)
    sectors = raw.get("labour_market", {}).get("sectors", {})
    _add_up(sectors, "share")
    for programme in raw.get("programmes", {}).values():
        who = programme.get("who", {})
        _only(who, "areas", set(areas))
        _only(who, "sectors", set(sectors))
        _only(programme.get("retraining", {}), "to", set(sectors))
        if not programme.get("retraining", {"to": 1}).get("to"):
            del programme["retraining"]
        _add_up(programme.get("retraining", {}).get("to", {}))
    for part in (raw.get("claimants", {}), *areas.values()):
        _add_up(part.get("age_groups", {}))


def _only(part: Raw, key: str, names: set[str]) -> None:
    """Of a map or a list below a key, what names something that is there; the key goes if nothing is left."""
    here = part.get(key)
    if isinstance(here, dict):
        part[key] = {name: value for name, value in here.items() if name in names}
    elif isinstance(here, list):
        part[key] = [name for name in here if name in names]
    if here is not None and not part[key]:
        del part[key]


def _drop(part: Raw, key: str, empty: Any) -> None:
    if key in part:
        part[key] = {name: value for name, value in part[key].items() if not empty(value)}


def _add_up(parts: Raw, key: str | None = None) -> None:
    """Let the last take what is missing from 1, or give what is too much."""
    shares = {name: part if key is None else part.get(key) for name, part in parts.items()}
    if not shares or not all(_is_number(share) for share in shares.values()):
        return
    *others, last = shares
    left = round(1 - sum(shares[name] for name in others), 10)
    if abs(left - shares[last]) < 1e-9 or not 0 <= left <= 1:
        return
    if key is None:
        parts[last] = left
    else:
        parts[last][key] = left
