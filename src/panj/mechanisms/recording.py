"""Recording: what an agency writes down of what happened.

True and recorded are different variables. What someone inferred from a record is a third: a claim, never modelled.

Source:
    Bhagwati, J. (1964), On the underinvoicing of imports, Bulletin of the Oxford University Institute of Economics and
    Statistics 27, on partner records as a mirror.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def recorded(true: Real, share: Real, luck: Real, spread: Real) -> Float[Array, "..."]:
    """What enters the record: a share of what is true, lumpy from month to month, unbiased in the mean.

    ``true * share * exp(spread * luck - spread**2 / 2)``

    Args:
        true: What happened.
        share: Of it that is written down on average [1].
        luck: Standard normal, one a month and record.
        spread: Standard deviation of the logarithm of a month's record.
    """
    return true * share * jnp.exp(spread * luck - spread**2 / 2)


def written_down(noticed: Real, share: Real, officers: Real, cases: Real) -> Float[Array, "..."]:
    """Cases that one side of a border writes down [case/month]: never more than its officers have hands for.

    ``most * (1 - exp(-noticed * share / most))`` with ``most = officers * cases / 12``: where few are noticed, a share
    of them; where crowds go round the posts, what guards can take to the station and write up.

    Args:
        noticed: By this side [case/month], never negative.
        share: Of what is noticed that would be written down with time enough [1], 0-1.
        officers: Of this side [person], never negative.
        cases: That one officer writes down in a year at most [case/person/year], above 0.
    """
    most = officers * cases / 12
    some = most > 0
    return jnp.where(some, -most * jnp.expm1(-noticed * share / jnp.where(some, most, 1.0)), 0.0)


def registered_users(users: Real, users_per_registered: Real) -> Float[Array, "..."]:
    """Users of drugs on a state's register [person]: ``users / users_per_registered``.

    Args:
        users: All who use [person], never negative.
        users_per_registered: True over registered users [1], above 1: who is registered loses more than he gains.
    """
    return users / users_per_registered


def budgeted(promised: Real, army_help: Real, security_for_borders: Real) -> Float[Array, "..."]:
    """What a donor budgets for security and law enforcement in a state [USD/month].

    ``army_help + promised / security_for_borders``: what is budgeted is what is promised, for the army and for all
    others. The share for borders is not well known, and its error is the same for all states and years: a parameter,
    not an error of each published number.

    Args:
        promised: By this donor to those who guard borders [USD/month], never negative.
        army_help: By this donor to the army [USD/month], never negative.
        security_for_borders: Share of the rest of its help for security and law enforcement that is for borders [1],
            above 0.
    """
    return army_help + promised / security_for_borders


def declared_trade(imports: Real, evaded: Real) -> Float[Array, "..."]:
    """Imports that the buying state writes down [USD/month]: ``imports * (1 - evaded)``.

    Args:
        imports: What legally came in [USD/month], never negative.
        evaded: Share of its value that is not declared [1], 0-1.
    """
    return imports * (1 - evaded)


def mirror_gap(evaded: Real, freight_margin: Real) -> Float[Array, "..."]:
    """What the selling state records of a trade over what the buying state does [1].

    ``1 / ((1 - evaded) * freight_margin)``: the seller writes down all of it, without freight and insurance, the buyer
    what is declared, with them (Bhagwati 1964).

    Args:
        evaded: Share of the value that is not declared to the buying state [1], below 1.
        freight_margin: Value with freight and insurance over value without [1], at least 1.
    """
    return 1 / ((1 - evaded) * freight_margin)
