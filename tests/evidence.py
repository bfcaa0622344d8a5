"""What a piece of evidence is: shared by the tests, which assert it, and by ``make validate``, which writes it down.

A check holds if what the model gave is within so many standard errors of what something else says it should be. How often a model
that is right would fail by chance, and how wrong a model must be to be caught, are part of the check, so that nobody has to guess
what passing is worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import stats

CAUGHT = 0.99
"""How surely a model as wrong as ``Check.sees`` is caught."""


@dataclass(frozen=True)
class Check:
    """One figure of the model beside what it should be.

    Args:
        what: the figure, in words.
        expected: what an exact result or an identity says it is.
        observed: what the model gave.
        error: standard error of ``observed``; 0 where both must be equal.
        size: how much was run, in words.
        degrees: degrees of freedom of the standard error; None where it is known exactly and the statistic is normal.
        allowed: how many standard errors either way are let pass.
        tolerance: for what must be equal, how far rounding may take it.
    """

    what: str
    expected: float
    observed: float
    error: float
    size: str
    degrees: float | None = None
    allowed: float = 5.0
    tolerance: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the figure is close enough; never with a figure that is not a number."""
        return bool(abs(self.observed - self.expected) <= self.allowed * self.error + self.tolerance)

    @property
    def distance(self) -> float:
        """How many standard errors apart."""
        return (self.observed - self.expected) / self.error if self.error else 0.0 if self.holds else np.inf

    @property
    def miss(self) -> float:
        """Probability that a model that is right fails."""
        if not self.error:
            return 0.0
        return float(2 * (stats.norm.sf(self.allowed) if self.degrees is None else stats.t.sf(self.allowed, self.degrees)))

    @property
    def sees(self) -> float:
        """Relative error of the model that is caught with a probability of ``CAUGHT``."""
        return (self.allowed + float(stats.norm.ppf(CAUGHT))) * self.error / abs(self.expected) if self.expected else np.nan

    def __str__(self) -> str:
        return f"{self.what}: {self.observed:.6g}, expected {self.expected:.6g} ± {self.allowed:g} × {self.error:.2g} ({self.size})"


@dataclass(frozen=True)
class Section:
    """One part of the validation page.

    Args:
        title: its heading.
        text: Markdown, without the heading; figures by their file names.
        failed: what did not hold, in words; empty if everything did.
        figures: files by name, as bytes of SVG.
        summary: one line for the top of the page.
        judged: whether it can hold or fail; else it only compares.
    """

    title: str
    text: str
    summary: str
    failed: list[str] = field(default_factory=list)
    figures: dict[str, bytes] = field(default_factory=dict)
    judged: bool = True


def failures(checks: Iterable[Check]) -> list[str]:
    """Those that do not hold, in words."""
    return [str(check) for check in checks if not check.holds]


def figure(value: float, digits: int = 4) -> str:
    """A number with so many significant digits and thousands separated, or a dash."""
    if not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{places}f}" if abs(value) >= 1e-4 else f"{value:.1e}"


def table(checks: Iterable[Check]) -> str:
    """The checks as a table in Markdown."""
    lines = [
        "| what | exact | model | standard errors apart | size | a right model fails | caught in 99 of 100 |",
        "|---|--:|--:|--:|---|--:|--:|",
    ]
    for check in checks:
        apart = f"{check.distance:+.1f} of {check.allowed:g}" if check.error else "equal" if check.holds else "**unequal**"
        fails = f"{check.miss:.0e}" if check.error else "never"
        caught = f"{check.sees:.1%} off" if check.error and np.isfinite(check.sees) else "–" if check.error else "any"
        lines.append(
            f"| {check.what} | {figure(check.expected)} | {figure(check.observed)} | {apart} | {check.size} | {fails} | {caught} |"
        )
    return "\n".join(lines)


def root() -> Path:
    """The project's folder."""
    return Path(__file__).parents[1]
