import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panj.ensembles.members import BLOCK, apply, beta_shape, chances, draw, luck, quantile
from panj.region import Factor, Parameter, open_region

TINY = open_region("tiny")
PARAMETERS = list(TINY.parameters.values())


def parameter(distribution, low, central, high, plausible=(-1e9, 1e9)):
    return Parameter(
        id="x",
        meaning="a number",
        unit="1",
        distribution=distribution,
        low=low,
        central=central,
        high=high,
        plausible=plausible,
        assumed="for a test",
        group="test",
    )


@pytest.mark.parametrize(
    ("prior", "chances"),
    [
        (parameter("normal", -1, 0, 2), (0.05, 0.5, 0.95)),
        (parameter("lognormal", 0.5, 1, 3), (0.05, 0.5, 0.95)),
        (parameter("uniform", 2, 3, 4), (0, 0.5, 1)),
        (parameter("loguniform", 1, 10, 100), (0, 0.5, 1)),
    ],
)
def test_the_quantiles_of_a_prior_are_those_of_its_row(prior, chances):
    assert quantile(prior, np.asarray(chances)) == pytest.approx([prior.low, prior.central, prior.high], abs=1e-6)


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.2), (0.3, 0.7), (0.6, 0.98), (0.01, 0.99)])
def test_a_beta_has_its_range_between_5_and_95_percent(low, high):
    first, second = beta_shape(low, high)
    assert min(first, second) > 0
    ends = quantile(parameter("beta", low, (low + high) / 2, high, (0, 1)), np.asarray([0.05, 0.95]))
    assert ends == pytest.approx([low, high], abs=1e-3)


def test_many_members_have_the_quantiles_of_the_prior():
    values = draw([parameter("lognormal", 0.5, 1, 3)], range(2048), seed=3)["x"]
    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx([0.5, 1, 3], rel=0.02)


def test_a_fixed_parameter_does_not_vary():
    assert set(draw([parameter("fixed", None, 7, None)], range(5), seed=1)["x"]) == {7}


@pytest.mark.parametrize("region", ["tiny", "central-asia"])
def test_every_draw_is_plausible(region):
    parameters = open_region(region).parameters
    for name, values in draw(list(parameters.values()), range(512), seed=1).items():
        least, most = parameters[name].plausible
        assert np.isfinite(values).all(), name
        assert ((least <= values) & (values <= most)).all(), name


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_member_41_is_the_same_however_many_there_are(others, seed):
    alone = draw(PARAMETERS, [41], seed)
    among = draw(PARAMETERS, range(41, 41 + others), seed)
    assert all(alone[name][0] == among[name][0] for name in alone)


def test_every_part_of_a_prior_has_one_member_of_a_block():
    spread = chances(list("abcdef"), range(BLOCK), seed=2)
    assert np.sort(np.floor(spread * BLOCK), axis=0).tolist() == [[part] * 6 for part in range(BLOCK)]


def test_parameters_of_many_have_no_more_in_common_than_chance():
    both = np.corrcoef(chances([f"p{number}" for number in range(250)], range(200), seed=1).T)
    pairs = np.abs(both[np.triu_indices(250, 1)])
    assert pairs.max() < 0.36  # of so many pairs of independent numbers about one in a million is larger
    assert np.sqrt((pairs**2).mean()) == pytest.approx(1 / np.sqrt(200), rel=0.1)


def test_another_parameter_leaves_draws_as_they_were():
    few = draw(PARAMETERS[3:9], range(20), 1)
    every = draw(PARAMETERS, range(20), 1)
    assert all((few[name] == every[name]).all() for name in few)


def test_member_41_is_the_same_under_every_scenario():
    for scenario in TINY.scenarios:
        laid = TINY.overlay(scenario)
        assert draw(list(laid.parameters.values()), [41], 1) == draw(PARAMETERS, [41], 1)


def test_a_scenario_multiplies_what_a_member_drew():
    drawn = draw(PARAMETERS, range(4), 1)
    changed = apply(drawn, [Factor("penalty", 2.0, None)])
    assert (changed["penalty"] == 2 * drawn["penalty"]).all()
    assert all((changed[name] == drawn[name]).all() for name in drawn if name != "penalty")


def test_luck_is_the_same_alone_and_in_a_batch():
    assert (luck([41], 1, (12, 3))[..., 0] == luck(range(40, 48), 1, (12, 3))[..., 1]).all()


def test_streams_of_luck_are_independent_and_standard():
    streams = luck(range(16), 1, (500, 4)).reshape(-1, 16)
    correlation = np.corrcoef(streams.T) - np.eye(16)
    assert np.abs(correlation).max() < 0.1
    assert streams.mean() == pytest.approx(0, abs=0.03)
    assert streams.std() == pytest.approx(1, abs=0.03)
    assert not np.array_equal(luck([0], 1, (12, 3)), luck([0], 2, (12, 3)))
