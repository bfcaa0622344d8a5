"""Reading, extending and writing scenario files."""

import datetime as dt
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, dump, fingerprint, load
from sim.scenario.build import build
from sim.scenario.file import read
from sim.scenario.tree import find, plain
from sim.scenario.yaml_text import read_yaml
from tests.scenarios import tiny

SMALL = Path(__file__).parent / "small.yaml"


def extended(tmp_path, text, name="other.yaml"):
    (tmp_path / "small.yaml").write_text(SMALL.read_text())
    (tmp_path / name).write_text(text)
    return load(tmp_path / name)


def test_values_arrive_with_their_units_and_sources():
    small = load(SMALL)
    claimants = small.areas["Town"].claimants
    assert (claimants.value, claimants.unit, claimants.source, claimants.confidence) == (1000, "people", "A made-up count", "derived")
    assert small.areas["Town"].claims_per_week.on(dt.date(2020, 9, 30)) == 30
    assert small.areas["Town"].claims_per_week.on(dt.date(2020, 10, 1)) == 20
    absence = small.coaches.absence.by_date[dt.date.min]
    assert (absence.low, absence.high) == pytest.approx((0.03, 0.09))
    assert small.claimants.longest_weeks_on_claim.unit == "weeks", "defaults have units too"
    assert list(small.permanent) == ["North", "South St. John's"] and list(small.temporary) == ["Annexe"]


def test_every_value_knows_its_place():
    tree = read(SMALL)
    for path, written in ((("jobcentres", "South St. John's", "desks"), "5"), (("claimants", "by_weekday", 6), "0.02]")):
        at = find(tree, path).at
        assert at.file == str(SMALL)
        assert SMALL.read_text().splitlines()[at.line - 1][at.column - 1 :] == written


@pytest.mark.parametrize(
    "text, value",
    [("12:30", "12:30"), ("no", "no"), ("16-24", "16-24"), ("1e-5", 1e-5), ("0o17", 15), ("017", 17), ("null", None), ("'1'", "1")],
)
def test_yaml_is_version_1_2(text, value):
    assert read_yaml(text, "here").value == value


def test_deep_nesting_is_refused_quickly():
    with pytest.raises(ScenarioError, match="at most 32 levels"):
        read_yaml("[" * 500_000, "here")


def test_extending_merges_maps_replaces_lists_and_removes_by_null(tmp_path):
    text = """
    extends: small.yaml
    name: Other
    pools: {By phone: null}
    closures: [{from: 2020-12-29, to: 2020-12-30}]
    jobcentres: {North: {desks: 9, place: null}}
    appointments: {review: {every_weeks: {14: null, 27: 4}}}
    """
    small, other = load(SMALL), extended(tmp_path, text)
    assert other.name == "Other" and other.pools == {} and other.seed == small.seed
    assert [closure.jobcentres for closure in other.closures] == [None]
    assert float(other.jobcentres["North"].desks.on(other.period.from_)) == 9 and other.jobcentres["North"].place is None
    assert other.jobcentres["North"].coaches == small.jobcentres["North"].coaches
    assert sorted(other.appointments.review.every_weeks) == [1, 27]


@pytest.mark.parametrize("new", ["900", "{value: 900}", "{value: 900, confidence: assumption}"])
def test_a_new_number_never_keeps_an_old_source(new, tmp_path):
    other = extended(tmp_path, f"extends: small.yaml\nareas: {{Town: {{claimants: {new}}}}}\n")
    assert other.areas["Town"].claimants.value == 900 and other.areas["Town"].claimants.source is None


@pytest.mark.parametrize(
    "new, dates",
    [
        ("{2020-07-01: 40}", ["2020-07-01"]),
        ("{by_date: {2020-06-01: 40}, source: A guess}", ["2020-06-01"]),
        ("{'2020-07-01': 40, '2020-08-01': 41}", ["2020-07-01", "2020-08-01"]),
        ("40", ["0001-01-01"]),
    ],
)
def test_a_new_series_never_keeps_old_entries(new, dates, tmp_path):
    other = extended(tmp_path, f"extends: small.yaml\nareas: {{Town: {{claims_per_week: {new}}}}}\n")
    assert [date.isoformat() for date in other.areas["Town"].claims_per_week.by_date] == dates


