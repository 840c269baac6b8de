"""The claims of a region that stand behind each causal link of the model."""

from __future__ import annotations

from pydantic import Field

from panj.basics.reading import Ids, Row, Text


class LinkClaims(Row):
    """Which claims say that a link holds. What the link is, says ``mechanisms/links.csv``."""

    link: Text
    claims: Ids = Field(min_length=1)
