import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment import compare as module
from sim.experiment.compare import compare
from sim.experiment.replications import run
from sim.experiment.workers import RunError
from sim.results import MEASURE_KEYS, SPLIT, RunTables
from tests.scenarios import tiny
from tests.unit.synthetic import small_scenario


def tables(name, values, measure="caseload", unit="people", statistic="mean", seed=1):
    """A run of which only one measure is known, a value for each replication."""
    fixed = {"measure": measure, "statistic": statistic, **dict.fromkeys(SPLIT, "all"), "unit": unit}
    frame = pd.DataFrame([{"replication": i, **fixed, "value": float(value)} for i, value in enumerate(values)])
    info = {"scenario": name, "fingerprint": name, "seed": seed, "replications": len(values), "period": ["2021-02-01", "2021-02-28"]}
    weekly = pd.DataFrame(columns=["week", "area", "measure", "statistic", "unit", "value"])
    return RunTables.of(info, frame, pd.DataFrame(), weekly, pd.DataFrame(columns=["age_group", "week", "value"]))


def only_row(comparison):
    assert len(comparison.table) == 1
    return comparison.table.iloc[0]


def test_the_interval_is_that_of_the_paired_differences():
    luck = np.random.default_rng(1).normal(0, 50, 10)
    base, other = 1000 + luck, 997 + luck + np.tile([-1.0, 1.0], 5)
    row = only_row(compare(tables("a", base), tables("b", other)))
    half = 2.262157 * np.std([-1, 1] * 5, ddof=1) / math.sqrt(10)  # t with 9 degrees of freedom, from a printed table
    assert row["difference"] == pytest.approx(-3)
    assert (row["low"], row["high"]) == (pytest.approx(-3 - half, abs=1e-5), pytest.approx(-3 + half, abs=1e-5))
    assert (row["base"], row["other"], row["replications"], row["unit"], row["verdict"]) == ("a", "b", 10, "people", "lower")
    assert row["other_estimate"] - row["base_estimate"] == pytest.approx(row["difference"])


def test_verdicts():
    base = [1.0, 2.0, 3.0]
    verdicts = {
        "higher": [2.0, 3.1, 4.2],
        "lower": [0.0, 1.1, 2.2],
        "no difference can be told": [2.0, 1.0, 4.0],
        "the same": base,
    }
    for verdict, values in verdicts.items():
        assert only_row(compare(tables("a", base), tables("b", values)))["verdict"] == verdict
    assert only_row(compare(tables("a", [1.0]), tables("b", [2.0])))["verdict"] == "no difference can be told"


def test_only_pairs_in_which_both_have_a_value_count():
    row = only_row(compare(tables("a", [1, math.nan, 3, 5]), tables("b", [2, 9, math.nan, 8])))
    assert row["replications"] == 2
    assert (row["base_estimate"], row["other_estimate"], row["difference"]) == (3, 5, 2)


def test_dates_differ_by_days():
    dates = {"measure": "backlog_cleared", "unit": "date", "statistic": "date"}
    row = only_row(compare(tables("a", [18700, 18702], **dates), tables("b", [18710, 18714], **dates)))
    assert row["difference"] == 11 and row["unit"] == "date"


def test_runs_that_cannot_be_paired_are_refused():
    with pytest.raises(RunError, match="'b' has seed 2, not 1; run it again with seed 1"):
        compare(tables("a", [1, 2]), tables("b", [1, 2], seed=2))
    with pytest.raises(RunError, match="'b' has replications 3, not 2"):
        compare(tables("a", [1, 2]), tables("b", [1, 2, 3]))
    with pytest.raises(RunError, match="'a' has seed 1, not 5"):
        compare(tables("a", [1, 2]), small_scenario(), seed=5)
    with pytest.raises(ValueError, match="at least one"):
        compare(tables("a", [1, 2]))


def test_runs_of_one_name_are_told_apart():
    a, b, c = tables("a", [1, 2]), tables("a", [2, 3]), tables("a", [3, 4])
    table = compare(a, b, c).table
    assert table["base"].tolist() == ["a", "a"] and table["other"].tolist() == ["a (2)", "a (3)"]


def test_scenarios_are_run_with_the_same_luck(tmp_path):
    base = small_scenario()
    more = small_scenario(name="the same again!", seed=99)
    busier = small_scenario(name="no phone", service={"face_to_face_share": 1, "desks_usable": 1, "opening_minutes": 10})
    seen = []
    result = compare(base, more, busier, workers=1, out=tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 9) and seen[-1] == (9, 9) and [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {p.name for p in tmp_path.iterdir()} == {"0_small", "1_the_same_again_", "2_no_phone", "comparison.csv"}
    same = result.table[result.table["other"] == "the same again!"]
    assert set(same["verdict"]) <= {"the same", "no difference can be told"}  # blank ones cannot be told
    assert (same["difference"].dropna() == 0).all() and len(same) == len(result.base.replications) / 3
    other = result.table[result.table["other"] == "no phone"].set_index(MEASURE_KEYS[:-1])["verdict"]
    everyone = ("all", "all", "all", "all")
    assert other[("claims", "count", *everyone)] == "the same"  # upstream of the desks
    assert other[("desk_use", "share", *everyone)] == "higher"
    assert other[("coach_use", "share", *everyone)] == "lower"  # for want of desks
    written = pd.read_csv(tmp_path / "comparison.csv")
    assert list(written.columns) == list(result.table.columns) and len(written) == len(result.table)


def test_a_finished_run_sets_seed_and_replications(monkeypatch):
    done = run(small_scenario(), replications=2, seed=5, workers=1)
    asked = {}

    def keep(scenario, **options):
        asked.update(options)
        return done

    monkeypatch.setattr(module, "run", keep)
    compare(small_scenario(), done)
    assert asked["seed"] == 5 and asked["replications"] == 2


def test_runs_of_different_periods_are_not_paired():
    short, long = tiny({"period.to": "2021-02-28"}), tiny({"period.to": "2021-03-31"})
    with pytest.raises(RunError, match=r"runs 2021-02-01 to 2021-03-31, the base 2021-02-01 to 2021-02-28"):
        compare(short, long, replications=2, workers=1)
