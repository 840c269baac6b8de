"""Every fault of a network is found, all at once, with its remedy; the example in the docstring runs."""

import doctest

import jax.numpy as jnp
import numpy as np
import pytest

import panj.passage.solve
from panj.passage import Link, Network, NetworkError, Traffic


def good():
    return {
        "groups": {"A": ["a", "a2"], "B": ["b"]},
        "classes": {"carts": Traffic(1.0, {"A": np.zeros((2, 2)), "B": np.zeros((1, 1))})},
        "links": [Link("a2", "b")],
        "pairs": [("carts", "b")],
        "origins": ["a"],
        "allowed_turns": [],
    }


FAULTS = {
    "portal 'a' is listed 2 times": {"groups": {"A": ["a", "a2"], "B": ["b", "a"]}},
    "group 'C' has no portals": {"groups": {"A": ["a", "a2"], "B": ["b"], "C": []}},
    "shape (1, 1). Give (2, 2)": {"classes": {"carts": Traffic(1.0, {"A": [[0]], "B": [[0]]})}},
    "nan at row 0, column 1": {"classes": {"carts": Traffic(1.0, {"A": [[0, np.nan], [0, 0]], "B": [[0]]})}},
    "negative at row 1, column 0": {"classes": {"carts": Traffic(1.0, {"A": [[0, 1], [-2, 0]], "B": [[0]]})}},
    "no block costs for group 'B'": {"classes": {"carts": Traffic(1.0, {"A": np.zeros((2, 2))})}},
    "for 'Z', which is no group": {"classes": {"carts": Traffic(1.0, {"A": np.zeros((2, 2)), "B": [[0]], "Z": [[0]]})}},
    "spread is 0.0": {"classes": {"carts": Traffic(0.0, {"A": np.zeros((2, 2)), "B": [[0]]})}},
    "portal 'z' is in no group": {"links": [Link("a2", "z")]},
    "both ends lie in group 'A'": {"links": [Link("a", "a2")]},
    "size is -1": {"links": [Link("a2", "b", -1)]},
    "'trains' is no class": {"pairs": [("trains", "b")]},
    "destination 'q' is in no group": {"pairs": [("carts", "q")]},
    "there are no links": {"links": []},
    "there are no origins": {"origins": []},
    "origin 0: portal 'q'": {"origins": ["q"]},
    "no link 7": {"allowed_turns": [(0, 7)]},
    "link 0 does not arrive in the group that link 0 leaves": {"allowed_turns": [(0, 0)]},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(fault):
    with pytest.raises(NetworkError) as caught:
        Network.build(**good() | FAULTS[fault])
    assert any(fault in found for found in caught.value.faults), caught.value.faults


def test_all_faults_are_reported_at_once():
    with pytest.raises(NetworkError, match="3 problems"):
        Network.build(
            **good() | {"links": [Link("a", "z"), Link("a2", "b", 0.0)], "pairs": [("carts", "q")]},
        )


def test_a_network_is_frozen_and_can_be_cut_down():
    given = good() | {"pairs": [("carts", "b"), ("walkers", "b")]}
    given["classes"]["walkers"] = Traffic(2.0, given["classes"]["carts"].blocks)
    network = Network.build(**given)
    some = network.only([1])
    assert some.classes == ("walkers",)
    assert some.pair_spread.tolist() == [2.0]
    assert some.step[0].shape == (1, *network.step[0].shape[1:])
    with pytest.raises(AttributeError):
        network.spread = jnp.ones(1)


def test_the_example_runs():
    assert doctest.testmod(panj.passage.solve).failed == 0
