"""Work out the derived inputs of the West Midlands with programmes, hubs, vacancies and returns.

    python scenarios/derive_programmes.py

prints them, from the data files in data/ and the published figures below; docs/background/west_midlands.md has the reasons, and the
tests compare them with the scenario files. Plain Python, no packages; derive_west_midlands.py has the rest.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios import derive_west_midlands as base

FIRST, LAST = dt.date(2020, 7, 1), dt.date(2022, 3, 31)

# Published.
POPULATION = (2.98, 68.3)  # millions in 2023: the metropolitan county, which is the seven boroughs, and the UK (ONS in Statista's summary)
KICKSTART_STARTED, KICKSTART_ADVERTISED = 163.2, 235.0  # thousands in the end: WMS 8 Feb 2023; WMS, 31 January 2022
KICKSTART_OPENS = dt.date(2020, 9, 2)  # employers may apply
DAYS_TO_APPROVE, DAYS_TO_AVAILABLE = 14, 43  # from the application: PQ 49246, July to September 2021
JETS_STARTS = 250_000  # a year, the target: FE News
JETS_DAYS = 182
JETS_PER_DAY = (500, 800)  # starts over the first seven months, referrals in the first 50 days
SWAP_STARTS = {dt.date(2020, 7, 1): 64_500, dt.date(2021, 4, 1): 85_480}  # a year: PQ of 4 April 2022
RESTART_PLANNED, RESTART_YEARS = 1_430_000, 3  # NAO; three years of referral, recalled
RESTART_REFERRED, RESTART_EXPECTED = 0.43, 0.82  # of those eligible: ERSA on NAO
RESTART_TAKEN_UP = (450, 530)  # thousands started and referred

# Chosen.
RESTART_REVIEWS = 26  # fortnightly, in a year, about as long as people stay who have claimed for so long
SECTORS = {  # groups of the 18 industries
    "Accommodation and food": ["Accommodation & Food Services Activities"],
    "Administration and support": ["Administrative & Support Service Activities"],
    "Arts and other services": ["Arts, Entertainment & Recreation", "Other Service Activities"],
    "Business services": ["Information & Communication", "Financial & Insurance Activities", "Real Estate Activities",
                          "Professional, Scientific & Technical Activities"],
    "Construction": ["Construction"],
    "Health and social work": ["Human Health & Social Work"],
    "Manufacturing and utilities": ["Manufacturing", "Mining & Quarrying", "Electricity, Gas, Steam & Air Con Supply",
                                    "Water Supply, Sewarage, Waste Management etc"],
    "Public services and education": ["Public Administration & Defence", "Education"],
    "Retail and wholesale": ["Wholesale & Retail, Repair of motor vehicles"],
    "Transport and storage": ["Transport & Storage"],
}  # fmt: skip
RETURNS = (0.30, 26)  # share of job entries that end in another claim; mean weeks until then
MARKET = {FIRST: 0.65, dt.date(2021, 1, 1): 0.55, dt.date(2021, 4, 1): 1.0, dt.date(2021, 7, 1): 1.3}  # of west_midlands.yaml
LEAVING = {FIRST: 0.04, dt.date(2021, 4, 1): 0.055}
LONGEST_WEEKS = 104
HUBS_OPEN, HUBS_EVERY_WEEKS, HUB_SHARE = dt.date(2021, 4, 12), 6, 0.10  # in the six largest boroughs, by name
YOUNG = 0.20


def share_gb() -> float:
    """The seven boroughs' share of claimants in Great Britain, July 2020."""
    return sum(base.stock().values()) / 1000 / base.ons("GB", "2020-07")


def share_of_people() -> float:
    """Their share of the population of the UK."""
    return POPULATION[0] / POPULATION[1]


def on(series: Mapping[dt.date, float], date: dt.date) -> float:
    """What holds on a date."""
    return series[max(d for d in series if d <= date)]


def months() -> list[dt.date]:
    """The first of each month of the run."""
    return [dt.date(y, m, 1) for y in (2020, 2021, 2022) for m in range(1, 13) if FIRST <= dt.date(y, m, 1) <= LAST]


# --- Kickstart -----------------------------------------------------------------------------------------------------------------


