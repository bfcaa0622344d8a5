"""The tables of a run, made of its finished replications.

scenario.yaml  run.json  summary.csv                                 what was run, and what came out
replications.parquet  daily.parquet  weekly.parquet  incidence.parquet  first_spells.parquet  weekly_replications.parquet
people.parquet  events.parquet                                       if asked for
draws.parquet                                                        where the assumptions were varied too
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from sim.experiment.job import ON_REQUEST
from sim.experiment.store import RUN, Folder, clearly, parquet, sync, whole, write_text
from sim.results import RunTables, csv, mark

CHAINED = {"weekly": "weekly_replications", "first_spells": "first_spells", "people": "people", "events": "events"}
"""Tables that are joined as they are, by the name of the part: file name."""


def finish(
    folder: Folder,
    keys: Sequence[str],
    tables: Sequence[str],
    info: dict[str, Any],
    scenario: str,
    draws: pd.DataFrame | None = None,
) -> RunTables:
    """Make the run's tables of its replications, and remove what belongs to other runs.

    Args:
        keys: the parts, in the order of replications.
        tables: what each holds.
        info: for ``run.json``, which is written last and marks the folder as finished.
        scenario: the resolved scenario as YAML.
        draws: the draws of the assumptions, if they were varied too.

    Raises:
        RunError: if they cannot be written.
    """
    path = folder.path
    with clearly(path):
        (path / RUN).unlink(missing_ok=True)
    measures, daily, weekly, incidence = (
        pd.concat([folder.read(key, name) for key in keys], ignore_index=True) for name in ("measures", "daily", "weekly", "incidence")
    )
    done = RunTables.of(info, measures, daily, weekly, incidence, path)
    for name in ("replications", "daily", "weekly", "incidence"):
        table: pd.DataFrame = getattr(done, name).copy(deep=False)
        mark(table, info)
        with whole(path, f"{name}.parquet") as file:
            file.write_bytes(parquet(table))
    for name, its_file in CHAINED.items():
        if name in tables:
            with whole(path, f"{its_file}.parquet") as file:
                _chain([folder.part(key, name) for key in keys], file)
    for name in set(ON_REQUEST) - set(tables):
        (path / f"{name}.parquet").unlink(missing_ok=True)
    if draws is None:
        (path / "draws.parquet").unlink(missing_ok=True)
    else:
        with whole(path, "draws.parquet") as file:
            file.write_bytes(parquet(draws))
    for name, text in (("scenario.yaml", scenario), ("summary.csv", csv(done.summary)), (RUN, json.dumps(info, indent=2) + "\n")):
        write_text(path, name, text)
    folder.keep_only(keys)
    return done


def _chain(parts: Sequence[Path], file: Path) -> None:
    """Join a large table part by part, so that one replication at a time is in memory."""
    with pq.ParquetWriter(file, pq.read_schema(parts[0]), compression="zstd") as writer:
        for path in parts:
            writer.write_table(pq.read_table(path))
    sync(file)
