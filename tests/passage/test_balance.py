"""Balance of traffic, cost and demand: closed forms, Braess, and the plain reference month after month."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from sketches import HORIZON, sketch

import reference
from panj.passage import BALANCE, Network, Traffic, assign, equilibrium, passage, route_shares
from panj.passage.sums import products

POINT = {"A": [[0.0]], "B": [[0.0]]}


def column(*values):
    return jnp.asarray(values, jnp.float32)[:, None, None]


def two_roads(spread=1.0):
    return Network.build(
        {"A": ["a"], "B": ["b"]}, {"carts": Traffic(spread, POINT)}, [("a", "b")] * 2, [("carts", "b")], ["a"]
    )


def crowded(traffic):
    return column(1.0, 4.0) + column(0.05, 0.01) * traffic


def test_a_crowded_two_route_network_has_the_answer_of_its_equation():
    got = passage(two_roads(), column(100.0), crowded, horizon=1)

    def gap(x):
        return x - 100 / (1 + np.exp(1 + 0.05 * x - 4 - 0.01 * (100 - x)))

    assert_allclose(got.traffic[0, 0, 0], brentq(gap, 0, 100), rtol=1e-4)
    assert got.converged.all()


def test_elastic_demand_on_two_routes_has_the_answer_of_its_equation():
    def going(cost):
        return jnp.exp(-0.3 * jax.nn.softplus(cost))

    got = passage(two_roads(), column(100.0), crowded, going=going, horizon=1)

    def costs(volume):
        def gap(x):
            return x - volume / (1 + np.exp(1 + 0.05 * x - 4 - 0.01 * (volume - x)))

        x = brentq(gap, 0, volume)
        return -np.log(np.exp(-1 - 0.05 * x) + np.exp(-4 - 0.01 * (volume - x)))

    volume = brentq(lambda v: v - 100 * np.exp(-0.3 * np.log1p(np.exp(costs(v)))), 1e-9, 100)
    assert_allclose(got.sent[0, 0, 0], volume, rtol=1e-3)
    assert_allclose(got.stayed[0, 0, 0], 100 - volume, rtol=1e-3)
    assert_allclose(got.sent + got.stayed, 100, rtol=1e-6)


@pytest.mark.parametrize(("short_cut", "cost"), [(False, 83.0), (True, 92.0)])
def test_braess_paradox_appears_as_the_spread_vanishes(short_cut, cost):
    """Braess (1968): with six units of traffic, a new road takes everyone's cost from 83 to 92."""
    groups = {name: [name] for name in "oabd"}
    links = [("o", "a"), ("o", "b"), ("a", "d"), ("b", "d")] + [("a", "b")] * short_cut
    free, slope = column(0, 50, 50, 0, 10)[: len(links)], column(10, 1, 1, 10, 1)[: len(links)]
    for spread in (0.1, 0.05):
        traffic = Traffic(spread, {name: [[0.0]] for name in groups})
        network = Network.build(groups, {"cars": traffic}, links, [("cars", "d")], ["o"])
        cars, tolerance = 6.0, 1e-3  # of all cars, so that traffic is found to six thousandths of one
        got = passage(network, column(cars), lambda traffic: free + slope * traffic, horizon=3, tolerance=tolerance)
        assert got.converged.all()
        assert_allclose(got.expected_cost, cost, atol=1.5 * spread)
        exactly = [4, 2, 2, 4, 2] if short_cut else [3] * 4
        assert_allclose(got.traffic[:, 0, 0], exactly, atol=0.1 * spread + tolerance * cars)


def test_what_enters_arrives_or_is_lost_or_stays_in_the_balance():
    case = sketch(0)
    cost, loss, volume = case.arrays()
    got = passage(
        case.build(),
        volume,
        lambda traffic: cost + 0.02 * traffic.sum(axis=1, keepdims=True),
        loss=loss,
        going=lambda expected: jax.nn.sigmoid(2 - expected),
        horizon=HORIZON,
    )
    entered = volume.sum(axis=0)
    ended = got.arrived + got.lost.sum(axis=0) + got.stayed.sum(axis=0)
    assert_allclose(ended, entered, rtol=1e-5)
    assert got.converged.all()
    assert (np.asarray(got.traffic)[~np.isfinite(case.cost)] == 0).all()
    assert np.isfinite(got.radius).all()


