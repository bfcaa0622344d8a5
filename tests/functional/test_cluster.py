"""A Dask cluster in place of local processes: a real scheduler and real workers on the loopback, each a process of its own.

The same bytes come out, whoever dies on the way; and what can go wrong is said in a sentence, with exit code 2 and nothing lost.
"""

import contextlib
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiment import cluster as dask
from sim.experiment import job, study
from sim.experiment.replications import run
from sim.experiment.store import SUMS
from sim.experiment.workers import RunError, Workers
from sim.scenario import dump
from tests.scenarios import rich, tiny

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
ENOUGH = 90
"""Seconds for anything here, on a busy machine."""
EVERYTHING = {"people": True, "events": True}


def wait_until(true, what, seconds=ENOUGH):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Loopback:
    """A scheduler and workers, as many as a test wants. What they say goes to a file."""

    def __init__(self, folder):
        self.folder, self.said = folder, (folder / "said").open("w")
        self.scheduler, self.workers, self.address = None, [], ""

    def ready(self, workers, scheduler=ROOT):
        """Itself, with a scheduler that lives, with the package that is found there, and so many workers that do."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.end()
            port = free_port()
            self.address = f"tcp://127.0.0.1:{port}"
            options = ("--port", str(port), "--host", "127.0.0.1", "--no-show", "--idle-timeout", "300")
            self.scheduler = self._start("scheduler", *options, path=scheduler)
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) > workers:
            self.kill_a_worker()
        while len(self.workers) < workers:
            self.worker()
        return self

    def worker(self, threads=1, path=ROOT):
        """Start a worker, which has the package that is found at ``path``."""
        here = ("--host", "127.0.0.1", "--local-directory", str(self.folder), "--memory-limit", "0", "--death-timeout", "60")
        self.workers.append(self._start("worker", self.address, "--no-nanny", "--nthreads", str(threads), *here, path=path))

    def kill_a_worker(self):
        killed = self.workers.pop()
        killed.kill()
        killed.wait(ENOUGH)

    def end(self):
        for process in filter(None, (*self.workers, self.scheduler)):
            process.kill()
            process.wait(ENOUGH)
        self.scheduler, self.workers = None, []

    def _start(self, what, *options, path=ROOT):
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options, "--no-dashboard"]
        settings = {"cwd": self.folder, "env": os.environ | {"PYTHONPATH": str(path)}}
        return subprocess.Popen(command, stdout=self.said, stderr=subprocess.STDOUT, **settings)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory):
    made = Loopback(tmp_path_factory.mktemp("cluster"))
    try:
        yield made
    finally:
        made.end()
        made.said.close()


def tables(folder):
    """Every table of a run folder, as bytes."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".parquet", ".csv")}


def parts(folder):
    """The parts of a folder, by when each was made."""
    return {part.name: (part / SUMS).stat().st_mtime_ns for part in folder.glob("parts/[0-9]*")}


def tasks_left(address):
    with distributed.Client(address, timeout=10, set_as_default=False) as client:
        return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))


def refused(*words):
    """What the command says on its error output when it ends with exit code 2."""
    outcome = CliRunner().invoke(app, list(map(str, words)))
    assert outcome.exit_code == 2 and "Traceback" not in outcome.stderr, outcome.output
    return outcome.stderr


