"""What a scenario file may say: every key with its meaning, unit and bounds, in the order of the journey.

A scenario is plain data. Numbers are :class:`~sim.scenario.numbers.Number` (constant) or :class:`~sim.scenario.numbers.Series`
(may change on given dates); both keep their interval, source and confidence. Nothing here computes: the model reads it.
Programmes, the labour market and costs are in :mod:`sim.scenario.support`; rules that join several keys (shares that add up, names
that exist) in :mod:`sim.scenario.consistency`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt

from sim.scenario.numbers import Date, Day, Number, Series, Unit
from sim.scenario.parts import (
    AGE_GROUPS,
    CHANNELS,
    KINDS,
    AgeGroup,
    Channel,
    Coordinates,
    Factor,
    Name,
    Part,
    RateSeries,
    Share,
    ShareSeries,
    Week,
    WeeksBand,
    Weight,
)
from sim.scenario.support import Costs, LabourMarket, Programme, Returns

__all__ = ["AGE_GROUPS", "CHANNELS", "KINDS", "Scenario"]


class Period(Part):
    """The calendar days of the run, both included."""

    from_: Date = Field(alias="from")
    """First day."""
    to: Date
    """Last day."""

    @property
    def days(self) -> int:
        """Length in calendar days."""
        return (self.to - self.from_).days + 1


class Closure(Part):
    """Days on which jobcentres are shut and see nobody, face to face or by phone."""

    from_: Date = Field(alias="from")
    """First day shut."""
    to: Date
    """Last day shut."""
    jobcentres: list[Name] | None = None
    """Which; all if left out."""
    announced: Date | None = None
    """When it becomes known to those who book; the first day shut if left out."""


class Area(Part):
    """Where claims come from: a local authority or a district."""

    claimants: Annotated[Number, Unit("people", 0, 10_000_000, whole=True)]
    """People already claiming on the first day."""
    claims_per_week: Annotated[Series, Unit("claims per week", 0, 1_000_000)]
    """New claims, on average; the number on a day is Poisson."""
    by_weekday: list[Weight] | None = Field(default=None, min_length=7, max_length=7)
    """Share of a week's claims by weekday, Monday first; that of ``claimants`` if left out."""
    age_groups: dict[AgeGroup, Weight] | None = None
    """Share of claimants by age group; those of ``claimants`` if left out."""


class Claimants(Part):
    """What is true of claimants wherever they live, and of those already there on the first day."""

    age_groups: dict[AgeGroup, Weight]
    """Share by age group."""
    by_weekday: list[Weight] = Field(min_length=7, max_length=7)
    """Share of a week's claims by weekday, Monday first."""
    can_be_served_remotely: Share
    """Share who can be served by phone; the others always come in."""
    weeks_on_claim: dict[WeeksBand, Weight]
    """Share of the initial stock by completed weeks on the claim."""
    longest_weeks_on_claim: Annotated[Number, Unit("weeks", 1, 2000, whole=True)] = Number(value=104)
    """Where the open last band of ``weeks_on_claim`` ends."""
    awaiting_first_meeting_days: Annotated[Number, Unit("days", 0, 365, whole=True)] = Number(value=7)
    """Of the initial stock, those who claimed at most so many days ago still await their first meeting."""
    contact_before_start: Literal["ongoing", "suspended"] = "ongoing"
    """``ongoing``: last meetings are spread over the interval that the load implies. ``suspended``: nobody met a coach before."""


class Temporary(Part):
    """The life of a temporary jobcentre."""

    opens: Day
    """First day open."""
    closes: Day | None = None
    """First day no longer open; never if left out."""
    announced: Day | None = None
    """When its opening becomes known to those who book; the opening day if left out."""
    closing_announced: Day | None = None
    """When its closing becomes known; the closing day if left out."""


class Jobcentre(Part):
    """An office with its coaches and desks, permanent or temporary."""

    area: Name | None = None
    """The area it belongs to; every permanent jobcentre has one."""
    share: Annotated[Number, Unit("share", 0, 1)] | None = None
    """Share of its area's claimants whose home it is; every permanent jobcentre has one."""
    coaches: Annotated[Series, Unit("full-time equivalents", 0, 1_000_000)] = Series.model_validate(0)
    """Work coaches in post and trained, before recruitment and leavers."""
    desks: Annotated[Series, Unit("desks", 0, 1_000_000)]
    """Desks at which a claimant can be seen."""
    place: Coordinates | None = None
    """Latitude and longitude, degrees."""
    temporary: Temporary | None = None
    """When it opens and closes; permanent if left out."""
    takes_from: dict[Name, Weight] = Field(default_factory=dict)
    """For a temporary jobcentre: the share of new claims it takes from each named permanent one."""
    takes_young_from: dict[Name, Weight] = Field(default_factory=dict)
    """For a youth hub, which is temporary: the share of new claims of people aged 16-24 it takes from each named area."""
    standing_caseload: StrictBool = False
    """Whether it takes the same share of those already there."""
    coaches_from: dict[Name, Annotated[Number, Unit("full-time equivalents", 0, 1_000_000)]] = Field(default_factory=dict)
    """Coaches who come along from each named permanent jobcentre, and go back when it closes."""


