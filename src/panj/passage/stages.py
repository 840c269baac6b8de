"""Which links can be of use when: journeys unrolled over the links that they may still use. Knows no costs.

A *bundle* is all links from one group to another. A *stage* is told by the links that a journey may still use, the next
one included. A bundle belongs to a stage if a journey can be about to use it there and can still reach its
destination afterwards; nothing else is ever computed. Pairs that need much the same stages are a *team*: their matrix
products run side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

Bundle = tuple[int, int]
"""Group that is left, group that is entered."""

Horizon = int | tuple[tuple[int, ...], ...]
"""Most links that a journey may use: one number, or one for each origin (rows) and pair (columns)."""

PRODUCT = 3000
"""What one more matrix product costs, in multiplications a column (measured: its dispatch, at some 64 columns)."""


@dataclass(frozen=True)
class Topology:
    """What of a network decides which stages there are.

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

    def rows(self, bundles: Iterable[Bundle]) -> int:
        """Number of links of some bundles together."""
        return sum(self.size[bundle] for bundle in bundles)

    def follows(self, bundle: Bundle, after: Bundle) -> bool:
        """Whether one may go on over a bundle after another."""
        return after[1] == bundle[0] and (after[0] != bundle[1] or after in self.back)

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


Piece = tuple[int | None, int, int]
"""Rows of an array: the group to which it belongs (None: rows of nothing), first row, row after the last."""


@dataclass(frozen=True)
class Turn:
    """The ways through one group from one stage to the next.

    Attributes:
        group: The group.
        arriving: Bundles of the stage by which it is entered, sorted.
        departing: Bundles of the next stage by which it is left, sorted.
        rows: Where the arriving links stand in the parts of the stage.
        columns: Where the departing links stand in the part of the next stage.
    """

    group: int
    arriving: tuple[Bundle, ...]
    departing: tuple[Bundle, ...]
    rows: tuple[Piece, ...]
    columns: tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """The links of a stage that leave one group.

    Attributes:
        group: The group.
        bundles: Its bundles, sorted; their links stand in this order.
        links: Where they stand among the links of the team that leave the group.
        gaps: Where all links of the team that leave the group stand among these; empty if these are all.
        onward: Where the ways on after them stand: rows of the turns through the groups that they enter.
        reached: Where those who reach them stand: columns of the turn of the stage before.
        begins: Whether journeys may begin here.
        ends: Whether some of its links lead to a destination.
    """

    group: int
    bundles: tuple[Bundle, ...]
    links: tuple[Piece, ...]
    gaps: tuple[Piece, ...]
    onward: tuple[Piece, ...]
    reached: tuple[Piece, ...]
    begins: bool
    ends: bool


@dataclass(frozen=True)
class Stage:
    """A stage of a team: links that may still be used, the links that may be used now, and how they lead on."""

    left: int
    parts: tuple[Part, ...]
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Team:
    """Pairs that are computed side by side.

    Attributes:
        pairs: Their numbers.
        destinations: Their groups of destination.
        bundles: Every bundle that some stage uses, sorted: the order of the team's links.
        groups: Groups that are left, each with its first link and the one after its last in that order.
        stages: From the most links left to one.
    """

    pairs: tuple[int, ...]
    destinations: frozenset[int]
    bundles: tuple[Bundle, ...]
    groups: tuple[tuple[int, tuple[int, int]], ...]
    stages: tuple[Stage, ...]

    def multiplications(self, topology: Topology) -> int:
        """Multiplications of one sweep over the stages, a member, in the products of all turns."""
        turns = [turn for stage in self.stages for turn in stage.turns]
        return len(self.pairs) * sum(topology.rows(t.arriving) * topology.rows(t.departing) for t in turns)


def horizon_of(horizon: Horizon, origin: int, pair: int) -> int:
    """Most links for an origin and a pair."""
    return horizon if isinstance(horizon, int) else horizon[origin][pair]


@cache
def teams_of(topology: Topology, horizon: Horizon) -> tuple[Team, ...]:
    """Unroll a network and put its pairs into teams: first by destination, then together where that is less work."""
    needs = [_needs(topology, horizon, pair) for pair in range(len(topology.destinations))]
    by_destination: dict[int, list[int]] = {}
    for pair, group in enumerate(topology.destinations):
        by_destination.setdefault(group, []).append(pair)
    teams = [_team(topology, needs, pairs) for pairs in by_destination.values()]
    while len(teams) > 1:
        saved, a, b, both = max(
            (
                (_work(topology, a) + _work(topology, b) - _work(topology, both), i, j, both)
                for i, a in enumerate(teams)
                for j, b in enumerate(teams[:i])
                for both in [_team(topology, needs, sorted(a.pairs + b.pairs))]
            ),
            key=lambda choice: choice[:3],
        )
        if saved <= 0:
            break
        teams = [*(team for i, team in enumerate(teams) if i not in (a, b)), both]
    return tuple(teams)


@dataclass(frozen=True)
class _Needs:
    """By links left: bundles that a pair can use, and groups where its journeys begin."""

    bundles: tuple[frozenset[Bundle], ...]
    entries: tuple[frozenset[int], ...]


