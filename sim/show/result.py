"""What ``sim.run`` and ``sim.compare`` return: tables and figures that show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Self

from sim.experiment import compare as experiment
from sim.results import RunTables
from sim.scenario import Scenario, load
from sim.show import charts, dots, of_comparison, page, run_length, support
from sim.show.labels import PROGRAMMES
from sim.show.style import Chart
from sim.show.words import BLANK_NOTE, PROGRAMME_NOTE, OfProgramme, compared, footnote, headline, interval_note, programmes


@dataclass(frozen=True)
class Result(RunTables):
    """A finished run: data frames (see :class:`~sim.results.RunTables`) and figures.

    Attributes:
        scenario: what was run; None if not known, and the figures then show no target, no dates of recruits or openings.
    """

    scenario: Scenario | None = None

    @classmethod
    def of_run(cls, run: RunTables, scenario: Scenario | None = None) -> Self:
        """The tables of a run with its scenario."""
        return cls(**{**vars(run), "scenario": scenario})

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The result in a run folder.

        Raises:
            FileNotFoundError: if it holds no finished run.
        """
        return cls.of_run(RunTables.read(folder), load(Path(folder) / "scenario.yaml"))

    @property
    def plot(self) -> Plots:
        """Figures: ``result.plot.waits()``."""
        return Plots(self)

    def _repr_html_(self) -> str:
        lines = headline(self.summary, self.scenario)
        drawn = any(row.range for row in lines)
        head = ("", "Estimate", "95% interval", *(["95% of draws"] if drawn else []), "")
        rows = [(row.group, row.label, (row.estimate, row.interval, *([row.range] if drawn else []), row.unit)) for row in lines]
        question = self.scenario.question if self.scenario else ""
        said = (*run_length.precision_in_words(self), *run_length.warm_up_in_words(self))
        below = _programmes_html(programmes(self.summary)) + (f"<p>{'<br>'.join(map(escape, said))}</p>" if said else "")
        return _html(self.name, question, head, rows, self.plot.waits(), f"{footnote(self)} {interval_note(self)}", below)


@dataclass(frozen=True)
class Plots:
    """The figures of a run. Each returns a matplotlib figure, which shows itself in a notebook."""

    result: Result

    def __call__(self) -> Chart:
        """The first of them."""
        return self.waits()

    def waits(self) -> Chart:
        """Wait for the first meeting by week of claim."""
        return charts.waits(self.result, self.result.scenario)

    def reviews(self) -> Chart:
        """Interval between reviews and their delay by week."""
        return charts.reviews(self.result, self.result.scenario)

    def coaches(self) -> Chart:
        """Coaches trained and in training, and caseload per coach, by week."""
        return charts.coaches(self.result, self.result.scenario)

    def use(self) -> Chart:
        """Share of coach and desk time booked by week."""
        return charts.use(self.result, self.result.scenario)

    def job_entries(self) -> Chart:
        """Share who entered work by weeks since the claim, and by age group."""
        return charts.job_entries(self.result, self.result.scenario)

    def backlog(self) -> Chart:
        """People waiting for a first meeting, and reviews overdue, by week."""
        return charts.backlog(self.result, self.result.scenario)

    def programmes(self) -> Chart:
        """Starts so far, queue and people on each programme, by week."""
        return support.programmes(self.result, self.result.scenario)

    def labour_market(self) -> Chart:
        """Vacancies, and vacancies per person who looks for work, by week."""
        return support.labour_market(self.result, self.result.scenario)

    def precision(self) -> Chart:
        """How narrow intervals became with more replications, where a precision was asked for."""
        return run_length.precision(self.result, self.result.scenario)

    def warm_up(self) -> Chart:
        """What MSER-5 would leave out of a run that starts empty."""
        return run_length.warm_up(self.result, self.result.scenario)

    def jobcentres(self, measure: str = "first_meeting_wait", statistic: str = "") -> Chart:
        """One measure by jobcentre, highest first; see :func:`sim.show.dots.jobcentres`."""
        return dots.jobcentres(self.result, self.result.scenario, measure, statistic)


