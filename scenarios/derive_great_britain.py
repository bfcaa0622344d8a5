"""Work out the derived inputs of great_britain.yaml from the counts in data/ and the published figures below.

    python scenarios/derive_great_britain.py

prints them. The reasons are in docs/background/great_britain.md. What is the same as in the West Midlands is read from
derive_west_midlands.py (flows, rounding) and derive_programmes.py (Kickstart's jobs, sectors). Plain Python, no packages.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios import derive_programmes as support
from scenarios import derive_west_midlands as base

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2022, 3, 31)

# Published.
COACHES = {2019: 12_280, 2020: 11_030, 2021: 23_040, 2022: 17_280}  # full-time equivalents, 1 June: parliamentary question, 12 June 2023
HIRED_EARLY_2020 = 533 + 160 + 62  # January to March 2020, after which recruitment stopped: PQ 89706, whose layout is partly ambiguous
LEAVERS = 0.085  # a year, 2023-24: NAO, March 2025
REGION = "West Midlands region"
STAFFORDSHIRE = ("E06000021", *(f"E0700019{n}" for n in range(2, 10)))  # authorities of that region in a district that reaches beyond it

# Chosen.
SURGE = dt.date(2020, 3, 16)  # the first day of the published fortnight of 950,000 declarations for Universal Credit
EARLY_STARTS, EARLY_TRAINING = dt.date(2020, 1, 20), 52
ACADEMIES_OPEN = dt.date(2020, 7, 6)  # for want of a better; work experience was hardly possible before
TEMPORARY_SHARE = 0.07  # 150 sites for 631 jobcentres, each taking three in ten of the claimants of one


# --- Districts and boroughs --------------------------------------------------------------------------------------------------


@cache
def offices() -> dict[str, list[dict[str, str]]]:
    """Jobcentres by area: the department's districts, but the seven boroughs of the West Midlands on their own."""
    out: dict[str, list[dict[str, str]]] = {}
    for row in base.rows("gb_jobcentres.csv"):
        rest = "Mercia without Coventry" if row["district"] == "Mercia" else row["district"]
        out.setdefault(row["borough"] or rest, []).append(row)
    return {area: sorted(rows, key=lambda row: row["name"]) for area, rows in sorted(out.items())}


def boroughs(early: bool) -> dict[str, float]:
    """Claimants of the seven boroughs in January 2020 (early) or July 2020.

    For January each borough's count nearest to it, moved by the region's.
    """
    if not early:
        return {name: float(n) for name, n in base.stock().items()}
    out = {}
    for name, months in base.counts().items():
        month = min(months, key=lambda m: (abs(ordinal(m) - ordinal("2020-01")), m))
        out[name] = months[month] * base.ons(REGION, "2020-01") / base.ons(REGION, month)
    return dict(sorted(out.items()))


def ordinal(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])


@cache
def claimants(early: bool) -> dict[str, int]:
    """Claimants by area at the count of January 2020 (early) or July 2020, adding up to that of Great Britain.

    The boroughs are known, and so is their region: what is left of it, and what is left of the country, is spread by the number of
    jobcentres, for want of a count by district.
    """
    month, known = "2020-01" if early else "2020-07", boroughs(early)
    whole, region = 1000 * base.ons("GB", month), 1000 * base.ons(REGION, month)
    inside = {area: sum(row["group"] == "West Midlands" or row["authority"] in STAFFORDSHIRE for row in rows)
              for area, rows in offices().items()}  # fmt: skip
    parts = {}
    for area, rows in offices().items():
        near = (region - sum(known.values())) * inside[area] / sum(n for name, n in inside.items() if name not in known)
        far = (whole - region) * (len(rows) - inside[area]) / sum(len(there) - inside[name] for name, there in offices().items())
        parts[area] = known.get(area, near + far)
    return base.rounded(parts, round(whole))


@cache
def shares() -> dict[str, float]:
    """Share of its area's claimants by jobcentre: equal, but as in west_midlands.yaml in the boroughs."""
    out, there = {}, base.shares()
    for rows in offices().values():
        equal = base.rounded({row["name"]: 1.0 for row in rows}, 10_000)
        out |= {row["name"]: there.get(row["name"], equal[row["name"]] / 10_000) for row in rows}
    return out


# --- Claims ------------------------------------------------------------------------------------------------------------------


def count_day(month: str) -> dt.date:
    """The day of the claimant count: the second Thursday of the month."""
    first = dt.date.fromisoformat(f"{month}-01")
    return first + dt.timedelta(days=(3 - first.weekday()) % 7 + 7)


