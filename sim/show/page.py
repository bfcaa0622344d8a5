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

from sim.show.rounding import counted
from sim.show.style import Chart

LABEL, HEAD = 36, 22
"""Characters of a label, and of a heading above numbers, before it goes on to another line."""
SHORTEST, WORDS = 16, 14
"""Characters that a label, and a column of words, have at least on a narrow screen."""
BETWEEN = 3
"""Characters between two columns."""
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
        parts.append(f"{counted(str(info['replications']), 'replications')} at each point")
    parts.append(f"seed {info['seed']}")
    if found := info.get("found_finished"):
        parts.append(f"{counted(f'{found}', 'replications')} from before")
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
        console.print("", as_table(block, console.width), sep="\n")
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


def as_table(block: Block, width: int | None = None) -> Table:
    """The first column keeps its width; headings of the others are broken where they are long.

    Args:
        width: characters of a line. Where the table would be wider, first intervals in brackets go below their numbers, then labels are
            broken sooner, so that nothing is cut.
    """
    layouts = [(block.rows, LABEL)]
    if width is not None:
        below = [(label, [cell if i in block.left else _below(cell) for i, cell in enumerate(its, 1)]) for label, its in block.rows]
        for rows in (block.rows, below):
            names = [_wrapped(block.heading, LABEL), *(_wrapped(name, LABEL, "  ") for name, _ in rows)]
            layouts += [(rows, LABEL), (rows, max(_longest(names) - (_needed(block, rows, LABEL) - width), SHORTEST))]
    rows, widest = next((one for one in layouts if width is None or _needed(block, *one) <= width), layouts[-1])
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(_wrapped(block.heading, widest), no_wrap=True)
    for number, name in enumerate(block.head, start=1):
        words = number in block.left
        table.add_column(name if words else _wrapped(name, HEAD), justify="left" if words else "right", no_wrap=not words)
    for label, cells in rows:
        table.add_row(Text(_wrapped(label, widest, "  ")), *(Text(cell) for cell in cells))
    return table


def _needed(block: Block, rows: Sequence[tuple[str, Sequence[str]]], label: int) -> int:
    """Characters of a line that a table needs with labels of so many, where columns of words may be broken between words."""
    widths = [_longest([_wrapped(block.heading, label), *(_wrapped(name, label, "  ") for name, _ in rows)])]
    for i, name in enumerate(block.head, start=1):
        column = [cells[i - 1] for _, cells in rows]
        if i in block.left:
            words = [word for text in (name, *column) for word in text.split()]
            widths.append(max(_longest(words), min(_longest([name, *column]), WORDS)))
        else:
            widths.append(_longest([_wrapped(name, HEAD), *column]))
    return sum(widths) + BETWEEN * len(block.head)


def _longest(texts: Sequence[str]) -> int:
    return max((len(line) for text in texts for line in text.split("\n")), default=0)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return "\n".join(line for part in text.split("\n") for line in textwrap.wrap(part, width, subsequent_indent=indent)) or text


def _below(cell: str) -> str:
    """A number with the interval in brackets behind it on the next line."""
    return cell.replace(" (", "\n(", 1)
