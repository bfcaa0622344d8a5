"""Beliefs in words: what somebody who models policy would sign before looking, and whether the model agrees.

The sentences are the docstrings of the tests, and the verdicts are those of the tests, which are run here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from tests.evidence import Section, root
from tests.functional.beliefs import KINDS, Belief, beliefs, files

PASSED, FAILED = "passed", "failed"
Cases = dict[tuple[str, str], list[str]]
"""Outcomes of the cases of each test, by module and name."""

TEXT = """\
{count} beliefs, tried in {cases} cases. Each sentence is the first of a test in `tests/functional/`, and the verdict is that test's, run
anew for this page. Runs that are compared have the same luck, person by person, so most beliefs are held to by every person and not only on
average; where chance enters, the test says how much of it is let pass. All but those about the region are tried in small made-up towns, set
up so that a direction can be seen plainly: they say which way a lever moves and not by how much. Every key of a scenario that says anything
to the model is in at least one of them, and a test fails where one is not.
"""


def section(workers: int = 2) -> Section:
    """Run the tests of beliefs and say what held."""
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(Path(folder) / "junit.xml", workers)
    return written(beliefs(), found)


def outcomes(report: Path, workers: int) -> Cases:
    """Run the tests in processes of their own and read their report.

    Raises:
        RuntimeError: if they could not be run at all.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-m", "belief", "-p", "no:cacheprovider", f"--junitxml={report}"]
    spread = ["-n", str(workers), "--dist", "loadfile"] if workers > 1 else []
    ran = subprocess.run(
        [*command, *spread, *map(str, files())], cwd=root(), capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    if ran.returncode > 1 or not report.exists():
        raise RuntimeError(f"the tests of beliefs could not be run:\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}")
    return cases(report)


def cases(report: Path) -> Cases:
    """The outcomes in a JUnit report: passed, or failed for whatever reason, being skipped included."""
    found: Cases = defaultdict(list)
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.attrib["name"].partition("[")[0]
        bad = {child.tag for child in case} & {"failure", "error", "skipped"}
        found[case.attrib["classname"], name].append(FAILED if bad else PASSED)
    return found


def written(what: list[Belief], found: Cases) -> Section:
    """The beliefs as a section, those that were not tried counted as failed."""
    verdicts = {belief: verdict(found.get((belief.module, belief.name), [])) for belief in what}
    failed = [f"{belief.words} ({belief.name}: {told})" for belief, told in verdicts.items() if told != PASSED]
    count = sum(len(outcomes) for outcomes in found.values())
    lines = [TEXT.format(count=len(what), cases=count), *_tables(verdicts, found)]
    held = len(what) - len(failed)
    summary = f"{held} of {len(what)} beliefs of a policy modeller hold, in {count} cases"
    return Section("Beliefs in words", "\n".join(lines), summary, failed)


def verdict(results: list[str]) -> str:
    """Of all cases of a test."""
    if not results:
        return "not tried"
    bad = results.count(FAILED)
    return PASSED if not bad else f"**failed** in {bad} of {len(results)} cases"


def _tables(verdicts: dict[Belief, str], found: Cases) -> Iterator[str]:
    """A heading and a table for each kind."""
    for kind, words in KINDS.items():
        yield f"### {words}\n\n| belief | about | cases | |\n|---|---|--:|---|"
        for belief, told in verdicts.items():
            if belief.kind == kind:
                number = len(found.get((belief.module, belief.name), []))
                yield f"| {belief.words} | {_about(belief.keys)} | {number} | {'holds' if told == PASSED else told} |"
        yield ""


def _about(keys: tuple[str, ...], most: int = 3) -> str:
    """The keys, the first few of them, without the names of places and people."""
    short = [f"`{key.replace('.*', '')}`" for key in keys]
    more = f" and {len(short) - most} more" if len(short) > most else ""
    return ", ".join(short[:most]) + more
