"""Keys of replications: another for whatever may change a bit of what is kept, the same for the same thing however it is written."""

import datetime as dt
import random
import re

import pytest

from sim.experiment import job, store
from sim.experiment.job import ALWAYS, FIGURES, Job, Point, identity, replicate
from sim.experiment.workers import RunError
from sim.scenario import dump, load
from sim.scenario.schema import Scenario
from tests.scenarios import RICH, rich, tiny


def made(scenario=None, seed=1, replication=0, tables=ALWAYS, positions=None, since=None, made_by="version 1"):
    return Job(Point(scenario or tiny()), seed, replication, tables, positions or {}, since, made_by)


OTHERS = [
    {"scenario": tiny({"jobcentres.Hill.coaches": 3})},
    {"scenario": tiny({"name": "another"})},
    {"seed": 2},
    {"replication": 1},
    {"tables": FIGURES},
    {"tables": (*ALWAYS, "people")},
    {"positions": {"coaches.absence": (0.5,)}},
    {"positions": {"coaches.absence": (0.25,)}},
    {"positions": {"coaches.absence": (0.5, 0.5)}},
    {"since": dt.date(2021, 2, 8)},
    {"since": dt.date(2021, 2, 9)},
    {"made_by": "version 2"},
]


def test_whatever_may_change_a_bit_gives_another_key():
    keys = [made(**other).key for other in ({}, *OTHERS)]
    assert len(set(keys)) == len(keys)
    assert all(store._KEY.fullmatch(key) for key in keys) and made(replication=123456).key.startswith("123456-")


def test_seed_and_replication_are_not_mistaken_for_each_other():
    assert len({made(seed=seed, replication=number).key for seed in (1, 11, 111) for number in (1, 11, 111)}) == 9


def test_the_same_thing_has_the_same_key_in_whatever_order_it_is_written():
    assert made(tiny()).key == made().key
    positions = {"coaches.absence": (0.1,), "areas.North.claimants": (0.9,)}
    assert made(positions=positions).key == made(positions=dict(reversed(positions.items()))).key
    order = random.Random(3)

    def shuffled(data):
        if isinstance(data, dict):
            return {key: shuffled(data[key]) for key in order.sample(list(data), len(data))}
        return [shuffled(item) for item in data] if isinstance(data, list) else data

    others = [made(Scenario.model_validate(shuffled(RICH)), made_by=identity()) for _ in range(5)]
    plain = made(rich(), made_by=identity())
    assert {other.key for other in others} == {plain.key}
    assert list(others[0].point.scenario.jobcentres) != list(rich().jobcentres)
    assert replicate(others[0]) == replicate(plain)  # so that parts of both go together


def test_a_file_with_comments_and_its_keys_in_another_order_goes_on_from_the_same_parts(tmp_path):
    blocks = re.split(r"\n(?=\w)", dump(tiny()).strip())
    assert len(blocks) > 10
    (tmp_path / "one.yaml").write_text("\n".join(blocks))
    rest = [block for block in blocks[::-1] if not block.startswith("seed")]
    (tmp_path / "other.yaml").write_text("\n".join(["# the same", "seed: 5", *rest]))
    one, other = (load(tmp_path / f"{name}.yaml") for name in ("one", "other"))
    assert (one.seed, other.seed) == (tiny().seed, 5) and made(one).key == made(other).key == made().key


@pytest.mark.parametrize("library", job.LIBRARIES)
def test_a_library_of_another_version_is_another_program(library, monkeypatch):
    before, real = identity(), job.metadata.version
    monkeypatch.setattr(job.metadata, "version", lambda name: "0.0.1" if name == library else real(name))
    job.identity.cache_clear()
    try:
        after = identity()
    finally:
        job.identity.cache_clear()
    assert after != before and f"{library} 0.0.1" in after
    assert made(made_by=before).key != made(made_by=after).key


def test_python_and_the_kind_of_machine_count():
    """How ``sum`` adds floats changed with Python 3.12; a logarithm may end in another bit on another processor."""
    here = dict(part.rpartition(" ")[::2] for part in identity().split(", "))
    assert {"version", "source", "python", *job.LIBRARIES} < set(here)
    assert here["python"].count(".") == 1 and here[job.sys.platform] == job.platform.machine()


def test_a_worker_of_another_version_says_what_differs():
    other = identity().replace("pandas ", "pandas 99.").replace("numba", "number")
    with pytest.raises(RunError) as error:
        replicate(made(made_by=other))
    ours = job.software()["libraries"]
    assert str(error.value).endswith(
        f": numba {ours['numba']} there and none here, pandas {ours['pandas']} there and 99.{ours['pandas']} here, "
        f"number none there and {ours['numba']} here"
    )


def test_source_edited_after_it_was_read_is_not_mistaken_for_what_runs(monkeypatch):
    """As in a notebook that stays open: what is there now is not what runs."""
    monkeypatch.setattr(store, "code_fingerprint", lambda: "edited")
    monkeypatch.setattr(job, "code_fingerprint", lambda: "edited")
    job.identity.cache_clear()
    assert "edited" not in identity() and job.software()["code"] == job.CODE
    job.identity.cache_clear()
