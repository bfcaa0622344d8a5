"""One replication of a scenario: the SimPy environment and its processes.

SimPy's clock carries everything a planner thinks of as an event: announcements, openings and closings, claims, and each pool's day.
"""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.luck import Luck, Purpose
from sim.model.claims import Catchments, every_weeks, everyone, hub_flags
from sim.model.coaches import Staffing
from sim.model.day import EVE, Phase, Process, instant, until
from sim.model.diary import COACH, COACH_BOOKED, DAY, DESK, DESK_BOOKED
from sim.model.job_entry import JobEntry, place_factor
from sim.model.jobcentre import Pool, Surroundings
from sim.model.labour_market import LabourMarket
from sim.model.ledger import Event, Ledger, Record, column, history_of
from sim.model.people import FIRST, PERSON, REVIEW, Register, joined, raw, records
from sim.model.programmes import Programmes
from sim.model.returns import FIRST_SPELL, Returns
from sim.scenario.capacity import announcements, calendar_of, diary_days
from sim.scenario.costs import running_costs
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
        self.catchments = Catchments(scenario, self.calendar)
        self.them = them = everyone(scenario, self.calendar, luck, self.catchments)
        self.first_claim = them.stock + np.searchsorted(them.people["claim"][them.stock :], np.arange(self.days + 1))
        register = Register(len(them.people), bool(scenario.programmes))
        stock = slice(them.stock)
        register.add(them.subjects[stock], history_of(them.people[stock], them.area[stock], them.origin[stock]))
        market = LabourMarket(scenario, self.days)
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
            everyone=register,
            hub=hub_flags(scenario),
            works=works,
            count=self.calendar.arrays(self.calendar.first, before + self.calendar.last + 1)[1],
            before=before,
            rules=records(self.calendar.last + 1, DAY),
            every=every_weeks(scenario, self.days, weeks).astype(np.int8),
            early=7 * int(scenario.job_entry.early_weeks),
            job_entry=JobEntry(scenario, self.days, weeks),
            market=market,
            programmes=Programmes(scenario, self.calendar, luck, market.sectors),
            diary=np.zeros((len(self.names), horizon, 5), dtype=np.int64),
            ledger=self.ledger,
            place=np.ones(len(self.names)),
            counted_on_it=np.zeros(len(scenario.programmes), dtype=np.int64),
        )
        self.returns = Returns(scenario, luck, register, self.catchments)
        self.staffing = Staffing(scenario, self.calendar, luck, self.around.diary)
        self._write_rules()
        self.pools = self._make_pools()
        there = them.people[stock]
        market.open(np.bincount(there["sector"], minlength=len(market.matching)))
        self._set_place(0, np.bincount(there["home"], minlength=len(self.names)), self.staffing.truth.coaches[:, 0])

    def run(self) -> Record:
        """Let the clock run from the eve to the last day.

        Processes that wait for the same instant go in the order in which they began to wait: who prepares a phase has waited for it
        since the day before, the pools only since their last phase.
        """
        env = simpy.Environment(initial_time=instant(EVE, Phase.CHANGES))
        env.process(self._announcements(env))
        env.process(self._close(env))
        env.process(self._transfers(env))
        env.process(self._arrivals(env))
        env.process(self._capacity(env))
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

    def _transfers(self, env: simpy.Environment) -> Process:
        """Phase 1: a temporary jobcentre or a youth hub takes its share of people when it opens, and sends them back when it closes."""
        parts = self.catchments.parts
        days = {day for part in parts for day in (part.opens, part.closes) if part.opens < part.closes and 0 <= day < self.days}
        for today in sorted(days):
            yield until(env, today, Phase.ARRIVALS)
            for number, part in enumerate(parts):
                if part.opens < part.closes and today in (part.opens, part.closes):
                    self._move(number, today)

    def _arrivals(self, env: simpy.Environment) -> Process:
        """Phase 1: today's first claims, then those who claim again."""
        following = self.around.rules["next_working"]
        for today in range(self.days):
            yield until(env, today, Phase.ARRIVALS)
            new = slice(*self.first_claim[today : today + 2])
            claims = self.them.people[new].copy()
            history = history_of(claims, self.them.area[new], self.them.origin[new])
            claims["id"] = self.around.everyone.add(self.them.subjects[new], history)
            back = self.returns.come(today, int(following[today]))
            self.ledger.note_people(today, Phase.ARRIVALS, Event.CLAIM, claims, kind=FIRST)
            self._send(claims)
            if len(back):
                earlier = self.around.history["earlier"][back["id"]]
                self.ledger.note_people(today, Phase.ARRIVALS, Event.RETURN, back, kind=FIRST, value=earlier)
                self.ledger.count_people(today, "returns", back)
                self._send(back)

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
            self.around.counted_on_it[:] = 0
            yield until(env, today, Phase.SHARED)
            self._settle(today)
            site, diary = self.ledger.site(today), self.around.diary[:, today]
            site[:, column("coach_minutes")], site[:, column("coach_minutes_booked")] = diary[:, COACH], diary[:, COACH_BOOKED]
            site[:, column("desk_minutes")], site[:, column("desk_minutes_booked")] = diary[:, DESK], diary[:, DESK_BOOKED]
            site[:, column("coaches")] = self.staffing.truth.coaches[:, today]
            site[:, column("in_training")] = self.staffing.truth.in_training[:, today]
            self.around.look_ahead(today)
            yield until(env, today, Phase.CLOSE)
            self.ledger.close(today, self.around.diary[:, today + 1 :, COACH_BOOKED].sum(axis=1))

    def _settle(self, today: int) -> None:
        """Phase 5: what is shared over the region, and who will be back."""
        around = self.around
        if around.programmes.names:
            around.programmes.settle(today, self.pools, around)
        around.market.close(today)
        if self.scenario.returns:
            self.returns.note(today, joined([pool.new_workers for pool in self.pools], PERSON))
        people = self.ledger.home(today).sum(axis=1)
        caseload = people[:, column("waiting")] + people[:, column("in_reviews")]
        self._set_place(today + 1, caseload, self.staffing.truth.coaches[:, today])

    def _set_place(self, day: int, caseload: NDArray[np.int64], coaches: NDArray[np.float64]) -> None:
        """What the length of meetings and the caseload per coach, as they were, do to a day's hazards."""
        rules, kinds = self.scenario.job_entry, self.scenario.appointments.kinds
        if day >= self.days or float(rules.halved_length) == float(rules.halved_caseload) == 1:
            return
        date = self.calendar.date(day)
        minutes = [float(kind.minutes.daily(date, 1, date)[0]) for kind in kinds[REVIEW:]]
        for j, hub in enumerate(self.around.hub):
            self.around.place[j] = place_factor(rules, minutes[hub], float(caseload[j]), float(coaches[j]))

    def _send(self, new: NDArray[np.void]) -> None:
        """Hand new claims to the pools of their homes."""
        pool = self.pool_number[new["home"]]
        in_order = raw(new)[np.argsort(pool, kind="stable")].view(new.dtype)
        first = 0
        for i, n in enumerate(np.bincount(pool, minlength=len(self.pools)).tolist()):
            if n:
                self.pools[i].receive(in_order[first : first + n])
            first += n

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

    def _make_pools(self) -> list[Pool]:
        """A pool for each of the scenario's, and one for every jobcentre in none, with the people whose home is there."""
        pools: list[tuple[list[int], list[str]]] = []
        for one in self.scenario.pools.values():
            pools.append((sorted(self.names.index(name) for name in one.jobcentres), list(one.channels)))
        pooled = {j for members, _ in pools for j in members}
        pools = sorted(pools + [([j], []) for j in range(len(self.names)) if j not in pooled])
        self.pool_number = np.zeros(len(self.names), dtype=np.int64)
        for i, (members, _) in enumerate(pools):
            self.pool_number[members] = i
        stock = self.them.people[: self.them.stock]
        pool = self.pool_number[stock["home"]]
        by_pool = np.argsort(pool, kind="stable")
        theirs = np.split(by_pool, np.searchsorted(pool[by_pool], np.arange(1, len(pools))))
        return [Pool(self.around, members, channels, stock[who]) for (members, channels), who in zip(pools, theirs, strict=True)]

    def _move(self, number: int, today: int) -> None:
        """People of one part of the catchments move to its temporary jobcentre or youth hub, or back from it."""
        part = self.catchments.parts[number]
        opening, luck, history = today == part.opens, self.around.luck, self.around.history
        if opening and not part.standing_caseload:
            return

        def moves(people: NDArray[np.void]) -> NDArray[np.bool_]:
            past, who = history[people["id"]], self.around.subjects[people["id"]]
            u = luck.uniforms(who["name"], who["number"] & FIRST_SPELL, who["date"], part.purpose)
            taken = self.catchments.of(part.purpose, past["origin"], past["area"], past["age"], u) == number
            if not opening:
                return np.asarray(taken & (people["home"] == part.temporary))
            wanted = people["home"] != part.temporary if part.purpose == Purpose.HUB else people["home"] == part.source
            return np.asarray(taken & wanted)

        if not opening:
            sources = [self.pools[self.pool_number[part.temporary]]]
        elif part.purpose == Purpose.HUB:
            sources = self.pools
        else:
            sources = [self.pools[self.pool_number[part.source]]]
        for source in sources:
            moving = source.take_out(moves)
            if not len(moving):
                continue
            self.ledger.count_people(today, "moved_out", moving)
            moving["home"] = part.temporary if opening else history["origin"][moving["id"]]
            self.ledger.count_people(today, "moved_in", moving)
            asking = moving["kind"] != FIRST
            moving["kind"][asking] = REVIEW + self.around.hub[moving["home"][asking]]
            to = self.pool_number[moving["home"]]
            for i in np.unique(to):
                self.pools[i].add(moving[to == i])
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
            people=self.around.history[: self.around.everyone.n],
            programmes=self.around.programmes.names,
            sectors=self.around.market.sectors,
            episodes=self.around.programmes.finished_episodes(),
            places_unused=self.around.programmes.unused,
            by_sector=self.around.market.by_sector,
            costs=running_costs(self.scenario, self.calendar, self.days, self.staffing.truth),
            cost_per_start=np.array([float(self.scenario.programmes[name].cost_per_start) for name in self.around.programmes.names]),
            events=self.ledger.events(),
        )
