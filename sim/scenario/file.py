"""Scenario files: read one, let it extend another, change it, check it; write one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.changes import changed
from sim.scenario.numbers import say
from sim.scenario.problems import nearest
from sim.scenario.schema import Scenario
from sim.scenario.tree import Node, Place, merge
from sim.scenario.writing import dump, fingerprint
from sim.scenario.yaml_text import read_yaml, refuse

__all__ = ["dump", "fingerprint", "load"]

LARGEST = 1_000_000
"""Bytes a scenario file may have; tables of thousands of rows do not belong in it."""


def load(path: str | os.PathLike[str], changes: Iterable[str | tuple[str, Any]] = ()) -> Scenario:
    """Read, extend, change and check a scenario file.

    Args:
        path: a YAML file; with ``extends: other.yaml`` it says only how it differs from that one.
        changes: applied last, each ``KEY=VALUE`` as on the command line, or a pair of key and value.

    Raises:
        ScenarioError: everything that is wrong, with file, line and column.
    """
    return changed(read(FilePath(path)), changes)


def read(path: FilePath, chain: tuple[FilePath, ...] = ()) -> Node:
    """The tree of a file, merged over those that it extends."""
    node = read_yaml(_content(path), str(path))
    if not isinstance(node.value, dict):
        refuse(node.at, f"expected a map with the keys of a scenario, not {say(node.value)}")
    base = node.value.get("extends")
    if base is None:
        return node
    if not isinstance(base.value, str):
        refuse(base.at, f"expected the name of a file, not {say(base.value)}", "extends")
    other = path.parent / base.value
    seen = (*chain, path.resolve())
    if other.resolve() in seen:
        refuse(base.at, f"goes round in a circle: {' extends '.join(p.name for p in (*seen, other))}", "extends")
    if not other.is_file():
        near = nearest(base.value, (p.name for p in other.parent.glob("*.yaml"))) if other.parent.is_dir() else ""
        refuse(base.at, f"no file '{base.value}'", "extends", near)
    own = Node({key: item for key, item in node.value.items() if key != "extends"}, node.at)
    return merge(read(other, seen), own)


def _content(path: FilePath) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        near = nearest(path.name, (p.name for p in path.parent.glob("*.yaml"))) if isinstance(error, FileNotFoundError) else ""
        refuse(Place(str(path)), f"cannot be read: {(error.strerror or 'unknown reason').lower()}", hint=near)
    if len(data) > LARGEST:
        refuse(Place(str(path)), f"expected at most {LARGEST:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(Place(str(path), line, error.start - data.rfind(b"\n", 0, error.start)), "expected text in UTF-8")
