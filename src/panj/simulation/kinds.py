"""Kinds of flows that mechanisms speak of, by the id that a region gives them. A region need not have them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

CONTRABAND = ("contraband",)
SMUGGLED = ("contraband", "shuttle-trade")
DRUGS = ("opiates", "cannabis", "synthetic-drugs")
OPIATES = ("opiates",)
CANNABIS = ("cannabis",)
RADIOACTIVE = ("radioactive",)
DANGEROUS = ("arms", "radioactive")
MILITANTS = ("militants",)
LABOUR = ("labour-migration",)
TRANSIT_MIGRATION = ("transit-migration",)
TRAFFICKING = ("trafficking",)
TRANSIT_FREIGHT = ("transit-freight",)


def of_kind(flows: Iterable[str], kind: tuple[str, ...]) -> NDArray[np.float32]:
    """1 for flows of a kind, 0 for others, F."""
    return np.asarray([flow in kind for flow in flows], np.float32)
