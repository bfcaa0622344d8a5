"""An experiment's folder by itself: who may use it, and what is taken for a finished replication."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack

import pandas as pd
import pytest

from sim.experiment import store
from sim.experiment.store import RUN, STUDY, SUMS, held, parquet
from sim.experiment.workers import RunError

KEYS = [f"0000{number}-0123456789abcdef01234567" for number in range(3)]
TABLES = {
    "daily": parquet(pd.DataFrame({"day": range(2000), "minutes": [number**0.5 for number in range(2000)]})),
    "weekly": parquet(pd.DataFrame({"week": range(300)})),
}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def x(tmp_path):
    """The path of a folder with three parts."""
    with held(tmp_path / "x") as folder:
        for number, key in enumerate(KEYS):
            folder.keep(key, {**TABLES, "weekly": parquet(pd.DataFrame({"week": [number]}))})
    return tmp_path / "x"


# What is taken for a finished replication


def test_what_was_kept_is_there(x):
    with held(x) as folder:
        assert all(folder.finished(key, list(TABLES)) for key in KEYS)
        assert not folder.finished(KEYS[0].replace("0000", "1111"), list(TABLES))
        assert folder.read(KEYS[2], "weekly")["week"].tolist() == [2]
    assert names(x) == [".kind", "parts"] and names(x / "parts") == KEYS


def test_a_part_can_be_checked_by_hand(x):
    for part in (x / "parts").iterdir():
        lines = [line.split("  ") for line in (part / SUMS).read_text().splitlines()]
        assert {name: sum for sum, name in lines} == {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in part.glob("*.parquet")
        }


def cut_off(part):
    (part / "daily.parquet").write_bytes((part / "daily.parquet").read_bytes()[:-100])


def zeros_within(part):
    """Its end, which says what is where, is whole: as after a power cut on a disk that promised too much."""
    there = (part / "daily.parquet").read_bytes()
    (part / "daily.parquet").write_bytes(there[:8] + bytes(len(there) // 4) + there[8 + len(there) // 4 :])


def fewer_rows(part):
    """As legible as before."""
    pd.read_parquet(part / "daily.parquet").head(3).to_parquet(part / "daily.parquet", index=False)


def of_another(part):
    (part / "weekly.parquet").write_bytes((part.parent / KEYS[0] / "weekly.parquet").read_bytes())


def a_table_less(part):
    (part / "weekly.parquet").unlink()


def no_sums(part):
    (part / SUMS).unlink()


def not_text(part):
    (part / SUMS).write_bytes(b"\xff\xfe")


def nothing_in_it(part):
    shutil.rmtree(part)
    part.mkdir()


def a_file(part):
    shutil.rmtree(part)
    part.write_text("what?")


def a_link_to_nowhere(part):
    shutil.rmtree(part)
    part.symlink_to("nowhere")


DAMAGE = [cut_off, zeros_within, fewer_rows, of_another, a_table_less, no_sums, not_text, nothing_in_it, a_file, a_link_to_nowhere]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_part_is_not_there_and_can_be_kept_again(x, damage):
    damage(x / "parts" / KEYS[1])
    with held(x) as folder:
        assert [folder.finished(key, list(TABLES)) for key in KEYS] == [True, False, True]
        folder.keep(KEYS[1], TABLES)
        assert folder.finished(KEYS[1], list(TABLES))


@pytest.mark.parametrize("left", ["parts/.unfinished-abc/daily.parquet", ".unfinished-daily.parquet", "parts/.unfinished-link"])
def test_what_a_killed_run_left_half_written_is_removed(x, left, tmp_path):
    (x / left).parent.mkdir(exist_ok=True)
    if "link" in left:
        (tmp_path / "mine").mkdir()
        (x / left).symlink_to(tmp_path / "mine")
    else:
        (x / left).write_text("half")
    with held(x):
        assert names(x) == [".kind", ".lock", "parts"] and names(x / "parts") == KEYS
    assert "link" not in left or (tmp_path / "mine").is_dir()


# Who may use a folder


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    with pytest.raises(RunError, match="other files and no run"), held(tmp_path):
        pass
    assert names(tmp_path) == ["scenario.yaml"]


@pytest.mark.parametrize(("out", "which"), [("file", "it"), ("file/x", ".*file")])
def test_a_file_where_the_folder_should_be_is_said_clearly(tmp_path, out, which):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match=f"cannot write to .*{out}: expected a folder, but {which} is a file$"), held(tmp_path / out):
        pass
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("own", [["bolt.stl"], ["bolt.stl", KEYS[0]], []])
def test_somebodys_own_folder_called_parts_is_left_alone(tmp_path, own):
    (tmp_path / "parts").mkdir()
    for name in ["drawing.txt", *(f"parts/{name}" for name in own)]:
        (tmp_path / name).write_text("mine")
    with pytest.raises(RunError, match="other files and no run"), held(tmp_path):
        pass
    assert names(tmp_path) == ["drawing.txt", "parts"] and names(tmp_path / "parts") == sorted(own)


def test_only_parts_are_removed_from_among_the_parts(x):
    (x / "parts" / "notes.txt").write_text("mine")
    (x / "parts" / "notes").mkdir()
    (x / RUN).write_text("{}")
    with held(x) as folder:
        folder.keep_only(KEYS[1:2])
    assert names(x / "parts") == [KEYS[1], "notes", "notes.txt"]


def test_parts_on_another_disk_are_used_where_they_are(tmp_path):
    (tmp_path / "big").mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "parts").symlink_to(tmp_path / "big")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with held(tmp_path / "link") as folder:
        folder.keep(KEYS[0], TABLES)
    with held(tmp_path / "x") as folder:
        assert folder.finished(KEYS[0], list(TABLES))
    assert names(tmp_path / "big") == KEYS[:1]


@pytest.mark.parametrize("before", [[], ["there"], ["there", "there/x"]])
def test_folders_are_left_behind_only_with_something_in_them(tmp_path, before):
    for name in before:
        (tmp_path / name).mkdir()
    with pytest.raises(RunError, match="stop"), held(tmp_path / "there" / "x"):
        raise RunError("stop")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == before


@pytest.mark.parametrize(("first", "second"), [(RUN, STUDY), (STUDY, RUN)])
def test_a_folder_is_of_one_kind_of_experiment(tmp_path, first, second):
    with held(tmp_path / "x", first):
        (tmp_path / "x" / first).write_text("{}")
    kinds = {RUN: "a run", STUDY: "a study such as a sweep"}
    with pytest.raises(RunError, match=f"holds {kinds[first]}, not {kinds[second]}"), held(tmp_path / "x", second):
        pass
    assert names(tmp_path / "x") == [first]


@pytest.mark.parametrize(("first", "second"), [(RUN, STUDY), (STUDY, RUN)])
def test_a_stopped_experiment_keeps_its_folder_from_another_kind(tmp_path, first, second):
    """Which would remove its replications as none of its own."""
    with pytest.raises(KeyboardInterrupt), held(tmp_path / "x", first) as folder:
        folder.keep(KEYS[0], TABLES)
        raise KeyboardInterrupt
    kinds = {RUN: "run", STUDY: "study such as a sweep"}
    with pytest.raises(RunError, match=f"holds an unfinished {kinds[first]}, not a {kinds[second]}"), held(tmp_path / "x", second):
        pass
    with held(tmp_path / "x", first) as folder:
        assert folder.finished(KEYS[0], list(TABLES))
        (tmp_path / "x" / first).write_text("{}")
    assert names(tmp_path / "x") == ["parts", first]


def test_one_kind_that_finishes_while_another_asks_is_noticed(tmp_path, monkeypatch):
    """Between looking at the folder and holding it."""
    real = store._locked

    def late(path):
        (path / STUDY).write_text("{}")
        return real(path)

    monkeypatch.setattr(store, "_locked", late)
    with pytest.raises(RunError, match="holds a study such as a sweep, not a run"), held(tmp_path / "x"):
        pass
    assert names(tmp_path / "x") == [STUDY]


def test_two_into_one_folder_are_refused_by_whatever_name(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "x")
    with held(tmp_path / "x"):
        for name in ("x", "link"):
            with pytest.raises(RunError, match=f"in use by another run \\(process {os.getpid()}\\)"), held(tmp_path / name):
                pass
        assert names(tmp_path / "x") == [".kind", ".lock", "parts"]  # who was refused has taken nothing away
    with held(tmp_path / "link"):
        pass


def test_of_many_that_start_at_the_same_moment_one_goes_on(tmp_path):
    inside, most, refused, start = [], [], [], threading.Barrier(8)

    def one():
        start.wait()
        for _ in range(30):
            try:
                with held(tmp_path / "x") as folder:
                    inside.append(1)
                    most.append(len(inside))
                    folder.keep(KEYS[0], {"a": b"1"})
                    folder.keep_only([])
                    inside.pop()
            except RunError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) + len(refused) == 240 and max(most) == 1 and refused
    assert [error for error in refused if "is in use by another run" not in error] == []


def test_whoever_lost_the_folder_does_not_unlock_anothers(tmp_path):
    with ExitStack() as stack, ExitStack() as first:
        first.enter_context(held(tmp_path / "x"))
        shutil.rmtree(tmp_path / "x")
        stack.enter_context(held(tmp_path / "x"))
        first.close()
        with pytest.raises(RunError, match="in use by another run"), held(tmp_path / "x"):
            pass
    assert names(tmp_path / "x") == []


def test_a_lock_ends_with_its_process(tmp_path):
    script = (
        "import os, sys; from sim.experiment.store import held\n"
        "with held(sys.argv[1]): print('held', flush=True); sys.stdin.read(1); os._exit(9)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "x")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunError, match=f"process {holder.pid}"), held(tmp_path / "x"):
            pass
        holder.communicate(b"x")
    assert (tmp_path / "x" / ".lock").read_text().strip() == str(holder.pid)
    with held(tmp_path / "x"):
        pass
    assert not (tmp_path / "x" / ".lock").exists()


def test_a_disk_that_knows_no_locks_is_said_clearly(tmp_path, monkeypatch):
    def refuse(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(store, "_lock", refuse)
    refused = pytest.raises(RunError, match=r"cannot lock .*x, as its file system refuses it \(No locks available\): choose a local folder")
    with refused, held(tmp_path / "x"):
        pass
