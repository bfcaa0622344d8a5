"""Compilation: the decorator for functions that walk over people one by one.

They are plain Python over NumPy arrays; ``NUMBA_DISABLE_JIT=1`` runs them uncompiled, with the same results, for a debugger.
Inside them nothing is allocated: numba is asked to refuse it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function at its first call and keep the machine code on disk where there is a place for it."""
    return _compile(function, {"_nrt": False})


def inlined(function: F) -> F:
    """The same for a helper called once a person: a call that passes many arrays costs more than the helper's own work."""
    return _compile(function, {"_nrt": False, "forceinline": True})


def _compile(function: F, options: dict[str, Any]) -> F:
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # neither the package nor a cache folder can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
