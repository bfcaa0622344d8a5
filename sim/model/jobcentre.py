"""Jobcentres at work: the people of a pool, and the process that takes them through the day.

A pool is the jobcentres whose diaries one clerk keeps; a jobcentre outside every pool is a pool of its own. Its people are rows of one
block, in order of id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.luck import Luck
from sim.model import clerk, referral, working_day
from sim.model.day import EVE, Phase, Process, until
from sim.model.diary import COACH, COACH_BOOKED, DESK, DESK_BOOKED, enter
from sim.model.job_entry import JobEntry
from sim.model.labour_market import LabourMarket
from sim.model.ledger import EVENT_COLUMNS, Ledger
from sim.model.people import NONE, PERSON, WORK, Register, raw, records
from sim.model.programmes import Programmes
from sim.model.referral import Support
from sim.model.working_day import ENTERED, GONE, LATE_WORKING_DAYS, LISTED, QUEUE, QUEUED, WORKERS
from sim.scenario.schema import CHANNELS, KINDS, Scenario

COMPACT_AT = 0.2
"""Share of rows of people who have gone at which a block is cleared of them."""


@dataclass
class Surroundings:
    """What all pools share: the calendar, the rules of each day, the diaries, luck and the ledger.

    Attributes:
        names: jobcentres by name; everything counts them in this order.
        days: days of the run.
        everyone: who has come so far.
        hub: whether each jobcentre is a youth hub.
        works: whether each day is a working day, from day 0.
        count: working days up to each day, from day ``-before``.
        rules: rows of DAY from day 0.
        every: weeks between meetings by (review or youth-hub meeting, day, completed weeks on the claim).
        early: days on the claim within which a lost meeting is remembered.
        diary: minutes, as in :mod:`sim.model.diary`.
        place: factor on today's hazards by home.
        counted_on_it: people on each programme today, counted from the people themselves.
        window: the days that can be booked today.
        overbooked: days with more minutes booked than there are, by jobcentre.
    """

    scenario: Scenario
    names: tuple[str, ...]
    days: int
    luck: Luck
    everyone: Register
    hub: NDArray[np.uint8]
    works: NDArray[np.bool_]
    count: NDArray[np.int64]
    before: int
    rules: NDArray[np.void]
    every: NDArray[np.int8]
    early: int
    job_entry: JobEntry
    market: LabourMarket
    programmes: Programmes
    diary: NDArray[np.int64]
    ledger: Ledger
    place: NDArray[np.float64]
    counted_on_it: NDArray[np.int64]
    window: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    overbooked: dict[int, list[int]] = field(default_factory=dict)

    @property
    def subjects(self) -> NDArray[np.void]:
        """Rows of SUBJECT by person id."""
        return self.everyone.subjects

    @property
    def history(self) -> NDArray[np.void]:
        """Rows of HISTORY by person id."""
        return self.everyone.history

    @property
    def marks(self) -> NDArray[np.void]:
        """Rows of MARK by person id; none without programmes."""
        return self.everyone.marks

    def support(self) -> Support | None:
        """What people's days depend on beyond their meetings; None where nothing of it is modelled."""
        if not self.job_entry.varied:
            return None
        programmes, market = self.programmes, self.market
        return Support(
            programmes.rules,
            programmes.order,
            programmes.offers,
            programmes.for_area,
            programmes.for_sector,
            programmes.new_sector,
            self.marks,
            programmes.episodes,
            programmes.referrals,
            programmes.on_it,
            self.counted_on_it,
            market.matching,
            self.place,
            self.job_entry.personal,
            market.today,
        )

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
        stock: rows of those who are there on the first day, in order of id.
    """

    def __init__(self, around: Surroundings, members: list[int], channels: list[str], stock: NDArray[np.void]) -> None:
        self.around = around
        self.jobcentres = members
        self.members = np.array(members, dtype=np.int64)
        self.shared = np.array([channel in channels and len(members) > 1 for channel in CHANNELS], dtype=np.int64)
        hubs = around.hub[self.members]
        self.kinds = np.array([True, not hubs.all(), hubs.any()])
        appointments = around.scenario.appointments
        self.priority = np.array([int(kind.priority) for kind in appointments.kinds])
        kept = appointments.first_meeting.reserve
        self.reserve = (float(kept.share), int(kept.until_days_before)) if kept else (0.0, 0)
        self.counts = np.zeros(4, dtype=np.int64)
        self.people, self.n, self.gone = records(0, PERSON), 0, 0
        self._reserve_space(len(stock) + len(stock) // 4)
        self.add(stock)

    def process(self, env: simpy.Environment) -> Process:
        """The pool's days, phase by phase."""
        yield until(env, EVE, Phase.CLERK)
        self.survey(EVE)
        self.book(EVE)
        for today in range(self.around.days):
            yield until(env, today, Phase.CAPACITY)
            self.bump(today)
            yield until(env, today, Phase.APPOINTMENTS)
            self.live(today)
            yield until(env, today, Phase.CLERK)
            self.book(today)

    @property
    def queue(self) -> NDArray[np.int64]:
        """Rows of those in the queue of a programme today."""
        return self.scratch[QUEUE, : self.counts[QUEUED]]

    @property
    def new_workers(self) -> NDArray[np.void]:
        """Rows of those who entered work today."""
        return raw(self.people)[self.scratch[WORKERS, : self.counts[ENTERED]]].view(PERSON)

    def receive(self, new: NDArray[np.void]) -> None:
        """Phase 1: today's claims, in order of id, which are higher than all before."""
        if self.gone > COMPACT_AT * self.n:
            self._keep(self.people[: self.n]["state"] < WORK)
        self._reserve_space(self.n + len(new))
        raw(self.people)[self.n : self.n + len(new)] = raw(new)
        self.n += len(new)

    def bump(self, today: int) -> None:
        """Phase 2: whatever no longer fits, today or on any later day."""
        around = self.around
        for j in self.jobcentres:
            for day in around.overbooked.get(j, ()):
                clerk.bump(
                    self.people,
                    self.n,
                    today,
                    j,
                    day,
                    around.early,
                    around.diary,
                    self.priority,
                    self.scratch,
                    around.ledger.home(today),
                    *self.log,
                )
                self._flush()

    def live(self, today: int) -> None:
        """Phases 3 and 4: appointments are held or missed; people enter work or leave."""
        around, luck, job_entry = self.around, self.around.luck, self.around.job_entry
        around.programmes.make_room(self.n)
        working_day.live(
            self.people,
            self.n,
            today,
            around.rules,
            around.every,
            around.count,
            around.before,
            around.early,
            around.hub,
            luck.seed,
            luck.replication,
            around.subjects,
            job_entry.bands,
            job_entry.tables,
            around.diary,
            self.priority,
            self.scratch,
            self.counts,
            around.ledger.home(today),
            around.ledger.site(today),
            around.ledger.booked_ahead,
            around.history,
            around.support(),
            *self.log,
        )
        self.gone += int(self.counts[GONE])
        self._flush()

    def start(self, today: int, k: int, rows: NDArray[np.int64], until: NDArray[np.int64], drops: NDArray[np.bool_]) -> None:
        """Phase 5: people start programme ``k``, to be on it until a day."""
        around, support = self.around, self.around.support()
        assert support is not None
        referral.start(
            self.people,
            rows,
            len(rows),
            today,
            k,
            until,
            drops,
            around.count,
            around.before,
            LATE_WORKING_DAYS,
            around.diary,
            around.ledger.home(today),
            around.ledger.booked_ahead,
            support,
            *self.log,
        )
        self._flush()

    def survey(self, today: int) -> None:
        """The waiting list of a day on which nothing else happens."""
        around, ledger = self.around, self.around.ledger
        self.counts[LISTED] = working_day.survey(
            self.people, self.n, today, around.count, around.before, self.priority, self.scratch, ledger.home(today), ledger.booked_ahead
        )

    def book(self, today: int) -> None:
        """Phase 6: the clerk."""
        around, luck = self.around, self.around.luck
        clerk.book(
            self.people,
            self.counts[LISTED],
            today,
            around.rules,
            around.window,
            around.count,
            around.before,
            self.members,
            self.shared,
            self.kinds,
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
        history = self.around.history
        history["held"][here["id"]] = here["count"] - history["missed"][here["id"]]

    def take_out(self, who: Callable[[NDArray[np.void]], NDArray[np.bool_]]) -> NDArray[np.void]:
        """Remove and return those on the claim of whom something is true, without bookings."""
        around = self.around
        people = self.people[: self.n]
        here = people["state"] < WORK
        chosen = np.zeros(self.n, dtype=bool)
        chosen[here] = who(people[here])
        moving: NDArray[np.void] = people[chosen]
        for r in moving[moving["booked"] != NONE]:
            enter(around.diary, int(r["serving"]), int(r["booked"]), -int(r["minutes"]), int(r["kind"]), int(r["channel"]))
        moving["booked"] = NONE
        self._keep(here & ~chosen)
        return moving

    def add(self, rows: NDArray[np.void]) -> None:
        """Take people in, keeping the order of ids."""
        self._reserve_space(self.n + len(rows))
        block = raw(self.people)
        block[self.n : self.n + len(rows)] = raw(rows)
        self.n += len(rows)
        block[: self.n] = block[: self.n][np.argsort(self.people[: self.n]["id"], kind="stable")]

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        block = raw(self.people)
        staying = block[: self.n][kept]
        self.n, self.gone = len(staying), 0
        block[: self.n] = staying

    def _reserve_space(self, rows: int) -> None:
        if rows <= len(self.people) and len(self.people):
            return
        larger = records(max(rows, len(self.people) * 3 // 2, 16), PERSON)
        raw(larger)[: self.n] = raw(self.people)[: self.n]
        self.people = larger
        self.scratch = np.zeros((working_day.WORKERS + 1, max(len(larger), 8192)), dtype=np.int64)
        self.pointer = np.zeros((len(self.around.names), len(KINDS), len(CHANNELS)), dtype=np.int64)
        wanted = 4 * len(larger) if self.around.ledger.wants_events else 0  # a meeting, a referral, the end of a programme and of the claim
        self.log = np.zeros((wanted, len(EVENT_COLUMNS)), dtype=np.int64), np.zeros(1, dtype=np.int64)

    def _flush(self) -> None:
        events, cursor = self.log
        self.around.ledger.note(events[: cursor[0]])
        cursor[0] = 0
