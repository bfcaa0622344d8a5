"""The assumptions log: complete, in order, with units and sources; readable on a narrow and a wide screen."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import assumptions, load
from sim.scenario.build import build
from sim.scenario.yaml_text import read_yaml
from tests.unit.broken.programmes import WHOLE

SMALL = Path(__file__).parent / "small.yaml"


@pytest.fixture(scope="module")
def log():
    return assumptions(load(SMALL))


def row(log, key):
    return log[log["key"] == key].iloc[0]


def test_every_number_has_a_row_in_the_order_of_the_schema(log):
    assert list(log.columns) == ["key", "from_date", "value", "unit", "low", "high", "source", "confidence", "note"]
    first = [key.split(".")[0] for key in log["key"]]
    parts = ["areas", "claimants", "jobcentres", "coaches", "appointments", "service", "job_entry", "other_leaving", "costs"]
    assert list(dict.fromkeys(first)) == parts
    assert log["unit"].notna().all()
    for key in ("claimants.longest_weeks_on_claim", "job_entry.market", "jobcentres.South St. John's.desks", "claimants.by_weekday.6"):
        assert (log["key"] == key).sum() == 1


def test_a_row_holds_what_the_file_says(log):
    remote = row(log, "claimants.can_be_served_remotely")
    assert (remote["value"], remote["unit"], remote["low"], remote["high"], remote["confidence"]) == (0.8, "share", 0.6, 0.9, "assumption")
    opens = row(log, "jobcentres.Annexe.temporary.opens")
    assert (opens["value"], opens["unit"], opens["from_date"]) == (dt.date(2020, 9, 1), "date", None)
    claims = log[log["key"] == "areas.Town.claims_per_week"]
    assert list(claims["from_date"]) == [dt.date(2020, 7, 1), dt.date(2020, 10, 1)] and list(claims["value"]) == [30, 20]


def test_every_key_of_the_log_can_be_set(log):
    small = load(SMALL)
    for key in dict.fromkeys(log["key"]):
        value = row(log, key)["value"]
        small.change({key: value})


def test_programmes_vacancies_and_costs_have_their_rows():
    whole = build(read_yaml(WHOLE, "whole.yaml"))
    log = assumptions(whole)
    first = list(dict.fromkeys(key.split(".")[0] for key in log["key"]))
    assert first[-4:] == ["returns", "labour_market", "programmes", "costs"]
    take_up = row(log, "programmes.Kickstart.take_up")
    assert (take_up["value"], take_up["unit"], take_up["low"], take_up["high"]) == (0.6, "share", 0.4, 0.8)
    assert row(log, "programmes.Kickstart.open.from")["value"] == dt.date(2020, 9, 2)
    jobs = log[log["key"] == "programmes.Kickstart.supply.jobs.applied_per_week"]
    assert list(jobs["value"]) == [4, 8] and set(jobs["unit"]) == {"jobs per week"}
    for key, value in {
        "jobcentres.Hub.takes_young_from.Town": 0.4,
        "appointments.youth_hub_meeting.minutes": 20,
        "labour_market.sectors.Care.share": 0.1,
        "programmes.JETS.queue.withdrawing_monthly_rate": 0,
        "programmes.Academy.retraining.to.Care": 0.9,
        "costs.trainees_per_trainer": 10,
    }.items():
        assert (log["key"] == key).sum() == 1 and row(log, key)["value"] == value
    assert log["unit"].notna().all()
    for key in dict.fromkeys(log["key"]):
        assert whole.change({key: row(log, key)["value"]})


@pytest.mark.parametrize("width", [80, 120])
def test_the_command_prints_all_of_it_within_the_screen(width, log, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    outcome = CliRunner().invoke(app, ["assumptions", str(SMALL)])
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    assert max(map(len, lines)) <= width
    if width == 120:
        assert all(any(key in line for line in lines) for key in log["key"] if len(key) < 40)
    joined = "".join(line.split("│")[1].strip() for line in lines if line.count("│") >= 4)
    assert all(key.replace(" ", "") in joined.replace(" ", "") for key in log["key"])
    assert "0.8 share (0.6 to 0.9)" in " ".join(line.split("│")[2].strip() for line in lines if line.count("│") >= 4)


def test_the_command_writes_it_as_csv(tmp_path, log):
    outcome = CliRunner().invoke(app, ["assumptions", str(SMALL), "--set", "coaches.absence=+10%", "--csv", str(tmp_path / "log.csv")])
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    written = pd.read_csv(tmp_path / "log.csv")
    assert list(written["key"]) == list(log["key"])
    assert (float(row(written, "coaches.absence")["value"]), row(written, "coaches.absence")["confidence"]) == (0.066, "policy")
    outcome = CliRunner().invoke(app, ["assumptions", str(SMALL), "--csv", str(tmp_path / "nowhere" / "log.csv")])
    assert outcome.exit_code == 2 and "nowhere" in outcome.stderr and "Traceback" not in outcome.output
