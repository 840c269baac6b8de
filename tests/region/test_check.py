"""Every kind of fault is found, with its file, its row and a remedy; and all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from panj.basics.faults import Fault
from panj.region import RegionError, open_region, read_region
from panj.region.checks.quantities import quantities
from panj.region.draft import read_draft

Edit = Callable[[str, str, str], None]


LESS = """
[[volume]]
flow = "opiates"
origin = "red-fields"
destination = "{}"
at = "{}"
value = 10
assumed = "Invented"
"""
"""A volume that a scenario gives."""


class Case(NamedTuple):
    """In ``file``, ``old`` becomes ``new``; then a fault of ``at`` stands in ``row`` and says ``fault``, ``remedy``."""

    file: str
    old: str
    new: str
    row: str
    fault: str
    remedy: str
    at: str = ""


CASES = {
    # Broken files
    "toml syntax": Case("flows.toml", "[[flow]]", "[[flow", "line 3", "is not TOML", "Mend the syntax"),
    "csv quotes": Case("agencies.csv", "Crown of", '"Crown of', "line 2", "is not CSV", "Close the quotes"),
    "csv cells": Case("places.csv", "kingsmoor,Kingsmoor", "kingsmoor", "line 2", "cells", "commas"),
    "json syntax": Case("geometry/borders.geojson", "{", "", "line 1", "is not JSON", "Mend the syntax"),
    "claim syntax": Case("evidence/claims/tiny.jsonl", "{", "", "line 1", "", ""),
    "claim with a key twice": Case(
        "evidence/claims/tiny.jsonl", '"id": "T001"', '"id": "T001", "id": "T001"', "T001", "'id' stands twice", "once"
    ),
    "claim with a comma after it": Case(
        "evidence/claims/tiny.jsonl", '"note": ""}', '"note": ""},', "T001, line 1", "is not JSON", "near column"
    ),
    "csv of semicolons": Case(
        "borders.csv", "id,name,kind,length_km,claims,note", "id;name", "line 1", "one col", "id,"
    ),
    "zero byte": Case("places.csv", "Kingsmoor", "Kings\0moor", "line 2", "zero byte", "UTF-8"),
    "number without end": Case("flows.toml", "lot = 20", f"lot = {'9' * 5000}", "file", "is not TOML", "number"),
    "key twice": Case("flows.toml", "lot = 20", "lot = 20\nlot = 2", "line 13", "is not TOML: a key", "Mend"),
    # Columns and keys
    "missing column": Case("roads.csv", "from,to", "from", "line 1", "column 'to' is missing", "Add it to the head"),
    "unknown column": Case("places.csv", "source,note", "sauce,note", "line 1", "no column 'sauce'", "'source'"),
    "unknown key": Case("flows.toml", "lot = 20", "lots = 20", "[[flow]] opiates", "lots is not in", "'lot'"),
    "unknown list": Case("events.toml", "[[event]]", "[[evnt]]", "evnt", "is not a key", "'event'"),
    "missing key": Case("flows.toml", "spread = 150\n", "", "[[flow]] opiates", "spread is missing", "Write spread."),
    # Types, ranges, words
    "not a number": Case("sections.csv", ",80,", ",eighty,", "ea-no-valley, line 3", "'eighty' is not a num", "number"),
    "true for a number": Case(
        "flows.toml", "lot = 20", "lot = true", "[[flow]] opiates", "lot true is not a", "Write a num"
    ),
    "true in a cell": Case("sections.csv", ",80,", ",true,", "ea-no-valley, line 3", "'true' is not a num", "number"),
    "1 for true": Case(
        "theses.toml", "rest = true", "rest = 1", "breed-bribes", "trial[2].rest 1 is nei", "Write true or"
    ),
    "true in a map": Case("geometry/borders.geojson", "-37,42", "true,42", "feature 1", "true is not a num", "degrees"),
    "number in quotes": Case("flows.toml", "lot = 20", 'lot = "20"', "opiates", "lot '20' is text", "quotes away"),
    "number of a claim in quotes": Case(
        "evidence/claims/tiny.jsonl", '"value": 702', '"value": "702"', "T002", "quantity.value '702' is text", "quotes"
    ),
    "word for a number": Case("flows.toml", "lot = 20", 'lot = "many"', "opiates", "'many' is not a number", "Write a"),
    "text for a list": Case(
        "programmes.toml", '["SO"]', '"SO"', "so-radios", "recipients 'SO' is not a list", "square"
    ),
    "list too long": Case(
        "parameters.toml", "[0.05, 20]", "[0.05, 2, 20]", "opiates_v", "plausible holds 3", "at most 2"
    ),
    "empty list": Case("programmes.toml", '["SO"]', "[]", "so-radios", "recipients is empty", "at least 1"),
    "list for a table": Case(
        "programmes.toml", "{ terror = 0.2, weapons = 0.3, drugs = 0.5 }", "[0.2]", "so-radios", "not a table", "braces"
    ),
    "number for text": Case(
        "region.toml", 'name = "Northland"', "name = 7", "[[states]] NO", "name 7 is not text", "quotes"
    ),
    "other format": Case("region.toml", "format = 1", "format = 2", "top", "format 2 is not", "Write 1."),
    "word where none may stand": Case(
        "crossings.csv", "medium", "middling", "north-gate", "'middling'", "of: high, medi"
    ),
    "date about": Case(
        "evidence/sources.toml", 'date = "1999"', 'date = "ca. 1999"', "atlas", "date 'ca. 1999' is not a date", "YYYY"
    ),
    "year for a month": Case("region.toml", '"2003-12"', '"2003"', "top", "end 2003 is not a month", "Write YYYY-MM."),
    "negative length": Case("sections.csv", ",80,", ",-80,", "ea-no-valley, line 3", "-80 is below 0", "at least 0"),
    "latitude": Case("places.csv", ",45.0,", ",95.0,", "kingsmoor, line 2", "lat 95.0 is above 90", "at most 90"),
    "share": Case("strength.csv", ",0.5,", ",1.5,", "line 2", "skill 1.5 is above 1", "at most 1"),
    "vocabulary": Case("sections.csv", ",valley,", ",vally,", "ea-no-valley", "'vally' is not a word", "'valley'"),
    "form of an id": Case("places.csv", "salthaven", "Salt Haven", "Salt Haven, line 3", "right form", "hyphens"),
    "order of a border": Case("borders.csv", "EA-NO", "NO-EA", "NO-EA, line 3", "alphabetical order", "'EA-NO'"),
    "no such day": Case("statuses.csv", "2000-06", "2000-13", "no-so-river, line 12", "not a date", "YYYY-MM"),
    "empty id": Case("agencies.csv", "we-guards", "", "line 10", "id is empty", "lower-case words"),
    "unit of a rule": Case("regimes/others.toml", '"share"', '"percent"', "ea-no-duty", "a unit of duty", "'share'"),
    "rule above one": Case("regimes/no-so.toml", "value = 0.2", "value = 2", "no-so-check-2000", "above 1", "0 to 1"),
    "bounds of a thesis": Case(
        "theses.toml", "low = 0.0", "low = 1\nhigh = 0", "papers", "trial[1] has low 1 above high 0", "low <= high"
    ),
    # Ids and references
    "id twice": Case("places.csv", "salthaven,", "kingsmoor,", "kingsmoor, line 3", "line 2 already", "of its own"),
    "rule twice": Case(
        "regimes/others.toml", "no-we-visa-2000", "no-so-visa-2001", "no-so-visa-2001", "stands in", "of its own"
    ),
    "unknown state": Case("places.csv", "Kingsmoor,NO", "Kingsmoor,NX", "kingsmoor, line 2", "state 'NX'", "NO"),
    "unknown border": Case("sections.csv", ",EA-NO,", ",EA-NX,", "ea-no-valley", "border 'EA-NX'", "Nearest: 'EA-NO'"),
    "unknown section": Case(
        "statuses.csv", "no-we-plain", "no-we-plane", "no-we-plane, line 10", "does not exist", "'no-w"
    ),
    "section elsewhere": Case(
        "crossings.csv", "EA-NO,ea-no-valley,post", "EA-NO,no-so-plain,post", "ash-road", "is on NO-SO", "ea-no-valley"
    ),
    "unknown agency": Case("holdings.csv", "ea-guards", "ea-guard", "line 2", "agency 'ea-guard'", "'ea-guards'"),
    "unknown successor": Case("agencies.csv", ",so-guards,", ",so-gards,", "no-legion-so", "successor", "'so-guards'"),
    "successors in a circle": Case(
        "agencies.csv",
        "Southmark Border Guard,SO,guards,,,,",
        "Guards,SO,guards,,,,no-legion-so",
        "so-guards, line 4",
        "follows itself: so-guards to no-legion-so to so-guards",
        "Mend or empty",
    ),
    "side elsewhere": Case("holdings.csv", "EA-FA,EA", "EA-FA,NO", "line 2", "'NO' is not a side of EA-FA", "EA or FA"),
    "unknown end of a road": Case("roads.csv", "kingsmoor,salt", "kingsmoore,salt", "line 2", "'kingsmoore'", "'kings"),
    "road of another state": Case("roads.csv", "salthaven,NO", "salthaven,SO", "line 2", "is not in SO", "It is in NO"),
    "unknown claim": Case("regimes/no-so.toml", "T012", "T912", "no-so-visa-2001", "'T912' is not in evid", "Nearest"),
    "neither claims nor assumed": Case(
        "statuses.csv",
        "No source speaks of it; talks had not begun",
        "",
        "ea-no-valley, line 14",
        "neither claims",
        "'assumed'",
    ),
    "event without claims": Case("events.toml", '["T004"]', "[]", "plain-treaty", "no claims", "Name the claims"),
    "scope elsewhere": Case("regimes/no-so.toml", "wend-bridge", "ash-road", "closure-2001", "not on NO-SO", "On it"),
    "imposed from outside": Case("regimes/others.toml", '"EA"', '"WE"', "ea-no-duty", "not a side of", "EA or NO"),
    "unknown recipient": Case("programmes.toml", '["SO"]', '["SX"]', "so-radios", "recipients 'SX'", "SO"),
    "builds what is not there": Case(
        "programmes.toml",
        '["SO"]',
        '["SO"]\nopens = ["lang-bridge"]',
        "so-radios",
        "opens 'lang-bridge'",
        "'long-bridge'",
    ),
    "builds what was always open": Case(
        "programmes.toml", '["SO"]', '["SO"]\nopens = ["ash-road"]', "so-radios", "no date of opening", "crossings.csv"
    ),
    "unknown place of an event": Case("events.toml", '"millbridge"', '"milbridge"', "pivot", "'milbridge'", "'millb"),
    "unknown origin": Case("flows.toml", '"red-fields"', '"red-field"', "opiates", "'red-field'", "'red-fields'"),
    "unknown factor": Case("flows.toml", '"opiates_volume"', '"opiate_volume"', "opiates", "factor", "'opiates_vol"),
    "route over no border": Case("flows.toml", '"EA", "NO"', '"EA", "WE"', "opiates", "EA to WE", "Add the states"),
    "scenario drops nothing": Case(
        "scenarios/no-raid.toml", "so-radios", "so-radio", "top", "drop_programmes 'so-radio'", "'so-radios'"
    ),
    "scenario changes nothing": Case(
        "scenarios/open-door.toml", "bribe_at_finding", "bribe_finding", "top", "'bribe_finding'", "'bribe_at_finding'"
    ),
    "unknown scenario of a thesis": Case(
        "theses.toml", '"no-raid"', '"no-rade"', "papers-breed-bribes", "scenario 'no-rade'", "Nearest: 'no-raid'"
    ),
    "thesis of one scenario": Case(
        "theses.toml", 'a = "no-raid"', 'a = "history"', "papers-breed", "compares history with itself", "two scenarios"
    ),
    "unknown border of a thesis": Case("theses.toml", '"NO-SO"', '"NO-SX"', "papers-breed", "'NO-SX'", "'NO-SO'"),
    "thesis that expects nothing": Case(
        "theses.toml", "low = 0.0\n", "", "papers-breed-bribes", "neither low nor high", "low = 0.0"
    ),
    "unknown claim of a thesis": Case("theses.toml", '"T019"', '"T919"', "papers-breed", "'T919' is not", "Nearest"),
    "unknown link of a thesis": Case("theses.toml", '"L64"', '"B64"', "papers-breed", "'B64' is not a link", ""),
    "unknown link": Case("links.csv", "L07,", "L99,", "L99, line 2", "'L99' is not a link", "L01 to L91"),
    "link without claims": Case("links.csv", ",T005", ",", "L07, line 2", "claims", ""),
    "unknown claim of a link": Case("links.csv", "T005", "T905", "L07, line 2", "'T905' is not in evid", "Nearest"),
    "link twice": Case("links.csv", "L64,", "L07,", "L07, line 3", "line 2 already", "of its own"),
    "unknown flow of a target": Case("targets.csv", "NO,opiates", "NO,opiate", "no-opiates-2000", "'opiate'", "'opiat"),
    "unknown flow of a claim": Case(
        "evidence/claims/tiny.jsonl", '"flow": "opiates"', '"flow": "opiate"', "T014", "flow 'opiate'", "'opiates'"
    ),
    "unknown source": Case("evidence/claims/tiny.jsonl", '"atlas"', '"atlass"', "T001", "'atlass'", "'atlas'"),
    "section not on the map": Case(
        "geometry/borders.geojson", '"ea-so-marsh"', '"ea-so-marshes"', "marshes", "not a section", "'ea-so-marsh'"
    ),
    "id of a shape": Case(
        "geometry/borders.geojson", '"ea-so-marsh"', "[1]", "[1]", "section [1] is not text", "quotes"
    ),
    "map out of the world": Case("geometry/borders.geojson", "-37,42", "-370,42", "feature 1", "-370", "degrees"),
    "unknown key of a table": Case("before_after.toml", "flow =", "flows =", "top", "flows is not in", "'flow'"),
    "aspect without words": Case("before_after.toml", 'title = "The', 'titel = "The', "inner-line", "title", ""),
    "unknown flow of a chart": Case("before_after.toml", '"opiates"', '"opiate"', "top", "'opiate'", "'opiates'"),
    "unknown border of a chart": Case("before_after.toml", '"FA-SO"', '"FA-SX"', "top", "'FA-SX'", "'FA-SO'"),
    "unknown claim of an aspect": Case("before_after.toml", "T004", "T904", "inner-line", "'T904' is not", "Nearest"),
    "unknown label of a measure": Case(
        "before_after.toml", '{ border = ["NO-SO"] }', '{ border = ["NO-SX"] }', "inner-line", "'NO-SX'", "'NO-SO'"
    ),
    "unknown axis of a measure": Case(
        "before_after.toml", '{ border = ["NO-SO"] }', '{ line = ["NO-SO"] }', "inner-line", "no axis 'line'", "border"
    ),
    # What must hold together
    "lat and lon swapped": Case(
        "places.csv", "45.0,-37.6", "-37.6,45.0", "kingsmoor, line 2", "13 of its 13 roads are shorter", "position"
    ),
    "road too short": Case("roads.csv", ",189,", ",18.9,", "farhold, line 4", "straight line to 'red-fields'", "km"),
    "road too fast": Case("roads.csv", ",149,3.0,", ",149,0.3,", "line 3", "faster than 150 km/h", "hours"),
    "road too slow": Case("roads.csv", ",149,3.0,", ",149,180,", "line 3", "slower than 1 km/h", "hours"),
    "road twice": Case(
        "roads.csv", "millbridge,southfair,SO,road,149", "salthaven,kingsmoor,NO,road,296", "line 3", "line 2", "both"
    ),
    "pair twice": Case(
        "flows.toml", '"kingsmoor"', '"westport"', "opiates", "red-fields to westport stands twice", "Join"
    ),
    "target of another time": Case(
        "targets.csv", "opiates,2000,2000", "opiates,1980,1980", "no-opiates-2000", "1980 to 1980 is outside", "2000-01"
    ),
    "unit of a target": Case("targets.csv", "kg/year", "kg/yaer", "no-opiates-2000", "'kg/yaer' is not", "'kg/year'"),
    "scenario reacts too late": Case(
        "scenarios/open-door.toml", "from =", 'reacts_from = "2050"\nfrom =', "top", "reacts_from 2050", "2000-01 to"
    ),
    "held after its end": Case(
        "agencies.csv", ",,2002-09-30", ",,2002-03", "legion", "but ends 2002-03", "or earlier", "holdings.csv"
    ),
    "held before it begins": Case(
        "agencies.csv",
        "we-guards,Westmoor Border Guard,WE,guards,",
        "we-guards,Westmoor,WE,guards,2002",
        "we-guards",
        "from the first, but begins 2002",
        "2002 or later",
        "holdings.csv",
    ),
    "sections do not add up": Case("borders.csv", ",240,", ",300,", "EA-NO, line 3", "up to 240 km", "sections.csv"),
    "two green borders": Case(
        "crossings.csv",
        "ash-road,EA-NO,ea-no-valley,post",
        "ash-road,EA-NO,ea-no-valley,green",
        "ea-no-valley, line 3",
        "2 green crossings",
        "exactly one",
        "sections.csv",
    ),
    "no way": Case(
        "roads.csv",
        "highkeep,hill-road,EA",
        "farhold,long-bridge,FA",
        "hill-road",
        "no road of EA",
        "roads",
        "crossings.csv",
    ),
    "status too late": Case(
        "statuses.csv",
        "ea-no-ridge,1990",
        "ea-no-ridge,2001",
        "ea-no-ridge, line 4",
        "begins after",
        "2000-01",
        "sections.csv",
    ),
    "no status": Case(
        "statuses.csv",
        "ea-no-ridge",
        "ea-no-valley",
        "ea-no-ridge, line 4",
        "has no status",
        "statuses.csv",
        "sections.csv",
    ),
    "two statuses": Case(
        "statuses.csv", "2001-03-15", "1990", "no-so-plain, line 11", "another status", "Keep one row"
    ),
    "held twice": Case(
        "holdings.csv",
        "so-guards,fa-so-river,SO,2002-10-01",
        "so-guards,fa-so-river,SO,2001",
        "line 10",
        "at the same time",
        "End one",
    ),
    "held without strength": Case(
        "strength.csv",
        "fa-wardens,FA,EA-FA,2000-01,80,20000,0.1,,A thin line,\n",
        "",
        "line 3",
        "fa-wardens holds EA-FA (FA) without strength",
        "in 'assumed' the rule",
        "holdings.csv",
    ),
    "strength without staff": Case(
        "strength.csv", ",450,3000000", ",,3000000", "line 15", "we-guards on NO-WE (WE) gives staff", "Write staff;"
    ),
    "strength of no holder": Case(
        "holdings.csv",
        "we-guards,NO-WE,WE",
        "no-customs,NO-WE,WE",
        "line 15",
        "we-guards holds nothing of NO-WE",
        "Add its row to holdings.csv",
        "strength.csv",
    ),
    "held by nobody": Case(
        "holdings.csv",
        "SO,2002-10-01",
        "SO,2003",
        "fa-so-river, line",
        "nobody holds it on the side of SO from 2002-10-01 to 2002-12-31",
        "with staff 0",
        "sections.csv",
    ),
    "reversed dates": Case(
        "agencies.csv", ",,2002-09-30", ",2003,2002-09-30", "no-legion-so", "is before from", "Swap"
    ),
    "reversed delivery": Case("programmes.toml", '"2002-12"', '"2001-01"', "so-radios", "is before", "Swap"),
    "closed before opened": Case("crossings.csv", ",2002-07,,", ",2002-07,2001,", "long-bridge", "closed 2001", "Swap"),
    "volumes out of order": Case("flows.toml", 'at = "2002"', 'at = "1999"', "opiates", "1999 follows 2000", "order"),
    "recipient without a border": Case(
        "programmes.toml", '["SO"]', '["SO", "NO"]', "so-radios", "borders names none of NO", "Add a border of NO"
    ),
    "purposes": Case("programmes.toml", "terror = 0.2", "terror = 0.3", "so-radios", "sum to 1.1", "sum to 1"),
    "range of a delivery": Case("programmes.toml", "low = 1.0e6", "low = 2.0e6", "so-radios", "not in order", "low <="),
    "range of a parameter": Case("parameters.toml", "low = 0.6", "low = 1.6", "opiates_volume", "in order", "low <="),
    "implausible": Case("parameters.toml", "[0.05, 20]", "[0.9, 20]", "opiates_volume", "outside plausible", "Widen"),
    "impossible": Case("parameters.toml", "low = 0.6", "low = -1", "opiates_volume", "is lognormal", "positive"),
    "skewed": Case("parameters.toml", "high = 1.7", "high = 9.7", "opiates_volume", "far from the middle", "another"),
    "other traffic below nought": Case(
        "crossings.csv", ",,,4,,,", ",,,4,-5,,", "north-gate", "other_vehicles -5 is below 0", "at least 0"
    ),
    "other traffic in words": Case(
        "crossings.csv", ",,,4,,,", ",,,4,,many,", "north-gate", "other_travellers 'many' is not a number", "number"
    ),
    "other traffic on a green border": Case(
        "crossings.csv", "-36.1,,,,,,", "-36.1,,,,,70,", "ea-fa-ridge-green", "has traffic at counters", "post"
    ),
    "off the line": Case("crossings.csv", "42.0,-38.8", "24.0,-38.8", "long-bridge", "km off the line", "position"),
    "no range": Case("parameters.toml", "low = 0.6\n", "", "opiates_volume", "without low and high", "'fixed'"),
    "unknown donor": Case("region.toml", 'budgets_of = "WE"', 'budgets_of = "WX"', "top", "budgets_of 'WX'", "WE"),
    "pivot outside": Case("region.toml", '"2001-09-11"', '"2011-09-11"', "top", "outside the clock", "2000-01 to 2003"),
    "before after the pivot": Case("region.toml", '"2001-08"]', '"2002-08"]', "top", "before ends after", "2001-09"),
    # Conditions
    "unknown condition": Case(
        "conditions.csv", "drought,,2000", "drouth,,2000", "drouth", "not a condition", "'drought'"
    ),
    "condition of a state": Case(
        "conditions.csv", "pay,NO", "pay,", "pay", "pay is of a state, but place is ''", "Write its code"
    ),
    "condition of the region": Case("conditions.csv", "war,,", "war,FA,", "war", "of the whole region", "Leave place"),
    "condition of a border": Case("conditions.csv", "mixed,NO-SO", "mixed,NO", "mixed", "of a border", "hyphen"),
    "condition of a side": Case(
        "conditions.csv", "dependence,NO>SO", "dependence,NO-SO", "dependence", "of one side of a border", "neighbour"
    ),
    "no side of a border": Case(
        "conditions.csv", "dependence,NO>SO", "dependence,NO>", "dependence", "'NO>' is not a side", "neighbour"
    ),
    "condition of an unknown state": Case("conditions.csv", "pay,NO", "pay,NX", "pay", "place 'NX' does not", "NO"),
    "condition of an unknown border": Case(
        "conditions.csv", "mixed,NO-SO", "mixed,NO-SX", "mixed", "'NO-SX' does not", "Nearest"
    ),
    "condition of an unknown side": Case(
        "conditions.csv", "dependence,NO>SO", "dependence,SO>WE", "dependence", "border 'SO-WE' does not", "Nearest"
    ),
    "condition on an unknown claim": Case("conditions.csv", "T018", "T918", "attack", "'T918' is not in evid", "Near"),
    "condition without backing": Case(
        "conditions.csv", "A dry summer", "", "drought, line 7", "neither claims nor assumed", "'assumed'"
    ),
    "condition twice": Case(
        "conditions.csv", "2001-06,0,,A", "2000-06-30,0,,A", "line 8", "another value in 2000-06 (drought", "Keep one"
    ),
    "condition above one": Case("conditions.csv", "2000-06,0.5", "2000-06,1.5", "line 7", "1.5 is above 1", "0 to 1"),
    "condition below nought": Case("conditions.csv", "2000-01,130", "2000-01,-1", "pay", "-1 is below 0", "at least 0"),
    "scenario drops no condition": Case(
        "scenarios/no-raid.toml", '"attack",', '"atack",', "top", "drop_conditions 'atack'", "'attack'"
    ),
    "scenario changes a pair that is not there": Case(
        "scenarios/no-raid.toml",
        '"slump"]',
        '"slump"]' + LESS.format("highkeep", "2001"),
        "[[volume]] number 1",
        "opiates has no pair red-fields to highkeep",
        "pairs that flows.toml has",
    ),
    "scenario gives a volume twice": Case(
        "scenarios/no-raid.toml",
        '"slump"]',
        '"slump"]' + LESS.format("westport", "2001-06") + LESS.format("westport", "2001-06-30"),
        "[[volume]] number 2",
        "has another value in 2001-06",
        "Keep one",
    ),
    "scenario gives a volume too early": Case(
        "scenarios/no-raid.toml",
        'from = ""',
        'from = "2002"\nvolume = [{ flow = "opiates", origin = "red-fields", destination = "westport", '
        'at = "2001", value = 1, assumed = "Invented" }]',
        "[[volume]] number 1",
        "is of 2001, and the scenario holds from 2002",
        "later date",
    ),
    "scenario adds a wrong condition": Case(
        "scenarios/no-raid.toml",
        '"slump"]',
        '"slump"]\n[[condition]]\nquantity = "wars"\nat = "2001"\nvalue = 1\n',
        "[[condition]] number 1",
        "not a condition",
        "'war'",
    ),
    "clock reversed": Case("region.toml", '"2003-12"', '"1999-12"', "top", "is before start", "earlier month"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_fault_is_found(case: Case, copy: Path, edit: Edit) -> None:
    edit(case.file, case.old, case.new)
    region, faults = read_region(copy)
    assert region is None
    file = case.at or case.file
    assert any(matches(fault, file, case.row, case.fault, case.remedy) for fault in faults), [*map(repr, faults)]
    assert len(faults) <= 14, "one fault makes many"


def matches(fault: Fault, file: str, row: str, what: str, remedy: str) -> bool:
    return fault.file == file and row in fault.row and what in fault.fault and remedy in fault.remedy


def test_a_border_gives_way_to_its_section_also_in_strength(copy: Path, edit: Edit) -> None:
    """An agency that holds a border needs no strength where another holds the section all the time."""
    edit("holdings.csv", "no-guards,NO-WE,NO", "no-customs,NO-WE,NO,,,T009,,\nno-guards,no-we-plain,NO")
    _, faults = read_region(copy)
    assert faults == [], [*map(repr, faults)]
    edit("holdings.csv", "no-guards,no-we-plain,NO,,", "no-guards,no-we-plain,NO,,2002")
    _, faults = read_region(copy)
    assert [fault.fault for fault in faults] == ["no-customs holds NO-WE (NO) without strength on no-we-plain"]


def test_lakes_are_read_where_there_are_any(copy: Path) -> None:
    shape = {"type": "Polygon", "coordinates": [[[-40, 40], [-39, 40], [-39, 41], [-40, 40]]]}
    lake = {"type": "Feature", "properties": {"name": "Long Mere"}, "geometry": shape}
    nameless = {"type": "Feature", "properties": {}, "geometry": shape}
    file = copy / "geometry" / "lakes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [lake]}), "utf-8")
    assert list(open_region(copy).geometry.lakes) == ["Long Mere"]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [lake, nameless]}), "utf-8")
    _, faults = read_region(copy)
    assert matches(faults[0], "geometry/lakes.geojson", "feature 2", "no property 'name'", "Write 'name'")


FILES = [
    "region.toml", "places.csv", "borders.csv", "sections.csv", "statuses.csv", "crossings.csv", "roads.csv",
    "agencies.csv", "holdings.csv", "strength.csv", "programmes.toml", "events.toml", "flows.toml", "parameters.toml",
    "targets.csv", "geometry/borders.geojson", "geometry/states.geojson",
]  # fmt: skip


@pytest.mark.parametrize("file", FILES)
def test_missing_file_is_named_and_hides_no_other_fault(file: str, copy: Path, edit: Edit) -> None:
    edit("regimes/no-so.toml", 'lever = "visa"', 'lever = "vsa"')
    (copy / file).unlink()
    _, faults = read_region(copy)
    assert any(matches(fault, file, "file", "is missing", f"Add {file}") for fault in faults)
    assert any(matches(fault, "regimes/no-so.toml", "no-so-visa-2001", "'vsa'", "'visa'") for fault in faults)
    assert len(faults) == 2, [*map(repr, faults)]


@pytest.mark.parametrize("file", ["sources.toml", "series.csv", "claims/tiny.jsonl"])
def test_evidence_that_cannot_be_read_is_one_fault(file: str, copy: Path) -> None:
    """Nothing is said of the rows that rest on it: what it holds is not known."""
    (copy / "evidence" / file).write_bytes(b"\xff\xfe")
    _, faults = read_region(copy)
    assert [(fault.file, fault.row) for fault in faults] == [(f"evidence/{file}", "file")]


@pytest.mark.parametrize("missing", ["claims", "sources.toml"])
def test_evidence_that_is_missing_is_one_fault(missing: str, copy: Path) -> None:
    (copy / "evidence" / missing).rename(copy / "elsewhere")
    _, faults = read_region(copy)
    assert [fault.file.rstrip("/") for fault in faults] == [f"evidence/{missing}"]
    assert faults[0].fault == "is missing"


@pytest.mark.parametrize("file", ["region.toml", "sections.csv", "evidence/series.csv"])
def test_what_stands_in_place_of_a_file_is_named(file: str, copy: Path) -> None:
    (copy / file).unlink()
    (copy / file).mkdir()
    _, faults = read_region(copy)
    assert [(fault.file, fault.row) for fault in faults] == [(file, "file")]
    assert "cannot be read" in faults[0].fault


@pytest.mark.parametrize("text", ["", "null", "[1]", "[" * 100_000], ids=["empty", "null", "list", "deep"])
def test_a_map_that_is_no_map_is_one_fault(text: str, copy: Path) -> None:
    (copy / "geometry" / "borders.geojson").write_text(text, "utf-8")
    _, faults = read_region(copy)
    assert [fault.file for fault in faults] == ["geometry/borders.geojson"]


def test_a_region_without_states_is_one_fault(copy: Path) -> None:
    text = (copy / "region.toml").read_text("utf-8")
    (copy / "region.toml").write_text(text[: text.index("[[states]]")], "utf-8")
    _, faults = read_region(copy)
    assert [(fault.file, fault.row, fault.fault) for fault in faults] == [("region.toml", "states", "are missing")]


def test_a_region_without_members_simulates_nothing(copy: Path) -> None:
    text = (copy / "region.toml").read_text("utf-8")
    (copy / "region.toml").write_text(text.replace('"member"', '"neighbour"'), "utf-8")
    _, faults = read_region(copy)
    assert any("no state is a member" in fault.fault for fault in faults)


def test_what_the_simulation_needs_is_asked_for(copy: Path) -> None:
    region, faults = read_region(copy, needed=["luck_volume"])
    assert region is not None
    assert not faults
    _, faults = read_region(copy, needed=["luck_volume", "gravity"])
    assert [(fault.file, fault.row) for fault in faults] == [("parameters.toml", "[gravity]")]


def test_a_border_the_wrong_way_round_is_one_fault(copy: Path, edit: Edit) -> None:
    edit("borders.csv", "NO-SO", "SO-NO")
    _, faults = read_region(copy)
    assert [(fault.file, fault.row) for fault in faults] == [("borders.csv", "SO-NO, line 6")]


def test_a_row_with_a_fault_leaves_those_that_name_it_alone(copy: Path, edit: Edit) -> None:
    """A section that is there, but with a fault of its own, is no reason to refuse the rules on it."""
    edit("sections.csv", ",0.8,", ",80,")
    _, faults = read_region(copy)
    assert [fault.file for fault in faults] == ["sections.csv"]


def test_rows_with_one_fault_are_told_together(copy: Path, edit: Edit) -> None:
    edit("region.toml", 'code = "NO"', 'code = "NQ"')
    with pytest.raises(RegionError) as caught:
        open_region(copy)
    text = str(caught.value)
    assert "2 problems in places.csv\n  * kingsmoor, line 2; salthaven, line 3: state 'NO' does not exist\n" in text
    assert all(fault.row in text for fault in caught.value.faults)


HELD = {"bribes": ("member", "month", "border"), "opium": ("member", "month"), "passed": ("month", "border", "flow")}


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "fault", "remedy"),
    [
        ("theses.toml", '"bribes"', '"bribe"', "papers-breed-bribes", "trial[1] has no quantity 'bribe'", "'bribes'"),
        ("theses.toml", "border =", "state =", "papers-breed-bribes", "bribes has no axis 'state'", "It has border."),
        ("theses.toml", '"bribes"', '"opium"', "papers-breed-bribes", "opium has no axis 'border'", "whole region"),
        (
            "before_after.toml",
            '"settled"',
            '"setled"',
            "inner-line",
            "measure[1] has no quantity 'setled'",
            "'settled'",
        ),
        ("before_after.toml", "border =", "flow =", "inner-line", "settled has no axis 'flow'", "It has border."),
        (
            "targets.csv",
            "0,recorded_s",
            "0,recorded_z",
            "no-opiates-2000",
            "'recorded_zeizures'",
            "'recorded_seizures'",
        ),
        ("targets.csv", ",recorded_trespasses,", ",bribe_growth,", "no-so-tres", "'bribe_growth'", "'bribes_growth'"),
        (
            "targets.csv",
            ",recorded_trespasses,",
            ",opium_rank,",
            "no-so-tres",
            "'opium_rank' is not known",
            "Write a name",
        ),
        ("targets.csv", ",recorded_trespasses,", ",posts_open,", "no-so-tres", "by the region's files alone", "input"),
    ],
)
def test_quantities_are_those_that_a_run_holds(
    file: str, old: str, new: str, row: str, fault: str, remedy: str, copy: Path, edit: Edit
) -> None:
    edit(file, old, new)
    draft, _ = read_draft(copy)
    assert any(matches(one, file, row, fault, remedy) for one in quantities(draft, HELD))


def test_ten_faults_are_named_at_once(copy: Path, edit: Edit) -> None:
    names = [
        "toml syntax", "csv quotes", "not a number", "latitude", "no such day", "unknown claim", "purposes",
        "implausible", "reversed delivery", "scope elsewhere", "scenario drops nothing", "map out of the world",
    ]  # fmt: skip
    for name in names:
        edit(CASES[name].file, CASES[name].old, CASES[name].new)
    with pytest.raises(RegionError) as caught:
        open_region(copy)
    for name in names:
        case = CASES[name]
        assert any(
            matches(fault, case.at or case.file, case.row, case.fault, case.remedy) for fault in caught.value.faults
        ), name
    assert "places.csv\n  * kingsmoor, line 2: lat 95.0 is above 90\n      Write at most 90." in str(caught.value)
