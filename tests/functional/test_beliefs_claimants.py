"""Beliefs about claimants: how many come and when, who is there at the start, and who comes back."""

import numpy as np
import pytest

from sim.measures import MEASURES
from sim.model.ledger import Event
from sim.view import View
from tests.functional.beliefs import BUSY, ROOMY, YOUNG, by_hand, direction, entry_day, falling, rising, roomy, run
from tests.scenarios import BOUNDLESS, daily, events, mean_interval, mean_wait, total


def north(**more):
    return {"areas.North": {"claimants": 300, "claims_per_week": 25, **more}}


@direction("areas.*.claims_per_week")
def test_more_claims():
    """The more people claim, the later first meetings are offered and the longer the time between reviews."""
    records = [run(BUSY, north(claims_per_week=claims)) for claims in (15, 25, 35)]
    assert rising([mean_wait(record) for record in records])
    assert rising([mean_interval(record) for record in records])


@direction("areas.*.claimants")
def test_more_people_at_the_start():
    """The more people claim already at the start, the longer the time between reviews and the more are overdue."""
    records = [run(BUSY, north(claimants=claimants)) for claimants in (200, 300, 400)]
    assert rising([mean_interval(record) for record in records])
    assert rising([total(record, "overdue") for record in records])


@direction("claimants.by_weekday", "areas.*.by_weekday")
@pytest.mark.parametrize("whose", ["all", "area"])
def test_bunched_claims(whose):
    """Claims that all come on Mondays make people wait longer for a first meeting than as many spread over the week."""
    monday, spread = [1, 0, 0, 0, 0, 0, 0], [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0]
    waits = []
    for by_weekday in (monday, spread):
        change = {"claimants.by_weekday": by_weekday} if whose == "all" else north(by_weekday=by_weekday)
        waits.append(mean_wait(run(BUSY, {"jobcentres.Hill.coaches": 8}, change)))
    assert waits[0] > 1.05 * waits[1]


@direction("claimants.age_groups", "areas.*.age_groups")
@pytest.mark.parametrize("whose", ["all", "area"])
def test_more_young_people(whose):
    """The larger the share of young people, the more of the job entries are theirs, and nothing about diaries changes."""
    young, records = (0.1, 0.3, 0.6), []
    for share in young:
        ages = {"16-24": share, "25-49": 0.9 - share, "50+": 0.1}
        records.append(roomy({"claimants.age_groups": ages} if whose == "all" else north(age_groups=ages)))
    assert rising([record.by_home[:, 0, YOUNG, 4].sum() for record in records])
    assert len({str(events(record).tolist()) for record in records}) == 1


@direction("claimants.weeks_on_claim")
def test_longer_claims_at_the_start():
    """Where reviews are fortnightly after thirteen weeks, the longer people have been claiming, the fewer reviews they ask for."""
    shares = [{"0-12": 1 - late, "13-25": late, "26+": 0} for late in (0, 0.5, 1)]
    records = [run(BUSY, BOUNDLESS, north(claims_per_week=0), {"claimants.weeks_on_claim": share}) for share in shares]
    assert falling([daily(record, "reviews_held")[:28].sum() for record in records])


@direction("claimants.longest_weeks_on_claim")
def test_how_long_the_longest_claims_have_lasted():
    """Where job entry becomes rarer over a claim, the longer the longest claims have lasted, the fewer people enter work."""
    rarer = {"job_entry": {"monthly_rate_by_week": {0: 0.2, 60: 0.02}}, "claimants.weeks_on_claim": {"0-25": 0.2, "26+": 0.8}}
    records = [roomy(rarer, {"claimants.longest_weeks_on_claim": weeks}) for weeks in (52, 104, 260)]
    assert falling([total(record, "job_entries") for record in records])


@direction("claimants.awaiting_first_meeting_days")
def test_people_at_the_start_who_await_a_first_meeting():
    """The more of those who claim at the start still await a first meeting, the later new claimants are offered theirs."""
    records = [run(BUSY, {"claimants.awaiting_first_meeting_days": days}) for days in (0, 20, 60)]
    assert rising([mean_wait(record) for record in records])


@direction("claimants.contact_before_start")
def test_contact_suspended_before_the_start():
    """Where contact helps into work, nobody enters work later for having met a coach before the start, and some do sooner."""
    contact = {"job_entry": {"monthly_rate_by_week": {0: 0.15}, "no_contact": 0.5}}
    met, unmet = (roomy(north(claims_per_week=0), contact, {"claimants.contact_before_start": how}) for how in ("ongoing", "suspended"))
    assert (entry_day(met) <= entry_day(unmet)).all()
    assert (entry_day(met) < entry_day(unmet)).sum() > 50


@direction("returns.share")
def test_more_returns():
    """The more of those who enter work claim again, the larger the caseload; their claims are counted apart from new ones."""
    records = [roomy({"returns": {"share": share, "mean_weeks": 6}}) for share in (0, 0.3, 0.6)]
    assert rising([total(record, "returns") for record in records])
    assert rising([daily(record, "in_reviews")[-1] for record in records])
    assert len({total(record, "claims") for record in records}) == 1


@direction("returns.mean_weeks")
def test_later_returns():
    """The longer people stay in work before they claim again, the fewer come back within the run."""
    assert falling([total(roomy({"returns": {"share": 0.5, "mean_weeks": weeks}}), "returns") for weeks in (2, 8, 26)])


@by_hand("returns.share")
def test_returns_are_counted_apart():
    """Whether people claim again changes neither who claims first nor how they fare; only first claims make the rate of job entry."""
    none, back = roomy(), roomy({"returns": {"share": 0.5, "mean_weeks": 6}})
    first = back.people["spell"] == 0
    assert total(back, "claims") == total(none, "claims") == (first & (back.people["claim"] >= 0)).sum()
    assert total(back, "returns") == (~first).sum() > 50
    assert sorted(zip(*(back.people[first][name].tolist() for name in ("claim", "exit", "held")), strict=True)) == sorted(
        zip(*(none.people[name].tolist() for name in ("claim", "exit", "held")), strict=True)
    )
    for measure in ("job_entry_rate", "days_to_job", "claims"):
        counts = [MEASURES[measure].compute(View(record)) for record in (none, back)]
        assert np.array_equal(*map(np.array, counts), equal_nan=True), measure
    assert total(back, "job_entries") > total(none, "job_entries") + 10


@by_hand("period.from")
def test_a_run_that_begins_later_has_the_same_later_claims():
    """Whoever claims after the start of a run claims on the same day, and lives in the same place, in a run that begins later."""
    early, late = (roomy({"period": {**ROOMY["period"], "from": start}}) for start in ("2021-02-01", "2021-03-01"))
    claims = [events(record, Event.CLAIM)[:, [0, 4]] for record in (early, late)]
    assert claims[0][claims[0][:, 0] >= 28].tolist() == (claims[1] + [28, 0]).tolist()
    assert len(claims[1]) > 400
