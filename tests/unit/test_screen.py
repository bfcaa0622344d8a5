"""What the screen says, and that it fits."""

import datetime as dt
import io
import math
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.experiment.asked import Figure
from sim.experiment.contrasts import CONTRASTS, PER_ENTRY_GAINED, PER_ENTRY_LOST, UNDEFINED
from sim.experiment.precision import IMPRECISE, NO_VALUE, PRECISE, UNCONFIRMED
from sim.results import ALL
from sim.show import screen
from sim.show.labels import COMPARED, HEADLINE, PROGRAMMES, figure_name
from sim.show.of_comparison import adjusted, asked_for, in_parts, pairing, ratio_interval
from sim.show.page import Block, as_table, what_was_made
from sim.show.result import Result
from sim.show.rounding import BLANK, plain, rounded, signed, with_half
from sim.show.run_length import precision_in_words, warm_up_in_words
from sim.show.words import compared, difference, headline, programmes
from tests.unit.support import SUPPORT
from tests.unit.synthetic import small_scenario
from tests.unit.test_compare import tables

NAN = math.nan
NOT_IN_SMALL = {"vacancies", "tightness", "hires_by_others", "cost", "cost_per_additional_entry", "returns"}


def printed(show, *args, width=80):
    lines = io.StringIO()
    console = Console(file=lines, width=width, color_system=None)
    show(*args[:1], console, *args[1:])
    return lines.getvalue()


@pytest.fixture(scope="module")
def result():
    return sim.run(small_scenario(question="Is it enough?"), replications=4, workers=1)


@pytest.fixture(scope="module")
def supported():
    return sim.run(small_scenario(**SUPPORT), replications=4, workers=1)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "unit", "expected"),
    [
        (206_100_000, 205_700_000, 206_400_000, "pounds", ("£206.1m", "£205.7 to 206.4m")),
        (45_230, 44_100, 46_300, "pounds", ("£45,200", "£44,100 to 46,300")),
        (3817.0, NAN, NAN, "pounds", ("£3,817", BLANK)),
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


def displaced(value, low, high):
    return {**row(value, low, high, "people"), "measure": "displaced_entries"}


def ratio(value, low, high, verdict=PER_ENTRY_GAINED):
    return {**row(value, low, high, "pounds per job entry"), "measure": "cost_per_additional_entry", "verdict": verdict}


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
        (row(0.0), "the same"),  # of one pair
        (row(-1.377e-4, -2.75e-4, -4e-7, "share"), "0.014 percentage points lower, 95% interval just above 0 to 0.028"),
        (row(0.001, 0.00096, 0.00104, "share"), "0.100 percentage points higher, 95% interval 0.096 to 0.104"),
        (row(1e-5, -2e-5, 4e-5, "share"), "no difference can be told, 95% interval -0.002 to +0.004 percentage points"),
        (row(-1.9), "1.90 working days shorter, interval not known"),
        (row(NAN), BLANK),
        (row(1_234_567, 1_100_000, 1_300_000, "pounds"), "£1.23m more, 95% interval £1.10m to £1.30m"),
        (row(-500, -600, -400, "pounds"), "£500 less, 95% interval £400 to £600"),
        (row(-500, -1600, 400, "pounds"), "no difference can be told, 95% interval -£1,600 to +£400"),
        (row(66, 61, 71, "people"), "66 people more, 95% interval 61 to 71"),
        (displaced(34, 31, 38), "34 people, 95% interval 31 to 38"),
        (displaced(0.2, 0, 0.5), "0.2 people, 95% interval 0.0 to 0.5"),
        (displaced(0.0, 0.0, 0.0), "none"),
        (displaced(-34, -38, -31), "34 people fewer, 95% interval 31 to 38"),
        (ratio(2700, 2500, 2900), "£2,700 spent for each job entry gained, 95% interval £2,500 to £2,900"),
        (ratio(-2700, -2900, -2500), "£2,700 saved for each job entry gained, 95% interval £2,500 to £2,900"),
        (ratio(2700, 2500, 2900, PER_ENTRY_LOST), "£2,700 saved for each job entry lost, 95% interval £2,500 to £2,900"),
        (ratio(-2700, -2900, -2500, PER_ENTRY_LOST), "£2,700 spent for each job entry lost, 95% interval £2,500 to £2,900"),
        (ratio(66_900, 38_000, 590_000), "£70,000 spent for each job entry gained, 95% interval £40,000 to £590,000"),
        (ratio(NAN, NAN, NAN, UNDEFINED), "cannot be told: the difference in job entries may be zero"),
    ],
)
def test_differences_in_words(given, words):
    assert difference(given) == words


