"""Making a scenario in which the engine and the oracle differ small, and keeping it as a file that every test run looks at.

    python -m tests.oracle.shrink --first 5000 --last 5999     # search the numbered scenarios, shrink the first difference, keep it

Greedy, as in Zeller & Hildebrandt (2002), Simplifying and isolating failure-inducing input: whatever can be taken away, or made
simpler, while what is left is a scenario and still differs, is; until nothing more can. Nothing is drawn at random.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import sim
from sim.experiment.store import write_text
from sim.scenario.consistency import findings
from sim.scenario.schema import Scenario
from sim.scenario.tree import dotted
from sim.scenario.writing import dump, to_plain
from tests.oracle.compare import hold
from tests.oracle.shrink_moves import Move, Raw, edited, removals, replacements, runs, size
from tests.oracle.strategies import numbered

KEPT = Path(__file__).parent / "kept"
TRIES = 3000
"""Comparisons at most. A small scenario takes a hundredth of a second."""

Differs = Callable[[Scenario, int, int], str]
"""Of a scenario, a seed and a replication: what differs, beginning with a word for how it shows and a colon; empty if nothing does."""


class NoDifference(ValueError):
    """There is nothing to shrink."""


@dataclass(frozen=True)
class Shrunk:
    """A small scenario that differs.

    Args:
        scenario: with ``seed`` in it.
        replication: in which it differs.
        difference: what differs first, in words.
        tried: how many scenarios were compared on the way.
        loads: whether a file may say it; the engine is tested on more than that, and a difference may need what no file may say.
    """

    scenario: Scenario
    replication: int
    difference: str
    tried: int
    loads: bool


def difference(scenario: Scenario, seed: int, replication: int) -> str:
    """What differs between the engine and the oracle."""
    return hold(scenario, seed, replication).difference


def shrink(
    scenario: Scenario, seed: int, replication: int = 0, differs: Differs = difference, tries: int = TRIES, seconds: float = float("inf")
) -> Shrunk:
    """Make a scenario small while it still differs, and in the same way.

    Args:
        scenario: in which something differs.
        seed, replication: the luck with which it does; others are tried, for they are simpler.
        differs: says what.
        tries: how many smaller ones are compared at most.
        seconds: after which no other is tried. What comes out then depends on the machine, but differs all the same.

    Raises:
        NoDifference: if nothing differs to begin with.
    """
    search = _Search(differs, tries, time.monotonic() + seconds, seed, replication)
    found = differs(scenario, seed, replication)
    if not found:
        raise NoDifference(f"nothing to shrink: nothing differs in '{scenario.name}' with seed {seed} and replication {replication}")
    search.take(to_plain(scenario), scenario, found)
    search.simplify_luck()
    before = None
    while before != search.score:
        before = search.score
        for propose in (runs, removals, runs, replacements):
            search.run(propose)
    search.simplify_luck()
    final = search.scenario.model_copy(update={"seed": search.seed, "name": "shrunk", "question": ""})
    return Shrunk(final, search.replication, search.found, search.tried, loads=search.score[0] == 0)


class _Search:
    """The smallest scenario so far."""

    def __init__(self, differs: Differs, tries: int, until: float, seed: int, replication: int) -> None:
        self.differs, self.tries, self.until = differs, tries, until
        self.seed, self.replication, self.tried = seed, replication, 0
        self.refused: set[str] = set()

    def take(self, raw: Raw, scenario: Scenario, found: str) -> None:
        self.raw, self.scenario, self.found = raw, scenario, found
        self.broken = _broken(scenario)
        self.score = _score(raw, self.broken)

    @property
    def spent(self) -> bool:
        return self.tried >= self.tries or time.monotonic() > self.until

    def run(self, propose: Callable[[Raw], Iterator[Move]]) -> None:
        """Make every move that is proposed for the scenario as it is now and leaves a smaller one that differs."""
        for move in propose(deepcopy(self.raw)):
            if self.spent:
                return
            raw = edited(self.raw, move)
            if raw is None or repr(raw) in self.refused:
                continue
            try:
                scenario = Scenario.model_validate(raw)
                broken = _broken(scenario)
                smaller = _score(raw, broken) < self.score and broken <= self.broken
            except (ValidationError, ValueError, LookupError, ArithmeticError):  # not a scenario, nor near one
                continue
            if not smaller:
                continue
            found = self.compare(scenario, self.seed, self.replication)
            if found:
                self.take(raw, scenario, found)
            else:
                self.refused.add(repr(raw))

    def simplify_luck(self) -> None:
        """Seed 1 and replication 0, or nearly."""
        for seed, replication in [(1, 0), (2, 0), (3, 0), (self.seed, 0)]:
            if (seed, replication) == (self.seed, self.replication) or self.spent:
                return
            if found := self.compare(self.scenario, seed, replication):
                self.seed, self.replication, self.found = seed, replication, found
                return

    def compare(self, scenario: Scenario, seed: int, replication: int) -> str:
        """What differs, if it shows in the same way as before: a difference must not turn into another on the way."""
        self.tried += 1
        found = self.differs(scenario, seed, replication)
        return found if found.partition(":")[0] == self.found.partition(":")[0] else ""


def _score(raw: Raw, broken: Counter[tuple[str, ...]]) -> tuple[float, ...]:
    """What must fall: rules broken that keep a file from loading, then size."""
    return broken.total(), *size(raw)


def _broken(scenario: Scenario) -> Counter[tuple[str, ...]]:
    """Where rules are broken, but for positions in lists: a move may mend them, but break no others."""
    return Counter(tuple(key for key in finding.path if isinstance(key, str)) for finding in findings(scenario))


# ---- files


def text_of(shrunk: Shrunk, note: str) -> str:
    """A scenario file, with what it is kept for as a comment."""
    lines = [f"seed {shrunk.scenario.seed}, replication {shrunk.replication}; {note}", *shrunk.difference.splitlines()]
    return "".join(f"# {line.rstrip()}\n" for line in lines) + dump(shrunk.scenario)


def keep(shrunk: Shrunk, note: str, folder: Path = KEPT) -> Path:
    """Write it to a folder, whole or not at all, under a name that its content gives and that ends in the replication."""
    content = hashlib.sha256(dump(shrunk.scenario).encode()).hexdigest()[:10]
    name = f"{content}-{shrunk.replication}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder, name, text_of(shrunk, note))
    return folder / name


def replication_of(file: Path) -> int:
    """In which replication the scenario of a kept file differed."""
    return int(file.stem.rpartition("-")[2])


# ---- the command


def search(first: int, last: int) -> tuple[int, str] | None:
    """The first numbered scenario that differs, and what; its number is the seed as well."""
    for number in range(first, last + 1):
        if found := difference(numbered(number), *luck_of(number)):
            return number, found
    return None


def luck_of(number: int) -> tuple[int, int]:
    """Seed and replication with which a numbered scenario is run."""
    return number, number % 3


def main(arguments: list[str] | None = None) -> int:
    """Search, shrink and keep; 1 if something differed."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.shrink", description=main.__doc__)
    parser.add_argument("--first", type=int, default=0, help="number of the first scenario")
    parser.add_argument("--last", type=int, default=199, help="number of the last")
    parser.add_argument("--note", default="", help="what to say in the file of how it was found")
    parser.add_argument("--folder", type=Path, default=KEPT)
    parser.add_argument("--seconds", type=float, default=300, help="longest time to shrink")
    given = parser.parse_args(arguments)
    found = search(given.first, given.last)
    if found is None:
        print(f"no difference in scenarios {given.first} to {given.last}")
        return 0
    number, what = found
    print(f"scenario {number} differs: {what}")
    shrunk = shrink(numbered(number), *luck_of(number), seconds=given.seconds)
    if not shrunk.loads:
        rules = "\n".join(f"{dotted(finding.path)}: {finding.message}" for finding in findings(shrunk.scenario))
        print(f"{text_of(shrunk, given.note)}\n{rules}\nafter {shrunk.tried} comparisons still nothing that a file may say, see above")
        return 1
    file = keep(shrunk, given.note or f"found in scenario {number}", given.folder)
    if not difference(sim.load(file), shrunk.scenario.seed, shrunk.replication):
        raise AssertionError(f"{file} does not differ once it is read again")
    print(f"kept after {shrunk.tried} comparisons as {file.name}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