def months() -> list[str]:
    """Every month of the run."""
    return [f"{y}-{m:02}" for y in (2020, 2021, 2022) for m in range(1, 13) if f"{y}-{m:02}" <= LAST.isoformat()[:7]]


def on_flow(surge: float) -> dict[dt.date, float]:
    """New claims a week in Great Britain by the date from which they hold, those of people who claim again among them.

    A month's flow is spread from the day after the count before to its own count, at the rate of an average month. From June 2020 on it is
    that of west_midlands.yaml, July's (which is August's) for June too.

    Args:
        surge: UK claims from 16 March to 9 April 2020, thousands; not published.
    """
    seen = {row["month"]: float(row["on_flow_thousands"]) for row in base.rows("uk_claimant_flows.csv")}
    later = base.on_flow()
    flows = {month: seen.get(month) or later.get(month, later["2020-07"]) for month in months()}
    flows["2020-03"] = seen["2020-02"]
    part = base.ons("GB", "2020-07") / base.ons("UK", "2020-07")
    out = {FIRST: flows["2020-01"]}
    for before, month in pairwise(months()):
        if month != "2020-04":
            out[count_day(before) + dt.timedelta(days=1)] = flows[month]
    weeks = ((count_day("2020-04") - SURGE).days + 1) / 7
    out[SURGE] = surge / weeks * base.WEEKS_A_MONTH
    return {date: 1000 * n / base.WEEKS_A_MONTH * part for date, n in sorted(out.items())}


def surge_claims() -> dict[str, float]:
    """People by area who claimed from the surge to the count of July 2020 and are still there.

    July's claimants less those of March who have not left by then, of whom each area had the part it had in January.
    """
    usual, since = base.hazard(base.NORMAL), base.hazard(base.PANDEMIC)
    before = [math.exp(-usual[w]) for w in range(600)]
    weeks = (count_day("2020-07") - count_day("2020-03")).days // 7
    stay = sum(n * math.exp(since[w] - since[w + weeks]) for w, n in enumerate(before[:-weeks])) / sum(before)
    early, late = claimants(early=True), claimants(early=False)
    grown = base.ons("GB", "2020-03") / base.ons("GB", "2020-01")
    return {area: late[area] - stay * grown * n for area, n in early.items()}


def split(weekly: dict[dt.date, float]) -> dict[str, dict[dt.date, int]]:
    """Claims a week by area: before the surge by its share of claimants in January 2020, after it by that of July 2020, and in between so
    that the one leads to the other."""
    settled = count_day("2020-07")

    def parts(date: dt.date) -> dict[str, float]:
        of = claimants(early=True) if date < SURGE else surge_claims() if date < settled else claimants(early=False)
        return {area: n / sum(of.values()) for area, n in of.items()}

    shares = {date: parts(date) for date in weekly}
    return {area: {date: round(n * shares[date][area]) for date, n in weekly.items()} for area in offices()}


def age_groups() -> dict[str, float]:
    """Share of claimants by age in the UK, January 2020."""
    parts = {group: base.ons(f"UK aged {group.replace('16', '18')}", "2020-01") for group in ("16-24", "25-49", "50+")}
    return {group: n / 100 for group, n in base.rounded(parts, 100).items()}


def weeks_on_claim(factor: float, leaving: float, bands: tuple[tuple[int, int], ...]) -> dict[str, float]:
    """Share of the stock by completed weeks on the claim, as steady claims would leave it.

    Args:
        factor: on the rates of job entry.
        leaving: share leaving for another reason within a month.
        bands: first and last week of each.
    """
    there = [math.exp(-h) for h in base.hazard((factor, leaving))]
    parts = {f"{a}-{b}" if (a, b) != bands[-1] else f"{a}+": sum(there[a : b + 1]) for a, b in bands}
    return {band: n / 100 for band, n in base.rounded(parts, 100).items()}


# --- Coaches and sites ---------------------------------------------------------------------------------------------------------


def years(first: dt.date, last: dt.date) -> float:
    return (last - first).days / 365.25


def leavers() -> dict[dt.date, float]:
    """Share of coaches leaving within a year: the published rate, from June 2021 on what takes that June's number to the next."""
    return {FIRST: LEAVERS, dt.date(2021, 6, 1): round(1 - COACHES[2022] / COACHES[2021], 3)}


