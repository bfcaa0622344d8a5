"""Work out the derived inputs of west_midlands.yaml from the counts in data/ and the published figures below.

    python scenarios/derive_west_midlands.py

prints them. The tests compare them with the scenario files, so that no derived number stands there unexplained; the reasons
are in docs/background/west_midlands.md. Plain Python, no packages.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).parent / "data"
WEEKS_A_MONTH = 30.4375 / 7

# Published.
COACHES_GB = 11_030  # full-time equivalents, 1 June 2020: parliamentary question of 12 June 2023
SEARCHERS_GB = 2_260_000  # searching for work under Universal Credit, August 2020: Alternative Claimant Count
RECRUITED_GB = {"autumn": 5_468, "winter": 10_000, "spring": 13_500}  # so far, by 30 Nov 2020, 24 and 31 Mar 2021: Hansard, CSW
RECRUITS = 300  # announced for the West Midlands, July 2020
UC_STARTS = {"2021-07": 33_000, "2022-01": 29_000}  # a week: GOV.UK Universal Credit statistics
DECLARED = ((107, 950_000), (91, 850_000), (79, 1_400_000))  # individuals from so many days before 1 July 2020 to the next entry;
DECLARED_LAST = 96_510  # the last (to 23 June) falls evenly to so many a week: GOV.UK, CIPFA, rightsnet, Work and Pensions Committee
TEMPORARY_GB = {dt.date(2021, 7, 1): 0, dt.date(2021, 10, 7): 100, dt.date(2022, 2, 4): 150}  # open; the first entry is assumed

# Chosen.
WEIGHTS = {  # size of an office against 2 for most: 3 in a town centre, 1 where the district is small
    "Broad Street, Birmingham": 3, "Dudley": 3, "West Bromwich": 3, "Walsall Bayard House": 3,
    "Wolverhampton Chapel Court": 3, "Wolverhampton Molineux House": 3, "Sutton Coldfield": 1, "Brownhills": 1,
}  # fmt: skip
TAKES_FROM = {  # share of the claimants of its neighbours that each temporary jobcentre takes
    "Chelmsley Wood Shopping Centre": {"Chelmsley Wood": 0.35, "Solihull": 0.15},
    "Coventry temporary": {"Coventry Cofa Court": 0.30},
    "Dudley High Street": {"Dudley": 0.35},
    "Halesowen temporary": {"Halesowen": 0.35, "Stourbridge": 0.20},
    "Walsall temporary": {"Walsall Bayard House": 0.30, "Walsall Bridle Court": 0.30},
    "West Bromwich Lombard Street": {"West Bromwich": 0.35, "Oldbury": 0.15, "Smethwick": 0.15},
    "Wolverhampton temporary": {"Wolverhampton Chapel Court": 0.30, "Wolverhampton Molineux House": 0.30, "Bilston": 0.15},
}
JOB_ENTRY = {0: 0.184, 13: 0.103, 26: 0.05, 52: 0.025}  # monthly, by completed weeks; the scenario's own
NORMAL, PANDEMIC = (1.0, 0.06), (0.65, 0.04)  # (factor on job entry, other leaving a month) before 16 March 2020 and from then on
BANDS = ((0, 10), (11, 12), (13, 15), (16, 25), (26, 51), (52, 599))


@cache
def rows(name: str) -> list[dict[str, str]]:
    """A data file; read once."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts() -> dict[str, dict[str, int]]:
    """Claimants by borough and month, as published."""
    out: dict[str, dict[str, int]] = {}
    for row in rows("claimant_counts.csv"):
        out.setdefault(row["borough"], {})[row["month"]] = int(row["claimants"])
    return out


def ons(series: str, month: str) -> float:
    """Claimants in thousands."""
    return next(float(row["thousands"]) for row in rows("uk_claimants.csv") if (row["series"], row["month"]) == (series, month))