@dataclass(frozen=True)
class Comparison(experiment.Comparison):
    """Differences from a base: a data frame (see :class:`~sim.experiment.compare.Comparison`) and figures."""

    @property
    def plot(self) -> ComparisonPlots:
        """Figures: ``comparison.plot.differences()``."""
        return ComparisonPlots(self)

    def _repr_html_(self) -> str:
        scenarios = [getattr(run, "scenario", None) for run in (self.base, *self.others)]
        rows = [
            (f"{other}: {row.group}", row.label, (row.base, row.other, row.difference))
            for other, lines in compared(self.table, scenarios).items()
            for row in lines
        ]
        title, foot = f"Compared with {self.base.name}", f"{footnote(self.base)} {interval_note(self.base)}"
        return _html(title, "", ("", "Base", "This", "Difference"), rows, self.plot.differences(), foot, "".join(self._beside()))

    def _beside(self) -> Iterator[str]:
        """For whom and where differences are, adjusted ones, and what pairing was worth, for each other scenario."""
        for other, its in self.table.groupby("other", sort=False):
            blocks, notes = of_comparison.in_parts(its)
            beside = [page.as_html(block) for block in (*blocks, of_comparison.adjusted(its)) if block is not None]
            beside += [f"<p>{escape(said)}</p>" for said in (of_comparison.pairing(its), " ".join(notes)) if said]
            yield "".join([f"<h5>{escape(str(other))}</h5>", *beside]) if beside else ""


@dataclass(frozen=True)
class ComparisonPlots:
    """The figures of a comparison. Each returns a matplotlib figure, which shows itself in a notebook."""

    comparison: Comparison

    def __call__(self) -> Chart:
        """The first of them."""
        return self.differences()

    def differences(self) -> Chart:
        """Differences in the main measures with their intervals."""
        return dots.differences(self.comparison)

    def differences_over_time(self) -> Chart:
        """Differences in waits, reviews and job entries by week with their intervals."""
        return of_comparison.differences_over_time(self.comparison)

    def differences_by_jobcentre(self) -> Chart:
        """Differences in waits, reviews and the share in work by jobcentre with their intervals."""
        return of_comparison.differences_by_jobcentre(self.comparison)

    def over_time(self) -> Chart:
        """Waits and intervals between reviews of the base and each other scenario by week."""
        return charts.over_time(self.comparison)


RIGHT, LEFT, PLAIN = (
    f'style="padding:0 0.6em;{look}"' for look in ("text-align:right", "text-align:left", "text-align:left;font-weight:normal")
)


def _html(
    title: str,
    question: str,
    head: Sequence[str],
    rows: Sequence[tuple[str, str, Sequence[str]]],
    chart: Chart,
    foot: str,
    below: str = "",
) -> str:
    """A table with a line above each group of rows, and a figure; nothing outside it is asked for. ``below`` comes between them."""
    parts = [f"<div><h4>{escape(title)}</h4>", f"<p>{escape(question)}</p>" if question else "", "<table><thead><tr>"]
    parts += [f"<th {LEFT}>{escape(name)}</th>" for name in head]
    parts.append("</tr></thead><tbody>")
    group = None
    for its_group, label, cells in rows:
        if its_group != group:
            parts.append(f'<tr><th colspan="{len(head)}" scope="rowgroup" {LEFT}>{escape(its_group)}</th></tr>')
        group = its_group
        aligned = [f"<td {LEFT if i == len(cells) - 1 else RIGHT}>{escape(cell)}</td>" for i, cell in enumerate(cells)]
        parts.append(f'<tr><th scope="row" {PLAIN}>{escape(label)}</th>{"".join(aligned)}</tr>')
    svg = chart.svg()
    parts += [
        "</tbody></table>",
        below,
        f"<p><small>{escape(f'{foot} {BLANK_NOTE}')}</small></p>",
        svg[svg.index("<svg") :],
        "</div>",
    ]
    return "".join(parts)


def _programmes_html(found: Sequence[OfProgramme]) -> str:
    """A table with a line for each programme; nothing without programmes."""
    if not found:
        return ""
    head = "".join(f"<th {RIGHT}>{escape(name)}</th>" for name in PROGRAMMES.values())
    parts = [f'<table style="white-space:nowrap;margin-top:1em"><thead><tr><th {LEFT}>Programmes</th>{head}</tr></thead><tbody>']
    for one in found:
        cells = [" ".join(filter(None, cell)) for cell in zip(one.estimates, one.halves, strict=True)]
        parts.append(
            f'<tr><th scope="row" {PLAIN}>{escape(one.name)}</th>{"".join(f"<td {RIGHT}>{escape(cell)}</td>" for cell in cells)}</tr>'
        )
    return "".join([*parts, f"</tbody></table><p><small>{escape(PROGRAMME_NOTE)}</small></p>"])
