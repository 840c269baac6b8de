"""Observation: from the results of a run to the numbers that somebody published.

One pure function, `predictions`. A target names a *recorded* variable; `WAYS` tells how each of them follows from the
quantities of a run, `RECORD` which of them the region's dated files answer without a run, `UNSEEN` which the model does
not hold, and why. A variable with the name of a quantity needs no way of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from panj.basics.codes import ends
from panj.basics.dates import Month, first_day, last_day
from panj.ensembles import Run
from panj.region import Region, Target, delimited_share, holders, posts_open, sections_of
from panj.region.conditions import CONDITIONS, course_of, value_in

Values = NDArray[np.float64]

YEAR = 12
"""Months."""

BEFORE_CLOSURE = 12
"""Months before a closure whose prices it is compared with."""

TAIL = 0.95
"""Of all posts and months, what the upper tail of waiting leaves below it."""

SPREAD_OF_WAITS = 3.0
"""The 95 % quantile of single waits over their mean, where waits are exponential: ``-ln(0.05)``, as in a busy queue."""


@dataclass(frozen=True)
class Seen:
    """What is looked at.

    Attributes:
        dataset: The quantities of a run.
        region: Under the scenario of the run.
        draws: Parameters by name, one value a member; empty where they are not known.
    """

    dataset: xr.Dataset
    region: Region
    draws: Mapping[str, Values] = field(default_factory=dict)


def draws_of(experiments: pd.DataFrame, members: Sequence[int] | NDArray[np.int_]) -> dict[str, Values]:
    """Parameters of some members, by name, from the table of a run's members."""
    rows = experiments.set_index("member").loc[list(members)]
    return {str(name)[2:]: rows[name].to_numpy(float) for name in rows if str(name).startswith("p:")}


def seen_in(run: Run, region: Region) -> Seen:
    """A finished run as it is judged: members that did not converge are left out, unless most did not."""
    good = run.experiments["converged"].to_numpy(bool)
    chosen = np.flatnonzero(good) if good.sum() * 2 >= good.size else np.arange(good.size)
    dataset = run.dataset.isel(member=chosen)
    return Seen(dataset, region, draws_of(run.experiments, dataset["member"].to_numpy()))


@dataclass(frozen=True)
class Prediction:
    """What a run says of a target.

    Attributes:
        target: The published number.
        values: The same thing in every member, in the target's unit; None if there is no figure.
        why: Why there is none.
        from_record: The figure is of the region's dated files, not of the run, so it is the same in every member.
    """

    target: Target
    values: Values | None
    why: str = ""
    from_record: bool = False


class NoFigure(Exception):
    """There is no figure; the message says why."""


Way = Callable[[Seen, Target], Values]


def predictions(seen: Seen, targets: Iterable[Target] | None = None) -> list[Prediction]:
    """What a run says of targets, in their order; of all of the region's, if none are given."""
    wanted = seen.region.targets.values() if targets is None else targets
    return [_prediction(seen, target) for target in wanted]


def _prediction(seen: Seen, target: Target) -> Prediction:
    if target.use == "input" and target.variable in RECORD:
        value = RECORD[target.variable](seen.region, target)
        if value is None:
            return Prediction(target, None, "the files have no such number", from_record=True)
        return Prediction(target, np.full(seen.dataset.sizes["member"], value * target.factor), from_record=True)
    if target.variable in UNSEEN:
        return Prediction(target, None, UNSEEN[target.variable])
    try:
        values = np.asarray(_way(seen, target)(seen, target), float) * target.factor
    except NoFigure as reason:
        return Prediction(target, None, str(reason))
    if not np.isfinite(values).any():
        return Prediction(target, None, "no member has a figure")
    return Prediction(target, values)


def _way(seen: Seen, target: Target) -> Way:
    name = target.variable
    if name in WAYS:
        return WAYS[name]
    for ending, way in ENDINGS.items():
        if name.endswith(ending):
            return way
    if name not in seen.dataset:
        _none("the model does not hold this variable yet")
    return plain


def has_way(variable: str, dataset: xr.Dataset) -> bool:
    """Whether a run, or the files of its region, can answer a recorded variable at all."""
    named = variable in WAYS or variable in RECORD or any(variable.endswith(ending) for ending in ENDINGS)
    return variable not in UNSEEN and (named or variable in dataset)


def _none(why: str) -> NoReturn:
    raise NoFigure(why)


# Parts of which the ways are made


