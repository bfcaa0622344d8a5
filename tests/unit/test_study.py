"""An experiment's replications: each made once, kept, found again, and never mistaken for another's."""

import datetime as dt
import json

import numpy as np
import pytest

from sim.experiment import job
from sim.experiment import study as module
from sim.experiment.asked import Figure
from sim.experiment.job import Point
from sim.experiment.replications import run
from sim.experiment.store import write_text
from sim.experiment.study import LUCK_PER_DRAW, open_study, over_points
from sim.experiment.workers import RunError
from sim.model.simulation import simulate
from tests.scenarios import tiny

WAIT = Figure("first_meeting_wait", "mean")
FEW = {"period.to": "2021-02-14"}


@pytest.fixture
def made(monkeypatch):
    """The (name, seed, replication) of every simulation, in order."""
    seen = []

    def spied(scenario, seed, replication, events=False):
        seen.append((scenario.name, seed, replication))
        return simulate(scenario, seed, replication, events=events)

    monkeypatch.setattr(job, "simulate", spied)
    return seen


def points():
    return [Point(tiny({**FEW, "name": f"{n} coaches", "jobcentres.Hill.coaches": n})) for n in (2, 3)]


def test_what_was_asked_for_before_costs_nothing(made, tmp_path):
    with open_study(tmp_path / "x", 1, workers=1) as study:
        look = study.values(points(), WAIT)
        two = look([0, 1], 2)
        assert two.shape == (2, 2) and len(made) == 4
        more = look([1], 3)
        assert len(made) == 5 and np.array_equal(more[0, :2], two[1], equal_nan=True)
        assert (study.found, study.made) == (0, 5)


def test_points_have_the_same_luck_and_replications_luck_of_their_own(made, tmp_path):
    claims = Figure("claims", "count")
    with open_study(None, 1, workers=1) as study:
        values = study.values(points(), claims)([0, 1], 4)
    assert np.array_equal(values[0], values[1]) and len(set(values[0])) > 1


def test_a_stopped_study_goes_on_from_what_it_had(made, tmp_path):
    with pytest.raises(RuntimeError, match="stop"), open_study(tmp_path / "x", 1, workers=1) as study:
        first = study.values(points(), WAIT)([0, 1], 2)
        raise RuntimeError("stop")
    made.clear()
    with open_study(tmp_path / "x", 1, workers=1) as study:
        again = study.values(points(), WAIT)([0, 1], 3)
        assert study.found == 4 and [replication for _, _, replication in made] == [2, 2]
        study.finish({"a.csv": "1\n"}, {"experiment": "a test"})
    assert np.array_equal(again[:, :2], first, equal_nan=True)
    info = json.loads((tmp_path / "x" / "study.json").read_text())
    assert (info["experiment"], info["found_finished"], info["seed"]) == ("a test", 4, 1)
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"parts", "a.csv", "study.json"}


@pytest.mark.parametrize(
    "other",
    [{"seed": 2}, {"since": dt.date(2021, 2, 8)}, {"uncertain": True}],
    ids=["seed", "since", "uncertain"],
)
def test_replications_of_another_study_are_neither_used_nor_kept(made, tmp_path, other):
    hazy = Point(tiny({**FEW, "jobcentres.Hill.coaches": {"value": 2, "low": 1, "high": 3}}))
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.values([hazy], WAIT)([0], 2)
    made.clear()
    with open_study(tmp_path / "x", **{"seed": 1, "workers": 1, **other}) as study:
        study.values([hazy], WAIT)([0], 2)
        assert (study.found, len(made)) == (0, 2)
        study.finish({}, {})
        assert {part.name for part in (tmp_path / "x" / "parts").iterdir()} == set(study.keys)


def test_a_changed_scenario_is_another_point(made, tmp_path):
    for coaches in (2, 3, 2):
        with open_study(tmp_path / "x", 1, workers=1) as study:
            study.values([Point(tiny({**FEW, "jobcentres.Hill.coaches": coaches}))], WAIT)([0], 1)
    assert len(made) == 2  # the third was there from the first


def test_a_run_and_another_experiment_do_not_share_a_folder(made, tmp_path):
    scenario = tiny(FEW)
    run(scenario, replications=1, workers=1, out=tmp_path / "run")
    with pytest.raises(RunError, match="holds a run, not a study such as a sweep"), open_study(tmp_path / "run", 1):
        pass
    with open_study(tmp_path / "study", 1, workers=1) as study:
        study.finish({}, {})
    with pytest.raises(RunError, match="holds a study such as a sweep, not a run"):
        run(scenario, replications=1, workers=1, out=tmp_path / "study")


