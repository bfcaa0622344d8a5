"""Which sites to open: the question, the answer and the errors, on a town in which it is known what each site does."""

import json
import shutil
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment import sites as wrapper
from sim.experiment.asked import QuestionError
from sim.experiment.sites import ALL, NONE, SET
from sim.scenario import ScenarioError, dump
from sim.show.answers import Sites
from tests.scenarios import rich, tiny

WAIT = "first_meeting_wait.mean"


def site(home, **more):
    """A temporary jobcentre that half of another's people and one of its two coaches go to."""
    opened = {"temporary": {"opens": "2021-02-15"}, "standing_caseload": True, "desks": 1}
    return {**opened, "takes_from": {home: 0.5}, "coaches_from": {home: 1}, **more}


def town(candidates=("Hill", "Dale", "Moor"), changes=None, **more):
    """Three jobcentres of two coaches each; desks bind at Hill and nowhere else. A candidate site beside each of those named."""
    home = {"area": "North", "share": 0.3, "coaches": 2, "desks": 5}
    jobcentres = {"Hill": {**home, "share": 0.4, "desks": 0.15}, "Dale": home, "Moor": home}
    jobcentres |= {f"{name} Street": site(name) for name in candidates} | more
    people = {"areas.North.claimants": 90, "areas.North.claims_per_week": 15}
    return tiny({"name": "Town", "period.to": "2021-03-21", **people, "jobcentres": jobcentres, **(changes or {})})


