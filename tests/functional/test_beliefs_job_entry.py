"""Beliefs about entering work, and about how people are met."""

from itertools import pairwise

import pytest

from tests.functional.beliefs import BUSY, REMOTE, SHORT, by_hand, direction, entry_day, extreme, rising, roomy, run, unforeseen
from tests.scenarios import BOUNDLESS, daily, events, total

EFFECT = {"job_entry": {"monthly_rate_by_week": {0: 0.15}, "weekly_instead_of_fortnightly": 1.4, "no_contact": 0.6}}
STAY = {**BUSY, "other_leaving.monthly_rate": 0}
ALONE = {"jobcentres.Hill.coaches": 0, "claimants.contact_before_start": "suspended"}
"""Nobody is ever met."""


@direction("appointments.review.every_weeks", "job_entry.no_contact")
def test_more_frequent_contact_can_only_bring_entries_forward():
    """Where contact helps into work and all else is equal, more frequent contact delays nobody's job and brings some forward.

    Person by person: weekly, fortnightly, monthly contact, none.
    """
    often = [run(STAY, BOUNDLESS, EFFECT, {"appointments.review.every_weeks": {1: weeks}}) for weeks in (1, 2, 4)]
    often.append(run(STAY, EFFECT, ALONE))
    for more, less in pairwise(often):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 10


@direction("job_entry.weekly_instead_of_fortnightly")
def test_the_more_contact_does_the_more_it_matters():
    """The more weekly contact does, the earlier those who are met weekly enter work, person by person."""
    weekly = {"appointments.review.every_weeks": {1: 1}}
    records = [run(STAY, BOUNDLESS, EFFECT, weekly, {"job_entry.weekly_instead_of_fortnightly": effect}) for effect in (1, 1.2, 1.6)]
    for less, more in pairwise(records):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 10


@extreme("job_entry.weekly_instead_of_fortnightly")
def test_without_an_effect_of_contact_policy_changes_no_entry():
    """If contact does nothing for job entry, everyone enters work on the same day with a thousand coaches as with none."""
    none = {"job_entry": {"monthly_rate_by_week": {0: 0.15}}}
    weekly, never = run(BUSY, BOUNDLESS, none), run(BUSY, none, {"jobcentres.Hill.coaches": 0})
    assert (entry_day(weekly) == entry_day(never)).all()
    assert total(weekly, "job_entries") > 50


@extreme("job_entry.no_contact")
def test_without_contact_only_the_floor_counts():
    """Where nobody is ever met, how much contact would do does not matter, and how people fare without it does."""
    weak, strong = (run(STAY, EFFECT, ALONE, {"job_entry.weekly_instead_of_fortnightly": effect}) for effect in (1, 5))
    assert (entry_day(weak) == entry_day(strong)).all()
    assert rising([total(run(STAY, EFFECT, ALONE, {"job_entry.no_contact": floor}), "job_entries") for floor in (0.3, 0.6, 1)])


@unforeseen("job_entry.market")
def test_a_better_labour_market():
    """The better the labour market from a date on, the more people enter work after it; before it nobody's day differs."""
    poor, good = (run(STAY, EFFECT, {"job_entry.market": {"2021-02-01": 1, "2021-03-01": state}}) for state in (0.5, 2))
    assert events(poor, before=28).tolist() == events(good, before=28).tolist()
    assert total(good, "job_entries") > total(poor, "job_entries") + 20


@direction("job_entry.monthly_rate_by_week", "job_entry.market")
@pytest.mark.parametrize("key", ["monthly_rate_by_week", "market"])
def test_a_higher_rate(key):
    """The higher the rate of job entry, or the better the market, the earlier each person enters work."""
    values = {"monthly_rate_by_week": [{0: rate} for rate in (0.1, 0.15, 0.3)], "market": (0.5, 1, 2)}[key]
    for less, more in pairwise([roomy({f"job_entry.{key}": value}) for value in values]):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 20


@direction("job_entry.by_age_group")
def test_a_higher_rate_for_one_age_group():
    """A higher rate for the young brings only their entries forward."""
    same, higher = roomy(), roomy({"job_entry.by_age_group": {"16-24": 2}})
    young = same.people["age"] == 0
    assert (entry_day(higher)[~young] == entry_day(same)[~young]).all()
    assert (entry_day(higher)[young] <= entry_day(same)[young]).all()
    assert (entry_day(higher)[young] < entry_day(same)[young]).sum() > 50


