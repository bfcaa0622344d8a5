"""The run folder, with records written by hand in place of the engine: what is made and taken up."""

import json
import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.experiment import job, store, study
from sim.experiment.replications import run
from sim.experiment.workers import RunError
from sim.results import RunTables
from tests.unit.synthetic import record, small_scenario, some_people

TABLES = [
    *("replications.parquet", "daily.parquet", "weekly.parquet", "incidence.parquet", "first_spells.parquet"),
    "weekly_replications.parquet",
]


@pytest.fixture
def engine(monkeypatch):
    """An engine of which one can tell what it was asked, and which can be made to fail."""

    class Engine:
        asked: list[tuple[int, int]]
        fails_at: int | None = None

        def __call__(self, scenario, seed, replication, events=False):
            if replication == self.fails_at:
                raise RuntimeError("out of order")
            self.asked.append((seed, replication))
            people = some_people(1000 * seed + replication)
            return record(people, replication=replication, events=pd.DataFrame().to_numpy().reshape(0, 9).astype(int) if events else None)

    engine = Engine()
    engine.asked = []
    monkeypatch.setattr(job, "simulate", engine)
    return engine


def go(out, scenario=None, **options):
    return run(scenario or small_scenario(), workers=1, out=out, **options)


def contents(folder, names=(*TABLES, "summary.csv")):
    return {name: (folder / name).read_bytes() for name in names}


def test_a_run_folder_holds_everything_and_says_what_it_is_of(engine, tmp_path):
    done = go(tmp_path / "a" / "b")
    folder = tmp_path / "a" / "b"
    assert {p.name for p in folder.iterdir()} == {*TABLES, "summary.csv", "run.json", "scenario.yaml", "parts"}
    assert engine.asked == [(7, 0), (7, 1), (7, 2)]
    info = json.loads((folder / "run.json").read_text())
    assert (info["seed"], info["replications"], info["scenario"]) == (7, 3, "small")
    assert info["fingerprint"] == done.fingerprint and len(info["code"]) == 64 and info["seconds"] > 0 and "numpy" in info["libraries"]
    for name in TABLES:
        assert pd.read_parquet(folder / name).attrs == {"scenario": "small", "fingerprint": done.fingerprint}
    summary = pd.read_csv(folder / "summary.csv")
    assert (summary["scenario"] == "small").all() and (summary["replications"] <= 3).all() and len(summary) == len(done.summary)


def test_reading_gives_what_was_written(engine, tmp_path):
    done, read = go(tmp_path / "x"), RunTables.read(tmp_path / "x")
    assert read.info == done.info and read.name == done.name and read.people is None and read.events is None
    for name in ("summary", "replications", "daily", "weekly", "incidence"):
        pd.testing.assert_frame_equal(getattr(read, name), getattr(done, name))
    with pytest.raises(FileNotFoundError, match="no finished run"):
        RunTables.read(tmp_path)


def test_without_a_folder_everything_is_in_memory(engine, tmp_path):
    done, kept = go(None, people=True, events=True), go(tmp_path / "x", people=True, events=True)
    assert done.folder is None and kept.folder == tmp_path / "x"
    pd.testing.assert_frame_equal(done.summary, kept.summary)
    pd.testing.assert_frame_equal(done.people, kept.people)
    assert done.people.groupby("replication").size().tolist() == [200, 200, 200]
    assert done.events is not None and len(done.events) == 0


def test_the_same_run_gives_the_same_bytes(engine, tmp_path):
    go(tmp_path / "x", people=True)
    go(tmp_path / "y", people=True)
    names = (*TABLES, "summary.csv", "people.parquet", "scenario.yaml")
    assert contents(tmp_path / "x", names) == contents(tmp_path / "y", names)


def test_a_finished_run_is_not_made_again(engine, tmp_path):
    first = go(tmp_path / "x")
    engine.asked.clear()
    again = go(tmp_path / "x")
    assert engine.asked == [] and again.info["found_finished"] == 3
    pd.testing.assert_frame_equal(first.summary, again.summary)


def test_more_replications_add_to_those_there_are(engine, tmp_path):
    go(tmp_path / "x", replications=2)
    engine.asked.clear()
    seen = []
    go(tmp_path / "x", replications=4, progress=lambda done, total: seen.append((done, total)))
    assert engine.asked == [(7, 2), (7, 3)]
    assert seen == [(2, 4), (3, 4), (4, 4)]
    go(tmp_path / "y", replications=4)
    assert contents(tmp_path / "x") == contents(tmp_path / "y")


