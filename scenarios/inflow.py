"""The inflow of vacancies with which a run's stock of them is the published one: for both calibrations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.scenario.rates import daily_hazard
from sim.scenario.schema import Scenario

Floats = NDArray[np.float64]


def rates(scenario: Scenario) -> tuple[float, float]:
    """Monthly rates of others' hiring and of lapsing."""
    market = scenario.labour_market
    assert market is not None
    return float(market.others_hiring_monthly_rate), float(market.lapsing_monthly_rate)


def inflow_per_week(
    stock: Floats, entries: Floats, monthly_rates: tuple[float, float], months: Sequence[dt.date], last: dt.date
) -> dict[dt.date, Floats]:
    """New vacancies a week by month, shape (sectors,) each: the change of the stock, job entries, and what others hire and what lapses.

    Args:
        stock: published, at the end of the eve and of each day, shape (days + 1, sectors).
        entries: job entries in a run, shape (days, sectors).
        monthly_rates: of others' hiring and of lapsing.
        months: the first days of months, the first of which is that of the run.
        last: the last day of the run.
    """
    flow = float(np.sum(1 - np.exp(-daily_hazard(monthly_rates))))
    out = {}
    for month, following in zip(months, [*months[1:], last + dt.timedelta(days=1)], strict=True):
        a, b = (month - months[0]).days, (following - months[0]).days
        out[month] = np.maximum(0, stock[b] - stock[a] + entries[a:b].sum(axis=0) + flow * stock[a:b].sum(axis=0)) / (b - a) * 7
    return out


def sectors(
    shares: Mapping[str, float], vacancies: Mapping[str, float], inflow: Mapping[dt.date, Floats], source: str, a_row: int
) -> list[str]:
    """The sectors of a scenario file, by name, as lines of YAML.

    Args:
        shares: of claimants.
        vacancies: on the first day.
        inflow: a week from each date, shape (sectors,), in the order of name.
        source: where the vacancies are from.
        a_row: how many values stand on a line.
    """
    lines = ["  sectors:\n"]
    for i, name in enumerate(sorted(shares)):
        lines += [
            f"    {name}:\n",
            f"      share: {{value: {shares[name]:.2f}, low: -20%, high: +20%, confidence: assumption}}\n",
            f"      vacancies: {{value: {vacancies[name]:.0f}, low: -20%, high: +20%, confidence: derived,\n",
            f'                  source: "{source}"}}\n',
            "      inflow_per_week:\n",
            "        by_date:\n",
            *dated({day: float(values[i]) for day, values in inflow.items()}, 10, a_row),
            '        low: -10%\n        high: +10%\n        confidence: assumption\n        note: "fitted to ONS VACS02, then frozen"\n',
        ]
    return lines


def dated(series: Mapping[dt.date, float], indent: int, a_row: int) -> list[str]:
    """A dated series of whole numbers as a flow map on several lines."""
    cells = [f"{date}: {value:.0f}" for date, value in series.items()]
    rows = [", ".join(cells[k : k + a_row]) for k in range(0, len(cells), a_row)]
    return [f"{' ' * indent}{'{' if k == 0 else ' '}{row}{'}' if k == len(rows) - 1 else ','}\n" for k, row in enumerate(rows)]
