"""Opium from field to traders: recovery within a season, tonnes conserved, prices when stores run out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.mechanisms import opiates

shares = st.floats(0, 1)
tonnes = st.floats(0, 6000)
FIELDS = {"poppy_tonnes": 1400.0, "war_sows": 1.4, "ban_works": 0.85, "measures_work": 0.04}
STORE = {"scarcity_months": 2.0, "opium_spoils": 0.05}
CAUSES = {"sown": 3000.0, "sowing": 1.0, "war": 0.5, "regime": 0.5, "ban": 0.5, "measures": 0.5}


def sow(**causes):
    return float(opiates.sown_next(**{k: jnp.asarray(v) for k, v in {**CAUSES, **causes, **FIELDS}.items()}))


def trade(stock, output, wanted):
    return [float(x) for x in opiates.traded(jnp.asarray(stock), jnp.asarray(output), jnp.asarray(wanted), **STORE)]


@given(sown=tonnes, sowing=shares, war=shares, regime=shares, ban=shares, measures=shares)
def test_fields_stay_between_what_they_were_and_what_is_worth_sowing(sown, sowing, war, regime, ban, measures):
    after = sow(sown=sown, sowing=sowing, war=war, regime=regime, ban=ban, measures=measures)
    target = sow(sowing=1.0, war=war, regime=regime, ban=ban, measures=measures)
    assert min(sown, target) - 0.01 <= after <= max(sown, target) + 0.01
    assert 0 <= target <= FIELDS["poppy_tonnes"] * (1 + FIELDS["war_sows"]) + 0.01


@pytest.mark.parametrize(("cause", "sign"), [("war", 1), ("ban", -1), ("regime", -1), ("measures", -1)])
def test_war_sows_poppy_and_a_ban_that_is_enforced_does_not(cause, sign):
    assert sign * (sow(**{cause: 0.6}) - sow(**{cause: 0.5})) > 0


def test_a_ban_without_its_regime_is_forgotten_at_the_next_sowing():
    kept = sow(war=0.7, regime=1.0, ban=1.0)
    assert sow(sown=kept, sowing=0.0, war=0.7, regime=0.0, ban=1.0) == pytest.approx(kept)
    assert sow(sown=kept, sowing=1.0, war=0.7, regime=0.0, ban=1.0) == pytest.approx(sow(war=0.7, ban=0.0))


@given(sown=tonnes, drought=shares)
def test_the_year_s_harvest_is_what_was_sown_less_drought(sown, drought):
    months = jnp.asarray([0.1, 0.6, 0.3])
    year = opiates.harvest(jnp.asarray(sown), months, jnp.asarray(drought), jnp.asarray(0.35)).sum()
    assert float(year) == pytest.approx(sown * (1 - 0.35 * drought), rel=1e-5, abs=1e-3)


@given(stock=tonnes, output=tonnes, wanted=tonnes)
def test_tonnes_are_neither_made_nor_lost(stock, output, wanted):
    left, sold, lost, served = trade(stock, output, wanted)
    assert left + sold + lost == pytest.approx(stock + output, rel=1e-5, abs=1e-2)
    assert min(left, sold, lost) >= -1e-2
    assert sold == pytest.approx(served * wanted, rel=1e-5, abs=1e-6)
    assert 0 <= served <= 1


@given(stock=tonnes, output=st.floats(0, 1000), wanted=st.floats(1, 500))
def test_output_raises_stock_and_sales(stock, output, wanted):
    less, more = trade(stock, output, wanted), trade(stock, output + 100, wanted)
    assert more[0] > less[0]
    assert more[1] >= less[1]


def test_a_year_of_stores_bridges_half_a_year_without_harvest_but_not_two():
    stock, served = 2500.0, []
    for _ in range(24):
        stock, _, _, share = trade(stock, 0.0, 200.0)
        served.append(share)
    assert served[5] > 0.95
    assert served[-1] < 0.2


def test_price_is_the_usual_one_with_the_usual_stock_and_finite_without():
    def price(stock):
        return float(opiates.source_price(jnp.asarray(stock), jnp.asarray(250.0), 35.0, 8.0, 1.5))

    assert price(2000.0) == pytest.approx(35.0)
    assert price(0.0) == pytest.approx(35.0 * 9**1.5)
    assert price(3000.0) < price(2000.0) < price(500.0)


def test_gradients_are_finite_at_the_edges():
    def sales(stock, output, wanted):
        return opiates.traded(stock, output, wanted, **STORE).sold + opiates.source_price(stock, wanted, 35.0, 8.0, 1.5)

    for point in ((0.0, 0.0, 0.0), (0.0, 0.0, 100.0), (5000.0, 0.0, 1e-6)):
        assert np.isfinite(jax.grad(sales, argnums=(0, 1, 2))(*point)).all()
