"""Who entered work in their first spell, person by person, in a bit each: what it takes to say for whom another scenario was different.

The same people come in every scenario, with the same luck: a person is an area, the day of the claim or the initial stock, and a number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.record import JOB_ENTRY, Record


def pack(record: Record) -> pd.DataFrame:
    """A row per area.

    Returns:
        area; people: how many came, the initial stock first, then by day of the run, int32 of shape (1 + days,); entered: a bit for each
        of them, in that order and by number within a day, 1 for those who entered work in the run (bytes, packed by NumPy).
    """
    rows = record.people
    first = np.flatnonzero(rows["spell"] == 0)
    area, came = rows["area"][first], np.maximum(rows["claim"][first], -1) + 1
    order = np.lexsort((came, area))  # stable, so that those of one day stay in the order of their numbers
    entered = (rows["exit_kind"][first] == JOB_ENTRY)[order]
    shape = (len(record.areas), 1 + record.days)
    people = np.bincount(np.ravel_multi_index((area, came), shape), minlength=shape[0] * shape[1]).reshape(shape).astype(np.int32)
    ends = np.cumsum(people.sum(axis=1))
    bits = [np.packbits(part).tobytes() for part in np.split(entered, ends[:-1])]
    return pd.DataFrame({"area": list(record.areas), "people": list(people), "entered": bits})


def changed(base: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """For how many people it made a difference, of those who came in both scenarios.

    Args:
        base, other: rows of :func:`pack` with their ``replication``, of runs of the same days.

    Returns:
        By replication: ``displaced``, who entered work in the base and not in the other, and ``gained``, the converse.
    """
    pairs = base.merge(other, on=["replication", "area"], suffixes=("_base", "_other"))
    counts = [_changed(*(getattr(pair, name) for name in _COLUMNS)) for pair in pairs.itertuples()]
    by_area = pd.DataFrame(counts, columns=["displaced", "gained"], index=pd.Index(pairs["replication"]))
    return by_area.groupby(level="replication").sum()


_COLUMNS = ("people_base", "entered_base", "people_other", "entered_other")


def _changed(people_base: NDArray[Any], entered_base: bytes, people_other: NDArray[Any], entered_other: bytes) -> tuple[int, int]:
    both = np.minimum(people_base, people_other)
    base, other = _of_the_first(both, people_base, entered_base), _of_the_first(both, people_other, entered_other)
    return int((base & ~other).sum()), int((other & ~base).sum())


def _of_the_first(wanted: NDArray[Any], people: NDArray[Any], entered: bytes) -> NDArray[np.bool_]:
    """Who entered work, of the first so many of each day."""
    bits = np.unpackbits(np.frombuffer(entered, dtype=np.uint8), count=int(people.sum()))
    number = np.arange(len(bits)) - np.repeat(np.cumsum(people) - people, people)
    known: NDArray[np.bool_] = bits[number < np.repeat(wanted, people)].astype(bool)
    return known
