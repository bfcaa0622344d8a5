"""Figures and promises as a planner writes them."""

import math
from contextlib import nullcontext

import pandas as pd
import pytest

from sim.experiment.asked import Figure, Promise, QuestionError, written
from sim.measures import MEASURES
from sim.model.simulation import simulate
from sim.results import MEASURE_KEYS, replication_tables
from tests.scenarios import rich, tiny

RICH = rich({"period.to": "2021-03-20", "jobcentres.Shop.temporary": {"opens": "2021-03-15", "announced": "2021-03-10"}, "closures": []})


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("first_meeting_wait", "first_meeting_wait.mean"),
        (" first_meeting_wait.p90 ", "first_meeting_wait.p90"),
        ("job_entries[area=North]", "job_entries.count[area=North]"),
        ("job_entries.count[ age_group = 16-24 ]", "job_entries.count[age_group=16-24]"),
        ("programme_starts[area=North, programme=Kick]", "programme_starts.count[area=North, programme=Kick]"),
        ("backlog_cleared", "backlog_cleared.date"),
        ("cost", "cost.total"),
    ],
)
def test_a_figure_is_read_and_written(text, whole):
    figure = Figure.parse(text, RICH)
    assert str(figure) == whole and Figure.parse(whole, RICH) == figure
    assert figure.unit == MEASURES[figure.measure].unit_of(figure.statistic)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("first_meting_wait", "did you mean 'first_meeting_wait'"),
        ("first_meeting_wait.p80", "one of mean, median, p90, not 'p80'; did you mean 'p90'"),
        ("backlog_cleared.share", "share is taken over replications; of one replication backlog_cleared has date"),
        ("first_meeting_wait[area=Nroth]", "unknown area 'Nroth'; did you mean 'North'"),
        ("first_meeting_wait[North]", "expected of whom"),
        ("first_meeting_wait[place=North]", "expected of whom"),
        ("coach_use[age_group=16-24]", "coach_use is not split so"),
        ("first_meeting_wait[area=North, age_group=16-24]", "is not split so"),
        ("", "expected a figure"),
        ("a b c", "expected a figure"),
    ],
)
def test_what_is_no_figure_is_refused_with_the_nearest(text, words):
    with pytest.raises(QuestionError, match=words.replace("[", r"\[")):
        Figure.parse(text, RICH)


@pytest.mark.parametrize(
    ("measure", "needs"),
    [("vacancies", "a labour market"), ("programme_wait.median", "programmes"), ("cost.coaches", "prices"), ("on_programme", "programmes")],
)
def test_a_figure_that_the_scenario_has_not_is_refused_before_anything_is_run(measure, needs):
    with pytest.raises(QuestionError, match=f"{measure.split('.')[0]} needs {needs}, and the scenario 'tiny' has none"):
        Figure.parse(measure, tiny())
    Figure.parse(measure, RICH)


def test_what_is_refused_is_what_a_replication_has_not():
    """Said of the scenario beforehand as its record has it afterwards."""
    for scenario in (tiny(), RICH, tiny({"costs.coach_per_year": 30000})):
        there = set(replication_tables(simulate(scenario, 1, 0), ["measures"])["measures"]["measure"])
        for name in (name for name, measure in MEASURES.items() if () in measure.splits):
            with nullcontext() if name in there else pytest.raises(QuestionError, match="needs"):
                Figure.parse(name, scenario)


def test_names_may_hold_commas_and_equals():
    scenario = rich(
        {
            "areas.Up, North=East": {"claimants": 10, "claims_per_week": 1},
            "jobcentres.New": {"area": "Up, North=East", "share": 1, "coaches": 1, "desks": 1},
        }
    )
    figure = Figure.parse("first_meeting_wait[area=Up, North=East]", scenario)
    assert figure.area == "Up, North=East" and Figure.parse(str(figure), scenario) == figure


def test_every_row_of_a_replications_measures_is_a_figure_with_its_value():
    table = replication_tables(simulate(RICH, 1, 0), ["measures"])["measures"]
    assert len(table) > 500
    for row in table.sample(60, random_state=1).to_dict("records"):
        of = {key: row[key] for key in MEASURE_KEYS[:-1]}
        value = Figure(**of).of(table)
        assert value == row["value"] or (math.isnan(value) and math.isnan(row["value"]))
        split = ", ".join(f"{key}={row[key]}" for key in MEASURE_KEYS[2:-1] if row[key] != "all")
        assert Figure.parse(f"{row['measure']}.{row['statistic']}" + (f"[{split}]" if split else ""), RICH) == Figure(**of)


def test_a_measure_that_the_scenario_does_not_have_is_said():
    empty = pd.DataFrame({key: [] for key in [*MEASURE_KEYS, "value"]})
    with pytest.raises(QuestionError, match=r"the scenario has no vacancies\.mean"):
        Figure.parse("vacancies", RICH).of(empty)


def test_measures_of_the_whole_run_cannot_be_counted_from_a_day_on():
    assert Figure.parse("first_meeting_wait", RICH, from_a_day=True)
    never = [name for name, measure in MEASURES.items() if not measure.weekly]
    assert never
    for name in never:
        with pytest.raises(QuestionError, match="of the whole run"):
            Figure.parse(name, RICH, from_a_day=True)


@pytest.mark.parametrize(
    ("text", "value", "at_least"),
    [
        ("first_meeting_within_target >= 0.9", 0.9, True),
        ("first_meeting_within_target>=90%", 0.9, True),
        ("review_delay <= 2", 2.0, False),
        ("backlog_cleared <= 2021-03-01", 18687.0, False),
        ("first_meeting_wait.p90[area=North] <= 12.5", 12.5, False),
    ],
)
def test_a_promise_is_read_and_written(text, value, at_least):
    promise = Promise.parse(text, RICH)
    assert (promise.value, promise.at_least) == (value, at_least)
    assert Promise.parse(str(promise), RICH) == promise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("review_delay", "expected a promise"),
        ("review_delay = 2", "expected a promise"),
        ("review_delay < 2", "expected a promise"),
        ("review_delay <= soon", "expected a number"),
        ("review_delay <= nan", "expected a number"),
        ("review_delay <= 10%", "no share"),
        ("first_meeting_within_target >= 90", "from 0 to 1"),
        ("backlog_cleared <= 12", "expected a date"),
        ("revew_delay <= 2", "did you mean 'review_delay'"),
    ],
)
def test_what_is_no_promise_is_refused(text, words):
    with pytest.raises(QuestionError, match=words):
        Promise.parse(text, RICH)


def test_values_are_written_as_they_are_read():
    assert [written(0.905, "share"), written(18687, "date"), written(2.5, "days")] == ["90.5%", "2021-03-01", "2.5"]
