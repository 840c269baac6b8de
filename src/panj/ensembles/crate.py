"""The run as a Process Run Crate: what was run, with what, when, and what came out.

Follows RO-Crate 1.1 and the Process Run Crate profile 0.5 (https://w3id.org/ro/wfrun/process/0.5). Who a run
is done ``by`` is its agent, and author and publisher of the crate. Where nobody is named the agent is Panj, a program,
and there is no publisher: nobody is made up to fill what the profile recommends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from panj.basics.words import counted
from panj.basics.writing import write
from panj.ensembles.plan import RunError
from panj.ensembles.store import ARRAYS, Note, read_note

METADATA = "ro-crate-metadata.json"
EXPERIMENTS = "experiments.parquet"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
LICENCE = "https://spdx.org/licenses/Apache-2.0"

FORMATS = {
    ".csv": "text/csv",
    ".toml": "application/toml",
    ".jsonl": "application/jsonl",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
}
"""Media type of the files of a region and of a run, by their endings."""

Entity = dict[str, Any]


def describe(folder: Path) -> None:
    """Describe a finished run, and what lies in its folder now, in ``ro-crate-metadata.json``.

    Raises:
        RunError: There is no run, or it is not finished.
    """
    import zarr

    note = read_note(folder)
    if note is None or note.ended is None:
        raise RunError(f"There is no finished run in {folder}.")
    title = str(zarr.open_group(str(folder / ARRAYS), mode="r").attrs["title"])
    text = json.dumps({"@context": CONTEXT, "@graph": entities(folder, note, title)}, indent=1, ensure_ascii=False)
    write(folder / METADATA, text)


CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]


def entities(folder: Path, note: Note, title: str) -> list[Entity]:
    """All that a crate names, the run first."""
    plan = note.plan
    results = outputs(folder)
    inputs = [
        {
            "@id": f"urn:sha256:{digest}",
            "@type": "File",
            "name": name,
            "sha256": digest,
            "encodingFormat": FORMATS.get(Path(name).suffix, "text/plain"),
            "description": f"{name} of the region {title}, as it was read",
        }
        for name, digest in plan.inputs.items()
    ]
    settings = {name: getattr(plan, name) for name in ("region", "scenario", "members", "batch", "seed")}
    options = [f"--{name} {value}" for name, value in settings.items() if name != "region"]
    options += [f"--cut {link}" for link in plan.cut.split()]
    settings |= {"cut": plan.cut} if plan.cut else {}
    arguments = [
        {"@id": f"#{name}", "@type": "PropertyValue", "name": name, "value": value} for name, value in settings.items()
    ]
    programs = [program(name, version) for name, version in plan.software.items() if name != "panj"]
    panj = {
        "@id": f"pkg:pypi/panj@{plan.software['panj']}",  # it has no page of its own yet
        "@type": "SoftwareApplication",
        "name": "Panj",
        "description": "An open laboratory for border policy",
        "softwareVersion": plan.software["panj"],
        "softwareRequirements": ids(programs),
    }
    named = [{"@id": "#by", "@type": "Organization", "name": note.by}] if note.by else []
    agent = ids(named or [panj])[0]
    return [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"{title}: {plan.scenario}, {counted(plan.members, 'member')}",
            "description": "A run of Panj: every quantity month by month for every member, with what went in.",
            "datePublished": note.ended,
            "license": {"@id": LICENCE},
            "author": agent,
            **({"publisher": agent} if named else {}),
            "conformsTo": {"@id": PROFILE},
            "hasPart": ids([*results, *inputs]),
            "mentions": {"@id": "#run"},
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"panj run {plan.region} {' '.join(options)}",
            "description": f"The months of {title}, {counted(plan.members, 'member')}."
            + ("" if named else " Who gave the command is not recorded."),
            "agent": agent,
            "instrument": {"@id": panj["@id"]},
            "object": ids([*inputs, *arguments]),
            "result": ids(results),
            "startTime": note.started,
            "endTime": note.ended,
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
        panj,
        *named,
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {
            "@id": LICENCE,
            "@type": "CreativeWork",
            "name": "Apache License 2.0",
            "description": "Use, change and pass on, with its notices",
        },
        *results,
        *inputs,
        *arguments,
        *programs,
    ]


def program(name: str, version: str) -> Entity:
    """A program that computes, by the page of its release."""
    page = f"https://pypi.org/project/{name}/{version}/"
    if name == "python":
        page = f"https://www.python.org/downloads/release/python-{version.replace('.', '')}/"
    return {"@id": page, "@type": "SoftwareApplication", "name": name, "url": page, "softwareVersion": version}


def outputs(folder: Path) -> list[Entity]:
    """The results that lie in the folder. The report may be written again, so it goes without a digest."""
    found: list[Entity] = [
        {
            "@id": f"{ARRAYS}/",
            "@type": "Dataset",
            "name": "Trajectories of all members",
            "description": "Zarr v3: the quantities over member, month and labels, each with its unit and meaning",
        },
        {
            "@id": EXPERIMENTS,
            "@type": "File",
            "name": "Parameters and outcomes of every member",
            "encodingFormat": FORMATS[".parquet"],
            "sha256": hashlib.sha256((folder / EXPERIMENTS).read_bytes()).hexdigest(),
        },
    ]
    if (folder / "report.html").exists():
        found.append({"@id": "report.html", "@type": "File", "name": "Report", "encodingFormat": FORMATS[".html"]})
    return found


def ids(named: Iterable[Entity]) -> list[dict[str, str]]:
    """References to entities."""
    return [{"@id": entity["@id"]} for entity in named]
