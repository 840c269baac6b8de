"""Laws of tension and unrest: bounds, signs, memory; then closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.politics import incidents, room_for_extremists, tension_next, unrest

STRAINS = {
    "claims_open": "claims_strain",
    "contested": "works_strain",
    "tightening": "tightening_strains",
    "tightening_other": "tightening_strains",
    "opacity": "opacity_strains",
    "pressure": "pressure_strains",
    "pressure_other": "pressure_strains",
    "incidents": "incident_strains",
    "unrest": "unrest_strains",
}
"""Each cause of tension and its parameter."""

CALMS = {"settled": "settled_calms", "cooperation": "cooperation_calms"}
some = st.floats(np.float32(0.02), 1, width=32)
shares = st.floats(0, 1, width=32)
sizes = st.floats(np.float32(1e-3), 0.5, width=32)
months = st.floats(1, 60, width=32)
borders = st.fixed_dictionaries(
    dict.fromkeys(STRAINS, shares) | dict.fromkeys(STRAINS.values(), sizes) | dict.fromkeys(CALMS, shares)
    | dict.fromkeys(CALMS.values(), some) | {"tension": some, "tension_months": months}
)  # fmt: skip


def slopes(mechanism, at):
    """Value and slope in every argument, all of them finite."""
    value, slope = jax.value_and_grad(lambda named: mechanism(**named))({n: jnp.float32(x) for n, x in at.items()})
    assert np.isfinite([value, *slope.values()]).all()
    return float(value), {name: float(x) for name, x in slope.items()}


@given(at=borders)
def test_steps_strain_and_settlement_and_cooperation_calm(at):  # L03, L07, L08, L14, L22, L71, L76, L78, L89
    after, slope = slopes(tension_next, at)
    assert 0 <= after <= 1
    assert all(slope[cause] > 0 for cause in STRAINS)
    assert all(slope[cause] < 0 for cause in CALMS)
    assert 0 <= slope["tension"] < 1


@given(at=borders)
def test_it_does_not_matter_which_state_is_called_the_first(at):
    turned = at | {
        "tightening": at["tightening_other"], "tightening_other": at["tightening"],
        "pressure": at["pressure_other"], "pressure_other": at["pressure"],
    }  # fmt: skip
    assert float(tension_next(**turned)) == pytest.approx(float(tension_next(**at)), abs=1e-6)


@given(at=borders)
def test_where_nothing_happens_tension_fades(at):
    """At ``(1 + settled_calms * settled + cooperation_calms * cooperation) / tension_months``."""
    pace = (1 + sum(at[effect] * at[cause] for cause, effect in CALMS.items())) / at["tension_months"]
    after = tension_next(**at | dict.fromkeys(STRAINS, jnp.float32(0)))
    assert float(after) == pytest.approx(at["tension"] * np.exp(-pace), abs=1e-6)


def test_half_of_an_incident_is_forgotten_after_its_half_life():  # PE266: four months
    quiet = dict.fromkeys([*STRAINS, *STRAINS.values(), *CALMS, *CALMS.values()], 0.0)
    now = start = float(
        tension_next(**quiet | {"tension": 0.0, "incidents": 1.0, "incident_strains": 0.05}, tension_months=6)
    )
    for _ in range(4):
        now = tension_next(**quiet | {"tension": now}, tension_months=4 / np.log(2))
    assert float(now) == pytest.approx(start / 2, rel=1e-5)


@given(unmet=some, traffic=st.floats(1, 1e6, width=32), chance=st.floats(np.float32(1e-8), np.float32(1e-3), width=32))
def test_incidents_follow_those_who_were_kept_at_home(unmet, traffic, chance):  # L76
    count, slope = slopes(incidents, {"unmet": unmet, "traffic": traffic, "incident_chance": chance})
    assert count == pytest.approx(unmet * traffic * chance, rel=1e-5)
    assert slope["unmet"] > 0
    assert incidents(0.0, traffic, chance) == 0


@given(settled=shares, room=some)
def test_a_settled_border_leaves_no_room(settled, room):  # L10
    left, slope = slopes(room_for_extremists, {"settled": settled, "room_undefined": room})
    assert 0 <= left <= room
    assert slope["settled"] < 0
    assert room_for_extremists(1.0, room) == 0


CAUSES = ("claims_open", "extremists", "undecided", "opacity")
EFFECTS = ("disputes_unsettle", "undecided_unsettles", "opacity_unsettles")


@given(at=st.fixed_dictionaries(dict.fromkeys(CAUSES, some) | dict.fromkeys(EFFECTS, some)))
def test_every_cause_unsettles(at):  # L11, L16, L72
    level, slope = slopes(unrest, at)
    assert 0 <= level <= 1
    assert all(slope[cause] > 0 for cause in CAUSES)


@given(level=shares, effect=some)
def test_disputes_need_extremists_to_unsettle_and_extremists_disputes(level, effect):  # L16 is a product
    assert unrest(level, 0.0, 0.0, 0.0, effect, effect, effect) == 0
    assert unrest(0.0, level, 0.0, 0.0, effect, effect, effect) == 0
