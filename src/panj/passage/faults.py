"""What can be wrong with a network, or with what is sent over one: each fault with its remedy, all of them at once."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from panj.basics.faults import problems

if TYPE_CHECKING:
    from panj.passage.network import Link, Network, Traffic

ROUNDING = 1e-6  # by which a share may lie outside 0-1
HASHABLE = "Give something hashable, such as text."


class NetworkError(ValueError):
    """A network that cannot be built; `faults` holds every fault, with its remedy."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(_told(faults, "in the network"))


class Kind(NamedTuple):
    """What a table holds.

    Attributes:
        axes: Names of its axes.
        sound: Whether each value can be what it should be; for NumPy's arrays and JAX's.
        remedy: What to give instead of one that cannot.
    """

    axes: tuple[str, str, str]
    sound: Callable[[Any], Any]
    remedy: str


def _is_share(values: Any) -> Any:
    return (values >= -ROUNDING) & (values <= 1 + ROUNDING)


COST = Kind(
    ("link", "pair", "member"), lambda values: values > -np.inf, "Give a number, or inf where a link is closed."
)
LOSS = Kind(("link", "pair", "member"), _is_share, "Give a share from 0 to 1.")
VOLUME = Kind(
    ("origin", "pair", "member"), lambda values: (values >= 0) & (values < np.inf), "Give a finite number, 0 or more."
)
GOING = VOLUME._replace(sound=_is_share, remedy=LOSS.remedy)
FLOW = VOLUME._replace(sound=lambda values: abs(values) < np.inf, remedy="Give a finite number.")


def refuse(faults: Iterable[str]) -> None:
    """Raise a ValueError that tells all faults, if there are any."""
    if found := list(faults):
        raise ValueError(_told(found, "in what is given"))


def of_table(network: Network, what: str, given: Any, kind: Kind, members: int | None = None) -> Iterator[str]:
    """Faults of a table of numbers: of its shape, and of its values where they are known (not traced).

    Args:
        network: From `Network.build`.
        what: Name of the argument.
        given: What was given.
        kind: What it should hold.
        members: How many members there should be; None: any number, but one at least.
    """
    if (table := _read(given)) is None:
        yield f"{what} is {brief(given)}. Give an array of numbers by {', '.join(kind.axes)}."
    elif (fault := _of_shape(network, what, table.shape, kind, members)) is not None:
        yield fault
    elif not isinstance(table, jax.core.Tracer):
        values = np.asarray(table)
        if not (sound := kind.sound(values)).all():
            first = np.argwhere(~sound)[0]
            at = ", ".join(f"{axis} {number}" for axis, number in zip(kind.axes, first, strict=True))
            yield f"{what}: {values[tuple(first)]} at {at}. {kind.remedy}"


def of_answer(network: Network, what: str, answer: Any, kind: Kind, members: int) -> Iterator[str]:
    """Faults of what a function gives at no traffic; as `of_table`."""
    if hasattr(answer, "shape"):
        yield from of_table(network, f"{what} at no traffic", answer, kind, members)
    else:
        yield f"{what} gives {brief(answer)}. Let it give an array of the shape of traffic."


def traced(what: str, function: Any, shape: tuple[int, ...], dtype: Any) -> tuple[Any, list[str]]:
    """What a function gives while the balance is compiled, and its fault if it wants numbers that are not there yet."""
    answers: list[Any] = []
    try:
        jax.eval_shape(lambda given: answers.append(function(given)), np.broadcast_to(np.asarray(0, dtype), shape))
    except jax.errors.JAXTypeError:
        remedy = "Write it with jax.numpy, and jnp.where in place of if."
        return None, [f"{what} wants numbers where there are none yet. {remedy}"]
    return answers[0], []


