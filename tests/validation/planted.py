"""Faults to plant in a copy of the package, one at a time: each a line or two that a tired modeller might write.

They stand in the order in which data goes through, from the calendar to what is shown. A fault names the tests that should notice it;
:mod:`tests.validation.faults` runs these, and the oracle where it can see that far.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Fault(NamedTuple):
    """One fault.

    Args:
        name: what the package then does wrong.
        file: where, below ``sim/``.
        right: what stands there, exactly once.
        wrong: what it becomes.
        tests: what should notice it, as pytest is told.
        compiled: whether these need the speed of machine code, which is then made anew for the copy.
        counted: whether the oracle counts what is wrong with it, if it is in the model or in what a scenario says.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...] = ()
    compiled: bool = False
    counted: bool = True

    @property
    def oracle_looks(self) -> bool:
        """Whether it is where a run is made, and neither in what the oracle shares with the package nor beyond what it counts."""
        shared = self.file in ("luck.py", "scenario/load_check.py")
        return self.counted and not shared and self.file.startswith(("model/", "scenario/", "calendar.py"))

    def planted(self, package: Path) -> str:
        """The text of its file in a package, with the fault.

        Raises:
            ValueError: if the right text is not there once.
        """
        source = (package / self.file).read_text(encoding="utf-8")
        if (times := source.count(self.right)) != 1:
            raise ValueError(f"sim/{self.file} has changed: {self.name!r} cannot be planted, as {self.right!r} is there {times} times")
        return source.replace(self.right, self.wrong)

    def plant(self, package: Path) -> None:
        """Put it into a copy of the package; errors as in :meth:`planted`."""
        (package / self.file).write_text(self.planted(package), encoding="utf-8")


UNIT, EXACT, FUNCTIONAL = "tests/unit/test_", "tests/exact/test_", "tests/functional/test_"

CALENDAR_AND_LUCK = (
    Fault(
        "bank holidays are worked",
        "calendar.py",
        "np.is_busday(dates, holidays=holidays)",
        "np.is_busday(dates)",
        (f"{UNIT}calendar.py", f"{UNIT}capacity.py::test_bank_holidays_have_no_minutes"),
    ),
    Fault(
        "two people share all their luck",
        "luck.py",
        "philox(name, number & 0xFFFFFFFF,",
        "philox(name, number & 0xFFFFFFFE,",
        (f"{UNIT}luck.py::test_numbers_for_every_purpose_are_uniform_and_strictly_inside[1]",),
    ),
    Fault(
        "whole replications are shared by neighbouring seeds",
        "luck.py",
        "purpose | (count << 8), seed, replication)",
        "purpose | (count << 8), seed + replication, 0)",
        (f"{FUNCTIONAL}determinism.py::test_replications_of_different_seeds_are_not_each_others",),
        compiled=True,
    ),
    Fault(
        "people of the same day share their luck",
        "model/working_day.py",
        "int(who.number), int(who.date), MISSED_LUCK,",
        "0, int(who.date), MISSED_LUCK,",
    ),
    Fault(
        "who misses one appointment misses all",
        "model/working_day.py",
        "MISSED_LUCK, int(r.count)) <",
        "MISSED_LUCK, 0) <",
    ),
    Fault(
        "one number decides when people enter work and when they leave",
        "model/claims.py",
        'people["leaving"] = lucky.exponential_units(draw(Purpose.LEAVING))',
        'people["leaving"] = lucky.exponential_units(draw(Purpose.JOB))',
    ),
)

