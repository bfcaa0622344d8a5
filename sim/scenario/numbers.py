"""Numbers as a planner writes them: bare, with an interval and a source, or as a series by date.

Three types, each accepting every shorter way of writing it:

* :class:`Number`  ``0.52`` or ``{value: 0.52, low: 0.45, high: 0.60, source: ..., confidence: ...}``
* :class:`Series`  a number, or ``{2020-07-01: 0.4, 2021-07-19: {value: 1.0, announced: 2021-07-05}}``,
  or ``{by_date: {...}, low: -10%, high: +10%, source: ..., confidence: ...}`` where the provenance covers every entry
* :class:`Day`     a date, or ``{value: 2021-09-01, source: ..., confidence: ...}``

A field says its unit and its bounds with ``Annotated[Number, Unit("share", 0, 1)]``; the unit travels with the value into the
assumptions log.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, StrictFloat, ValidationError, model_validator
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

Confidence = Literal["seen", "seen (2ndary)", "derived", "recalled", "assumption", "policy"]
"""How far a value can be trusted. ``policy`` marks what a planner chooses; ``assumption`` what nobody has published."""

NEEDS_SOURCE = ("seen", "seen (2ndary)", "derived")
SHARED = ("low", "high", "source", "confidence", "note")
"""What a series may state once for all its values."""
ALWAYS = dt.date.min
"""The date from which an undated value holds."""


def _date(data: Any) -> dt.date:
    """A date or its ISO text; never a number, which pydantic would count as seconds since 1970."""
    if isinstance(data, dt.date) and not isinstance(data, dt.datetime):
        return data
    if isinstance(data, str):
        try:
            return dt.date.fromisoformat(data)
        except ValueError:
            pass
    raise PydanticCustomError("date", "expected a date such as 2021-09-01, not {got}", {"got": say(data)})


Date = Annotated[dt.date, BeforeValidator(_date)]
"""A calendar day."""


class Provenance(BaseModel):
    """Where a value comes from, how sure it is, and the range it might as well have."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    source: str | None = None
    confidence: Confidence | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _claims_need_a_source(self) -> Self:
        if self.confidence in NEEDS_SOURCE and not self.source:
            raise PydanticCustomError("source", "expected a source, since confidence is '{c}'", {"c": self.confidence})
        return self


class Number(Provenance):
    """One number with its interval and provenance."""

    value: StrictFloat
    low: StrictFloat | None = None
    high: StrictFloat | None = None
    unit: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_bare(cls, data: Any) -> Any:
        if isinstance(data, Number):
            return data if isinstance(data, cls) else data.model_dump()
        if is_bare(data):
            return {"value": data}
        if not isinstance(data, Mapping):
            raise PydanticCustomError(
                "number", "expected a number, or a map with value, low, high, source, confidence, not {got}", {"got": say(data)}
            )
        return _percent_bounds(data, data.get("value"))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise PydanticCustomError(
                "interval",
                "expected low <= value <= high, not {l}, {v}, {h}",
                {"l": f"{low:.12g}", "v": f"{self.value:.12g}", "h": f"{high:.12g}"},
            )
        return self

    def __float__(self) -> float:
        return self.value

    def __int__(self) -> int:
        return round(self.value)


class Entry(Number):
    """One value of a series, from its date on."""

    announced: Date | None = None


