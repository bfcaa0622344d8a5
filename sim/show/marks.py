"""What was planned for when, marked lightly above a figure over time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from sim.calendar import bank_holidays
from sim.scenario import Scenario
from sim.show.rounding import date
from sim.show.style import DASHES, FAINT, Chart

_MARKERS = {"recruits trained": "v", "temporary jobcentre opens": "D", "temporary jobcentre closes": "X", "youth hub opens": "p"}


def mark(chart: Chart, scenario: Scenario) -> None:
    """Mark what happens during the run above the first panel, and lead a faint line through all of them."""
    first, last = scenario.period.from_, scenario.period.to
    top, handles = chart.axes[0], []
    for name, dates in planned(scenario).items():
        inside = [when for when in dates if first <= when <= last]
        if not inside:
            continue
        look: dict[str, Any] = {"marker": _MARKERS[name], "color": FAINT, "linestyle": "none", "markersize": 4.5}
        top.plot(
            np.array(inside, dtype="datetime64[s]"),
            [1.0] * len(inside),
            transform=top.get_xaxis_transform(),
            clip_on=False,
            gid=name.replace(" ", "_"),
            **look,
        )
        handles.append(Line2D([], [], label=name, **look))
        for ax in chart.axes:
            for when in inside:
                ax.axvline(when, color="#D0D0D0", linewidth=0.7, linestyle=DASHES[2], zorder=0.5)  # type: ignore[arg-type]
        chart.alt += f" {name.capitalize()}: {', '.join(map(date, inside))}."
    if handles:
        above = top.transAxes + ScaledTranslation(0, 23 / 72, chart.dpi_scale_trans)
        look = {"frameon": False, "fontsize": 8, "handletextpad": 0.1, "borderpad": 0, "borderaxespad": 0, "columnspacing": 1.2}
        top.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.008, 1), bbox_transform=above, ncols=4, **look)


def planned(scenario: Scenario) -> dict[str, list[dt.date]]:
    """Dates, sorted, each once: first working days of recruits after their training, openings and closings."""
    holidays = np.array(bank_holidays(scenario.working_days), dtype="datetime64[D]")
    trained = {
        np.busday_offset(cohort.starts.value, int(cohort.training_working_days), roll="forward", holidays=holidays).astype(dt.date)
        for cohort in scenario.coaches.recruitment.values()
    }
    hubs = scenario.youth_hubs
    lives = [jobcentre.temporary for name, jobcentre in scenario.temporary.items() if jobcentre.temporary and name not in hubs]
    return {
        "recruits trained": sorted(trained),
        "temporary jobcentre opens": sorted({life.opens.value for life in lives}),
        "temporary jobcentre closes": sorted({life.closes.value for life in lives if life.closes is not None}),
        "youth hub opens": sorted({hub.temporary.opens.value for hub in hubs.values() if hub.temporary}),
    }
