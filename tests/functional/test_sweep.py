"""A grid over levers, by the command and in Python."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.scenario import dump
from tests.scenarios import tiny

SHORT = tiny({"period.to": "2021-03-14"})
GRID = {"jobcentres.Hill.coaches": ["2", "4"], "appointments.book_ahead_working_days": [5, 10]}
QUICK = {"replications": 2, "workers": 1}


@pytest.fixture(scope="module")
def found():
    return sim.sweep(SHORT, GRID, ["first_meeting_wait", "job_entries[area=North]"], **QUICK)


def jobcentre(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_every_point_is_the_run_of_its_scenario(found):
    assert list(found.table.columns[:2]) == list(GRID)
    for coaches, days in (("2", "5"), ("4", "10")):
        alone = sim.run(
            SHORT.change({"jobcentres.Hill.coaches": float(coaches), "appointments.book_ahead_working_days": int(days)}), **QUICK
        )
        mine = found.table[
            (found.table["jobcentres.Hill.coaches"] == coaches) & (found.table["appointments.book_ahead_working_days"] == days)
        ]
        keys = ["measure", "statistic", "jobcentre", "area", "age_group", "programme"]
        both = mine.merge(alone.replications.groupby(keys)["value"].mean().reset_index(), on=keys)
        assert len(both) > 100 and np.allclose(both["estimate"], both["value"], equal_nan=True)


def test_more_coaches_shorten_waits_and_leave_claims_as_they_were(found):
    def of(measure):
        whole = (found.table[["jobcentre", "area", "age_group", "programme"]] == "all").all(axis=1)
        rows = found.table[whole & (found.table["measure"] == measure)].drop_duplicates(list(GRID))
        return rows.set_index(list(GRID))["estimate"]

    waits, claims = of("first_meeting_wait"), of("claims")
    assert (waits["2"] > waits["4"]).all() and claims.nunique() == 1


def test_differences_are_paired_from_the_first_point(found):
    rows = found.rows(found.figures[0])
    assert rows["difference"].iloc[0] == 0 and np.allclose(rows["difference"], rows["estimate"] - rows["estimate"].iloc[0])
    width = rows["difference_high"] - rows["difference_low"]
    assert width.iloc[0] == 0 and (rows["difference_low"] <= rows["difference"]).all() and width.iloc[1:].gt(0).any()


def test_the_command_gives_the_same_and_goes_on_from_what_is_there(found, tmp_path):
    (tmp_path / "short.yaml").write_text(dump(SHORT))
    arguments = ["sweep", tmp_path / "short.yaml", "--vary", "jobcentres.Hill.coaches=2,4", "--workers", 1, "--quiet"]
    arguments += ["--vary", "appointments.book_ahead_working_days=5..10/5", "--out", tmp_path / "out"]
    first = jobcentre(*arguments, "--replications", 1)
    assert (first.exit_code, first.stderr) == (0, "")
    again = jobcentre(*arguments, "--replications", 2)
    assert again.exit_code == 0 and "4 replications from before" in again.stdout
    written = pd.read_csv(tmp_path / "out" / "sweep.csv", dtype={key: str for key in GRID})
    numbers = (found.table["unit"] != "date").to_numpy()
    assert np.allclose(written["estimate"][numbers].astype(float), found.table["estimate"][numbers], rtol=1e-6, equal_nan=True)
    assert json.loads((tmp_path / "out" / "study.json").read_text())["found_finished"] == 4
    assert (tmp_path / "out" / "figures" / "sweep.svg").stat().st_size > 0


def test_two_workers_give_the_same_bytes_as_one(tmp_path):
    for workers in (1, 2):
        sim.sweep(SHORT, {"jobcentres.Hill.coaches": [1, 2]}, replications=2, workers=workers, out=tmp_path / str(workers))
    assert (tmp_path / "1" / "sweep.csv").read_bytes() == (tmp_path / "2" / "sweep.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", "coaches.absense=0.1,0.2"], "did you mean 'absence'"),
        (["--vary", "coaches.absence"], "expected KEY=V1,V2"),
        (["--vary", "coaches.absence=0.1,2"], "--set coaches.absence=2"),
        (["--vary", "coaches.absence=0.1", "--vary", "coaches.absence=0.2"], "each key once"),
        (["--vary", "coaches.absence=0.1,0.2", "--measure", "first_meting_wait"], "did you mean 'first_meeting_wait'"),
        (["--vary", "coaches.absence=0.1,0.2", "--measure", "vacancies"], "vacancies needs a labour market"),
        (["--vary", "coaches.absence=0.2..0.1/0.1"], "from the lower to the higher"),
    ],
)
def test_what_cannot_be_swept_is_said(tmp_path, arguments, words):
    (tmp_path / "short.yaml").write_text(dump(SHORT))
    outcome = jobcentre("sweep", tmp_path / "short.yaml", *arguments, "--replications", 1, "--workers", 1, "--out", tmp_path / "out")
    assert outcome.exit_code == 2 and words in " ".join(outcome.stderr.split()) and "Traceback" not in outcome.output
    assert not (tmp_path / "out" / "sweep.csv").exists()


def test_the_heatmap_says_the_lowest_and_the_highest(found):
    chart = found.plot()
    assert "lowest" in chart.alt and "at jobcentres.Hill.coaches 4" in chart.alt and chart.numbers == "sweep.csv"
    assert len(found.plot("sweep_1").axes) == 1 and "<svg" in found._repr_html_()
    with pytest.raises(ValueError, match="one of sweep, sweep_1, not 'map'"):
        found.plot("map")


def test_a_third_lever_has_panels_and_too_many_have_no_figure():
    three = sim.sweep(SHORT, {"coaches.absence": [0, 0.1], "jobcentres.Hill.coaches": [1, 2], "jobcentres.Hill.desks": [5, 10]}, **QUICK)
    assert len(three.plot().axes) == 2
    many = sim.sweep(SHORT, {"coaches.absence": [0], "jobcentres.Hill.coaches": [2], "jobcentres.Hill.desks": range(1, 8)}, **QUICK)
    with pytest.raises(ValueError, match="expected a figure"):
        many.plot()
    assert "<table>" in many._repr_html_()