def _needs(topology: Topology, horizon: Horizon, pair: int) -> _Needs:
    begins = topology.begins[pair]
    most = [
        (horizon_of(horizon, origin, pair), group)
        for origin, group in enumerate(topology.origins)
        if begins is None or origin in begins
    ]
    top = max((links for links, _ in most), default=0)
    ways = topology.ways[pair]
    open_ = [bundle for bundle, _ in topology.links if ways is None or bundle in ways]
    last = frozenset(bundle for bundle in open_ if bundle[1] == topology.destinations[pair])
    ends: list[frozenset[Bundle]] = [frozenset(), last]
    for _ in range(top - 1):
        ends.append(last | {b for b in open_ if any(topology.follows(c, b) for c in ends[-1])})
    entries = [frozenset(group for links, group in most if links == left) for left in range(top + 1)]
    used: list[frozenset[Bundle]] = [frozenset()] * (top + 2)
    for left in range(top, 0, -1):
        used[left] = frozenset(
            b for b in ends[left] if b[0] in entries[left] or any(topology.follows(b, a) for a in used[left + 1])
        )
    return _Needs(tuple(used[: top + 1]), tuple(entries))


def _team(topology: Topology, needs: Sequence[_Needs], pairs: Iterable[int]) -> Team:
    pairs = tuple(pairs)
    top = max(len(needs[pair].bundles) for pair in pairs)
    used: list[set[Bundle]] = [set() for _ in range(top)]
    entries: list[set[int]] = [set() for _ in range(top + 1)]
    for pair in pairs:
        for left, (bundles, groups) in enumerate(zip(needs[pair].bundles, needs[pair].entries, strict=True)):
            used[left] |= bundles
            entries[left] |= groups
    order = sorted(set().union(*used))
    destinations = frozenset(topology.destinations[pair] for pair in pairs)
    stages = []
    turns_before: tuple[Turn, ...] = ()
    for left in range(top - 1, 0, -1):
        turns = _turns(topology, used[left], used[left - 1])
        parts = _parts(topology, order, used[left], entries[left], destinations, turns_before, turns)
        stages.append(Stage(left, parts, turns))
        turns_before = turns
    ends = {bundle[0]: end for bundle, (_, end) in _offsets(topology, order).items()}
    firsts = [0, *ends.values()]
    left_by = tuple((group, (first, end)) for first, (group, end) in zip(firsts, ends.items(), strict=False))
    return Team(pairs, destinations, tuple(order), left_by, tuple(stages))


def _turns(topology: Topology, now: set[Bundle], after: set[Bundle]) -> tuple[Turn, ...]:
    turns = []
    leaving = {group: _offsets(topology, _leave(now, group)) for group, _ in now}
    for group in sorted({entered for _, entered in now}):
        into, out = [b for b in sorted(now) if b[1] == group], _leave(after, group)
        arriving = [b for b in into if any(topology.follows(c, b) for c in out)]
        departing = [c for c in out if any(topology.follows(c, b) for b in into)]
        if arriving:
            columns = _offsets(topology, out)
            turns.append(
                Turn(
                    group,
                    tuple(arriving),
                    tuple(departing),
                    _merged((b[0], *leaving[b[0]][b]) for b in arriving),
                    _merged((group, *columns[c]) for c in departing),
                )
            )
    return tuple(turns)


def _parts(
    topology: Topology,
    order: Sequence[Bundle],
    now: set[Bundle],
    entries: set[int],
    destinations: frozenset[int],
    before: Iterable[Turn],
    turns: Iterable[Turn],
) -> tuple[Part, ...]:
    rows = {turn.group: _offsets(topology, turn.arriving) for turn in turns}
    columns = {turn.group: _offsets(topology, turn.departing) for turn in before}

    def where(of: Mapping[int, Mapping[Bundle, tuple[int, int]]], group: int, bundle: Bundle) -> Piece:
        if bundle in of.get(group, {}):
            return (group, *of[group][bundle])
        return (None, 0, topology.size[bundle])

    parts = []
    for group in sorted({left for left, _ in now}):
        bundles, links = _leave(now, group), _offsets(topology, _leave(order, group))
        here = {group: _offsets(topology, bundles)}
        parts.append(
            Part(
                group,
                tuple(bundles),
                _merged((group, *links[b]) for b in bundles),
                () if links.keys() == set(bundles) else _merged(where(here, group, b) for b in links),
                _merged(where(rows, b[1], b) for b in bundles),
                _merged(where(columns, group, b) for b in bundles),
                group in entries,
                any(entered in destinations for _, entered in bundles),
            )
        )
    return tuple(parts)


def _leave(bundles: Iterable[Bundle], group: int) -> list[Bundle]:
    return sorted(bundle for bundle in bundles if bundle[0] == group)


def _offsets(topology: Topology, bundles: Iterable[Bundle]) -> dict[Bundle, tuple[int, int]]:
    """First row and row after the last of each bundle, where their links stand one after the other."""
    at, found = 0, {}
    for bundle in bundles:
        found[bundle] = (at, at := at + topology.size[bundle])
    return found


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same rows in as few pieces as possible."""
    merged: list[Piece] = []
    for group, first, end in pieces:
        if merged and merged[-1][0] == group and (group is None or merged[-1][2] == first):
            merged[-1] = (group, merged[-1][1], merged[-1][2] + end - first)
        else:
            merged.append((group, first, end))
    return tuple(merged)


def _work(topology: Topology, team: Team) -> int:
    return team.multiplications(topology) + PRODUCT * sum(len(stage.turns) for stage in team.stages)
