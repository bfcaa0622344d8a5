"""The register of everyone who has come grows as people come back, and loses nothing."""

import numpy as np
import pytest

from sim.model.people import HISTORY, MARK, SUBJECT, Register, raw


def some(n, first=0):
    subjects, history = np.zeros(n, dtype=SUBJECT), np.zeros(n, dtype=HISTORY)
    subjects["number"] = history["claim"] = np.arange(first, first + n)
    return subjects, history


@pytest.mark.parametrize("expected", [0, 1, 7, 50])
def test_ids_follow_one_another_and_everyone_is_kept(expected):
    register = Register(expected, with_marks=True)
    ids = [register.add(*some(n, first)) for n, first in ((5, 0), (0, 5), (1, 5), (40, 6))]
    assert np.concatenate(ids).tolist() == list(range(46)) and register.n == 46
    for rows, name in ((register.subjects, "number"), (register.history, "claim")):
        assert len(rows) >= 46 and rows[name][:46].tolist() == list(range(46))
    assert len(register.marks) >= 46


def test_marks_are_empty_for_who_is_new_and_come_along_with_who_is_back():
    register = Register(2, with_marks=True)
    register.add(*some(2))
    register.marks["started"][1], register.marks["until"][1] = 5, 9
    back = np.zeros(3, dtype=MARK)
    back["started"] = 5, 0, 1
    register.add(*some(3, 2), back)
    assert register.marks["started"][:5].tolist() == [0, 5, 5, 0, 1]
    assert register.marks["until"][:5].tolist() == [0, 9, 0, 0, 0]
    register.add(*some(20, 5))
    assert register.marks["started"][:5].tolist() == [0, 5, 5, 0, 1] and not register.marks["started"][5:25].any()


def test_without_programmes_there_are_no_marks():
    register = Register(1, with_marks=False)
    register.add(*some(30))
    assert len(register.marks) == 0 and len(register.history) >= 30


def test_it_grows_by_a_part_of_what_there_is_not_by_one_at_a_time():
    """Else a day's returns would each copy everyone."""
    register, sizes = Register(1000, with_marks=True), set()
    for n in range(3000):
        register.add(*some(1, n))
        sizes.add(len(register.subjects))
    assert len(sizes) < 10


def test_ctrl_c_is_not_lost_while_rows_are_copied():
    """Making a type for each copy, NumPy forgets the exception of a signal that comes just then."""
    rows = np.zeros(3, dtype=MARK)
    assert raw(rows).dtype is raw(rows[:1]).dtype
