import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panj
from panj.cli import main
from panj.cli.evidence import _item
from panj.cli.ledger import record
from panj.evidence import read_evidence
from panj.region.uses import Use

REAL = Path(panj.__file__).parent / "regions" / "central-asia"

SOURCE = """
[[source]]
id = "ledger"
producer = "Office of Roads"
title = "Ledger of the gates"
kind = "official"
quality = "high"
seen = "source"
"""
CLAIM = {"source": "ledger", "kind": "datum", "role": "input", "confidence": "high"}
CLAIMS = [
    {"id": "T001", "statement": "Mines lie along the line [sic].", "places": ["NO-SO"], "holds_from": "2000"},
    {"id": "T002", "statement": "Ninety mines lie there.", "places": ["NO-SO"], "holds_from": "2001"},
    {"id": "T003", "statement": "Bribes are paid.", "places": ["region"]},
]
SERIES = "id,series,area,date,value,unit,source,note\n" + "".join(
    f"o{year},opium_output,{area},{year},{value},t,ledger,\n"
    for area, year, value in [("NO", 2000, 1200), ("NO", 2001, 0), ("SO", 2002, 7)]
)
JUDGEMENT = """
[[judgement]]
id = "J01"
title = "How many mines"
claims = ["T001", "T002"]
uses = ["T002"]
treatment = "Ninety."
reason = "It was counted."
kind = "numbers"
"""


@pytest.fixture
def region(tmp_path):
    """A folder with evidence and nothing else: a region with faults."""
    evidence = tmp_path / "evidence"
    (evidence / "claims").mkdir(parents=True)
    (evidence / "sources.toml").write_text(SOURCE)
    (evidence / "claims" / "some.jsonl").write_text("\n".join(json.dumps(CLAIM | claim) for claim in CLAIMS))
    (evidence / "series.csv").write_text(SERIES)
    (evidence / "judgements.toml").write_text(JUDGEMENT)
    return tmp_path


@pytest.fixture
def ask(region):
    def ask(*words):
        return CliRunner().invoke(main, ["evidence", "--region", str(region), *words])

    return ask


@pytest.fixture
def used(monkeypatch):
    """The region is sound, and a rule rests on T001."""
    monkeypatch.setattr("panj.region.open_region", lambda where: where)
    cited = [(Use("rule", "no-so-mines", "Mines"), ("T001",)), (Use("judgement", "J01", "How many"), ("T001", "T002"))]
    monkeypatch.setattr(import_module("panj.region.uses"), "citations", lambda region: cited)


def test_a_search_prints_a_table_that_fits_the_terminal(ask):
    shown = ask("mines")
    assert shown.exit_code == 0
    assert "T001" in shown.stdout
    assert "since 2000" in shown.stdout
    assert "[sic]" in shown.stdout
    assert "Office of Roads" in shown.stdout
    assert "T003" not in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "\x1b" not in shown.output
    assert "2 claims." in shown.stderr


def test_what_a_limit_or_a_missing_date_leaves_out_is_said(ask):
    assert "1 of 3 claims; --limit 3 shows all." in ask("--role", "input", "--limit", "1").stderr
    assert "1 more left out: they bear no date." in ask("--on", "2003").stderr
    assert "1 more hold for the whole region" in ask("--place", "SO").stderr


def test_nothing_found_brings_the_nearest_words(ask):
    shown = ask("ninty", "mines")
    assert "Nearest: ninety." in shown.stderr
    assert "these hold some" in shown.stderr
    assert "T002" in shown.stdout
    assert "No claims." in ask("xyzzy").stderr


def test_a_search_names_the_series_with_these_words(ask):
    assert "panj evidence opium_output" in ask("opium").stderr


def test_a_claim_is_shown_in_full_with_what_uses_it(ask, used):
    shown = ask("t001")
    assert shown.exit_code == 0
    for words in ("Ledger of the gates", "NO-SO", "J01", "not used", "rule", "no-so-mines: Mines"):
        assert words in shown.stdout


def test_many_users_of_one_kind_are_shown_in_short(ask, used, monkeypatch):
    cited = [(Use("rule", f"r{number:02}", "Mines"), ("T001",)) for number in range(20)]
    monkeypatch.setattr(import_module("panj.region.uses"), "citations", lambda region: cited)
    shown = ask("T001").stdout
    assert "r07" in shown
    assert "r08" not in shown
    assert "and 12 more" in shown
    assert len(json.loads(ask("T001", "--json").stdout)["used_by"]) == 20


def test_evidence_is_shown_although_the_region_has_faults(ask):
    shown = ask("T001")
    assert shown.exit_code == 0
    assert "not known: the region has faults" in shown.stdout
    assert json.loads(ask("T001", "--json").stdout)["used_by"] is None


