"""The oracle, counting what happens in it, so that no comparison passes idly."""

from __future__ import annotations

from collections import Counter

from sim.luck import Purpose
from sim.scenario.schema import CHANNELS, KINDS, Scenario
from tests.oracle.model import Oracle
from tests.oracle.people import PHONE, Jobseeker
from tests.oracle.run import Code


class Watched(Oracle):
    """The oracle, counting what happens."""

    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        super().__init__(scenario, seed, replication)
        self.seen: Counter[str] = Counter()
        self.freed_today: Counter[str] = Counter()  # places on a programme, by what ended it

    def write(
        self,
        day: int,
        phase: int,
        who: Jobseeker,
        code: Code,
        at: str,
        kind: int = -1,
        channel: int = -1,
        value: int = -1,
        programme: str | None = None,
    ) -> None:
        super().write(day, phase, who, code, at, kind, channel, value, programme)
        self.seen[code.name] += 1
        self.seen[f"{code.name} {KINDS[kind]} {CHANNELS[channel]}"] += kind >= 0 and channel >= 0
        self.seen[f"{code.name} at a temporary jobcentre"] += at in self.scenario.temporary and not self.capacity.is_hub(at)
        self.seen[f"{code.name} at a youth hub"] += self.capacity.is_hub(at)
        self.seen[f"{code.name} away from home"] += at != who.home
        self.seen[f"{code.name} on the first day"] += day == 0
        if code == Code.BOOKED:
            self.seen["booked on the eve"] += day == -1
            self.seen["booked past the end"] += value > self.last
        if code == Code.BUMP:
            self.seen["bumped on the day" if value == day else "bumped ahead"] += 1
            self.seen["bumped for want of a desk only"] += self.capacity.coach_minutes(at, value, day) >= self.page(at, value).coach_minutes
            self.seen["bumped by a closure"] += self.capacity.exists(at, value, day) and not self.capacity.open(at, value, day)
            self.seen["bumped by the end of a temporary jobcentre"] += not self.capacity.exists(at, value, day)
            self.seen["lost early: bumped"] += self.is_early(who, day)
        if code == Code.MISSED:
            self.seen["lost early: missed"] += self.is_early(who, day)
        if code in (Code.JOB_ENTRY, Code.LEFT):
            self.watch_end(who, code, day)
        if code == Code.RETURN:
            self.seen["returned a second time"] += who.spell > 1
            self.seen["returned to another home"] += at != self.people.everyone[value].home
            self.seen["returned after a programme"] += bool(who.programmes)
            self.seen["RETURN where a jobcentre opens today"] += at in self.scenario.temporary and self.capacity.opens_today(at, day)
        if programme is not None:
            self.watch_programme(who, code, day, value, programme)

    def is_early(self, who: Jobseeker, day: int) -> bool:
        return day - who.claim_day < 7 * int(self.scenario.job_entry.early_weeks) and float(self.scenario.job_entry.lost_early_meeting) != 1

    def watch_end(self, who: Jobseeker, code: Code, day: int) -> None:
        self.seen[f"{code.name} in a queue"] += who.queue is not None
        self.seen[f"{code.name} without vacancies"] += who.sector is not None and self.vacancies[who.sector] < 1
        self.seen[f"{code.name} after a programme"] += who.completed is not None
        if who.on is not None:
            ends_today = who.on.ends == day
            self.seen[f"{code.name} at the end of a programme" if ends_today else f"{code.name} while on a programme"] += 1
            self.freed_today[who.on.programme] += 1

    def watch_programme(self, who: Jobseeker, code: Code, day: int, value: int, name: str) -> None:
        programme = self.scenario.programmes[name]
        self.seen[f"{code.name} {name}"] += 1
        if code == Code.REFERRED:
            self.seen["REFERRED and joined" if value else "REFERRED and declined"] += 1
            self.seen["REFERRED again"] += who.spell > 0
        if code == Code.STARTED:
            (supply,) = programme.supply.model_dump(exclude_none=True)
            self.seen[f"STARTED {supply}"] += 1
            self.seen["STARTED at once" if value == 0 else "STARTED after a wait"] += 1
            self.seen["STARTED a second programme"] += bool(who.programmes)
            self.seen["STARTED before those longer in the queue"] += any(
                other.queue is not None and other.queue.programme == name and other.queue.joined < who.queue.joined
                for other in self.claimants()
            )
            equal = [other for other in self.claimants() if other.queue is not None and other.queue == who.queue]
            self.seen["STARTED by order of id"] += len(equal) > 1
            self.seen["STARTED and a booking cancelled"] += who.booking is not None and not programme.contact_goes_on
            self.seen["STARTED and a booking tomorrow cancelled"] += (
                who.booking is not None and not programme.contact_goes_on and who.booking.day == day + 1
            )
            self.seen["STARTED where contact goes on"] += programme.contact_goes_on
        if code == Code.WITHDREW:
            closes = self.days.number(programme.open.to.value)
            self.seen["WITHDREW at the close" if day == closes and who.queue.gives_up > day else "WITHDREW tired of waiting"] += 1
            self.seen["WITHDREW at once"] += value == 0 and day != closes
        if code == Code.COMPLETED:
            self.seen["COMPLETED after the programme closed"] += day > self.days.number(programme.open.to.value)
            self.seen["COMPLETED on a day off"] += not self.days.works(day)
            self.freed_today[name] += 1
        if code == Code.DROPPED_OUT:
            self.freed_today[name] += 1
        if code in (Code.COMPLETED, Code.DROPPED_OUT):
            self.seen[f"{code.name} {'with' if programme.contact_goes_on else 'without'} contact"] += 1
            self.seen[f"{code.name} on a day of a move"] += self.moved_on(who, day)

    def retrain(self, who: Jobseeker, name: str) -> None:
        before = who.sector
        super().retrain(who, name)
        self.seen["retrained"] += who.sector != before

    def refer(self, who: Jobseeker, day: int, appointments: int) -> None:
        if who.on is None and who.queue is None:
            hits = 0
            for name, programme in self.scenario.programmes.items():
                probability = self.capacity.today(programme.referral_at_review, day)
                hit = self.programme_luck(who, name, Purpose.REFERRAL, appointments) < probability
                hits += hit and self.may_be_referred(who, name, day)
                if hit and self.is_open(name, day):
                    self.seen["too early or too late on the claim"] += self.too_early_or_late(who, name, day)
                    self.seen["not referred to the same again"] += name in who.programmes
            self.seen["two programmes at one review"] += hits > 1
        super().refer(who, day, appointments)

    def too_early_or_late(self, who: Jobseeker, name: str, day: int) -> bool:
        may, weeks = self.scenario.programmes[name].who, (day - who.claim_day) // 7
        return not self.capacity.today(may.at_least_weeks, day) <= weeks <= self.capacity.today(may.at_most_weeks, day)

    def settle(self, name: str, day: int) -> int | None:
        before = self.seen["STARTED"]
        queued = sum(who.queue is not None and who.queue.programme == name for who in self.claimants())
        unused = super().settle(name, day)
        started = self.seen["STARTED"] - before
        supply = self.scenario.programmes[name].supply
        if supply.places is not None:
            after = self.available(name, day)
            self.seen["a place taken on the day it is freed"] += started > 0 and after + started <= self.freed_today[name]
        if supply.jobs is not None:
            self.seen["not enough jobs"] += self.is_open(name, day) and queued > started
        if supply.intakes is not None and self.is_open(name, day) and day in self.intake_days(self.scenario.programmes[name]):
            self.seen["an intake not filled"] += self.available(name, day) > started
            self.seen["an intake too small"] += queued > started
            first = self.days.number(self.scenario.programmes[name].open.from_.value)
            self.seen["an intake put off by a day off"] += started > 0 and (day - first) % (7 * int(supply.intakes.every_weeks)) > 0
        self.freed_today[name] = 0
        return unused

    def vacancies_at_close(self, sector: str, day: int) -> float:
        after = super().vacancies_at_close(sector, day)
        self.seen["vacancies below zero"] += after < 0
        self.seen["vacancies below one"] += after < 1
        self.seen["vacancies back"] += self.vacancies[sector] < 1 <= after
        return after

    def matching(self, who: Jobseeker) -> float:
        factor = super().matching(who)
        self.seen["nobody matched for want of vacancies"] += factor == 0
        self.seen["matching other than 1"] += factor not in (0.0, 1.0)
        return factor

    def contact_factor(self, who: Jobseeker, day: int) -> float:
        self.seen["a factor for the phone"] += who.last_channel == PHONE and float(self.scenario.job_entry.phone_only) != 1
        return super().contact_factor(who, day)

    def place_factor(self, who: Jobseeker, day: int) -> float:
        factor = super().place_factor(who, day)
        self.seen["a factor for the place"] += factor != 1
        return factor

    def personal(self, who: Jobseeker) -> float:
        factor = super().personal(who)
        self.seen["a factor for a programme or a lost meeting"] += factor != 1
        return factor

    def moved_on(self, who: Jobseeker, day: int) -> bool:
        return any(event[0] == day and event[2:4] == (who.id, Code.MOVE) for event in self.log[-300:])

    def move(self, who: Jobseeker, to: str, day: int) -> None:
        hub, before = self.capacity.is_hub(to), who.home
        self.seen["moved to a youth hub from a temporary jobcentre"] += hub and before in self.scenario.temporary
        self.seen["moved from a youth hub"] += self.capacity.is_hub(before)
        self.seen["moved while on a programme without contact"] += who.without_contact
        self.seen["moved twice in a day"] += self.moved_on(who, day)
        self.seen["moved on opening" if to in self.scenario.temporary else "moved on closing"] += 1
        super().move(who, to, day)

    def cancel(self, who: Jobseeker) -> None:
        if who.booking is not None:
            self.seen["a leaver's booking cancelled"] += not who.here
        super().cancel(who)

    def has_room(self, name: str, kind: int, channel: int, minutes: int, day: int, ahead: int, today: int) -> bool:
        room = super().has_room(name, kind, channel, minutes, day, ahead, today)
        if not room and self.free_minutes(name, day, today) >= minutes:
            left = self.free_minutes(name, day, today) - self.kept(name, day, ahead, today)
            kept = kind != KINDS.index("first_meeting") and left < minutes
            self.seen["turned away by the reserve" if kept else "turned away for want of a desk"] += 1
        return room

    def end(self) -> None:
        """Count what is seen only at the end."""
        self.seen["scenarios"] += 1
        for cohort in self.scenario.coaches.recruitment.values():
            full = [self.capacity.ramp(cohort, self.days.number(cohort.starts.value), day) for day in range(self.last + 1)]
            self.seen["cohorts in training"] += 0.0 in full
            self.seen["cohorts coming up to full output"] += any(0 < ramp < 1 for ramp in full)
        self.seen["closed weeks"] += any(
            not any(self.capacity.open(name, day + i, day + i) for name in self.number for i in range(7)) for day in range(self.last - 6)
        )
        for name in self.scenario.temporary:
            opens, closes = self.capacity.life(name, self.last)
            self.seen["never existed"] += opens == closes
        self.seen["no coach left where coaches went along"] += any(
            self.capacity.fte_today(name, day) == 0 and self.capacity.today(self.scenario.jobcentres[name].coaches, day) > 0
            for name in self.scenario.permanent
            for day in range(self.last + 1)
        )
