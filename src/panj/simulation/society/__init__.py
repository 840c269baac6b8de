"""Society: how institutions, markets, donors and militants answer to passage, one module a group.

The order of the groups is written once, in `society.ORDER`; how causes are felt, and cut, in `felt`. The mathematics
of each answer is in `panj.mechanisms`; here is which cause reaches which argument, by which link.
"""

from panj.simulation.society.appetite import appetite, moved_by
from panj.simulation.society.causes import causes_of, observed
from panj.simulation.society.felt import Causes, Felt, Turn, settling
from panj.simulation.society.society import Society, begin, reported, respond

__all__ = [
    "Causes",
    "Felt",
    "Society",
    "Turn",
    "appetite",
    "begin",
    "causes_of",
    "moved_by",
    "observed",
    "reported",
    "respond",
    "settling",
]
