"""``--uncertain``: what is varied with what, which units are independent, and what is said of what they leave open."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.asked import Figure, QuestionError
from sim.experiment.contrasts import contrasts, fieller
from sim.experiment.indices import variance_components
from sim.experiment.job import Point
from sim.experiment.replications import run
from sim.experiment.study import LUCK_PER_DRAW, open_study
from sim.experiment.workers import RunError
from sim.results import OVER_DRAWS, SPLIT, by_draw, draw_range, over_replications
from sim.scenario import dump
from tests.scenarios import tiny
from tests.unit.test_compare import several

ABSENCE = {"coaches.absence": {"value": 0.1, "low": 0.0, "high": 0.4}}
DELAY = Figure("review_delay", "mean", unit="working days")
BUSY = {
    "seed": 11,
    "jobcentres.Hill.coaches": 2.5,
    "period.to": "2021-03-07",
    "job_entry.monthly_rate_by_week": {0: 0.3},
    "job_entry.no_contact": 0.5,
}


def unsure(changes=None):
    return tiny(BUSY | ABSENCE | (changes or {}))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A run of six replications of three draws, in its folder."""
    out = tmp_path_factory.mktemp("uncertain") / "run"
    run(unsure(), replications=6, workers=1, uncertain=True, out=out)
    return sim.Result.read(out)


