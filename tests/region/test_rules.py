"""Rules of passage of the shipped region as dated sentences that a lawyer can check, and the compiler behind them."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import json
import re
import sys
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import panj
from panj.basics.codes import border_code
from panj.basics.dates import first_day, last_day

REGION = Path(panj.__file__).parent / "regions" / "central-asia"
TOOLS = Path(__file__).parents[2] / "tools"
LEVERS = {
    *("visa", "waiver", "check", "closure", "hours", "duty", "fee", "import-limit", "currency-limit", "transit-halt"),
    *("fence", "mines", "garrison", "cooperation", "exemption"),
}
CLASSES = {"persons", "residents", "traders", "freight", "transit", "third-country", "all"}
ESSAY = re.compile(r"S(00[1-9]|0[1-9]\d|[1-3]\d\d|4[0-4]\d|45[0-5])")

Rule = dict[str, Any]


def read_rules() -> list[Rule]:
    files = sorted((REGION / "regimes").glob("*.toml"))
    return [rule for file in files for rule in tomllib.loads(file.read_text("utf-8"))["rule"]]


def read_claims(name: str) -> dict[str, dict[str, Any]]:
    lines = (REGION / "evidence" / "claims" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return {claim["id"]: claim for claim in map(json.loads, lines)}


RULES = read_rules()
REGIMES = read_claims("regimes")


def starts(rule: Rule) -> dt.date:
    return first_day(rule["from"])


def stops(rule: Rule) -> dt.date:
    return last_day(rule["to"]) if rule["to"] else dt.date.max


def in_force(where: str, lever: str, day: str, who: str = "all", into: str | None = None) -> float:
    """The strictest value on a lever that day: for a class of travellers, and for those who enter a state.

    ``where`` is a border, for rules on all of it, or a border and a section or crossing: ``KG-UZ at kara-suu``.
    """
    border, _, place = where.partition(" at ")
    values = [
        rule["value"]
        for rule in RULES
        if rule["border"] == border_code(border)
        and (not rule["scope"] or place in rule["scope"])
        and rule["lever"] == lever
        and starts(rule) <= dt.date.fromisoformat(day) <= stops(rule)
        and (who in rule["applies_to"] or "all" in rule["applies_to"])
        and (into is None or rule["direction"] == "both" or (rule["direction"] == "in") == (rule["imposed_by"] == into))
    ]
    return float(max(values, default=0.0))


# --- dated sentences -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "border", "lever", "who", "low", "high"),
    [
        ("1992-01-01", "KZ-UZ", "visa", "persons", 0, 0),  # no visas in the first months
        ("1993-06-01", "KZ-RU", "waiver", "persons", 0.9, 0.9),  # the Bishkek accord holds
        ("1992-10-08", "KZ-RU", "waiver", "persons", 0, 0),  # and not a day before it was signed
        ("1996-01-01", "KZ-RU", "exemption", "freight", 0.6, 0.6),  # no customs control in the customs union
        ("1996-01-01", "KZ-RU", "check", "freight", 0, 0),  # nor Russian posts before 1997
        ("1998-06-01", "KZ-RU", "check", "freight", 0.4, 0.4),  # Russian posts of 1997-98
        ("2000-12-03", "KZ-RU", "waiver", "persons", 0.9, 0.9),  # one waiver follows the other without a gap
        ("2000-12-04", "KZ-RU", "waiver", "persons", 0.9, 0.9),
        ("1999-02-18", "KG-UZ", "closure", "freight", 1, 1),  # sealed for days after the Tashkent bombs
        ("1999-02-25", "KG-UZ", "closure", "persons", 0, 0.2),  # and open again
        ("1999-12-31", "KG-UZ", "waiver", "persons", 0.9, 0.9),  # last day of travel without visa
        ("2000-01-01", "KG-UZ", "waiver", "persons", 0, 0),
        ("2000-01-01", "KZ-UZ", "waiver", "persons", 0.9, 0.9),  # which Kazakh citizens keep
        ("1999-10-31", "KG-UZ at kg-uz-batken", "mines", "all", 0, 0),  # mines from November 1999
        ("2004-02-01", "KG-UZ at kg-uz-batken", "mines", "all", 0.49, 0.49),  # KG-UZ is mined: 42 of 86 km
        ("2004-02-01", "KG-UZ at kg-uz-sokh", "mines", "all", 0.5, 0.5),  # and the rims of exclaves
        ("2005-06-01", "KG-UZ at kg-uz-shohimardon", "mines", "all", 0, 0.005),  # one of which is cleared later
        ("2004-02-01", "KG-UZ at kg-uz-chatkal", "mines", "all", 0, 0),  # but not the Chatkal range
        ("2000-07-31", "TJ-UZ at tj-uz-fergana", "mines", "all", 0, 0),  # mines on the Tajik line from August 2000
        ("2005-12-31", "TJ-UZ at tj-uz-fergana", "mines", "all", 0.1, 0.1),  # which stay
        ("2000-05-15", "TJ-UZ", "visa", "freight", 0, 0),
        ("2002-01-01", "AF-UZ", "mines", "all", 0.9, 0.9),
        ("2001-09-01", "AF-UZ at ayritom", "closure", "freight", 1, 1),  # Termez is shut
        ("2001-09-01", "AF-UZ at green-af-uz-termez", "closure", "freight", 0, 0),  # which never shut the river bank
        ("2001-12-08", "AF-UZ at ayritom", "closure", "freight", 1, 1),
        ("2001-11-01", "AF-UZ at termiz-river-port", "closure", "freight", 0, 0),  # barges carry relief
        ("2001-12-09", "AF-UZ at ayritom", "closure", "freight", 0, 0),  # until the first train
        ("2001-01-01", "KZ-TM", "visa", "persons", 0.7, 0.7),  # Turkmen visas
        ("2001-01-01", "KZ-TM", "exemption", "residents", 0.4, 0.4),  # with five free days for residents
        ("2001-01-01", "KZ-TM", "exemption", "traders", 0, 0),  # and for them alone
        ("2001-03-29", "TM-UZ", "fence", "all", 0, 0),  # the day before the order to build a fence
        ("2004-06-01", "TM-UZ", "fence", "all", 0.5, 0.5),  # mostly finished
        ("2002-12-01", "TM-UZ", "closure", "freight", 1, 1),  # all Turkmen posts shut after the attack on the president
        ("2002-12-31", "KZ-UZ", "closure", "traders", 0.9, 0.9),  # Uzbekistan shuts the Kazakh line
        ("2003-06-01", "KZ-UZ", "closure", "traders", 0.4, 0.4),  # and eases step by step
        ("2003-05-01", "CN-KZ", "closure", "all", 0.8, 1),  # SARS: shut to all
        ("2003-05-20", "CN-KG", "closure", "freight", 0.9, 0.9),
        ("2003-05-11", "CN-KG", "closure", "freight", 0, 0),  # the Kyrgyz order is of 12 May
        ("2003-06-01", "CN-TJ", "closure", "persons", 0.7, 0.7),
        ("2003-08-01", "CN-KZ", "closure", "all", 0, 0),  # all three open again
        ("2003-08-01", "CN-KG", "closure", "all", 0, 0),
        ("2003-08-01", "CN-TJ", "closure", "all", 0, 0),
        ("2004-04-01", "TJ-UZ", "closure", "persons", 1, 1),  # shut after the attacks of March 2004
        ("2004-03-28", "KZ-UZ", "check", "third-country", 0.4, 0.4),  # the Kazakh tightening follows them
        ("2004-03-29", "KZ-UZ", "check", "third-country", 0.5, 0.5),
        ("2002-07-01", "KG-UZ", "duty", "traders", 0.7, 0.7),  # duties of 50 and 90 percent
        ("2000-07-01", "KG-UZ", "duty", "traders", 0.16, 0.16),  # 16 USD on 100 USD before
        ("2002-01-15", "TM-UZ", "fee", "traders", 6, 6),  # a tax of 6 USD on entry
        ("2002-02-01", "TM-UZ", "fee", "traders", 0, 0),  # dropped in the same month
        ("2000-11-01", "KZ-UZ at saryagash", "transit-halt", "persons", 0.7, 0.7),  # trains halted
        ("2000-11-01", "KZ-UZ at zhibek-zholy", "transit-halt", "persons", 0, 0),  # not buses
        ("2000-11-01", "KZ-UZ at saryagash", "transit-halt", "transit", 0.2, 0.2),  # and goods trains, in answer to gas
        ("2002-01-01", "KG-UZ at kara-suu", "closure", "freight", 0.8, 0.8),  # no lorry over the bridge at Kara-Suu
        ("2002-01-01", "KG-UZ at kara-suu", "closure", "traders", 0, 0),  # walkers still
        ("2003-02-01", "KG-UZ at kara-suu", "closure", "traders", 0.9, 0.9),  # until January 2003
        ("2003-02-01", "KG-UZ at dostuk", "closure", "traders", 0.3, 0.3),
        ("2005-05-14", "KG-UZ", "closure", "persons", 0.9, 0.9),  # the day after Andijan
        ("2005-05-26", "KG-UZ", "closure", "persons", 0, 0.2),
        ("2004-08-01", "CN-TJ at kulma", "hours", "freight", 0.71, 0.71),  # Kulma is open half of the month in summer
    ],
)
def test_on_that_day(day: str, border: str, lever: str, who: str, low: float, high: float) -> None:
    assert low <= in_force(border, lever, day, who) <= high


def test_a_visa_meets_those_who_enter() -> None:
    assert in_force("KG-UZ", "visa", "2004-06-01", "persons", into="UZ") == 0.6
    assert in_force("KG-UZ", "visa", "2004-06-01", "persons", into="KG") == 0
    assert in_force("KG-UZ", "visa", "2001-06-01", "persons", into="KG") == 0.5


def test_a_turkmen_exit_visa_meets_those_who_leave() -> None:
    assert in_force("KZ-TM", "visa", "2003-06-01", "persons", into="KZ") == 0.85
    assert in_force("KZ-TM", "visa", "2004-06-01", "persons", into="KZ") == 0


@pytest.mark.parametrize("border", ["KG-KZ", "KG-TJ"])
def test_between_these_neighbours_no_own_citizen_needs_a_visa(border: str) -> None:
    visas = [rule for rule in RULES if rule["border"] == border and rule["lever"] == "visa"]
    assert {who for visa in visas for who in visa["applies_to"]} <= {"third-country"}


def test_the_troop_free_band_holds_on_all_lines_with_china() -> None:
    bands = {rule["border"]: rule for rule in RULES if rule["lever"] == "garrison"}
    assert set(bands) == {"CN-KG", "CN-KZ", "CN-TJ"}
    assert {band["value"] for band in bands.values()} == {0.0}
    assert {band["from"] for band in bands.values()} == {"1997-04-24"}


# --- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["id"])
def test_a_rule_is_dated_known_and_in_range(rule: Rule) -> None:
    assert rule["lever"] in LEVERS
    assert rule["border"] == border_code(rule["border"])
    assert rule["imposed_by"] in ("both", *rule["border"].split("-")) or rule["claims"] == ["RG084"]
    assert rule["direction"] in ("in", "out", "both")
    assert rule["direction"] == "both" or rule["imposed_by"] != "both"
    assert set(rule["applies_to"]) <= CLASSES
    assert starts(rule) <= stops(rule)
    assert starts(rule) >= dt.date(1991, 1, 1)
    ceiling = 100 if rule["unit"] == "USD" else 1
    assert 0 <= rule["value"] <= ceiling
    assert (rule["unit"] == "USD") == (rule["lever"] == "fee")
    assert rule["assumed"] or rule["unit"] == "USD", "the strength is a reading, and has to say so"
    assert rule["claims"] or rule["assumed"]
    unknown = [claim for claim in rule["claims"] if claim not in REGIMES and not ESSAY.fullmatch(claim)]
    assert not unknown


def test_ids_of_rules_are_different() -> None:
    ids = [rule["id"] for rule in RULES]
    assert len(ids) == len(set(ids))


def test_one_state_never_sets_two_values_on_one_lever_for_the_same_people_at_one_time_from_one_row() -> None:
    clashes = [
        (one["id"], other["id"])
        for one, other in combinations(RULES, 2)
        if one["claims"]
        and one["claims"][:1] == other["claims"][:1]
        and all(one[key] == other[key] for key in ("border", "lever", "imposed_by", "direction", "scope"))
        and max(starts(one), starts(other)) <= min(stops(one), stops(other))
    ]
    assert not clashes


def test_no_one_waives_and_asks_visas_of_the_same_people_at_one_time() -> None:
    clashes = [
        (waiver["id"], visa["id"])
        for waiver in RULES
        for visa in RULES
        if (waiver["lever"], visa["lever"]) == ("waiver", "visa")
        and waiver["border"] == visa["border"]
        and {waiver["direction"], visa["direction"]} != {"in", "out"}
        and set(waiver["applies_to"]) & set(visa["applies_to"])
        and max(starts(waiver), starts(visa)) <= min(stops(waiver), stops(visa))
    ]
    assert not clashes


def test_a_rule_holds_at_sections_and_crossings_of_its_own_border() -> None:
    border_of: dict[str, str] = {}
    for name in ("sections.csv", "crossings.csv"):
        with (REGION / name).open(encoding="utf-8", newline="") as file:
            border_of |= {row["id"]: row["border"] for row in csv.DictReader(file)}
    assert [rule["id"] for rule in RULES for at in rule["scope"] if border_of.get(at) != rule["border"]] == []


# --- every row of the table ------------------------------------------------------------------------------------------


def test_all_270_rows_are_claims_and_each_is_a_rule_or_says_what_it_is() -> None:
    ids = [f"RG{number:03d}" for number in range(1, 271)]
    assert [name for name in REGIMES if len(name) == 5] == ids
    leading = {rule["claims"][0] for rule in RULES if rule["claims"] and rule["claims"][0].lower() in rule["id"]}
    assert {name for name in ids if REGIMES[name]["role"] == "rule"} <= leading
    tables = importlib_tools().read_tables(TOOLS)
    kept = set(tables["evidence_only"]) | {name for name in ids if REGIMES[name]["role"] != "rule"}
    assert set(ids) - kept <= leading
    assert not kept & leading
    assert all(reason.strip() for reason in tables["evidence_only"].values())


def importlib_tools() -> Any:
    sys.path.insert(0, str(TOOLS))
    try:
        return importlib.import_module("compile_rules")
    finally:
        sys.path.remove(str(TOOLS))


def test_a_strength_is_never_carried_as_a_quantity() -> None:
    counts = {name for name, claim in REGIMES.items() if claim["quantity"]}
    assert counts == {"RG126b", "RG222b"}


def test_second_dates_stand_beside_their_first_and_are_judged() -> None:
    judgements = tomllib.loads((REGION / "evidence" / "judgements-regimes.toml").read_text("utf-8"))["judgement"]
    judged = {claim for judgement in judgements for claim in judgement["claims"]}
    seconds = {name for name in REGIMES if name.endswith("b")}
    assert len(seconds) == 15
    assert seconds <= judged
    assert {name[:5] for name in seconds} <= judged
    for judgement in judgements:
        assert set(judgement["uses"]) <= set(judgement["claims"])
        assert all(claim in REGIMES or ESSAY.fullmatch(claim) for claim in judgement["claims"])


def test_the_literature_is_carried_whole() -> None:
    literature = read_claims("literature")
    assert list(literature) == [f"PE{number:03d}" for number in range(1, 328)]
    for quantity in (claim["quantity"] for claim in literature.values()):
        assert quantity["low"] <= quantity["value"] <= quantity["high"]


# --- the compiler ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("2004", "2004"),
        ("2002-05", "2002-05"),
        ("FY2002", "2001-10/2002-09"),
        ("FY1992-FY2002", "1991-10/2002-09"),
        ("2003-01..08", "2003-01/2003-08"),
        ("2002-Q1", "2002-01/2002-03"),
        ("2004-H1", "2004-01/2004-06"),
        ("2002-2006 mean", "2002/2006"),
        ("2000s", "2000/2009"),
    ],
)
def test_a_published_period_keeps_its_span(published: str, written: str) -> None:
    importlib_tools()
    assert sys.modules["compile_evidence"].published_period(published) == written


WRITTEN = [
    *(f"claims/{name}.jsonl" for name in ("regimes", "literature", "conflict")),
    "series.csv",
    "sources-data.toml",
]


def test_the_compiler_writes_what_ships_and_nothing_of_what_was_added_by_hand(tmp_path: Path) -> None:
    data = TOOLS.parents[1] / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the public tables are not in the repository; they were looked for in ../shared/data")
    (tmp_path / "evidence" / "claims").mkdir(parents=True)
    tables = importlib_tools().read_tables(TOOLS)
    sys.modules["compile_evidence"].compile_evidence(data, tmp_path, tables)
    for name in WRITTEN:
        made, shipped = tmp_path / "evidence" / name, REGION / "evidence" / name
        assert made.read_bytes() == shipped.read_bytes(), name


def test_a_reading_with_a_wrong_key_is_refused() -> None:
    compiler = importlib_tools()
    tables = compiler.read_tables(TOOLS) | {"row": {"RG001": {"until": "2000"}}}
    row = {"id": "RG001", "border": "KZ-RU", "instrument": "visa-waiver"}
    with pytest.raises(ValueError, match="no key \\['until'\\]"):
        compiler.rules_of(row, tables)
