"""Does memory stay flat when there are more members?"""

from __future__ import annotations

import math
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.command import start
from benchmarks.rows import Row

WARM, FEW, MANY = 16, 32, 80
BATCH = 16
"""The same for all, so that they differ in the number of members alone; a run of its own choice takes up to 64."""
GIB = 1024**2
"""Of the kB in which the system counts."""


def measure() -> list[Row]:
    """Peak memory of `panj run` with all its workers, for few and for many members (Linux only).

    A run before them compiles, since that takes more memory than either.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return [Row("peak memory of panj run", math.nan, "GiB", 4.0, note="cannot be measured on this system")]
    note = f"batches of {BATCH}"
    compiling, few, many = (_peak(members) for members in (WARM, FEW, MANY))
    return [
        Row("peak memory of panj run, compilation included", compiling, "GiB", 4.0, note=note),
        Row(f"peak memory of panj run, {MANY} members, all workers", many, "GiB", 4.0, note=note),
        Row(f"peak memory, {MANY} members over {FEW}", many / few, "1", 1.1, note="flat is 1; budget with a margin"),
    ]


def _peak(members: int) -> float:
    """Largest sum over the command and its workers of the memory that each has to itself, shared parts split [GiB]."""
    with tempfile.TemporaryDirectory() as folder:
        size = ("--members", str(members), "--batch", str(BATCH))
        words = ("run", "central-asia", *size, "--no-report", "--out", str(Path(folder) / "run"))
        process, most = start(*words), 0.0
        while process.poll() is None:
            most = max(most, sum(_proportional(pid) for pid in _family(process.pid)) / GIB)
            time.sleep(0.2)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return most


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:  # it has ended
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _proportional(pid: int) -> float:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(row.split()[1]) for row in rows if row.startswith("Pss:")), 0.0)