def test_a_run_that_broke_goes_on_where_it_stopped(engine, tmp_path):
    engine.fails_at = 2
    with pytest.raises(RuntimeError, match="out of order"):
        go(tmp_path / "x")
    assert len(list((tmp_path / "x" / "parts").iterdir())) == 2 and not (tmp_path / "x" / "run.json").exists()
    engine.fails_at = None
    engine.asked.clear()
    go(tmp_path / "x")
    assert engine.asked == [(7, 2)]
    go(tmp_path / "y")
    assert contents(tmp_path / "x") == contents(tmp_path / "y")


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 8},
        {"people": True},
        {"scenario": small_scenario(other_leaving={"monthly_rate": 0.03})},
    ],
    ids=["seed", "tables", "scenario"],
)
def test_parts_of_another_run_are_neither_used_nor_kept(engine, tmp_path, other):
    go(tmp_path / "x", **other)
    old = {p.name for p in (tmp_path / "x" / "parts").iterdir()}
    engine.asked.clear()
    go(tmp_path / "x")
    assert len(engine.asked) == 3
    new = {p.name for p in (tmp_path / "x" / "parts").iterdir()}
    assert len(new) == 3 and not old & new
    assert not (tmp_path / "x" / "people.parquet").exists()
    go(tmp_path / "y")
    assert contents(tmp_path / "x") == contents(tmp_path / "y")


def test_parts_made_by_other_code_are_not_used(engine, tmp_path, monkeypatch):
    go(tmp_path / "x")
    engine.asked.clear()
    for module in (study, job):
        monkeypatch.setattr(module, "identity", lambda: "changed")
    go(tmp_path / "x")
    assert len(engine.asked) == 3


def test_only_code_that_decides_results_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(store.resources, "files", lambda package: tmp_path)
    shown, counts = ("show/charts.py", "cli/run.py"), ("model/day.py", "data/holidays.csv", "climate.py")
    for name in (*shown, *counts):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    before = store.code_fingerprint()
    for name in shown:
        (tmp_path / name).write_text("2")
    assert store.code_fingerprint() == before
    for name in counts:
        (tmp_path / name).write_text("2")
        assert store.code_fingerprint() != before
        (tmp_path / name).write_text("1")
    assert store.code_fingerprint() == before


def test_a_damaged_part_is_made_again(engine, tmp_path):
    """How it may be damaged: test_parts.py."""
    go(tmp_path / "x")
    good = contents(tmp_path / "x")
    part = sorted((tmp_path / "x" / "parts").iterdir())[1]
    (part / "daily.parquet").write_bytes((part / "daily.parquet").read_bytes()[:-100])
    engine.asked.clear()
    go(tmp_path / "x")
    assert engine.asked == [(7, 1)]
    assert contents(tmp_path / "x") == good


def test_what_was_half_written_is_removed(engine, tmp_path):
    go(tmp_path / "x")
    (tmp_path / "x" / "parts" / ".unfinished-abc").mkdir()
    (tmp_path / "x" / ".unfinished-daily.parquet").write_text("half")
    go(tmp_path / "x")
    assert not [p for p in (tmp_path / "x").rglob(".*")]


def test_a_part_is_never_seen_half_written(engine, tmp_path, monkeypatch):
    def disk_full(file, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_bytes", disk_full)
    with pytest.raises(RunError, match=r"cannot write to .*x: No space left on device"):
        go(tmp_path / "x")
    assert not (tmp_path / "x").exists()  # not even an empty folder


def test_a_folder_that_is_removed_meanwhile_is_said_clearly(engine, tmp_path):
    def remove(done, total):
        if done == 1:
            shutil.rmtree(tmp_path / "x")

    with pytest.raises(RunError, match=r"cannot write to .*x: No such file or directory"):
        go(tmp_path / "x", progress=remove)
    assert not (tmp_path / "x").exists()


def test_large_tables_are_one_row_group_for_each_replication(engine, tmp_path):
    go(tmp_path / "x", people=True)
    assert pq.ParquetFile(tmp_path / "x" / "people.parquet").num_row_groups == 3


@pytest.mark.parametrize(("option", "value"), [("replications", 0), ("workers", 0), ("seed", -1), ("seed", 2**32)])
def test_numbers_out_of_range_are_refused(engine, tmp_path, option, value):
    with pytest.raises(ValueError, match=f"{option}.* must be"):
        run(small_scenario(), out=tmp_path / "x", **{option: value})
    assert not (tmp_path / "x").exists()
