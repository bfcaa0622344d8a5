"""The scenario of Great Britain holds what the data and the arithmetic give, and the calibration is what its record says."""

from __future__ import annotations

import csv
import datetime as dt

import numpy as np
import pytest

from scenarios import calibrate_great_britain as calibrate
from scenarios import derive_great_britain as derive
from scenarios import derive_west_midlands as base
from scenarios import write_great_britain as files
from scenarios.monthly import MONTH, monthly
from sim.model.simulation import simulate
from sim.record import HOME_COLUMNS, JOB_ENTRY
from sim.scenario.file import load
from tests.validation.national import into_work


@pytest.fixture(scope="module")
def country():
    return load(calibrate.RUN)


@pytest.fixture(scope="module")
def copy(country):
    return calibrate.small(country, calibrate.ONE_IN)


@pytest.fixture(scope="module")
def record(copy):
    """2020 on the small copy."""
    kept = {name: of for name, of in copy.jobcentres.items() if of.temporary is None}
    return simulate(
        copy.model_copy(update={"jobcentres": kept, "period": copy.period.model_copy(update={"to": calibrate.FITTED_TO})}), 2020, 0
    )


def recorded():
    """Every try, the last of which was chosen."""
    with calibrate.LOG.open(encoding="utf-8", newline="") as file:
        return [{key: float(value) for key, value in line.items()} for line in csv.DictReader(file)]


def series(of):
    return {date: entry.value for date, entry in of.by_date.items()}


def test_places_are_those_the_data_give():
    assert files.PLACES.read_text(encoding="utf-8") == files.places()


def test_claimants_and_offices_add_up(country):
    early, late = derive.claimants(early=True), derive.claimants(early=False)
    assert sum(early.values()) == 1000 * base.ons("GB", "2020-01") and sum(late.values()) == 1000 * base.ons("GB", "2020-07")
    assert len(country.permanent) == 631 and len(country.areas) == 41
    assert sum(int(area.claimants) for area in country.areas.values()) == sum(early.values())
    region = sum(n for area, n in early.items() if area in base.stock())
    assert (
        region
        < 1000 * base.ons(derive.REGION, "2020-01")
        < region + sum(early[a] for a in ("Mercia without Coventry", "Staffordshire and Derbyshire"))
    )


def test_with_the_recruits_of_early_2020_there_are_as_many_coaches_in_june_as_published(country):
    cohort = country.coaches.recruitment["early 2020"]
    june = dt.date(2020, 6, 1)
    stay = 1 - derive.LEAVERS
    left = sum(next(iter(of.coaches.by_date.values())).value for of in country.permanent.values()) * stay ** derive.years(
        derive.FIRST, june
    )
    assert left + int(cohort.coaches) * stay ** derive.years(cohort.starts.value, june) == pytest.approx(
        derive.COACHES[2020], rel=2e-3
    )  # to a tenth at each office


def test_the_file_holds_the_derived_numbers(country):
    programmes = country.programmes
    assert series(programmes["Kickstart"].supply.jobs.applied_per_week) == derive.kickstart_applied_per_week()
    assert programmes["JETS"].supply.places.by_date[dt.date.min].value == derive.jets_places()
    assert programmes["Restart"].supply.places.by_date[dt.date.min].value == derive.restart_places()
    assert series(programmes["Sector-based work academies"].supply.intakes.places) == derive.academy_places()
    assert series(country.coaches.leavers_per_year) == derive.leavers()
    recruits = {name.split()[0]: int(cohort.coaches) for name, cohort in country.coaches.recruitment.items()}
    assert recruits == derive.recruits() | {"early": derive.HIRED_EARLY_2020}
    assert {group: n.value for group, n in country.claimants.age_groups.items()} == derive.age_groups()


def test_count_days_are_second_thursdays():
    assert [derive.count_day(month) for month in ("2020-01", "2020-04", "2020-05", "2021-07", "2022-03")] == [
        dt.date(2020, 1, 9),
        dt.date(2020, 4, 9),
        dt.date(2020, 5, 14),
        dt.date(2021, 7, 8),
        dt.date(2022, 3, 10),
    ]


