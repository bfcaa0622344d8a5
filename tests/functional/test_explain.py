"""Which lever made the difference, by the command and in Python."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.asked import Figure
from sim.experiment.explain import Explanation
from sim.experiment.explaining import TOTAL
from sim.experiment.explaining import contributions as told
from sim.scenario import dump
from sim.show import of_explanation
from tests.scenarios import tiny

BASE = tiny({"period.to": "2021-03-14"})
CHANGES = {"jobcentres.Hill.coaches": 4, "jobcentres.Hill.desks": 20, "appointments.review.missed": 0.3, "name": "other"}
OTHER = BASE.change(CHANGES)
QUICK = {"replications": 3, "workers": 1}
FIGURES = ["first_meeting_wait", "missed_appointments"]


@pytest.fixture(scope="module")
def found():
    return sim.explain(BASE, OTHER, FIGURES, **QUICK)


def contributions(found, number=0):
    return found.rows(found.figures[number]).set_index("key")["difference"]


def jobcentre(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_contributions_add_up_to_the_difference_that_compare_finds(found):
    compared = sim.compare(BASE, OTHER, **QUICK).table
    whole = (compared[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)
    for number, (figure, unit) in enumerate(zip(found.figures, ("working days", "share"), strict=True)):
        rows = found.rows(figure)
        assert rows["lever"].iloc[-1] == TOTAL and rows["unit"].unique().tolist() == [unit]
        assert rows["difference"].iloc[:-1].sum() == pytest.approx(rows["difference"].iloc[-1], abs=1e-12)
        (row,) = compared[whole & (compared["measure"] == figure.measure) & (compared["statistic"] == figure.statistic)].to_dict("records")
        assert rows[["difference", "low", "high"]].iloc[-1].tolist() == pytest.approx([row["difference"], row["low"], row["high"]]), number


def test_each_lever_gets_what_is_its_own(found):
    waits, missed = contributions(found), contributions(found, 1)
    assert waits["jobcentres.Hill.coaches"] < -0.2 and abs(missed["appointments.review.missed"]) > 0.1
    assert waits["jobcentres.Hill.desks"] == 0 == missed["jobcentres.Hill.desks"]  # ten were enough


def test_the_order_asked_for_is_kept_and_a_group_is_one_lever():
    turned = sim.explain(BASE, OTHER, FIGURES[:1], order=["jobcentres.Hill.desks"], **QUICK)
    assert contributions(turned).index[0] == "jobcentres.Hill.desks"
    grouped = sim.explain(BASE, OTHER, FIGURES[:1], groups={"places": ["jobcentres.Hill"]}, **QUICK)
    assert "places" in contributions(grouped).index and len(contributions(grouped)) == 3
    assert contributions(grouped)["all"] == contributions(turned)["all"]


def test_the_command_follows_the_order_of_the_file(tmp_path):
    (tmp_path / "base.yaml").write_text(dump(BASE))
    (tmp_path / "other.yaml").write_text(
        "extends: base.yaml\nname: other\njobcentres: {Hill: {desks: 20, coaches: 4}}\nappointments: {review: {missed: 0.3}}\n"
    )
    arguments = ["explain", tmp_path / "base.yaml", tmp_path / "other.yaml", "--replications", 3, "--workers", 1, "--quiet"]
    arguments += ["--measure", FIGURES[0], "--out", tmp_path / "out"]
    outcome = jobcentre(*arguments)
    assert (outcome.exit_code, outcome.stderr) == (0, "") and "all of them" in outcome.stdout
    info = json.loads((tmp_path / "out" / "study.json").read_text())
    assert [words.partition(":")[0] for words in info["levers"]] == [
        "jobcentres.Hill.desks",
        "jobcentres.Hill.coaches",
        "appointments.review.missed",
    ]
    again = jobcentre(*arguments)
    assert "12 replications from before" in again.stdout and (tmp_path / "out" / "figures" / "steps.png").exists()


@pytest.mark.parametrize(
    ("other", "arguments", "words"),
    [
        ("extends: base.yaml\n", [], "nothing to explain"),
        ("extends: base.yaml\nperiod: {from: 2021-02-08}\n", [], "period"),
        (
            "extends: base.yaml\njobcentres: {Hill: {desks: 20}}\n",
            ["--order", "jobcentres.Hill.desk"],
            "did you mean 'jobcentres.Hill.desks'",
        ),
        ("extends: base.yaml\njobcentres: {Hill: {desks: 20}}\n", ["--group", "places"], "expected NAME=KEY,KEY"),
        ("extends: base.yaml\njobcentres: {Hill: {desks: 20}}\n", ["--measure", "cost"], "cost needs prices"),
        ("extends: base.yaml\njobcentres: {Hill: {dekss: 20}}\n", [], "did you mean 'desks'"),
    ],
)
def test_what_cannot_be_explained_is_said(tmp_path, other, arguments, words):
    (tmp_path / "base.yaml").write_text(dump(BASE))
    (tmp_path / "other.yaml").write_text(other)
    files = tmp_path / "base.yaml", tmp_path / "other.yaml"
    outcome = jobcentre("explain", *files, *arguments, "--replications", 1, "--workers", 1, "--out", tmp_path / "out")
    assert outcome.exit_code == 2 and words in " ".join(outcome.stderr.split()) and "Traceback" not in outcome.output
    assert not (tmp_path / "out" / "explanation.csv").exists()


def test_what_is_shown_says_it_in_words(found):
    said = " ".join(found.page.says)
    assert "no difference can be told" in said and "percentage points higher" in said and "2 changed nothing at all" in said
    chart = found.plot()
    assert "no difference can be told" in chart.alt and chart.numbers == "explanation.csv" and "<svg" in found._repr_html_()
    assert np.isfinite([line.get_xdata() for line in chart.axes[0].lines[:2]]).all()


# Dates, gaps and what intervals there are: steps written down by hand


NAN, DAY, LEVERS = float("nan"), 18700, ["coaches.absence: 0.1 to 0.2", "jobcentres.Hill.desks: 10 to 20"]
LATER = np.array([[DAY, DAY + 1, DAY + 3, DAY + 2], [DAY + 50, DAY + 54, DAY + 60, DAY + 49], [DAY + 50, DAY + 54, DAY + 60, DAY + 49]])


def by_hand(values, measure="backlog_cleared", **info):
    """An explanation of which the figure at each step and replication is given."""
    figure = Figure.parse(measure, BASE)
    table = told(np.array(values, dtype=float), LEVERS)
    table.insert(0, "figure", str(figure))
    info = {"replications": np.shape(values)[1], "seed": 1, "seconds": 1, **info}
    return Explanation("base", "other", tuple(LEVERS), table.assign(unit=figure.unit), (figure,), info)


def caption(found):
    return of_explanation.chart(found).get_supxlabel().replace("\n", " ")


def test_differences_of_dates_are_days_and_their_axis_has_dates():
    found = by_hand(LATER)
    page, chart = of_explanation.page(found), of_explanation.chart(found)
    assert "coaches.absence: 0.1 to 0.2 (+52 days)" in page.says[0] and "days" in page.blocks[0].head[0]
    assert "+52 days" in [text.get_text() for text in chart.axes[0].texts] and chart.axes[0].get_title(loc="left") == ""
    chart.draw_without_rendering()
    ticks = [label.get_text() for label in chart.axes[0].get_xticklabels()]
    assert ticks and all(text.endswith("2021") for text in ticks)


def test_replications_without_a_value_at_some_step_are_counted():
    some = LATER.astype(float)
    some[1, 2] = NAN
    assert "That is of 3 of 4 replications. 1 without a value at some step is left out." in of_explanation.page(by_hand(some)).says[0]
    assert "1 without a value at some step is left out" in caption(by_hand(some)) and "left out" not in caption(by_hand(LATER))
    some[2] = NAN
    page, chart = of_explanation.page(by_hand(some)), of_explanation.chart(by_hand(some))
    assert page.says == [
        "Cleared on: none of 4 replications has a value at every step, so nothing can be told of the difference or of any lever."
    ]
    assert not page.blocks and "none of 4 replications has a value" in chart.alt and "95%" not in caption(by_hand(some))


@pytest.mark.parametrize(("info", "why"), [({}, "One replication"), ({"uncertain": True}, "One draw of the assumptions")])
def test_there_is_no_word_of_intervals_where_there_are_none(info, why):
    found = by_hand([[5], [6], [7]], "first_meeting_wait", **info)
    for said in (" ".join(of_explanation.page(found).notes), caption(found)):
        assert f"{why}, so no intervals." in said and "Lines are 95%" not in said and "95% intervals" not in said


def test_draws_of_the_assumptions_are_counted():
    found = by_hand([[5, 6, 7], [6, 8, 9], [6, 8, 9]], "first_meeting_wait", uncertain=True)
    assert "3 replications of 3 draws of the assumptions at each step" in caption(found) and "of the mean over draws" in caption(found)
    assert "3 replications of 3 draws of the assumptions at each step" in " ".join(of_explanation.page(found).notes)
