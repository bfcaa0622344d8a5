"""The documentation tells the truth: its blocks run and print what it shows, and what it names exists."""

import dataclasses
import datetime as dt
import re
import runpy
from pathlib import Path

import pytest
import typer

from docs import make_kickstart_figure as figure
from docs import reference_python
from sim.cli import app
from sim.scenario import load
from sim.show.labels import HEADLINE
from tests.functional.blocks import LONG, PAGES, ROOT, Reader, blocks, commands, desk, same

TEXT = {path: path.read_text(encoding="utf-8") for path in PAGES}
COMMANDS = {
    name: {option for part in command.params for option in part.opts} for name, command in typer.main.get_group(app).commands.items()
}
TAKE_LONG = {"which_assumptions_matter", "choose_sites", "how_many_replications"}
REFERENCE = ROOT / "docs" / "reference"
each_page = pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])


def with_blocks():
    """Each page with blocks; those that run a borough hundreds of times are among the long tests."""
    for path, text in TEXT.items():
        if blocks(text):
            name = path.relative_to(ROOT).as_posix()
            yield pytest.param(path, id=name, marks=[pytest.mark.long] if path.stem in TAKE_LONG else [])


@pytest.mark.parametrize("path", with_blocks())
def test_blocks_run_and_print_what_is_shown(path, tmp_path):
    reader, todo = Reader(), blocks(TEXT[path])
    with desk(tmp_path):
        for number, block in enumerate(todo):
            if block.kind == LONG:
                continue
            if block.kind == "text":
                assert same(block.body, reader.printed), f"shown:\n{block.body}\nprinted:\n{reader.printed}"
                continue
            reader.do(block)
            shown = number + 1 < len(todo) and todo[number + 1].kind == "text"
            assert reader.exit_code == 0 or shown, f"{block.body}\nended with {reader.exit_code}:\n{reader.printed}"


def test_what_counts_as_the_same():
    assert same("a, 3 s\nb\n", "\na, 12 s\nb   \n\n")
    assert same("a\n...\nd\n", "a\nb\nc\nd\n") and same("...\nd\n", "a\nd\n")
    assert not same("a\n", "a\nb\n") and not same("a\n...\ne\n", "a\nb\n") and not same("1.5\n", "145\n")


def test_the_excerpt_of_the_region_has_the_lines_of_a_summary():
    (excerpt,) = [block for text in TEXT.values() for block in blocks(text) if block.kind == LONG]
    known = {*HEADLINE, *(label for group in HEADLINE.values() for label in group.values())}
    head, _, table = excerpt.body.partition("All jobcentres, whole run")
    assert "West Midlands" in head and "20 replications" in head
    lines = [line for line in table.splitlines()[2:] if line.strip()]
    unknown = {re.split(r" {2,}", line.strip())[0] for line in lines} - known
    assert lines and unknown <= {"offered within 10 working days"}


@each_page
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXT[path]):
        name, _, heading = target.partition("#")
        assert "://" not in name, f"{target}: only pages of this repository are linked"
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"no {target}"
        if heading:
            slugs = {
                re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", TEXT[there], re.MULTILINE)
            }
            assert heading in slugs, f"no heading {target}"


@each_page
def test_files_that_are_named_exist(path):
    rooms = "|".join(
        re.escape(entry.name) for entry in ROOT.iterdir() if entry.name in {"sim", "tests", "docs", "scenarios", "notebooks", "benchmarks"}
    )
    for name in re.findall(rf"(?<![\w/.-])((?:{rooms}|\.ci)/[\w./*-]*)", TEXT[path]):
        assert list(ROOT.glob(name.rstrip("./"))), f"no {name}"


@each_page
def test_commands_and_options_that_are_named_exist(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)|^make ([a-z]+)", TEXT[path], re.MULTILINE):
        assert set(target) - {""} <= targets, f"no make {target}"
    lines = [words for block in blocks(TEXT[path]) if block.kind == "sh" for words in commands(block.body) if words[0] == "jobcentre"]
    lines += [["jobcentre", *inline.split()] for inline in re.findall(r"`jobcentre ([^`]+)`", TEXT[path])]
    for _, command, *words in lines:
        wrong = {word for word in words if word.startswith("--")} - COMMANDS[command]
        assert not wrong, f"jobcentre {command} has no {wrong}"
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", TEXT[path])) - {"--help"}:
        assert any(option in options for options in COMMANDS.values()), f"no command has {option}"


