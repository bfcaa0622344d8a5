"""Nothing is lost and nothing done twice: an experiment killed at any moment and taken up ends with the bits of one never stopped.

A process is killed by SIGKILL, of which it learns nothing. It is a fork of this one, so that a kill costs a fraction of a second and
not what Python takes to start; some are whole commands with two workers.
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.asked import Figure, Promise
from sim.experiment.replications import run
from sim.experiment.seek import seek
from sim.experiment.store import RUN, STUDY, SUMS
from sim.experiment.sweep import sweep
from sim.scenario import dump
from tests.scenarios import rich, tiny

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

ROOT = Path(__file__).parents[2]
FEW = tiny({"period.to": "2021-02-21"})
COACHES = "jobcentres.Hill.coaches"
PROMISE = Promise.parse("first_meeting_wait <= 2.6", FEW)


def a_run(out):
    run(FEW, replications=4, workers=1, out=out, people=True)


def a_search(out):
    seek(FEW, COACHES, ["0.5", "1", "2", "3"], PROMISE, indifference=0.2, most=6, workers=1, out=out)


def a_grid(out):
    sweep(FEW, {COACHES: [2, 3]}, figures=[Figure("claims", "count")], replications=2, workers=1, out=out)


EXPERIMENTS = {"run": a_run, "seek": a_search, "sweep": a_grid}


def forked(make, out, prepare=lambda: None):
    """A process that makes an experiment; its number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the child does not use
        child = os.fork()
    if child:
        return child
    code = 1
    try:
        prepare()
        make(out)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def killed(child, seconds=np.inf):
    """Whether a process was killed, by us after some seconds or by itself; it must not fail otherwise."""
    end = time.monotonic() + seconds
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            ended = os.waitpid(child, 0)
            break
        time.sleep(0.001)
    code = os.waitstatus_to_exitcode(ended[1])
    assert code in (0, -signal.SIGKILL), f"ended with {code}"
    return code != 0


def parts(folder):
    """The finished replications, and what tells one that was made again from one that was not touched."""
    sums = [part / SUMS for part in folder.glob("parts/[0-9]*")]
    return {file.parent.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in sums}


def results(folder):
    """Everything that came out, but for when and how it was made."""
    info = {name: json.loads((folder / name).read_text()) for name in (RUN, STUDY) if (folder / name).exists()}
    for one in info.values():
        for name in ("started", "ended", "seconds", "found_finished"):
            del one[name]
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.name not in info}
    tables = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.glob("parts/*/*")}
    return info | files | tables


def found(folder):
    (file,) = (folder / name for name in (RUN, STUDY) if (folder / name).exists())
    return json.loads(file.read_text())["found_finished"]


@pytest.fixture(scope="module", params=["run", "seek", "sweep"])
def experiment(request, tmp_path_factory):
    """How to make one, what comes of it, and how long it takes."""
    make, out = EXPERIMENTS[request.param], tmp_path_factory.mktemp("whole")
    make(tmp_path_factory.mktemp("warm"))  # what is compiled is compiled
    began = time.monotonic()
    assert not killed(forked(make, out))
    return make, results(out), time.monotonic() - began


WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"}


def operations(out, number):
    """Be killed before the ``number``-th change to the folder; with 0 count them, in a file beside it."""
    seen = itertools.count(1)

    def see(event, given):
        writes = event in WRITES or (event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR))
        if not writes or not f"{given[0]}/".startswith(f"{out}/"):
            return
        now = next(seen)
        if now == number:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 0:
            counted = os.open(out.parent / "changes.txt", os.O_WRONLY | os.O_CREAT)
            os.write(counted, str(now).encode())
            os.close(counted)

    return lambda: sys.addaudithook(see)


def changes(make, out):
    """How often an experiment changes something in its folder."""
    assert not killed(forked(make, out, operations(out, 0)))
    return int((out.parent / "changes.txt").read_text())


def killed_before(make, whole, out, number):
    """An experiment killed before its ``number``-th change and taken up: whether it was killed in the middle of its last tables."""
    assert killed(forked(make, out, operations(out, number)))
    there, finishing = parts(out), len(parts(out)) == len({name.split("/")[1] for name in whole if "/" in name})
    shown = {file.name: file.read_bytes() for file in out.glob("[!.]*.*") if file.name not in (RUN, STUDY)}
    assert shown.items() <= whole.items(), "a file is not whole"
    assert not killed(forked(make, out))
    assert results(out) == whole and parts(out).items() >= there.items() and found(out) == len(there)
    shutil.rmtree(out)
    return finishing


