"""From the records of replications to tables, each number with its interval.

Tables of one replication are tidy: key columns, then ``value``. Over replications the value becomes ``estimate``, ``low`` and
``high`` (mean and Student-t 95% interval) and ``replications``, how many of them had a value. ``all`` marks what is not split.
Dates are days since 1970-01-01 where a column also holds other numbers; :func:`readable` writes them in ISO.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from sim import first_spells
from sim.measures import FEWEST_AT_RISK, MEASURES
from sim.model.ledger import EVENT_COLUMNS, Event, Record
from sim.record import HOME_COLUMNS, SITE_COLUMNS
from sim.scenario.schema import AGE_GROUPS, CHANNELS, KINDS
from sim.view import View

ALL = "all"
SPLIT = ["jobcentre", "area", "age_group", "programme"]
MEASURE_KEYS = ["measure", "statistic", *SPLIT, "unit"]
WEEKLY_KEYS = ["week", "area", "programme", "measure", "statistic", "unit"]
INCIDENCE_KEYS = ["age_group", "week"]
LAST_WEEK = 104
EXITS = ("", "job entry", "left")
CONFIDENCE = 0.95
_ORDER = {"p10": 0.1, "median": 0.5, "p90": 0.9}


# One replication


def replication_tables(record: Record, *, people: bool = False, events: bool = False) -> dict[str, pd.DataFrame]:
    """Every table of one replication: measures, daily, weekly, incidence, first_spells, and people and events if asked for."""
    tables = {
        "measures": _measures(record),
        "daily": _daily(record),
        "weekly": _weekly(record),
        "incidence": _incidence({ALL: View(record), **{name: View(record, age=i) for i, name in enumerate(AGE_GROUPS)}}),
        "first_spells": first_spells.pack(record),
    }
    if people:
        tables["people"] = _people(record)
    if events:
        tables["events"] = _events(record)
    for table in tables.values():
        table.insert(0, "replication", np.int32(record.replication))
    return tables


def _measures(record: Record) -> pd.DataFrame:
    views = list(_views(record))
    rows = [
        (measure.name, statistic, *names, measure.unit_of(statistic), float(value))
        for measure in MEASURES.values()
        if measure.applies(record)
        for names, view in views
        if view.split in measure.splits
        for statistic, value in zip(measure.within_replication, measure.compute(view), strict=True)
    ]
    return pd.DataFrame(rows, columns=[*MEASURE_KEYS, "value"])


def _views(record: Record) -> Iterator[tuple[tuple[str, ...], View]]:
    """Everyone, each jobcentre, area and age group, and each programme, for everyone and by area and age group; names as in SPLIT."""
    yield (ALL, ALL, ALL, ALL), View(record)
    for i, name in enumerate(record.jobcentres):
        yield (name, ALL, ALL, ALL), View(record, jobcentre=i)
    others = [((ALL, ALL), View(record))]
    others += [((name, ALL), View(record, area=i)) for i, name in enumerate(record.areas)]
    others += [((ALL, name), View(record, age=i)) for i, name in enumerate(AGE_GROUPS)]
    for names, view in others:
        if view.split:
            yield (ALL, *names, ALL), view
        for k, programme in enumerate(record.programmes):
            yield (ALL, *names, programme), view.of_programme(k)


def _weekly(record: Record) -> pd.DataFrame:
    """Measures week by week from Monday; those that follow people are of the claims and referrals made in that week."""
    views = [(ALL, ALL, View(record))]
    views += [(name, ALL, View(record, area=i)) for i, name in enumerate(record.areas)]
    views += [(ALL, name, views[0][2].of_programme(k)) for k, name in enumerate(record.programmes)]
    measures = [measure for measure in MEASURES.values() if measure.weekly and measure.applies(record)]
    rows = []
    for monday in range(-record.start.weekday(), record.days, 7):
        first, days = max(0, monday), min(monday + 7, record.days) - max(0, monday)
        date = record.start + dt.timedelta(days=monday)
        for area, programme, view in views:
            week = view.during(first, days)
            for measure in measures:
                if view.split in measure.splits:
                    key = (date, area, programme, measure.name)
                    values = zip(measure.within_replication, measure.compute(week), strict=True)
                    rows += [(*key, statistic, measure.unit_of(statistic), float(value)) for statistic, value in values]
    return pd.DataFrame(rows, columns=[*WEEKLY_KEYS, "value"]).astype({"week": "datetime64[s]"})


def _incidence(views: dict[str, View]) -> pd.DataFrame:
    """The share in work by weeks since the claim, blank where too few are followed."""
    rows = [(age, week, view.job_entry.at(7 * week, FEWEST_AT_RISK)) for age, view in views.items() for week in range(LAST_WEEK + 1)]
    return pd.DataFrame(rows, columns=[*INCIDENCE_KEYS, "value"])


def _daily(record: Record) -> pd.DataFrame:
    jobcentres = len(record.jobcentres)
    home = record.by_home.sum(axis=2).reshape(-1, len(HOME_COLUMNS)).astype(np.int32)
    site = record.by_site.reshape(-1, len(SITE_COLUMNS))
    keys = {
        "date": np.repeat(_dates(record, np.arange(record.days)), jobcentres),
        "jobcentre": _named(np.tile(np.arange(jobcentres), record.days), record.jobcentres),
    }
    return pd.DataFrame(
        keys | {name: home[:, i] for i, name in enumerate(HOME_COLUMNS)} | {name: site[:, i] for i, name in enumerate(SITE_COLUMNS)}
    )


def _people(record: Record) -> pd.DataFrame:
    """A row per claim, the initial stock first; ``home`` is the jobcentre at the claim, ``origin`` the permanent one.

    Who claims again has another row, with the next ``spell``, and ``earlier`` says which row is the one before.
    """
    rows = record.people
    return pd.DataFrame(
        {
            "person": np.arange(len(rows), dtype=np.int32),
            "area": _named(rows["area"], record.areas),
            "origin": _named(rows["origin"], record.jobcentres),
            "home": _named(rows["home"], record.jobcentres),
            "age_group": _named(rows["age"], AGE_GROUPS),
            "claim": _dates(record, rows["claim"]),
            "spell": rows["spell"].astype(np.int8),
            "earlier": _whole(rows["earlier"]),
            **{name: _dates(record, rows[name], rows[name] >= 0) for name in ("offered", "first_held", "exit")},
            "exit_kind": _named(rows["exit_kind"], EXITS),
            "held": rows["held"].astype(np.int32),
            "missed": rows["missed"].astype(np.int32),
        }
    )


def _events(record: Record) -> pd.DataFrame:
    """A row per event, in the order (day, phase, person, event); blank where a column does not apply."""
    if record.events is None:
        raise ValueError("the record holds no events: ask simulate for them")
    log = dict(zip(EVENT_COLUMNS, record.events.T, strict=True))
    names = {
        "event": [event.name.lower().replace("_", " ") for event in Event],
        "jobcentre": record.jobcentres,
        "kind": KINDS,
        "channel": CHANNELS,
        "programme": record.programmes,
    }
    frame = pd.DataFrame(
        {"date": _dates(record, log["day"]), "phase": log["phase"].astype(np.int8), "person": log["person"].astype(np.int32)}
    )
    for column, labels in names.items():
        frame[column] = _named(log[column], labels)
    on_a_day = np.isin(log["event"], (Event.BUMP, Event.BOOKED))
    frame["booked_for"] = _dates(record, log["value"], on_a_day)
    frame["value"] = _whole(np.where(on_a_day, -1, log["value"]))
    return frame


def _named(codes: NDArray[Any], names: Sequence[str]) -> Any:
    """Names in place of indices, blank for -1."""
    return pd.Categorical.from_codes(np.asarray(codes, dtype=np.int64), pd.Index(names))


def _whole(values: NDArray[Any]) -> Any:
    """Whole numbers, blank below 0."""
    return pd.arrays.IntegerArray(np.asarray(values, dtype=np.int32), np.asarray(values) < 0)


def _dates(record: Record, days: NDArray[Any], known: NDArray[np.bool_] | None = None) -> NDArray[np.datetime64]:
    dates = (np.datetime64(record.start) + np.asarray(days, dtype="timedelta64[D]")).astype("datetime64[s]")
    return dates if known is None else np.where(known, dates, np.datetime64("NaT", "s"))


# Over replications


def over_replications(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mean and Student-t 95% interval of ``value`` over replications, for each combination of keys in order of appearance.

    Blank values are left out and ``replications`` says how many there were; with fewer than two there is no interval. No measure can be
    below zero and no share above one, so neither are the intervals' ends.
    """
    grouped = frame.groupby(keys, sort=False, observed=True)["value"].agg(["mean", "std", "count"]).reset_index()
    half = half_width(grouped["std"].to_numpy(), grouped["count"].to_numpy())
    table = grouped[keys].copy()
    table["estimate"], table["low"], table["high"] = grouped["mean"], np.maximum(grouped["mean"] - half, 0), grouped["mean"] + half
    if "unit" in keys:
        table["high"] = table["high"].where(grouped["unit"] != "share", np.minimum(table["high"], 1))
    table["replications"] = grouped["count"].astype(np.int32)
    return table


