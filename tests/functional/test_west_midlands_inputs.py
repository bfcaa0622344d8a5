"""The region's scenario says what its sources say: every derived number is derived again, and the published counts come out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from scenarios import calibrate_vacancies as calibrate
from scenarios import derive_programmes as more
from scenarios import derive_west_midlands as derive
from sim.model.simulation import simulate
from sim.record import HOME_COLUMNS, SECTOR_COLUMNS, Record
from sim.scenario.file import load
from sim.scenario.load_check import offered_load, region
from sim.scenario.numbers import Day, Number, Series
from sim.scenario.schema import Scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
QUESTIONS = ("no_recruits", "doubling", "no_temporary", "shorter_window")
PROGRAMME_QUESTIONS = ("kickstart_half_a_year_earlier", "jets_doubled", "faster_approval", "restart_as_planned")


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(SCENARIOS / "west_midlands.yaml")


@pytest.fixture(scope="module")
def full() -> Scenario:
    """With programmes, hubs, vacancies, returns and costs."""
    return load(SCENARIOS / "west_midlands_programmes.yaml")


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


def test_claims_are_less_by_those_who_claim_again(base, full):
    assert {name: series(area.claims_per_week) for name, area in full.areas.items()} == more.first_claims_per_week()
    assert (float(full.returns.share), float(full.returns.mean_weeks)) == more.RETURNS
    assert (series(base.job_entry.market), series(base.other_leaving.monthly_rate)) == (more.MARKET, more.LEAVING)
    assert int(base.claimants.longest_weeks_on_claim) == more.LONGEST_WEEKS
    assert 0.25 < list(more.returning().values())[-1] < 0.35  # in the end about the share of entries that return, 0.30


def test_kickstart_is_what_was_published_of_it(full):
    kickstart = full.programmes["Kickstart"]
    jobs = kickstart.supply.jobs
    assert series(jobs.applied_per_week) == more.applied_per_week()
    assert int(jobs.days_to_approve) + int(jobs.days_to_advertise) == more.DAYS_TO_AVAILABLE
    assert (int(jobs.days_to_approve), int(jobs.days_to_fill)) == (more.DAYS_TO_APPROVE, more.days_to_fill())
    assert float(jobs.filled_at_most) == pytest.approx(more.KICKSTART_STARTED / more.KICKSTART_ADVERTISED, abs=0.005)
    assert kickstart.open.from_.value == more.KICKSTART_OPENS
    for day, thousands in more.kickstart("available").items():  # the region's share of what was advertised by then
        applied = applied_by(full, day - dt.timedelta(days=more.DAYS_TO_AVAILABLE))
        assert applied == pytest.approx(1000 * thousands * more.share_gb(), rel=0.002), day


def applied_by(scenario: Scenario, date: dt.date) -> float:
    """Kickstart jobs applied for before a date."""
    applied = scenario.programmes["Kickstart"].supply.jobs.applied_per_week
    return float(applied.daily(applied.first, (date - applied.first).days).sum() / 7)


def test_kickstart_half_a_year_earlier_has_the_same_jobs_earlier(full):
    """Six months sooner to the day, and as many jobs in all but for the lengths of months."""
    earlier = question("kickstart_half_a_year_earlier")
    since = {date: n for date, n in series(full.programmes["Kickstart"].supply.jobs.applied_per_week).items() if date > full.period.from_}
    sooner = {(pd.Timestamp(date) - pd.DateOffset(months=6)).date(): n for date, n in since.items()}
    assert series(earlier.programmes["Kickstart"].supply.jobs.applied_per_week) == sooner
    assert applied_by(earlier, max(sooner)) == pytest.approx(applied_by(full, max(since)), rel=0.01)
    opened, opens = (one.programmes["Kickstart"].open.from_.value for one in (earlier, full))
    assert (opened, opens) == (min(sooner), min(since))


def test_the_other_programmes(full):
    jets, academies, restart = (full.programmes[name] for name in ("JETS", "Sector-based work academies", "Restart"))
    assert (jets.supply.places.on(full.period.to), float(jets.take_up)) == (more.jets_places(), more.jets_take_up())
    assert 7 * float(jets.weeks) == more.JETS_DAYS
    assert series(academies.supply.intakes.places) == more.swap_places() and int(academies.supply.intakes.every_weeks) == 1
    assert restart.supply.places.on(full.period.to) == more.restart_places()
    assert restart.referral_at_review.on(full.period.to) == more.referral_at_review(more.RESTART_REFERRED)
    planned = question("restart_as_planned").programmes["Restart"].referral_at_review
    assert planned.on(full.period.to) == more.referral_at_review(more.RESTART_EXPECTED)
    assert float(restart.take_up) == pytest.approx(more.RESTART_TAKEN_UP[0] / more.RESTART_TAKEN_UP[1], abs=0.005)


def test_youth_hubs(full):
    hubs = {name.removesuffix(" youth hub"): j for name, j in full.jobcentres.items() if j.takes_young_from}
    assert {name: j.temporary.opens.value for name, j in hubs.items()} == more.hubs()
    assert {name: values(j.coaches_from) for name, j in hubs.items()} == more.hub_coaches_from()
    assert {name: values(j.takes_young_from) for name, j in hubs.items()} == {name: {name: more.HUB_SHARE} for name in hubs}
    assert float(full.claimants.age_groups["16-24"]) == more.YOUNG


def test_sectors_and_their_vacancies(full):
    sectors = full.labour_market.sectors
    assert values({name: s.share for name, s in sectors.items()}) == more.sector_shares()
    assert values({name: s.vacancies for name, s in sectors.items()}) == {name: round(more.vacancies(name, more.FIRST)) for name in sectors}
    in_groups = sorted(industry for group in more.SECTORS.values() for industry in group)
    assert in_groups == sorted({row["industry"] for row in derive.rows("uk_vacancies.csv")} - {"Total"})
    for month in ("2019-06", "2020-07", "2022-03"):  # the groups are the whole, but for the rounding of the industries
        total = next(float(r["thousands"]) for r in derive.rows("uk_vacancies.csv") if (r["industry"], r["month"]) == ("Total", month))
        assert sum(more.vacancies_uk(name)[month] for name in sectors) == pytest.approx(total, abs=9)


def test_a_question_of_programmes_changes_one_of_them_and_nothing_else(full):
    for name, programme in zip(PROGRAMME_QUESTIONS, ("Kickstart", "JETS", "Kickstart", "Restart"), strict=True):
        other = question(name)
        assert other.model_dump(exclude={"name", "question", "programmes"}) == full.model_dump(exclude={"name", "question", "programmes"})
        assert [p for p in full.programmes if other.programmes[p] != full.programmes[p]] == [programme]
    halved = question("faster_approval").programmes["Kickstart"].supply.jobs.days_to_approve
    assert 2 * int(halved) == more.DAYS_TO_APPROVE
    assert question("jets_doubled").programmes["JETS"].supply.places.on(full.period.to) == 2 * more.jets_places()


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


@pytest.fixture(params=["west_midlands", "west_midlands_programmes", *(f"west_midlands_{name}" for name in PROGRAMME_QUESTIONS)])
def one(request) -> Scenario:
    return load(SCENARIOS / f"{request.param}.yaml")


def test_every_number_says_where_it_comes_from(one):
    found = dict(numbers(one))
    assert len(found) > 300
    assert [path for path, number in found.items() if number.confidence is None and ".coaches_from." not in path] == []


def test_every_assumption_has_an_interval(one):
    bare = [path for path, n in numbers(one) if n.confidence == "assumption" and (n.low is None or n.high is None)]
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


def count_day(month: str) -> int:
    """The day of the run on which a month's claimants were counted, about the tenth."""
    return (dt.date.fromisoformat(f"{month}-10") - dt.date(2020, 7, 1)).days


