"""The part of ``make validate`` that holds the engine against the oracle at large: it fails, and keeps a file, if something differs."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from tests.oracle.shrink import difference, replication_of
from tests.validation.oracle import FIRST, RULES, Tally, compared, levers, never_moved, run, section, told

FEW = 3


def test_a_difference_is_named_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.model import simulation

    costs = simulation.running_costs
    monkeypatch.setattr(simulation, "running_costs", lambda *given: costs(*given) * 1.001)
    monkeypatch.setattr("tests.validation.oracle.SHRUNK", 1)
    page = section(1, FEW, tmp_path)
    assert page.summary == f"{FEW} random scenarios of every lever at once: {FEW} scenarios that differ"
    (file,) = tmp_path.iterdir()
    assert page.failed[0].startswith(f"random scenario {FIRST}, kept as tests/oracle/kept/{file.name}: record: pounds for coaches")
    assert page.failed[1] == f"{FEW - 1} more random scenarios differ"
    scenario = sim.load(file)
    assert difference(scenario, scenario.seed, replication_of(file)) == "record: " + page.failed[0].partition(": record: ")[2]
    monkeypatch.undo()
    assert difference(scenario, scenario.seed, replication_of(file)) == ""


@pytest.mark.long
def test_workers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.validation.oracle.BLOCK", 2)
    one, two = run(range(FIRST, FIRST + 6), 1), run(range(FIRST, FIRST + 6), 2)
    assert one == two and one.scenarios == 6 and one.events > 500 and not one.different


def test_what_never_happens_fails() -> None:
    page = told(Tally(scenarios=1), [])
    assert f"no random scenario has {next(iter(RULES))}" in page.failed
    assert f"no random scenario moves the lever {levers()[0]}" in page.failed
    assert len(page.failed) == len(RULES) + len(levers())


def test_a_lever_moves_once_it_takes_a_second_value() -> None:
    values = compared(range(FIRST, FIRST + FEW)).values
    assert set(values) == set(levers()) and "period.to" not in never_moved(values)
    assert "period.to" in never_moved(values | {"period.to": {"2021-02-01"}})
