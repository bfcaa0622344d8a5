"""The model still gives what it gave. These are regression baselines made from its own output, not truth: see ``baselines.py``."""

import io
from functools import cache

import pandas as pd
import pytest

from tests.back.baselines import DECIMALS, EXPECTED, SCENARIOS, baselines, text

TABLES = [(name, f"{name}_{table}") for name in SCENARIOS for table in ("weekly", "events", "summary")]


@cache
def made(name):
    return baselines(name)


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_results_are_those_of_the_baseline(name, table):
    """Counts are equal, other numbers to the last decimal kept. After an intended change: ``make baselines``, and look at what moved."""
    kept = pd.read_csv(EXPECTED / f"{table}.csv")
    now = pd.read_csv(io.StringIO(text(made(name)[table])))
    pd.testing.assert_frame_equal(now, kept, check_exact=False, rtol=0, atol=1.5 * 10**-DECIMALS)


def test_every_kept_file_is_compared():
    assert sorted(file.stem for file in EXPECTED.glob("*")) == sorted(table for _, table in TABLES)


def test_the_surge_uses_every_part_of_the_model():
    """Else a baseline could stay the same because nothing happens."""
    counts = made("surge")["surge_events"].groupby("event")["number"].min()
    assert (counts > 20).all(), counts
