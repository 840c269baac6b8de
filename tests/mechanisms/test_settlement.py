"""Laws of settlement: signs, proportional hazards, and a share that only grows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.settlement import protest, settled_next, settlement_hazard

shares = st.floats(0, 1, width=32)
sizes = st.floats(np.float32(0.01), 3, width=32)
rates = st.floats(np.float32(0.0005), 0.5, width=32)
HASTENS = {"tension": "tension_hastens", "opacity": "opacity_hastens"}
DELAYS = {"rival_maps": "maps_delay", "mixed": "mixed_delays", "protest": "protest_delays"}
EFFECTS = HASTENS | DELAYS
talks = st.fixed_dictionaries(
    dict.fromkeys(EFFECTS, shares) | dict.fromkeys(EFFECTS.values(), sizes) | {"settlement_rate": rates}
)


def slopes(mechanism, at):
    """Value and slope in every argument, all of them finite."""
    value, slope = jax.value_and_grad(lambda named: mechanism(**named))({n: jnp.float32(x) for n, x in at.items()})
    assert np.isfinite([value, *slope.values()]).all()
    return float(value), {name: float(x) for name, x in slope.items()}


@given(at=talks)
def test_quarrels_hasten_talks_and_rival_maps_delay_them(at):  # L09, L21, L23
    rate, slope = slopes(settlement_hazard, at)
    assert rate > 0
    assert all(slope[cause] > 0 for cause in HASTENS)
    assert all(slope[cause] < 0 for cause in DELAYS)


@given(at=talks, cause=st.sampled_from(sorted(EFFECTS)))
def test_hazards_are_proportional(at, cause):
    """A cause in full multiplies the rate by the same factor, whatever else holds (Cox 1972)."""
    none, full = (settlement_hazard(**at | {cause: jnp.float32(level)}) for level in (0, 1))
    effect = at[EFFECTS[cause]] * (1 if cause in HASTENS else -1)
    assert float(full / none) == pytest.approx(np.exp(effect), rel=1e-4)


@given(ceded=st.floats(np.float32(0.02), 1, width=32), pride=shares, provokes=sizes, adds=sizes)
def test_ceding_land_costs_and_costs_more_where_standing_rests_on_it(ceded, pride, provokes, adds):  # L05, L06
    at = {"ceded": ceded, "nationalism": pride, "ceding_provokes": provokes, "nationalism_adds": adds}
    cost, slope = slopes(protest, at)
    assert 0 < cost <= 1
    assert slope["ceded"] > 0 < slope["nationalism"]
    assert protest(0.0, pride, provokes, adds) == 0


@given(settled=st.floats(0, np.float32(0.98), width=32), hazard=rates)
def test_what_is_settled_stays_so_and_no_more_than_all_is(settled, hazard):  # L08
    after, slope = slopes(settled_next, {"settled": settled, "settling": hazard})
    assert settled < after <= 1
    assert slope["settling"] > 0
    assert settled_next(1.0, hazard) == 1


def test_half_of_the_lines_are_settled_after_the_median_time():  # PE260: five years without obstacles
    open_share = 1.0
    for _ in range(60):
        open_share = 1 - settled_next(1 - open_share, np.log(2) / 60)
    assert float(open_share) == pytest.approx(0.5, rel=1e-4)
