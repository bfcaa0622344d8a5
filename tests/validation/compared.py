"""Published figures with the model's beside them, each with what it was used for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scenarios import derive_great_britain as derive
from scenarios import derive_programmes as support
from scenarios import derive_west_midlands as base
from scenarios.calibrate_great_britain import FITTED_MONTHS, GB_IN_UK, INTO_WORK
from sim.scenario.schema import AGE_GROUPS
from tests.validation.national import Outcome, kickstart_jobs

FITTED, PUT_IN, OUT = "fitted", "put in", "out of sample"
"""A figure was used to choose numbers; is met by construction; or had no say."""
JETS_BY = dt.date(2021, 5, 5)  # seven months after the first referrals
INTO_WORK_2021 = 0.097  # intensive work search, 2021-22: NAO via Civil Service World, 2025
BY_DURATION = {"up to 3 months": 0.184, "4 to 6 months": 0.103}  # February 2022 to January 2023: PQ 156146, 6 March 2023
ALTERNATIVE = "Alternative Claimant Count"


@dataclass(frozen=True)
class Row:
    """One published figure and the model's."""

    group: str
    when: str
    published: float
    model: float
    use: str
    share: bool = False

    @property
    def error(self) -> float:
        return self.model / self.published - 1


def rows(runs: list[Outcome]) -> list[Row]:
    """Every figure compared, with the model's as the mean over replications."""
    return [*stocks(runs), *flows(runs), *ages(runs), *boroughs(runs), *coaches(runs), *programmes(runs), *work(runs)]


def mean(values: Iterator[float]) -> float:
    return float(np.mean(list(values)))


def stocks(runs: list[Outcome]) -> list[Row]:
    """The claimant count, Great Britain, not seasonally adjusted; and the department's own count, which nothing was fitted to."""
    out = []
    for month in (row["month"] for row in base.rows("uk_claimants.csv") if row["series"] == "GB" and row["month"] >= "2020-01"):
        got = mean(float(one.monthly.total[one.monthly.at(month)]) for one in runs)
        out.append(Row("claimants", month, 1000 * base.ons("GB", month), got, FITTED if month in FITTED_MONTHS else OUT))
    for row in base.rows("uk_claimant_flows.csv"):
        if row["month"] in ("2020-05", "2020-08", "2021-05", "2021-08", "2021-10"):
            got = mean(float(one.monthly.total[one.monthly.at(row["month"])]) for one in runs)
            published = 1000 * float(row["stock_thousands"]) * GB_IN_UK
            out.append(Row(ALTERNATIVE, row["month"], published, got, OUT))
    return out


def flows(runs: list[Outcome]) -> list[Row]:
    """On-flow and off-flow of the Alternative Claimant Count; means of three months where only those are published."""
    published: dict[str, dict[str, str]] = {row["month"]: row for row in base.rows("uk_claimant_flows.csv")}
    spans = {"Feb and Mar 2020": ["2020-02", "2020-03"], "Sep to Nov 2021": ["2021-09", "2021-10", "2021-11"]}
    spans |= {month: [month] for month in published if all(month not in of for of in spans.values()) and month >= "2020-04"}
    out = []
    for name, months in sorted(spans.items(), key=lambda item: item[1]):
        at = [runs[0].monthly.at(month) for month in months]
        thousands = {key: float(published[months[0]][f"{key}_flow_thousands"]) for key in ("on", "off")}
        for key, use in (("on", PUT_IN), ("off", FITTED if months[0] < "2021" else OUT)):
            got = mean(float(getattr(one.monthly, f"{key}_flow")[at].mean()) for one in runs)
            out.append(Row(f"{key}-flow a month", name, 1000 * thousands[key] * GB_IN_UK, got, use))
    return sorted(out, key=lambda row: row.group)


def ages(runs: list[Outcome]) -> list[Row]:
    """Shares by age, UK."""
    out = []
    for month in ("2020-01", "2020-07", "2021-01", "2021-05", "2021-09"):
        parts = {group: base.ons(f"UK aged {group.replace('16', '18')}", month) for group in AGE_GROUPS}
        for k, group in enumerate(AGE_GROUPS):
            got = mean(
                float(one.monthly.stock[one.monthly.at(month), :, k].sum() / one.monthly.total[one.monthly.at(month)]) for one in runs
            )
            use = PUT_IN if month == "2020-01" else OUT
            out.append(Row(f"share aged {group}", month, parts[group] / sum(parts.values()), got, use, share=True))
    return sorted(out, key=lambda row: row.group)


