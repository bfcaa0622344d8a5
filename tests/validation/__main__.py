"""``python -m tests.validation`` runs all the evidence and writes docs/validation.md (``make validate``).

``--only exact`` runs one part and prints it, without writing the page. Parts run side by side, each in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.evidence import root
from tests.validation import page
from tests.validation.parts import LONGEST_FIRST, PARTS, part


def main() -> int:
    """Exit code 1 if something does not hold; the page says what."""
    arguments = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    arguments.add_argument("--only", choices=PARTS)
    arguments.add_argument("--workers", type=int, default=2)
    chosen = arguments.parse_args()
    began, sections, minutes = time.monotonic(), {}, {}
    if chosen.only:
        sections[chosen.only], minutes[chosen.only] = part(chosen.only, chosen.workers)
        print(sections[chosen.only].text)
    else:
        with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
            running = {name: pool.submit(part, name, 1) for name in LONGEST_FIRST}
            for name in PARTS:
                sections[name], minutes[name] = running[name].result()
        page.write(root() / "docs", page.page(sections, minutes, (time.monotonic() - began) / 60, chosen.workers), sections)
    for name, section in sections.items():
        print(f"{name}: {minutes[name]:.1f} minutes; {section.summary}")
        for what in section.failed:
            print(f"DOES NOT HOLD: {section.title}: {what}", file=sys.stderr)
    return int(any(section.failed for section in sections.values()))


if __name__ == "__main__":
    sys.exit(main())
