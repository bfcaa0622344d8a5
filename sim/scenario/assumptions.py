"""The assumptions log: every number of a scenario with its unit, interval, source and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from pydantic import BaseModel

from sim.scenario.numbers import ALWAYS, Day, Number, Series
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path, dotted

COLUMNS = ("key", "from_date", "value", "unit", "low", "high", "source", "confidence", "note")


def assumptions(scenario: Scenario) -> pd.DataFrame:
    """One row per number, in the order of the schema, the numbers it takes by default included.

    Columns: ``key`` (dotted, as ``--set`` takes it), ``from_date`` (a date, or None where the value always holds), ``value``,
    ``unit`` (``date`` where the value is one), ``low``, ``high``, ``source``, ``confidence``, ``note`` (None where not said).
    """
    rows = [(dotted(path), *row) for path, row in _rows(scenario, ())]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _rows(value: Any, path: Path) -> Iterator[tuple[Path, tuple[Any, ...]]]:
    """Every number below a value, with its path."""
    if isinstance(value, Series):
        for date in sorted(value.by_date):
            yield path, (None if date == ALWAYS else date, *_row(value.by_date[date], value.by_date[date].unit))
    elif isinstance(value, Number):
        yield path, (None, *_row(value, value.unit))
    elif isinstance(value, Day):
        yield path, (None, *_row(value, "date"))
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _rows(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _rows(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _rows(item, (*path, number))


def _row(number: Number | Day, unit: str | None) -> tuple[Any, ...]:
    return number.value, unit, number.low, number.high, number.source, number.confidence, number.note
