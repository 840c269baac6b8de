"""Households at a border: what they live on, how many are poor, and what that does to contraband and loyalty.

Contraband is income to those who carry it and a loss to those who compete with it, so the poverty loop (R8) has a
balancing short cut: poverty -> contraband -> income -> less poverty. Both ways are separate arguments here.

Sources:
    Aitchison, J. & Brown, J. (1957), The Lognormal Distribution, Cambridge University Press.
    Bourguignon, F. (2003), The growth elasticity of poverty reduction, in Eicher & Turnovsky (eds), Inequality and
    Growth, MIT Press.
    Dube, O. & Vargas, J. (2013), Commodity price shocks and civil conflict, Review of Economic Studies 80.
    Hirschman, A. (1970), Exit, Voice, and Loyalty, Harvard University Press.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def border_income(
    market_wage: Real,
    slump: Real,
    activity: Real,
    contraband: Real,
    shuttle: Real,
    contraband_share: Real,
    households: Real,
    earners: Real,
    traffic_share: Real,
    sector_loss: Real,
    carrier_share: Real,
    trade_margin: Real,
) -> Float[Array, "..."]:
    """Income of a household at a border [USD/month]: wages, and what contraband and shuttle trade leave.

    ``earners * market_wage * exp(-slump) * (1 - traffic_share * (1 - activity)) * (1 - sector_loss * contraband_share)
    + trade_margin * (carrier_share * contraband + shuttle) / households``.

    Carries L57 (contraband -> household income, +), the sectors of L58 (contraband -> sectors, -), L71 (rigidity ->
    economy across the line, -) by ``activity``, and the first step of L50 (crisis -> poverty, +) by ``slump``.

    Args:
        market_wage: Without the slump [USD/month], never negative.
        slump: Fall of output below its trend, in logarithm [1], 0-1.
        activity: Honest traffic over this border, over its usual volume [1], 0-2.
        contraband: Value of goods that come in and do not pay [USD/month], never negative.
        shuttle: Value of shuttle trade [USD/month], never negative.
        contraband_share: Of the market that local firms sell in [1], 0-1.
        households: At this side of the border [household], above 0.
        earners: Wages' worth that a household earns otherwise, fields included [1], above 0.
        traffic_share: Of those earnings that depends on traffic [1], 0-1.
        sector_loss: Share of them lost where all that is sold is smuggled [1], 0-1.
        carrier_share: Of the margin on contraband that stays with households; the rest is organised profit [1], 0-1.
        trade_margin: Of the seller over what he paid, costs of the journey off [1], above 0.
    """
    wages = earners * market_wage * jnp.exp(-slump)
    wages = wages * (1 - traffic_share * (1 - activity)) * (1 - sector_loss * contraband_share)
    return wages + trade_margin * (carrier_share * contraband + shuttle) / households


def poverty(border_income: Real, poverty_line: Real, income_spread: Real) -> Float[Array, "..."]:
    """Share of households below the poverty line [1], 0-1, where incomes are lognormal.

    ``Phi(log(poverty_line / border_income) / income_spread + income_spread / 2)``. Carries the second step of L50
    (crisis -> poverty, +): income falls, poverty rises.

    Args:
        border_income: Mean of a household [USD/month]; below one dollar it counts as one.
        poverty_line: For a household [USD/month], above 0.
        income_spread: Standard deviation of log income [1], above 0; ``sqrt(2) * Phi^-1((1 + Gini) / 2)``.

    Sources: Aitchison & Brown (1957); Bourguignon (2003).
    """
    gap = jnp.log(poverty_line / jnp.maximum(border_income, 1.0))
    return norm.cdf(gap / income_spread + income_spread / 2)


def contraband_supply(
    hardship: Real,
    poverty: Real,
    usual_hardship: Real,
    usual_poverty: Real,
    hardship_response: Real,
    poverty_response: Real,
) -> Float[Array, "..."]:
    """Factor of want on contraband [1]: 1 at the usual want.

    ``exp(hardship_response * (hardship - usual_hardship) + poverty_response * (poverty - usual_poverty))``: who has
    little to lose carries goods, as income shocks move labour into unlawful work (Dube & Vargas 2013). Carries L54
    (hardship -> contraband, +) and L56 (border poverty -> contraband, +).

    Args:
        hardship: Share of the state's people below the poverty line [1], 0-1, or that share over another.
        poverty: The same of this border's districts [1].
        usual_hardship: For which the volumes are given [1], over the same other share.
        usual_poverty: Likewise.
        hardship_response: Rise of log volume from no one to all in want [1], above 0.
        poverty_response: Likewise, by those who live at the border [1], above 0.
    """
    return jnp.exp(hardship_response * (hardship - usual_hardship) + poverty_response * (poverty - usual_poverty))


def income_lost(activity: Real, turnover: Real, income_per_turnover: Real) -> Float[Array, "..."]:
    """What a state earns less because activity on one of its borders fell [USD/month]; negative where it rose.

    ``turnover * (1 - activity) * income_per_turnover``. Carries L74 (fall of activity on a border -> state income, -).

    Args:
        activity: As in `border_income`.
        turnover: Value of usual trade and spending over this border [USD/month], never negative.
        income_per_turnover: Income that a dollar of it makes, further rounds included [1], above 0.
    """
    return turnover * (1 - activity) * income_per_turnover


def loyalty_next(
    loyalty: Real, opacity: Real, unmet: Real, alienation: Real, exclusion: Real, loyalty_months: Real
) -> Float[Array, "..."]:
    """Loyalty of border districts to their state one month on, 0-1.

    Moves towards ``exp(-alienation * opacity - exclusion * unmet)``: where leaving and speaking up are both shut,
    loyalty goes (Hirschman 1970). Carries L72 (excess rigidity -> loyalty, -), the first step of R5.

    Args:
        loyalty: Now, 0-1; begin with 1.
        opacity: Rigidity that honest travellers meet, 0-1.
        unmet: Share of honest demand for crossing that stays at home [1], 0-1.
        alienation: Fall of log loyalty at the strictest rules [1], above 0.
        exclusion: The same where nobody can cross [1], above 0.
        loyalty_months: In which two thirds of a change happen [month], above 0.
    """
    target = jnp.exp(-alienation * opacity - exclusion * unmet)
    return loyalty + (target - loyalty) * -jnp.expm1(-1 / loyalty_months)
