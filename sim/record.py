"""What one replication leaves behind: its columns, and the record that measures may use.

People belong to a home jobcentre, and minutes to the jobcentre that serves.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

HOME_COLUMNS = (
    "claims",
    "returns",
    "moved_in",
    "moved_out",
    "job_entries",
    "left",
    "waiting",
    "in_reviews",
    "on_programme",
    "on_list",
    "overdue",
    "late",
    "first_meetings_held",
    "first_meetings_missed",
    "reviews_held",
    "reviews_missed",
    "interval_days",
    "intervals",
    "delay_working_days",
    "bumped",
)
"""A day's figures by home jobcentre and age group. ``claims`` are new ones, ``returns`` those of people who claim again. At the close of
the day: ``waiting`` for a first meeting, ``in_reviews``, ``on_programme`` (without contact), ``on_list`` (without a booking),
``overdue`` (in reviews, due day reached) and ``late`` (anyone due more than 5 working days ago).
``interval_days`` sums the days since the meeting before, over ``intervals`` reviews held;
``delay_working_days`` the working days from due to held, over reviews held."""

SITE_COLUMNS = (
    "coach_minutes",
    "coach_minutes_booked",
    "coach_minutes_held",
    "coach_minutes_missed",
    "desk_minutes",
    "desk_minutes_booked",
    "desk_minutes_used",
    "coaches",
    "in_training",
)
"""A day's figures by the jobcentre that serves. Booked minutes are read from the diary, held and missed ones (for desks together:
used) from the appointments; ``coaches`` are full-time equivalents trained and in post."""

SECTOR_COLUMNS = ("vacancies", "searchers", "inflow", "entries", "others", "lapsed")
"""A day's figures by sector. At its close: ``vacancies``, and ``searchers``, claimants who are not on a programme without contact. In the
day: vacancies that came, that claimants filled, that others filled and that lapsed."""

COST_COLUMNS = ("coaches", "training", "estate")
"""Pounds a day by jobcentre: coaches in post; trainees and trainers; desks and temporary sites."""

EPISODE = np.dtype(
    [
        ("person", "i4"),
        ("programme", "u1"),
        ("area", "u2"),
        ("home", "u2"),
        ("age", "u1"),
        ("referred", "i4"),
        ("started", "i4"),
        ("ended", "i4"),
        ("end", "u1"),
    ],
    align=True,
)
"""One referral to a programme and what became of it, in the order of referral. ``home`` is the one on that day; days are -1 for not (yet);
``ended`` is the day on which the queue or the programme ended for the person, and ``end`` how."""

END = (
    "ongoing",
    "declined",
    "withdrew",
    "claim_ended_in_queue",
    "completed",
    "dropped_out",
    "completed_into_work",
    "entered_work_on_it",
    "left_on_it",
)
"""How an episode ended: ``end`` is the position here. ``ongoing`` is in the queue, or on the programme, at the end of the run."""

DECLINED = END.index("declined")
AFTER_START = END[END.index("completed") :]
"""The ways in which time on a programme ends."""

JOB_ENTRY, LEFT = 1, 2
"""How a claim ended (``exit_kind``); 0 while it goes on."""


class Record(Protocol):
    """What one replication leaves behind, of which a measure may use everything."""

    @property
    def start(self) -> dt.date: ...
    @property
    def days(self) -> int: ...
    @property
    def target_working_days(self) -> int:
        """The promise: a date for the first meeting offered within so many working days."""

    @property
    def works(self) -> NDArray[np.bool_]:
        """Whether each day of the run is a working day, shape (days,)."""

    @property
    def working_day_count(self) -> NDArray[np.int64]:
        """Working days up to and including each day from day 0, shape (days + some,); only differences mean anything."""

    @property
    def area_of_jobcentre(self) -> NDArray[Any]:
        """Index of the area, shape (J,); -1 for a temporary jobcentre."""

    @property
    def areas(self) -> tuple[str, ...]:
        """Names in order."""

    @property
    def by_home(self) -> NDArray[np.int64]:
        """Shape (days, J, age groups, len(HOME_COLUMNS))."""

    @property
    def by_site(self) -> NDArray[np.float64]:
        """Shape (days, J, len(SITE_COLUMNS))."""

    @property
    def people(self) -> NDArray[Any]:
        """A row per spell with fields area, home, age, claim, spell, offered, first_held, exit, exit_kind; days of the run, -1 for none."""

    @property
    def programmes(self) -> tuple[str, ...]:
        """Names in order, shape (K,)."""

    @property
    def episodes(self) -> NDArray[Any]:
        """Rows of EPISODE; ``programme`` counts in the order of ``programmes``."""

    @property
    def places_unused(self) -> NDArray[np.int64]:
        """Places that nobody in the queue took when they were given out, shape (days, K); -1 on days on which none are: outside the
        programme's dates, on other than working days and, for courses, on other than intake days."""

    @property
    def sectors(self) -> tuple[str, ...]:
        """Names in order; none without a labour market."""

    @property
    def by_sector(self) -> NDArray[np.float64]:
        """Shape (days, sectors, len(SECTOR_COLUMNS))."""

    @property
    def costs(self) -> NDArray[np.float64]:
        """Pounds, shape (days, J, len(COST_COLUMNS)), programmes apart."""

    @property
    def cost_per_start(self) -> NDArray[np.float64]:
        """Pounds by programme, shape (K,)."""
