"""Figures: their lines are the tables' numbers, their bytes are stable, and each can be read without seeing it."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest

import sim
from sim.results import ALL, SPLIT
from sim.scenario.schema import AGE_GROUPS
from sim.show import charts, style
from sim.show.dots import differences, jobcentres
from sim.show.marks import planned
from sim.show.result import Result
from sim.show.style import _apart
from tests.unit.support import SUPPORT
from tests.unit.synthetic import small_scenario
from tests.unit.test_compare import tables

CAMP = {
    "area": None,
    "desks": 2,
    "temporary": {"opens": "2020-08-03", "closes": "2020-08-24"},
    "takes_from": {"Ashby": 0.5},
    "standing_caseload": True,
    "coaches_from": {"Ashby": 1},
}
RECRUITS = {"first": {"starts": "2020-07-10", "coaches": 2, "training_working_days": 10}}


def with_camp(**changes):
    plain = small_scenario()
    camp = {key: value for key, value in CAMP.items() if value is not None}
    return plain.change({"jobcentres.Camp": camp, "coaches.recruitment": RECRUITS, **changes})


@pytest.fixture(scope="module")
def result():
    return sim.run(with_camp(), replications=4, workers=1)


@pytest.fixture(scope="module")
def other():
    return sim.run(with_camp(**{"jobcentres.Ashby.coaches": "+1", "name": "one more"}), replications=4, workers=1)


@pytest.fixture(scope="module")
def supported():
    return sim.run(small_scenario(**SUPPORT), replications=4, workers=1)


@pytest.fixture(scope="module")
def from_nobody():
    """A run that starts with nobody there, of which a precision was asked for."""
    plain = small_scenario().change({"areas.*.claimants": 0, "other_leaving.monthly_rate": 0.9})
    return sim.run(plain, precision=0.1, measures=["job_entries", "caseload.at_end"], replications=40, workers=1)


def run_for(figure, result, supported, from_nobody):
    return {"precision": from_nobody, "warm_up": from_nobody}.get(figure, supported if figure in charts.NEEDS else result)


def plotted(chart):
    """Lines by name: arrays of x and y."""
    return {line.get_gid(): line.get_data() for ax in chart.axes for line in ax.lines if line.get_gid()}


def weekly(result, measure, statistic, programme=ALL):
    table = result.weekly[result.weekly["programme"] == programme]
    return table[(table["area"] == ALL) & (table["measure"] == measure) & (table["statistic"] == statistic)]


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("waits", [("first_meeting_offered", "mean"), ("first_meeting_offered", "p90")]),
        ("waits", [("first_meeting_wait", "mean"), ("first_meeting_wait", "p90")]),
        ("reviews", [("review_interval", "mean"), ("review_delay", "mean")]),
        ("coaches", [("coaches", "mean"), ("caseload_per_coach", "mean")]),
        ("use", [("coach_use", "share"), ("desk_use", "share")]),
        ("backlog", [("first_meeting_waiting", "mean"), ("reviews_overdue", "mean")]),
    ],
)  # fmt: skip
def test_lines_are_the_weekly_table(result, figure, shown):
    lines = plotted(charts.FIGURES[figure](result, result.scenario))
    for measure, statistic in shown:
        rows = weekly(result, measure, statistic)
        x, y = lines[f"{measure}-{statistic}"]
        np.testing.assert_array_equal(np.asarray(x, dtype="datetime64[s]"), rows["week"].to_numpy())
        expected = rows["estimate"].to_numpy(dtype=float).copy()
        expected[rows["replications"].to_numpy() < 2] = np.nan  # half of four
        np.testing.assert_array_equal(y, expected)
        assert np.isfinite(y).any()


def test_programmes_and_vacancies_are_the_weekly_table(supported):
    lines = plotted(charts.FIGURES["programmes"](supported, supported.scenario))
    starts = supported.summary[supported.summary["measure"] == "programme_starts"].set_index(["programme", "area", "age_group"])["estimate"]
    for name in SUPPORT["programmes"]:
        for measure in ("programme_queue", "programme_occupancy"):
            np.testing.assert_array_equal(lines[f"{measure}-{name}"][1], weekly(supported, measure, "mean", name)["estimate"])
        so_far = lines[f"programme_starts-{name}"][1]
        assert (np.diff(so_far) >= 0).all() and so_far[-1] == pytest.approx(starts[name, ALL, ALL]) and so_far[-1] > 0
    lines = plotted(charts.FIGURES["labour_market"](supported, supported.scenario))
    for measure in ("vacancies", "tightness"):
        np.testing.assert_array_equal(lines[f"{measure}-mean"][1], weekly(supported, measure, "mean")["estimate"])
    for measure in ("job_entries", "hires_by_others"):  # 1 July 2020 is a Wednesday, 8 September a Tuesday
        np.testing.assert_array_equal(lines[f"{measure}-count"][1], weekly(supported, measure, "count")["estimate"][1:-1])


def test_figures_that_do_not_apply_are_not_drawn_and_old_ones_go(supported, result, tmp_path, monkeypatch):
    monkeypatch.setattr(style.Chart, "png", lambda chart: b"")  # which takes long, and is not what is asked here
    charts.save(supported, tmp_path, supported.scenario)
    assert {path.stem for path in tmp_path.glob("*.svg")} == set(charts.FIGURES) - {"precision", "warm_up"}
    charts.save(result, tmp_path, result.scenario)
    assert {path.stem for path in tmp_path.glob("*.*g")} == set(charts.FIGURES) - set(charts.NEEDS)
    assert "programmes" not in (tmp_path / "README.md").read_text()


def test_a_value_that_few_replications_have_is_not_shown(result):
    table = pd.DataFrame({"estimate": [1.0, 2.0, 3.0], "low": 0.0, "high": 4.0, "replications": [1, 2, 4]})
    shown = charts.shown(table, result, 0.5)
    assert shown["estimate"].isna().tolist() == [True, False, False]
    assert shown["low"].isna().tolist() == [True, False, False]


def test_coaches_in_training_are_those_of_the_daily_table(result):
    x, y = plotted(charts.coaches(result))["in_training"]
    daily = result.daily.groupby(["replication", "date"])["in_training"].sum()
    assert daily.max() == pytest.approx(2, abs=0.02)  # some leave
    before = np.asarray(x, dtype="datetime64[D]") < np.datetime64("2020-07-06")
    assert (y[before] == 0).all()
    one_week = daily.loc[:, "2020-07-13":"2020-07-19"].groupby("replication").mean().mean()
    assert y[np.asarray(x, dtype="datetime64[D]") == np.datetime64("2020-07-13")][0] == pytest.approx(one_week)


def test_job_entry_is_the_incidence_table(result):
    lines = plotted(charts.job_entries(result))
    for name, gid in ((ALL, "all"), ("25-49", "age_25-49")):
        rows = result.incidence[(result.incidence["age_group"] == name) & (result.incidence["replications"] == 4)]
        np.testing.assert_array_equal(lines[gid][0], rows["week"])
        np.testing.assert_array_equal(lines[gid][1], rows["estimate"])


def test_the_target_and_the_asked_for_interval_are_drawn_only_if_known(result):
    assert set(plotted(charts.waits(result, result.scenario))["target"][1]) == {10}
    assert "target" not in plotted(charts.waits(result))
    asked = plotted(charts.reviews(result, result.scenario))["asked_for"][1]
    assert ((asked >= 7) & (asked <= 14)).all()  # weekly, every other week from week 14
    assert "asked_for" not in plotted(charts.reviews(result))


def test_dates_of_recruits_and_openings():
    dates = {name: [str(date) for date in found] for name, found in planned(with_camp()).items()}
    # 10 July 2020 is a Friday and the first of ten working days of training; the tenth is Thursday the 23rd.
    assert dates == {
        "recruits trained": ["2020-07-24"],
        "temporary jobcentre opens": ["2020-08-03"],
        "youth hub opens": [],
        "temporary jobcentre closes": ["2020-08-24"],
    }


def test_marks_stand_at_these_dates(result):
    lines = plotted(charts.waits(result, result.scenario))
    assert [str(np.datetime64(x, "D")) for x in lines["recruits_trained"][0]] == ["2020-07-24"]
    assert "recruits_trained" not in plotted(charts.waits(result))


def test_jobcentres_are_the_summary_highest_first_and_temporary_ones_apart(result):
    chart = jobcentres(result, result.scenario, "review_interval")
    rows = result.summary[(result.summary["measure"] == "review_interval") & (result.summary["jobcentre"] != ALL)].set_index("jobcentre")
    permanent = rows.loc[["Ashby", "Barton"]].sort_values("estimate", ascending=False)
    lines = plotted(chart)
    np.testing.assert_array_equal(lines["permanent"][0], permanent["estimate"])
    np.testing.assert_array_equal(lines["temporary"][0], rows.loc[["Camp"], "estimate"])
    assert [label.get_text() for label in chart.axes[0].get_yticklabels()] == [*permanent.index, "Camp"]


def test_a_measure_that_is_not_there_is_named(result):
    with pytest.raises(ValueError, match="'waits'"):
        jobcentres(result, None, "waits")
    with pytest.raises(ValueError, match="mean, median, p90, not 'max'"):
        jobcentres(result, None, "first_meeting_wait", "max")
    with pytest.raises(ValueError, match="'backlog_cleared'"):
        jobcentres(result, None, "backlog_cleared")


def test_differences_are_the_comparison_table(result, other):
    comparison = sim.compare(result, other)
    lines = plotted(differences(comparison))
    table = comparison.table
    whole = table[(table[["jobcentre", "area", "age_group"]] == ALL).all(axis=1)].set_index(["measure", "statistic"])["difference"]
    assert lines["review_interval-mean"][0] == pytest.approx([whole["review_interval", "mean"]])
    assert lines["coach_use-share"][0] == pytest.approx([100 * whole["coach_use", "share"]])
    assert whole["review_interval", "mean"] < 0
    assert lines["net_entries-count"][0] == pytest.approx([whole["net_entries", "count"]])


def test_differences_by_week_are_the_table_by_week(result, other):
    comparison = sim.compare(result, other)
    chart = comparison.plot.differences_over_time()
    lines, weekly = plotted(chart), comparison.weekly
    everyone = weekly[(weekly["area"] == ALL) & (weekly["programme"] == ALL)]
    for measure, statistic in (("first_meeting_wait", "mean"), ("review_interval", "mean"), ("job_entries", "count")):
        rows = everyone[(everyone["measure"] == measure) & (everyone["statistic"] == statistic)]
        if measure == "job_entries":
            rows = rows[1:-1]  # 1 July 2020 is a Wednesday, 8 September a Tuesday
        expected = np.where(rows["replications"] >= 2, rows["difference"], np.nan)  # half of four
        np.testing.assert_array_equal(lines[f"{measure}-0"][1], expected)
        assert np.isfinite(expected).any()
    assert all(any(set(line.get_ydata()) == {0} for line in ax.lines) for ax in chart.axes), "a line at no difference"
    assert "one more" in chart.alt and "lowest -" in chart.alt


def test_differences_by_jobcentre_are_the_comparison_table(result, other):
    comparison = sim.compare(result, other, sim.Result.of_run(other, None))
    chart = comparison.plot.differences_by_jobcentre()
    names = [label.get_text() for label in chart.axes[-2].get_yticklabels()]  # of two panels
    table = comparison.table[comparison.table["jobcentre"] != ALL]
    for slot, name in enumerate(dict.fromkeys(table["other"])):
        rows = table[(table["other"] == name) & (table["measure"] == "review_interval")].set_index("jobcentre")["difference"]
        np.testing.assert_allclose(plotted(chart)[f"review_interval-{slot}"][0], rows.reindex(names))
        rates = table[(table["other"] == name) & (table["statistic"] == "13_weeks")].set_index("jobcentre")["difference"]
        assert f"job_entry_rate-{slot}" not in plotted(chart) and rates.isna().all(), "ten weeks are too short"
    waits = table[(table["other"] == "one more") & (table["measure"] == "first_meeting_wait") & (table["statistic"] == "mean")]
    assert names == list(waits.sort_values("difference", ascending=False)["jobcentre"]) and len(names) == 3
    assert "told in" in chart.alt and "one more (2)" in chart.alt


def test_more_scenarios_than_colours(result, other):
    comparison = sim.compare(result, *[other] * 5)
    for chart in (comparison.plot.differences_over_time(), comparison.plot.differences_by_jobcentre()):
        assert "first 4 of 5 scenarios" in " ".join(" ".join(text.get_text() for text in chart.texts).split())
        assert {gid.rpartition("-")[2] for gid in plotted(chart)} == {"0", "1", "2", "3"}


@pytest.mark.parametrize("name", ["differences_over_time", "differences_by_jobcentre"])
@pytest.mark.filterwarnings("error")
def test_nothing_to_compare_is_said(name):
    chart = charts.COMPARISON_FIGURES[name](sim.compare(EMPTY, tables("other", [2.0, 3.0])))
    assert "no values to show" in [text.get_text() for ax in chart.axes for text in ax.texts] and chart.alt


def test_precision_by_number_of_replications_is_that_of_the_replications(from_nobody):
    lines = plotted(charts.run_length.precision(from_nobody))
    values = from_nobody.replications[
        (from_nobody.replications["measure"] == "job_entries") & (from_nobody.replications[SPLIT] == ALL).all(axis=1)
    ]["value"].to_numpy()
    t = {3: 4.302653, 4: 3.182446, 5: 2.776445}  # 2, 3 and 4 degrees of freedom, from a printed table
    x, y = lines["job_entries.count"]
    for n, quantile in t.items():
        expected = 100 * quantile * values[:n].std(ddof=1) / np.sqrt(n) / values[:n].mean()
        assert y[np.asarray(x) == n][0] == pytest.approx(expected, abs=1e-3)
    told = from_nobody.info["precision"]
    assert len(values) == from_nobody.info["replications"] == x[-1] == told["recommended"] + 5
    assert set(lines["target"][1]) == {10} and set(lines["recommended"][0]) == {told["recommended"]}
    assert "caseload.at_end" in lines


def test_warm_up_is_drawn_from_the_daily_table(from_nobody):
    told = from_nobody.info["warm_up"]
    chart = charts.run_length.warm_up(from_nobody)
    x, y = plotted(chart)["caseload"]
    daily = from_nobody.daily.groupby(["replication", "date"])[["waiting", "in_reviews"]].sum().sum(axis=1).groupby("date").mean()
    assert len(x) == told["working_days"] == 49, "ten weeks but for two days at either end, less a bank holiday"
    for day in ("2020-07-01", "2020-08-28", "2020-09-08"):
        assert y[np.asarray(x, dtype="datetime64[D]") == np.datetime64(day)][0] == pytest.approx(daily[day])
    assert "2020-08-31" not in np.datetime_as_string(np.asarray(x, dtype="datetime64[D]"))


@pytest.mark.parametrize("figure", ["precision", "warm_up"])
def test_figures_that_there_are_not_are_refused(result, figure):
    with pytest.raises(ValueError, match=r"no precision|no warm-up"):
        getattr(result.plot, figure)()


def test_base_and_other_over_time(result, other):
    chart = sim.compare(result, other).plot.over_time()
    base, its = (line.get_ydata() for line in chart.axes[0].lines)
    for drawn, run in ((base, result), (its, other)):
        rows = weekly(run, "first_meeting_wait", "mean")
        known = rows["replications"].to_numpy() >= 2
        np.testing.assert_array_equal(drawn[known], rows["estimate"][known])
    assert "one more" in chart.alt


def test_every_figure_is_written_twice_with_the_same_bytes_and_said_in_words(result, other, tmp_path):
    comparison = sim.compare(result, other)
    for folder in ("one", "two"):
        charts.save(result, tmp_path / folder, result.scenario)
        charts.write({name: make(comparison) for name, make in charts.COMPARISON_FIGURES.items()}, tmp_path / folder / "compared")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    names = {path.stem for path in files} - {"README"}
    assert names == {*charts.FIGURES, *charts.COMPARISON_FIGURES} - {*charts.NEEDS}
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    words = "".join((tmp_path / "one" / folder / "README.md").read_text() for folder in ("", "compared"))
    for file in files:
        if file.suffix == ".svg":
            root = ElementTree.parse(tmp_path / "one" / file).getroot()
            title, description = root[0], root[1]
            assert title.tag.endswith("title") and description.tag.endswith("desc")
            assert root.get("role") == "img" and root.get("aria-label") == title.text
            assert len(description.text) > 60
            assert description.text in words
            assert file.with_suffix(".png") in files
    assert words.count("The same numbers as a table: ") == len(names)


def test_svg_holds_no_date_of_its_making(result):
    assert "<dc:date>" not in charts.use(result).svg()


def test_settings_of_the_user_neither_change_figures_nor_are_changed(result):
    expected = charts.use(result).svg()
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "svg.fonttype": "none", "lines.linewidth": 9}):
        mine = dict(matplotlib.rcParams)
        assert charts.use(result).svg() == expected
        assert dict(matplotlib.rcParams) == mine


@pytest.mark.parametrize("figure", charts.FIGURES)
def test_labels_do_not_overlap_and_nothing_is_cut_off(result, supported, from_nobody, figure):
    run = run_for(figure, result, supported, from_nobody)
    chart = charts.FIGURES[figure](run, run.scenario)
    chart.draw_without_rendering()
    width, height = chart.bbox.width, chart.bbox.height
    for ax in chart.axes:
        texts = [*ax.texts, ax.title, ax._left_title]  # type: ignore[attr-defined]
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            texts += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_visible()]
        boxes = [text.get_window_extent() for text in texts if text.get_text()]
        assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
        labels = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
        for lower, upper in pairwise(labels):
            assert upper.y0 >= lower.y1 - 0.5 or upper.x0 >= lower.x1 or lower.x0 >= upper.x1


def test_names_of_age_groups_stand_below_each_other_right_of_all_lines(result):
    """Also where one group's line ends before another's."""
    table = result.incidence
    table = table[(table["age_group"] != "16-24") | (table["week"] <= table["week"].max() - 3)]
    right = charts.job_entries(replace(result, incidence=table)).axes[1]
    boxes = {text.get_text(): text.get_window_extent() for text in right.texts}
    assert set(boxes) == set(AGE_GROUPS) and len({round(box.x0) for box in boxes.values()}) == 1
    assert all(box.x0 > right.transData.transform(line.get_xydata())[:, 0].max() for box in boxes.values() for line in right.lines)


@pytest.mark.parametrize(
    ("name", "said"),
    [("one more", ["small", "one more"]), ("A name that goes on and on, and so does not fit beside its line", ["base", "other"])],
)
def test_lines_over_time_have_the_scenarios_names_where_they_fit(result, other, name, said):
    runs = [replace(run, name=its) for run, its in ((result, "small"), (other, name))]
    for ax in charts.over_time(sim.compare(*runs)).axes:
        assert sorted(text.get_text() for text in ax.texts) == sorted(said)


def test_neighbours_are_moved_apart_and_keep_their_order():
    assert _apart([0, 10, 20], [4, 4, 4]) == [0, 10, 20]
    assert _apart([10, 10, 10], [4, 4, 4]) == [6, 10, 14]
    assert _apart([0, 10, 11], [4, 4, 4]) == [0, 8.5, 12.5]


def test_one_replication_has_no_bands():
    one = sim.run(small_scenario(), replications=1, workers=1)
    chart = charts.waits(one, one.scenario)
    assert all(not np.isfinite(path.vertices).any() for ax in chart.axes for band in ax.collections for path in band.get_paths())
    assert "no intervals" in "".join(text.get_text() for text in chart.texts)


EMPTY = tables("empty", [1.0, 2.0])
NOBODY = {"jobcentres.*.coaches": 0}


@pytest.mark.parametrize("case", ["empty", "nobody", "two weeks"])
@pytest.mark.filterwarnings("error")
def test_figures_of_extremes(case):
    scenario = small_scenario().change({"empty": {}, "nobody": NOBODY, "two weeks": {"period.to": "2020-07-14"}}[case])
    run = Result.of_run(EMPTY) if case == "empty" else sim.run(scenario, replications=2, workers=1)
    figures = {name: make for name, make in charts.FIGURES.items() if name not in ("precision", "warm_up")}
    drawn = {name: make(run, None if case == "empty" else scenario) for name, make in figures.items()}
    assert all(chart.alt and chart.numbers for chart in drawn.values())
    said = [text.get_text() for ax in drawn["waits"].axes for text in ax.texts]
    assert ("no values to show" in said) == (case != "two weeks")


def test_a_name_is_never_read_as_a_formula():
    run = sim.run(small_scenario(name="From $5 to $6 <b>"), replications=1, workers=1)
    chart = charts.use(run, run.scenario)
    assert any("From $5 to $6 <b>" in text.get_text() and not text.get_parse_math() for text in chart.texts)
    ElementTree.fromstring(chart.svg())
