"""Numbers as people read them: rounding, units and dates, the same on the screen, in notebooks and in figures."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

BLANK = "–"

UNITS = {"share": "", "date": "", "people per coach": "people", "vacancies per person": "", "pounds": ""}


ONE = {"people": "person", "vacancies": "vacancy", "percentage points": "percentage point", "full-time equivalents": "full-time equivalent"}
ONE |= {"days": "day", "working days": "working day", "places": "place", "hours": "hour", "weeks": "week"}
ONE |= {"replications": "replication", "values": "value", "minutes": "minute", "coaches": "coach", "desks": "desk"}
"""Units of which there is one."""
MOST_PLACES = 6
"""Decimals, at most, where fewer would make numbers look the same, or like nothing."""


def rounded(estimate: float, low: float, high: float, unit: str, beside: float = math.nan) -> tuple[str, str]:
    """An estimate and its interval, down to the first digit of half the half width (the standard error), at most two decimals.

    Args:
        beside: a number that an end of the interval is not to look like, unless it is the same; more digits are shown then.
    """
    if not math.isfinite(estimate):
        return BLANK, BLANK
    if unit == "date":
        return day(estimate), f"{day(low)} to {day(high)}" if math.isfinite(low + high) else BLANK
    form = number_form(unit, estimate)
    places = form.places(estimate, (high - low) / 2)
    while places < MOST_PLACES and any(
        beside != end and math.isfinite(beside) and form.text(end, places) == form.text(beside, places) for end in (low, high)
    ):
        places += 1
    text = [form.text(value, places) for value in (estimate, low, high)]
    return text[0], f"{text[1].removesuffix(form.after)} to {text[2].removeprefix(form.before)}" if math.isfinite(low + high) else BLANK


def signed(value: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """A difference with its sign, and its interval; blank where there is none, nothing where it cannot be but zero."""
    if not math.isfinite(value) or (value == 0 and (low == high or math.isnan(low))):
        return ("", "") if value == 0 else (BLANK, BLANK)
    form = number_form("days" if unit == "date" else unit, value, differs=True)
    places = enough_places(form, form.places(value, (high - low) / 2), low, high)
    text = [form.text(one, places, sign=True) for one in (value, low, high) if math.isfinite(one)]
    if len(text) < 3:
        return text[0], BLANK
    if low > 0 == round(form.scale * low, places):
        text[1] = "just above 0"
    if high < 0 == round(form.scale * high, places):
        text[2] = "just below 0"
    return text[0], f"{text[1]} to {text[2]}"


def with_half(value: float, low: float, high: float, unit: str, *, sign: bool = True) -> str:
    """``-1.21 ±0.08``: a difference, or with no sign any number, and half its interval; blank where there is none."""
    if not math.isfinite(value):
        return BLANK
    form = number_form("days" if unit == "date" else unit, value, differs=True)
    half = max(high - value, value - low)
    if not math.isfinite(half) or half <= 1e-12 * abs(value):  # nothing but rounding
        return form.text(value, form.places(value, math.nan), sign=sign)
    places = form.places(value, half)
    while places < MOST_PLACES and round(form.scale * half, places) == 0:
        places += 1
    return f"{form.text(value, places, sign=sign)} ±{form.text(half, places)}"


def plain(value: float, unit: str = "") -> str:
    """A number without an interval: three digits, at most two decimals."""
    return rounded(value, math.nan, math.nan, "pounds" if unit.startswith("pounds") else unit)[0]


def in_unit(value: float, unit: str, *, differs: bool = False) -> str:
    """``5.34 working days``, ``92%``; of a difference ``3.1 percentage points``."""
    if not math.isfinite(value) or (unit == "date" and not differs):
        return plain(value, unit)
    form = number_form(unit, value, differs=differs)
    name = form.name if differs or unit != "share" else ""
    return counted(form.text(value, form.places(value, math.nan)), name)


def counted(text: str, unit: str) -> str:
    """A written number of a unit: ``1 percentage point``, ``1.0 percentage points``."""
    return f"{text} {ONE.get(unit, unit) if text.lstrip('+-') == '1' else unit}".rstrip()


def zone(half: float, unit: str) -> str:
    """A difference that does not matter."""
    return counted(f"{100 * half:.6g}", "percentage points") if unit == "share" else counted(f"{half:.6g}", unit)


def day(days: float) -> str:
    """A day since 1970-01-01 as a date."""
    return date(dt.date(1970, 1, 1) + dt.timedelta(round(days))) if math.isfinite(days) else BLANK


def date(when: dt.date) -> str:
    """``12 Sep 2021``."""
    return f"{when.day} {when:%b %Y}"


@dataclass(frozen=True)
class Form:
    """How numbers of a unit are written: times a scale, between signs, with at most so many decimals; and the unit by name."""

    scale: float = 1
    before: str = ""
    after: str = ""
    most: int = 2
    name: str = ""

    def places(self, value: float, half: float) -> int:
        """Decimals to show, negative for tens and hundreds."""
        value, half = self.scale * value, self.scale * half
        if math.isfinite(half) and half > 0:
            return min(self.most, -math.floor(math.log10(half / 2)))
        return 0 if value == round(value) else min(self.most, max(0, 2 - math.floor(math.log10(abs(value)))))

    def text(self, value: float, places: int, sign: bool = False) -> str:
        value = round(self.scale * value, places) + 0.0  # no minus before a zero
        signed = "-" if value < 0 else "+" if sign and value else ""
        return f"{signed}{self.before}{abs(value):,.{max(0, places)}f}{self.after}"


def number_form(unit: str, value: float, *, differs: bool = False) -> Form:
    """How a number of that size is written, and named in a difference."""
    if unit == "share":
        return Form(100, "", "" if differs else "%", 1, "percentage points")
    if unit == "pounds":
        return Form(1e-6, "£", "m") if abs(value) >= 1e6 else Form(1, "£", "", 0)
    if unit == "date":
        return Form(most=1, name="days")
    return Form(name=UNITS.get(unit) or unit)


def enough_places(form: Form, places: int, low: float, high: float) -> int:
    """Decimals with which an interval does not look like nothing, and one without a zero not as if it had one; of its end far from zero
    no more than two digits, so that the near end may still be written as 0."""
    near, far = sorted(form.scale * abs(end) for end in (low, high))
    if not (math.isfinite(far) and round(far, MOST_PLACES) > 0):
        return places
    first = -math.floor(math.log10(far))  # decimals with which one digit of the far end is seen
    if low * high > 0:
        while round(near, places) == 0 and places <= min(first, MOST_PLACES - 1):
            places += 1
    elif round(far, places) == 0:
        places = min(first, MOST_PLACES)
    while places < MOST_PLACES and (high - low) * form.scale > 1e-9 * far and form.text(low, places) == form.text(high, places):
        places += 1  # an interval is no point
    return places
