"""Which assumptions matter: through the whole command, with the simulation itself and with functions of which the answer is known."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as salib_sobol
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment import study
from sim.experiment.asked import Figure, QuestionError
from sim.experiment.designs import saltelli
from sim.experiment.sensitivity import DRAWS_EACH, FEWEST_DRAWS, METHODS, cost, sensitivity
from sim.experiment.store import parquet
from sim.luck import Luck
from sim.scenario import ScenarioError, dump
from sim.scenario.uncertainty import draw, factors
from sim.show import of_sensitivity
from tests.scenarios import tiny
from tests.unit.test_indices import ishigami, ishigami_indices

WAIT, DELAY = "first_meeting_wait.mean", "review_delay.mean"
ABSENCE, REVIEW, MISSED, AGES = "coaches.absence", "appointments.review.minutes", "appointments.review.missed", "claimants.age_groups"
ENTRY = "job_entry.market"


def between(value, low, high):
    return {"value": value, "low": low, "high": high}


def town(changes=None):
    """Coaches are short, nobody enters work but for the market, and four numbers are not sure; job entry is at none of them."""
    unsure = {ABSENCE: between(0.1, 0.0, 0.3), REVIEW: between(10, 8, 14), "jobcentres.Hill.coaches": 2.3}
    return tiny({"name": "Town", "period.to": "2021-03-07", **unsure, **(changes or {})})


def three():
    """Three assumptions and no more."""
    return town({MISSED: between(0.1, 0.0, 0.2)})


@pytest.fixture
def simulated(monkeypatch):
    """Put a function of the positions and the replication in the place of the simulation."""

    def put(function):
        def replicate(job):
            row = {"measure": "first_meeting_wait", "statistic": "mean", "jobcentre": "all", "area": "all", "age_group": "all"}
            row |= {"programme": "all", "unit": "working days", "value": function(job.positions, job.replication)}
            return {"measures": parquet(pd.DataFrame([{"replication": job.replication} | row]))}

        monkeypatch.setattr(study, "replicate", replicate)

    return put


@pytest.fixture
def played(monkeypatch):
    """Put a function of the positions and the replication in the place of finished replications: the same without any files."""

    def put(function):
        def figures(self, jobs, figure):
            return np.array([[function(job.positions, job.replication) for job in row] for row in jobs], dtype=float)

        monkeypatch.setattr(study.Study, "figures", figures)
        monkeypatch.setattr(study.Study, "make", lambda self, jobs: None)

    return put


def look(scenario, *methods, **options):
    return sim.sensitivity(scenario, options.pop("measures", ()), **{"methods": methods, "workers": 1, "replications": 2, **options})


def undrawn(scenario, *methods, measure=DELAY, **options):
    """The same without the figures, which take time to draw."""
    figures = [Figure.parse(measure, scenario)]
    return sensitivity(scenario, figures=figures, **{"methods": methods, "workers": 1, "replications": 2, **options})


def luck(replication):
    return float(np.random.default_rng(replication).normal())


# Functions of which the answer is known


def test_it_agrees_with_salib_on_the_ishigami_function(simulated):
    sizes = {factor.name: factor.size for factor in factors(three())}
    assert list(sizes.values()) == [1, 1, 1]
    simulated(lambda positions, replication: float(ishigami(np.array([[positions[name][0] for name in sizes]]))[0]))
    found = look(three(), "sobol", rows=16, seed=3).tables["sobol"].set_index("factor").loc[list(sizes)]
    rows = ishigami(saltelli(sizes, 16, 3).points).reshape(16, 5)
    problem = {"num_vars": 3, "names": list(sizes), "bounds": [[0, 1]] * 3}
    in_its_order = rows[:, [0, 2, 3, 4, 1]].ravel()  # SALib 1.6.0 wants A, then the mixed ones, then B
    salibs = salib_sobol.analyze(problem, in_its_order, calc_second_order=False, seed=1)
    # SALib centres by the mean of all points, we by that of A and B: see tests/unit/test_indices.py for the difference that makes.
    moved = (rows[:, :2].mean() - rows.mean()) * (rows[:, 2:] - rows[:, :1]).mean(axis=0) / rows[:, :2].var()
    np.testing.assert_allclose(found["first"] + moved, salibs["S1"], rtol=1e-9)
    np.testing.assert_allclose(found["total"], salibs["ST"], rtol=1e-9)
    assert (found["rows"] == 16).all() and (found["luck"] == 0).all()


def test_it_finds_the_indices_of_the_ishigami_function(played):
    sizes = {factor.name: factor.size for factor in factors(three())}
    played(lambda positions, replication: float(ishigami(np.array([[positions[name][0] for name in sizes]]))[0]))
    found = look(three(), "sobol", rows=1024, seed=3).tables["sobol"].set_index("factor").loc[list(sizes)]
    np.testing.assert_allclose(found[["first", "total"]].to_numpy().T, ishigami_indices(), atol=0.03)


def test_the_tornado_of_a_straight_line_is_that_line_whatever_luck_is(played):
    played(lambda positions, replication: 10 + 4 * positions[ABSENCE][0] - 2 * positions[REVIEW][0] + luck(replication))
    found = look(three(), "tornado", replications=3)
    table = found.tables["tornado"].set_index("factor")
    assert list(table.index) == [ABSENCE, REVIEW, MISSED]
    np.testing.assert_allclose(table[["at_low", "at_low_from", "at_low_to"]].to_numpy(), np.outer([-2, 1, 0], [1, 1, 1]), atol=1e-9)
    np.testing.assert_allclose(table[["at_high", "at_high_from", "at_high_to"]].to_numpy(), np.outer([2, -1, 0], [1, 1, 1]), atol=1e-9)
    assert table["told"].tolist() == [True, True, False]
    assert table["base"].tolist() == pytest.approx([11 + np.mean([luck(i) for i in range(3)])] * 3)


def test_what_the_assumptions_leave_open_and_how_much_of_it_is_luck(played):
    played(lambda positions, replication: 10 + 4 * positions[ABSENCE][0] + luck(replication))
    found = look(three(), "latin", draws=400)
    one = found.components[WAIT]
    # The variance of 4 times a uniform number is 16 / 12, that of luck 1; a draw is the mean of two. Intervals at 95%, so one in twenty
    # fails of itself: the seed is fixed. An end of the range moves by about 0.25 from sample to sample.
    assert one.draws == 400 and one.replications == 2
    assert one.luck_in_means_interval[0] < 0.5 / (0.5 + 16 / 12) < one.luck_in_means_interval[1]
    assert one.interval[0] < 12 < one.interval[1] and one.monte_carlo[0] > one.interval[0]
    sample = 10 + 4 * np.random.default_rng(5).random(10**6) + np.random.default_rng(6).normal(0, 0.5**0.5, 10**6)
    assert one.range == pytest.approx(tuple(np.quantile(sample, [0.025, 0.975])), abs=0.5)
    table = found.tables["latin"].set_index("factor")
    assert table.index[0] == ABSENCE and table.loc[ABSENCE, "low"] > 0.7
    assert list(found.draws.columns) == ["draw", WAIT, *(factor.name for factor in factors(three()))]


def test_morris_tells_what_works_only_together_with_something_else(played):
    played(lambda positions, replication: 3 * positions[ABSENCE][0] + 8 * (positions[REVIEW][0] - 0.5) * (positions[MISSED][0] - 0.5))
    table = look(three(), "morris", paths=400).tables["morris"].set_index("factor")
    assert table.loc[ABSENCE, ["mu_star", "mu", "sigma"]].tolist() == pytest.approx([3, 3, 0], abs=1e-9)
    # An effect is 8 times how far the other stands from its middle: +-1/2 or +-1/6, so 0 on average, 8/3 in size, with a standard
    # deviation of 2.98. Of 400 the standard error of the mean is 0.15; one in a thousand misses by more than three of them.
    assert table.loc[REVIEW, ["mu", "sigma"]].tolist() == pytest.approx([0, 2.98], abs=0.45)
    assert table.loc[REVIEW, "mu_star"] == pytest.approx(8 / 3, abs=0.2)
    assert (table["trajectories"] == 400).all()


def test_a_set_of_shares_is_moved_number_by_number_in_a_tornado_and_as_one_elsewhere(played):
    shares = {"16-24": between(0.2, 0.1, 0.3), "25-49": between(0.5, 0.4, 0.6), "50+": between(0.3, 0.2, 0.4)}
    played(lambda positions, replication: 5 + positions[AGES][2] + luck(replication))
    found = look(town({AGES: shares}), "tornado", "latin", "morris", "sobol", draws=8, paths=2, rows=2)
    rows = found.tables["tornado"][found.tables["tornado"]["factor"] == AGES].set_index("member")
    assert rows.index[0] == "50+" and rows.loc["50+", "swing"] == pytest.approx(1) and set(rows["swing"].round(9)) == {0, 1}
    latin = found.tables["latin"].set_index("factor")
    assert np.isnan(latin.loc[AGES, "correlation"]) and "left out" in latin.loc[AGES, "kind"]
    assert f"{AGES} 50+" in found.draws and found.tables["sobol"]["factor"].tolist().count(AGES) == 1
    assert f"{AGES} 50+" in found.page.blocks[0].rows[0][0]
    two = look(town({AGES: shares}), "tornado", measures=[WAIT, "claims"])
    assert list(of_sensitivity.figures(two)) == ["tornado", "tornado_1"] and len(two.page.says) == 2
    assert np.isnan(found.tables["morris"].set_index("factor").loc[AGES, "mu"])


def test_a_figure_without_a_value_somewhere_is_told_over_the_rest(played):
    played(lambda positions, replication: np.nan if positions[ABSENCE][0] > 0.9 else positions[REVIEW][0])
    found = look(three(), "tornado", "latin", draws=40)
    table = found.tables["tornado"].set_index("factor")
    assert np.isnan(table.loc[ABSENCE, "at_high"]) and table.loc[REVIEW, "at_high"] == pytest.approx(0.5)
    assert found.components[WAIT].draws == 36
    assert "95% of 36 draws" in " ".join(found.page.says)
    played(lambda positions, replication: np.nan)
    with pytest.raises(QuestionError, match=r"first_meeting_wait\.mean: the figure has a value throughout in 0 of 40 draws"):
        look(three(), "latin", draws=40)


def test_screening_shares_no_luck_with_draws(played, monkeypatch):
    """Luck is kept apart by its count, whatever the members of a set are called: what screening tells is evidence of its own."""
    used, whose = {"draws": set(), "morris": set()}, "draws"

    def one(self, subject, purpose, count=0):
        used[whose].add((subject.name, subject.date, purpose, count))
        return real_one(self, subject, purpose, count)

    def many(self, names, numbers, dates, purpose, counts=0):
        used[whose].update((name, date, purpose, counts) for name, date in zip(names, dates, strict=True))
        return real_many(self, names, numbers, dates, purpose, counts)

    real_one, real_many = Luck.uniform, Luck.uniforms
    monkeypatch.setattr(Luck, "uniform", one)
    monkeypatch.setattr(Luck, "uniforms", many)
    played(lambda positions, replication: 1.0)
    draw(three(), 1, 0)
    undrawn(three(), "latin", draws=4)
    whose = "morris"
    undrawn(three(), "morris", paths=4)
    assert len(used["draws"]) > 20 and len(used["morris"]) == 3 * 4 * 3 and not used["draws"] & used["morris"]


# A date, which some replications never reach


CLEARED = "backlog_cleared.date"


def cleared(positions, replication):
    """Later with more absence; never with the longest reviews, and of draws not with reviews that are long."""
    late = positions.get(REVIEW, [0.0])[0] > 0.95
    return np.nan if late else 18700 + 40 * positions[ABSENCE][0] + (replication % 2)


def test_an_end_at_which_a_figure_has_no_value_comes_first_and_is_named(played):
    played(cleared)
    found = look(three(), "tornado", "latin", measures=[CLEARED], draws=40)
    rows = found.rows("tornado", found.figures[0])
    assert rows["factor"].tolist() == [REVIEW, ABSENCE, MISSED]
    assert rows["at_low"].iloc[0] == 0 and np.isnan(rows["at_high"].iloc[0])  # one end does not take the other with it
    page = found.page
    says = " ".join(page.says)
    assert f"It hangs on: {REVIEW} (8 to 14): no value at its high; {ABSENCE}" in says and "20 days at its high" in says
    assert "Of 1 no effect can be told" in says and "In 2 of 40 draws it is not reached in every replication; these are left out" in says
    block = page.blocks[0]
    assert block.rows[0] == (REVIEW, ("8 to 14", "0", "no value")) and block.head[1:] == ("At its low, days", "At its high, days")
    assert block.rows[-1][0] == "1 other without effect" and "no value: in none of the replications" in " ".join(page.notes)
    chart = found.plot("tornado")
    assert "no value at its high" in [text.get_text() for text in chart.axes[0].texts] and "at its high no value" in chart.alt
    assert "In 2 of 40 draws" in found.plot("latin").get_supxlabel().replace("\n", " ") and "In 2 of 40 draws" in found.plot("latin").alt


def test_replications_without_a_value_are_counted_and_no_base_is_said(played):
    played(lambda positions, replication: np.nan if replication and positions[REVIEW][0] > 0.9 else 18700 + 40 * positions[ABSENCE][0])
    notes = " ".join(look(three(), "tornado", measures=[CLEARED], replications=3).page.notes)
    assert "Differences of 1 assumption are of those that have one at both ends and as written, 1 of 3 at the fewest" in notes
    played(lambda positions, replication: np.nan)
    page = look(three(), "tornado", measures=[CLEARED]).page
    assert "no value in any replication with all assumptions as written" in page.says[0] and not page.blocks
    played(lambda positions, replication: np.nan if (replication, positions[REVIEW][0]) in ((0, 1.0), (1, 0.0)) else 18700.0)
    table = look(three(), "tornado", measures=[CLEARED]).tables["tornado"].set_index("factor")
    assert table.loc[REVIEW, ["at_low", "at_high", "swing", "replications"]].tolist() == [0, 0, 0, 1]


def test_dates_are_dates_in_files_and_on_axes_and_differences_days(played, tmp_path):
    played(cleared)
    found = look(three(), "tornado", "latin", "morris", measures=[CLEARED], draws=12, paths=4, out=tmp_path / "out")
    assert set(pd.read_csv(tmp_path / "out" / "tornado.csv")["base"]) == {"2021-04-03"}
    drawn, one = (pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("draws", "uncertainty"))
    assert pd.to_datetime(drawn[CLEARED].dropna(), format="%Y-%m-%d").between("2021-03-14", "2021-04-25").all()
    for name in ("mean", "monte_carlo_low", "interval_high", "range_low", "range_high"):
        assert one[name].str.fullmatch(r"2021-0\d-\d\d").all()
    assert one["luck"].iloc[0] == pytest.approx(0.5) and np.isfinite(found.draws[CLEARED].dropna()).all()
    (morris,) = [block for block in found.page.blocks if block.heading.startswith("Morris")]
    assert morris.heading == "Morris: Cleared on, days" and not any("1970" in cell for _, cells in morris.rows for cell in cells)
    chart = found.plot("latin")
    chart.draw_without_rendering()
    ticks = [label.get_text() for label in chart.axes[1].get_xticklabels()]
    assert ticks and all(text.endswith("2021") for text in ticks)


def test_trajectories_and_rows_without_a_value_are_counted(played):
    played(lambda positions, replication: np.nan if positions[REVIEW][0] > 0.9 else positions[ABSENCE][0])
    found = look(three(), "morris", "sobol", paths=10, rows=16)
    notes = " ".join(found.page.notes)
    for unit, method, column, made in (("paths", "morris", "trajectories", 10), ("rows", "sobol", "rows", 16)):
        kept = found.tables[method][column].iloc[0]
        assert 0 < kept < made and f"{made - kept} of {made} {unit} are left out" in notes


def test_what_has_no_correlation_is_said_and_why(played):
    shares = {"16-24": between(0.2, 0.1, 0.3), "25-49": between(0.5, 0.4, 0.6), "50+": between(0.3, 0.2, 0.4)}
    played(lambda positions, replication: positions[ABSENCE][0])
    (*_, block) = look(town({AGES: shares}), "latin", draws=20).page.blocks
    assert "1 set of shares: no order, so left out" in [label for label, _ in block.rows]
    played(lambda positions, replication: 1.0)
    (*_, block) = look(three(), "latin", draws=20).page.blocks
    assert [label for label, _ in block.rows] == ["3 without: the figure is the same in all draws"]


def test_indices_are_said_with_their_intervals_and_one_assumption_is_one(played):
    played(lambda positions, replication: positions[ABSENCE][0] + luck(replication))
    found = look(three(), "sobol", rows=16, only=[ABSENCE])
    row = found.tables["sobol"].iloc[0]
    assert found.page.title.endswith(": 1 assumption within its interval")
    assert re.search(r"coaches\.absence \d+%, 95% interval \d+ to \d+% \(by itself \d+%, 95% interval -?\d+ to \d+%\)", found.page.says[0])
    assert f"{100 * row['total_from']:.0f} to {100 * row['total_to']:.0f}%" in found.page.says[0]


# The simulation itself


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A town in which one assumption cannot matter to delays; every method, in its folder."""
    out = tmp_path_factory.mktemp("sensitivity") / "town"
    entry = {ENTRY: between(1, 0.8, 1.2), "job_entry.monthly_rate_by_week": {0: 0}}
    return look(town(entry), *METHODS, measures=[DELAY], draws=6, paths=2, rows=2, out=out)


