"""What mechanisms feel: causes, the links by which they come, and what a cut link leaves of them.

A *cause* is anything that a mechanism takes from outside itself: what passage did, a dated condition, a stock of
another group, or what another group has found out this month. Before the clock starts, causes as they stand are the
*usual* ones. A link that is cut leaves its mechanism with the cause as it usually was: there is one way of cutting.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float
from numpy.typing import NDArray

from panj.simulation.crossing import Parameters
from panj.simulation.world import Months, World

if TYPE_CHECKING:
    from panj.simulation.society.society import Society

Rows = slice | NDArray[np.int_]

Tree = TypeVar("Tree", Array, tuple[Array, Array, Array])

Causes = Mapping[str, Array]
"""Causes by name; the last axis is the member."""

RELAXING = (
    "integrity_months", "works_months", "pressure_months", "repression_months", "price_months",
    "loyalty_months", "budget_months",
)  # fmt: skip
"""Times in which stocks relax; while the first month is run to settle they are at most `SETTLING_MONTHS`."""

SETTLING_MONTHS = 1.0
"""Longest such time before the clock starts [month]: what is left of a start after the settling is below 1 %."""


@dataclass(frozen=True)
class Felt:
    """Causes as mechanisms feel them.

    Attributes:
        causes: As they are.
        start: As they stood when the clock began; None while only shapes are asked for.
        begun: Whether the clock has begun; before it, what is felt is what is usual.
        links: For every link 1, or 0 where it is cut.
    """

    causes: Causes
    start: Causes | None
    begun: Bool[Array, ""]
    links: Mapping[str, Float[Array, ""]]

    def __call__(self, links: str, cause: str) -> Array:
        """A cause through one or more links, separated by blanks: as it was where any of them is cut."""
        return self.through(links, cause, self.causes[cause])

    def through(self, links: str, cause: str, now: Array) -> Array:
        """The same of a cause that is not known yet; the step that finds it out has to add it by `also`."""
        whole = jnp.stack([self.links[link] for link in links.split()]).min()
        return jnp.where(whole > 0, now, self.usually(cause, now))

    def usual(self, cause: str) -> Array:
        """A cause as it stood when the clock began."""
        return self.usually(cause, self.causes[cause])

    def usually(self, cause: str, now: Array, rows: Rows = slice(None)) -> Array:
        """The same of a cause, or of some of its rows, that is not known yet."""
        return now if self.start is None else jnp.where(self.begun, self.start[cause][rows], now)

    def also(self, more: Causes) -> Felt:
        """With what a group has found out in the month."""
        return replace(self, causes={**self.causes, **more})

    def at_start(self) -> Felt:
        """Everything as it stood when the clock began."""
        return replace(self, causes={name: self.usual(name) for name in self.causes})


class Turn(NamedTuple):
    """A month as a group meets it.

    Attributes:
        world: The region as arrays.
        p: Parameters, one value a member.
        now: What the files give for the month.
        society: All stocks when the month begins.
        felt: Causes, of groups whose turn was earlier too.
    """

    world: World
    p: Parameters
    now: Months
    society: Society
    felt: Felt

    def filled(self, mechanism: Callable[..., Any], **causes: Any) -> Any:
        """Call a mechanism with its causes; parameters are those of the same name."""
        return filled(mechanism, self.p, **causes)


def filled(mechanism: Callable[..., Any], p: Parameters, **causes: Any) -> Any:
    """Call a mechanism with its causes; parameters are those of the same name."""
    wanted = inspect.signature(mechanism).parameters
    return mechanism(**causes, **{name: p[name] for name in wanted if name not in causes})


def settling(p: Parameters, begun: Bool[Array, ""]) -> Parameters:
    """Parameters by which stocks find their rest before the clock starts; the same ones once it has."""
    return p | {name: jnp.where(begun, p[name], jnp.minimum(p[name], SETTLING_MONTHS)) for name in RELAXING}


def at_rest(step: Callable[[Tree], Tree], stock: Tree, begun: Bool[Array, ""]) -> Tree:
    """Stocks that add up month by month: as they are once the clock has begun, at their balance before that."""
    settled: Tree = lax.cond(begun, lambda x: x, lambda x: lax.fori_loop(0, 240, lambda _, y: step(y), x), stock)
    return settled
