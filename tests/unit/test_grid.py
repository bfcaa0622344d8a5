"""Values of a lever as one writes them, and scenarios made of them."""

import pytest

from sim.scenario import ScenarioError
from sim.scenario.grid import grid, listed, steps, varied
from tests.scenarios import rich, tiny


@pytest.mark.parametrize(
    ("low", "high", "step", "values"),
    [
        ("8", "11", None, ["8", "9", "10", "11"]),
        ("0.04", "0.12", "0.04", ["0.04", "0.08", "0.12"]),
        ("1", "2", "0.4", ["1", "1.4", "1.8"]),  # the last is at most the second
        ("-1", "+1", None, ["-1", "+0", "+1"]),  # as in a change, a number below zero is an amount to move by
        ("5", "5", None, ["5"]),
        ("+0%", "+10%", "5%", ["+0%", "+5%", "+10%"]),
        ("-5%", "+5%", "5", ["-5%", "+0%", "+5%"]),
        ("+0", "+4", "2", ["+0", "+2", "+4"]),
        ("*0.9", "*1.1", "0.1", ["*0.9", "*1", "*1.1"]),
        ("2021-01-04", "2021-01-20", None, ["2021-01-04", "2021-01-11", "2021-01-18"]),
        ("2021-01-04", "2021-01-06", "1", ["2021-01-04", "2021-01-05", "2021-01-06"]),
        ("0", "0.3", "0.1", ["0", "0.1", "0.2", "0.3"]),  # in decimal: no 0.30000000000000004
    ],
)
def test_steps(low, high, step, values):
    assert steps(low, high, step) == values


@pytest.mark.parametrize(
    ("low", "high", "step", "words"),
    [
        ("8", "2021-01-04", None, "two numbers"),
        ("8", "+5%", None, "two numbers"),
        ("-2", "3", None, "two numbers"),
        ("+5", "+5%", None, "two numbers"),
        ("9", "8", None, "from the lower to the higher"),
        ("2021-01-06", "2021-01-04", None, "from the lower to the higher"),
        ("1", "2", "0", "a step such as"),
        ("1", "2", "x", "a step such as"),
        ("2021-01-04", "2021-01-20", "a week", "whole days"),
        ("0", "1", "0.00001", "at most 10,000 values"),
        ("many", "few", None, "two numbers"),
    ],
)
def test_steps_that_lead_nowhere_are_refused(low, high, step, words):
    with pytest.raises(ScenarioError, match=words):
        steps(low, high, step)


def test_a_list_may_be_written_out_or_as_a_range():
    assert listed("coaches.absence=0.04, 0.08") == ("coaches.absence", ["0.04", "0.08"])
    assert listed("coaches.absence=0.04..0.12/0.04")[1] == ["0.04", "0.08", "0.12"]
    assert listed("a.b=2021-01-04..2021-01-18")[1] == ["2021-01-04", "2021-01-11", "2021-01-18"]
    assert listed("a.b={value: 1, low: 0}, {value: 2, low: 1}")[1] == ["{value: 1, low: 0}", "{value: 2, low: 1}"]
    assert listed("x=null, 3")[1] == ["null", "3"]


@pytest.mark.parametrize("text", ["coaches.absence", "=1,2", "coaches.absence=", "coaches.absence=1,,2", "coaches.absence=1,1"])
def test_a_list_that_says_nothing_is_refused(text):
    with pytest.raises(ScenarioError, match="expected"):
        listed(text)


def test_a_grid_is_every_combination_and_the_last_key_changes_fastest():
    assert grid({"a": [1, 2], "b": ["x", "y"]}) == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}]
    with pytest.raises(ScenarioError, match="1 to 10,000 combinations"):
        grid({})
    with pytest.raises(ScenarioError, match=r"not 10,201"):
        grid({"a": range(101), "b": range(101)})


def test_scenarios_are_those_that_change_gives():
    base = rich()
    values: list[dict[str, str | float]] = [
        {"coaches.absence": "0.04"},
        {"coaches.absence": 0.2, "jobcentres.*.desks": "+10%"},
        {"coaches.absence": "+50%"},
    ]
    for made, changes in zip(varied(base, values), values, strict=True):
        changed = {key: float(value) if value == "0.04" else value for key, value in changes.items()}
        assert made == base.change(changed)


def test_everything_that_is_wrong_is_said_at_once_and_where():
    with pytest.raises(ScenarioError) as caught:
        varied(tiny(), [{"coaches.absense": "0.1"}, {"coaches.absence": "0.1"}, {"coaches.absence": "2"}])
    said = str(caught.value)
    assert "--vary coaches.absense=0.1" in said and "did you mean 'absence'" in said and "--vary coaches.absence=2" in said
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("key", ["seed", "name", "question", "replications", "jobcentres.Hill.place"])
def test_what_changes_no_result_is_no_lever(key):
    with pytest.raises(ScenarioError, match=f"--vary {key}=1: {key}: no lever: it changes no result"):
        varied(tiny(), [{key: "1"}])


@pytest.mark.parametrize(("ends", "step"), [(("0.1", "0.2"), None), (("0", "0.2"), "7"), (("2021-03-01", "2021-03-05"), None)])
def test_a_step_wider_than_the_range_is_refused(ends, step):
    """Else only the lower end would be run, and nobody told."""
    with pytest.raises(ScenarioError, match=r"a step of \w+( days)? is wider than the range from"):
        steps(*ends, step)
    assert steps("0.1", "0.1") == ["0.1"]


def test_a_value_written_in_two_ways_is_one():
    with pytest.raises(ScenarioError, match="each once"):
        listed("coaches.absence=0.1,0.10")
    assert listed("coaches.absence=0.1,+0.1")[1] == ["0.1", "+0.1"]


def test_a_grid_has_each_value_once():
    with pytest.raises(ScenarioError, match="expected each value of a once"):
        grid({"a": ["0.1", 0.1], "b": [1]})