def test_the_delay_hangs_on_the_coaches_time_and_not_on_what_comes_after_it(kept):
    rows = kept.rows("tornado", kept.figures[0]).set_index("factor")
    assert rows.loc[ABSENCE, "at_high"] > 0 > rows.loc[ABSENCE, "at_low"]
    assert rows.loc[REVIEW, "at_high"] > 0 > rows.loc[REVIEW, "at_low"]
    assert rows.loc[ENTRY, ["at_low", "at_high", "swing"]].tolist() == [0, 0, 0]
    sobol = kept.rows("sobol", kept.figures[0]).set_index("factor")
    assert sobol.loc[ENTRY, "total"] == 0
    assert kept.rows("morris", kept.figures[0]).set_index("factor").loc[ENTRY, "mu_star"] == 0


def test_nothing_that_comes_before_changes(kept, tmp_path):
    copied = shutil.copytree(kept.folder, tmp_path / "town")
    scenario = sim.load(kept.folder / "scenario.yaml")
    found = undrawn(scenario, *METHODS, measure="claims", draws=6, paths=2, rows=2, out=copied)
    assert found.info["found_finished"] == 62
    for method, size in (("tornado", "swing"), ("morris", "mu_star")):
        assert (found.rows(method, found.figures[0])[size] == 0).all()
    (said,) = {text for text in of_sensitivity.page(found).says if "as written" in text}
    assert said.endswith("people with all assumptions as written. No assumption by itself can be told to move it.")


