"""Writes ``reference/commands.md`` from the commands themselves: what each answers, what it takes, and how that is written."""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer

from docs.docstrings import cell, entries, said
from sim.cli import app
from sim.cli.options import errors_in_words
from sim.experiment.asked import Figure, Promise, QuestionError, read_value
from sim.experiment.workers import RunError
from sim.model.ledger import ConservationError
from sim.scenario import Problem, Scenario, ScenarioError, load
from sim.scenario.assumptions import assumptions
from sim.scenario.changes import change
from sim.scenario.grid import listed, steps
from sim.scenario.levers import levers

SCENARIOS = Path(__file__).parents[1] / "scenarios"

PAGE = """\
# Every command and option

*Written by `docs/make_reference.py` from the commands themselves: change the text there, in `sim/cli/`.*

`jobcentre` has a command for each question, and `--help` after it prints what is said here. Each is a function
[in Python](python.md) too, but for `check` and `assumptions`. What a figure counts is said under [every measure](measures.md), what a
key means under [every key of a scenario](scenario.md).

{index}

## Options that most commands have

A command that has one of these says so below by its name.

{shared}

{commands}

{forms}
"""

ORDER = ("check", "assumptions", "run", "compare", "explain", "sweep", "seek", "sites", "sensitivity")
PAGES = {
    "check": "../tutorial.md#look-before-you-run",
    "assumptions": "../tutorial.md#how-sure-is-that",
    "run": "../how-to/how_many_replications.md",
    "compare": "../how-to/vary_and_compare.md",
    "explain": "../how-to/explain_a_difference.md",
    "sweep": "../how-to/sweep_a_grid.md",
    "seek": "../how-to/keep_a_promise.md",
    "sites": "../how-to/choose_sites.md",
    "sensitivity": "../how-to/which_assumptions_matter.md",
}
"""Where each command is used to answer a question."""
MANY = 4
"""Commands with the same option from which on it is told once for all."""
TAKES = {
    "FILE": "a scenario file",
    "BASE": "a scenario file",
    "OTHER": "a scenario file",
    "OTHER...": "scenario files",
    "KEY=VALUE": "[a change](#a-lever-and-a-change-of-it)",
    "KEY": "[a lever](#a-lever-and-a-change-of-it)",
    "KEY=VALUES": "[a lever and its values](#values-of-a-lever)",
    "VALUE": "[a value](#values-of-a-lever)",
    "STEP": "[a step](#values-of-a-lever)",
    "FIGURE": "[a figure](#a-figure)",
    "PROMISE": "[a promise](#a-promise)",
    "NAME=KEY,...": "[a group](#a-group-of-levers)",
    "NAME": "a name",
    "ASSUMPTION": "a key of the log of assumptions, such as `coaches.absence`",
    "ADDRESS": "an address",
    "DIR": "a folder",
    "PATH": "a file",
}
CHANGES = ("coaches.absence=0.08", "coaches.absence=+10%", "jobcentres.*.desks=+2", "jobcentres.*.coaches=*1.1", "jobcentres.Library=null")
VALUES = (
    "coaches.absence=0.04,0.06,0.08",
    "coaches.absence=0.04..0.08/0.01",
    "jobcentres.*.coaches=+0%..+20%/5%",
    "jobcentres.*.coaches=-2..+2",
    "coaches.recruitment.autumn.starts=2020-09-07..2020-10-12/14",
    "coaches.recruitment.autumn.starts=2020-09-07..2020-09-28",
)
FIGURES = (
    "review_delay",
    "first_meeting_wait.p90",
    "job_entries[area=Dudley]",
    "first_meeting_wait.p90[jobcentre=Halesowen]",
    "claims[age_group=16-24]",
    "programme_starts[area=Dudley, programme=Kickstart]",
)
PROMISES = ("first_meeting_within_target >= 90%", "first_meeting_wait.p90 <= 12", "backlog_cleared <= 2021-06-30")


def page() -> str:
    """The text of ``reference/commands.md``."""
    group: Any = typer.main.get_command(app)
    commands = group.commands
    assert set(commands) == set(ORDER), "a command without a place here"
    every = [option for command in commands.values() for option in options(command)]
    shared = {row[0]: row for row in map(_row, every) if sum(_row(other) == row for other in every) >= MANY}
    index = "\n".join(f"* [`jobcentre {name}`](#{name}): {_first_sentence(commands[name])}" for name in ORDER)
    told = "\n\n".join(_command(name, commands[name], shared) for name in ORDER)
    return PAGE.format(index=index, shared=_table(shared.values()), commands=told, forms="\n\n".join(form() for form in FORMS))