def quantity(seen: Seen, name: str) -> xr.DataArray:
    """A quantity of the run.

    Raises:
        NoFigure: The run is older than the quantity.
    """
    if name not in seen.dataset:
        _none(f"the run has no {name}")
    return seen.dataset[name]


def at(values: xr.DataArray, axis: str, label: str) -> xr.DataArray:
    """A quantity at one label.

    Raises:
        NoFigure: The run has no such label.
    """
    if label not in values[axis].to_numpy().tolist():
        _none(f"the run has no {axis} {label}")
    return values.sel({axis: label})


def window(values: xr.DataArray, target: Target) -> xr.DataArray:
    """The months of a target.

    Raises:
        NoFigure: They lie outside the run.
    """
    first, last = pd.Timestamp(first_day(target.from_)), pd.Timestamp(last_day(target.to))
    months = values["month"].to_numpy()
    if len(months) == 0 or first.to_datetime64() > months[-1] or last.to_datetime64() < months[0]:
        _none("its dates lie outside the run")
    return values.sel(month=slice(first.replace(day=1), last))


def member_states(region: Region) -> list[str]:
    """Codes of the states that are simulated in full."""
    return [code for code, state in region.states.items() if state.kind == "member"]


def inner_borders(region: Region) -> list[str]:
    """Borders between two member states."""
    members = set(member_states(region))
    return [border for border in region.borders if set(ends(border)) <= members]


def way_in(region: Region, state: str) -> tuple[list[str], list[str]]:
    """The borders of a state: those with members, and all."""
    members = set(member_states(region))
    every = [border for border in region.borders if state in ends(border)]
    return [border for border in every if members & (set(ends(border)) - {state})], every


def condition(region: Region, name: str, state: str, when: Target) -> float:
    """A condition of a state in the middle of the months of a target."""
    first, last = first_day(when.from_), last_day(when.to)
    rows = [row for row in region.conditions if row.key == (name, state)]
    return value_in(Month(first + (last - first) / 2), rows, CONDITIONS[name])


def in_unit(months: xr.DataArray, unit: str, wanted: str) -> xr.DataArray:
    """A monthly quantity as a target counts it: a mean, a total of the months, or a year's worth.

    Raises:
        NoFigure: There is no way from the one unit to the other.
    """
    thing, _, per = unit.partition("/")
    want, _, want_per = wanted.partition("/")
    want_per = "year" if want_per in ("a", "yr", "year") else want_per
    weights = {("kg", "t"): 1e-3, ("t", "kg"): 1e3, ("1", "%"): 100.0, ("1", "share"): 1.0, ("1", "percent"): 100.0}
    factor = 1.0 if thing == want else weights.get((thing, want))
    if factor is not None:
        if per == want_per:
            return months.mean("month") * factor
        if per == "month" and want_per == "year":
            return months.mean("month") * YEAR * factor
        if per == "month" and want_per == "":
            return months.sum("month", skipna=False) * factor
    _none(f"no way from {unit} to {wanted}")


def unit_of(dataset: xr.Dataset, name: str, flows: Iterable[str], region: Region) -> str:
    """The unit of a quantity; where it is the unit of a flow, that of the flows that are chosen."""
    unit = str(dataset[name].attrs["units"])
    if not unit.startswith("unit"):
        return unit
    units = {region.flows[flow].unit for flow in flows if flow in region.flows}
    return unit.replace("unit", units.pop(), 1) if len(units) == 1 else unit


def of_flow(seen: Seen, name: str, target: Target) -> xr.DataArray:
    """A quantity at the flow of a target, or as it is where either knows no flow."""
    values = quantity(seen, name)
    return at(values, "flow", target.flow) if target.flow and "flow" in values.dims else values


def members_first(values: xr.DataArray) -> Values:
    """One number a member."""
    return np.asarray(values.to_numpy(), float)


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
        _none("its dates are less than two years apart in the run")
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
        _none(f"{target.place} is no border between two members")
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
        _none(f"the model has no users of {target.flow}")
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
        _none(f"{', '.join(outside)} lies outside the region: what happens inside it is given, not simulated")


def registered(seen: Seen, target: Target) -> Values:
    """Users on a state's register: true users over the true number for each that is registered."""
    if "users_per_registered" not in seen.draws:
        _none("the parameters of the run are not known")
    users = members_first(window(at(quantity(seen, "users"), "state", target.place), target).mean("month"))
    return np.asarray(users / seen.draws["users_per_registered"])


