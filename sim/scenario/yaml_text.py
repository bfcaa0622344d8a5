"""YAML text as a tree that knows the place of every value, without what can surprise in YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from sim.scenario.numbers import say
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.tree import Node, Place, text

DEEPEST = 32
"""Levels of maps and lists within one another."""


def read_yaml(content: str, file: str) -> Node:
    """The tree of one YAML 1.2 document.

    Raises:
        ScenarioError: for a syntax error, and for what YAML allows but a scenario does not need: anchors, aliases, merge keys,
            tags, directives, several documents, duplicate keys, maps as keys, nesting deeper than 32 levels.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        return _document(yaml, iter(yaml.parse(content)), file)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark, file) if mark else Place(file, 1, 1)
        refuse(place, f"not valid YAML: {error.problem or error.context}")
    except ReaderError as error:
        line = content.count("\n", 0, error.position)
        column = error.position - content.rfind("\n", 0, error.position)
        refuse(Place(file, line + 1, column), "a character that YAML does not allow")
    except YAMLError as error:
        refuse(Place(file, 1, 1), f"not valid YAML: {str(error).splitlines()[0]}")


def _document(yaml: YAML, events: Iterator[Event], file: str) -> Node:
    root: Node | None = None
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                refuse(_place(event.start_mark, file), "expected one document, not several")
            if event.version or event.tags:
                refuse(_place(event.start_mark, file), "expected no YAML directive")
        elif isinstance(event, NodeEvent):
            root = _node(yaml, event, events, file, 0)
    return root or Node(None, Place(file, 1, 1))


def _node(yaml: YAML, event: Any, events: Iterator[Event], file: str, depth: int, key_at: Place | None = None) -> Node:
    at = _place(event.start_mark, file)
    if isinstance(event, AliasEvent) or event.anchor:
        refuse(at, "anchors and aliases are not used here: write the value out, or extend a file")
    if event.tag:
        refuse(at, f"tags such as {event.tag} are not used here")
    if depth > DEEPEST:
        refuse(at, f"expected at most {DEEPEST} levels of maps and lists")
    if isinstance(event, ScalarEvent):
        return Node(_scalar(yaml, event, at), at, key_at)
    if isinstance(event, SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(_node(yaml, event, events, file, depth + 1))
        return Node(items, at, key_at)
    assert isinstance(event, MappingStartEvent)
    children: dict[Any, Node] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        key = _node(yaml, event, events, file, depth + 1)
        if isinstance(key.value, (dict, list)) or key.value is None:
            refuse(key.at, f"expected a name, number or date as a key, not {say(key.value)}")
        if key.value in children:
            first = children[key.value].key_at
            assert first is not None
            refuse(key.at, f"the key '{text(key.value)}' is already there, on line {first.line}")
        children[key.value] = _node(yaml, next(events), events, file, depth + 1, key.at)
    return Node(children, at, key_at)


def _scalar(yaml: YAML, event: ScalarEvent, at: Place) -> Any:
    """The value of a scalar by the rules of YAML 1.2; the text itself where it only looks like a date."""
    tag = yaml.resolver.resolve(ScalarNode, event.value, event.implicit)
    if str(tag).endswith((":merge", ":value")):
        refuse(at, f"'{event.value}' is not used here: write the keys out, or extend a file")
    try:
        return yaml.constructor.construct_object(ScalarNode(tag, event.value))
    except ValueError:
        return event.value


def _place(mark: StreamMark, file: str) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def refuse(at: Place, message: str, key: str = "", hint: str = "") -> NoReturn:
    """Stop at once, with one problem."""
    raise ScenarioError([Problem(at.file, at.line, at.column, key, message, hint)])
