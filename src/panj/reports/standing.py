"""A state or border of a region as a run has it on a day, beside what the record says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from panj.basics.codes import ends
from panj.basics.dates import Month
from panj.basics.faults import PanjError
from panj.basics.words import counted
from panj.calibration.seen import unit_of
from panj.region import Account, Line, Stock, Topic, stocks
from panj.reports.compare import SUMMED
from panj.reports.summary import Members, interval, settled_members
from panj.reports.words import inside, month_text, proper_names, scale_of
from panj.simulation.quantities import Quantity, quantities

if TYPE_CHECKING:
    from panj.region import Region

OTHERS = "Other quantities of the model"


class Opened(Protocol):
    """What is read of an opened run."""

    @property
    def dataset(self) -> xr.Dataset:
        """Its trajectories."""


def with_model(account: Account, region: Region, run: Opened) -> Account:
    """The account with the run's values beside each stock, and with what else the run holds of the place.

    A state stands for the mean over its land borders (the sum, where a quantity adds up) where the model has a stock by
    border. Accounts of anything but a state or border are given back as they are.

    Raises:
        PanjError: The run does not reach the day, or is of another region.
    """
    if account.kind not in ("state", "border"):
        return account
    members = settled_members(run.dataset)
    month = Month(account.on[:7])
    at = _at(members.dataset, month, account)
    who = _who(members, run.dataset, month)
    told = {stock.quantity: stock for stock in stocks()}
    names = {stock.title: stock for stock in stocks()}
    topics = [
        Topic(title=topic.title, lines=(*_modelled(names[topic.title], at, account, region, who), *topic.lines))
        if topic.title in names
        else topic
        for topic in account.topics
    ]
    there = {topic.title for topic in topics}
    topics += [
        Topic(title=stock.title, lines=lines)
        for stock in stocks()
        if stock.title not in there and (lines := _modelled(stock, at, account, region, who))
    ]
    rest = [line for one in quantities() if one.name not in told for line in _other(one, at, account, region, who)]
    topics += [Topic(title=OTHERS, lines=tuple(rest))] if rest else []
    return account.model_copy(update={"topics": tuple(topics)})


def _at(dataset: xr.Dataset, month: Month, account: Account) -> xr.Dataset:
    """The run in one month.

    Raises:
        PanjError: It has no such month or place.
    """
    first, last = (Month(pd.Timestamp(day).date()) for day in dataset["month"].to_numpy()[[0, -1]])
    if not first <= month <= last:
        raise PanjError(f"The run holds {first} to {last}, not {month}. Ask for a day in these months with --on.")
    if account.id not in dataset[account.kind].to_numpy():
        raise PanjError(f"The run has no {account.kind} {account.id}. Name the region of the run with --region.")
    return dataset.sel(month=pd.Timestamp(month.first))


def _who(members: Members, whole: xr.Dataset, month: Month) -> str:
    count = members.dataset.sizes["member"]
    rest = ""
    if members.failed:
        rest = f"; {members.failed} more did not converge" if members.left_out else "; most did not converge: no figure"
    return f"model, {whole.attrs['scenario']}, {month_text(month)}, {counted(count, 'member')}{rest}"


def _modelled(stock: Stock, at: xr.Dataset, account: Account, region: Region, who: str) -> tuple[Line, ...]:
    quantity = next((one for one in quantities() if one.name == stock.quantity), None)
    if quantity is None or stock.quantity not in at or (account.kind == "border" and stock.axis == "state"):
        return ()
    values = _values(quantity, at, account, region)
    if values is None:
        return ()
    match stock.shown:
        case "rest":
            values = 1 - values
        case "dearer":
            values = xr.apply_ufunc(np.expm1, values)
    return (Line(text=_figure(values, "1" if stock.shown else quantity.unit), source=who),)


def _other(one: Quantity, at: xr.Dataset, account: Account, region: Region, who: str) -> list[Line]:
    """A quantity of the place that has no topic of its own."""
    if one.knowledge == "diagnostic" or one.name not in at or account.kind not in one.axes:
        return []
    if not set(one.axes) <= {"member", "month", account.kind, "flow"}:
        return []
    values = _values(one, at, account, region)
    if values is None:
        return []
    if "flow" not in values.dims:
        return [Line(text=f"{one.meaning}: {_figure(values, one.unit)}", source=who)]
    lines = []
    for flow in values["flow"].to_numpy().tolist():
        mine = values.sel(flow=flow)
        if float(abs(mine).max()) > 0:
            unit = unit_of(at, one.name, (flow,), region)
            name = inside(region.flows[flow].title, proper_names(region))
            text = f"{one.meaning}, {name}: {_figure(mine, unit)}"
            lines.append(Line(text=text, source=who))
    return lines


def _values(one: Quantity, at: xr.Dataset, account: Account, region: Region) -> xr.DataArray | None:
    """A quantity at a place over members; a state's borders joined where it stands by border."""
    values = at[one.name]
    if account.kind in values.dims:
        return values.sel({account.kind: account.id})
    if "border" in values.dims:
        mine = _borders(at, account.id, region)
        if not mine:
            return None
        values = values.sel(border=mine)
        return values.sum("border") if one.kind in SUMMED and one.unit != "1" else values.mean("border")
    return values if not {"state", "crossing", "route"} & set(values.dims) else None


def _borders(at: xr.Dataset, state: str, region: Region) -> Sequence[str]:
    known = at["border"].to_numpy().tolist()
    return [code for code in known if state in ends(code) and region.borders[code].kind == "land"]


def _figure(values: xr.DataArray, unit: str) -> str:
    """``41 % (50 %: 35 to 46; 90 %: 22 to 60)``."""
    one = interval(values.to_numpy())
    if one is None:
        return "no figure"
    form = scale_of((one,), unit)
    if one.certain:
        return form.full(one.median)
    half, most = (f"{form.bare(a)} to {form.bare(b)}" for a, b in ((one.low50, one.high50), (one.low90, one.high90)))
    return f"{form.full(one.median)} (50 %: {half}; 90 %: {most})"