class Series(BaseModel):
    """A number that may change on given dates; each value holds from its date on until the next."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_date: dict[Date, Entry]

    @model_validator(mode="before")
    @classmethod
    def _accept_shorter_forms(cls, data: Any) -> Any:
        if isinstance(data, Series):
            return data
        if isinstance(data, Number) or is_bare(data) or (isinstance(data, Mapping) and "value" in data):
            return {"by_date": {ALWAYS: data}}
        if not isinstance(data, Mapping) or not data:
            raise PydanticCustomError("series", "expected a number, or numbers by date, not {got}", {"got": say(data)})
        by_date = data.get("by_date", data)
        if not isinstance(by_date, Mapping) or not by_date:
            _raise([_complaint("by_date", f"expected numbers by date, not {say(by_date)}", ("by_date",))])
        if len({str(date) for date in by_date}) < len(by_date):
            _raise([_complaint("by_date", "expected each date once", ("by_date",))])
        if by_date is data:
            return {"by_date": data}
        shared = {k: data[k] for k in data if k != "by_date"}
        _raise(_complaint("extra", "unknown key", (str(key),)) for key in shared if key not in SHARED)
        return {"by_date": {date: _with(shared, entry) for date, entry in by_date.items()}}

    @model_validator(mode="after")
    def _announced_in_time(self) -> Self:
        _raise(
            _complaint("announced", f"expected no later than the date itself, {date}", ("by_date", date.isoformat(), "announced"))
            for date, entry in self.by_date.items()
            if entry.announced is not None and entry.announced > date
        )
        return self

    @property
    def first(self) -> dt.date:
        """The date from which the series has a value."""
        return min(self.by_date)

    def changes(self) -> dict[dt.date, dt.date]:
        """The date of each change after the first value, and the date on which it becomes known."""
        return {date: self.by_date[date].announced or date for date in sorted(self.by_date)[1:]}

    def daily(self, start: dt.date, days: int, known_on: dt.date | None = None) -> NDArray[np.float64]:
        """Values for ``days`` calendar days from ``start``, shape (days,), as known on a date (default: each day's own truth).

        The value before the first date is the first value.
        """
        dates = sorted(self.by_date)
        if known_on is not None:
            dates = [d for d in dates if d == dates[0] or (self.by_date[d].announced or d) <= known_on]
        out = np.full(days, self.by_date[dates[0]].value)
        for date in dates[1:]:
            out[max(0, min(days, (date - start).days)) :] = self.by_date[date].value
        return out

    def on(self, date: dt.date) -> float:
        """The value that holds on a date."""
        return float(self.daily(date, 1)[0])


class Day(Provenance):
    """A date with its interval and provenance."""

    value: Date
    low: Date | None = None
    high: Date | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_bare(cls, data: Any) -> Any:
        return data if isinstance(data, (Mapping, Day)) else {"value": data}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (self.low or self.value) <= self.value <= (self.high or self.value):
            raise PydanticCustomError("interval", "expected low <= value <= high")
        return self


@dataclass(frozen=True)
class Unit:
    """The unit and the bounds of a :class:`Number` or :class:`Series`, for use in ``Annotated``."""

    name: str
    at_least: float = -math.inf
    at_most: float = math.inf
    whole: bool = False
    above: float = -math.inf

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, given: Number | Series) -> Number | Series:
        """The same value with its unit, if every value and bound in it is within bounds."""
        if isinstance(given, Number):
            _raise(self._complaints(given, ()))
            return given.model_copy(update={"unit": self.name})
        _raise([c for date, entry in given.by_date.items() for c in self._complaints(entry, ("by_date", date.isoformat()))])
        return given.model_copy(update={"by_date": {d: e.model_copy(update={"unit": self.name}) for d, e in given.by_date.items()}})

    def _complaints(self, number: Number, at: tuple[str, ...]) -> list[InitErrorDetails]:
        if number.unit is not None and number.unit != self.name:
            return [_complaint("unit", f"expected the unit '{self.name}', not '{number.unit}'", (*at, "unit"))]
        return [
            _complaint("bounds", f"expected {self.describe()}, not {value:.12g}", (*at, key))
            for key, value in (("value", number.value), ("low", number.low), ("high", number.high))
            if value is not None and not self._holds(value)
        ]

    def _holds(self, value: float) -> bool:
        return self.at_least <= value <= self.at_most and value > self.above and (not self.whole or value == round(value))

    def describe(self) -> str:
        """The bounds in words, such as ``a share from 0 to 1``."""
        if self.name.endswith("s") or " per " in self.name or self.name == "people":
            words = f"a {'whole ' * self.whole}number of {self.name}"
        else:
            words = f"{'whole-number ' * self.whole}{self.name}"
            words = f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
        if self.above > -math.inf:
            words += f" above {self.above:,.12g}"
        if self.at_least > -math.inf and self.at_most < math.inf:
            return f"{words} from {self.at_least:,.12g} to {self.at_most:,.12g}"
        if self.at_least > -math.inf:
            return f"{words}, {self.at_least:,.12g} or more"
        return f"{words}, at most {self.at_most:,.12g}" if self.at_most < math.inf else words


def _complaint(kind: str, message: str, at: tuple[str, ...]) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError(kind, "{message}", {"message": message}), loc=at, input=None)


def _raise(complaints: Iterable[InitErrorDetails]) -> None:
    """Report all of them at once, each at its own key."""
    if found := list(complaints):
        raise ValidationError.from_exception_data("number", found)


def is_bare(data: Any) -> bool:
    """Whether it is a plain number."""
    return isinstance(data, (int, float)) and not isinstance(data, bool)


def say(data: Any) -> str:
    """A value as an error message names it."""
    if data is None:
        return "nothing"
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, str):
        short = data if len(data) <= 60 else f"{data[:57]}..."
        return f"'{short}'" if short.isprintable() else repr(short)
    if isinstance(data, (list, Mapping)):
        return f"{'a' if data else 'an empty'} {'list' if isinstance(data, list) else 'map'}"
    return str(data)


def _percent_bounds(data: Mapping[Any, Any], value: Any) -> dict[Any, Any]:
    """Turn ``low: -10%`` into a number, relative to the value."""
    out = dict(data)
    for key in ("low", "high"):
        bound = out.get(key)
        if isinstance(bound, str) and bound.strip().endswith("%") and is_bare(value):
            try:
                out[key] = value * (1 + float(bound.strip()[:-1]) / 100)
            except ValueError:
                _raise([_complaint("interval", f"expected a number or a percentage such as -10%, not '{bound}'", (key,))])
    return out


def _with(shared: dict[str, Any], entry: Any) -> Any:
    """An entry of a series with the provenance that its series states for all."""
    own = {"value": entry} if is_bare(entry) else entry
    return {**shared, **own} if isinstance(own, Mapping) else entry
