"""How each recorded variable follows from the quantities of a run.

A way is a pure function of a run and a target: one number a member, in the unit of the target. A variable with the name
of a quantity needs none of its own (`plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day
from panj.calibration.seen import (
    YEAR,
    Seen,
    Values,
    at,
    condition,
    in_unit,
    inner_borders,
    member_states,
    members_first,
    no_figure,
    of_flow,
    quantity,
    unit_of,
    way_in,
    window,
)
from panj.mechanisms.heroin import HEROIN_PURITY, OPIUM_FOR_HEROIN
from panj.region import Region, Target
from panj.region.conditions import CONDITIONS, course_of

Way = Callable[[Seen, Target], Values]


BEFORE_CLOSURE = 12
"""Months before a closure whose prices it is compared with."""

TAIL = 0.95
"""Of all lorries, what the upper tail of waiting leaves below it."""

HALVINGS = 50
"""How often the interval that holds a quantile is halved: to a part in 1e15 of its first length."""


# Ways that hold for any quantity


def plain(seen: Seen, target: Target) -> Values:
    """A quantity of the run at the place and flow of a target, over its months and in its unit."""
    return _plain(seen, target, of_flow(seen, target.variable, target), target.variable)


def _plain(seen: Seen, target: Target, values: xr.DataArray, name: str) -> Values:
    axes = [axis for axis in ("border", "state", "crossing", "route") if axis in values.dims]
    if target.place == "region":
        if "state" in axes:
            values = values.sel(state=member_states(seen.region))
    elif target.place and axes:
        fitting = [axis for axis in axes if target.place in values[axis].to_numpy().tolist()]
        values = at(values, (fitting or axes)[0], target.place)
    rest = [axis for axis in values.dims if axis not in ("member", "month")]
    flows = [target.flow] if target.flow else values["flow"].to_numpy().tolist() if "flow" in rest else []
    unit = unit_of(seen.dataset, name, flows, seen.region)
    additive = "/month" in unit or str(seen.dataset[name].attrs.get("kind")) == "stock"
    joined = values.sum(rest, skipna=False) if additive else values.mean(rest)
    return members_first(in_unit(window(joined, target), unit, target.unit))


def growth(seen: Seen, target: Target) -> Values:
    """``<variable>_growth``: a variable in the last twelve months of a target's over the first twelve."""
    name = target.variable.removesuffix("_growth")
    months = window(_series(seen, name, target), target)
    if months.sizes["month"] < 2 * YEAR:
        no_figure("its dates are less than two years apart in the run")
    first, last = months.isel(month=slice(0, YEAR)).mean("month"), months.isel(month=slice(-YEAR, None)).mean("month")
    return members_first(last / first.where(first > 0))


def _series(seen: Seen, name: str, target: Target) -> xr.DataArray:
    if name in SERIES:
        return SERIES[name](seen, target)
    values = of_flow(seen, name, target)
    if "state" in values.dims and target.place == "region":
        values = values.sel(state=member_states(seen.region))
    elif "state" in values.dims:
        values = at(values, "state", target.place)
    elif "border" in values.dims and target.place != "region":
        values = at(values, "border", target.place)
    return values.sum([axis for axis in values.dims if axis not in ("member", "month")])


def rank(seen: Seen, target: Target) -> Values:
    """``<variable>_rank``: the rank of a border by a quantity among the borders between two members; 1: most."""
    values = of_flow(seen, target.variable.removesuffix("_rank"), target)
    inner = inner_borders(seen.region)
    if target.place not in inner:
        no_figure(f"{target.place} is no border between two members")
    mean = window(values.sel(border=inner), target).mean("month")
    own = mean.sel(border=target.place)
    return members_first((mean > own).sum("border").where(np.isfinite(own)) + 1.0)


# Ways of single variables


def opium_output(seen: Seen, target: Target) -> Values:
    """Opium of the harvest [t/year]."""
    return _plain(seen, target, quantity(seen, "opium"), "opium")


OPIATES = "opiates"
"""The flow whose users the model has."""


def prevalence(seen: Seen, target: Target) -> Values:
    """Users of opiates in a hundred inhabitants of 15 and over; the part that the official figure knows is a factor."""
    if target.flow != OPIATES:
        no_figure(f"the model has no users of {target.flow}")
    users = quantity(seen, "users")
    states = member_states(seen.region) if target.place == "region" else [target.place]
    _simulated(seen, states)
    counts = [members_first(window(at(users, "state", state), target).mean("month")) for state in states]
    adults = sum(condition(seen.region, "adults", state, target) for state in states)
    return np.asarray(100 * np.sum(counts, axis=0) / adults)


