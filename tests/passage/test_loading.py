"""Laws of one loading, and the same answers from brute force and from the plain reference."""

from dataclasses import replace
from random import Random

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sketches import HORIZON, SHAPES, sketch, sketches

import reference
from panj.passage import Link, Network, Traffic, assign, expected_cost, look, radius, send, traffic, unroll
from panj.passage.stages import teams_of

quick = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


compiled = eqx.filter_jit(assign)


def load(case, **more):
    return compiled(case.build(**more), *case.arrays(), HORIZON)


def close(a, b, rtol=2e-4, atol=2e-3):
    assert_allclose(np.asarray(a), np.asarray(b), rtol=rtol, atol=atol)


@quick
@given(sketches(), st.booleans())
def test_what_is_sent_arrives_or_is_lost(case, exact):
    got = load(case, exact=exact)
    sent = got.sent.sum(axis=0)
    assert_allclose(got.arrived + got.seized, sent, rtol=1e-5, atol=1e-5 * float(case.volume.sum()))
    assert (got.sent <= case.volume * (1 + 1e-5)).all()
    assert (got.traffic >= 0).all()
    assert jnp.isfinite(got.traffic).all()


@quick
@given(sketches(), st.booleans())
def test_a_closed_link_carries_exactly_zero(case, exact):
    case = replace(case, cost=np.where(np.arange(len(case.links))[:, None, None] == 2, np.inf, case.cost))
    got = load(case, exact=exact)
    assert (got.traffic[2] == 0).all()
    assert (np.asarray(got.traffic)[~np.isfinite(case.cost)] == 0).all()


@quick
@given(sketches(), st.booleans())
def test_it_equals_the_plain_reference(case, exact):
    got = load(case, exact=exact)
    for pair in range(len(case.pairs)):
        *blocks, spread = case.matrices(pair)
        for member in range(2):
            at = (slice(None), pair, member)
            traffic, sent, arrived, expected = reference.load(
                *blocks, spread, case.cost[at], case.sizes, 1 - case.loss[at], case.volume[at], HORIZON
            )
            close(got.traffic[at], traffic)
            close(got.sent[at], sent)
            close(got.arrived[pair, member], arrived)
            close(got.expected_cost[at], expected)


@pytest.mark.parametrize("exact", [False, True])
def test_every_route_written_out_gives_the_same(exact):
    case = sketch(3, members=1)
    case = replace(case, links=case.links[:5], cost=case.cost[:5], loss=0 * case.loss[:5])
    got = assign(case.build(exact=exact), *case.arrays(), 3)
    for pair in range(len(case.pairs)):
        *blocks, spread = case.matrices(pair)
        found = list(reference.routes(*blocks, spread, case.cost[:, pair, 0], case.sizes, 3))
        weights = np.exp(-np.array([total for _, total in found]))
        share = weights / np.where(weights.sum(0) > 0, weights.sum(0), 1)
        traffic = np.zeros(5)
        for (route, _), mine in zip(found, share, strict=True):
            for link in route:
                traffic[link] += mine @ case.volume[:, pair, 0]
        close(got.traffic[:, pair, 0], traffic)
        with np.errstate(divide="ignore"):
            close(got.expected_cost[:, pair, 0], -spread * np.log(weights.sum(axis=0)))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_order_of_links_portals_and_groups_does_not_matter(shape):
    case, random = sketch(shape), Random(shape)
    links = random.sample(range(len(case.links)), len(case.links))
    groups = {name: case.groups[name] for name in random.sample(list(case.groups), len(case.groups))}
    turned = {name: random.sample(range(len(p)), len(p)) for name, p in groups.items()}
    other = replace(
        case,
        groups={name: [case.groups[name][i] for i in turned[name]] for name in groups},
        classes={
            name: replace(t, blocks={g: t.blocks[g][np.ix_(turned[g], turned[g])] for g in groups})
            for name, t in case.classes.items()
        },
        links=[case.links[i] for i in links],
        cost=case.cost[links],
        loss=case.loss[links],
    )
    a, b = load(case), load(other)
    close(a.traffic[np.array(links)], b.traffic)
    close(a.arrived, b.arrived)
    close(a.expected_cost, b.expected_cost)


@pytest.mark.parametrize(("case", "which", "part"), [(sketch(0), 2, 0.5), (sketch(1), 4, 0.2)])
def test_splitting_a_link_changes_nothing(case, which, part):
    link = case.links[which]
    halves = [replace(link, size=link.size * part), replace(link, size=link.size * (1 - part))]
    other = replace(
        case,
        links=[*case.links[:which], halves[0], *case.links[which + 1 :], halves[1]],
        cost=np.concatenate([case.cost, case.cost[which : which + 1]]),
        loss=np.concatenate([case.loss, case.loss[which : which + 1]]),
    )
    a, b = load(case), load(other)
    close(a.traffic[which], b.traffic[which] + b.traffic[-1])
    close(a.arrived, b.arrived)
    close(a.expected_cost, b.expected_cost)


