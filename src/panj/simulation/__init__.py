"""A region's history, month by month: the region as arrays, the order of a month, the clock.

One batch of members at a time; many batches are the business of `ensembles`. Below: `region`, `passage`, `mechanisms`.
What needs JAX is imported when it is first asked for: tables and names (`quantities`, `needed`) are there at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from panj.simulation.quantities import Quantity, quantities

if TYPE_CHECKING:
    from panj.simulation.history import Simulation
    from panj.simulation.layout import world_of
    from panj.simulation.world import World
else:
    _LATER = {"Simulation": "history", "World": "world", "world_of": "layout"}

    def __getattr__(name: str) -> object:
        """Import what needs JAX."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = ["Quantity", "Simulation", "World", "quantities", "world_of"]