def test_uncertain_replications_share_draws_in_pairs_across_points(tmp_path):
    with open_study(None, 1, uncertain=True) as study:
        few, many = (Point(tiny({"jobcentres.Hill.coaches": n, "coaches.absence": {"value": 0.1, "low": 0, "high": 0.3}})) for n in (2, 3))
        positions = [study.job(few, i).positions for i in range(2 * LUCK_PER_DRAW)]
        assert positions[0] == positions[1] != positions[2] == positions[3]
        assert set(positions[0]) == {"coaches.absence"}
        assert [study.job(many, i).positions for i in range(2 * LUCK_PER_DRAW)] == positions
        assert len({study.job(few, i).key for i in range(4)}) == 4
    with open_study(None, 1) as study:
        assert study.job(few, 0).positions == {}


def test_progress_grows_with_what_is_asked_for(tmp_path):
    seen = []
    with open_study(None, 1, workers=1, progress=lambda done, total: seen.append((done, total))) as study:
        look = study.values(points()[:1], WAIT)
        look([0], 2)
        look([0], 3)
    assert seen == [(0, 2), (1, 2), (2, 2), (2, 3), (3, 3)]


def test_from_a_day_on_only_what_comes_then_counts(tmp_path):
    scenario, claims = Point(tiny(FEW)), Figure("claims", "count")
    values = []
    for since in (None, dt.date(2021, 2, 1), dt.date(2021, 2, 8)):
        with open_study(None, 1, workers=1, since=since) as study:
            values.append(study.values([scenario], claims)([0], 3)[0])
    whole, from_the_start, second_week = values
    record = [simulate(scenario.scenario, 1, i) for i in range(3)]
    assert np.array_equal(whole, from_the_start)
    assert second_week.tolist() == [int((one.people["claim"] >= 7).sum()) for one in record] and (second_week < whole).all()


def test_the_long_table_has_every_point_and_replication():
    with open_study(None, 1, workers=1) as study:
        table = over_points(study, points(), 2)
    counts = table.groupby(["point", "replication"]).size()
    assert counts.index.tolist() == [(0, 0), (0, 1), (1, 0), (1, 1)] and counts.nunique() == 1


def test_a_seed_out_of_range_is_refused():
    with pytest.raises(ValueError, match="seed must be"), open_study(None, -1):
        pass


def test_what_another_experiment_left_in_the_folder_goes(tmp_path):
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"a.csv": "1\n", "b.csv": "1\n"}, {"experiment": "one"})
    (tmp_path / "x" / "figures").mkdir()
    (tmp_path / "x" / "notes.txt").write_text("mine")
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"b.csv": "2\n"}, {"experiment": "another"})
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"b.csv", "study.json", "notes.txt"}


@pytest.mark.parametrize("last", ["a.csv", "b.csv", "study.json"])
def test_results_of_which_only_some_are_written_are_not_marked_finished(tmp_path, monkeypatch, last):
    """By the mark of those that were there before, of another question in the same folder."""
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"a.csv": "1\n", "b.csv": "1\n"}, {"experiment": "one"})

    def stopped(path, name, text):
        if name == last:
            raise KeyboardInterrupt
        write_text(path, name, text)

    monkeypatch.setattr(module, "write_text", stopped)
    with pytest.raises(KeyboardInterrupt), open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"a.csv": "2\n", "b.csv": "2\n"}, {"experiment": "another"})
    assert not (tmp_path / "x" / "study.json").exists()
    assert {path.read_text() for path in (tmp_path / "x").glob("*.csv")} <= {"2\n"}


@pytest.mark.parametrize("text", ["{}x", "[]", '{"files": 3}', '{"files": ["../mine.txt", 3]}', "\0"])
def test_what_cannot_be_read_of_an_experiment_before_is_in_nobodys_way(made, tmp_path, text):
    (tmp_path / "mine.txt").write_text("mine")
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"a.csv": "1"}, {})
    (tmp_path / "x" / "study.json").write_text(text)
    with open_study(tmp_path / "x", 1, workers=1) as study:
        study.finish({"b.csv": "2"}, {})
    assert (tmp_path / "x" / "b.csv").read_text() == "2" and (tmp_path / "mine.txt").exists()
