"""What a planner asks for in words: a figure, such as ``first_meeting_wait.p90[area=Dudley]``, and a promise about one."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from sim.measures import MEASURES
from sim.measures.measure import has_costs, has_labour_market, has_programmes
from sim.results import ALL, SPLIT
from sim.scenario import Scenario
from sim.scenario.problems import nearest
from sim.scenario.schema import AGE_GROUPS

_FIGURE = re.compile(r"\s*(?P<measure>[^.\[\]\s]+)(?:\.(?P<statistic>[^.\[\]\s]+))?\s*(?:\[(?P<split>.*)\])?\s*")
_PROMISE = re.compile(r"(?P<figure>.*)(?P<way><=|>=)(?P<value>[^<>=]*)")
_OF = re.compile(rf"(?:^|,)\s*({'|'.join(SPLIT)})\s*=")


def _always(scenario: Scenario) -> bool:
    return True


def _has_prices(scenario: Scenario) -> bool:
    """Whether anything costs anything."""
    prices = [value for name, value in scenario.costs if name != "trainees_per_trainer"]
    return any(float(price) > 0 for price in (*prices, *(programme.cost_per_start for programme in scenario.programmes.values())))


_NEEDS: dict[Callable[..., bool], tuple[str, Callable[[Scenario], bool]]] = {
    has_programmes: ("programmes", lambda scenario: bool(scenario.programmes)),
    has_labour_market: ("a labour market", lambda scenario: scenario.labour_market is not None),
    has_costs: ("prices", _has_prices),
}
"""What a measure needs, in words, and whether a scenario has it, so that nobody waits for a run to be told."""


class QuestionError(ValueError):
    """A question that cannot be asked of a scenario; the message says what was expected and the nearest valid name."""


@dataclass(frozen=True)
class Figure:
    """One number of a replication: a measure's statistic, of everyone or of some.

    Attributes:
        measure, statistic: as in :data:`sim.measures.MEASURES`; a date has the statistic ``date``.
        jobcentre, area, age_group, programme: of which; ``all`` where it is not split.
    """

    measure: str
    statistic: str
    jobcentre: str = ALL
    area: str = ALL
    age_group: str = ALL
    programme: str = ALL
    unit: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str, scenario: Scenario, *, from_a_day: bool = False) -> Figure:
        """``MEASURE``, ``MEASURE.STATISTIC`` (the first of its statistics if left out), and in brackets of whom:
        ``programme_starts[area=Dudley, programme=Kickstart]``.

        Args:
            from_a_day: it is to be counted from some day on, which a few measures cannot be.

        Raises:
            QuestionError: if there is no such figure of the scenario.
        """
        found = _FIGURE.fullmatch(text)
        if not found:
            raise QuestionError(f"expected a figure such as first_meeting_wait.p90 or job_entries[area=Dudley], not '{text}'")
        name = found["measure"]
        if name not in MEASURES:
            raise QuestionError(f"'{text}': unknown measure '{name}'{_hint(name, MEASURES)}; docs/reference/measures.md lists them")
        measure = MEASURES[name]
        if from_a_day and not measure.weekly:
            raise QuestionError(f"'{text}': {name} is of the whole run and cannot be counted from a day on")
        what, there_is = _NEEDS.get(measure.applies, ("", _always))
        if not there_is(scenario):
            raise QuestionError(f"'{text}': {name} needs {what}, and the scenario '{scenario.name}' has none")
        statistics = measure.within_replication
        statistic = found["statistic"] or statistics[0]
        if statistic not in statistics:
            if statistic in measure.statistics:
                raise QuestionError(
                    f"'{text}': {statistic} is taken over replications; of one replication {name} has {', '.join(statistics)}"
                )
            raise QuestionError(
                f"'{text}': expected a statistic of {name}, one of {', '.join(statistics)}, not '{statistic}'{_hint(statistic, statistics)}"
            )
        of = _split(found["split"] or "", text, scenario)
        if tuple(key for key in SPLIT if key in of) not in {tuple(sorted(split, key=SPLIT.index)) for split in measure.splits}:
            ways = [" and ".join(split) or "everyone" for split in measure.splits]
            raise QuestionError(f"'{text}': {name} is not split so, but for {', '.join(ways)}")
        return cls(name, statistic, **of, unit=measure.unit_of(statistic))

    def of(self, measures: pd.DataFrame) -> float:
        """Its value in a replication's table of measures, NaN where it has none.

        Raises:
            QuestionError: if the scenario has no such measure, as without programmes.
        """
        rows = measures["measure"] == self.measure
        for key in ("statistic", *SPLIT):
            rows &= measures[key] == getattr(self, key)
        values = measures.loc[rows, "value"].to_numpy(dtype=float)
        if len(values) == 0:
            raise QuestionError(f"the scenario has no {self}: docs/reference/measures.md says what each measure needs")
        return float(values[0])

    @property
    def better(self) -> str:
        """``lower``, ``higher``, or nothing where neither is."""
        return MEASURES[self.measure].better

    @property
    def key(self) -> tuple[str, str]:
        return self.measure, self.statistic

    def __str__(self) -> str:
        of = ", ".join(f"{key}={value}" for key in SPLIT if (value := getattr(self, key)) != ALL)
        return f"{self.measure}.{self.statistic}" + (f"[{of}]" if of else "")


@dataclass(frozen=True)
class Promise:
    """``FIGURE >= VALUE`` or ``FIGURE <= VALUE``.

    Attributes:
        value: in the figure's unit: 0.9 for 90%, days since 1970-01-01 for a date.
        at_least: the figure is to be at least the value, not at most.
    """

    figure: Figure
    value: float
    at_least: bool

    @classmethod
    def parse(cls, text: str, scenario: Scenario, *, from_a_day: bool = False) -> Promise:
        """``first_meeting_within_target >= 90%``, ``first_meeting_wait.p90 <= 12``, ``backlog_cleared <= 2021-06-30``.

        Raises:
            QuestionError: if it says something else.
        """
        found = _PROMISE.fullmatch(text)
        if not found:
            raise QuestionError(f"expected a promise such as 'first_meeting_within_target >= 0.9' or 'review_delay <= 2', not '{text}'")
        figure = Figure.parse(found["figure"], scenario, from_a_day=from_a_day)
        return cls(figure, read_value(found["value"], figure), found["way"] == ">=")

    def __str__(self) -> str:
        return f"{self.figure} {'>=' if self.at_least else '<='} {written(self.value, self.figure.unit)}"


def read_value(text: str, figure: Figure) -> float:
    """A number in the unit of a figure: ``12``, ``90%`` of a share, a date.

    Raises:
        QuestionError: if it is something else, or a share outside 0 and 1.
    """
    text = text.strip()
    try:
        if figure.unit == "date":
            return float((dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days)
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise QuestionError(
            f"{figure} is in {figure.unit}: expected {'a date such as 2021-06-30' if figure.unit == 'date' else 'a number'}, not '{text}'"
        )
    if figure.unit == "share" and not 0 <= value <= 1:
        raise QuestionError(f"{figure} is a share: expected a value from 0 to 1, or with %, not '{text}'")
    if text.endswith("%") and figure.unit != "share":
        raise QuestionError(f"{figure} is in {figure.unit}, no share: expected a number without %, not '{text}'")
    return value


def written(value: float, unit: str) -> str:
    """A value as one would write it in a promise."""
    if unit == "date":
        return (dt.date(1970, 1, 1) + dt.timedelta(days=round(value))).isoformat()
    return f"{100 * value:.6g}%" if unit == "share" else f"{value:.6g}"


def _split(text: str, whole: str, scenario: Scenario) -> dict[str, str]:
    """Of whom a figure is: names may hold commas, so a name goes on until the next key."""
    names: dict[str, list[str]] = {
        "jobcentre": list(scenario.jobcentres),
        "area": list(scenario.areas),
        "age_group": list(AGE_GROUPS),
        "programme": list(scenario.programmes),
    }
    if not text.strip():
        return {}
    pieces = _OF.split(text)
    if pieces[0].strip() or len(pieces) < 3:
        raise QuestionError(f"'{whole}': expected of whom, such as [area=Dudley] or [age_group=16-24], by one of {', '.join(SPLIT)}")
    of: dict[str, str] = {}
    for key, name in zip(pieces[1::2], (name.strip() for name in pieces[2::2]), strict=True):
        if name not in names[key]:
            raise QuestionError(f"'{whole}': unknown {key.replace('_', ' ')} '{name}'{_hint(name, names[key])}")
        of[key] = name
    return of


def _hint(name: str, names: object) -> str:
    found = nearest(name, names)  # type: ignore[arg-type]
    return f"; did you mean '{found}'?" if found else ""
