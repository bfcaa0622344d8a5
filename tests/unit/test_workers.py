"""Processes: the same bits whatever their number, and a clean end however they end."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.experiment.replications import run
from sim.experiment.workers import RunError, each
from sim.results import RunTables
from sim.scenario import dump
from tests.unit.synthetic import small_scenario

BITS = ("replications.parquet", "daily.parquet", "weekly.parquet", "incidence.parquet", "people.parquet", "events.parquet", "summary.csv")
HALF_A_YEAR = small_scenario(period={"from": "2020-07-01", "to": "2020-12-31"})

# It calls run at its top level, without asking whether it is the main program, as a scientist's script would.
SCRIPT = """
import sys
from sim.experiment.replications import run
from sim.scenario import load
print("begun", flush=True)
run(load(sys.argv[1]), replications=int(sys.argv[2]), workers=2, out=sys.argv[3], people=True, events=True)
print("done", flush=True)
"""


def same_bits(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in BITS)


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    folder = tmp_path_factory.mktemp("script")
    (folder / "script.py").write_text(SCRIPT)
    (folder / "small.yaml").write_text(dump(HALF_A_YEAR))

    def start(replications: int, out: Path) -> subprocess.Popen:
        command = [sys.executable, str(folder / "script.py"), str(folder / "small.yaml"), str(replications), str(out)]
        root = Path(__file__).parents[2]
        env = os.environ | {"PYTHONPATH": str(root)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=folder, env=env, start_new_session=True, **pipes)

    return start


def wait_for_parts(process: subprocess.Popen, out: Path, number: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if len([p for p in out.glob("parts/*") if not p.name.startswith(".")]) >= number:
            return
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"no replication was finished in time: {process.communicate()[1]}")


def nobody_left(session: int) -> bool:
    """Whether every process of a session ends within some seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.killpg(session, signal.SIGKILL)
    return False


def test_outcomes_are_those_of_every_job():
    assert list(each(math.factorial, [3, 1, 2], workers=1)) == [6, 1, 2]
    assert sorted(each(math.factorial, [3, 1, 2], workers=2)) == [1, 2, 6]
    assert list(each(math.factorial, [], workers=2)) == []


def test_an_error_in_a_job_comes_through():
    with pytest.raises(ValueError, match="factorial"):
        list(each(math.factorial, [-1] * 3, workers=2))


def test_a_worker_that_dies_is_said_clearly():
    with pytest.raises(RunError, match=r"worker process died.*goes on from there"):
        list(each(os._exit, [3, 3], workers=2))


def test_a_script_without_a_guard_gives_the_same_bits_with_two_workers_as_with_one(script, tmp_path):
    with script(3, tmp_path / "two") as process:
        out, err = process.communicate(timeout=200)
    assert out == "begun\ndone\n", err
    one = run(HALF_A_YEAR, replications=3, workers=1, out=tmp_path / "one", people=True, events=True)
    assert same_bits(tmp_path / "one", tmp_path / "two")
    assert len(one.events) > 1000 and one.replications["value"].notna().any()


def test_replications_differ_and_a_seed_repeats():
    one, again, other = (run(small_scenario(), workers=1, seed=seed).replications for seed in (1, 1, 2))
    assert one.equals(again) and not one["value"].equals(other["value"])
    claims = one[(one["measure"] == "claims") & (one["jobcentre"] == "all") & (one["area"] == "all") & (one["age_group"] == "all")]
    assert claims["value"].nunique() == 3


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_run_is_taken_up_and_gives_the_same_bits(script, tmp_path):
    killed, whole, number = tmp_path / "killed", tmp_path / "whole", 10
    with script(number, killed) as process:
        wait_for_parts(process, killed, 2)
        process.kill()
        process.wait()
        assert nobody_left(process.pid), "workers outlived their parent"
    assert not (killed / "run.json").exists()
    with script(number, killed) as process:
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
    found = json.loads((killed / "run.json").read_text())["found_finished"]
    assert 2 <= found < number
    run(
        small_scenario(period={"from": "2020-07-01", "to": "2020-12-31"}),
        replications=number,
        workers=1,
        out=whole,
        people=True,
        events=True,
    )
    assert same_bits(killed, whole)
    assert len(RunTables.read(killed).events) > 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_at_once_and_leaves_no_process(script, tmp_path):
    with script(500, tmp_path / "x") as process:
        wait_for_parts(process, tmp_path / "x", 1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to parent and workers
        began = time.monotonic()
        _, err = process.communicate(timeout=30)
        assert time.monotonic() - began < 15
        assert nobody_left(process.pid)
    assert process.returncode != 0 and err.rstrip().endswith("KeyboardInterrupt")
    assert err.count("Traceback") == 1, err  # workers add none of their own
    assert not (tmp_path / "x" / ".lock").exists() and not list((tmp_path / "x" / "parts").glob(".*"))
