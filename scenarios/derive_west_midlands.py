"""Work out the derived inputs of west_midlands.yaml from the counts in data/ and the published figures below.

    python scenarios/derive_west_midlands.py

prints them. The tests compare them with the scenario files, so that no derived number stands there unexplained; the reasons
are in docs/background/west_midlands.md. Plain Python, no packages.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from bisect import bisect_right
from pathlib import Path

DATA = Path(__file__).parent / "data"
FIRST_DAY = dt.date(2020, 7, 1)
WEEKS_A_MONTH = 30.4375 / 7

# --- published -------------------------------------------------------------------------------------------------------------------
COACHES_GB = 11_030  # full-time equivalents, 1 June 2020: parliamentary question of 12 June 2023
SEARCHERS_GB = 2_260_000  # searching for work under Universal Credit, August 2020: Alternative Claimant Count
RECRUITED_GB = {"autumn": 5_468, "winter": 10_000, "spring": 13_500}  # so far, by 30 Nov 2020, 24 and 31 Mar 2021: Hansard, CSW
RECRUITS = 300  # announced for the West Midlands, July 2020
UC_STARTS = {"2021-07": 33_000, "2022-01": 29_000}  # a week: GOV.UK Universal Credit statistics
DECLARATIONS = ((107, 950_000), (91, 850_000), (79, 1_400_000))  # claims from so many days before 1 July 2020 until the next entry ...
DECLARATIONS_LATEST = 96_510  # ... the last falling evenly to so many a week by the end of May: CIPFA, rightsnet, GOV.UK
TEMPORARY_GB = {dt.date(2021, 7, 1): 0, dt.date(2021, 10, 7): 100, dt.date(2022, 2, 4): 150}  # open; the first entry is an assumption

# --- chosen ----------------------------------------------------------------------------------------------------------------------
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
DAYS_ANNOUNCED = 56  # fit-out known so long before the doors open
JOB_ENTRY = {0: 0.184, 13: 0.103, 26: 0.05, 52: 0.025}  # monthly, by completed weeks; the scenario's own
NORMAL, PANDEMIC = (1.0, 0.06), (0.65, 0.04)  # (factor on job entry, other leaving a month) before 16 March 2020 and from then on
BANDS = ((0, 10), (11, 12), (13, 15), (16, 25), (26, 51), (52, 999))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rounded(shares: dict[str, float], total: int) -> dict[str, int]:
    """Whole numbers in proportion to shares that add up to a total: largest remainders, ties to the larger share."""
    exact = {name: total * share / sum(shares.values()) for name, share in shares.items()}
    spare = total - sum(math.floor(x) for x in exact.values())
    first = sorted(exact, key=lambda name: (-round(exact[name] % 1, 9), -exact[name], name))[:spare]
    return {name: math.floor(x) + (name in first) for name, x in exact.items()}


def counts() -> dict[str, dict[str, int]]:
    """Claimants by borough and month as published."""
    out: dict[str, dict[str, int]] = {}
    for row in rows("claimant_counts.csv"):
        out.setdefault(row["borough"], {})[row["month"]] = int(row["claimants"])
    return out


def uk(series: str, month: str) -> float:
    """Claimants in thousands."""
    return next(float(row["thousands"]) for row in rows("uk_claimants.csv") if (row["series"], row["month"]) == (series, month))


def stock() -> dict[str, int]:
    """Claimants by borough at the count of July 2020, the nearest to the first day."""
    seen = counts()
    now, then = "2020-07", "2020-04"
    known = [name for name in seen if now in seen[name] and then in seen[name]]
    growth = sum(seen[name][now] for name in known) / sum(seen[name][then] for name in known)
    region = "West Midlands region"
    out = {name: seen[name][now] for name in seen if now in seen[name]}
    out["Birmingham"] = round(seen["Birmingham"]["2020-06"] * uk(region, now) / uk(region, "2020-06"))
    out["Coventry"] = round(seen["Coventry"][then] * growth)
    return dict(sorted(out.items()))


def on_flow() -> dict[str, float]:
    """New claimants in the UK by month, thousands: as published, the months between on a straight line.

    July 2020 takes August's figure (a line from May would need a sixth of all claimants to have left in July). January 2022 on is
    July 2021 scaled by starts on Universal Credit.
    """
    months = [f"{year}-{month:02}" for year in (2020, 2021, 2022) for month in range(1, 13)][6:27]
    known = {row["month"]: float(row["on_flow_thousands"]) for row in rows("uk_claimant_flows.csv") if row["month"] > "2020-07"}
    known["2020-07"] = known["2020-08"]
    july = known["2021-05"] + (known["2021-08"] - known["2021-05"]) * 2 / 3
    known |= dict.fromkeys(("2022-01", "2022-03"), july * UC_STARTS["2022-01"] / UC_STARTS["2021-07"])
    at = sorted((months.index(month), flow) for month, flow in known.items())
    return {month: _on_line(i, at) for i, month in enumerate(months)}


def claims_per_week() -> dict[str, dict[str, int]]:
    """Claims by borough and first day of the month: the borough's share of the UK count times the UK on-flow."""
    shares = {name: count / uk("UK", "2020-07") / 1000 for name, count in stock().items()}
    flows = on_flow()
    return {name: {f"{m}-01": round(share * flow * 1000 / WEEKS_A_MONTH) for m, flow in flows.items()} for name, share in shares.items()}