def test_claims_and_returns_together_are_the_published_on_flow(country):
    """What was put in: by area and date, first claims are no more than the on-flow, and less by ever more returns."""
    whole = derive.on_flow(recorded()[-1]["surge"])
    first = {date: sum(series(area.claims_per_week)[date] for area in country.areas.values()) for date in whole}
    less = {date: 1 - first[date] / n for date, n in whole.items() if not derive.SURGE <= date < dt.date(2020, 4, 10)}
    assert all(-0.01 < part < 0.5 for part in less.values())
    assert less[dt.date(2020, 2, 14)] < less[dt.date(2020, 12, 11)] < less[dt.date(2022, 2, 11)]


def test_the_small_copy_is_the_country_in_small(country, copy):
    def of(scenario, what):
        return sum(what(item) for item in scenario)

    one = calibrate.ONE_IN
    for what in (lambda of: int(of.claimants), lambda of: sum(series(of.claims_per_week).values())):
        assert of(copy.areas.values(), what) * one == pytest.approx(of(country.areas.values(), what), rel=2e-3)
    for key in ("coaches", "desks"):
        there = [sum(sum(series(getattr(each, key)).values()) for each in s.permanent.values()) for s in (copy, country)]
        assert there[0] * one == pytest.approx(there[1], rel=1e-9)
    along = [sum(float(n) for each in s.temporary.values() for n in each.coaches_from.values()) for s in (copy, country)]
    assert along[0] * one == pytest.approx(along[1], rel=1e-9)
    assert copy.job_entry == country.job_entry and copy.appointments == country.appointments and copy.other_leaving == country.other_leaving


def test_months_are_counted_as_the_claimant_count_is(record):
    got = monthly(record)
    assert got.months == calibrate.FITTED_MONTHS
    ends = [(derive.count_day(month) - record.start).days for month in got.months]
    counted = record.by_home[:, :, :, [HOME_COLUMNS.index("waiting"), HOME_COLUMNS.index("in_reviews")]].sum(axis=(1, 2, 3))
    assert got.total.tolist() == counted[ends].tolist()
    assert got.stock.shape == (12, len(record.areas), 3)
    whole = [(record.people["claim"] < 0).sum(), *got.total]
    for k, (a, b) in enumerate(zip([-1, *ends], ends, strict=False)):
        days = b - a
        claims = ((record.people["claim"] > a) & (record.people["claim"] <= b)).sum()
        assert got.on_flow[k] == pytest.approx(claims * MONTH / days)
        assert (got.on_flow[k] - got.off_flow[k]) * days / MONTH == pytest.approx(whole[k + 1] - whole[k])


def test_shares_into_work_are_those_of_a_count_day_by_day(record):
    first, after = dt.date(2020, 6, 1), dt.date(2020, 6, 11)
    people = record.people[::40]
    sample = type("Sample", (), {"people": people, "start": record.start, "days": record.days})
    at_risk, entered = dict.fromkeys(("up to 3 months", "4 to 6 months", "over 6 months"), 0), {}
    for row in people:
        for day in range((first - record.start).days, (after - record.start).days):
            k = day - int(row["claim"])
            if k >= 1 and (row["exit"] < 0 or day <= row["exit"]):
                band = ("up to 3 months", "4 to 6 months", "over 6 months")[min(2, (k - 1) // 7 // 13)]
                at_risk[band] += 1
                entered[band] = entered.get(band, 0) + (day == row["exit"] and row["exit_kind"] == JOB_ENTRY)
    got = into_work(sample, first, after)
    for band, days in at_risk.items():
        assert got[band] == pytest.approx(1 - np.exp(-entered[band] / days * MONTH)), band


def test_the_recorded_objective_is_the_one_of_what_is_written(record):
    """The last line is what the file holds, to the digits written: a file fitted to something else is told. And no try was better."""
    off = calibrate.residuals(calibrate.targets(monthly(record), calibrate.ONE_IN))
    last = recorded()[-1]
    assert last["round"] == calibrate.CHOSEN
    assert off @ off == pytest.approx(last["objective"], rel=0.02)
    assert last["objective"] < 1.1 * min(line["objective"] for line in recorded() if line["round"] == calibrate.ROUNDS)
