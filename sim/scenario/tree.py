"""A scenario as read: plain values, each with the place it was written at, and the rule by which one file extends another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Path = tuple[Any, ...]
"""Keys and list positions from the root of a scenario to a value."""


@dataclass(frozen=True)
class Place:
    """Where something was written: a file with line and column from 1, or a change without."""

    file: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Node:
    """A value (a scalar, a dict of nodes or a list of nodes), where it stands, and where its key stands."""

    value: Any
    at: Place
    key_at: Place | None = None


def grow(data: Any, at: Place) -> Node:
    """A tree from plain data, all of it at one place."""
    if isinstance(data, Mapping):
        return Node({key: grow(item, at) for key, item in data.items()}, at, at)
    if isinstance(data, Sequence) and not isinstance(data, str):
        return Node([grow(item, at) for item in data], at, at)
    if isinstance(data, np.generic):
        return grow(data.item(), at)
    if isinstance(data, dt.datetime) and data.time() == dt.time():
        return Node(data.date(), at, at)
    return Node(data, at, at)


def moved(node: Node, at: Place) -> Node:
    """The same values, all at one place."""
    if isinstance(node.value, dict):
        return Node({key: moved(item, at) for key, item in node.value.items()}, at, at)
    if isinstance(node.value, list):
        return Node([moved(item, at) for item in node.value], at, at)
    return Node(node.value, at, at)


def plain(node: Node) -> Any:
    """The values alone. A key with the value ``null`` is as good as left out."""
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items() if item.value is not None}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def merge(base: Node, over: Node) -> Node:
    """What extending means: maps merge, lists and numbers are replaced whole, ``null`` removes a key.

    A number written as a map is replaced whole too, so that a new value never keeps the source of the old one.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)) or _is_number(over):
        return over
    children = dict(base.value)
    for key, item in over.value.items():
        if item.value is None:
            children.pop(key, None)
        else:
            children[key] = merge(children[key], item) if key in children else item
    return Node(children, over.at, over.key_at)


def put(node: Node | None, path: Path, new: Node) -> Node:
    """The tree with one value merged in at a path, or removed where it is ``null``."""
    if not path:
        return new if node is None else merge(node, new)
    key, rest = path[0], path[1:]
    if node is not None and isinstance(node.value, list):
        return Node([put(n, rest, new) if i == key else n for i, n in enumerate(node.value)], node.at, node.key_at)
    children = dict(node.value) if node is not None and isinstance(node.value, dict) else {}
    if not rest and new.value is None:
        children.pop(key, None)
    else:
        children[key] = put(children.get(key), rest, new)
    return Node(children, *((new.at, new.key_at) if node is None else (node.at, node.key_at)))


def find(tree: Node, path: Path) -> Node | None:
    """The node at a path, if there is one."""
    node: Node | None = tree
    for key in path:
        if node is None:
            return None
        if isinstance(node.value, dict):
            node = node.value.get(key)
        elif isinstance(node.value, list) and isinstance(key, int) and 0 <= key < len(node.value):
            node = node.value[key]
        else:
            return None
    return node


def text(key: object) -> str:
    """A key as people write it."""
    written = key.isoformat() if isinstance(key, dt.date) else str(key)
    return written if written.isprintable() else repr(written)


def dotted(path: Path) -> str:
    """A path as people write it, and as ``--set`` takes it."""
    return ".".join(map(text, path))


def _is_number(node: Node) -> bool:
    keys = node.value.keys()
    return "value" in keys or "by_date" in keys or (bool(keys) and all(map(_is_date, keys)))


def _is_date(key: object) -> bool:
    if isinstance(key, str):
        try:
            dt.date.fromisoformat(key)
        except ValueError:
            return False
        return True
    return isinstance(key, dt.date)
