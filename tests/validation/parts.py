"""The parts of the validation page, each a module here with a function ``section``."""

from __future__ import annotations

import importlib
import time

from tests.evidence import Section

PARTS = ("oracle", "exact", "beliefs", "faults", "published")
"""In the order of the page."""
LONGEST_FIRST = ("published", "faults", "oracle", "exact", "beliefs")


def part(name: str, workers: int) -> tuple[Section, float]:
    """One part of the page, and the minutes it took."""
    began = time.monotonic()
    section: Section = importlib.import_module(f"tests.validation.{name}").section(workers)
    return section, (time.monotonic() - began) / 60
