"""What ``sim.sweep``, ``sim.seek`` and the others return: the answer with its tables, its page and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from sim.experiment.explain import Explanation as _Explanation
from sim.experiment.seek import Seek as _Seek
from sim.experiment.sensitivity import Sensitivity as _Sensitivity
from sim.experiment.sites import Sites as _Sites
from sim.experiment.sweep import Sweep as _Sweep
from sim.show import charts, of_explanation, of_seek, of_sensitivity, of_sites, of_sweep
from sim.show.page import Page, html
from sim.show.style import Chart


class Answer:
    """An experiment's outcome that shows itself in a notebook.

    Attributes:
        page_of: says it in words.
        figures_of: the figures that apply to it, by file name; the first is shown with it.
        files: what its folder holds, in words.
    """

    page_of: ClassVar[Callable[[Any], Page]]
    figures_of: ClassVar[Callable[[Any], Mapping[str, Callable[[Any], Chart]]]]
    files: ClassVar[str]

    @classmethod
    def of(cls, found: Any) -> Self:
        """The outcome of an experiment, ready to be shown."""
        return cls(**vars(found))

    @property
    def page(self) -> Page:
        """The answer in words and tables."""
        return type(self).page_of(self)

    def plot(self, name: str = "") -> Chart:
        """A figure by name; the main one if left out.

        Raises:
            ValueError: if there is none of that name.
        """
        makers = type(self).figures_of(self)
        if not makers or (name and name not in makers):
            raise ValueError(f"expected a figure, one of {', '.join(makers) or 'none'}, not '{name}'")
        return makers[name or next(iter(makers))](self)

    def save(self, folder: str | Path) -> None:
        """Draw the figures into a folder as SVG and PNG, with a README.md that says each in words."""
        charts.write({name: make(self) for name, make in type(self).figures_of(self).items()}, folder)

    def _repr_html_(self) -> str:
        return html(self.page, self.plot() if type(self).figures_of(self) else None)


class Sweep(Answer, _Sweep):
    """A grid over levers; see :class:`sim.experiment.sweep.Sweep`."""

    page_of = of_sweep.page
    figures_of = of_sweep.figures
    files = "sweep.csv has every measure at every point"


class Explanation(Answer, _Explanation):
    """Which lever made the difference; see :class:`sim.experiment.explain.Explanation`."""

    page_of = of_explanation.page
    figures_of = of_explanation.figures
    files = "explanation.csv has every step"


class Seek(Answer, _Seek):
    """The smallest value that keeps a promise; see :class:`sim.experiment.seek.Seek`."""

    page_of = of_seek.page
    figures_of = of_seek.figures
    files = "evidence.csv has every value that was run"


class Sites(Answer, _Sites):
    """Which temporary jobcentres to open; see :class:`sim.experiment.sites.Sites`."""

    page_of = of_sites.page
    figures_of = of_sites.figures
    files = "sites.csv has every candidate, sets.csv every set that was run"


class Sensitivity(Answer, _Sensitivity):
    """Which assumptions an answer hangs on; see :class:`sim.experiment.sensitivity.Sensitivity`."""

    page_of = of_sensitivity.page
    figures_of = of_sensitivity.figures
    files = "factors.csv has every assumption, and a file for each method what it told"
