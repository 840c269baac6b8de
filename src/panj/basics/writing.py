"""Files that stand whole or not at all, whenever the process is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place beside a path; what was written there takes the path's name in one step, if nothing went wrong.

    Args:
        path: Where the file is wanted; what stood there stays until then.
    """
    new = path.with_name(f"new-{path.name}")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a text, in UTF-8, whole or not at all."""
    with whole(path) as new:
        new.write_text(text, encoding="utf-8")
