"""The oracle: docs/reference/rules.md as plain SimPy, one process per jobseeker and one clerk per pool.

It is naive on purpose. It shares with the engine the parsed scenario, the luck and the opening load, and nothing else.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import simpy

from sim.luck import UNITS, Luck, Purpose, person, place, poisson
from sim.scenario.schema import CHANNELS, FirstMeeting, Review, Scenario
from tests.oracle.capacity import Capacity, Days
from tests.oracle.people import FACE_TO_FACE, FIRST_MEETING, PHONE, REVIEW, Booking, Jobseeker, People, last_up_to

Event = tuple[int, int, int, int, int, int, int, int]
Process = Generator[simpy.Event, None, None]

ARRIVALS, CAPACITY, APPOINTMENTS, HAZARDS, CLERK = 1, 2, 3, 4, 6  # phases
A_DAY = 7  # units of the clock: one instant per phase


class Code(IntEnum):
    """Events, as numbered in section 7."""

    CLAIM = 0
    MOVE = 1
    BUMP = 2
    MISSED = 3
    HELD = 4
    JOB_ENTRY = 5
    LEFT = 6
    BOOKED = 7


@dataclass
class Page:
    """What is booked at one jobcentre on one day."""

    booked: list[Jobseeker] = field(default_factory=list)
    coach_minutes: int = 0
    desk_minutes: int = 0
    first_meeting_minutes: int = 0

    def change(self, booking: Booking, sign: int) -> None:
        self.coach_minutes += sign * booking.minutes
        self.desk_minutes += sign * booking.minutes * (booking.channel == FACE_TO_FACE)
        self.first_meeting_minutes += sign * booking.minutes * (booking.kind == FIRST_MEETING)


def run_oracle(scenario: Scenario, seed: int, replication: int) -> list[Event]:
    """The event log of one replication, sorted by (day, phase, person, event)."""
    return Oracle(scenario, seed, replication).run()


class Oracle:
    """One replication."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.scenario = scenario
        self.luck = Luck(seed, replication)
        self.days = Days(scenario.period.from_, scenario.working_days)
        self.capacity = Capacity(scenario, self.days, self.luck)
        self.last = scenario.period.days - 1
        self.number = {name: i for i, name in enumerate(sorted(scenario.jobcentres))}
        self.env = simpy.Environment(initial_time=-A_DAY)
        self.people = People(scenario, self.capacity, self.luck)
        self.diary: dict[tuple[str, int], Page] = {}
        self.log: list[Event] = []

    def run(self) -> list[Event]:
        for who in self.people.stock():
            self.env.process(self.life(who))
        self.env.process(self.front_door())
        shared = {name for pool in self.scenario.pools.values() for name in pool.jobcentres}
        for pool in self.scenario.pools.values():
            self.env.process(self.clerk(sorted(pool.jobcentres), {CHANNELS.index(channel) for channel in pool.channels}))
        for name in sorted(set(self.scenario.jobcentres) - shared):
            self.env.process(self.clerk([name], set()))
        self.env.run(until=A_DAY * (self.last + 1))
        return sorted(self.log)

    def phase(self, day: int, phase: int) -> simpy.Event:
        return self.env.timeout(A_DAY * day + phase - self.env.now)

    def write(self, day: int, phase: int, who: Jobseeker, code: Code, at: str, kind: int = -1, channel: int = -1, value: int = -1) -> None:
        self.log.append((day, phase, who.id, int(code), self.number[at], kind, channel, value))

    def appointment(self, kind: int) -> FirstMeeting | Review:
        return (self.scenario.appointments.first_meeting, self.scenario.appointments.review)[kind]

    # ---- section 5: arrivals, and the day of a jobseeker

    def front_door(self) -> Process:
        """New claims."""
        for day in range(self.last + 1):
            yield self.phase(day, ARRIVALS)
            date = self.days.date(day)
            for area in sorted(self.scenario.areas):
                by_weekday = self.scenario.areas[area].by_weekday or self.scenario.claimants.by_weekday
                mean = self.capacity.today(self.scenario.areas[area].claims_per_week, day) * float(by_weekday[date.weekday()])
                for number in range(poisson(self.luck.uniform(place(area, date), Purpose.CLAIMS), mean)):
                    who = self.people.new_person(area, person(area, date, number), day)
                    taker = self.people.taker(who)
                    if taker is not None and self.capacity.exists_today(taker, day):
                        who.home = taker
                    self.write(day, ARRIVALS, who, Code.CLAIM, who.home, FIRST_MEETING)
                    self.env.process(self.life(who))

    def life(self, who: Jobseeker) -> Process:
        for day in range(max(who.claim_day, 0), self.last + 1):
            if day != who.claim_day:
                yield self.phase(day, ARRIVALS)
                self.transfer(who, day)
            yield self.phase(day, APPOINTMENTS)
            if who.booking is not None and who.booking.day == day:
                self.attend(who, who.booking, day)
            yield self.phase(day, HAZARDS)
            if self.ends(who, day):
                who.here = False
                self.cancel(who)
                return

    def transfer(self, who: Jobseeker, day: int) -> None:
        taker = self.people.taker(who)
        if taker is None:
            return
        before, now = self.capacity.exists_today(taker, day - 1), self.capacity.exists_today(taker, day)
        if before and not now and who.home == taker:
            who.home = who.origin
        elif now and not before and self.scenario.jobcentres[taker].standing_caseload:
            who.home = taker
        else:
            return
        self.cancel(who)
        self.write(day, ARRIVALS, who, Code.MOVE, who.home)

    def cancel(self, who: Jobseeker) -> None:
        """Free what is booked; the person is on the list again, due and requested as before."""
        if who.booking is not None:
            page = self.page(who.booking.at, who.booking.day)
            page.booked.remove(who)
            page.change(who.booking, -1)
            who.booking = None

    def attend(self, who: Jobseeker, booking: Booking, day: int) -> None:
        missed = self.luck.uniform(who.subject, Purpose.MISSED, who.appointments) < self.capacity.today(
            self.appointment(who.kind).missed, day
        )
        code = Code.MISSED if missed else Code.HELD
        self.write(day, APPOINTMENTS, who, code, booking.at, booking.kind, booking.channel, booking.minutes)
        who.appointments += 1
        who.booking = None
        who.requested = day
        if missed:
            who.due = self.days.next_working(day)
            return
        if who.kind == FIRST_MEETING:
            who.last_interval = day - who.claim_day
        else:
            who.last_interval = None if who.last_held is None else day - who.last_held
        who.last_held = day
        who.kind = REVIEW
        who.due = self.days.roll(day + 7 * self.people.every_weeks(who, day))

    # ---- section 6: entering work and leaving

    def ends(self, who: Jobseeker, day: int) -> bool:
        """Whether the person enters work or leaves today."""
        k = day - who.claim_day
        if k < 1:
            return False
        entry = self.scenario.job_entry
        r = self.capacity.today(last_up_to(entry.monthly_rate_by_week, (k - 1) // 7), day)
        age = float(entry.by_age_group[who.age_group]) if who.age_group in entry.by_age_group else 1.0
        who.job -= units(-np.log(1 - r) / 30.4375 * age * self.capacity.today(entry.market, day) * self.contact_factor(who, day))
        if who.job <= 0:
            self.write(day, HAZARDS, who, Code.JOB_ENTRY, who.home, value=k)
            return True
        who.leaving -= units(-np.log(1 - self.capacity.today(self.scenario.other_leaving.monthly_rate, day)) / 30.4375)
        if who.leaving <= 0:
            self.write(day, HAZARDS, who, Code.LEFT, who.home, value=k)
            return True
        return False

    def contact_factor(self, who: Jobseeker, day: int) -> float:
        no_contact = float(self.scenario.job_entry.no_contact)
        if who.last_held is None:
            return no_contact
        since = day - who.last_held
        interval = since if who.last_interval is None else max(who.last_interval, since)
        interval = min(max(interval, 7), 255)
        return max(no_contact, float(np.power(float(self.scenario.job_entry.weekly_instead_of_fortnightly), np.log2(14 / interval))))

    # ---- section 5: the clerk of a pool

    def clerk(self, members: list[str], shared: set[int]) -> Process:
        yield self.phase(-1, CLERK)
        self.book(members, shared, -1)
        for day in range(self.last + 1):
            yield self.phase(day, CAPACITY)
            self.bump(members, day)
            yield self.phase(day, CLERK)
            self.book(members, shared, day)

    def order(self, who: Jobseeker) -> tuple[int, int, int, int]:
        return int(self.appointment(who.kind).priority), who.due, who.requested, who.id

    def bump(self, members: list[str], today: int) -> None:
        for (at, day), page in self.diary.items():
            if at not in members or day < today:
                continue
            coach_minutes = self.capacity.coach_minutes(at, day, today)
            desk_minutes = self.capacity.desk_minutes(at, day, today)
            for who in sorted(page.booked, key=self.order, reverse=True):
                over = page.coach_minutes > coach_minutes
                if over or (page.desk_minutes > desk_minutes and who.booking.channel == FACE_TO_FACE):
                    self.write(today, CAPACITY, who, Code.BUMP, at, who.booking.kind, who.booking.channel, day)
                    self.cancel(who)

    def book(self, members: list[str], shared: set[int], today: int) -> None:
        waiting = [who for who in self.people.everyone if who.here and who.booking is None and who.home in members]
        window = self.days.window(today, int(self.scenario.appointments.book_ahead_working_days))
        for who in sorted(waiting, key=self.order):
            for ahead, day in enumerate(window, start=1):
                if day >= who.due and self.book_on(who, day, ahead, members, shared, today):
                    break

    def book_on(self, who: Jobseeker, day: int, ahead: int, members: list[str], shared: set[int], today: int) -> bool:
        """Book on a day, so many working days ahead, if there is room."""
        share = self.capacity.value(self.scenario.service.face_to_face_share, day, today)
        comes_in = not who.remote or self.luck.uniform(who.subject, Purpose.CHANNEL, who.appointments) < share
        channel = FACE_TO_FACE if comes_in else PHONE
        minutes = int(self.capacity.value(self.appointment(who.kind).minutes, day, today))
        places = members if channel in shared else [who.home]
        places = [name for name in places if self.has_room(name, who.kind, channel, minutes, day, ahead, today)]
        if not places:
            return False
        at = who.home if who.home in places else min(places, key=lambda name: (-self.free_minutes(name, day, today), name))
        who.booking = Booking(day, at, who.kind, channel, minutes)
        page = self.page(at, day)
        page.booked.append(who)
        page.change(who.booking, +1)
        self.write(today, CLERK, who, Code.BOOKED, at, who.kind, channel, day)
        return True

    def has_room(self, name: str, kind: int, channel: int, minutes: int, day: int, ahead: int, today: int) -> bool:
        free = self.free_minutes(name, day, today)
        if kind != FIRST_MEETING:
            free -= self.kept(name, day, ahead, today)
        if free < minutes:
            return False
        return channel == PHONE or self.capacity.desk_minutes(name, day, today) - self.page(name, day).desk_minutes >= minutes

    def kept(self, name: str, day: int, ahead: int, today: int) -> int:
        """Minutes still kept for first meetings."""
        reserve = self.scenario.appointments.first_meeting.reserve
        if reserve is None or ahead <= int(reserve.until_days_before):
            return 0
        share = int(np.floor(float(reserve.share) * self.capacity.expected_minutes(name, day, today) + 1e-6))
        return max(0, share - self.page(name, day).first_meeting_minutes)

    def free_minutes(self, name: str, day: int, today: int) -> int:
        return self.capacity.expected_minutes(name, day, today) - self.page(name, day).coach_minutes

    def page(self, name: str, day: int) -> Page:
        return self.diary.setdefault((name, day), Page())


def units(hazard: float) -> int:
    return int(np.rint(hazard * UNITS))
