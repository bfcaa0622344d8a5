"""Luck: the published generator, and nothing but numbers that are uniform, independent, and the same in every scenario."""

import datetime as dt
import os
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim import luck
from sim.luck import STOCK, UNITS, Luck, Purpose, Subject, person, place

ROOT = Path(__file__).parents[2]
PEOPLE = 20_000
TOO_UNLIKELY = 1e-6
"""The numbers are fixed, so a test either always passes or always fails; this is how odd they may look."""

ALL_ONES = 0xFFFFFFFF
KNOWN = [  # Random123, kat_vectors: philox4x32-10
    ((0, 0, 0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL_ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def uniforms(purpose=Purpose.JOB, seed=1, replication=0, people=PEOPLE, name="North", date=18_000):
    name_hash = luck.name_hash(name)
    return Luck(seed, replication).uniforms(np.full(people, name_hash), np.arange(people), np.full(people, date), purpose)


@pytest.mark.parametrize(("given", "published"), KNOWN)
def test_the_generator_gives_the_published_known_answers(given, published):
    assert luck.philox(*given) == published


@pytest.mark.parametrize("purpose", Purpose)
def test_numbers_for_every_purpose_are_uniform_and_strictly_inside(purpose):
    u = uniforms(purpose)
    assert u.min() > 0 and u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > TOO_UNLIKELY
    assert len(np.unique(u)) == len(u)


@cache
def _others():
    draws = {purpose.name: uniforms(purpose) for purpose in (Purpose.JOB, Purpose.LEAVING, Purpose.MISSED)}
    draws |= {"another seed": uniforms(seed=2), "another replication": uniforms(replication=1)}
    draws |= {"another area": uniforms(name="South"), "another date": uniforms(date=18_001), "stock": uniforms(date=STOCK)}
    draws |= {"the next person": np.roll(uniforms(), 1)}
    return draws


@pytest.mark.parametrize(("one", "other"), combinations(_others(), 2))
def test_numbers_that_differ_in_anything_are_independent(one, other):
    """Purposes, people, places, dates, seeds and replications do not know of one another: a 10 x 10 table of pairs is flat."""
    draws = _others()
    table, _, _ = np.histogram2d(draws[one], draws[other], bins=10, range=[[0, 1], [0, 1]])
    assert stats.chisquare(table.ravel()).pvalue > TOO_UNLIKELY


def test_the_counts_of_one_purpose_are_independent():
    mine = Luck(1, 0)
    subject = person("North", dt.date(2021, 2, 1), 7)
    u = np.array([mine.uniform(subject, Purpose.MISSED, count) for count in range(2001)])
    assert stats.kstest(u, "uniform").pvalue > TOO_UNLIKELY
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 5 / np.sqrt(2000)


def test_a_person_is_named_by_area_date_number_and_spell():
    assert person("North", None, 3) == Subject(luck.name_hash("North"), 3, STOCK)
    assert person("North", dt.date(1970, 1, 2), 3, spell=2) == Subject(luck.name_hash("North"), 3 | 2 << 24, 1)
    assert place("North", dt.date(1970, 1, 2)) == Subject(luck.name_hash("North"), 0, 1)
    assert luck.name_hash("North") != luck.name_hash("South")


def test_one_number_and_many_are_the_same_numbers():
    date = dt.date(2021, 2, 1)
    many = uniforms(Purpose.HOME, people=5, date=luck.date_number(date))
    assert [Luck(1, 0).uniform(person("North", date, n), Purpose.HOME) for n in range(5)] == many.tolist()


def test_exponential_values_follow_their_distribution_in_whole_units():
    u = uniforms()
    units = luck.exponential_units(u)
    assert stats.kstest(units / UNITS, "expon").pvalue > TOO_UNLIKELY
    assert np.abs(units / UNITS - stats.expon.isf(u)).max() < 1e-11
    assert Luck(1, 0).exponential(Subject(luck.name_hash("North"), 0, 18_000), Purpose.JOB) == units[0]


@pytest.mark.parametrize("mean", [0.3, 4.5, 60.0, 2500.0])
def test_poisson_values_are_the_quantiles_of_their_uniforms(mean):
    u = uniforms(Purpose.CLAIMS)
    drawn = luck.poisson(u, mean)
    assert (stats.poisson.cdf(drawn, mean) >= u).all() and (stats.poisson.cdf(drawn - 1, mean) < u).all()
    assert abs(drawn.mean() - mean) < 5 * np.sqrt(mean / len(u))


def test_binomial_values_are_the_quantiles_of_their_uniforms():
    u = uniforms(Purpose.ABSENCE)
    drawn = luck.binomial(u, 30, 0.06)
    assert (stats.binom.cdf(drawn, 30, 0.06) >= u).all() and (stats.binom.cdf(drawn - 1, 30, 0.06) < u).all()
    assert abs(drawn.mean() - 1.8) < 5 * np.sqrt(30 * 0.06 * 0.94 / len(u))


def test_what_cannot_happen_is_never_drawn():
    u = np.array([1e-15, 0.5, 1 - 1e-15])
    assert luck.poisson(u, 0).tolist() == [0, 0, 0]
    assert luck.binomial(u, 5, 0).tolist() == [0, 0, 0]
    assert luck.binomial(u, 5, 1).tolist() == [5, 5, 5]


SAME = """
import numpy as np
from sim.luck import Luck, Purpose, philox, name_hash
n = np.arange(300)
u = Luck(7, 3).uniforms(np.full(300, name_hash('North')), n, n - 1, Purpose.JOB)
print(u.tobytes().hex(), philox(1, 2, 3, 4, 5, 6))
"""


def test_compiled_or_not_the_numbers_are_the_same():
    told = [
        subprocess.run(
            [sys.executable, "-c", SAME], cwd=ROOT, env={**os.environ, "NUMBA_DISABLE_JIT": off}, capture_output=True, text=True, check=True
        ).stdout
        for off in ("0", "1")
    ]
    assert len(told[0]) > 4000
    assert told[0] == told[1]
