"""Trade over a border: how far prices part, what that draws over the line, what poor customs cost.

Prices part where supply is lost and where duties stand; smuggling is supply and closes the gap again, so the loop of
closing, price gap and smuggling (R3) closes outside, in the month. Two links are carried elsewhere: permeability to
contraband (L53) by passage, rigidity to the time and cost of legal crossing (L70) by crossing and waiting.

Sources:
    Armington, P. (1969), A theory of demand for products distinguished by place of production, IMF Staff Papers 16.
    Fisman, R. & Wei, S.-J. (2004), Tax rates and tax evasion: evidence from "missing imports" in China, Journal of
    Political Economy 112.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax.nn import sigmoid
from jax.scipy.special import logit
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def price_gap_next(
    price_gap: Real,
    lost: Real,
    smuggled: Real,
    duty: Real,
    goods_share: Real,
    goods_elasticity: Real,
    price_months: Real,
) -> Float[Array, "..."]:
    """Log ratio of consumer prices, the state that buys over the state that sells, one month on [1].

    Moves towards ``log(1 + duty) - log(1 - goods_share * (lost - smuggled)) / goods_elasticity``: the price at which
    buyers want just what is there, if their demand has one elasticity. Carries L73 (closure -> price, +): a closure
    acts only by what it keeps out.

    Args:
        price_gap: Now [1], 0 where prices are equal.
        lost: Share of the legal supply of a free passage that does not arrive [1], 0-1.
        smuggled: What arrives by smuggling, over that same supply [1], 0-1.
        duty: Duties and taxes at the border as a share of value [1], 0-2.
        goods_share: Of the goods sold that come over this border when passage is free [1], 0-0.95.
        goods_elasticity: Fall of demand in per cent for one per cent of price [1], above 0.
        price_months: In which prices move two thirds of the way, since stocks last [month], above 0.

    Holds for a year or two: other suppliers do not step in, which over years they do (Armington 1969).
    """
    scarcity = -jnp.log1p(-goods_share * (lost - smuggled)) / goods_elasticity
    target = jnp.log1p(duty) + scarcity
    return price_gap + (target - price_gap) * -jnp.expm1(-1 / price_months)


def contraband_factor(
    price_gap: Real, usual_gap: Real, substitution: Real, smuggled_share: Real
) -> Float[Array, "..."]:
    """Factor of the price gap on contraband and shuttle trade [1]: 1 at the usual gap, below 1 / smuggled_share.

    Smuggled over legal purchases change by ``exp(substitution * (price_gap - usual_gap))``, the constant elasticity of
    substitution of Armington (1969), while the market as a whole stays. Carries L55 (price gap -> contraband, +).

    Args:
        price_gap: Log ratio of consumer prices [1].
        usual_gap: The gap for which the volumes are given [1].
        substitution: Elasticity between legal and smuggled goods [1], above 0.
        smuggled_share: Of the market at the usual gap [1], between 0 and 1.
    """
    return _share_factor(smuggled_share, substitution * (price_gap - usual_gap))


def transit_factor(lorry_limit: Real, transit_share: Real, lorry_response: Real) -> Float[Array, "..."]:
    """Factor on freight that goes through a neighbour instead of by its own lorries [1]: 1 without limits.

    The odds of going through the neighbour grow by ``exp(lorry_response * lorry_limit)`` (logit choice of way). Carries
    L59 (limits on foreign lorries -> transit through a neighbour, +).

    Args:
        lorry_limit: Limits that the third state puts on lorries of the first, 0-1.
        transit_share: Of that freight goes through the neighbour without limits [1], between 0 and 1.
        lorry_response: Rise of the log odds at the strictest limits [1], above 0.
    """
    return _share_factor(transit_share, lorry_response * lorry_limit)


def misdeclared(duty: Real, cooperation: Real, evasion: Real, cooperation_closes: Real) -> Float[Array, "..."]:
    """Share of the value of legal imports that is not declared [1], 0-1.

    ``1 - exp(-evasion * duty * (1 - cooperation_closes * cooperation))``: the log of what is missing is linear in the
    duty (Fisman & Wei 2004). Carries L62 (poor coordination of customs -> misdeclaration, +),
    and with it L89 (cooperation -> security, +).

    Args:
        duty: As a share of value [1], 0-2; the estimates reach to about 0.7.
        cooperation: Of the two customs services, 0-1: records of one are seen by the other.
        evasion: Log points of value missing for a duty of one [1], above 0.
        cooperation_closes: Share of evasion that ends where they compare all records [1], 0-1.
    """
    return -jnp.expm1(-evasion * duty * (1 - cooperation_closes * cooperation))


def _share_factor(share: Real, shift: Real) -> Float[Array, "..."]:
    """Factor on a share whose log odds are shifted; the share stays between 0 and 1."""
    return sigmoid(logit(share) + shift) / share
