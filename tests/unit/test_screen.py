"""What the screen says, and that it fits."""

import datetime as dt
import io
import math
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.results import ALL
from sim.show import screen
from sim.show.result import Result
from sim.show.words import BLANK, COMPARED, HEADLINE, difference, headline, plain, rounded
from tests.unit.synthetic import small_scenario
from tests.unit.test_compare import tables

NAN = math.nan


def printed(show, *args, width=80):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    show(*args[:1], console, *args[1:])
    return console.file.getvalue()


@pytest.fixture(scope="module")
def result():
    return sim.run(small_scenario(question="Is it enough?"), replications=4, workers=1)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "unit", "expected"),
    [
        (5.3271, 5.2947, 5.3596, "working days", ("5.33", "5.29 to 5.36")),
        (337509.3, 335961.1, 339057.5, "people", ("337,500", "336,000 to 339,100")),
        (160.1735, 159.6185, 160.7286, "people per coach", ("160.2", "159.6 to 160.7")),
        (0.412191, 0.409695, 0.414687, "share", ("41.2%", "41.0 to 41.5%")),
        (1.0, 0.4385, 1.0, "share", ("100%", "40 to 100%")),
        (0.0, 0.0, 0.0, "people", ("0", "0 to 0")),
        (3.0, NAN, NAN, "people", ("3", BLANK)),
        (3.14159, NAN, NAN, "days", ("3.14", BLANK)),
        (31415.9, NAN, NAN, "people", ("31,416", BLANK)),
        (NAN, NAN, NAN, "share", (BLANK, BLANK)),
        (18753.0, 18743.0, 18760.0, "date", ("6 May 2021", "26 Apr 2021 to 13 May 2021")),
    ],
)
def test_rounding(estimate, low, high, unit, expected):
    assert rounded(estimate, low, high, unit) == expected


def test_a_small_negative_number_does_not_round_to_minus_zero():
    assert plain(-0.0001) == "0.00"


def row(value, low=NAN, high=NAN, unit="working days"):
    told = "the same" if value == low == high == 0 else "lower" if high < 0 else "higher" if low > 0 else "no difference can be told"
    return {"difference": value, "low": low, "high": high, "unit": unit, "verdict": told}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (row(-1.9, -2.1, -1.7), "1.9 working days shorter, 95% interval 1.7 to 2.1"),
        (row(1.9, 1.7, 2.1, "days"), "1.9 days longer, 95% interval 1.7 to 2.1"),
        (row(-0.031, -0.035, -0.027, "share"), "3.1 percentage points lower, 95% interval 2.7 to 3.5"),
        (row(14.9, 14.5, 15.3, "people per coach"), "14.9 people more, 95% interval 14.5 to 15.3"),
        (row(-12, -15, -9, "date"), "12 days earlier, 95% interval 9 to 15"),
        (row(-0.1, -0.5, 0.3), "no difference can be told, 95% interval -0.5 to +0.3 working days"),
        (row(0.019, 0.003, 0.034), "0.019 working days longer, 95% interval 0.003 to 0.034"),
        (row(0.0, 0.0, 0.0), "the same"),
        (row(-1.9), "1.90 working days shorter, interval not known"),
        (row(NAN), BLANK),
    ],
)
def test_differences_in_words(given, words):
    assert difference(given) == words


def test_every_headline_is_a_measure_and_none_is_lost(result):
    known = set(zip(result.summary["measure"], result.summary["statistic"], strict=True))
    asked = {key for labels in HEADLINE.values() for key in labels}
    assert asked <= known
    assert len(headline(result.summary)) == len(asked)
    compared = {key for labels in COMPARED.values() for key in labels} - {("backlog_cleared", "date")}
    assert compared < asked


