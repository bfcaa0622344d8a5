"""The commands that run: what they print, write and refuse."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import dump, fingerprint, load
from sim.scenario.support_check import labour_market_in_words, programmes_in_words
from tests.unit.support import SUPPORT

SMALL = str(Path(__file__).parent / "small.yaml")
SHORTER = ["period.to=2020-10-31", "jobcentres.*.temporary={closes: null, closing_announced: null}", "closures=null"]
QUICK = [*(part for change in SHORTER for part in ("--set", change)), "--replications", "2", "--workers", "1", "--quiet"]


def jobcentre(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_run_prints_a_summary_and_writes_the_run_folder(tmp_path):
    outcome = jobcentre("run", SMALL, *QUICK, "--seed", "3", "--out", str(tmp_path / "run"))
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "first meeting" in outcome.stdout.lower() and "95%" in outcome.stdout
    info = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (info["replications"], info["seed"]) == (2, 3)
    assert info["fingerprint"] == fingerprint(load(tmp_path / "run" / "scenario.yaml")) == fingerprint(load(SMALL, SHORTER))
    assert list((tmp_path / "run" / "figures").glob("*.svg")) and (tmp_path / "run" / "summary.csv").stat().st_size > 0


def test_check_tells_what_programmes_and_the_labour_market_allow(tmp_path):
    plain = jobcentre("check", SMALL)
    assert plain.exit_code == 0 and "Programmes" not in plain.stdout and "Labour market" not in plain.stdout
    file = tmp_path / "more.yaml"
    added = [f"{name}: {json.dumps(SUPPORT[name])}" for name in ("programmes", "labour_market")]
    file.write_text("\n".join([f"extends: {SMALL}", "name: more", *added]))
    outcome = jobcentre("check", str(file))
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    words = " ".join(outcome.stdout.split())
    scenario = load(file)
    vacancies = "Vacancies on the eve, and job finding as a share of the monthly rates:"
    for title, lines in (("Programmes:", programmes_in_words(scenario)), (vacancies, labour_market_in_words(scenario))):
        assert title in words and lines
        assert all(" ".join(line.split()) in words for line in lines)


def test_compare_prints_differences_and_writes_them(tmp_path):
    (tmp_path / "other.yaml").write_text(f"extends: {SMALL}\nname: No recruits\ncoaches: {{recruitment: null}}\n")
    other = str(tmp_path / "other.yaml")
    outcome = jobcentre("compare", SMALL, other, *QUICK, "--out", str(tmp_path / "both"))
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "No recruits" in outcome.stdout and (tmp_path / "both" / "comparison.csv").exists()


def test_compare_says_what_is_wrong_in_all_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("extends: small.yaml\nseed: -1\n")
    Path("b.yaml").write_text("extends: small.yaml\nsede: 1\n")
    Path("small.yaml").write_text(Path(SMALL).read_text())
    outcome = jobcentre("compare", "small.yaml", "a.yaml", "b.yaml", "--out", "both")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    says = ["a.yaml:2:7: seed: expected 0 or more, not -1", "b.yaml:2:1: sede: unknown key 'sede'; did you mean 'seed'?"]
    assert outcome.stderr.splitlines() == says
    assert not Path("both").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", SMALL, "--people"],
        ["run", SMALL, "--events"],
        ["run", SMALL, "--sets", "seed=1"],
        ["compare", SMALL],
        ["chek", SMALL],
    ],
)
def test_bad_arguments_are_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = jobcentre(*arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr and "Traceback" not in outcome.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--replications", "0"], "'--replications': expected a whole number, 1 or more, not 0"),
        (["--replications", "1.5"], "'--replications': expected a whole number, 1 or more, not '1.5'"),
        (["--workers", "0"], "'--workers': expected a whole number, 1 or more, not 0"),
        (["--seed", "-1"], "'--seed': expected a whole number from 0 to 4,294,967,295, not -1"),
        (["--seed", "4294967296"], "'--seed': expected a whole number from 0 to 4,294,967,295, not 4294967296"),
        (["--seed", "seven"], "'--seed': expected a whole number from 0 to 4,294,967,295, not 'seven'"),
        (["--set", "seed=-1"], "--set seed=-1: seed: expected a whole number"),
        (["--set", "replications=0"], "--set replications=0: replications: expected 1 or more, not 0"),
    ],
)
def test_a_wrong_number_is_told_what_was_expected(arguments, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = jobcentre("run", SMALL, *arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert says in " ".join(outcome.stderr.replace("│", " ").split()), "told as what was expected, whatever box is drawn around it"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["assumptions", SMALL, "--csv", "folder"], "cannot write to folder: expected a file, but it is a folder"),
        (["assumptions", SMALL, "--csv", "no/log.csv"], "cannot write to no/log.csv: there is no folder no"),
        (["run", SMALL, "--workers", "1", "--out", "file"], "cannot write to {}/file: expected a folder, but it is a file"),
        (["run", SMALL, "--workers", "1", "--out", "file/run"], "cannot write to {0}/file/run: expected a folder, but {0}/file is a file"),
        (["compare", SMALL, SMALL, "--out", "file"], "cannot write to {}/file: expected a folder, but it is a file"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_sentence(arguments, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    Path("folder").mkdir()
    outcome = jobcentre(*arguments)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (2, "", says.format(tmp_path) + "\n")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"] and Path("file").read_text() == "mine"


def test_check_of_many_jobcentres_shows_those_with_the_highest_load(tmp_path):
    """A country's table would scroll past; those that are shortest of coaches are what a planner looks for."""
    many = {f"Office {k:02}": {"area": "Town", "share": 1 / 61, "coaches": 1.0 + k, "desks": 50} for k in range(61)}
    town = load(Path(__file__).parents[2] / "scenarios" / "one_jobcentre.yaml")
    old = {f"jobcentres.{name}": None for name in town.jobcentres}
    changed = town.change({**{f"jobcentres.{name}": one for name, one in many.items()}, **old, "coaches.recruitment": None})
    (tmp_path / "many.yaml").write_text(dump(changed))
    outcome = jobcentre("check", str(tmp_path / "many.yaml"))
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    shown = {line.split("│")[1].strip() for line in outcome.stdout.splitlines() if "Office" in line}
    assert shown == {f"Office {k:02}" for k in range(20)}
    assert "20 of 61 jobcentres" in " ".join(outcome.stdout.split())