def test_killed_at_two_changes_of_its_folder_it_is_taken_up(experiment, tmp_path):
    """One among the replications, one among the last tables."""
    make, whole, _ = experiment
    most = changes(make, tmp_path / "count")
    assert most > 30
    finishing = [killed_before(make, whole, tmp_path / "x", int(most * share)) for share in (0.3, 0.97)]
    assert finishing == [False, True]


@pytest.mark.long
def test_killed_at_forty_changes_of_its_folder_it_is_taken_up(experiment, tmp_path):
    """Spread over all of them, the last tables too: before a file is made, while it is empty, before it takes its name."""
    make, whole, _ = experiment
    most = changes(make, tmp_path / "count")
    finishing = [killed_before(make, whole, tmp_path / "x", number) for number in range(1, most + 1, 1 + most // 40)]
    assert 20 < len(finishing) <= 40 and 0 < sum(finishing) < len(finishing)


@pytest.mark.long
def test_killed_at_random_moments_it_is_taken_up_again_and_again(experiment, tmp_path):
    """Seventeen moments for each of three experiments, from a fixed seed, up to the time that the whole of one takes."""
    make, whole, seconds = experiment
    moments, kills, ends = np.random.default_rng(50), 0, 0
    while kills < 17:
        out, known, alive = tmp_path / str(ends), {}, True
        while alive and kills < 17:
            alive = killed(forked(make, out), moments.uniform(0, seconds))
            assert parts(out).items() >= known.items(), "a finished replication was lost or made again"
            if not alive:
                assert found(out) == len(known)
            known, kills = parts(out), kills + alive
        if alive:
            assert not killed(forked(make, out)) and found(out) == len(known)
        assert results(out) == whole
        ends += 1
    assert kills == 17


# With two workers, as whole commands


def command(folder, *options):
    """A run of eight replications in a process of its own, with two workers."""
    words = ["run", folder / "rich.yaml", "--replications", 8, "--people", "--workers", 2, "--out", folder / "x", *options]
    start = [sys.executable, "-m", "sim", *map(str, words)]
    settings = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "start_new_session": True}
    return subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings)


def workers_of(process):
    """The numbers of its worker processes; another child of it only tidies up after them."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.fixture
def region(tmp_path):
    """A folder with a scenario, and what a run of it that was never stopped gives."""
    scenario = rich({"areas.North.claimants": 2400, "areas.North.claims_per_week": 300})
    (tmp_path / "rich.yaml").write_text(dump(scenario), encoding="utf-8")
    run(scenario, replications=8, workers=1, out=tmp_path / "whole", people=True)
    return tmp_path, results(tmp_path / "whole")


@pytest.mark.long
def test_a_command_with_two_workers_killed_four_times_is_taken_up(region):
    folder, whole = region
    known, moments, kills = {}, np.random.default_rng(4), 0
    while kills < 4:
        with command(folder) as process:
            deadline, wanted = time.monotonic() + 100, len(known) + 1
            while len(parts(folder / "x")) < min(wanted, 8) and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.3))
            process.kill()
        assert process.returncode == -signal.SIGKILL and not (folder / "x" / RUN).exists()
        assert parts(folder / "x").items() >= known.items()
        known, kills = parts(folder / "x"), kills + 1
    with command(folder) as process:
        assert process.wait(100) == 0, process.stderr.read()
    assert found(folder / "x") == len(known) and parts(folder / "x").items() >= known.items()
    assert results(folder / "x") == whole


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds workers in /proc")
def test_a_worker_that_is_killed_is_said_and_the_same_command_goes_on(region):
    folder, whole = region
    with command(folder) as process:
        while not parts(folder / "x") and process.poll() is None:
            time.sleep(0.01)
        os.kill(workers_of(process)[0], signal.SIGKILL)
        said, complaint = process.communicate(timeout=100)
    assert (process.returncode, said) == (2, "")
    assert complaint == (
        "A worker process died, most often because memory ran out. What had finished is kept if the run has a folder: "
        "the same command goes on from there; fewer workers need less memory.\n"
    )
    known = parts(folder / "x")
    assert known
    with command(folder) as process:
        assert process.wait(100) == 0, process.stderr.read()
    assert found(folder / "x") == len(known) and results(folder / "x") == whole
