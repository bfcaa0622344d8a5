"""The same scenario and seed give the same bits, however it is written, run or surrounded; and luck belongs to the person."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.replications import run
from sim.model.ledger import Event
from sim.model.simulation import simulate
from sim.scenario.schema import Scenario
from tests.scenarios import PROGRAMME, RICH, VALUE, events, rich, tiny, varied

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def base():
    return simulate(rich(), 1, 0, events=True)


ARRAYS = ("events", "by_home", "by_site", "people", "episodes", "places_unused", "by_sector", "costs", "cost_per_start")
NAMES = ("jobcentres", "areas", "programmes", "sectors")


def same(one, other):
    """Whether two records are the same to the last bit."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS) and all(
        getattr(one, name) == getattr(other, name) for name in NAMES
    )


def backwards(data):
    """The same plain data with the keys of every map in the opposite order."""
    if isinstance(data, dict):
        return {key: backwards(data[key]) for key in reversed(data)}
    return [backwards(value) for value in data] if isinstance(data, list) else data


def test_the_same_seed_gives_the_same_bits(base):
    assert same(base, simulate(rich(), 1, 0, events=True))


def test_keeping_the_event_log_changes_nothing(base):
    without = simulate(rich(), 1, 0)
    assert np.array_equal(base.by_home, without.by_home) and np.array_equal(base.people, without.people)


@pytest.mark.parametrize(("seed", "replication"), [(1, 1), (2, 0)])
def test_another_seed_or_replication_gives_others(base, seed, replication):
    other = simulate(rich(), seed, replication, events=True)
    assert not np.array_equal(base.by_home, other.by_home)
    assert not np.array_equal(base.people["claim"], other.people["claim"])


def test_replications_of_different_seeds_are_not_each_others():
    """(seed 1, replication 2) and (seed 2, replication 1) have nothing in common."""
    assert not same(simulate(rich(), 1, 2, events=True), simulate(rich(), 2, 1, events=True))


def test_the_order_of_keys_does_not_matter(base):
    scenario = Scenario.model_validate(backwards(RICH))
    assert list(scenario.jobcentres) == list(reversed(rich().jobcentres))
    assert list(scenario.programmes) == list(reversed(rich().programmes))
    assert list(scenario.labour_market.sectors) == list(reversed(rich().labour_market.sectors))
    assert same(base, simulate(scenario, 1, 0, events=True))


TENTHS = {"Ash": 0.1, "Birch": 0.2, "Elm": 0.3}


def test_the_order_of_keys_does_not_matter_where_shares_add_up_to_something_odd():
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 to a computer; half of five recruits must not become fewer for it."""

    def made(order):
        return tiny(
            {
                "jobcentres": {
                    **{name: {"area": "North", "share": 1 / 3, "desks": 10} for name in TENTHS},
                    "Shop": {"temporary": {"opens": "2021-03-22"}, "takes_from": {name: TENTHS[name] for name in order}, "desks": 10},
                },
                "coaches.recruitment": {"c": {"starts": "2021-02-01", "coaches": 5, "to": {"Shop": 5}}},
                "coaches.absence": 0.3,
            }
        )

    forwards, reverse = (simulate(made(order), 1, 0, events=True) for order in (list(TENTHS), list(TENTHS)[::-1]))
    assert same(forwards, reverse)


def named(record):
    """The event log with names for people, places and programmes, so that records with others beside them can be compared.

    A person is their area, the day of their first claim, their number on it and their spell.
    """
    seen, who = Counter(), []
    for row in record.people:
        if row["spell"]:
            *first, _ = who[row["earlier"]]
        else:
            key = (record.areas[row["area"]], int(row["claim"]) if row["claim"] >= 0 else -1)
            first = (*key, seen[key])
            seen[key] += 1
        who.append((*first, int(row["spell"])))
    return [
        (
            *(day, phase, who[person], event, record.jobcentres[place], kind, channel),
            record.programmes[programme] if programme >= 0 else "",
            who[value] if event == Event.RETURN else value,
        )
        for day, phase, person, event, place, kind, channel, programme, value in events(record).tolist()
    ]


ALONE = {"coaches.recruitment.first.to": {"Dale": 1, "Hill": 1, "Moor": 1}, "labour_market": None, "programmes.Course": None}
"""Nothing that all areas share, but for programmes, of which one needs the labour market."""


@pytest.mark.parametrize("name", ["Aaa", "Zzz"])
def test_another_area_changes_nothing_here(base, name):
    """Neither before nor after in the order of names. Recruits are spread over everyone, so here they have places of their own; vacancies
    and places on programmes are shared, so here are none."""
    fixed = {**ALONE, "programmes": None}
    more = {
        f"areas.{name}": {"claimants": 100, "claims_per_week": 20},
        f"jobcentres.{name}": {"area": name, "share": 1, "coaches": 2, "desks": 1},
    }
    alone, beside = (simulate(rich(changes), 1, 0, events=True) for changes in (fixed, {**fixed, **more}))
    ours = [event for event in named(beside) if event[2][0] != name]
    assert len(ours) < len(named(beside))
    assert sorted(ours) == sorted(named(alone))


APART = {
    **ALONE,
    "jobcentres.Yard": None,
    "appointments.youth_hub_meeting": None,
    "programmes.Help.who.areas": ["North"],
}
"""North and South have nothing in common."""


@pytest.mark.parametrize("name", ["Aaa", "Zzz", None])
def test_a_programme_of_other_people_changes_nothing_here_whatever_its_name(name):
    """One in South is called Jobs, or something before or after in the order of names, or is not there at all."""
    course = {**RICH["programmes"]["Course"], "who": {"areas": ["South"]}}
    del course["retraining"]
    one, other = (
        named(simulate(rich({**APART, **({f"programmes.{called}": course} if called else {})}), 1, 0, events=True))
        for called in ("Jobs", name)
    )
    ours, theirs = ([event for event in log if event[2][0] == "North"] for log in (one, other))
    assert ours == theirs and {"Kick", "Help"} <= {event[7] for event in ours}
    assert [event for event in one if event[2][0] == "South" and event[7]] != [
        event for event in other if event[2][0] == "South" and event[7]
    ]


def test_whoever_is_on_a_programme_under_two_policies_stays_as_long():
    """Twice the places: more start, and earlier, but a length is a person's own. Without returns ids are the same."""
    changes = {"returns": None, "labour_market": None, "programmes.Course": None, "programmes.Help.drop_out_monthly_rate": 0}
    few, many = (simulate(rich({**changes, "programmes.Help.supply.places": places}), 1, 0, events=True) for places in (12, 24))

    def stays(record):
        completed = events(record, Event.COMPLETED)
        mine = completed[completed[:, PROGRAMME] == record.programmes.index("Help")]
        return dict(zip(mine[:, 2].tolist(), mine[:, VALUE].tolist(), strict=True))

    both = stays(few).keys() & stays(many).keys()
    assert len(both) > 15 and len(stays(many)) > len(stays(few))
    assert all(stays(few)[person] == stays(many)[person] for person in both)
    assert len({stays(few)[person] for person in both}) > 8