def everyone(table, measure="review_delay", statistic="mean"):
    rows = table[(table["measure"] == measure) & (table["statistic"] == statistic)]
    return rows[(rows[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)]


# What is independent: one draw from another. On values made up here, so that the truth is known.


def drawn(rng, experiments, draws, parameters, luck, per_draw=2):
    """Made-up experiments, each of so many draws of so many replications; the true mean is 5."""
    of_draw = rng.normal(5, parameters, (experiments, draws, 1))
    values = of_draw + rng.normal(0, luck, (experiments, draws, per_draw))
    number, replication = np.divmod(np.arange(values.size), draws * per_draw)
    return pd.DataFrame({"experiment": number, "replication": replication, "value": values.ravel()}), values


def test_the_interval_of_the_mean_holds_over_draws_and_not_over_replications():
    # 4,000 experiments: 95% of them is 0.95 +- 0.0034 (one standard error), so 0.936 to 0.964 misses once in 30,000.
    table, _ = drawn(np.random.default_rng(1), 4000, draws=6, parameters=1, luck=0.3)
    covered = [
        ((found["low"] <= 5) & (found["high"] >= 5)).mean()
        for found in (over_replications(table, ["experiment"], 2), over_replications(table, ["experiment"]))
    ]
    assert 0.936 < covered[0] < 0.964
    assert covered[1] < 0.85


def test_with_nothing_but_luck_the_interval_holds_too():
    table, _ = drawn(np.random.default_rng(2), 4000, draws=6, parameters=0, luck=1)
    found = over_replications(table, ["experiment"], 2)
    assert 0.936 < ((found["low"] <= 5) & (found["high"] >= 5)).mean() < 0.964


def test_the_range_and_the_share_of_luck_are_those_of_the_variance_components():
    table, values = drawn(np.random.default_rng(3), 5, draws=12, parameters=1, luck=1)
    found = over_replications(table, ["experiment"], 2)
    for row, its in zip(found.to_dict("records"), values, strict=True):
        one = variance_components(its, np.arange(its.size).reshape(its.shape))
        assert row["estimate"] == pytest.approx(one.mean) and (row["draws"], row["replications"]) == (12, 24)
        assert (row["low"], row["high"]) == pytest.approx(one.interval)
        assert (row["range_low"], row["range_high"]) == pytest.approx(one.range)
        assert row["luck_share"] == pytest.approx(one.luck_in_means)


def test_luck_alone_and_assumptions_alone_are_told_apart():
    table, _ = drawn(np.random.default_rng(4), 1, draws=2000, parameters=0, luck=1)
    # The ratio of the mean squares has an F distribution about 1; of 2,000 draws its standard deviation is 0.045.
    assert draw_range(table, ["experiment"], 2)["luck_share"].item() > 0.8
    table, _ = drawn(np.random.default_rng(4), 1, draws=20, parameters=1, luck=0)
    assert draw_range(table, ["experiment"], 2)["luck_share"].item() == 0
    assert np.isnan(draw_range(table.assign(value=3.0), ["experiment"], 2)["luck_share"].item())


def test_a_replication_without_a_value_leaves_the_draw_to_the_others():
    table = pd.DataFrame({"experiment": 0, "replication": range(6), "value": [1, 3, np.nan, 8, np.nan, np.nan]})
    assert by_draw(table, ["experiment"], 2)["value"].tolist() == pytest.approx([2, 8, np.nan], nan_ok=True)
    found = over_replications(table, ["experiment"], 2).iloc[0]
    assert (found["estimate"], found["replications"], found["draws"]) == (5, 3, 2)
    assert np.isnan(found["luck_share"])  # one whole draw tells no variance between draws


def test_what_one_more_entry_costs_is_over_draws_too():
    """Replications of a draw that are all alike tell no more than one of each, and the interval is as wide."""
    rng = np.random.default_rng(5)
    more, dearer = rng.normal(10, 1, 5).repeat(2), rng.normal(3000, 300, 5).repeat(2)
    runs = [
        several(name, {("job_entries", "count", "people"): 50 + part * more, ("cost", "total", "pounds"): 90_000 + part * dearer})
        for part, name in enumerate(("base", "other"))
    ]
    base, other = (replace(one, info=one.info | {"replications_per_draw": 2}) for one in runs)
    row = contrasts(base, other).set_index("measure").loc["cost_per_additional_entry"]
    assert tuple(row[["difference", "low", "high"]]) == pytest.approx(fieller(dearer[::2], more[::2]))
    assert (row["replications"], row["draws"]) == (10, 5)


# A run


def test_replications_share_draws_in_pairs_and_the_draws_are_kept(kept):
    assert list(kept.draws.columns) == ["draw", "coaches.absence"] and len(kept.draws) == 3
    assert kept.draws["coaches.absence"].between(0, 1).all() and kept.draws["coaches.absence"].nunique() == 3
    info = json.loads((kept.folder / "run.json").read_text())
    assert (info["draws"], info["replications_per_draw"], info["uncertain"]) == (3, LUCK_PER_DRAW, True)
    pd.testing.assert_frame_equal(sim.Result.read(kept.folder).draws, kept.draws)


def test_the_summary_is_over_draws(kept):
    values = everyone(kept.replications).sort_values("replication")["value"].to_numpy()
    means = values.reshape(3, 2).mean(axis=1)
    row = everyone(kept.summary).iloc[0]
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) / np.sqrt(3)
    assert row["estimate"] == pytest.approx(means.mean())
    assert (row["low"], row["high"]) == pytest.approx((max(means.mean() - half, 0), means.mean() + half))
    assert (row["range_low"], row["range_high"]) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))
    assert (row["draws"], row["replications"]) == (3, 6)
    again = sim.Result.read(kept.folder)
    pd.testing.assert_frame_equal(again.summary, kept.summary)
    assert {*OVER_DRAWS} <= {*again.weekly.columns} and {*OVER_DRAWS} <= {*again.incidence.columns}


def test_with_the_same_luck_who_meets_absent_coaches_is_seen_later_and_as_many_claim(kept):
    certain = run(unsure(), replications=6, workers=1)
    delay, claims = (
        [everyone(its.replications, *which)["value"].to_numpy() for its in (kept, certain)]
        for which in (("review_delay", "mean"), ("claims", "count"))
    )
    more_often = kept.draws["coaches.absence"].repeat(LUCK_PER_DRAW).to_numpy() > 0.5
    assert 0 < more_often.sum() < 6
    np.testing.assert_array_equal(np.sign(delay[0] - delay[1]), np.where(more_often, 1, -1))
    assert claims[0].tolist() == claims[1].tolist()


