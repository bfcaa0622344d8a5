"""The oracle at large: random scenarios of every lever at once, run by the engine and by the second model, which must agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sim.experiment.workers import each
from sim.scenario.schema import Scenario
from sim.scenario.writing import to_plain
from tests.evidence import Section
from tests.functional.test_levers import SAYS_NOTHING_TO_THE_MODEL, keys_of
from tests.oracle.compare import hold
from tests.oracle.independence import MAY_SHARE, files, shared
from tests.oracle.run import Code
from tests.oracle.shrink import KEPT, keep, luck_of, shrink
from tests.oracle.strategies import numbered

FIRST, SCENARIOS = 2_000, 2_000
"""Numbers of the scenarios: beyond those of the tests, the same for everyone."""
BLOCK = 25
SHRUNK = 3
"""Differences that are shrunk, the first ones; one fault shows in many scenarios."""
SECONDS = 120.0
"""For each of them at most."""

RULES: dict[str, tuple[str, ...]] = {
    "claims": ("CLAIM",),
    "claims again after work": ("RETURN",),
    "moves when a temporary jobcentre or a youth hub opens": ("moved on opening",),
    "moves when one closes": ("moved on closing",),
    "first meetings booked face to face": ("BOOKED first_meeting face_to_face",),
    "first meetings booked by phone": ("BOOKED first_meeting phone",),
    "reviews booked face to face": ("BOOKED review face_to_face",),
    "reviews booked by phone": ("BOOKED review phone",),
    "youth-hub meetings booked": ("BOOKED youth_hub_meeting face_to_face", "BOOKED youth_hub_meeting phone"),
    "booked at another jobcentre of the pool": ("BOOKED away from home",),
    "turned away on a day by the reserve for first meetings": ("turned away by the reserve",),
    "turned away on a day for want of a desk": ("turned away for want of a desk",),
    "appointments held": ("HELD",),
    "appointments missed": ("MISSED",),
    "bumped on the day, by absence": ("bumped on the day",),
    "bumped ahead, by a change announced": ("bumped ahead",),
    "bumped for want of a desk only": ("bumped for want of a desk only",),
    "bumped by a closure": ("bumped by a closure",),
    "bumped by the end of a temporary jobcentre": ("bumped by the end of a temporary jobcentre",),
    "bookings cancelled because the claim ended": ("a leaver's booking cancelled",),
    "cohorts of recruits in training": ("cohorts in training",),
    "cohorts coming up to full output": ("cohorts coming up to full output",),
    "job entries": ("JOB_ENTRY",),
    "other leaving": ("LEFT",),
    "hazards with a factor for contact by phone": ("a factor for the phone",),
    "hazards with a factor for the length of meetings or the caseload": ("a factor for the place",),
    "hazards with a factor for a programme or a lost meeting": ("a factor for a programme or a lost meeting",),
    "hazards with a factor for vacancies per searcher": ("matching other than 1",),
    "hazards of 0 for want of vacancies": ("nobody matched for want of vacancies",),
    "days on which more vacancies are filled than there are": ("vacancies below zero",),
    "referrals": ("REFERRED",),
    "starts on a place": ("STARTED places",),
    "starts in a job of the programme": ("STARTED jobs",),
    "starts on a course": ("STARTED intakes",),
    "starts before others longer in the queue": ("STARTED before those longer in the queue",),
    "withdrawals, tired of waiting": ("WITHDREW tired of waiting",),
    "withdrawals at the close of the programme": ("WITHDREW at the close",),
    "programmes completed": ("COMPLETED",),
    "programmes dropped out of": ("DROPPED_OUT",),
    "people who changed sector by retraining": ("retrained",),
}
"""How often each rule came into play, by what :class:`tests.oracle.watched.Watched` counts."""


@dataclass
class Tally:
    """What came of some scenarios.

    Args:
        different: number of a scenario and what differs in it.
        values: by key of the schema, what was said there, None where nothing was.
    """

    scenarios: int = 0
    events: int = 0
    spells: int = 0
    figures: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    different: dict[int, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, other: Tally) -> None:
        self.scenarios += other.scenarios
        self.events += other.events
        self.spells += other.spells
        self.figures += other.figures
        self.seen += other.seen
        self.different |= other.different
        for key, values in other.values.items():
            self.values[key] |= values


def section(workers: int = 2, scenarios: int = SCENARIOS, folder: Path = KEPT) -> Section:
    """Compare so many scenarios; differences are shrunk and kept in a folder."""
    tally = run(range(FIRST, FIRST + scenarios), workers)
    kept = list(each(small, [(number, folder) for number in sorted(tally.different)[:SHRUNK]], workers))
    return told(tally, sorted(kept))


def run(numbers: range, workers: int) -> Tally:
    """Compare the scenarios of these numbers in blocks over processes."""
    total = Tally()
    for block in each(compared, [numbers[i : i + BLOCK] for i in range(0, len(numbers), BLOCK)], workers):
        total.add(block)
    return total


def compared(numbers: Sequence[int]) -> Tally:
    """One block."""
    tally = Tally()
    for number in numbers:
        scenario = numbered(number)
        held = hold(scenario, *luck_of(number))
        tally.add(Tally(1, held.events, held.spells, held.figures, seen=held.seen))
        if held.difference:
            tally.different[number] = held.difference
        for key, value in said(scenario):
            tally.values[key].add(value)
    return tally


def small(job: tuple[int, Path]) -> tuple[int, str]:
    """Shrink a scenario that differs and keep it: its number, and what became of it in words."""
    number, folder = job
    one = shrink(numbered(number), *luck_of(number), seconds=SECONDS)
    first = one.difference.splitlines()[0]
    if not one.loads:
        return number, f"random scenario {number}, and what is left of it is nothing that a file may say: {first}"
    return (
        number,
        f"random scenario {number}, kept as tests/oracle/kept/{keep(one, f'found in random scenario {number}', folder).name}: {first}",
    )


# ---- levers


@cache
def levers() -> tuple[str, ...]:
    """Every key of the schema that the engine reads, with ``*`` for a name that is free."""
    return tuple(key for key in keys_of(Scenario) if key not in SAYS_NOTHING_TO_THE_MODEL)


def said(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What a scenario says at each key that the engine reads, a default as nothing."""
    raw = to_plain(scenario)
    for key in levers():
        for value in _below(raw, key.split(".")):
            yield key, repr(value)