class Pool(Part):
    """Jobcentres that share appointments on some channels."""

    channels: list[Channel] = Field(min_length=1)
    """Channels on which any member may serve any member's people."""
    jobcentres: list[Name] = Field(min_length=2)
    """Its members; a jobcentre is in one pool at most."""


class Cohort(Part):
    """Recruits who start together."""

    starts: Day
    """First day in post (in training)."""
    announced: Day | None = None
    """When it becomes known to those who book; the first day if left out."""
    coaches: Annotated[Number, Unit("full-time equivalents", 0, 1_000_000)]
    """How many."""
    training_working_days: Annotated[Number, Unit("working days", 0, 1000, whole=True)] = Number(value=0)
    """Working days of training, in which they see nobody."""
    ramp_working_days: Annotated[Number, Unit("working days", 0, 1000, whole=True)] = Number(value=0)
    """Working days after training over which they come up to full output, evenly."""
    to: Literal["by_caseload"] | dict[Name, Annotated[Number, Unit("full-time equivalents", 0, 1_000_000)]] = "by_caseload"
    """Where they go: spread by the caseload on the first day, or so many to each named jobcentre."""


class Coaches(Part):
    """Work coaches everywhere: their day, absence, leavers and recruits."""

    minutes_per_day: Annotated[Series, Unit("minutes", 0, 1440)]
    """Length of a coach's working day."""
    bookable_share: ShareSeries
    """Share of that day that can be booked for appointments."""
    absence: ShareSeries
    """Share of coaches absent on a working day."""
    leavers_per_year: Annotated[Series, Unit("share", 0, 0.99)]
    """Share of coaches who leave within a year and are not replaced."""
    recruitment: dict[Name, Cohort] = Field(default_factory=dict)
    """Cohorts of recruits by name."""


class Reserve(Part):
    """Minutes kept free for first meetings."""

    share: Share
    """Share of a day's coach minutes."""
    until_days_before: Annotated[Number, Unit("working days", 0, 1000, whole=True)]
    """Working days ahead at which what is left is given to anyone."""


class Appointment(Part):
    """What every kind of appointment has."""

    minutes: Annotated[Series, Unit("minutes", 1, 480, whole=True)]
    """Length."""
    priority: Annotated[Number, Unit("rank", 1, 7, whole=True)]
    """Who is booked first: the lowest number."""
    missed: ShareSeries
    """Share of appointments missed."""


class FirstMeeting(Appointment):
    """The meeting at which commitments are agreed; due the next working day after the claim."""

    target_working_days: Annotated[Number, Unit("working days", 0, 1000, whole=True)]
    """The promise: a date offered within so many working days of the claim."""
    reserve: Reserve | None = None
    """Minutes kept free for first meetings; none if left out."""


class Review(Appointment):
    """The work search review."""

    every_weeks: dict[Week, Annotated[Series, Unit("weeks", 1, 52, whole=True)]]
    """Weeks between reviews from each week of the claim on; the first week is 1."""


class YouthHubMeeting(Review):
    """What takes the place of the work search review at a youth hub."""


class Appointments(Part):
    """The contact policy."""

    book_ahead_working_days: Annotated[Number, Unit("working days", 1, 250, whole=True)]
    """The booking window, from tomorrow."""
    first_meeting: FirstMeeting
    review: Review
    youth_hub_meeting: YouthHubMeeting | None = None
    """Needed where there are youth hubs."""

    @property
    def kinds(self) -> tuple[Appointment, ...]:
        """The kinds of appointment in the order of KINDS; without youth hubs their meeting is a review, which nobody has there."""
        return self.first_meeting, self.review, self.youth_hub_meeting or self.review


class Service(Part):
    """How people are seen."""

    face_to_face_share: ShareSeries
    """Share of appointments held face to face, among people who can be served remotely."""
    desks_usable: ShareSeries
    """Share of desks that can be used (distancing)."""
    opening_minutes: Annotated[Series, Unit("minutes", 0, 1440)]
    """Minutes a day for which desks are open to claimants."""


