"""What the commands share: the application, their options, the progress bar, and errors in words."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from sim.scenario import Problem, Scenario, ScenarioError, load
from sim.scenario.numbers import say

app = typer.Typer(
    help="How long do jobseekers wait, and how many enter work, with these jobcentres and work coaches?",
    add_completion=False,
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file.", show_default=False)]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set a key, or move it by +10%, -5%, +3 or *1.1. Repeat for more.")
]


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number of the command line."""
    expected = f"expected a whole number from {least} to {most:,}" if most else f"expected a whole number, {least} or more"

    def parse(written: str | int) -> int:
        try:
            number = int(written)
        except ValueError:
            raise typer.BadParameter(f"{expected}, not {say(written)}") from None
        if number < least or (most is not None and number > most):
            raise typer.BadParameter(f"{expected}, not {number}")
        return number

    return parse


Replications = Annotated[
    int | None,
    typer.Option(parser=whole_number(1), metavar="NUMBER", help="How many replications; as many as the scenario says if left out."),
]
Seed = Annotated[
    int | None,
    typer.Option(parser=whole_number(0, 2**32 - 1), metavar="NUMBER", help="The seed of all luck; the one of the scenario if left out."),
]
_WORKERS = "Processes; as many as processors if left out. Changes no result."
Workers = Annotated[int | None, typer.Option(parser=whole_number(1), metavar="NUMBER", help=_WORKERS)]
_CLUSTER = "Address of a Dask scheduler, such as tcp://127.0.0.1:8786, in place of processes here. Changes no result."
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help=_CLUSTER)]
_UNCERTAIN = "Vary the assumptions within their intervals as well, with the same draws in every scenario."
Uncertain = Annotated[bool, typer.Option("--uncertain", help=_UNCERTAIN)]
_MEASURE = "A figure, such as first_meeting_wait.p90 or job_entries[area=Dudley]. Repeat for more."
Measures = Annotated[list[str] | None, typer.Option("--measure", metavar="FIGURE", help=_MEASURE)]
_OUT = "Keep tables and figures here. A stopped run goes on from there; the tables of any other run are replaced."
Out = Annotated[Path | None, typer.Option(metavar="DIR", help=_OUT)]


def share(example: str) -> Callable[[str], float]:
    """Reads a share of the command line, ``5%`` or ``0.05``."""

    def parse(written: str | float) -> float:
        text = str(written).strip()
        try:
            value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            value = -1.0
        if not 0 < value < 1:
            also = f"{float(example.removesuffix('%')) / 100:g}"
            raise typer.BadParameter(f"expected a share between 0 and 1, such as {example} or {also}, not {say(written)}")
        return value

    return parse


_stopped = threading.Event()
"""Ctrl-C was pressed. A library may lose the exception that says so, and then the next finished replication raises it again."""

Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]


@contextmanager
def errors_in_words() -> Iterator[None]:
    """What the person can put right is said on the error output, without a traceback, with exit code 2."""
    _stopped.clear()
    before = None
    with suppress(ValueError):  # not the main thread
        before = signal.signal(signal.SIGINT, _stop)
    try:
        from sim.experiment.asked import QuestionError  # takes half a second, in which someone may think better of it
        from sim.experiment.workers import RunError
        from sim.model.ledger import ConservationError

        try:
            yield
        except (ScenarioError, RunError, QuestionError) as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        except OSError as error:
            typer.echo(
                f"cannot use {error.filename}: {error.strerror.lower()}" if error.filename and error.strerror else str(error), err=True
            )
            raise typer.Exit(2) from None
        except ConservationError as error:
            typer.echo(f"stopped, since the model contradicts itself: {error}", err=True)
            raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("stopped; with --out, the same command goes on from here", err=True)
        raise typer.Exit(130) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _stop(*signal: object) -> None:
    _stopped.set()
    raise KeyboardInterrupt


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar of finished replications on the error output."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task("replications", total=None)

        def tell(done: int, total: int) -> None:
            if _stopped.is_set():
                raise KeyboardInterrupt
            bar.update(task, completed=done, total=total)

        yield tell


def load_all(files: list[Path], changes: list[str]) -> list[Scenario]:
    """All scenarios, or the problems of all of them."""
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for file in files:
        try:
            scenarios.append(load(file, changes))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return scenarios


def say_on(console: Console, text: str) -> None:
    console.print(Text(text))
