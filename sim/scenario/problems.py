"""What is wrong with a scenario, said so that it can be put right: where, which key, what was expected, the nearest valid name."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to put right. Lines and columns count from 1; a change on the command line has none."""

    file: str
    line: int | None
    column: int | None
    key: str
    message: str
    nearest: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        hint = f"; did you mean '{self.nearest}'?" if self.nearest else ""
        return ": ".join(part for part in (place, self.key, self.message + hint) if part)


class ScenarioError(Exception):
    """Everything wrong with a scenario, in the order of the file, one problem a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_position))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(name: object, names: Iterable[object]) -> str:
    """The valid name most like one that is not, or nothing if none is like it."""
    wrong, options = str(name), sorted(map(str, names))
    if len(wrong) > 2 and len(begun := [option for option in options if option.startswith(wrong)]) == 1:
        return begun[0]
    found = difflib.get_close_matches(wrong, options, n=1, cutoff=0.6)
    return found[0] if found else ""


def _position(problem: Problem) -> tuple[str, float, float, str, str]:
    line, column = (math.inf if n is None else n for n in (problem.line, problem.column))
    return problem.file, line, column, problem.key, problem.message
