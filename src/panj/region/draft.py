"""Reading every file of a region, before anything is checked between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from panj.basics.faults import Fault
from panj.basics.reading import R, Row, Table, Where, join, make, read_csv, read_entries, read_toml, unknown_keys
from panj.evidence import Evidence, read_evidence
from panj.region.aspects import Aspect, Charted, read_aspects
from panj.region.conditions import Condition
from panj.region.flows import Flow, Parameter, Target
from panj.region.geography import Border, Crossing, Geometry, Place, Road, Section, State, Status
from panj.region.guards import Agency, Holding, Strength
from panj.region.links import LinkClaims
from panj.region.maps import read_geometry
from panj.region.regimes import Event, Programme, Rule, Scenario
from panj.region.region import Head
from panj.region.theses import Thesis
from panj.region.volumes import PairVolume


@dataclass(frozen=True)
class Draft:
    """What could be read of a region's files, before anything is checked between them.

    ``head`` is ``None`` where it has faults; ``citable``: ids of evidence that rows may name, sound or not.
    """

    head: Head | None
    states: Table[State]
    places: Table[Place]
    borders: Table[Border]
    sections: Table[Section]
    statuses: Table[Status]
    crossings: Table[Crossing]
    roads: Table[Road]
    agencies: Table[Agency]
    holdings: Table[Holding]
    strength: Table[Strength]
    rules: Table[Rule]
    programmes: Table[Programme]
    events: Table[Event]
    flows: Table[Flow]
    parameters: Table[Parameter]
    targets: Table[Target]
    scenarios: Table[Scenario]
    conditions: Table[Condition]
    links: Table[LinkClaims]
    theses: Table[Thesis]
    charted: Table[Charted]
    aspects: Table[Aspect]
    geometry: Geometry
    evidence: Evidence
    citable: frozenset[str]


def read_draft(folder: Path) -> tuple[Draft, list[Fault]]:
    """Read every file of a region; a file that is broken does not hide the faults of others."""
    faults: list[Fault] = []

    def keep(result: tuple[Any, list[Fault]]) -> Any:
        faults.extend(result[1])
        return result[0]

    head, states = keep(_read_head(folder))
    evidence, evidence_faults = read_evidence(folder / "evidence")
    faults += evidence_faults
    charted, aspects = keep(read_aspects(folder))
    draft = Draft(
        head=head,
        states=states,
        places=keep(read_csv(folder, "places.csv", Place)),
        borders=_either_way(keep(read_csv(folder, "borders.csv", Border))),
        sections=keep(read_csv(folder, "sections.csv", Section)),
        statuses=keep(read_csv(folder, "statuses.csv", Status, key="")),
        crossings=keep(read_csv(folder, "crossings.csv", Crossing)),
        roads=keep(read_csv(folder, "roads.csv", Road, key="")),
        agencies=keep(read_csv(folder, "agencies.csv", Agency)),
        holdings=keep(read_csv(folder, "holdings.csv", Holding, key="")),
        strength=keep(read_csv(folder, "strength.csv", Strength, key="")),
        rules=keep(_read_rules(folder)),
        programmes=keep(_read_list(folder, "programmes.toml", "programme", Programme)),
        events=keep(_read_list(folder, "events.toml", "event", Event)),
        flows=keep(_read_list(folder, "flows.toml", "flow", Flow)),
        parameters=keep(_read_parameters(folder)),
        targets=keep(read_csv(folder, "targets.csv", Target)),
        scenarios=keep(_read_scenarios(folder)),
        conditions=keep(_read_optional(folder, "conditions.csv", Condition, "")),
        links=keep(_read_optional(folder, "links.csv", LinkClaims, "link")),
        theses=keep(_read_theses(folder)),
        charted=charted,
        aspects=aspects,
        geometry=keep(read_geometry(folder)),
        evidence=evidence,
        citable=evidence.citable | _named(evidence_faults),
    )
    return draft, faults


def _either_way(borders: Table[Border]) -> Table[Border]:
    """Borders, of which one that is written the wrong way round is there all the same: that is one fault, not many."""
    turned = {"-".join(sorted(id.split("-"))) for id in borders.ids}
    return replace(borders, ids=borders.ids | turned)


def _named(faults: Iterable[Fault]) -> frozenset[str]:
    """Words in the rows of faults: ids of claims that exist, though something is wrong with them."""
    return frozenset(word for fault in faults for word in re.findall(r"[\w.-]+", fault.row))


def _read_head(folder: Path) -> tuple[tuple[Head | None, Table[State]], list[Fault]]:
    file = "region.toml"
    document, faults = read_toml(folder, file)
    if document is None:
        return (None, Table(whole=False, sound=False)), faults
    states, state_faults = read_entries(file, document, "states", State, key="code")
    if not document.get("states"):
        remedy = "Write a [[states]] with code, name and kind for each state."
        states, state_faults = Table(whole=False, sound=False), [Fault(file, "states", "are missing", remedy)]
    heads: list[Head] = []
    given = {name: value for name, value in document.items() if name != "states"}
    faults += make(heads, Head, given, Where(file, "top"))
    return (heads[0] if heads else None, states), faults + state_faults


def _read_list(folder: Path, file: str, word: str, model: type[R]) -> tuple[Table[R], list[Fault]]:
    """A TOML file that is one list of ``[[word]]``."""
    document, faults = read_toml(folder, file)
    if document is None:
        return Table(whole=False, sound=False), faults
    table, entry_faults = read_entries(file, document, word, model)
    return table, [*unknown_keys(file, document, [word]), *entry_faults]


def _read_rules(folder: Path) -> tuple[Table[Rule], list[Fault]]:
    """All rules of ``regimes/``; an id may stand in one file only."""
    tables, faults = _read_each(folder, "regimes", lambda file: _read_list(folder, file, "rule", Rule))
    return join(tables), faults + _twice(tables)


def _read_each(
    folder: Path, under: str, read: Callable[[str], tuple[Table[Any], list[Fault]]]
) -> tuple[list[Table[Any]], list[Fault]]:
    """Every TOML file of a folder in order of name, or the fault that there is no such folder."""
    if not (folder / under).is_dir():
        fault = Fault(f"{under}/", "folder", "is missing", f"Add the folder {under}/; it may hold no file.")
        return [Table(whole=False, sound=False)], [fault]
    results = [read(f"{under}/{path.name}") for path in sorted((folder / under).glob("*.toml"))]
    return [table for table, _ in results], [fault for _, faults in results for fault in faults]


def _twice(tables: Iterable[Table[Rule]]) -> list[Fault]:
    """Faults of rules whose id stands in an earlier file already."""
    seen: dict[str, Where] = {}
    faults = []
    for table in tables:
        for rule in table:
            if rule.id in seen:
                fault = f"the id {rule.id!r} stands in {seen[rule.id].file} already"
                faults.append(rule.fault(fault, "Give each rule an id of its own."))
            seen[rule.id] = rule.where
    return faults


def _read_parameters(folder: Path) -> tuple[Table[Parameter], list[Fault]]:
    file = "parameters.toml"
    document, faults = read_toml(folder, file)
    if document is None:
        return Table(whole=False, sound=False), faults
    rows: list[Parameter] = []
    for name, entry in document.items():
        where = Where(file, f"[{name}]")
        if isinstance(entry, dict):
            faults += make(rows, Parameter, {**entry, "id": name}, where)
        else:
            faults.append(Fault(*where, "is not a table", f"Write [{name}] with meaning, unit, distribution, ..."))
    return Table(tuple(rows), frozenset(document), sound=not faults), faults


def _read_optional(folder: Path, file: str, model: type[R], key: str) -> tuple[Table[R], list[Fault]]:
    """A table that a region need not have."""
    return read_csv(folder, file, model, key=key) if (folder / file).exists() else (Table(), [])


def _read_theses(folder: Path) -> tuple[Table[Thesis], list[Fault]]:
    """The theses of a region; a region need not have any."""
    file = "theses.toml"
    return _read_list(folder, file, "thesis", Thesis) if (folder / file).exists() else (Table(), [])


def _read_scenarios(folder: Path) -> tuple[Table[Scenario], list[Fault]]:
    tables, faults = _read_each(folder, "scenarios", lambda file: _read_scenario(folder, file))
    return join(tables), faults


def _read_scenario(folder: Path, file: str) -> tuple[Table[Scenario], list[Fault]]:
    """A scenario; its id is the name of its file."""
    document, faults = read_toml(folder, file)
    if document is None:
        return Table(whole=False, sound=False), faults
    lists: dict[str, tuple[str, type[Row]]] = {
        "rule": ("rules", Rule),
        "programme": ("programmes", Programme),
        "event": ("events", Event),
        "condition": ("conditions", Condition),
        "holding": ("holdings", Holding),
        "strength": ("strength", Strength),
        "volume": ("volumes", PairVolume),
    }
    given: dict[str, Any] = {name: value for name, value in document.items() if name not in lists}
    given["id"] = Path(file).stem
    for word, (name, model) in lists.items():
        table, entry_faults = read_entries(file, document, word, model)
        given[name] = table.rows
        faults += entry_faults
    rows: list[Scenario] = []
    faults += make(rows, Scenario, given, Where(file, "top"))
    return Table(tuple(rows), frozenset({given["id"]}), sound=not faults), faults
