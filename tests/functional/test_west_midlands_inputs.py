"""The region's scenario says what its sources say: every derived number is derived again, and the published counts come out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from scenarios import derive_west_midlands as derive
from sim.scenario.file import load
from sim.scenario.load_check import offered_load, region
from sim.scenario.numbers import Day, Number, Series
from sim.scenario.schema import Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
QUESTIONS = ("no_recruits", "doubling", "no_temporary", "shorter_window")


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(SCENARIOS / "west_midlands.yaml")


def question(name: str) -> Scenario:
    return load(SCENARIOS / f"west_midlands_{name}.yaml")


def values(numbers: dict) -> dict:
    return {key: float(number) for key, number in numbers.items()}


def series(given: Series) -> dict[dt.date, float]:
    return {date: entry.value for date, entry in given.by_date.items()}


# --- every derived number is what the script derives -----------------------------------------------------------------------------


def test_stock_and_claims(base):
    assert {name: int(area.claimants) for name, area in base.areas.items()} == derive.stock()
    assert {name: series(area.claims_per_week) for name, area in base.areas.items()} == derive.claims_per_week()


def test_claimants_by_age_and_weeks_on_the_claim(base):
    assert values(base.claimants.age_groups) == derive.age_groups()
    assert values(base.claimants.weeks_on_claim) == derive.weeks_on_claim()


def test_the_script_ages_the_stock_with_the_rates_of_the_scenario(base):
    rates = {week: rate.on(base.period.from_) for week, rate in base.job_entry.monthly_rate_by_week.items()}
    assert rates == derive.JOB_ENTRY
    first_day = base.period.from_
    assert (base.job_entry.market.on(first_day), base.other_leaving.monthly_rate.on(first_day)) == derive.PANDEMIC


def test_jobcentres_are_those_of_the_register(base):
    registered = {row["name"]: (row["borough"], float(row["latitude"]), float(row["longitude"])) for row in derive.rows("jobcentres.csv")}
    assert len(registered) == 28
    assert {name: (j.area, *j.place) for name, j in base.permanent.items()} == {
        name: (borough, pytest.approx(latitude, abs=6e-5), pytest.approx(longitude, abs=6e-5))
        for name, (borough, latitude, longitude) in registered.items()
    }


def test_shares_coaches_and_desks(base):
    assert values({name: j.share for name, j in base.permanent.items()}) == derive.shares()
    assert {name: j.coaches.on(base.period.from_) for name, j in base.permanent.items()} == derive.coaches()
    assert {name: j.desks.on(base.period.from_) for name, j in base.permanent.items()} == {
        name: math.ceil(number) for name, number in derive.coaches().items()
    }


@pytest.mark.parametrize(("name", "total"), [("", derive.RECRUITS), ("doubling", derive.doubling()), ("no_recruits", 0)])
def test_recruits_and_who_goes_to_the_temporary_jobcentres(base, name, total):
    scenario = question(name) if name else base
    recruited = {cohort: float(c.coaches) for cohort, c in scenario.coaches.recruitment.items()}
    assert recruited == (derive.recruits(total) if total else {})
    assert {name: values(j.coaches_from) for name, j in scenario.temporary.items()} == derive.coaches_from(total)
    assert {name: values(j.takes_from) for name, j in scenario.temporary.items()} == derive.TAKES_FROM


def test_temporary_jobcentres_open_as_in_the_country(base):
    assert {name: j.temporary.opens.value for name, j in base.temporary.items()} == derive.openings()
    for j in base.temporary.values():
        assert j.temporary.opens.value - j.temporary.announced.value == dt.timedelta(weeks=8)


def test_a_question_changes_what_it_asks_about_and_nothing_else(base):
    def without(scenario: Scenario, *keys: str) -> dict:
        return scenario.model_dump(exclude={"name", "question", *keys})

    assert without(question("no_recruits"), "coaches", "jobcentres") == without(base, "coaches", "jobcentres")
    assert without(question("doubling"), "coaches", "jobcentres") == without(base, "coaches", "jobcentres")
    assert without(question("no_temporary"), "jobcentres") == without(base, "jobcentres")
    assert question("no_temporary").permanent == base.permanent and not question("no_temporary").temporary
    assert without(question("shorter_window"), "appointments") == without(base, "appointments")
    assert int(question("shorter_window").appointments.book_ahead_working_days) == 5
    assert len({question(name).name for name in QUESTIONS} | {base.name}) == 1 + len(QUESTIONS)


# --- every number says where it comes from ---------------------------------------------------------------------------------------


def numbers(part: object, path: str = "") -> Iterator[tuple[str, Number | Day]]:
    """Every number and date given in a scenario, defaults left out."""
    if isinstance(part, Number | Day):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in sorted(part.model_fields_set):
            yield from numbers(getattr(part, name), f"{path}.{name}")
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from numbers(item, f"{path}.{key}")
    elif isinstance(part, list):
        for i, item in enumerate(part):
            yield from numbers(item, f"{path}.{i}")


def test_every_number_says_where_it_comes_from(base):
    found = dict(numbers(base))
    assert len(found) > 300
    assert [path for path, number in found.items() if number.confidence is None and ".coaches_from." not in path] == []


def test_every_assumption_has_an_interval(base):
    bare = [path for path, n in numbers(base) if n.confidence == "assumption" and (n.low is None or n.high is None)]
    assert bare == []


# --- the published counts come out -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weekly(base) -> dict[str, np.ndarray]:
    """Caseload of the region by week, and the shares leaving and entering work in a month, with fortnightly contact."""
    weeks, month = base.period.days // 7, 30.4375 / 7
    oldest = weeks + int(base.claimants.longest_weeks_on_claim) + 1
    people = np.zeros(oldest)
    for band, share in base.claimants.weeks_on_claim.items():
        first, _, last = band.rstrip("+").partition("-")
        inside = slice(int(first), int(last or base.claimants.longest_weeks_on_claim) + 1)
        people[inside] = float(share) / len(people[inside]) * sum(float(area.claimants) for area in base.areas.values())
    out: dict[str, list[float]] = {"caseload": [], "leaving": [], "job entry": []}
    for week in range(weeks):
        date = base.period.from_ + dt.timedelta(weeks=week)
        job = np.zeros(oldest)
        for first_week, rate in sorted(base.job_entry.monthly_rate_by_week.items()):
            job[first_week:] = -np.log(1 - rate.on(date)) * base.job_entry.market.on(date)
        hazard = job - np.log(1 - base.other_leaving.monthly_rate.on(date))
        out["caseload"].append(people.sum())
        out["leaving"].append(people @ (1 - np.exp(-hazard)) / people.sum())
        out["job entry"].append(people @ (1 - np.exp(-job)) / people.sum())
        stay = people * np.exp(-hazard / month)
        people = np.concatenate([[sum(area.claims_per_week.on(date) for area in base.areas.values())], stay[:-2], [stay[-2] + stay[-1]]])
    return {name: np.array(series) for name, series in out.items()}


def week_of(month: str) -> int:
    """The week of the run in which a month's claimants were counted, about the tenth."""
    return (dt.date.fromisoformat(f"{month}-10") - dt.date(2020, 7, 1)).days // 7