def test_every_headline_is_a_measure_and_none_is_lost(result):
    known = set(zip(result.summary["measure"], result.summary["statistic"], strict=True))
    asked = {key for labels in HEADLINE.values() for key in labels}
    assert {name for name, _ in asked - known} == {"vacancies", "tightness", "hires_by_others", "cost"}
    assert len(headline(result.summary)) == len(asked & known) - 1, "all but returns, of which there are none"
    compared = {key for labels in COMPARED.values() for key in labels} - {("backlog_cleared", "date")}
    contrasts = {(contrast.name, statistic) for contrast in CONTRASTS.values() for statistic in contrast.statistics}
    assert compared - contrasts < asked and contrasts < compared


def test_with_everything_no_headline_is_missing(supported):
    asked = {key for labels in HEADLINE.values() for key in labels}
    assert asked <= set(zip(supported.summary["measure"], supported.summary["statistic"], strict=True))
    assert len(headline(supported.summary)) == len(asked)


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
    fixed = {"area": ALL, "programme": ALL, "measure": measure, "statistic": statistic, "unit": "people", "replications": 1}
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
    shown = [(key, label) for labels in COMPARED.values() for key, label in labels.items() if key[0] not in NOT_IN_SMALL]
    for (measure, statistic), label in shown:
        said = "offered within 10 working days" if measure == "first_meeting_within_target" else label
        assert text.count(f"\n {said}  ") == 2 * (statistic != "among_others")
    assert "Starts on programmes" not in text


def test_a_comparison_tells_starts_and_what_an_entry_costs(supported):
    fewer = supported.scenario.change({"programmes.Course.supply.places": 3, "name": "fewer places"})
    text = printed(screen.comparison, sim.compare(supported, fewer, workers=1))
    assert max(map(len, text.splitlines())) <= 80 and "…" not in text
    words = " ".join(text.split())
    assert "Starts on programmes" in words and "Jobs in turn, of which the" in text and "\n  name is long" in text
    for label in COMPARED["In all"].values():
        assert f"\n {label}  " in text
    assert re.search(r"cost of one more job entry – – (£[\d,]+ (spent|saved) for each job entry (gained|lost)|cannot be told: the)", words)


@pytest.mark.parametrize("width", [80, 120])
def test_programmes_stand_in_a_table_with_their_intervals(supported, width):
    text = printed(screen.summary, supported, supported.scenario, width=width)
    assert max(map(len, text.splitlines())) <= width and "…" not in text
    rows = supported.summary[(supported.summary["jobcentre"] == ALL) & (supported.summary["area"] == ALL)]
    rows = rows[rows["age_group"] == ALL].set_index(["programme", "measure", "statistic"])
    found = programmes(supported.summary)
    assert [one.name for one in found] == sorted(SUPPORT["programmes"])
    for one in found:
        for estimate, half, key in zip(one.estimates, one.halves, PROGRAMMES, strict=True):
            assert f" {estimate} " in text or f" {estimate}\n" in text
            numbers = rows.loc[(one.name, *key)]
            if estimate == BLANK:
                assert math.isnan(numbers["estimate"])
                continue
            scale = 100 if numbers["unit"] == "share" else 1
            wide = scale * max(numbers["high"] - numbers["estimate"], numbers["estimate"] - numbers["low"])
            assert float(half.strip("±%").replace(",", "")) == pytest.approx(wide, rel=0.5, abs=0.01)
            shown = float(estimate.strip("%").replace(",", ""))
            assert shown == pytest.approx(scale * numbers["estimate"], abs=max(wide, 0.006))


def test_weeks_over_time_are_those_of_everyone_not_of_a_programme(supported, result):
    assert len(screen.by_period(supported)) == len(screen.by_period(result))
    rows = supported.summary[(supported.summary[["jobcentre", "area", "age_group"]] == ALL).all(axis=1)]
    claims = rows[rows["measure"] == "claims"]
    assert screen.by_period(supported)["New claims"].sum() == pytest.approx(claims["estimate"].iloc[0])


