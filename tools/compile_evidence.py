"""Compile the public tables into a region's evidence: sources, claims and series. `compile_rules.py` runs it."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, str]
Claim = dict[str, Any]
Table = dict[str, Any]

BORDERS = frozenset(
    [
        *("AF-IR", "AF-PK", "AF-TJ", "AF-TM", "AF-UZ", "CN-KG", "CN-KZ", "CN-RU", "CN-TJ", "IR-TM", "KG-KZ", "KG-TJ"),
        *("KG-UZ", "KZ-RU", "KZ-TM", "KZ-UZ", "TJ-UZ", "TM-UZ"),
    ]
)
STATES = frozenset(["AF", "CN", "IR", "KG", "KZ", "PK", "RU", "TJ", "TM", "TR", "UZ"])
GLEDITSCH_WARD = {"2": "US", "630": "IR", "645": "IQ", "700": "AF", "702": "TJ", "704": "UZ", "770": "PK"}
SEEN = {"seen": "source", "general knowledge": "general knowledge"}
PARTS_OF_YEAR = {"Q1": ("01", "03"), "Q2": ("04", "06"), "H1": ("01", "06"), "H2": ("07", "12")}
FACT_LICENCE = "cited as a fact; no text carried"


def rows(path: Path) -> list[Row]:
    """The rows of a CSV table, in file order."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def border(text: str) -> str:
    """A border in alphabetical order: ``KZ-CN`` is ``CN-KZ``."""
    return "-".join(sorted(text.split("-")))


