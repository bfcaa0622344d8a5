"""Compilation: the decorator for functions that walk over people one by one.

They are plain Python over NumPy arrays; ``NUMBA_DISABLE_JIT=1`` runs them uncompiled, with the same results, for a debugger.
Inside them nothing is allocated: numba is asked to refuse it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])

PACKAGE = Path(__file__).parent
SOURCES = sorted([*PACKAGE.glob("*.py"), *(PACKAGE / "model").glob("*.py")])
"""Every file whose functions or constants may end up in machine code."""


def compiled(function: F) -> F:
    """Compile a function at its first call and keep the machine code on disk where there is a place for it."""
    return _compile(function, {"_nrt": False})


def inlined(function: F) -> F:
    """The same for a helper called once a person: a call that passes many arrays costs more than the helper's own work."""
    return _compile(function, {"_nrt": False, "forceinline": True})


def _cache_folder() -> str:
    """Where the machine code of these very sources is kept; numba's own choice where the package cannot be written.

    Numba looks only at the file of the function that is called, and would go on with a helper's or a constant's old version.
    """
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:16]
    folder = PACKAGE / "__pycache__" / f"compiled-{digest}"
    return str(folder) if os.access(folder.parent if folder.parent.exists() else PACKAGE, os.W_OK) else ""


CACHE_FOLDER = _cache_folder()


def _compile(function: F, options: dict[str, Any]) -> F:
    config: Any = numba.config
    chosen_outside = config.CACHE_DIR
    try:
        config.CACHE_DIR = chosen_outside or CACHE_FOLDER
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # neither the package nor a cache folder can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
    finally:
        config.CACHE_DIR = chosen_outside
