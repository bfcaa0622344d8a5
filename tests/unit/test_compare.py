import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.experiment import compare as module
from sim.experiment.compare import compare
from sim.experiment.contrasts import CONTRASTS, fieller
from sim.experiment.replications import run
from sim.experiment.workers import RunError
from sim.first_spells import changed, pack
from sim.results import MEASURE_KEYS, SPLIT, WEEKLY_KEYS, RunTables
from tests.scenarios import tiny
from tests.unit.synthetic import record, small_scenario, some_people


def tables(name, values, measure="caseload", unit="people", statistic="mean", seed=1):
    """A run of which only one measure is known, a value for each replication."""
    return several(name, {(measure, statistic, unit): values}, seed)


def several(name, measures, seed=1, first_spells=None):
    """A run of which some measures are known, and perhaps who entered work."""
    frame = pd.DataFrame(
        [
            {"replication": i, "measure": key[0], "statistic": key[1], **dict.fromkeys(SPLIT, "all"), "unit": key[2], "value": float(value)}
            for key, values in measures.items()
            for i, value in enumerate(values)
        ]
    )
    number = len(next(iter(measures.values())))
    info = {"scenario": name, "fingerprint": name, "seed": seed, "replications": number, "period": ["2021-02-01", "2021-02-28"]}
    weekly, incidence = pd.DataFrame(columns=[*WEEKLY_KEYS, "value"]), pd.DataFrame(columns=["age_group", "week", "value"])
    run = RunTables.of(info, frame, pd.DataFrame(), weekly, incidence)
    return run if first_spells is None else replace(run, _large={"first_spells": first_spells})


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


@pytest.mark.parametrize("marker", ["run.json", "study.json"])
def test_the_folder_of_another_experiment_is_left_alone(tmp_path, marker):
    (tmp_path / marker).write_text("{}")
    with pytest.raises(RunError, match=", not a comparison"):
        compare(small_scenario(), small_scenario(name="other"), out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [marker]


def test_the_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="holds other files and no comparison"):
        compare(small_scenario(), small_scenario(name="other"), out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_one_comparison_at_a_time_is_in_a_folder_and_a_stopped_one_goes_on(tmp_path):
    scenarios, seen = (small_scenario(), small_scenario(name="other")), []

    def interfere(done, total):
        with pytest.raises(RunError, match=r"cmp is in use by another run"):
            compare(*scenarios, workers=1, out=tmp_path / "cmp")
        seen.append(done)
        if done > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(*scenarios, workers=1, out=tmp_path / "cmp", progress=interfere)
    assert seen[-1] == 5
    (tmp_path / "cmp" / ".unfinished-comparison.csv").write_text("torn")
    compare(*scenarios, workers=1, out=tmp_path / "cmp")
    compare(*scenarios, workers=1, out=tmp_path / "cmp")  # and once more
    assert {path.name for path in (tmp_path / "cmp").iterdir()} == {
        *("0_small", "1_other"),
        *("comparison.csv", "comparison.json", "comparison_weekly.parquet"),
    }


def test_nothing_in_a_folder_is_of_two_comparisons(tmp_path):
    """Neither when another one is stopped in it, nor when it ends."""
    base, other, third = (small_scenario(name=name) for name in ("small", "other", "third"))

    def stop(done, total):
        if done == 4:
            raise KeyboardInterrupt

    compare(base, other, workers=1, out=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        compare(base, third, seed=8, workers=1, out=tmp_path, progress=stop)
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".csv", ".parquet", ".json")]
    (tmp_path / "2021_notes").mkdir()  # somebody's own, whatever it is called
    compare(base, third, seed=8, workers=1, out=tmp_path)
    (tmp_path / "2021_notes").rmdir()
    folders = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    info = json.loads((tmp_path / "comparison.json").read_text())
    assert folders == ["0_small", "1_third"] == info["folders"] and (info["seed"], info["replications"]) == (8, 3)
    assert all(json.loads((tmp_path / name / "run.json").read_text())["seed"] == 8 for name in folders)


def test_runs_of_another_version_of_the_program_are_not_paired():
    one, other = tables("a", [1, 2]), tables("b", [1, 2])
    other.info["code"] = "0" * 64
    with pytest.raises(RunError, match="'b' was made by another version of the program"):
        compare(one, other)


