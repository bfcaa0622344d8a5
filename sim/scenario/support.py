"""What a scenario may say of what coaches refer people to, of the jobs they go to, and of what it all costs.

The same kind of types as in :mod:`sim.scenario.schema`, which has the journey itself. A programme is data: nothing else names one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from sim.scenario.numbers import Day, Number, Series, Unit
from sim.scenario.parts import AgeGroup, Name, Part, Pounds, PoundsPerYear, ProgrammeFactor, Rate, Share, ShareSeries, Weight


class Returns(Part):
    """People who enter work and claim again."""

    share: Share
    """Share of job entries that end in another claim."""
    mean_weeks: Annotated[Number, Unit("weeks", 0.1, 1000)]
    """Mean time from the job entry to that claim; exponential."""


class Sector(Part):
    """A sector of the labour market."""

    share: Weight
    """Share of claimants who last worked in it."""
    vacancies: Annotated[Number, Unit("vacancies", 0, 1e15)]
    """Vacancies on the eve of the first day."""
    inflow_per_week: Annotated[Series, Unit("vacancies per week", 0, 1e15)]
    """New vacancies."""


class LabourMarket(Part):
    """The jobs there are. Job finding goes with (vacancies per searcher) to the power of an elasticity, sector by sector."""

    sectors: dict[Name, Sector] = Field(min_length=1, max_length=50)
    elasticity: Annotated[Number, Unit("elasticity", 0, 1)]
    """Of job finding with respect to vacancies per searcher; returns to scale are constant."""
    reference_tightness: Annotated[Number, Unit("vacancies per searcher", 1e-6, 1e6)]
    """Vacancies per searching claimant at which the monthly rates of job entry hold."""
    others_hiring_monthly_rate: Rate
    """Share of vacancies that other people than claimants fill within a month."""
    lapsing_monthly_rate: Rate
    """Share of vacancies withdrawn within a month."""


class Who(Part):
    """Who may be referred to a programme: everyone in reviews, where nothing is said."""

    age_groups: list[AgeGroup] | None = Field(default=None, min_length=1)
    """Age groups; any if left out."""
    areas: list[Name] | None = Field(default=None, min_length=1)
    """Areas of the claim; any if left out."""
    sectors: list[Name] | None = Field(default=None, min_length=1)
    """Sectors last worked in, or retrained for; any if left out."""
    at_least_weeks: Annotated[Series, Unit("weeks", 0, 5200, whole=True)] = Series.model_validate(0)
    """Completed weeks on the claim from which on."""
    at_most_weeks: Annotated[Series, Unit("weeks", 0, 5200, whole=True)] = Series.model_validate(5200)
    """Completed weeks on the claim up to which."""


class Open(Part):
    """The days on which people are referred and start, both included."""

    from_: Day = Field(alias="from")
    """First day."""
    to: Day
    """Last day. Whoever is on the programme then goes on to the end of it."""


class Jobs(Part):
    """Jobs that employers apply to offer: each is approved, advertised and filled in turn, and filled once."""

    applied_per_week: Annotated[Series, Unit("jobs per week", 0, 1_000_000)]
    """Jobs that employers apply for and that will be approved, from the first date given on, or else from the day the programme opens."""
    days_to_approve: Annotated[Number, Unit("days", 0, 3650, whole=True)] = Number(value=0)
    """From the application to the approval."""
    days_to_advertise: Annotated[Number, Unit("days", 0, 3650, whole=True)] = Number(value=0)
    """From the approval to the vacancy being there for referrals."""
    days_to_fill: Annotated[Number, Unit("days", 0, 3650, whole=True)] = Number(value=0)
    """From then to the first day on which someone can start."""
    filled_at_most: Share = Number(value=1)
    """Share of advertised jobs that can be filled."""


class Intakes(Part):
    """Courses that begin on set days; a place not taken on its day is lost."""

    every_weeks: Annotated[Number, Unit("weeks", 1, 520, whole=True)]
    """Weeks between intakes, the first on the day the programme opens."""
    places: Annotated[Series, Unit("places", 0, 10_000_000)]
    """Places of an intake."""


class Supply(Part):
    """How many can start. Exactly one of its keys is given."""

    places: Annotated[Series, Unit("places", 0, 10_000_000)] | None = None
    """Places at any one time: one is free again when its holder leaves."""
    jobs: Jobs | None = None
    intakes: Intakes | None = None


class Queue(Part):
    """Waiting for a place."""

    order: Literal["first_come", "longest_on_claim"] = "first_come"
    """Who starts first."""
    withdrawing_monthly_rate: Rate = Number(value=0)
    """Share of those waiting who withdraw within a month."""
    longest_wait_days: Annotated[Number, Unit("days", 0, 3650, whole=True)] | None = None
    """Who has not started so many days after joining gives up; 0: nobody waits. No limit if left out."""


class Retraining(Part):
    """A programme that leads into another sector."""

    share: Share
    """Share of those who complete it who move."""
    to: dict[Name, Weight] = Field(min_length=1)
    """Share of these by sector they move to."""


class Programme(Part):
    """Support that coaches refer people to."""

    open: Open
    who: Who = Who()
    supply: Supply
    priority: Annotated[Number, Unit("rank", 1, 99, whole=True)] = Number(value=1)
    """Which referral counts where a coach would make several: the lowest number, then by name."""
    referral_at_review: ShareSeries
    """Probability that a coach refers someone who may be, at each review held."""
    take_up: Share = Number(value=1)
    """Share of those referred who agree to go."""
    queue: Queue = Queue()
    """How people wait for a place."""
    weeks: Annotated[Number, Unit("weeks", 0.1, 520)]
    """Length; the mean, where it varies."""
    length: Literal["fixed", "uniform", "exponential"] = "fixed"
    """How lengths vary around it: not at all, evenly by half of it each way, or exponentially."""
    drop_out_monthly_rate: Rate = Number(value=0)
    """Share of those on it who drop out within a month."""
    contact_goes_on: StrictBool
    """Whether people on it go on meeting their coach."""
    job_entry_while_on_it: ProgrammeFactor = Number(value=1)
    """Factor on the hazard of job entry (where contact stops: on that at fortnightly contact)."""
    job_entry_after: ProgrammeFactor = Number(value=1)
    """Factor on the hazard for the rest of the spell after completing it."""
    into_work_at_end: Share = Number(value=0)
    """Share of those who complete it who enter work on that day."""
    retraining: Retraining | None = None
    """Whether it leads into another sector; not if left out."""
    cost_per_start: Pounds = Number(value=0)
    """What each start costs, in full on its day."""


class Costs(Part):
    """What it costs, in pounds."""

    coach_per_year: PoundsPerYear = Number(value=0)
    """A full-time equivalent coach in post and trained."""
    trainee_per_year: PoundsPerYear = Number(value=0)
    """A full-time equivalent in training."""
    trainer_per_year: PoundsPerYear = Number(value=0)
    """A full-time equivalent who trains others."""
    trainees_per_trainer: Annotated[Number, Unit("trainees", 0.1, 1000)] = Number(value=10)
    """Trainees to one trainer."""
    desk_per_year: PoundsPerYear = Number(value=0)
    """A desk, usable or not, while its jobcentre exists."""
    temporary_jobcentre_per_year: PoundsPerYear = Number(value=0)
    """A temporary jobcentre while it exists, beside its desks."""
    temporary_jobcentre_opening: Pounds = Number(value=0)
    """Fitting out a temporary jobcentre, once, when it opens within the run."""
    youth_hub_per_year: PoundsPerYear = Number(value=0)
    """A youth hub while it exists, beside its desks."""
    youth_hub_opening: Pounds = Number(value=0)
    """Fitting out a youth hub, once, when it opens within the run."""
