"""Jobs against closed forms: programmes, a labour market that binds nobody, vacancies that nobody takes, and returns."""

from dataclasses import replace

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.model.simulation import simulate
from sim.record import END
from tests.evidence import failures
from tests.exact.incidence import MONTH, as_usual, entries
from tests.exact.jobs import (
    ON_DAY,
    PEOPLE,
    SHARE,
    UNTAKEN,
    WEEKS_ON,
    convolution,
    expected_by_day,
    factor_on_and_after,
    market,
    most_matching,
    on_a_programme,
    renewal,
    returning,
    returns_of_each,
    sector,
    time_away,
    untaken,
    vacancies,
)
from tests.scenarios import BOUNDLESS, events, rich, tiny, total

# ---- a programme changes the hazard


@pytest.mark.parametrize("contact", [True, False])
def test_on_a_programme_and_after_it_the_hazard_is_multiplied(contact):
    """24,000 people, all on it from their first review on: twice the hazard on it, half of it after.

    Cumulative incidence by age group at 2, 13, 26 and 52 weeks within five binomial standard errors, each under 0.01: sixteen chances
    of 6e-7 to miss. Without the factors it is rejected.
    """
    records = on_a_programme(contact, 1)
    record = records[0]
    began = record.episodes[record.episodes["started"] >= 0]
    assert len(began) > 20_000
    assert (began["started"] - record.people["claim"][began["person"]] == ON_DAY).all()
    assert set((began["ended"] - began["started"])[began["end"] == END.index("completed")]) == {7 * WEEKS_ON}
    checks = entries(records, factor_on_and_after)
    assert not failures(checks) and max(check.error for check in checks) < 0.01
    assert failures(entries(records, as_usual))


# ---- a labour market that binds nobody


def test_with_elasticity_zero_and_vacancies_without_end_the_labour_market_changes_nothing_at_all():
    """Event by event and person by person, in the scenario with every lever in use but those that read the sector."""
    apart = {"programmes.Course.who": None, "programmes.Course.retraining": None}
    without, there = (simulate(rich({**apart, **jobs}), 1, 0, events=True) for jobs in ({"labour_market": None}, market()))
    assert events(there).tolist() == events(without).tolist()
    assert there.people.tolist() == without.people.tolist()
    assert sector(there, "entries").sum() == total(there, "job_entries") > 100


def test_with_vacancies_without_end_the_hazard_is_multiplied_by_the_most_that_matching_can_do():
    """24,000 people with a 64th of the hazard, and jobs beyond count: the factor of matching is 64, its most, on every day.

    Within five binomial standard errors, each under 0.01: sixteen chances of 6e-7 to miss. A factor a tenth less is rejected.
    """
    checks = entries(most_matching(1), as_usual)
    assert not failures(checks) and max(check.error for check in checks) < 0.01
    assert failures(entries(most_matching(1), lambda day: 0.9))


# ---- vacancies that nobody takes


@pytest.mark.parametrize(("start", "inflow"), UNTAKEN)
def test_vacancies_that_nobody_takes_follow_the_closed_form(start, inflow):
    expected, record = vacancies(start, inflow)
    assert total(record, "job_entries") == 0
    assert sector(record, "vacancies") == pytest.approx(expected, rel=1e-10, abs=1e-8)
    assert untaken(start, inflow).holds
    assert sector(record, "inflow").sum() == pytest.approx(inflow / 7 * record.days)
    split = sector(record, "others").sum() / sector(record, "lapsed").sum()
    assert split == pytest.approx((1 - 0.65 ** (1 / MONTH)) / (1 - 0.9 ** (1 / MONTH)))


def test_claimants_take_what_they_enter():
    """With entries the balance holds on every day, from the counts of the event log."""
    one = {"All": {"share": 1, "vacancies": 300, "inflow_per_week": 100}}
    record = simulate(tiny({"job_entry": {"monthly_rate_by_week": {0: 0.3}}, **market(0.5, 0.3, 0.1, **one)}), 1, 0, events=True)
    entered = np.bincount(events(record, Event.JOB_ENTRY)[:, 0], minlength=record.days)
    there = 300.0
    for day in range(record.days):
        there += 100 / 7 - entered[day] - there * (1 - 0.7 ** (1 / MONTH)) - there * (1 - 0.9 ** (1 / MONTH))
        assert sector(record, "vacancies")[day] == pytest.approx(there, rel=1e-10)
    assert entered.sum() > 10


# ---- returns


def test_returns_follow_the_renewal_equation():
    """12,000 independent people with 1.3 returns each on average: within five standard errors, a miss in 6e-7. A share of 0.57 is
    rejected."""
    record, check = returning(1)[0], renewal(returning(1))
    each = returns_of_each(record)
    assert len(record.people) == PEOPLE + each.sum() and total(record, "returns") == each.sum()
    assert check.holds, check
    assert not replace(check, expected=float(expected_by_day(SHARE - 0.03).sum())).holds


def test_returns_are_a_share_of_entries_by_exact_convolution():
    """Of the entries that there were on each day, those expected back before the end, within five standard deviations.

    Some 16,000 returns, a standard deviation of 80. A share of 0.57 is rejected, and so is a time away four times as long.
    """
    records = returning(1)
    check = convolution(records)
    assert check.holds, check
    assert not convolution(records, share_back=SHARE - 0.03).holds and not convolution(records, weeks=24).holds


def test_time_away_is_exponential_rounded_to_days():
    """The share back by 1, 3, 6, 12 and 24 weeks within five binomial standard errors, of more than 5,000; one day is the least."""
    people = returning(1)[0].people
    again = people[people["earlier"] >= 0]
    assert (again["claim"] - people["exit"][again["earlier"]]).min() == 1
    checks = time_away(returning(1))
    assert not failures(checks), failures(checks)
    assert max(check.error / np.sqrt(check.expected * (1 - check.expected)) for check in checks) < 1 / np.sqrt(5000)


def test_without_a_share_nobody_returns_and_nothing_else_changes():
    work = {**BOUNDLESS, "job_entry": {"monthly_rate_by_week": {0: 0.5}}}
    without = simulate(tiny(work), 1, 0, events=True)
    none = simulate(tiny({**work, "returns": {"share": 0, "mean_weeks": 4}}), 1, 0, events=True)
    some = simulate(tiny({**work, "returns": {"share": 1, "mean_weeks": 4}}), 1, 0, events=True)
    assert events(none).tolist() == events(without).tolist()
    assert total(some, "returns") > 20
    first = some.people["spell"] == 0
    assert some.people["exit"][first].tolist() == without.people["exit"].tolist()
