"""A region's history, month by month: the region as arrays, the order of a month, the clock.

One batch of members at a time; many batches are the business of `ensembles`. Below: `region`, `passage`, `mechanisms`.
"""

from panj.simulation.history import Simulation
from panj.simulation.quantities import Quantity, quantities
from panj.simulation.world import World, world_of

__all__ = ["Quantity", "Simulation", "World", "quantities", "world_of"]