def week_of(month: str) -> int:
    """The week of that day."""
    return count_day(month) // 7


def published() -> list[tuple[str, str, float]]:
    """Borough or UK, month, and claimants over those of July 2020, for every later count."""
    stock = derive.stock()
    counts = [(name, m, n / stock[name]) for name, months in derive.counts().items() for m, n in months.items() if m > "2020-07"]
    return counts + [(r["series"], r["month"], float(r["thousands"]) / derive.ons("UK", "2020-07")) for r in derive.rows("uk_claimants.csv")
                     if r["series"] == "UK" and r["month"] > "2020-07"]  # fmt: skip


def test_the_caseload_follows_the_published_counts(base, weekly):
    index = weekly["caseload"] / weekly["caseload"][0]
    assert len(published()) > 55
    apart = {(name, month): index[week_of(month)] / there - 1 for name, month, there in published()}
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


# --- with programmes and vacancies, a run comes out as the page says -------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(full) -> Record:
    return simulate(full, full.seed, 0)


def starts(ran: Record, programme: str, by: dt.date) -> float:
    """Starts so far, thousands, for Great Britain by the region's share."""
    started = ran.episodes["started"][ran.episodes["programme"] == ran.programmes.index(programme)]
    return float(((started >= 0) & (started <= (by - ran.start).days)).sum() / 1000 / more.share_gb())


@pytest.mark.long
def test_vacancies_stay_at_the_published_ones(ran):
    apart = calibrate.apart(calibrate.published(), ran.by_sector[:, :, SECTOR_COLUMNS.index("vacancies")])
    assert np.abs(apart[:, -1]).max() < 0.05  # all sectors together, in every month
    assert np.abs(apart[:, :-1]).max() < 0.20  # and each


@pytest.mark.long
def test_the_caseload_with_vacancies_follows_the_counts_it_was_fitted_to_and_the_later_ones(ran):
    people = ran.by_home[:, :, :, [HOME_COLUMNS.index("waiting"), HOME_COLUMNS.index("in_reviews")]].sum(axis=(1, 2, 3))
    apart = {(name, month): people[count_day(month)] / people[0] / there - 1 for name, month, there in published()}
    fitted, later = ([by for (_, month), by in apart.items() if (month <= "2021-03") == early] for early in (True, False))
    assert np.sqrt(np.mean(np.square(fitted))) < 0.04
    assert np.sqrt(np.mean(np.square(later))) < 0.07


@pytest.mark.long
def test_starts_are_like_the_published_ones(ran):
    for day, thousands in more.kickstart("started").items():
        assert starts(ran, "Kickstart", day) == pytest.approx(thousands, rel=0.35), day
        assert starts(ran, "Kickstart", day) <= more.could_start(day, more.days_to_fill()) * 1.03
    assert starts(ran, "JETS", dt.date(2021, 5, 5)) == pytest.approx(100, rel=0.1)
    year = starts(ran, "Sector-based work academies", dt.date(2022, 3, 31)) - starts(
        ran, "Sector-based work academies", dt.date(2021, 3, 31)
    )
    assert year == pytest.approx(more.SWAP_STARTS[dt.date(2021, 4, 1)] / 1000, rel=0.05)
