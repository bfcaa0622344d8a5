"""Programmes: whom coaches may refer, how many can start, and who does (rules, section 9).

What happens to one person is in :mod:`sim.model.referral`; here is what people share. Every day, after jobseekers have been seen, places
are given out over the whole region.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.calendar import Calendar
from sim.luck import UNITS, Luck, Purpose, exponential_units, name_hash
from sim.model.ledger import ConservationError, Event
from sim.model.people import IN_QUEUE, records
from sim.model.referral import OFFER, PROGRAMME
from sim.record import END, EPISODE
from sim.scenario.capacity import NEVER
from sim.scenario.numbers import Number
from sim.scenario.rates import daily_hazard
from sim.scenario.schema import AGE_GROUPS, Scenario
from sim.scenario.supply import days_open, intake_days, supply
from sim.scenario.support import Programme

if TYPE_CHECKING:
    from sim.model.jobcentre import Pool, Surroundings

WITHDREW = END.index("withdrew")


class Programmes:
    """All programmes of a scenario, by name.

    Attributes:
        names: in order; K of them.
        rules, order, offers, for_area, for_sector, new_sector, on_it: as in :mod:`sim.model.referral`.
        episodes, referrals: rows of EPISODE, and how many are filled.
        unused: places that nobody in the queue took, shape (days, K); -1 where none are given out.
    """

    def __init__(self, scenario: Scenario, calendar: Calendar, luck: Luck, sectors: Sequence[str]) -> None:
        self.luck, self.days = luck, scenario.period.days
        self.names = tuple(sorted(scenario.programmes))
        self.programmes = [scenario.programmes[name] for name in self.names]
        k, areas = len(self.names), sorted(scenario.areas)
        self.rules, self.offers = records(k, PROGRAMME), records(self.days * k, OFFER).reshape(self.days, k)
        self.for_area, self.for_sector = np.ones((k, len(areas)), dtype=bool), np.ones((k, max(1, len(sectors))), dtype=bool)
        self.new_sector = np.zeros((k, max(1, len(sectors))))
        self.hashes = np.array([name_hash(name) for name in self.names], dtype=np.int64)
        ranks = [int(one.priority) for one in self.programmes]
        self.order = np.array(sorted(range(k), key=lambda i: (ranks[i], self.names[i])), dtype=np.int64)
        self.open = np.zeros((self.days, k), dtype=bool)
        self.closes = np.zeros(k, dtype=np.int64)
        self.supply = np.zeros((self.days, k), dtype=np.int64)
        self.gives_out = np.zeros((self.days, k), dtype=bool)
        for i, one in enumerate(self.programmes):
            first, self.closes[i] = calendar.day(one.open.from_.value), calendar.day(one.open.to.value)
            self.open[max(0, first) : max(0, self.closes[i] + 1), i] = True
            self._write_rules(i, one, scenario, areas, sectors)
            self.supply[:, i] = supply(scenario, one, calendar)
            self.gives_out[days_open(scenario, one, calendar), i] = True
            if one.supply.intakes:
                self.gives_out[:, i] &= np.isin(np.arange(self.days), intake_days(scenario, one, calendar))
        self.on_it = np.zeros(k, dtype=np.int64)
        self.started = np.zeros(k, dtype=np.int64)
        self.unused = np.full((self.days, k), -1, dtype=np.int64)
        self.episodes, self.referrals = records(0, EPISODE), np.zeros(1, dtype=np.int64)

    def make_room(self, referrals: int) -> None:
        """See to it that so many referrals can be written down."""
        if self.names and self.referrals[0] + referrals > len(self.episodes):
            larger = records(2 * len(self.episodes) + referrals, EPISODE)
            larger[: len(self.episodes)] = self.episodes
            self.episodes = larger

    def settle(self, today: int, pools: Sequence[Pool], around: Surroundings) -> None:
        """Phase 5: give out today's places, and let those go who will not wait longer.

        Raises:
            ConservationError: if those counted on a programme are not those who started it and have not ended.
        """
        self._check(today, around)
        where, ids = self._queue(pools)
        for k in range(len(self.names)):
            mine = np.flatnonzero(around.marks["programme"][ids] == k)
            available = 0
            if self.gives_out[today, k]:
                available = max(0, int(self.supply[today, k]) - self._taken(k))
                self.unused[today, k] = max(0, available - len(mine))
            if not len(mine):
                continue
            queue, marks = ids[mine], around.marks[ids[mine]]
            joiners = marks["joined"] == today
            marks["until"][joiners] = around.marks["until"][queue[joiners]] = self._patience(k, today, queue[joiners], around)
            keys = [queue, marks["joined"]]
            if self.programmes[k].queue.order == "longest_on_claim":
                keys.append(around.history["claim"][queue])
            in_order = np.lexsort(keys)
            mine, marks = mine[in_order], marks[in_order]
            self._start(k, today, where[mine[:available]], ids[mine[:available]], pools, around)
            self._withdraw(k, today, where[mine[available:]], marks[available:], pools, around)

    def finished_episodes(self) -> NDArray[np.void]:
        """Every referral of the run, by day and person."""
        filled = self.episodes[: self.referrals[0]]
        return filled[np.lexsort((filled["person"], filled["referred"]))]

    def _write_rules(self, i: int, one: Programme, scenario: Scenario, areas: list[str], sectors: Sequence[str]) -> None:
        start, days, rule, offers = scenario.period.from_, self.days, self.rules[i], self.offers[:, i]
        rule["name"], rule["take_up"], rule["outcome"] = self.hashes[i], float(one.take_up), float(one.into_work_at_end)
        rule["contact"] = one.contact_goes_on
        rule["ages"] = sum(1 << g for g, group in enumerate(AGE_GROUPS) if one.who.age_groups is None or group in one.who.age_groups)
        if one.who.areas is not None:
            self.for_area[i] = [name in one.who.areas for name in areas]
        if one.who.sectors is not None:
            self.for_sector[i] = [name in one.who.sectors for name in sectors]
        if one.retraining is not None:
            rule["retrained"] = float(one.retraining.share)
            shares = np.cumsum([float(one.retraining.to.get(name, 0.0)) for name in sectors])
            self.new_sector[i] = shares / shares[-1]
        offers["open"], offers["referral"] = self.open[:, i], one.referral_at_review.daily(start, days)
        offers["at_least"], offers["at_most"] = one.who.at_least_weeks.daily(start, days), one.who.at_most_weeks.daily(start, days)

    def _check(self, today: int, around: Surroundings) -> None:
        counted = around.counted_on_it
        if (counted != self.on_it).any():
            k = int(np.flatnonzero(counted != self.on_it)[0])
            raise ConservationError(
                f"day {today}, {self.names[k]}: people on the programme do not add up: counted {counted[k]}, expected {self.on_it[k]}. "
                "This is an error in the model, not in the scenario; please report it with the scenario and seed."
            )

    def _queue(self, pools: Sequence[Pool]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Everyone in a queue: (number of the pool, row in it), and id."""
        rows = [pool.queue for pool in pools]
        where = np.array([np.repeat(np.arange(len(pools)), [len(one) for one in rows]), np.concatenate(rows)]).T
        ids = np.concatenate([pool.people["id"][one] for pool, one in zip(pools, rows, strict=True)]).astype(np.int64)
        return where, ids

    def _taken(self, k: int) -> int:
        """What counts against the supply: people on it now, or all who ever started."""
        places = self.programmes[k].supply
        return 0 if places.intakes else int(self.started[k] if places.jobs else self.on_it[k])

    def _draw(self, k: int, ids: NDArray[np.int64], around: Surroundings, purpose: Purpose, counts: ArrayLike = 0) -> NDArray[np.float64]:
        who = around.subjects[ids]
        return self.luck.uniforms(who["name"] ^ self.hashes[k], who["number"], who["date"], purpose, counts)

    def _patience(self, k: int, today: int, ids: NDArray[np.int64], around: Surroundings) -> NDArray[np.int64]:
        """The day on which each of today's joiners gives up."""
        rules = self.programmes[k].queue
        days = np.full(len(ids), NEVER, dtype=np.int64)
        if float(rules.withdrawing_monthly_rate) > 0:
            days = _days_until(self._draw(k, ids, around, Purpose.WITHDRAWAL, around.marks["before"][ids]), rules.withdrawing_monthly_rate)
        if rules.longest_wait_days is not None:
            days = np.minimum(days, int(rules.longest_wait_days))
        return today + days

    def _start(
        self, k: int, today: int, where: NDArray[np.int64], ids: NDArray[np.int64], pools: Sequence[Pool], around: Surroundings
    ) -> None:
        if not len(ids):
            return
        one, mean = self.programmes[k], 7 * float(self.programmes[k].weeks)
        length = np.full(len(ids), mean)
        if one.length == "uniform":
            length = mean * (0.5 + self._draw(k, ids, around, Purpose.LENGTH))
        if one.length == "exponential":
            length = mean * (exponential_units(self._draw(k, ids, around, Purpose.LENGTH)) / UNITS)
        until = np.maximum(1, np.floor(length + 0.5).astype(np.int64))
        drops = np.zeros(len(ids), dtype=bool)
        if float(one.drop_out_monthly_rate) > 0:
            stays = _days_until(self._draw(k, ids, around, Purpose.DROP_OUT), one.drop_out_monthly_rate)
            drops = stays < until
            until = np.where(drops, stays, until)
        self.started[k] += len(ids)
        for number in np.unique(where[:, 0]):
            here = where[:, 0] == number
            pools[number].start(today, k, where[here, 1], today + until[here], drops[here])

    def _withdraw(
        self, k: int, today: int, where: NDArray[np.int64], marks: NDArray[np.void], pools: Sequence[Pool], around: Surroundings
    ) -> None:
        """Those still in the queue who give up today, or whose programme has closed."""
        gives_up = (marks["until"] <= today) | (self.closes[k] <= today)
        going, gone = where[gives_up], marks[gives_up]
        self.episodes["ended"][gone["episode"]], self.episodes["end"][gone["episode"]] = today, WITHDREW
        for number in np.unique(going[:, 0]):
            here = going[:, 0] == number
            people = pools[number].people
            rows = going[here, 1]
            people["traits"][rows] &= ~np.uint8(IN_QUEUE)
            around.ledger.note_people(today, 5, Event.WITHDREW, people[rows], programme=k, value=today - gone["joined"][here])


def _days_until(u: NDArray[np.float64], monthly_rate: Number) -> NDArray[np.int64]:
    """Days until something happens at a monthly rate, at least one: an Exp(1) value over the daily hazard, both in units."""
    hazard = int(np.rint(daily_hazard(float(monthly_rate)) * UNITS))
    if hazard == 0:
        return np.full(len(u), NEVER, dtype=np.int64)
    return np.clip(-(-exponential_units(u) // hazard), 1, NEVER)
