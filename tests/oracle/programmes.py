"""Section 9 of the rules: referral to programmes, their queues and places, and how they end."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from sim.luck import UNITS, Purpose, exponential_units, with_programme
from sim.scenario.support import Programme
from tests.oracle.capacity import EVER
from tests.oracle.clerk import Clerk
from tests.oracle.people import InQueue, Jobseeker, OnProgramme, choice
from tests.oracle.run import APPOINTMENTS, HAZARDS, SHARED, Code, daily, units


class Programmes(Clerk):
    """A run with programmes."""

    def programme_luck(self, who: Jobseeker, name: str, purpose: Purpose, count: int = 0) -> float:
        return self.luck.uniform(with_programme(who.subject, name), purpose, count)

    def programme_exponential(self, who: Jobseeker, name: str, purpose: Purpose, count: int = 0) -> int:
        return int(exponential_units(np.array([self.programme_luck(who, name, purpose, count)]))[0])

    def days_until(self, exponential: int, monthly_rate: float) -> int | None:
        """Days until something happens at a constant rate; none if it never does."""
        u = units(daily(monthly_rate))
        return max(1, -(-exponential // u)) if u else None

    def is_open(self, name: str, day: int) -> bool:
        dates = self.scenario.programmes[name].open
        return dates.from_.value <= self.days.date(day) <= dates.to.value

    # ---- referral

    def refer(self, who: Jobseeker, day: int, appointments: int) -> None:
        """At a review held, after so many appointments before it."""
        if who.on is not None or who.queue is not None:
            return
        for name in sorted(self.scenario.programmes, key=lambda name: (int(self.scenario.programmes[name].priority), name)):
            programme = self.scenario.programmes[name]
            probability = self.capacity.today(programme.referral_at_review, day)
            if not self.may_be_referred(who, name, day) or self.programme_luck(who, name, Purpose.REFERRAL, appointments) >= probability:
                continue
            agrees = self.programme_luck(who, name, Purpose.TAKE_UP, appointments) < float(programme.take_up)
            self.write(day, APPOINTMENTS, who, Code.REFERRED, who.home, value=int(agrees), programme=name)
            if agrees:
                self.join(who, name, day, appointments)
            return

    def may_be_referred(self, who: Jobseeker, name: str, day: int) -> bool:
        may = self.scenario.programmes[name].who
        weeks = (day - who.claim_day) // 7
        return (
            self.is_open(name, day)
            and (may.age_groups is None or who.age_group in may.age_groups)
            and (may.areas is None or who.area in may.areas)
            and (may.sectors is None or who.sector in may.sectors)
            and self.capacity.today(may.at_least_weeks, day) <= weeks <= self.capacity.today(may.at_most_weeks, day)
            and name not in who.programmes
        )

    def join(self, who: Jobseeker, name: str, day: int, appointments: int) -> None:
        queue = self.scenario.programmes[name].queue
        exponential = self.programme_exponential(who, name, Purpose.WITHDRAWAL, appointments)
        patience = self.days_until(exponential, float(queue.withdrawing_monthly_rate))
        longest = None if queue.longest_wait_days is None else int(queue.longest_wait_days)
        who.queue = InQueue(name, day, day + min((days for days in (patience, longest) if days is not None), default=EVER))

    # ---- places

    def available(self, name: str, day: int) -> int:
        """How many can start on a working day on which the programme is open."""
        programme, supply = self.scenario.programmes[name], self.scenario.programmes[name].supply
        if supply.places is not None:
            on_it = sum(who.on is not None and who.on.programme == name for who in self.claimants())
            free = whole(self.capacity.today(supply.places, day)) - on_it
        elif supply.jobs is not None:
            free = self.jobs_filled_at_most(name, day) - self.starts(name)
        else:
            assert supply.intakes is not None
            free = whole(self.capacity.today(supply.intakes.places, day)) if day in self.intake_days(programme) else 0
        return max(0, free)

    def starts(self, name: str) -> int:
        """All who have started a programme so far; each starts it in one spell only."""
        people = {(who.area, who.entry, who.number) for who in self.people.everyone if name in who.programmes}
        return len(people)

    def jobs_filled_at_most(self, name: str, day: int) -> int:
        jobs = self.scenario.programmes[name].supply.jobs
        assert jobs is not None
        applied = 0.0
        until = day - int(jobs.days_to_approve) - int(jobs.days_to_advertise) - int(jobs.days_to_fill)
        dated = jobs.applied_per_week.first != dt.date.min
        begin = jobs.applied_per_week.first if dated else self.scenario.programmes[name].open.from_.value
        for y in range(self.days.number(begin), until + 1):
            applied += jobs.applied_per_week.on(self.days.date(y)) / 7
        return whole(float(jobs.filled_at_most) * applied)

    def intake_days(self, programme: Programme) -> set[int]:
        assert programme.supply.intakes is not None
        first, last = self.days.number(programme.open.from_.value), self.days.number(programme.open.to.value)
        return {self.days.roll(day) for day in range(first, min(last, self.last) + 1, 7 * int(programme.supply.intakes.every_weeks))}

    def settle(self, name: str, day: int) -> int | None:
        """Phase 5 of one programme: who starts, then who gives up. How many places nobody took; none if none were given out."""
        unused = None
        queue = [who for who in self.claimants() if who.queue is not None and who.queue.programme == name]
        if self.days.works(day) and self.is_open(name, day):
            by_claim = self.scenario.programmes[name].queue.order == "longest_on_claim"
            queue.sort(key=lambda who: (who.claim_day if by_claim else 0, who.queue.joined, who.id))
            places = self.available(name, day)
            for who in queue[:places]:
                self.begin(who, name, day)
            intakes = self.scenario.programmes[name].supply.intakes
            if intakes is None or day in self.intake_days(self.scenario.programmes[name]):
                unused = max(0, places - len(queue))
            queue = queue[places:]
        closes = self.scenario.programmes[name].open.to.value <= self.days.date(day)
        for who in queue:
            if closes or who.queue.gives_up <= day:
                self.give_up(who, day)
        return unused

    def give_up(self, who: Jobseeker, day: int) -> None:
        assert who.queue is not None
        self.write(day, SHARED, who, Code.WITHDREW, who.home, value=day - who.queue.joined, programme=who.queue.programme)
        who.queue = None

    # ---- on it

    def begin(self, who: Jobseeker, name: str, day: int) -> None:
        assert who.queue is not None
        programme = self.scenario.programmes[name]
        self.write(day, SHARED, who, Code.STARTED, who.home, value=day - who.queue.joined, programme=name)
        days = self.length(who, name)
        exponential = self.programme_exponential(who, name, Purpose.DROP_OUT)
        dropping_out = self.days_until(exponential, float(programme.drop_out_monthly_rate))
        completes = dropping_out is None or dropping_out >= days
        who.queue = None
        who.programmes.add(name)
        who.on = OnProgramme(name, day, day + (days if completes else dropping_out), completes, programme.contact_goes_on)
        if who.without_contact:
            self.cancel(who)

    def length(self, who: Jobseeker, name: str) -> int:
        programme = self.scenario.programmes[name]
        x = 1.0
        if programme.length == "uniform":
            x = 0.5 + self.programme_luck(who, name, Purpose.LENGTH)
        elif programme.length == "exponential":
            x = self.programme_exponential(who, name, Purpose.LENGTH) / UNITS
        return max(1, math.floor(7 * float(programme.weeks) * x + 0.5))

    def end_programme(self, who: Jobseeker, day: int) -> bool:
        """The last day of someone's programme; whether they enter work at its end."""
        assert who.on is not None
        on, programme = who.on, self.scenario.programmes[who.on.programme]
        code = Code.COMPLETED if on.completes else Code.DROPPED_OUT
        self.write(day, HAZARDS, who, code, who.home, value=day - on.started, programme=on.programme)
        into_work = False
        if on.completes:
            self.retrain(who, on.programme)
            into_work = self.programme_luck(who, on.programme, Purpose.OUTCOME) < float(programme.into_work_at_end)
        if into_work:
            return True
        if on.completes:
            who.completed = on.programme
        who.on = None
        if not on.contact:
            who.kind = self.people.meeting(who)
            who.requested, who.due = day, self.days.next_working(day)
            who.last_held = who.last_interval = None
        return False

    def retrain(self, who: Jobseeker, name: str) -> None:
        retraining = self.scenario.programmes[name].retraining
        if retraining is None or self.programme_luck(who, name, Purpose.RETRAINED) >= float(retraining.share):
            return
        to = {sector: retraining.to[sector] for sector in sorted(retraining.to)}
        who.sector = choice(to, self.programme_luck(who, name, Purpose.NEW_SECTOR))


def whole(number: float) -> int:
    return math.floor(number + 1e-6)
