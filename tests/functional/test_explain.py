"""Which lever made the difference, by the command and in Python."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.explaining import TOTAL
from sim.scenario import dump
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
        ("extends: base.yaml\njobcentres: {Hill: {desks: 20}}\n", ["--group", "places"], "expected KEY=V1"),
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