def test_one_is_said_as_one():
    info = {"seed": 1, "seconds": 2.0, "replications": 1, "found_finished": 1}
    assert what_was_made(info) == "1 replication at each point, seed 1, 1 replication from before, 2 s"


def test_nothing_to_show():
    empty = Result.of_run(tables("nothing here", [1.0, 2.0]))
    assert "nothing here" in printed(screen.summary, empty)
    assert "Compared with nothing here" in printed(screen.comparison, sim.compare(empty, tables("other", [2.0, 3.0])))


def test_a_name_is_text_not_markup(result):
    named = Result.of_run(tables("[red]hot[/red] [link=x]", [1.0]))
    assert "[red]hot[/red] [link=x]" in printed(screen.summary, named)


def test_numbers_are_not_rounded_to_nothing():
    assert with_half(1.377e-4, 4e-7, 2.75e-4, "share") == "+0.01 ±0.01"
    assert signed(-1.377e-4, -2.75e-4, -4e-7, "share") == ("-0.014", "-0.028 to just below 0")
    assert rounded(0.3, 0, 0.59996, "share") == ("30%", "0 to 60%")
    assert rounded(0.3, 0, 0.59996, "share", 0.6)[1] == "0.000 to 59.996%"
    assert rounded(0.3, 0, 0.6, "share", 0.6)[1] == "0 to 60%", "the same number may look the same"


def with_dates(name, cleared, days=1.0):
    """A run with a date in some replications: days since 1970-01-01."""
    run = tables(name, [days] * len(cleared))
    rows = run.replications.assign(measure="backlog_cleared", statistic="date", unit="date", value=cleared)
    return replace(run, replications=pd.concat([run.replications, rows], ignore_index=True))


def test_the_mean_of_a_date_says_so_and_in_how_many_replications_it_is_there():
    base, other = with_dates("a", [18700.0, 18702, 18704, NAN]), with_dates("b", [18690.0, 18694, NAN, 18600])
    (line,) = [row for row in compared(sim.compare(base, other).table)["b"] if row.group == "Backlog"]
    assert (line.label, line.base, line.other) == ("cleared on, mean", "15 Mar 2021", "6 Mar 2021")
    assert line.difference.startswith("9 days earlier") or line.difference.startswith("no difference")
    assert line.difference.endswith(", in the 2 of 4 replications in which both are cleared")
    (never,) = [row for row in compared(sim.compare(base, with_dates("b", [NAN] * 4)).table)["b"] if row.group == "Backlog"]
    assert never.difference == "cannot be told: cleared in both in none of 4 replications"
    figure = Figure("backlog_cleared", "date")
    (asked,) = asked_for(sim.compare(base, other).table, [figure])
    assert asked.label == "cleared on, mean" and asked.difference == line.difference
    assert figure_name(figure) == "Cleared on", "of one replication"


def test_time_and_what_was_there_are_of_all_the_runs():
    runs = [
        replace(tables(name, [1.0, 2.0]), info=tables(name, [1.0, 2.0]).info | {"found_finished": found, "seconds": seconds})
        for name, found, seconds in (("a", 2, 0.1), ("b", 0, 19.2), ("c", 1, 5.0))
    ]
    text = printed(screen.comparison, sim.compare(*runs), width=120)
    assert "2 replications, seed" in text and ", 3 of the 6 of all scenarios from before, 24 s\n" in text


@pytest.mark.parametrize("width", [80, 90, 100])
def test_a_summary_with_draws_cuts_nothing(result, width):
    number = len(result.summary)
    drawn = {"range_low": result.summary["low"], "range_high": result.summary["high"], "luck_share": np.full(number, 0.5)}
    info = result.info | {"uncertain": True, "draws": 2, "replications_per_draw": 2}
    text = printed(screen.summary, replace(result, summary=result.summary.assign(**drawn), info=info), result.scenario, width=width)
    assert "95% of draws" in text and "…" not in text and max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 100])
