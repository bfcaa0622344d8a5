"""Part of what a replication leaves behind, from which measures are computed.

An area's figures are those of its permanent jobcentres, where they count minutes or people on a day, and those of the people who claimed
there, where they follow people. A jobcentre's figures that follow people are those of the people whose home it was when they claimed.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.record import AFTER_START, COST_COLUMNS, DECLINED, END, HOME_COLUMNS, JOB_ENTRY, SECTOR_COLUMNS, SITE_COLUMNS, Record
from sim.survival import Curve, aalen_johansen, kaplan_meier


class View:
    """The part of a record that a measure is computed from.

    Args:
        record: one replication.
        jobcentre, area, age: which one, by index; all if left out. At most one is given.

    Attributes:
        split: by what it is chosen, such as ``("area", "programme")``; empty for everyone.
    """

    def __init__(self, record: Record, *, jobcentre: int | None = None, area: int | None = None, age: int | None = None) -> None:
        chosen = {"jobcentre": jobcentre, "area": area, "age_group": age}
        self.record = record
        self.first, self.days = 0, record.days
        self.split = tuple(name for name, index in chosen.items() if index is not None)
        self._run = _OfTheRun(record, jobcentre=jobcentre, area=area, age=age)

    def of_programme(self, programme: int) -> View:
        """The same for one programme only, by index: it has episodes and places, and no other figures."""
        part = self._copy()
        part.split = (*self.split, "programme")
        part._run = _OfTheRun(self.record, programme=programme, among=self._run.episodes)
        return part

    def during(self, first: int, days: int) -> View:
        """The same for some days only, and for the claims and referrals made on them (followed to the end of the run)."""
        part = self._copy()
        part.first, part.days = self.first + first, days
        return part

    def _copy(self) -> View:
        part = View.__new__(View)
        part.record, part.first, part.days, part.split, part._run = self.record, self.first, self.days, self.split, self._run
        return part

    def _in_these_days(self, by_day: NDArray[Any]) -> NDArray[Any]:
        return by_day[self.first : self.first + self.days]

    def _of_these_days(self, field: NDArray[Any], when: NDArray[Any]) -> NDArray[Any]:
        """A field of rows that are in the order of a day, of those whose day is one of these."""
        low, high = np.searchsorted(when, np.array([self.first, self.first + self.days], dtype=when.dtype))
        return field[low:high]

    def home(self, column: str) -> NDArray[np.int64]:
        """A column by day, shape (days,)."""
        return self._in_these_days(self._run.home)[:, HOME_COLUMNS.index(column)]

    def site(self, column: str) -> NDArray[np.float64]:
        """A column by day, shape (days,)."""
        return self._in_these_days(self._run.site)[:, SITE_COLUMNS.index(column)]

    def cost(self, column: str) -> NDArray[np.float64]:
        """Pounds by day, shape (days,)."""
        return self._in_these_days(self._run.costs)[:, COST_COLUMNS.index(column)]

    def sector(self, column: str) -> NDArray[np.float64]:
        """A column by day and sector, shape (days, sectors)."""
        if self.split:
            raise ValueError(f"{column} are those of the whole region")
        return self._in_these_days(self.record.by_sector)[:, :, SECTOR_COLUMNS.index(column)]

    def person(self, field: str) -> NDArray[Any]:
        """A field of the claims made in these days, returns included, shape (n,)."""
        return self._of_these_days(self._run.people[field], self._run.people["claim"])

    def episode(self, field: str) -> NDArray[Any]:
        """A field of the referrals made in these days, shape (n,)."""
        return self._of_these_days(self._run.episodes[field], self._run.episodes["referred"])

    def flow(self, what: str) -> NDArray[np.int64]:
        """Episodes by day, shape (days,): ``joined`` the queue, ``started``, or ended in one of the ways of END from ``withdrew`` on."""
        return self._in_these_days(self._run.flows[what])

    @property
    def in_queue(self) -> NDArray[np.int64]:
        """People in the queue of a programme at the close of each day, shape (days,)."""
        return self._in_these_days(self._run.in_queue)

    @property
    def on_it(self) -> NDArray[np.int64]:
        """People on a programme at the close of each day, whether contact goes on or not, shape (days,)."""
        return self._in_these_days(self._run.on_it)

    @property
    def programme_costs(self) -> NDArray[np.float64]:
        """Pounds of the starts by day, shape (days,)."""
        return self._in_these_days(self._run.programme_costs)

    @property
    def places_unused(self) -> NDArray[np.int64]:
        """Places of the programme that nobody took by day, shape (days,); -1 where none were given out."""
        if self.split != ("programme",):
            raise ValueError("places are of one programme, in the whole region")
        return self._in_these_days(self.record.places_unused)[:, self._run.programme]

    @property
    def caseload(self) -> NDArray[np.int64]:
        """People who meet a coach or wait to, at the close of each day, shape (days,)."""
        return self.home("waiting") + self.home("in_reviews")

    @property
    def works(self) -> NDArray[np.bool_]:
        """Whether each day is a working day, shape (days,)."""
        return self._in_these_days(self.record.works)

    @cached_property
    def job_entry(self) -> Curve:
        """Cumulative incidence of job entry by days since the claim, other leaving competing, of people's first claims in these days."""
        first = self.person("spell") == 0
        left_on = self.person("exit")[first]
        until = np.where(left_on >= 0, left_on, self.record.days - 1)
        return aalen_johansen(until - self.person("claim")[first], self.person("exit_kind")[first], JOB_ENTRY)

    def wait_until(self, field: str) -> Curve:
        """Working days from the claim (day 0) to a date, of claims made in these days; who leaves before it is censored on leaving."""
        until, seen = self._watched(self.person(field), self.person("exit"))
        count = self.record.working_day_count
        return kaplan_meier(count[until] - count[self.person("claim")], seen)

    @cached_property
    def wait_for_place(self) -> Curve:
        """Calendar days from joining the queue of a programme to the start, of those who joined it in these days.

        Who withdraws, or whose claim ends, is censored on that day.
        """
        joined = self.episode("end") != DECLINED
        started = self.episode("started")[joined]
        until, seen = self._watched(started, np.where(started >= 0, -1, self.episode("ended")[joined]))
        return kaplan_meier(until - self.episode("referred")[joined], seen)

    def _watched(self, when: NDArray[Any], gone: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The day until which each is watched for a date, and whether it was seen.

        Who is gone before that date is censored on going, and everyone whose date lies beyond the run on its last day.
        Some of those later dates are known already; counting them would favour the waits that were known early.
        """
        last = self.record.days - 1
        until = np.where((gone >= 0) & ((when < 0) | (gone < when)), gone, np.where(when < 0, last, np.minimum(when, last)))
        return until, until == when


class _OfTheRun:
    """What a view shows of the whole run. Each part is made when first asked for, and shared by the views of single weeks."""

    def __init__(
        self,
        record: Record,
        *,
        jobcentre: int | None = None,
        area: int | None = None,
        age: int | None = None,
        programme: int | None = None,
        among: NDArray[Any] | None = None,
    ) -> None:
        self.record, self.jobcentre, self.area, self.age, self.programme = record, jobcentre, area, age, programme
        self._among: NDArray[Any] = record.episodes if among is None else among

    def _mine(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Which rows of people or episodes are meant."""
        mine = np.ones(len(rows), dtype=bool)
        for field, index in (("home", self.jobcentre), ("area", self.area), ("age", self.age), ("programme", self.programme)):
            if index is not None:
                mine &= rows[field] == index
        return mine

    def _places(self, what: str, by_age: bool = False) -> NDArray[np.bool_]:
        """Which jobcentres are meant, shape (J,)."""
        if self.programme is not None or (self.age is not None and not by_age):
            raise ValueError(f"{what} do not split by {'age group' if self.programme is None else 'programme'}")
        places = np.ones(len(self.record.area_of_jobcentre), dtype=bool)
        if self.jobcentre is not None:
            places = np.arange(len(places)) == self.jobcentre
        if self.area is not None:
            places &= self.record.area_of_jobcentre == self.area
        return places

    @cached_property
    def home(self) -> NDArray[np.int64]:
        ages = slice(None) if self.age is None else slice(self.age, self.age + 1)
        by_day: NDArray[np.int64] = self.record.by_home[:, self._places("a day's figures", by_age=True), ages].sum(axis=(1, 2))
        return by_day

    @cached_property
    def site(self) -> NDArray[np.float64]:
        by_day: NDArray[np.float64] = self.record.by_site[:, self._places("minutes and coaches")].sum(axis=1)
        return by_day

    @cached_property
    def costs(self) -> NDArray[np.float64]:
        by_day: NDArray[np.float64] = self.record.costs[:, self._places("costs")].sum(axis=1)
        return by_day

    @cached_property
    def people(self) -> dict[str, NDArray[Any]]:
        """Claims made in the run, in the order of their days, which is that of ids."""
        if self.programme is not None:
            raise ValueError("claims do not split by programme")
        people = self.record.people
        rows = np.flatnonzero(self._mine(people) & (people["claim"] >= 0))
        return {name: people[name][rows] for name in ("claim", "spell", "offered", "first_held", "exit", "exit_kind")}

    @cached_property
    def episodes(self) -> NDArray[Any]:
        """Rows of EPISODE, in the order of the days of referral."""
        return self._among[self._mine(self._among)]

    @cached_property
    def flows(self) -> dict[str, NDArray[np.int64]]:
        rows, end = self.episodes, self.episodes["end"]

        def by_day(field: str, which: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(rows[field][which], minlength=self.record.days)

        flows = {"joined": by_day("referred", end != DECLINED), "started": by_day("started", rows["started"] >= 0)}
        return flows | {END[code]: by_day("ended", end == code) for code in range(DECLINED + 1, len(END))}

    @cached_property
    def in_queue(self) -> NDArray[np.int64]:
        flows = self.flows
        return np.cumsum(flows["joined"] - flows["started"] - flows["withdrew"] - flows["claim_ended_in_queue"])

    @cached_property
    def on_it(self) -> NDArray[np.int64]:
        return np.cumsum(self.flows["started"] - np.sum([self.flows[how] for how in AFTER_START], axis=0))

    @cached_property
    def programme_costs(self) -> NDArray[np.float64]:
        started, programme = self.episodes["started"], self.episodes["programme"]
        on = started >= 0
        by_day: NDArray[Any] = np.bincount(started[on], weights=self.record.cost_per_start[programme[on]], minlength=self.record.days)
        return by_day.astype(np.float64, copy=False)