def test_the_base_is_an_ordinary_run(kept):
    plain = sim.run(kept.folder / "scenario.yaml", 2, workers=1)
    everyone = plain.summary[(plain.summary["measure"] == "review_delay") & (plain.summary["statistic"] == "mean")].iloc[0]
    assert kept.rows("tornado", kept.figures[0])["base"].iloc[0] == pytest.approx(everyone["estimate"])


def test_an_end_of_a_bar_is_a_run_with_the_value_there(kept):
    high = sim.run(town({ENTRY: 1, ABSENCE: 0.3, "job_entry.monthly_rate_by_week": {0: 0}}), 2, workers=1)
    wait = high.summary[(high.summary["measure"] == "review_delay") & (high.summary["statistic"] == "mean")].iloc[0]["estimate"]
    row = kept.rows("tornado", kept.figures[0]).set_index("factor").loc[ABSENCE]
    assert row["base"] + row["at_high"] == pytest.approx(wait)


def test_the_folder_has_every_table_and_figure(kept):
    files = {path.name for path in kept.folder.iterdir()}
    assert files == {"scenario.yaml", "factors.csv", "study.json", "parts", "figures", "draws.csv", "uncertainty.csv"} | {
        f"{method}.csv" for method in METHODS
    }
    drawn = {path.stem for path in (kept.folder / "figures").glob("*.png")}
    assert drawn == {*METHODS}
    alt = (kept.folder / "figures" / "README.md").read_text()
    assert f"{ABSENCE} (0 to 0.3), at its low -" in alt and "tornado.csv" in alt
    listed = pd.read_csv(kept.folder / "factors.csv").set_index("factor")
    assert listed.loc[ABSENCE, ["low", "as_written", "high"]].astype(float).tolist() == [0, 0.1, 0.3]
    drawn = pd.read_csv(kept.folder / "draws.csv")
    assert drawn[ABSENCE].between(0, 1).all() and sorted((drawn[ABSENCE] * 6).astype(int)) == list(range(6))