def test_a_difference_that_is_the_same_in_each_replication_has_no_variance_ratio():
    """It scatters by rounding only."""
    values = np.array([1.3, 2.7, 4.1, 0.9, 1.7, 2.2, 3.3, 0.4])
    assert (values + 0.1 - values).std() > 0
    assert math.isnan(only_row(compare(tables("a", values), tables("b", values + 0.1)))["variance_ratio"])


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
    assert {p.name for p in tmp_path.iterdir()} == {
        *("0_small", "1_the_same_again_", "2_no_phone"),
        *("comparison.csv", "comparison.json", "comparison_weekly.parquet"),
    }
    same = result.table[result.table["other"] == "the same again!"]
    assert set(same["verdict"]) <= {"the same", "no difference can be told"}  # blank ones cannot be told
    assert (same["difference"].dropna() == 0).all() and len(same) == len(result.base.replications) / 3 + 3
    other = result.table[result.table["other"] == "no phone"].set_index(MEASURE_KEYS[:-1])["verdict"]
    everyone = ("all", "all", "all", "all")
    assert other[("claims", "count", *everyone)] == "the same"  # upstream of the desks
    assert other[("desk_use", "share", *everyone)] == "higher"
    assert other[("coach_use", "share", *everyone)] == "lower"  # for want of desks
    written = pd.read_csv(tmp_path / "comparison.csv")
    assert list(written.columns) == list(result.table.columns) and len(written) == len(result.table)


def test_a_finished_run_sets_seed_and_replications(monkeypatch):
    done = run(small_scenario(), replications=2, seed=5, workers=1)
    assert len(done.first_spells) == 2 * 2  # replications, areas
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


# What pairing and the number of claims are worth


CLAIMS, ENTERED = ("claims", "count", "people"), ("job_entries", "count", "people")


def test_what_pairing_is_worth_by_hand():
    # variances 4 and 7, of the differences 1, 0, 2 it is 1: unpaired runs would need (4 + 7) / 1 times as many replications
    row = only_row(compare(tables("a", [0, 2, 4]), tables("b", [1, 2, 6])))
    assert row["variance_ratio"] == pytest.approx(11)
    against = only_row(compare(tables("a", [0, 2, 4]), tables("b", [6, 2, 1])))
    assert against["variance_ratio"] == pytest.approx(11 / 21)  # differences 6, 0, -3: pairing hurts
    same = only_row(compare(tables("a", [0, 2, 4]), tables("b", [1, 3, 5])))
    assert math.isnan(same["variance_ratio"])  # differences that are all alike need no second replication
    blank = only_row(compare(tables("a", [0, math.nan, 2, 4, 9]), tables("b", [1, 5, 2, 6, math.nan])))
    assert blank["variance_ratio"] == pytest.approx(11)  # of pairs only


def counted(name, claims, entries, expected=100.0, **info):
    run = several(name, {CLAIMS: claims, ENTERED: entries})
    return replace(run, info=run.info | {"expected_claims": expected} | info)


def of_entries(base, other):
    table = compare(base, other, uncertain=bool(base.info.get("uncertain"))).table
    return table[table["measure"] == "job_entries"].iloc[0]


def twelve():
    luck = np.random.default_rng(3)
    claims = 100 + 10 * luck.normal(size=12).round(1)
    entries = 50 + 0.3 * (claims - 100) + luck.normal(size=12)
    return claims, entries, entries + 5 + 0.2 * (claims - 100) + 0.5 * luck.normal(size=12)


def test_the_adjusted_difference_is_the_height_of_a_regression_line():
    claims, entries, others = twelve()
    row = of_entries(counted("a", claims, entries), counted("b", claims, others))
    design = np.column_stack([np.ones(12), claims - 100])
    (height, slope), (rest,), *_ = np.linalg.lstsq(design, others - entries)
    error = math.sqrt(rest / 10 * np.linalg.inv(design.T @ design)[0, 0])
    assert row["adjusted"] == pytest.approx(height) and slope == pytest.approx(0.2, abs=0.05)
    half = 2.228139 * error  # t with 10 degrees of freedom, from a printed table
    assert (row["adjusted_low"], row["adjusted_high"]) == (pytest.approx(height - half, abs=1e-5), pytest.approx(height + half, abs=1e-5))
    assert row["adjusted_freedom"] == 10
    assert row["adjusted_high"] - row["adjusted_low"] < 0.5 * (row["high"] - row["low"])


