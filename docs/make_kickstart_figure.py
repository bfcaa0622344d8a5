"""Draws the published curves of Kickstart beside the model's, and writes the same numbers as a table.

``python -m docs.make_kickstart_figure`` runs ``scenarios/west_midlands_programmes.yaml`` into ``runs/kickstart`` (replications already
there are not made again) and writes ``background/kickstart.svg`` and ``.png`` and the table in ``background/kickstart.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

import sim
from scenarios.derive_programmes import KICKSTART_OPENS, kickstart, share_gb
from sim.results import over_replications
from sim.scenario import Scenario
from sim.show.style import COLOURS, MARKERS, Chart, date_axis, drawn, from_zero, line

ROOT = Path(__file__).parents[1]
REPLICATIONS = 4
STAGES = {"approved": "jobs approved", "available": "jobs made available", "started": "jobs started"}
USED = ("available", "started")
"""Stages whose published figures were used to choose numbers of the scenario."""
NAMED_AT = {"approved": (0, -9), "available": (2, 9), "started": (2, 9)}
"""Beside which published point the name of the stage stands, and how far to its right."""
PAGE = ROOT / "docs" / "background" / "kickstart.md"
BEGIN, END = "<!-- written by docs/make_kickstart_figure.py -->", "<!-- end -->"


def offered(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Jobs approved and made available in the scenario, thousands so far in Great Britain: day, estimate, low, high. Arithmetic alone."""
    jobs = scenario.programmes["Kickstart"].supply.jobs
    assert jobs is not None
    start, days = scenario.period.from_, scenario.period.days
    applied = np.cumsum(jobs.applied_per_week.daily(start, days)) / 7
    delays = {"approved": int(jobs.days_to_approve), "available": int(jobs.days_to_approve) + int(jobs.days_to_advertise)}
    of = {stage: np.concatenate([np.zeros(delay), applied])[:days] / (1000 * share_gb()) for stage, delay in delays.items()}
    dates = np.datetime64(start) + np.arange(days)
    return {stage: pd.DataFrame({"day": dates, "estimate": n, "low": np.nan, "high": np.nan}) for stage, n in of.items()}


def started(scenario: Scenario, weekly: pd.DataFrame) -> pd.DataFrame:
    """Jobs started in the run, likewise, at the end of each week; ``weekly`` holds the tables of all replications, one below the other."""
    wanted = (weekly["measure"] == "programme_starts") & (weekly["programme"] == "Kickstart") & (weekly["area"] == "all")
    starts = weekly[wanted].sort_values(["replication", "week"])
    so_far = starts.groupby("replication")["value"].cumsum() / (1000 * share_gb())
    sunday = (starts["week"] + pd.Timedelta(days=6)).clip(upper=pd.Timestamp(scenario.period.to))
    return over_replications(starts.assign(value=so_far, day=sunday), ["day"])


@drawn
def figure(model: Mapping[str, pd.DataFrame]) -> Chart:
    """Lines are the model's, points are published: filled where they were used, hollow where not."""
    half = 1000 * (model["started"]["high"] - model["started"]["estimate"]).max()
    spread = f"95% intervals at most ±{half:,.0f} jobs" if half >= 0.5 else "all alike: jobs decide, and not luck"
    chart = Chart(
        "Kickstart in Great Britain: published, and as modelled from one region",
        f"Lines: the model of the West Midlands, over the region's share of claimants in Great Britain ({share_gb():.2%}). Jobs approved "
        f"and made available are arithmetic on the scenario; jobs started are simulated ({REPLICATIONS} replications, "
        f"{spread}). Points: published. Filled points were used to choose numbers of the scenario, so that they are no "
        "test of it; hollow ones were not.",
        height=5.6,
    )
    ax = chart.subplots()
    ax.set_title("Jobs so far, thousands")
    for slot, (stage, name) in enumerate(STAGES.items()):
        table = model[stage]
        line(chart, ax, table, f"model: {name}", slot, f"model-{stage}", x="day")
        published = kickstart(stage)
        days, numbers = np.array(list(published), dtype="datetime64[s]"), list(published.values())
        look = {"color": COLOURS[slot], "markerfacecolor": COLOURS[slot] if stage in USED else "white", "markersize": 6.5}
        ax.plot(days, numbers, marker=MARKERS[slot], linestyle="none", clip_on=False, zorder=3, gid=f"published-{stage}", **look)
        point, aside = NAMED_AT[stage]
        ax.annotate(
            f"published: {name}",
            (days[point], numbers[point]),
            (aside, -4),
            textcoords="offset points",
            ha="left" if aside > 0 else "right",
            va="center",
            fontsize=8.5,
        )
        said = ", ".join(f"{n:g} by {day:%d %b %Y} (model {at(table, day):.0f})" for day, n in published.items())
        chart.alt += f" {name.capitalize()}, thousands: {said}."
    from_zero(ax)
    date_axis(ax, model["approved"]["day"].tolist())
    chart.alt = f"Line chart. {chart.title}.{chart.alt}"
    chart.numbers = "the table below"
    return chart


def at(curve: pd.DataFrame, day: dt.date) -> float:
    """The curve on a day, on the line between the days it is known for."""
    known = curve["day"].to_numpy().astype("datetime64[D]").astype(float)
    return float(np.interp(float(np.datetime64(day).astype("datetime64[D]").astype(float)), known, curve["estimate"]))


def table(model: Mapping[str, pd.DataFrame]) -> str:
    """Published and modelled figures with what each was used for, as Markdown."""
    lines = ["| by | stage | published, thousands | model, thousands | used to choose |", "|---|---|---|---|---|"]
    used = {
        "approved": "nothing",
        "available": "`applied_per_week`, point by point",
        "started": "`days_to_fill`, one number for all five; the total also `filled_at_most`",
    }
    for stage, name in STAGES.items():
        for day, n in kickstart(stage).items():
            lines.append(f"| {day.day} {day:%b %Y} | {name} | {n:g} | {at(model[stage], day):.1f} | {used[stage]} |")
    return "\n".join(lines)


def main() -> None:
    scenario = sim.load(ROOT / "scenarios" / "west_midlands_programmes.yaml")
    assert scenario.programmes["Kickstart"].open.from_.value == KICKSTART_OPENS
    folder = ROOT / "runs" / "kickstart"
    sim.run(scenario, replications=REPLICATIONS, out=folder)
    weekly = pd.concat([pd.read_parquet(part / "weekly.parquet") for part in sorted((folder / "parts").iterdir())], ignore_index=True)
    model = {**offered(scenario), "started": started(scenario, weekly)}
    chart = figure(model)
    PAGE.with_suffix(".svg").write_text(chart.svg(), encoding="utf-8", newline="\n")
    PAGE.with_suffix(".png").write_bytes(chart.png())
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(model)}\n\n{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
