"""A region as a folder of plain tables: opening, checking, showing, starting one.

No mathematics and no JAX; arrays are made of a region in `simulation`. Below: `evidence`.
"""

from panj.region.accounts import (
    Account,
    BorderOn,
    Line,
    Topic,
    account_of,
    agency_on,
    border_on,
    crossing_on,
    event_on,
    flow_on,
    parameter_on,
    place_on,
    programme_on,
    rule_on,
    scenario_on,
    section_on,
    state_on,
    target_on,
)
from panj.region.accounts.stocks import Stock, stocks
from panj.region.aspects import SETTLED, Aspect, BeforeAfter, Measure, read_before_after
from panj.region.checks.quantities import strangers
from panj.region.conditions import CONDITIONS, Condition
from panj.region.flows import Flow, Pair, Parameter, Route, Target
from panj.region.geography import Border, Crossing, Geometry, Place, Road, Section, State, Status
from panj.region.guards import Agency, Holding, Strength
from panj.region.opening import find_region, name_of, open_region, read_region, shipped
from panj.region.regimes import Delivery, Event, Programme, Rule, Scenario
from panj.region.region import Factor, Pivot, Region, RegionError
from panj.region.standing import (
    delimited_share,
    events_near,
    holders,
    is_settled,
    open_sections,
    posts_open,
    programmes_active,
    rules_in_force,
    sections_of,
    status_of,
)
from panj.region.theses import Thesis, Trial
from panj.region.uses import Use, uses
from panj.region.volumes import PairVolume, Volume

__all__ = [
    "CONDITIONS",
    "SETTLED",
    "Account",
    "Agency",
    "Aspect",
    "BeforeAfter",
    "Border",
    "BorderOn",
    "Condition",
    "Crossing",
    "Delivery",
    "Event",
    "Factor",
    "Flow",
    "Geometry",
    "Holding",
    "Line",
    "Measure",
    "Pair",
    "PairVolume",
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
    "Stock",
    "Strength",
    "Target",
    "Thesis",
    "Topic",
    "Trial",
    "Use",
    "Volume",
    "account_of",
    "agency_on",
    "border_on",
    "crossing_on",
    "delimited_share",
    "event_on",
    "events_near",
    "find_region",
    "flow_on",
    "holders",
    "is_settled",
    "name_of",
    "open_region",
    "open_sections",
    "parameter_on",
    "place_on",
    "posts_open",
    "programme_on",
    "programmes_active",
    "read_before_after",
    "read_region",
    "rule_on",
    "rules_in_force",
    "scenario_on",
    "section_on",
    "sections_of",
    "shipped",
    "state_on",
    "status_of",
    "stocks",
    "strangers",
    "target_on",
    "uses",
]