def test_a_folder_that_was_used_is_taken_up_and_another_scenario_is_not_mistaken_for_it(kept, tmp_path):
    before = {path.name: path.read_bytes() for path in kept.folder.glob("*.csv")}
    again = undrawn(sim.load(kept.folder / "scenario.yaml"), *METHODS, draws=6, paths=2, rows=2, out=kept.folder)
    number = sum(its["points"] * its["replications_of_each"] for its in again.info["methods"].values())
    assert again.info["found_finished"] == number
    assert {path.name: path.read_bytes() for path in kept.folder.glob("*.csv")} == before
    wider, changed = (undrawn(town({ABSENCE: between(0.1, 0.0, high)}), "tornado", out=tmp_path / "other") for high in (0.3, 0.35))
    assert wider.info["found_finished"] == changed.info["found_finished"] == 0
    ends = [its.rows("tornado", its.figures[0]).set_index("factor").loc[ABSENCE, "at_high"] for its in (wider, changed)]
    assert ends[1] > ends[0]


def test_one_worker_and_two_say_the_same(tmp_path):
    for workers in (1, 2):
        undrawn(town(), "tornado", "latin", draws=2, workers=workers, out=tmp_path / str(workers))
    for name in ("tornado.csv", "latin.csv", "draws.csv", "uncertainty.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


# What it takes


def test_how_many_replications_it_takes_is_known_before(simulated):
    simulated(lambda positions, replication: sum(its[0] for its in positions.values()))
    ways = {"methods": ["tornado", "latin", "sobol"], "replications": 3, "draws": 7, "rows": 2}
    takes = cost(three(), **ways)
    assert takes == {"tornado": 7 * 3, "latin": 7 * 2, "sobol": 2 * 5 * 3}
    assert cost(three(), methods=["morris"], paths=4, replications=3) == {"morris": 4 * 4 * 3}
    seen = []
    look(three(), **ways, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (sum(takes.values()),) * 2
    assert {total for done, total in seen if done > 1} == {sum(takes.values())}


def test_draws_unless_told_otherwise_are_enough_for_a_range_and_for_the_number_of_assumptions():
    assert cost(three(), methods=["latin"]) == {"latin": 2 * FEWEST_DRAWS}
    many = sim.load("scenarios/west_midlands_programmes.yaml")
    assert cost(many, methods=["latin"]) == {"latin": 2 * max(FEWEST_DRAWS, DRAWS_EACH * len(factors(many)))}
    assert DRAWS_EACH * len(factors(many)) > FEWEST_DRAWS


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "town.yaml"
    path.write_text(dump(three()), encoding="utf-8")
    return path


def ask(file, *words):
    return CliRunner().invoke(app, ["sensitivity", str(file), "--workers", "1", *words])


def test_what_a_planner_reads(file, played, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    played(lambda positions, replication: 4 + 4 * positions[ABSENCE][0] - positions[REVIEW][0] + luck(replication) / 10)
    answer = ask(file, "--replications", "3", "--out", str(file.parent / "out"))
    assert answer.exit_code == 0
    assert answer.stderr.startswith("221 replications: tornado 21, latin 200\n")
    assert max(map(len, answer.stdout.splitlines()[:-3])) <= 80
    text = " ".join(answer.stdout.split())
    bars = r"It hangs on: coaches\.absence \(0 to 0\.3\): -2(\.00)? at its low, \+2(\.00)? at its high; appointments\.review\.minutes"
    assert re.search(bars, text)
    assert "Of 1 no effect can be told" in text and "together the assumptions leave 3." in text
    assert "of 20 where there is no influence, one is expected to look as if there were some" in text
    assert "1 other without effect" in text
    assert not ask(file, "--replications", "3", "--quiet", "--out", str(file.parent / "out")).stderr


def test_only_some_of_the_assumptions(file, played):
    seen = set()
    played(lambda positions, replication: seen.add(frozenset(positions)) or 1.0)
    answer = ask(file, "--only", ABSENCE, "--only", REVIEW, "--method", "morris", "--paths", "2", "--replications", "2")
    assert answer.exit_code == 0 and seen == {frozenset({ABSENCE, REVIEW})}
    assert "morris 12" in answer.stderr and "no assumption moves it by more than luck does" in answer.stdout


def test_a_label_serves_as_a_name(played):
    scenario = town({"areas.North.claims_per_week": between(10, 8, 12)})
    played(lambda positions, replication: 1.0)
    for name in ("areas.*.claims_per_week", "areas.North.claims_per_week"):
        assert look(scenario, "tornado", only=[name]).factors["factor"].tolist() == ["areas.*.claims_per_week"]


def test_what_a_planner_decides_varies_on_request_only(played):
    scenario = town({"coaches.leavers_per_year": between(0.1, 0, 0.2) | {"confidence": "policy"}})
    played(lambda positions, replication: 1.0)
    assert "coaches.leavers_per_year" not in look(scenario, "tornado").factors["factor"].tolist()
    assert "coaches.leavers_per_year" in look(scenario, "tornado", policy=True).factors["factor"].tolist()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "tornados"], "expected methods of tornado, latin, morris, sobol, not 'tornados'"),
        (["--only", "coaches.absense"], "'coaches.absense' is no assumption with an interval; did you mean 'coaches.absence'?"),
        (["--measure", "first_meeting_wat"], "unknown measure 'first_meeting_wat'; did you mean 'first_meeting_wait'?"),
        (["--measure", "programme_starts"], "programme_starts needs programmes"),
        (["--method", "sobol", "--rows", "60"], "expected a power of two as the number of rows, such as 64, not 60"),
        (["--replications", "1"], "expected a whole number, 2 or more, not 1"),
        (["--draws", "many"], "expected a whole number, 2 or more, not 'many'"),
    ],
)
def test_wrong_questions_are_answered_in_words(file, words, said):
    answer = ask(file, *words, "--out", str(file.parent / "out"))
    assert answer.exit_code == 2 and said in " ".join(answer.output.replace("│", " ").split())
    assert "Traceback" not in answer.output and not (file.parent / "out" / "study.json").exists()
    assert not list((file.parent / "out").glob("*.csv"))


