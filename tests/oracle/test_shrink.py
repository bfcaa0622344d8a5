"""A difference shrinks to a small file that still differs, and only a difference does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.scenario.schema import Scenario
from sim.scenario.writing import to_plain
from tests.oracle.compare import hold
from tests.oracle.shrink import NoDifference, Shrunk, difference, keep, luck_of, main, replication_of, shrink, text_of
from tests.oracle.shrink_moves import GONE, Move, edited, removals, replacements, runs, size
from tests.oracle.strategies import numbered

NUMBER = 129
"""A short random scenario, quick to run, that differs once places are given out at weekends."""
OTHER = 1
"""A larger one, with a temporary jobcentre and programmes, whose differences here are seen without running it."""


@pytest.fixture
def places_at_weekends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the engine: programmes take no notice of working days."""

    def every_day(scenario, programme, calendar):
        days = np.arange(scenario.period.days)
        return days[(days >= calendar.day(programme.open.from_.value)) & (days <= calendar.day(programme.open.to.value))]

    monkeypatch.setattr("sim.model.programmes.days_open", every_day)


def shrunk(tries: int = 1000) -> Shrunk:
    return shrink(numbered(NUMBER), *luck_of(NUMBER), tries=tries)


def test_a_fault_leaves_a_small_file_that_still_differs(
    places_at_weekends: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["--first", str(NUMBER), "--last", str(NUMBER), "--folder", str(tmp_path)]) == 1
    assert f"scenario {NUMBER} differs: record: places unused" in capsys.readouterr().out
    (file,) = tmp_path.iterdir()
    one = sim.load(file)
    before, after = size(to_plain(numbered(NUMBER))), size(to_plain(one))
    assert after[0] < before[0] / 3 and after[1] < before[1] / 3
    assert len(one.jobcentres) == len(one.areas) == len(one.programmes) == 1
    assert sum(int(area.claimants) for area in one.areas.values()) == 0 and one.period.days <= 10
    first, second, *_ = file.read_text().splitlines()
    assert first == f"# seed {one.seed}, replication {replication_of(file)}; found in scenario {NUMBER}"
    assert second == f"# {difference(one, one.seed, replication_of(file))}"

    monkeypatch.undo()  # without the fault
    assert difference(one, one.seed, replication_of(file)) == ""


def test_the_same_difference_shrinks_to_the_same_file(places_at_weekends: None) -> None:
    assert text_of(shrunk(tries=15), "") == text_of(shrunk(tries=15), "")


def test_a_wrong_record_and_an_engine_that_stops_are_differences_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = numbered(NUMBER)
    from sim.model import simulation

    costs = simulation.running_costs
    monkeypatch.setattr(simulation, "running_costs", lambda *given: costs(*given) * 1.000001)
    assert difference(scenario, NUMBER, 0).startswith("record: pounds for ")

    def stop(*given: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(simulation, "running_costs", stop)
    assert difference(scenario, NUMBER, 0) == "engine: ZeroDivisionError: on purpose"


def test_nothing_differs_in_the_sound_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoDifference, match="nothing to shrink: nothing differs in 'random' with seed 129 and replication 0"):
        shrunk()
    assert main(["--first", str(NUMBER), "--last", str(NUMBER), "--folder", str(tmp_path)]) == 0
    assert list(tmp_path.iterdir()) == [] and "no difference" in capsys.readouterr().out


# ---- with a difference that is quick to see


def has_a_temporary_jobcentre(scenario: Scenario, seed: int, replication: int) -> str:
    return "found: there is one" if scenario.temporary else ""


def test_the_luck_is_kept_where_it_matters() -> None:
    one = shrink(numbered(OTHER), 7, 2, lambda scenario, seed, replication: "found: it" if (seed, replication) == (7, 2) else "", 10)
    assert (one.scenario.seed, one.replication) == (7, 2)
    one = shrink(numbered(OTHER), 7, 2, lambda scenario, seed, replication: "found: it" if seed == 7 else "", 10)
    assert (one.scenario.seed, one.replication) == (7, 0)


def test_a_difference_does_not_turn_into_another() -> None:
    """Without programmes something else differs, which is not what was looked for."""

    def differs(scenario: Scenario, seed: int, replication: int) -> str:
        return "events: of a programme" if scenario.programmes else "engine: of something else"

    assert len(shrink(numbered(OTHER), 1, 0, differs).scenario.programmes) == 1


