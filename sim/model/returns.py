"""People who enter work and claim again: the same person with a new spell (rules, section 11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.luck import UNITS, Luck, Purpose, exponential_units
from sim.model.claims import Catchments
from sim.model.people import FIRST, MARK, NEVER, NONE, PERSON, WAITING, Register, joined, raw
from sim.scenario.schema import Scenario

FIRST_SPELL = (1 << 24) - 1
"""The bits of a subject's number that are the same in every spell."""
LAST_SPELL = 255
"""The bits above them hold no more spells."""


class Returns:
    """Who will claim again on which day.

    Args:
        scenario: whose share and times hold.
        luck: all luck.
        everyone: who has come so far.
        catchments: whom temporary jobcentres and youth hubs take.
    """

    def __init__(self, scenario: Scenario, luck: Luck, everyone: Register, catchments: Catchments) -> None:
        self.rules, self.luck, self.everyone, self.catchments = scenario.returns, luck, everyone, catchments
        self.days = scenario.period.days
        self.coming: dict[int, list[NDArray[np.void]]] = {}

    def note(self, today: int, workers: NDArray[np.void]) -> None:
        """Of those who entered work today (rows of PERSON), who will be back, and when."""
        if self.rules is None or not len(workers):
            return
        back = raw(workers)[self._draw(workers, Purpose.RETURN) < float(self.rules.share)].view(PERSON)
        back = raw(back)[self.everyone.history["spell"][back["id"]] < LAST_SPELL].view(PERSON)
        after = exponential_units(self._draw(back, Purpose.RETURN_AFTER)) / UNITS * (7 * float(self.rules.mean_weeks))
        day = today + np.maximum(1, np.floor(after + 0.5).astype(np.int64))
        for i in np.flatnonzero(day < self.days):
            self.coming.setdefault(int(day[i]), []).append(back[i : i + 1])

    def come(self, today: int, next_working: int) -> NDArray[np.void]:
        """Today's returns as rows of PERSON with new ids, in order of the spell before; they are written down."""
        rows = joined(self.coming.pop(today, []), PERSON)
        if not len(rows):
            return rows
        rows = raw(rows)[np.argsort(rows["id"])].view(PERSON)
        everyone, earlier = self.everyone, rows["id"].copy()
        subjects, history = everyone.subjects[earlier], everyone.history[earlier]
        rows["home"] = history["origin"]
        for purpose in self.catchments.draws():
            u = self.luck.uniforms(subjects["name"], subjects["number"] & FIRST_SPELL, subjects["date"], purpose)
            part = self.catchments.of(purpose, history["origin"], history["area"], history["age"], u)
            taken = self.catchments.open_on(part, today)
            rows["home"][taken] = self.catchments.temporary[part[taken]]
        subjects["number"] += 1 << 24
        history["spell"] += 1
        history["earlier"], history["home"], history["claim"] = earlier, rows["home"], today
        for name in ("offered", "first_held", "exit"):
            history[name] = NONE
        for name in ("exit_kind", "held", "missed"):
            history[name] = 0
        marks = None
        if everyone.with_marks:
            marks = np.zeros(len(rows), dtype=MARK)
            marks["started"] = everyone.marks["started"][earlier]
        rows["id"] = everyone.add(subjects, history, marks)
        rows["claim"], rows["requested"], rows["due"] = today, today, next_working
        rows["state"], rows["kind"], rows["booked"], rows["serving"], rows["last_held"] = WAITING, FIRST, NONE, NONE, NEVER
        for name in ("interval", "count", "standing", "traits"):
            rows[name] = 0
        rows["job"], rows["leaving"] = (exponential_units(self._draw(rows, purpose)) for purpose in (Purpose.JOB, Purpose.LEAVING))
        return rows

    def _draw(self, people: NDArray[np.void], purpose: Purpose) -> NDArray[np.float64]:
        who = self.everyone.subjects[people["id"]]
        return self.luck.uniforms(who["name"], who["number"], who["date"], purpose)
