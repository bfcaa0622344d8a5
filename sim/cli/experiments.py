"""Commands that put questions to a scenario: sweep, explain, seek, sites, sensitivity."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import sim
from sim.cli.options import (
    Cluster,
    File,
    Measures,
    Out,
    Quiet,
    Replications,
    Seed,
    Sets,
    Uncertain,
    Workers,
    app,
    errors_in_words,
    load_all,
    progress_bar,
    share,
    whole_number,
)
from sim.scenario import Problem, ScenarioError, load
from sim.scenario.grid import listed
from sim.scenario.numbers import say

_VARY = "A key and its values, KEY=V1,V2,... or KEY=A..B/STEP. Repeat for a grid."
_CONFIDENCE = "How sure all that is said has to be, such as 95%."
Confidence = Annotated[float, typer.Option(parser=share("95%"), metavar="SHARE", help=_CONFIDENCE)]
_MOST = "Replications of one scenario, at most; 100 if left out"
_INDIFFERENCE = (
    "A distance from the promise that does not matter, in its unit; if left out 0.01 of a share, 1% of another promised value, and with "
    "--in-share 0.05 of the replications."
)


def _above_zero(written: str | float) -> float:
    try:
        value = float(written)
    except ValueError:
        value = -1.0
    if not value > 0:
        raise typer.BadParameter(f"expected a number above 0, not {say(written)}")
    return value


_SMALL = "A difference that does not matter, in the figure's unit; 0.1 days, 0.005 of a share or 1% of another figure if left out."
Indifference = Annotated[float | None, typer.Option(parser=_above_zero, metavar="NUMBER", help=_INDIFFERENCE)]


def _day(written: str | dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(str(written))
    except ValueError:
        raise typer.BadParameter(f"expected a date such as 2021-03-01, not {say(written)}") from None


@app.command("sweep")
def sweep(
    file: File,
    vary: Annotated[list[str], typer.Option("--vary", metavar="KEY=VALUES", help=_VARY, show_default=False)],
    measures: Measures = None,
    changes: Sets = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    uncertain: Uncertain = False,
    quiet: Quiet = False,
) -> None:
    """Run a grid over levers: every combination of their values, with the same luck."""
    with errors_in_words():
        scenario = load(file, changes or ())
        values = [listed(text) for text in vary]
        if len(dict(values)) < len(values):
            raise ScenarioError([Problem("--vary", None, None, "", "expected each key once")])
        with progress_bar(quiet) as progress:
            options = _options(seed, workers, cluster, out, progress, replications=replications, uncertain=uncertain)
            found = sim.sweep(scenario, dict(values), measures or (), **options)
    _answer(found, out)


@app.command("explain")
def explain(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="A scenario file.", show_default=False)],
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="The one that differs from it.", show_default=False)],
    measures: Measures = None,
    order: Annotated[list[str] | None, typer.Option(metavar="KEY", help="A lever that comes first. Repeat for the next ones.")] = None,
    group: Annotated[list[str] | None, typer.Option(metavar="NAME=KEY,...", help="Keys that are one lever, by a name of yours.")] = None,
    changes: Sets = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    uncertain: Uncertain = False,
    quiet: Quiet = False,
) -> None:
    """Tell which lever made the difference: each added in turn, in the order in which OTHER gives them. --set changes both."""
    from sim.scenario.levers import order_of

    with errors_in_words():
        scenarios = load_all([base, other], changes or [])
        form = "NAME=KEY,KEY,..., such as people=coaches.absence,coaches.leavers_per_year"
        named = [listed(text, "--group", form) for text in group or []]
        if len(groups := dict(named)) < len(named):
            raise ScenarioError([Problem("--group", None, None, "", "expected each name once")])
        with progress_bar(quiet) as progress:
            options = _options(seed, workers, cluster, out, progress, replications=replications, uncertain=uncertain)
            written = order_of(other)
            found = sim.explain(scenarios[0], scenarios[1], measures or (), order=order or (), groups=groups, written=written, **options)
    _answer(found, out)


@app.command("seek")
def seek(
    file: File,
    vary: Annotated[str, typer.Option("--vary", metavar="KEY", help="The lever.", show_default=False)],
    low: Annotated[str, typer.Option("--from", metavar="VALUE", help="Its lowest value: a number, a date, +0%.", show_default=False)],
    high: Annotated[str, typer.Option("--to", metavar="VALUE", help="Its highest value.", show_default=False)],
    until: Annotated[
        str, typer.Option("--until", metavar="PROMISE", help="Such as 'first_meeting_within_target >= 90%'.", show_default=False)
    ],
    step: Annotated[str | None, typer.Option(metavar="STEP", help="Between values; 1, 1% or 7 days if left out.")] = None,
    by: Annotated[dt.date | None, typer.Option(parser=_day, metavar="DATE", help="The promise is counted from this day on.")] = None,
    in_share: Annotated[
        float | None,
        typer.Option(
            parser=share("90%"), metavar="SHARE", help="Hold in this share of replications, such as 90%, not as a mean over them."
        ),
    ] = None,
    largest: Annotated[bool, typer.Option("--largest", help="Seek the largest value instead: the latest date, the fewest cuts.")] = False,
    confidence: Confidence = 0.95,
    indifference: Indifference = None,
    most: Annotated[int | None, typer.Option(parser=whole_number(2), metavar="NUMBER", help=f"{_MOST}, 400 with --in-share.")] = None,
    changes: Sets = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    uncertain: Uncertain = False,
    quiet: Quiet = False,
) -> None:
    """Find the fewest coaches, the earliest date, the smallest number of desks for which a promise holds."""
    with errors_in_words():
        scenario = load(file, changes or ())
        with progress_bar(quiet) as progress:
            options = _options(seed, workers, cluster, out, progress, uncertain=uncertain, confidence=confidence, most=most)
            options |= {"share": in_share, "largest": largest, "indifference": indifference}
            found = sim.seek(scenario, vary, low, high, until, step, by, **options)
    _answer(found, out)


@app.command("sites")
def sites(
    file: File,
    choose: Annotated[int, typer.Option(parser=whole_number(1), metavar="NUMBER", help="How many to choose.", show_default=False)],
    measure: Annotated[str, typer.Option(metavar="FIGURE", help="By what they are judged.")] = sim.MEASURE,
    candidates: Annotated[
        list[str] | None, typer.Option("--candidate", metavar="NAME", help="A temporary jobcentre. Repeat; all but youth hubs if left out.")
    ] = None,
    better: Annotated[str, typer.Option(metavar="lower|higher", help="Which is better; as the measure says if left out.")] = "",
    by: Annotated[dt.date | None, typer.Option(parser=_day, metavar="DATE", help="The figure is counted from this day on.")] = None,
    confidence: Confidence = 0.95,
    indifference: Annotated[float | None, typer.Option(parser=_above_zero, metavar="NUMBER", help=_SMALL)] = None,
    most: Annotated[int | None, typer.Option(parser=whole_number(2), metavar="NUMBER", help=f"{_MOST}.")] = None,
    changes: Sets = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    uncertain: Uncertain = False,
    quiet: Quiet = False,
) -> None:
    """Choose among the temporary jobcentres; say which sets cannot be told apart, and whether opening none is as good."""
    from sim.experiment.sites import MOST, asked_for
    from sim.show.of_sites import announced

    with errors_in_words():
        scenario = load(file, changes or ())
        names = asked_for(scenario, choose, candidates or ())
        if not quiet:
            typer.echo(announced(names, choose, most or MOST), err=True)
        with progress_bar(quiet) as progress:
            options = _options(seed, workers, cluster, out, progress, uncertain=uncertain, confidence=confidence, better=better)
            options |= {"candidates": names, "indifference": indifference} | ({"most": most} if most else {})
            found = sim.sites(scenario, choose, measure, by, **options)
    _answer(found, out)


@app.command("sensitivity")
def sensitivity(
    file: File,
    measures: Measures = None,
    methods: Annotated[
        list[str] | None,
        typer.Option("--method", metavar="tornado|latin|morris|sobol", help="Repeat for more; tornado and latin if left out."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ASSUMPTION", help="Vary this one and no other. Repeat for more.")] = None,
    policy: Annotated[bool, typer.Option("--policy", help="Also vary what a planner decides.")] = False,
    replications: Annotated[int, typer.Option(parser=whole_number(2), metavar="NUMBER", help="Replications at each point.")] = 4,
    draws: Annotated[
        int | None,
        typer.Option(
            parser=whole_number(2),
            metavar="NUMBER",
            help="Draws of the Latin hypercube, each of 2 replications; 3 for each assumption but 100 at least if left out.",
        ),
    ] = None,
    paths: Annotated[int, typer.Option(parser=whole_number(2), metavar="NUMBER", help="Trajectories of Morris's design.")] = 10,
    rows: Annotated[int, typer.Option(parser=whole_number(2), metavar="NUMBER", help="Rows of Sobol's sequence, a power of two.")] = 64,
    changes: Sets = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Tell which assumptions the answer hangs on, and how uncertain they make it. How many replications it takes is said first."""
    from sim.experiment.sensitivity import cost
    from sim.show.of_sensitivity import announced

    with errors_in_words():
        scenario = load(file, changes or ())
        ways: dict[str, Any] = {"only": only or (), "policy": policy, "replications": replications, "draws": draws}
        ways |= {"paths": paths, "rows": rows} | ({"methods": methods} if methods else {})
        takes = cost(scenario, **ways)
        if not quiet:
            typer.echo(announced(takes), err=True)
        with progress_bar(quiet) as progress:
            found = sim.sensitivity(scenario, measures or (), **_options(seed, workers, cluster, out, progress, **ways))
    _answer(found, out)


def _options(seed: int | None, workers: int | None, cluster: str | None, out: Path | None, progress: Any, **more: Any) -> dict[str, Any]:
    """What every experiment takes."""
    return {"seed": seed, "workers": workers, "cluster": cluster, "out": out, "progress": progress, **more}


def _answer(found: Any, out: Path | None) -> None:
    """Print what an experiment found."""
    from sim.show.page import print_page

    print_page(found.page, Console(), out, found.files)