@quick
@given(sketches(), st.integers(0, 5), st.floats(0, 20))
def test_more_detection_never_lowers_the_cost(case, which, value):
    more = case.loss.copy()
    more[which] += 0.3
    low = replace(case, cost=case.cost + value * case.loss)
    high = replace(case, cost=case.cost + value * more, loss=more)
    a, b = load(low).expected_cost, load(high).expected_cost
    assert (b >= a - 1e-4).all()


@pytest.mark.parametrize("shape", SHAPES[:1])
def test_a_batch_is_a_loop(shape):
    case = sketch(shape, members=3)
    batch = load(case)
    for member in range(3):
        at = (..., slice(member, member + 1))
        one = load(replace(case, cost=case.cost[at], loss=case.loss[at], volume=case.volume[at]))
        close(batch.traffic[at], one.traffic)
        close(batch.arrived[at], one.arrived)


@pytest.mark.parametrize("shape", SHAPES[:1])
def test_some_pairs_alone_go_as_they_go_among_all(shape):
    case = sketch(shape)
    batch, network = load(case), case.build()
    cost, loss, volume = case.arrays()
    some = assign(network.only([2, 0]), cost[:, [2, 0]], loss[:, [2, 0]], volume[:, [2, 0]], HORIZON)
    close(batch.traffic[:, [2, 0]], some.traffic)
    close(expected_cost(network, cost, HORIZON), batch.expected_cost)


def there_and_back(**more):
    """Two groups and a third; from `a` to `a2` there is no way inside, only over the border and back."""
    return Network.build(
        {"A": ["a", "a2"], "B": ["b"]},
        {"carts": Traffic(1.0, {"A": [[0, np.inf], [np.inf, 0]], "B": [[0]]})},
        [("a", "b"), ("b", "a2"), ("b", "a")],
        [("carts", "a2")],
        ["a"],
        **more,
    )


def test_nobody_bounces_unless_the_turn_is_allowed():
    free, one = jnp.zeros((3, 1, 1)), jnp.ones((1, 1, 1))
    shut = assign(there_and_back(), free, None, one, 6)
    assert float(shut.sent.sum()) == 0
    assert not np.isfinite(shut.expected_cost).any()
    detour = assign(there_and_back(allowed_turns=[(0, 1)]), free, None, one, 6)
    assert_allclose(detour.traffic[:, 0, 0], [1, 1, 0])
    assert_allclose(detour.arrived, 1)


def test_the_radius_is_that_of_the_matrix():
    case = sketch(5, members=1, shut=0)
    turns = [(i, o) for i, a in enumerate(case.links) for o, b in enumerate(case.links)
             if a.head.split()[0] == b.tail.split()[0]]  # fmt: skip
    bouncing = replace(case, allowed_turns=tuple(turns))
    for each in (case, bouncing):
        network = each.build()
        got = radius(network, each.arrays()[0], 400)
        for pair in range(len(each.pairs)):
            turn, _, _, _, spread = each.matrices(pair)
            matrix = np.exp(-turn) * each.sizes * np.exp(-each.cost[:, pair, 0] / spread)
            assert_allclose(got[pair, 0], np.abs(np.linalg.eigvals(matrix)).max(), rtol=5e-3, atol=1e-3)


@pytest.mark.parametrize("exact", [False, True])
def test_two_routes_are_logit(exact):
    spread, cost = 0.7, np.array([1.0, 2.3])
    network = Network.build(
        {"A": ["a"], "B": ["b"]},
        {"carts": Traffic(spread, {"A": [[0]], "B": [[0]]})},
        [Link("a", "b"), Link("a", "b", 3.0)],
        [("carts", "b")],
        ["a"],
        exact=exact,
    )
    got = assign(network, jnp.asarray(cost, jnp.float32)[:, None, None], None, jnp.full((1, 1, 1), 10.0), 2)
    weights = np.array([1, 3]) * np.exp(-cost / spread)
    assert_allclose(got.traffic[:, 0, 0], 10 * weights / weights.sum(), rtol=1e-5)
    assert_allclose(got.expected_cost[0, 0, 0], -spread * np.log(weights.sum()), rtol=1e-5)


