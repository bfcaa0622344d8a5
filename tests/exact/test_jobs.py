"""Jobs and what comes after them, against closed forms: a labour market that binds nobody, vacancies that nobody takes, and returns."""

import datetime as dt

import numpy as np
import pytest

from sim.model.ledger import Event
from sim.model.simulation import simulate
from sim.record import JOB_ENTRY, SECTOR_COLUMNS
from tests.exact.test_incidence import MONTH, RATES, agrees, made
from tests.scenarios import BOUNDLESS, events, rich, tiny, total

SECTORS = {
    "Care": {"share": 0.3, "vacancies": 1e9, "inflow_per_week": 1e9},
    "Trade": {"share": 0.7, "vacancies": 1e9, "inflow_per_week": 0},
}


def market(elasticity=0.0, others=0.0, lapsing=0.0, **sectors):
    return {
        "labour_market": {
            "sectors": sectors or SECTORS,
            "elasticity": elasticity,
            "reference_tightness": 0.01,
            "others_hiring_monthly_rate": others,
            "lapsing_monthly_rate": lapsing,
        }
    }


def sector(record, what):
    """A column by day of the only sector, or of all."""
    return record.by_sector[:, :, SECTOR_COLUMNS.index(what)].sum(axis=1)


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

    Within five binomial standard errors, each under 0.01: nine chances of 6e-7 to miss. A factor a tenth less is rejected.
    """
    vacancies = {"All": {"share": 1, "vacancies": 1e14, "inflow_per_week": 0}}
    record = simulate(made(**market(1.0, **vacancies), **{"job_entry.monthly_rate_by_week": rates(1 / 64)}), 1, 0)
    assert agrees(record, lambda day: 1.0)
    with pytest.raises(AssertionError):
        agrees(record, lambda day: 0.9)


def rates(factor):
    """Monthly rates whose hazards are a factor times those of the closed form."""
    return {week: float(1 - (1 - rate) ** factor) for week, rate in RATES.items()}


# ---- vacancies that nobody takes


@pytest.mark.parametrize(("start", "inflow"), [(1000, 0), (0, 350), (5000, 70)])
def test_vacancies_that_nobody_takes_follow_the_closed_form(start, inflow):
    """What is filled by others or lapses is a constant share of what is there: a geometric approach to inflow over that share."""
    one = {"All": {"share": 1, "vacancies": start, "inflow_per_week": inflow}}
    record = simulate(tiny({"period.to": "2022-01-31", **market(0.5, 0.35, 0.1, **one)}), 1, 0)
    assert total(record, "job_entries") == 0
    goes = 2 - 0.65 ** (1 / MONTH) - 0.9 ** (1 / MONTH)
    level = inflow / 7 / goes
    days = np.arange(1, record.days + 1)
    assert sector(record, "vacancies") == pytest.approx(level + (start - level) * (1 - goes) ** days, rel=1e-10, abs=1e-8)
    assert sector(record, "inflow").sum() == pytest.approx(inflow / 7 * record.days)
    split = sector(record, "others").sum() / sector(record, "lapsed").sum()
    assert split == pytest.approx((1 - 0.65 ** (1 / MONTH)) / (1 - 0.9 ** (1 / MONTH)))


def test_claimants_take_what_they_enter():
    """With entries the balance holds on every day, from the counts of the event log."""
    one = {"All": {"share": 1, "vacancies": 300, "inflow_per_week": 100}}
    record = simulate(tiny({"job_entry": {"monthly_rate_by_week": {0: 0.3}}, **market(0.5, 0.3, 0.1, **one)}), 1, 0, events=True)
    entries = np.bincount(events(record, Event.JOB_ENTRY)[:, 0], minlength=record.days)
    there = 300.0
    for day in range(record.days):
        there += 100 / 7 - entries[day] - there * (1 - 0.7 ** (1 / MONTH)) - there * (1 - 0.9 ** (1 / MONTH))
        assert sector(record, "vacancies")[day] == pytest.approx(there, rel=1e-10)
    assert entries.sum() > 10


# ---- returns

RATE, SHARE, WEEKS, PEOPLE, DAYS = 0.3, 0.6, 6, 12_000, 728
"""Monthly rate of entering work, share who claim again, after so many weeks on average; people on the first day; two years."""


@pytest.fixture(scope="module")
def returning():
    start = dt.date(2014, 1, 13)
    return simulate(
        tiny(
            {
                "period": {"from": start, "to": start + dt.timedelta(days=DAYS - 1)},
                "areas.North": {"claimants": PEOPLE, "claims_per_week": 0},
                "jobcentres.Hill.coaches": 0,
                "job_entry": {"monthly_rate_by_week": {0: RATE}},
                "returns": {"share": SHARE, "mean_weeks": WEEKS},
            }
        ),
        1,
        0,
    )


def away(most, weeks=WEEKS):
    """Probability of each number of days between job entry and the next claim: an exponential time rounded to days, at least one."""
    below = 1 - np.exp(-(np.arange(most) + 0.5) / (7 * weeks))
    below[0] = 0
    return np.diff(below, prepend=0)


def expected_by_day(share, rate=RATE):
    """Returns of each day per person there at the start, by the renewal equation: shape (DAYS,).

    Who is there on the first day enters work on day t with probability exp(-h t) (1 - exp(-h)); who claims again on day s enters on
    day s + k likewise, for k = 1, 2 ...; of all entries of a day a share returns, after ``away`` days.
    """
    hazard = -np.log(1 - rate) / MONTH
    after_claim = np.append(0, np.exp(-hazard * np.arange(DAYS)) * (1 - np.exp(-hazard)))  # by days since the claim
    gone = away(DAYS)
    returns, entries = np.zeros(DAYS), after_claim[1:].copy()
    for day in range(DAYS):
        returns[day] = share * entries[:day] @ gone[day:0:-1]
        entries[day + 1 :] += returns[day] * after_claim[1 : DAYS - day]
    return returns


def returns_of_each(record):
    """How often each of the people of the first day has claimed again, shape (PEOPLE,)."""
    first = np.arange(len(record.people))
    for person in np.flatnonzero(record.people["earlier"] >= 0):  # ids rise, so the spell before is known already
        first[person] = first[record.people["earlier"][person]]
    return np.bincount(first[record.people["earlier"] >= 0], minlength=PEOPLE)


def test_returns_follow_the_renewal_equation(returning):
    """12,000 independent people with 1.3 returns each on average: within five standard errors, a miss in 6e-7. A share of 0.57 is
    rejected."""
    each, expected = returns_of_each(returning), expected_by_day(SHARE)
    error = each.std(ddof=1) / np.sqrt(PEOPLE)
    assert len(returning.people) == PEOPLE + each.sum() and total(returning, "returns") == each.sum()
    assert abs(each.mean() - expected.sum()) < 5 * error < abs(each.mean() - expected_by_day(SHARE - 0.03).sum())


def test_returns_are_a_share_of_entries_by_exact_convolution(returning):
    """Of the entries that there were on each day, those expected back before the end: independent trials, within five standard deviations.

    Some 16,000 returns, a standard deviation of 80. A share of 0.57 is rejected, and so is a time away four times as long.
    """
    entered = returning.people["exit"][returning.people["exit_kind"] == JOB_ENTRY]

    def off(share, weeks):
        probability = share * np.cumsum(away(DAYS, weeks))[DAYS - 1 - entered]
        return abs(total(returning, "returns") - probability.sum()) / np.sqrt((probability * (1 - probability)).sum())

    assert off(SHARE, WEEKS) < 5
    assert off(SHARE - 0.03, WEEKS) > 5 and off(SHARE, 4 * WEEKS) > 5


def test_time_away_is_exponential_rounded_to_days(returning):
    """Of early entries, whose returns are all seen: the share back by 1, 3, 6, 12 and 24 weeks within five binomial standard errors."""
    people = returning.people
    again = people[people["earlier"] >= 0]
    days = again["claim"] - people["exit"][again["earlier"]]
    early = days[people["exit"][again["earlier"]] < DAYS // 3]
    law = np.cumsum(away(DAYS))
    assert days.min() == 1 and len(early) > 5000
    for weeks in (1, 3, 6, 12, 24):
        expected = law[7 * weeks]
        assert abs((early <= 7 * weeks).mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / len(early))


def test_without_a_share_nobody_returns_and_nothing_else_changes():
    work = {**BOUNDLESS, "job_entry": {"monthly_rate_by_week": {0: 0.5}}}
    without = simulate(tiny(work), 1, 0, events=True)
    none = simulate(tiny({**work, "returns": {"share": 0, "mean_weeks": 4}}), 1, 0, events=True)
    some = simulate(tiny({**work, "returns": {"share": 1, "mean_weeks": 4}}), 1, 0, events=True)
    assert events(none).tolist() == events(without).tolist()
    assert total(some, "returns") > 20
    first = some.people["spell"] == 0
    assert some.people["exit"][first].tolist() == without.people["exit"].tolist()
