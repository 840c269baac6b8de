"""The essay as evidence: 455 claims, 72 judgements, and figures that anyone can look up in the text.

Read with the standard library alone: the files stand without Panj.
"""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "src" / "panj" / "regions" / "central-asia" / "evidence"
ESSAY = ROOT.parent / "shared" / "essay"
LAST_LINE = 804

KINDS = {"datum", "event", "status", "mechanism", "judgement", "prediction"}
ROLES = {"input", "event", "rule", "mechanism", "prior", "target", "validation", "context"}
JUDGEMENT_KINDS = {"dates", "numbers", "meaning", "actors", "conflict"}
FLOWS = {
    *("opiates", "cannabis", "synthetic-drugs", "contraband", "shuttle-trade", "freight", "transit-freight"),
    *("labour-migration", "transit-migration", "trafficking", "militants", "arms", "radioactive", None),
}
KEYS = {
    *("id", "source", "locator", "statement", "kind", "role", "places", "actors", "flow", "holds_from", "holds_to"),
    *("said", "quantity", "cites", "confidence", "test", "note"),
}


def claims() -> dict[str, dict]:
    rows = map(json.loads, (EVIDENCE / "claims" / "essay.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def judgements() -> list[dict]:
    return tomllib.loads((EVIDENCE / "judgements.toml").read_text(encoding="utf-8"))["judgement"]


def sources() -> dict[str, dict]:
    rows = tomllib.loads((EVIDENCE / "sources-essay.toml").read_text(encoding="utf-8"))["source"]
    return {row["id"]: row for row in rows}


CLAIMS, JUDGEMENTS, SOURCES = claims(), judgements(), sources()


def ranges(locator: str) -> list[tuple[int, int]]:
    found = re.findall(r"(\d+)(?:-(\d+))?", locator)
    return [(int(first), int(last or first)) for first, last in found]


def test_every_claim_of_the_essay_is_carried_once():
    lines = (EVIDENCE / "claims" / "essay.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"S{number:03d}" for number in range(1, 456)]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_keeps_to_the_vocabulary(claim):
    assert set(claim) == KEYS
    assert claim["source"] == "essay"
    assert claim["kind"] in KINDS
    assert claim["role"] in ROLES
    assert claim["flow"] in FLOWS
    assert claim["confidence"] in {"high", "medium", "low"}
    assert claim["statement"].strip()
    assert claim["test"].strip()
    assert claim["places"]
    for place in claim["places"]:
        assert re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?|[a-z]+(-[a-z]+)*", place)
        if re.fullmatch(r"[A-Z]{2}-[A-Z]{2}", place):
            assert place[:2] < place[3:]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_locator_names_lines_of_the_essay(claim):
    assert re.fullmatch(r"line \d+|lines \d+(-\d+)?(, \d+(-\d+)?)*", claim["locator"])
    for first, last in ranges(claim["locator"]):
        assert 1 <= first <= last <= LAST_LINE


def test_a_claim_with_a_date_has_its_ends_in_order_and_a_quantity_has_a_number():
    for claim in CLAIMS.values():
        for date in (claim["holds_from"], claim["holds_to"], claim["said"]):
            assert date is None or re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", date), claim["id"]
        if claim["holds_from"] and claim["holds_to"]:
            shared = min(len(claim["holds_from"]), len(claim["holds_to"]))
            assert claim["holds_from"][:shared] <= claim["holds_to"][:shared], claim["id"]
        if claim["quantity"]:
            given = [claim["quantity"][key] for key in ("low", "value", "high")]
            numbers = [number for number in given if number is not None]
            assert numbers, claim["id"]
            assert numbers == sorted(numbers), claim["id"]
            assert claim["quantity"]["unit"], claim["id"]


def test_what_a_claim_cites_is_a_known_note_and_gives_its_date():
    notes = {name for name in SOURCES if name != "essay"}
    assert {int(name.removeprefix("essay-note-")[:2]) for name in notes} == set(range(1, 27))
    for claim in CLAIMS.values():
        if claim["cites"]:
            assert claim["cites"] in notes, claim["id"]
            assert claim["said"] == SOURCES[claim["cites"]].get("date"), claim["id"]
        else:
            assert claim["said"] == "2004-06", claim["id"]
    assert {claim["cites"] for claim in CLAIMS.values()} - {None} == notes


def test_of_the_notes_only_the_citation_was_seen():
    assert SOURCES["essay"]["seen"] == "source"
    assert {row["seen"] for name, row in SOURCES.items() if name != "essay"} == {"quotation"}


def test_no_claim_is_surer_than_the_source_it_cites():
    grades = ["low", "medium", "high"]
    for claim in CLAIMS.values():
        quality = SOURCES[claim["cites"] or "essay"]["quality"]
        assert grades.index(claim["confidence"]) <= grades.index(quality), claim["id"]


def test_seventy_two_judgements_weigh_known_claims():
    assert [row["id"] for row in JUDGEMENTS] == [f"J{number:02d}" for number in range(1, 73)]
    for row in JUDGEMENTS:
        assert row["kind"] in JUDGEMENT_KINDS, row["id"]
        assert row["claims"], row["id"]
        assert set(row["claims"]) <= set(CLAIMS), row["id"]
        assert set(row["uses"]) <= set(row["claims"]), row["id"]
        assert len(set(row["claims"])) == len(row["claims"]), row["id"]
        assert row["treatment"].endswith("."), row["id"]
        assert row["reason"].endswith("."), row["id"]
        if row["kind"] == "conflict":
            assert len(row["claims"]) >= 2, row["id"]


@pytest.mark.parametrize(
    ("claim", "unit", "value"),
    [
        ("S073", "percent of disputed area", 43),
        ("S075", "km", 100),
        ("S079", "ha", 125_000),
        ("S149", "percent of border length", 96),
        ("S150", "sections", 4),
        ("S173", "km", 7000),
        ("S196", "persons", 11_000),
        ("S197", "USD/year", 12e6),
        ("S199", "USD", 700_000),
        ("S212", "tonnes/year", 3000),
        ("S225", "USD", 7e6),
        ("S226", "USD", 6e6),
        ("S229", "USD", 6.09e6),
        ("S231", "USD", 2.9e6),
        ("S241", "EUR", 12e6),
        ("S246", "projects", 15),
        ("S260", "tonnes opium", 4600),
        ("S261", "tonnes opium", 3300),
        ("S262", "tonnes opium", 190),
        ("S265", "tonnes opium", 3400),
        ("S285", "ratio over a decade", 6),
        ("S290", "percent of population", 2.8),
        ("S291", "percent of population", 2.3),
        ("S292", "percent of population", 1.5),
        ("S293", "percent of population", 1.3),
        ("S294", "percent of population", 2.1),
        ("S304", "tonnes hashish", 53),
        ("S307", "ha", 770),
        ("S311", "tonnes seized", 2.5),
        ("S318", "percent of goods flow", 30),
        ("S361", "persons", 50_000),
        ("S362", "persons", 10_000),
        ("S389", "percent of budget revenue", 27),
        ("S399", "price ratio", 2),
        ("S405", "days", 5),
        ("S419", "checkpoints", 29),
        ("S420", "cases in 9 months", 1127),
        ("S427", "bridges", 5),
    ],
)
def test_a_figure_stands_as_in_the_essay(claim, unit, value):
    assert CLAIMS[claim]["quantity"] == {"value": value, "low": None, "high": None, "unit": unit}


@pytest.mark.parametrize(
    ("claim", "low", "high"),
    [
        ("S230", 5.8e6, None),
        ("S259", 75, 80),
        ("S267", 5, 10),
        ("S298", 0.3, 0.4),
        ("S400", None, 3.5e9),
        ("S402", 5, None),
        ("S448", None, 10),
    ],
)
def test_a_range_or_bound_stands_as_a_range_or_bound(claim, low, high):
    quantity = CLAIMS[claim]["quantity"]
    assert (quantity["value"], quantity["low"], quantity["high"]) == (None, low, high)


@pytest.mark.parametrize("claim", ["S215", "S216", "S232", "S233", "S296", "S314", "S367", "S433"])
def test_several_and_stable_and_comparable_are_no_numbers(claim):
    assert CLAIMS[claim]["quantity"] is None
    assert CLAIMS[claim]["note"]


@pytest.mark.parametrize(
    ("claim", "first", "last"),
    [
        ("S058", "1992", None),
        ("S059", "1998-01", None),
        ("S143", "2004-04", "2004-04"),
        ("S155", "2002-09-09", None),
        ("S162", "2008", "2008"),
        ("S165", "2003-10", None),
        ("S169", "2001-06-05", None),
        ("S207", "2004-06", "2005-12"),
        ("S413", "2003-03", "2003-05"),
        ("S416", "2004-03", "2004-03"),
    ],
)
def test_a_date_stands_with_the_precision_of_the_essay(claim, first, last):
    assert (CLAIMS[claim]["holds_from"], CLAIMS[claim]["holds_to"]) == (first, last)


def test_a_correction_says_what_was_mended():
    corrected = [claim for claim in CLAIMS.values() if claim["note"].startswith("Corrected: ")]
    assert len(corrected) == 62
    for claim in corrected:
        moved = re.match(r"Corrected: (lines [\d, -]+), was \d", claim["note"])
        assert moved is None or moved[1] == claim["locator"], claim["id"]


@pytest.fixture(scope="module")
def essay() -> list[str]:
    texts = sorted(ESSAY.glob("*.txt"))
    if not texts:
        pytest.skip("the essay's text is not in the repository; it was looked for in ../shared/essay")
    return texts[0].read_text(encoding="utf-8").split("\n")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def test_no_eight_words_in_a_row_are_the_essay_s(essay):
    theirs = words(" ".join(essay))
    runs = {tuple(theirs[start : start + 8]) for start in range(len(theirs) - 7)}
    ours = [(claim["id"], claim[key] or "") for claim in CLAIMS.values() for key in ("statement", "test", "note")]
    ours += [(row["id"], row[key]) for row in JUDGEMENTS for key in ("title", "treatment", "reason")]
    for name, text in ours:
        mine = words(text)
        for start in range(len(mine) - 7):
            assert tuple(mine[start : start + 8]) not in runs, f"{name}: {' '.join(mine[start : start + 8])}"


def test_every_figure_stands_in_its_lines(essay):
    """Figures above ten, and decimals, are found in the lines that the locator names; smaller ones may be words."""
    for claim in CLAIMS.values():
        quantity = claim["quantity"]
        if quantity is None or quantity["low"] == 50 or claim["id"] == "S319":  # "most"; "one third"
            continue
        text = " ".join(line for first, last in ranges(claim["locator"]) for line in essay[first - 1 : last])
        text = re.sub(r"(?<=\d)[ '’](?=\d{3}\b)", "", text).replace(",", ".")
        stands = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
        for number in (quantity["low"], quantity["value"], quantity["high"]):
            if number is not None and (abs(number) > 10 or number % 1):
                assert {abs(number), number / 1e6, number / 1e9} & stands, (claim["id"], number, stands)
