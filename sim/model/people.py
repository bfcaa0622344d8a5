"""A jobseeker is a row.

Rows are narrow (48 bytes), so that a jobcentre's people stay near the processor; what is seldom needed stands in tables by person id.
Days are days of the run; days before it are negative.
"""

from __future__ import annotations

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

WAITING, REVIEWS, WORK, LEFT = range(4)
"""States: waiting for a first meeting, in reviews, in work, left for another reason. The first two are on the claim."""

FIRST, REVIEW = range(2)
"""Kinds of appointment."""

FACE_TO_FACE, PHONE = range(2)
"""Channels. Phone stands for every way that needs no desk."""

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
        ("missed", "i2"),  # of these
        ("state", "u1"),
        ("kind", "u1"),  # of the appointment asked for
        ("channel", "u1"),  # of the booking
        ("age", "u1"),
        ("remote", "u1"),  # can be served by phone
    ],
    align=True,
)

SUBJECT = np.dtype([("name", "i8"), ("number", "i4"), ("date", "i4")], align=True)
"""Whose luck it is, by person id: a :class:`sim.luck.Subject` as a row."""

HISTORY = np.dtype(
    [
        ("area", "u2"),
        ("origin", "u2"),
        ("home", "u2"),
        ("age", "u1"),
        ("claim", "i4"),
        ("offered", "i4"),
        ("first_held", "i4"),
        ("exit", "i4"),
        ("exit_kind", "u1"),
        ("held", "i4"),
        ("missed", "i4"),
    ],
    align=True,
)
"""What a run remembers of everyone, by person id: home at entry, first date offered, first meeting held, how the claim ended
(0 not, 1 job entry, 2 left), appointments held and missed. Days are NONE where there was none."""


def records(rows: int, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Empty rows for compiled functions, whose fields read as attributes there.

    Uncompiled, only a record array reads so; compiled, one would be seven times as slow to hand over.
    """
    empty = np.zeros(rows, dtype=dtype)
    return empty.view(np.recarray) if JIT_DISABLED else empty