def test_files_extend_in_chains_relative_to_themselves(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "small.yaml").write_text(SMALL.read_text())
    (tmp_path / "deep" / "middle.yaml").write_text("extends: small.yaml\nname: Middle\nseed: 8\n")
    (tmp_path / "top.yaml").write_text("extends: deep/middle.yaml\nname: Top\n")
    top = load(tmp_path / "top.yaml")
    assert (top.name, top.seed, top.replications) == ("Top", 8, 2)


def test_provenance_stated_once_covers_every_entry():
    text = "by_date: {2020-07-01: 0.5, 2020-08-01: {value: 0.6, source: Own}}\nlow: -10%\nsource: Shared\nconfidence: seen"
    tree = read_yaml(text, "here")
    series = load(SMALL, [("service.face_to_face_share", plain(tree))]).service.face_to_face_share
    assert [(entry.value, entry.low, entry.source, entry.confidence) for entry in series.by_date.values()] == [
        (0.5, 0.45, "Shared", "seen"),
        (0.6, 0.54, "Own", "seen"),
    ]


def test_written_out_it_reads_back_the_same(tmp_path):
    small = load(SMALL)
    (tmp_path / "again.yaml").write_text(dump(small), encoding="utf-8")
    assert load(tmp_path / "again.yaml") == small
    assert "extends" not in dump(small) and "longest_weeks_on_claim: 104" in dump(small), "nothing is left to a default"
    assert pickle.loads(pickle.dumps(small)) == small


NUMBERS = st.floats(0, 1).map(lambda x: round(x, 6))
TEXTS = st.text(min_size=1, max_size=30).filter(str.strip)
ENTRIES = st.fixed_dictionaries(
    {"value": NUMBERS},
    optional={"source": TEXTS, "confidence": st.sampled_from(["recalled", "policy"]), "note": TEXTS, "low": st.just(0), "high": st.just(1)},
)
LATER = st.dictionaries(st.dates(dt.date(2020, 7, 2)), NUMBERS | ENTRIES, max_size=4)
SERIES = st.one_of(NUMBERS, ENTRIES, LATER.map(lambda entries: {dt.date(2020, 7, 1): 0.5, **entries}))


@settings(max_examples=60, deadline=None)
@given(series=SERIES, name=TEXTS.filter(lambda text: len(text) < 30), question=st.text(max_size=40))
def test_anything_written_out_reads_back_the_same(series, name, question):
    scenario = load(SMALL, [("service.desks_usable", series), ("name", name), ("question", question)])
    again = build(read_yaml(dump(scenario), "here"))
    assert again == scenario and fingerprint(again) == fingerprint(scenario)


def test_a_fingerprint_is_of_the_content_alone(tmp_path):
    small = load(SMALL)
    lines = dump(small).split("\ncoaches:\n")
    (tmp_path / "moved.yaml").write_text("coaches:\n" + lines[1] + "\n" + lines[0] + "\n")
    moved = load(tmp_path / "moved.yaml")
    assert fingerprint(moved) == fingerprint(small)
    assert fingerprint(load(SMALL, ["seed=8", "replications=3", "question=Why?"])) == fingerprint(small)
    assert fingerprint(load(SMALL, ["name=Large"])) != fingerprint(small)
    assert fingerprint(load(SMALL, ["coaches.absence=0.07"])) != fingerprint(small)
    assert len(fingerprint(small)) == 64 and int(fingerprint(small), 16)


def test_a_fingerprint_is_the_same_in_another_process():
    code = f"from sim.scenario import *; print(fingerprint(load({str(SMALL)!r})))"
    root = str(SMALL.parents[2])
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root}
        outcome = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=120)
        assert outcome.stdout.strip() == fingerprint(load(SMALL))


def test_a_scenario_says_in_a_line_what_it_is():
    assert repr(tiny()) == f"<Scenario 'tiny': 1 jobcentre, {tiny().period.from_} to {tiny().period.to}>"
