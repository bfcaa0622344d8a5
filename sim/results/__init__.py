"""From the records of replications to tables, each number with its interval."""

from sim.results.draws import OVER_DRAWS, by_draw, draw_range
from sim.results.intervals import CONFIDENCE, csv, half_width, over_replications, readable, summarise
from sim.results.replication import ALL, INCIDENCE_KEYS, MEASURE_KEYS, SPLIT, WEEKLY_KEYS, mark, replication_tables
from sim.results.run import RunTables

__all__ = [
    "ALL",
    "CONFIDENCE",
    "INCIDENCE_KEYS",
    "MEASURE_KEYS",
    "OVER_DRAWS",
    "SPLIT",
    "WEEKLY_KEYS",
    "RunTables",
    "by_draw",
    "csv",
    "draw_range",
    "half_width",
    "mark",
    "over_replications",
    "readable",
    "replication_tables",
    "summarise",
]
