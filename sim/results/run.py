"""The tables of a finished run: in memory, or in its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd

from sim.results.intervals import over_replications, summarise
from sim.results.replication import INCIDENCE_KEYS, WEEKLY_KEYS

LARGE = ("weekly_replications", "first_spells", "people", "events", "draws")
"""Tables that are read only when asked for."""


@dataclass(frozen=True)
class RunTables:
    """The tables of a finished run.

    Attributes:
        name: of the scenario.
        fingerprint: of the resolved scenario.
        info: what ``run.json`` says: version, seed, replications, times, libraries.
        summary: scenario, measure, statistic, jobcentre, area, age_group, programme, estimate, low, high, replications, unit.
        replications: replication, measure, statistic, jobcentre, area, age_group, programme, unit, value; the
            statistic of a date is ``date``.
        daily: replication, date, jobcentre, then a column for each figure of :data:`sim.record.HOME_COLUMNS` and ``SITE_COLUMNS``.
        weekly: week (its Monday), area, programme, measure, statistic, unit, estimate, low, high, replications.
        incidence: age_group, week (since the claim), estimate, low, high, replications: the share in work.
        folder: the run folder; None if the run was not written.

    Where the assumptions were varied too, estimates and intervals are those of the mean over draws, and ``summary``, ``weekly`` and
    ``incidence`` also have draws, range_low, range_high and luck_share, see :func:`sim.results.draws.draw_range`.
    """

    name: str
    fingerprint: str
    info: dict[str, Any]
    summary: pd.DataFrame
    replications: pd.DataFrame
    daily: pd.DataFrame
    weekly: pd.DataFrame
    incidence: pd.DataFrame
    folder: Path | None = None
    _large: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        info: dict[str, Any],
        replications: pd.DataFrame,
        daily: pd.DataFrame,
        weekly: pd.DataFrame,
        incidence: pd.DataFrame,
        folder: Path | None = None,
    ) -> Self:
        """From the tables of all replications, one below the other (see :func:`replication_tables`)."""
        per_draw = _per_draw(info)
        summary = summarise(replications, info["scenario"], per_draw)
        weekly, incidence = over_replications(weekly, WEEKLY_KEYS, per_draw), over_replications(incidence, INCIDENCE_KEYS, per_draw)
        return cls(info["scenario"], info["fingerprint"], info, summary, replications, daily, weekly, incidence, folder)

    def in_memory(self) -> Self:
        """The same, with everything read and no folder."""
        large = {name: table for name in LARGE if (table := self._kept(name)) is not None}
        return replace(self, folder=None, _large=large)

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The tables in a run folder.

        Raises:
            FileNotFoundError: if it holds no finished run.
        """
        folder = Path(folder)
        if not (folder / "run.json").is_file():
            raise FileNotFoundError(f"{folder} holds no finished run (no run.json)")
        info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        replications, daily, weekly, incidence = (
            pd.read_parquet(folder / f"{name}.parquet") for name in ("replications", "daily", "weekly", "incidence")
        )
        summary = summarise(replications, info["scenario"], _per_draw(info))
        return cls(info["scenario"], info["fingerprint"], info, summary, replications, daily, weekly, incidence, folder)

    @property
    def weekly_replications(self) -> pd.DataFrame | None:
        """The keys of ``weekly`` with ``replication`` and ``value``; None if not known. Read when first asked for."""
        return self._kept("weekly_replications")

    @property
    def first_spells(self) -> pd.DataFrame | None:
        """Who entered work in their first spell, see :mod:`sim.first_spells`; None if not known. Read when first asked for."""
        return self._kept("first_spells")

    @property
    def people(self) -> pd.DataFrame | None:
        """A row per replication and claim; None if the run did not keep them. Read from the run folder when first asked for."""
        return self._kept("people")

    @property
    def events(self) -> pd.DataFrame | None:
        """A row per replication and event; None if the run did not keep them. Read from the run folder when first asked for."""
        return self._kept("events")

    @property
    def draws(self) -> pd.DataFrame | None:
        """``draw`` and the position of each assumption in its interval, from 0 (low) to 1 (high); None if they were not varied."""
        return self._kept("draws")

    @property
    def per_draw(self) -> int:
        """Replications that share a draw of the assumptions; 1 if they were not varied."""
        return _per_draw(self.info)

    def _kept(self, table: str) -> pd.DataFrame | None:
        if table not in self._large and self.folder is not None and (self.folder / f"{table}.parquet").is_file():
            self._large[table] = pd.read_parquet(self.folder / f"{table}.parquet")
        return self._large.get(table)


def _per_draw(info: dict[str, Any]) -> int:
    return int(info.get("replications_per_draw", 1))