def kickstart(stage: str) -> dict[dt.date, float]:
    """Jobs so far in Great Britain, thousands, as published."""
    rows = base.rows("kickstart_published.csv")
    return {dt.date.fromisoformat(row["date"]): float(row["thousands"]) for row in rows if row["stage"] == stage}


def advertised() -> list[tuple[int, float]]:
    """Corners of the curve of jobs advertised so far, thousands by ordinal day: none until the first applications have come through."""
    opens = KICKSTART_OPENS + dt.timedelta(days=DAYS_TO_AVAILABLE)
    return [(day.toordinal(), n) for day, n in sorted({opens: 0.0, **kickstart("available")}.items())]


def applied_per_week() -> dict[dt.date, float]:
    """Jobs a week in the region for which employers apply: the advertised ones, as many days before as the delays say."""
    corners = [(dt.date.fromordinal(day - DAYS_TO_AVAILABLE), n) for day, n in advertised()]
    rates = {a: 1000 * (m - n) / (b - a).days * 7 * share_gb() for (a, n), (b, m) in pairwise(corners)} | {corners[-1][0]: 0.0}
    return {FIRST: 0.0} | {date: round(rate, 1) for date, rate in rates.items()}


def could_start(date: dt.date, days_to_fill: int) -> float:
    """Jobs in Great Britain that could be filled by a date, thousands: the share filled in the end, of those advertised so long ago."""
    day, corners = date.toordinal() - days_to_fill, advertised()
    so_far = 0.0 if day <= corners[0][0] else corners[-1][1] if day >= corners[-1][0] else base.line(day, corners)
    return so_far * KICKSTART_STARTED / KICKSTART_ADVERTISED


def days_to_fill() -> int:
    """From advertised to started: the days, in tens, that come nearest to the published starts (least squares of the ratios)."""
    published = kickstart("started").items()
    return min(range(0, 140, 10), key=lambda days: sum(math.log(could_start(day, days) / n) ** 2 for day, n in published))


# --- The other programmes -------------------------------------------------------------------------------------------------------


def jets_places() -> int:
    """As many as the target fills if everyone stays to the end."""
    return round(JETS_STARTS * JETS_DAYS / 365 * share_gb())


def jets_take_up() -> float:
    return JETS_PER_DAY[0] / JETS_PER_DAY[1]


def swap_places() -> dict[dt.date, int]:
    """Places of each weekly intake: a year's starts, spread evenly."""
    return {date: round(n * share_gb() / 52) for date, n in SWAP_STARTS.items()}


def restart_places() -> int:
    """A year's share of those planned, since it lasts up to a year."""
    return round(RESTART_PLANNED / RESTART_YEARS * share_gb())


def referral_at_review(ever: float) -> float:
    """What a coach must do at each review so that this share is ever referred of those who stay on the claim for all of them."""
    return round(1 - (1 - ever) ** (1 / RESTART_REVIEWS), 3)


# --- Youth hubs -----------------------------------------------------------------------------------------------------------------


def hubs() -> dict[str, dt.date]:
    """Opening days by borough."""
    largest = sorted(sorted(base.stock(), key=lambda name: -base.stock()[name])[:6])
    return {name: HUBS_OPEN + dt.timedelta(weeks=HUBS_EVERY_WEEKS * k) for k, name in enumerate(largest)}


def hub_coaches_from() -> dict[str, dict[str, float]]:
    """Coaches who go to each hub, to the half but at least that: the share of claimants it takes, of the coaches and recruits there."""
    people, there = base.caseload(), base.coaches()
    staff = {name: there[name] + base.RECRUITS * people[name] / sum(people.values()) for name in people}
    at_home = {row["name"]: row["borough"] for row in base.rows("jobcentres.csv")}
    return {
        borough: {name: max(0.5, round(2 * HUB_SHARE * YOUNG * staff[name]) / 2) for name in staff if at_home[name] == borough}
        for borough in hubs()
    }


# --- The labour market ------------------------------------------------------------------------------------------------------------


@cache
def vacancies_uk(sector: str) -> dict[str, float]:
    """Thousands by month."""
    out: dict[str, float] = {}
    for row in base.rows("uk_vacancies.csv"):
        if row["industry"] in SECTORS[sector]:
            out[row["month"]] = out.get(row["month"], 0.0) + float(row["thousands"])
    return out