def estimated_users(seen: Seen, target: Target) -> Values:
    """Users as someone inferred them: the true number, with a wide error."""
    return members_first(window(at(quantity(seen, "users"), "state", target.place), target).mean("month"))


def recorded_at(seen: Seen, target: Target) -> xr.DataArray:
    """Recorded seizures of a flow month by month, at a state or a border, or of all members.

    Agencies record by state; at a border it is what is seized there times the share that enters the records of all.
    What others say of the whole region leaves out what a state does not tell them.
    """
    records = of_flow(seen, "recorded_seizures", target)
    if target.place == "region":
        return sum(
            (at(records, "state", state) * told(seen.region, state, records) for state in member_states(seen.region)),
            start=xr.zeros_like(records.isel(state=0, drop=True)),
        )
    if target.place in records["state"].to_numpy().tolist():
        return at(records, "state", target.place)
    taken = at(of_flow(seen, "seized_at", target), "border", target.place)
    everything = of_flow(seen, "seized", target)
    return taken * (records.sum("state") / everything.where(everything > 0)).fillna(0)


def told(region: Region, state: str, months: xr.DataArray) -> xr.DataArray:
    """Share of its records that a state tells others, by month."""
    rows = [row for row in region.conditions if row.key == ("disclosure", state)]
    share = course_of(rows, CONDITIONS["disclosure"])
    values = [share(Month(str(month)[:7])) for month in months["month"].to_numpy().astype("datetime64[M]")]
    return xr.DataArray(values, coords={"month": months["month"]}, dims="month")


def recorded_seizures(seen: Seen, target: Target) -> Values:
    """What agencies write down as seized."""
    flows = [target.flow] if target.flow else []
    unit = unit_of(seen.dataset, "recorded_seizures", flows, seen.region)
    return members_first(in_unit(window(recorded_at(seen, target), target), unit, target.unit))


AS_SEIZED = {"opiates": 2.5, "cannabis": 1.0, "synthetic-drugs": 1.0}
"""Weight as seized over weight as the model counts it [kg/kg]: cut heroin and some opium (assumed: 1.4 where it is all
heroin, up to 10 where it is all opium; hence the wide discrepancy of such targets)."""


def drugs_seized(seen: Seen, target: Target) -> Values:
    """All drugs that agencies write down as seized, by weight as seized."""
    total = np.zeros(seen.dataset.sizes["member"])
    for flow, weight in AS_SEIZED.items():
        if flow in seen.region.flows:
            total += weight * recorded_seizures(seen, target.model_copy(update={"flow": flow}))
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


def northern(seen: Seen, target: Target) -> xr.DataArray:
    """Share of what passes the borders of a state that does so at its borders with members, month by month."""
    some, every = way_in(seen.region, target.place)
    passed = of_flow(seen, "passed", target)
    whole = passed.sel(border=every).sum("border")
    return passed.sel(border=some).sum("border") / whole.where(whole > 0)


def northern_share(seen: Seen, target: Target) -> Values:
    """The same over the months of a target."""
    return members_first(window(northern(seen, target), target).mean("month"))


def estimated_flow(seen: Seen, target: Target) -> Values:
    """What someone inferred of a flow: what passes a border, or leaves a state over its borders with members."""
    some = [target.place] if target.place in seen.region.borders else way_in(seen.region, target.place)[0]
    passed = of_flow(seen, "passed", target).sel(border=some).sum("border")
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
        _none("its dates lie outside the run")
    return np.exp(members_first(window(gap, target).max("month") - before.mean("month")))


def wait_upper_tail(seen: Seen, target: Target) -> Values:
    """Waiting of a lorry that 95 % of posts and months stay below, as a single long wait there [h]."""
    waits = window(quantity(seen, "wait"), target)
    return members_first(waits.quantile(TAIL, ("crossing", "month"), skipna=True)) * SPREAD_OF_WAITS


def customs_revenue_share(seen: Seen, target: Target) -> Values:
    """Customs over all that a state takes: customs of the run, the rest as the files give it."""
    customs = members_first(window(at(quantity(seen, "revenue"), "state", target.place), target).mean("month"))
    return customs / (customs + condition(seen.region, "other_revenue", target.place, target))


def recorded_assistance(seen: Seen, target: Target) -> Values:
    """Aid to the borders of a state that donors budget, so what their attention promises [USD/year]."""
    return _plain(seen, target, quantity(seen, "aid_promised"), "aid_promised")


