"""Planted faults: does anything notice when the package is wrong?

Each fault of :mod:`tests.validation.planted` is put into a copy of the project in a temporary folder, alone, and the copy is asked in a
process of its own what notices it: the oracle wherever it can see that far, and the tests named for the fault. All of these must pass in a
copy without a fault. No machine code comes along: a copy runs uncompiled or compiles anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.evidence import Section, root
from tests.validation.planted import PLANTED, Fault

SCENARIOS = 40
"""Random small scenarios on which the oracle is asked; the first that differs ends it."""
LONGEST = 900
"""Seconds that a copy may take on a busy machine."""
PARTS = ("sim", "tests", "scenarios", "pyproject.toml")
ANSWER = "noticed.json"
OPTIONS = ("-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:nbmake", "-o", "addopts=--import-mode=importlib", "--hypothesis-seed=0")
"""For pytest: nothing kept, no notebooks, the same examples every time."""
ORACLE = "oracle"
DETECTORS = {
    "tests/exact/": "exact",
    "tests/functional/test_beliefs": "beliefs",
    "tests/functional/test_story": "beliefs",
    "tests/functional/test_levers": "levers",
    "tests/functional/test_conservation": "conservation",
    "tests/functional/test_determinism": "determinism",
    "tests/unit/": "unit",
}
"""The sort of check that the tests of a folder or file are. Stored results of earlier runs notice any change, and so are none."""


class Catch(NamedTuple):
    """What noticed something: a sort of check, and where it did first."""

    detector: str
    first: str


class Finding(NamedTuple):
    """A fault and what noticed it, one of each sort; nothing, if ``catches`` is empty."""

    fault: Fault
    catches: list[Catch]


def section(workers: int = 2) -> Section:
    """Plant them all."""
    return told(*look(PLANTED, workers))


def look(faults: Sequence[Fault], workers: int) -> tuple[list[Finding], list[Catch]]:
    """What notices each fault, and what complains of a copy without one, of which all is asked that is asked of any fault.

    Raises:
        ValueError: at once, if a line to break has changed.
        RuntimeError: if a copy could not be asked, as where a test that is named is not there.
    """
    for fault in faults:
        fault.planted(root() / "sim")
    with ThreadPoolExecutor(workers) as pool:
        sound = [pool.submit(ask, *everything(one for one in faults if one.compiled is compiled), compiled) for compiled in (False, True)]
        found = pool.map(lambda fault: ask((fault,), fault.tests, scenarios(fault), fault.compiled), faults)
        findings = [Finding(fault, catches) for fault, catches in zip(faults, found, strict=True)]
        return findings, [catch for one in sound for catch in one.result()]


def everything(faults: Iterable[Fault]) -> tuple[tuple[Fault, ...], tuple[str, ...], int]:
    """Nothing to plant, all tests that these faults name, and scenarios if any of them needs some."""
    tests: dict[str, None] = {}
    most = 0
    for fault in faults:
        tests |= dict.fromkeys(fault.tests)
        most = max(most, scenarios(fault))
    return (), tuple(tests), most


def scenarios(fault: Fault) -> int:
    """On how many the oracle is asked about a fault."""
    return SCENARIOS if fault.oracle_looks else 0


def ask(faults: Sequence[Fault], tests: Sequence[str], scenarios: int, compiled: bool = False) -> list[Catch]:
    """What complains of a copy of the project with these faults in it.

    Raises:
        ValueError: if a line to break has changed.
        RuntimeError: if the copy could not be asked.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as name:
        folder = Path(name).resolve()
        for part in PARTS:
            source = root() / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / part)
        for fault in faults:
            fault.plant(folder / "sim")
        env = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": str(int(not compiled))}
        env.pop("NUMBA_CACHE_DIR", None)
        command = [sys.executable, "-m", "tests.validation.faults", str(scenarios), *tests]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=LONGEST)
        if done.returncode:
            what = ", ".join(fault.name for fault in faults) or "no fault"
            raise RuntimeError(f"the copy with {what} could not be asked:\n{done.stdout}{done.stderr}")
        return [Catch(*one) for one in json.loads((folder / ANSWER).read_text(encoding="utf-8"))]