class JobEntry(Part):
    """How people enter work. Every factor is 1 at its reference, and each effect is an assumption with an interval."""

    monthly_rate_by_week: dict[Week, RateSeries]
    """Share entering work within a month at the references, by completed weeks on the claim from which it holds."""
    by_age_group: dict[AgeGroup, Factor] = Field(default_factory=dict)
    """Factor on the hazard by age group; 1 where left out."""
    market: Annotated[Series, Unit("factor", 0, 100)] = Series.model_validate(1)
    """State of the labour market: factor on the hazard by date."""
    weekly_instead_of_fortnightly: Factor = Number(value=1)
    """Ratio of hazards, weekly against fortnightly contact (reference: fortnightly)."""
    no_contact: Factor = Number(value=1)
    """Ratio of hazards without any contact; no realised interval or channel goes below it."""
    phone_only: Factor = Number(value=1)
    """Ratio of hazards, last meeting by phone against face to face."""
    lost_early_meeting: Factor = Number(value=1)
    """Ratio of hazards for the rest of the spell once a meeting in its first weeks was missed, or bumped by a cut."""
    early_weeks: Annotated[Number, Unit("weeks", 1, 52, whole=True)] = Number(value=4)
    """The first weeks of the claim in which a lost meeting counts."""
    halved_length: Factor = Number(value=1)
    """Ratio of hazards when reviews are half as long."""
    reference_minutes: Annotated[Number, Unit("minutes", 1, 480)] = Number(value=10)
    """Length of reviews at which ``halved_length`` has no effect."""
    halved_caseload: Factor = Number(value=1)
    """Ratio of hazards when the caseload per coach is half as large."""
    reference_caseload: Annotated[Number, Unit("people per coach", 1, 10_000)] = Number(value=100)
    """Caseload per coach at which ``halved_caseload`` has no effect."""


class OtherLeaving(Part):
    """Leaving for any reason but work."""

    monthly_rate: RateSeries
    """Share leaving within a month."""


class Scenario(Part):
    """One scenario: everything a run needs.

    Load one with :func:`sim.load`; vary one with :meth:`change`.
    """

    name: Name
    question: str = ""
    """What the scenario is to answer."""
    period: Period
    working_days: Literal["england_and_wales", "scotland", "northern_ireland"]
    """Whose bank holidays count."""
    closures: list[Closure] = Field(default_factory=list)
    replications: StrictInt = Field(default=20, ge=1, le=100_000)
    """How many replications a run makes unless told otherwise."""
    seed: StrictInt = Field(default=1, ge=0, lt=2**32)
    """The seed of all luck."""
    areas: dict[Name, Area] = Field(min_length=1)
    claimants: Claimants
    jobcentres: dict[Name, Jobcentre] = Field(min_length=1)
    pools: dict[Name, Pool] = Field(default_factory=dict)
    coaches: Coaches
    appointments: Appointments
    service: Service
    job_entry: JobEntry
    other_leaving: OtherLeaving
    returns: Returns | None = None
    """People who enter work and claim again; nobody if left out."""
    labour_market: LabourMarket | None = None
    """Vacancies by sector; without them job entry does not depend on who else is looking."""
    programmes: dict[Name, Programme] = Field(default_factory=dict, max_length=30)
    """What coaches refer people to, by name."""
    costs: Costs = Costs()

    @property
    def permanent(self) -> dict[str, Jobcentre]:
        """Permanent jobcentres by name, in order of name."""
        return {name: self.jobcentres[name] for name in sorted(self.jobcentres) if self.jobcentres[name].temporary is None}

    @property
    def temporary(self) -> dict[str, Jobcentre]:
        """Temporary jobcentres by name, in order of name; youth hubs are among them."""
        return {name: self.jobcentres[name] for name in sorted(self.jobcentres) if self.jobcentres[name].temporary is not None}

    @property
    def youth_hubs(self) -> dict[str, Jobcentre]:
        """Youth hubs, which are temporary jobcentres, by name, in order of name."""
        return {name: jobcentre for name, jobcentre in self.temporary.items() if jobcentre.takes_young_from}

    def __repr__(self) -> str:
        """In a line: all of it is what ``dump`` writes."""
        number = len(self.jobcentres)
        return f"<Scenario '{self.name}': {number} jobcentre{'s' * (number != 1)}, {self.period.from_} to {self.period.to}>"

    def change(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """A varied copy, checked again; see :func:`sim.scenario.changes.change`.

        ``scenario.change({"jobcentres.*.coaches": "+10%", "period.to": "2021-03-31"})``
        """
        from sim.scenario.changes import change  # a method for convenience: the schema itself depends on nothing that reads it

        return change(self, {**(values or {}), **more})
