"""Finished replications on disk, each written whole or not at all, in a folder that one experiment holds at a time.

    parts/<key>/        one finished replication: a Parquet file for each of its tables, and their SHA-256
    run.json            of a run, or study.json of another experiment: what was asked, and what made the results; written last
    .kind               which of these it will be, until it is there

A part's key says everything its bits depend on, so that an experiment goes on from the parts it can use and never mistakes another's.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path

import pandas as pd

from sim.experiment.workers import RunError

RUN, STUDY, COMPARISON = "run.json", "study.json", "comparison.json"
KINDS = {RUN: "run", COMPARISON: "comparison", STUDY: "study such as a sweep"}
"""Of an experiment, by the file that marks its folder as finished."""
KIND, LOCK = ".kind", ".lock"
UNFINISHED = ".unfinished-"
SUMS = "SHA256SUMS"
"""Beside the tables of a part, as ``sha256sum --check`` reads it: what a failing disk or a hand changed is not taken for a result."""

_KEY = re.compile(r"\d{5,}-[0-9a-f]{24}")

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 1 << 30, os.SEEK_SET)  # beyond the text, which others may still read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def code_fingerprint() -> str:
    """A hash of the source and data that decide what a replication's tables hold; how they are shown does not count."""
    digest = hashlib.sha256()
    root = Path(str(resources.files("sim")))
    for file in sorted([*root.rglob("*.py"), *root.rglob("*.csv")]):
        name = file.relative_to(root).as_posix()
        if not name.startswith(("show/", "cli/")):
            digest.update(f"{name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def part_key(replication: int, *depends_on: str) -> str:
    """The name of a replication's folder."""
    return f"{replication:05d}-{hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()[:24]}"


def parquet(table: pd.DataFrame) -> bytes:
    """A table as Parquet: the same bytes for the same table."""
    file = io.BytesIO()
    table.to_parquet(file, index=False, compression="zstd")
    return file.getvalue()


@contextmanager
def held(path: str | Path, marker: str = RUN) -> Iterator[Folder]:
    """Make or take up a folder and keep other experiments out of it meanwhile.

    Args:
        path: a new folder, an empty one, or one of an experiment of the same kind.
        marker: RUN or STUDY.

    Raises:
        RunError: if it cannot be written, is in use, or holds something else.
    """
    with entered(path, marker) as path:
        folder, parts = Folder(path), path / "parts"
        with clearly(path):
            parts.mkdir(exist_ok=True)
            clear_unfinished(parts)
            sync(path)
        try:
            yield folder
        finally:
            clear_unfinished(parts)
            with suppress(OSError):
                parts.rmdir()  # only if it is empty


@contextmanager
def entered(path: str | Path, marker: str) -> Iterator[Path]:
    """A folder as :func:`held` has it, but for what is in it. From the start it says of what kind the experiment is, until its marker does;
    one that was made and into which nothing came is not left behind."""
    path = Path(path).absolute()
    with clearly(path):
        new = [folder for folder in (path, *path.parents) if not folder.exists()]
        if file := next((p for p in (path, *path.parents) if p.exists() and not p.is_dir()), None):
            raise RunError(f"cannot write to {path}: expected a folder, but {'it' if file == path else file} is a file")
        path.mkdir(parents=True, exist_ok=True)
        _fits(path, marker)
    ours = False
    try:
        with _locked(path):
            ours = True
            with clearly(path):
                _fits(path, marker)  # again: another may have finished here since
                clear_unfinished(path)
                for made in new:
                    sync(made.parent)
            try:
                write_text(path, KIND, f"{marker}\n")
                yield path
            finally:
                clear_unfinished(path)
                with suppress(OSError):
                    if (path / marker).is_file() or _names(path) <= {LOCK, KIND}:
                        (path / KIND).unlink()
    except BaseException:
        with suppress(OSError):
            for made in new if ours else ():
                made.rmdir()
        raise


def _fits(path: Path, marker: str) -> None:
    """Raise RunError unless a folder is empty or of an experiment of this kind."""
    here = {name for name in _names(path) if name != LOCK and not name.startswith(UNFINISHED)}
    kinds = [kind for kind in KINDS if kind in here]
    unfinished = not kinds and KIND in here
    if unfinished:
        try:
            kinds = [(path / KIND).read_text(encoding="utf-8", errors="replace").strip()]
        except FileNotFoundError:
            return  # it has just ended; who holds the folder looks again
    if here and not kinds and not (here == {"parts"} and not _names(path / "parts")):
        raise RunError(f"{path} holds other files and no {KINDS[marker]}: choose a new or empty folder")
    if kinds and marker not in kinds:
        there = f"{'an unfinished' if unfinished else 'a'} {KINDS.get(kinds[0], 'other experiment')}"
        raise RunError(f"{path} holds {there}, not a {KINDS[marker]}: choose a new or empty folder")


def _names(folder: Path) -> set[str]:
    """What is in a folder; nothing if it has just gone, or is none."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return {entry.name for entry in folder.iterdir()}
    return set()


class Folder:
    """A folder held by this experiment."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self, key: str, tables: Sequence[str]) -> bool:
        """Whether a replication is there, whole and legible."""
        part = self.path / "parts" / key
        try:
            sums = (part / SUMS).read_text(encoding="utf-8").splitlines()
            if all(_sum(part / f"{name}.parquet") in sums for name in tables):
                return True
        except (OSError, ValueError):
            pass
        with clearly(self.path):
            _remove(part)
        return False

    def keep(self, key: str, tables: Mapping[str, bytes]) -> None:
        """Write a finished replication, its tables as Parquet; nobody ever sees half of it.

        Raises:
            RunError: if it cannot be written.
        """
        unfinished, finished = self.path / "parts" / f"{UNFINISHED}{key}", self.path / "parts" / key
        with clearly(self.path):
            unfinished.mkdir()
            for name, table in tables.items():
                write_bytes(unfinished / f"{name}.parquet", table)
            sums = [_sum(unfinished / f"{name}.parquet", table) for name, table in tables.items()]
            write_bytes(unfinished / SUMS, "".join(f"{line}\n" for line in sums).encode())
            sync(unfinished)
            unfinished.replace(finished)
            sync(finished.parent)

    def read(self, key: str, table: str) -> pd.DataFrame:
        """A table of a finished replication."""
        with clearly(self.path):
            return pd.read_parquet(self.part(key, table))

    def part(self, key: str, table: str) -> Path:
        """Where a table of a finished replication is."""
        return self.path / "parts" / key / f"{table}.parquet"

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove the replications of other experiments."""
        kept = set(keys)
        for part in (self.path / "parts").iterdir():
            if part.name not in kept and _KEY.fullmatch(part.name):
                shutil.rmtree(part, ignore_errors=True)


def write_text(folder: Path, name: str, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        RunError: if it cannot be written.
    """
    with whole(folder, name) as file:
        file.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def whole(folder: Path, name: str) -> Iterator[Path]:
    """A file to write, which takes its name once it is whole.

    Raises:
        RunError: if it cannot be written.
    """
    unfinished = folder / f"{UNFINISHED}{name}"
    with clearly(folder):
        try:
            yield unfinished
            sync(unfinished)
            unfinished.replace(folder / name)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        sync(folder)


def clear_unfinished(folder: Path) -> None:
    """Remove what an ended experiment left half written."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            _remove(left)


def _remove(path: Path) -> None:
    """Remove a folder with what is in it, or a file, or nothing; of a link the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sum(file: Path, content: bytes | None = None) -> str:
    """A file's line among the sums of its folder."""
    return f"{hashlib.sha256(file.read_bytes() if content is None else content).hexdigest()}  {file.name}"


def write_bytes(file: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    file.write_bytes(content)
    sync(file)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk; a folder as far as its file system allows and knows that."""
    folder = path.is_dir()
    try:
        file = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
        try:
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        if not folder or error.errno in (errno.EIO, errno.ENOSPC):
            raise


@contextmanager
def clearly(path: Path) -> Iterator[None]:
    """Errors of the operating system in words."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error  # Arrow says more than that
        raise RunError(f"cannot write to {path}: {reason}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder. The lock is the operating system's, so it ends with the process however that ends; the file only names it."""
    name = folder / LOCK
    while True:
        with clearly(folder):
            file = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(file)
        except OSError as error:
            os.lseek(file, 0, os.SEEK_SET)
            holder = os.read(file, 20).decode(errors="replace").strip() or "unknown"
            os.close(file)
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                name.unlink(missing_ok=True)
                raise RunError(f"cannot lock {folder}, as its file system refuses it ({error.strerror}): choose a local folder") from None
            raise RunError(f"{folder} is in use by another run (process {holder}): wait for it, or choose another folder") from None
        if _is_still(file, name):
            break
        os.close(file)  # the run that just ended removed this file: its name is free for another
    try:
        with clearly(folder):
            os.ftruncate(file, 0)
            os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):
            if _is_still(file, name):
                name.unlink()
        os.close(file)


def _is_still(file: int, name: Path) -> bool:
    """Whether an open file still has its name, and nobody removed it or took its place."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file), name.stat())
    return False