def prevalence_ratio(seen: Seen, target: Target) -> Values:
    """The prevalence of all members over that of another state, whose users stand as the files give them."""
    here = prevalence(seen, target.model_copy(update={"place": "region"}))
    users = members_first(window(at(quantity(seen, "users"), "state", target.place), target).mean("month"))
    return here / (100 * users / condition(seen.region, "adults", target.place, target))


def _simulated(seen: Seen, states: Iterable[str]) -> None:
    outside = sorted(set(states) - set(member_states(seen.region)))
    if outside:
        no_figure(f"{', '.join(outside)} lies outside the region: what happens inside it is given, not simulated")


def registered(seen: Seen, target: Target) -> Values:
    """Users on a state's register: true users over the true number for each that is registered."""
    if "users_per_registered" not in seen.draws:
        no_figure("the parameters of the run are not known")
    users = members_first(window(at(quantity(seen, "users"), "state", target.place), target).mean("month"))
    return np.asarray(users / seen.draws["users_per_registered"])


def estimated_users(seen: Seen, target: Target) -> Values:
    """Users as someone inferred them: the true number, with a wide error."""
    return members_first(window(at(quantity(seen, "users"), "state", target.place), target).mean("month"))


def recorded_at(seen: Seen, target: Target) -> xr.DataArray:
    """Recorded seizures of a flow month by month, at a state or a border, or of all members.

    Agencies record by state, at its borders and inside it; at a border it is what is seized there times the share that
    enters the records of all. What others say of the whole region leaves out what a state does not tell them.
    """
    records = of_flow(seen, "recorded_seizures", target)
    of_state = records + of_flow(seen, "recorded_inside", target)
    if target.place == "region":
        return sum(
            (at(of_state, "state", state) * told(seen.region, state, records) for state in member_states(seen.region)),
            start=xr.zeros_like(records.isel(state=0, drop=True)),
        )
    if target.place in records["state"].to_numpy().tolist():
        return at(of_state, "state", target.place)
    taken = at(of_flow(seen, "seized_at", target), "border", target.place)
    everything = of_flow(seen, "seized", target)
    return taken * (records.sum("state") / everything.where(everything > 0)).fillna(0)


def told(region: Region, state: str, months: xr.DataArray) -> xr.DataArray:
    """Share of its records that a state tells others, by month."""
    return _course(region, "disclosure", state, months)


def _course(region: Region, name: str, place: str, months: xr.DataArray) -> xr.DataArray:
    """A condition by month."""
    rows = [row for row in region.conditions if row.key == (name, place)]
    course = course_of(rows, CONDITIONS[name])
    values = [course(Month(str(month)[:7])) for month in months["month"].to_numpy().astype("datetime64[M]")]
    return xr.DataArray(values, coords={"month": months["month"]}, dims="month")


def recorded_seizures(seen: Seen, target: Target) -> Values:
    """What agencies write down as seized."""
    return _written(seen, target, recorded_at(seen, target))


def recorded_seizures_at_borders(seen: Seen, target: Target) -> Values:
    """What agencies write down as seized at the borders of a state: customs and guards without its police."""
    return _written(seen, target, at(of_flow(seen, "recorded_seizures", target), "state", target.place))


def _written(seen: Seen, target: Target, records: xr.DataArray) -> Values:
    """Records of seizures of a flow, over the months of a target and in its unit."""
    flows = [target.flow] if target.flow else []
    unit = unit_of(seen.dataset, "recorded_seizures", flows, seen.region)
    return members_first(in_unit(window(records, target), unit, target.unit))


DRUGS = (OPIATES, "cannabis", "synthetic-drugs")
"""Flows that are drugs."""


def weight_as_seized(region: Region, flow: str, months: xr.DataArray) -> xr.DataArray:
    """Weight as seized over weight as the model counts it, by month [kg/kg].

    Opiates are counted by content, and seized as heroin that is cut and as opium: ``heroin_share / HEROIN_PURITY +
    (1 - heroin_share) * OPIUM_FOR_HEROIN``. Of other drugs 1.
    """
    if flow != OPIATES:
        return xr.ones_like(months["month"], float)
    heroin = _course(region, "heroin_share", "", months)
    return heroin / HEROIN_PURITY + (1 - heroin) * OPIUM_FOR_HEROIN


def drugs_seized(seen: Seen, target: Target) -> Values:
    """All drugs that agencies write down as seized, by weight as seized."""
    total = np.zeros(seen.dataset.sizes["member"])
    for flow in DRUGS:
        if flow in seen.region.flows:
            of_it = target.model_copy(update={"flow": flow})
            records = recorded_at(seen, of_it)
            total += _written(seen, of_it, records * weight_as_seized(seen.region, flow, records))
    return total


