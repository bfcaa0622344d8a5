"""Great Britain, January 2020 to March 2022, beside what was published: fitted, put in, and out of sample apart."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

import numpy as np

from scenarios import derive_great_britain as derive
from scenarios import derive_west_midlands as base
from scenarios.calibrate_great_britain import FITTED_MONTHS, ONE_IN
from scenarios.monthly import MONTH
from tests.evidence import Section, figure
from tests.validation import pictures
from tests.validation.compared import ALTERNATIVE, FITTED, OUT, PUT_IN, Row, kind, rows
from tests.validation.national import Outcome, run

COPIES = 6
"""Runs of the small copy, which say how much chance matters."""
REASONS = {
    "claimants": "The on-flow between August 2020 and May 2021 lies on a straight line, since no month between was seen; the "
    "lockdown of January 2021, after which the count rose again, is not in it.",
    ALTERNATIVE: "It is another count than the one the scenario starts from and was fitted to, and apart from it by up to a "
    "twentieth either way.",
    "into work": "In 2021-22 the model lets too many leave for other reasons and too few for work; together they are about "
    "right. Other leaving goes back to its rate of early 2020 when face-to-face service does, a rule made "
    "beforehand, and it does not hold. People who claimed in the surge may also have found work sooner than "
    "others so long on the claim, which one set of rates for all cannot show. The rates up to three and from four "
    "to six months are the scenario's own, times what the market and contact of early 2022 made of them; since "
    "they were observed at that very time, the fitted reference tightness is too high for them. *Whatever the "
    "model says of job entries after April 2021 is too low by about as much*; differences between scenarios "
    "suffer less.",
    "claimants by borough": "All areas share one set of rates, while Birmingham and Solihull had the lowest of all districts; and the "
    "boroughs' shares of claims are held from July 2020 on.",
    "shares by age": "Everyone has the same rates, and claims have the ages of January 2020; the surge had fewer people of 50 and over.",
    "Kickstart": "No single delay joins the published jobs approved and jobs available, so applications in the scenario are "
    "the available jobs, 43 days before, and approved ones are only those soon advertised. From there to starts "
    "one delay stands for three to five months: [Kickstart](background/kickstart.md).",
    "academies, starts": "The places are the published starts, and the model can only fall short of them: where too few are referred, "
    "they stay empty.",
}
"""Why figures of a kind are off, said only where they are."""
FAR = 0.10
"""Misses larger than this are named in the text."""


# --- The page ----------------------------------------------------------------------------------------------------------------------


def errors(some: list[Row]) -> dict[str, str]:
    """How far off a set of figures is, in words for a table."""
    off = np.array([row.error for row in some])
    worst = max(some, key=lambda row: abs(row.error))
    return {
        "figures": str(len(some)),
        "mean": f"{off.mean():+.1%}",
        "root mean square": f"{np.sqrt((off**2).mean()):.1%}",
        "worst": f"{worst.error:+.0%} ({worst.when})",
    }


def overview(every: list[Row]) -> str:
    """Errors by kind of figure and by use."""
    lines = ["| figure | use | figures | mean error | root mean square | worst |", "|---|---|--:|--:|--:|---|"]
    for use in (OUT, FITTED, PUT_IN):
        for name in dict.fromkeys(kind(row) for row in every):
            some = [row for row in every if kind(row) == name and row.use == use]
            if some:
                lines.append(f"| {name} | {use} | " + " | ".join(errors(some).values()) + " |")
    return "\n".join(lines)


def details(every: list[Row]) -> str:
    """Each figure."""
    lines = ["| figure | when | published | model | error | use |", "|---|---|--:|--:|--:|---|"]
    for row in every:
        shown = [f"{n:.1%}" if row.share else figure(n, 3) if n < 1000 else f"{n:,.0f}" for n in (row.published, row.model)]
        lines.append(f"| {row.group} | {row.when} | {shown[0]} | {shown[1]} | {row.error:+.1%} | {row.use} |")
    return "\n".join(lines)


def misses(every: list[Row]) -> str:
    """The out-of-sample figures that are far off, most first."""
    far = sorted((row for row in every if row.use == OUT and abs(row.error) > FAR), key=lambda row: -abs(row.error))
    if not far:
        return f"No figure out of sample is more than {FAR:.0%} off."
    return f"More than {FAR:.0%} off, out of sample: " + "; ".join(f"{row.group} {row.when} {row.error:+.0%}" for row in far) + "."


def simpler(every: list[Row], whole: Outcome) -> str:
    """What guesses without a model would have made of the counts out of sample: errors as root mean squares."""
    count = {row.when: row.published for row in every if row.group == "claimants"}
    outside = [row for row in every if row.group == "claimants" and row.use == OUT]
    last = FITTED_MONTHS[-1]
    months = whole.monthly.months
    length = {m: (derive.count_day(m) - derive.count_day(before)).days / MONTH for before, m in pairwise(months)}
    on = dict(zip(months, whole.monthly.on_flow, strict=True))
    settled = [m for m in FITTED_MONTHS if m > "2020-06"]
    off = sum(on[m] * length[m] for m in settled) - (count[last] - count["2020-06"])
    rate = off / sum(count[m] * length[m] for m in settled)
    guess, at = {}, count[last]
    for row in outside:
        at += on[row.when] * length[row.when] - rate * at * length[row.when]
        guess[row.when] = at

    def far(guesses: dict[str, float]) -> str:
        return f"{np.sqrt(np.mean([(guesses[row.when] / row.published - 1) ** 2 for row in outside])):.1%}"

    return (
        "On-flow, vacancies, coaches and programmes of 2021 and 2022 are put in as published, so this is no forecast: it tests who leaves, "
        f"and with it the count, given those who come. For the {len(outside)} counts out of sample the model's error (root mean square) is "
        f"{far({row.when: row.model for row in outside})}. A count that stayed as in {last} would be off by "
        f"{far(dict.fromkeys((row.when for row in outside), count[last]))}; the same on-flow with a constant share leaving, that of July "
        f"to December 2020 ({rate:.1%} a month), by {far(guess)}."
    )


def unreconciled(month: str = "2021-08", before: str = "2021-07") -> str:
    """How far published flows are from published counts."""
    flows = next(row for row in base.rows("uk_claimant_flows.csv") if row["month"] == month)
    net = float(flows["on_flow_thousands"]) - float(flows["off_flow_thousands"])
    change = base.ons("UK", month) - base.ons("UK", before)
    return (
        f"The published flows do not add up to the published counts: in {month} on-flow less off-flow is {net:+,.0f} thousand in the UK, "
        f"and the claimant count changed by {change:+,.0f}. They jump from month to month; the model's rates change slowly."
    )


def why(every: list[Row]) -> str:
    """The reasons for what is far off, whatever its use."""
    far = dict.fromkeys(kind(row) for row in every if abs(row.error) > FAR)
    reasons = REASONS | {"off-flow a month": unreconciled()}
    return "\n".join(
        [
            "What is more than a tenth off, whether it was used or not:",
            "",
            *(f"* *{name}*: {reasons.get(name, 'not known.')}" for name in far),
        ]
    )


def task(replication: int) -> Outcome:
    """The whole country for replication 0; from 1 on, replications from 0 of the small copy."""
    return run(0) if replication == 0 else run(replication - 1, whole=False)


def section(workers: int = 2) -> Section:
    """Run the country and compare."""
    if workers > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            whole, *copies = pool.map(task, range(1 + COPIES))
    else:
        whole, *copies = map(task, range(1 + COPIES))
    runs = [whole]
    every = rows(runs)
    outside = [row for row in every if row.use == OUT]
    counts = np.array([one.monthly.total for one in copies])
    chance = (counts.std(axis=0, ddof=1) / counts.mean(axis=0)).max() / np.sqrt(ONE_IN)
    apart = np.abs(counts[0] / whole.monthly.total - 1).max()
    unseen = whole.unseen
    charts = pictures.all_of(runs, every)
    shown = {name: f"![{chart.alt}](validation/{name}.svg)" for name, chart in charts.items()}
    text = "\n\n".join(
        [
            f"`scenarios/great_britain.yaml` was run once, whole: {len(derive.offices())} areas, {len(derive.coaches())} jobcentres, "
            f"{derive.FIRST} to {derive.LAST}. At this size chance hardly matters: by {COPIES} runs of a small copy of it (one person in "
            f"{ONE_IN}), a monthly count has a standard deviation of at most {chance:.2%}. What matters is what was used. *Fitted* figures "
            f"chose four numbers of the scenario ({FITTED_MONTHS[0]} to {FITTED_MONTHS[-1]} only), or a programme's numbers; *put in* are "
            "met by construction, or nearly; *out of sample* had no say. The fitting was done on that copy, whose counts with the same "
            f"seed are within {apart:.1%} of the whole country's.",
            shown["claimants"],
            f"**How far off.** {misses(every)}",
            simpler(every, whole),
            overview(every),
            shown["flows"],
            shown["boroughs"],
            shown["kickstart"],
            shown["ages"],
            "**Why.** " + why(every),
            f"At the end {unseen:,} people wait for a first meeting; they are counted. Waits were never published, so nothing can be "
            "said of how well they are met.",
            shown["waits"],
            "<details><summary>Every figure</summary>\n\n" + details(every) + "\n\n</details>",
        ]
    )
    stock = errors([row for row in outside if row.group == "claimants"])
    summary = (
        f"{len(outside)} published figures out of sample, {len(every) - len(outside)} fitted or put in; claimants of 2021 within "
        f"{stock['root mean square']} (root mean square), worst {stock['worst']}"
    )
    failed = [f"{row.group} {row.when}: not a number" for row in every if not np.isfinite(row.error)]
    return Section(
        "Published figures: Great Britain and the West Midlands within it",
        text,
        summary,
        failed,
        {f"{name}.svg": chart.svg().encode() for name, chart in charts.items()},
        judged=False,
    )
