"""What can be wrong with a network, each fault with its remedy, all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from panj.passage.network import Link, Traffic


class NetworkError(ValueError):
    """A network that cannot be built; `faults` holds every fault, with its remedy."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        number = "1 problem" if len(faults) == 1 else f"{len(faults)} problems"
        super().__init__(f"{number} in the network\n" + "\n".join(f"  * {fault}" for fault in faults))


def faults_of(
    groups: Mapping[Any, Sequence[Any]],
    classes: Mapping[Any, Traffic],
    links: Sequence[Link],
    pairs: Sequence[tuple[Any, Any]],
    origins: Sequence[Any],
    allowed_turns: Sequence[tuple[int, int]],
    ways: Sequence[Collection[tuple[Any, Any]]] | None = None,
    begins: Sequence[Collection[Any]] | None = None,
) -> list[str]:
    """List everything that is wrong; an empty list means that the network can be built."""
    home = {portal: name for name, portals in groups.items() for portal in portals}
    return [
        *_of_groups(groups),
        *_of_classes(groups, classes),
        *_of_links(home, links),
        *_of_pairs(home, classes, pairs, origins),
        *_of_turns(home, links, allowed_turns),
        *_of_limits(groups, pairs, origins, ways, begins),
    ]


def _of_groups(groups: Mapping[Any, Sequence[Any]]) -> Iterator[str]:
    if not groups:
        yield "there are no groups. Give at least one group with one portal."
    for name, portals in groups.items():
        if not len(portals):
            yield f"group {name!r} has no portals. Give it one, or leave the group out."
    count = Counter(portal for portals in groups.values() for portal in portals)
    for portal, times in count.items():
        if times > 1:
            yield f"portal {portal!r} is listed {times} times. Give each portal one name and one group."


def _of_classes(groups: Mapping[Any, Sequence[Any]], classes: Mapping[Any, Traffic]) -> Iterator[str]:
    if not classes:
        yield "there are no classes. Give at least one class of traffic."
    for name, traffic in classes.items():
        if not (np.isfinite(traffic.spread) and traffic.spread > 0):
            yield f"class {name!r}: spread is {traffic.spread}. Give a finite number above 0, in the unit of costs."
        for unknown in traffic.blocks.keys() - groups.keys():
            yield f"class {name!r}: block costs for {unknown!r}, which is no group. Groups: {_names(groups)}."
        for group, portals in groups.items():
            if group not in traffic.blocks:
                yield f"class {name!r}: no block costs for group {group!r}. Give a matrix; inf where there is no way."
                continue
            block = np.asarray(traffic.blocks[group], float)
            where = f"class {name!r}, block costs of group {group!r}"
            if block.shape != (len(portals), len(portals)):
                yield f"{where}: shape {block.shape}. Give {(len(portals), len(portals))}, a row and column a portal."
            elif np.isnan(block).any():
                yield f"{where}: nan at {_first(np.isnan(block))}. Give a cost, or inf where there is no way."
            elif (block < 0).any():
                yield f"{where}: negative at {_first(block < 0)}. Costs are 0 or more."


def _of_links(home: Mapping[Any, Any], links: Sequence[Link]) -> Iterator[str]:
    if not len(links):
        yield "there are no links. Give at least one; without links there is no passage to solve."
    for number, link in enumerate(links):
        where = f"link {number} ({link.tail!r} to {link.head!r})"
        unknown = [portal for portal in (link.tail, link.head) if portal not in home]
        for portal in unknown:
            yield f"{where}: portal {portal!r} is in no group. List it in one."
        if not unknown and home[link.tail] == home[link.head]:
            yield f"{where}: both ends lie in group {home[link.tail]!r}. Ways inside a group belong to its block costs."
        if not (np.isfinite(link.size) and link.size > 0):
            yield f"{where}: size is {link.size}. Give a finite number above 0; close a link by a cost of inf."


def _of_pairs(
    home: Mapping[Any, Any],
    classes: Mapping[Any, Traffic],
    pairs: Sequence[tuple[Any, Any]],
    origins: Sequence[Any],
) -> Iterator[str]:
    if not len(pairs):
        yield "there are no pairs. Give at least one (class, destination)."
    if not len(origins):
        yield "there are no origins. Give at least one portal where journeys begin."
    for number, (name, destination) in enumerate(pairs):
        if name not in classes:
            yield f"pair {number}: {name!r} is no class. Classes: {_names(classes)}."
        if destination not in home:
            yield f"pair {number}: destination {destination!r} is in no group. List it in one."
    for number, portal in enumerate(origins):
        if portal not in home:
            yield f"origin {number}: portal {portal!r} is in no group. List it in one."


def _of_turns(
    home: Mapping[Any, Any], links: Sequence[Link], allowed_turns: Sequence[tuple[int, int]]
) -> Iterator[str]:
    for turn in allowed_turns:
        missing = [number for number in turn if not 0 <= number < len(links)]
        if missing:
            yield f"allowed turn {turn}: no link {missing[0]}. Links are numbered 0 to {len(links) - 1}."
            continue
        into, out = (links[number] for number in turn)
        if home.get(into.head) != home.get(out.tail):
            yield f"allowed turn {turn}: link {turn[0]} does not arrive in the group that link {turn[1]} leaves."


def _of_limits(
    groups: Mapping[Any, Sequence[Any]],
    pairs: Sequence[tuple[Any, Any]],
    origins: Sequence[Any],
    ways: Sequence[Collection[tuple[Any, Any]]] | None,
    begins: Sequence[Collection[Any]] | None,
) -> Iterator[str]:
    for what, given in (("ways", ways), ("begins", begins)):
        if given is not None and len(given) != len(pairs):
            yield f"{what} for {len(given)} pairs. Give one entry for each of the {len(pairs)} pairs, in their order."
    for pair, steps in enumerate(ways or ()):
        for unknown in {name for step in steps for name in step if name not in groups}:
            yield f"ways of pair {pair}: {unknown!r} is no group. Groups: {_names(groups)}."
    for pair, portals in enumerate(begins or ()):
        for unknown in [portal for portal in portals if portal not in origins]:
            yield f"begins of pair {pair}: {unknown!r} is not among the origins. List it there."


def _names(of: Mapping[Any, object]) -> str:
    return ", ".join(repr(name) for name in of)


def _first(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    row, column = np.argwhere(mask)[0]
    return f"row {row}, column {column}"
