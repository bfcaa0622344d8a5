"""One replication of a scenario: the SimPy environment and its processes.

SimPy's clock carries everything a planner thinks of as an event: announcements, openings and closings, claims, and each pool's day.
"""

from __future__ import annotations

import numpy as np
import simpy

from sim.luck import Luck
from sim.model.claims import Everyone, Interval, catchments, every_weeks, everyone
from sim.model.coaches import Staffing
from sim.model.day import EVE, Phase, Process, instant, until
from sim.model.diary import COACH, COACH_BOOKED, DAY, DESK, DESK_BOOKED
from sim.model.job_entry import JobEntry
from sim.model.jobcentre import Pool, Surroundings
from sim.model.ledger import Event, Ledger, Record, column, history_of
from sim.model.people import records
from sim.record import HOME_COLUMNS
from sim.scenario.capacity import announcements, calendar_of, diary_days
from sim.scenario.schema import AGE_GROUPS, Scenario


def simulate(scenario: Scenario, seed: int, replication: int, events: bool = False) -> Record:
    """Run one replication.

    Args:
        scenario: what to run.
        seed: the seed of all luck.
        replication: which replication of that seed, from 0.
        events: whether to keep the event log.

    Raises:
        ConservationError: if people or minutes do not add up on some day.
    """
    return Region(scenario, Luck(seed, replication), events).run()


