"""A jobseeker is a row.

Rows are narrow (48 bytes), so that a jobcentre's people stay near the processor; what is seldom needed stands in tables by person id.
Days are days of the run; days before it are negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

JIT_DISABLED = bool(getattr(numba.config, "DISABLE_JIT", 0))

Row = Any
"""One row in compiled code, whose fields read as attributes: more than NumPy's types can say."""
Rows = Any
"""An array of such rows."""

NONE = -1
"""No booking."""
NEVER = -32768
"""No meeting held yet."""

WAITING, REVIEWS, ON_PROGRAMME, WORK, LEFT = range(5)
"""States: waiting for a first meeting, in reviews, on a programme without contact, in work, left for another reason. The first three
are on the claim."""

FIRST, REVIEW, YOUTH_HUB = range(3)
"""Kinds of appointment. Whose home is a youth hub has its meetings instead of reviews."""

FACE_TO_FACE, PHONE = range(2)
"""Channels. Phone stands for every way that needs no desk."""

BY_PHONE, LOST_EARLY, IN_QUEUE = 1, 2, 4
"""Traits: the last meeting held was by phone; a meeting was lost early in the spell; in the queue of a programme."""

PERSON = np.dtype(
    [
        ("job", "i8"),  # what is left of the threshold for entering work, in units
        ("leaving", "i8"),  # what is left of the threshold for leaving otherwise, in units
        ("id", "i4"),
        ("home", "i2"),  # whose caseload it is
        ("claim", "i2"),
        ("due", "i2"),  # of the appointment asked for
        ("requested", "i2"),
        ("booked", "i2"),  # day, or NONE: on the waiting list
        ("serving", "i2"),  # jobcentre of the booking
        ("minutes", "i2"),  # of the booking
        ("last_held", "i2"),  # day of the last meeting held, or NEVER
        ("interval", "i2"),  # days between the last two meetings held; 0 if there were no two
        ("count", "i2"),  # appointments held or missed
        ("state", "u1"),
        ("kind", "u1"),  # of the appointment asked for
        ("channel", "u1"),  # of the booking
        ("age", "u1"),
        ("remote", "u1"),  # can be served by phone
        ("sector", "u1"),
        ("standing", "u1"),  # of K programmes: 0 none, k + 1 on the k-th, K + k + 1 completed the k-th last
        ("traits", "u1"),
    ],
    align=True,
)

SUBJECT = np.dtype([("name", "i8"), ("number", "i4"), ("date", "i4")], align=True)
"""Whose luck it is, by person id: a :class:`sim.luck.Subject` as a row."""

MARK = np.dtype(
    [
        ("programme", "u1"),  # in whose queue, or on which
        ("drops", "u1"),  # whether they drop out in the end
        ("completed", "u1"),  # 1 + the one completed last in this spell, 0 for none
        ("started", "u4"),  # a bit for every programme ever started
        ("before", "u2"),  # appointments before the referral
        ("joined", "i4"),  # day
        ("until", "i4"),  # in the queue: the day they give up; on the programme: its last
        ("episode", "i4"),  # row of the referral
    ],
    align=True,
)
"""What is known of someone in the queue of a programme or on it, by person id."""

HISTORY = np.dtype(
    [
        ("area", "u2"),
        ("origin", "u2"),
        ("home", "u2"),
        ("age", "u1"),
        ("claim", "i4"),
        ("spell", "u1"),
        ("earlier", "i4"),
        ("offered", "i4"),
        ("first_held", "i4"),
        ("exit", "i4"),
        ("exit_kind", "u1"),
        ("held", "i4"),
        ("missed", "i4"),
    ],
    align=True,
)
"""What a run remembers of everyone, by person id: home at entry, number of the spell and the id of the one before, first date offered,
first meeting held, how the claim ended
(0 not, 1 job entry, 2 left), appointments held and missed. Days are NONE where there was none."""


def raw(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Rows as plain bytes, which are copied whole instead of field by field."""
    return rows.view(np.ndarray).view(_bytes(rows.dtype.itemsize))


@cache
def _bytes(size: int) -> np.dtype[np.void]:
    """Made once: NumPy forgets an exception that comes while it makes such a type, such as that of Ctrl-C."""
    return np.dtype((np.void, size))


def joined(parts: Sequence[NDArray[np.void]], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Rows one after another; NumPy would first look at every field of every part."""
    if not parts:
        return np.zeros(0, dtype=dtype)
    return np.concatenate([raw(part) for part in parts]).view(dtype)


def records(rows: int, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Empty rows for compiled functions, whose fields read as attributes there.

    Uncompiled, only a record array reads so; compiled, one would be seven times as slow to hand over.
    """
    empty = np.zeros(rows, dtype=dtype)
    return empty.view(np.recarray) if JIT_DISABLED else empty


class Register:
    """Everyone who has come so far, by person id.

    Attributes:
        n: how many.
        subjects, history, marks: rows of SUBJECT, HISTORY and (where there are programmes) MARK, at least ``n`` of them.
    """

    def __init__(self, expected: int, with_marks: bool) -> None:
        self.n, self.with_marks = 0, with_marks
        self.subjects, self.history = records(expected, SUBJECT), records(expected, HISTORY)
        self.marks = records(expected if with_marks else 0, MARK)

    def add(self, subjects: NDArray[np.void], history: NDArray[np.void], marks: NDArray[np.void] | None = None) -> NDArray[np.int64]:
        """Write down people who have just come; returns their ids."""
        new = slice(self.n, self.n + len(subjects))
        if new.stop > len(self.subjects):
            self._grow(max(new.stop, len(self.subjects) * 5 // 4))
        raw(self.subjects)[new], raw(self.history)[new] = raw(subjects), raw(history)
        if marks is not None:
            self.marks[new] = marks
        self.n = new.stop
        return np.arange(new.start, new.stop)

    def _grow(self, rows: int) -> None:
        for name in ("subjects", "history", "marks") if self.with_marks else ("subjects", "history"):
            old = getattr(self, name)
            larger = records(rows, old.dtype)
            larger[: self.n] = old[: self.n]
            setattr(self, name, larger)
