"""Processes: the same bits whatever their number, and a clean end however they end."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.workers import compare
from sim.experiment import workers
from sim.experiment.replications import run
from sim.experiment.workers import AHEAD, RunError, Workers, each
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


def slow(number: int) -> int:
    time.sleep(0.02)
    return number


def odd(number: int) -> int:
    if number % 2 == 0:
        raise ValueError("not odd")
    time.sleep(0.1 * (number == 1))
    return number


def end_of_file(_: int) -> None:
    raise EOFError


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


def test_no_jobs_need_no_workers():
    """As when everything is found finished: a cluster that has gone is then no matter."""
    staff = Workers(2)
    staff._cluster = object()
    assert list(staff.each(math.factorial, [])) == []


def test_workers_live_as_long_as_the_experiment():
    with Workers(2) as staff:
        first, second = ({pid for _, pid in staff.each(eval, ["__import__('os').getpid()"] * 6)} for _ in range(2))
    assert first & second and os.getpid() not in first | second and len(first | second) <= 2


class Threads:
    """A cluster in this process, whose workers are as many as is said, look by look."""

    def __init__(self, *workers):
        self.executor, self.looks = ThreadPoolExecutor(4), iter(workers)
        self.last = 0

    def workers(self):
        self.last = next(self.looks, self.last)
        return self.last

    def why(self, error):
        return "the cluster is gone" if isinstance(error, EOFError) else ""

    def close(self):
        self.executor.shutdown()


class AtOnce(Executor):
    """Every job is done when it is handed out."""

    def submit(self, task, job):
        done = Future()
        try:
            done.set_result(task(job))
        except ValueError as error:
            done.set_exception(error)
        return done


@pytest.fixture
def on(monkeypatch):
    """Workers on such a cluster."""
    monkeypatch.setattr(workers, "LOOK", 0.01)

    def made(*looks):
        staff = Workers(1)
        staff._cluster = Threads(*looks)
        return staff

    return made


def test_a_cluster_whose_workers_come_late_is_used_when_they_do(on):
    with on(0, 0, 0, 2) as staff:
        assert sorted(outcome for _, outcome in staff.each(math.factorial, range(30))) == sorted(map(math.factorial, range(30)))


def test_few_jobs_are_handed_out_at_once_and_more_as_workers_come(on):
    """So that few results wait in memory, and a new worker is not idle."""
    handed, most = [], []
    with on(1, 1, 3) as staff:
        submit = staff._cluster.executor.submit
        staff._cluster.executor.submit = lambda task, job: handed.append(job) or submit(task, job)
        for number, _ in enumerate(staff.each(slow, range(40))):
            most.append(len(handed) - number)
    assert most[0] == AHEAD and max(most) == 3 * AHEAD and handed == list(range(40))


def test_what_is_done_is_handed_over_before_an_error(on):
    with on(2) as staff:
        staff._cluster.executor, got = AtOnce(), []
        with pytest.raises(ValueError, match="not odd"):
            for number, _ in staff.each(odd, [2, 1, 3, 5]):
                got.append(number)
    assert got == [1, 2, 3]


def test_an_error_drops_the_jobs_that_have_not_begun(on):
    handed = []
    with on(10) as staff:
        staff._cluster.executor = ThreadPoolExecutor(1)
        submit = staff._cluster.executor.submit
        staff._cluster.executor.submit = lambda task, job: handed.append(submit(task, job)) or handed[-1]
        with pytest.raises(ValueError, match="not odd"):
            list(staff.each(odd, [0, *[1] * 10]))
        assert len(handed) == 11 and handed[-1].cancelled()


def test_an_error_of_the_cluster_is_said_in_words(on):
    with on(1) as staff, pytest.raises(RunError, match=r"^the cluster is gone$"):
        list(staff.each(end_of_file, [1]))


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
@pytest.mark.long
def test_a_killed_run_is_taken_up_and_gives_the_same_bits(script, tmp_path):
    killed, whole, number = tmp_path / "killed", tmp_path / "whole", 6
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
    run(HALF_A_YEAR, replications=number, workers=1, out=whole, people=True, events=True)
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


@pytest.mark.long
def test_the_benchmark_tells_what_bounds_the_second_worker(tmp_path, capsys):
    compare(small_scenario(), small_scenario(), 2, 1, tmp_path, size=1)
    said = capsys.readouterr().out
    assert "two workers are" in said and "arithmetic" in said and "streaming" in said and "writes a replication in" in said
    assert list(tmp_path.iterdir()) == []