def rounded(parts: dict[str, float], total: int) -> dict[str, int]:
    """Whole numbers that add up to a total, in proportion: the largest remainders are rounded up, of equal ones the larger part."""
    exact = {name: total * part / sum(parts.values()) for name, part in parts.items()}
    spare = total - sum(math.floor(x) for x in exact.values())
    up = sorted(exact, key=lambda name: (-round(exact[name] % 1, 9), -exact[name], name))[:spare]
    return {name: math.floor(x) + (name in up) for name, x in exact.items()}


def line(x: float, points: list[tuple[int, float]]) -> float:
    """Height at x of the straight lines through points, given in order of x."""
    (x0, y0), (x1, y1) = next((a, b) for a, b in pairwise(points) if x <= b[0])
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


@cache
def stock() -> dict[str, int]:
    """Claimants by borough at the count of July 2020, the nearest to the first day."""
    seen, region = counts(), "West Midlands region"
    out = {name: months["2020-07"] for name, months in seen.items() if "2020-07" in months}
    growth = sum(out.values()) / sum(seen[name]["2020-04"] for name in out)
    out["Birmingham"] = round(seen["Birmingham"]["2020-06"] * ons(region, "2020-07") / ons(region, "2020-06"))
    out["Coventry"] = round(seen["Coventry"]["2020-04"] * growth)
    return dict(sorted(out.items()))


def on_flow() -> dict[str, float]:
    """New claimants in the UK by month, thousands: as published, with straight lines between.

    July 2020 takes August's figure: a line from May would need a sixth of all claimants to have left in that month. January to March
    2022 are July 2021 in proportion to starts on Universal Credit.
    """
    months = [m for y in (2020, 2021, 2022) for m in [f"{y}-{k:02}" for k in range(1, 13)] if "2020-07" <= m <= "2022-03"]
    known = {months.index(r["month"]): float(r["on_flow_thousands"]) for r in rows("uk_claimant_flows.csv") if r["month"] in months}
    known[0] = known[1]
    late = line(months.index("2021-07"), sorted(known.items())) * UC_STARTS["2022-01"] / UC_STARTS["2021-07"]
    known |= dict.fromkeys(range(months.index("2022-01"), len(months)), late)
    return {month: line(i, sorted(known.items())) for i, month in enumerate(months)}


def claims_per_week() -> dict[str, dict[dt.date, int]]:
    """Claims by borough, from the first of each month on: the borough's share of the UK count times the UK on-flow."""
    flows = {dt.date.fromisoformat(f"{month}-01"): flow / ons("UK", "2020-07") / WEEKS_A_MONTH for month, flow in on_flow().items()}
    return {name: {date: round(people * flow) for date, flow in flows.items()} for name, people in stock().items()}


def age_groups() -> dict[str, float]:
    """Share of claimants by age in the UK, July 2020; the youngest are the rest."""
    every, middle, oldest = (ons(series, "2020-07") for series in ("UK", "UK aged 25-49", "UK aged 50+"))
    parts = {"16-24": every - middle - oldest, "25-49": middle, "50+": oldest}
    return {group: n / 100 for group, n in rounded(parts, 100).items()}