def test_a_wide_table_of_a_page_is_broken_and_not_cut(width):
    rows = [
        ("Wolverhampton temporary + Walsall temporary", ("5.35", "+0.018 (+0.010 to +0.026)", "worse than Tipton temporary + Walsall")),
        ("none of them", ("12.33", "+7.018 (+6.910 to +7.126)", "no, the same")),
    ]
    head = ("Estimate", "Difference from the best", "Told\napart")
    text = printed(
        lambda block, console: console.print(as_table(block, width)), Block("Wait, mean, working days", head, rows, (0, 3)), width=width
    )
    assert "…" not in text and max(map(len, text.splitlines())) <= width
    words = Counter(text.replace("─", " ").split())
    assert words == Counter(" ".join(["Wait, mean, working days", *head, *(f"{name} {' '.join(cells)}" for name, cells in rows)]).split())


# How many replications, and a warm-up


def with_precision(outcome=PRECISE, recommended=8, shares=(None, 0.3, 0.06), short=(), replications=13):
    told = {
        "target": 0.05,
        "figures": ["first_meeting_wait.p90[area=Dudley]"],
        "outcome": outcome,
        "recommended": recommended,
        "not_precise": list(short),
        "half_width_over_mean": {"first_meeting_wait.p90[area=Dudley]": list(shares)},
    }
    run = tables("a", [1.0, 2.0])
    return replace(run, info=run.info | {"precision": told, "replications": replications})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"shares": (None, 0.2, 0.041)}, ["8 replications sufficed, 5 more to see that it lasts.", "(Dudley): ±4.1%"]),
        (
            {"outcome": IMPRECISE, "recommended": None, "short": ["first_meeting_wait.p90[area=Dudley]"]},
            ["NOT reached with the 13 replications allowed.", "(Dudley): ±6%, not precise"],
        ),
        (
            {"outcome": UNCONFIRMED, "recommended": None, "shares": (None, 0.02)},
            ["reached, but the 13 replications allowed leave too few to see whether it lasts.", "±2%"],
        ),
        (
            {"outcome": NO_VALUE, "recommended": None, "shares": (None,), "short": ["first_meeting_wait.p90[area=Dudley]"]},
            ["cannot be told, since not one of 13 replications has a value.", "no interval, not precise"],
        ),
    ],
)
def test_how_many_replications_it_took_is_said(told, words):
    first, second = precision_in_words(with_precision(**told))
    assert first == f"A precision of 5% was asked for: {words[0]}"
    assert second.startswith(" Wait for the meeting held, 90th percentile (Dudley): ") and second.endswith(words[1])
    assert first in " ".join(printed(screen.summary, with_precision(**told)).split())


def test_a_figure_that_was_to_be_precise_is_told_with_its_interval(result):
    name = "caseload.mean[age_group=50+]"
    told = {"target": 0.05, "outcome": PRECISE, "recommended": 3, "not_precise": [], "half_width_over_mean": {name: [None, 0.0002]}}
    whole = result.summary
    row = whole[(whole["measure"] == "caseload") & (whole["statistic"] == "mean") & (whole["age_group"] == "50+")]
    (its,) = row[(row["jobcentre"] == ALL) & (row["area"] == ALL)].to_dict("records")
    estimate, interval = rounded(its["estimate"], its["low"], its["high"], its["unit"])
    _, said = precision_in_words(replace(result, info=result.info | {"precision": told}))
    assert said.endswith(f"(50+): {estimate} people, 95% interval {interval}, less than ±0.1%")


def test_nothing_is_said_of_what_was_not_asked_for(result):
    assert precision_in_words(result) == warm_up_in_words(result) == []
    assert "precision" not in printed(screen.summary, result) and "MSER" not in printed(screen.summary, result)


def from_nobody(waiting, caseload, days=60):
    dates = pd.bdate_range("2021-01-04", periods=days)  # Monday to Friday, but for two bank holidays at Easter
    dates = dates[~dates.isin(pd.to_datetime(["2021-04-02", "2021-04-05"]))]
    daily = pd.DataFrame({"replication": 0, "date": dates, "waiting": 1, "in_reviews": 2})
    told = {"calendar": "england_and_wales", "working_days": len(dates), "would_leave_out": {"waiting": waiting, "caseload": caseload}}
    run = tables("a", [1.0, 2.0])
    return replace(run, daily=daily, info=run.info | {"warm_up": told})