def test_a_cluster_without_workers_is_waited_for_and_then_given_up(loopback, tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "PATIENCE", 1.0)
    address = loopback.ready(workers=0).address
    with pytest.raises(RunError, match=rf"^The cluster at {address} has had no worker for 1 s\. What had finished is kept"):
        run(tiny(), cluster=address, out=tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_one_process(loopback, tmp_path, capfd):
    """The worker that is left has two threads."""
    loopback.ready(workers=0).worker(threads=2)
    loopback.worker()
    number, told = 8, []

    def progress(done, total):
        told.append((done, total))
        if done == 2:
            loopback.kill_a_worker()

    run(rich(), replications=number, cluster=loopback.address, out=tmp_path / "cluster", progress=progress, **EVERYTHING)
    assert told == [(done, number) for done in range(number + 1)]
    assert capfd.readouterr() == ("", "")  # none of Dask's chatter
    run(rich(), replications=number, workers=1, out=tmp_path / "one", **EVERYTHING)
    assert tables(tmp_path / "cluster") == tables(tmp_path / "one") and len(tables(tmp_path / "one")) == 9
    assert parts(tmp_path / "cluster").keys() == parts(tmp_path / "one").keys()
    assert tasks_left(loopback.address) == 0


def test_an_error_in_a_job_comes_through_as_itself(loopback):
    with Workers(cluster=loopback.ready(workers=1).address) as staff:
        with pytest.raises(ValueError, match="factorial"):
            list(staff.each(math.factorial, [-1] * 3))
        assert sorted(staff.each(math.factorial, [3, 1, 2])) == [(0, 6), (1, 1), (2, 2)]  # and the next go on


def test_what_is_interrupted_is_dropped_and_goes_on_elsewhere(loopback, tmp_path):
    class Stop(BaseException):
        """As Ctrl-C is."""

    def stop(done, total):
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        run(tiny(), replications=200, cluster=loopback.ready(workers=1).address, out=tmp_path / "x", progress=stop)
    wait_until(lambda: tasks_left(loopback.address) == 0, "dropping the jobs", 20)
    before = parts(tmp_path / "x")
    assert len(before) == 2
    done = run(tiny(), replications=4, workers=1, out=tmp_path / "x")
    assert done.info["found_finished"] == 2 and parts(tmp_path / "x").items() >= before.items()


def test_a_worker_of_another_version_refuses_and_says_what_differs(loopback, tmp_path, monkeypatch):
    ours = job.identity().replace(f"pandas {job.software()['libraries']['pandas']}", "pandas 99")
    monkeypatch.setattr(study, "identity", lambda: ours)
    with pytest.raises(RunError) as error:
        run(tiny(), replications=2, cluster=loopback.ready(workers=1).address, out=tmp_path / "x")
    theirs = job.software()["libraries"]["pandas"]
    assert str(error.value) == (
        f"a worker runs another version of the program or its libraries than this one does: pandas {theirs} there and 99 here"
    )
    assert not (tmp_path / "x").exists()


# What can go wrong


def test_a_scheduler_that_dies_is_said_and_the_same_command_goes_on(loopback, tmp_path, capfd):
    out, number, died = tmp_path / "x", 40, []

    def kill(done, total):
        if done == 2:
            loopback.scheduler.kill()
            died.append(time.monotonic())

    with pytest.raises(RunError, match=r"^The (cluster at .* dropped a job|Dask scheduler at .* does not answer).*goes on from there\.$"):
        run(tiny(), replications=number, cluster=loopback.ready(workers=1).address, out=out, progress=kill)
    assert time.monotonic() - died[0] < 30
    assert capfd.readouterr() == ("", "")
    there = parts(out)
    assert 2 <= len(there) < number and not (out / "run.json").exists()
    done = run(tiny(), replications=number, workers=1, out=out)
    assert done.info["found_finished"] == len(there) and parts(out).items() >= there.items()


@contextlib.contextmanager
def stranger(says):
    """Something that listens, but is no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(ENOUGH)

        def answer():
            with contextlib.suppress(OSError):
                visitor, _ = server.accept()
                with visitor:
                    visitor.sendall(says)
                    visitor.settimeout(ENOUGH)
                    while visitor.recv(1000):
                        pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        thread.join(ENOUGH)


def test_where_nothing_answers_it_is_said_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(dask, "GREETING", 1.0)
    (tmp_path / "tiny.yaml").write_text(dump(tiny()), encoding="utf-8")
    address, began = f"tcp://127.0.0.1:{free_port()}", time.monotonic()
    said = refused("run", tmp_path / "tiny.yaml", "--cluster", address, "--out", tmp_path / "x")
    assert said == f"no Dask scheduler answers at {address} within 1 s\n"
    assert time.monotonic() - began < 15 and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("says", "words"), [(b"", "no Dask scheduler answers at"), (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3, "is no Dask scheduler")]
)
def test_a_stranger_at_the_address_is_told_from_a_scheduler(says, words, monkeypatch):
    monkeypatch.setattr(dask, "GREETING", 1.0)
    with stranger(says) as address, pytest.raises(RunError, match=words):
        Workers(cluster=address)


@pytest.mark.parametrize("address", ["", "here", "127.0.0.1", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:x", "http://127.0.0.1:8787"])
def test_what_is_no_address_is_said(address):
    with pytest.raises(RunError, match=rf"^expected the address of a Dask scheduler, such as tcp://127\.0\.0\.1:8786, not '{address}'$"):
        Workers(cluster=address)


def test_workers_and_a_cluster_together_are_refused(tmp_path):
    (tmp_path / "tiny.yaml").write_text(dump(tiny()), encoding="utf-8")
    said = refused("run", tmp_path / "tiny.yaml", "--workers", 2, "--cluster", "tcp://127.0.0.1:8786", "--out", tmp_path / "x")
    assert "expected workers or a cluster, not both" in said and not (tmp_path / "x").exists()


def test_without_dask_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "tiny.yaml").write_text(dump(tiny()), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refused("run", tmp_path / "tiny.yaml", "--cluster", "tcp://127.0.0.1:8786")
    assert said == "--cluster needs Dask: install the package with its extra 'cluster', jobcentre-sim[cluster]\n"


# As whole commands


def jobcentre(folder, *words):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "sim", *map(str, words)]
    settings = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "start_new_session": True}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings)


@pytest.mark.long
def test_the_command_prints_the_same_and_nothing_of_dask_while_workers_die(loopback, tmp_path):
    """One killed in the middle and another in its place; then the same with two local processes."""
    (tmp_path / "rich.yaml").write_text(dump(rich()), encoding="utf-8")
    asked = ("run", "rich.yaml", "--replications", 12, "--people", "--events")
    loopback.ready(workers=2)
    with jobcentre(tmp_path, *asked, "--cluster", loopback.address, "--out", "cluster") as process:
        wait_until(lambda: len(parts(tmp_path / "cluster")) >= 2 or process.poll() is not None, "the second replication")
        assert len(parts(tmp_path / "cluster")) < 12
        loopback.kill_a_worker()
        loopback.worker()
        said, complaint = process.communicate(timeout=ENOUGH)
    assert (process.returncode, complaint) == (0, "")
    with jobcentre(tmp_path, *asked, "--workers", 2, "--out", "local") as process:
        here, complaint = process.communicate(timeout=ENOUGH)
    assert (process.returncode, complaint) == (0, "")
    assert tables(tmp_path / "cluster") == tables(tmp_path / "local")
    assert re.sub(r"\d+ s$", "", said.replace("cluster", "local"), flags=re.MULTILINE) == re.sub(r"\d+ s$", "", here, flags=re.MULTILINE)


@pytest.mark.long
def test_an_adaptive_experiment_goes_the_same_way_on_a_cluster(loopback, tmp_path):
    (tmp_path / "tiny.yaml").write_text(dump(tiny()), encoding="utf-8")
    asked = ("--vary", "jobcentres.Hill.coaches", "--from", 1, "--to", 6, "--until", "first_meeting_wait <= 2.5")
    for name, where in (("cluster", ("--cluster", loopback.ready(workers=2).address)), ("local", ("--workers", 1))):
        with jobcentre(tmp_path, "seek", "tiny.yaml", *asked, *where, "--out", name) as process:
            said, complaint = process.communicate(timeout=ENOUGH)
        assert process.returncode == 0 and said and "Traceback" not in complaint, complaint
    assert tables(tmp_path / "cluster") == tables(tmp_path / "local") and "evidence.csv" in tables(tmp_path / "local")
    assert parts(tmp_path / "cluster").keys() == parts(tmp_path / "local").keys()


@pytest.mark.long
def test_a_scheduler_that_dies_is_said_in_one_sentence_and_nothing_of_dask(loopback, tmp_path):
    (tmp_path / "rich.yaml").write_text(dump(rich()), encoding="utf-8")
    loopback.ready(workers=1)
    with jobcentre(tmp_path, "run", "rich.yaml", "--replications", 50, "--cluster", loopback.address, "--out", "x") as process:
        wait_until(lambda: parts(tmp_path / "x") or process.poll() is not None, "the first replication")
        loopback.scheduler.kill()
        said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said, complaint.count("\n")) == (2, "", 1) and complaint.startswith("The "), complaint
    assert complaint.endswith("the same command goes on from there.\n") and parts(tmp_path / "x")


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_drops_the_jobs_and_leaves_the_cluster_as_it_was(loopback, tmp_path):
    (tmp_path / "rich.yaml").write_text(dump(rich()), encoding="utf-8")
    loopback.ready(workers=1)
    with jobcentre(tmp_path, "run", "rich.yaml", "--replications", 200, "--cluster", loopback.address, "--out", "x") as process:
        wait_until(lambda: parts(tmp_path / "x") or process.poll() is not None, "the first replication")
        os.killpg(process.pid, signal.SIGINT)
        said, complaint = process.communicate(timeout=30)
    assert (process.returncode, said, complaint) == (130, "", "stopped; with --out, the same command goes on from here\n")
    assert loopback.scheduler.poll() is None and loopback.workers[0].poll() is None
    wait_until(lambda: tasks_left(loopback.address) == 0, "dropping the jobs", 20)
    assert parts(tmp_path / "x") and not (tmp_path / "x" / ".lock").exists()


@pytest.mark.long
def test_workers_with_other_source_or_none_are_said(loopback, tmp_path, monkeypatch):
    """Real ones, which find another package of this name before the one that is installed."""
    shutil.copytree(ROOT / "sim", tmp_path / "edited" / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "edited" / "sim" / "calendar.py").open("a") as source:
        source.write("# edited\n")
    (tmp_path / "none" / "sim").mkdir(parents=True)
    (tmp_path / "none" / "sim" / "__init__.py").write_text("raise ImportError('not installed')")
    monkeypatch.setattr(dask, "PATIENCE", 5.0)
    said = {"edited": r"another version .*: source \w{16} there and \w{16} here$", "none": "since its workers left, as they do at once"}
    for name, words in said.items():
        loopback.ready(workers=0).worker(path=tmp_path / name)
        with pytest.raises(RunError, match=words):
            run(tiny(), replications=2, cluster=loopback.address, out=tmp_path / "x")
        loopback.end()
    loopback.ready(workers=0, scheduler=tmp_path / "none").worker()
    with pytest.raises(RunError, match=rf"^the scheduler at {loopback.address} cannot read the jobs: it needs this package"):
        run(tiny(), replications=2, cluster=loopback.address, out=tmp_path / "x")
    loopback.end()
    assert not (tmp_path / "x").exists()
