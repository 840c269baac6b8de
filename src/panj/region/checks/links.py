"""Checks of the claims behind links."""

from __future__ import annotations

from collections.abc import Iterator

from panj.basics.faults import Fault, nearest
from panj.mechanisms.links import links as all_links
from panj.region.draft import Draft


def links(draft: Draft) -> Iterator[Fault]:
    """Links of a region are links of the model's list."""
    known = {link.link for link in all_links()}
    for row in draft.links:
        if row.link not in known:
            remedy = f"{nearest(row.link, known)} Links are L01 to L91, R1 to R13 and B1 to B9.".strip()
            yield row.fault(f"{row.link!r} is not a link of the model", remedy)
