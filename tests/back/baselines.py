"""Regression baselines: what the model gave when they were last written.

They are made from the model's own output and say nothing about whether it is right; ``tests/exact`` and ``tests/oracle`` do that.
They show that a change which should not alter results does not, and, where one should, what it alters. The scenarios beside this
file pin their own parameters and seed, so that no change of a default or of the region moves them.

``python -m tests.back.baselines`` writes ``tests/back/expected/`` anew; look at the difference before keeping it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.model.ledger import EVENT_COLUMNS, Event, Record
from sim.model.simulation import simulate
from sim.record import HOME_COLUMNS, SITE_COLUMNS
from sim.results import replication_tables, summarise
from sim.scenario.file import load

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
SCENARIOS = ("quiet", "surge")
SEED, REPLICATIONS = 20_190_304, 3
DECIMALS = 6


def baselines(name: str) -> dict[str, pd.DataFrame]:
    """The tables of a scenario that are kept, by the name of their file."""
    scenario = load(HERE / f"{name}.yaml")
    records = [simulate(scenario, SEED, replication, events=True) for replication in range(REPLICATIONS)]
    return {
        f"{name}_weekly": pd.concat([_weekly(record) for record in records], ignore_index=True),
        f"{name}_events": pd.concat([_event_counts(record) for record in records], ignore_index=True),
        f"{name}_summary": _summary(records, name),
    }


def text(table: pd.DataFrame) -> str:
    """A table as it is kept: numbers with fixed decimals."""
    return table.to_csv(index=False, float_format=f"%.{DECIMALS}f", lineterminator="\n")


def _weekly(record: Record) -> pd.DataFrame:
    """Every tally by week of the run and jobcentre."""
    week = np.arange(record.days) // 7
    first_days = np.flatnonzero(np.diff(week, prepend=-1))
    home = np.add.reduceat(record.by_home.sum(axis=2), first_days)
    site = np.add.reduceat(record.by_site, first_days)
    weeks, jobcentres = home.shape[:2]
    keys = {
        "replication": record.replication,
        "week": np.repeat(np.arange(weeks), jobcentres),
        "jobcentre": np.tile(record.jobcentres, weeks),
    }
    people = {name: home[:, :, i].ravel() for i, name in enumerate(HOME_COLUMNS)}
    minutes = {name: site[:, :, i].ravel() for i, name in enumerate(SITE_COLUMNS)}
    return pd.DataFrame(keys | people | minutes)


def _event_counts(record: Record) -> pd.DataFrame:
    """Events by kind, with sums that move if any of them happens to somebody else or on another day."""
    log = record.events
    assert log is not None
    rows = []
    for event in Event:
        mine = log[log[:, 3] == event]
        sums = {name: int(mine[:, i].sum()) for name, i in (("days", 0), ("persons", 2), ("values", EVENT_COLUMNS.index("value")))}
        day_by_person = int((mine[:, 0] * (mine[:, 2] % 997)).sum())
        rows.append({"replication": record.replication, "event": event.name, "number": len(mine), **sums, "day_by_person": day_by_person})
    return pd.DataFrame(rows)


def _summary(records: list[Record], name: str) -> pd.DataFrame:
    """Measures of the whole region and of each programme there, with their intervals."""
    measures = pd.concat([replication_tables(record, ["measures"])["measures"] for record in records])
    whole = (measures[["jobcentre", "area", "age_group"]] == "all").all(axis=1)
    return summarise(measures[whole], name)[["measure", "statistic", "programme", "estimate", "low", "high", "replications", "unit"]]


def main() -> None:
    """Write all baselines anew."""
    EXPECTED.mkdir(exist_ok=True)
    for name in SCENARIOS:
        for file, table in baselines(name).items():
            (EXPECTED / f"{file}.csv").write_text(text(table), encoding="utf-8")
            print(f"tests/back/expected/{file}.csv: {len(table)} rows")


if __name__ == "__main__":
    main()