def test_the_headline_is_the_summary(result):
    found = {(line.group, line.label): line for line in headline(result.summary, result.scenario)}
    table = result.summary[(result.summary[["jobcentre", "area", "age_group"]] == ALL).all(axis=1)]
    use = table[table["measure"] == "coach_use"].iloc[0]
    line = found["Coaches and desks", "coach time booked"]
    assert float(line.estimate.removesuffix("%")) == pytest.approx(100 * use["estimate"], abs=0.5)
    assert ("First meetings", "offered within 10 working days") in found


@pytest.mark.parametrize("width", [80, 120])
def test_the_summary_fits_and_cuts_no_word(result, width):
    text = printed(screen.summary, result, result.scenario, width=width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in text
    for line in headline(result.summary, result.scenario):
        shown = [one for one in lines if f" {line.label} " in one and f" {line.estimate} " in one and line.interval in one]
        assert shown and line.unit in shown[0], line.label
    assert "Is it enough?" in text
    assert "1 Jul 2020 to 8 Sep 2020, 4 replications, seed 7" in text
    assert len([one for one in lines if one.startswith(("July 2020", "August 2020", "September 2020"))]) == 3


def test_where_the_files_are_each_path_on_one_line(result):
    out = Path("/a/long/way/down") / ("x" * 80) / "a folder"
    for text in (printed(screen.summary, result, None, out), printed(screen.comparison, sim.compare(result, result), out)):
        assert f"Tables:  {out}\n" in text and f"Figures: {out / 'figures'}\n" in text
    assert "Tables:" not in printed(screen.summary, result)


def weeks(values, start="2020-06-29", measure="claims", statistic="count"):
    days = pd.date_range(start, periods=len(values), freq="7D")
    fixed = {"area": ALL, "measure": measure, "statistic": statistic, "unit": "people", "replications": 1}
    return pd.DataFrame({"week": days, "estimate": values, "low": NAN, "high": NAN, **fixed})


def over_time(run, weekly, first, last):
    daily = pd.DataFrame({"date": pd.to_datetime([first, last]), "replication": 0})
    return screen.by_period(Result(**{**vars(run), "weekly": weekly, "daily": daily}))


def test_claims_add_up_and_the_rest_is_the_mean_over_weeks():
    run = tables("a", [1.0, 2.0])
    both = pd.concat([weeks([10, 20, 30]), weeks([1.0, 2.0, 6.0], measure="first_meeting_offered", statistic="mean")])
    table = over_time(run, both, "2020-07-01", "2020-07-19")
    assert table["New claims"].tolist() == [60]
    assert table["Wait for offer"].tolist() == [3.0]


@pytest.mark.parametrize(("count", "last", "periods"), [(13, "2020-09-27", 3), (53, "2021-07-04", 5), (261, "2025-06-29", 6)])
def test_months_quarters_or_years(count, last, periods):
    table = over_time(tables("a", [1.0]), weeks([1.0] * count), "2020-07-01", last)
    assert len(table) == periods
    assert table["New claims"].sum() == count
    assert table.index[0].start_time.date() == (dt.date(2020, 1, 1) if periods == 6 else dt.date(2020, 7, 1))


def test_a_comparison_says_it_in_words_and_fits(result):
    more = small_scenario(name="One more coach in each of the two towns, from the first day on").change({"jobcentres.*.coaches": "+1"})
    same = small_scenario(name="small again")
    text = printed(screen.comparison, sim.compare(result, more, same, workers=1))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "One more coach in each of the two towns, from the first day on" in text
    words = " ".join(text.split())
    assert "shorter" in words and "the same" in words
    for labels in COMPARED.values():
        for label in labels.values():
            assert text.count(f"\n {label}  ") == 2


def test_nothing_to_show():
    empty = Result.of_run(tables("nothing here", [1.0, 2.0]))
    assert "nothing here" in printed(screen.summary, empty)
    assert "Compared with nothing here" in printed(screen.comparison, sim.compare(empty, tables("other", [2.0, 3.0])))


def test_a_name_is_text_not_markup(result):
    named = Result.of_run(tables("[red]hot[/red] [link=x]", [1.0]))
    assert "[red]hot[/red] [link=x]" in printed(screen.summary, named)
