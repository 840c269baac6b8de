"""The monthly equilibrium of passage over portals, groups and links.

Knows arrays only, no borders and no flows: any network can be given to it. What a link costs is told by the caller.
Begin with `passage`, or combine `assign` (or `unroll`, `look` and `send`) and `equilibrium` into a loop of your own.
"""

from panj.passage.equilibrium import BALANCE, Equilibrium, equilibrium
from panj.passage.faults import NetworkError
from panj.passage.loading import (
    Assignment,
    Loading,
    Outlook,
    Scale,
    assign,
    expected_cost,
    look,
    scale,
    send,
    traffic,
    traffic_of_rows,
    traffic_over,
)
from panj.passage.network import Link, Network, Traffic
from panj.passage.radius import radius
from panj.passage.routes import route_shares
from panj.passage.solve import Passage, passage
from panj.passage.unrolled import Unrolled, unroll

__all__ = [
    "BALANCE",
    "Assignment",
    "Equilibrium",
    "Link",
    "Loading",
    "Network",
    "NetworkError",
    "Outlook",
    "Passage",
    "Scale",
    "Traffic",
    "Unrolled",
    "assign",
    "equilibrium",
    "expected_cost",
    "look",
    "passage",
    "radius",
    "route_shares",
    "scale",
    "send",
    "traffic",
    "traffic_of_rows",
    "traffic_over",
    "unroll",
]
