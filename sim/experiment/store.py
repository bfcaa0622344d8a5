"""The run folder: finished replications, each written whole or not at all, and the tables made of them.

    scenario.yaml  run.json  summary.csv                                 what was run, and what came out
    replications.parquet  daily.parquet  weekly.parquet  incidence.parquet  first_spells.parquet
    people.parquet  events.parquet                                       if asked for
    parts/<key>/                                                         one finished replication

A part's key says everything its bits depend on, so that a run goes on from the parts it can use and never mistakes another's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from sim.experiment.workers import RunError
from sim.results import RunTables, csv

SUMMARISED = ("measures", "daily", "weekly", "incidence")
ALWAYS = (*SUMMARISED, "first_spells")
ON_REQUEST = ("people", "events")
_UNFINISHED = ".unfinished-"

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
    """A hash of the source that decides what a replication's tables hold; how they are shown does not count."""
    digest = hashlib.sha256()
    root = Path(str(resources.files("sim")))
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if not name.startswith(("show/", "cli")):
            digest.update(f"{name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def part_key(replication: int, *depends_on: str) -> str:
    """The name of a replication's folder."""
    return f"{replication:05d}-{hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()[:24]}"


def write_part(folder: Path, key: str, tables: dict[str, pd.DataFrame]) -> None:
    """Write a finished replication; nobody ever sees half of it.

    Raises:
        RunError: if it cannot be written.
    """
    unfinished, finished = folder / "parts" / f"{_UNFINISHED}{os.getpid()}-{key}", folder / "parts" / key
    with _clearly(folder):
        unfinished.mkdir()
        for name, table in tables.items():
            _write_parquet(table, unfinished / f"{name}.parquet")
        _sync(unfinished)
        unfinished.replace(finished)
        _sync(finished.parent)


@contextmanager
def run_folder(path: str | Path) -> Iterator[RunFolder]:
    """Make or take up a run folder and keep other runs out of it meanwhile.

    Raises:
        RunError: if it cannot be written, is in use, or holds something else.
    """
    path = Path(path).absolute()
    with _clearly(path):
        if file := next((p for p in (path, *path.parents) if p.exists() and not p.is_dir()), None):
            raise RunError(f"cannot write to {path}: expected a folder, but {'it' if file == path else file} is a file")
        path.mkdir(parents=True, exist_ok=True)
        here = {entry.name for entry in path.iterdir()} - {".lock"}
        if here and not here & {"run.json", "parts"}:
            raise RunError(f"{path} holds other files and no run: choose a new or empty folder")
    with _locked(path), _clearly(path):
        (path / "parts").mkdir(exist_ok=True)
        folder = RunFolder(path)
        folder.clear_unfinished()
        try:
            yield folder
        finally:
            folder.clear_unfinished()


class RunFolder:
    """A run folder held by this run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self, key: str, tables: Sequence[str]) -> bool:
        """Whether a replication is there, whole and legible."""
        part = self.path / "parts" / key
        if not part.is_dir():
            return False
        try:
            for name in tables:
                pq.read_metadata(part / f"{name}.parquet")
        except (OSError, ValueError):
            shutil.rmtree(part)
            return False
        return True

    def clear_unfinished(self) -> None:
        """Remove what an ended run left half written."""
        for left in [*(self.path / "parts").glob(f"{_UNFINISHED}*"), *self.path.glob(f"{_UNFINISHED}*")]:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def finish(self, keys: Sequence[str], tables: Sequence[str], info: dict[str, Any], scenario: str) -> RunTables:
        """Make the run's tables of its replications, and remove what belongs to other runs.

        Args:
            keys: the parts, in the order of replications.
            tables: what each holds.
            info: for ``run.json``, which is written last and marks the folder as finished.
            scenario: the resolved scenario as YAML.
        """
        (self.path / "run.json").unlink(missing_ok=True)
        measures, daily, weekly, incidence = (self._gather(name, keys) for name in SUMMARISED)
        done = RunTables.of(info, measures, daily, weekly, incidence, self.path)
        for name in ("replications", "daily", "weekly", "incidence"):
            table: pd.DataFrame = getattr(done, name).copy(deep=False)
            mark(table, info)
            with _whole(self.path, f"{name}.parquet") as file:
                _write_parquet(table, file)
        for name in ("first_spells", *ON_REQUEST):
            if name in tables:
                self._chain(name, keys)
            else:
                (self.path / f"{name}.parquet").unlink(missing_ok=True)
        for name, text in (
            ("scenario.yaml", scenario),
            ("summary.csv", csv(done.summary)),
            ("run.json", json.dumps(info, indent=2) + "\n"),
        ):
            write_text(self.path, name, text)
        for part in (self.path / "parts").iterdir():
            if part.name not in keys:
                shutil.rmtree(part, ignore_errors=True)
        return done

    def _gather(self, name: str, keys: Sequence[str]) -> pd.DataFrame:
        return pd.concat([pd.read_parquet(self.path / "parts" / key / f"{name}.parquet") for key in keys], ignore_index=True)

    def _chain(self, name: str, keys: Sequence[str]) -> None:
        """Join a large table part by part, so that one replication at a time is in memory."""
        with _whole(self.path, f"{name}.parquet") as file:
            writer: Any = None
            for key in keys:
                part = pq.read_table(self.path / "parts" / key / f"{name}.parquet")
                writer = writer or pq.ParquetWriter(file, part.schema, compression="zstd")
                writer.write_table(part)
            writer.close()


def mark(table: pd.DataFrame, info: dict[str, Any]) -> None:
    """Have a table say what it is of, also as Parquet."""
    table.attrs.update(scenario=info["scenario"], fingerprint=info["fingerprint"])


def write_text(folder: Path, name: str, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        RunError: if it cannot be written.
    """
    with _clearly(folder), _whole(folder, name) as file:
        file.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _whole(folder: Path, name: str) -> Iterator[Path]:
    """A file to write, which takes its name once it is whole."""
    unfinished = folder / f"{_UNFINISHED}{name}"
    yield unfinished
    _sync(unfinished)
    unfinished.replace(folder / name)
    _sync(folder)


def _write_parquet(table: pd.DataFrame, file: Path) -> None:
    table.to_parquet(file, index=False, compression="zstd")
    _sync(file)


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # folders cannot be opened there
    file = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def _clearly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"cannot write to {path}: {error.strerror or error}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder. The lock is the operating system's, so it ends with the process however that ends; the file only names it."""
    name = folder / ".lock"
    while True:
        with _clearly(folder):
            file = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(file)
        except OSError:
            holder = os.read(file, 20).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise RunError(f"{folder} is in use by another run (process {holder}): wait for it, or choose another folder") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), name.stat()):
                break
        os.close(file)  # the run that just ended removed this file: its name is free for another
    try:
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):
            name.unlink()
        os.close(file)