@pytest.mark.parametrize("number", range(44, 47))
def test_what_is_left_is_a_scenario_that_a_file_may_say(number: int, tmp_path: Path) -> None:
    """Random scenarios go beyond that, so rules are mended on the way; whatever the differing part names is still there."""
    if not numbered(number).temporary:
        return
    one = shrink(numbered(number), 1, 0, has_a_temporary_jobcentre)
    assert one.loads and len(one.scenario.jobcentres) == 2
    assert sim.load(keep(one, "", tmp_path)) == one.scenario
    assert not hold(one.scenario, 1, 0).difference


def test_tries_and_time_are_bounded() -> None:
    few = shrink(numbered(OTHER), 1, 0, has_a_temporary_jobcentre, tries=5)
    none = shrink(numbered(OTHER), 1, 0, has_a_temporary_jobcentre, seconds=0)
    assert few.tried == 5 and none.tried == 0
    assert size(to_plain(shrink(numbered(OTHER), 1, 0, has_a_temporary_jobcentre).scenario)) < size(to_plain(few.scenario))


def test_a_move_mends_what_named_the_part_that_is_gone() -> None:
    raw = {
        "period": {"from": dt.date(2021, 2, 1), "to": dt.date(2021, 2, 9)},
        "areas": {"North": {}, "South": {}},
        "jobcentres": {
            "Ash": {"area": "North", "share": 0.25},
            "Elm": {"area": "North", "share": 0.75},
            "Fir": {"area": "South", "share": 1},
            "Hub": {"temporary": {}, "takes_young_from": {"South": 0.5}},
            "Shop": {"temporary": {}, "takes_from": {"Ash": 0.5}, "coaches_from": {"Ash": 1, "Fir": 1}},
        },
        "pools": {"All": {"jobcentres": ["Ash", "Shop"]}},
        "closures": [{"jobcentres": ["Ash"]}, {"jobcentres": ["Ash", "Fir"]}],
        "coaches": {"recruitment": {"new": {"coaches": 3, "to": {"Ash": 1, "Fir": 2}}}},
        "appointments": {"youth_hub_meeting": {}},
        "labour_market": {"sectors": {"Ale": {"share": 0.4}, "Bread": {"share": 0.6}}},
        "programmes": {"Kick": {"who": {"areas": ["South"], "sectors": ["Ale"]}, "retraining": {"to": {"Ale": 1}}}},
    }
    without_ash = edited(raw, Move(("jobcentres", "Ash"), GONE))
    assert without_ash["jobcentres"] == {
        "Elm": {"area": "North", "share": 1},
        "Fir": {"area": "South", "share": 1},
        "Hub": {"temporary": {}, "takes_young_from": {"South": 0.5}},
    }
    assert without_ash["pools"] == {} and without_ash["closures"] == [{"jobcentres": ["Fir"]}]
    assert without_ash["coaches"]["recruitment"] == {"new": {"coaches": 2, "to": {"Fir": 2}}}

    without_south = edited(raw, Move(("areas", "South"), GONE))
    assert set(without_south["jobcentres"]) == {"Ash", "Elm", "Shop"}
    assert without_south["jobcentres"]["Shop"]["coaches_from"] == {"Ash": 1}
    assert without_south["appointments"] == {}
    assert "areas" not in without_south["programmes"]["Kick"]["who"]

    without_ale = edited(raw, Move(("labour_market", "sectors", "Ale"), GONE))
    assert without_ale["labour_market"]["sectors"] == {"Bread": {"share": 1}}
    assert without_ale["programmes"] == {"Kick": {"who": {"areas": ["South"]}}}
    assert edited(raw, Move(("areas", "West"), GONE)) is None and edited(raw, Move(("areas", "West", "claimants"), 0)) is None


def test_every_move_can_be_made_or_is_refused() -> None:
    raw = to_plain(numbered(OTHER))
    proposed = [*runs(raw), *removals(raw), *replacements(raw)]
    assert len(proposed) > 300
    made = [out for move in proposed if (out := edited(raw, move)) is not None]
    assert len(made) > len(proposed) / 2 and all(out != raw for out in made)
    assert raw == to_plain(numbered(OTHER))  # the scenario they are moves of is left as it is
