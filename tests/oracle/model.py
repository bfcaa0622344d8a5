"""The oracle: docs/reference/rules.md as plain SimPy, one process per jobseeker and one clerk per pool.

It is naive on purpose. It shares with the engine the parsed scenario, the luck and the opening load, and nothing else. Each file adds
some sections of the rules to the run: `run`, `clerk`, `programmes`, `job_entry`, and here the days of people.
"""

from __future__ import annotations

from sim.luck import Purpose, place, poisson
from sim.scenario.schema import CHANNELS, Review, Scenario
from tests.oracle.job_entry import JobEntry
from tests.oracle.people import FIRST_MEETING, Booking, Jobseeker
from tests.oracle.run import A_DAY, APPOINTMENTS, ARRIVALS, HAZARDS, Code, Event, Process


def run_oracle(scenario: Scenario, seed: int, replication: int) -> list[Event]:
    """The event log of one replication, sorted by (day, phase, person, event)."""
    return Oracle(scenario, seed, replication).run()


class Oracle(JobEntry):
    """One replication."""

    def run(self) -> list[Event]:
        for who in self.people.stock():
            self.env.process(self.life(who))
        self.env.process(self.front_door())
        self.env.process(self.what_is_shared())
        shared = {name for pool in self.scenario.pools.values() for name in pool.jobcentres}
        for pool in self.scenario.pools.values():
            self.env.process(self.clerk(sorted(pool.jobcentres), {CHANNELS.index(channel) for channel in pool.channels}))
        for name in sorted(set(self.scenario.jobcentres) - shared):
            self.env.process(self.clerk([name], set()))
        self.env.run(until=A_DAY * (self.last + 1))
        return sorted(self.log)

    # ---- section 5: arrivals, and the day of a jobseeker

    def front_door(self) -> Process:
        """New claims, then those who claim again."""
        for day in range(self.last + 1):
            yield self.phase(day, ARRIVALS)
            date = self.days.date(day)
            for area in sorted(self.scenario.areas):
                by_weekday = self.scenario.areas[area].by_weekday or self.scenario.claimants.by_weekday
                mean = self.capacity.today(self.scenario.areas[area].claims_per_week, day) * float(by_weekday[date.weekday()])
                for number in range(poisson(self.luck.uniform(place(area, date), Purpose.CLAIMS), mean)):
                    self.arrive(self.people.new_person(area, date, number, day), Code.CLAIM)
            for before in sorted(self.returning[day], key=lambda who: who.id):
                self.arrive(self.people.next_spell(before, day), Code.RETURN, before.id)

    def arrive(self, who: Jobseeker, code: Code, before: int = -1) -> None:
        who.home = self.people.home_of_claim(who)
        self.write(who.claim_day, ARRIVALS, who, code, who.home, FIRST_MEETING, value=before)
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
        temporary, hub = self.people.temporary_of(who), self.people.hub_of(who)
        if temporary is not None:
            if self.capacity.closes_today(temporary, day) and who.home == temporary:
                self.move(who, who.origin, day)
            elif self.takes_over(temporary, day) and who.home == who.origin:
                self.move(who, temporary, day)
        if hub is not None:
            if self.capacity.closes_today(hub, day) and who.home == hub:
                self.move(who, who.origin, day)
            elif self.takes_over(hub, day):
                self.move(who, hub, day)

    def takes_over(self, name: str, day: int) -> bool:
        """Whether a temporary jobcentre takes people already there today."""
        return self.capacity.opens_today(name, day) and self.scenario.jobcentres[name].standing_caseload

    def move(self, who: Jobseeker, to: str, day: int) -> None:
        self.cancel(who)
        who.home = to
        if who.kind != FIRST_MEETING:
            who.kind = self.people.meeting(who)
        self.write(day, ARRIVALS, who, Code.MOVE, to)

    def attend(self, who: Jobseeker, booking: Booking, day: int) -> None:
        kind, before = who.kind, who.appointments
        missed = self.luck.uniform(who.subject, Purpose.MISSED, before) < self.capacity.today(self.kinds[kind].missed, day)
        code = Code.MISSED if missed else Code.HELD
        self.write(day, APPOINTMENTS, who, code, booking.at, booking.kind, booking.channel, booking.minutes)
        who.appointments += 1
        self.cancel(who)
        who.requested = day
        if missed:
            who.due = self.days.next_working(day)
            self.note_loss(who, day)
            return
        if kind == FIRST_MEETING:
            who.last_interval = day - who.claim_day
        else:
            who.last_interval = None if who.last_held is None else day - who.last_held
        who.last_held, who.last_channel = day, booking.channel
        who.kind = self.people.meeting(who)
        next_kind = self.kinds[who.kind]
        assert isinstance(next_kind, Review)  # whatever follows a meeting is one
        who.due = self.days.roll(day + 7 * self.people.every_weeks(next_kind.every_weeks, who, day))
        if kind != FIRST_MEETING:
            self.refer(who, day, before)
