"""Section 5 of the rules, phases 2 and 6: the diary, who is bumped from it and who is booked in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from sim.luck import Purpose
from sim.scenario.schema import Scenario
from tests.oracle.people import FACE_TO_FACE, FIRST_MEETING, PHONE, Booking, Jobseeker
from tests.oracle.run import CAPACITY, CLERK, Code, Process, Run


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


class Clerk(Run):
    """A run with a diary."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        super().__init__(scenario, seed, replication)
        self.kinds = scenario.appointments.kinds
        self.diary: dict[tuple[str, int], Page] = defaultdict(Page)

    def clerk(self, members: list[str], shared: set[int]) -> Process:
        """The clerk of a pool, who shares some channels among its members."""
        yield self.phase(-1, CLERK)
        self.book(members, shared, -1)
        for day in range(self.last + 1):
            yield self.phase(day, CAPACITY)
            self.bump(members, day)
            yield self.phase(day, CLERK)
            self.book(members, shared, day)

    def order(self, who: Jobseeker) -> tuple[int, int, int, int]:
        return int(self.kinds[who.kind].priority), who.due, who.requested, who.id

    def cancel(self, who: Jobseeker) -> None:
        """Free what is booked; the person is on the list again, due and requested as before."""
        if who.booking is not None:
            page = self.page(who.booking.at, who.booking.day)
            page.booked.remove(who)
            page.change(who.booking, -1)
            who.booking = None

    def note_loss(self, who: Jobseeker, today: int) -> None:
        """A meeting is missed or bumped: remember it if that is early in the spell."""
        if today - who.claim_day < 7 * int(self.scenario.job_entry.early_weeks):
            who.lost_early = True

    def bump(self, members: list[str], today: int) -> None:
        for (at, day), page in list(self.diary.items()):
            if at not in members or day < today or not page.booked:
                continue
            coach_minutes = self.capacity.coach_minutes(at, day, today)
            desk_minutes = self.capacity.desk_minutes(at, day, today)
            for who in sorted(page.booked, key=self.order, reverse=True):
                over = page.coach_minutes > coach_minutes
                if over or (page.desk_minutes > desk_minutes and who.booking.channel == FACE_TO_FACE):
                    self.write(today, CAPACITY, who, Code.BUMP, at, who.booking.kind, who.booking.channel, day)
                    self.cancel(who)
                    self.note_loss(who, today)

    def book(self, members: list[str], shared: set[int], today: int) -> None:
        waiting = [who for who in self.claimants() if who.booking is None and who.home in members and not who.without_contact]
        window = self.days.window(today, int(self.scenario.appointments.book_ahead_working_days))
        not_full = [(i, day) for i, day in enumerate(window, start=1) if any(self.free_minutes(name, day, today) > 0 for name in members)]
        for who in sorted(waiting, key=self.order):
            for ahead, day in not_full:
                if day >= who.due and self.book_on(who, day, ahead, members, shared, today):
                    break

    def book_on(self, who: Jobseeker, day: int, ahead: int, members: list[str], shared: set[int], today: int) -> bool:
        """Book on a day, so many working days ahead, if there is room."""
        share = self.capacity.value(self.scenario.service.face_to_face_share, day, today)
        comes_in = not who.remote or self.luck.uniform(who.subject, Purpose.CHANNEL, who.appointments) < share
        channel = FACE_TO_FACE if comes_in else PHONE
        minutes = int(self.capacity.value(self.kinds[who.kind].minutes, day, today))
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
        return self.diary[name, day]
