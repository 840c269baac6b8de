"""The monthly equilibrium of passage over portals, groups and links.

Knows arrays only, no borders and no flows: any network can be given to it. What a link costs is told by the caller.
"""

from panj.passage.loading import Assignment, assign, expected_cost, radius
from panj.passage.network import Link, Network, NetworkError, Traffic

__all__ = ["Assignment", "Link", "Network", "NetworkError", "Traffic", "assign", "expected_cost", "radius"]
