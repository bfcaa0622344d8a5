"""The model beside results that are known exactly: the checks of ``tests/exact``, over longer runs than the tests have time for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.experiment.workers import each
from sim.show.style import COLOURS, DASHES, FAINT, GRID, INK, MARKERS, Chart, drawn, plain_numbers
from tests.evidence import Check, Section, failures, figure, table
from tests.exact import arrivals, diaries, identities, incidence, jobs, places, steady
from tests.exact.queues import bailey

FOLDED = 15
"""A table of more rows is folded away."""
EDGE = 6.5
"""Standard errors: a point further out is drawn there."""


@dataclass(frozen=True)
class Group:
    """Checks that show one thing.

    Args:
        title: of its part of the section.
        make: runs what they need.
        text: what they show, in Markdown.
    """

    title: str
    make: Callable[[], list[Check]]
    text: str


def hazards() -> list[Check]:
    return incidence.checks(3) + jobs.hazards(3)


def identity(name: str) -> list[Check]:
    return identities.checks(5)[name]


GROUPS: dict[str, Group] = {
    "diaries": Group(
        "Appointments in daily slots",
        partial(diaries.checks, 4),
        "Working days waited for a first meeting beyond the first day possible, beside Bailey's queue: a jobcentre alone, four that share "
        "all appointments, which wait as one with their slots together, and one at which a fifth of meetings is missed. Close to full, "
        "waits vary much from year to year, and the means alone would let pass an error of a quarter to a half in the wait. So the slots "
        "taken are compared on every day as well, with as many as were waiting on the evening before, if there are so many slots.",
    ),
    "places": Group(
        "Places on programmes",
        partial(places.checks, 6),
        "People waiting for one of four places, beside Erlang's C; people lost where nobody waits for one of two, beside his B, whatever "
        "the law of lengths; both in days, as the model has them. The mean number waiting says least, since queues remember long. So every "
        "start is also worked out from referrals and lengths, one after another, and must be the same to the day.",
    ),
    "hazards": Group(
        "Entry into work",
        hazards,
        "Shares in work, by age group and of all, within 2, 13, 26 and 52 weeks, beside the closed form for hazards that change with weeks "
        "on the claim and with contact, and for other leaving as a competing risk; then with matching at its most, and on and after a "
        "programme that doubles the hazard while it lasts and halves it afterwards.",
    ),
    "arrivals": Group(
        "Claims",
        partial(arrivals.checks, 16),
        "Claims beside the sum of their rates, by area, stretch of constant rate (some begin in the middle of a week), weekday, and bank "
        "holiday; and their variance, which for Poisson numbers is their mean, by day, by week, and over both areas together, where claims "
        "that come in groups, or days or areas that go together, would show.",
    ),
    "returns": Group(
        "Claiming again, and vacancies",
        partial(jobs.checks, 3),
        "People who claim again beside a renewal equation and beside the entries of each day, their time away beside its law, and "
        "vacancies that nobody takes beside a geometric approach.",
    ),
    "steady": Group(
        "Little's law in the long run",
        partial(steady.checks, 4),
        "A jobcentre over 12 years of steady claims, with waits and late reviews: people on the claim and those who go beside their exact "
        "values, and people waiting and in reviews beside rate × mean time, the number from the daily count and the time from their rows.",
    ),
    "little": Group(
        "Little's law in every run",
        partial(identity, "Little's law"),
        "In the scenario with every lever in use, as it is and with coaches, desks or people gone: the people counted in each queue on "
        "each day, summed, are the days that people spent there, summed. Counts are the ledger's, or made from the rows of referrals; "
        "days are from the rows of people, or from the event log. Differences between runs are added up without signs, here and below.",
    ),
    "minutes": Group(
        "Minutes two ways",
        partial(identity, "Minutes"),
        "Minutes booked in the diaries, day by day, beside those of the appointments that the event log tells of; and the published share "
        "of minutes booked beside minutes there that were worked out by hand, while the number of coaches and desks changes.",
    ),
    "nobody": Group(
        "Nobody is lost",
        partial(identity, "Nobody is lost"),
        "On each day and at each jobcentre everyone on the claim is in one state; over a run those who were there or came are those who "
        "went or are still there; those not met at the end are those of whom the event log tells of no first meeting; and vacancies "
        "likewise.",
    ),
}
ABOUT_A_MINUTE = ("diaries", "places")
"""Begun first, so that no worker is left with them at the end."""


def made(name: str) -> tuple[str, list[Check]]:
    """The checks of a group, by name, so that another process can make them. What stops them is a check that does not hold."""
    try:
        return name, GROUPS[name].make()
    except Exception as stop:
        return name, [Check(f"{GROUPS[name].title}: {type(stop).__name__}: {stop}", 0, np.nan, 0, "stopped")]


@drawn
def distances(of: dict[str, list[Check]]) -> Chart:
    """Every check that is a matter of chance: how far the model is from the exact value."""
    groups = {name: [check.distance for check in checks if check.error] for name, checks in of.items()}
    groups = {name: far for name, far in groups.items() if far}
    number = sum(map(len, groups.values()))
    chart = Chart(
        f"{number} figures of the model beside their exact values",
        "Each point is a figure; between the dashed lines it passes, and 95 in 100 should lie within the shaded two standard errors. "
        "Points further out than the scale are drawn at its end. Figures of one group mostly come from the same runs, and lean to one "
        "side together.",
        height=1.8 + 0.42 * len(groups),
    )
    ax = chart.subplots()
    ax.set_title("standard errors from the exact value")
    ax.axvspan(-2, 2, color=GRID, alpha=0.6, linewidth=0, zorder=0)
    for side in (-5, 5):
        ax.axvline(side, color=FAINT, linewidth=1, linestyle=DASHES[1])
    ax.axvline(0, color=FAINT, linewidth=0.8)
    for row, (name, far) in enumerate(groups.items()):
        x = np.clip(np.sort(far), -EDGE, EDGE)
        aside = 0.26 * (np.arange(len(x)) % 5 / 2 - 1) if len(x) > 5 else np.zeros(len(x))
        ax.plot(x, row + aside, linestyle="none", marker=MARKERS[0], markersize=3.6, color=COLOURS[0], alpha=0.75, gid=name)
        chart.alt += f" {GROUPS[name].title}: {len(far)} figures, from {min(far):+.1f} to {max(far):+.1f}."
    ax.set_yticks(range(len(groups)), [GROUPS[name].title for name in groups])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.set_xlim(-EDGE - 0.2, EDGE + 0.2)
    ax.grid(False)
    chart.alt = f"Dot chart of standard errors from the exact value, of which 5 are allowed.{chart.alt}"
    chart.numbers = "the tables below"
    return chart


@drawn
def pooling(checks: Sequence[Check]) -> Chart:
    """Mean extra days over slots at a load of nine tenths: Bailey's law as a line, the model as points."""
    load = 0.9
    of = dict(zip(diaries.CASES, checks, strict=False))
    chart = Chart(
        "The same load in larger diaries: waits at nine requests for ten slots",
        "Working days waited beyond the first possible. Line: Bailey's law. Points: the model, with five standard errors either way. "
        "Hollow: four jobcentres of one slot each in a pool.",
        height=4.6,
    )
    ax = chart.subplots()
    ax.set_title("Extra working days, on a logarithmic scale")
    slots = np.arange(1, 31)
    ax.plot(slots, [bailey(load * int(s), int(s)).days_to_meeting - 1 for s in slots], color=FAINT, linewidth=1.2, gid="law", zorder=1.5)
    for case, check in of.items():
        if case.missed or not np.isclose(case.load, load):
            continue
        look = {"color": COLOURS[2 if case.pooled else 0], "markerfacecolor": "white" if case.pooled else None}
        mark = MARKERS[1 if case.pooled else 0]
        ax.errorbar(case.slots, check.observed, 5 * check.error, marker=mark, markersize=5.5, linewidth=1.2, gid=case.name, **look)
        words = "4 jobcentres in a pool" if case.pooled else f"{case.slots} slot{'s' * (case.slots > 1)}"
        ax.annotate(
            f"{words}: {figure(check.observed, 3)}",
            (case.slots, check.observed),
            (8, 5),
            textcoords="offset points",
            fontsize=8.5,
            color=INK,
        )
        chart.alt += f" {words}: {figure(check.observed, 3)} days, exactly {figure(check.expected, 3)}."
    ax.set_yscale("log")
    ax.set_xlabel("slots a day", loc="left")
    ax.set_ylim(0.05, 12)
    ax.set_yticks([0.1, 0.3, 1, 3, 10])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(plain_numbers())
    ax.set_xlim(0, 35)
    chart.alt = f"Line chart with points. {chart.title}.{chart.alt}"
    chart.numbers = "the first table"
    return chart


