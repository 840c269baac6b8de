import json
from pathlib import Path

import pytest

from panj.basics.faults import report
from panj.evidence import EvidenceError, Quantity, open_evidence, read_evidence


def test_a_sound_folder_opens(folder):
    evidence = open_evidence(folder)
    assert list(evidence.sources) == ["ledger", "gazette"]
    assert list(evidence.claims) == ["T001", "T002", "T003", "T004"]
    assert [row.value for row in evidence.series] == [12, 0, 14.5]
    assert evidence.judgements_on("T003") == (evidence.judgements["J01"],)
    assert evidence.sources["ledger"].date == "2001-05-04"
    assert evidence.citable >= {"T001", "o1"}


def test_missing_is_none_and_never_zero(folder):
    claim = open_evidence(folder).claims["T001"]
    assert claim.quantity is None
    assert claim.holds_to is None
    assert claim.cites is None


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"value": 1200}, "1,200 kg"),
        ({"low": 3, "high": 4}, "3 to 4 kg"),
        ({"value": 3.5, "low": 3, "high": 4}, "3.5 (3 to 4) kg"),
        ({"low": 3}, "3 or more kg"),
        ({"high": 4}, "up to 4 kg"),
    ],
)
def test_a_quantity_reads_as_words(numbers, text):
    assert str(Quantity(unit="kg", **numbers)) == text


def append(file: str, text: str | bytes):
    def breaks(folder: Path) -> None:
        path = folder / file
        path.write_bytes(path.read_bytes() + (text if isinstance(text, bytes) else text.encode()))

    return breaks


def replace(file: str, old: str, new: str):
    def breaks(folder: Path) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return breaks


def another(**changes):
    claim = {
        "id": "T009", "source": "ledger", "statement": "S.", "kind": "datum", "role": "input", "places": ["NO"],
        "confidence": "low",
    }  # fmt: skip
    row = {key: value for key, value in (claim | changes).items() if value is not ...}
    return append("claims/some.jsonl", json.dumps(row) + "\n")