WHAT_A_SCENARIO_SAYS = (
    Fault(
        "a change is planned for before it is announced",
        "scenario/numbers.py",
        "(self.by_date[d].announced or d) <= known_on",
        "True",
        (
            f"{UNIT}capacity.py::test_a_change_is_known_from_its_announcement_and_not_before",
            f"{FUNCTIONAL}levers.py::test_a_lever_bites_and_only_where_it_should[jobcentres.*.coaches]",
        ),
        compiled=True,
    ),
    Fault(
        "trainees see people",
        "scenario/capacity.py",
        "worked - int(cohort.training_working_days)",
        "worked",
        (f"{UNIT}capacity.py::test_trainees_see_nobody_until_their_training_days_are_worked",),
    ),
    Fault(
        "recruits leave before they have come",
        "scenario/capacity.py",
        "view.survival(calendar.day(cohort.starts.value))",
        "view.survival(0)",
        (f"{UNIT}capacity.py::test_leavers_thin_recruits_only_from_their_start",),
    ),
    Fault(
        "a monthly share is spread evenly over the days",
        "scenario/rates.py",
        "-np.log(1 - np.asarray(monthly_rate)) / DAYS_A_MONTH",
        "np.asarray(monthly_rate) / DAYS_A_MONTH",
        (
            f"{UNIT}job_entry.py::test_a_monthly_share_is_what_the_daily_hazard_adds_up_to",
            f"{EXACT}incidence.py::test_entry_follows_the_closed_form[contact without effect]",
        ),
        compiled=True,
    ),
    Fault(
        "missed appointments are not asked for again in the projected load",
        "scenario/load_check.py",
        "1 / np.maximum(1 - _weekly(scenario, kind.missed, days), 0.01)",
        "1 / np.maximum(1 - 0 * _weekly(scenario, kind.missed, days), 0.01)",
        (f"{UNIT}load_check.py",),
    ),
    Fault(
        "jobs can be filled on the day they are applied for",
        "scenario/supply.py",
        "since + int(jobs.days_to_approve) + int(jobs.days_to_advertise) + int(jobs.days_to_fill)",
        "since",
        (f"{UNIT}support_check.py::test_jobs_are_applied_for_then_approved_advertised_and_filled",),
    ),
    Fault(
        "recruits are paid by their output",
        "scenario/costs.py",
        "capacity.in_post[:, :days]",
        "capacity.coaches[:, :days]",
        (f"{UNIT}costs.py",),
    ),
)

CLAIMS = (
    Fault(
        "age groups are mixed up where one is absent",
        "model/claims.py",
        "np.array([i for i, _ in present])",
        "np.arange(len(present))",
    ),
    Fault(
        "two temporary jobcentres take the same people",
        "model/claims.py",
        "low = there[-1].high if there else 0.0",
        "low = 0.0",
    ),
    Fault(
        "youth hubs take people of any age",
        "model/claims.py",
        "np.where(age == YOUNG, area, self._nobody) if",
        "area if",
    ),
    Fault(
        "who claims again has the luck of the first spell",
        "model/returns.py",
        'subjects["number"] += 1 << 24',
        'subjects["number"] += 0',
    ),
)

APPOINTMENTS = (
    Fault(
        "a review is booked a day late",
        "model/working_day.py",
        "r.due = days[today + 7 *",
        "r.due = days[today + 1 + 7 *",
        (f"{FUNCTIONAL}beliefs_by_hand.py::test_constants_give_a_total_known_exactly",),
    ),
    Fault(
        "who is not served within a fortnight drops off the list",
        "model/working_day.py",
        "        return 0\n    home[r.home, r.age, ON_LIST] += 1",
        "        return 0\n    if today - int(r.requested) > 14:\n        return 0\n    home[r.home, r.age, ON_LIST] += 1",
        (
            f"{FUNCTIONAL}conservation.py::test_every_booking_ends_in_exactly_one_way[no coaches]",
            f"{FUNCTIONAL}beliefs_extremes.py::test_without_coaches_the_list_grows_and_everyone_is_counted",
        ),
    ),
    Fault(
        "the reserve for first meetings is never released",
        "model/clerk.py",
        "kept = reserve_share if kind != FIRST and i + 1 > reserve_until else 0.0\n            serving",
        "kept = reserve_share if kind != FIRST else 0.0\n            serving",
        (f"{UNIT}diary.py::test_the_reserve_is_released_so_many_working_days_before",),
    ),
    Fault(
        "the first in the clerk's order are bumped first",
        "model/clerk.py",
        "for i in range(m - 1, -1, -1):",
        "for i in range(m):",
        (f"{FUNCTIONAL}beliefs_contact.py::test_a_cut_falls_on_those_last_in_the_clerks_order",),
    ),
    Fault(
        "a cut announced ahead is seen only on its day",
        "model/simulation.py",
        "ahead=self.learnt_on == today",
        "ahead=False",
    ),
    Fault(
        "coaches who are absent see people",
        "model/coaches.py",
        "truth.coaches * (heads - absent) / heads",
        "truth.coaches * heads / heads",
        (f"{UNIT}capacity.py::test_half_a_coach_is_there_or_not",),
    ),
    Fault(
        "a bumped meeting is not a lost one",
        "model/clerk.py",
        "if today - int(r.claim) < early:",
        "if today - int(r.claim) < 0:",
    ),
    Fault(
        "the delay of a review is counted in calendar days",
        "model/working_day.py",
        "DELAY] += count[today + before] - count[int(r.due) + before]",
        "DELAY] += today - int(r.due)",
        (f"{FUNCTIONAL}conservation.py::test_how_late_people_are_seen_is_what_the_log_tells",),
        counted=False,
    ),
    Fault(
        "trainees are counted as coaches",
        "model/simulation.py",
        "= self.staffing.truth.coaches[:, today]\n",
        "= self.staffing.truth.coaches[:, today] + self.staffing.truth.in_training[:, today]\n",
        (f"{FUNCTIONAL}conservation.py::test_coaches_and_trainees_are_those_of_the_scenario",),
        counted=False,
    ),
)

