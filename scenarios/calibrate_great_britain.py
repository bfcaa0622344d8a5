"""Fit four numbers of great_britain.yaml to 2020, and write them down.

    python scenarios/calibrate_great_britain.py        (make calibrate)

What is fitted: other leaving while conditions held (before 19 March 2020, and again from 12 April 2021) and while they did not,
the reference tightness, and the claims of 16 March to 9 April 2020, which were never published. What they are fitted to:
``targets`` below, all of 2020 or before. Nothing from 2021 on is looked at: the runs in which numbers are tried end in December 2020.

Least squares (scipy.optimize.least_squares) on a small copy of the country, one jobcentre a district and one person in 50,
always with the same seed: common luck makes the errors a nearly smooth function of the numbers. Two more things follow from a run
and are iterated with it: first claims (the published on-flow less the claims of people who return in the run) and the inflow of
vacancies with which their stock is the published one. Every try goes into calibration.csv.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios import derive_great_britain as derive
from scenarios import derive_programmes as support
from scenarios import derive_west_midlands as base
from scenarios import write_great_britain as files
from scenarios.inflow import Floats, inflow_per_week, rates
from scenarios.monthly import Monthly, monthly
from sim.model.simulation import simulate
from sim.record import HOME_COLUMNS, SECTOR_COLUMNS
from sim.scenario.file import load
from sim.scenario.schema import Scenario
from sim.scenario.writing import to_plain

RUN = Path(__file__).parent / "great_britain.yaml"
LOG = files.HERE / "calibration.csv"
ONE_IN, SEED = 50, 2020
ROUNDS, TRIES, STEP = 3, 5, 0.04
CHOSEN = ROUNDS + 1
"""The round of the last line of the record: what was chosen, after returns and vacancies have followed it once more."""

GB_IN_UK = base.ons("GB", "2020-07") / base.ons("UK", "2020-07")
FITTED_TO = dt.date(2020, 12, 31)
"""Runs end here while numbers are tried, so nothing later can have a say."""
FITTED_MONTHS = [f"2020-{m:02}" for m in range(1, 13)]
INTO_WORK = 0.088
"""Of claimants in intensive work search, a month, 2018-19: NAO via Civil Service World, 2025; held against the months to the counts of
February and March 2020."""
STOCK_ERROR, FLOW_ERROR, WORK_ERROR = 0.02, 0.05, 0.05
"""How far off, relatively, each kind of figure might as well be: what a residual is divided by."""


@dataclass(frozen=True)
class Numbers:
    """What is fitted."""

    leaving_usual: float = 0.05
    leaving_suspended: float = 0.05
    tightness: float = 0.70
    surge: float = 950.0

    @classmethod
    def at(cls, x: Floats) -> Numbers:
        """Where the optimiser stands: 1 + ln(number / its default), so that equal steps are equal shares."""
        return cls(*(default * math.exp(each - 1) for default, each in zip(vars(cls()).values(), x, strict=True)))

    @property
    def x(self) -> Floats:
        return np.array([1 + math.log(mine / default) for mine, default in zip(vars(self).values(), vars(Numbers()).values(), strict=True)])


@dataclass
class Ground:
    """What is kept fixed within a round: where a run left it."""

    returns: dict[dt.date, float] = field(default_factory=lambda: dict.fromkeys(derive.on_flow(1000.0), 0.0))
    """Claims a week of people who claim again, by the date from which claims hold."""
    inflow: dict[dt.date, Floats] = field(default_factory=dict)
    """New vacancies a week from the first of each month, by sector in the order of name."""


def first_days() -> list[dt.date]:
    """The first of each month of the run."""
    return [dt.date.fromisoformat(f"{month}-01") for month in derive.months()]


@cache
def published_vacancies() -> Floats:
    """Vacancies at the close of the eve and of each day, shape (days + 1, sectors)."""
    days = (derive.LAST - derive.FIRST).days + 2
    names = sorted(support.SECTORS)
    return np.array([[derive.vacancies(name, derive.FIRST + dt.timedelta(days=k - 1)) for name in names] for k in range(days)])


def returns_of(record: Any, scale: float) -> dict[dt.date, float]:
    """Claims a week of people who claim again, by the date from which claims hold."""
    dates = [*derive.on_flow(1000.0), derive.LAST + dt.timedelta(days=1)]
    daily = record.by_home[:, :, :, HOME_COLUMNS.index("returns")].sum(axis=(1, 2)) * scale
    edges = [(date - derive.FIRST).days for date in dates]
    return {date: float(daily[a:b].mean() * 7) for date, a, b in zip(dates, edges, edges[1:], strict=False)}


def claims(numbers: Numbers, ground: Ground) -> dict[str, dict[dt.date, int]]:
    """First claims a week by area and date."""
    return derive.split({date: max(0.0, n - ground.returns[date]) for date, n in derive.on_flow(numbers.surge).items()})


def weeks(numbers: Numbers, elasticity: float) -> dict[str, float]:
    """The stock of the first day by weeks on the claim, at the tightness of that day."""
    tight = published_vacancies()[0].sum() / sum(derive.claimants(early=True).values())
    return derive.weeks_on_claim((tight / numbers.tightness) ** elasticity, numbers.leaving_usual, files.BANDS)


def text(numbers: Numbers, ground: Ground, elasticity: float) -> str:
    """The file with what was calibrated."""
    leaving = numbers.leaving_usual, numbers.leaving_suspended
    return files.calibrated(leaving, numbers.tightness, weeks(numbers, elasticity), claims(numbers, ground), ground.inflow)


# --- A small copy of the country -----------------------------------------------------------------------------------------------


def small(scenario: Scenario, one_in: int) -> Scenario:
    """One jobcentre a district, and one in so many of people, coaches, desks, places and vacancies; the same rules and luck."""
    raw = to_plain(scenario)

    def less(value: Any) -> Any:
        """A number or series, divided; without interval and source, which are those of the whole."""
        if not isinstance(value, dict):
            return value / one_in
        if "by_date" in value:
            return {date: less(entry) for date, entry in value["by_date"].items()}
        return value["value"] / one_in if "value" in value else {date: less(entry) for date, entry in value.items()}

    for area in raw["areas"].values():
        area["claimants"] = float(round(less(area["claimants"])))
        area["claims_per_week"] = less(area["claims_per_week"])
    offices: dict[str, Any] = {}
    for name, jobcentre in raw["jobcentres"].items():
        if "temporary" in jobcentre:
            of = name.removesuffix(" temporary")
            offices[name] = jobcentre | {
                "desks": less(jobcentre["desks"]),
                "takes_from": {of: next(iter(jobcentre["takes_from"].values()))},
                "coaches_from": {of: sum(less(n) for n in jobcentre["coaches_from"].values())},
            }
        else:
            one = offices.setdefault(jobcentre["area"], {"area": jobcentre["area"], "share": 1, "coaches": 0.0, "desks": 0.0})
            for key in ("coaches", "desks"):
                one[key] += less(jobcentre[key])
    raw["jobcentres"] = offices
    for cohort in raw["coaches"]["recruitment"].values():
        cohort["coaches"] = less(cohort["coaches"])
    for programme in raw["programmes"].values():
        supply = programme["supply"]
        for at, key in ((supply, "places"), (supply.get("jobs"), "applied_per_week"), (supply.get("intakes"), "places")):
            if at and key in at:
                at[key] = less(at[key])
    for sector in raw["labour_market"]["sectors"].values():
        for key in ("vacancies", "inflow_per_week"):
            sector[key] = less(sector[key])
    return Scenario.model_validate(raw)


def with_numbers(scenario: Scenario, numbers: Numbers, ground: Ground, one_in: int, to: dt.date = derive.LAST) -> Scenario:
    """The small copy with other numbers, perhaps ending sooner."""
    raw = to_plain(scenario)
    raw["period"]["to"] = to
    raw["jobcentres"] = {name: of for name, of in raw["jobcentres"].items() if "temporary" not in of or opening(of) <= to}
    elasticity = float(scenario.labour_market.elasticity)  # type: ignore[union-attr]
    for area, weekly in claims(numbers, ground).items():
        raw["areas"][area]["claims_per_week"] = {date: n / one_in for date, n in weekly.items()}
    raw["claimants"]["weeks_on_claim"] = weeks(numbers, elasticity)
    usual, suspended = numbers.leaving_usual, numbers.leaving_suspended
    raw["other_leaving"]["monthly_rate"] = {"2020-01-01": usual, "2020-03-19": suspended, "2021-04-12": usual}
    raw["labour_market"]["reference_tightness"] = numbers.tightness
    for k, sector in enumerate(sorted(support.SECTORS)):
        inflow = {month: float(every[k]) / one_in for month, every in ground.inflow.items()}
        raw["labour_market"]["sectors"][sector]["inflow_per_week"] = inflow
    return Scenario.model_validate(raw)


def opening(jobcentre: Mapping[str, Any]) -> dt.date:
    day = jobcentre["temporary"]["opens"]
    return dt.date.fromisoformat(str(day["value"] if isinstance(day, dict) else day))


# --- What it is fitted to ------------------------------------------------------------------------------------------------------


def targets(got: Monthly, scale: float) -> dict[str, tuple[float, float, float]]:
    """Published and model figures, and the relative error to measure them by; people in Great Britain, or a share a month."""
    flows = {row["month"]: float(row["off_flow_thousands"]) * 1000 * GB_IN_UK for row in base.rows("uk_claimant_flows.csv")}
    early = [got.at("2020-02"), got.at("2020-03")]  # the first whole months; that of January began before the run
    out = {f"stock {m}": (1000 * base.ons("GB", m), scale * got.total[got.at(m)], STOCK_ERROR) for m in FITTED_MONTHS}
    out["off-flow 2020-02 and 03"] = (flows["2020-02"], scale * float(got.off_flow[early].mean()), FLOW_ERROR)
    for month in ("2020-05", "2020-08"):
        out[f"off-flow {month}"] = (flows[month], scale * float(got.off_flow[got.at(month)]), FLOW_ERROR)
    out["into work 2020-02 and 03"] = (INTO_WORK, float(got.into_work[early].sum() / got.total[early].sum()), WORK_ERROR)
    return out


def residuals(of: Mapping[str, tuple[float, float, float]]) -> Floats:
    return np.array([math.log(max(model, 1e-9) / published) / error for published, model, error in of.values()])


def main() -> None:
    country = load(RUN)
    assert country.labour_market is not None
    copy, elasticity, numbers, ground = small(country, ONE_IN), float(country.labour_market.elasticity), Numbers(), Ground()
    stock = published_vacancies()
    tries: list[dict[str, float]] = []

    def follow(entries: Floats) -> None:
        ground.inflow = inflow_per_week(stock, entries, rates(country), first_days(), derive.LAST)

    def settle(numbers: Numbers) -> None:
        """Let returns and vacancies follow the run, twice."""
        for _ in range(2):
            record = simulate(with_numbers(copy, numbers, ground, ONE_IN), SEED, 0)
            ground.returns = returns_of(record, ONE_IN)
            follow(record.by_sector[:, :, SECTOR_COLUMNS.index("entries")] * ONE_IN)

    follow(np.zeros((len(stock) - 1, stock.shape[1])))  # to begin with, vacancies that no claimant takes
    settle(numbers)

    def errors(x: Floats, round_: int) -> Floats:
        got = monthly(simulate(with_numbers(copy, Numbers.at(x), ground, ONE_IN, FITTED_TO), SEED, 0))
        off = residuals(targets(got, ONE_IN))
        tries.append({"round": round_, **vars(Numbers.at(x)), "objective": float(off @ off)})
        print(f"  round {round_}, try {len(tries)}:", ", ".join(f"{k} {v:.4g}" for k, v in tries[-1].items() if k != "round"), flush=True)
        return off

    for round_ in range(1, ROUNDS + 1):
        bounds = (1 - math.log(10), 1 + math.log(10))  # a tenth to ten times
        found = least_squares(errors, numbers.x, args=(round_,), bounds=bounds, diff_step=STEP, max_nfev=TRIES, xtol=1e-3, ftol=1e-3)
        numbers = Numbers.at(found.x)
        settle(numbers)
    errors(numbers.x, CHOSEN)
    got = monthly(simulate(with_numbers(copy, numbers, ground, ONE_IN), SEED, 0))
    for what, (published, model, _) in targets(got, ONE_IN).items():
        print(f"{what:<28}{published:>14,.4g}{model:>14,.4g}{model / published - 1:>+8.1%}")
    files.write(files.CALIBRATED, text(numbers, ground, elasticity))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(tries[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: f"{value:.6g}" for key, value in row.items()} for row in tries)
    files.write(LOG, buffer.getvalue())


if __name__ == "__main__":
    main()
