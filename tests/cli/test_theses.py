"""`panj theses` as it is typed."""

import json

import pytest
from typer.testing import CliRunner

from panj.cli import main

RUN = CliRunner()

pytestmark = pytest.mark.usefixtures("computed")


def ask(tmp_path, *words):
    return RUN.invoke(main, ["theses", "tiny", "--members", "4", "--into", str(tmp_path / "runs"), *words])


def test_it_runs_what_is_missing_once_and_ends_with_a_table_and_a_page(tmp_path, computed):
    first = ask(tmp_path)
    assert first.exit_code == 0, first.output
    assert "Scenario 2 of 2: no-raid" in first.stdout
    assert "✗ DOES NOT AGREE: The more papers, the more bribes" in first.stdout
    page = tmp_path / "runs" / "tiny-theses-4.html"
    assert str(page) in first.stdout.replace("\n", "")
    assert "The raid brought help" in page.read_text("utf-8")
    count = len(computed)
    assert ask(tmp_path).exit_code == 0
    assert len(computed) == count


def test_one_thesis_and_json(tmp_path):
    shown = ask(tmp_path, "--only", "raid-brought-help", "--json")
    assert shown.exit_code == 0, shown.output
    [thesis] = json.loads(shown.stdout)
    assert (thesis["id"], thesis["verdict"], len(thesis["trials"])) == ("raid-brought-help", "does not agree", 1)


def test_a_thesis_that_is_like_none_brings_all(tmp_path):
    refused = ask(tmp_path, "--only", "xyz")
    assert refused.exit_code == 1
    assert "There are: " in refused.stderr
    assert "raid-brought-help" in refused.stderr


def test_a_thesis_that_is_not_there_brings_the_nearest(tmp_path):
    refused = ask(tmp_path, "--only", "raid-brought-hlp")
    assert refused.exit_code == 1
    assert "'raid-brought-help'" in refused.stderr