def _below(raw: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield raw
    elif path[0] == "*":
        for value in raw.values() if isinstance(raw, dict) else raw:
            yield from _below(value, path[1:])
    elif isinstance(raw, dict):
        yield from _below(raw[path[0]], path[1:]) if path[0] in raw else (None,)


def never_moved(values: dict[str, set[str]]) -> list[str]:
    """Keys that said the same in every scenario."""
    return [key for key in levers() if len(values.get(key, ())) < 2]


# ---- the page


def told(tally: Tally, kept: list[tuple[int, str]]) -> Section:
    """In words."""
    still, foreign = never_moved(tally.values), shared().get("", set())
    unused = [rule for rule, keys in RULES.items() if not count(tally, keys)]
    failed = [what for _, what in kept]
    failed += [f"{len(tally.different) - len(kept)} more random scenarios differ"] if len(tally.different) > len(kept) else []
    failed += [f"no random scenario moves the lever {key}" for key in still]
    failed += [f"no random scenario has {rule}" for rule in unused]
    failed += [f"the oracle shares {name} with the package" for name in sorted(foreign)]
    n, different = tally.scenarios, len(tally.different)
    last = FIRST + n - 1
    found = "no difference" if not different else f"{different:,} scenario{'s' * (different != 1)} that differ{'s' * (different == 1)}"
    return Section(
        "The oracle at large", text(tally, found, last, still), f"{n:,} random scenarios of every lever at once: {found}", failed
    )


def count(tally: Tally, keys: tuple[str, ...]) -> int:
    return sum(tally.seen[key] for key in keys)


def text(tally: Tally, found: str, last: int, still: list[str]) -> str:
    n, keys = tally.scenarios, levers()
    fewest = min((len(tally.values[key]), key) for key in keys)
    modules = ", ".join(f"`{file.stem}`" for file in files())
    lines = [
        f"A second model, `tests/oracle` ({modules}), was written from [the rules](reference/rules.md) and not from the code: plain "
        "SimPy, one process for each jobseeker, slow. Both models play the same random scenario, and must then have the same log of "
        "events, one by one in order, and the same record beside it: people waiting, in reviews and on programmes by day and "
        "jobcentre, vacancies and searchers by day and sector, places that nobody took, referrals and starts, and pounds, these and "
        "vacancies to nine digits, which is rounding.",
        "",
        f"Scenarios {FIRST:,} to {last:,} of those that `tests/oracle/strategies.py` draws (the number is also the seed; the replication "
        f"is its remainder by 3; those below {FIRST:,} are left to `make test`): **{n:,} scenarios, {tally.events:,} events, "
        f"{tally.spells:,} spells of people and {tally.figures:,} figures of the record; {found}**. Each puts up to "
        "eight jobcentres, two areas and four programmes into 5 to 70 days, with so few coaches that overload, ties and bumping are "
        "common. The scenarios go beyond what a file may say, since the engine does not rely on what is refused there.",
        "",
        f"Of the {len(keys)} keys that the engine reads, "
        + (f"{len(still)} never changed: {', '.join(still)}." if still else "every one took two values or more")
        + ("" if still else f"; fewest, {fewest[0]}, `{fewest[1]}`. ")
        + "Should something be different, it is reduced to a scenario of a page that still differs, and kept in `tests/oracle/kept` as a "
        f"test, each beginning with how it was found: {len(list(KEPT.glob('*.yaml')))} files now.",
        "",
        "**What independence means.** From the package, the oracle imports the following and nothing else, which a test reads from its "
        "source:",
        "",
        *(f"* `{name}`: {MAY_SHARE[name]}" for name in sorted(shared()) if name),
        "",
        "An error in any of these, or in the rules themselves, would not be seen here.",
        "",
        "<details><summary>How often each rule came into play</summary>",
        "",
        "| rule | times |",
        "|---|--:|",
        *(f"| {rule} | {count(tally, keys):,} |" for rule, keys in RULES.items()),
        f"| events of all {len(Code)} kinds | {tally.events:,} |",
        "",
        "</details>",
    ]
    return "\n".join(lines)
