"""The validation page says what does not hold, and replaces what was there."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evidence import Check, Section, failures, figure, table
from tests.validation import page
from tests.validation.compared import FITTED, OUT, Row, kind
from tests.validation.published import details, errors, misses, overview, why


def sections(failed=()):
    return {"one": Section("One & two", "text", "found much", list(failed), {"a.svg": b"<svg/>"})}


def test_what_does_not_hold_stands_on_top():
    good = page.page(sections(), {"one": 1.0}, 2.0, 2)
    bad = page.page(sections(["a thing"]), {"one": 1.0}, 2.0, 2)
    assert "Whatever can hold or fail below holds." in good and "Not everything holds" not in good and "| yes |" in good
    assert "Whatever can hold" not in bad and "* One & two: a thing" in bad and "| **no** |" in bad
    assert bad.index("a thing") < bad.index("## One & two")


def test_what_only_compares_is_not_said_to_hold():
    compared = {"one": Section("One", "text", "far off", judged=False)}
    assert "| compared |" in page.page(compared, {"one": 1.0}, 2.0, 2)


def test_links_go_to_headings():
    assert page.anchor("Published figures: Great Britain") == "published-figures-great-britain"
    assert "[One & two](#one--two)" in page.page(sections(), {"one": 1.0}, 2.0, 2)


def test_old_figures_go(tmp_path):
    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "old.svg").write_text("old")
    page.write(tmp_path, "text", sections())
    assert (tmp_path / "validation.md").read_text() == "text"
    assert [file.name for file in (tmp_path / "validation").iterdir()] == ["a.svg"]


def test_a_check_holds_within_its_band_and_knows_what_it_is_worth():
    check = Check("a wait", expected=10.0, observed=10.9, error=0.2, size="much")
    assert check.holds and check.distance == pytest.approx(4.5)
    assert not Check("a wait", 10.0, 11.1, 0.2, "much").holds
    assert not Check("a wait", 10.0, np.nan, 0.2, "much").holds
    assert check.miss == pytest.approx(5.7e-7, rel=0.02)
    assert Check("a wait", 10.0, 10.9, 0.2, "much", degrees=21).miss > 50 * check.miss
    assert check.sees == pytest.approx((5 + 2.33) * 0.02, rel=1e-3)


def test_a_check_catches_what_it_says_it_sees():
    """Of models as wrong as ``sees``, 99 in 100 fail."""
    check = Check("a wait", 10.0, 10.0, 0.2, "much")
    observed = np.random.default_rng(1).normal(10 * (1 + check.sees), 0.2, 20_000)
    caught = np.mean([not Check("a wait", 10.0, x, 0.2, "much").holds for x in observed])
    assert caught == pytest.approx(0.99, abs=0.005)


def test_what_must_be_equal_is_not_left_to_chance():
    same, other = Check("minutes", 7.0, 7.0, 0.0, "a run"), Check("minutes", 7.0, 8.0, 0.0, "a run")
    assert same.holds and not other.holds and failures([same, other]) == [str(other)]
    assert "**unequal**" in table([other]) and "never" in table([same])
    assert not Check("minutes", 7.0, np.nan, 0.0, "a run").holds


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (1234567.0, "1,234,567"), (0.28906, "0.2891"), (np.nan, "–"), (1e-6, "1.0e-06")])
def test_figures_are_rounded_sensibly(value, shown):
    assert figure(value) == shown


ROWS = [
    Row("claimants", "2020-05", 100.0, 98.0, FITTED),
    Row("claimants", "2021-05", 100.0, 103.0, OUT),
    Row("claimants in Dudley", "2021-05", 50.0, 60.0, OUT),
    Row("into work a month", "2021-22", 0.10, 0.05, OUT, True),
]


def test_errors_are_the_models_over_the_published():
    assert [round(row.error, 3) for row in ROWS] == [-0.02, 0.03, 0.2, -0.5]
    assert errors(ROWS[:2]) == {"figures": "2", "mean": "+0.5%", "root mean square": "2.5%", "worst": "+3% (2021-05)"}
    assert [kind(row) for row in ROWS] == ["claimants", "claimants", "claimants by borough", "into work"]


def test_misses_out_of_sample_are_named_the_largest_first():
    assert misses(ROWS) == "More than 10% off, out of sample: into work a month 2021-22 -50%; claimants in Dudley 2021-05 +20%."
    assert misses(ROWS[:2]) == "No figure out of sample is more than 10% off."


def test_reasons_are_given_for_what_is_off_and_for_nothing_else():
    said = why(ROWS)
    assert "*into work*" in said and "*claimants by borough*" in said and "*claimants*:" not in said
    assert "not known" in why([Row("something new", "2021", 1.0, 2.0, OUT)])


def test_fitted_figures_are_kept_apart():
    lines = overview(ROWS).splitlines()
    assert sum(f"| {FITTED} |" in line for line in lines) == 1 and sum(f"| {OUT} |" in line for line in lines) == 3
    assert "| into work a month | 2021-22 | 10.0% | 5.0% | -50.0% | out of sample |" in details(ROWS)
