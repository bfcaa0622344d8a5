"""Docstrings taken apart, for the reference pages: what is said of a thing, and of each of its arguments and attributes."""

from __future__ import annotations

import inspect
import re
from typing import Any

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises):$", re.MULTILINE)
_ENTRY = re.compile(r"^(\w+(?:, \w+)*): ", re.MULTILINE)


def said(thing: Any, first_only: bool = False) -> str:
    """What comes before the first section, on one line; of that the first paragraph only if so asked."""
    text = _SECTION.split(inspect.getdoc(thing) or "")[0].strip()
    return plain(text.partition("\n\n")[0] if first_only else text)


def entries(thing: Any, section: str) -> dict[str, str]:
    """What is said of each argument, attribute or error, by name; several that share a line have the same text."""
    pieces = _SECTION.split(inspect.getdoc(thing) or "")
    body = dict(zip(pieces[1::2], pieces[2::2], strict=True)).get(section, "")
    inside = "\n".join(line[4:] for line in re.split(r"^(?=\S)", body.strip("\n"), maxsplit=1, flags=re.MULTILINE)[0].splitlines())
    found = _ENTRY.split(inside)
    return {name: plain(text) for names, text in zip(found[1::2], found[2::2], strict=True) for name in names.split(", ")}


def plain(text: str) -> str:
    """One line of Markdown: roles and double backticks as code."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return " ".join(text.replace("``", "`").split())


def cell(text: str) -> str:
    """Text for a cell of a table."""
    return text.replace("|", "\\|")