def of_going(going: Any, shape: tuple[int, ...], dtype: Any) -> Iterator[str]:
    """Faults of the function that tells who goes: whether it is one, and the shape of what it gives."""
    if going is None:
        return
    if not callable(going):
        yield f"going is {brief(going)}. Give a function of the expected cost, such as lambda cost: jnp.exp(-cost)."
        return
    answer, faults = traced("going", going, shape, dtype)
    yield from faults
    if faults:
        return
    got = None if (share := _read(answer)) is None else share.shape
    if got is None or len(got) > 3 or any(a not in (1, b) for a, b in zip(got[::-1], shape[::-1], strict=False)):
        told = brief(answer) if got is None else f"an array of shape {got}"
        yield f"going gives {told}. Let it give shape {shape}, that of the expected cost (origin, pair, member)."


def of_horizon(network: Network, horizon: Any) -> Iterator[str]:
    """Faults of a horizon: a whole number from 1 upwards, or a table of them by origin and pair."""
    remedy = "Give the most links that a journey may use, at least 1"
    if (rows := _listed(horizon)) is None:
        if (number := _whole(horizon)) is None or number < 1:
            yield f"horizon is {brief(horizon)}. {remedy}."
        return
    wanted = (len(network.origins), len(network.pairs))
    table = [_listed(row) for row in rows]
    if [None if row is None else len(row) for row in table] != [wanted[1]] * wanted[0]:
        yield f"horizon is {brief(horizon)}. {remedy}: a number, or {wanted[0]} rows (origins) of {wanted[1]} (pairs)."
        return
    for origin, row in enumerate(table):
        for pair, links in enumerate(row or ()):
            if (number := _whole(links)) is None or number < 1:
                yield f"horizon is {brief(links)} at origin {origin}, pair {pair}. {remedy}."


def of_search(sweeps: Any, tolerance: Any) -> Iterator[str]:
    """Faults of how a balance is looked for."""
    if not isinstance(sweeps, jax.core.Tracer) and ((number := _whole(sweeps)) is None or number < 1):
        yield f"sweeps is {brief(sweeps)}. Give how many loadings are made at most, at least 1."
    if not isinstance(tolerance, jax.core.Tracer) and ((least := _number(tolerance)) is None or not least >= 0):
        yield f"tolerance is {brief(tolerance)}. Give the largest residual that counts as converged, such as 1e-4."


def whole(horizon: Any) -> int | tuple[tuple[int, ...], ...]:
    """A sound horizon in Python's own whole numbers."""
    rows = _listed(horizon)
    return operator.index(horizon) if rows is None else tuple(tuple(map(operator.index, row)) for row in rows)


def members_of(given: Any) -> int | None:
    """How many members a table has; None where it has no such axis."""
    table = _read(given)
    return None if table is None or table.ndim != 3 or not table.shape[2] else int(table.shape[2])


def _of_shape(network: Network, what: str, got: tuple[int, ...], kind: Kind, members: int | None) -> str | None:
    rows = len(network.links if kind.axes[0] == "link" else network.origins)
    wanted = (rows, len(network.pairs), members if members is not None else got[-1] if len(got) == 3 else None)
    if got == wanted and got[-1]:
        return None
    if got == wanted:
        return f"{what}: no members, shape {got}. Give at least one along the last axis."
    sizes = ", ".join("any number" if size is None else str(size) for size in (*wanted[:2], members))
    return f"{what}: shape {got}. Give ({sizes}), by {', '.join(kind.axes)}."


def _read(given: Any) -> Any:
    """What is given as an array of real numbers; None if it is none."""
    if given is None:
        return None
    try:
        table = given if isinstance(given, np.ndarray | jax.Array) else jnp.asarray(given)
    except (TypeError, ValueError):
        return None
    real = any(jnp.issubdtype(table.dtype, sort) for sort in (np.floating, np.integer, np.bool_))
    return table if real else None


def _told(faults: Sequence[str], where: str) -> str:
    return "\n".join([problems(faults, where), *(f"  * {fault}" for fault in faults)])


