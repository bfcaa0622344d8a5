"""What the tests of beliefs share: the kinds of belief, and the towns they are tried in.

A belief is a test whose docstring begins with a sentence that somebody who models policy would sign before looking at any result.
``make validate`` prints these sentences, so they are written for a reader, and the rest of the docstring for whoever maintains the test.
Unless a test says so, everyone has the same luck in the runs that are compared, so that most comparisons are person by person.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.measures import MEASURES
from sim.model.ledger import Record
from sim.model.simulation import simulate
from sim.record import JOB_ENTRY, SECTOR_COLUMNS
from sim.scenario.schema import AGE_GROUPS
from sim.view import View
from tests.scenarios import BOUNDLESS, Changes, tiny

KINDS = {
    "direction": "Direction: more of this gives more, or less, of that",
    "extreme": "Extreme values: what must be so whatever the rest",
    "by hand": "Worked by hand: the answer is known exactly",
    "unforeseen": "Nothing is foreseen: before a change is announced, nobody's day differs",
    "region": "The region: the story of 2020 to 2022 in the West Midlands, as the scenario files tell it",
}
"""The kinds of belief, in words; a test says which it is, and of which keys of a scenario, by ``@pytest.mark.belief(kind, *keys)``."""

direction, extreme, by_hand, unforeseen, region = (partial(pytest.mark.belief, kind) for kind in KINDS)

YOUNG = AGE_GROUPS.index("16-24")
NEVER = 10_000
"""A day later than all."""

BUSY: Changes = {
    "areas.North": {"claimants": 300, "claims_per_week": 25},
    "jobcentres.Hill.coaches": 5,
    "other_leaving.monthly_rate": 0.2,
    "period.to": "2021-05-30",
}
"""More people than five coaches can see weekly; 17 weeks, everyone comes in."""
REMOTE: Changes = {"claimants.can_be_served_remotely": 1, "service.face_to_face_share": 0}

PERIOD = {"from": "2021-02-01", "to": "2021-07-31"}
ROOMY: Changes = {
    **BOUNDLESS,
    "period": PERIOD,
    "areas.North": {"claimants": 300, "claims_per_week": 25},
    "job_entry": {"monthly_rate_by_week": {0: 0.15}},
    "other_leaving.monthly_rate": 0.05,
}
"""Half a year; about 900 people, a fifth of them young; minutes for everyone."""
SHORT: Changes = {"jobcentres.Hill.coaches": 5, "jobcentres.Hill.desks": 50}
"""Coaches for half of that."""


def run(*changes: Changes, replication: int = 0) -> Record:
    """The tiny scenario with these changes, the later ones winning, with its event log."""
    merged = {key: value for change in changes for key, value in change.items()}
    return simulate(tiny(merged), seed=1, replication=replication, events=True)


def roomy(*changes: Changes) -> Record:
    """Minutes without end, and these changes."""
    return run(ROOMY, *changes)


def rising(values: Sequence[float]) -> bool:
    """Each more than the one before."""
    return all(less < more for less, more in pairwise(values))


def falling(values: Sequence[float]) -> bool:
    """Each less than the one before."""
    return rising(values[::-1])


def measured(record: Record, name: str) -> float:
    """The first statistic of a measure, everyone together."""
    return float(MEASURES[name].compute(View(record))[0])


def entry_day(record: Record) -> NDArray[np.int64]:
    """The day on which each person entered work; far away if they did not."""
    return np.where(record.people["exit_kind"] == JOB_ENTRY, record.people["exit"], NEVER)


def start_day(record: Record) -> NDArray[np.int64]:
    """The day on which each person started a programme; far away if they did not."""
    out = np.full(len(record.people), NEVER)
    began = record.episodes[record.episodes["started"] >= 0]
    out[began["person"]] = began["started"]
    return out


def of(record: Record, log: NDArray[np.int64], young: bool) -> NDArray[np.int64]:
    """Events of the young, or of everyone else."""
    return log[(record.people["age"][log[:, 2]] == YOUNG) == young]


def programme(**more: Any) -> dict[str, Any]:
    """Twelve weeks of support beside reviews, with places for everyone who wants one."""
    return {
        "open": dict(PERIOD),
        "supply": {"places": 10_000},
        "referral_at_review": 0.5,
        "weeks": 12,
        "contact_goes_on": True,
        **more,
    }


def only(**more: Any) -> Changes:
    """One programme, called Help."""
    return {"programmes": {"Help": programme(**more)}}


FOR_YOUNG = {"who": {"age_groups": ["16-24"]}}


def flow(record: Record, what: str, name: str = "Help") -> NDArray[np.int64]:
    """Episodes of a programme by day."""
    return View(record).of_programme(record.programmes.index(name)).flow(what)


def starts(record: Record, name: str = "Help") -> int:
    """How many started a programme."""
    return int(flow(record, "started", name).sum())


def market(elasticity: float, vacancies: float, inflow: float, **more: Any) -> Changes:
    """Two sectors of equal size and equally many jobs."""
    sector = {"share": 0.5, "vacancies": vacancies, "inflow_per_week": inflow}
    return {
        "labour_market": {
            "sectors": {"Hiring": sector, "Shrinking": sector},
            "elasticity": elasticity,
            "reference_tightness": 0.25,
            "others_hiring_monthly_rate": 0.2,
            "lapsing_monthly_rate": 0.1,
            **more,
        }
    }


def sector(record: Record, what: str, name: str) -> NDArray[np.float64]:
    """A figure of a sector by day."""
    return record.by_sector[:, record.sectors.index(name), SECTOR_COLUMNS.index(what)]


@dataclass(frozen=True)
class Belief:
    """A test that is marked as a belief.

    Attributes:
        module, name: of the test function.
        kind: one of KINDS.
        keys: what of a scenario it is about.
        words: the first sentence of its docstring.
    """

    module: str
    name: str
    kind: str
    keys: tuple[str, ...]
    words: str


def files() -> list[Path]:
    """The files in which beliefs are."""
    here = Path(__file__).parent
    return [*sorted(here.glob("test_beliefs_*.py")), here / "test_story.py"]


def beliefs() -> list[Belief]:
    """All of them, in the order of their files."""
    found = []
    for file in files():
        module = importlib.import_module(f"tests.functional.{file.stem}")
        for name, test in vars(module).items():
            for mark in getattr(test, "pytestmark", []):
                if name.startswith("test_") and mark.name == "belief":
                    kind, *keys = mark.args
                    found.append(Belief(module.__name__, name, kind, tuple(keys), first_sentence(test)))
    return found


def first_sentence(test: Any) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = (inspect.getdoc(test) or "").partition("\n\n")[0]
    return re.split(r"(?<=\.)\s+(?=[A-Z])", " ".join(paragraph.split()))[0]
