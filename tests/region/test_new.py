"""A region of one's own starts sound, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from panj.region import open_region
from panj.region.starting import start_region


def test_new_region_passes_every_check_under_its_own_name(tmp_path: Path) -> None:
    folder = start_region(tmp_path / "My Valley")
    assert open_region(folder).code == "my-valley"


def test_new_region_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("keep me")
    with pytest.raises(FileExistsError):
        start_region(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