def faults_of(
    groups: Mapping[Any, Sequence[Any]],
    classes: Mapping[Any, Traffic],
    links: Sequence[Link | tuple[Any, Any]],
    pairs: Sequence[tuple[Any, Any]],
    origins: Sequence[Any],
    allowed_turns: Sequence[tuple[int, int]],
    ways: Sequence[Collection[tuple[Any, Any]]] | None = None,
    begins: Sequence[Collection[Any]] | None = None,
    dtype: Any = np.float32,
) -> list[str]:
    """List everything that is wrong; an empty list means that the network can be built.

    Where an argument as a whole cannot be read (a number for a list), nothing is said of what it would hold.
    """
    unread = list(_of_arguments(groups, classes, links, pairs, origins, allowed_turns, ways, begins))
    if unread:
        return [*unread, *_of_dtype(dtype)]
    home = {portal: name for name, portals in groups.items() for portal in _portals(portals)}
    ends = [_ends(link) for link in links]
    return [
        *_of_groups(groups),
        *_of_classes(groups, classes),
        *_of_links(home, links, ends),
        *_of_pairs(home, classes, pairs, origins),
        *_of_turns(home, ends, allowed_turns),
        *_of_limits(groups, pairs, origins, ways, begins),
        *_of_dtype(dtype),
    ]


def _of_arguments(
    groups: Any, classes: Any, links: Any, pairs: Any, origins: Any, allowed_turns: Any, ways: Any, begins: Any
) -> Iterator[str]:
    for what, given, of in (("groups", groups, "list of its portals"), ("classes", classes, "Traffic")):
        if not isinstance(given, Mapping):
            yield f"{what} is {brief(given)}. Give a mapping from each name to a {of}."
    lists = {"links": links, "pairs": pairs, "origins": origins, "allowed_turns": allowed_turns}
    limits = {"ways": ways, "begins": begins}
    for what, given in (lists | {what: given for what, given in limits.items() if given is not None}).items():
        if _listed(given) is None:
            yield f"{what} is {brief(given)}. Give a list."


def _of_groups(groups: Mapping[Any, Sequence[Any]]) -> Iterator[str]:
    if not groups:
        yield "there are no groups. Give at least one group with one portal."
    for name, portals in groups.items():
        if (listed := _listed(portals)) is None:
            yield f"group {name!r}: its portals are {brief(portals)}. Give a list of names."
        elif not listed:
            yield f"group {name!r} has no portals. Give it one, or leave the group out."
        for portal in listed or ():
            if not _is_name(portal):
                yield f"group {name!r}: {brief(portal)} cannot be the name of a portal. {HASHABLE}"
    count = Counter(portal for portals in groups.values() if _listed(portals) for portal in _portals(portals))
    for portal, times in count.items():
        if times > 1:
            yield f"portal {portal!r} is listed {times} times. Give each portal one name and one group."


def _of_classes(groups: Mapping[Any, Sequence[Any]], classes: Mapping[Any, Any]) -> Iterator[str]:
    if not classes:
        yield "there are no classes. Give at least one class of traffic."
    for name, traffic in classes.items():
        if not (hasattr(traffic, "spread") and hasattr(traffic, "blocks")):
            yield f"class {name!r} is {brief(traffic)}. Give a Traffic(spread, blocks)."
            continue
        if not _above_nothing(traffic.spread):
            spread = brief(traffic.spread)
            yield f"class {name!r}: spread is {spread}. Give a finite number above 0, in the unit of costs."
        if not isinstance(traffic.blocks, Mapping):
            blocks = brief(traffic.blocks)
            yield f"class {name!r}: block costs are {blocks}. Give a mapping from each group to a matrix."
            continue
        for unknown in traffic.blocks.keys() - groups.keys():
            yield f"class {name!r}: block costs for {unknown!r}, which is no group. Groups: {_names(groups)}."
        for group, portals in groups.items():
            if group not in traffic.blocks:
                yield f"class {name!r}: no block costs for group {group!r}. Give a matrix; inf where there is no way."
            elif (listed := _listed(portals)) is not None and all(map(_is_name, listed)):
                where = f"class {name!r}, block costs of group {group!r}"
                yield from _of_block(where, traffic.blocks[group], len(listed))