class Region:
    """Everything in one replication: people, jobcentres, diaries and the clock."""

    def __init__(self, scenario: Scenario, luck: Luck, events: bool) -> None:
        self.scenario, self.luck = scenario, luck
        self.days = scenario.period.days
        self.calendar = calendar_of(scenario)
        self.names = tuple(sorted(scenario.jobcentres))
        self.areas = tuple(sorted(scenario.areas))
        them = everyone(scenario, self.calendar, luck)
        oldest = -int(them.people["claim"].min(initial=0))
        weeks = (oldest + self.days) // 7 + 2
        horizon = diary_days(scenario)
        works, _, _ = self.calendar.arrays(0, horizon)
        self.ledger = Ledger(self.days, self.names, len(AGE_GROUPS), events)
        self.ledger.start(them.people, them.stock)
        before = -self.calendar.first
        self.around = Surroundings(
            scenario=scenario,
            names=self.names,
            days=self.days,
            luck=luck,
            subjects=them.subjects,
            works=works,
            count=self.calendar.arrays(self.calendar.first, before + self.calendar.last + 1)[1],
            before=before,
            rules=records(self.calendar.last + 1, DAY),
            every=every_weeks(scenario, self.days, weeks).astype(np.int8),
            job_entry=JobEntry(scenario, self.days, weeks),
            diary=np.zeros((len(self.names), horizon, 5), dtype=np.int64),
            ledger=self.ledger,
            history=history_of(them.people, them.area, them.origin),
        )
        self.staffing = Staffing(scenario, self.calendar, luck, self.around.diary)
        self._write_rules()
        self.pools = self._make_pools(them)

    def run(self) -> Record:
        """Let the clock run from the eve to the last day.

        Processes that wait for the same instant go in the order in which they began to wait: who prepares a phase has waited for it
        since the day before, the pools only since their last phase.
        """
        env = simpy.Environment(initial_time=instant(EVE, Phase.CHANGES))
        env.process(self._announcements(env))
        env.process(self._close(env))
        env.process(self._capacity(env))
        for part in catchments(self.scenario, self.calendar):
            env.process(self._temporary(env, part))
        for pool in self.pools:
            env.process(pool.process(env))
        env.run()
        for pool in self.pools:
            pool.finish()
        return self._record()

    def _announcements(self, env: simpy.Environment) -> Process:
        """Phase 0: what bookings see changes on the days on which something becomes known."""
        self._learn(EVE)
        for day in announcements(self.scenario, self.calendar):
            if EVE < day < self.days:
                yield until(env, day, Phase.CHANGES)
                self._learn(day)

    def _temporary(self, env: simpy.Environment, part: Interval) -> Process:
        """A temporary jobcentre takes its share of an origin's people when it opens, and sends them back when it closes."""
        if part.opens >= part.closes:
            return
        if part.standing_caseload and 0 <= part.opens < self.days:
            yield until(env, part.opens, Phase.ARRIVALS)
            self._move(part, part.origin, part.temporary, part.opens)
        if 0 <= part.closes < self.days:
            yield until(env, part.closes, Phase.ARRIVALS)
            self._move(part, part.temporary, part.origin, part.closes)

    def _capacity(self, env: simpy.Environment) -> Process:
        """Phase 2: today's minutes are those of the coaches who are there; what no longer fits is found, and bumped by the pools."""
        for today in range(self.days):
            yield until(env, today, Phase.CAPACITY)
            self.staffing.arrive(today)
            self.around.find_overbooked(today, ahead=self.learnt_on == today)

    def _close(self, env: simpy.Environment) -> Process:
        """What was booked for today and what can be booked now; in the end the check that nobody is lost."""
        self.around.look_ahead(EVE)
        for today in range(self.days):
            yield until(env, today, Phase.APPOINTMENTS)
            self.ledger.booked_ahead[:] = 0
            yield until(env, today, Phase.SHARED)
            site, diary = self.ledger.site(today), self.around.diary[:, today]
            site[:, column("coach_minutes")], site[:, column("coach_minutes_booked")] = diary[:, COACH], diary[:, COACH_BOOKED]
            site[:, column("desk_minutes")], site[:, column("desk_minutes_booked")] = diary[:, DESK], diary[:, DESK_BOOKED]
            site[:, column("coaches")] = self.staffing.truth.coaches[:, today]
            site[:, column("in_training")] = self.staffing.truth.in_training[:, today]
            self.around.look_ahead(today)
            yield until(env, today, Phase.CLOSE)
            self.ledger.close(today, self.around.diary[:, today + 1 :, COACH_BOOKED].sum(axis=1))

    def _learn(self, today: int) -> None:
        """Write what is known today into the diaries and the rules of later days."""
        self.learnt_on = today
        self.staffing.learn(today)
        known, start, rules = self.calendar.date(today), self.scenario.period.from_, self.around.rules
        for k, kind in enumerate(self.scenario.appointments.kinds):
            rules["minutes"][:, k] = kind.minutes.daily(start, len(rules), known)
        rules["face_to_face"] = self.scenario.service.face_to_face_share.daily(start, len(rules), known)

    def _write_rules(self) -> None:
        """The rules of each day that need not be known in advance."""
        rules, start = self.around.rules, self.scenario.period.from_
        works, _, following = self.calendar.arrays(0, len(rules))
        rules["next_working"] = following
        rules["roll"] = np.where(works, np.arange(len(rules)), following)
        for k, kind in enumerate(self.scenario.appointments.kinds):
            rules["missed"][:, k] = kind.missed.daily(start, len(rules))
        rules["leaving"][: self.days] = self.around.job_entry.leaving
        rules["table"][: self.days] = self.around.job_entry.table_on

    def _make_pools(self, them: Everyone) -> list[Pool]:
        """A pool for each of the scenario's, and one for every jobcentre in none, with the people whose home is there."""
        pools: list[tuple[list[int], list[str]]] = []
        for one in self.scenario.pools.values():
            pools.append((sorted(self.names.index(name) for name in one.jobcentres), list(one.channels)))
        pooled = {j for members, _ in pools for j in members}
        pools = sorted(pools + [([j], []) for j in range(len(self.names)) if j not in pooled])
        pool_of = np.zeros(len(self.names), dtype=np.int64)
        for i, (members, _) in enumerate(pools):
            pool_of[members] = i
        pool = pool_of[them.people["home"]]
        in_order = np.argsort(pool, kind="stable")
        ends = np.cumsum(np.bincount(pool, minlength=len(pools)))
        stock = np.bincount(pool[: them.stock], minlength=len(pools))
        out = []
        for (members, channels), rows, n in zip(pools, np.split(in_order, ends[:-1]), stock, strict=True):
            out.append(Pool(self.around, members, channels, them.people[rows[:n]], them.people[rows[n:]]))
        self.pool_of = {j: out[pool_of[j]] for j in range(len(self.names))}
        return out

    def _move(self, part: Interval, home: int, to: int, today: int) -> None:
        moving = self.pool_of[home].take_out(home, part.origin, part.low, part.high)
        moving["home"] = to
        self.pool_of[to].add(moving)
        tally = self.ledger.home(today)
        np.add.at(tally, (home, moving["age"], HOME_COLUMNS.index("moved_out")), 1)
        np.add.at(tally, (to, moving["age"], HOME_COLUMNS.index("moved_in")), 1)
        self.ledger.note_people(today, Phase.ARRIVALS, Event.MOVE, moving)

    def _record(self) -> Record:
        count = self.around.count[self.around.before :]
        area_index = {name: i for i, name in enumerate(self.areas)}
        return Record(
            scenario_name=self.scenario.name,
            seed=self.luck.seed,
            replication=self.luck.replication,
            start=self.scenario.period.from_,
            days=self.days,
            jobcentres=self.names,
            areas=self.areas,
            area_of_jobcentre=np.array([area_index.get(self.scenario.jobcentres[name].area or "", -1) for name in self.names]),
            works=self.around.works[: self.days],
            working_day_count=count,
            target_working_days=int(self.scenario.appointments.first_meeting.target_working_days),
            by_home=self.ledger.by_home,
            by_site=self.ledger.by_site,
            people=self.around.history,
            events=self.ledger.events(),
        )
