"""Broken scenario files: each gives its exact message with exit code 2, no traceback, and leaves its folder as it was."""

import hashlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import ScenarioError
from sim.scenario.build import build
from sim.scenario.consistency import RULES, findings
from sim.scenario.file import load, read
from sim.scenario.partial import certain_findings
from sim.scenario.schema import Scenario
from sim.scenario.tree import Node, find, plain, put
from sim.scenario.yaml_text import read_yaml
from tests.unit.broken import CASES

HERE = Path(__file__).parent
SMALL = (HERE / "small.yaml").read_text(encoding="utf-8")
IDS = [case.name for case in CASES]


def broken(case):
    assert not case.old or SMALL.count(case.old) == 1, "an edit must say where"
    return SMALL.replace(case.old, case.new) if case.old else case.new


def contents(folder):
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def refused(folder, monkeypatch, says, *arguments):
    """Run ``check`` there and compare everything it says and leaves."""
    monkeypatch.chdir(folder)
    before = contents(folder)
    outcome = CliRunner().invoke(app, ["check", *arguments])
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (2, "", "".join(f"{line}\n" for line in says))
    assert contents(folder) == before


def test_the_small_scenario_is_whole(monkeypatch):
    monkeypatch.chdir(HERE)
    outcome = CliRunner().invoke(app, ["check", "small.yaml"])
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "the scenario is valid" in outcome.stdout and "South St. John's" in outcome.stdout and "2020-12" in outcome.stdout


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_says_what_is_wrong_and_where(case, tmp_path, monkeypatch):
    (tmp_path / "small.yaml").write_text(broken(case), encoding="utf-8")
    refused(tmp_path, monkeypatch, [f"small.yaml:{line}" for line in case.says], "small.yaml")


FILES = {
    "no_such_file": (
        {"small.yaml": SMALL},
        "smal.yaml",
        "smal.yaml: cannot be read: no such file or directory; did you mean 'small.yaml'?",
    ),
    "not_utf_8": ({"a.yaml": b"name: A\nquestion: caf\xe9\n"}, "a.yaml", "a.yaml:2:14: expected text in UTF-8"),
    "too_large": ({"a.yaml": "#" * 1_000_001}, "a.yaml", "a.yaml: expected at most 1,000,000 bytes"),
    "extends_nothing": (
        {"a.yaml": "name: A\nextends: smal.yaml\n", "small.yaml": SMALL},
        "a.yaml",
        "a.yaml:2:10: extends: no file 'smal.yaml'; did you mean 'small.yaml'?",
    ),
    "extends_a_list": ({"a.yaml": "extends: [b.yaml]\n"}, "a.yaml", "a.yaml:1:10: extends: expected the name of a file, not a list"),
    "extends_itself": ({"a.yaml": "extends: a.yaml\n"}, "a.yaml", "a.yaml:1:10: extends: goes round in a circle: a.yaml extends a.yaml"),
    "extends_in_a_circle": (
        {"a.yaml": "extends: x/b.yaml\n", "x/b.yaml": "extends: c.yaml\n", "x/c.yaml": "extends: ../a.yaml\n"},
        "a.yaml",
        "x/c.yaml:1:10: extends: goes round in a circle: a.yaml extends b.yaml extends c.yaml extends a.yaml",
    ),
    "wrong_in_the_base": (
        {"a.yaml": "extends: x/small.yaml\nname: A\n", "x/small.yaml": SMALL.replace("desks: 5", "desks: five")},
        "a.yaml",
        "x/small.yaml:26:12: jobcentres.South St. John's.desks: expected a number of desks from 0 to 1,000,000, not 'five'",
    ),
    "wrong_in_what_extends": (
        {"a.yaml": "extends: small.yaml\njobcentres:\n  North:\n    share: 0.5\n", "small.yaml": SMALL},
        "a.yaml",
        "small.yaml:24:12: jobcentres.South St. John's.share: expected the shares of Town to add up to 1, not 0.9",
    ),
    "removed": (
        {"a.yaml": "extends: small.yaml\nservice:\n  desks_usable: null\n", "small.yaml": SMALL},
        "a.yaml",
        "a.yaml:2:1: service.desks_usable: missing; expected a share from 0 to 1",
    ),
}


@pytest.mark.parametrize("files, main, says", FILES.values(), ids=FILES)
def test_says_which_file_is_wrong(files, main, says, tmp_path, monkeypatch):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(tmp_path, monkeypatch, [says], main)


