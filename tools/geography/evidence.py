"""Claims and sources of the geography: one claim a row of the shared tables, one source a text that they cite."""

from __future__ import annotations

import re
from typing import Any

from geography.crossings import slug
from geography.plan import Row

Claim = dict[str, Any]
UNSEEN = "as cited by the compiler of the shared table"
LENGTH_SOURCES = {
    "factbook_1992_2007_km": ("CIA World Factbook, editions 1992 to 2007, Geography", "1992-2007"),
    "factbook_2008_2014_km": ("CIA World Factbook, editions 2008 to 2014, Geography", "2008-2014"),
    "factbook_2015_2025_km": ("CIA World Factbook, editions 2015 to 2025, Geography", "2015-2025"),
    "ne110m_km": ("Natural Earth 1:110m boundary lines, measured", ""),
    "ne50m_km": ("Natural Earth 1:50m boundary lines, measured", ""),
    "ne10m_km": ("Natural Earth 1:10m boundary lines, measured", ""),
    "osm2020_km": ("OpenStreetMap boundaries of 2020, measured", "2020"),
    "osm2026_km": ("OpenStreetMap boundaries of 2026, measured", "2026"),
}
PRODUCERS = {
    "CIA": "CIA",
    "Natural Earth": "Natural Earth",
    "OpenStreetMap": "OpenStreetMap contributors",
    "CGR": "Electronic queue of Kazakhstan's road posts",
    "KZ customs": "Customs of Kazakhstan",
    "Official Uzbek": "Customs of Uzbekistan",
    "2017 demarcation": "the two states",
    "2022 demarcation": "the two states",
    "news reports": "press",
    "other press": "press",
    "Kulma Pass": "encyclopedia mirror",
    "Hairatan": "encyclopedia mirror",
    "Ymamnazar": "encyclopedia mirror",
}
COMPILER_KNOWLEDGE = "geo-compiler-knowledge"
ENCLAVE_SOURCES = {
    "ne10m": "Natural Earth 1:10m, enclave outlines, measured",
    "osm2020": LENGTH_SOURCES["osm2020_km"][0],
    "osm2026": LENGTH_SOURCES["osm2026_km"][0],
}


class Sources:
    """Collects the sources that claims cite and gives each one id."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = {}

    def add(self, text: str) -> list[str]:
        """Ids of the sources named in one cell, apart from semicolons between them."""
        ids = [self._one(part) for part in re.split(r";\s*(?![^(]*\))", text) if part.strip()]
        return list(dict.fromkeys(ids))

    def _one(self, text: str) -> str:
        text = text.strip()
        if text.startswith(("general knowledge", "verify before use")):
            return COMPILER_KNOWLEDGE
        url = re.search(r"https?://[^\s()]+", text)
        title = re.sub(r"\s*\(?https?://[^\s()]+\)?", "", text).strip()
        identity = "geo-" + "-".join(slug(title).split("-")[:12])
        date = re.search(r"\b(?:19|20)\d{2}(-\d{2}(-\d{2})?)?\b", title)
        factbook = "Factbook" in title
        official = factbook or any(word in title for word in ("mfa.gov", "zakonpravo", "Official", "treaty"))
        measured = "measured" in title
        if self.rows.get(identity, {"title": title})["title"] != title:
            raise ValueError(f"Two sources would be called {identity!r}: {title!r}. Take more words into the id.")
        self.rows[identity] = {
            "id": identity,
            "producer": next(
                (name for start, name in PRODUCERS.items() if title.startswith(start)), re.split(r"[,\s]", title)[0]
            ),
            "title": title,
            "date": date.group() if date else "",
            "kind": "compilation" if measured else "official" if official else "web",
            "quality": "high" if factbook or measured else "medium",
            "seen": "source" if title.startswith("Natural Earth 1:10m") else "quotation",
            "licence": "public domain" if factbook or "Natural Earth" in title else "facts only; nothing copied",
            "url": url.group() if url else "",
            "note": "" if measured else UNSEEN,
        }
        return identity


def claim(identity: str, sources: list[str], locator: str, statement: str, places: list[str], **more: Any) -> Claim:
    """One line of a claims file, with every field of the format; ``more`` overrides the defaults."""
    note = more.pop("note", "")
    if len(sources) > 1:
        note = f"Also cited: {', '.join(sources[1:])}. {note}".strip()
    defaults = {"kind": "datum", "role": "input", "holds_from": None, "holds_to": None, "said": None, "quantity": None}
    head = {"id": identity, "source": sources[0], "locator": locator, "statement": statement}
    rest = {"places": places, "actors": [], "flow": None, "cites": None, "confidence": "medium", "test": None}
    return head | defaults | rest | more | {"note": note}


def length_claims(rows: list[Row], sources: Sources) -> list[Claim]:
    """LN001...: each source's length of each border [km]."""
    claims: list[Claim] = []
    for row in rows:
        border = _border(row["dyad"])
        cells = [(text, date, row[column]) for column, (text, date) in LENGTH_SOURCES.items()]
        cells += [(row["official_other_source"], "", row["official_other_km"])]
        for text, date, cell in cells:
            if not cell:
                continue
            low, high = _range(cell)
            said = f"{low:g}" if cell.replace(".", "").isdigit() else cell.replace('"', "")
            statement = f"The border {border} is {said} km long."
            quantity = {"value": (low + high) / 2, "low": low, "high": high, "unit": "km"} if low != high else {
                "value": low, "low": None, "high": None, "unit": "km"}  # fmt: skip
            used = "used as the border's length" if date == "1992-2007" else "not used: of another time or method"
            claims.append(
                claim(f"LN{len(claims) + 1:03d}", sources.add(text), f"dyad_lengths.csv, {row['dyad']}", statement,
                      [border], quantity=quantity, role="input" if date == "1992-2007" else "context",
                      confidence="high" if "Factbook" in text else "medium", note=used)
            )  # fmt: skip
    return claims


