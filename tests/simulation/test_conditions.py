"""Conditions as arrays: the axes, the order of states, borders and sides, and defaults where nothing is given."""

from dataclasses import replace

import numpy as np
import pytest

from panj.basics.dates import Month, months
from panj.region import CONDITIONS, Condition, open_region
from panj.simulation.conditions import conditions

SHAPES = {"region": (36,), "state": (36, 5), "border": (36, 6), "side": (36, 6, 2)}


@pytest.fixture(scope="module")
def clock(tiny):
    return months(tiny.start, tiny.end)


@pytest.fixture(scope="module")
def arrays(tiny, clock):
    return conditions(tiny, clock)


def test_every_condition_is_there_on_its_axes(arrays):
    assert {name: array.shape for name, array in arrays.items()} == {
        name: SHAPES[kind.axis] for name, kind in CONDITIONS.items()
    }
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays.values())


def test_defaults_where_nothing_is_given(tiny, clock):
    for name, array in conditions(replace(tiny, conditions=()), clock).items():
        assert np.all(array == np.float32(CONDITIONS[name].default)), name


def test_levels_pulses_and_lines_stand_at_their_places(tiny, clock, arrays):
    at = clock.index(Month("2001-09"))
    states, borders = list(tiny.states), list(tiny.borders)
    assert arrays["attack"][at] == arrays["attack"].sum() == 1
    assert arrays["attack_home"][at, states.index("SO")] == arrays["attack_home"].sum() == 1
    assert list(arrays["ban"][[at - 13, at - 12, at - 1, at]]) == [0, 1, 1, 0]
    assert arrays["producer"].sum(0).tolist() == [36 if code == "FA" else 0 for code in states]
    wage = arrays["market_wage"][:, states.index("NO")]
    assert wage[0] == 150
    assert np.allclose(np.diff(wage), 50 / 47, rtol=1e-4)
    assert np.all(arrays["land_use"][:, borders.index("NO-SO")] == 0.5)
    assert np.all(arrays["land_use"][:, borders.index("NO-WE")] == np.float32(0.3))


def test_side_nought_is_the_first_state_of_the_code(tiny, clock):
    rows = [Condition(quantity="dependence", place=p, at="2000", value=v) for p, v in (("SO>NO", 0.3), ("NO>SO", 0.5))]
    array = conditions(replace(tiny, conditions=tuple(rows)), clock)["dependence"]
    border = list(tiny.borders).index("NO-SO")
    assert array[0, border] == pytest.approx([0.5, 0.3])
    assert array.sum() == pytest.approx(36 * 0.8)


def test_history_of_the_region_that_ships_is_plausible():
    region = open_region("central-asia")
    clock = months(region.start, region.end)
    arrays = conditions(region, clock)
    assert arrays["attack"].argmax() == clock.index(Month(region.pivot.date))
    assert arrays["producer"].any()
    for name, kind in CONDITIONS.items():
        assert arrays[name].min() >= 0
        if kind.unit == "0-1":
            assert arrays[name].max() <= 1, name
    assert (arrays["market_wage"] > 0).all()
    assert (arrays["users_start"] < arrays["adults"]).all()
