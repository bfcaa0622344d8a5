"""Jobcentres at work: the people of a pool, and the process that takes them through the day.

A pool is the jobcentres whose diaries one clerk keeps; a jobcentre outside every pool is a pool of its own. Its people are rows of one
block, in order of id.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.luck import Luck, Purpose
from sim.model import working_day
from sim.model.day import EVE, Phase, Process, until
from sim.model.diary import COACH, COACH_BOOKED, DESK, DESK_BOOKED, enter
from sim.model.job_entry import JobEntry
from sim.model.ledger import Event, Ledger
from sim.model.people import FIRST, NONE, PERSON, WORK, records
from sim.scenario.schema import CHANNELS, Scenario

COMPACT_AT = 0.2
"""Share of rows of people who have gone at which a block is cleared of them."""


@dataclass
class Surroundings:
    """What all pools share: the calendar, the rules of each day, the diaries, luck and the ledger.

    Attributes:
        names: jobcentres by name; everything counts them in this order.
        days: days of the run.
        subjects, history: rows of SUBJECT and HISTORY by person id.
        works: whether each day is a working day, from day 0.
        count: working days up to each day, from day ``-before``.
        rules: rows of DAY from day 0.
        every: weeks between reviews by (day, completed weeks on the claim).
        diary: minutes, as in :mod:`sim.model.diary`.
        window: the days that can be booked today.
        overbooked: days with more minutes booked than there are, by jobcentre.
    """

    scenario: Scenario
    names: tuple[str, ...]
    days: int
    luck: Luck
    subjects: NDArray[np.void]
    works: NDArray[np.bool_]
    count: NDArray[np.int64]
    before: int
    rules: NDArray[np.void]
    every: NDArray[np.int8]
    job_entry: JobEntry
    diary: NDArray[np.int64]
    ledger: Ledger
    history: NDArray[np.void]
    window: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    overbooked: dict[int, list[int]] = field(default_factory=dict)

    def look_ahead(self, today: int) -> None:
        """Set the booking window: the working days that can be booked today."""
        ahead = self.works[today + 1 :].nonzero()[0][: int(self.scenario.appointments.book_ahead_working_days)]
        self.window = ahead + today + 1

    def find_overbooked(self, today: int, ahead: bool) -> None:
        """Find the jobcentres and days with more minutes booked than there are: today's, and with ``ahead`` every later day's."""
        diary = self.diary[:, today:] if ahead else self.diary[:, today : today + 1]
        over = (diary[:, :, COACH_BOOKED] > diary[:, :, COACH]) | (diary[:, :, DESK_BOOKED] > diary[:, :, DESK])
        self.overbooked = {}
        for j, days in np.argwhere(over).tolist():
            self.overbooked.setdefault(j, []).append(today + days)


class Pool:
    """Jobcentres with a common clerk, and their people.

    Args:
        around: what all pools share.
        members: the jobcentres, as indices in order of name.
        channels: which channels they share.
        stock, claims: rows of those who are there on the first day, and of those who will come by their own claim, in order of id.
    """

    def __init__(
        self, around: Surroundings, members: list[int], channels: list[str], stock: NDArray[np.void], claims: NDArray[np.void]
    ) -> None:
        self.around = around
        self.jobcentres = members
        self.members = np.array(members, dtype=np.int64)
        self.shared = np.array([channel in channels and len(members) > 1 for channel in CHANNELS], dtype=np.int64)
        appointments = around.scenario.appointments
        self.priority = np.array([int(kind.priority) for kind in appointments.kinds])
        kept = appointments.first_meeting.reserve
        self.reserve = (float(kept.share), int(kept.until_days_before)) if kept else (0.0, 0)
        self.claims = claims
        self.first_claim = np.searchsorted(claims["claim"], np.arange(around.days + 1))
        self.people, self.n, self.gone = records(0, PERSON), 0, 0
        self._reserve_space(len(stock) + len(stock) // 4)
        self.add(stock)

    def process(self, env: simpy.Environment) -> Process:
        """The pool's days, phase by phase."""
        yield until(env, EVE, Phase.CLERK)
        self.survey(EVE)
        self.book(EVE)
        for today in range(self.around.days):
            yield until(env, today, Phase.ARRIVALS)
            self.receive(today)
            yield until(env, today, Phase.CAPACITY)
            self.bump(today)
            yield until(env, today, Phase.APPOINTMENTS)
            self.live(today)
            yield until(env, today, Phase.CLERK)
            self.book(today)

    def receive(self, today: int) -> None:
        """Phase 1: today's claims."""
        if self.gone > COMPACT_AT * self.n:
            self._keep(self.people[: self.n]["state"] < WORK)
        new = self.claims[self.first_claim[today] : self.first_claim[today + 1]]
        if len(new):
            self._reserve_space(self.n + len(new))
            _raw(self.people)[self.n : self.n + len(new)] = _raw(new)
            self.n += len(new)
            self.around.ledger.note_people(today, Phase.ARRIVALS, Event.CLAIM, new, kind=FIRST)

    def bump(self, today: int) -> None:
        """Phase 2: whatever no longer fits, today or on any later day."""
        around = self.around
        for j in self.jobcentres:
            for day in around.overbooked.get(j, ()):
                working_day.bump(
                    self.people, self.n, today, j, day, around.diary, self.priority, self.scratch, around.ledger.home(today), *self.log
                )
                self._flush()

    def live(self, today: int) -> None:
        """Phases 3 and 4: appointments are held or missed; people enter work or leave."""
        around, luck, job_entry = self.around, self.around.luck, self.around.job_entry
        self.listed, gone = working_day.live(
            self.people,
            self.n,
            today,
            around.rules,
            around.every,
            around.count,
            around.before,
            luck.seed,
            luck.replication,
            around.subjects,
            job_entry.bands,
            job_entry.tables,
            around.diary,
            self.priority,
            self.scratch,
            around.ledger.home(today),
            around.ledger.site(today),
            around.ledger.booked_ahead,
            around.history,
            *self.log,
        )
        self.gone += gone
        self._flush()

    def survey(self, today: int) -> None:
        """The waiting list of a day on which nothing else happens."""
        around, ledger = self.around, self.around.ledger
        self.listed = working_day.survey(
            self.people, self.n, today, around.count, around.before, self.priority, self.scratch, ledger.home(today), ledger.booked_ahead
        )

    def book(self, today: int) -> None:
        """Phase 6: the clerk."""
        around, luck = self.around, self.around.luck
        working_day.book(
            self.people,
            self.listed,
            today,
            around.rules,
            around.window,
            around.count,
            around.before,
            self.members,
            self.shared,
            self.priority,
            *self.reserve,
            luck.seed,
            luck.replication,
            around.subjects,
            around.diary,
            self.pointer,
            self.scratch,
            around.ledger.home(today),
            around.ledger.booked_ahead,
            around.history,
            *self.log,
        )
        self._flush()

    def finish(self) -> None:
        """Write down the appointments of those still there."""
        people = self.people[: self.n]
        here = people[people["state"] < WORK]
        self.around.history["held"][here["id"]] = here["count"] - here["missed"]
        self.around.history["missed"][here["id"]] = here["missed"]

    def take_out(self, home: int, origin: int, low: float, high: float) -> NDArray[np.void]:
        """Remove and return those at a home from one origin whose diversion number lies in [low, high), without bookings."""
        around = self.around
        people = self.people[: self.n]
        subjects = around.subjects[people["id"]]
        u = around.luck.uniforms(subjects["name"], subjects["number"], subjects["date"], Purpose.DIVERSION)
        here = people["state"] < WORK
        chosen = here & (people["home"] == home) & (around.history["origin"][people["id"]] == origin) & (low <= u) & (u < high)
        moving: NDArray[np.void] = people[chosen]
        for r in moving[moving["booked"] != NONE]:
            enter(around.diary, int(r["serving"]), int(r["booked"]), -int(r["minutes"]), int(r["kind"]), int(r["channel"]))
        moving["booked"] = NONE
        self._keep(here & ~chosen)
        return moving

    def add(self, rows: NDArray[np.void]) -> None:
        """Take people in, keeping the order of ids."""
        self._reserve_space(self.n + len(rows))
        block = _raw(self.people)
        block[self.n : self.n + len(rows)] = _raw(rows)
        self.n += len(rows)
        block[: self.n] = block[: self.n][np.argsort(self.people[: self.n]["id"], kind="stable")]

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        block = _raw(self.people)
        staying = block[: self.n][kept]
        self.n, self.gone = len(staying), 0
        block[: self.n] = staying

    def _reserve_space(self, rows: int) -> None:
        if rows <= len(self.people) and len(self.people):
            return
        larger = records(max(rows, len(self.people) * 3 // 2, 16), PERSON)
        _raw(larger)[: self.n] = _raw(self.people)[: self.n]
        self.people = larger
        self.scratch = np.zeros((5, max(len(larger), 8192)), dtype=np.int64)
        self.pointer = np.zeros((len(self.around.names), 2, len(CHANNELS)), dtype=np.int64)
        wanted = 2 * len(larger) if self.around.ledger.wants_events else 0  # a meeting and the end of the claim on one day
        self.log = np.zeros((wanted, 8), dtype=np.int64), np.zeros(1, dtype=np.int64)

    def _flush(self) -> None:
        events, cursor = self.log
        self.around.ledger.note(events[: cursor[0]])
        cursor[0] = 0


def _raw(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Rows as plain bytes, which are copied whole instead of field by field."""
    return rows.view(np.ndarray).view(np.dtype((np.void, rows.dtype.itemsize)))
