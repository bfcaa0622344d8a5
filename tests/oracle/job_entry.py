"""Sections 6 and 10 of the rules: entering work and leaving, and the vacancies there are. Section 11: who will claim again."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from sim.luck import UNITS, Purpose
from sim.scenario.schema import Scenario
from tests.oracle.people import FIRST_MEETING, PHONE, Jobseeker, last_up_to
from tests.oracle.programmes import Programmes
from tests.oracle.run import HAZARDS, SHARED, Code, Process, daily, units


@dataclass
class Close:
    """What there was at the close of a day."""

    people: Counter[tuple[str, str]]  # by home and what they wait for
    searchers: Counter[str | None]  # by sector
    vacancies: dict[str, float]
    unused: dict[str, int | None]  # places by programme; none where it gave out none


class JobEntry(Programmes):
    """A run in which people enter work or leave."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        super().__init__(scenario, seed, replication)
        self.returning: dict[int, list[Jobseeker]] = defaultdict(list)
        market = scenario.labour_market
        self.vacancies = {name: float(market.sectors[name].vacancies) for name in sorted(market.sectors)} if market else {}
        self.entries: Counter[str] = Counter()
        self.closes: list[Close] = []

    def count_at_close(self) -> Close:
        """What the hazards of the next day go by: caseloads by home, searchers and vacancies by sector."""
        there = [who for who in self.claimants() if not who.without_contact]
        self.caseload = Counter(who.home for who in there)
        self.searchers = Counter(who.sector for who in there)
        people = Counter((who.home, "waiting" if who.kind == FIRST_MEETING else "in_reviews") for who in there)
        people += Counter((who.home, "on_programme") for who in self.claimants() if who.without_contact)
        return Close(people, self.searchers, dict(self.vacancies), {})

    def what_is_shared(self) -> Process:
        """Phase 5: programmes, then vacancies."""
        self.count_at_close()
        for day in range(self.last + 1):
            yield self.phase(day, SHARED)
            unused = {name: self.settle(name, day) for name in sorted(self.scenario.programmes)}
            for sector in self.vacancies:
                self.vacancies[sector] = self.vacancies_at_close(sector, day)
            self.entries.clear()
            self.closes.append(self.count_at_close())
            self.closes[-1].unused = unused

    def vacancies_at_close(self, sector: str, day: int) -> float:
        market = self.scenario.labour_market
        assert market is not None
        v = self.vacancies[sector]
        there = max(v, 0.0)
        others = there * (1 - np.exp(-daily(float(market.others_hiring_monthly_rate))))
        lapsed = there * (1 - np.exp(-daily(float(market.lapsing_monthly_rate))))
        inflow = self.capacity.today(market.sectors[sector].inflow_per_week, day) / 7
        return float(v + inflow - self.entries[sector] - others - lapsed)

    # ---- phase 4

    def ends(self, who: Jobseeker, day: int) -> bool:
        """Whether the person enters work or leaves today."""
        if who.claim_day >= day:
            return False
        if who.on is not None and who.on.ends == day and self.end_programme(who, day):
            self.enter_work(who, day)
            return True
        who.job -= self.job_hazard(who, day)
        if who.job <= 0:
            self.enter_work(who, day)
            return True
        who.leaving -= units(daily(self.capacity.today(self.scenario.other_leaving.monthly_rate, day)))
        if who.leaving <= 0:
            on = who.on.programme if who.on else None
            self.write(day, HAZARDS, who, Code.LEFT, who.home, value=day - who.claim_day, programme=on)
            return True
        return False

    def enter_work(self, who: Jobseeker, day: int) -> None:
        on = who.on.programme if who.on else None
        self.write(day, HAZARDS, who, Code.JOB_ENTRY, who.home, value=day - who.claim_day, programme=on)
        if who.sector is not None:
            self.entries[who.sector] += 1
        returns = self.scenario.returns
        if returns is not None and self.luck.uniform(who.subject, Purpose.RETURN) < float(returns.share):
            exponential = self.luck.exponential(who.subject, Purpose.RETURN_AFTER)
            self.returning[day + max(1, math.floor(exponential / UNITS * (7 * float(returns.mean_weeks)) + 0.5))].append(who)

    def job_hazard(self, who: Jobseeker, day: int) -> int:
        """Today's hazard of job entry, in units."""
        entry = self.scenario.job_entry
        r = self.capacity.today(last_up_to(entry.monthly_rate_by_week, (day - who.claim_day - 1) // 7), day)
        age = float(entry.by_age_group[who.age_group]) if who.age_group in entry.by_age_group else 1.0
        h = daily(r) * age * self.capacity.today(entry.market, day) * self.contact_factor(who, day)
        return min(64 * UNITS, int(units(min(h, 64.0)) * self.matching(who) * self.place_factor(who, day) * self.personal(who)))

    def contact_factor(self, who: Jobseeker, day: int) -> float:
        entry = self.scenario.job_entry
        no_contact = float(entry.no_contact)
        if who.without_contact:
            return 1.0
        if who.last_held is None:
            return no_contact
        since = day - who.last_held
        interval = since if who.last_interval is None else max(who.last_interval, since)
        interval = min(max(interval, 7), 255)
        channel = float(entry.phone_only) if who.last_channel == PHONE else 1.0
        return max(no_contact, float(np.power(float(entry.weekly_instead_of_fortnightly), np.log2(14 / interval))) * channel)

    def matching(self, who: Jobseeker) -> float:
        """The factor of the sector, from yesterday's close."""
        market = self.scenario.labour_market
        if market is None:
            return 1.0
        v = self.vacancies[who.sector]
        if v < 1:
            return 0.0
        return min(64.0, (v / max(1, self.searchers[who.sector]) / float(market.reference_tightness)) ** float(market.elasticity))

    def place_factor(self, who: Jobseeker, day: int) -> float:
        entry = self.scenario.job_entry
        if who.without_contact:
            return 1.0
        minutes = self.capacity.today(self.kinds[self.people.meeting(who)].minutes, day)
        length = float(entry.halved_length) ** math.log2(float(entry.reference_minutes) / minutes)
        reference = float(entry.reference_caseload)
        coaches = self.capacity.fte_today(who.home, max(day - 1, 0))
        if self.caseload[who.home] == 0:
            return length
        c = self.caseload[who.home] / coaches if coaches > 0 else 8 * reference
        c = min(max(c, reference / 8), 8 * reference)
        return length * float(entry.halved_caseload) ** math.log2(reference / c)

    def personal(self, who: Jobseeker) -> float:
        programme = 1.0
        if who.on is not None:
            programme = float(self.scenario.programmes[who.on.programme].job_entry_while_on_it)
        elif who.completed is not None:
            programme = float(self.scenario.programmes[who.completed].job_entry_after)
        return programme * (float(self.scenario.job_entry.lost_early_meeting) if who.lost_early else 1.0)
