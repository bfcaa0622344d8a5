"""The oracle shares nothing with the engine but the parsed scenario, the luck, and what is named beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle import independence
from tests.oracle.independence import MAY_SHARE, files, imports, shared


def test_nothing_else_is_shared() -> None:
    found = shared()
    assert set(found) == set(MAY_SHARE), found.get("")
    assert not any(name.startswith("sim.model") for names in found.values() for name in names)


def test_the_whole_oracle_is_looked_at() -> None:
    assert {file.stem for file in files()} == {"model", "job_entry", "programmes", "clerk", "run", "people", "capacity"}


def test_no_module_is_loaded_by_other_means() -> None:
    assert not [file.name for file in files() if "import_module" in file.read_text() or "__import__" in file.read_text()]


@pytest.mark.parametrize(
    "line", ["from sim.model import clerk", "import sim.model.clerk as clerk", "def f():\n    from sim.scenario.capacity import capacity"]
)
def test_a_new_import_is_noticed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "costs.py").write_text(line)
    (module, _), *_ = imports(tmp_path / "costs.py")
    assert module.startswith("sim.")
    monkeypatch.setattr(independence, "HERE", tmp_path)
    monkeypatch.setattr(independence, "files", lambda: [])
    assert list(shared()) == [""]
