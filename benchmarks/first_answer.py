"""How long until a fresh install gives its first answer? And once it has compiled?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.command import seconds
from benchmarks.rows import Row

MEMBERS = 2


def measure() -> list[Row]:
    """`panj run` with few members, report included: with an empty compilation cache, then with the one it left."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {"XDG_CACHE_HOME": str(Path(folder) / "cache")}
        fresh, again = (
            seconds("run", "central-asia", "--members", str(MEMBERS), "--out", str(Path(folder) / name), env=cache)
            for name in ("fresh", "again")
        )
    return [
        Row(f"panj run, {MEMBERS} members, fresh install", fresh, "s", 30.0),
        Row(f"panj run, {MEMBERS} members, compiled before", again, "s", 5.0),
    ]