def test_a_sequence_of_months_stays_within_a_thousandth_of_the_reference():
    case, months, sweeps = sketch(1, members=1), 8, 20
    network, (cost, loss, volume) = case.build(), case.arrays()
    season = 1 + 0.3 * np.sin(np.arange(months))
    width = cost.shape[:2]

    @jax.jit
    def month(traffic, factor):
        def step(state):
            queue = state.reshape(*width, 1).sum(axis=1, keepdims=True)
            return assign(network, cost + 0.03 * queue, loss, volume * factor, HORIZON).traffic.reshape(-1, 1)

        return equilibrium(step, traffic, sweeps)

    def reference_step(factor):
        def step(state):
            queue = state.reshape(width).sum(axis=1)
            loads = []
            for pair in range(width[1]):
                *blocks, spread = case.matrices(pair)
                at = (slice(None), pair, 0)
                loads.append(
                    reference.load(
                        *blocks, spread, case.cost[at] + 0.03 * queue, case.sizes, 1 - case.loss[at],
                        case.volume[at] * factor, HORIZON,
                    )[0]
                )  # fmt: skip
            return np.stack(loads, 1).ravel()

        return step

    mine, exact = jnp.zeros((width[0] * width[1], 1)), np.zeros(width[0] * width[1])
    worst = 0.0
    for number, factor in enumerate(season):
        for _ in range(3 if number == 0 else 1):  # the first month has no month before it
            found = month(mine, factor)
            mine = found.state
        exact = reference.solve(reference_step(factor), exact)
        worst = max(worst, float(np.abs(np.asarray(mine[:, 0]) - exact).sum() / exact.sum()))
    assert worst < 1e-3, worst


def test_members_are_accelerated_each_on_its_own_and_a_failure_says_so():
    slope = jnp.asarray([0.5, -0.9, 3.0, 40.0])

    def step(state):
        return jnp.cos(slope * state) + jnp.asarray([[0.0], [1.0], [2.0]])

    begin = jnp.ones((3, 4))
    batch = equilibrium(step, begin, 30)
    for member in (1, 2):
        slope = jnp.asarray([0.5, -0.9, 3.0, 40.0])[member : member + 1]
        alone = equilibrium(step, begin[:, member : member + 1], 30)
        assert_allclose(batch.state[:, member], alone.state[:, 0], rtol=1e-3, atol=1e-3)
    assert batch.converged[:2].all()
    hopeless = equilibrium(lambda state: state + 1.0, begin, 5)
    assert not hopeless.converged.any()
    assert jnp.isfinite(hopeless.state).all()


def test_the_gradient_of_a_balance_is_that_of_central_differences():
    network = two_roads()

    @jax.jit
    def first_road(free):
        def step(state):
            cost = jnp.stack([free, jnp.float32(4.0)])[:, None, None] + column(0.05, 0.01) * state[:, :, None]
            return assign(network, cost, None, column(100.0), 1).traffic[:, :, 0]

        return equilibrium(step, jnp.full((2, 1), 50.0), 25).state[0, 0]

    up, down = first_road(jnp.float32(1.1)), first_road(jnp.float32(0.9))
    assert_allclose(jax.grad(first_road)(jnp.float32(1.0)), (up - down) / 0.2, rtol=1e-2)


