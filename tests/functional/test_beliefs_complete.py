"""The beliefs themselves: each is in words, and no key of a scenario is without one."""

import inspect

import pytest

from tests.functional.beliefs import KINDS, beliefs, files
from tests.functional.test_levers import LEVERS, PRICES, SAYS_NOTHING_TO_THE_MODEL

ALL = beliefs()


def test_every_lever_has_a_belief():
    """Else a key could be added to the schema that nobody has said anything about."""
    named = {key for belief in ALL for key in belief.keys}
    levers = {*LEVERS, *PRICES}
    assert named - levers <= {*SAYS_NOTHING_TO_THE_MODEL}, "not keys of the schema"
    assert levers - named == set()


@pytest.mark.parametrize("belief", ALL, ids=lambda belief: belief.name)
def test_a_belief_is_a_sentence(belief):
    assert belief.kind in KINDS and belief.keys
    assert belief.words[:1].isupper() or belief.words[:1].isdecimal()
    assert belief.words.endswith(".") and 30 < len(belief.words) < 160


def test_every_test_of_a_belief_says_so():
    """But for tests of the tests."""
    marked = {(belief.module, belief.name) for belief in ALL}
    assert len(marked) == len(ALL) > 100
    for file in files():
        module = f"tests.functional.{file.stem}"
        names = {line.removeprefix("def ").partition("(")[0] for line in file.read_text(encoding="utf-8").splitlines()}
        unmarked = {name for name in names if name.startswith("test_")} - {name for where, name in marked if where == module}
        assert unmarked <= {name for name, _ in inspect.getmembers(inspect.getmodule(test_every_lever_has_a_belief))} | {
            "test_every_series_by_date_is_here"
        }


def test_every_kind_is_used():
    assert {belief.kind for belief in ALL} == {*KINDS}
