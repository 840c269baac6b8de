"""A score that is left with a region comes back as it was, and says when it is out of date."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tests.calibration.conftest import invented

from panj.calibration import Seen, scores, screen, total
from panj.calibration.stored import keep_score, kept_score, outdated, total_of
from panj.ensembles import RunError
from panj.ensembles.plan import digests, fingerprint
from panj.region import Region, open_region
from panj.region.opening import SHIPPED


@pytest.fixture
def region(tmp_path: Path) -> Region:
    shutil.copytree(SHIPPED / "tiny", tmp_path / "tiny")
    return open_region(tmp_path / "tiny")


def run_of(region: Region, **attrs: str) -> Any:
    told = {"version": "0", "scenario": "history", "cut": "", "inputs": fingerprint(digests(region.folder))}
    dataset = invented(region, members=40).assign_attrs(told | attrs)
    return SimpleNamespace(dataset=dataset, experiments=pd.DataFrame({"converged": [True] * 39 + [False]}))


def test_a_score_comes_back_as_it_was(region: Region) -> None:
    run = run_of(region)
    seen = Seen(run.dataset, region)
    rows = scores(seen)
    keep_score(region, run, rows, screen(seen))
    kept = kept_score(region)
    assert kept is not None
    assert (kept["run"]["members"], kept["run"]["converged"]) == (40, 39)
    assert [row["id"] for row in kept["targets"]] == list(region.targets)
    for use in ("fit", "validation"):
        now, then = asdict(total(rows, use)), asdict(total_of(kept, use))
        assert now.pop("against").keys() == then.pop("against").keys()
        assert then == pytest.approx(now, rel=1e-3, nan_ok=True)


def test_a_score_is_out_of_date_once_a_file_changes(region: Region) -> None:
    run = run_of(region)
    keep_score(region, run, [], [])
    kept = kept_score(region)
    assert kept is not None
    assert not outdated(kept, region)
    (region.folder / "places.csv").write_text((region.folder / "places.csv").read_text() + "\n")
    assert outdated(kept, region)


def test_without_a_score_there_is_none(region: Region) -> None:
    assert kept_score(region) is None


@pytest.mark.parametrize("other", [{"scenario": "open-door"}, {"cut": "L64"}])
def test_what_never_happened_is_refused(region: Region, other: dict[str, str]) -> None:
    with pytest.raises(RunError, match="Only a run of the history"):
        keep_score(region, run_of(region, **other), [], [])
    assert kept_score(region) is None