WORK_AND_SUPPORT = (
    Fault(
        "the hazard of the wrong age group",
        "model/working_day.py",
        "hazards[rule.table, r.age,",
        "hazards[rule.table, 0,",
    ),
    Fault(
        "a rate by weeks on the claim begins a day early",
        "model/working_day.py",
        "bands[(today - int(r.claim) - 1) // 7]",
        "bands[(today - int(r.claim)) // 7]",
    ),
    Fault(
        "the time since the last meeting makes no difference",
        "model/working_day.py",
        "max(int(r.interval), today - int(r.last_held), SHORTEST_INTERVAL)",
        "max(int(r.interval), SHORTEST_INTERVAL)",
    ),
    Fault(
        "job entries take no vacancies",
        "model/labour_market.py",
        "+ inflow - entries - others",
        "+ inflow - others",
        (f"{UNIT}labour_market.py::test_a_day_of_vacancies",),
    ),
    Fault(
        "a programme is started again",
        "model/referral.py",
        " or (int(support.marks[r.id].started) >> k) & 1:",
        ":",
        (f"{UNIT}programmes.py::test_who_has_started_a_programme_is_not_referred_to_it_again",),
    ),
    Fault(
        "coaches meet again as if there had been no programme",
        "model/referral.py",
        "r.last_held = NEVER",
        "pass",
    ),
    Fault(
        "what a programme did is forgotten when it ends",
        "model/referral.py",
        "r.standing = len(support.programmes) + mark.completed if mark.completed > 0 else 0",
        "r.standing = 0",
    ),
    Fault(
        "places are given out at weekends",
        "model/programmes.py",
        "if self.gives_out[today, k]:",
        "if self.open[today, k]:",
        (f"{UNIT}programmes.py::test_nobody_starts_on_a_day_off",),
    ),
    Fault(
        "who joined the queue first has no precedence",
        "model/programmes.py",
        'keys = [queue, marks["joined"]]',
        "keys = [queue]",
        (f"{UNIT}programmes.py::test_the_first_of_the_queue_start",),
    ),
    Fault(
        "who starts a programme without contact still looks for work that day",
        "model/referral.py",
        "support.by_sector[r.sector, SEARCHERS] -= 1",
        "pass",
    ),
)

MEASURES = (
    Fault(
        "who is not served by the end is dropped from the wait",
        "view.py",
        'return kaplan_meier(count[until] - count[self.person("claim")], seen)',
        'return kaplan_meier((count[until] - count[self.person("claim")])[seen], seen[seen])',
        (f"{UNIT}measures.py",),
    ),
    Fault(
        "who still waits counts as seen on the last day",
        "view.py",
        "return until, until == when",
        "return until, until >= 0",
        (f"{UNIT}measures.py",),
    ),
    Fault(
        "the wait is counted in calendar days",
        "view.py",
        'return kaplan_meier(count[until] - count[self.person("claim")], seen)',
        'return kaplan_meier(until - self.person("claim"), seen)',
        (f"{UNIT}measures.py",),
    ),
    Fault(
        "people who claim again count as new ones in the share in work",
        "view.py",
        'first = self.person("spell") == 0',
        'first = self.person("spell") >= 0',
        (f"{UNIT}measures.py",),
    ),
    Fault(
        "an age group's figures include those of the older",
        "view.py",
        "slice(self.age, self.age + 1)",
        "slice(self.age, None)",
        (f"{UNIT}measures.py", f"{UNIT}results.py"),
    ),
    Fault(
        "who leaves is taken for one who may yet enter work",
        "survival.py",
        "np.bincount(at[what != 0], minlength=length)",
        "np.bincount(at[what == cause], minlength=length)",
        (f"{UNIT}survival.py",),
    ),
    Fault(
        "who left without an offer counts against the target",
        "measures/journey.py",
        "share(int(in_time.sum()), claims - gone)",
        "share(int(in_time.sum()), claims)",
        (f"{UNIT}measures.py",),
    ),
)