def _of_block(where: str, given: Any, portals: int) -> Iterator[str]:
    block = _matrix(given)
    if block is None:
        yield f"{where}: no matrix of numbers ({brief(given)}). Give {(portals, portals)}, a row and column a portal."
    elif block.shape != (portals, portals):
        yield f"{where}: shape {block.shape}. Give {(portals, portals)}, a row and column a portal."
    elif np.isnan(block).any():
        yield f"{where}: nan at {_first(np.isnan(block))}. Give a cost, or inf where there is no way."
    elif (block < 0).any():
        yield f"{where}: negative at {_first(block < 0)}. Costs are 0 or more."


def _of_links(home: Mapping[Any, Any], links: Sequence[Any], ends: Sequence[Ends | None]) -> Iterator[str]:
    if not len(ends):
        yield "there are no links. Give at least one; without links there is no passage to solve."
    for number, (given, link) in enumerate(zip(links, ends, strict=True)):
        if link is None:
            yield f"link {number} is {brief(given)}. Give a Link, or (tail, head)."
            continue
        where = f"link {number} ({link.tail!r} to {link.head!r})"
        unknown = [fault for portal in (link.tail, link.head) for fault in _not_at_home(home, portal)]
        yield from (f"{where}: {fault}" for fault in unknown)
        if not unknown and home[link.tail] == home[link.head]:
            yield f"{where}: both ends lie in group {home[link.tail]!r}. Ways inside a group belong to its block costs."
        if not _above_nothing(link.size):
            yield f"{where}: size is {brief(link.size)}. Give a finite number above 0; close a link by a cost of inf."


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
    for number, given in enumerate(pairs):
        if (pair := _couple(given)) is None:
            yield f"pair {number} is {brief(given)}. Give (class, destination)."
            continue
        name, destination = pair
        if not _is_name(name) or name not in classes:
            yield f"pair {number}: {name!r} is no class. Classes: {_names(classes)}."
        yield from (f"pair {number}: {fault}" for fault in _not_at_home(home, destination, "destination"))
    for number, portal in enumerate(origins):
        yield from (f"origin {number}: {fault}" for fault in _not_at_home(home, portal))
    for again, first in _twice(origins):
        portal = origins[again]
        yield f"origin {again}: {portal!r} is origin {first} already. List each origin once, with the volumes of both."


