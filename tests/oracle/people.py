"""Section 4 of the rules: who the jobseekers are, and those already there on the first day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from sim.luck import Luck, Purpose, Subject, person
from sim.scenario.load_check import opening_load
from sim.scenario.numbers import Series
from sim.scenario.schema import AGE_GROUPS, Scenario
from tests.oracle.capacity import Capacity

FIRST_MEETING, REVIEW = 0, 1
FACE_TO_FACE, PHONE = 0, 1

Option = TypeVar("Option")


@dataclass
class Booking:
    day: int
    at: str
    kind: int
    channel: int
    minutes: int


@dataclass(eq=False)
class Jobseeker:
    id: int
    subject: Subject
    claim_day: int
    origin: str
    home: str
    age_group: str
    remote: bool
    diversion: float
    job: int  # what is left of the thresholds, in units
    leaving: int
    kind: int  # of the appointment waited for or booked
    due: int
    requested: int
    appointments: int = 0  # held or missed so far
    last_held: int | None = None
    last_interval: int | None = None
    booking: Booking | None = None
    here: bool = True


class People:
    """Everyone who ever came, in order of their ids."""

    def __init__(self, scenario: Scenario, capacity: Capacity, luck: Luck) -> None:
        self.scenario = scenario
        self.capacity = capacity
        self.luck = luck
        self.everyone: list[Jobseeker] = []

    def new_person(self, area: str, subject: Subject, claim_day: int) -> Jobseeker:
        """Someone waiting for a first meeting, at home where they came from."""
        luck, claimants = self.luck, self.scenario.claimants
        shares = {name: float(j.share) for name, j in self.scenario.permanent.items() if j.area == area}
        origin = choice(shares, luck.uniform(subject, Purpose.HOME))
        ages = self.scenario.areas[area].age_groups or claimants.age_groups
        who = Jobseeker(
            id=len(self.everyone),
            subject=subject,
            claim_day=claim_day,
            origin=origin,
            home=origin,
            age_group=choice({age: float(ages[age]) for age in AGE_GROUPS if age in ages}, luck.uniform(subject, Purpose.AGE)),
            remote=luck.uniform(subject, Purpose.REMOTE) < float(claimants.can_be_served_remotely),
            diversion=luck.uniform(subject, Purpose.DIVERSION),
            job=luck.exponential(subject, Purpose.JOB),
            leaving=luck.exponential(subject, Purpose.LEAVING),
            kind=FIRST_MEETING,
            due=self.capacity.days.next_working(claim_day),
            requested=claim_day,
        )
        self.everyone.append(who)
        return who

    def taker(self, who: Jobseeker) -> str | None:
        """The temporary jobcentre in whose interval of the origin the person's diversion lies."""
        low = 0.0
        for name, temporary in self.scenario.temporary.items():
            if who.origin in temporary.takes_from:
                high = low + float(temporary.takes_from[who.origin])
                if low <= who.diversion < high:
                    return name
                low = high
        return None

    def stock(self) -> list[Jobseeker]:
        """Those already there on the first day."""
        load = opening_load(self.scenario)
        for area in sorted(self.scenario.areas):
            for number in range(int(self.scenario.areas[area].claimants)):
                subject = person(area, None, number)
                who = self.new_person(area, subject, self.stock_claim_day(subject))
                taker = self.taker(who)
                takes_standing = taker is not None and self.scenario.jobcentres[taker].standing_caseload
                if takes_standing and self.capacity.exists_today(taker, -1) and self.capacity.exists_today(taker, 0):
                    who.home = taker
                if -who.claim_day > int(self.scenario.claimants.awaiting_first_meeting_days):
                    self.set_in_reviews(who, load[who.origin])
        return list(self.everyone)

    def stock_claim_day(self, subject: Subject) -> int:
        bands = {}
        for band, weight in self.scenario.claimants.weeks_on_claim.items():
            if band.endswith("+"):
                bands[int(band[:-1]), int(self.scenario.claimants.longest_weeks_on_claim)] = float(weight)
            else:
                a, b = band.split("-")
                bands[int(a), int(b)] = float(weight)
        a, b = choice(dict(sorted(bands.items())), self.luck.uniform(subject, Purpose.CLAIM_AGE_BAND))
        length = 7 * (b + 1) - 7 * a
        return -(7 * a + 1 + int(np.floor(self.luck.uniform(subject, Purpose.CLAIM_AGE_DAY) * length)))

    def set_in_reviews(self, who: Jobseeker, load: float) -> None:
        """Someone in reviews when the run starts."""
        who.kind = REVIEW
        asked = 7 * self.every_weeks(who, 0)
        implied = max(asked, int(np.floor(asked * load + 0.5)))
        k = int(np.floor(self.luck.uniform(who.subject, Purpose.LAST_REVIEW) * implied))
        if self.scenario.claimants.contact_before_start == "ongoing":
            who.last_held = max(-1 - k, who.claim_day)
            who.last_interval = implied
            who.due, who.requested = self.capacity.days.roll(who.last_held + asked), who.last_held
        else:
            who.due, who.requested = self.capacity.days.roll(k), -1

    def every_weeks(self, who: Jobseeker, day: int) -> int:
        week = (day - who.claim_day) // 7 + 1
        return int(self.capacity.today(last_up_to(self.scenario.appointments.review.every_weeks, week), day))


def choice(shares: dict[Option, float], u: float) -> Option:
    """The first option whose cumulative share exceeds the uniform."""
    total = sum(shares.values())
    cumulative = 0.0
    for option, share in shares.items():
        cumulative += share
        if cumulative / total > u:
            return option
    return option


def last_up_to(by_week: dict[int, Series], week: int) -> Series:
    return by_week[max(start for start in by_week if start <= week)]