def test_what_a_warm_up_would_leave_out_is_said_and_that_nothing_was():
    first, *others = warm_up_in_words(from_nobody(10, None))
    assert first.startswith("This scenario starts empty; nothing was left out.") and "MSER-5" in first
    assert others == [
        " people waiting for a first meeting: the first 10 working days, until 15 Jan 2021",
        " caseload: cannot be said, as no steady state is found",
    ]
    assert warm_up_in_words(from_nobody(0, 5))[1] == " people waiting for a first meeting: nothing"
    (short,) = warm_up_in_words(from_nobody(None, None, days=40))
    assert short.endswith("MSER-5 can tell nothing of fewer than 50 working days.")


# What a comparison says besides


def one(measure, statistic, difference, half, unit="people", told=None, **more):
    verdict = told or ("higher" if difference - half > 0 else "lower" if difference + half < 0 else "no difference can be told")
    numbers = {"difference": difference, "low": difference - half, "high": difference + half, "replications": 20, "verdict": verdict}
    adjusted = dict.fromkeys(("adjusted", "adjusted_low", "adjusted_high", "adjusted_freedom"), NAN)
    keys = {"measure": measure, "statistic": statistic, **dict.fromkeys(("jobcentre", "area", "age_group", "programme"), ALL)}
    return {
        **keys,
        "base_estimate": 1.0,
        "other_estimate": 1.0 + difference,
        **numbers,
        "unit": unit,
        "variance_ratio": NAN,
        **adjusted,
        **more,
    }


def test_what_pairing_was_worth_is_said():
    rows = [
        one("job_entries", "count", 5, 1, variance_ratio=11.0),
        one("review_interval", "mean", 5, 1, "days", variance_ratio=0.5),
        one("first_meeting_wait", "mean", 5, 1, "working days", variance_ratio=1.2),
    ]
    # F of 19 and 19 degrees of freedom exceeds 2.5265 with 2.5%: q = 21 lies between 8.31 and 53.06, so the ratio between 4.66 and 27.03
    assert pairing(pd.DataFrame(rows[:1])) == "Pairing is as good as 11 times as many unpaired replications for job entries (4.7 to 27)."
    assert pairing(pd.DataFrame(rows)).endswith("Whether pairing helps cannot be told for waits.")
    hurts = pairing(pd.DataFrame([one("job_entries", "count", 5, 1, variance_ratio=0.6)]))
    assert hurts == "Pairing does harm: it is as good as 0.6 times as many unpaired replications for job entries (0.54 to 0.75)."
    many = pairing(
        pd.DataFrame([one("job_entries", "count", 5, 1, variance_ratio=900.0), one("review_interval", "mean", 5, 1, variance_ratio=1e5)])
    )
    assert many == (
        "Pairing is as good as 900 times as many unpaired replications for job entries (360 or more), over 1,000 times for reviews."
    )
    assert pairing(pd.DataFrame([one("job_entries", "count", 0, 0)])) == ""


def test_the_interval_of_a_variance_ratio_covers_it():
    """4,000 samples of 20 pairs with a correlation of 0.9; between 94% and 96% with a chance of 0.4% to miss."""
    first, second = np.random.default_rng(1).normal(size=(2, 4000, 20))
    second = 0.9 * first + math.sqrt(1 - 0.9**2) * second
    ratio = (first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)) / (first - second).var(axis=1, ddof=1)
    low, high = np.array([ratio_interval(one, 20) for one in ratio]).T
    assert 0.94 <= ((low <= 10) & (high >= 10)).mean() <= 0.96
    assert (high < 10).mean() == pytest.approx(0.025, abs=0.01)


def test_adjusted_differences_are_told_where_they_say_something_else():
    narrower = {"adjusted": 4.0, "adjusted_low": 3.5, "adjusted_high": 4.5, "adjusted_freedom": 18.0}
    across = {"adjusted": 0.4, "adjusted_low": 0.1, "adjusted_high": 0.7, "adjusted_freedom": 18.0}
    same = {"adjusted": 5.0, "adjusted_low": 4.0, "adjusted_high": 6.0, "adjusted_freedom": 18.0}
    untold = {"adjusted": 0.1, "adjusted_low": -0.1, "adjusted_high": 0.3, "adjusted_freedom": 18.0}
    rows = [
        one("first_meeting_wait", "mean", 4, 1, "working days", **narrower),
        one("review_interval", "mean", 0.3, 0.4, "days", **across),
        one("review_delay", "mean", 5, 1, "working days", **same),
        one("first_meeting_offered", "mean", 0.1, 0.3, "working days", **untold),
    ]
    block = adjusted(pd.DataFrame(rows))
    assert block.rows == [
        ("wait for the meeting held", ("4.0 working days longer, 95% interval 3.5 to 4.5", "18")),
        ("time between reviews", ("0.4 days longer, 95% interval 0.1 to 0.7", "18")),
    ]
    assert adjusted(pd.DataFrame(rows[2:])) is None