def test_renaming_a_jobcentre_keeps_its_people_their_luck():
    """Ash becomes Azh, in the same place in the order: only its own luck, absence, is another."""
    calm = {"coaches.absence": 0, "jobcentres.Hill": None}
    place = {"area": "North", "share": 1, "coaches": 2, "desks": 10}
    one, other = (simulate(tiny({**calm, f"jobcentres.{name}": place}), 1, 0, events=True) for name in ("Ash", "Azh"))
    assert np.array_equal(one.events, other.events)


def test_people_have_the_same_luck_under_every_policy():
    """Twice the coaches: the same claims by the same people; who leaves whatever happens does so on the same day. Who claims again
    depends on when they enter work, so here nobody does."""
    more_coaches = {f"jobcentres.{name}.coaches": 5 for name in ("Dale", "Hill", "Moor")}
    base, more = (simulate(rich({"returns": None, **changes}), 1, 0) for changes in ({}, more_coaches))
    for name in ("area", "origin", "home", "age", "claim"):
        assert np.array_equal(base.people[name], more.people[name])
    left_in_both = (base.people["exit_kind"] == 2) & (more.people["exit_kind"] == 2)
    assert left_in_both.sum() > 30
    assert np.array_equal(base.people["exit"][left_in_both], more.people["exit"][left_in_both])


def test_whether_somebody_misses_their_nth_appointment_is_their_own_luck():
    """First appointments are missed by the same people, though they are on other days."""
    missing = {"appointments.first_meeting.missed": 0.3, "appointments.review.missed": 0.3}
    few, many = (simulate(tiny({**missing, "jobcentres.Hill.coaches": coaches}), 1, 0, events=True) for coaches in (2, 50))

    def first(record):
        attended = events(record, Event.HELD, Event.MISSED)
        people, index = np.unique(attended[:, 2], return_index=True)
        return {person: (attended[i, 3], attended[i, 0]) for person, i in zip(people.tolist(), index, strict=True)}

    both = first(few).keys() & first(many).keys()
    assert len(both) > 100
    assert all(first(few)[person][0] == first(many)[person][0] for person in both)
    assert any(first(few)[person][1] != first(many)[person][1] for person in both)


TELL = """
import hashlib
from sim.model.simulation import simulate
from tests.scenarios import rich
digest = hashlib.sha256()
record = simulate(rich({changes}), 1, 0, events=True)
for name in {arrays}:
    digest.update(repr(getattr(record, name).tolist()).encode())  # not the bytes: rows have gaps
print(digest.hexdigest(), len(record.events), len(set(record.events[:, 3])))
"""
SHORT = {"areas.North.claimants": 60, "areas.South.claimants": 30, "areas.North.claims_per_week": 8, "areas.South.claims_per_week": 4}


def test_plain_python_another_hash_seed_and_another_process_give_the_same_bits():
    script = TELL.replace("{changes}", repr(SHORT)).replace("{arrays}", repr(ARRAYS))
    told = [
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **setting}, capture_output=True, text=True, check=True
        ).stdout
        for setting in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "NUMBA_DISABLE_JIT": "1"})
    ]
    assert int(told[0].split()[1]) > 1000 and int(told[0].split()[2]) == len(Event)
    assert told[0] == told[1]


def contents(folder):
    """Every table of a run folder, as bytes."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".parquet", ".csv")}


def test_two_workers_and_a_run_taken_up_again_give_the_same_bytes(tmp_path):
    """A first replication alone, then all three with two workers; against all three at once with one."""
    everything = {"people": True, "events": True}
    run(rich(), replications=3, workers=1, out=tmp_path / "at_once", **everything)
    run(rich(), replications=1, workers=1, out=tmp_path / "in_turn", **everything)
    again = run(rich(), replications=3, workers=2, out=tmp_path / "in_turn", **everything)
    assert again.info["found_finished"] == 1
    assert contents(tmp_path / "at_once") == contents(tmp_path / "in_turn")
    assert len(contents(tmp_path / "at_once")) == 9


def test_the_maker_of_scenarios_leaves_its_model_alone():
    """Else one test could change another's scenario."""
    before = repr(RICH)
    varied(RICH, {"areas.North.claimants": 1, "pools.Phones.jobcentres": []})
    assert repr(RICH) == before