def options(command: Any) -> list[Any]:
    """What a command takes after its name and files."""
    return [part for part in command.params if part.param_type_name == "option"]


def _command(name: str, command: Any, shared: dict[str, tuple[str, ...]]) -> str:
    """A command: its question, how it is written, its own options in full, and the others by name."""
    files = [part for part in command.params if part.param_type_name == "argument"]
    must = " ".join(f"{part.opts[0]} {part.metavar}" for part in options(command) if part.required)
    synopsis = " ".join(filter(None, ["jobcentre", name, *(part.metavar for part in files), must, "[OPTIONS]"]))
    own = [row for part in options(command) if (row := _row(part)) != shared.get(row[0])]
    common = [part.opts[0] for part in options(command) if _row(part) == shared.get(part.opts[0])]
    lines = [f"## {name}", command.help, f"`{synopsis}`", f"To see it used: [{title(PAGES[name])}]({PAGES[name]})."]
    told = [(f"`{part.metavar}`", TAKES[part.metavar], "must be given", part.help) for part in files]
    lines.append(_table([*told, *own], "file or option"))
    if common:
        also = ", ".join(f"`{option}`" for option in common)
        lines.append(f"Also: {also}, see [above](#options-that-most-commands-have).")
    return "\n\n".join(lines)


def _row(option: Any) -> tuple[str, ...]:
    """Name, what it takes, what holds without it, what it does."""
    return option.opts[0], takes(option), _left_out(option), option.help


def takes(option: Any) -> str:
    """What may be written after an option: what it says itself of something that it cannot read, or what its word stands for."""
    if option.is_flag:
        return "nothing"
    parser: Callable[[str], Any] | None = option.type_descriptor.parameter_info.parser
    repeated = ", more than once" if option.multiple else ""
    if parser is None:
        words = option.metavar.split("|")
        named = " or ".join(f"`{word}`" for word in words) if len(words) > 1 else TAKES[option.metavar]
        return named + repeated
    try:
        parser("?")
    except typer.BadParameter as error:
        return error.message.removeprefix("expected ").partition(", not ")[0] + repeated
    raise AssertionError(f"{option.opts[0]} takes anything")


def _left_out(option: Any) -> str:
    if option.required:
        return "must be given"
    return "–" if option.default in (None, "", False) else f"`{option.default}`"


def _table(rows: Any, first: str = "option") -> str:
    """A table of options; their names are code, unless they are already."""
    lines = [f"| {first} | takes | if left out | what it does |", "|---|---|---|---|"]
    for name, what, default, does in rows:
        lines.append(f"| {name if name.startswith('`') else f'`{name}`'} | {cell(what)} | {default} | {cell(does)} |")
    return "\n".join(lines)


def _first_sentence(command: Any) -> str:
    return command.help.split(". ")[0].rstrip(".") + "."


def title(target: str) -> str:
    """The heading of a page of the documentation."""
    text = (Path(__file__).parent / "reference" / target.partition("#")[0]).resolve().read_text(encoding="utf-8")
    return text.partition("\n")[0].removeprefix("# ")


def lever_form() -> str:
    """A lever, and ways to change it, with what becomes of a value."""
    town = load(SCENARIOS / "one_jobcentre.yaml")
    rows = []
    for written in CHANGES:
        key = written.partition("=")[0]
        rows.append((f"`--set {written}`", _values(town, key), _values(load(SCENARIOS / "one_jobcentre.yaml", [written]), key)))
    does = entries(change, "Args")["values"].partition(". ")[2].replace("None removes", "`null` removes")
    return "\n\n".join(
        [
            "## A lever, and a change of it",
            f"A lever is a dotted [key of the scenario](scenario.md). {does}",
            "In `one_jobcentre.yaml`, where coaches are absent more in winter:",
            _examples(("written", "before", "after"), rows),
        ]
    )


def values_form() -> str:
    """A lever with its values, as a list and as a range."""
    rows = []
    for written in VALUES:
        key, values = listed(written)
        assert written.startswith(f"{key}=")
        rows.append((f"`--vary {written}`", ", ".join(values)))
    ends, between = entries(steps, "Args")["low"], entries(steps, "Args")["step"]
    return "\n\n".join(
        [
            "## Values of a lever",
            f"{said(listed, first_only=True)} The ends of a range are {ends} The step is {between} A step of dates is in days. "
            "A value may be anything that a change takes, in quotes or brackets if it holds a comma.",
            _examples(("written", "values"), rows),
            "`jobcentre seek` has the ends and the step in options of their own: "
            f"`--from +0 --to +3` gives {', '.join(steps('+0', '+3'))}.",
        ]
    )