@pytest.mark.parametrize("why", ["other claims", "another mean", "no mean known", "of no use", "too few"])
def test_no_difference_is_adjusted_where_claims_cannot_or_do_not_help(why):
    claims, entries, others = twelve()
    base, other = counted("a", claims, entries), counted("b", claims, others)
    if why == "other claims":
        other = counted("b", claims + 1, others)
    elif why == "another mean":
        other = counted("b", claims, others, expected=101.0)
    elif why == "no mean known":
        base, other = (
            replace(run, info={key: value for key, value in run.info.items() if key != "expected_claims"}) for run in (base, other)
        )
    elif why == "of no use":  # differences of -1 and 1 in turn, as often above the mean number of claims as below
        order = np.argsort(claims)
        apart = np.empty(12)
        apart[order] = np.tile([-1.0, 1.0, 1.0, -1.0], 3)
        other = counted("b", claims, entries + apart)
    else:
        base, other = (counted(name, claims[:9], values[:9]) for name, values in (("a", entries), ("b", others)))
    row = of_entries(base, other)
    assert row[["adjusted", "adjusted_low", "adjusted_high", "adjusted_freedom"]].isna().all() and math.isfinite(row["difference"])


def test_what_only_both_together_tell_is_not_adjusted():
    claims, entries, others = twelve()
    table = compare(counted("a", claims, entries), counted("b", claims, others)).table
    row = table[table["measure"] == "net_entries"].iloc[0]
    assert row[["variance_ratio", "adjusted", "adjusted_low", "adjusted_high", "adjusted_freedom"]].isna().all()
    assert row["difference"] == pytest.approx((others - entries).mean())


def by_week(run, values):
    """A run with one measure by week: a list of values, one for each replication, by Monday."""
    fixed = {"area": "all", "programme": "all", "measure": "caseload", "statistic": "mean", "unit": "people"}
    rows = [
        {"replication": i, "week": pd.Timestamp(monday), **fixed, "value": float(value)}
        for monday, its in values.items()
        for i, value in enumerate(its)
    ]
    return replace(run, _large={"weekly_replications": pd.DataFrame(rows)})


def test_differences_by_week_by_hand():
    base = by_week(tables("a", [1, 2, 3]), {"2021-02-01": [10, 20, 30], "2021-02-08": [5, math.nan, 7]})
    other = by_week(tables("b", [1, 2, 3]), {"2021-02-01": [11, 20, 32], "2021-02-08": [5, 9, 8]})
    weekly = compare(base, other).weekly
    assert [*weekly.columns[:3]] == ["base", "other", "week"] and "verdict" not in weekly
    first, second = weekly.to_dict("records")
    half = 4.302653 / math.sqrt(3)  # differences 1, 0, 2; t with 2 degrees of freedom
    assert (first["base_estimate"], first["other_estimate"], first["difference"]) == (20, 21, 1)
    assert (first["low"], first["high"], first["replications"]) == (pytest.approx(1 - half), pytest.approx(1 + half), 3)
    assert (second["base_estimate"], second["difference"], second["replications"]) == (6, 0.5, 2)
    assert len(compare(base, tables("b", [1, 2, 3])).weekly) == 0


# What only both together tell


ENTRIES, COST, OTHERS = ("job_entries", "count", "people"), ("cost", "total", "pounds"), ("hires_by_others", "count", "people")


def contrast(base, other, name):
    table = compare(base, other).table
    return table[table["measure"] == name].set_index("statistic")


def test_what_is_not_in_both_runs_is_not_contrasted():
    base = several("a", {ENTRIES: [1, 2]})
    other = several("b", {ENTRIES: [3, 4], OTHERS: [9, 9]})
    assert compare(base, other).table["measure"].tolist() == ["job_entries", "net_entries"]
    assert compare(tables("a", [1, 2]), tables("b", [1, 2])).table["measure"].tolist() == ["caseload"]


def test_what_has_no_price_costs_nothing():
    """A programme with a price is added to a scenario in which nothing has one."""
    base = several("a", {ENTRIES: [10, 20, 30]})
    other = several("b", {ENTRIES: [12, 22, 32], COST: [900, 900, 900]})
    for one, two in ((base, other), (other, base)):
        assert contrast(one, two, "cost_per_additional_entry").loc["ratio", "difference"] == pytest.approx(450)


