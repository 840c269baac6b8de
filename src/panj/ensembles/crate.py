"""The run as a Process Run Crate: what was run, with what, when, and what came out.

Follows RO-Crate 1.1 and the Process Run Crate profile 0.5 (https://w3id.org/ro/wfrun/process/0.5).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from panj.ensembles.store import ARRAYS, Plan

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"


def inputs_of(folder: Path) -> list[Path]:
    """All files of a region, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of all files of a region."""
    whole = hashlib.sha256()
    for path in inputs_of(folder):
        whole.update(path.relative_to(folder).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def write_crate(folder: Path, plan: Plan, region: Path, title: str, started: str, ended: str) -> None:
    """Describe a finished run in its folder."""
    inputs = [
        {
            "@id": f"#region/{path.relative_to(region).as_posix()}",
            "@type": "File",
            "name": path.relative_to(region).as_posix(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "contentSize": path.stat().st_size,
        }
        for path in inputs_of(region)
    ]
    outputs = [
        {
            "@id": ARRAYS + "/",
            "@type": "Dataset",
            "name": "Trajectories of all members",
            "encodingFormat": "application/vnd+zarr",
        },
        {
            "@id": "experiments.parquet",
            "@type": "File",
            "name": "Parameters and scalar outcomes of every member",
            "encodingFormat": "application/vnd.apache.parquet",
        },
        {"@id": "report.html", "@type": "File", "name": "Report", "encodingFormat": "text/html"},
    ]
    arguments = [
        {"@id": f"#argument/{name}", "@type": "PropertyValue", "name": name, "value": value}
        for name, value in asdict(plan).items()
    ]
    graph: list[dict[str, Any]] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": [{"@id": "https://w3id.org/ro/crate/1.1"}],
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"{title}: {plan.scenario}, {plan.members} members",
            "description": "A run of Panj: every quantity month by month for every member, with what went in.",
            "datePublished": ended,
            "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
            "conformsTo": [{"@id": PROFILE}],
            "hasPart": _ids([*outputs, *inputs]),
            "mentions": [{"@id": "#run"}],
        },
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": "https://spdx.org/licenses/Apache-2.0", "@type": "CreativeWork", "name": "Apache License 2.0"},
        {"@id": "#panj", "@type": "SoftwareApplication", "name": "Panj", "version": plan.version},
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"panj run {title}",
            "instrument": {"@id": "#panj"},
            "object": _ids([*inputs, *arguments]),
            "result": _ids(outputs),
            "startTime": started,
            "endTime": ended,
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        },
        *outputs,
        *inputs,
        *arguments,
    ]
    text = json.dumps({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}, indent=1)
    (folder / METADATA).write_text(text, encoding="utf-8")


def _ids(entities: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