FAULTS = {
    "id twice": (another(id="T002"), "claims/some.jsonl", "T002, line 5", "stands already", "another id"),
    "id twice across files": (another(id="ledger"), "claims/some.jsonl", "line 5", "sources.toml", "another id"),
    "unknown source": (another(source="leger"), "claims/some.jsonl", "T009, line 5", "'leger'", "'ledger'"),
    "unknown cited source": (another(cites="gazete"), "claims/some.jsonl", "line 5", "cited source", "'gazette'"),
    "word outside vocabulary": (another(kind="dtum"), "claims/some.jsonl", "line 5", "'dtum'", "'datum'"),
    "unknown role": (another(role="x"), "claims/some.jsonl", "line 5", "role 'x'", "input, event, rule"),
    "missing key": (another(statement=...), "claims/some.jsonl", "line 5", "statement is missing", "Write"),
    "empty statement": (another(statement=""), "claims/some.jsonl", "line 5", "empty", "Write"),
    "misspelt key": (another(flwo="opiates"), "claims/some.jsonl", "line 5", "flwo is not in the format", "'flow'"),
    "no such day": (another(holds_from="2001-02-30"), "claims/some.jsonl", "line 5", "'2001-02-30'", "."),
    "not a date": (another(holds_from="May 2001"), "claims/some.jsonl", "line 5", "'May 2001'", "YYYY-MM"),
    "dates reversed": (another(holds_from="2002", holds_to="2001"), "claims/some.jsonl", "line 5", "before", "Swap"),
    "border reversed": (another(places=["SO-NO"]), "claims/some.jsonl", "line 5", "'SO-NO'", "'NO-SO'"),
    "quantity empty": (another(quantity={"unit": "kg"}), "claims/some.jsonl", "line 5", "no number", "null"),
    "quantity of text": (another(quantity={"value": "x", "unit": "t"}), "claims/some.jsonl", "line 5", "value", ""),
    "quantity disordered": (
        another(quantity={"low": 3, "high": 2, "unit": "kg"}), "claims/some.jsonl", "line 5", "order", "low <=",
    ),
    "not a number": (another(quantity={"value": float("nan"), "unit": "t"}), "claims/some.jsonl", "line 5", "nan", ""),
    "broken JSON": (append("claims/some.jsonl", '{"id": \n'), "claims/some.jsonl", "line 5", "not JSON", "column"),
    "JSON, not an object": (append("claims/some.jsonl", "[1]\n"), "claims/some.jsonl", "line 5", "not an object", "{"),
    "claims not UTF-8": (append("claims/some.jsonl", b"\xff\n"), "claims/some.jsonl", "file", "UTF-8", "Save"),
    "broken TOML": (append("sources.toml", "[[source\n"), "sources.toml", "line 19", "not TOML", "Mend"),
    "misspelt table": (append("sources.toml", "[[sorce]]\n"), "sources.toml", "sorce", "not a key", "'source'"),
    "source without title": (
        replace("sources.toml", 'title = "Smugglers laugh at the wall"\n', ""),
        "sources.toml", "[[source]] gazette", "title is missing", "Write",
    ),
    "unknown claim in a judgement": (
        replace("judgements.toml", '"T003"]', '"T0003"]'), "judgements.toml", "[[judgement]] J01", "'T0003'", "'T003'",
    ),
    "used but not weighed": (
        replace("judgements.toml", 'uses = ["T002"]', 'uses = ["T001"]'),
        "judgements.toml", "[[judgement]] J01", "not among its claims", "take it out",
    ),
    "judgement of nothing": (
        replace("judgements.toml", 'claims = ["T004"]\nuses = ["T004"]', "claims = []\nuses = []"),
        "judgements.toml", "J02", "claims is empty", "Name",
    ),
    "column missing": (replace("series.csv", ",unit,", ",unti,"), "series.csv", "line 1", "'unit' is missing", "head"),
    "cell missing": (append("series.csv", "o4,opium_output,NO\n"), "series.csv", "line 5", "3 cells", "commas"),
    "value missing": (
        append("series.csv", "o4,opium_output,NO,2004,,t,ledger,\n"), "series.csv", "o4, line 5", "value is empty", "",
    ),
    "value of text": (
        append("series.csv", "o4,opium_output,NO,2004,lots,t,ledger,\n"), "series.csv", "o4, line 5", "lots", "number",
    ),
    "series not UTF-8": (append("series.csv", b"o4,\xe9,NO,2004,1,t,ledger,\n"), "series.csv", "file", "UTF-8", "Save"),
    "period reversed": (
        append("series.csv", "o4,opium_output,NO,2004/2003,1,t,ledger,\n"), "series.csv", "o4, line 5", "before", "",
    ),
    "quotation mark open": (append("series.csv", '"o4'), "series.csv", "line 5", "not CSV", "Close"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_file_row_and_remedy(name, folder):
    breaks, file, row, fault, remedy = FAULTS[name]
    breaks(folder)
    _, faults = read_evidence(folder)
    assert any(
        f.file == f"evidence/{file}" and row in f.row and fault in f.fault and f.remedy and remedy in f.remedy
        for f in faults
    ), report(faults)


def test_one_broken_row_is_one_fault(folder):
    replace("claims/some.jsonl", '"datum"', '"dtum"')(folder)  # T002, which J01 weighs
    _, faults = read_evidence(folder)
    assert [fault.row for fault in faults] == ["T002, line 2"]


def test_all_faults_come_at_once(folder):
    for name in ("unknown source", "broken JSON", "misspelt table", "used but not weighed", "cell missing"):
        FAULTS[name][0](folder)
    with pytest.raises(EvidenceError, match="problem") as caught:
        open_evidence(folder)
    files = {fault.file for fault in caught.value.faults}
    assert len(caught.value.faults) == 5
    assert len(files) == 4


def test_a_folder_that_is_not_there_is_a_fault(tmp_path):
    evidence, faults = read_evidence(tmp_path / "nowhere")
    assert not evidence.claims
    assert "no such folder" in faults[0].fault


def test_every_file_of_series_is_read(folder):
    head = (folder / "series.csv").read_text().partition("\n")[0]
    (folder / "series-more.csv").write_text(f"{head}\nO9,opium_output,NO,2004,7,t,ledger,\n")
    files = [row.where.file for row in open_evidence(folder).series]
    assert files == ["evidence/series-more.csv", *3 * ["evidence/series.csv"]]


def test_a_byte_order_mark_and_windows_lines_are_no_fault(folder):
    for file in ("series.csv", "claims/some.jsonl"):
        path = folder / file
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(open_evidence(folder).series) == 3
