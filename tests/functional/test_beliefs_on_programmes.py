"""Beliefs about being on a programme: how long, what it frees, what it does for job entry, and one of one's own.

Minutes are without end and nobody else is in the way unless a test says so.
"""

from itertools import pairwise

import numpy as np
import pytest
from ruamel.yaml import YAML

import sim
from sim.model.ledger import Event
from sim.record import END
from tests.functional.beliefs import (
    FOR_YOUNG,
    NEVER,
    SHORT,
    by_hand,
    direction,
    entry_day,
    extreme,
    falling,
    flow,
    of,
    only,
    rising,
    roomy,
    start_day,
    starts,
)
from tests.scenarios import TINY, events, total

QUEUED = {"supply": {"places": 20}}


@direction("programmes.*.weeks", "programmes.*.drop_out_monthly_rate")
@pytest.mark.parametrize("key", ["weeks", "drop_out_monthly_rate"])
def test_longer_programmes(key):
    """Where places are few, the longer people stay on a programme, the fewer start it."""
    values = {"weeks": (4, 8, 16), "drop_out_monthly_rate": (0.9, 0.3, 0)}[key]
    assert falling([starts(roomy(only(**QUEUED, **{"weeks": 12, key: value}))) for value in values])


@direction("programmes.*.drop_out_monthly_rate")
def test_more_drop_outs():
    """The more people drop out, the fewer complete the programme."""
    records = [roomy(only(drop_out_monthly_rate=rate)) for rate in (0, 0.2, 0.6)]
    assert rising([flow(record, "dropped_out").sum() for record in records])
    assert falling([flow(record, "completed").sum() for record in records])


@by_hand("programmes.*.length")
def test_lengths():
    """A programme of fixed length is as long as it says for all who complete it; one of varying length is so on average.

    Two weeks, of those who started by day 99, about 550 people. The mean may be five standard errors off, and half a day for rounding
    to whole days at least one long: a right model fails once in a million.
    """
    nobody_goes = {"job_entry": {"monthly_rate_by_week": {0: 0}}, "other_leaving.monthly_rate": 0}
    stays = {}
    for length in ("fixed", "uniform", "exponential"):
        record = roomy(nobody_goes, only(weeks=2, length=length))
        ended = record.episodes[(record.episodes["end"] == END.index("completed")) & (record.episodes["started"] < 100)]
        stays[length] = ended["ended"] - ended["started"]
        assert len(ended) > 500
        assert abs(stays[length].mean() - 14) <= 5 * stays[length].std() / np.sqrt(len(ended)) + 0.5
    assert set(stays["fixed"]) == {14}
    assert stays["uniform"].min() >= 7 and 18 < stays["uniform"].max() <= 21
    assert stays["exponential"].max() > 42


@direction("programmes.*.contact_goes_on")
def test_programmes_without_contact_free_minutes():
    """A programme on which contact stops frees the minutes of coaches, and nobody on it is met; one beside reviews frees none."""
    none, with_contact, without = roomy(), roomy(only()), roomy(only(contact_goes_on=False))
    assert total(with_contact, "coach_minutes_held") == total(none, "coach_minutes_held")
    assert total(without, "coach_minutes_held") < 0.8 * total(none, "coach_minutes_held")
    held = {(person, day) for day, _, person, *_ in events(without, Event.HELD).tolist()}
    for row in without.episodes[without.episodes["started"] >= 0]:
        until = row["ended"] if row["ended"] >= 0 else without.days
        assert not any((row["person"], day) in held for day in range(row["started"] + 1, until))


@direction("programmes.*.contact_goes_on")
def test_where_minutes_are_short_others_gain_while_the_young_are_away():
    """Where minutes are short, the others are met more often while the young are on a programme without contact."""
    none, away = roomy(SHORT), roomy(SHORT, only(**FOR_YOUNG, referral_at_review=1, contact_goes_on=False))
    assert starts(away) > 50
    held = [len(of(record, events(record, Event.HELD), young=False)) for record in (none, away)]
    assert held[1] > 1.05 * held[0]


