"""Which links can be of use to whom: the part of the network that each pair needs. Knows no costs.

A *bundle* is all links from one group to another. A pair needs a bundle if one of its journeys can be about to use it
and still reach its destination within the horizon; nothing else is ever computed. Links after which a journey may go
on, and links that it may use after others, stand together, so that one matrix leads from the ones to the others. Pairs
that need about as much are a *team*: their matrices are padded to one size and multiplied together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int_]

Bundle = tuple[int, int]
"""Group that is left, group that is entered."""

Horizon = int | tuple[tuple[int, ...], ...]
"""Most links that a journey may use: one number, or one for each origin (rows) and pair (columns)."""

LINK = 60
"""What one more link of one pair costs in a stage, in multiplications a column (measured: its memory)."""

TEAM = 320_000
"""What one more team costs in a stage, in multiplications, all columns together (measured: dispatch, compiling)."""

COLUMNS = 32
"""Columns that cost no more to dispatch than fewer: with more, arrays leave the fast memory."""


@dataclass(frozen=True)
class Topology:
    """What of a network decides which links are of use.

    Attributes:
        links: Number of links of each bundle, sorted by bundle.
        back: Bundles after which some journey may go straight back.
        origins: Group of each origin.
        destinations: Group of the destination of each pair.
        ways: Bundles that each pair may use; None: all.
        begins: Origins, by number, at which journeys of each pair may begin; None: all.
    """

    links: tuple[tuple[Bundle, int], ...]
    back: frozenset[Bundle]
    origins: tuple[int, ...]
    destinations: tuple[int, ...]
    ways: tuple[frozenset[Bundle] | None, ...]
    begins: tuple[frozenset[int] | None, ...]

    @cached_property
    def bundles(self) -> tuple[Bundle, ...]:
        """Every bundle, sorted."""
        return tuple(bundle for bundle, _ in self.links)

    @cached_property
    def size(self) -> Mapping[Bundle, int]:
        """Number of links of each bundle."""
        return dict(self.links)

    @cached_property
    def of_link(self) -> Numbers:
        """Number of the bundle of each link, in the departing order."""
        return np.repeat(np.arange(len(self.links)), [count for _, count in self.links])

    @cached_property
    def tail(self) -> Numbers:
        """Group that each bundle leaves."""
        return np.asarray([left for left, _ in self.bundles], int)

    @cached_property
    def head(self) -> Numbers:
        """Group that each bundle enters."""
        return np.asarray([entered for _, entered in self.bundles], int)

    def rows(self, bundles: Iterable[Bundle]) -> int:
        """Number of links of some bundles together."""
        return sum(self.size[bundle] for bundle in bundles)

    def follows(self, bundle: Bundle, after: Bundle) -> bool:
        """Whether one may go on over a bundle after another."""
        return after[1] == bundle[0] and (after[0] != bundle[1] or after in self.back)

    def origins_of(self, pair: int) -> tuple[int, ...]:
        """Numbers of the origins at which journeys of a pair may begin."""
        begins = self.begins[pair]
        return tuple(range(len(self.origins))) if begins is None else tuple(sorted(begins))

    def only(self, pairs: Sequence[int]) -> Topology:
        """The same with some of the pairs."""
        return Topology(
            self.links,
            self.back,
            self.origins,
            tuple(self.destinations[pair] for pair in pairs),
            tuple(self.ways[pair] for pair in pairs),
            tuple(self.begins[pair] for pair in pairs),
        )


@dataclass(frozen=True)
class Course:
    """The bundles that a pair needs.

    Attributes:
        first: Used at the beginning of journeys that go on; ``middle``: used after others, and journeys may go on;
            ``last``: the rest.
        stages: Most links that a journey uses.
    """

    first: tuple[Bundle, ...]
    middle: tuple[Bundle, ...]
    last: tuple[Bundle, ...]
    stages: int


@dataclass(frozen=True)
class Team:
    """Pairs that are computed together.

    Attributes:
        pairs: Their numbers; ``courses``: what each needs.
        sizes: Places for links of each kind (first, middle, last): as many as the pair with most of them needs.
        stages: Most links that a journey uses.
    """

    pairs: tuple[int, ...]
    courses: tuple[Course, ...]
    sizes: tuple[int, int, int]
    stages: int

    @property
    def leading(self) -> slice:
        """Places of the links after which a journey may go on."""
        return slice(0, self.sizes[0] + self.sizes[1])

    @property
    def following(self) -> slice:
        """Places of the links that a journey may use after others."""
        return slice(self.sizes[0], sum(self.sizes))

    @property
    def multiplications(self) -> int:
        """Multiplications of one sweep over the stages, a member, in matrix products."""
        first, middle, last = self.sizes
        return len(self.pairs) * (self.stages - 1) * (first + middle) * (middle + last)

    def work(self, members: int) -> float:
        """What one sweep costs, in multiplications a member, if so many members are loaded at once."""
        links = LINK * len(self.pairs) * sum(self.sizes)
        return self.multiplications + self.stages * (a_column(TEAM, members) + links)


def horizon_of(horizon: Horizon, origin: int, pair: int) -> int:
    """Most links for an origin and a pair."""
    return horizon if isinstance(horizon, int) else horizon[origin][pair]


def a_column(cost: int, members: int) -> float:
    """What a cost that all columns share comes to for each."""
    return cost / min(members, COLUMNS)


@cache
def teams_of(topology: Topology, horizon: Horizon, members: int) -> tuple[Team, ...]:
    """Put the pairs of a network into teams: two of them together wherever that is less work.

    Args:
        topology: Of the network.
        horizon: Most links that a journey may use.
        members: How many are loaded at once: the fewer, the fewer teams.
    """
    courses = [_course(topology, horizon, pair) for pair in range(len(topology.destinations))]
    teams = [_team(topology, pair, course) for pair, course in enumerate(courses)]
    both = {(a, b): _together(a, b) for a, b in combinations(teams, 2)}
    while both:
        (a, b), team = max(
            both.items(), key=lambda two: two[0][0].work(members) + two[0][1].work(members) - two[1].work(members)
        )
        if a.work(members) + b.work(members) <= team.work(members):
            break
        both = {those: one for those, one in both.items() if not {a, b} & set(those)}
        teams = [one for one in teams if one not in (a, b)]
        both |= {(one, team): _together(one, team) for one in teams}
        teams.append(team)
    return tuple(teams)


def _team(topology: Topology, pair: int, course: Course) -> Team:
    first, middle, last = (topology.rows(kind) for kind in (course.first, course.middle, course.last))
    return Team((pair,), (course,), (first, middle, last), course.stages)


def _together(one: Team, other: Team) -> Team:
    """Two teams as one."""
    pairs, courses = zip(*sorted(zip(one.pairs + other.pairs, one.courses + other.courses, strict=True)), strict=True)
    first, middle, last = (max(sizes) for sizes in zip(one.sizes, other.sizes, strict=True))
    return Team(pairs, courses, (first, middle, last), max(one.stages, other.stages))


def _course(topology: Topology, horizon: Horizon, pair: int) -> Course:
    """What a pair needs, from the bundles that it can use when so many links are left."""
    begins = [(horizon_of(horizon, origin, pair), topology.origins[origin]) for origin in topology.origins_of(pair)]
    top = max((links for links, _ in begins), default=1)
    ways = topology.ways[pair]
    open_ = [bundle for bundle in topology.bundles if ways is None or bundle in ways]
    last = frozenset(bundle for bundle in open_ if bundle[1] == topology.destinations[pair])
    reaching: list[frozenset[Bundle]] = [frozenset(), last]  # by links left, this one included
    for _ in range(top - 1):
        reaching.append(last | {b for b in open_ if any(topology.follows(c, b) for c in reaching[-1])})
    used: set[Bundle] = set()
    leading: set[Bundle] = set()
    following: set[Bundle] = set()
    before: frozenset[Bundle] = frozenset()
    for left in range(top, 0, -1):
        starts = {group for links, group in begins if links == left}
        after = {b: [a for a in before if topology.follows(b, a)] for b in reaching[left]}
        now = frozenset(b for b in reaching[left] if b[0] in starts or after[b])
        used |= now
        following |= {b for b in now if after[b]}
        leading |= {a for b in now for a in after[b]}
        before = now
    return Course(
        first=tuple(sorted(leading - following)),
        middle=tuple(sorted(leading & following)),
        last=tuple(sorted(used - leading)),
        stages=top,
    )