def test_net_entries_and_those_displaced_among_others():
    base = several("a", {ENTRIES: [100, 104, 99], OTHERS: [50, 52, 54]})
    other = several("b", {ENTRIES: [110, 115, 108], OTHERS: [49, 50, 51]})
    net = contrast(base, other, "net_entries").loc["count"]
    assert (net["base_estimate"], net["other_estimate"], net["difference"]) == (101, 111, 10)
    assert net["low"] == pytest.approx(10 - 4.302653 / math.sqrt(3)) and net["verdict"] == "higher"  # differences 10, 11, 9
    displaced = contrast(base, other, "displaced_entries")
    assert displaced.index.tolist() == ["among_others"] and displaced.loc["among_others", "difference"] == 2
    assert (displaced["unit"] == "people").all() and displaced["base_estimate"].isna().all()


def spells(*people, replication=0, areas=None):
    table = pack(record([{"claim": claim, "area": area, "exit_kind": kind, "spell": spell} for area, claim, kind, spell in people], days=5))
    table.insert(0, "replication", replication)
    return table if areas is None else table.assign(area=areas)


def test_who_is_displaced_is_told_person_by_person():
    base = spells((0, -9, 1, 0), (0, -2, 0, 0), (1, -3, 1, 0), (0, 1, 1, 0), (1, 1, 2, 0), (1, 4, 1, 0), (0, 4, 1, 1))
    other = spells((0, -9, 1, 0), (0, -2, 1, 0), (1, -3, 2, 0), (0, 1, 0, 0), (1, 1, 1, 0), (1, 4, 1, 0), (0, 4, 0, 1))
    # lost: North's claim of day 1 and South's stock; gained: North's second of the stock and South's of day 1; the last is no first spell
    assert changed(base, other).loc[0].tolist() == [2, 2]
    assert changed(base, base).loc[0].tolist() == [0, 0]
    assert base["people"].iloc[0].tolist() == [2, 0, 1, 0, 0, 0] and base["people"].iloc[1].tolist() == [1, 0, 1, 0, 0, 1]


def test_people_are_found_by_area_day_and_number_where_more_of_them_come():
    base = spells((0, -1, 0, 0), (1, -1, 1, 0), (0, 0, 1, 0), (1, 0, 0, 0), (0, 2, 1, 0))
    more = spells((0, -1, 0, 0), (1, -1, 1, 0), (1, -1, 1, 0), (0, 0, 1, 0), (0, 0, 1, 0), (1, 0, 1, 0), (0, 1, 1, 0), (0, 2, 0, 0))
    assert changed(base, more).loc[0].tolist() == [1, 1]  # North's claim of day 2 lost, South's of day 0 gained; who is new is neither
    assert changed(more, base).loc[0].tolist() == [1, 1]
    renamed = spells((0, -1, 1, 0), (1, -1, 0, 0), areas=["North", "Elsewhere"])
    assert changed(base, renamed).loc[0].tolist() == [0, 1]


def test_packed_people_are_those_of_the_record():
    of = record(some_people(3, n=5000))
    packed = pack(of)
    assert sum(len(bits) for bits in packed["entered"]) <= 5000 / 8 + 2
    for area, (people, bits) in enumerate(zip(packed["people"], packed["entered"], strict=True)):
        rows = of.people[of.people["area"] == area]
        entered = np.unpackbits(np.frombuffer(bits, np.uint8), count=len(rows))
        assert people.sum() == len(rows) and entered.tolist() == (rows["exit_kind"] == 1).astype(int).tolist()


def test_displaced_among_claimants_has_an_interval_that_ends_at_nothing():
    everyone = [spells((0, 0, 1, 0), (0, 1, 0, 0), (0, 2, 1, 0), replication=i) for i in range(2)]
    nobody = [spells((0, 0, 0, 0), (0, 1, 0, 0), (0, 2, i, 0), replication=i) for i in range(2)]
    base = several("a", {ENTRIES: [2, 2]}, first_spells=pd.concat(everyone, ignore_index=True))
    other = several("b", {ENTRIES: [0, 1]}, first_spells=pd.concat(nobody, ignore_index=True))
    rows = contrast(base, other, "displaced_entries")
    assert rows["difference"].to_dict() == {"among_claimants": 1.5, "gained": 0}
    assert rows.loc["among_claimants", "low"] == 0 and rows.loc["among_claimants", "high"] == pytest.approx(1.5 + 12.7062 * 0.5, abs=1e-3)
    assert rows["verdict"].tolist() == ["no difference can be told", "the same"]


