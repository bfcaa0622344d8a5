"""Where the random choices of a scenario come from, and drawing numbers and dates with them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis import strategies as st

Raw = dict[str, Any]


class Chance(Protocol):
    """Where random choices come from."""

    def one(self, *options: Any) -> Any:
        """One of the options."""

    def whole(self, low: int, high: int) -> int:
        """A whole number, both bounds included."""

    def some(self, options: list[str], at_least: int = 0) -> list[str]:
        """Some of the options, in any order."""


class ByHypothesis:
    """Choices that hypothesis can simplify when a test fails; it tends to try many variants of one scenario."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def one(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def some(self, options: list[str], at_least: int = 0) -> list[str]:
        return self.draw(st.lists(st.sampled_from(options), min_size=at_least, max_size=len(options), unique=True))


class ByNumber:
    """Choices made by a number: every number another scenario."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)

    def one(self, *options: Any) -> Any:
        return self.random.choice(options)

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def some(self, options: list[str], at_least: int = 0) -> list[str]:
        return self.random.sample(options, self.random.randint(at_least, len(options)))


@dataclass
class Drawing:
    """Draws what any part of a scenario is made of."""

    by: Chance
    start: dt.date
    days: int
    calm: bool  # coaches enough that reviews are held, and so programmes begun

    def __post_init__(self) -> None:
        self.one, self.whole, self.some = self.by.one, self.by.whole, self.by.some

    def chance(self) -> bool:
        return self.one(False, True)

    def date(self, day: int) -> str:
        return (self.start + dt.timedelta(days=day)).isoformat()

    def dated(self, *values: float) -> Any:
        """A number, or a series with one to three changes, some of them announced."""
        if self.whole(0, 4) < 4:
            return self.one(*values)
        out: dict[str, Any] = {self.date(-self.one(15, 0, 10)): self.one(*values)}
        for day in sorted({self.whole(-9, self.days + 8) for _ in range(self.whole(1, 3))}):
            entry: Raw = {"value": self.one(*values)}
            if self.chance():
                entry["announced"] = self.date(day - self.whole(0, 15))
            out[self.date(day)] = entry
        return dict(sorted(out.items()))
