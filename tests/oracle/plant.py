"""Small scenarios that each catch a fault, made by planting it: how most files in ``tests/oracle/kept`` came about.

python -m tests.oracle.plant                      # every fault that the oracle can see
python -m tests.oracle.plant "trainees see"       # those whose names hold these words
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import sim
from sim.experiment.store import write_text
from tests.evidence import root
from tests.oracle.shrink import KEPT
from tests.validation.planted import PLANTED, Fault

SEARCHED = 60
"""Random scenarios on which a fault may show."""


def keep(fault: Fault, folder: Path = KEPT) -> str:
    """Keep a small scenario in which a fault shows; what became of it, in words.

    The search and the shrinking run in a copy of the package that has the fault, uncompiled, in a process of its own.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as name:
        copy = Path(name).resolve()
        shutil.copytree(root() / "sim", copy / "sim", ignore=shutil.ignore_patterns("__pycache__"))
        fault.plant(copy / "sim")
        env = {
            **os.environ,
            "PYTHONPATH": f"{copy}{os.pathsep}{root()}",
            "NUMBA_DISABLE_JIT": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "tests.oracle.shrink", "--last", str(SEARCHED - 1), "--folder", str(copy / "kept")]
        command += ["--note", f"found with a fault planted: {fault.name}"]
        done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
        if done.stderr:
            raise RuntimeError(f"the copy with {fault.name!r} could not be searched:\n{done.stdout}{done.stderr}")
        made = sorted((copy / "kept").glob("*.yaml"))
        for file in made:
            try:
                sim.load(file)
            except sim.ScenarioError as refused:  # the fault is in what may be said
                return f"only what the sound package refuses: {refused}"
            if (folder / file.name).exists():
                return f"the same scenario as in {file.name}"
            write_text(folder, file.name, file.read_text(encoding="utf-8"))
        return done.stdout.splitlines()[-1] if done.returncode else "nothing found"


if __name__ == "__main__":
    for fault in PLANTED:
        if fault.oracle_looks and any(words in fault.name for words in sys.argv[1:] or [""]):
            print(f"{fault.name}: {keep(fault)}", flush=True)
