"""Small scenarios in which the engine and the oracle once differed, most of them because a fault had been planted: now they agree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import sim
from sim.scenario.writing import dump
from tests.oracle.compare import compare
from tests.oracle.shrink import KEPT, replication_of

FILES = sorted(KEPT.iterdir())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_kept_scenario(file: Path) -> None:
    scenario = sim.load(file)
    seen = compare(scenario, scenario.seed, replication_of(file))
    assert seen["scenarios"] == 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_kept_file_says_what_it_is_for(file: Path) -> None:
    scenario, text = sim.load(file), file.read_text(encoding="utf-8")
    first, second, *_ = text.splitlines()
    assert first.startswith(f"# seed {scenario.seed}, replication {replication_of(file)}; found ")
    assert second.startswith(("# events: ", "# record: ", "# engine: ", "# oracle: "))
    assert file.name == f"{hashlib.sha256(dump(scenario).encode()).hexdigest()[:10]}-{replication_of(file)}.yaml"


def test_there_are_some() -> None:
    assert len(FILES) >= 20