def recorded_seizures_share(seen: Seen, target: Target) -> Values:
    """Recorded seizures at a place over those that all members tell others of."""
    everywhere = target.model_copy(update={"place": "region"})
    here = window(recorded_at(seen, target), target).sum("month")
    return members_first(here / window(recorded_at(seen, everywhere), target).sum("month"))


def seized_share(seen: Seen, target: Target) -> Values:
    """What is seized at a border over what passes it or is seized there."""
    taken = window(at(of_flow(seen, "seized_at", target), "border", target.place), target).sum("month")
    passed = window(at(of_flow(seen, "passed", target), "border", target.place), target).sum("month")
    return members_first(taken / (taken + passed))


def smuggled_share(seen: Seen, target: Target) -> Values:
    """Contraband over all goods that enter the second state of a border's code from the first, by weight."""
    passed = window(at(quantity(seen, "passed_forth"), "border", target.place), target).mean("month")
    goods = [
        name for name, flow in seen.region.flows.items() if flow.unit in ("t", "tonne") and flow.class_ == "freight"
    ]
    hidden = at(passed, "flow", str(target.flow))
    return members_first(hidden / passed.sel(flow=sorted({*goods, str(target.flow)})).sum("flow"))


def outbound(seen: Seen, target: Target) -> tuple[xr.DataArray, xr.DataArray]:
    """What leaves a state for good, month by month: on a way through members, and in all.

    A way is told by where it leads. What comes back is not gone, and what only cuts through a member to another
    neighbour of the state is on that neighbour's way, like what goes there straight; and the other way round.
    """
    passed, forth = (of_flow(seen, name, target) for name in ("passed", "passed_forth"))

    def net(here: str, there: str) -> xr.DataArray:
        first = f"{here}-{there}" in seen.region.borders
        border = f"{here}-{there}" if first else f"{there}-{here}"
        onward = 2 * at(forth, "border", border) - at(passed, "border", border)
        return onward if first else -onward

    some, every = way_in(seen.region, target.place)
    beside = {border: next(end for end in ends(border) if end != target.place) for border in every}
    leaves = {there: net(target.place, there) for there in beside.values()}
    members = [beside[border] for border in some]
    corners = [
        net(member, other)
        for member in members
        for other in leaves
        if other not in members and {f"{member}-{other}", f"{other}-{member}"} & set(seen.region.borders)
    ]
    nothing = xr.zeros_like(passed.isel(border=0, drop=True))
    through = sum((leaves[member] for member in members), nothing) - sum(corners, nothing)
    return through, sum(leaves.values(), nothing)


def northern(seen: Seen, target: Target) -> xr.DataArray:
    """Share of what leaves a state for good that does so on a way through members, month by month."""
    through, whole = outbound(seen, target)
    return (through / whole.where(whole > 0)).clip(0, 1)


def northern_share(seen: Seen, target: Target) -> Values:
    """The same over the months of a target."""
    return members_first(window(northern(seen, target), target).mean("month"))


def estimated_flow(seen: Seen, target: Target) -> Values:
    """What someone inferred of a flow: what passes a border, or leaves a state for good on a way through members."""
    if target.place in seen.region.borders:
        passed = at(of_flow(seen, "passed", target), "border", target.place)
    else:
        passed = outbound(seen, target)[0]
    unit = unit_of(seen.dataset, "passed", [str(target.flow)], seen.region)
    return members_first(in_unit(window(passed, target), unit, target.unit))


def estimated_drug_money(seen: Seen, target: Target) -> Values:
    """What the trade in opiates earns on its way, as someone inferred it."""
    return _plain(seen, target, quantity(seen, "drug_money"), "drug_money")


def unlawful_share(seen: Seen, target: Target) -> Values:
    """One flow among all that are counted in its unit and cross the green border, all borders together."""
    around = window(quantity(seen, "passed_green"), target).mean("month").sum("border")
    own = at(around, "flow", str(target.flow))
    flows = seen.region.flows
    alike = [name for name, flow in flows.items() if flow.unit == flows[str(target.flow)].unit]
    return members_first(own / around.sel(flow=alike).sum("flow"))


def closure_price_ratio(seen: Seen, target: Target) -> Values:
    """Prices of the neighbour's goods in a closure over those of the year before it."""
    gap = at(quantity(seen, "price_gap"), "border", target.place)
    start = pd.Timestamp(first_day(target.from_)).replace(day=1)
    before = gap.sel(month=slice(start - pd.DateOffset(months=BEFORE_CLOSURE), start - pd.DateOffset(days=1)))
    if before.sizes["month"] == 0:
        no_figure("its dates lie outside the run")
    return np.exp(members_first(window(gap, target).max("month") - before.mean("month")))