RESULTS = (
    Fault(
        "the curve of each age group is that of the young",
        "results/replication.py",
        "name: View(record, age=i) for i, name",
        "name: View(record, age=0) for i, name",
        (f"{UNIT}results.py",),
    ),
    Fault(
        "the interval has n degrees of freedom",
        "results/intervals.py",
        "np.where(enough, count - 1, 1)",
        "np.where(enough, count, 1)",
        (f"{UNIT}results.py",),
    ),
    Fault(
        "the interval has the quantile of one side",
        "results/intervals.py",
        "stats.t.ppf((1 + CONFIDENCE) / 2, freedom)",
        "stats.t.ppf(CONFIDENCE, freedom)",
        (f"{UNIT}results.py",),
    ),
    Fault(
        "a blank counts as nothing",
        "results/intervals.py",
        "grouped = frame.groupby(keys, sort=False, observed=True)",
        'grouped = frame.assign(value=frame["value"].fillna(0)).groupby(keys, sort=False, observed=True)',
        (f"{UNIT}results.py",),
    ),
    Fault(
        "the same replication is run every time",
        "experiment/job.py",
        "simulate(scenario, job.seed, job.replication,",
        "simulate(scenario, job.seed, 0,",
        (f"{UNIT}store.py::test_a_run_folder_holds_everything_and_says_what_it_is_of",),
    ),
    Fault(
        "results of another scenario are taken from the run folder",
        "experiment/job.py",
        "depends_on = (self.point.fingerprint, str(self.seed),",
        "depends_on = (str(self.seed),",
        (f"{UNIT}store.py::test_parts_of_another_run_are_neither_used_nor_kept[scenario]",),
    ),
    Fault(
        "a difference has the interval of unpaired runs",
        "experiment/compare.py",
        'half = half_width(spread["std"].to_numpy(),',
        'half = half_width(np.hypot(grouped["value_base"].std(), grouped["value_other"].std()).to_numpy(),',
        (f"{UNIT}compare.py::test_the_interval_is_that_of_the_paired_differences",),
    ),
    Fault(
        "a difference has the wrong sign",
        "experiment/compare.py",
        'pairs["value_other"] - pairs["value_base"]',
        'pairs["value_base"] - pairs["value_other"]',
        (f"{UNIT}compare.py::test_the_interval_is_that_of_the_paired_differences",),
    ),
    Fault(
        "the displaced and those who gain are mixed up",
        "first_spells.py",
        "int((base & ~other).sum()), int((other & ~base).sum())",
        "int((other & ~base).sum()), int((base & ~other).sum())",
        (f"{UNIT}compare.py::test_displaced_among_claimants_has_an_interval_that_ends_at_nothing",),
    ),
    Fault(
        "Fieller's interval leaves out that cost and entries go together",
        "experiment/contrasts.py",
        "x * y - spread[0, 1]",
        "x * y",
        (f"{UNIT}compare.py::test_fieller_by_hand",),
    ),
    Fault(
        "a percentage is shown a hundred times too small",
        "show/rounding.py",
        'return Form(100, "", "" if differs else "%", 1, "percentage points")',
        'return Form(1, "", "" if differs else "%", 1, "percentage points")',
        (f"{UNIT}screen.py::test_rounding", f"{UNIT}screen.py::test_differences_in_words"),
    ),
    Fault(
        "shorter is shown as longer",
        "show/words.py",
        '("fewer", "more"))[value > 0]',
        '("fewer", "more"))[value < 0]',
        (f"{UNIT}screen.py::test_differences_in_words",),
    ),
)

PLANTED = (*CALENDAR_AND_LUCK, *WHAT_A_SCENARIO_SAYS, *CLAIMS, *APPOINTMENTS, *WORK_AND_SUPPORT, *MEASURES, *RESULTS)
"""Every fault, in the order of the data."""