def weeks_on_claim() -> dict[str, float]:
    """Share of the stock by completed weeks on the claim, 1 July 2020.

    The count of March 2020, spread as steady claims would leave it, has aged by 15 weeks; the claims of the surge, spread like
    declarations for Universal Credit, make up the rest of July's count.
    """
    usual, since, weeks = hazard(NORMAL), hazard(PANDEMIC), range(600)
    before = [math.exp(-usual[w]) for w in weeks]
    old = [ons("UK", "2020-03") * before[w - 15] * math.exp(since[w - 15] - since[w]) / sum(before) if w >= 15 else 0.0 for w in weeks]
    surge = [0.0 for _ in weeks]
    for day in range(1, DECLARED[0][0] + 1):
        surge[day // 7] += declared(day) * math.exp(-since[day // 7])
    scale = (ons("UK", "2020-07") - sum(old)) / sum(surge)
    parts = {f"{a}-{b}" if b < 599 else f"{a}+": sum(old[a : b + 1]) + scale * sum(surge[a : b + 1]) for a, b in BANDS}
    return {band: n / 100 for band, n in rounded(parts, 100).items()}


def hazard(times: tuple[float, float]) -> list[float]:
    """Hazard of leaving, summed up to the start of each completed week on the claim."""
    out = [0.0]
    for week in range(600):
        rate = JOB_ENTRY[max(first for first in JOB_ENTRY if first <= week)]
        out.append(out[-1] - (math.log(1 - rate) * times[0] + math.log(1 - times[1])) / WEEKS_A_MONTH)
    return out


def declared(days_ago: int) -> float:
    """Declarations on one day before 1 July 2020."""
    (first, n1), (second, n2), (third, n3) = DECLARED
    if days_ago > third:
        return n1 / (first - second) if days_ago > second else n2 / (second - third)
    last, mean = DECLARED_LAST / 7, n3 / (third - 7)
    return last + 2 * (mean - last) * max(0.0, days_ago - 7.5) / (third - 7)


def shares() -> dict[str, float]:
    """Share of its borough's claimants by jobcentre."""
    parts: dict[str, dict[str, float]] = {}
    for row in rows("jobcentres.csv"):
        parts.setdefault(row["borough"], {})[row["name"]] = WEIGHTS.get(row["name"], 2)
    return {name: n / 100 for offices in parts.values() for name, n in rounded(offices, 100).items()}


def caseload() -> dict[str, float]:
    """Claimants by jobcentre on the first day."""
    people, part = stock(), shares()
    return {row["name"]: people[row["borough"]] * part[row["name"]] for row in rows("jobcentres.csv")}


def coaches() -> dict[str, float]:
    """Coaches by jobcentre, to the half: one for as many claimants as there were searchers for each coach in Great Britain."""
    return {name: round(2 * people * COACHES_GB / SEARCHERS_GB) / 2 for name, people in caseload().items()}


def recruits(total: int = RECRUITS) -> dict[str, int]:
    """Recruits by cohort, in the national proportions."""
    so_far = [0, *RECRUITED_GB.values()]
    return rounded({name: so_far[i + 1] - so_far[i] for i, name in enumerate(RECRUITED_GB)}, total)


def doubling() -> int:
    """As many recruits as there are coaches."""
    return round(sum(coaches().values()))


def openings() -> dict[str, dt.date]:
    """Opening days of the temporary jobcentres, the Monday of the week: evenly spread over the national openings, by name."""
    days = sorted((n, float(day.toordinal())) for day, n in TEMPORARY_GB.items())
    step = days[-1][0] / (len(TAKES_FROM) + 1)
    exact = {name: dt.date.fromordinal(int(line(k * step, days))) for k, name in enumerate(sorted(TAKES_FROM), start=1)}
    return {name: day - dt.timedelta(days=day.weekday()) for name, day in exact.items()}


def coaches_from(total: int = RECRUITS) -> dict[str, dict[str, float]]:
    """Coaches who go along to a temporary jobcentre, to the half: its share of claimants, of the coaches and recruits there."""
    people, there = caseload(), coaches()
    staff = {name: there[name] + total * people[name] / sum(people.values()) for name in people}
    return {name: {origin: round(2 * share * staff[origin]) / 2 for origin, share in taken.items()} for name, taken in TAKES_FROM.items()}


def main() -> None:
    print("claimants, and claims a week from the first of each month")
    for name, weekly in claims_per_week().items():
        print(f"{name:<14}{stock()[name]:>8,}  ", *(f"{n:>5}" for n in weekly.values()))
    print("\njobcentre: share of its borough, claimants, coaches")
    for name, share in shares().items():
        print(f"{name:<30}{share:>5.2f}{caseload()[name]:>8,.0f}{coaches()[name]:>7.1f}")
    print("\ntemporary jobcentre: opens, coaches from its neighbours")
    for name, day in openings().items():
        print(f"{name:<32}{day}  " + ", ".join(f"{origin} {n:g}" for origin, n in coaches_from()[name].items()))
    print("\nage groups", age_groups(), "\nweeks on claim", weeks_on_claim(), "\nrecruits", recruits())
    print(f"{sum(stock().values()):,} claimants, {sum(coaches().values()):g} coaches; the doubling {recruits(doubling())}")


if __name__ == "__main__":
    main()
