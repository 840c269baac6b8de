"""`panj show`, `panj check` and `panj new` as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ensembles.invented import batches_in_process
from typer.testing import CliRunner, Result

from panj import ensembles
from panj.cli import main


def panj(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_show_prints_a_border_and_its_claims() -> None:
    shown = panj("show", "SO-NO", "--on", "2001-12-31", "--region", "tiny")
    assert shown.exit_code == 0
    assert shown.output.startswith("Northland and Southmark (NO-SO), border, on 2001-12-31\n")
    assert "  62 % delimited, 1 open section  [T004, T005]\n" in shown.output


def test_show_needs_no_jax() -> None:
    code = (
        "import sys; from panj.cli import main; main(sys.argv[1:], standalone_mode=False); 'jax' in sys.modules and 1/0"
    )
    words = ["show", "NO", "--region", "tiny"]
    assert subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False).returncode == 0


def test_show_puts_a_run_beside_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panj.ensembles.workers.Crew.compute", batches_in_process)
    ensembles.run("tiny", tmp_path / "run", members=4, workers=1)
    words = ("show", "NO", "--on", "2001-12", "--region", "tiny", "--run", str(tmp_path / "run"))
    assert "[model, history, Dec 2001, 4 members" in panj(*words).output
    missing = panj(*words[:-1], str(tmp_path / "none"))
    assert missing.exit_code == 1
    assert "There is no run in" in missing.stderr


@pytest.mark.parametrize(
    ("on", "warned"), [("1985", True), ("2000-01-01", False), ("2003-12-31", False), ("2004", True)]
)
def test_show_says_that_a_day_is_outside_the_regions_time(on: str, warned: bool) -> None:
    shown = panj("show", "NO-SO", "--on", on, "--region", "tiny")
    assert shown.exit_code == 0
    assert ("is outside the region's time, 2000-01 to 2003-12" in shown.stderr) is warned


def test_show_as_json_holds_the_same() -> None:
    shown = json.loads(panj("show", "NO-SO", "--on", "2001-12-31", "--region", "tiny", "--json").output)
    assert shown["open_sections"] == ["no-so-river"]
    assert shown["topics"][1]["lines"][1]["claims"] == ["T005"]


def test_show_of_the_border_that_the_treaty_left_four_sections_of() -> None:
    shown = panj("show", "KZ-UZ", "--on", "2001-12-31")
    assert "96 % delimited, 4 open sections" in shown.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "NO-SX", "--region", "tiny"), "Nearest: 'NO-SO'"),
        (("show", "NO-SO", "--on", "2001-13", "--region", "tiny"), "'2001-13' is not a date"),
        (("show", "NO-SO", "--region", "tinny"), "Nearest: 'tiny'"),
        (("check", "no-such-folder"), "no such region"),
    ],
)
def test_wrong_words_end_in_an_answer(words: tuple[str, ...], said: str) -> None:
    answer = panj(*words)
    assert answer.exit_code != 0
    assert said in answer.output + answer.stderr


def test_check_counts_what_there_is() -> None:
    checked = panj("check", "tiny")
    assert checked.exit_code == 0
    assert "No faults." in checked.output
    assert max(map(len, checked.output.splitlines())) <= 80


def test_check_reports_every_fault_and_ends_with_one(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert panj("new", str(folder)).exit_code == 0
    places = folder / "places.csv"
    places.write_text(places.read_text("utf-8").replace(",45.0,", ",95.0,").replace(",port,", ",prt,"), "utf-8")
    checked = panj("check", str(folder))
    assert checked.exit_code == 1
    assert (
        f"RegionError: 2 problems in {folder}\n2 problems in places.csv\n  * kingsmoor, line 2: lat" in checked.stderr
    )
    assert "Nearest: 'port'. Write one of: town, district, market, port, gateway." in checked.stderr


def test_new_never_overwrites(tmp_path: Path) -> None:
    answer = panj("new", str(tmp_path))
    assert answer.exit_code == 1
    assert list(tmp_path.iterdir()) == []
