"""A link that is cut does what it says: what it carries is felt as it stood at the start, and nothing else is."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections import defaultdict
from dataclasses import replace
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from panj.mechanisms.links import links
from panj.simulation import month as order
from panj.simulation import society, world_of
from panj.simulation.history import _free
from panj.simulation.month import Given, Stocks, month
from panj.simulation.needed import LINKS
from panj.simulation.passing import expected_costs, networks_of

ROOMS = [
    order,
    *(importlib.import_module(room.name) for room in pkgutil.iter_modules(society.__path__, society.__name__ + ".")),
]
CARRIED = [link for link in links() if link.kind == "mechanism" and link.link in LINKS]

STEPS = {
    "stands behind what is cut": (
        "L05b", "L06b", "L08c", "L16c", "L35d", "L35e", "L37a", "L38", "L50b", "L64c", "L69b", "R1a", "R6",
    ),
    "stands before what is cut": ("L37c", "L43b", "L79b", "L81", "L82b", "L82c", "R9"),
    "told, and felt at crossings": ("L36a",),
}  # fmt: skip
"""Parts of links whose own cause still moves when the link is cut, for it is cut at another step."""

FOLLOWS = {
    ("L28", "attention.aid_weights", "terror_first"),
    ("L28", "guardians.foreign_guards_next", "terror_first"),
    ("L28", "militants.repression_next", "terror_first"),
    ("L51", "drug_trade.among_kin", "fee"),
    ("L66", "integrity.honest_rents", "officers"),
    ("L67", "integrity.gain_from_selling", "market_wage"),
    ("L72", "customs.customs_revenue", "imports"),
    ("L76", "politics.incidents", "traffic"),
    ("L89", "customs.customs_revenue", "evaded"),
}
"""Arguments that stand still with a cut link, though no row names them: parts of its cause, or what follows from it."""


@pytest.fixture(scope="module")
def felt_by(tiny, draws, chance):
    """What mechanisms are given in two months far apart, after the same start, with some links cut."""
    world = shaken(world_of(tiny))
    months, luck = world.months, jnp.asarray(chance)
    p = {name: jnp.asarray(values, jnp.float32) for name, values in draws.items()}
    networks = networks_of(world, luck.shape[-1])
    first = jax.tree.map(lambda series: jnp.asarray(series)[0], months)
    whole = {link: jnp.ones(()) for link in LINKS}
    free = expected_costs(world, networks, _free(world, p, first))

    @partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})
    def one(stocks, number, begun, links):
        now = jax.tree.map(lambda series: jnp.asarray(series)[number], months)
        with pytest.MonkeyPatch.context() as patch:
            heard = listening(patch)
            after, known = month(world, Given(p, networks, free, links), now, luck[number], stocks, begun)
        return after, dict(heard) | {"passing.searches": [{"minutes": known["at_posts"].minutes}]}

    nothing = jnp.zeros((2, len(world.posts), luck.shape[-1]))
    gear = jnp.zeros((len(world.length), 2, luck.shape[-1]))
    stocks = Stocks(gear, gear, nothing, nothing, society.begin(world, p, first), None)
    given = Given(p, networks, free, whole)
    shapes = jax.eval_shape(lambda: month(world, given, first, luck[0], stocks, jnp.asarray(False))[0].usual)
    usual = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
    stocks = eqx.tree_at(lambda s: s.usual, stocks, usual, is_leaf=lambda x: x is None)
    kept = []
    for number in (0, 0, *range(12)):
        before = stocks
        stocks, _ = one(stocks, number, jnp.asarray(len(kept) > 1), whole)
        kept.append((before, number))

    def felt(*cut):
        links = whole | {link: jnp.zeros(()) for link in cut}
        return [one(*kept[at], jnp.asarray(True), links)[1] for at in (4, -1)]

    return felt


def shaken(world):
    """The region with conditions and rules that all change from month to month."""

    def shake(series):
        series = np.asarray(series)
        wave = 1 + 0.3 * np.sin(1 + 0.7 * np.arange(len(series)))
        return np.float32(np.where(series == 0, 0.1, series) * wave.reshape(-1, *(1,) * (series.ndim - 1)))

    def within(series):
        return np.clip(shake(series), 0.02, 0.95)

    months = world.months
    shares = {name: within(getattr(months, name)) for name in ("settled", "exemption", "rigidity")}
    levers = {name: {k: within(v) for k, v in getattr(months, name).items()} for name in ("rules", "line", "counters")}
    still = {"sowing", "harvesting"}
    conditions = {name: v if name in still else shake(v) for name, v in months.conditions.items()}
    return replace(world, months=months._replace(conditions=conditions, **shares, **levers))


def listening(patch):
    """Lets every mechanism that a link names tell what it is given; none is run in a loop, to find its rest."""
    heard = defaultdict(list)

    def told(where, mechanism):
        signature = inspect.signature(mechanism)

        @functools.wraps(mechanism)
        def listens(*values, **named):
            heard[where].append(dict(signature.bind(*values, **named).arguments))
            return mechanism(*values, **named)

        return listens

    for where in sorted({link.where for link in CARRIED}):
        module, name = where.split(".")
        mechanism = getattr(importlib.import_module(f"panj.mechanisms.{module}"), name)
        for room in ROOMS:
            for known in [known for known, value in vars(room).items() if value is mechanism]:
                patch.setattr(room, known, told(where, mechanism))
    for room in ROOMS:
        if hasattr(room, "at_rest"):
            patch.setattr(room, "at_rest", lambda step, stock, begun: stock)
    return heard


def moving(two):
    """Arguments of calls of mechanisms that differ between the two months, by more than rounding."""
    early, late = two
    return {
        (where, name, number)
        for where, calls in early.items()
        for number, call in enumerate(calls)
        for name, value in call.items()
        if not np.allclose(value, late[where][number][name], rtol=1e-5, atol=1e-7)
    }


@pytest.fixture(scope="module")
def uncut(felt_by):
    return moving(felt_by())


@pytest.mark.slow
def test_most_causes_move_where_nothing_is_cut(uncut):
    told = {(where, argument) for where, argument, _ in uncut}
    assert sum((link.where, link.argument) in told for link in CARRIED) > 100


@pytest.mark.slow
def test_a_cut_link_leaves_each_mechanism_that_carries_it_with_its_cause_as_it_was(felt_by, uncut):
    still = set()
    for name in LINKS:
        left = moving(felt_by(name))
        for link in (link for link in CARRIED if link.link == name):
            calls = {call for call in uncut if call[:2] == (link.where, link.argument)}
            if calls and calls <= left:
                still.add(link.id)
    known = {id for ids in STEPS.values() for id in ids}
    assert not still - known, f"cut, and felt all the same: {sorted(still - known)}"
    assert not known - still, f"not felt where they are cut: {sorted(known - still)}"


@pytest.mark.slow
def test_searches_follow_from_traffic_officers_and_checks_and_each_can_be_cut_alone(felt_by):
    """L37, L44 and L75 meet within the balance of passage, where no mechanism can be listened to."""
    searches = ("passing.searches", "minutes", 0)
    assert searches in moving(felt_by("L44")), "fewer vehicles or more: officers still search for longer"
    assert searches in moving(felt_by("L37")), "whoever stands there: vehicles still share them"
    assert searches in moving(felt_by("L37", "L44")), "however many: strict checks look closer"
    assert searches not in moving(felt_by("L37", "L44", "L75"))


@pytest.mark.slow
def test_a_cut_link_leaves_every_other_cause_alone(felt_by, uncut):
    stopped = {
        (name, where, argument)
        for name in LINKS
        for where, argument, _ in uncut - moving(felt_by(name))
        if (name, where, argument) not in {(link.link, link.where, link.argument) for link in CARRIED}
    }
    assert not stopped ^ FOLLOWS, "\n".join(map(str, sorted(stopped ^ FOLLOWS)))
