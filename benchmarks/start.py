"""How soon does the command answer?"""

from __future__ import annotations

from statistics import median

from benchmarks.command import seconds
from benchmarks.rows import Row

REPEATS = 5


def measure() -> list[Row]:
    """Help, and opening and checking the region; wall, median of some runs."""
    return [
        Row("panj --help", _median("--help"), "s", 0.3),
        Row("panj check central-asia: open and check", _median("check", "central-asia"), "s", 2.0),
    ]


def _median(*words: str) -> float:
    return median(seconds(*words) for _ in range(REPEATS))