def test_dates_are_over_one_replication_of_each_draw(kept):
    reached = everyone(kept.replications, "backlog_cleared", "date").sort_values("replication")["value"].to_numpy()
    share = everyone(kept.summary, "backlog_cleared", "share").iloc[0]
    assert share["replications"] == 3 and share["estimate"] == pytest.approx(np.isfinite(reached[::2]).mean())


def test_without_assumptions_the_figures_are_those_of_a_certain_run():
    scenario = tiny(BUSY | {"coaches.absence": {"value": 0.1, "low": 0.1, "high": 0.1}})
    without, with_draws = (run(scenario, replications=4, workers=1, uncertain=uncertain) for uncertain in (False, True))
    pd.testing.assert_frame_equal(with_draws.replications, without.replications)
    both = without.summary.merge(with_draws.summary, on=["measure", "statistic", *SPLIT], suffixes=("", "_drawn"))
    both = both[(both["replications"] == 4) & (both["replications_drawn"] == 4)]  # with gaps, draws weigh the same and not replications
    assert len(both) > 100
    np.testing.assert_allclose(both["estimate_drawn"], both["estimate"], rtol=1e-12)
    assert list(with_draws.draws.columns) == ["draw"]


def test_one_worker_and_two_make_the_same(kept, tmp_path):
    run(unsure(), replications=6, workers=2, uncertain=True, out=tmp_path / "two")
    for name in ("summary.csv", "draws.parquet", "replications.parquet"):
        assert (tmp_path / "two" / name).read_bytes() == (kept.folder / name).read_bytes()


def test_a_folder_that_is_run_without_it_again_forgets_the_draws(tmp_path):
    first = run(unsure(), replications=2, workers=1, uncertain=True, out=tmp_path / "run")
    assert (tmp_path / "run" / "draws.parquet").is_file() and first.info["found_finished"] == 0
    again = run(unsure(), replications=2, workers=1, uncertain=True, out=tmp_path / "run")
    assert again.info["found_finished"] == 2
    certain = run(unsure(), replications=2, workers=1, out=tmp_path / "run")
    assert certain.info["found_finished"] == 0 and certain.draws is None
    assert not (tmp_path / "run" / "draws.parquet").exists() and "draws" not in certain.summary


def test_a_precision_counts_draws():
    use = Figure("coach_use", "share", unit="share")
    found = run(unsure(), replications=40, workers=1, uncertain=True, precision=0.3, figures=[use])
    told = found.info["precision"]
    halves = told["half_width_over_mean"]["coach_use.share"]
    assert found.info["replications"] == 2 * len(halves) < 40 and told["recommended"] % 2 == 0
    row = everyone(found.summary, "coach_use", "share").iloc[0]
    assert halves[-1] == pytest.approx((row["estimate"] - row["low"]) / row["estimate"], abs=1e-5)


def test_a_precision_that_is_not_reached_takes_no_more_replications_than_allowed():
    """Replications, not draws, are what a planner allows and pays for."""
    short = unsure({"period.to": "2021-02-14"})
    made = []
    info = run(
        short, replications=16, precision=0.001, figures=[DELAY], workers=1, uncertain=True, progress=lambda done, _: made.append(done)
    ).info
    assert (info["replications"], info["draws"], max(made)) == (16, 8, 16)
    with pytest.raises(QuestionError, match="expected at least 8"):
        run(short, replications=14, precision=0.001, figures=[DELAY], workers=1, uncertain=True)


# More scenarios than one


@pytest.fixture(scope="module")
def compared(kept):
    return sim.compare(kept, unsure({"name": "one more", "jobcentres.Hill.coaches": 3.5}), workers=1, uncertain=True)


