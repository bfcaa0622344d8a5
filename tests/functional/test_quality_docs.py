"""The quality documents follow the scenarios and the run that they are about."""

import datetime as dt
import re
import runpy

import pandas as pd
import pytest

import sim
from sim.scenario import fingerprint, load
from tests.evidence import root
from tests.scenarios import rich, tiny

QUALITY = root() / "docs" / "quality"
MAKE = runpy.run_path(str(root() / "docs" / "make_quality.py"))
LOG = (QUALITY / "assumptions_log.md").read_text(encoding="utf-8")
STRESS = (QUALITY / "stress_des.md").read_text(encoding="utf-8")
THERE = [file for file in MAKE["SCENARIOS"] if (root() / file).exists()]

SECTIONS = {"1": 3, "2": 4, "2.5": 5, "3": 4, "4": 3, "5": 4, "6": 1}
ITEMS = sorted(f"{section}.{item}" for section, items in SECTIONS.items() for item in range(1, items + 1))
"""Of STRESS-DES."""


# ---- the assumptions log


def test_the_log_follows_the_scenarios():
    assert re.findall(r"^`(scenarios/[\w.]+)`: ", LOG, re.MULTILINE) == THERE
    current = MAKE["log_page"]() == LOG
    assert current, "run python docs/make_quality.py"


def test_no_number_is_left_out():
    """Each is in one row, and the counts are of all of them."""
    scenario = rich()
    table = MAKE["numbers"](scenario)
    assert len(table) == len(sim.scenario.assumptions(scenario))
    assert sum(len(row.numbers) for row in MAKE["rows"](table)) == len(table)
    counted = [int(cells[2]) for line in MAKE["_counts"](table).splitlines()[2:] if (cells := line.replace(",", "").split("|"))]
    assert sum(counted) == len(table)


def told(changes, key):
    """The cells of a key's rows: value, interval, unit, confidence, source."""
    return [MAKE["_told"](row.numbers) for row in MAKE["rows"](MAKE["numbers"](tiny(changes))) if row.key == key]


def test_an_interval_that_is_missing_is_named():
    sure = {"value": 0.1, "low": 0.05, "high": 0.2, "confidence": "assumption"}
    assert told({"coaches.absence": sure}, "coaches.absence") == [("0.1", "0.05 to 0.2", "share", "assumption", "–")]
    assert told({"coaches.absence": 0.1}, "coaches.absence") == [("0.1", "**none stated**", "share", "not stated", "–")]
    choice = {"value": 10, "confidence": "policy"}
    key = "appointments.book_ahead_working_days"
    assert told({key: choice}, key) == [("10", "none: a choice", "working days", "policy", "–")]
    half = {"value": 0.1, "high": 0.2, "confidence": "seen", "source": "A | B"}
    assert told({"coaches.absence": half}, "coaches.absence") == [("0.1", "– to 0.2", "share", "seen", "A / B")]


def test_a_series_is_one_row():
    series = {"by_date": {"2021-02-01": 10, "2021-02-08": 20, "2021-02-15": 40}, "low": "-10%", "high": "+20%", "confidence": "assumption"}
    (row,) = told({"areas.North.claims_per_week": series}, "areas.*.claims_per_week")
    assert row[:2] == ("10 to 40 (3 dated values)", "-10% / +20%")
    part = {"2021-02-01": {"value": 10, "confidence": "recalled"}, "2021-02-08": {"value": 20, "low": 10, "confidence": "assumption"}}
    first, second = told({"areas.North.claims_per_week": part}, "areas.*.claims_per_week")
    assert first[0] == "10 from 2021-02-01" and second[:2] == ("20 from 2021-02-08", "10 to –")


def test_what_is_alike_shares_a_row_and_programmes_do_not():
    keys = [row.key for row in MAKE["rows"](MAKE["numbers"](rich()))]
    assert {"jobcentres.*.desks", "jobcentres.*.coaches_from.*", "claimants.by_weekday.*", "labour_market.sectors.*.share"} <= set(keys)
    assert {"programmes.Kick.take_up", "programmes.Help.take_up", "coaches.recruitment.first.coaches"} <= set(keys)
    assert "job_entry.monthly_rate_by_week.13" in keys and "claimants.age_groups.50+" in keys
    assert all(row.meaning for row in MAKE["rows"](MAKE["numbers"](rich())) if not row.key.startswith("appointments.first_meeting.reserve"))


def test_long_sources_are_cut_at_a_word():
    cut = MAKE["_cell"]("word " * 100)
    assert len(cut) <= MAKE["LONGEST"] and cut.endswith("word …")


# ---- STRESS-DES


def test_every_item_is_answered():
    assert re.findall(r"^\*\*(\d(?:\.\d)+)[ *.]", STRESS, re.MULTILINE) == ITEMS and len(ITEMS) == 24


@pytest.mark.long
def test_the_run_told_of_is_of_the_scenario_as_it_is():
    """Else the page tells of a run that can no longer be made."""
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", STRESS.partition(MAKE["BEGIN"])[2].partition(MAKE["END"])[0], re.MULTILINE))
    by_name = {scenario.name: scenario for scenario in map(load, sorted((root() / "scenarios").glob("west_midlands*.yaml")))}
    scenario = by_name[rows["Scenario"]]
    assert rows["Fingerprint of the scenario"] == f"`{fingerprint(scenario)[:16]}`", "run make docs"
    assert rows["Jobcentre capacity simulator"].startswith(f"{sim.__version__}, ")
    assert rows["Seed, replications"].startswith(f"{scenario.seed}, ")


@pytest.mark.long
def test_what_is_told_of_a_run_is_what_it_was(tmp_path):
    result = sim.run(rich(), replications=2, workers=1, seed=7, out=tmp_path / "run")
    part = MAKE["run_part"](tmp_path / "run")
    assert "| Seed, replications | 7, 2 |" in part
    assert "2021-02-01 to 2021-04-25: 84 days" in part
    assert "3 permanent and 2 temporary jobcentres (youth hubs included), 2 areas, 3 programmes" in part
    claims = result.summary.reset_index().query("measure == 'claims' and jobcentre == area == age_group == 'all'")["estimate"].iloc[0]
    assert f"360 there at the start, {float(claims):,.0f} new claims" in part
    assert f"{dt.date.today().year}-" in part and str(tmp_path) not in part
    page = f"before\n{MAKE['BEGIN']}\nold\n{MAKE['END']}\nafter\n"
    once = MAKE["with_run"](page, tmp_path / "run")
    assert once == MAKE["with_run"](once, tmp_path / "run") and "old" not in once
    assert once.startswith("before\n") and once.endswith("\nafter\n")
    with pytest.raises(ValueError, match="lacks"):
        MAKE["with_run"]("no marks", tmp_path / "run")


# ---- the quality assurance log


def test_the_log_of_quality_names_this_version_and_what_is_there():
    page = (QUALITY / "qa_log.md").read_text(encoding="utf-8")
    assert f"| Version | {sim.__version__} " in page
    issues = page.partition("## Issues found and mended")[2]
    dates = pd.to_datetime(re.findall(r"^\| (\d+ \w+ \d{4}) \|", issues, re.MULTILINE), format="%d %b %Y")
    assert len(dates) > 10 and dates.is_monotonic_increasing