# ---- in the copy


class Listener:
    """Tests that fail, as pytest tells of them."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def answer(scenarios: int, tests: Sequence[str]) -> None:
    """Write down what complains of the package that is here."""
    import sim

    here = Path.cwd()
    if here not in Path(sim.__file__).parents:
        raise RuntimeError(f"not the copy's package: {sim.__file__}")
    listener = Listener()
    if tests:  # before the oracle, whose imports pytest would find done
        code = pytest.main([*OPTIONS, *tests], [listener])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not listener.failed:
            raise RuntimeError(f"pytest ended with {code!r}")
    difference = ask_the_oracle(scenarios)
    catches = {ORACLE: difference} if difference else {}
    for test in listener.failed:
        catches.setdefault(next(name for start, name in DETECTORS.items() if test.startswith(start)), test)
    (here / ANSWER).write_text(json.dumps(list(catches.items())), encoding="utf-8")


def ask_the_oracle(scenarios: int) -> str:
    """The first of so many random small scenarios on which the engine differs from the oracle, and in what; empty if it does on none."""
    from tests.oracle.compare import hold
    from tests.oracle.strategies import numbered

    for number in range(scenarios):
        if difference := hold(numbered(number)).difference:
            return f"random scenario {number}, {difference.partition(':')[0]}"
    return ""


# ---- on the page


def told(findings: Sequence[Finding], complaints: Sequence[Catch]) -> Section:
    """What was found, in words."""
    missed = [finding.fault for finding in findings if not finding.catches]
    counts = Counter(catch.detector for finding in findings for catch in finding.catches)
    alone = Counter(finding.catches[0].detector for finding in findings if len(finding.catches) == 1)
    failed = [f"nothing notices that {fault.name} (sim/{fault.file})" for fault in missed]
    failed += [f"without a fault, {catch.detector} complains: {catch.first}" for catch in complaints]
    summary = f"{len(findings)} faults planted one at a time, {len(findings) - len(missed)} noticed"
    lines = ["| fault | sim/ | noticed by | also by |", "|---|---|---|---|"]
    for fault, catches in findings:
        first, also = ([_told(catch) for catch in some] for some in (catches[:1], catches[1:]))
        lines.append(f"| {fault.name} | {fault.file} | {first[0] if first else '**nothing**'} | {'; '.join(also)} |")
    by = ["| sort of check | faults it notices | of which it alone |", "|---|--:|--:|"]
    by += [f"| {name} | {counts[name]} | {alone[name]} |" for name in (ORACLE, *dict.fromkeys(DETECTORS.values())) if counts[name]]
    text = INTRODUCTION.format(scenarios=SCENARIOS, summary=summary, sound="everything passes" if not complaints else "**not all passes**")
    return Section("Planted faults", "\n".join([text, *by, "", *lines]), summary, failed)


def _told(catch: Catch) -> str:
    where = catch.first if catch.detector == ORACLE else f"`{catch.first.partition('[')[0].removeprefix('tests/')}`"
    return f"{catch.detector}: {where}"


INTRODUCTION = """\
A check is worth what it notices. Each fault below is a line or two that a tired modeller might write, put into a copy of the package,
alone, which then runs in a process of its own. The oracle is asked on up to {scenarios} random small scenarios and stops at the first
that differs: in the log of *events*, in the *record* beside it, or because the *engine* itself found that something does not add up. It
is not asked about what it shares with the engine (random numbers and the projected load), what it does not count, or what is made of a
finished run. Of all other tests only those are run that were named for the fault beforehand, so that more may notice it than are told
here. Stored results of earlier runs, which notice any change, are not counted. In a copy without a fault {sound}.

{summary}. What is caught shows that these mistakes would be found, not that there are no others.
"""


if __name__ == "__main__":
    answer(int(sys.argv[1]), sys.argv[2:])
