"""Random youth hubs, programmes, labour markets, returns and effects of support, small enough that everything in the rules happens."""

from __future__ import annotations

from typing import Any

from tests.oracle.chance import Drawing, Raw

SECTORS = ["Ale", "Bread", "Care"]
SECTOR_SPLITS = {1: [[1.0]], 2: [[0.5, 0.5], [0.7, 0.3]], 3: [[0.2, 0.3, 0.5]]}
TAKEN_YOUNG = {1: [[0.5], [1.0], [0.3]], 2: [[0.5, 0.5], [0.3, 0.4], [0.0, 1.0]]}


class SupportDrawing(Drawing):
    """Draws what came with programmes."""

    def often(self) -> bool:
        """True in 45 of a hundred."""
        return self.whole(1, 20) > 11

    def life(self) -> Raw:
        """When a temporary jobcentre opens and closes, often within days."""
        opens = self.one(0, 1, self.whole(-8, self.days + 1), self.whole(2, self.days - 2))
        life: Raw = {"opens": self.date(opens)}
        if self.chance():
            life["announced"] = self.date(opens - self.whole(0, 15))
        if self.whole(0, 3):
            closes = opens + self.one(7, 0, 1, 3, 12, 20)
            life["closes"] = self.date(closes)
            if self.chance():
                life["closing_announced"] = self.date(closes - self.whole(0, 20))
        return life

    def youth_hubs(self, names: list[str], areas: list[str], permanent: Raw) -> Raw:
        out: Raw = {}
        taken = {area: self.one(*TAKEN_YOUNG[len(names)]) for area in areas} if names else {}
        for i, name in enumerate(names):
            out[name] = {
                "temporary": self.life(),
                "takes_young_from": {area: shares[i] for area, shares in taken.items() if shares[i]} or {areas[0]: 0.0},
                "standing_caseload": self.chance(),
                "coaches": self.dated(2, 3) if self.calm else self.dated(1, 0, 2, 0.6),
                "desks": self.dated(5, 3) if self.calm else self.dated(2, 1, 2, 0),
                # With those of the temporary jobcentres this may be more than there are: then nobody is left.
                "coaches_from": {origin: self.one(0.5, 0.25, 1, 0) for origin in self.some(sorted(permanent))},
            }
        return out

    def labour_market(self) -> Raw:
        names = self.some(SECTORS, at_least=self.one(2, 1))
        sectors = {
            name: {"share": share, "vacancies": self.one(5, 1, 2, 0, 20, 100, 50), "inflow_per_week": self.dated(7, 2, 14, 0, 40)}
            for name, share in zip(names, self.one(*SECTOR_SPLITS[len(names)]), strict=True)
        }
        return {
            "sectors": sectors,
            "elasticity": self.one(0.5, 0, 1, 0.3),
            "reference_tightness": self.one(0.2, 1, 0.02),
            "others_hiring_monthly_rate": self.one(0.3, 0, 0.9),
            "lapsing_monthly_rate": self.one(0.1, 0, 0.6),
        }

    def programmes(self, areas: list[str], sectors: list[str]) -> Raw:
        names = self.some(["Kick", "Jets", "Swap", "Restart"], at_least=1)
        return {name: self.programme(areas, sectors) for name in names}

    def programme(self, areas: list[str], sectors: list[str]) -> Raw:
        opens = self.one(0, -10, self.whole(-20, self.days - 1), self.whole(0, 5))
        out: Raw = {
            "open": {"from": self.date(opens), "to": self.date(opens + self.one(80, 80, self.whole(0, self.days), 14, 0))},
            "who": self.who(areas, sectors),
            "supply": self.one({"places": self.places()}, {"places": self.places()}, {"jobs": self.jobs()}, {"intakes": self.intakes()}),
            "priority": self.one(1, 1, 2),
            "referral_at_review": self.dated(1, 0.5, 0.7, 1, 1),
            "take_up": self.one(1, 0.8, 0.5),
            "queue": {
                "order": self.one("first_come", "longest_on_claim"),
                "withdrawing_monthly_rate": self.one(0, 0.5, 0.99),
            },
            "weeks": self.one(1, 2, 0.5, 3, 4, 0.1),
            "length": self.one("fixed", "uniform", "exponential"),
            "drop_out_monthly_rate": self.one(0, 0.5, 0.9),
            "contact_goes_on": self.one(False, False, True),
            "job_entry_while_on_it": self.one(1, 0.5, 0, 2),
            "job_entry_after": self.one(1, 2, 0.3),
            "into_work_at_end": self.one(0, 0.3, 1),
            "cost_per_start": self.one(0, 2500),
        }
        if self.chance():
            out["queue"]["longest_wait_days"] = self.one(7, 21, 3, 0)
        if len(sectors) > 1 and self.whole(1, 3) > 1:
            to = self.some(sectors, at_least=1)
            out["retraining"] = {"share": self.one(1, 0.5), "to": dict(zip(to, SECTOR_SPLITS[len(to)][0], strict=True))}
        return out

    def who(self, areas: list[str], sectors: list[str]) -> Raw:
        out: Raw = {}
        if self.whole(1, 4) > 3:
            out["age_groups"] = self.one(["16-24"], ["25-49", "16-24"], ["50+", "25-49"])
        if self.whole(1, 4) > 3:
            out["areas"] = self.some(areas, at_least=1)
        if sectors and self.whole(1, 3) > 2:
            out["sectors"] = self.some(sectors, at_least=1)
        if self.chance():
            out["at_least_weeks"] = self.dated(1, 0, 2, 0)
        if self.often():
            out["at_most_weeks"] = self.dated(20, 5, 60)
        return out

    def places(self) -> Any:
        return self.dated(1, 2, 3, 1.5, 10, 4)

    def jobs(self) -> Raw:
        return {
            "applied_per_week": self.dated(3, 1, 7, 20, 0),
            "days_to_approve": self.one(0, 1, 3),
            "days_to_advertise": self.one(0, 2),
            "days_to_fill": self.one(0, 1, 5),
            "filled_at_most": self.one(1, 0.8, 0.5),
        }

    def intakes(self) -> Raw:
        return {"every_weeks": self.one(1, 2), "places": self.dated(2, 1, 4, 8)}

    def returns(self) -> Raw:
        return {"share": self.one(1, 0.5, 0.9), "mean_weeks": self.one(1, 0.2, 2, 3)}

    def support(self) -> Raw:
        """The effects of channel, lost meetings, length and caseload on job entry."""
        return {
            "phone_only": self.one(1, 0.9, 0.4, 1.3),
            "lost_early_meeting": self.one(1, 0.8, 0.3),
            "early_weeks": self.one(4, 1, 52),
            "halved_length": self.one(1, 1.1, 2, 0.6),
            "reference_minutes": self.one(10, 7.5, 20),
            "halved_caseload": self.one(1, 1.05, 2, 0.5),
            "reference_caseload": self.one(100, 10, 3),
        }

    def costs(self) -> Raw:
        return {
            "coach_per_year": self.one(35_000, 41_250.5, 0),
            "trainee_per_year": self.one(30_000, 28_500.25, 0),
            "trainer_per_year": self.one(40_000, 36_000, 0),
            "trainees_per_trainer": self.one(10, 4),
            "desk_per_year": self.one(2_000, 999.99, 0),
            "temporary_jobcentre_per_year": self.one(90_000, 120_000, 0),
            "temporary_jobcentre_opening": self.one(50_000, 1, 0),
            "youth_hub_per_year": self.one(70_000, 45_000, 0),
            "youth_hub_opening": self.one(20_000, 1, 0),
        }
