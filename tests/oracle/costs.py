"""Section 12 of the rules: what a jobcentre costs on a day, in pounds."""

from __future__ import annotations

from sim.record import COST_COLUMNS
from sim.scenario.schema import Scenario
from tests.oracle.capacity import Capacity


def pounds(scenario: Scenario, capacity: Capacity, name: str, day: int) -> dict[str, float]:
    """By what they are for; programmes are paid by the start and not counted here."""
    prices = scenario.costs
    trainee = float(prices.trainee_per_year) + float(prices.trainer_per_year) / float(prices.trainees_per_trainer)
    trained, in_training = recruits(scenario, capacity, name, day)
    coaches = (capacity.established(name, day, day) + trained) * float(prices.coach_per_year) / 365.25
    training = in_training * trainee / 365.25
    estate = 0.0
    if capacity.exists_today(name, day):
        estate += capacity.today(scenario.jobcentres[name].desks, day) * float(prices.desk_per_year) / 365.25
        if name in scenario.temporary:
            hub = capacity.is_hub(name)
            estate += float(prices.youth_hub_per_year if hub else prices.temporary_jobcentre_per_year) / 365.25
            opening = float(prices.youth_hub_opening if hub else prices.temporary_jobcentre_opening)
            estate += opening if capacity.opens_today(name, day) else 0.0
    return dict(zip(COST_COLUMNS, (coaches, training, estate), strict=True))


def recruits(scenario: Scenario, capacity: Capacity, name: str, day: int) -> tuple[float, float]:
    """Recruits at a jobcentre who have been trained, each paid in full whatever their output, and those in training."""
    trained = in_training = 0.0
    for cohort in scenario.coaches.recruitment.values():
        starts = capacity.days.number(cohort.starts.value)
        number = capacity.posted(cohort, name, day, day) * capacity.survival(starts, day, day) if starts <= day else 0.0
        if capacity.ramp(cohort, starts, day) > 0:
            trained += number
        else:
            in_training += number
    return trained, in_training
