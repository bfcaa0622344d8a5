"""Warm-up by MSER-5, against hand-worked numbers, another program and series whose warm-up is known."""

import json
import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from sim.experiment import replications
from sim.experiment.replications import run
from sim.experiment.warm_up import mser, starts_empty, working_days
from tests.scenarios import BOUNDLESS, rich, tiny


def autoregressive(rows, days, correlation, seed):
    """Stationary noise with variance 1, shape (rows, days); each day goes with the one before."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((rows, days))
    noise = np.empty((rows, days))
    noise[:, 0] = steps[:, 0]
    for day in range(1, days):
        noise[:, day] = correlation * noise[:, day - 1] + math.sqrt(1 - correlation**2) * steps[:, day]
    return noise


def test_a_worked_example():
    """Ten batches: 9, 3, then 0 and 1 in turn. From the third on: eight, mean 1/2, squares 8/4, by 8^2 is 1/32."""
    batches = [9, 3, 0, 1, 0, 1, 0, 1, 0, 1]
    found = mser(np.repeat(np.array(batches, dtype=float), 5))
    expected = [Fraction(684, 1000), Fraction(68, 729), Fraction(1, 32), Fraction(12, 343), Fraction(1, 24), Fraction(6, 125)]
    assert found.days == 10
    assert found.left_out.tolist() == [0, 5, 10, 15, 20, 25]
    assert found.statistic == pytest.approx([float(value) for value in expected], rel=1e-12)


def test_it_agrees_with_kim_convergence():
    """Expected are truncation points of mser_m of kim-convergence 0.1.0 with batch_size=5 and ignore_end=4; None where it reports none.

    It agreed on 3,000 random series. ``ignore_end=4`` leaves the last five batches in every truncated mean, as here.
    """

    def series(seed):
        rng = np.random.default_rng(seed)
        size = int(rng.integers(50, 800))
        values = np.cumsum(rng.normal(size=size)) * 0.2 + 3 * rng.normal(size=size)
        return values + rng.uniform(-30, 30) * np.exp(-np.arange(size) / rng.uniform(2, 150))

    assert [mser(series(seed)).days for seed in range(12)] == [230, 50, None, None, 0, 140, 155, 85, 105, 140, 250, 25]


def test_batches_are_means_of_what_is_there():
    """Days beyond the last whole batch are not used; a day without a value is left out of its batch."""
    series = np.repeat(np.array([9, 3, 0, 1, 0, 1, 0, 1, 0, 1], dtype=float), 5)
    whole = mser(series)
    for changed in (np.concatenate([series, [1e6] * 4]), np.where(np.arange(50) % 5 == 2, np.nan, series)):
        assert mser(changed).days == 10 and mser(changed).statistic.tolist() == whole.statistic.tolist()
    within = series + np.tile([-2.0, 1.0, 0.0, 1.0, 0.0], 10)
    assert mser(within).statistic == pytest.approx(whole.statistic), "what days of one batch differ by does not count"


def test_batches_of_a_week_hide_the_week():
    week = np.tile([5.0, 4, 4, 3, 3, 0, 0], 30)
    assert mser(week, batch=7).statistic.tolist() == [0.0] * 26
    assert mser(week, batch=7).days == 0
    late = week + np.where(np.arange(210) < 21, 10, 0)
    assert mser(late, batch=7).days == 21 and mser(late, batch=7).left_out[1] == 7


def test_the_end_of_a_run_does_not_pass_for_its_steadiest_part():
    """The last three batches are alike; with one batch left the standard error would be 0."""
    batches = np.array([4.0, 6] * 10 + [5.0] * 3)
    found = mser(np.repeat(batches, 5))
    assert len(found.left_out) == 23 - 5 + 1 and found.days == 0


def test_the_middle_of_the_run_is_the_last_that_is_taken():
    def steps(high, number):
        return np.repeat(np.array([10.0] * high + [0.0] * (number - high)), 5)

    assert mser(steps(10, 20)).days == 50
    assert mser(steps(11, 20)).days is None
    assert mser(steps(10, 21)).days == 50
    assert mser(steps(11, 21)).days is None


def test_a_series_without_spread_has_no_warm_up():
    assert mser(np.full(400, 0.1)).days == 0
    assert mser(np.full(400, 0.1)).statistic.max() == 0


def test_a_run_too_short_to_tell():
    short = mser(np.ones(49))
    assert short.days is None and len(short.statistic) == len(short.left_out) == 0
    assert mser(np.ones(50)).days == 0


def test_a_known_transient_is_left_out():
    """The start is 10 standard deviations off and nears the rest by e every 20 days: after 30 days it is off by 2.2, after 80 by 0.2.

    200 series of 500 days, with a correlation of 0.5 from day to day. Three in a hundred may have no answer: about one has.
    """
    fading = 10 * np.exp(-np.arange(500) / 20)
    rows = autoregressive(200, 500, 0.5, seed=1) + fading
    days = [mser(row).days for row in rows]
    settled = [d for d in days if d is not None]
    assert len(settled) >= 194
    assert np.quantile(settled, 0.1) >= 30 and np.quantile(settled, 0.9) <= 90
    off = np.mean([row[d:].mean() for row, d in zip(rows, days, strict=True) if d is not None])
    assert abs(off) < rows.mean() / 8


def test_a_mean_over_replications_shows_it_more_clearly():
    """Of 20 replications the noise is less, so that more of the start stands out from it."""
    fading = 10 * np.exp(-np.arange(500) / 20)
    noise = autoregressive(1000, 500, 0.5, seed=2)
    alone = [mser(row + fading).days for row in noise[:50]]
    together = [mser(twenty.mean(axis=0) + fading).days for twenty in noise.reshape(50, 20, 500)]
    medians = [np.median([math.inf if days is None else days for days in found]) for found in (alone, together)]
    assert medians[0] + 15 <= medians[1] <= 120


def test_stationary_noise_loses_little():
    """200 series of 500 days: half lose five days at most; in four in a hundred at most nothing is found (about one in a hundred)."""
    found = [mser(row).days for row in autoregressive(200, 500, 0.5, seed=3)]
    lost = np.array([math.inf if days is None else days for days in found])
    assert np.median(lost) <= 5
    assert np.isinf(lost).mean() <= 0.04


def test_a_trend_never_settles():
    for row in autoregressive(50, 300, 0.5, seed=4):
        assert mser(row + 0.1 * np.arange(300)).days is None
        assert mser(row - 0.1 * np.arange(300)).days is None


def test_neither_size_nor_sign_matters():
    row = autoregressive(1, 400, 0.5, seed=5)[0] + 5 * np.exp(-np.arange(400) / 15)
    days = mser(row).days
    assert days
    assert mser(-row).days == mser(1e6 + row).days == mser(1e-9 * row).days == days


def test_what_cannot_be_is_refused():
    gap = np.ones(100)
    gap[10:15] = np.nan
    for wrong in (gap, np.append(np.ones(60), [np.inf] * 5)):
        with pytest.raises(ValueError, match="expected finite values, at least one in any 5 days"):
            mser(wrong)
    with pytest.raises(ValueError, match="a value for each day"):
        mser(np.ones((2, 60)))


# What is said of a run


EMPTY = {"areas.North.claimants": 0, "period.to": "2021-12-31", "areas.North.claims_per_week": 40, "other_leaving.monthly_rate": 0.9}


def test_only_a_scenario_in_which_nobody_is_there_starts_empty():
    assert not starts_empty(tiny()) and starts_empty(tiny({"areas.North.claimants": 0}))
    assert not starts_empty(rich({"areas.North.claimants": 0})) and starts_empty(
        rich({"areas.North.claimants": 0, "areas.South.claimants": 0})
    )


def test_a_run_from_nobody_says_when_it_settles(tmp_path):
    """The caseload nears its level as 1 - exp(-t / 13.2 calendar days); minutes suffice, so that people waiting are soon as many as ever.

    A month leaves 0.9, so that the daily hazard is -ln(0.1) / 30.4375. After five working days the caseload is 59% of its level, after
    ten 35% is missing, after 30 it is 4%.
    """
    done = run(tiny({**EMPTY, **BOUNDLESS}), replications=2, seed=3, workers=1, out=tmp_path)
    told = done.info["warm_up"]
    assert told == json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["warm_up"]
    left_out = told["would_leave_out"]
    assert left_out["waiting"] <= 5 and 15 <= left_out["caseload"] <= 60
    assert told["working_days"] == np.busday_count("2021-02-01", "2022-01-01") - 7  # the bank holidays of 2021 but New Year's Day
    series = working_days(done.daily, told["calendar"])
    assert list(series.columns) == ["waiting", "caseload"] and len(series) == told["working_days"]
    level = series["caseload"].iloc[left_out["caseload"] :].mean()
    assert series["caseload"].iloc[0] < 0.2 * level and series["caseload"].iloc[left_out["caseload"]] > 0.8 * level


def test_tables_are_the_same_bytes_whether_it_is_looked_at_or_not(tmp_path, monkeypatch):
    scenario = tiny({"areas.North.claimants": 0})
    run(scenario, replications=2, workers=1, out=tmp_path / "with")
    monkeypatch.setattr(replications, "starts_empty", lambda scenario: False)
    run(scenario, replications=2, workers=1, out=tmp_path / "without")
    files = sorted(path.relative_to(tmp_path / "with") for path in (tmp_path / "with").rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path / "without") for path in (tmp_path / "without").rglob("*") if path.is_file())
    differ = [file.name for file in files if (tmp_path / "with" / file).read_bytes() != (tmp_path / "without" / file).read_bytes()]
    assert differ == ["run.json"] and len(files) > 12
    assert "warm_up" not in json.loads((tmp_path / "without" / "run.json").read_text(encoding="utf-8"))


def test_nothing_is_said_of_a_run_with_people_at_the_start():
    assert "warm_up" not in run(tiny(), replications=2, workers=1).info


def test_the_series_by_hand():
    """Two replications, two jobcentres; Good Friday 2021 and the Saturday after it are left out."""
    dates = pd.to_datetime(["2021-04-01", "2021-04-02", "2021-04-03", "2021-04-06"])
    rows = [
        {"replication": i, "date": date, "jobcentre": name, "waiting": 10 * i + day, "in_reviews": 100 if name == "Hill" else 0}
        for i in range(2)
        for day, date in enumerate(dates)
        for name in ("Hill", "Dale")
    ]
    series = working_days(pd.DataFrame(rows), "england_and_wales")
    assert series["waiting"].to_dict() == {dates[0]: 10, dates[3]: 16} and series["caseload"].to_dict() == {dates[0]: 110, dates[3]: 116}
