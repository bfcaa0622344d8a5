"""Values for a lever as one writes them: a list, or a range with steps of numbers, amounts such as +10%, or dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from sim.scenario.changes import changed
from sim.scenario.differences import CHANGES_NO_RESULT
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.schema import Scenario
from sim.scenario.tree import Place, grow
from sim.scenario.writing import to_plain

MOST = 10_000
"""Values of a range, and points of a grid, at most."""
DAYS_A_STEP = 7
LIST = "KEY=V1,V2,... or KEY=A..B/STEP, such as coaches.absence=0.04,0.06,0.08"
_NUMBER = re.compile(r"(?P<before>[+*]?)(?P<number>-?\d+(?:\.\d+)?|-?\.\d+)(?P<after>%?)")
_RANGE = re.compile(r"(?P<low>[^/]+?)\.\.(?P<high>[^/]+?)(?:/(?P<step>.+))?")


def steps(low: str, high: str, step: str | None = None, option: str = "--vary") -> list[str]:
    """Values from one to another, both as one writes them, the last one at most the second.

    Args:
        low, high: numbers (``10``), amounts by which to move one (``+0%``, ``+5``, ``*1.2``; below zero ``-10%``), or dates.
        step: between them; 1, one per cent of an amount in per cent, or seven days if left out.
        option: what the error is said of.

    Raises:
        ScenarioError: if they are of different kinds, or run the wrong way.
    """
    days = [_date(text) for text in (low, high)]
    if None not in days:
        first, last = (day for day in days if day is not None)
        width = int(step.removesuffix("d").removesuffix(" days")) if step and step.removesuffix("d").isdecimal() else DAYS_A_STEP
        if (step and not step.removesuffix("d").isdecimal()) or width < 1:
            raise _problem(option, f"expected a step in whole days, not '{step}'")
        found = [(first + dt.timedelta(days=n)).isoformat() for n in range(0, (last - first).days + 1, width)]
        return _checked(found, low, high, f"{width} days", option)
    ends = [_amount(text) for text in (low, high)]
    if ends[0] is None or ends[1] is None or ends[0][1:] != ends[1][1:]:
        raise _problem(option, f"expected two numbers, two amounts such as +0% and +20%, or two dates, not '{low}' and '{high}'")
    wide = _NUMBER.fullmatch(step or "1")
    if wide is None or wide["before"] not in ("", ends[0][1]) or wide["after"] not in ("", ends[0][2]) or Decimal(wide["number"]) <= 0:
        raise _problem(option, f"expected a step such as 1 or 0.5, not '{step}'")
    first_number, kind, after = ends[0]
    width_of = Decimal(wide["number"])
    number = int((ends[1][0] - first_number) / width_of) + 1 if ends[1][0] >= first_number else 0
    if number > MOST:
        raise _problem(option, f"expected at most {MOST:,} values from {low} to {high}, not {number:,}: give a wider step")
    return _checked([_write(first_number + n * width_of, kind, after) for n in range(number)], low, high, step or "1", option)


def listed(text: str, option: str = "--vary", form: str = LIST) -> tuple[str, list[str]]:
    """``KEY=V1,V2,...`` or ``KEY=A..B/STEP`` as a key and its values as one writes them.

    Args:
        option, form: which the error names, and what it says was expected.

    Raises:
        ScenarioError: if it says neither.
    """
    key, equals, written = text.partition("=")
    key, written = key.strip(), written.strip()
    if not equals or not key or not written:
        raise _problem(f"{option} {text}", f"expected {form}")
    if found := _RANGE.fullmatch(written):
        return key, steps(found["low"].strip(), found["high"].strip(), found["step"] and found["step"].strip(), f"{option} {text}")
    values = _between_commas(written)
    if "" in values or len({_same(value) for value in values}) < len(values):
        raise _problem(f"{option} {text}", "expected values between commas, each once")
    return key, values


def varied(scenario: Scenario, values: Iterable[Mapping[str, Any]]) -> list[Scenario]:
    """A copy of a scenario for each set of values by key, checked again; text is read as on the command line.

    Raises:
        ScenarioError: the problems of all of them; and for a key that changes no result, such as the seed.
    """
    tree = grow(to_plain(scenario), Place("change"))
    made: list[Scenario] = []
    problems: list[Problem] = []
    for each in values:
        said = " ".join(f"--vary {key}={value}" for key, value in each.items())
        idle = [key for key in each if key in CHANGES_NO_RESULT or re.fullmatch(r"jobcentres\..+\.place(\..+)?", key)]
        problems += [Problem(said, None, None, key, "no lever: it changes no result") for key in idle]
        try:
            made.append(changed(tree, [f"{key}={value}" if isinstance(value, str) else (key, value) for key, value in each.items()]))
        except ScenarioError as error:
            problems += [Problem(said, None, None, one.key, one.message, one.nearest) for one in error.problems]
    if problems:
        raise ScenarioError(problems)
    return made


def grid(vary: Mapping[str, Iterable[Any]], option: str = "--vary") -> list[dict[str, Any]]:
    """Every combination of values, the last key changing fastest.

    Raises:
        ScenarioError: if there are none or too many, or a value comes twice.
    """
    lists = {key: list(values) for key, values in vary.items()}
    number = 1
    for key, values in lists.items():
        if len({_same(str(value)) for value in values}) < len(values):
            raise _problem(option, f"expected each value of {key} once")
        number *= len(values)
    if not lists or not 0 < number <= MOST:
        raise _problem(option, f"expected 1 to {MOST:,} combinations of values, not {number if lists else 0:,}")
    return [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]


def _checked(values: list[str], low: str, high: str, step: str, option: str) -> list[str]:
    if not values:
        raise _problem(option, f"expected a range from the lower to the higher value, not {low} to {high}")
    if len(values) == 1 and low != high:
        raise _problem(option, f"a step of {step} is wider than the range from {low} to {high}: give a smaller one")
    if len(values) > MOST:
        raise _problem(option, f"expected at most {MOST:,} values from {low} to {high}, not {len(values):,}: give a wider step")
    return values


def _same(text: str) -> str | tuple[Decimal, str, str]:
    """What a value is known by: 0.1 and 0.10 are one."""
    return _amount(text) or text


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _amount(text: str) -> tuple[Decimal, str, str] | None:
    """A number, how it is meant (``+``: to add, ``*``: to multiply, nothing: as it is), and its unit; ``-5`` is to add, as in a change."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    number, before, after = Decimal(found["number"]), found["before"], found["after"]
    if before == "*" and (after or number < 0):
        return None
    return number, "+" if after or number < 0 else before, after


def _write(number: Decimal, kind: str, after: str) -> str:
    text = format(number.normalize(), "f")
    before = "" if kind == "+" and number < 0 else kind
    return f"{before}{text}{after}"


def _between_commas(text: str) -> list[str]:
    """Parts between commas that are in no brackets or quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter in "[{") - (letter in "]}")
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _problem(where: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(where, None, None, "", message)])
