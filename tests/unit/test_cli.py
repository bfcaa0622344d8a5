"""The commands that run: what they print, write and refuse."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import fingerprint, load

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
        ["run", SMALL, "--replications", "0"],
        ["run", SMALL, "--workers", "0"],
        ["run", SMALL, "--seed", "-1"],
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


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    outcome = jobcentre("run", SMALL, "--workers", "1", "--quiet", "--out", str(tmp_path / "file" / "run"))
    assert outcome.exit_code == 2 and "Traceback" not in outcome.output
    assert outcome.stderr.startswith("cannot write to") and len(outcome.stderr.splitlines()) == 1