def slug(text: str, words: int = 9) -> str:
    """Lower-case words joined by hyphens, the first few of a text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:words])


def toml_value(value: Any) -> str:
    """One TOML value: text, number, or list of texts."""
    return json.dumps(value, ensure_ascii=False)


def toml_tables(name: str, tables: Iterable[Table]) -> str:
    """An array of TOML tables, one blank line between."""
    blocks = []
    for table in tables:
        lines = [f"{key} = {toml_value(value)}" for key, value in table.items()]
        blocks.append("\n".join([f"[[{name}]]", *lines]))
    return "\n\n".join(blocks) + "\n"


# --- sources ---------------------------------------------------------------------------------------------------------


class Sources:
    """The distinct sources met so far; each text, with what was seen of it, is one entry with one id."""

    def __init__(self, kinds: list[Table], essay: str) -> None:
        self._kinds = kinds
        self._essay = essay
        self._ids: dict[tuple[str, str], str] = {}
        self.entries: list[Table] = []

    def id(self, text: str, seen: str, url: str = "") -> str:
        """The id of a source, made on first sight."""
        if "(the essay)" in text or text == "as quoted in the essay":
            return self._essay
        if text.startswith("compiler") and "," not in text and "(" not in text:
            text = "general knowledge of the compiler, not looked up"
        key = (text, seen)
        if key not in self._ids:
            entry = self._entry(text, seen, url)
            taken = set(self._ids.values())
            stem = entry["id"]
            number = 2
            while entry["id"] in taken:
                entry["id"] = f"{stem}-{number}"
                number += 1
            self._ids[key] = entry["id"]
            self.entries.append(entry)
        return self._ids[key]

    def _entry(self, text: str, seen: str, url: str) -> Table:
        found = re.search(r"https?://\S+?(?=[);,]?(\s|$))", text)
        url = url or (found.group(0) if found else "")
        bare = re.sub(r"[,(\s]*https?://\S+", "", text).strip(" ,;") or text.split("//")[-1]
        kind = next(kind for kind in self._kinds if re.search(kind["pattern"], text))
        producer, title, date = _citation(bare, reference=text != bare and ", http" in text)
        return {
            "id": slug(bare),
            "producer": kind.get("producer", producer),
            "title": bare if "producer" in kind else title,
            "date": date,
            "kind": kind["kind"],
            "quality": kind["quality"],
            "seen": seen,
            "licence": kind.get("licence", "none" if kind["kind"] == "general knowledge" else FACT_LICENCE),
            "url": url,
            "note": "",
        }


def said(text: str) -> str | None:
    """The last date named in a citation, or None: ``IWPR, about 2004-05`` gives ``2004-05``."""
    found = re.findall(r"(?<![\d/-])((?:19[89]\d|20[01]\d)(?:-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?)?)(?![\d/])", text)
    return found[-1] if found else None


def _citation(text: str, reference: bool) -> tuple[str, str, str]:
    """Producer, title and date of a citation; a `reference` is ordered title, producer, date."""
    parts = re.split(r",\s(?![^(]*\))", text)
    date = said(parts[-1]) or ""
    if parts[-1] == "not looked up":
        return "", text, ""
    if date and len(parts) > 1:
        parts = parts[:-1]
    if len(parts) == 1:
        return "", parts[0], date
    if reference:
        return parts[-1], ", ".join(parts[:-1]), date
    head = next((number for number, part in enumerate(parts) if "&" in part), 0) + 1
    return ", ".join(parts[:head]), ", ".join(parts[head:]) or text, date


# --- claims ----------------------------------------------------------------------------------------------------------


def claim(id_: str, source: str, statement: str, **fields: Any) -> Claim:
    """A claim with every field of the format, in its order."""
    blank: Claim = {
        "id": id_,
        "source": source,
        "locator": "",
        "statement": statement,
        "kind": "status",
        "role": "context",
        "places": [],
        "actors": [],
        "flow": None,
        "holds_from": None,
        "holds_to": None,
        "said": None,
        "quantity": None,
        "cites": None,
        "confidence": "medium",
        "test": None,
        "note": "",
    }
    unknown = set(fields) - set(blank)
    if unknown:
        raise ValueError(f"{id_}: a claim has no field {sorted(unknown)}. Use those of docs/region-format.md.")
    return blank | fields


def regime_claims(table: list[Row], sources: Sources, tables: Table) -> list[Claim]:
    """One claim a row of the table of regimes, followed by its second dates."""
    seconds: dict[str, list[Table]] = {}
    for second in tables["second_claim"]:
        seconds.setdefault(second["id"][:5], []).append(second)
    claims = []
    for number, row in enumerate(table, start=2):
        texts = row["source"].split("; ")
        ids = [sources.id(text, SEEN[row["basis"]]) for text in texts]
        instrument = tables["instrument"][row["instrument"]]
        is_rule = "lever" in instrument and row["id"] not in tables["evidence_only"]
        where = border(row["border"])
        note = [f"Also in: {', '.join(ids[1:])}." if ids[1:] else "", "General knowledge." * (row["basis"] != "seen")]
        claims.append(
            claim(
                row["id"],
                ids[0],
                _regime_sentence(row, instrument["words"]),
                locator=f"regimes.csv, row {number}",
                kind="event" if instrument.get("role") == "event" else "status",
                role="rule" if is_rule or row["id"] in tables["row"] else instrument.get("role", "context"),
                places=[where] if where in BORDERS else where.split("-"),
                actors=where.split("-") if row["imposed_by"] == "both" else [row["imposed_by"]],
                flow="shuttle-trade" if "shuttle-trade" in row["applies_to"] else None,
                holds_from=row["date_from"] or None,
                holds_to=row["date_to"] or None,
                said=said(re.sub(r"https?://\S+", "", texts[0])),
                confidence=row["confidence"],
                note=" ".join(filter(None, note)),
            )
        )
        first = claims[-1]
        note_of_second = {"note": f"Second date or reading beside {row['id']}."}
        claims.extend(first | note_of_second | second for second in seconds.pop(row["id"], []))
    if seconds:
        raise ValueError(f"Second claims without a row: {sorted(seconds)}. Mend compile_rules_essay.toml.")
    return claims


def _regime_sentence(row: Row, words: str) -> str:
    who = {"both": "both sides", "militants": "armed groups", "IMU": "armed groups (IMU)"}.get(
        row["imposed_by"], row["imposed_by"]
    )
    whom = row["applies_to"].replace(";", ", ")
    what = f"{words} by {who}, for {whom}" if words else f"{who}, concerning {whom}"
    place = "" if row["place"].startswith("whole border") else f", at {row['place']}"
    note = row["note"].replace("easing:", "an easing,")
    return f"{border(row['border'])}: {what}{place}. {note[0].upper()}{note[1:]}."


def literature_claims(table: list[Row], sources: Sources) -> list[Claim]:
    """One claim a row of the literature on parameters, PE001 on, in file order."""
    claims = []
    for number, row in enumerate(table, start=1):
        start, end = period(row["period"])
        claims.append(
            claim(
                f"PE{number:03d}",
                sources.id(row["study"], row["what_was_seen"], row["url"]),
                f"{row['parameter'][0].upper()}{row['parameter'][1:]}: {row['central']} {row['unit']}, "
                f"between {row['low']} and {row['high']} ({row['place']}, {row['period']}). {row['note']}",
                locator=f"parameter_evidence.csv, row {number + 1}",
                kind="datum",
                role="prior",
                places=places(row["place"]),
                flow=row["group"] if row["group"] in ("opiates", "cannabis") else None,
                holds_from=start,
                holds_to=end,
                said=said(row["study"]),
                quantity={
                    "value": float(row["central"]),
                    "low": float(row["low"]),
                    "high": float(row["high"]),
                    "unit": row["unit"],
                },
                confidence=row["confidence"],
                note=f"Group: {row['group']}. Studied in: {row['place']}. Seen: {row['what_was_seen']}.",
            )
        )
    return claims


def places(text: str) -> list[str]:
    """The states and borders of the region that a free text names; the five states are the ``region``."""
    found: list[str] = []
    for word in re.findall(r"\bCA5\b|\b[A-Z]{2}(?:-[A-Z]{2})?\b", text):
        pair = border(word)
        names = ["region"] if word == "CA5" else [pair] if pair in BORDERS else pair.split("-")
        found += [name for name in names if name in BORDERS | STATES | {"region"} and name not in found]
    return found


def period(text: str) -> tuple[str | None, str | None]:
    """First and last year of a period such as ``2003-2005`` or ``2002``; None where it is not plain."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text.strip())
    return (found.group(1), found.group(2) or found.group(1)) if found else (None, None)


