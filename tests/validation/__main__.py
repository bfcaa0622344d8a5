"""``python -m tests.validation`` runs all the evidence and writes docs/validation.md (``make validate``).

``--only exact`` runs one part and prints it, without writing the page.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from tests.evidence import Section, root
from tests.validation import beliefs, exact, faults, oracle, page, published

PARTS: dict[str, Callable[[int], Section]] = {
    "oracle": oracle.section,
    "exact": exact.section,
    "beliefs": beliefs.section,
    "faults": faults.section,
    "published": published.section,
}


def main() -> int:
    """Exit code 1 if something does not hold; the page says what."""
    arguments = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    arguments.add_argument("--only", choices=PARTS)
    arguments.add_argument("--workers", type=int, default=2)
    chosen = arguments.parse_args()
    sections, minutes = {}, {}
    for name, part in PARTS.items():
        if chosen.only in (None, name):
            began = time.monotonic()
            sections[name] = part(chosen.workers)
            minutes[name] = (time.monotonic() - began) / 60
            print(f"{name}: {minutes[name]:.1f} minutes; {sections[name].summary}", flush=True)
    if chosen.only:
        print(sections[chosen.only].text)
    else:
        page.write(root() / "docs", page.page(sections, minutes, chosen.workers), sections)
    failed = [what for section in sections.values() for what in section.failed]
    for what in failed:
        print(f"DOES NOT HOLD: {what}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