def run(scenario, number, measure=WAIT, **options):
    return sim.sites(scenario, number, measure, **{"workers": 1, "most": 4, **options})


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One of three."""
    return run(town(), 1, out=tmp_path_factory.mktemp("sites") / "town")


@pytest.fixture
def folder(one, tmp_path):
    """A folder with what that question needed, which others about the town need too."""
    return shutil.copytree(one.folder, tmp_path / "kept")


def rows(found, kind=SET):
    return found.table[found.table["kind"] == kind].set_index("sites")


def says(found):
    return " ".join(found.page.says)


# What is chosen


def test_the_site_that_relieves_desks_that_bind_is_chosen(one):
    assert one.best == ("Hill Street",) and not one.rivals and one.chosen.finished and one.indifference == 0.1
    assert dict(zip(one.standing["site"], one.standing["standing"], strict=True)) == {
        "Dale Street": "in none",
        "Hill Street": "in all",
        "Moor Street": "in none",
    }
    assert set(rows(one)["verdict"]) == {"best", "higher"} and (rows(one)["difference"].dropna() > 1).all()
    assert says(one).startswith(
        "Best of 3 sets: Hill Street, by wait for the meeting held, mean (lower is better). It is told apart from all"
    )


def test_the_best_is_compared_with_none_and_with_all(one):
    (none,), (every,) = (rows(one, kind).to_dict("records") for kind in (NONE, ALL))
    assert none["verdict"] == "higher" and none["low"] > 1 and none["against"] == "Hill Street"
    assert abs(every["difference"]) < 0.3 < none["low"]
    assert list(rows(one, ALL).index) == ["Dale Street + Hill Street + Moor Street"]
    assert "Opening none is worse: 2." in says(one) and "Opening all 3" in says(one)


def test_estimates_and_differences_are_those_of_plain_runs():
    """Each set run by itself, with its own random numbers, is what the sets were compared by."""
    scenario, names, plain = town(("Hill", "Dale")), ("Hill Street", "Dale Street"), {}
    found = run(scenario, 1, most=3)
    for kept in [(), *((name,) for name in names)]:
        table = sim.run(scenario.change({f"jobcentres.{name}": None for name in names if name not in kept}), 3, workers=1).replications
        of_all = (table[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)
        plain[kept] = table[of_all & (table["measure"] == "first_meeting_wait") & (table["statistic"] == "mean")]["value"].to_numpy()
    assert min(plain, key=lambda kept: plain[kept].mean()) == found.best
    for kept, values in plain.items():
        row = (rows(found, SET).loc[kept[0]] if kept else rows(found, NONE).loc[""]).to_dict()
        assert row["estimate"] == pytest.approx(values.mean()) and row["replications"] == len(values) == 3
        if kept != found.best:
            assert row["difference"] == pytest.approx((values - plain[found.best]).mean())
    gap = plain[()] - plain[found.best]
    half = stats.t.isf(0.05 / (2 * 4 * 2), 2) * gap.std(ddof=1) / 3**0.5  # two tails, either of two sets from none and from all, first look
    assert rows(found, NONE).loc["", ["low", "high"]].tolist() == pytest.approx([gap.mean() - half, gap.mean() + half])


@pytest.mark.parametrize(("share", "verdict", "most"), [(0.5, "the same", 2), (0.48, "no difference can be told", 4)])
def test_sites_that_do_as_much_cannot_be_told_apart_and_are_listed(share, verdict, most):
    found = run(town(("Hill", "Dale"), **{"Hill Lane": site("Hill", takes_from={"Hill": share})}), 1, indifference=0.5, most=most)
    assert {found.best, *found.rivals} == {("Hill Lane",), ("Hill Street",)}
    assert found.standing.set_index("site")["standing"].to_dict() == {
        "Dale Street": "in none",
        "Hill Lane": "in some",
        "Hill Street": "in some",
    }
    (rival,) = (row for row in found.table.to_dict("records") if row["sites"] == found.rivals[0][0])
    assert rival["verdict"] == verdict and rival["low"] <= 0 <= rival["high"] and (rival["low"] < rival["high"]) == (share < 0.5)
    assert f"It cannot be told apart from: {rival['sites']}." in says(found)


def test_a_set_of_two_has_the_best_and_any_of_the_others(folder):
    found = run(town(), 2, out=folder)
    assert {frozenset(each) for each in (found.best, *found.rivals)} == {
        frozenset({"Hill Street", "Dale Street"}),
        frozenset({"Hill Street", "Moor Street"}),
    }
    assert found.standing.set_index("site")["sets"].to_dict() == {"Dale Street": 1, "Hill Street": 2, "Moor Street": 1}
    (_, standing) = found.page.blocks
    assert ("Hill Street", ("in all (2 of 2)",)) in standing.rows and ("Moor Street", ("in some (1 of 2)",)) in standing.rows


def test_a_site_that_only_spreads_coaches_is_worse_than_none():
    found = run(town(("Dale",), {"areas.North.claims_per_week": 30}), 1, "reviews_overdue", most=8)
    (none,) = rows(found, NONE).to_dict("records")
    assert none["verdict"] == "lower" and ALL not in set(found.table["kind"])
    assert says(found).startswith("There is one set only, Dale Street") and "But opening none is better" in says(found)


def test_what_comes_before_the_sites_is_the_same_in_every_set(folder):
    """Claims do not depend on where people are seen: by them there is nothing to choose, and it is said."""
    found = run(town(), 1, "claims", better="higher", out=folder)
    assert set(found.table["verdict"]) == {"best", "the same"} and len(found.rivals) == 2
    assert found.info["found_finished"] == 20
    assert says(found).startswith("All 3 sets give the same by claims")
    assert "Opening none gives the same, so that by this figure none is needed." in says(found)
    assert any("may not have been seen" in note for note in found.page.notes)


def test_the_other_way_round_the_other_end_is_best(folder):
    found = run(town(), 1, better="higher", out=folder)
    assert "Hill Street" not in found.best and rows(found).loc["Hill Street", "verdict"] == "lower"


def test_a_figure_may_be_counted_from_a_day_on(one, folder):
    found = run(town(), 1, by="2021-03-01", out=folder, most=2)
    assert found.best == ("Hill Street",) and found.info["found_finished"] == 0 and found.info["counted_from"].isoformat() == "2021-03-01"
    assert rows(found).loc["Hill Street", "estimate"] != pytest.approx(rows(one).loc["Hill Street", "estimate"], rel=0.01)
    assert "from 1 Mar 2021 on" in says(found)


# How much is run


def test_the_budget_ends_it_and_that_is_said():
    found = run(town(("Hill",), **{"Hill Lane": site("Hill", takes_from={"Hill": 0.48})}), 1, indifference=0.001)
    assert not found.chosen.finished and set(rows(found)["replications"]) == {4} == set(rows(found, NONE)["replications"])
    assert "The budget of 4 replications of a set was spent before this was settled" in says(found)


def test_the_more_often_sets_were_looked_at_the_wider_are_the_intervals_from_none_and_from_all(folder, monkeypatch):
    """They have to hold at every look: at the third, after 2, 3 and 4 replications, 1/12 of the risk is left, at the first 1/2."""
    ways = {"better": "higher", "indifference": 0.001, "out": folder}
    once = run(town(), 1, **ways)
    monkeypatch.setattr(wrapper, "FIRST", 2)
    monkeypatch.setattr(wrapper, "STEP", 1)
    thrice = run(town(), 1, **ways)
    assert once.best == thrice.best and set(rows(thrice)["replications"]) == {4} and thrice.info["found_finished"] == 20
    wider = stats.t.isf(0.05 / (2 * 6 * 12), 3) / stats.t.isf(0.05 / (2 * 6 * 2), 3)  # two tails, three sets from none and from all
    for kind in (NONE, ALL):
        half, its = ((rows(found, kind)["high"] - rows(found, kind)["low"]).item() / 2 for found in (once, thrice))
        assert half > 0 and its / half == pytest.approx(wider)


def test_too_many_sets_are_built_up_and_that_is_said(monkeypatch):
    monkeypatch.setattr(wrapper, "MOST_SUBSETS", 2)
    found = run(town(), 2, most=3)
    assert found.chosen.rounds[0].best == ("Hill Street",) and "Hill Street" in found.best
    assert set(found.table["round"]) == {1, 2} and len(found.chosen.rounds) == 2
    assert "may have been missed" in says(found) and "3 sets of 2 were too many" in says(found)
    assert {label for label, _ in found.page.blocks[0].rows} == {
        "Dale Street + Hill Street",
        "Hill Street + Moor Street",
        "none of them",
        "all 3",
    }


@pytest.mark.parametrize(("measure", "small"), [("coach_use", 0.005), ("reviews_overdue.mean", None)])
def test_what_does_not_matter_unless_told(folder, measure, small):
    found = run(town(), 1, measure, better="lower", out=folder)
    every = rows(found, ALL)["estimate"].iloc[0]
    assert found.indifference == (float(f"{every / 100:.2g}") if small is None else small)
    words = "0.5 percentage points" if measure == "coach_use" else f"{found.indifference:.6g} "
    assert f"Taken not to matter: a difference below {words}" in found.page.notes[0]
    assert found.info["found_finished"] == 20


def test_uncertain_assumptions_are_varied():
    absence = {"coaches.absence": {"value": 0.1, "low": 0.0, "high": 0.4, "confidence": "assumption"}}
    sure, unsure = (run(town(("Hill",), absence), 1, most=3, uncertain=uncertain) for uncertain in (False, True))
    assert unsure.info["uncertain"] and rows(unsure)["estimate"].iloc[0] != rows(sure)["estimate"].iloc[0]
    assert not any("not what the assumptions do" in note for note in unsure.page.notes)
    assert any("not what the assumptions do" in note for note in sure.page.notes)


# Candidates that something else needs


def test_a_candidate_that_another_key_names_cannot_be_left_out():
    with pytest.raises(ScenarioError) as error:
        run(rich(), 1, candidates=["Shop", "Yard"])
    first, *rest = str(error.value).splitlines()
    assert "needs some of the candidates" in first
    assert rest == [
        "without Shop: coaches.recruitment.second.to.Shop: unknown jobcentre 'Shop'",
        "without Yard: appointments.youth_hub_meeting: a lever that touches nothing: no jobcentre has takes_young_from, which makes a "
        "youth hub",
    ]


def test_a_scenario_that_cannot_be_without_any_is_not_compared_with_none():
    """Youth-hub meetings need a hub, but not this or that one."""
    hub = {"temporary": {"opens": "2021-02-15"}, "takes_young_from": {"North": 0.4}, "coaches": 1, "desks": 1}
    meetings = {"appointments.youth_hub_meeting": {"minutes": 15, "priority": 3, "every_weeks": {1: 1}, "missed": 0}}
    found = run(town((), meetings, Den=hub, Loft=hub), 1, candidates=["Loft", "Den"], most=2)
    assert set(found.table["kind"]) == {SET, ALL} and found.chosen.candidates == ("Loft", "Den")
    assert "none" not in says(found)


def test_youth_hubs_are_no_candidates_unless_named():
    assert wrapper.asked_for(rich(), 1) == ["Shop"]
    assert wrapper.asked_for(rich(), 1, ["Yard", "Shop", "Yard"]) == ["Yard", "Shop"]


# The command, its folder and its errors


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "town.yaml").write_text(dump(town()), encoding="utf-8")
    return "town.yaml"


def command(*words):
    return CliRunner().invoke(app, ["sites", *words])


def test_the_command_says_what_python_says_and_keeps_it(file, one, folder):
    words = (file, "--choose", "1", "--most", "4", "--workers", "1", "--out", "kept")
    first = command(*words)
    assert first.exit_code == 0 and "3 sets of 1 to compare" in first.stderr and "4 replications each: 20" in first.stderr
    assert "20 replications from before" in first.stdout  # those that Python made of the same scenario
    assert " ".join(one.page.says[0].split()) in " ".join(first.stdout.split())
    assert {"sets.csv", "sites.csv", "study.json", "scenario.yaml", "figures", "parts"} <= {path.name for path in folder.iterdir()}
    assert {path.name for path in (folder / "figures").iterdir()} == {"sites.svg", "sites.png", "README.md"}
    table = pd.read_csv(folder / "sets.csv")
    assert list(table["sites"].fillna("")) == list(one.table["sites"]) and set(table["unit"]) == {"working days"}
    assert table["difference"].to_numpy() == pytest.approx(one.table["difference"].to_numpy(), nan_ok=True)
    before = {name: (folder / name).read_bytes() for name in ("sets.csv", "sites.csv")}
    again = command(*words, "--quiet")
    assert again.exit_code == 0 and again.stdout.splitlines()[3:] == first.stdout.splitlines()[3:] and again.stderr == ""
    assert {name: (folder / name).read_bytes() for name in before} == before
    other = command(*words, "--set", "jobcentres.Hill Street.desks=2", "--quiet")
    assert other.exit_code == 0 and json.loads((folder / "study.json").read_text())["found_finished"] == 12  # the sets without it


@pytest.mark.long
def test_two_workers_leave_the_same_bytes(tmp_path):
    for workers in (1, 2):
        sim.sites(town(), 1, workers=workers, out=tmp_path / str(workers))
    for name in ("sets.csv", "sites.csv", "figures/sites.svg"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--choose", "1", "--candidate", "Hill Stret"], "'Hill Stret' is no jobcentre of the scenario; did you mean 'Hill Street'?"),
        (["--choose", "1", "--candidate", "Hill"], "'Hill' is no temporary jobcentre of the scenario"),
        (["--choose", "4"], "expected to choose between 1 and 3 of Dale Street, Hill Street, Moor Street, not 4"),
        (["--choose", "0"], "expected a whole number, 1 or more, not 0"),
        (["--choose", "1", "--measure", "backlog_cleared"], "backlog_cleared.date has no mean where a replication never gets there"),
        (["--choose", "1", "--measure", "caseload[jobcentre=Hill Street]", "--better", "lower"], "is of a candidate"),
        (["--choose", "1", "--measure", "first_meeting_wat"], "did you mean 'first_meeting_wait'?"),
        (["--choose", "1", "--measure", "caseload"], "expected 'lower' or 'higher', not ''"),
        (["--choose", "1", "--better", "faster"], "expected 'lower' or 'higher', not 'faster'"),
        (["--choose", "1", "--by", "2021-05-01"], "expected a day of the run, 2021-02-01 to 2021-03-21, not 2021-05-01"),
        (["--choose", "1", "--by", "soon"], "expected a date such as 2021-03-01"),
        (["--choose", "1", "--by", "2021-03-01", "--measure", "job_entry_rate"], "cannot be counted from a day on"),
        (["--choose", "1", "--confidence", "40%"], "expected a confidence above 50% and below 100%, not 40%"),
        (["--choose", "1", "--indifference", "0"], "expected a number above 0"),
        (
            ["--choose", "1", "--set", "coaches.recruitment.more={starts: 2021-02-08, coaches: 1, to: {Moor Street: 1}}"],
            "without Moor Street",
        ),
        (["--choose", "1", "--set", "jobcentres.Hil=null"], "did you mean 'Hill'?"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_run(file, tmp_path, words, said):
    outcome = command(file, *words, "--workers", "1", "--out", "nothing")
    assert outcome.exit_code == 2 and "Traceback" not in outcome.output
    plain = " ".join(outcome.output.replace("│", " ").split())
    assert said in plain, plain
    assert not (tmp_path / "nothing").exists()


def test_a_scenario_without_sites_has_nothing_to_choose():
    with pytest.raises(QuestionError, match="no temporary jobcentre to choose from"):
        run(town(()), 1)


def test_a_figure_that_is_zero_with_all_open_needs_a_difference_that_matters():
    with pytest.raises(QuestionError, match=r"returns.count is 0 with all candidates open: say which difference in people"):
        run(town(("Hill",)), 1, "returns", most=2)


def test_a_figure_without_values_is_refused():
    with pytest.raises(QuestionError, match="has no value in the first 2 replications of any set"):
        run(town(("Hill",)), 1, "days_to_job", most=2)


# What is shown


def made_up(one, sets):
    """An answer with many sets, every third a rival, to see how it looks."""
    names = [" + ".join(each) for each in sets]
    verdicts = ["best", *(["no difference can be told"] * (len(names) // 3)), *(["higher"] * len(names))][: len(names)]
    table = pd.DataFrame({"sites": names, "verdict": verdicts, "difference": np.linspace(0, 3, len(names))})
    table = table.assign(
        kind=SET,
        round=1,
        estimate=5 + table["difference"],
        replications=8,
        dropped=True,
        against=names[0],
        pairs=8,
        low=table["difference"] - 0.9,
        high=table["difference"] + 0.9,
    )
    return Sites(**{**vars(one), "table": pd.concat([table, one.table[one.table["kind"] != SET]], ignore_index=True)})


def test_of_many_sets_the_nearest_are_shown_and_the_others_counted(one):
    sets = list(combinations(("Ash Lane", "Birch Lane", "Cedar Lane", "Dell Lane", "Elm Lane", "Fir Lane"), 3))
    found = made_up(one, sets)
    labels = [label for label, _ in found.page.blocks[0].rows]
    assert labels[0] == "Ash Lane + Birch Lane + Cedar Lane" and labels[-3:] == ["... and 5 more, in sets.csv", "none of them", "all 3"]
    assert len(labels) == 15 + 3


def test_the_figure_says_in_words_what_it_shows(one):
    chart = one.plot()
    assert chart.numbers == "sets.csv" and "Best: Hill Street." in chart.alt
    assert all(f" {label}: " in chart.alt for label in ("Dale Street", "Moor Street", "none of them", "all 3"))
    (ax,) = chart.axes
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Hill Street", "Moor Street", "Dale Street", "none of them", "all 3"]
    low, high = ax.get_xlim()
    assert low < -one.indifference and high > one.table["high"].max()
    drawn = {line.get_gid(): line.get_xdata() for line in ax.lines if line.get_gid()}
    assert list(drawn["best"]) == [0] and list(drawn["to_compare_with"]) == pytest.approx(list(one.table["difference"][-2:]))


def test_a_notebook_shows_the_answer_with_its_figure(one):
    shown = one._repr_html_()
    assert "Best of 3 sets: Hill Street" in shown and "<svg" in shown