def figure_form() -> str:
    """A figure: a measure, a statistic, and of whom."""
    region = load(SCENARIOS / "west_midlands_programmes.yaml")
    figures = [Figure.parse(written, region) for written in FIGURES]
    rows = [(f"`{written}`", f"`{figure}`", figure.unit) for written, figure in zip(FIGURES, figures, strict=True)]
    return "\n\n".join(
        [
            "## A figure",
            f"{said(Figure.parse).partition(':')[0]}: any of `jobcentre`, `area`, `age_group` and `programme` by which [the "
            "measure](measures.md) is split.",
            _examples(("written", "in full", "unit"), rows),
        ]
    )


def promise_form() -> str:
    """A promise: a figure that is to be at least or at most something."""
    region = load(SCENARIOS / "west_midlands_programmes.yaml")
    rows = [(f"`{written}`", f"`{Promise.parse(written, region)}`") for written in PROMISES]
    return "\n\n".join(
        [
            "## A promise",
            f"{said(Promise, first_only=True)} The value is {said(read_value)[0].lower()}{said(read_value)[1:]} In a shell it stands in "
            "quotes. A date is promised in a share of replications, `--in-share`.",
            _examples(("written", "in full"), rows),
        ]
    )


def group_form() -> str:
    """A group of levers."""
    name, keys = listed("staff=coaches.recruitment,jobcentres.*.coaches", "--group")
    text = entries(levers, "Args")["order"]
    return "\n\n".join(
        [
            "## A group of levers",
            f"In `--order` and `--group`: {text.partition('. ')[2]}",
            _examples(("written", "name", "keys"), [(f"`--group {name}={','.join(keys)}`", name, ", ".join(f"`{key}`" for key in keys))]),
        ]
    )


def endings() -> str:
    """How commands end, found by having each kind of error happen."""
    wrong = ScenarioError([Problem("town.yaml", 3, 1, "coaches", "expected a map")])
    told = [
        (_code(wrong), "the scenario, the question or the options are not right; everything wrong with a scenario is said at once"),
        (_code(QuestionError("")), ""),
        (typer.BadParameter("").exit_code, ""),
        (_code(RunError("")), "a folder, a cluster or a worker failed; what was finished is kept"),
        (_code(OSError(errno.ENOSPC, "full", "x")), ""),
        (_code(ConservationError("")), "the model contradicts itself, which is a mistake in the program"),
        (_code(KeyboardInterrupt()), "stopped by Ctrl-C; with `--out`, the same command goes on"),
    ]
    by_code: dict[int, list[str]] = {0: ["the question was answered, also where the answer is that it cannot be told"]}
    for code, why in told:
        by_code.setdefault(code, []).append(why)
    rows = [(f"{code}", "; ".join(filter(None, by_code[code]))) for code in sorted(by_code)]
    return "\n\n".join(
        [
            "## How it ends",
            "An error says what was expected, on the error output, and nothing is half written.",
            _examples(("exit code", "what happened"), rows),
            "No environment variable changes a result, and the program has none of its own. `COLUMNS` sets the width of what is printed, "
            "`TMPDIR` is where replications are kept until the end without `--out`, and `NUMBA_DISABLE_JIT=1` runs the engine uncompiled, "
            "with the same results and much slower.",
        ]
    )


FORMS = (lever_form, values_form, figure_form, promise_form, group_form, endings)


def _code(error: BaseException) -> int:
    """The exit code after an error."""
    try:
        with contextlib.redirect_stderr(io.StringIO()), errors_in_words():
            raise error
    except typer.Exit as ended:
        return ended.exit_code
    raise AssertionError(f"{error!r} is not told")


def _values(scenario: Scenario, key: str) -> str:
    """The numbers at a key, perhaps starred, as the log of assumptions has them; in a word where the key is no number."""
    head, _, tail = key.partition("*")
    log = assumptions(scenario)
    values = log.loc[log["key"].str.startswith(head) & log["key"].str.endswith(tail or head), "value"]
    if len(values):
        return ", ".join(f"{value:g}" for value in values)
    return "there" if log["key"].str.startswith(f"{key}.").any() else "gone"


def _examples(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(cell, row))} |" for row in rows)])