def age_groups() -> dict[str, float]:
    """Share of claimants by age in the UK, July 2020; the youngest are the rest."""
    all_ages, middle, oldest = (uk(series, "2020-07") for series in ("UK", "UK aged 25-49", "UK aged 50+"))
    whole = rounded({"16-24": all_ages - middle - oldest, "25-49": middle, "50+": oldest}, 100)
    return {group: share / 100 for group, share in whole.items()}


def weeks_on_claim() -> dict[str, float]:
    """Share of the stock by completed weeks on the claim, 1 July 2020.

    The count of March 2020, spread as constant claims would leave it, ages for 15 weeks; the claims of the surge, in the
    proportions of Universal Credit declarations, make up the rest of July's count.
    """
    weeks = 600
    before = [math.exp(-x) for x in _accumulated(NORMAL, weeks)]
    gone = _accumulated(PANDEMIC, weeks)
    old = [before[w - 15] * math.exp(gone[w - 15] - gone[w]) if w >= 15 else 0.0 for w in range(weeks)]
    old = [x * uk("UK", "2020-03") / sum(before) for x in old]
    surge = [0.0] * weeks
    for day in range(1, DECLARATIONS[0][0] + 1):
        surge[day // 7] += _declared(day) * math.exp(-gone[day // 7])
    scale = (uk("UK", "2020-07") - sum(old)) / sum(surge)
    stay = [a + b * scale for a, b in zip(old, surge, strict=True)]
    named = {(f"{a}-{b}" if b < 999 else f"{a}+"): sum(stay[a : b + 1]) for a, b in BANDS}
    return {band: share / 100 for band, share in rounded(named, 100).items()}


def shares() -> dict[str, float]:
    """Share of its borough's claimants by jobcentre."""
    homes = boroughs()
    out: dict[str, float] = {}
    for borough in sorted(set(homes.values())):
        out |= {n: s / 100 for n, s in rounded({n: WEIGHTS.get(n, 2) for n in homes if homes[n] == borough}, 100).items()}
    return out


def boroughs() -> dict[str, str]:
    return {row["name"]: row["borough"] for row in rows("jobcentres.csv")}


def coaches() -> dict[str, float]:
    """Coaches by jobcentre, to the half: one for as many claimants as there were searchers for each coach in Great Britain."""
    people, homes = stock(), boroughs()
    return {name: round(2 * people[homes[name]] * share * COACHES_GB / SEARCHERS_GB) / 2 for name, share in shares().items()}


def desks() -> dict[str, int]:
    """One for each coach, rounded up."""
    return {name: math.ceil(number) for name, number in coaches().items()}


def doubling() -> int:
    """As many recruits as there are coaches."""
    return round(sum(coaches().values()))


def recruits(total: int = RECRUITS) -> dict[str, int]:
    """Recruits by cohort, in the national proportions."""
    steps = list(RECRUITED_GB.values())
    return rounded({name: b - a for name, a, b in zip(RECRUITED_GB, [0, *steps], steps, strict=False)}, total)


def openings() -> dict[str, dict[str, dt.date]]:
    """Opening days of the temporary jobcentres, the Monday of the week: evenly spread over the national openings, by name."""
    at = sorted((open_, day.toordinal()) for day, open_ in TEMPORARY_GB.items())
    out = {}
    for k, name in enumerate(sorted(TAKES_FROM), start=1):
        day = dt.date.fromordinal(int(_on_line(at[-1][0] * k / (len(TAKES_FROM) + 1), at)))
        opens = day - dt.timedelta(days=day.weekday())
        out[name] = {"opens": opens, "announced": opens - dt.timedelta(days=DAYS_ANNOUNCED)}
    return out


def coaches_from(total: int = RECRUITS) -> dict[str, dict[str, float]]:
    """Coaches who go along to a temporary jobcentre: the share of claimants it takes, of coaches and recruits, to the half."""
    there, people, homes, part = coaches(), stock(), boroughs(), shares()
    whole = sum(people.values())
    staff = {name: there[name] + total * people[homes[name]] * part[name] / whole for name in there}
    return {name: {origin: round(2 * share * staff[origin]) / 2 for origin, share in taken.items()} for name, taken in TAKES_FROM.items()}


def _on_line(x: float, points: list[tuple[int, float]]) -> float:
    """The height at x of straight lines through points in order of x."""
    i = min(max(bisect_right([p for p, _ in points], x), 1), len(points) - 1)
    (x0, y0), (x1, y1) = points[i - 1], points[i]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _accumulated(times: tuple[float, float], weeks: int) -> list[float]:
    """Hazard of leaving accumulated by the start of each completed week on the claim."""
    market, other = times
    out = [0.0]
    for week in range(weeks):
        rate = JOB_ENTRY[max(first for first in JOB_ENTRY if first <= week)]
        out.append(out[-1] - (math.log(1 - rate) * market + math.log(1 - other)) / WEEKS_A_MONTH)
    return out[:weeks]


def _declared(days_ago: int) -> float:
    """Declarations on a day before 1 July 2020."""
    (first, n1), (second, n2), (third, n3) = DECLARATIONS
    if days_ago > second:
        return n1 / (first - second)
    if days_ago > third:
        return n2 / (second - third)
    last, length = DECLARATIONS_LATEST / 7, third - 7  # until 23 June
    return last + 2 * (n3 / length - last) * max(0, days_ago - 7.5) / length


def main() -> None:
    people, claims, there = stock(), claims_per_week(), coaches()
    dates = ["2020-07-01", "2020-10-01", "2021-01-01", "2021-05-01", "2021-10-01", "2022-01-01"]
    print(f"{'claimants, claims per week from':<32}{'stock':>8}" + "".join(f"{d:>12}" for d in dates))
    for name, weekly in claims.items():
        print(f"{name:<32}{people[name]:>8,}" + "".join(f"{weekly[d]:>12,}" for d in dates))
    print(f"{'all':<32}{sum(people.values()):>8,}\n\n{'jobcentre':<32}{'borough':<16}{'share':>6}{'coaches':>9}{'desks':>7}")
    for name, share in shares().items():
        print(f"{name:<32}{boroughs()[name]:<16}{share:>6.2f}{there[name]:>9.1f}{desks()[name]:>7}")
    print(f"{'all':<54}{sum(there.values()):>9.1f}{sum(desks().values()):>7}\n")
    for name, days in openings().items():
        print(f"{name:<32}{days['announced']} {days['opens']}  " + ", ".join(f"{o} {n:g}" for o, n in coaches_from()[name].items()))
    print("\nage groups    ", age_groups(), "\nweeks on claim", weeks_on_claim())
    print("recruits      ", recruits(), "\nthe doubling  ", recruits(doubling()), "of", doubling())


if __name__ == "__main__":
    main()
