"""A grid over levers, by the command and in Python."""

import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.asked import Figure
from sim.experiment.sweep import Sweep, _table
from sim.results import MEASURE_KEYS
from sim.scenario import dump
from sim.show import of_sweep
from sim.show.page import print_page
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
        (["--vary", "coaches.absence=0.1,2"], "--vary coaches.absence=2"),
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


# Dates, gaps and what intervals there are: points written down by hand


def by_hand(dates, grid, made=5, uncertain=False, measure="backlog_cleared"):
    """A sweep of which point, replication and day are given."""
    figure = Figure.parse(measure, SHORT)
    fixed = {key: getattr(figure, key) for key in MEASURE_KEYS[:-1]} | {"unit": figure.unit}
    values = pd.DataFrame(
        [{"point": p, "replication": r, "value": day} | fixed for p, days in enumerate(dates) for r, day in enumerate(days)]
    )
    named = pd.DataFrame([dict(zip(grid, point, strict=True)) for point in itertools.product(*grid.values())])
    info = {"replications": made, "seed": 1, "seconds": 1, **({"uncertain": True} if uncertain else {})}
    table = _table(values, named, 2 if uncertain else 1)
    return Sweep("Town", {key: list(its) for key, its in grid.items()}, table, (figure,), info)


def printed(page, columns=80):
    lines = io.StringIO()
    print_page(page, Console(file=lines, width=columns))
    return lines.getvalue()


NAN, DAY = float("nan"), 18900
MINUTES = {"appointments.review.minutes": ["10", "16", "17", "20"]}
SOME_NEVER = [[DAY + i for i in range(5)], [DAY + 40 + 2 * i for i in range(5)], [DAY + 90, NAN, DAY + 95, NAN, DAY + 99], [NAN] * 5]


def test_a_date_that_not_every_replication_reaches_is_said_to_be_of_those_that_do():
    found = by_hand(SOME_NEVER, MINUTES)
    lines = printed(of_sweep.page(found))
    assert lines.count("3 of 5 replications") == 1 and "never" in lines and "…" not in lines
    words = " ".join(lines.split())
    assert "never at 1 of 4 points, that is in none of 5 replications, and in some of the replications only at 1 of 4 points" in words
    chart = of_sweep.chart(found)
    assert {"3 of 5", "never"} <= {text.get_text() for text in chart.axes[0].texts} and "so many replications" in chart.get_supxlabel()
    assert "in 3 of 5 replications at appointments.review.minutes 17" in chart.alt and "in 0 of 5" in chart.alt
    assert "no value in any of 5 replications" in of_sweep.chart(by_hand([[NAN] * 5] * 4, MINUTES)).alt
    whole = printed(of_sweep.page(by_hand(SOME_NEVER[:2], {"a.b": ["1", "2"]})))
    assert "never" not in whole and "of 5" not in whole


def test_dates_fit_a_narrow_screen_and_their_differences_are_days():
    long = {"coaches.recruitment.autumn_of_2020.starts": ["2020-08-31", "2020-10-12"], "jobcentres.Wolverhampton.coaches": ["10.5", "21"]}
    lines = printed(of_sweep.page(by_hand(SOME_NEVER, long)))
    assert max(map(len, lines.splitlines())) <= 80 and "days" in lines and "1970" not in lines
    assert "(30 Sep 2021 to 4 Oct 2021)" in " ".join(lines.split())  # nothing of it is cut
    chart = of_sweep.chart(by_hand(SOME_NEVER, long))
    texts = [text.get_text() for text in chart.axes[0].texts]
    assert "±2 days" in texts and "never" in texts and not any("1970" in text for text in texts)
    line = of_sweep.chart(by_hand(SOME_NEVER, MINUTES))
    line.draw_without_rendering()
    ticks = [label.get_text() for label in line.axes[0].get_yticklabels()]
    assert ticks and all(text[-4:] in ("2021", "2022") for text in ticks)


def test_where_nothing_differs_it_says_the_same():
    for days in ([[DAY, DAY + 3]] * 2, [[DAY]] * 2):
        (block,) = of_sweep.page(by_hand(days, {"a.b": ["1", "2"]}, made=len(days[0]))).blocks
        assert [cells[1] for _, cells in block.rows] == ["", "the same"]


@pytest.mark.parametrize(("made", "uncertain", "why"), [(1, False, "One replication"), (2, True, "One draw of the assumptions")])
def test_there_is_no_word_of_intervals_where_there_are_none(made, uncertain, why):
    for grid in ({"a.b": ["1", "2"]}, {"a.b": ["1", "2"], "a.c": ["3"]}):
        found = by_hand([[5.0] * made, [6.0] * made], grid, made, uncertain, "first_meeting_wait")
        for said in (" ".join(of_sweep.page(found).notes), of_sweep.chart(found).get_supxlabel().replace("\n", " ")):
            assert f"{why}, so no intervals." in said and "95%" not in said


def test_draws_of_the_assumptions_are_counted():
    found = by_hand([[5, 6, 7, 9], [6, 7, 8, 9]], {"a.b": ["1", "2"]}, 4, True, "first_meeting_wait")
    caption = of_sweep.chart(found).get_supxlabel().replace("\n", " ")
    assert "4 replications of 2 draws of the assumptions at each point" in caption and "of the mean over draws" in caption
    assert "4 replications of 2 draws of the assumptions at each point" in " ".join(of_sweep.page(found).notes)