def heroin_price(seen: Seen, target: Target) -> Values:
    """Wholesale price of heroin in a state: that of the files, moved by harvests and seizures [USD/kg]."""
    return _plain(seen, target, quantity(seen, "drug_price"), "drug_price")


def income_loss(seen: Seen, target: Target) -> Values:
    """What the two states of a border earn less because activity there fell since the clock began [USD/year]."""
    return _plain(seen, target, quantity(seen, "income_lost"), "income_lost")


WAYS: Mapping[str, Way] = {
    "closure_price_ratio": closure_price_ratio,
    "customs_revenue_share": customs_revenue_share,
    "drugs_seized": drugs_seized,
    "estimated_drug_money": estimated_drug_money,
    "estimated_flow": estimated_flow,
    "estimated_users": estimated_users,
    "heroin_price": heroin_price,
    "income_loss": income_loss,
    "northern_share": northern_share,
    "opium_output": opium_output,
    "prevalence_ratio": prevalence_ratio,
    "recorded_prevalence": prevalence,
    "recorded_assistance": recorded_assistance,
    "recorded_seizures": recorded_seizures,
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
    "irregular_workers": "the model reports irregular migrants by where they work, not by where they come from",
    "suppression_by_rigidity": "needs a scenario laid over the history",
}
"""Variables that the model does not hold, and why."""

SERIES: Mapping[str, Callable[[Seen, Target], xr.DataArray]] = {"northern_share": northern}
"""Variables month by month that are no quantities of a run."""


# What the region's dated files hold


def _delimited(region: Region, target: Target) -> float | None:
    return delimited_share(region, target.place, target.to)


def _posts(region: Region, target: Target) -> float | None:
    return float(len(posts_open(region, target.place, target.to))) or None


def _foreign_staff(region: Region, target: Target) -> float | None:
    """Staff of agencies that hold another state's side at the end, as the last row of each place before it says."""
    latest: dict[tuple[str, str], tuple[str, float]] = {}
    own = [section.id for section in sections_of(region, target.place)]
    held = {
        (row.agency, side)
        for section in own
        for side in ends(target.place)
        for row in holders(region, section, side, target.to)
    }
    sections = {*own, target.place}
    for row in region.strength:
        foreign = region.agencies[row.agency].state != row.side and (row.agency, row.side) in held
        foreign = foreign and row.section in sections
        if foreign and row.staff is not None and first_day(row.date) <= last_day(target.to):
            key = (row.agency, row.section)
            latest[key] = max(latest.get(key, ("", 0.0)), (row.date, row.staff))
    return sum(staff for _, staff in latest.values()) or None


def _cited_aid(region: Region, target: Target) -> float | None:
    """Deliveries that cite a claim of the target, whole if they end within its months."""
    whole = [
        delivery.usd
        for programme in region.programmes.values()
        for delivery in programme.deliveries
        if set(delivery.claims) & set(target.claims) and last_day(delivery.to) <= last_day(target.to)
    ]
    return sum(whole) or None


def _aid_ratio(region: Region, target: Target) -> float | None:
    """What donors that do not guard there themselves deliver in the target's months, over those that do."""
    guardians = {agency.state for agency in region.agencies.values()}
    first, last = first_day(target.from_), last_day(target.to)
    given = {True: 0.0, False: 0.0}
    for programme in region.programmes.values():
        for delivery in programme.deliveries:
            start, end = first_day(delivery.from_), last_day(delivery.to)
            days = (min(end, last) - max(start, first)).days + 1
            given[programme.donor in guardians] += delivery.usd * max(days, 0) / ((end - start).days + 1)
    return given[False] / given[True] if given[True] > 0 else None


def _upkeep(region: Region, target: Target) -> float | None:
    """A year's worth of the upkeep that cites a claim of the target."""
    yearly = [
        delivery.usd / ((last_day(delivery.to) - first_day(delivery.from_)).days / 365.25)
        for programme in region.programmes.values()
        for delivery in programme.deliveries
        if delivery.kind == "upkeep" and set(delivery.claims) & set(target.claims)
    ]
    return sum(yearly) or None


RECORD: Mapping[str, Callable[[Region, Target], float | None]] = {
    "aid": _cited_aid,
    "aid_ratio": _aid_ratio,
    "aid_upkeep": _upkeep,
    "delimited_share": _delimited,
    "posts_open": _posts,
    "staff_foreign": _foreign_staff,
}
"""Variables that the region's dated files answer."""
