"""The blocks of the documentation, run as a reader would run them.

In a page, ``python`` blocks share one namespace, and a ``yaml`` block whose first line is ``# name.yaml`` is saved under that name. Of
``sh`` blocks, what begins with ``jobcentre`` is run in this process, and ``ls -1`` lists a folder. A ``text`` block shows what the block
before it printed; a line of three dots stands for any number of lines. ``text from make run`` shows part of a run too long to repeat.

``python -m tests.functional.blocks`` writes what the pages show anew, but for excerpts with dots; look at the difference before keeping it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LONG = "text from make run"
WIDTH = 100

_BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = re.compile(r"\b\d+ s$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page and where it stands."""

    kind: str
    body: str
    start: int
    end: int


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page."""
    return [Block(found["kind"].strip(), found["body"], found.start("body"), found.end("body")) for found in _BLOCK.finditer(page)]


@dataclass
class Reader:
    """Does what a page says, one block after another, in the working directory."""

    printed: str = ""
    exit_code: int = 0
    names: dict[str, Any] = field(default_factory=dict)

    def do(self, block: Block) -> None:
        """Run a block and remember what it printed.

        Raises:
            ValueError: if it is of a kind that cannot be run.
        """
        self.printed, self.exit_code = "", 0
        if block.kind == "yaml":
            name = re.match(r"# (\w+\.yaml)$", block.body.partition("\n")[0])
            if not name:
                raise ValueError(f"a yaml block must begin with a line such as '# name.yaml', not {block.body[:40]!r}")
            Path(name[1]).write_text(block.body, encoding="utf-8")
        elif block.kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block.body, "<documentation>", "exec"), self.names)
            self.printed = out.getvalue()
        elif block.kind == "sh":
            self.printed = "".join(map(self._command, commands(block.body)))
        else:
            raise ValueError(f"a block of the kind '{block.kind}' cannot be run")

    def _command(self, words: list[str]) -> str:
        if words[0] == "jobcentre":
            outcome = CliRunner().invoke(app, words[1:])
            self.exit_code = outcome.exit_code
            if outcome.exception and not isinstance(outcome.exception, SystemExit):
                raise outcome.exception
            return outcome.output if outcome.exit_code else outcome.stdout
        if words[0] == "ls":
            return "".join(f"{path.name}\n" for path in sorted(Path(words[-1]).iterdir()))
        if words[0] == "make":
            return ""  # the commands that take minutes; whether they exist is tested
        raise ValueError(f"{words[0]} cannot be run here")


def commands(body: str) -> list[list[str]]:
    """The commands of a ``sh`` block, in words."""
    lines = body.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def same(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; the seconds a run took do not count, nor do blanks at the end of a line."""
    wanted, got = (_SECONDS.sub("0 s", re.sub(r" +$", "", text.strip("\n") + "\n", flags=re.MULTILINE)) for text in (shown, printed))
    pattern = re.escape(wanted).replace(re.escape("...\n"), "...\n")
    pattern = re.sub(r"^\.\.\.\n", r"(?:.*\\n)*?", pattern, flags=re.MULTILINE)
    return re.fullmatch(pattern, got) is not None


@contextlib.contextmanager
def desk(folder: Path) -> Iterator[None]:
    """A working directory with the scenarios in reach, a screen of fixed width, and one process."""
    (folder / "scenarios").symlink_to(ROOT / "scenarios", target_is_directory=True)
    with contextlib.chdir(folder), mock.patch.dict(os.environ, {"COLUMNS": str(WIDTH)}), mock.patch("os.cpu_count", return_value=1):
        yield


def refreshed(page: str) -> str:
    """A page that shows what its blocks print now. Run in a :func:`desk`."""
    reader, parts, end = Reader(), [], 0
    for block in blocks(page):
        if block.kind == "text" and "\n...\n" not in f"\n{block.body}" and not same(block.body, reader.printed):
            parts += [page[end : block.start], re.sub(r" +$", "", reader.printed.strip("\n") + "\n", flags=re.MULTILINE)]
            end = block.end
        elif not block.kind.startswith("text"):
            reader.do(block)
    return "".join([*parts, page[end:]])


if __name__ == "__main__":
    for path in [Path(name).absolute() for name in sys.argv[1:]] or PAGES:
        with tempfile.TemporaryDirectory() as folder, desk(Path(folder)):
            path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
