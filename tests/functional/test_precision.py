"""As many replications as a precision takes: what a planner gets, that it is the run of so many replications, and what is refused."""

import math

import pytest
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.experiment.asked import Figure, QuestionError
from sim.experiment.precision import IMPRECISE, Precision, how_many
from sim.experiment.replications import run
from sim.results import ALL, SPLIT, RunTables
from sim.scenario import dump
from tests.scenarios import tiny

NOISY = {"areas.North.claims_per_week": 8, "coaches.absence": 0.1, "other_leaving.monthly_rate": 0.2}
"""Few claims, so that their number differs by an eighth from one replication to the next."""
PRECISION = 0.08
CLAIMS = ["--precision", "8%", "--measure", "claims"]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "noisy.yaml"
    path.write_text(dump(tiny(NOISY)), encoding="utf-8")
    return path


def jobcentre(*words):
    outcome = CliRunner().invoke(app, [str(word) for word in words])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome


def tables(out, **options):
    """A run without figures."""
    return run(tiny(NOISY), seed=tiny(NOISY).seed, out=out, **{"workers": 1, **options})


def until_claims_are_known(out, **options):
    return tables(out, precision=PRECISION, figures=[Figure.parse("claims", tiny(NOISY))], **options)


def files_of(folder):
    """Bytes of the tables and of the parts, which do not depend on how the number of replications came about."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json" and path.relative_to(folder).parts[0] != "figures"
    }


@pytest.fixture(scope="module")
def precise(file, tmp_path_factory):
    """A run until the number of claims is known within 8%, with what was printed."""
    folder = tmp_path_factory.mktemp("precise") / "run"
    outcome = jobcentre("run", file, *CLAIMS, "--workers", 1, "--out", folder, "--quiet")
    assert outcome.exit_code == 0, outcome.output
    return folder, outcome.stdout


def test_it_goes_on_until_the_interval_is_narrow_and_stays_so(precise):
    """The rule of Hoad, Robinson and Davies worked anew from the replications: narrow from the number recommended on, not one before."""
    folder, printed = precise
    run = RunTables.read(folder)
    told, made = run.info["precision"], run.info["replications"]
    values = run.replications[(run.replications["measure"] == "claims") & (run.replications[SPLIT] == ALL).all(axis=1)]
    values = values.sort_values("replication")["value"].to_numpy()
    assert len(values) == made == told["recommended"] + 5 and told["outcome"] == "precise"
    halves = run.summary[(run.summary["measure"] == "claims") & (run.summary[SPLIT] == ALL).all(axis=1)].iloc[0]
    shares = told["half_width_over_mean"]["claims.count"]
    assert shares[-1] == pytest.approx((halves["high"] - halves["low"]) / 2 / halves["estimate"], abs=1e-6)
    assert all(share <= PRECISION for share in shares[told["recommended"] - 1 :])
    assert shares[0] is None and shares[1] == pytest.approx(12.7062 * values[:2].std(ddof=1) / math.sqrt(2) / values[:2].mean(), abs=1e-4)
    earlier = range(3, told["recommended"])
    assert len(earlier) > 5 and all(max(shares[n - 1 : n + 5]) > PRECISION for n in earlier), "an earlier number would have done"
    assert f"A precision of 8% was asked for: {told['recommended']} replications sufficed, 5 more to see" in " ".join(printed.split())
    assert (folder / "figures" / "precision.svg").is_file() and "## precision" in (folder / "figures" / "README.md").read_text(
        encoding="utf-8"
    )


def test_it_is_the_run_of_so_many_replications(precise, tmp_path):
    folder, _ = precise
    number = RunTables.read(folder).info["replications"]
    plain = tables(tmp_path / "run", replications=number)
    assert files_of(tmp_path / "run") == files_of(folder) and len(files_of(folder)) > 20
    assert "precision" not in plain.info


def test_it_goes_on_from_what_is_there_and_leaves_out_what_is_too_many(precise, tmp_path):
    folder, _ = precise
    number = RunTables.read(folder).info["replications"]
    for before, found in ((4, 4), (number + 3, number)):
        tables(tmp_path / str(before), replications=before)
        done = until_claims_are_known(tmp_path / str(before))
        assert (done.info["replications"], done.info["found_finished"]) == (number, found)
        assert files_of(tmp_path / str(before)) == files_of(folder)


def test_workers_change_nothing(precise, tmp_path):
    until_claims_are_known(tmp_path / "run", workers=2)
    assert files_of(tmp_path / "run") == files_of(precise[0])


def test_when_it_is_not_precise_that_is_said(file, tmp_path):
    outcome = jobcentre("run", file, *CLAIMS, "--replications", 9, "--workers", 1, "--quiet")
    assert outcome.exit_code == 0
    words = " ".join(outcome.stdout.split())
    assert "A precision of 8% was asked for: NOT reached with the 9 replications allowed." in words and ", not precise" in words
    info = until_claims_are_known(tmp_path / "run", replications=9).info
    assert info["replications"] == 9 and info["precision"]["outcome"] == IMPRECISE and info["precision"]["recommended"] is None


def test_the_figure_left_out_is_the_mean_wait():
    run = sim.run(tiny(), precision=0.5, workers=1)
    assert run.info["precision"]["figures"] == [sim.MEASURE] and run.info["replications"] == 8


def test_all_figures_have_to_be_precise():
    one, two = (
        sim.run(tiny(NOISY), precision=0.1, measures=names, workers=1) for names in (["caseload"], ["caseload", "claims", "caseload"])
    )
    assert two.info["precision"]["figures"] == ["caseload.mean", "claims.count"]
    assert two.info["replications"] > one.info["replications"]
    shares = [run.info["precision"]["half_width_over_mean"]["caseload.mean"][: one.info["replications"]] for run in (one, two)]
    assert shares[0] == shares[1]


def test_progress_counts_to_the_number_that_is_likely(precise, tmp_path):
    seen = []
    made = until_claims_are_known(tmp_path / "run", progress=lambda done, total: seen.append((done, total))).info["replications"]
    assert seen[0] == (0, 8) and seen[-1] == (made, made) and made > 8
    assert all(done <= total for done, total in seen)
    values = RunTables.read(precise[0]).replications.query("measure == 'claims' and jobcentre == area == age_group == 'all'")
    looked = how_many(values.sort_values("replication")["value"].to_numpy()[:8], Precision(target=PRECISION, most=1000))
    assert (8, looked.likely) in seen and looked.likely > looked.replications, "more are likely than are asked for next"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--precision", "0"], "expected a share between 0 and 1"),
        (["--precision", "200%"], "expected a share between 0 and 1"),
        (["--precision", "narrow"], "expected a share between 0 and 1"),
        (["--measure", "claims"], "give both"),
        (["--precision", "5%", "--measure", "backlog_cleared"], "not the date backlog_cleared.date"),
        (["--precision", "5%", "--measure", "clams"], "did you mean 'claims'?"),
        (["--precision", "5%", "--measure", "first_meeting_wait.p9"], "one of mean, median, p90"),
        (["--precision", "5%", "--measure", "vacancies"], "vacancies needs a labour market, and the scenario"),
        (["--precision", "5%", "--measure", "claims[area=Nort]"], "did you mean 'North'?"),
        (["--precision", "5%", "--replications", "7"], "expected at least 8 replications"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(file, tmp_path, words, said):
    outcome = jobcentre("run", file, *words, "--workers", 1, "--out", tmp_path / "run")
    assert outcome.exit_code == 2 and "Traceback" not in outcome.output
    assert said in " ".join(outcome.output.replace("│", " ").split())
    assert not (tmp_path / "run").exists()


def test_in_python_a_date_is_refused_too():
    with pytest.raises(QuestionError, match="not the date"):
        sim.run(tiny(), precision=0.05, measures=["backlog_cleared"], workers=1)
    assert Figure.parse("backlog_cleared", tiny()).unit == "date"


def test_compare_tells_more_measures(file, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(dump(tiny({**NOISY, "jobcentres.Hill.coaches": 1, "name": "fewer coaches"})), encoding="utf-8")
    asked = ["--measure", "caseload.at_end[age_group=16-24]", "--replications", 3, "--workers", 1, "--quiet"]
    outcome = jobcentre("compare", file, other, *asked)
    assert outcome.exit_code == 0 and "Asked for" in outcome.stdout and "(16-24)" in outcome.stdout
    refused = jobcentre("compare", file, other, "--measure", "caseload.end", "--out", tmp_path / "out")
    assert refused.exit_code == 2 and "one of mean, at_end" in refused.output and not (tmp_path / "out").exists()
