"""What stops an experiment short of killing it: Ctrl-C, a full disk, a folder that cannot be written.

A sentence says why, with exit code 130 for Ctrl-C and 2 for the others; no process is left, nothing half-written, and the same command
goes on from what had finished.
"""

import builtins
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.__main__ import main
from sim.cli import app
from sim.experiment import job, run_folder
from sim.experiment.replications import run
from sim.experiment.store import SUMS, write_text
from sim.experiment.workers import RunError
from sim.model.simulation import simulate
from sim.results import RunTables
from sim.scenario import dump
from tests.scenarios import tiny

ROOT = Path(__file__).parents[2]
TEMPORARY = {"temporary": {"opens": "2021-02-08"}, "takes_from": {"Hill": 0.3}, "desks": 3, "coaches": 1}
ABSENCE = {"value": 0.1, "low": 0, "high": 0.3}
BASE = tiny({"period.to": "2021-02-28", "jobcentres.Shop": TEMPORARY, "jobcentres.Yard": TEMPORARY, "coaches.absence": ABSENCE})
COMMANDS = {
    "run": ["run", "base.yaml"],
    "compare": ["compare", "base.yaml", "other.yaml"],
    "sweep": ["sweep", "base.yaml", "--vary", "jobcentres.Hill.coaches=2,3"],
    "explain": ["explain", "base.yaml", "other.yaml"],
    "seek": ["seek", "base.yaml", "--vary", "jobcentres.Hill.coaches", "--from", "1", "--to", "8", "--until", "first_meeting_wait <= 2"],
    "sites": ["sites", "base.yaml", "--choose", "1"],
    "sensitivity": ["sensitivity", "base.yaml"],
}
STOPPED = "stopped; with --out, the same command goes on from here\n"


def parts(folder):
    """The finished replications, in whichever run folder below, and what tells one that was made again."""
    sums = [part / SUMS for part in folder.rglob("parts/[0-9]*")]
    return {file.parent.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in sums if file.exists()}


def half_written(folder):
    return [path for path in folder.rglob("*") if path.name.startswith(".") and path.name != ".kind"]


