"""Broken scenario files: each gives its exact message with exit code 2, no traceback, and leaves its folder as it was."""

import hashlib
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
from sim.scenario.consistency import RULES
from sim.scenario.file import load, read
from sim.scenario.schema import Scenario
from sim.scenario.tree import Node, find, plain, put
from tests.unit.broken.table import CASES

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
    refused(tmp_path, monkeypatch, ["--set seed: expected KEY=VALUE, such as coaches.absence=0.08"], "small.yaml", "--set", "seed")


@pytest.mark.parametrize("command", ["check", "run", "assumptions"])
def test_the_installed_command_says_so_too(command, tmp_path):
    case = next(case for case in CASES if case.name == "several")
    (tmp_path / "small.yaml").write_text(broken(case), encoding="utf-8")
    before = contents(tmp_path)
    extra = ["--out", "results"] if command == "run" else []
    outcome = subprocess.run(
        [sys.executable, "-c", "from sim.cli import main; main()", command, "small.yaml", *extra],
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


def test_problems_come_in_the_order_of_the_file():
    with pytest.raises(ScenarioError) as caught:
        load(HERE / "small.yaml", ["coaches.absence=2", "service.desks_usable=2"])
    assert [problem.key for problem in caught.value.problems] == ["coaches.absence", "service.desks_usable"]
    lines = [problem.line for problem in _problems(SMALL.replace("coaches: 4", "coaches: four").replace("seed: 7", "seed: seven"))]
    assert lines == [7, 25]


def _problems(text):
    from sim.scenario.yaml_text import read_yaml

    with pytest.raises(ScenarioError) as caught:
        build(read_yaml(text, "text"))
    return caught.value.problems
