"""Every measure once: its name, unit, meaning, statistics, which way is better, and how it is computed.

A measure is computed for a :class:`~sim.view.View` of one replication: everyone, one jobcentre, one area, one age group or one
programme, over the whole run or one week. To add a measure, add an entry to :mod:`sim.measures.journey` or :mod:`sim.measures.support`; it
then appears in every table. What only a comparison of scenarios can tell is in :mod:`sim.experiment.contrasts`.
"""

from __future__ import annotations

from sim.measures.journey import JOURNEY
from sim.measures.measure import FEWEST_AT_RISK, HALF_A_DAY, Measure
from sim.measures.support import SUPPORT

__all__ = ["FEWEST_AT_RISK", "HALF_A_DAY", "MEASURES", "Measure"]

MEASURES: dict[str, Measure] = {measure.name: measure for measure in (*JOURNEY, *SUPPORT)}
"""Every measure by name, in the order of the journey."""
