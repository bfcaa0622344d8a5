"""From the record of one replication to its tables: tidy, key columns and then ``value``.

``all`` marks what is not split. Dates are days since 1970-01-01 where a column also holds other numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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


def replication_tables(record: Record, names: Sequence[str], since: dt.date | None = None) -> dict[str, pd.DataFrame]:
    """The named tables of one replication, of :data:`TABLES`.

    Args:
        since: also give ``since``, the measures counted from that day on: of the claims and referrals made, and of the days.
    """
    tables = {name: TABLES[name](record) for name in names}
    if since is not None:
        first = max(0, (since - record.start).days)
        tables["since"] = _measures(record, first)
    for table in tables.values():
        table.insert(0, "replication", np.int32(record.replication))
    return tables


def mark(table: pd.DataFrame, info: dict[str, Any]) -> None:
    """Have a table say what it is of, also as Parquet."""
    table.attrs.update(scenario=info["scenario"], fingerprint=info["fingerprint"])


def _measures(record: Record, first: int = 0) -> pd.DataFrame:
    """Every measure; from a later day on, those that mean something for a part of the run."""
    views = [(names, view.during(first, record.days - first) if first else view) for names, view in _views(record)]
    rows = [
        (measure.name, statistic, *names, measure.unit_of(statistic), float(value))
        for measure in MEASURES.values()
        if measure.applies(record) and (measure.weekly or not first)
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


def _incidence(record: Record) -> pd.DataFrame:
    """The share in work by weeks since the claim, for everyone and by age group, blank where too few are followed."""
    views = {ALL: View(record), **{name: View(record, age=i) for i, name in enumerate(AGE_GROUPS)}}
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


TABLES: dict[str, Callable[[Record], pd.DataFrame]] = {
    "measures": _measures,
    "daily": _daily,
    "weekly": _weekly,
    "incidence": _incidence,
    "first_spells": first_spells.pack,
    "people": _people,
    "events": _events,
}
"""Every table of a replication by name."""
