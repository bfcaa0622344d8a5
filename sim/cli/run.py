"""Commands that run scenarios as they are: run, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
)
from sim.scenario import load

_PRECISION = (
    "As many replications as it takes for the 95% interval of each --measure (the mean wait for the first meeting held if left out) to "
    "reach no further than this share of its mean to each side, such as 5%; with --replications at most so many."
)
Precision = Annotated[float | None, typer.Option(parser=share("5%"), metavar="SHARE", help=_PRECISION)]


@app.command("run")
def run_scenario(
    file: File,
    changes: Sets = None,
    replications: Replications = None,
    precision: Precision = None,
    measures: Measures = None,
    seed: Seed = None,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Out = None,
    uncertain: Uncertain = False,
    people: Annotated[bool, typer.Option("--people", help="Also keep a row per person (with --out).")] = False,
    events: Annotated[bool, typer.Option("--events", help="Also keep a row per event (with --out).")] = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario; print waits, reviews and job entries with their intervals. --measure says what --precision is about."""
    if (people or events) and out is None:
        raise typer.BadParameter("--people and --events need --out DIR to keep their tables in")
    if measures and precision is None:
        raise typer.BadParameter("--measure says whose interval --precision is about: give both")
    with errors_in_words():
        scenario = load(file, changes or ())
        with progress_bar(quiet) as progress:
            result = sim.run(
                scenario,
                replications,
                seed,
                workers,
                out,
                people,
                events,
                progress,
                precision=precision,
                measures=measures or (),
                cluster=cluster,
                uncertain=uncertain,
            )
    from sim.show import screen

    screen.summary(result, Console(), scenario, out)


@app.command("compare")
def compare_scenarios(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="A scenario file.", show_default=False)],
    others: Annotated[list[Path], typer.Argument(metavar="OTHER...", help="Scenario files to compare with it.", show_default=False)],
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
    """Compare scenarios with a base, replication by replication with the same luck. --set changes all of them, --measure tells more."""
    from sim.experiment.asked import Figure

    with errors_in_words():
        scenarios = load_all([base, *others], changes or [])
        figures = [Figure.parse(text, scenarios[0]) for text in measures or []]
        with progress_bar(quiet) as progress:
            found = sim.compare(
                *scenarios,
                replications=replications,
                seed=seed,
                workers=workers,
                cluster=cluster,
                out=out,
                uncertain=uncertain,
                progress=progress,
            )
    from sim.show import screen

    screen.comparison(found, Console(), out, figures)
