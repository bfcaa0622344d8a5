"""Faults put into a copy of the engine by hand: the oracle must catch every one of them.

Each is one line that a tired modeller might write. The copy runs uncompiled on the first random scenarios, in a process of its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAULTS = {
    "a review is asked for a day late": (
        "model/working_day.py",
        "r.due = days[today + 7 *",
        "r.due = days[today + 1 + 7 *",
    ),
    "the reserve for first meetings is never released": (
        "model/working_day.py",
        "kept = reserve_share if kind != FIRST and i + 1 > reserve_until else 0.0\n            serving",
        "kept = reserve_share if kind != FIRST else 0.0\n            serving",
    ),
    "trainees see people": (
        "scenario/capacity.py",
        "worked - int(cohort.training_working_days)",
        "worked",
    ),
    "the hazard of the wrong age group": (
        "model/working_day.py",
        "hazards[rule.table, r.age,",
        "hazards[rule.table, 0,",
    ),
    "the first in the clerk's order are bumped first": (
        "model/working_day.py",
        "for i in range(m - 1, -1, -1):",
        "for i in range(m):",
    ),
    "people of the same day share their luck": (
        "model/working_day.py",
        "int(subject.number), int(subject.date), purpose, count)",
        "0, int(subject.date), purpose, count)",
    ),
    "a cut announced ahead is seen only on its day": (
        "model/simulation.py",
        "ahead=self.learnt_on == today",
        "ahead=False",
    ),
}

SEARCH = """
import sys
import sim
assert sim.__file__.startswith(sys.argv[1]), sim.__file__
from tests.oracle.compare import engine_events
from tests.oracle.model import run_oracle
from tests.oracle.strategies import numbered
for number in range(60):
    scenario = numbered(number)
    try:
        same = engine_events(scenario, 1, 0) == run_oracle(scenario, 1, 0)
    except Exception as error:
        same = False
        print(type(error).__name__, end=" ")
    if not same:
        sys.exit(f"caught by scenario {number}")
"""


def search(folder: Path) -> subprocess.CompletedProcess[str]:
    """Compare the engine in a folder with the oracle until they differ."""
    env = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", SEARCH, str(folder)], cwd=folder, env=env, capture_output=True, text=True, timeout=250)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught(name: str, tmp_path: Path) -> None:
    file, right, wrong = FAULTS[name]
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    source = (tmp_path / "sim" / file).read_text()
    assert source.count(right) == 1, f"the line to break has changed: {right!r} in {file}"
    (tmp_path / "sim" / file).write_text(source.replace(right, wrong))
    outcome = search(tmp_path)
    assert outcome.returncode == 1 and "caught by scenario" in outcome.stderr, outcome.stdout + outcome.stderr