def coaches_at_start() -> float:
    """In post and trained on 1 January 2020, so that with the recruits of early 2020 there are as many in June as published."""
    june = dt.date(2020, 6, 1)
    stays = {day: (1 - LEAVERS) ** years(day, june) for day in (FIRST, EARLY_STARTS)}
    return (COACHES[2020] - HIRED_EARLY_2020 * stays[EARLY_STARTS]) / stays[FIRST]


def coaches() -> dict[str, float]:
    """Coaches by jobcentre, to a tenth: by claimants, January 2020."""
    people, part = claimants(early=True), shares()
    every = coaches_at_start() / sum(people.values())
    return {row["name"]: round(10 * people[area] * part[row["name"]] * every) / 10 for area, rows in offices().items() for row in rows}


def recruits() -> dict[str, int]:
    """Recruits by cohort, July 2020 to March 2021."""
    return base.recruits(max(base.RECRUITED_GB.values()))


def temporary_opens() -> dict[str, dt.date]:
    """Opening days of the temporary jobcentres, one for each area: evenly spread over the national openings, by name, on Mondays."""
    days = sorted((n, float(day.toordinal())) for day, n in base.TEMPORARY_GB.items())
    names = sorted(offices())
    exact = {area: dt.date.fromordinal(int(base.line(k * days[-1][0] / len(names), days))) for k, area in enumerate(names, start=1)}
    return {area: day - dt.timedelta(days=day.weekday()) for area, day in exact.items()}


def temporary_coaches() -> dict[str, float]:
    """Coaches who go along to the area's temporary jobcentre from each office, to a tenth: its share of coaches and recruits."""
    there = coaches()
    more = 1 + sum(recruits().values()) / sum(there.values())
    return {name: max(0.1, round(10 * TEMPORARY_SHARE * n * more) / 10) for name, n in there.items()}


# --- Programmes and vacancies ----------------------------------------------------------------------------------------------------


def kickstart_applied_per_week() -> dict[dt.date, float]:
    """Jobs a week for which employers apply: the advertised ones, as many days before as the delays say."""
    scale = support.share_gb()
    return {FIRST: 0.0} | {date: round(n / scale) for date, n in support.applied_per_week().items() if n}  | {
        max(support.applied_per_week()): 0.0}  # fmt: skip


def jets_places() -> int:
    return round(support.JETS_STARTS * support.JETS_DAYS / 365)


def academy_places() -> dict[dt.date, int]:
    """Places of each weekly intake: a financial year's starts, spread evenly over the weeks of it in which they are open."""
    starts = list(support.SWAP_STARTS.values())
    weeks = ((dt.date(2021, 4, 1) - ACADEMIES_OPEN).days / 7, 52)
    return {date: round(n / w) for date, n, w in zip((FIRST, dt.date(2021, 4, 1)), starts, weeks, strict=True)}


def restart_places() -> int:
    return round(support.RESTART_PLANNED / support.RESTART_YEARS)


def vacancies(sector: str, date: dt.date) -> float:
    """In Great Britain on a date: the UK's by the share of claimants, a published figure being that of the middle of its month."""
    corners = [(dt.date.fromisoformat(f"{month}-15").toordinal(), n) for month, n in sorted(support.vacancies_uk(sector).items())]
    return 1000 * base.ons("GB", "2020-07") / base.ons("UK", "2020-07") * base.line(date.toordinal(), corners)


def main() -> None:
    early, late = claimants(early=True), claimants(early=False)
    print("area: jobcentres, claimants in January and July 2020, temporary jobcentre opens")
    for area, rows in offices().items():
        print(f"{area:<46}{len(rows):>4}{early[area]:>10,}{late[area]:>10,}  {temporary_opens()[area]}")
    print(
        f"\n{sum(early.values()):,} and {sum(late.values()):,} claimants; "
        f"{sum(coaches().values()):,.1f} coaches in {len(coaches())} jobcentres"
    )
    print("recruits", recruits(), "leavers", leavers(), "age groups", age_groups())
    print("\nclaims a week in Great Britain with 1,060,000 in the UK from 16 March to 9 April 2020")
    print(*(f"  {date} {n:>9,.0f}" for date, n in on_flow(1060).items()), sep="\n")
    print("\nKickstart: applied a week", *(f"{day} {n:g}" for day, n in kickstart_applied_per_week().items()), sep="\n  ")
    print(f"\nJETS places {jets_places():,}; academies {academy_places()}; Restart {restart_places():,}")


if __name__ == "__main__":
    main()
