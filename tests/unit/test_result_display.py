"""The public face: what load, run and compare take and return, and how results show themselves."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest

import sim
from sim.experiment.replications import run as run_tables
from sim.show import charts
from sim.show.words import headline, programmes
from tests.unit.support import SUPPORT
from tests.unit.synthetic import small_scenario

SCENARIO = "scenarios/one_jobcentre.yaml"


@pytest.fixture(scope="module")
def result():
    return sim.run(small_scenario(name="<script>alert(1)</script>", question="a < b & c?"), replications=3, workers=1)


class Tags(HTMLParser):
    """Tags in order, those still open, and the text."""

    def __init__(self):
        super().__init__()
        self.seen, self.open, self.text, self.attributes = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(page):
    tags = Tags()
    tags.feed(page)
    tags.close()
    assert tags.open == []
    return tags


def test_import_is_light():
    code = "import sys, sim; print([name for name in ('pandas', 'matplotlib', 'numba', 'scipy', 'pydantic') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_everything_named_is_there():
    for name in sim.__all__:
        assert getattr(sim, name) is not None
        assert name in dir(sim)
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        _ = sim.simulate


def test_load_sets_keys_as_text_or_as_a_map():
    by_text = sim.load(SCENARIO, set=["coaches.absence=0.2", "seed=5"])
    by_map = sim.load(SCENARIO, {"coaches.absence": 0.2, "seed": 5})
    assert by_text == by_map
    assert by_text.seed == 5
    with pytest.raises(sim.ScenarioError, match=r"coaches\.absense"):
        sim.load(SCENARIO, set=["coaches.absense=0.2"])


def test_run_gives_the_tables_of_the_experiment(result):
    assert isinstance(result, sim.Result)
    expected = run_tables(result.scenario, replications=3, workers=1)
    for name in ("summary", "weekly", "daily", "replications", "incidence"):
        pd.testing.assert_frame_equal(getattr(result, name), getattr(expected, name))
    assert result.people is None and result.events is None


def test_people_and_events_stay_in_memory():
    kept = sim.run(small_scenario(), replications=1, workers=1, people=True, events=True)
    assert len(kept.people) > 0 and len(kept.events) > 0
    assert kept.folder is None


def test_run_takes_a_file_tells_its_progress_and_writes_a_folder_with_figures(tmp_path):
    told = []
    out = tmp_path / "run"
    done = sim.run(SCENARIO, replications=2, workers=1, out=out, progress=lambda *now: told.append(now))
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert {path.stem for path in (out / "figures").glob("*.svg")} == set(charts.FIGURES) - set(charts.NEEDS)
    again = sim.Result.read(out)
    pd.testing.assert_frame_equal(again.summary, done.summary)
    assert again.scenario == done.scenario
    assert again.plot.waits().svg() == done.plot.waits().svg() == (out / "figures" / "waits.svg").read_text(encoding="utf-8")


def test_figures_come_back_when_a_finished_run_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr(charts, "FIGURES", {"use": charts.use})
    sim.run(small_scenario(), replications=1, workers=1, out=tmp_path)
    expected = (tmp_path / "figures" / "use.svg").read_bytes()
    (tmp_path / "figures" / "use.svg").unlink()
    again = sim.run(small_scenario(), replications=1, workers=1, out=tmp_path)
    assert again.info["found_finished"] == 1
    assert (tmp_path / "figures" / "use.svg").read_bytes() == expected


def test_a_result_shows_itself(result):
    page = result._repr_html_()
    tags = parsed(page)
    assert "script" not in tags.seen
    assert "<script>alert(1)</script>" in tags.text and "a < b & c?" in tags.text
    assert tags.seen.count("svg") == 1 and tags.seen.count("table") == 1
    for line in headline(result.summary, result.scenario):
        assert {line.label, line.estimate, line.interval} <= set(tags.text)
    # Self-contained: nothing is fetched, and what is referred to is inside.
    refer = [value for name, value in tags.attributes if name in ("src", "href", "xlink:href")]
    assert all(value.startswith("#") for value in refer)
    assert "@import" not in page and "url(http" not in page


def test_programmes_show_themselves_below():
    result = sim.run(small_scenario(**SUPPORT, question="a < b?"), replications=3, workers=1)
    tags = parsed(result._repr_html_())
    assert tags.seen.count("table") == 2 and tags.seen.count("svg") == 1
    for one in programmes(result.summary):
        cells = {" ".join(filter(None, cell)) for cell in zip(one.estimates, one.halves, strict=True)}
        assert {one.name, *cells} <= set(tags.text)
    assert "started" in result.plot.programmes().alt and "Vacancies" in result.plot.labour_market().alt


def test_a_comparison_shows_itself(result):
    other = result.scenario.change({"jobcentres.*.coaches": "+1", "name": "more & more"})
    comparison = sim.compare(result, other, workers=1)
    assert isinstance(comparison, sim.Comparison)
    assert isinstance(comparison.base, sim.Result) and isinstance(comparison.others[0], sim.Result)
    assert comparison.others[0].scenario == other
    tags = parsed(comparison._repr_html_())
    assert "script" not in tags.seen
    assert any(text.startswith("more & more: ") for text in tags.text)
    assert any(re.fullmatch(r"offered within \d+ working days", text) for text in tags.text)
    assert (result.plot().title, comparison.plot().title) == (result.plot.waits().title, comparison.plot.differences().title)


def test_compare_takes_files_and_writes_figures(tmp_path):
    comparison = sim.compare(SCENARIO, sim.load(SCENARIO, ["seed=1", "coaches.absence=0.0"]), replications=2, workers=1, out=tmp_path / "c")
    assert {path.stem for path in (tmp_path / "c" / "figures").glob("*.png")} == set(charts.COMPARISON_FIGURES)
    assert (tmp_path / "c" / "comparison.csv").is_file()
    assert len(comparison.table) > 0


@pytest.mark.parametrize("name", ["waits", "reviews", "coaches", "use", "job_entries", "backlog", "jobcentres"])
def test_a_figure_shows_itself_and_says_what_it_shows(result, name):
    chart = getattr(result.plot, name)()
    data, about = chart._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert about["image/png"]["alt"] == data["text/plain"] == chart.alt
    assert len(chart.alt) > 60 and chart.numbers


def test_jobcentres_by_any_measure(result):
    assert "caseload per coach" in result.plot.jobcentres("caseload_per_coach").alt
    assert "Missed appointments, share" in result.plot.jobcentres(measure="missed_appointments").alt