def half_width(deviation: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Half the Student-t interval of a mean, from the sample's standard deviation and size; NaN below two."""
    enough = count >= 2
    freedom = np.where(enough, count - 1, 1)
    half: NDArray[np.float64] = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * deviation / np.sqrt(np.maximum(count, 1))
    return np.where(enough, half, np.nan)


def summarise(measures: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """The summary: one row for each measure, statistic and split, with its interval.

    A date is given as the share of replications that reach it (with Wilson's interval) and order statistics over all of them, those
    that never do counted as later than any date.
    """
    dates = measures["unit"] == "date"
    parts = [over_replications(measures[~dates], MEASURE_KEYS)]
    for key, values in measures[dates].groupby(MEASURE_KEYS, sort=False, observed=True)["value"]:
        fixed = dict(zip(MEASURE_KEYS, key, strict=True))
        parts.append(pd.DataFrame([fixed | row for row in _of_dates(values.to_numpy(dtype=float))]))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "scenario", scenario)
    return table[["scenario", "measure", "statistic", *SPLIT, "estimate", "low", "high", "replications", "unit"]]


def _of_dates(values: NDArray[np.float64]) -> list[dict[str, Any]]:
    reached = np.isfinite(values)
    known, total = int(reached.sum()), len(values)
    wilson = stats.binomtest(known, total).proportion_ci(CONFIDENCE, method="wilson")
    share = {"estimate": known / total, "low": wilson.low, "high": wilson.high} if total >= 2 else {"estimate": known / total}
    rows = [{"statistic": "share", "unit": "share", **share, "replications": total}]
    ordered = np.sort(np.where(reached, values, np.inf))
    for name, quantile in _ORDER.items():
        estimate = ordered[math.ceil(quantile * total) - 1]
        # Ranks between which the quantile lies with 95% confidence, whatever the distribution; there may be too few replications for that.
        interval: Any = stats.quantile_test(ordered, p=quantile).confidence_interval(CONFIDENCE)
        known_bounds = np.isfinite([interval.low, interval.high]).all()
        low, high = (interval.low, interval.high) if known_bounds else (math.nan, math.nan)
        row = {"statistic": name, "estimate": estimate if math.isfinite(estimate) else math.nan, "low": low, "high": high}
        rows.append(row | {"replications": known})
    return rows


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """A copy for reading: where the unit is ``date``, estimates and their bounds in ISO (differences of dates stay days)."""
    table = table.copy()
    dates = table["unit"] == "date"
    of_dates = ("base_estimate", "other_estimate") if "difference" in table else ("estimate", "low", "high")
    for name in of_dates:
        days = table.loc[dates, name].astype(float)
        table[name] = table[name].astype(object)
        table.loc[dates, name] = [None if math.isnan(d) else (dt.date(1970, 1, 1) + dt.timedelta(round(d))).isoformat() for d in days]
    return table


def csv(table: pd.DataFrame) -> str:
    """A table as text: dates in ISO, other numbers to eight digits, blank where there is none."""
    table = readable(table)
    for name in table.columns.intersection(["estimate", "low", "high", "base_estimate", "other_estimate", "difference"]):
        table[name] = [_eight_digits(value) if isinstance(value, float) else value for value in table[name]]
    return table.to_csv(index=False, lineterminator="\n")


def _eight_digits(value: float) -> str:
    return "" if math.isnan(value) else np.format_float_positional(value, 8, fractional=False, trim="-")


@dataclass(frozen=True)
class RunTables:
    """The tables of a finished run.

    Attributes:
        name: of the scenario.
        fingerprint: of the resolved scenario.
        info: what ``run.json`` says: version, seed, replications, times, libraries.
        summary: scenario, measure, statistic, jobcentre, area, age_group, programme, estimate, low, high, replications, unit.
        replications: the same keys with ``replication`` and ``value``; the statistic of a date is ``date``.
        daily: replication, date, jobcentre, then a column for each figure of :data:`sim.record.HOME_COLUMNS` and ``SITE_COLUMNS``.
        weekly: week (its Monday), area, programme, measure, statistic, unit, estimate, low, high, replications.
        incidence: age_group, week (since the claim), estimate, low, high, replications: the share in work.
        folder: the run folder; None if the run was not written.
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
        summary = summarise(replications, info["scenario"])
        weekly, incidence = over_replications(weekly, WEEKLY_KEYS), over_replications(incidence, INCIDENCE_KEYS)
        return cls(info["scenario"], info["fingerprint"], info, summary, replications, daily, weekly, incidence, folder)

    def in_memory(self) -> Self:
        """The same, with everything read and no folder."""
        large = {name: table for name in ("first_spells", "people", "events") if (table := self._kept(name)) is not None}
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
        summary = summarise(replications, info["scenario"])
        return cls(info["scenario"], info["fingerprint"], info, summary, replications, daily, weekly, incidence, folder)

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

    def _kept(self, table: str) -> pd.DataFrame | None:
        if table not in self._large and self.folder is not None and (self.folder / f"{table}.parquet").is_file():
            self._large[table] = pd.read_parquet(self.folder / f"{table}.parquet")
        return self._large.get(table)
