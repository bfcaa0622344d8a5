import datetime as dt
import io
import math

import numpy as np
import pandas as pd
import pytest

from sim.experiment.job import ALWAYS
from sim.measures import FEWEST_AT_RISK, HALF_A_DAY, MEASURES
from sim.model.ledger import Event
from sim.record import COST_COLUMNS, HOME_COLUMNS, SECTOR_COLUMNS, SITE_COLUMNS
from sim.results import MEASURE_KEYS, SPLIT, WEEKLY_KEYS, RunTables, csv, over_replications, readable, replication_tables, summarise
from sim.view import View
from tests.unit.synthetic import record, some_people, some_referrals

EPOCH = dt.date(1970, 1, 1)


@pytest.fixture(scope="module")
def of():
    luck = np.random.default_rng(2)
    home = {name: luck.integers(0, 9, (40, 3, 3)) for name in HOME_COLUMNS}
    site = {name: luck.integers(1, 90, (40, 3)) for name in SITE_COLUMNS}
    return record(some_people(4, days=40), days=40, home=home, site=site, replication=3)


@pytest.fixture(scope="module")
def with_all():
    """With programmes, a labour market and costs."""
    luck = np.random.default_rng(3)
    return record(
        some_people(4, days=40),
        days=40,
        programmes={"JETS": 950, "Kickstart": 6000},
        episodes=some_referrals(6, n=200, days=40),
        unused=luck.integers(-1, 5, (40, 2)),
        sectors=("Care", "Shops"),
        market={name: luck.integers(1, 9, (40, 2)) for name in SECTOR_COLUMNS},
        costs={name: luck.integers(1, 9, (40, 3)) for name in COST_COLUMNS},
    )


@pytest.fixture(scope="module")
def tables(of):
    return replication_tables(of, [*ALWAYS, "people"])


def pick(table, measure, statistic, **where):
    wanted = {"measure": measure, "statistic": statistic} | {name: where.get(name, "all") for name in SPLIT}
    rows = table[np.logical_and.reduce([table[name] == value for name, value in wanted.items()])]
    return rows.squeeze()


# One replication


def test_measures_are_tidy(of, tables):
    frame = tables["measures"]
    assert list(frame.columns) == ["replication", *MEASURE_KEYS, "value"]
    assert not frame.duplicated(MEASURE_KEYS).any()
    assert (frame["replication"] == 3).all() and (frame["programme"] == "all").all()
    splits = 1 + 3 + 2 + 3
    assert set(frame["measure"]) == {name for name, measure in MEASURES.items() if measure.applies(of)}
    for name, rows in frame.groupby("measure"):
        measure = MEASURES[name]
        assert len(rows) == (splits - 3 * measure.of_sites) * len(measure.within_replication)
        assert set(rows["unit"]) == {measure.unit}
    assert pick(frame, "job_entries", "count", jobcentre="Barton")["value"] == of.by_home[:, 1, :, HOME_COLUMNS.index("job_entries")].sum()
    assert pick(frame, "first_meeting_wait", "mean", age_group="50+")["value"] == View(of, age=2).wait_until("first_held").mean()


def test_measures_of_programmes_split_by_programme_and_then_by_area_and_age(with_all):
    frame = replication_tables(with_all, ALWAYS)["measures"]
    assert not frame.duplicated(MEASURE_KEYS).any() and set(frame["measure"]) == set(MEASURES)
    starts = frame[frame["measure"] == "programme_starts"]
    assert len(starts) == 3 * (1 + 2 + 3) and (starts["jobcentre"] == "all").all()
    assert pick(starts, "programme_starts", "count", programme="JETS", area="South")["value"] == sum(
        (e["programme"] == 0) & (e["area"] == 1) & (e["started"] >= 0) for e in with_all.episodes
    )
    total = pick(starts, "programme_starts", "count")["value"]
    assert total > 0 and total == sum(pick(starts, "programme_starts", "count", programme=name)["value"] for name in ("JETS", "Kickstart"))
    units = frame[frame["measure"] == "programme_job_outcomes"].groupby("statistic")["unit"].unique().to_dict()
    assert units == {"at_end": ["people"], "while_on_it": ["people"], "share": ["share"]}
    unused = frame[frame["measure"] == "programme_places_unused"]
    assert unused["programme"].tolist() == ["JETS", "Kickstart"] and (unused[["jobcentre", "area", "age_group"]] == "all").all(axis=None)
    assert (frame[frame["measure"].isin(["vacancies", "tightness", "hires_by_others"])][SPLIT] == "all").all(axis=None)
    cost = frame[frame["measure"] == "cost"]
    assert set(cost["statistic"]) == {"total", "coaches", "training", "estate", "programmes"} and len(cost) == 5 * (1 + 3 + 2)
    assert set(frame[frame["programme"] != "all"]["measure"]) == {name for name in MEASURES if name.startswith("programme_")}


