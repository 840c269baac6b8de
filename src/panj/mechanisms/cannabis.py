"""Cannabis: what wild and sown stands give, how large a lot smugglers dare, what police take inside a state.

Sources:
    Harris (1913), How many parts to make at once, Factory 10: the square-root law of the best lot.
    Caulkins, Crawford & Reuter (1993), Simulation of adaptive response, Mathematical and Computer Modelling 17.
"""

from __future__ import annotations

from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def gathered(
    wild_area: Real,
    sown_area: Real,
    gathering: Real,
    operations: Real,
    wild_yield: Real,
    sown_yield: Real,
    operations_spoil: Real,
) -> Float[Array, "..."]:
    """Resin gathered this month [kg].

    ``gathering * (wild_area * wild_yield + sown_area * sown_yield) * (1 - operations_spoil * operations)``

    Args:
        wild_area: Wild stands worth the work [ha].
        sown_area: Sown stands [ha].
        gathering: Share of a year's harvest that is gathered this month, 0-1; twelve months sum to one.
        operations: Share of the season in which police keep gatherers away, 0-1.
        wild_yield: Resin of a wild hectare in a year [kg/ha].
        sown_yield: Resin of a sown hectare in a year [kg/ha].
        operations_spoil: Share of the harvest lost to gatherers under operations all season, 0-1.
    """
    return gathering * (wild_area * wild_yield + sown_area * sown_yield) * (1 - operations_spoil * operations)


def lot(
    price: Real, risk: Real, trip_cost: Real, reference_lot: Real, penalty: Real, lot_effect: Real, theft: Real
) -> Float[Array, "..."]:
    """Size of the lot that costs a smuggler least for a kilogram [kg].

    ``reference_lot * (trip_cost / at_stake) ** (1 / (1 + lot_effect))`` with
    ``at_stake = lot_effect * penalty * price * (risk + theft) * reference_lot``.

    It is where ``trip_cost / lot + penalty * price * (risk + theft) * (lot / reference_lot) ** lot_effect`` is least:
    larger lots share the cost of a journey among more kilograms and are found more often (`detection.bulk`). With
    ``lot_effect = 1`` it is the square-root law of Harris (1913).

    Args:
        price: What a kilogram is worth [USD/kg], positive.
        risk: Chance that a lot of the reference size is found and taken, 0-1.
        trip_cost: Of one journey whatever the lot: driver, vehicle, hiding [USD/journey], positive.
        reference_lot: For which the risk is meant [kg], positive.
        penalty: Loss of one who is found, over the value of the lot, positive.
        lot_effect: Elasticity of detection to weight, above 0.
        theft: Chance that a lot of the reference size is lost without guards, above 0; it bounds lots where no one
            guards.

    Holds while the chance to be found is well below one. Links: L60 (low price per gram -> lot size, +; that larger
    lots are found more often is `detection.bulk`), with the answer to risk of B8: under more risk lots are smaller
    (Caulkins, Crawford & Reuter 1993).
    """
    at_stake = lot_effect * penalty * price * (risk + theft) * reference_lot
    return reference_lot * (trip_cost / at_stake) ** (1 / (1 + lot_effect))


def taken_inside(grown: Real, brought: Real, police_find: Real) -> Float[Array, "..."]:
    """What police take inside a state this month, in fields, on roads and in towns [kg].

    ``police_find * (grown + brought)``. Guards of its borders have no part in it: where much is grown much is taken,
    however open the borders are.

    Args:
        grown: Sets out from stands of the state [kg], never negative.
        brought: Comes in over its borders [kg], never negative.
        police_find: Share of it that police take, 0-1.

    Holds while the share is small: what is taken so is not missing from what goes on.
    """
    return police_find * (grown + brought)
