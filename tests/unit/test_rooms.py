"""Data falls one way: scenario, model, results, experiment, show, command. No import runs back up."""

import ast
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
ROOMS = ("shared", "scenario", "model", "results", "experiment", "show", "cli")
"""In the order in which data goes through; what all share stands first. ``sim`` itself, the public face, may use all but the command."""
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(module: str) -> str:
    """``sim.model.people`` is in the model, ``sim.luck`` is shared."""
    name = module.split(".")[1]
    return "cli" if name == "__main__" else name if name in ROOMS else "shared"


def imported(source: Path) -> list[str]:
    found = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [
        name for node in found for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    ]
    return [name for name in names if name.startswith("sim.")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_runs_back_up(source):
    here = room(".".join(("sim", *source.relative_to(PACKAGE).with_suffix("").parts)))
    higher = [name for name in imported(source) if ROOMS.index(room(name)) > ROOMS.index(here)]
    assert not higher, f"{here} uses {higher}"


def test_rooms_are_told_apart():
    assert [room(f"sim.{name}") for name in ("luck", "measures.journey", "model.people", "results")] == [
        "shared",
        "shared",
        "model",
        "results",
    ]
    assert {room(name) for source in SOURCES for name in imported(source)} == set(ROOMS)