def test_the_same_draws_in_every_scenario_and_differences_over_draws(kept, compared):
    other = compared.others[0]
    pd.testing.assert_frame_equal(other.draws, kept.draws)
    by_replication = [everyone(run.replications).set_index("replication")["value"] for run in (kept, other)]
    means = (by_replication[1] - by_replication[0]).to_numpy().reshape(3, 2).mean(axis=1)
    row = everyone(compared.table).iloc[0]
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) / np.sqrt(3)
    assert (row["difference"], row["low"], row["high"]) == pytest.approx((means.mean(), means.mean() - half, means.mean() + half))
    assert (row["range_low"], row["range_high"]) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))
    assert (row["draws"], row["replications"]) == (3, 6)
    assert np.isnan(row["adjusted"])  # the number of claims to expect is not known where it is an assumption
    assert {*OVER_DRAWS} <= {*compared.weekly.columns}
    entries = [everyone(run.replications, "job_entries", "count").set_index("replication")["value"] for run in (kept, other)]
    net = (entries[1] - entries[0]).to_numpy().reshape(3, 2).mean(axis=1)
    row = everyone(compared.table, "net_entries", "count").iloc[0]
    half = stats.t.ppf(0.975, 2) * net.std(ddof=1) / np.sqrt(3)
    assert half > 0 and (row["low"], row["high"]) == pytest.approx((net.mean() - half, net.mean() + half))
    assert (row["draws"], row["replications"]) == (3, 6) and row["range_high"] == pytest.approx(np.quantile(net, 0.975))


def test_an_uncertain_run_and_a_certain_one_are_not_paired(kept):
    with pytest.raises(RunError, match="has uncertain True, not False"):
        sim.compare(kept, unsure({"jobcentres.Hill.coaches": 3}), workers=1)


def test_a_sweep_is_over_draws_too():
    grid = {"jobcentres.Hill.coaches": ["2.5", "3.5"]}
    found = sim.sweep(unsure(), grid, [str(DELAY)], replications=4, workers=1, uncertain=True)
    runs = [run(unsure({"jobcentres.Hill.coaches": n}), replications=4, workers=1, uncertain=True) for n in (2.5, 3.5)]
    rows = found.rows(found.figures[0])
    for row, its in zip(rows.to_dict("records"), runs, strict=True):
        expected = everyone(its.summary).iloc[0]
        for name in ("estimate", "low", "high", "draws", "range_low", "range_high", "luck_share"):
            assert row[name] == pytest.approx(expected[name], nan_ok=True), name
    expected = everyone(sim.compare(*runs, workers=1, uncertain=True).table).iloc[0]
    for name, its in (("difference", "difference"), ("difference_low", "low"), ("difference_high", "high")):
        assert rows.iloc[1][name] == pytest.approx(expected[its])


def test_what_other_intervals_do_is_not_put_down_to_a_lever():
    """They are no lever, but where assumptions vary they do something: a step of their own, and the levers' are as without them."""
    key = "coaches.absence"
    more = {"jobcentres.Hill.coaches": 3.5}
    wider = more | {key: ABSENCE[key] | {"high": 0.5}}
    same, apart = (
        sim.explain(unsure(), unsure(changes), [str(DELAY)], replications=4, workers=1, uncertain=True) for changes in (more, wider)
    )
    its = apart.rows(apart.figures[0]).set_index("key")["difference"]
    assert list(its.index) == ["jobcentres.Hill.coaches", "other intervals", "all"] and apart.levers[1] == f"other intervals: {key}"
    assert its["jobcentres.Hill.coaches"] == same.rows(same.figures[0])["difference"].iloc[0]
    assert its["other intervals"] > 0 and its["all"] == pytest.approx(its.iloc[:2].sum())
    certain = sim.explain(unsure(), unsure(wider), [str(DELAY)], replications=2, workers=1)
    assert list(certain.table["key"]) == ["jobcentres.Hill.coaches", "all"]


