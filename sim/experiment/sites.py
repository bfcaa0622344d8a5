"""Which of the candidate temporary jobcentres to open, and whether that is better than to open none."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.asked import Figure, QuestionError
from sim.experiment.job import Point
from sim.experiment.selection import BETTER, MOST_SUBSETS, Chosen, Row, choose, paired, tail
from sim.experiment.study import Progress, open_study
from sim.results import ALL, CONFIDENCE, csv
from sim.scenario import Problem, Scenario, ScenarioError, dump
from sim.scenario.grid import varied
from sim.scenario.problems import nearest

SMALL_TIME, SMALL_SHARE, SMALL_PART = 0.1, 0.005, 0.01
"""What does not matter unless told otherwise: of days or working days, of a share, and of any other figure as a share of what it is with
all candidates open."""
FIRST, STEP, MOST = 8, 4, 100
"""Replications of each set at first, more at a time, and at most unless told otherwise."""
SET, NONE = "set", "none"
"""Kinds of rows: a set of the size asked for (or on the way to it), no candidate at all; ``all`` is every one."""

Names = tuple[str, ...]


@dataclass(frozen=True)
class Sites:
    """Which sites were chosen.

    Attributes:
        name: of the scenario.
        choose: how many.
        figure: by which.
        better: ``lower`` or ``higher``.
        since: from which day on it is counted; None for the whole run.
        confidence: of all differences between sets together, and of those from none and from all together.
        indifference: the smallest difference that matters, in the unit of the figure.
        chosen: see :class:`sim.experiment.selection.Chosen`.
        table: a row for each set that was run, the best first; then, to compare with, none and all, if the scenario can be without any.
            kind (set, none, all), round, sites (joined by +), estimate, replications, dropped, against, pairs, difference, low, high
            (of its estimate less that of the best), verdict.
        standing: site, standing (in all, in some or in none of the best set and those that cannot be told from it), sets (in how many)
            and of (how many there are).
        info: what ``study.json`` says.
        folder: where it was written; None if nowhere.
    """

    name: str
    choose: int
    figure: Figure
    better: str
    since: dt.date | None
    confidence: float
    indifference: float
    chosen: Chosen
    table: pd.DataFrame
    standing: pd.DataFrame
    info: dict[str, Any]
    folder: Path | None = None

    @property
    def best(self) -> Names:
        """The sites chosen."""
        return self.chosen.best

    @property
    def rivals(self) -> tuple[Names, ...]:
        """Other sets that may be as good."""
        return self.chosen.rivals


def sites(
    scenario: Scenario,
    number: int,
    *,
    figure: Figure,
    candidates: Sequence[str] = (),
    better: str = "",
    since: dt.date | None = None,
    confidence: float = CONFIDENCE,
    indifference: float | None = None,
    most: int = MOST,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = None,
    uncertain: bool = False,
    progress: Progress | None = None,
) -> Sites:
    """Choose so many of the candidates; the others are taken out of the scenario.

    Args:
        scenario: with all candidates in it.
        number: how many to choose.
        figure: what is to be best.
        candidates: temporary jobcentres; all but youth hubs if left out.
        better: ``lower`` or ``higher``; as the measure says if left out.
        since: count from this day on.
        confidence: of all differences between sets together, and of those from none and from all together.
        indifference: a difference that does not matter, in the figure's unit; see SMALL_TIME and what follows it if left out.
        most: replications of one set, at most.
        seed: of all luck; the scenario's if left out.
        workers, cluster, out, uncertain, progress: see :func:`sim.experiment.replications.run`.

    Raises:
        QuestionError: for candidates that are none, or too few of them, or a figure by which sets cannot be judged.
        ScenarioError: if the scenario makes no sense without some of them.
        RunError: if the folder or the cluster cannot be used or a worker dies.
    """
    names = asked_for(scenario, number, candidates)
    better = _way(figure, better, names)
    if since is not None and not scenario.period.from_ <= since <= scenario.period.to:
        raise QuestionError(f"expected a day of the run, {scenario.period.from_} to {scenario.period.to}, not {since}")
    if most < 2:
        raise QuestionError(f"expected at least 2 replications of a set, not {most}")
    if not 0.5 < confidence < 1:
        raise QuestionError(f"expected a confidence above 50% and below 100%, not {100 * confidence:.6g}%")
    if indifference is not None and not 0 < indifference < math.inf:
        raise QuestionError(f"expected a difference that does not matter above 0, not {indifference}")
    first, every = min(FIRST, most), tuple(names)
    seed = scenario.seed if seed is None else seed
    points = {every: Point(scenario)}
    _left_out(scenario, names, points, single=number < len(names))
    references = {ALL: every} if number < len(names) else {}
    references |= {NONE: ()} if () in points else {}
    with open_study(out, seed, workers=workers, cluster=cluster, since=since, uncertain=uncertain, progress=progress) as study:

        def values_of(subsets: Sequence[Names], replications: int) -> NDArray[np.float64]:
            new = [subset for subset in subsets if subset not in points]
            without = [{f"jobcentres.{name}": None for name in names if name not in subset} for subset in new]
            points.update(zip(new, map(Point, varied(scenario, without)), strict=True))
            return study.values([points[subset] for subset in subsets], figure)(range(len(subsets)), replications)

        at_first = [*_first_sets(names, number), *references.values()]
        values_of(list(dict.fromkeys(at_first)), first)  # all at once, for the sake of workers and the progress bar
        if indifference is None:
            indifference = _small(figure, values_of([every], first))
        try:
            chosen = choose(
                values_of,
                names,
                number,
                better=better,
                indifference=indifference,
                confidence=confidence,
                first=first,
                most=most,
                step=STEP,
                most_subsets=MOST_SUBSETS,
            )
        except ValueError:
            raise QuestionError(f"{figure} has no value in the first {first} replications of any set") from None
        made = chosen.rounds[-1].selected.rows[0].replications
        risk = tail(confidence, len(references) * math.comb(len(names), number), 1 - (first - made) // STEP)
        rows = [
            (kind, _against(chosen, kind, values_of([subset, chosen.best], made), risk))
            for kind, subset in sorted(references.items(), reverse=True)
        ]
        table, standing = _table(chosen, rows), _standing(chosen)
        asked = {
            "experiment": "sites",
            "scenario": scenario.name,
            "choose": number,
            "candidates": names,
            "figure": str(figure),
            "better": better,
            "counted_from": since,
            "confidence": confidence,
            "indifference": indifference,
            "most": most,
            "best": list(chosen.best),
            "finished": chosen.finished,
            "exhaustive": chosen.exhaustive,
        }
        files = {
            "scenario.yaml": dump(scenario),
            "sites.csv": csv(standing),
            "sets.csv": csv(table.assign(figure=str(figure), unit=figure.unit)),
        }
        info = study.finish(files, asked)
    folder = None if out is None else Path(out)
    return Sites(scenario.name, number, figure, better, since, confidence, indifference, chosen, table, standing, info, folder)


def asked_for(scenario: Scenario, number: int, candidates: Sequence[str] = ()) -> list[str]:
    """The candidates by name, from which so many can be chosen.

    Raises:
        QuestionError: if that makes no sense.
    """
    hubs, temporary = scenario.youth_hubs, scenario.temporary
    for name in candidates:
        if name not in temporary:
            what = "no temporary jobcentre" if name in scenario.jobcentres else "no jobcentre"
            hint = nearest(name, temporary)
            raise QuestionError(f"'{name}' is {what} of the scenario" + (f"; did you mean '{hint}'?" if hint else ""))
    names = list(dict.fromkeys(candidates)) or [name for name in temporary if name not in hubs]
    if not names:
        raise QuestionError("the scenario has no temporary jobcentre to choose from")
    if not 1 <= number <= len(names):
        raise QuestionError(f"expected to choose between 1 and {len(names)} of {', '.join(names)}, not {number}")
    return names


def scenarios_at_first(names: Sequence[str], number: int) -> int:
    """How many are run at first: a set each, none and all."""
    return len({*_first_sets(names, number), (), tuple(names)})


def _first_sets(names: Sequence[str], number: int) -> list[Names]:
    every = math.comb(len(names), number) <= MOST_SUBSETS
    return list(combinations(names, number if every else 1))


def _way(figure: Figure, better: str, names: Sequence[str]) -> str:
    """Which way is better, if sets can be judged by the figure at all."""
    if figure.unit == "date":
        raise QuestionError(
            f"{figure} has no mean where a replication never gets there, so sets cannot be judged by it: reviews_overdue.mean may serve"
        )
    if figure.jobcentre in names:
        raise QuestionError(
            f"{figure} is of a candidate, and sets without it have none: expected a figure of everyone, an area or a jobcentre that stays"
        )
    better = better or figure.better
    if better not in BETTER:
        raise QuestionError(f"whether a lower or a higher {figure} is better has to be said: expected 'lower' or 'higher', not '{better}'")
    return better


def _left_out(scenario: Scenario, names: Sequence[str], points: dict[Names, Point], single: bool) -> None:
    """See that the scenario makes sense without each candidate, before anything is run, and have it without any if it does then.

    Without any it may not, and yet do so with each set: youth-hub meetings need a hub, whichever it is.
    """
    problems = []
    for name in names if single else ():
        try:
            varied(scenario, [{f"jobcentres.{name}": None}])
        except ScenarioError as error:
            problems += [Problem(f"without {name}", None, None, one.key, one.message, one.nearest) for one in error.problems]
    if problems:
        what = "the rest of the scenario needs some of the candidates: set what needs them to something else, or choose among others"
        raise ScenarioError([Problem("", None, None, "", what), *problems])
    with suppress(ScenarioError):
        points[()] = Point(*varied(scenario, [{f"jobcentres.{name}": None for name in names}]))


def _small(figure: Figure, with_all: NDArray[np.float64]) -> float:
    if figure.unit in ("days", "working days"):
        return SMALL_TIME
    if figure.unit == "share":
        return SMALL_SHARE
    known = with_all[np.isfinite(with_all)]
    small = SMALL_PART * abs(float(known.mean())) if len(known) else 0.0
    if not small:
        what = "is 0" if len(known) else "has no value"
        raise QuestionError(f"{figure} {what} with all candidates open: say which difference in {figure.unit} does not matter")
    return float(f"{small:.2g}")


def _against(chosen: Chosen, kind: str, values: NDArray[np.float64], risk: float) -> dict[str, Any]:
    """How none or all differ from the best set, in the replications that it had; values are of both."""
    its, best = values
    known = its[np.isfinite(its)]
    pairs, difference, low, high, verdict = paired(its, best, risk)
    sites = chosen.candidates if kind == ALL else ()
    numbers = {"pairs": pairs, "difference": difference, "low": low, "high": high, "verdict": verdict}
    estimate = float(known.mean()) if len(known) else math.nan
    return _joined(sites, chosen.best) | {"estimate": estimate, "replications": len(its), "dropped": False, **numbers}


def _table(chosen: Chosen, references: Sequence[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    rows = []
    for number, one in reversed(list(enumerate(chosen.rounds, start=1))):
        for row in one.selected.rows:
            against = () if row.against is None else one.subsets[row.against]
            rows.append({"kind": SET, "round": number} | vars(row) | _joined(one.subsets[row.point], against))
    rows += [{"kind": kind, "round": len(chosen.rounds)} | row for kind, row in references]
    columns = ["kind", "round", "sites", *(name for name in Row.__dataclass_fields__ if name != "point")]
    return pd.DataFrame(rows)[columns]


def _joined(sites: Names, against: Names) -> dict[str, str]:
    return {"sites": " + ".join(sites), "against": " + ".join(against)}


def _standing(chosen: Chosen) -> pd.DataFrame:
    standing, counts = chosen.standing, chosen.counts
    rows = [{"site": name, "standing": standing[name], "sets": counts[name], "of": 1 + len(chosen.rivals)} for name in chosen.candidates]
    return pd.DataFrame(rows)