def sector_shares() -> dict[str, float]:
    """Share of claimants by sector: that of the vacancies of 2019, so that in that year there were as many for each searcher everywhere."""
    mean = {name: sum(n for month, n in vacancies_uk(name).items() if month[:4] == "2019") / 12 for name in SECTORS}
    return {name: n / 100 for name, n in base.rounded(mean, 100).items()}


def vacancies(sector: str, date: dt.date) -> float:
    """In the region on a date, by its share of people; a published figure is that of the middle of its month, with lines between."""
    corners = [(dt.date.fromisoformat(f"{month}-15").toordinal(), n) for month, n in sorted(vacancies_uk(sector).items())]
    return 1000 * share_of_people() * base.line(date.toordinal(), corners)


# --- Returns ------------------------------------------------------------------------------------------------------------------


def returning() -> dict[dt.date, float]:
    """Share of each month's claims that are made by people who entered work during the run: what the model will make itself.

    The stock and claims of west_midlands.yaml, week by week, with its rates at fortnightly contact; who enters work returns with the
    share and the mean time above.
    """
    share, mean = RETURNS
    weeks = (LAST - FIRST).days // 7 + 1
    people = [0.0] * (LONGEST_WEEKS + weeks + 2)
    for band, part in base.weeks_on_claim().items():
        first, _, last = band.rstrip("+").partition("-")
        span = range(int(first), int(last or LONGEST_WEEKS) + 1)
        for week in span:
            people[week] = part / len(span) * sum(base.stock().values())
    claims = {date: sum(area[date] for area in base.claims_per_week().values()) for date in months()}
    due, shares = 0.0, {date: [0.0, 0.0] for date in months()}
    for k in range(weeks):
        date = FIRST + dt.timedelta(weeks=k)
        new, month = on(claims, date), date.replace(day=1)
        back = due * (1 - math.exp(-1 / mean))
        shares[month][0] += back
        shares[month][1] += new
        due -= back
        after = [0.0] * len(people)
        for week, n in enumerate(people[:-1]):
            job = -math.log(1 - base.JOB_ENTRY[max(w for w in base.JOB_ENTRY if w <= week)]) * on(MARKET, date) / base.WEEKS_A_MONTH
            hazard = job - math.log(1 - on(LEAVING, date)) / base.WEEKS_A_MONTH
            gone = n * (1 - math.exp(-hazard))
            due += share * gone * job / hazard
            after[week + 1] = n - gone
        people = [new, *after[1:]]
    return {month: back / every for month, (back, every) in shares.items()}


def first_claims_per_week() -> dict[str, dict[dt.date, int]]:
    """Claims by borough less those of people who claim again."""
    less = returning()
    return {name: {date: round(n * (1 - less[date])) for date, n in weekly.items()} for name, weekly in base.claims_per_week().items()}


def main() -> None:
    print(f"share of claimants in Great Britain {share_gb():.4f}, of people in the UK {share_of_people():.4f}")
    print("\nKickstart: applied a week", *(f"{day} {n:g}" for day, n in applied_per_week().items()), sep="\n  ")
    print(f"days to fill {days_to_fill()}; could start / started in Great Britain, thousands:")
    for day, n in kickstart("started").items():
        print(f"  {day}  {could_start(day, days_to_fill()):6.1f}  {n:6.1f}")
    print(f"\nJETS places {jets_places():,}, take-up {jets_take_up():.3f}")
    print("academies: places a week", *(f"{day} {n}" for day, n in swap_places().items()))
    print(f"Restart places {restart_places():,}, at each review {referral_at_review(RESTART_REFERRED)}"
          f" ({referral_at_review(RESTART_EXPECTED)} as planned)")  # fmt: skip
    print("\nyouth hub: opens, coaches from")
    for name, day in hubs().items():
        print(f"  {name:<14}{day}  " + ", ".join(f"{origin} {n:g}" for origin, n in hub_coaches_from()[name].items()))
    print("\nsector: share of claimants, vacancies in the region on 1 July 2020")
    for name, part in sector_shares().items():
        print(f"  {name:<32}{part:5.2f}{vacancies(name, FIRST):8,.0f}")
    print("\nshare of claims made again, by month", *(f"{part:.3f}" for part in returning().values()))
    for name, weekly in first_claims_per_week().items():
        print(f"  {name:<14}", *(f"{n:>5}" for n in weekly.values()))


if __name__ == "__main__":
    main()
