"""Section 4 of the rules: who the jobseekers are, and those already there on the first day. Section 11: those who come again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np

from sim.luck import Luck, Purpose, Subject, person
from sim.scenario.load_check import opening_load
from sim.scenario.numbers import Number, Series
from sim.scenario.schema import AGE_GROUPS, Scenario
from tests.oracle.capacity import Capacity

FIRST_MEETING, REVIEW, HUB_MEETING = 0, 1, 2
FACE_TO_FACE, PHONE = 0, 1
YOUNG = "16-24"

Option = TypeVar("Option")


@dataclass
class Booking:
    day: int
    at: str
    kind: int
    channel: int
    minutes: int


@dataclass
class InQueue:
    programme: str
    joined: int
    gives_up: int


@dataclass
class OnProgramme:
    programme: str
    started: int
    ends: int
    completes: bool  # or drops out on that day
    contact: bool


@dataclass(eq=False)
class Jobseeker:
    """One spell of a person."""

    id: int
    area: str
    entry: dt.date | None  # of the first spell; none for the stock
    number: int
    spell: int
    claim_day: int
    origin: str
    home: str
    age_group: str
    remote: bool
    diversion: float
    hub: float
    sector: str | None
    job: int  # what is left of the thresholds, in units
    leaving: int
    kind: int  # of the appointment waited for or booked
    due: int
    requested: int
    appointments: int = 0  # held or missed so far
    last_held: int | None = None
    last_interval: int | None = None
    last_channel: int = FACE_TO_FACE
    lost_early: bool = False
    booking: Booking | None = None
    queue: InQueue | None = None
    on: OnProgramme | None = None
    completed: str | None = None  # the programme completed last in this spell
    programmes: set[str] = field(default_factory=set)  # started in any spell
    here: bool = True

    @cached_property
    def subject(self) -> Subject:
        return person(self.area, self.entry, self.number, self.spell)

    @property
    def without_contact(self) -> bool:
        return self.on is not None and not self.on.contact


class People:
    """Everyone who ever came, in order of their ids."""

    def __init__(self, scenario: Scenario, capacity: Capacity, luck: Luck) -> None:
        self.scenario = scenario
        self.capacity = capacity
        self.luck = luck
        known = {name: (j.temporary.announced or j.temporary.opens).value for name, j in scenario.temporary.items() if j.temporary}
        self.temporary = {name: scenario.jobcentres[name] for name in sorted(known, key=lambda name: (known[name], name))}
        self.everyone: list[Jobseeker] = []

    def new_person(self, area: str, entry: dt.date | None, number: int, claim_day: int) -> Jobseeker:
        """Someone waiting for a first meeting, at home where they came from."""
        luck, claimants, subject = self.luck, self.scenario.claimants, person(area, entry, number)
        shares = {name: j.share for name, j in self.scenario.permanent.items() if j.area == area}
        origin = choice(shares, luck.uniform(subject, Purpose.HOME))
        ages = self.scenario.areas[area].age_groups or claimants.age_groups
        market = self.scenario.labour_market
        sectors = {name: market.sectors[name].share for name in sorted(market.sectors)} if market else {}
        who = Jobseeker(
            id=len(self.everyone),
            area=area,
            entry=entry,
            number=number,
            spell=0,
            claim_day=claim_day,
            origin=origin,
            home=origin,
            age_group=choice({age: ages[age] for age in AGE_GROUPS if age in ages}, luck.uniform(subject, Purpose.AGE)),
            remote=luck.uniform(subject, Purpose.REMOTE) < float(claimants.can_be_served_remotely),
            diversion=luck.uniform(subject, Purpose.DIVERSION),
            hub=luck.uniform(subject, Purpose.HUB),
            sector=choice(sectors, luck.uniform(subject, Purpose.SECTOR)) if sectors else None,
            job=luck.exponential(subject, Purpose.JOB),
            leaving=luck.exponential(subject, Purpose.LEAVING),
            kind=FIRST_MEETING,
            due=self.capacity.days.next_working(claim_day),
            requested=claim_day,
        )
        self.everyone.append(who)
        return who

    def next_spell(self, before: Jobseeker, claim_day: int) -> Jobseeker:
        """Someone who claims again."""
        subject = person(before.area, before.entry, before.number, before.spell + 1)
        who = Jobseeker(
            id=len(self.everyone),
            area=before.area,
            entry=before.entry,
            number=before.number,
            spell=before.spell + 1,
            claim_day=claim_day,
            origin=before.origin,
            home=before.origin,
            age_group=before.age_group,
            remote=before.remote,
            diversion=before.diversion,
            hub=before.hub,
            sector=before.sector,
            job=self.luck.exponential(subject, Purpose.JOB),
            leaving=self.luck.exponential(subject, Purpose.LEAVING),
            kind=FIRST_MEETING,
            due=self.capacity.days.next_working(claim_day),
            requested=claim_day,
            programmes=set(before.programmes),
        )
        self.everyone.append(who)
        return who

    # ---- homes

    def temporary_of(self, who: Jobseeker) -> str | None:
        """The temporary jobcentre in whose interval of the origin the person's diversion lies."""
        shares = {name: j.takes_from[who.origin] for name, j in self.temporary.items() if who.origin in j.takes_from}
        return owner(shares, who.diversion)

    def hub_of(self, who: Jobseeker) -> str | None:
        """The youth hub in whose interval of the area the person's uniform lies; none for the older."""
        shares = {name: j.takes_young_from[who.area] for name, j in self.temporary.items() if who.area in j.takes_young_from}
        return owner(shares, who.hub) if who.age_group == YOUNG else None

    def home_of_claim(self, who: Jobseeker) -> str:
        """Home of someone who claims on their claim day."""
        for taker in (self.hub_of(who), self.temporary_of(who)):
            if taker is not None and self.capacity.exists_today(taker, who.claim_day):
                return taker
        return who.origin

    def home_of_stock(self, who: Jobseeker) -> str:
        for taker in (self.hub_of(who), self.temporary_of(who)):
            there = taker is not None and self.capacity.exists_today(taker, -1) and self.capacity.exists_today(taker, 0)
            if there and self.scenario.jobcentres[taker].standing_caseload:
                return taker
        return who.origin

    def meeting(self, who: Jobseeker) -> int:
        """The kind of their meetings after the first."""
        return HUB_MEETING if self.capacity.is_hub(who.home) else REVIEW

    # ---- those already there

    def stock(self) -> list[Jobseeker]:
        """Those already there on the first day."""
        load = opening_load(self.scenario)
        for area in sorted(self.scenario.areas):
            for number in range(int(self.scenario.areas[area].claimants)):
                who = self.new_person(area, None, number, self.stock_claim_day(person(area, None, number)))
                who.home = self.home_of_stock(who)
                if -who.claim_day > int(self.scenario.claimants.awaiting_first_meeting_days):
                    self.set_in_reviews(who, load[who.origin])
        return list(self.everyone)

    def stock_claim_day(self, subject: Subject) -> int:
        bands = {}
        for band, weight in self.scenario.claimants.weeks_on_claim.items():
            if band.endswith("+"):
                bands[int(band[:-1]), int(self.scenario.claimants.longest_weeks_on_claim)] = weight
            else:
                a, b = band.split("-")
                bands[int(a), int(b)] = weight
        a, b = choice(dict(sorted(bands.items())), self.luck.uniform(subject, Purpose.CLAIM_AGE_BAND))
        length = 7 * (b + 1) - 7 * a
        return -(7 * a + 1 + int(np.floor(self.luck.uniform(subject, Purpose.CLAIM_AGE_DAY) * length)))

    def set_in_reviews(self, who: Jobseeker, load: float) -> None:
        """Someone in reviews when the run starts."""
        who.kind = self.meeting(who)
        asked = 7 * self.every_weeks(self.scenario.appointments.review.every_weeks, who, 0)
        implied = max(asked, int(np.floor(asked * load + 0.5)))
        k = int(np.floor(self.luck.uniform(who.subject, Purpose.LAST_REVIEW) * implied))
        if self.scenario.claimants.contact_before_start == "ongoing":
            who.last_held = max(-1 - k, who.claim_day)
            who.last_interval = implied
            who.due, who.requested = self.capacity.days.roll(who.last_held + asked), who.last_held
        else:
            who.due, who.requested = self.capacity.days.roll(k), -1

    def every_weeks(self, by_week: dict[int, Series], who: Jobseeker, day: int) -> int:
        week = (day - who.claim_day) // 7 + 1
        return int(self.capacity.today(last_up_to(by_week, week), day))


def choice(shares: Mapping[Option, Number], u: float) -> Option:
    """The first option whose cumulative share exceeds the uniform."""
    total = sum(float(share) for share in shares.values())
    cumulative = 0.0
    for option, share in shares.items():
        cumulative += float(share)
        if cumulative / total > u:
            return option
    return option


def owner(shares: Mapping[str, Number], u: float) -> str | None:
    """Whose of the adjacent intervals of [0, 1) the uniform lies in."""
    low = 0.0
    for name, share in shares.items():
        high = low + float(share)
        if low <= u < high:
            return name
        low = high
    return None


def last_up_to(by_week: dict[int, Series], week: int) -> Series:
    return by_week[max(start for start in by_week if start <= week)]
