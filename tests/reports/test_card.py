"""The model card: nothing is told that does not lie with the region, and what lies there is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from panj.cli import main
from panj.ensembles.plan import SCORE, digests, fingerprint
from panj.region import Region, open_region
from panj.region.opening import SHIPPED
from panj.reports.card import card, farthest, off, standing

TOTAL = {
    "count": 2, "without": 1, "within50": 0.5, "within90": None, "width": 4.0, "wide": 0, "wide_itself": 0,
    "wide_series": 0, "error": 0.0, "model_error": 0.1, "bounds": 1, "bounds_kept": 1,
    "against": {"no change": [1.0, 0.5, 2]},
}  # fmt: skip


@pytest.fixture
def scored(tmp_path: Path) -> Region:
    """The small region with a score in which every number is missed by a hundred times."""
    folder = tmp_path / "tiny"
    shutil.copytree(SHIPPED / "tiny", folder)
    region = open_region(folder)
    rows = [
        {"id": target.id, "outcome": "missed", "from_record": False, "model": [target.value / 100] * 5, "why": ""}
        for target in region.targets.values()
    ]
    run = {"made": "2001-09-11", "panj": "0", "members": 9, "converged": 7, "inputs": fingerprint(digests(folder))}
    (folder / SCORE).write_text(json.dumps({"run": run, "targets": rows, "fit": TOTAL, "validation": TOTAL}))
    return region


def test_without_a_score_the_card_says_how_to_get_one() -> None:
    said = card(open_region("tiny"))
    assert "No score lies with the region" in said
    assert "panj score" in said
    assert "intervals. On the numbers" not in said


def test_with_a_score_the_card_tells_it(scored: Region) -> None:
    said = card(scored)
    assert "A run of 9 members" in said
    assert "2 of 9 members" in said
    assert "beats 1 of the 1 rules" in said
    assert "100 times too low" in said
    assert "changed since" not in said


def test_the_card_says_when_files_have_changed_since(scored: Region) -> None:
    places = scored.folder / "places.csv"
    places.write_text(places.read_text() + "\n")
    assert "changed since: score it again" in card(scored)


def test_a_score_makes_no_run_another(scored: Region) -> None:
    assert SCORE not in digests(scored.folder)


def test_each_kind_of_miss_is_named_once_and_the_farthest_first(scored: Region) -> None:
    region = open_region("central-asia")
    away = {target.id: 10.0 ** -(place % 5) for place, target in enumerate(region.targets.values())}
    rows = [
        {"id": id, "outcome": "missed", "from_record": False, "model": [far * region.targets[id].value] * 5}
        for id, far in away.items()
    ]
    told = farthest({"targets": rows}, region)
    assert "10,000 times too low" in told[0]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("factor", "words"),
    [(0.0, "none at all"), (0.5, "2.0 times too low"), (3.0, "3.0 times too high"), (1 / 2345, "2,300 times too low")],
)
def test_misses_are_told_in_words(factor: float, words: str) -> None:
    assert off(factor) == words


def test_what_is_not_known_is_no_number() -> None:
    lines = standing({"fit": TOTAL, "validation": TOTAL | {"against": {}}})
    assert "| inside their 90 % interval | no figure | no figure |" in lines
    assert lines[-1].endswith("| 2.7 times; Panj 1.6 times (2) |  |")


@pytest.mark.parametrize("region", ["central-asia", "tiny"])
def test_the_card_refuses_what_the_model_is_not_for(region: str) -> None:
    said = card(open_region(region))
    for words in ("Operations", "Persons", "Profiling", "evade control", "assumed", "suppression and communication"):
        assert words in said


def test_the_score_that_ships_is_of_the_targets_that_ship() -> None:
    region = open_region("central-asia")
    score = json.loads((region.folder / SCORE).read_text(encoding="utf-8"))
    assert [row["id"] for row in score["targets"]] == list(region.targets), "Type: panj score RUN --keep"
    assert [row["published"] for row in score["targets"]] == [target.value for target in region.targets.values()]


def test_panj_card_prints_the_card() -> None:
    said = CliRunner().invoke(main, ["card", "tiny"])
    assert said.exit_code == 0, said.output
    assert said.output == card(open_region("tiny"))
