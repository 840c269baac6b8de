"""Laws of tightening, closure and works: bounds, signs, slow return; then closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms.regime import currency_outflow, epidemic_closure, tightening_next, works_next

CAUSES = {
    "raids": ("raids_tighten", 4),
    "attack_home": ("attack_home_tightens", 2),
    "attack_near": ("attack_near_tightens", 2),
    "smuggling_found": ("smuggling_tightens", 5),
    "migration_found": ("migration_tightens", 5),
    "outflow": ("outflow_tightens", 1),
    "leverage_motive": ("leverage_tightens", 1),
    "tension": ("tension_tightens", 1),
}
"""Each cause, its parameter and the most of it."""

QUIET = dict.fromkeys(CAUSES, 0.0) | {"smuggling_found": 1.0, "migration_found": 1.0}
shares = st.floats(0, 1, width=32)
sizes = st.floats(np.float32(1e-3), 0.5, width=32)
months = st.floats(0.5, 120, width=32)
answers = st.fixed_dictionaries({parameter: sizes for parameter, _ in CAUSES.values()})
causes = st.fixed_dictionaries(
    {name: st.floats(np.float32(1.05 if "found" in name else 0), most, width=32) for name, (_, most) in CAUSES.items()}
)


def slopes(mechanism, at):
    """Value and slope in every argument, all of them finite."""
    value, slope = jax.value_and_grad(lambda named: mechanism(**named))({n: jnp.float32(x) for n, x in at.items()})
    assert np.isfinite([value, *slope.values()]).all()
    return float(value), {name: float(x) for name, x in slope.items()}


@given(now=st.floats(0, np.float32(0.95), width=32), causes=causes, answers=answers, back=months)
def test_every_cause_tightens_and_none_beyond_a_closed_border(now, causes, answers, back):  # L20, L27, L79, L80, L82
    after, slope = slopes(tightening_next, {"tightening": now, "return_months": back} | causes | answers)
    assert 0 <= after <= 1
    assert all(slope[cause] > 0 for cause in CAUSES)
    assert 0 <= slope["tightening"] < 1


@given(now=shares, answers=answers, back=months, less=shares)
def test_without_causes_it_fades_and_less_than_usual_is_as_usual(now, answers, back, less):
    quiet = QUIET | {"smuggling_found": less, "migration_found": less}
    after = tightening_next(tightening=jnp.float32(now), return_months=back, **quiet, **answers)
    assert float(after) == pytest.approx(now * np.exp(-1 / back), abs=1e-6)


@given(answers=answers, back=months, cause=st.sampled_from(sorted(CAUSES)))
def test_a_cause_that_lasts_has_one_balance(answers, back, cause):
    """``(1 - exp(-alarm)) / (1 - exp(-alarm - 1 / back))``, from above and from below."""
    at = QUIET | answers | {"return_months": back, cause: 2.0}
    alarm = answers[CAUSES[cause][0]] * (np.log(2) if "found" in cause else 2)
    balance = float(np.expm1(-alarm) / np.expm1(-alarm - 1 / back))
    assert float(tightening_next(tightening=balance, **at)) == pytest.approx(balance, abs=1e-5)
    assert tightening_next(tightening=balance / 2, **at) > balance / 2
    assert tightening_next(tightening=1.0, **at) < 1


def test_two_causes_at_once_shut_less_than_one_after_the_other():
    size = dict.fromkeys((parameter for parameter, _ in CAUSES.values()), 0.2)
    raid, attack, both = (
        float(tightening_next(tightening=0.0, return_months=12.0, **QUIET | more, **size))
        for more in ({"raids": 1.0}, {"attack_near": 1.0}, {"raids": 1.0, "attack_near": 1.0})
    )
    assert raid == pytest.approx(1 - np.exp(-0.2), rel=1e-5)
    assert 1 - both == pytest.approx((1 - raid) * (1 - attack), rel=1e-5)


@given(advantage=st.floats(np.float32(0.01), 3, width=32), elasticity=st.floats(np.float32(0.01), 4, width=32))
def test_money_leaves_only_for_where_goods_are_cheaper(advantage, elasticity):  # L80
    outflow, slope = slopes(currency_outflow, {"price_advantage": advantage, "outflow_elasticity": elasticity})
    assert 0 < outflow <= 1
    assert slope["price_advantage"] > 0
    assert currency_outflow(jnp.float32(-advantage), elasticity) == 0


def test_sales_at_the_border_follow_asplund_friberg_and_wilander():
    """One per cent cheaper next door loses 0.4 per cent of sales."""
    assert float(currency_outflow(jnp.float32(0.01), 0.4)) == pytest.approx(0.004, rel=1e-2)


@given(severity=st.floats(0, 2, width=32), closes=st.floats(np.float32(0.05), 8, width=32))
def test_an_epidemic_closes_and_its_end_opens(severity, closes):  # L81
    shut, slope = slopes(epidemic_closure, {"epidemic": severity, "epidemic_closes": closes})
    assert 0 <= shut <= 1
    assert slope["epidemic"] > 0
    assert epidemic_closure(0.0, closes) == 0


@given(agreed=shares, contested=shares, settled=st.floats(0, np.float32(0.98), width=32), need=shares, share=shares)
def test_works_follow_the_agreed_line_and_fear_where_there_is_none(agreed, contested, settled, need, share):  # L12, L13
    at = {"agreed": agreed, "contested": contested, "settled": settled, "security_need": need}
    at |= {"works_share": share, "works_months": 36.0}
    here, along = slopes(lambda **x: works_next(**x).agreed, at)
    there, across = slopes(lambda **x: works_next(**x).contested, at)
    assert -1e-6 <= here <= 1
    assert -1e-6 <= there <= 1
    assert along["settled"] >= 0 >= across["settled"]
    assert along["security_need"] == 0 <= across["security_need"]


@given(settled=shares, need=shares, share=shares, pace=st.floats(2, 480))
def test_works_come_to_rest_and_never_cover_more_than_their_share(settled, need, share, pace):
    rest = share * settled, share * (1 - settled) * need
    after = works_next(*map(jnp.float32, (*rest, settled, need, share, pace)))
    assert [float(x) for x in after] == pytest.approx(rest, abs=1e-6)
    assert sum(after) <= share + 1e-6
