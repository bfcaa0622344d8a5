"""Work out the inflow of vacancies with which the region's vacancies are the published ones, and write it into the scenario.

    python scenarios/calibrate_vacancies.py [rounds] [replications]

Each round runs west_midlands_programmes.yaml and sets, by sector and month,

    inflow = change of the published stock + job entries in the run + what others hire and what lapses of the published stock,

which changes the next round's job entries, and so on. The result goes into west_midlands_vacancies.yaml, below its last comment, and
stays there: what is varied afterwards finds the same jobs. Each round prints how far the vacancies of its run were from the published.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios import derive_programmes as derive
from scenarios.inflow import Floats, inflow_per_week, rates, sectors
from sim.model.simulation import simulate
from sim.record import SECTOR_COLUMNS
from sim.scenario.file import load
from sim.scenario.schema import Scenario

HERE = Path(__file__).parent
FILE, RUN = HERE / "west_midlands_vacancies.yaml", HERE / "west_midlands_programmes.yaml"
MARK = "  # month; frozen, whatever else is varied.\n"


def published() -> Floats:
    """Vacancies at the end of the eve and of each day of the run, by sector in the order of name, shape (days + 1, sectors)."""
    days = (derive.LAST - derive.FIRST).days + 2
    return np.array([[derive.vacancies(name, derive.FIRST + dt.timedelta(days=k)) for name in sorted(derive.SECTORS)] for k in range(days)])


def ran(scenario: Scenario, replications: int) -> Floats:
    """What sectors did on each day, on average: shape (days, sectors, len(SECTOR_COLUMNS))."""
    return np.asarray(np.mean([simulate(scenario, scenario.seed, k).by_sector for k in range(replications)], axis=0))


def write(inflow: dict[dt.date, Floats]) -> None:
    """Put the sectors into the file, in place of those that are there."""
    head = FILE.read_text(encoding="utf-8").partition(MARK)[0] + MARK
    there = {name: derive.vacancies(name, derive.FIRST) for name in derive.SECTORS}
    lines = sectors(derive.sector_shares(), there, inflow, "ONS VACS02, by share of people", 5)
    FILE.write_text(head + "".join(lines), encoding="utf-8")


def apart(stock: Floats, there: Floats) -> Floats:
    """Vacancies of a run over the published ones, less 1, as means of each month, shape (months, sectors + 1); the last is all sectors."""
    months = [day.replace(day=1) for day in (derive.FIRST + dt.timedelta(days=k) for k in range(len(there)))]
    inside = [[m == month for m in months] for month in derive.months()]
    mean = np.array([[part[day].mean(axis=0) for day in inside] for part in (there, stock[1:])])
    mean = np.concatenate([mean, mean.sum(axis=2, keepdims=True)], axis=2)
    return np.asarray(mean[0] / mean[1] - 1)


def main(rounds: int = 3, replications: int = 2) -> None:
    stock = published()
    for round_ in range(rounds):
        scenario = load(RUN)
        days = ran(scenario, replications)
        off = apart(stock, days[:, :, SECTOR_COLUMNS.index("vacancies")])
        together, each = np.abs(off[:, -1]).max(), np.abs(off[:, :-1]).max()
        print(f"round {round_ + 1}: in every month all sectors together within {together:.1%}, each within {each:.1%}")
        entries = days[:, :, SECTOR_COLUMNS.index("entries")]
        write(inflow_per_week(stock, entries, rates(scenario), derive.months(), derive.LAST))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