def wait_upper_tail(seen: Seen, target: Target) -> Values:
    """Time at a post that 95 of a hundred lorries stay below, of all that cross the borders of members [h].

    Each border and month weighs by its lorries, whose times are exponential about their mean, as in a busy queue: posts
    where nobody comes and lines without a post wait for nobody.
    """
    members, flows = set(member_states(seen.region)), seen.region.flows
    borders = [border for border in seen.region.borders if members & set(ends(border))]
    carried = [name for name, flow in flows.items() if flow.traveller == "lorry" and flow.purpose == "honest"]
    if not carried:
        no_figure("no flow of honest goods goes by lorry")
    passed = window(quantity(seen, "passed").sel(border=borders), target)
    lorries = sum(
        (passed.sel(flow=name, drop=True) / flows[name].lot for name in carried),
        start=0.0 * passed.isel(flow=0, drop=True),
    )
    mean = window(quantity(seen, "delay").sel(border=borders), target)
    there = mean.notnull() & (mean > 0)
    weight = lorries.where(there, 0.0)
    return members_first(tail_of(mean.where(there, 1.0), weight / weight.sum(("border", "month")), 1 - TAIL))


def tail_of(mean: xr.DataArray, weight: xr.DataArray, beyond: float) -> xr.DataArray:
    """What only a share of a mixture of exponential times lies beyond: means and weights by border and month."""
    over = ("border", "month")
    longest = mean.max(over)
    low, high = 0.0 * longest, longest * float(-np.log(beyond))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = (weight * np.exp(-middle / mean)).sum(over) > beyond
        low, high = middle.where(more, low), high.where(more, middle)
    return high


def customs_revenue_share(seen: Seen, target: Target) -> Values:
    """Customs over all that a state takes: customs of the run, the rest as the files give it."""
    customs = members_first(window(at(quantity(seen, "revenue"), "state", target.place), target).mean("month"))
    return customs / (customs + condition(seen.region, "other_revenue", target.place, target))


def by_one_donor(seen: Seen, target: Target) -> Values:
    """What one donor promises for borders, or budgets for all security, in a state; the region says whose are known."""
    if seen.region.budgets_of is None:
        no_figure("region.toml names no donor whose budgets are published (budgets_of)")
    return plain(seen, target)


def heroin_price(seen: Seen, target: Target) -> Values:
    """Wholesale price of heroin in a state: that of the files, moved by harvests and seizures [USD/kg]."""
    return _plain(seen, target, quantity(seen, "drug_price"), "drug_price")


def irregular_workers(seen: Seen, target: Target) -> Values:
    """Migrants from one state of a border who work in the other without papers [person]."""
    return _plain(seen, target, quantity(seen, "irregular_between"), "irregular_between")


def income_loss(seen: Seen, target: Target) -> Values:
    """What the two states of a border earn less because activity there fell since the clock began [USD/year]."""
    return _plain(seen, target, quantity(seen, "income_lost"), "income_lost")


WAYS: Mapping[str, Way] = {
    "aid_promised_by_one": by_one_donor,
    "closure_price_ratio": closure_price_ratio,
    "customs_revenue_share": customs_revenue_share,
    "drugs_seized": drugs_seized,
    "estimated_drug_money": estimated_drug_money,
    "estimated_flow": estimated_flow,
    "estimated_users": estimated_users,
    "heroin_price": heroin_price,
    "income_loss": income_loss,
    "irregular_workers": irregular_workers,
    "northern_share": northern_share,
    "opium_output": opium_output,
    "prevalence_ratio": prevalence_ratio,
    "recorded_prevalence": prevalence,
    "recorded_assistance": by_one_donor,
    "recorded_seizures": recorded_seizures,
    "recorded_seizures_at_borders": recorded_seizures_at_borders,
    "recorded_seizures_share": recorded_seizures_share,
    "registered_users": registered,
    "seized_share": seized_share,
    "smuggled_share": smuggled_share,
    "unlawful_share": unlawful_share,
    "wait_upper_tail": wait_upper_tail,
}
"""How a recorded variable follows from a run."""

ENDINGS: Mapping[str, Way] = {"_growth": growth, "_rank": rank}
"""Ways of all variables whose names end so."""

UNSEEN: Mapping[str, str] = {
    "fuel_over_border_budget": "the files guess what a state spends on its line without pay, and have no price of fuel",
    "hashish_output": "volumes of cannabis are made from it; the model reports no harvest",
    "heroin_seized": "the model does not tell heroin from opium",
    "suppression_by_rigidity": "needs a scenario laid over the history: `panj theses` puts the claim to the test",
}
"""Variables that the model does not hold, and why."""

SERIES: Mapping[str, Callable[[Seen, Target], xr.DataArray]] = {"northern_share": northern}
"""Variables month by month that are no quantities of a run."""
