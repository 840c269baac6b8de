"""A region as a folder of plain tables: opening, checking, showing, starting one.

No mathematics and no JAX; arrays are made of a region in `simulation`. Below: `evidence`.
"""

from panj.region.flows import Flow, Pair, Parameter, Route, Target, Volume
from panj.region.geography import Border, Crossing, Geometry, Place, Road, Section, State, Status
from panj.region.guards import Agency, Holding, Strength
from panj.region.opening import find_region, open_region, read_region, shipped
from panj.region.regimes import Delivery, Event, Programme, Rule, Scenario
from panj.region.region import Factor, Pivot, Region, RegionError

__all__ = [
    "Agency",
    "Border",
    "Crossing",
    "Delivery",
    "Event",
    "Factor",
    "Flow",
    "Geometry",
    "Holding",
    "Pair",
    "Parameter",
    "Pivot",
    "Place",
    "Programme",
    "Region",
    "RegionError",
    "Road",
    "Route",
    "Rule",
    "Scenario",
    "Section",
    "State",
    "Status",
    "Strength",
    "Target",
    "Volume",
    "find_region",
    "open_region",
    "read_region",
    "shipped",
]