def test_json_of_an_id_is_one_object_with_stable_keys(ask, used):
    claim = json.loads(ask("T001", "--json").stdout)
    assert {"id", "statement", "places", "holds_to", "quantity", "judgements", "used_by"} <= claim.keys()
    assert claim["used_by"] == [{"kind": "rule", "id": "no-so-mines", "text": "Mines"}]
    assert [judgement["id"] for judgement in claim["judgements"]] == ["J01"]
    assert claim["quantity"] is None


def test_json_of_a_search_is_a_list(ask, used):
    claims = sorted(json.loads(ask("mines", "--json").stdout), key=lambda claim: claim["id"])
    assert [claim["id"] for claim in claims] == ["T001", "T002"]
    assert [len(claim["used_by"]) for claim in claims] == [1, 0]
    assert json.loads(ask("xyzzy", "--json").stdout) == []


def test_a_judgement_and_its_sides(ask, used):
    shown = ask("J01").stdout
    assert all(words in shown for words in ("How many mines", "T002 (used)", "Ninety.", "It was counted."))
    shown = json.loads(ask("J01", "--json").stdout)
    assert [side["id"] for side in shown["sides"]] == ["T001", "T002"]


def test_conflicts_stand_side_by_side(ask):
    assert "T002 (used)" in ask("--conflicts").stdout
    (conflict,) = json.loads(ask("--conflicts", "--place", "SO-NO", "--json").stdout)
    assert conflict["id"] == "J01"
    assert "No judged conflicts." in ask("--conflicts", "bribes").stderr


def test_a_series_of_all_areas_of_one_and_between_dates(ask):
    assert "1,200" in ask("opium_output").stdout
    assert len(json.loads(ask("opium_output", "--json").stdout)["observations"]) == 3
    assert len(json.loads(ask("opium_output", "no", "--json").stdout)["observations"]) == 2
    assert len(json.loads(ask("opium_output", "--place", "SO", "--json").stdout)["observations"]) == 1
    (row,) = json.loads(ask("opium_output", "NO", "--on", "2001", "--json").stdout)["observations"]
    assert row["value"] == 0


def test_a_source_shows_what_it_says(ask):
    assert "T001-T003" in ask("ledger").stdout
    assert json.loads(ask("LEDGER", "--json").stdout)["claims"] == ["T001", "T002", "T003"]


def test_no_question_brings_an_overview(ask):
    assert "3 claims of 1 source, 3 observations, 1 judgement." in ask().stdout


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["T0001"], "'T001'"),
        (["--place", "XX"], "no claim has the place 'XX'"),
        (["--on", "yesterday"], "'yesterday' is not a date"),
        (["--on", "yesterday", "opium_output"], "'yesterday' is not a date"),
        (["--kind", "dat"], "'datum'"),
    ],
)
def test_what_is_not_known_ends_with_the_nearest_and_code_1(ask, words, text):
    refused = ask(*words)
    assert refused.exit_code == 1
    assert text in refused.stderr
    assert refused.stdout == ""


def test_on_and_between_exclude_each_other(ask):
    assert ask("--on", "2001", "--between", "2001", "2002").exit_code == 2


def test_a_region_that_is_not_there_ends_in_words():
    refused = CliRunner().invoke(main, ["evidence", "mines", "--region", "nowhere"])
    assert refused.exit_code == 1
    assert "nowhere" in refused.stderr


def test_faults_of_the_evidence_are_counted_and_the_rest_is_shown(region, ask):
    with (region / "evidence" / "claims" / "some.jsonl").open("a") as file:
        file.write("\n{")
    shown = ask("mines")
    assert shown.exit_code == 0
    assert "has faults (1)" in shown.stderr
    assert "T001" in shown.stdout


def test_a_real_call_starts_without_jax(region):
    program = (
        "import sys; from panj.cli import main\n"
        f"try: main(['evidence', 'T001', '--json', '--region', {str(region)!r}])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('jax', 'pandas', 'xarray') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]\n")
    assert json.loads(done.stdout)["id"] == "T001"


@pytest.mark.skipif(not (REAL / "evidence" / "claims" / "essay.jsonl").is_file(), reason="the region does not ship yet")
def test_every_claim_of_the_essay_is_found_by_its_id():
    evidence, _ = read_evidence(REAL / "evidence")
    for number in range(1, 456):
        id = f"S{number:03d}"
        item = _item(evidence, id)
        assert item is not None
        assert json.loads(json.dumps(record(evidence, item, [])))["id"] == id
    shown = CliRunner().invoke(main, ["evidence", "S149", "--json"])
    assert json.loads(shown.stdout)["id"] == "S149"