def test_a_procedure_that_needs_independent_values_gets_one_of_each_draw():
    points = [Point(unsure()), Point(unsure({"jobcentres.Hill.coaches": 3}))]
    with open_study(None, 1, workers=1, uncertain=True) as study:
        values = study.values(points, DELAY)([0, 1], 3)
        jobs = [study.job(points[0], number * LUCK_PER_DRAW) for number in range(3)]
        assert study.made == 6 and len({job.positions["coaches.absence"] for job in jobs}) == 3
        np.testing.assert_array_equal(values[:1], study.figures([jobs], DELAY))
        pairs = study.figures([[study.job(points[0], i) for i in range(2)]], DELAY)
        assert study.made == 7 and pairs[0, 0] == values[0, 0] != pairs[0, 1]


@pytest.mark.parametrize("command", ["explain", "seek", "sites"])
def test_experiments_on_independent_values_run_with_it(command, tmp_path):
    if command == "explain":
        found = sim.explain(unsure(), unsure({"jobcentres.Hill.coaches": 3.5}), [str(DELAY)], replications=4, workers=1, uncertain=True)
        assert found.rows(found.figures[0])["replications"].tolist() == [4, 4]
    elif command == "seek":
        promise = "review_delay <= 100"
        sought = sim.seek(unsure(), "jobcentres.Hill.coaches", 2, 4, promise, share=0.5, most=8, workers=1, uncertain=True)
        assert sought.answer == "2" and "uncertain" in sought.info
    else:
        shop = {"temporary": {"opens": "2021-02-08"}, "takes_from": {"Hill": 0.5}, "coaches_from": {"Hill": 1}, "desks": 1}
        picked = sim.sites(unsure({"jobcentres.Shop": shop | {"standing_caseload": True}}), 1, workers=1, most=2, uncertain=True)
        assert picked.chosen.best == ("Shop",)


# Errors and words


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "town.yaml"
    path.write_text(dump(unsure()), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [["run", "{}"], ["compare", "{}", "{}"], ["sweep", "{}", "--vary", "jobcentres.Hill.coaches=2,3"]])
def test_an_odd_number_is_refused_before_anything_is_written(file, words):
    words = [word.format(file) for word in words]
    answer = CliRunner().invoke(app, [*words, "--uncertain", "--replications", "5", "--out", str(file.parent / "out")])
    assert answer.exit_code == 2 and "expected an even number of replications, not 5" in answer.output
    assert "Traceback" not in answer.output and not (file.parent / "out").exists()


def test_an_odd_number_in_the_scenario_is_refused_too():
    with pytest.raises(QuestionError, match="even number"):
        sim.run(unsure({"replications": 3}), workers=1, uncertain=True)


def test_the_screen_keeps_the_range_apart_from_the_interval(file, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    wide = CliRunner().invoke(app, ["run", str(file), "--uncertain", "--replications", "4", "--workers", "1", "--quiet"]).stdout
    assert "4 replications of 2 draws of the assumptions" in wide
    assert re.search("95% interval +95% of draws", wide) and "What the assumptions leave open" in wide
    monkeypatch.setenv("COLUMNS", "80")
    narrow = CliRunner().invoke(app, ["run", str(file), "--uncertain", "--replications", "4", "--workers", "1", "--quiet"]).stdout
    assert re.search("±95% +95% of draws", narrow) and max(map(len, narrow.splitlines())) <= 80
    certain = CliRunner().invoke(app, ["run", str(file), "--replications", "2", "--workers", "1", "--quiet"]).stdout
    assert "draws" not in certain


def test_differences_say_what_the_draws_say(compared):
    (line,) = [row for row in sim.show.words.compared(compared.table)["one more"] if row.label == "wait for the meeting held"]
    assert "; 95% of draws " in line.difference
    assert "95% of draws" in compared._repr_html_() or "of the draws" in compared._repr_html_()


def test_every_measure_has_its_range(kept):
    of_dates = (kept.summary["unit"] == "date") | (kept.summary["measure"] == "backlog_cleared")
    rows = kept.summary[~of_dates & kept.summary["estimate"].notna()]
    assert (rows["range_low"] <= rows["estimate"] + 1e-9).all() and (rows["range_high"] >= rows["estimate"] - 1e-9).all()
    assert list(kept.summary.columns)[-6:] == ["replications", *OVER_DRAWS, "unit"]