def test_the_index_leads_to_every_page():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", TEXT[index])}
    assert {path for path in PAGES if path.parent != ROOT} - {index} <= linked


@pytest.mark.parametrize("name", ["scenario.md", "measures.md", "commands.md", "python.md"])
def test_the_reference_follows_the_code(name):
    pages = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["PAGES"]
    stored = Path(ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert stored == pages[name](), "run python docs/make_reference.py"


def test_every_command_and_option_is_in_the_reference():
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## )", TEXT[REFERENCE / "commands.md"], re.MULTILINE | re.DOTALL))
    assert set(COMMANDS) <= set(sections)
    for command, options in COMMANDS.items():
        told = set(re.findall(r"`(--[a-z-]+)`", sections[command]))
        assert told == {option for option in options if option.startswith("--")}, f"jobcentre {command}"


def test_the_reference_of_python_is_true_of_answers():
    page = TEXT[REFERENCE / "python.md"]
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^### |^## |\Z)", page, re.MULTILINE | re.DOTALL))
    for name, found in reference_python.answers().items():
        told = re.findall(r"^\| `(\w+)(?:\(.*?\))?` \| `[^|]", sections[name], re.MULTILINE)
        assert len(told) > 3 and all(hasattr(found, attribute) for attribute in told), name
        fields = {field.name for field in dataclasses.fields(found) if not field.name.startswith("_")}
        assert fields <= set(told), f"{name} has more: {fields - set(told)}"
        if hasattr(found.plot, "__dataclass_fields__"):
            assert all(hasattr(found.plot, figure) for figure in re.findall(r"`plot\.(\w+)\(\)`", sections[name]))
    tables = re.findall(r"^### (\w+)\.(\w+)(?:\['(\w+)'\])?\n\nColumns: (.*)\.$", page, re.MULTILINE)
    assert len(tables) == 23
    for name, attribute, method, columns in tables:
        table = getattr(reference_python.answers()[name], attribute)
        table, told = table[method] if method else table, re.findall(r"`([^`]+)`", columns)
        asked = {"KEY": "jobcentres.High Street.coaches", "FIGURE": "first_meeting_wait.mean"}
        if told[-1] == "ASSUMPTION":
            told[-1:] = [column for column in table if "." in column and column not in asked.values()]
        assert [asked.get(column, column) for column in told] == list(table.columns), f"{name}.{attribute} {method}"


def test_functions_take_what_the_reference_says():
    page = TEXT[REFERENCE / "python.md"]
    for name, section in re.findall(r"^## sim\.(\w+)\n(.*?)(?=^## )", page, re.MULTILINE | re.DOTALL):
        told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) + re.findall(
            r"`(\w+)`", (*re.findall(r"^Also: (.*)", section, re.MULTILINE), "")[0]
        )
        assert set(told) == set(reference_python.parameters(name)), name


def test_the_kickstart_table_follows_the_scenario_and_the_published_figures():
    page = ROOT / "docs" / "background" / "kickstart.md"
    offered, rows = figure.offered(load(ROOT / "scenarios" / "west_midlands_programmes.yaml")), {}
    for line in TEXT[page].partition(figure.BEGIN)[2].partition(figure.END)[0].strip().splitlines()[2:]:
        day, stage, published, model, _ = (cell.strip() for cell in line.strip("|").split("|"))
        rows[stage, dt.datetime.strptime(day, "%d %b %Y").date()] = float(published), float(model)
    assert {key: published for key, (published, _) in rows.items()} == {
        (name, day): n for stage, name in figure.STAGES.items() for day, n in figure.kickstart(stage).items()
    }
    for stage in ("approved", "available"):
        for day in figure.kickstart(stage):
            assert rows[figure.STAGES[stage], day][1] == pytest.approx(figure.at(offered[stage], day), abs=0.06), "run make docs"
    drawn = (page.parent / "kickstart.svg").read_text(encoding="utf-8")
    for (name, day), (published, model) in rows.items():
        assert f"{published:g} by {day:%d %b %Y} (model {model:.0f})" in drawn, f"{name}: the figure is not of this table"