@extreme("programmes.*.job_entry_while_on_it")
def test_nobody_enters_work_from_a_programme_that_rules_it_out():
    """Nobody enters work from a programme that rules it out, and those who never start it enter work when they would have anyway.

    As those on a subsidised job. Where it is not ruled out, many do.
    """
    free, locked = roomy(only()), roomy(only(job_entry_while_on_it=0))
    entered = END.index("entered_work_on_it")
    assert (locked.episodes["end"] == entered).sum() == 0 and (free.episodes["end"] == entered).sum() > 100
    assert (entry_day(locked) >= entry_day(free)).all()
    never_on_it = start_day(locked) == NEVER
    assert (entry_day(locked)[never_on_it] == entry_day(free)[never_on_it]).all()
    assert (entry_day(locked) < NEVER).sum() > 100


@direction("programmes.*.job_entry_while_on_it", "programmes.*.job_entry_after")
@pytest.mark.parametrize("keys", [("job_entry_while_on_it",), ("job_entry_after",), ("job_entry_while_on_it", "job_entry_after")])
def test_support_that_helps(keys):
    """Support that helps brings job entries forward, support that harms puts them off, and support that does neither changes none."""
    by_factor = [roomy(only(weeks=4, **dict.fromkeys(keys, factor))) for factor in (0.5, 1, 2)]
    for less, more in pairwise(by_factor):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 10
    assert (entry_day(by_factor[1]) == entry_day(roomy())).all()


@direction("programmes.*.into_work_at_end")
def test_a_job_at_the_end():
    """The more people a programme leads into work at its end, the more enter work, and nobody later."""
    records = [roomy(only(weeks=4, into_work_at_end=share)) for share in (0, 0.3, 0.9)]
    for less, more in pairwise(records):
        assert (entry_day(more) <= entry_day(less)).all()
        assert total(more, "job_entries") > total(less, "job_entries") + 20


# ---- a programme of one's own


@extreme("programmes.*.open.from")
def test_a_programme_nobody_thought_of(tmp_path):
    """A new programme needs a scenario file and nothing else: it is loaded, run, and in every table by its name."""
    plain = {key: value for key, value in TINY.items() if key != "name"}
    plain |= {
        "job_entry": {"monthly_rate_by_week": {0: 0.1}},
        "jobcentres": {"Hill": {"area": "North", "share": 1, "coaches": 20, "desks": 20}},
    }
    file = tmp_path / "own.yaml"
    with file.open("w") as stream:
        YAML(typ="safe").dump(plain, stream)
        four = "".join(
            f"""
  {name}:
    open: {{from: 2021-02-01, to: 2021-03-28}}
    supply: {{places: 5}}
    referral_at_review: 0.1
    weeks: 3
    contact_goes_on: true"""
            for name in ("First", "Second", "Third", "Fourth")
        )
        stream.write(
            f"""name: five
programmes:{four}
  Evening boat building:
    open: {{from: 2021-02-08, to: 2021-03-28}}
    who: {{age_groups: [25-49, 50+]}}
    supply: {{intakes: {{every_weeks: 2, places: 6}}}}
    referral_at_review: 0.5
    take_up: 0.9
    weeks: 2
    length: uniform
    contact_goes_on: false
    into_work_at_end: 0.5
    cost_per_start: 900
"""
        )
    result = sim.run(sim.load(file), replications=2, workers=1, events=True)
    name = "Evening boat building"
    for table in (result.summary, result.weekly, result.events):
        assert name in set(table["programme"].astype(str))
    summary = result.summary.reset_index()
    chosen = summary[(summary["measure"] == "programme_starts") & (summary["programme"] == name) & (summary["age_group"] == "all")]
    assert chosen["estimate"].max() > 5