@direction("other_leaving.monthly_rate")
def test_more_people_leave_for_other_reasons():
    """The more people leave for other reasons, the smaller the caseload and the fewer enter work from the claim."""
    records = [roomy({"other_leaving.monthly_rate": rate}) for rate in (0.3, 0.1, 0)]
    assert rising([daily(record, "in_reviews")[-1] for record in records])
    assert rising([total(record, "job_entries") for record in records])


PHONE = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0.3, "job_entry.no_contact": 0.1}
MISSING = {"appointments.first_meeting.missed": 0.3, "appointments.review.missed": 0.2}
LONG = {"appointments.review.minutes": 20}
BUSIER = {**SHORT, "job_entry.reference_caseload": 25}
EFFECTS = {
    "phone_only": (PHONE, [0.4, 0.7, 1, 1.3]),
    "lost_early_meeting": (MISSING, [0.3, 0.6, 1, 1.3]),
    "halved_length": (LONG, [1.6, 1.3, 1, 0.7]),
    "halved_caseload": (BUSIER, [2, 1.4, 1, 0.8]),
}
"""Each with values that mean more and more job entry: meetings are twice as long as the reference, and caseloads larger than it."""


@direction(*(f"job_entry.{effect}" for effect in EFFECTS))
@pytest.mark.parametrize("effect", EFFECTS)
def test_each_effect_of_how_people_are_met_goes_in_its_direction(effect):
    """Whatever being met by phone, at length, by a coach with few others, or having lost an early meeting is said to do, it does.

    Person by person; for caseloads, which depend on who has gone, in total.
    """
    where, values = EFFECTS[effect]
    records = [roomy(where, {f"job_entry.{effect}": value}) for value in values]
    for less, more in pairwise(records):
        assert total(more, "job_entries") > total(less, "job_entries") + 5
        if effect != "halved_caseload":
            assert (entry_day(more) <= entry_day(less)).all()


REFERENCES = {
    "early_weeks": ({**MISSING, "job_entry.lost_early_meeting": 0.3}, [26, 4, 1]),
    "reference_minutes": ({"job_entry.halved_length": 0.7}, [40, 20, 10]),
    "reference_caseload": ({**BUSIER, "job_entry.halved_caseload": 1.4}, [12, 25, 100]),
}
"""Each with values that mean more and more job entry."""


@direction(*(f"job_entry.{reference}" for reference in REFERENCES))
@pytest.mark.parametrize("reference", REFERENCES)
def test_what_counts_as_early_long_or_many(reference):
    """The fewer meetings count as early, the shorter the usual meeting and the larger the usual caseload, the better people fare."""
    where, values = REFERENCES[reference]
    assert rising([total(roomy(where, {f"job_entry.{reference}": value}), "job_entries") for value in values])


@extreme(*(f"job_entry.{effect}" for effect in EFFECTS))
@pytest.mark.parametrize("effect", EFFECTS)
def test_switched_off_an_effect_changes_nothing_at_all(effect):
    """An effect that is switched off changes nothing for anyone, whatever its reference says."""
    where, _ = EFFECTS[effect]
    references = {"job_entry.early_weeks": 20, "job_entry.reference_minutes": 45, "job_entry.reference_caseload": 7}
    assert events(roomy(where, {f"job_entry.{effect}": 1}, references)).tolist() == events(roomy(where)).tolist()


@by_hand(*(f"job_entry.{effect}" for effect in EFFECTS))
def test_effects_are_nothing_where_people_are_met_as_at_the_reference():
    """Where people are met face to face, miss nothing and have ten minutes, the effects of phones, lost meetings and length are nil."""
    effects = {"job_entry.no_contact": 0.3, "job_entry.phone_only": 0.3, "job_entry.lost_early_meeting": 0.3, "job_entry.halved_length": 3}
    assert events(roomy(effects)).tolist() == events(roomy({"job_entry.no_contact": 0.3})).tolist()


@direction("claimants.can_be_served_remotely", "service.face_to_face_share")
def test_where_the_phone_is_worse_more_calls_delay_entries():
    """Where meetings by phone help less, each person enters work no earlier for being called instead of seen."""
    worse = {"job_entry.phone_only": 0.5, "job_entry.no_contact": 0.1}
    seen, called = roomy(worse), roomy(worse, REMOTE)
    assert (entry_day(seen) <= entry_day(called)).all()
    assert total(seen, "job_entries") > total(called, "job_entries") + 20
