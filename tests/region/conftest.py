"""A copy of the small region that a test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from panj.region import Region, find_region, open_region


@pytest.fixture(scope="session")
def tiny() -> Region:
    return open_region("tiny")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(find_region("tiny"), folder)
    return folder


@pytest.fixture
def edit(copy: Path) -> Callable[[str, str, str], None]:
    """Replace some text, which must stand in the file, by other text."""

    def replace(file: str, old: str, new: str) -> None:
        text = (copy / file).read_text("utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (copy / file).write_text(text.replace(old, new, 1), "utf-8")

    return replace
