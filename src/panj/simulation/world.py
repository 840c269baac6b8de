"""The world: a region as arrays, ready for the clock.

Axes: ``L`` directed links, two a crossing in the order of the region's table (first a to b, then b to a); ``Q`` those
of posts; ``F`` flows; ``P`` pairs of flow and destination; ``O`` origins; ``S`` sections; ``T`` months; ``M`` members.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from panj.basics.dates import Month
from panj.passage import Network
from panj.region.flows import Flow
from panj.region.geography import Border, Place, State
from panj.simulation.kinds import OPIATES, of_kind

Real = NDArray[np.float32]
Bool = NDArray[np.bool_]


class Traits(NamedTuple):
    """What the model needs to know of some flows; every axis is F.

    Attributes:
        number: Place in the region's table of flows.
        value: USD a unit.
        lot: Units a journey.
        party: People of a journey off the posts.
        per_hour: USD a unit and hour.
        spread: USD a unit.
        kg: Weight of a unit; 0 for people.
        counter: 0 goods vehicles, 1 travellers.
        goods: Travels as a goods vehicle.
        harmful: Is to be kept out.
        declares: May pass declared.
        hides: May pass hidden in declared traffic.
        walks: May pass over the green border.
    """

    number: NDArray[np.int_]
    value: Real
    lot: Real
    party: Real
    per_hour: Real
    spread: Real
    kg: Real
    counter: NDArray[np.int_]
    goods: Bool
    harmful: Bool
    declares: Bool
    hides: Bool
    walks: Bool

    def only(self, which: NDArray[np.int_]) -> Traits:
        """The traits of some of the flows."""
        return Traits(**{name: trait[which] for name, trait in self._asdict().items()})


class Months(NamedTuple):
    """What the files give for each month: all that bears dates, and it alone; every array begins with T.

    Attributes:
        open: Share of the month in which a crossing exists, by link.
        scale: Factor on parameters that a scenario changes at a date.
        rules: Levers by flow and link.
        counters: Of the levers at counters (``check``, ``open``), by kind of counter and link.
        line: Levers on the line, by link.
        rigidity: By flow and link.
        staff: Border guards, section x side [person]; ``equipment`` [USD], ``skill`` 0-1.
        officers: Customs and others at posts, likewise; ``officer_equipment``, ``officer_skill``.
        foreign: Border guards of another state than the side's, of ``staff`` [person].
        delivered: Equipment from programmes: low, central and high figure by programme [USD]; ``training`` [USD].
        exemption: How far residents are exempt from the rules, by border.
        volume: What would set out, pair x origin [unit].
        conditions: What the region takes from outside, by name: alone, by state, by border or by border and side.
        record: Those of them that flows' volumes rest on: as the history has them, whatever a scenario says.
        settled: Share of a border that is delimited by the dated record, by border.
        reported: What results tell of the files as they are: ``rigidity`` by border, ``aid`` by state [USD].
        reacts: 1 once a scenario lets rules, talks and donors answer on their own, 0 before.
    """

    open: Float[Array, "..."]
    scale: dict[str, Float[Array, "..."]]
    rules: dict[str, Float[Array, "..."]]
    counters: dict[str, Float[Array, "..."]]
    line: dict[str, Float[Array, "..."]]
    rigidity: Float[Array, "..."]
    staff: Float[Array, "..."]
    equipment: Float[Array, "..."]
    skill: Float[Array, "..."]
    officers: Float[Array, "..."]
    officer_equipment: Float[Array, "..."]
    officer_skill: Float[Array, "..."]
    foreign: Float[Array, "..."]
    delivered: Float[Array, "..."]
    training: Float[Array, "..."]
    exemption: Float[Array, "..."]
    volume: Float[Array, "..."]
    conditions: dict[str, Float[Array, "..."]]
    record: dict[str, Float[Array, "..."]]
    settled: Float[Array, "..."]
    reported: dict[str, Float[Array, "..."]]
    reacts: Float[Array, "..."]


class Ground(NamedTuple):
    """What programs may read of a region: these tables, which no scenario changes, and no others.

    A field that is not named here stays out of them, so a new one cannot make two programs of one.
    """

    states: dict[str, State]
    places: dict[str, Place]
    borders: dict[str, Border]
    flows: dict[str, Flow]


@dataclass(frozen=True)
class World:
    """A region as arrays.

    Attributes:
        region: Of what it was made, what stands still.
        clock: Its months.
        network: Portals, links and overland costs.
        flows: Traits of all flows.
        heavy: Numbers of the flows that make queues.
        months: What the files give for each month.
        ever_open: L, the largest share of a month in which the crossing exists; ``first_volume``: P x O, of the first.
        post: L, whether the crossing is a post; ``rail``, ``land`` (can be passed beside the post, or is itself green),
            ``into_member`` likewise.
        access: F x L, whether a post of this category lets this kind of traffic through.
        worth: F x L, value of a unit in the state that is left [USD].
        lanes: L, counters side by side.
        other_traffic: K x L, goods vehicles and travellers outside the study, both ways together [1/month].
        post_share: L, share of the counters of its border; 0 for green crossings.
        section_border: S, border of the section.
        section: L, section of the crossing; ``border`` likewise.
        side: 2 x L, which side of the section is left and which entered.
        state: 2 x L, the state that is left and the one entered.
        length: S [km].
        border_states: B x 2, the states of each side; ``border_length``: B [km].
        kin: B, families that live on both sides, 0-1; mean over sections by length.
        member: G, whether a state is simulated in full; ``posts_of_state``: posts at its borders, at least 1.
        most_foreign: B x 2, most foreign guards that the record has on a side [person].
        line_share: S x 2, share of its state's own land borders that a side of a section is, by length.
        drug_mandate: Share of aid by the record that is for drugs before all else.
        places: Names of the draws that say where in their ranges the deliveries of each programme lie.
        budgeted: Programme, 1 where it is of the donor whose budgets are published.
        reach: Programme x S x 2, share of what it delivers that goes there; ``watch``: programme x G, share of its
            equipment that is detectors.
        trained: Share of training in equipment and training by the record.
        terrain: S, name of the terrain.
        pair_flow: Flow of each pair of the network.
        horizon: O x P, most borders that a journey passes.
        factor: Name of the parameter on the volume of each flow.
    """

    region: Ground
    clock: list[Month]
    network: Network
    flows: Traits
    heavy: NDArray[np.int_]
    months: Months
    ever_open: Real
    first_volume: Real
    post: Bool
    rail: Bool
    land: Bool
    into_member: Real
    access: Bool
    worth: Real
    lanes: Real
    other_traffic: Real
    post_share: Real
    section_border: NDArray[np.int_]
    section: NDArray[np.int_]
    border: NDArray[np.int_]
    side: NDArray[np.int_]
    state: NDArray[np.int_]
    length: Real
    border_states: NDArray[np.int_]
    border_length: Real
    kin: Real
    member: Real
    posts_of_state: Real
    most_foreign: Real
    line_share: Real
    drug_mandate: float
    places: tuple[str, ...]
    budgeted: Real
    reach: Real
    watch: Real
    trained: float
    terrain: tuple[str, ...]
    pair_flow: NDArray[np.int_]
    horizon: tuple[tuple[int, ...], ...]
    factor: tuple[str, ...]
    hours_in_month: float = 730.0

    @cached_property
    def posts(self) -> NDArray[np.int_]:
        """Numbers of the links of posts."""
        return np.flatnonzero(self.post)

    @cached_property
    def most_lanes(self) -> int:
        """The largest number of counters at any post."""
        return int(self.lanes.max(initial=1))

    @property
    def luck_shape(self) -> tuple[int, int]:
        """Luck that a member needs: for each month one number a flow for volumes, one a flow for records."""
        return len(self.clock), 2 * len(self.region.flows)

    def still(self) -> World:
        """What stands still: the world without its months.

        A program that holds no more than this as constants serves every scenario that has the same. Whatever bears
        dates belongs in ``Months``: a program is given those, and can read no other of the region's dates.
        """
        nothing: Any = None
        return replace(self, months=nothing)

    def roughness(self, p: dict[str, Float[Array, " M"]]) -> Float[Array, "L M"]:
        """How much slower the green border is than a plain, by link and member; 1 where a terrain has no parameter."""
        plain = jnp.ones_like(p["green_hours"])
        by_section = jnp.stack([p.get(f"terrain_{terrain}", plain) for terrain in self.terrain])
        return by_section[self.section]

    def price(self, p: dict[str, Float[Array, " M"]]) -> Float[Array, "F L M"]:
        """What a unit is worth in the state that is left [USD]: what the files say, for opiates with their doubt."""
        opiates = of_kind(self.region.flows, OPIATES)[:, None, None]
        return jnp.asarray(self.worth)[..., None] * jnp.where(opiates > 0, p["opiate_worth"], 1.0)