def conflict_claims(table: list[Row], sources: Sources) -> list[Claim]:
    """One claim a state and year of armed conflict, AC01 on."""
    source = sources.id("UCDP/PRIO Armed Conflict Dataset", "source", "https://ucdp.uu.se/downloads/")
    deaths = {"1": "25 to 999 deaths in battle that year", "2": "1,000 deaths in battle or more that year"}
    claims = []
    for number, row in enumerate(table, start=1):
        level = str(int(float(row["intensity_level"])))
        parties = [GLEDITSCH_WARD[str(int(float(row[side])))] for side in ("gwno_a", "gwno_b") if row[side]]
        claims.append(
            claim(
                f"AC{number:02d}",
                source,
                f"Armed conflict in {row['country']} in {row['year']} over {row['incompatibility']}: {deaths[level]}.",
                locator=f"conflict {int(float(row['conflict_id']))}, {row['year']}",
                places=[row["country"]],
                actors=parties,
                holds_from=row["year"],
                holds_to=row["ep_end_date"] or row["year"],
                quantity={"value": int(level), "low": None, "high": None, "unit": "intensity level"},
                confidence="high",
                note=f"The conflict began on {row['start_date2']}.",
            )
        )
    return claims


# --- series ----------------------------------------------------------------------------------------------------------


def observations(series: list[Row], trade: list[Row], sources: Sources) -> list[Row]:
    """All observations, SR0001 on: the public series, then the bilateral trade derived from partner shares."""
    found: list[Row] = []
    for row in series:
        area = border(row["area"]) if border(row["area"]) in BORDERS else row["area"]
        found.append(
            {
                "series": row["series"],
                "area": {"CA5": "region", "CA": "region"}.get(area, area),
                "date": published_period(row["date"]),
                "value": row["value"],
                "unit": row["unit"],
                "source": sources.id(row["source"], "source"),
                "note": row["note"],
            }
        )
    derived = sources.id(
        "trade between pairs of states, partner share times total, from the CIA World Factbook", "source"
    )
    found.extend(
        {
            "series": "trade_value_derived",
            "area": f"{row['exporter']}>{row['importer']}",
            "date": row["year"],
            "value": row["value_usd"],
            "unit": "USD",
            "source": derived,
            "note": f"{row['share_pct']} % of the total that {row['reporter']} reports for {row['total_year']} "
            f"({row['match']})",
        }
        for row in trade
    )
    return [{"id": f"SR{number:04d}"} | row for number, row in enumerate(found, start=1)]


def published_period(text: str) -> str:
    """A date or a period of the format: ``2003-01..08`` is ``2003-01/2003-08``, ``FY2002`` is ``2001-10/2002-09``."""
    if re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?", text):
        return text
    years = re.findall(r"(?:19|20)\d\d", text)
    if text.startswith("FY"):
        return f"{int(years[0]) - 1}-10/{years[-1]}-09"
    part = re.fullmatch(r"(\d{4})-([QH]\d)", text)
    if part:
        first, last = PARTS_OF_YEAR[part.group(2)]
        return f"{part.group(1)}-{first}/{part.group(1)}-{last}"
    months = re.fullmatch(r"(\d{4}-\d\d(?:-\d\d)?)\.\.(\d\d)", text)
    if months:
        return f"{months.group(1)}/{years[0]}-{months.group(2)}"
    if text.endswith("0s"):
        return f"{years[0]}/{int(years[0]) + 9}"
    return f"{years[0]}/{years[1]}"


# --- the whole -------------------------------------------------------------------------------------------------------


def write_lines(path: Path, claims: list[Claim]) -> None:
    """Write claims, one a line."""
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in claims)
    path.write_text(text, encoding="utf-8")


def write_table(path: Path, table: list[Row]) -> None:
    """Write a CSV table with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def compile_evidence(data: Path, region: Path, tables: Table) -> None:
    """Write the evidence of the region that comes from the public tables."""
    sources = Sources(tables["source_kind"], tables["essay_source"])
    claims = region / "evidence" / "claims"
    write_lines(claims / "regimes.jsonl", regime_claims(rows(data / "regimes.csv"), sources, tables))
    write_lines(claims / "literature.jsonl", literature_claims(rows(data / "parameter_evidence.csv"), sources))
    write_lines(claims / "conflict.jsonl", conflict_claims(rows(data / "armed_conflict_state_years.csv"), sources))
    trade = rows(data / "trade_dyad_derived.csv")
    write_table(region / "evidence" / "series.csv", observations(rows(data / "series.csv"), trade, sources))
    head = "# Sources of the public data. Written by tools/compile_rules.py from the tables it reads.\n\n"
    text = head + toml_tables("source", sources.entries)
    (region / "evidence" / "sources-data.toml").write_text(text, encoding="utf-8")
