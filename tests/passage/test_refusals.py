"""Nonsense is refused with its remedy, all of it at once; what is sound gives what it gave; traced use is as it was."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from panj.passage import Link, Network, NetworkError, Traffic, assign, expected_cost, passage

SQUARE = np.zeros((3, 3))


def network(**changed):
    """Two roads from west to east, from one origin, for one pair."""
    given = {
        "groups": {"w": ["a", "b", "c"], "e": ["d", "f", "g"]},
        "classes": {"k": Traffic(1.0, {"w": SQUARE, "e": SQUARE})},
        "links": [("b", "d"), ("c", "f")],
        "pairs": [("k", "g")],
        "origins": ["a"],
    }
    return Network.build(**given | changed)


ROADS = network()
VOLUME, FREE = np.full((1, 1, 2), 100.0, np.float32), np.zeros((2, 1, 2), np.float32)


def told(caught):
    return [line.removeprefix("  * ") for line in str(caught.value).splitlines()[1:]]


def only_spread(spread):
    return {"classes": {"k": Traffic(spread, {"w": SQUARE, "e": SQUARE})}}


def only_block(block):
    return {"classes": {"k": Traffic(1.0, {"w": block, "e": SQUARE})}}


UNBUILT = {
    "groups is 'we'. Give a mapping": {"groups": "we"},
    "group 'w': its portals are 'abc'. Give a list": {"groups": {"w": "abc", "e": ["d", "f", "g"]}},
    "group 'w': ['a'] cannot be the name of a portal": {"groups": {"w": ["a", "b", "c", ["a"]], "e": ["d", "f", "g"]}},
    "classes is 1. Give a mapping": {"classes": 1},
    "class 'k' is 1.0. Give a Traffic": {"classes": {"k": 1.0}},
    "spread is 'x'. Give a finite number": only_spread("x"),
    "spread is '1'. Give a finite number": only_spread("1"),
    "spread is None. Give a finite number": only_spread(None),
    "spread is nan. Give a finite number": only_spread(np.nan),
    "block costs are None. Give a mapping": {"classes": {"k": Traffic(1.0, None)}},
    "block costs of group 'w': no matrix of numbers ('x')": only_block("x"),
    "block costs of group 'w': no matrix of numbers ([[1], [1, 2]])": only_block([[1], [1, 2]]),
    "block costs of group 'w': no matrix of numbers (None)": only_block(None),
    "links is 5. Give a list": {"links": 5},
    "link 0 is ('b',). Give a Link, or (tail, head)": {"links": [("b",)]},
    "link 0 is 'bd'. Give a Link": {"links": ["bd"]},
    "link 1 is 1. Give a Link": {"links": [("b", "d"), 1]},
    "size is 'x'. Give a finite number": {"links": [Link("b", "d", "x")]},
    "link 0 (['b'] to 'd'): ['b'] cannot be the name": {"links": [(["b"], "d")]},
    "pair 0 is 'kg'. Give (class, destination)": {"pairs": ["kg"]},
    "pair 0 is ('k', 'g', 1). Give (class": {"pairs": [("k", "g", 1)]},
    "pair 0 is 7. Give (class": {"pairs": [7]},
    "pair 0: ['k'] is no class": {"pairs": [(["k"], "g")]},
    "pair 1: ('k', 'g') is pair 0 already. Give each pair once, with": {"pairs": [("k", "g"), ("k", "g")]},
    "pair 1: ['k', 'g'] is pair 0 already": {"pairs": [("k", "g"), ["k", "g"]], "begins": [["a"], ["a"]]},
    "origin 2: 'a' is origin 0 already. List each origin once, with": {"origins": ["a", "b", "a"]},
    "origins is 'a'. Give a list": {"origins": "a"},
    "origin 0: {} cannot be the name": {"origins": [{}]},
    "allowed turn (0,): no two numbers of links": {"allowed_turns": [(0,)]},
    "allowed turn 'ab': no two numbers": {"allowed_turns": ["ab"]},
    "allowed turn (0.5, 1): no two numbers": {"allowed_turns": [(0.5, 1)]},
    "ways of pair 0: ['we']. Give a list of steps": {"ways": [["we"]]},
    "ways of pair 0: 3. Give a list of steps": {"ways": [3]},
    "begins of pair 0: 'a'. Give a list": {"begins": ["a"]},
    "dtype is 'int32'. Give float32 or float64": {"dtype": "int32"},
    "dtype is 'number'. Give float32 or float64": {"dtype": "number"},
    "dtype is float64, which JAX has not enabled": {"dtype": "float64"},
}


@pytest.mark.parametrize("fault", UNBUILT)
def test_nothing_else_is_told_when_a_network_of_nonsense_is_refused(fault):
    with pytest.raises(NetworkError) as caught:
        network(**UNBUILT[fault])
    (found,) = caught.value.faults
    assert fault in found
    assert told(caught) == [found]


def test_what_cannot_be_read_in_a_network_is_told_with_all_other_faults():
    with pytest.raises(NetworkError) as caught:
        network(
            **only_spread("x"), links=["bd", ("b", "zz"), ("a", "b")], pairs=["kg", ("q", "g")], allowed_turns=[(0, 1)]
        )
    parts = ("spread is 'x'", "link 0 is 'bd'", "portal 'zz'", "both ends lie", "pair 0 is 'kg'", "'q' is no class")
    assert len(caught.value.faults) == len(parts)
    assert all(part in fault for part, fault in zip(parts, caught.value.faults, strict=True)), caught.value.faults


def test_pairs_that_begin_or_go_elsewhere_are_two():
    pairs = [("k", "g"), ("k", "g")]
    assert len(network(pairs=pairs, origins=["a", "b"], begins=[["a"], ["b"]]).pairs) == 2
    assert len(network(pairs=pairs, ways=[[("w", "e")], []]).pairs) == 2


UNSENT = {
    "link_cost wants numbers where there are none yet": {"link_cost": lambda traffic: np.asarray(traffic) + FREE},
    "loss wants numbers where there are none yet": {"loss": lambda traffic: 0 * traffic if traffic.max() < 1 else 0.5},
    "going wants numbers where there are none yet": {"going": lambda cost: np.exp(-np.asarray(cost))},
    "network is 'x'. Make one": {"network": "x"},
    "volume: shape (2,). Give (1, 1, any number), by origin, pair, member": {"volume": np.ones(2)},
    "volume: shape (2, 1, 2). Give (1, 1,": {"volume": np.ones((2, 1, 2))},
    "volume: shape (1, 2, 2). Give (1, 1,": {"volume": np.ones((1, 2, 2))},
    "volume: -100.0 at origin 0, pair 0, member 1. Give a finite number, 0 or more": {"volume": VOLUME * [1, -1]},
    "volume: nan at origin 0, pair 0, member 0": {"volume": VOLUME * np.nan},
    "volume: inf at origin 0": {"volume": VOLUME * np.inf},
    "volume is 'x'. Give an array of numbers": {"volume": "x"},
    "volume is None. Give an array": {"volume": None},
    "volume is array([[[0.+1.j]]]": {"volume": np.full((1, 1, 1), 1j)},
    "link_cost is None. Give an array of numbers by link, pair, member": {"link_cost": None},
    "link_cost: shape (). Give (2, 1, 2)": {"link_cost": 0.0},
    "link_cost: shape (2,). Give (2, 1, 2), by link, pair, member": {"link_cost": [0.0, 1.0]},
    "link_cost is [[1.0], [1.0, 2.0]]. Give an array": {"link_cost": [[1.0], [1.0, 2.0]]},
    "link_cost: shape (3, 1, 2). Give (2, 1, 2)": {"link_cost": np.zeros((3, 1, 2))},
    "link_cost: shape (2, 1, 3). Give (2, 1, 2)": {"link_cost": np.zeros((2, 1, 3))},
    "link_cost: nan at link 1, pair 0, member 0. Give a number, or inf": {
        "link_cost": FREE + np.array([[[0]], [[np.nan]]])
    },
    "link_cost: -inf at link 0": {"link_cost": FREE - np.inf},
    "link_cost at no traffic: shape (2,). Give (2, 1, 2)": {"link_cost": lambda _: jnp.zeros(2)},
    "link_cost at no traffic: nan at link 0": {"link_cost": lambda traffic: traffic / traffic},
    "link_cost gives 0.5. Let it give an array": {"link_cost": lambda _: 0.5},
    "loss: shape (). Give (2, 1, 2)": {"loss": 0.5},
    "loss: 2.0 at link 0, pair 0, member 0. Give a share from 0 to 1": {"loss": FREE + 2},
    "loss: -1.0 at link 0": {"loss": FREE - 1},
    "loss: nan at link 0": {"loss": FREE * np.nan},
    "loss at no traffic: 3.0 at link 0": {"loss": lambda traffic: 3 + traffic},
    "going is 0.5. Give a function": {"going": 0.5},
    "going gives an array of shape (5,). Let it give shape (1, 1, 2)": {"going": lambda _: jnp.ones(5)},
    "going gives 'all'. Let it": {"going": lambda _: "all"},
    "horizon is 0. Give the most links": {"horizon": 0},
    "horizon is 1.5. Give the most links": {"horizon": 1.5},
    "horizon is '1'. Give the most links": {"horizon": "1"},
    "horizon is None. Give the most links": {"horizon": None},
    "a number, or 1 rows (origins) of 1 (pairs)": {"horizon": [[1, 1]]},
    "horizon is 'x' at origin 0, pair 0": {"horizon": [["x"]]},
    "sweeps is 0. Give how many": {"sweeps": 0},
    "sweeps is 1.5. Give how many": {"sweeps": 1.5},
    "tolerance is nan. Give the largest": {"tolerance": np.nan},
    "tolerance is -1.0. Give the largest": {"tolerance": -1.0},
}


@pytest.mark.parametrize("fault", UNSENT)
def test_nothing_else_is_told_when_a_passage_of_nonsense_is_refused(fault):
    given = {"network": ROADS, "volume": VOLUME, "link_cost": FREE, "horizon": 1}
    with pytest.raises(ValueError, match=r"problem in what is given|network is") as caught:
        passage(**given | UNSENT[fault])
    assert fault in str(caught.value)
    assert len(told(caught)) == ("network" not in UNSENT[fault])


def test_a_passage_without_members_is_refused():
    with pytest.raises(ValueError, match="volume: no members") as caught:
        passage(ROADS, VOLUME[..., :0], FREE[..., :0], horizon=1)
    assert len(told(caught)) == 2


def test_a_passage_tells_all_faults_at_once():
    with pytest.raises(ValueError, match="7 problems") as caught:
        passage(
            ROADS, -VOLUME, lambda _: jnp.zeros(2), horizon="1", loss=FREE + 2, going=0.5, sweeps=0, tolerance=np.nan
        )
    names = [fault.split()[0].rstrip(":") for fault in told(caught)]
    assert names == ["volume", "link_cost", "loss", "horizon", "going", "sweeps", "tolerance"]


def test_a_loading_tells_all_faults_at_once():
    with pytest.raises(ValueError, match="4 problems") as caught:
        assign(ROADS, FREE * np.nan, FREE[0], -VOLUME, 1.5)
    starts = ("cost: nan", "loss: shape (1, 2). Give (2, 1, 2)", "volume: -100.0", "horizon is 1.5")
    assert all(fault.startswith(start) for fault, start in zip(told(caught), starts, strict=True)), told(caught)
    with pytest.raises(ValueError, match="2 problems") as caught:
        expected_cost(ROADS, FREE[:1], "1")
    assert [fault.split()[0] for fault in told(caught)] == ["cost:", "horizon"]


def test_shapes_are_refused_while_traced_and_values_are_let_through():
    with pytest.raises(ValueError, match=r"cost: shape \(1, 1, 2\). Give \(2, 1, 2\)"):
        jax.eval_shape(lambda cost: assign(ROADS, cost, None, VOLUME, 1), FREE[:1])
    with pytest.raises(ValueError, match=r"volume: shape \(2, 1, 2\)"):
        jax.eval_shape(lambda volume: passage(ROADS, volume, FREE, horizon=1), np.ones((2, 1, 2)))
    jax.eval_shape(lambda cost: assign(ROADS, cost, None, VOLUME, 1), FREE * np.nan)


@pytest.mark.parametrize(
    "given",
    [
        {"volume": VOLUME.tolist(), "link_cost": FREE.tolist()},
        {"volume": VOLUME.astype(int), "link_cost": FREE.astype(int)},
        {"volume": VOLUME.astype(float), "horizon": np.int64(1), "sweeps": np.int64(200)},
        {"horizon": [[1]], "loss": FREE, "going": lambda _: 1.0},
        {"going": lambda cost: jnp.ones_like(cost[0]), "loss": lambda traffic: 0 * traffic},
    ],
)
def test_what_is_sound_gives_the_same_however_it_is_written(given):
    plain = passage(ROADS, jnp.asarray(VOLUME), jnp.asarray(FREE), horizon=1)
    got = passage(**{"network": ROADS, "volume": VOLUME, "link_cost": FREE, "horizon": 1} | given)
    assert got.converged.all()
    assert_allclose(got.traffic, 50.0, rtol=1e-6)
    assert_allclose(got.arrived, plain.arrived, rtol=1e-6)
    same = assign(ROADS, FREE.tolist(), FREE.tolist(), VOLUME.tolist(), [[1]])
    assert_array_equal(
        same.traffic, assign(ROADS, jnp.asarray(FREE), jnp.asarray(FREE), jnp.asarray(VOLUME), 1).traffic
    )
    assert_array_equal(expected_cost(ROADS, FREE.tolist(), np.int64(1)), same.expected_cost)


def test_links_that_are_shut_and_shares_that_are_rounded_are_sound():
    shut = passage(ROADS, VOLUME, FREE + np.inf, horizon=1, loss=FREE + np.float32(1 + 1e-7))
    assert_array_equal(shut.stayed, VOLUME)
    assert shut.converged.all()
    rounded = passage(ROADS, VOLUME, FREE, horizon=1, loss=FREE + np.float32(1 + 1e-7), going=lambda _: 1 + 1e-7)
    assert rounded.converged.all()
    assert_allclose(rounded.arrived, 0, atol=1e-4)


FIRST_ONLY = jnp.array([1.0, 0.0])  # member by member: sound, nonsense


@pytest.mark.parametrize(
    "given",
    [
        {"going": lambda _: 1 - 2 * (FIRST_ONLY == 0)},
        {"going": lambda _: 2 - FIRST_ONLY},
        {"going": lambda cost: 0 * cost + jnp.where(FIRST_ONLY == 1, 0.5, jnp.nan)},
        {"loss": lambda traffic: traffic * 0.03 * (1 - FIRST_ONLY)},
        {"loss": lambda traffic: -traffic * (1 - FIRST_ONLY)},
        {"link_cost": lambda traffic: jnp.where((traffic > 0) & (FIRST_ONLY == 0), jnp.nan, 0.0)},
        {"link_cost": lambda traffic: jnp.where((traffic > 0) & (FIRST_ONLY == 0), -jnp.inf, 0.0)},
    ],
    ids=["going below 0", "going above 1", "going nan", "loss above 1", "loss below 0", "cost nan", "cost -inf"],
)
def test_a_member_whose_functions_leave_their_range_has_not_converged(given):
    got = passage(**{"network": ROADS, "volume": VOLUME, "link_cost": FREE, "horizon": 1} | given)
    assert got.converged.tolist() == [True, False]


@pytest.mark.parametrize("name", ["volume", "link_cost", "loss"])
def test_a_member_of_traced_nonsense_has_not_converged(name):
    @jax.jit
    def converged(wrong):
        given = {"volume": jnp.asarray(VOLUME), "link_cost": jnp.asarray(FREE), "loss": jnp.asarray(FREE)}
        given[name] = given[name] + wrong * (1 - FIRST_ONLY)
        return passage(ROADS, horizon=1, **given).converged

    assert converged(0.0).tolist() == [True, True]
    wrong = {"volume": -200.0, "link_cost": -jnp.inf, "loss": 2.0}[name]
    assert converged(jnp.where(FIRST_ONLY == 1, 0.0, wrong)).tolist() == [True, False]


def test_a_passage_can_be_compiled_and_differentiated_with_its_network_traced_or_not():
    def crowded(free):
        return lambda traffic: jnp.array([[[1.0]], [[4.0]]]) + free + jnp.array([[[0.05]], [[0.01]]]) * traffic

    def first_road(free, volume=VOLUME, roads=ROADS):
        return passage(roads, volume, crowded(free), horizon=1, tolerance=1e-6).traffic[0, 0, 0]

    plain = first_road(FREE)
    assert_allclose(jax.jit(first_road)(FREE), plain, rtol=1e-4)
    assert_allclose(eqx.filter_jit(lambda roads: first_road(FREE, VOLUME, roads))(ROADS), plain, rtol=1e-4)
    fixed = eqx.filter_jit(lambda roads: passage(roads, VOLUME, FREE, horizon=1).traffic)
    assert_allclose(fixed(ROADS), 50.0, rtol=1e-6)
    slope, by_volume = jax.jit(jax.grad(first_road, argnums=(0, 1)))(FREE, VOLUME)
    step = FREE.copy()
    step[0, 0, 0] = 0.05
    assert_allclose(slope[0, 0, 0], (first_road(step) - first_road(-step)) / 0.1, rtol=1e-2)
    assert_allclose(jax.grad(first_road)(FREE), slope, rtol=1e-3, atol=1e-4)
    assert by_volume[0, 0, 0] > 0
    assert by_volume[0, 0, 1] == 0
