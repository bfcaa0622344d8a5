"""A scenario written out: as plain data, as a file that loads back to the same, and as a fingerprint."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.scenario.numbers import ALWAYS, Provenance, Series
from sim.scenario.schema import Scenario

NOT_CONTENT = ("replications", "seed", "question")
"""Keys that say how often and why a scenario is run, not what it is."""


def dump(scenario: Scenario) -> str:
    """The whole scenario as YAML, nothing left to a default; loads back to an equal one."""
    plain = to_plain(scenario, defaults=True)
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 140 if "\\" not in repr(plain) else sys.maxsize  # the emitter can add a space where it folds escaped characters
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump(_quoted(plain), out)
    return out.getvalue()


def fingerprint(scenario: Scenario) -> str:
    """SHA-256 of the content in hexadecimal, whatever the order of keys, the seed and the number of replications."""
    content = {key: value for key, value in to_plain(scenario, defaults=True).items() if key not in NOT_CONTENT}
    canonical = json.dumps(_text_keys(content), sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def to_plain(value: Any, defaults: bool = False) -> Any:
    """A scenario, or a part of one, as a planner would write it: the shortest form that keeps everything.

    Args:
        value: a part of the schema, or plain data.
        defaults: also write keys that have their default value, unless that is nothing at all.
    """
    if isinstance(value, Series):
        return _series(value)
    if isinstance(value, Provenance):
        return _number(value)
    if isinstance(value, BaseModel):
        return dict(_items(value, defaults))
    if isinstance(value, Mapping):
        return {key: to_plain(item, defaults) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item, defaults) for item in value]
    return _tidy(value)


def _quoted(value: Any) -> Any:
    """The same, with text in double quotes where the emitter would leave it bare but no parser reads it back: ``?0``, line ends."""
    if isinstance(value, dict):
        return {_quoted(key): _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    safe = not isinstance(value, str) or (value.isprintable() and value[:1].isalnum())
    return value if safe else DoubleQuotedScalarString(value)


def _items(part: BaseModel, defaults: bool) -> list[tuple[str, Any]]:
    """The keys worth writing, in the order of the schema."""
    items = []
    for name, field in type(part).model_fields.items():
        plain = to_plain(getattr(part, name), defaults)
        default = field.get_default(call_default_factory=True)
        if plain is None or (default is not PydanticUndefined and plain == to_plain(default) and not (defaults and _says_something(plain))):
            continue
        items.append((field.alias or name, plain))
    return items


def _says_something(plain: Any) -> bool:
    return plain is not False and plain not in ({}, [], "")


def _number(number: Provenance) -> Any:
    """A number or a date: bare if that is all there is."""
    keys = ("value", "low", "high", "announced", "source", "confidence", "note")
    given = {key: _tidy(getattr(number, key)) for key in keys if getattr(number, key, None) is not None}
    return given["value"] if len(given) == 1 else given


def _series(series: Series) -> Any:
    """A constant as a number; else values by date, with the provenance that all of them share said once."""
    if list(series.by_date) == [ALWAYS] and series.by_date[ALWAYS].announced is None:
        return _number(series.by_date[ALWAYS])
    entries = {date: series.by_date[date] for date in sorted(series.by_date)}
    shared = {}
    for key in ("source", "confidence", "note"):
        said = {getattr(entry, key) for entry in entries.values()}
        if len(said) == 1 and said != {None}:
            shared[key] = said.pop()
    if not shared:
        return {date: _number(entry) for date, entry in entries.items()}
    return {"by_date": {date: _number(entry.model_copy(update=dict.fromkeys(shared))) for date, entry in entries.items()}, **shared}


def _tidy(value: Any) -> Any:
    """A whole number without its decimal point."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _text_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text_keys(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
