"""What the oracle has in common with the package: found in its source, so that nothing can come to be shared unnoticed."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent
MODEL = "tests.oracle.model"
"""The oracle itself. What compares, counts and draws scenarios stands outside it and may use the package as it likes."""

MAY_SHARE = {
    "sim.luck": "the luck: random numbers by person, purpose and date, and the two ways of making counts of them",
    "sim.scenario.schema": "the parsed scenario: its types and names",
    "sim.scenario.support": "the parsed scenario: its types and names",
    "sim.scenario.numbers": "the parsed scenario: its numbers, and the value of a series on a date",
    "sim.calendar.bank_holidays": "the table of bank holidays, which is data",
    "sim.scenario.load_check.opening_load": "the projected load of the first month (rules, section 8), which spreads the last reviews of "
    "those already there on the first day; tests/oracle/test_opening_load.py holds it against one worked out from the rules",
    "sim.record.COST_COLUMNS": "the names of three columns",
}
"""Modules of the package, or single things in one, and what they are."""


def files() -> list[Path]:
    """The modules of the oracle: the model and all of the folder that it imports, directly or not."""
    found, todo = set(), [MODEL]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [module for module, _ in imports(path(name)) if module.startswith("tests.")]
    return sorted(path(name) for name in found)


def path(module: str) -> Path:
    return HERE.parents[1] / f"{module.replace('.', '/')}.py"


def imports(file: Path) -> list[tuple[str, str]]:
    """Every import of a file, wherever in it: module and name (empty where the module itself is imported)."""
    out = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{file.name} imports by a relative name, which is not followed")
            out += [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            out += [(alias.name, "") for alias in node.names]
    return out


def shared() -> dict[str, set[str]]:
    """What the oracle imports from the package, by what it is allowed as; under ``""`` whatever is not allowed."""
    out: dict[str, set[str]] = {}
    for file in [*files(), HERE / "costs.py"]:
        for module, name in imports(file):
            if module.partition(".")[0] == "sim":
                whole = f"{module}.{name}" if name else module
                allowed = next((one for one in MAY_SHARE if one in (module, whole)), "")
                out.setdefault(allowed, set()).add(whole)
    return out