def _range(cell: str) -> tuple[float, float]:
    numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", cell.replace(",", "").split("(")[0])]
    return min(numbers), max(numbers)


def factbook_claims(claims: list[Claim]) -> dict[str, str]:
    """Id of the claim that gives each border the length that is used."""
    return {c["places"][0]: c["id"] for c in claims if c["role"] == "input"}


def enclave_claims(rows: list[Row], sources: Sources) -> list[Claim]:
    """EN01...: each source's area of each enclave [km2]."""
    claims = []
    for i, row in enumerate(rows, start=1):
        text = ENCLAVE_SOURCES.get(row["source"], row["source"].removeprefix("quoted: ").split(" (")[0])
        statement = (
            f"{row['enclave']}, ground of {row['owner']} inside {row['inside']}, measures {row['area_km2']} km2."
        )
        quantity = {"value": float(row["area_km2"]), "low": None, "high": None, "unit": "km2"}
        places = [_border(f"{row['owner']}-{row['inside']}")]
        claims.append(claim(f"EN{i:02d}", sources.add(text), f"enclaves.csv, row {i}", statement, places,
                            quantity=quantity, note="Sources disagree several-fold; the median is used."))  # fmt: skip
    return claims


def status_claims(rows: list[Row], sources: Sources) -> list[Claim]:
    """BS01...: milestones of delimitation and demarcation."""
    claims = []
    for i, row in enumerate(rows, start=1):
        border = _border(row["dyad"])
        known = re.match(r"\d{4}", row["date"])
        extent = f", {row['percent']} % of the line" if row["percent"] else ""
        words = f" ({row['note']})" if row["note"] else ""
        statement = f"{border}, {row['date']}: {row['status']}{extent}{words}."
        quantity = {"value": float(row["percent"]), "low": None, "high": None, "unit": "%"} if row["percent"] else None
        doubtful = "unverified" in row["note"] or "general knowledge" in row["note"] + row["source"]
        claims.append(
            claim(f"BS{i:02d}", sources.add(row["source"]), f"border_status.csv, row {i}", statement, [border],
                  kind="status", holds_from=row["date"] if known else None, quantity=quantity,
                  role="validation" if known and row["date"] >= "2004-07" else "input",
                  confidence="low" if doubtful else "medium",
                  note="" if known else "Older than 1991; the table gives no date.")
        )  # fmt: skip
    return claims


def crossing_claims(rows: list[Row], sources: Sources) -> list[Claim]:
    """BCP001...: the posts of the shared list, with its position, dates and confidence."""
    claims = []
    for row in rows:
        border = _border(row["dyad"])
        a, b = row["dyad"].split("-")
        here = f"at {row['lat']} N, {row['lon']} E" if row["lat"] else "at an unknown position"
        dates = "".join(f"; {word} {row[word]}" for word in ("opened", "closed") if row[word])
        kind = {"none": "pass"}.get(row["mode"], row["mode"])
        statement = (
            f"A {kind} post {row['name_side_a']} ({a}) / {row['name_side_b'] or 'name unknown'} ({b}) lies on "
            f"{border}, {here}; category: {row['category']}{dates}."
        )
        claims.append(
            claim(row["id"], sources.add(row["source"]), f"crossing_points.csv, {row['id']}", statement, [border],
                  kind="status", confidence=row["confidence"].split(" ")[0].replace("none", "low"),
                  note=f"Position: {row['anchor'] or 'none'}. Category and dates are often of later years than 2005.")
        )  # fmt: skip
    return claims


def _border(dyad: str) -> str:
    return "-".join(sorted(dyad.split("-")))


def _own(identity: str, producer: str, title: str, kind: str, quality: str, seen: str, licence: str) -> dict[str, str]:
    return {"id": identity, "producer": producer, "title": title, "date": "", "kind": kind, "quality": quality,
            "seen": seen, "licence": licence, "url": "", "note": ""}  # fmt: skip


OWN_SOURCES = [
    _own("geo-geonames", "GeoNames", "Populated places", "compilation", "high", "source", "CC BY 4.0"),
    _own(
        "geo-crossing-list", "the compiler", "Shared list of 159 crossing points on 18 borders",
        "compilation", "medium", "source", "facts only; anchors GeoNames, CC BY 4.0",
    ),
    _own(
        "geo-road-table", "the compiler", "Shared table of 183 road and rail edges",
        "compilation", "low", "source", "facts only",
    ),
    _own(
        "geo-compiled-roads", "Panj", "Edges added so that every portal can be reached: great circle times circuity",
        "compilation", "low", "source", "Apache-2.0",
    ),
    _own(
        COMPILER_KNOWLEDGE, "the compiler", "General knowledge of the compiler of this geography, not looked up",
        "general knowledge", "low", "general knowledge", "facts only",
    ),
]  # fmt: skip
