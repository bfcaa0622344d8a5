"""Writes the reference pages that follow from the code: every key of a scenario, every measure, every command, every function.

``python docs/make_reference.py`` writes ``scenario.md``, ``measures.md``, ``commands.md`` and ``python.md`` in ``reference`` anew; a test
holds them to the code. The last two have modules of their own beside this one.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from sim.experiment.contrasts import CONTRASTS, Contrast
from sim.measures import MEASURES, Measure
from sim.scenario.consistency import RULES
from sim.scenario.numbers import NEEDS_SOURCE, Confidence, Day, Entry, Number, Series
from sim.scenario.parts import Part
from sim.scenario.shape import Shape, one_of, shape_at
from sim.scenario.tree import Path as Key

REFERENCE = Path(__file__).parent / "reference"

SCENARIO = """\
# Every key of a scenario

*Written by `docs/make_reference.py` from the schema: change the text there, in `sim/scenario/schema.py` and `support.py`.*

A scenario is one YAML file in UTF-8. `extends: other.yaml` (a path from the file's own folder) takes everything from another file:
maps are then merged key by key, anything else is replaced, and `null` removes an entry. An unknown key is refused, with the nearest
right name. On the command line `--set KEY=VALUE` and in Python `scenario.change({{KEY: value}})` take the dotted keys below, with the
name of an area, jobcentre, pool, cohort, sector or programme for `NAME`, or `*` for all of them; a list counts its entries from 0, and
`null` (in Python None) removes an entry here too.

**A number** is written bare, or as a map of {number}.
Its unit is that of this page; `unit` may repeat it, as a reminder. `low` and `high` bound what the value might as well be, in the unit
of the value or relative to it, such as `-10%`. `confidence` is one of {confidence};
{sourced} need a `source`. None of this but the value enters a run: it goes into the log that `jobcentre assumptions` prints.

**By date** marks a number that may change: write `{{2020-07-01: 0.4, 2021-07-19: 0.5}}`, each a number as above that holds from its
date on; the first date must not be after the first day of the run (in a programme that opens later: after the day it opens). An entry
may add `announced`, the date from which bookings see it.
To state an interval or a source once for all of them write `{{by_date: {{...}}, low: -10%, high: +10%, confidence: assumption}}`.

**A date** is written `2021-09-01`, or, where it says *with interval*, as a map of {day}.
"""

MEASURES_PAGE = """\
# Every measure

*Written by `docs/make_reference.py` from the registry: change the text there, in `sim/measures/`.*

These are the measures of `summary.csv`, `replications.parquet` and, where it says so, `weekly.parquet` of a
[run folder](../how-to/read_a_run_folder.md). Each names how it is split, one column at a time unless it says *and*; `all` stands
where a row is not split. Measures of programmes, of the labour market and of costs are in the tables of scenarios that have these.
An estimate is the mean over replications of a value computed in each of them, with Student's 95% interval; values that are blank in
some replications are left out, and the column `replications` says how many there were. The intervals tell what chance leaves open
with these assumptions, not what other assumptions would give.
"""

CONTRASTS_PAGE = """\
## What a comparison adds

In `comparison.csv` and in the table of `sim.compare` a row is the difference of another scenario from the base in one of the measures
above, replication paired with replication. `variance_ratio` is how many times as many replications it would take without the same luck in
both; `adjusted`, `adjusted_low`, `adjusted_high` and `adjusted_freedom` (degrees) are the difference at the expected number of new
claims, where it goes with their number: [what pairing is worth](../how-to/vary_and_compare.md#what-pairing-is-worth).

## What only a comparison tells

These are rows of `comparison.csv` and of `sim.compare`, beside the differences in the measures above. The column `difference` holds the
figure itself, replication paired with replication.
"""

WHOLE_FILE = "Keys at the left margin. What each map holds follows below, in the order of the journey."

_ORDER = ["value", "low", "high", "source", "confidence", "note"]
_PLAIN = {str: "text", int: "whole number", bool: "`true` or `false`", Day: "date, with interval"}


def scenario_page() -> str:
    """The text of ``reference/scenario.md``."""
    confidence = [f"`{word}`" for word in get_args(Confidence)]
    intro = SCENARIO.format(
        number=_listed(_value_first(Number)),
        day=_listed(_value_first(Day)),
        confidence=one_of(confidence, quote=""),
        sourced=one_of([f"`{word}`" for word in NEEDS_SOURCE], "and", quote=""),
    )
    parts = [_part(shape.kind, written, path) for shape, written, path in _parts((), ())]
    rules = "\n".join(f"* *{rule.__name__.replace('_', ' ').capitalize()}.* {_sentence(rule)}" for rule in RULES)
    return "\n".join([intro, *parts, f"## What several keys must obey together\n\n{rules}\n"])


def measures_page() -> str:
    """The text of ``reference/measures.md``."""
    measures, contrasts = map(_measure, MEASURES.values()), map(_contrast, CONTRASTS.values())
    return "\n".join([MEASURES_PAGE, *measures, CONTRASTS_PAGE, *contrasts])


def commands_page() -> str:
    """The text of ``reference/commands.md``."""
    from docs.reference_commands import page  # these two load the whole program

    return page()


def python_page() -> str:
    """The text of ``reference/python.md``."""
    from docs.reference_python import page

    return page()


def _parts(written: tuple[str, ...], path: Key) -> Iterator[tuple[Shape, tuple[str, ...], Key]]:
    """Every part of the schema from one on, with its dotted key as people write it and a path by which the schema is asked."""
    shape = shape_at(path)
    if shape.is_part:
        yield shape, written, path
        for key in shape.keys:
            yield from _parts((*written, key), (*path, key))
    elif shape.kind is dict and shape.below("").is_part:
        yield from _parts((*written, "NAME"), (*path, ""))
    elif shape.kind is list and shape.below(0).is_part:
        yield from _parts((*written, "0"), (*path, 0))


def _part(kind: type[Part], written: tuple[str, ...], path: Key) -> str:
    """One part as a section with a table of its keys."""
    title, says = (f"`{'.'.join(written)}`", _sentence(kind)) if written else ("The whole file", WHOLE_FILE)
    lines = [f"## {title}\n", f"{says}\n", "| key | meaning | takes | if left out |", "|---|---|---|---|"]
    for name, field in kind.model_fields.items():
        key = field.alias or name
        shape = shape_at((*path, key))
        meaning = field.description or (_sentence(shape.kind) if shape.is_part else "")
        if not meaning and (entry := shape.below("")).is_part:
            meaning = _sentence(entry.kind)
        meaning = meaning or {"name": "Its name, in every table.", "period": "When."}.get(key, "")
        left_out = "must be given" if field.is_required() else _value(shape.default)
        takes = _takes(shape, field.annotation) + _bounds(field.metadata, shape)
        lines.append(f"| `{key}` | {_flat(meaning)} | {takes} | {left_out} |")
    return "\n".join(lines) + "\n"


def _takes(shape: Shape, annotation: Any = None) -> str:
    """What may be written at a key, in words."""
    if shape.is_part:
        return "map, see below"
    if shape.unit:
        return shape.unit.describe() + (", by date" if shape.kind is Series else "")
    if shape.kind is dict:
        word = next((f"`{option}`, or " for arg in get_args(annotation) for option in get_args(arg) if option == "by_caseload"), "")
        inner = shape.below("")
        named = f"map by {one_of([f'`{key}`' for key in shape.keys], quote='')}" if shape.keys else _map_of(shape)
        return f"{word}{named}: {'see below' if inner.is_part else _takes(inner)}"
    if shape.kind is list:
        inner = shape.below(0)
        if inner.kind is float:
            return "`[latitude, longitude]` in degrees"
        return "list, see below" if inner.is_part else "list of names" if inner.kind is str else f"list of: {_takes(inner)}"
    if shape.inner:
        return one_of([f"`{option}`" for option in shape.inner], quote="")
    return _PLAIN.get(shape.kind, "date")


def _bounds(metadata: list[Any], shape: Shape) -> str:
    """Bounds that pydantic keeps, in words."""
    words = ("ge", "le", "lt", "min_length", "max_length")
    of = {word: getattr(extra, word) for extra in metadata for word in words if hasattr(extra, word)}
    if shape.kind is int:
        return f" from {of['ge']:,} to {of['le'] if 'le' in of else of['lt'] - 1:,}"
    least, most = of.get("min_length"), of.get("max_length")
    if shape.kind not in (list, dict) or least == most:
        return f"; {least} of them" if shape.kind in (list, dict) and least is not None else ""
    return (f"; at least {least}" if least is not None else "") + (f"; at most {most}" if most is not None else "")


def _map_of(shape: Shape) -> str:
    if shape.names_are_whole:
        return "map by week"
    return "map by name" if "BeforeValidator" not in str(shape.inner[0]) else "map by band of weeks such as `0-13`, the last `53+`"


def _value(default: Any) -> str:
    if default is None or default == "" or default == {} or default == []:
        return "–"
    if isinstance(default, Part):
        return "as below"
    if isinstance(default, Series):
        return _value(default.by_date[default.first])
    if isinstance(default, (Number, Entry)):
        return f"{default.value:g}"
    return f"`{str(default).lower()}`" if isinstance(default, (str, bool)) else str(default)


def _measure(measure: Measure) -> str:
    better = f"{measure.better} is better" if measure.better else "neither way is better in itself"
    extent = "weekly too" if measure.weekly else "whole run only"
    splits = [" and ".join(split).replace("_", " ") for split in measure.splits if split]
    split = f"by {', '.join(splits)}" if splits else "everyone only"
    facts = f"{measure.unit} · {_listed(measure.statistics)} · {better} · {extent} · {split}"
    return f"## `{measure.name}`\n\n{facts}\n\n{measure.definition}\n"


def _contrast(contrast: Contrast) -> str:
    return f"### `{contrast.name}`\n\n{contrast.unit} · {_listed(contrast.statistics)}\n\n{contrast.definition}\n"


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _value_first(kind: type[Number] | type[Day]) -> list[str]:
    return sorted((key for key in kind.model_fields if key != "unit"), key=_ORDER.index)


def _sentence(thing: Any) -> str:
    return _flat(_first_paragraph(thing))


def _first_paragraph(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n\n")[0]


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


PAGES = {"scenario.md": scenario_page, "measures.md": measures_page, "commands.md": commands_page, "python.md": python_page}

if __name__ == "__main__":
    sys.path.insert(0, str(REFERENCE.parents[1]))  # for the package docs, as this file is started by its path
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8", newline="\n")