def test_shares_of_all_routes_add_up_to_one_and_equal_brute_force():
    case = sketch(0, members=1)
    network, (cost, loss, volume) = case.build(), case.arrays()
    got = assign(network, cost, loss, volume, 2)
    names = list(case.groups)
    sequences = [[a] for a in names] + [[a, b] for a in names for b in names] + [
        [a, b, c] for a in names for b in names for c in names
    ]  # fmt: skip
    shares = route_shares(network, got, cost, loss, sequences, 2)
    assert_allclose(shares.sum(axis=0), (got.arrived > 0).astype(float), rtol=1e-4, atol=1e-5)
    pair = 0
    *blocks, spread = case.matrices(pair)
    home = {portal: name for name, portals in case.groups.items() for portal in portals}
    arrived = dict.fromkeys(map(tuple, sequences), 0.0)
    found = list(reference.routes(*blocks, spread, case.cost[:, pair, 0], case.sizes, 2))
    total = sum(np.exp(-cost) for _, cost in found)
    for route, own in found:
        for origin, name in enumerate(case.origins):
            if total[origin] > 0:
                passed = (home[name], *(home[case.links[m].head] for m in route))
                kept = np.prod([1 - case.loss[m, pair, 0] for m in route])
                arrived[passed] += case.volume[origin, pair, 0] * np.exp(-own[origin]) / total[origin] * kept
    expected = np.array([arrived[tuple(s)] for s in sequences]) / max(float(got.arrived[pair, 0]), 1e-9)
    assert_allclose(shares[:, pair, 0], expected, rtol=1e-3, atol=1e-5)


def test_a_route_through_nowhere_is_named():
    case = sketch(0, members=1)
    network, (cost, loss, volume) = case.build(), case.arrays()
    got = assign(network, cost, loss, volume, 2)
    with pytest.raises(ValueError, match=r"route 0: 'Atlantis' is no group[\s\S]*route 1: 4 groups"):
        route_shares(network, got, cost, loss, [["north", "Atlantis"], ["north", "south", "north", "south"]], 2)


def test_what_a_step_gives_besides_is_that_of_the_balance_and_so_is_its_slope():
    def besides(force):
        def step(state):
            return jnp.cos(force * state), jnp.sin(state) * force

        return equilibrium(step, jnp.full((1, 2), 0.3), 50, 1e-7)

    force = jnp.asarray([0.7, 1.1])
    found = besides(force)
    assert found.converged.all()
    assert_allclose(found.more, jnp.sin(found.state) * force, rtol=1e-5)
    slope = jax.grad(lambda force: besides(force).more.sum())(force)
    ends = [np.asarray(besides(force + step).more, float) for step in (1e-2, -1e-2)]
    assert_allclose(slope, ((ends[0] - ends[1]) / 2e-2)[0], rtol=2e-3)


def test_a_balance_that_is_kept_is_not_sought_again_for_its_slope():
    def found(force):
        return equilibrium(lambda state: jnp.cos(force * state), jnp.full((1, 2), 0.3), 50, 1e-7).state.sum()

    def loops(policy):
        slope = jax.grad(jax.checkpoint(found, policy=policy))
        return str(jax.make_jaxpr(slope)(jnp.asarray([0.7, 1.1]))).count("while[")

    kept = jax.checkpoint_policies.save_only_these_names(BALANCE)
    assert loops(kept) == loops(jax.checkpoint_policies.everything_saveable)
    assert loops(kept) < loops(jax.checkpoint_policies.nothing_saveable)


def test_where_the_search_begins_does_not_move_the_balance():
    def found(begin):
        return equilibrium(jnp.cos, begin, 50, 1e-7).state.sum()

    assert_allclose(jax.grad(found)(jnp.full((1, 2), 0.3)), 0.0)


def test_a_block_that_is_kept_both_ways_round_is_a_product_with_all_its_slopes():
    rng = np.random.default_rng(0)
    block, rows, seen = (jnp.asarray(rng.normal(size=size), jnp.float32) for size in ((4, 3), (3, 2), (4, 2)))

    def there(block, rows):
        return products.there_and_back(block, block.T, rows)

    got, back = jax.vjp(there, block, rows)
    wanted, plainly = jax.vjp(jnp.matmul, block, rows)
    assert_allclose(got, wanted, rtol=1e-6)
    for mine, theirs in zip(back(seen), plainly(seen), strict=True):
        assert_allclose(mine, theirs, rtol=1e-5)
    _, along = jax.jvp(there, (block, rows), (block, rows))
    assert_allclose(along, 2 * wanted, rtol=1e-5)
