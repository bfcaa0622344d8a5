"""What an experiment has to say: sentences, tables and notes, the same on the screen and in a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.show.style import Chart

LABEL, HEAD = 36, 22
"""Characters of a label, and of a heading above numbers, before it goes on to another line."""
ONE_LUCK = "The same people have the same luck at every point, so differences between points are surer than either estimate."


@dataclass(frozen=True)
class Block:
    """A table of a page.

    Attributes:
        heading: above its first column.
        head: above the others.
        rows: a label and the cells of each.
        left: the numbers of columns that hold words, from 0 for the label; numbers are set to the right.
    """

    heading: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    left: Sequence[int] = (0,)


@dataclass(frozen=True)
class Page:
    """What is said of an experiment.

    Attributes:
        title: what was asked.
        made: what was run.
        says: the answer, a paragraph each.
        blocks: tables.
        notes: how to read it.
    """

    title: str
    made: str
    says: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    notes: Sequence[str] = field(default=())


def what_was_made(info: Mapping[str, Any]) -> str:
    """Replications, seed and time taken, from ``study.json``."""
    parts = []
    if "replications" in info:
        number = info["replications"]
        parts.append(f"{number} replication{'s' * (number != 1)} at each point")
    parts.append(f"seed {info['seed']}")
    if found := info.get("found_finished"):
        parts.append(f"{found} replications from before")
    if "uncertain" in info:
        parts.append("assumptions varied within their intervals")
    return ", ".join([*parts, f"{info['seconds']:,.0f} s"])


def short_key(key: str, most: int = LABEL - 4) -> str:
    """A key, or the end of a long one that still says what it is."""
    return key if len(key) <= most else "…" + key[-(most - 2) :].partition(".")[2]


def print_page(page: Page, console: Console, out: Path | None = None, files: str = "") -> None:
    """Print a page.

    Args:
        out: the folder as the user named it.
        files: what its tables are.
    """
    console.print(Text(page.title, "bold"))
    console.print(Text(page.made, "dim"))
    for paragraph in page.says:
        console.print("", Text(paragraph), sep="\n")
    for block in page.blocks:
        console.print("", as_table(block), sep="\n")
    if page.notes:
        console.print()
    for note in page.notes:
        console.print(Text(note, "dim"))
    if out is not None:
        console.print(Text(f"\nTables:  {out}\n         {files}\nFigures: {out / 'figures'}"), soft_wrap=True)


def html(page: Page, chart: Chart | None) -> str:
    """A page with a figure for a notebook; nothing outside it is asked for."""
    parts = [f"<div><h4>{escape(page.title)}</h4><p><small>{escape(page.made)}</small></p>"]
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in page.says]
    parts += map(as_html, page.blocks)
    if page.notes:
        parts.append(f"<p><small>{escape(' '.join(page.notes))}</small></p>")
    if chart is not None:
        svg = chart.svg()
        parts.append(svg[svg.index("<svg") :])
    return "".join([*parts, "</div>"])


def as_html(block: Block) -> str:
    look = ["text-align:left" if i in block.left else "text-align:right" for i in range(len(block.head) + 1)]
    cells = "".join(
        f'<th style="padding:0 0.6em;{one}">{escape(name)}</th>' for one, name in zip(look, [block.heading, *block.head], strict=True)
    )
    parts = [f"<table><thead><tr>{cells}</tr></thead><tbody>"]
    for label, values in block.rows:
        first = f'<th scope="row" style="padding:0 0.6em;text-align:left;font-weight:normal">{escape(label)}</th>'
        rest = "".join(f'<td style="padding:0 0.6em;{one}">{escape(value)}</td>' for one, value in zip(look[1:], values, strict=True))
        parts.append(f"<tr>{first}{rest}</tr>")
    return "".join([*parts, "</tbody></table>"])


def as_table(block: Block) -> Table:
    """The first column keeps its width; headings of the others are broken where they are long."""
    labels = ["\n".join(textwrap.wrap(label, LABEL, subsequent_indent="  ")) or label for label, _ in block.rows]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("\n".join(line for part in block.heading.split("\n") for line in textwrap.wrap(part, LABEL)), no_wrap=True)
    for number, name in enumerate(block.head, start=1):
        words = number in block.left
        heading = name if words else "\n".join(line for part in name.split("\n") for line in textwrap.wrap(part, HEAD))
        table.add_column(heading, justify="left" if words else "right", no_wrap=not words)
    for label, (_, cells) in zip(labels, block.rows, strict=True):
        table.add_row(Text(label), *(Text(cell) for cell in cells))
    return table