@pytest.mark.parametrize("spread", [1.0, 1e-2, 1e-4])
def test_costs_of_many_spreads_neither_overflow_nor_vanish(spread):
    """A long chain: products alone would underflow float32 from a spread of 0.1 downwards."""
    number = 6
    groups = {f"g{i}": [f"in{i}", f"out{i}"] for i in range(number)}
    network = Network.build(
        groups,
        {"carts": Traffic(spread, {g: [[0, 1], [1, 0]] for g in groups})},
        [(f"out{i}", f"in{i + 1}") for i in range(number - 1)],
        [("carts", "out5")],
        ["in0"],
    )
    got = assign(network, jnp.ones((number - 1, 1, 1)), None, jnp.ones((1, 1, 1)), number)
    assert_allclose(got.traffic, 1, rtol=1e-4)
    assert_allclose(got.expected_cost, 11, rtol=1e-4)


def test_members_may_also_be_mapped_over():
    case = sketch(0)
    network, (cost, loss, volume) = case.build(), case.arrays()
    mapped = jax.jit(
        jax.vmap(lambda *one: assign(network, *(a[..., None] for a in one), HORIZON).arrived, in_axes=-1, out_axes=-1)
    )
    close(mapped(cost, loss, volume)[:, 0], load(case).arrived)


@pytest.mark.parametrize("exact", [False, True])
def test_gradients_are_those_of_central_differences(exact):
    case = sketch(0, members=1)
    jax.config.update("jax_enable_x64", True)
    try:
        network = case.build(exact=exact, dtype=jnp.float64)
        cost, loss, volume = (jnp.asarray(a) for a in (case.cost, case.loss, case.volume))

        @jax.jit
        def seen(cost, loss, volume):
            got = assign(network, cost, loss, volume, 3)
            known = jnp.isfinite(got.expected_cost)
            return (got.traffic**2).sum() + got.arrived.sum() + jnp.where(known, got.expected_cost, 0.0).sum()

        slopes = jax.jit(jax.grad(seen, argnums=(0, 1, 2)))(cost, loss, volume)
        rng = np.random.default_rng(0)
        way = [jnp.asarray(rng.normal(size=a.shape)) for a in (cost, loss, volume)]
        step = 1e-6
        up, down = (seen(cost + h * way[0], loss + h * way[1], volume + h * way[2]) for h in (step, -step))
        assert all(jnp.isfinite(slope).all() for slope in slopes)
        expected = (up - down) / (2 * step)
        assert_allclose(sum((s * w).sum() for s, w in zip(slopes, way, strict=True)), expected, rtol=1e-4, atol=1e-3)
    finally:
        jax.config.update("jax_enable_x64", False)


def test_a_horizon_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        assign(there_and_back(), jnp.zeros((3, 1, 1)), None, jnp.ones((1, 1, 1)), 0)


@pytest.mark.parametrize("exact", [False, True])
def test_however_many_pairs_at_a_time_answers_and_slopes_are_the_same(exact, monkeypatch):
    """One after the other, which is the way of large networks, or all at once, which is that of small ones."""
    case = sketch(SHAPES[-1], numbers=3)
    cost, loss, volume = (jnp.asarray(values) for values in case.arrays())

    def loaded():
        got = assign(case.build(exact=exact), cost, loss, volume, HORIZON)
        slope = jax.grad(
            lambda more: (assign(case.build(exact=exact), cost + more, loss, volume, HORIZON).traffic).sum()
        )
        return got, slope(jnp.zeros(()))

    at_once = loaded()
    monkeypatch.setattr("panj.passage.unrolled.NEAR", 1)
    one_by_one = loaded()
    for a, b in zip(jax.tree.leaves(at_once), jax.tree.leaves(one_by_one), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    teams = [crew for crew in unroll(case.build(exact=exact), HORIZON).crews if len(crew.team.pairs) > 1]
    assert teams, "no two pairs are a team here: the test tells nothing"


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_however_pairs_are_cut_up_and_whether_traced_or_at_hand_the_traffic_is_the_same(shape, exact):
    case = sketch(shape, numbers=3)
    network, (cost, loss, volume) = case.build(exact=exact), case.arrays()
    cost, keep, volume = (jnp.swapaxes(array, 0, 1) for array in (cost, 1 - loss, volume))

    def sent(network, members):
        unrolled = unroll(network, HORIZON, members=members)
        return traffic(unrolled, send(unrolled, look(unrolled, cost, keep), volume))

    wanted = np.swapaxes(load(case, exact=exact).traffic, 0, 1)
    for found in (sent(network, 1), sent(network, 10_000), jax.jit(sent, static_argnums=1)(network, 8)):
        close(found, wanted)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_fewer_members_the_fewer_teams_and_every_pair_is_in_one(shape):
    topology = sketch(shape).build().topology
    teams = [teams_of(topology, HORIZON, members) for members in (1, 4, 32, 64)]
    assert [len(found) for found in teams] == sorted(len(found) for found in teams)
    for found in teams:
        assert sorted(pair for team in found for pair in team.pairs) == list(range(len(topology.ways)))
