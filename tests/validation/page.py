"""The validation page: one section a kind of evidence, with what did not hold on top."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from tests.evidence import Section

INTRO = """# Validation

A model is believed when something it was not made from agrees with it. This page is written by `make validate`, which runs everything
that it shows; no figure on it is typed in. Five kinds of evidence stand here, from the strictest to the one that matters most: a second
model written from the rules alone, exact results of queueing theory, beliefs that a policy modeller would sign, faults planted on
purpose, and published figures that had no say in the model.

The first four show that the program does what [its rules](reference/rules.md) say. Only the last says something about the world, and
not much: waits, appointments and staff by jobcentre were never published. [What this model cannot tell you](background/limits.md) is a
page of its own."""


def page(sections: Mapping[str, Section], minutes: Mapping[str, float], whole: float, workers: int) -> str:
    """The page in Markdown.

    Args:
        sections: by the name of the part.
        minutes: how long each took, side by side with others.
        whole: minutes for all of them.
        workers: processes that ran at once.
    """
    failed = [f"{section.title}: {what}" for section in sections.values() for what in section.failed]
    met = "Whatever can hold or fail below holds. Published figures are compared, not judged: where they are missed, it stands there."
    verdict = met if not failed else "**Not everything holds:**\n\n" + "\n".join(f"* {what}" for what in failed)
    made = (
        f"Version {version('jobcentre-sim')}, Python {platform.python_version()}, NumPy {version('numpy')}, numba {version('numba')}; "
        f"{workers} parts at a time on {os.cpu_count()} processors, {whole:.0f} minutes in all."
    )
    table = ["| evidence | what was found | holds | minutes |", "|---|---|---|--:|"]
    for name, section in sections.items():
        holds = "**no**" if section.failed else "yes" if section.judged else "compared"
        table.append(f"| [{section.title}](#{anchor(section.title)}) | {section.summary} | {holds} | {minutes[name]:.1f} |")
    parts = [f"## {section.title}\n\n{section.text}" for section in sections.values()]
    return "\n\n".join([INTRO, verdict, "\n".join(table), made, *parts]) + "\n"


def anchor(title: str) -> str:
    """The link to a heading, as code hosts make it."""
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter in "-_")


def write(docs: Path, text: str, sections: Mapping[str, Section]) -> None:
    """Put the page and its figures into the folder of the documentation; each file is replaced whole."""
    folder = docs / "validation"
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / name: data for section in sections.values() for name, data in section.figures.items()}
    for old in folder.glob("*.svg"):
        if old not in files:
            old.unlink()
    for path, data in {**files, docs / "validation.md": text.encode()}.items():
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        part.replace(path)
