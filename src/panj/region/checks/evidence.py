"""What evidence says of the region exists there; sources that rows name exist in the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from panj.basics.faults import Fault, nearest
from panj.region.checks.references import refer, unknown
from panj.region.draft import Draft

_CODE = re.compile(r"[A-Z]{2}(-[A-Z]{2})?")


def evidence(draft: Draft) -> Iterator[Fault]:
    """Claims are of states, borders and flows of the region; a small-letter place may be one that it does not draw."""
    for claim in draft.evidence.claims.values():
        codes = [place for place in claim.places if _CODE.fullmatch(place)]
        yield from refer(claim, "places", codes, draft.states, draft.borders)
        if claim.flow and claim.flow not in draft.flows:
            yield unknown(claim, "flow", claim.flow, draft.flows.ids)


def sources(draft: Draft) -> Iterator[Fault]:
    """Sources that places, crossings and roads name are in the evidence."""
    rows: list[Any] = [*draft.places, *draft.crossings, *draft.roads]
    known = frozenset(draft.evidence.sources) | draft.citable
    for row in rows:
        if draft.evidence.whole and row.source and row.source not in known:
            remedy = f"{nearest(row.source, draft.evidence.sources)} Add it to evidence/sources.toml.".strip()
            yield row.fault(f"source {row.source!r} is not in evidence/", remedy)