def tables(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".parquet", ".csv")}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A working directory with the scenarios of the commands."""
    (tmp_path / "base.yaml").write_text(dump(BASE), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(dump(BASE.change({"name": "other", "jobcentres.Hill.coaches": 3})), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def jobcentre(*words):
    return CliRunner().invoke(app, list(map(str, words)))


# Ctrl-C


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_is_said_in_a_sentence_and_keeps_what_had_finished(files, monkeypatch, command):
    """In this process, in the third replication."""
    made = []

    def interrupted(scenario, seed, replication, events=False):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(replication)
        return simulate(scenario, seed, replication, events=events)

    monkeypatch.setattr(job, "simulate", interrupted)
    outcome = jobcentre(*COMMANDS[command], "--workers", 1, "--out", "x")
    assert (outcome.exit_code, outcome.stdout) == (130, "") and outcome.stderr.endswith(STOPPED), outcome.stderr
    assert len(parts(files / "x")) == 2 and not half_written(files / "x")


def test_tables_of_which_only_some_are_written_are_not_taken_for_a_finished_run(files, monkeypatch):
    """By the mark of the run that was in the folder before, of fewer replications."""
    run(BASE, replications=1, workers=1, out=files / "x")

    def interrupted(path, name, text):
        if name == "summary.csv":
            raise KeyboardInterrupt
        write_text(path, name, text)

    with monkeypatch.context() as patched:
        patched.setattr(run_folder, "write_text", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(BASE, replications=2, workers=1, out=files / "x")
    with pytest.raises(FileNotFoundError, match="holds no finished run"):
        RunTables.read(files / "x")
    assert run(BASE, replications=2, workers=1, out=files / "x").info["found_finished"] == 2
    assert RunTables.read(files / "x").info["replications"] == 2


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_ends_the_command_and_its_workers(files, command):
    """As a terminal does it: to the command and its two workers."""
    large = ("--set", "areas.North.claimants=5000", "--set", "areas.North.claims_per_week=500")
    words = [*COMMANDS[command], *large, "--workers", 2, "--out", "x"]
    if command in ("run", "compare", "sweep", "explain"):
        words += ["--replications", 300]
    command = [sys.executable, "-m", "sim", *map(str, words)]
    settings = {"cwd": files, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "start_new_session": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings) as process:
        deadline = time.monotonic() + 90
        while not parts(files / "x") and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        began = time.monotonic()
        said, complaint = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "") and complaint.endswith(STOPPED) and "Traceback" not in complaint, complaint
        assert time.monotonic() - began < 20
        with contextlib.suppress(ProcessLookupError):
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                os.killpg(process.pid, 0)
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail("workers were left behind")
    assert parts(files / "x") and not half_written(files / "x")


def test_ctrl_c_that_a_library_loses_ends_the_command_all_the_same(files, monkeypatch):
    """Some forget the exception that a signal raised within them; the replication is finished, and then the command ends."""

    def deaf(scenario, seed, replication, events=False):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return simulate(scenario, seed, replication, events)

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(job, "simulate", deaf)
    outcome = jobcentre("run", "base.yaml", "--workers", 1, "--out", "x")
    assert (outcome.exit_code, outcome.stdout) == (130, "") and outcome.stderr.endswith(STOPPED), outcome.stderr
    assert len(parts(files / "x")) == 1 and signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("module", ["sim.cli", "sim.experiment.workers"])
def test_ctrl_c_while_the_libraries_are_read_is_met_in_words_too(files, module, monkeypatch, capsys):
    read = builtins.__import__

    def interrupted(name, *its):
        if name == module:
            raise KeyboardInterrupt
        return read(name, *its)

    monkeypatch.setattr(builtins, "__import__", interrupted)
    monkeypatch.setattr(sys, "argv", ["jobcentre", "run", "base.yaml", "--workers", "1"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130 and capsys.readouterr().err in ("stopped\n", STOPPED)


# A full disk


@contextlib.contextmanager
def disk(folder, options):
    """A disk of its own below a folder, if this user may have one."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False).returncode:
        pytest.skip("only root may mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The tables of a run that had room enough, and the bytes of its parts and of all."""
    out = tmp_path_factory.mktemp("whole")
    run(BASE, replications=4, workers=1, out=out, people=True)
    return tables(out), *(sum(-(-file.stat().st_size // 4096) * 4096 for file in out.rglob(name)) for name in ("parts/*/*", "*"))


@pytest.mark.parametrize("share", [0.4, 1.15], ids=["among the replications", "among the last tables"])
def test_a_full_disk_is_said_and_where_there_is_room_the_same_command_goes_on(files, whole, share):
    wanted, its_parts, everything = whole
    assert its_parts * 1.15 < everything * 0.95
    out, options = files / "disk" / "x", ("--replications", 4, "--workers", 1, "--people")
    with disk(files / "disk", f"size={int(its_parts * share) // 4096 * 4}k"):
        outcome = jobcentre("run", "base.yaml", *options, "--out", out)
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        assert outcome.stderr == f"cannot write to {out}: No space left on device\n"
        there = parts(out)
        assert (0 < len(there) < 4) if share < 1 else len(there) == 4
        assert not half_written(out) and not (out / "run.json").exists()
        again = jobcentre("run", "base.yaml", *options, "--out", out)
        assert (again.exit_code, again.stderr) == (2, outcome.stderr) and parts(out) == there  # still full
        remount(files / "disk", "size=100m")
        assert jobcentre("run", "base.yaml", *options, "--out", out).exit_code == 0
        assert json.loads((out / "run.json").read_text())["found_finished"] == len(there)
        assert parts(out).items() >= there.items() and tables(out) == wanted


@pytest.mark.long
def test_a_disk_of_any_size_leaves_a_run_whole_or_to_be_taken_up(files, whole):
    """From none to enough in 24 steps; the run keeps its people, so that a part is written in several pieces."""
    wanted, _, everything = whole
    ended = []
    for step in range(25):
        with disk(files / f"disk{step}", f"size={max(4, int(everything * step / 22) // 1024)}k,nr_inodes=1000") as there:
            try:
                run(BASE, replications=4, workers=1, out=there / "x", people=True)
                ended.append(True)
            except RunError as error:
                assert str(error) == f"cannot write to {there / 'x'}: No space left on device"
                assert not (there / "x" / "run.json").exists() and not half_written(there)
                assert not (there / "x").exists() or tables(there / "x").items() <= wanted.items()
                ended.append(False)
            before = parts(there / "x")
            remount(there, "size=100m")
            again = run(BASE, replications=4, workers=1, out=there / "x", people=True)
            assert again.info["found_finished"] == len(before) and parts(there / "x").items() >= before.items()
            assert tables(there / "x") == wanted
    assert ended == sorted(ended) and set(ended) == {False, True}


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_file_that_becomes_too_large_is_said(files, whole):
    """A limit of the process does here what a full disk does, for users who may not mount one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    out = files / "x"
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, hard))
        with pytest.raises(RunError, match=rf"^cannot write to {out}: File too large$"):
            run(BASE, replications=4, workers=1, out=out, people=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not out.exists()
    assert run(BASE, replications=4, workers=1, out=out, people=True).info["found_finished"] == 0 and tables(out) == whole[0]


# A folder that cannot be written


def test_a_disk_that_may_only_be_read_is_said(files):
    with disk(files / "disk", "size=100m") as there:
        run(BASE, replications=1, workers=1, out=there / "old")
        before = tables(there / "old")
        remount(there, "ro")
        for name in ("old", "new"):
            outcome = jobcentre("run", "base.yaml", "--replications", 2, "--workers", 1, "--out", there / name)
            assert (outcome.exit_code, outcome.stderr) == (2, f"cannot write to {there / name}: Read-only file system\n")
        assert tables(there / "old") == before and (there / "old" / "run.json").exists()


def test_a_folder_of_somebody_else_is_said(files):
    """As a user without rights; root may write anywhere."""
    if os.name != "posix" or os.geteuid() != 0:
        files.chmod(0o555)
        rights = contextlib.nullcontext()
    else:
        rights = another_user()
    with rights:
        for out in (files / "x", files / "x" / "y"):
            with pytest.raises(RunError, match=f"^cannot write to {out}: Permission denied$"):
                run(BASE, replications=1, workers=1, out=out)
    files.chmod(0o755)
    assert not (files / "x").exists()


@contextlib.contextmanager
def another_user():
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