def _twice(given: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The number of each name that stands in a list already, and of where it stands first."""
    first: dict[Any, int] = {}
    for number, one in enumerate(given):
        if _is_name(one) and first.setdefault(one, number) != number:
            yield number, first[one]


def _of_turns(
    home: Mapping[Any, Any], links: Sequence[Ends | None], allowed_turns: Sequence[tuple[int, int]]
) -> Iterator[str]:
    for turn in allowed_turns:
        numbers = [_whole(number) for number in _couple(turn) or (None,)]
        if None in numbers:
            yield f"allowed turn {brief(turn)}: no two numbers of links. Give (link in, link out), from 0 upwards."
            continue
        missing = [number for number in numbers if number is not None and not 0 <= number < len(links)]
        if missing:
            yield f"allowed turn {turn}: no link {missing[0]}. Links are numbered 0 to {len(links) - 1}."
            continue
        into, out = (links[number] for number in numbers if number is not None)
        if into is None or out is None or any(_not_at_home(home, portal) for portal in (into.head, out.tail)):
            continue  # told of the link
        if home[into.head] != home[out.tail]:
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
    told_apart = [given for given in (ways, begins) if given is not None and len(given) == len(pairs)]
    rows = enumerate(zip(pairs, *told_apart, strict=True))
    known = [(*(_couple(pair) or (number,)), *map(str, limits)) for number, (pair, *limits) in rows]
    for again, first in _twice(known):
        yield f"pair {again}: {pairs[again]!r} is pair {first} already. Give each pair once, with the volumes of both."
    for pair, steps in enumerate(() if ways is None else ways):
        couples = [None] if (listed := _listed(steps)) is None else [_couple(step) for step in listed]
        if None in couples:
            yield f"ways of pair {pair}: {brief(steps)}. Give a list of steps (from group, to group)."
        names = [name for couple in couples for name in couple or ()]
        for unknown in [name for n, name in enumerate(names) if name not in [*groups, *names[:n]]]:
            yield f"ways of pair {pair}: {unknown!r} is no group. Groups: {_names(groups)}."
    for pair, portals in enumerate(() if begins is None else begins):
        if (listed := _listed(portals)) is None:
            yield f"begins of pair {pair}: {brief(portals)}. Give a list of origins."
        for unknown in [portal for portal in listed or () if portal not in list(origins)]:
            yield f"begins of pair {pair}: {unknown!r} is not among the origins. List it there."


def _of_dtype(dtype: Any) -> Iterator[str]:
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = ""
    if name not in ("float32", "float64"):
        yield f"dtype is {brief(dtype)}. Give float32 or float64."
    elif jax.dtypes.canonicalize_dtype(name).name != name:
        yield "dtype is float64, which JAX has not enabled. Enable it (jax_enable_x64), or give float32."


class Ends(NamedTuple):
    """A link as it was given, whatever its parts are."""

    tail: Any
    head: Any
    size: Any = 1.0


def _ends(link: Any) -> Ends | None:
    """The parts of a link; None if it is none."""
    if all(hasattr(link, part) for part in Ends._fields):
        return Ends(link.tail, link.head, link.size)
    parts = _listed(link) or ()
    return Ends(*parts) if len(parts) in (2, 3) else None


def _not_at_home(home: Mapping[Any, Any], portal: Any, what: str = "portal") -> list[str]:
    if not _is_name(portal):
        return [f"{brief(portal)} cannot be the name of a portal. {HASHABLE}"]
    return [] if portal in home else [f"{what} {portal!r} is in no group. List it in one."]


def _portals(given: Any) -> list[Any]:
    """What can be portals of a group: of a text (a fault, told once) itself and its letters, whichever was meant."""
    listed = _listed(given)
    meant = [given, *(given if isinstance(given, str) else ())] if listed is None else listed
    return [portal for portal in meant if _is_name(portal)]


def _listed(given: Any) -> list[Any] | None:
    """What is in a collection; None if it is none, or a text."""
    if isinstance(given, str | bytes) or not isinstance(given, Collection) or not getattr(given, "ndim", 1):
        return None
    return list(given)


def _couple(given: Any) -> tuple[Any, Any] | None:
    listed = _listed(given) or ()
    return (listed[0], listed[1]) if len(listed) == 2 else None


def _is_name(name: Any) -> bool:
    try:
        hash(name)
    except TypeError:
        return False
    return isinstance(name, Hashable)


def _whole(given: Any) -> int | None:
    """A whole number; None if it is none."""
    try:
        return operator.index(given)
    except TypeError:
        return None


def _number(given: Any) -> float | None:
    """A number; None if it is none."""
    known = _matrix(given)
    return float(known) if known is not None and known.ndim == 0 else None


def _above_nothing(given: Any) -> bool:
    number = _number(given)
    return number is not None and np.isfinite(number) and number > 0


def _matrix(given: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Numbers as NumPy's array, of any shape; None if there are others."""
    try:
        known = np.asarray(given)
        return None if given is None or known.dtype.kind in "USOMm" else np.asarray(given, float)
    except (TypeError, ValueError):
        return None


def _names(of: Mapping[Any, object]) -> str:
    return ", ".join(repr(name) for name in of)


def _first(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    row, column = np.argwhere(mask)[0]
    return f"row {row}, column {column}"