def test_says_which_change_is_wrong(tmp_path, monkeypatch):
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    says = [
        "--set coaches.absense=0.1: coaches.absense: unknown key 'absense'; did you mean 'absence'?",
        "--set jobcentres.Nrth.desks=3: jobcentres.Nrth: unknown name 'Nrth'; did you mean 'North'?",
    ]
    refused(tmp_path, monkeypatch, says, "small.yaml", "--set", "jobcentres.Nrth.desks=3", "--set", "coaches.absense=0.1")
    says = ["--set coaches.absence=1.5: coaches.absence: expected a share from 0 to 1, not 1.5"]
    refused(tmp_path, monkeypatch, says, "small.yaml", "--set", "coaches.absence=1.5")
    for nothing in ("seed", "seed=", "=3"):
        says = [f"--set {nothing}: expected KEY=VALUE, such as coaches.absence=0.08; KEY=null removes what is there"]
        refused(tmp_path, monkeypatch, says, "small.yaml", "--set", nothing)


def test_every_change_that_is_wrong_is_said_at_once(tmp_path, monkeypatch):
    """One that names no key does not hide what is wrong with the others' values, and nothing else is blamed."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    says = [
        "--set appointments.review.minutes=0: appointments.review.minutes: expected",
        "--set coaches.absence=1.5: coaches.absence: expected a share from 0 to 1, not 1.5",
        "--set coaches.absense=0.1: coaches.absense: unknown key 'absense'; did you mean 'absence'?",
        "--set nothing: expected KEY=VALUE",
    ]
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "small.yaml", ["coaches.absense=0.1", "coaches.absence=1.5", "nothing", "appointments.review.minutes=0"])
    lines = str(caught.value).splitlines()
    assert len(lines) == 4 and all(line.startswith(words) for line, words in zip(lines, says, strict=True)), lines


@pytest.mark.parametrize("command", ["check", "run", "assumptions"])
def test_the_installed_command_says_so_too(command, tmp_path):
    case = next(case for case in CASES if case.name == "several")
    (tmp_path / "small.yaml").write_text(broken(case), encoding="utf-8")
    before = contents(tmp_path)
    extra = ["--out", "results"] if command == "run" else []
    outcome = subprocess.run(
        [sys.executable, "-m", "sim", command, "small.yaml", *extra],
        cwd=tmp_path, env={"PYTHONPATH": str(HERE.parents[1])}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.splitlines() == [f"small.yaml:{line}" for line in case.says]
    assert contents(tmp_path) == before and not (tmp_path / "results").exists()


def test_every_rule_that_joins_keys_is_broken_by_some_case(tmp_path):
    bitten = set()
    for case in CASES:
        (tmp_path / "small.yaml").write_text(broken(case), encoding="utf-8")
        try:
            scenario = Scenario.model_validate(plain(read(tmp_path / "small.yaml")))
        except ValueError:
            continue
        except ScenarioError:
            continue
        bitten |= {rule.__name__ for rule in RULES if list(rule(scenario))}
    assert bitten == {rule.__name__ for rule in RULES}


TREE = read(HERE / "small.yaml")


def _paths(node, path=()):
    yield path
    children = node.value.items() if isinstance(node.value, dict) else enumerate(node.value) if isinstance(node.value, list) else ()
    for key, child in children:
        yield from _paths(child, (*path, key))


JUNK = st.one_of(
    st.integers(-3, 10**7), st.floats(), st.booleans(), st.text(max_size=3), st.dates(),
    st.just([]), st.just({}), st.just([1, "a"]), st.just({"a": 1}), st.just({"value": "x"}), st.just({1: 2}), st.just({"by_date": 3}),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from([path for path in _paths(TREE) if path]), junk=JUNK)
def test_whatever_is_written_a_problem_is_in_plain_words_and_has_a_place(path, junk):
    place = find(TREE, path).at
    node = Node({k: Node(v, place, place) for k, v in junk.items()}, place, place) if isinstance(junk, dict) else Node(junk, place, place)
    if isinstance(junk, list):
        node = Node([Node(item, place, place) for item in junk], place, place)
    try:
        tree = put(put(TREE, path, Node(None, place, place)), path, node) if isinstance(path[-1], str) else put(TREE, path, node)
        build(tree)
    except ScenarioError as error:
        for problem in error.problems:
            assert problem.line and problem.column and problem.file.endswith("small.yaml")
            assert not any(word in problem.message for word in ("Input", "should", "valid", "pydantic", "http", "a value,", "\n"))
            assert problem.message.startswith(("expected", "unknown", "missing", "a lever"))


WRONG_EVERYWHERE = {
    "25-49: 0.5": "25-49: 0.4",
    "14-51: 0.3": "15-51: 0.3",
    "share: 0.4\n": "share: 0.3\n",
    "pools:\n": "pools:\n  Face to face: {channels: [face_to_face], jobcentres: [Annexe, North]}\n",
    "[North, South St. John's]": "[North, South]",
    "{North: 2, Annexe: 1}": "{North: 2, Annexe: 2}",
    "coaches_from: {North: 2}": "coaches_from: {North: 7}",
    "closing_announced: 2020-10-15": "closing_announced: 2020-12-01",
    "to: 2020-12-30": "to: 2020-12-27",
    "{2020-07-01: 0.05,": "{2020-07-02: 0.05,",
    "every_weeks: {1: 1,": "every_weeks: {2: 1,",
}
"""Edits of which each breaks a rule that joins keys."""


def edited(edits):
    text = SMALL
    for old, new in edits.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_everything_wrong_is_told_at_once():
    edits = {
        "seed: 7": "sede: 7",
        "desks_usable: 0.4": "desks_usable: most",
        "opening_minutes: 480": "",
        "25-49: 0.5": "25-49: 0.4",
        "[North, South St. John's]": "[North, South]",
    }
    says = [
        "text:7:1: sede: unknown key 'sede'; did you mean 'seed'?",
        "text:15:15: claimants.age_groups: expected shares that add up to 1, not 0.9",
        "text:35:53: pools.By phone.jobcentres.1: unknown jobcentre 'South'; did you mean 'South St. John's'?",
        "text:50:1: service.opening_minutes: missing; expected a number of minutes from 0 to 1,440",
        "text:52:17: service.desks_usable: expected a share from 0 to 1, not 'most'",
    ]
    assert list(map(str, _problems(edited(edits)))) == says


def test_a_jobcentre_of_which_nothing_is_known_breaks_no_rule():
    north = "  North: {area: Town, share: 0.6, coaches: 6, desks: 8, place: [52.41, -1.77]}"
    assert [problem.key for problem in _problems(edited({north: "  North: Town"}))] == ["jobcentres.North"]
    assert [problem.key for problem in _problems(edited({"  North: {": "  7: {"}))] == ["jobcentres.7"]


def _damaged(node, damage, path=()):
    """A tree with some of its keys left out, renamed or given another value."""

    def children(items):
        for key, child in items:
            match damage.get((*path, key)):
                case None:
                    yield key, _damaged(child, damage, (*path, key))
                case "left out":
                    pass
                case "renamed", ending:
                    yield f"{key}{ending}", _damaged(child, damage, (*path, key))
                case "junk", value:
                    yield key, Node(value, child.at, child.key_at)

    if isinstance(node.value, dict):
        return Node(dict(children(node.value.items())), node.at, node.key_at)
    if isinstance(node.value, list):
        return Node([child for _, child in children(enumerate(node.value))], node.at, node.key_at)
    return node


def _said(scenario_or_data):
    found = findings(scenario_or_data) if isinstance(scenario_or_data, Scenario) else certain_findings(scenario_or_data)
    return {(finding.path, finding.message) for finding in found}


def test_a_rule_said_to_be_broken_beside_wrong_keys_is_broken_once_they_are_right():
    """Damage that a rule may see is left; the wrong keys are put right; whatever was said must still be said."""
    base = read_yaml(edited(WRONG_EVERYWHERE), "text")
    paths = [path for path in _paths(base) if path]
    ways = ["left out", ("renamed", "x"), ("renamed", " of what"), *(("junk", junk) for junk in ("many", -1, True, 0.5, []))]
    luck = random.Random(20)
    said = needed = 0
    for _ in range(200):
        damage = {luck.choice(paths): luck.choice(ways) for _ in range(luck.randint(1, 3))}
        tree = _damaged(base, damage)
        with pytest.raises(ScenarioError) as caught:
            build(tree)
        assert str(caught.value)
        if not _has_wrong_keys(tree):
            continue
        repaired = _damaged(base, {path: way for path, way in damage.items() if not _has_wrong_keys(_damaged(base, {path: way}))})
        certain, true = _said(plain(tree)), _said(Scenario.model_validate(plain(repaired)))
        assert certain <= true, damage
        said, needed = said + len(certain), needed + len(true)
    assert said > 0.75 * needed > 500, "most of what is wrong is told in the first round"


def _has_wrong_keys(tree):
    try:
        Scenario.model_validate(plain(tree))
    except ValueError:
        return True
    return False


def test_problems_come_in_the_order_of_the_file():
    with pytest.raises(ScenarioError) as caught:
        load(HERE / "small.yaml", ["coaches.absence=2", "service.desks_usable=2"])
    assert [problem.key for problem in caught.value.problems] == ["coaches.absence", "service.desks_usable"]
    lines = [problem.line for problem in _problems(SMALL.replace("coaches: 4", "coaches: four").replace("seed: 7", "seed: seven"))]
    assert lines == [7, 25]


def _problems(text):
    with pytest.raises(ScenarioError) as caught:
        build(read_yaml(text, "text"))
    return caught.value.problems
