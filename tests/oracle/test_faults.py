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
        "model/clerk.py",
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
        "model/clerk.py",
        "for i in range(m - 1, -1, -1):",
        "for i in range(m):",
    ),
    "people of the same day share their luck": (
        "model/working_day.py",
        "int(who.number), int(who.date), MISSED_LUCK,",
        "0, int(who.date), MISSED_LUCK,",
    ),
    "a cut announced ahead is seen only on its day": (
        "model/simulation.py",
        "ahead=self.learnt_on == today",
        "ahead=False",
    ),
    "youth hubs take people of any age": (
        "model/claims.py",
        "(area == self.source) & (age == YOUNG) if",
        "area == self.source if",
    ),
    "a programme is started again": (
        "model/referral.py",
        " or (int(support.marks[r.id].started) >> k) & 1:",
        ":",
    ),
    "coaches meet again as if there had been no programme": (
        "model/referral.py",
        "r.last_held = NEVER",
        "pass",
    ),
    "what a programme did is forgotten when it ends": (
        "model/referral.py",
        "r.standing = len(support.programmes) + mark.completed if mark.completed > 0 else 0",
        "r.standing = 0",
    ),
    "places are given out at weekends": (
        "model/programmes.py",
        "if self.gives_out[today, k]:",
        "if self.open[today, k]:",
    ),
    "who joined the queue first has no precedence": (
        "model/programmes.py",
        'keys = [queue, marks["joined"]]',
        "keys = [queue]",
    ),
    "who starts a programme without contact still looks for work that day": (
        "model/referral.py",
        "support.by_sector[r.sector, SEARCHERS] -= 1",
        "pass",
    ),
    "who claims again has the luck of the first spell": (
        "model/returns.py",
        'subjects["number"] += 1 << 24',
        'subjects["number"] += 0',
    ),
    "a bumped meeting is not a lost one": (
        "model/clerk.py",
        "if today - int(r.claim) < early:",
        "if today - int(r.claim) < 0:",
    ),
}

UNBROKEN = 6
"""Scenarios to run without a fault: enough to see that the copy runs uncompiled."""

SEARCH = """
import sys
import sim
assert sim.__file__.startswith(sys.argv[1]), sim.__file__
from sim.model.ledger import ConservationError
from tests.oracle.compare import engine_events
from tests.oracle.model import run_oracle
from tests.oracle.strategies import numbered
for number in range(int(sys.argv[2])):
    scenario = numbered(number)
    try:
        same = engine_events(scenario, 1, 0) == run_oracle(scenario, 1, 0)
    except ConservationError:  # the engine's own check is faster
        same = False
    if not same:
        sys.exit(f"caught by scenario {number}")
"""


def search(folder: Path, scenarios: int = 60) -> subprocess.CompletedProcess[str]:
    """Compare the engine in a folder with the oracle until they differ."""
    env = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NUMBA_DISABLE_JIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", SEARCH, str(folder), str(scenarios)], cwd=folder, env=env, capture_output=True, text=True, timeout=250
    )


def copy(folder: Path) -> Path:
    """A copy of the package in a folder."""
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_without_a_fault_nothing_is_caught(tmp_path: Path) -> None:
    outcome = search(copy(tmp_path), UNBROKEN)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught(name: str, tmp_path: Path) -> None:
    file, right, wrong = FAULTS[name]
    source = (copy(tmp_path) / "sim" / file).read_text()
    assert source.count(right) == 1, f"the line to break has changed: {right!r} in {file}"
    (tmp_path / "sim" / file).write_text(source.replace(right, wrong))
    outcome = search(tmp_path)
    assert outcome.returncode == 1 and "caught by scenario" in outcome.stderr, outcome.stdout + outcome.stderr
