"""Write the two files that great_britain.yaml builds on: places.yaml from the data alone, calibrated.yaml from what was calibrated.

    python scenarios/write_great_britain.py

writes places.yaml; calibrated.yaml is written by calibrate_great_britain.py. Both are generated: change what they are made from.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from scenarios import derive_great_britain as derive
from scenarios import derive_programmes as support
from scenarios.inflow import Floats, dated, sectors

HERE = Path(__file__).parent / "great_britain"
PLACES, CALIBRATED = HERE / "places.yaml", HERE / "calibrated.yaml"
BY_OFFICES = "ONS claimant count less what is known by borough and region, by number of jobcentres"
KNOWN = "council and press reports of ONS counts nearest to January 2020, moved by the region's"
GUESSED = "confidence: assumption"
FITTED = 'confidence: assumption, note: "fitted to the counts and flows of 2020"'
BANDS = ((0, 12), (13, 25), (26, 51), (52, 156))


def quoted(name: str) -> str:
    """A name as a key of YAML."""
    return f'"{name}"' if "," in name else name


def places() -> str:
    """Stocks, jobcentres and temporary jobcentres."""
    stock, offices, shares, coaches = derive.claimants(early=True), derive.offices(), derive.shares(), derive.coaches()
    opens, along = derive.temporary_opens(), derive.temporary_coaches()
    out = [
        "# Written by scenarios/write_great_britain.py from scenarios/data; change it there. Jobcentres and districts are those of the\n",
        "# DWP register of 2019; claimants by district, shares within one and coaches by office are worked out or assumed.\n\n",
        "areas:\n",
    ]
    for area, people in stock.items():
        known = len(offices[area][0]["borough"]) > 0
        wide = 0.05 if known else 0.30
        span = f"low: {round(people * (1 - wide))}, high: {round(people * (1 + wide))}"
        out.append(f"  {quoted(area)}:\n    claimants: {{value: {people}, {span}, confidence: derived,\n")
        out.append(f'                source: "{KNOWN if known else BY_OFFICES}"}}\n')
    out.append("\njobcentres:\n")
    for area, rows in offices.items():
        out.append(f"  # {area}\n")
        for row in rows:
            name, n = row["name"], coaches[row["name"]]
            out += [
                f"  {quoted(name)}:\n",
                f"    area: {quoted(area)}\n",
                f"    place: [{float(row['latitude']):.4f}, {float(row['longitude']):.4f}]\n",
                f"    share: {{value: {shares[name]:g}, low: -30%, high: {min(1.0, round(1.3 * shares[name], 4)):g}, {GUESSED}}}\n",
                f'    coaches: {{value: {n:g}, low: -10%, high: +10%, confidence: derived, source: "PQ 12 Jun 2023, by claimants"}}\n',
                f"    desks: {{value: {max(1, round(n))}, low: -25%, high: +25%, confidence: assumption}}\n",
            ]
    out.append("\n  # One for each area: its part of the 150 open in February 2022\n")
    for area, rows in offices.items():
        moved = sum(along[row["name"]] for row in rows)
        out += [
            f"  {quoted(f'{area} temporary')}:\n",
            "    temporary:\n",
            f"      announced: {{value: {opens[area] - dt.timedelta(weeks=8)}, confidence: assumption}}\n",
            f"      opens: {{value: {opens[area]}, low: 2021-04-12, high: 2022-03-31, confidence: assumption}}\n",
            "    takes_from:\n",
            *(f"      {quoted(row['name'])}: {{value: {derive.TEMPORARY_SHARE:g}, {GUESSED}}}\n" for row in rows),
            "    standing_caseload: true\n",
            "    coaches_from:\n",
            *(f"      {quoted(row['name'])}: {{value: {along[row['name']]:g}, confidence: policy}}\n" for row in rows),
            f"    desks: {{value: {max(1, round(2 * moved))}, low: -50%, high: +50%, confidence: assumption}}\n",
        ]
    return "".join(out)


def calibrated(
    leaving: tuple[float, float],
    tightness: float,
    weeks: Mapping[str, float],
    claims: Mapping[str, Mapping[dt.date, float]],
    inflow: Mapping[dt.date, Floats],
) -> str:
    """What was calibrated, and what follows from it.

    Args:
        leaving: other leaving a month while conditions held, and while they did not.
        tightness: vacancies for each searcher at which the rates of job entry hold.
        weeks: share of the first day's stock by weeks on the claim.
        claims: claims a week by area and date, without those of people who claim again.
        inflow: new vacancies a week from the first of each month, by sector in the order of name.
    """
    usual, suspended = leaving
    out = [
        "# Written by scenarios/calibrate_great_britain.py (make calibrate); docs/background/great_britain.md says what was fitted\n",
        "# to what, and calibration.csv holds every try and its objective.\n\n",
        "extends: places.yaml\n\n",
        "other_leaving:\n  monthly_rate:\n",
        *(
            f"    {date}: {{value: {rate:.4f}, low: -25%, high: +25%, {FITTED}}}\n"
            for date, rate in (("2020-01-01", usual), ("2020-03-19", suspended), ("2021-04-12", usual))
        ),
        "\nclaimants:\n  weeks_on_claim:                                 # as steady claims at the fitted rates would leave it\n",
        *(f"    {band}: {{value: {share:.2f}, low: -20%, high: +20%, confidence: assumption}}\n" for band, share in weeks.items()),
        "\nareas:\n",
    ]
    for area, weekly in claims.items():
        out += [f"  {quoted(area)}:\n    claims_per_week:\n      by_date:\n", *dated(weekly, 8, 6)]
        out += ["      low: -15%\n      high: +15%\n      confidence: derived\n"]
        out += [
            '      source: "DWP Alternative Claimant Count on-flow less returns in the run, by share of claimants; March 2020 fitted"\n'
        ]
    out += [
        "\nlabour_market:\n",
        f"  reference_tightness: {{value: {tightness:.4f}, low: -30%, high: +30%, {FITTED}}}\n",
    ]
    there = {name: derive.vacancies(name, derive.FIRST) for name in support.SECTORS}
    out += sectors(support.sector_shares(), there, inflow, "ONS VACS02, by share of claimants in the UK", 6)
    return "".join(out)


def write(path: Path, text: str) -> None:
    """Replace a file whole."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    write(PLACES, places())
