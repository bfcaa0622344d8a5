"""Writes ``reference/python.md`` from the functions of ``sim`` and from small answers of theirs: arguments, attributes, columns."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from docs.docstrings import cell, entries, said
from docs.reference_columns import OWN, SHARED
from docs.reference_commands import PAGES, title
from sim.experiment import compare, explain, replications, seek, sensitivity, sites, sweep
from sim.experiment.indices import VarianceComponents
from sim.scenario.levers import levers
from sim.show.answers import Answer
from sim.show.result import ComparisonPlots, Plots

PAGE = """\
# From Python

*Written by `docs/make_reference.py` from the docstrings of `sim` and from small answers: change the text there, that of columns in
`docs/reference_columns.py`.*

`import sim` gives a function for each question. Wherever a scenario is asked for, what `sim.load` returned will do and so will the path of
its file. Answers show themselves in a notebook; [the commands](commands.md) print the same. How levers, figures and promises are
written is told [there](commands.md#a-lever-and-a-change-of-it).

What is wrong with a scenario is raised as `sim.ScenarioError`, all at once; its `problems` have `file`, `line`, `column`, `key`, `message`
and `nearest`. A question that cannot be asked is a `sim.experiment.asked.QuestionError`, a folder, cluster or worker that fails a
`sim.experiment.workers.RunError`, a number out of range a `ValueError`.

## Arguments that most functions have

{common}

{functions}

## Scenario

What `sim.load` returns. It cannot be changed; `change` gives a changed copy. Its attributes are [the keys of the file](scenario.md), and:

{scenario}

{answers}

## Columns that many tables have

A name in *unit* is that of a column, and types are those that the answers on `one_jobcentre.yaml` have. Columns that only one table
has, or that mean something else there, are told with the table.

{shared}
"""

EXPERIMENTS: dict[str, Callable[..., Any]] = {
    "run": replications.run,
    "compare": compare.compare,
    "sweep": sweep.sweep,
    "explain": explain.explain,
    "seek": seek.seek,
    "sites": sites.sites,
    "sensitivity": sensitivity.sensitivity,
}
"""What each function of ``sim`` calls, which says what its arguments are."""
PROGRESS = "called with the replications that are finished and how many are asked for so far"
COMMON = ("replications", "seed", "workers", "cluster", "out", "uncertain", "progress")
FILLED = ("figures", "figure", "since", "written")
"""Arguments that the functions of ``sim`` fill in themselves, from words."""
ARGUMENTS: dict[str, dict[str, str]] = {
    "load": {},
    "run": {"measures": "the figures that a precision is about; `{measure}` if left out"},
    "compare": {"base": "a scenario, its file, or what `sim.run` returned", "others": "the same"},
    "sweep": {"measures": "the figures shown, and drawn; `{measure}` if left out. The table has every measure"},
    "explain": {
        "measures": "the figures explained; `{measure}` if left out",
        "base": "where the explanation starts",
        "other": "where it ends; over the same days",
        **{key: entries(levers, "Args")[key].replace("{", "{{").replace("}", "}}") for key in ("order", "groups")},
    },
    "seek": {
        "vary": "the key of a lever",
        "low": "its lowest value: a number, an amount such as `+10%`, or a date",
        "high": "its highest value, of the same kind",
        "until": "a promise",
        "step": "between values; 1, 1% or seven days if left out",
        "by": "the day from which on the promise is counted",
        "share": "hold in this share of replications, not as a mean over them",
        "indifference": f"how near to the promise a value need not be told from it: in the unit of the figure, 1% of the promised value if "
        f"left out and {seek.SMALL_SHARE:g} for a share; with `share` in that, {seek.SMALL_SHARE_OF_RUNS:g} if left out",
    },
    "sites": {
        "choose": "how many to choose",
        "measure": "the figure by which they are judged",
        "by": "the day from which on it is counted",
        "indifference": f"a difference that does not matter, in the unit of the figure; {sites.SMALL_TIME:g} of days or working days, "
        f"{sites.SMALL_SHARE:g} of a share, {100 * sites.SMALL_PART:g}% of any other figure if left out",
    },
    "sensitivity": {
        "measures": "the figures that may hang on them; `{measure}` if left out",
        "methods": f"of {', '.join(f'`{method}`' for method in sensitivity.METHODS)}",
        "draws": f"points of the Latin hypercube, each with two replications with luck of their own; {sensitivity.DRAWS_EACH} for each "
        f"assumption but {sensitivity.FEWEST_DRAWS} at least if left out",
    },
}
"""What the functions of ``sim`` take that the experiments take in another form, or not at all."""
RETURNS = {"load": "[Scenario](#scenario)", "run": "[Result](#result)", "compare": "[Comparison](#comparison)"}
RETURNS |= {"sweep": "[Sweep](#sweep)", "explain": "[Explanation](#explanation)", "seek": "[Seek](#seek)"}
RETURNS |= {"sites": "[Sites](#sites)", "sensitivity": "[Sensitivity](#sensitivity)"}
ROWS = {
    "Result.summary": "every measure, by jobcentre, area, age group and programme",
    "Result.replications": "the same before averaging, a row for each replication",
    "Result.daily": "a row for each replication, day and jobcentre; people count at their own jobcentre, minutes where they are served",
    "Result.weekly": "measures by week",
    "Result.incidence": "the share in work by weeks since the claim",
    "Result.weekly_replications": "`weekly` before averaging",
    "Result.first_spells": "a row for each replication and area",
    "Result.people": "a row for each replication and claim, with `people=True`; dates are blank for what did not happen",
    "Result.events": "a row for each replication and event, with `events=True`",
    "Result.draws": "a row for each draw, with `uncertain=True`",
    "Comparison.table": "a row for each other scenario and measure",
    "Comparison.weekly": "the same by week",
    "Sweep.table": "a row for each point and measure",
    "Explanation.table": "for each figure a row for each step, and the whole",
    "Seek.table": "a row for each value that was run",
    "Sites.table": "a row for each set that was run",
    "Sites.standing": "a row for each candidate",
    "Sensitivity.factors": "a row for each assumption",
    "Sensitivity.tables": "a table for each method, a row for each figure and assumption",
    "Sensitivity.draws": "a row for each draw of the Latin hypercube",
}
"""What the rows of each table are."""
MORE = {"folder": "the folder of `out`; None if nothing was kept", "unit": "of the estimates"}
"""Attributes of which docstrings say nothing, or nothing that stands alone."""
SHORTER = {
    "os.PathLike[str]": "Path",
    "Progress": "Callable[[int, int], None]",
    "ScenarioLike": "Scenario | str | Path",
    "Workers | ": "",
    "pd.": "",
    "dt.": "",
}
"""Annotations as a reader needs them."""
TOWN = Path(__file__).parents[1] / "scenarios" / "one_jobcentre.yaml"
COACHES = "jobcentres.High Street.coaches"


@cache
def answers() -> dict[str, Any]:
    """A small answer of each kind, of the town to learn with."""
    town = sim.load(TOWN)
    more, few, factor = town.change({"name": "More", COACHES: 5}), {"replications": 2, "workers": 1}, "coaches.absence"
    with tempfile.TemporaryDirectory() as folder:
        run = sim.run(town, out=folder, people=True, events=True, uncertain=True, **few)
        run = sim.Result.of_run(run.in_memory(), town)
    methods = ["tornado", "latin", "morris", "sobol"]
    found = [
        run,
        sim.compare(run, more, uncertain=True, **few),
        sim.sweep(town, {COACHES: [4, 5]}, uncertain=True, **few),
        sim.explain(town, more, replications=2, workers=1),
        sim.seek(town, COACHES, 4, 5, "first_meeting_wait.mean <= 4", most=2, workers=1),
        sim.sites(town, 1, most=2, workers=1),
        sim.sensitivity(town, methods=methods, only=[factor], replications=2, draws=3, paths=2, rows=2, workers=1),
    ]
    return {type(one).__name__: one for one in found}


def page() -> str:
    """The text of ``reference/python.md``."""
    assert set(RETURNS) == {name for name in sim.__all__ if inspect.isfunction(getattr(sim, name))}, "a function without a place here"
    common = _arguments(
        (name, inspect.signature(replications.run).parameters[name], PROGRESS if name == "progress" else "") for name in COMMON
    )
    scenario = ("permanent", "temporary", "youth_hubs", "change")
    rows = [(f"`{name}`", said(getattr(sim.Scenario, name), first_only=True)) for name in scenario]
    return PAGE.format(
        common=common,
        functions="\n\n".join(map(_function, RETURNS)),
        scenario=_table(("attribute", "what it is"), rows),
        answers="\n\n".join(_answer(name, found) for name, found in answers().items()),
        shared=_columns(SHARED, types_of(SHARED)),
    )


def _function(name: str) -> str:
    """A function: what it answers, how it is called, its own arguments."""
    function, experiment = getattr(sim, name), EXPERIMENTS.get(name)
    its = parameters(name)
    call = ", ".join(_called(one) for one in inspect.signature(function).parameters.values() if one.kind != one.VAR_KEYWORD)
    lines = [f"## sim.{name}", f"`sim.{name}({call}{', **options' if _has_options(function) else ''})` returns {RETURNS[name]}."]
    text = said(function, first_only=True).partition("; see `sim")[0].partition(". Options are")[0]
    lines.append(f"{text.rstrip('.')}.")
    own = [(key, one, _of(name, key)) for key, one in its.items() if key not in COMMON or (key, name) == ("replications", "sensitivity")]
    lines.append(_arguments(own))
    also = [f"`{key}`" for key in its if key in COMMON and key not in dict((row[0], 0) for row in own)]
    if also:
        lines.append(f"Also: {', '.join(also)}, see [above](#arguments-that-most-functions-have).")
    raised = entries(experiment or function, "Raises")
    lines.append("Raises " + " ".join(f"`{error}`: {text}" for error, text in raised.items()))
    if name in PAGES:
        lines.append(f"To see it used: [{title(PAGES[name])}]({PAGES[name]}).")
    return "\n\n".join(lines)


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """Everything that a function of ``sim`` takes, its options included."""
    function = getattr(sim, name)
    its = {key: one for key, one in inspect.signature(function).parameters.items() if one.kind != one.VAR_KEYWORD}
    if _has_options(function):
        more = inspect.signature(EXPERIMENTS[name]).parameters
        its |= {key: one for key, one in more.items() if one.kind == one.KEYWORD_ONLY and key not in (*its, *FILLED)}
    return its


def _has_options(function: Callable[..., Any]) -> bool:
    return any(one.kind == one.VAR_KEYWORD for one in inspect.signature(function).parameters.values())


def _of(name: str, key: str) -> str:
    """What an argument of a function is: in its own words here, or in those of its docstring or of the experiment's."""
    if key in ARGUMENTS[name]:
        return ARGUMENTS[name][key].format(measure=sim.MEASURE)
    for source in (getattr(sim, name), EXPERIMENTS.get(name)):
        if source is not None and key in (told := entries(source, "Args")):
            return told[key]
    raise KeyError(f"nothing is said of {key} of sim.{name}")


def _arguments(rows: Any) -> str:
    lines = []
    for name, one, text in rows:
        left_out = "must be given" if one.default is one.empty else f"`{one.default!r}`"
        left_out = "–" if one.kind == one.VAR_POSITIONAL else left_out
        lines.append((f"`{name}`", f"`{_type(str(one.annotation))}`", left_out, text or entries(replications.run, "Args")[name]))
    return _table(("argument", "type", "default", "what it is"), lines)


def _called(one: inspect.Parameter) -> str:
    name = f"*{one.name}" if one.kind == one.VAR_POSITIONAL else one.name
    return name if one.default is one.empty else f"{name}={one.default!r}"


def _type(annotation: str) -> str:
    """An annotation as a reader needs it."""
    for long, short in SHORTER.items():
        annotation = annotation.replace(long, short)
    return annotation


def attributes(kind: type) -> Iterator[tuple[str, str]]:
    """Every public attribute and method of what a function returns, with what its docstrings say."""
    told: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        told |= entries(one, "Attributes")
    for name in [*dict.fromkeys([*(field.name for field in dataclasses.fields(kind)), *sorted(dir(kind))])]:
        inside = name.startswith("_") or (issubclass(kind, Answer) and name in ("page_of", "figures_of", "of"))
        if inside or name in ("of", "of_run"):
            continue
        its = getattr(kind, name, None)
        own = said(its, first_only=True) if isinstance(its, property) or callable(its) else ""
        text = MORE.get(name) or own or told.get(name)
        if text is None:
            raise KeyError(f"nothing is said of {kind.__name__}.{name}")
        yield name, text


def _answer(name: str, found: Any) -> str:
    """What a function returns: its attributes, then its tables, column by column."""
    kind = type(found)
    lines = [f"## {name}", re.sub(r"; see `[^`]*`| \(see `[^`]*`\)", "", said(kind, first_only=True))]
    rows, tables = [], []
    annotated = {field.name: str(field.type) for field in dataclasses.fields(kind)} | {"files": "str"}
    for attribute, text in attributes(kind):
        its, its_type = getattr(found, attribute), annotated.get(attribute)
        if its_type is None:
            of = getattr(kind, attribute)
            its_type = str(inspect.signature(of.fget if isinstance(of, property) else of).return_annotation)
        call = f"({', '.join(map(_called, inspect.signature(its).parameters.values()))})" if callable(its) else ""
        rows.append((f"`{attribute}{call}`", f"`{_type(its_type)}`", ROWS.get(f"{name}.{attribute}", text)))
    for key, table in tables_of(name, found):
        tables.append(_told(key, table))
    lines.append(_table(("attribute", "type", "what it is"), rows))
    if isinstance(found, Answer):
        drawn = list(kind.figures_of(found))
        more = f" With several measures there is one for each, `{drawn[0]}_1` and so on." if hasattr(found, "figures") else ""
        lines.append(f"Figures, by name for `plot`: {', '.join(f'`{figure}`' for figure in drawn)}.{more}")
    plots = {"Result": Plots, "Comparison": ComparisonPlots}.get(name)
    if plots:
        makers = [(f"`plot.{maker}()`", said(its, first_only=True)) for maker, its in vars(plots).items() if inspect.isfunction(its)]
        lines.append(_table(("figure", "what it shows"), [row for row in makers if not row[0].startswith("`plot._")]))
    if name == "Sensitivity":
        its = [(f"`{key}`", text) for key, text in entries(VarianceComponents, "Attributes").items()]
        lines.append("### Sensitivity.components[figure]")
        lines.append(_table(("attribute", "what it is"), its))
    return "\n\n".join([*lines, *tables])


def tables_of(name: str, found: Any) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of an answer by the name of their place; columns named by what was asked have a placeholder."""
    for attribute, _ in attributes(type(found)):
        its = getattr(found, attribute)
        by_method = its if isinstance(its, Mapping) and attribute == "tables" else {}
        for key, table in {attribute: its, **{f"{attribute}['{method}']": one for method, one in by_method.items()}}.items():
            if isinstance(table, pd.DataFrame):
                named = {COACHES: "KEY"} if key == "table" else {str(figure): "FIGURE" for figure in getattr(found, "figures", ())}
                if key == "draws":
                    named |= {column: "ASSUMPTION" for column in table.columns[1:] if column not in named}
                yield f"{name}.{key}", table.rename(columns=named).loc[:, lambda one: ~one.columns.duplicated()]


def _told(key: str, table: pd.DataFrame) -> str:
    """The columns of a table in their order, and what its own are."""
    own = {column: words for column, words in OWN.get(key, {}).items() if column in table}
    for column in table:
        if column not in own and column not in SHARED:
            raise KeyError(f"nothing is said of the column {column} of {key}")
    assert set(own) == set(OWN.get(key, {})), f"columns that {key} does not have"
    lines = [f"### {key}", f"Columns: {', '.join(f'`{column}`' for column in table)}."]
    if own:
        lines.append(_columns(own, {column: str(table[column].dtype) for column in own}))
    return "\n\n".join(lines)


def types_of(columns: Mapping[str, Any]) -> dict[str, str]:
    """The types that columns have, in whichever tables they mean the same."""
    types: dict[str, dict[str, None]] = {column: {} for column in columns}
    for name, found in answers().items():
        for key, table in tables_of(name, found):
            for column in table:
                if column in types and column not in OWN.get(key, {}):
                    types[column][str(table[column].dtype)] = None
    return {column: " or ".join(sorted(found)) for column, found in types.items()}


def _columns(columns: Mapping[str, tuple[str, str]], types: Mapping[str, str]) -> str:
    rows = [(f"`{column}`", types[column], unit or "–", text) for column, (unit, text) in columns.items()]
    return _table(("column", "type", "unit", "what it holds"), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(cell, row))} |" for row in rows)])