def in_places(names, sizes, measure="first_meeting_wait", statistic="mean", unit="working days", half=0.1):
    return [one(measure, statistic, size, half, unit, jobcentre=name) for name, size in zip(names, sizes, strict=True)]


def test_differences_by_age_group_and_of_the_jobcentres_that_differ_most():
    names = [f"J{i}" for i in range(8)]
    rows = [
        *(one("first_meeting_wait", "mean", size, 0.1, "working days", age_group=age) for age, size in (("16-24", 1), ("50+", 0.05))),
        *(one("job_entries", "count", size, 2, age_group=age) for age, size in (("16-24", -9), ("50+", 1))),
        *in_places(names, [0, 3, -4, 0.05, 5, 1, 2, NAN]),
        *in_places(names, [0, 0, 0, 0, 0, 9, 0, 0], "review_interval", unit="days"),
        *in_places(names, [0.01, 0, 0, 0.02, 0, 0, 0, 0], "job_entry_rate", "26_weeks", "share", half=0.011),
        *in_places(names, [0.5] * 8, "job_entry_rate", "13_weeks", "share"),
    ]
    (ages, places), notes = in_parts(pd.DataFrame(rows))
    assert [name for name, _ in ages.rows] == ["16-24", "25-49", "50+"]
    assert ages.rows[0][1] == ["+1.00 ±0.10", "-9 ±2"] and ages.rows[1][1] == [BLANK, BLANK]
    assert ages.rows[2][1] == ["(+0.05 ±0.10)", "(+1 ±2)"]
    assert [name for name, _ in places.rows] == ["J4", "J2", "J1", "J5", "J3"] and places.heading == "Of 8 jobcentres"
    assert [head.split("\n")[1] for head in places.head] == ["working days", "reviews, days", "26 weeks, points"]
    assert dict(places.rows)["J3"] == ["(+0.05 ±0.10)", "(0.00 ±0.10)", "+2.0 ±1.1"]
    assert any("likely a little less" in note for note in notes)
    (places,), notes = in_parts(pd.DataFrame(in_places(names[:5], [1, 0.01, 2, 3, 4])))
    assert [name for name, _ in places.rows] == names[:5] and places.heading == "By jobcentre" and len(notes) == 1
    blocks, notes = in_parts(pd.DataFrame(in_places(names, [0.01] * 8)))
    assert blocks == [] and notes == ["In none of the 8 jobcentres by itself can a difference be told."]


def test_figures_asked_for_are_told(result):
    more = result.scenario.change({"jobcentres.Ashby.coaches": "+1", "name": "one more"})
    comparison = sim.compare(result, more, workers=1)
    figures = [Figure.parse(text, result.scenario) for text in ("first_meeting_wait.p90[jobcentre=Ashby]", "backlog_cleared")]
    text = printed(screen.comparison, comparison, None, figures)
    table = comparison.table
    row = table[(table["jobcentre"] == "Ashby") & (table["measure"] == "first_meeting_wait") & (table["statistic"] == "p90")].iloc[0]
    lines = asked_for(table, figures)
    assert [line.label for line in lines] == ["wait for the meeting held, 90th percentile (Ashby)", "cleared on, mean"]
    assert (lines[0].base, lines[0].difference) == (plain(row["base_estimate"], row["unit"]), difference(row.to_dict()))
    assert "Asked for" in text and max(map(len, text.splitlines())) <= 80
    gone = asked_for(table, [replace(figures[0], jobcentre="Elsewhere")])
    assert (gone[0].base, gone[0].other, gone[0].difference) == (BLANK, BLANK, BLANK)