def test_weeks_of_programmes(with_all):
    tables = replication_tables(with_all, ALWAYS)
    weekly = tables["weekly"]
    assert not weekly.duplicated(["week", "area", "programme", "measure", "statistic"]).any()
    for where in ({"programme": "Kickstart"}, {"area": "South"}, {}):
        rows = weekly[(weekly["measure"] == "programme_starts") & (weekly["area"] == where.get("area", "all"))]
        rows = rows[rows["programme"] == where.get("programme", "all")]
        assert len(rows) == 6 and rows["value"].sum() == pick(tables["measures"], "programme_starts", "count", **where)["value"] > 0
    both = weekly[(weekly["area"] != "all") & (weekly["programme"] != "all")]
    assert len(both) == 0
    assert {"programme_queue", "programme_occupancy", "vacancies", "cost"} <= set(weekly["measure"])


def test_splits_add_up(tables):
    frame = tables["measures"]
    for measure in ("claims", "job_entries"):
        total = pick(frame, measure, "count")["value"]
        for split, names in (("jobcentre", ("Ashby", "Barton", "Camp")), ("age_group", ("16-24", "25-49", "50+"))):
            assert sum(pick(frame, measure, "count", **{split: name})["value"] for name in names) == total
        areas = sum(pick(frame, measure, "count", area=name)["value"] for name in ("North", "South"))
        assert areas == total - pick(frame, measure, "count", jobcentre="Camp")["value"]  # temporary: in no area


def test_daily_is_the_record_by_date_and_jobcentre(of, tables):
    daily = tables["daily"]
    assert len(daily) == 40 * 3
    row = daily[(daily["date"] == "2020-07-10") & (daily["jobcentre"] == "Barton")].squeeze()
    for i, name in enumerate(HOME_COLUMNS):
        assert row[name] == of.by_home[9, 1, :, i].sum()
    for i, name in enumerate(SITE_COLUMNS):
        assert row[name] == of.by_site[9, 1, i]


def test_weeks_begin_on_monday_and_leave_nothing_out(of, tables):
    weekly = tables["weekly"]
    weeks = weekly["week"].drop_duplicates()
    assert (weeks.dt.day_of_week == 0).all()
    assert weeks.iloc[0] == pd.Timestamp("2020-06-29") and len(weeks) == 6  # 1 July is a Wednesday; 40 days
    for area in ("all", "North", "South"):
        rows = weekly[(weekly["measure"] == "claims") & (weekly["area"] == area)]
        assert rows["value"].sum() == pick(tables["measures"], "claims", "count", area=area)["value"]
    first = weekly[(weekly["measure"] == "caseload") & (weekly["statistic"] == "mean") & (weekly["area"] == "all")].iloc[0]
    assert first["value"] == View(of).caseload[:5].mean()
    rates = {"job_entry_rate", "days_to_job", "backlog_cleared"}
    assert set(weekly["measure"]) == set(tables["measures"]["measure"]) - rates


def test_incidence_starts_at_nothing_and_never_falls(tables):
    curve = tables["incidence"]
    assert set(curve["age_group"]) == {"all", "16-24", "25-49", "50+"}
    everyone = curve[curve["age_group"] == "all"]["value"].to_numpy()
    assert len(everyone) == 105 and everyone[0] == 0
    seen = everyone[~np.isnan(everyone)]
    assert len(seen) > 2 and (np.diff(seen) >= 0).all() and seen[-1] > 0


def test_incidence_of_an_age_group_is_its_own(of, tables):
    curves = [rows["value"].to_numpy() for _, rows in tables["incidence"].groupby("age_group", sort=False)]
    for view, curve in zip([View(of), *(View(of, age=i) for i in range(3))], curves, strict=True):
        assert curve == pytest.approx([view.job_entry.at(7 * week, FEWEST_AT_RISK) for week in range(105)], nan_ok=True)
        assert curve[1] > 0 and sum(np.array_equal(curve, other, equal_nan=True) for other in curves) == 1


