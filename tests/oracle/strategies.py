"""Random small scenarios, drawn so that overload, ties and bumping are common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from sim.scenario.schema import CHANNELS, Scenario
from tests.oracle.chance import ByHypothesis, ByNumber, Chance, Raw
from tests.oracle.strategies_support import SupportDrawing

STARTS = [
    "2021-02-01",  # a Monday, nothing special near it
    "2020-12-14",  # Christmas and New Year
    "2020-12-19",  # a Saturday
    "2020-12-25",  # a bank holiday, then a weekend and another
    "2020-12-27",  # a Sunday
    "2021-03-26",  # Easter
    "2021-04-02",  # Good Friday
    "2021-05-01",  # a Saturday before an early May bank holiday
]
SPLITS = {
    1: [[1.0]],
    2: [[0.5, 0.5], [0.3, 0.7], [1.0, 0.0]],
    3: [[0.5, 0.25, 0.25], [0.2, 0.3, 0.5]],
    4: [[0.25] * 4, [0.4, 0.3, 0.2, 0.1]],
}
TAKEN = {1: [[0.5], [1.0], [0.3]], 2: [[0.5, 0.5], [0.0, 1.0], [0.3, 0.4], [0.5, 0.0]]}
NAMES = ["Ash", "Birch", "Cedar", "Dale", "Elm", "Fir", "Gorse", "Hazel"]


@dataclass
class Drawer(SupportDrawing):
    """Draws the parts of one scenario."""

    def areas(self) -> Raw:
        out = {}
        for name in ["North", "East"][: self.whole(1, 2)]:
            out[name] = {"claimants": self.whole(0, 30), "claims_per_week": self.claims_per_week()}
            if self.chance():
                out[name]["age_groups"] = self.one({"50+": 1}, {"50+": 0.25, "16-24": 0.75})
            if self.chance():
                out[name]["by_weekday"] = self.one([1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0.25, 0.5, 0.25])
        return out

    def claims_per_week(self) -> Any:
        """Fewer in long runs, which are there to see programmes end and people come back."""
        return self.dated(7, 3.5, 14, 21, 0) if self.days <= 40 else self.dated(2, 4, 7, 0)

    def claimants(self) -> Raw:
        return {
            "age_groups": self.one({"16-24": 0.2, "25-49": 0.5, "50+": 0.3}, {"25-49": 0.3, "16-24": 0.7}, {"16-24": 1}, {"25-49": 1}),
            "by_weekday": self.one([0.2, 0.2, 0.2, 0.2, 0.2, 0, 0], [0.1, 0.1, 0.1, 0.1, 0.1, 0.25, 0.25]),
            "can_be_served_remotely": self.one(0.5, 0, 1, 0.8),
            "weeks_on_claim": self.one({"0-2": 0.5, "3-13": 0.5}, {"0-0": 1}, {"0+": 1}, {"14-26": 0.2, "0-13": 0.4, "27+": 0.1}),
            "longest_weeks_on_claim": self.one(40, 28, 104),
            "awaiting_first_meeting_days": self.one(7, 0, 20),
            "contact_before_start": self.one("ongoing", "suspended"),
        }

    def permanent(self, names: list[str], areas: list[str]) -> Raw:
        out: Raw = {}
        for i, area in enumerate(areas):
            here = names[i :: len(areas)]
            for name, share in zip(here, self.one(*SPLITS[len(here)]), strict=True):
                out[name] = {
                    "area": area,
                    "share": share,
                    "coaches": self.dated(3, 4, 5) if self.calm else self.dated(1, 2, 3, 1, 2, 3, 4, 0.5, 1.7, 0),
                    "desks": self.dated(9, 5) if self.calm else self.dated(1, 2, 3, 1, 2, 0),
                }
        return out

    def temporary(self, names: list[str], permanent: Raw) -> Raw:
        out: Raw = {}
        taken = {origin: self.one(*TAKEN[len(names)]) for origin in permanent} if names else {}
        for i, name in enumerate(names):
            takes = {origin: shares[i] for origin, shares in taken.items() if shares[i]} or {sorted(permanent)[0]: 0}
            out[name] = {
                "temporary": self.life(),
                "takes_from": takes,
                "standing_caseload": self.chance(),
                "coaches": self.dated(0, 1, 2, 0.6),
                "desks": self.dated(1, 2, 2, 0),
                # Each temporary jobcentre may have half of what the origin always has, so that two have no more than all of it.
                "coaches_from": {j: least(permanent[j]["coaches"]) * self.one(0.5, 0.25, 0) for j in self.some(sorted(permanent))},
            }
        return out

    def closures(self, names: list[str]) -> list[Raw]:
        out = []
        for _ in range(self.one(0, 1, 2)):
            first = self.whole(-3, self.days + 3)
            closure: Raw = {"from": self.date(first), "to": self.date(first + self.one(0, 6, 13, 1))}
            if self.chance():
                closure["jobcentres"] = self.some(names, at_least=1)
            if self.chance():
                closure["announced"] = self.date(first - self.whole(0, 12))
            out.append(closure)
        return out

    def pools(self, names: list[str]) -> Raw:
        members = self.some(names)
        cut = 2 if len(members) >= 4 and self.chance() else len(members)
        parts = [part for part in (members[:cut], members[cut:]) if len(part) >= 2]
        return {f"Pool {i}": {"channels": self.some(list(CHANNELS), at_least=1), "jobcentres": part} for i, part in enumerate(parts)}

    def recruitment(self, permanent: Raw, temporary: Raw) -> Raw:
        out: Raw = {}
        for i in range(self.one(0, 1, 2, 3)):
            starts = self.whole(-12, self.days)
            cohort: Raw = {"starts": self.date(starts), "training_working_days": self.one(3, 0, 10), "ramp_working_days": self.one(0, 4)}
            if self.chance():
                cohort["announced"] = self.date(starts - self.whole(0, 15))
            to = self.one("by_caseload", "permanent", "temporary", "both")
            if to == "by_caseload":
                cohort["coaches"] = self.one(1, 2, 3.5)
            else:
                places = sorted({"permanent": permanent, "temporary": temporary or permanent, "both": permanent | temporary}[to])
                places = [j for j in self.some(places, at_least=1) if j in permanent or sum(takes(temporary[j]).values())]
                cohort["to"] = {j: self.one(1, 0.5, 2) for j in places or sorted(permanent)[:1]}
                cohort["coaches"] = sum(cohort["to"].values())
            out[f"cohort {i}"] = cohort
        return out

    def coaches(self, permanent: Raw, temporary: Raw) -> Raw:
        return {
            "minutes_per_day": self.dated(60, 90, 30, 120, 150),
            "bookable_share": self.dated(1, 1, 0.52, 1, 0.8, 1, 1, 0.5, 1, 1, 1, 0),
            "absence": self.dated(0.1, 0, 0.2) if self.calm else self.dated(0, 0, 0.1, 0.2, 0.2, 0.3, 0.5, 0, 0.1, 0, 0.2, 1),
            "leavers_per_year": self.dated(0, 0.1, 0.9),
            "recruitment": self.recruitment(permanent, temporary),
        }

    def appointments(self) -> Raw:
        first: Raw = {
            "minutes": self.dated(30, 10, 20, 15, 20, 45),
            "priority": self.one(1, 2),
            "target_working_days": 10,
            "missed": self.missed(),
        }
        if self.chance():
            first["reserve"] = {"share": self.one(0.5, 0.2, 1), "until_days_before": self.one(1, 0, 3)}
        later: Raw = {
            "minutes": self.dated(10, 10, 5, 20),
            "priority": self.one(2, 1),
            "every_weeks": self.every_weeks(),
            "missed": self.missed(),
        }
        hub: Raw = {
            "minutes": self.dated(15, 10, 30),
            "priority": self.one(2, 1, 3),
            "every_weeks": self.every_weeks(),
            "missed": self.missed(),
        }
        return {"book_ahead_working_days": self.whole(1, 12), "first_meeting": first, "review": later, "youth_hub_meeting": hub}

    def missed(self) -> Any:
        return self.dated(0.1, 0, 0.2) if self.calm else self.dated(0.2, 0, 0.1, 0.3, 0.5, 0.2, 0, 0.9, 1)

    def every_weeks(self) -> Raw:
        return self.one({1: 1, 14: 2}, {0: 1}, {1: self.dated(1, 2, 4)}, {1: 2, 2: self.dated(1, 3), 5: 1})

    def job_entry(self) -> Raw:
        out = {
            "monthly_rate_by_week": {0: self.dated(0.12, 0, 0.3, 0.8), self.one(2, 13): self.dated(0.1, 0.6)},
            "market": self.dated(1, 0.5, 3),
            "weekly_instead_of_fortnightly": self.one(1.06, 1, 2, 0.7),
            "no_contact": self.one(1, 0.5, 0.94),
        }
        if self.often():
            out |= self.support()
        if self.chance():
            out["by_age_group"] = self.one({"16-24": 0.5, "50+": 1.3}, {"25-49": 2})
        return out


def takes(temporary: Raw) -> dict[str, float]:
    """The shares that a temporary jobcentre or a youth hub takes."""
    return temporary.get("takes_from") or temporary["takes_young_from"]


def least(series: Any) -> float:
    """The lowest value of a series, or the number itself."""
    if not isinstance(series, dict):
        return series
    return min(entry["value"] if isinstance(entry, dict) else entry for entry in series.values())


def raw_scenario(by: Chance) -> Raw:
    """A random small scenario, as a planner would write it."""
    d = Drawer(by, dt.date.fromisoformat(by.one(*STARTS)), by.one(by.whole(5, 40), by.whole(5, 40), by.whole(42, 70)), by.one(False, True))
    areas = d.areas()
    names = d.some(NAMES, at_least=len(NAMES))
    permanent = d.permanent(names[: d.whole(len(areas), 4)], sorted(areas))
    hubs = d.youth_hubs(names[6 : 6 + d.one(1, 2)] if d.whole(1, 5) > 2 else [], sorted(areas), permanent)
    temporary = d.temporary(names[4 : 4 + d.one(1, 2, 0)], permanent) | hubs
    everywhere = sorted(permanent | temporary)
    labour_market = d.labour_market() if d.often() else None
    raw = {
        "name": "random",
        "period": {"from": d.date(0), "to": d.date(d.days - 1)},
        "working_days": d.one("england_and_wales", "scotland"),
        "closures": d.closures(everywhere),
        "areas": areas,
        "claimants": d.claimants(),
        "jobcentres": permanent | temporary,
        "pools": d.pools(everywhere),
        "coaches": d.coaches(permanent, temporary),
        "appointments": d.appointments(),
        "service": {
            "face_to_face_share": d.dated(0.5, 0, 1, 0.05),
            "desks_usable": d.dated(1, 0.5, 0.4, 1, 1, 0),
            "opening_minutes": d.dated(60, 60, 30, 480),
        },
        "job_entry": d.job_entry(),
        "other_leaving": {"monthly_rate": d.dated(0.05, 0, 0.4)},
        "returns": d.returns() if d.often() else None,
        "labour_market": labour_market,
        "programmes": d.programmes(sorted(areas), sorted(labour_market["sectors"]) if labour_market else []) if d.calm or d.often() else {},
        "costs": d.costs(),
    }
    if d.whole(1, 6) == 1:
        raw["working_days"] = "northern_ireland"
    return raw


@st.composite
def scenarios(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Scenario:
    """A random small scenario that hypothesis can simplify."""
    return Scenario.model_validate(raw_scenario(ByHypothesis(draw)))


def numbered(number: int) -> Scenario:
    """The random small scenario of a number."""
    return Scenario.model_validate(raw_scenario(ByNumber(number)))