def part(name: str, checks: list[Check]) -> str:
    """One group of checks in words and as a table."""
    group, by_chance = GROUPS[name], [check for check in checks if check.error]
    fails = (
        f" A right model fails somewhere here with a probability of {sum(check.miss for check in checks):.0e} at most." if by_chance else ""
    )
    rows = table(checks)
    if len(checks) > FOLDED:
        rows = f"<details><summary>{len(checks)} checks</summary>\n\n{rows}\n\n</details>"
    return f"### {group.title}\n\n{group.text}{fails}\n\n{rows}"


def section(workers: int = 2) -> Section:
    """Run all checks, in so many processes."""
    order = sorted(GROUPS, key=lambda name: name not in ABOUT_A_MINUTE)
    done = dict(each(made, order, workers))
    of = {name: done[name] for name in GROUPS}
    every = [check for checks in of.values() for check in checks]
    by_chance = [check for check in every if check.error]
    largest = max(by_chance, key=lambda check: abs(check.distance))
    failed = failures(every)
    miss = sum(check.miss for check in every)
    intro = (
        f"{len(every)} checks, of which {len(every) - len(by_chance)} are equalities that leave nothing to chance. In {len(by_chance)} the "
        "model's figure must lie within five standard errors of the exact one. A right model would fail any of these with a probability "
        f"of {miss:.1e} at most, the sum of what the tables say of each. That takes sums of many for normal; for variances, of which it is "
        "least true, it is a few times as much. The figure furthest off lies "
        f"{abs(largest.distance):.1f} standard errors from where it should be ({largest.what}). What each check can see stands beside it. "
        "The formulas and where they come from: [exact results](background/exact_results.md)."
    )
    charts = {"exact_distances.svg": distances(of), "exact_pooling.svg": pooling(of["diaries"])}
    pictures = {name: f"![{chart.alt}](validation/{name})" for name, chart in charts.items()}
    parts = [part(name, checks) for name, checks in of.items()]
    parts[0] = parts[0].replace("\n\n|", f"\n\n{pictures['exact_pooling.svg']}\n\n|", 1)
    held = f"{len(every) - len(failed)} of {len(every)} checks hold"
    return Section(
        title="Exact results",
        text="\n\n".join([intro, pictures["exact_distances.svg"], *parts]),
        summary=f"{held}; a right model fails any with a probability of {miss:.0e} at most",
        failed=failed,
        figures={name: chart.svg().encode() for name, chart in charts.items()},
    )
