"""What a run writes down, and the check that nobody is lost.

Tallies are kept by day and jobcentre: of people (by their home and age group) and of minutes (by the jobcentre that serves). Each
person leaves one row of history; the event log is kept only when asked for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined
from sim.model.people import HISTORY, NONE, records
from sim.record import HOME_COLUMNS, SITE_COLUMNS

EVENT_COLUMNS = ("day", "phase", "person", "event", "jobcentre", "kind", "channel", "programme", "value")


class Event(IntEnum):
    """Codes of the event log (rules, section 7)."""

    CLAIM = 0
    MOVE = 1
    BUMP = 2
    MISSED = 3
    HELD = 4
    JOB_ENTRY = 5
    LEFT = 6
    BOOKED = 7
    RETURN = 8
    REFERRED = 9
    STARTED = 10
    WITHDREW = 11
    COMPLETED = 12
    DROPPED_OUT = 13


class ConservationError(RuntimeError):
    """People or minutes do not add up: the model is wrong, and the run stops."""


@dataclass(frozen=True)
class Record:
    """One replication, written down.

    Attributes:
        jobcentres, areas: names in order; index arrays elsewhere refer to these.
        area_of_jobcentre: index of the area, -1 for a temporary jobcentre; shape (jobcentres,).
        works: whether a day is a working day, shape (days,).
        working_day_count: working days up to and including each day from day 0 on; reaches past the run.
        target_working_days: the promise for first meetings.
        by_home: counts, shape (days, jobcentres, age groups, HOME_COLUMNS).
        by_site: minutes and coaches, shape (days, jobcentres, SITE_COLUMNS).
        people: rows of HISTORY by person id.
        programmes, sectors: names in order.
        episodes: rows of EPISODE, by day of referral and person.
        places_unused: places nobody took, shape (days, programmes).
        by_sector: shape (days, sectors, SECTOR_COLUMNS).
        costs: pounds, shape (days, jobcentres, COST_COLUMNS).
        cost_per_start: pounds by programme.
        events: shape (events, 9), columns EVENT_COLUMNS, ordered by (day, phase, person, event); None if not asked for.
    """

    scenario_name: str
    seed: int
    replication: int
    start: dt.date
    days: int
    jobcentres: tuple[str, ...]
    areas: tuple[str, ...]
    area_of_jobcentre: NDArray[np.int64]
    works: NDArray[np.bool_]
    working_day_count: NDArray[np.int64]
    target_working_days: int
    by_home: NDArray[np.int64]
    by_site: NDArray[np.float64]
    people: NDArray[np.void]
    programmes: tuple[str, ...]
    sectors: tuple[str, ...]
    episodes: NDArray[np.void]
    places_unused: NDArray[np.int64]
    by_sector: NDArray[np.float64]
    costs: NDArray[np.float64]
    cost_per_start: NDArray[np.float64]
    events: NDArray[np.int64] | None


def column(name: str) -> int:
    """Position of a column in the tallies by home or by site."""
    return HOME_COLUMNS.index(name) if name in HOME_COLUMNS else SITE_COLUMNS.index(name)


@inlined
def note(
    events: NDArray[np.int64],
    cursor: NDArray[np.int64],
    day: int,
    phase: int,
    person: int,
    event: int,
    place: int,
    kind: int,
    channel: int,
    programme: int,
    value: int,
) -> None:
    """Write one record of the event log, if it is wanted."""
    if len(events) == 0:
        return
    i = cursor[0]
    events[i, 0], events[i, 1], events[i, 2], events[i, 3], events[i, 4] = day, phase, person, event, place
    events[i, 5], events[i, 6], events[i, 7], events[i, 8] = kind, channel, programme, value
    cursor[0] = i + 1


class Ledger:
    """Tallies of a run while it is under way."""

    def __init__(self, days: int, jobcentres: tuple[str, ...], age_groups: int, wants_events: bool) -> None:
        self.jobcentres = jobcentres
        self.by_home = np.zeros((days, len(jobcentres), age_groups, len(HOME_COLUMNS)), dtype=np.int64)
        self.by_site = np.zeros((days, len(jobcentres), len(SITE_COLUMNS)))
        self.wants_events = wants_events
        self._events: list[NDArray[np.int64]] = []
        self._caseload = np.zeros(len(jobcentres), dtype=np.int64)
        self.booked_ahead = np.zeros(len(jobcentres), dtype=np.int64)
        self._eve = np.zeros_like(self.by_home[0]), np.zeros_like(self.by_site[0])

    def home(self, day: int) -> NDArray[np.int64]:
        """Today's tally of people, shape (jobcentres, age groups, HOME_COLUMNS)."""
        tally: NDArray[np.int64] = self.by_home[day] if day >= 0 else self._eve[0]
        return tally

    def site(self, day: int) -> NDArray[np.float64]:
        """Today's tally of minutes, shape (jobcentres, SITE_COLUMNS)."""
        tally: NDArray[np.float64] = self.by_site[day] if day >= 0 else self._eve[1]
        return tally

    def count_people(self, day: int, name: str, rows: NDArray[np.void]) -> None:
        """Add people, at their homes, to a column of the day's tally."""
        np.add.at(self.home(day)[..., column(name)], (rows["home"], rows["age"]), 1)

    def note(self, records: NDArray[np.int64]) -> None:
        """Keep events, shape (events, 9)."""
        if self.wants_events and len(records):
            self._events.append(records.copy())

    def note_people(
        self,
        day: int,
        phase: int,
        event: Event,
        rows: NDArray[np.void],
        kind: int = -1,
        programme: int = -1,
        value: int | NDArray[np.integer] = -1,
    ) -> None:
        """Keep an event of many people at once, at their homes."""
        if not self.wants_events or not len(rows):
            return
        records = np.full((len(rows), len(EVENT_COLUMNS)), -1, dtype=np.int64)
        records[:, 0], records[:, 1], records[:, 3], records[:, 5] = day, phase, event, kind
        records[:, 2], records[:, 4], records[:, 7], records[:, 8] = rows["id"], rows["home"], programme, value
        self.note(records)

    def events(self) -> NDArray[np.int64] | None:
        """The event log in order of (day, phase, person, event)."""
        if not self.wants_events:
            return None
        log = np.concatenate(self._events) if self._events else np.zeros((0, len(EVENT_COLUMNS)), dtype=np.int64)
        return log[np.lexsort([log[:, i] for i in range(len(EVENT_COLUMNS) - 1, -1, -1)])]

    def start(self, people: NDArray[np.void], stock: int) -> None:
        """Count those who are there before the first day (the first ``stock``), and every claim on its day."""
        self._caseload = np.bincount(people["home"][:stock], minlength=len(self.jobcentres))
        claims = people[stock:]
        where = np.ravel_multi_index((claims["claim"], claims["home"], claims["age"]), self.by_home.shape[:3])
        self.by_home[..., HOME_COLUMNS.index("claims")] = np.bincount(where, minlength=self.by_home[..., 0].size).reshape(
            self.by_home.shape[:3]
        )

    def close(self, day: int, diary_ahead: NDArray[np.int64]) -> None:
        """Check that today's people and minutes add up, at every jobcentre.

        Args:
            day: today.
            diary_ahead: minutes booked after today by serving jobcentre, as the diaries have it; compared with ``booked_ahead``, which is
                counted from the people.

        Raises:
            ConservationError: if they do not, with day, jobcentre and numbers.
        """
        home = self.by_home[day].sum(axis=1)

        def total(name: str) -> NDArray[np.int64]:
            people: NDArray[np.int64] = home[:, HOME_COLUMNS.index(name)]
            return people

        site = self.by_site[day]
        came = total("claims") + total("returns") + total("moved_in")
        went = total("moved_out") + total("job_entries") + total("left")
        here = total("waiting") + total("in_reviews") + total("on_programme")
        self._must_equal(day, "people on the claim", here, self._caseload + came - went)
        self._must_equal(day, "minutes booked ahead", self.booked_ahead, diary_ahead)
        served = site[:, column("coach_minutes_held")] + site[:, column("coach_minutes_missed")]
        self._must_equal(day, "minutes of today's appointments", served, site[:, column("coach_minutes_booked")])
        self._must_equal(
            day, "desk minutes of today's appointments", site[:, column("desk_minutes_used")], site[:, column("desk_minutes_booked")]
        )
        for kind in ("coach_minutes", "desk_minutes"):
            if (site[:, column(f"{kind}_booked")] > site[:, column(kind)]).any():
                raise ConservationError(f"day {day}: more {kind.replace('_', ' ')} are booked than are there")
        self._caseload = here

    def _must_equal(self, day: int, what: str, counted: NDArray[np.generic], expected: NDArray[np.generic]) -> None:
        wrong = np.flatnonzero(counted != expected)
        if len(wrong):
            j = wrong[0]
            raise ConservationError(
                f"day {day}, {self.jobcentres[j]}: {what} do not add up: counted {counted[j]}, expected {expected[j]}. "
                "This is an error in the model, not in the scenario; please report it with the scenario and seed."
            )


def history_of(people: NDArray[np.void], area: NDArray[np.int64], origin: NDArray[np.int64]) -> NDArray[np.void]:
    """The history rows of people who have just come."""
    history = records(len(people), HISTORY)
    history["area"], history["origin"], history["earlier"] = area, origin, NONE
    for name in ("home", "age", "claim"):
        history[name] = people[name]
    for name in ("offered", "first_held", "exit"):
        history[name] = NONE
    return history
