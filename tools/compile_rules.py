"""Compile the public tables on rules of passage into a region's evidence and dated rules.

Run as ``python tools/compile_rules.py PATH_TO_DATA REGION_FOLDER``. It reads the tables ``regimes.csv``,
``parameter_evidence.csv``, ``series.csv``, ``trade_dyad_derived.csv``, ``armed_conflict_state_years.csv`` and writes
``evidence/claims/{regimes,literature,conflict}.jsonl``, ``evidence/series.csv``, ``evidence/sources-data.toml`` and
``regimes/*.toml``. The same input gives the same files to the byte. What a person decided stands beside this file:
``compile_rules.toml`` (sources, instruments, rows that stay evidence), ``compile_rules_rows.toml`` (how a row is read)
and ``compile_rules_essay.toml`` (rules that the essay alone gives, and second dates).
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from compile_evidence import Row, Table, border, compile_evidence, rows, toml_tables

READING = "First reading of the source by the compiler of the data."
ONE_PLACE = "Holds at one place among many there: times {share}, its assumed share."
KEYS_OF_A_READING = frozenset(
    "title border lever direction applies_to from to value unit also assumed at share".split()  # noqa: SIM905
)


def read_tables(folder: Path) -> Table:
    """The decisions of a person: all tables beside this file, as one."""
    tables: Table = {}
    for path in sorted(folder.glob("compile_rules*.toml")):
        tables |= tomllib.loads(path.read_text(encoding="utf-8"))
    return tables


def reason_to_stay(row: Row, tables: Table) -> str | None:
    """Why a row is evidence only, or None where it becomes rules."""
    if row["id"] in tables["row"]:
        return None
    reason = tables["evidence_only"].get(row["id"]) or tables["instrument"][row["instrument"]].get("evidence_only")
    return str(reason) if reason else None


def rules_of(row: Row, tables: Table) -> list[Table]:
    """The dated rules that a row becomes; none where it stays evidence.

    Raises:
        ValueError: A reading of the row has a key that no reading has.
    """
    if reason_to_stay(row, tables):
        return []
    readings = tables["row"].get(row["id"], {})
    rules: dict[str, Table] = {}
    for reading in readings if isinstance(readings, list) else [readings]:
        rule = _rule(row, reading, tables)
        if rule["id"] in rules:
            rule["id"] += "-b"
        rules[rule["id"]] = rule
    return list(rules.values())


def _rule(row: Row, reading: Table, tables: Table) -> Table:
    unknown = set(reading) - KEYS_OF_A_READING
    if unknown:
        raise ValueError(f"{row['id']}: a reading has no key {sorted(unknown)}. Use {sorted(KEYS_OF_A_READING)}.")
    usual = tables["instrument"][row["instrument"]]
    lever = reading.get("lever", usual.get("lever"))
    where = reading.get("border", border(row["border"]))
    direction = reading.get("direction", usual.get("direction", "both"))
    start = reading.get("from", row["date_from"])
    end = reading.get("to", row["date_to"])
    share = reading.get("share", 1.0)
    one_place = ONE_PLACE.format(share=share) if share < 1 else ""
    why = ["" if "value" in reading else READING, reading.get("assumed", ""), one_place]
    return {
        "id": "-".join([where.lower(), lever, *["exit"] * (direction == "out"), start[:4], row["id"].lower()]),
        "title": reading.get("title", _title(row, usual["words"])),
        "border": where,
        "lever": lever,
        "imposed_by": row["imposed_by"],
        "direction": direction,
        "applies_to": reading.get("applies_to", _classes(row["applies_to"], lever, tables)),
        "scope": reading.get("at", []),
        "from": start,
        "to": "" if end == "open" else end,
        "value": round(reading.get("value", float(row["strength"])) * share, 4),
        "unit": reading.get("unit", "strength"),
        "claims": [row["id"], *reading.get("also", [])],
        "assumed": " ".join(filter(None, why)),
        "note": f"Place: {row['place']}. In the table: {row['instrument']}, {row['applies_to'].replace(';', ', ')}.",
    }


def _title(row: Row, words: str) -> str:
    whom = row["applies_to"].replace(";", ", ")
    return words[:1].upper() + words[1:] + ("" if whom == "all" else f" for {whom}")


def _classes(text: str, lever: str, tables: Table) -> list[str]:
    """The classes of travellers that a free text names; who crosses at all is wider than who needs papers."""
    found: list[str] = []
    for word in map(str.strip, text.split(";")):
        local = word.startswith("citizens of") and not word.endswith("transit")
        found += tables["classes"]["persons"] if local else tables["classes"][word]
        broad = tables["broad"].get(word, {"levers": ()})
        if lever in broad["levers"]:
            found += broad["also"]
    return list(dict.fromkeys(found))


def compile_rules(data: Path, region: Path, tables: Table) -> None:
    """Write one file of rules a border, and say which rows stay evidence and why."""
    table = rows(data / "regimes.csv")
    rules = [rule for row in table for rule in rules_of(row, tables)]
    rules += [_essay_rule(rule) for rule in tables["essay_rule"]]
    rules.sort(key=lambda rule: (rule["border"], rule["from"], rule["id"]))
    folder = region / "regimes"
    for where in sorted({rule["border"] for rule in rules}):
        head = f"# Rules of passage on {where}. Written by tools/compile_rules.py from its tables.\n\n"
        those = toml_tables("rule", [rule for rule in rules if rule["border"] == where])
        (folder / f"{where.lower()}.toml").write_text(head + those, encoding="utf-8")
    kept: dict[str, list[str]] = {}
    for row in table:
        reason = reason_to_stay(row, tables)
        if reason:
            kept.setdefault(reason, []).append(row["id"])
    print(f"{len(rules)} rules. Evidence only:")
    for reason, ids in sorted(kept.items()):
        print(f"  {reason}: {', '.join(ids)}")


def _essay_rule(rule: Table) -> Table:
    """A rule of the essay with every key of the format, in its order."""
    blank = {"scope": [], "to": "", "unit": "strength", "note": "From the essay alone."}
    keys = [
        "id",
        "title",
        "border",
        "lever",
        "imposed_by",
        "direction",
        "applies_to",
        "scope",
        "from",
        "to",
        "value",
        "unit",
        "claims",
        "assumed",
        "note",
    ]
    return {key: rule.get(key, blank.get(key, "")) for key in keys}


def main(data: Path, region: Path) -> None:
    """Compile everything."""
    tables = read_tables(Path(__file__).parent)
    compile_evidence(data, region, tables)
    compile_rules(data, region, tables)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