def test_the_caseload_follows_the_published_counts(base, weekly):
    index = weekly["caseload"] / weekly["caseload"][0]
    stock = derive.stock()
    published = [(name, m, n / stock[name]) for name, months in derive.counts().items() for m, n in months.items() if m > "2020-07"]
    published += [("UK", r["month"], float(r["thousands"]) / derive.ons("UK", "2020-07")) for r in derive.rows("uk_claimants.csv")
                  if r["series"] == "UK" and r["month"] > "2020-07"]  # fmt: skip
    assert len(published) > 55
    apart = {(name, month): index[week_of(month)] / there - 1 for name, month, there in published}
    assert {where: round(by, 3) for where, by in apart.items() if abs(by) > 0.10} == {}
    assert np.sqrt(np.mean(np.square(list(apart.values())))) < 0.04


def test_leaving_and_job_entry_agree_with_the_published_rates(weekly):
    for month, published in (("2020-08", 0.096), ("2021-05", 0.139), ("2021-10", 0.158)):
        assert weekly["leaving"][week_of(month)] == pytest.approx(published, abs=0.02), month
    year = slice(week_of("2021-04"), week_of("2022-03") + 3)
    assert weekly["job entry"][year].mean() == pytest.approx(0.097, abs=0.004)  # into work a month, 2021-22


def test_july_2020_is_overloaded_and_only_the_doubling_would_have_held_it(base):
    load = region(offered_load(base)).set_index("month")["load"].loc[["2020-07", "2020-08"]].mean()
    coaches = sum(derive.coaches().values())
    assert load == pytest.approx(1.7, abs=0.1)
    assert load * coaches / (coaches + derive.RECRUITS) == pytest.approx(1.2, abs=0.1)
    assert load * coaches / (coaches + derive.doubling()) == pytest.approx(0.85, abs=0.05)
