"""A tiny invented folder of evidence, sound until a test breaks it."""

import json
from pathlib import Path

import pytest

SOURCES = """
[[source]]
id = "ledger"
producer = "Office of Roads"
title = "Ledger of the northern gates"
date = 2001-05-04
kind = "official"
quality = "high"
seen = "source"

[[source]]
id = "gazette"
producer = "The Gazette"
title = "Smugglers laugh at the wall"
date = "2002"
kind = "press"
quality = "low"
seen = "quotation"
"""

CLAIMS = [
    {
        "id": "T001",
        "source": "ledger",
        "locator": "1-2",
        "statement": "Northland began to lay mines along the line with Southmark.",
        "kind": "event",
        "role": "rule",
        "places": ["NO-SO"],
        "actors": ["NO"],
        "flow": "militants",
        "holds_from": "2000-03",
        "holds_to": None,
        "said": "2001-05-04",
        "quantity": None,
        "cites": None,
        "confidence": "high",
        "test": "the mined share of NO-SO is above zero after March 2000",
        "note": "",
    },
    {
        "id": "T002",
        "source": "ledger",
        "locator": "3",
        "statement": "Guards seized 120 kg of opium at the gates of Southmark.",
        "kind": "datum",
        "role": "target",
        "places": ["SO"],
        "flow": "opiates",
        "holds_from": "2001",
        "holds_to": "2001",
        "quantity": {"value": 120, "low": None, "high": None, "unit": "kg"},
        "confidence": "high",
    },
    {
        "id": "T003",
        "source": "gazette",
        "locator": "9",
        "statement": "Seizures of opium in Southmark came to 300 to 400 kg.",
        "kind": "datum",
        "role": "target",
        "places": ["SO"],
        "flow": "opiates",
        "holds_from": "2001",
        "holds_to": "2001",
        "quantity": {"value": None, "low": 300, "high": 400, "unit": "kg"},
        "cites": "ledger",
        "confidence": "low",
    },
    {
        "id": "T004",
        "source": "gazette",
        "locator": "10-11",
        "statement": "Rigid rules breed bribes everywhere.",
        "kind": "mechanism",
        "role": "mechanism",
        "places": ["region"],
        "confidence": "medium",
    },
]

SERIES = """id,series,area,date,value,unit,source,note
o1,opium_output,NO,2000,12,t,ledger,
o2,opium_output,NO,2001,0,t,ledger,a year of ban
o3,opium_output,NO,2002/2003,14.5,t,gazette,"both years, together"
"""

JUDGEMENTS = """
[[judgement]]
id = "J01"
title = "How much opium was seized in Southmark"
claims = ["T002", "T003"]
uses = ["T002"]
treatment = "Take the ledger; the press gives the upper end."
reason = "The ledger counts; the press repeats it."
kind = "numbers"

[[judgement]]
id = "J02"
title = "What rigid means"
claims = ["T004"]
uses = ["T004"]
treatment = "Read it as cost to the traveller."
reason = "The text says so elsewhere."
kind = "meaning"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder `evidence` of an invented region of two states."""
    where = tmp_path / "evidence"
    (where / "claims").mkdir(parents=True)
    (where / "sources.toml").write_text(SOURCES)
    (where / "claims" / "some.jsonl").write_text("\n".join(map(json.dumps, CLAIMS)) + "\n")
    (where / "series.csv").write_text(SERIES)
    (where / "judgements.toml").write_text(JUDGEMENTS)
    return where