def test_people_have_dates_and_names(of, tables):
    people = tables["people"]
    assert people["person"].tolist() == list(range(len(of.people)))
    assert people["claim"].iloc[0] == pd.Timestamp("2020-06-26")  # five days before the run
    assert people["exit"].isna().sum() == (of.people["exit"] < 0).sum()
    assert (people["exit_kind"] == "job entry").sum() == (of.people["exit_kind"] == 1).sum()
    assert (people["exit_kind"] == "").sum() == people["exit"].isna().sum()
    assert (people["spell"] == 0).all() and people["earlier"].isna().all()
    again = replication_tables(record([{"claim": 1}, {"claim": 5, "spell": 1, "earlier": 0}]), ["people"])["people"]
    assert again["spell"].tolist() == [0, 1] and again["earlier"].iloc[1] == 0 and pd.isna(again["earlier"].iloc[0])
    waits = people.dropna(subset=["first_held"])
    assert (waits["first_held"] > waits["claim"]).all()


def test_events_have_dates_and_names():
    log = np.array(
        [
            [-1, 6, 7, Event.BOOKED, 0, 1, 1, -1, 0],
            [0, 1, 9, Event.CLAIM, 1, 0, -1, -1, -1],
            [0, 3, 7, Event.HELD, 0, 1, 1, -1, 10],
            [0, 3, 7, Event.REFERRED, 0, -1, -1, 1, 0],
        ]
    )
    frame = replication_tables(record(events=log, programmes={"JETS": 0, "Kickstart": 0}), ["events"])["events"]
    july = [pd.Timestamp("2020-07-01")]
    assert frame["date"].tolist() == [pd.Timestamp("2020-06-30"), *july * 3]
    assert frame["event"].tolist() == ["booked", "claim", "held", "referred"]
    assert frame["booked_for"].iloc[0] == july[0] and frame["booked_for"].isna().tolist() == [False, True, True, True]
    assert frame["value"].isna().tolist() == [True, True, False, False] and frame["value"].tolist()[2:] == [10, 0]
    assert frame["channel"].iloc[0] == "phone" and frame["channel"].isna().tolist() == [False, True, False, True]
    assert frame["programme"].iloc[3] == "Kickstart" and frame["programme"].isna().tolist() == [True, True, True, False]
    with pytest.raises(ValueError, match="no events"):
        replication_tables(record(), ["events"])


# Over replications


def of_replications(values, measure="caseload", statistic="mean", unit="people"):
    fixed = {"measure": measure, "statistic": statistic, **dict.fromkeys(SPLIT, "all"), "unit": unit}
    return pd.DataFrame([{"replication": i, **fixed, "value": value} for i, value in enumerate(values)])


def test_intervals_are_students():
    row = summarise(of_replications([11.0, 12.0, 13.0]), "s").squeeze()
    assert row["estimate"] == 12 and row["replications"] == 3 and row["scenario"] == "s" and row["unit"] == "people"
    half = 4.302653 / math.sqrt(3)  # t with 2 degrees of freedom, from a printed table; the sample's deviation is 1
    assert row["low"] == pytest.approx(12 - half, abs=1e-5) and row["high"] == pytest.approx(12 + half, abs=1e-5)


def test_intervals_end_where_values_must():
    """Nobody waits in negative numbers, and no share is above one."""
    people = summarise(of_replications([0.0, 0.0, 3.0]), "s").squeeze()
    assert people["low"] == 0 and people["high"] > 3
    shares = summarise(of_replications([0.9, 1.0, 1.0]).assign(unit="share"), "s").squeeze()
    assert shares["high"] == 1 and 0 < shares["low"] < 0.9


def test_blanks_are_left_out_and_counted():
    row = summarise(of_replications([1.0, math.nan, 3.0]), "s").squeeze()
    assert row["estimate"] == 2 and row["replications"] == 2
    one = summarise(of_replications([5.0, math.nan]), "s").squeeze()
    assert one["estimate"] == 5 and one["replications"] == 1 and math.isnan(one["low"]) and math.isnan(one["high"])
    none = summarise(of_replications([math.nan]), "s").squeeze()
    assert math.isnan(none["estimate"]) and none["replications"] == 0


