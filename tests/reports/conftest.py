from __future__ import annotations

from pathlib import Path

import pytest
from invented import InventedRun, invent_run

from panj.region import Region, open_region
from panj.reports import render


@pytest.fixture(scope="session")
def region() -> Region:
    return open_region("tiny")


@pytest.fixture(scope="session")
def run(region: Region) -> InventedRun:
    return invent_run(region)


@pytest.fixture(scope="session")
def html(run: InventedRun, region: Region) -> str:
    return render(run, region)


@pytest.fixture(scope="session")
def page(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path