def test_a_scenario_without_assumptions_has_nothing_to_vary():
    with pytest.raises(QuestionError, match="no assumption with an interval: give numbers a low and a high"):
        look(tiny(), "tornado")


def test_too_many_for_sobol_indices_says_what_to_do():
    rows = {name: between(1, 0.9, 1.1) for name in ("16-24", "25-49", "50+")}
    weekly = {f"job_entry.{name}": between(1, 0.9, 1.1) for name in ("market", "weekly_instead_of_fortnightly", "no_contact", "phone_only")}
    more = {"job_entry.by_age_group": rows, **weekly, "coaches.leavers_per_year": between(0.1, 0, 0.2), MISSED: between(0.1, 0, 0.2)}
    more |= {"appointments.first_meeting.missed": between(0.1, 0, 0.2), "appointments.first_meeting.minutes": between(30, 20, 40)}
    more |= {"other_leaving.monthly_rate": between(0.1, 0, 0.2), "service.opening_minutes": between(480, 400, 500)}
    more |= {"areas.North.claims_per_week": between(10, 8, 12), "areas.North.claimants": between(60, 50, 70)}
    more |= {"claimants.can_be_served_remotely": between(0.5, 0.4, 0.6), "service.desks_usable": between(0.9, 0.8, 1)}
    scenario = town(more)
    assert len(factors(scenario)) > 12
    with pytest.raises(QuestionError, match="choose at most 12 of them, such as the first of a tornado, or screen with the method morris"):
        look(scenario, "sobol")
    assert cost(scenario, methods=["sobol"], only=[factor.name for factor in factors(scenario)[:12]]) == {"sobol": 64 * 14 * 4}


def test_a_broken_scenario_is_refused(tmp_path):
    path = tmp_path / "town.yaml"
    path.write_text(dump(three()).replace("absence", "absense"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="absense"):
        look(path, "tornado")


def test_a_notebook_shows_the_answer_with_its_first_figure(kept):
    shown = kept._repr_html_()
    assert "Delay after the due day" in shown and "Tornado" in shown and shown.count("<svg") == 1 and "Bar chart" in shown
    assert json.loads((kept.folder / "study.json").read_text())["experiment"] == "sensitivity"