def boroughs(runs: list[Outcome]) -> list[Row]:
    """Claimants of the seven boroughs. Those nearest to January 2020 and of July 2020 set the boroughs' shares of claims."""
    out = []
    for name, months in base.counts().items():
        for month, people in months.items():
            if month >= "2020-01":
                got = mean(float(one.monthly.stock[one.monthly.at(month), one.areas.index(name)].sum()) for one in runs)
                used = month <= "2020-03" or month == "2020-07" or (name, month) in (("Birmingham", "2020-06"), ("Coventry", "2020-04"))
                out.append(Row(f"claimants in {name}", month, float(people), got, FITTED if used else OUT))
    return out


def coaches(runs: list[Outcome]) -> list[Row]:
    """Coaches, and claimants for each. The June 2020 number is put in; June 2021's follows from recruits and leavers."""
    early = derive.COACHES[2019] + (derive.COACHES[2020] - derive.COACHES[2019]) * 256 / 366  # 12 February 2020, between two Junes
    got = mean(float(one.monthly.total[one.monthly.at("2020-02")]) / one.on(one.coaches, dt.date(2020, 2, 13)) for one in runs)
    out = [Row("claimants for each coach", "February 2020", 1000 * base.ons("GB", "2020-02") / early, got, FITTED)]
    for year, month in ((2020, "2020-06"), (2021, "2021-06")):
        day, people = dt.date(year, 6, 1), 1000 * base.ons("GB", month)
        fte = mean(one.on(one.coaches, day) for one in runs)
        got = mean(float(one.monthly.total[one.monthly.at(month)]) / one.on(one.coaches, day) for one in runs)
        use = PUT_IN if year == 2020 else OUT
        out.append(Row("coaches, full-time equivalents", f"1 June {year}", float(derive.COACHES[year]), fte, use))
        out.append(Row("claimants for each coach", f"June {year}", people / derive.COACHES[year], got, FITTED if year == 2020 else OUT))
    return sorted(out, key=lambda row: row.group, reverse=True)


def programmes(runs: list[Outcome]) -> list[Row]:
    """Starts so far."""
    out = []
    for stage, use in (("approved", OUT), ("available", PUT_IN), ("started", FITTED)):
        for day, thousands in support.kickstart(stage).items():
            got = mean(one.on(one.starts["Kickstart"], day) for one in runs) if stage == "started" else kickstart_jobs(stage, day)
            out.append(Row(f"Kickstart, jobs {stage}", f"by {day.day} {day:%b %Y}", 1000 * thousands, got, use))
    jets = mean(one.on(one.starts["JETS"], JETS_BY) for one in runs)
    out.append(Row("JETS, starts", "in seven months", 100_000.0, jets, FITTED))
    years = ((dt.date(2020, 3, 31), dt.date(2021, 3, 31)), (dt.date(2021, 3, 31), dt.date(2022, 3, 31)))
    for (first, last), (_, starts) in zip(years, support.SWAP_STARTS.items(), strict=True):
        series = "Sector-based work academies"
        got = mean(one.on(one.starts[series], last) - one.on(one.starts[series], first) for one in runs)
        out.append(Row("academies, starts", f"{first.year}-{last.year % 100}", float(starts), got, PUT_IN))
    return out


def work(runs: list[Outcome]) -> list[Row]:
    """Into work within a month, of those on the claim."""
    out = [
        Row(
            "into work a month",
            "2018-19, against early 2020",
            INTO_WORK,
            mean(one.into_work["10 January to 12 March 2020"]["all"] for one in runs),
            FITTED,
            True,
        ),
        Row(
            "into work a month",
            "2021-22",
            INTO_WORK_2021,
            mean(one.into_work["April 2021 to March 2022"]["all"] for one in runs),
            OUT,
            True,
        ),
    ]
    for band, published in BY_DURATION.items():
        got = mean(one.into_work["February and March 2022"][band] for one in runs)
        out.append(Row(f"into work a month, {band}", "from February 2022", published, got, PUT_IN, True))
    return out


def kind(row: Row) -> str:
    """What a figure is about, several groups together."""
    return next((name for start, name in {"claimants in": "claimants by borough", "share aged": "shares by age", "into work": "into work",
                                          "Kickstart": "Kickstart"}.items() if row.group.startswith(start)), row.group)  # fmt: skip