def test_intervals_cover_the_truth_as_often_as_they_say():
    luck = np.random.default_rng(8)
    frame = pd.DataFrame({"key": np.repeat(np.arange(4000), 5), "value": luck.normal(10, 3, 20_000)})
    table = over_replications(frame, ["key"])
    covered = ((table["low"] <= 10) & (table["high"] >= 10)).mean()
    assert covered == pytest.approx(0.95, abs=0.011)  # three standard errors


def of_dates(*days):
    return summarise(of_replications(list(days), "backlog_cleared", "date", "date"), "s").set_index("statistic")


def test_dates_are_order_statistics_and_the_share_that_gets_there():
    table = of_dates(*range(18301, 18310), math.nan)
    assert table.loc["share", "estimate"] == 0.9 and table.loc["share", "unit"] == "share"
    assert table.loc["share", "low"] == pytest.approx(0.5958, abs=1e-4)  # Wilson, 9 of 10
    assert table.loc["share", "high"] == pytest.approx(0.9821, abs=1e-4)
    assert table.loc[["p10", "median", "p90"], "estimate"].tolist() == [18301, 18305, 18309]
    # ranks 2 and 9 hold the median of 10 with at least 95%: binomial(10, 1/2) lies below 2 or above 8 with 2 x 11/1024
    assert table.loc["median", ["low", "high"]].tolist() == [18302, 18309]
    assert math.isnan(table.loc["p90", "high"])
    assert table["replications"].tolist() == [10, 9, 9, 9]


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7, 10, 20])
def test_the_p90_of_dates_is_the_day_by_which_nine_in_ten_got_there(number):
    """The first such day: of three or five replications that is the last. The same for one in ten and for half."""
    days = 18300 + np.arange(number)
    table = of_dates(*days[::-1])
    for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9)):
        day = table.loc[name, "estimate"]
        assert (days <= day).mean() >= share > (days < day).mean()


def test_a_quantile_among_those_that_never_get_there_is_blank():
    table = of_dates(18300, math.nan, math.nan)
    assert table.loc["p10", "estimate"] == 18300
    assert table.loc[["median", "p90"], "estimate"].isna().all()


def test_dates_are_written_in_iso():
    day = (dt.date(2021, 4, 26) - EPOCH).days
    summary = pd.concat([of_dates(day, day).reset_index(), summarise(of_replications([0.1 + 0.2, 1e9]), "s")], ignore_index=True)
    shown = readable(summary)
    assert shown.loc[shown["statistic"] == "median", "estimate"].item() == "2021-04-26"
    assert summary.loc[summary["statistic"] == "median", "estimate"].item() == day  # the original keeps its numbers
    again = pd.read_csv(io.StringIO(csv(summary)))
    assert list(again["estimate"]) == ["1", "2021-04-26", "2021-04-26", "2021-04-26", "500000000"]
    assert again["low"].isna().tolist() == [False, True, True, True, False]


def test_run_tables_hold_what_replications_give():
    parts = [replication_tables(record(some_people(seed), replication=seed), [*ALWAYS, "people"]) for seed in range(4)]
    joined = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    info = {"scenario": "by hand", "fingerprint": "f", "seed": 1, "replications": 4}
    run = RunTables.of(info, joined["measures"], joined["daily"], joined["weekly"], joined["incidence"])
    assert run.name == "by hand" and run.fingerprint == "f" and run.people is None
    row = pick(run.summary, "first_meeting_wait", "median")
    values = [View(record(some_people(seed))).wait_until("first_held").quantile(0.5) + HALF_A_DAY for seed in range(4)]
    assert row["estimate"] == pytest.approx(np.mean(values)) and row["low"] < row["estimate"] < row["high"]
    assert list(run.summary.columns) == ["scenario", "measure", "statistic", *SPLIT, "estimate", "low", "high", "replications", "unit"]
    assert list(run.weekly.columns) == [*WEEKLY_KEYS, "estimate", "low", "high", "replications"]
    assert list(run.incidence.columns) == ["age_group", "week", "estimate", "low", "high", "replications"]
    assert len(run.weekly) == len(parts[0]["weekly"]) and len(run.incidence) == len(parts[0]["incidence"])
