"""The compiled day allocates nothing: it could not even if it tried, and however many people there are, it does not."""

import importlib
import pkgutil
import tracemalloc

import numba
import numpy as np
import pytest
from numba.core.runtime import _nrt_python, rtsys  # type: ignore[attr-defined]

import sim
from sim.compiled import compiled
from sim.model import jobcentre
from sim.model.simulation import simulate
from tests.scenarios import tiny

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")  # type: ignore[attr-defined]


def compiled_functions():
    """Every function of the package that numba compiles, by name."""
    found = {}
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, numba.core.registry.CPUDispatcher):
                found[f"{value.__module__}.{name}"] = value
    return found


def test_everything_compiled_is_built_without_an_allocator():
    """Without numba's runtime a function that allocated an array, a list or a string would not compile."""
    functions = compiled_functions()
    known = {"luck.uniform", "model.ledger.note", "model.working_day.live", "model.referral.start", "model.clerk.book", "model.clerk.bump"}
    assert {f"sim.{name}" for name in known} <= set(functions)
    assert {name for name, function in functions.items() if function.targetoptions.get("_nrt", True)} == set()


def test_without_an_allocator_a_function_that_allocates_does_not_compile():
    @compiled
    def allocates(n: int) -> float:
        return float(np.zeros(n).sum())

    with pytest.raises(numba.core.errors.TypingError, match="Only accept returning of array passed into the function as argument"):
        allocates(3)


@pytest.fixture
def day_by_day(monkeypatch):
    """Allocations during each compiled phase of each day: numba's own, and Python's in bytes."""
    was_counting = _nrt_python.memsys_stats_enabled()
    _nrt_python.memsys_enable_stats()
    seen = []
    for phase in ("bump", "live", "book"):
        original = getattr(jobcentre.Pool, phase)

        def measured(pool, today, original=original):
            before, (_, _) = rtsys.get_allocation_stats(), tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            now, _ = tracemalloc.get_traced_memory()
            original(pool, today)
            _, peak = tracemalloc.get_traced_memory()
            after = rtsys.get_allocation_stats()
            seen.append((today, after.alloc - before.alloc, after.mi_alloc - before.mi_alloc, peak - now))

        monkeypatch.setattr(jobcentre.Pool, phase, measured)
    yield seen
    if not was_counting:
        _nrt_python.memsys_disable_stats()


def test_the_counter_of_allocations_counts(day_by_day):
    """Else none would prove nothing."""

    @numba.njit
    def allocates(n):
        return np.zeros(n).sum()

    before = rtsys.get_allocation_stats().alloc
    allocates(3)
    assert rtsys.get_allocation_stats().alloc > before


def growth(people, seen):
    """The highest climb of Python's memory in any compiled phase of a steady day with so many people."""
    scenario = tiny(
        {
            "areas.North": {"claimants": people, "claims_per_week": people / 100},
            "jobcentres.Hill.coaches": people / 30,
            "jobcentres.Hill.desks": people,
            "job_entry.monthly_rate_by_week": {0: 0.05},
            "period.to": "2021-02-28",
        }
    )
    simulate(scenario, 1, 0)  # everything is compiled
    seen.clear()
    tracemalloc.start()
    try:
        simulate(scenario, 1, 0)
    finally:
        tracemalloc.stop()
    assert {allocations for day in seen for allocations in day[1:3]} == {0}, "numba allocated"
    return max(peak for today, _, _, peak in seen if today > 0)


def test_a_day_of_many_people_takes_no_more_memory_than_a_day_of_few(day_by_day):
    few, many = growth(500, day_by_day), growth(20_000, day_by_day)
    assert many < few + 2000, "bytes; the call itself costs some, each person none"