def test_cost_per_additional_entry():
    base = several("a", {ENTRIES: [100, 100, 100, 100], COST: [1000, 1000, 1000, 1000]})
    dearer = {ENTRIES: [110, 112, 108, 110], COST: [6000, 6200, 5800, 6000]}
    row = contrast(base, several("b", dearer), "cost_per_additional_entry").loc["ratio"]
    assert row["difference"] == 500 and row["verdict"] == "per job entry gained" and row["unit"] == "pounds per job entry"
    assert row["low"] < 500 < row["high"] and row["replications"] == 4 and math.isnan(row["base_estimate"])
    fewer = several("b", {ENTRIES: [90, 88, 92, 90], COST: [500] * 4})
    saved = contrast(base, fewer, "cost_per_additional_entry").loc["ratio"]
    assert saved["difference"] == 50 and saved["verdict"] == "per job entry lost"
    unclear = several("b", {ENTRIES: [110, 90, 108, 100], COST: [6000, 6200, 5800, 6000]})
    undefined = contrast(base, unclear, "cost_per_additional_entry").loc["ratio"]
    assert undefined["verdict"] == "undefined" and undefined[["difference", "low", "high"]].isna().all()
    one = contrast(several("a", {ENTRIES: [1], COST: [1]}), several("b", {ENTRIES: [9], COST: [9]}), "cost_per_additional_entry")
    assert one.loc["ratio", "verdict"] == "undefined"
    same = contrast(base, replace(base), "cost_per_additional_entry").loc["ratio"]
    assert same["verdict"] == "undefined"


def test_fieller_by_hand():
    # With a known cost the interval is that of the entries turned over: 10 +- t x 1 / sqrt(4), t with 3 degrees of freedom from a table.
    estimate, low, high = fieller(np.full(4, 100.0), 10 + np.array([1.0, -1.0, 1.0, -1.0]) * math.sqrt(3 / 4))
    assert (estimate, low, high) == (10, pytest.approx(100 / (10 + 3.182446 / 2)), pytest.approx(100 / (10 - 3.182446 / 2)))
    # Its ends satisfy the inequality with equality: the interval of the mean of x - r y then just reaches 0.
    x, y = np.array([5.0, 9.0, 6.0, 8.0, 7.0]), np.array([2.0, 3.5, 2.5, 2.0, 3.0])
    for end in fieller(x, y)[1:]:
        rest = x - end * y
        assert abs(rest.mean()) == pytest.approx(2.776445 * rest.std(ddof=1) / math.sqrt(5), rel=1e-6)
    in_proportion = fieller(3 * y, y)
    assert in_proportion == (pytest.approx(3), pytest.approx(3), pytest.approx(3))


def test_fieller_covers_the_ratio_as_often_as_it_says():
    luck = np.random.default_rng(11)
    runs, n, noise = 3000, 6, luck.normal(size=(2, 3000, 6))
    entries, cost = 100 + 40 * noise[0], 30_000 + 9_000 * (0.6 * noise[0] + 0.8 * noise[1])
    found = np.array([fieller(x, y) for x, y in zip(cost, entries, strict=True)])
    defined = np.isfinite(found[:, 0])
    covered = ((found[:, 1] <= 300) & (found[:, 2] >= 300))[defined].sum()
    # Where it is undefined the set reaches to infinity; of those sets as many hold the ratio, so the rest is held to it as well.
    spread = 2.570582**2 / n
    rest = cost[~defined] - 300 * entries[~defined]
    covered += (rest.mean(axis=1) ** 2 <= spread * rest.var(axis=1, ddof=1)).sum()
    assert 0 < (~defined).mean() < 0.1
    assert covered / runs == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / runs))


def test_contrasts_say_what_they_are():
    for name, known in CONTRASTS.items():
        assert name == known.name and known.unit and known.statistics and known.definition.endswith(".")
