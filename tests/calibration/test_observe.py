"""What a run says of a published number: laws of the way from the one to the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from tests.calibration.conftest import invented

from panj.calibration import Seen, has_way, predictions
from panj.calibration.on_file import RECORD
from panj.calibration.ways import DRUGS, OPIATES, UNSEEN, WAYS, weight_as_seized
from panj.region import Condition, Region, Target, open_region


def target(variable: str = "recorded_seizures", **more: Any) -> Target:
    row: dict[str, Any] = {"id": "t", "variable": variable, "place": "NO", "flow": "opiates", "from": "2001"}
    row |= {"to": "2001", "value": 1.0, "unit": "kg/year", "use": "fit"}
    return Target.model_validate(row | more)


def values_of(dataset: xr.Dataset, region: Region, asked: Target) -> np.ndarray[Any, Any]:
    (one,) = predictions(Seen(dataset, region, {"users_per_registered": np.full(6, 4.0)}), [asked])
    assert one.values is not None, one.why
    return one.values


def written_down(dataset: xr.Dataset) -> xr.DataArray:
    """What agencies write down at the borders of a state and inside it."""
    return dataset["recorded_seizures"] + dataset["recorded_inside"]


def test_a_year_is_twelve_mean_months(dataset: xr.Dataset, tiny: Region):
    asked = target()
    months = written_down(dataset).sel(flow="opiates", state="NO", month="2001")
    assert_allclose(values_of(dataset, tiny, asked), months.sum("month"), rtol=1e-5)


def test_what_customs_and_guards_take_is_without_what_police_take(dataset: xr.Dataset, tiny: Region):
    asked = target("recorded_seizures_at_borders")
    months = dataset["recorded_seizures"].sel(flow="opiates", state="NO", month="2001")
    assert_allclose(values_of(dataset, tiny, asked), months.sum("month"), rtol=1e-5)


def test_a_total_of_some_months_is_their_sum(dataset: xr.Dataset, tiny: Region):
    asked = target(unit="kg", to="2001-08", **{"from": "2001-01"})
    months = written_down(dataset).sel(flow="opiates", state="NO", month=slice("2001-01", "2001-08"))
    assert_allclose(values_of(dataset, tiny, asked), months.sum("month"), rtol=1e-5)


def test_tonnes_are_a_thousand_kilograms(dataset: xr.Dataset, tiny: Region):
    assert_allclose(values_of(dataset, tiny, target()), 1000 * values_of(dataset, tiny, target(unit="t/year")))


@pytest.mark.parametrize("variable", ["recorded_seizures", "recorded_prevalence", "estimated_users"])
def test_the_factor_multiplies(dataset: xr.Dataset, tiny: Region, variable: str):
    asked = target(variable, unit="kg/year" if variable == "recorded_seizures" else "person")
    twice = asked.model_copy(update={"factor": 2.0})
    assert_allclose(values_of(dataset, tiny, twice), 2 * values_of(dataset, tiny, asked))


def test_the_region_is_the_sum_of_its_members(dataset: xr.Dataset, tiny: Region):
    states = [code for code, state in tiny.states.items() if state.kind == "member"]
    parts = sum(values_of(dataset, tiny, target(place=state)) for state in states)
    assert_allclose(values_of(dataset, tiny, target(place="region")), parts, rtol=1e-6)


def test_shares_of_what_all_record_add_up_to_one(dataset: xr.Dataset, tiny: Region):
    states = [code for code, state in tiny.states.items() if state.kind == "member"]
    shares = [values_of(dataset, tiny, target("recorded_seizures_share", place=s, unit="share")) for s in states]
    assert_allclose(sum(shares), 1, rtol=1e-6)


def test_the_region_as_others_know_it_leaves_out_what_a_state_does_not_tell(dataset: xr.Dataset, tiny: Region):
    """From the month of its date on; and the shares of those who tell grow with it."""
    keeps = Condition(quantity="disclosure", place="NO", at="2001-07", value=0.25)
    silent = replace(tiny, conditions=(*tiny.conditions, keeps))
    asked = target(place="region")
    own = written_down(dataset).sel(flow="opiates", state="NO", month=slice("2001-07", "2001-12")).sum("month")
    less = values_of(dataset, tiny, asked) - values_of(dataset, silent, asked)
    assert_allclose(less, 0.75 * own, rtol=1e-4)
    share = target("recorded_seizures_share", place="SO", unit="share")
    assert np.all(values_of(dataset, silent, share) > values_of(dataset, tiny, share))


def test_budgets_are_told_where_the_region_says_whose_they_are(dataset: xr.Dataset, tiny: Region):
    asked = target("recorded_assistance", place="SO", flow=None, unit="USD/year")
    budgeted = dataset["recorded_assistance"].sel(state="SO", month="2001").sum("month")
    assert_allclose(values_of(dataset, tiny, asked), budgeted, rtol=1e-5)
    (nothing,) = predictions(Seen(dataset, replace(tiny, budgets_of=None)), [asked])
    assert nothing.values is None
    assert "budgets_of" in nothing.why
    part = target("aid_promised_by_one", place="SO", flow=None, unit="USD/year")
    promised = dataset["aid_promised_by_one"].sel(state="SO", month="2001").sum("month")
    assert_allclose(values_of(dataset, tiny, part), promised, rtol=1e-5)
    (unknown,) = predictions(Seen(dataset, replace(tiny, budgets_of=None)), [part])
    assert unknown.values is None


def test_donors_that_guard_there_stand_apart_from_those_that_do_not():
    region = open_region("central-asia")
    (row,) = [row for row in region.targets.values() if row.variable == "aid_ratio"]
    (one,) = predictions(Seen(invented(region, members=2, names=["arrived"]), region), [row])
    assert one.from_record
    assert one.values is not None
    alone = {id: programme for id, programme in region.programmes.items() if programme.donor == "RU"}
    (none,) = predictions(
        Seen(invented(region, members=2, names=["arrived"]), replace(region, programmes=alone)), [row]
    )
    assert none.values is not None
    assert_allclose(none.values, 0.0)


def test_what_is_recorded_at_borders_is_the_recorded_share_of_what_is_seized_there(tiny: Region):
    run = invented(tiny)
    run["seized"] = run["seized_at"].sum("border").assign_attrs(run["seized"].attrs)
    parts = sum(values_of(run, tiny, target(place=border)) for border in tiny.borders)
    months = run["recorded_seizures"].sel(flow="opiates", month="2001").sum(("state", "month"))
    assert_allclose(parts, months, rtol=1e-4)


def test_what_police_take_inside_a_state_counts_for_the_state_and_at_no_border(dataset: xr.Dataset, tiny: Region):
    none = dataset.copy()
    none["recorded_inside"] = xr.zeros_like(dataset["recorded_inside"])
    inside = dataset["recorded_inside"].sel(flow="opiates", state="NO", month="2001").sum("month")
    more = values_of(dataset, tiny, target()) - values_of(none, tiny, target())
    assert_allclose(more, inside, rtol=1e-4)
    border = target(place=next(iter(tiny.borders)))
    assert_allclose(values_of(dataset, tiny, border), values_of(none, tiny, border))


@pytest.mark.parametrize(("share", "weight"), [(0.0, 10.0), (1.0, 1 / 0.6), (0.85, 2.9167)])
def test_drugs_weigh_as_they_are_seized(dataset: xr.Dataset, tiny: Region, share: float, weight: float):
    """Opium weighs ten times its content, cut heroin less than twice, cannabis what it weighs."""
    mix = Condition(quantity="heroin_share", place="", at="2000-01", value=share)
    region = replace(tiny, conditions=(*(c for c in tiny.conditions if c.quantity != "heroin_share"), mix))
    asked = target("drugs_seized", flow=None)
    parts = {flow: values_of(dataset, tiny, target(flow=flow)) for flow in DRUGS if flow in tiny.flows}
    expected = sum(of_it * (weight if flow == OPIATES else 1) for flow, of_it in parts.items())
    assert_allclose(values_of(dataset, region, asked), expected, rtol=1e-3)


def test_opium_gives_way_to_heroin_between_the_dates_of_the_files():
    region = open_region("central-asia")
    months = xr.DataArray(
        np.zeros(2), coords={"month": np.asarray(["1996-01", "2003-06"], "datetime64[ns]")}, dims="month"
    )
    early, late = weight_as_seized(region, OPIATES, months).to_numpy()
    assert early == pytest.approx(9.93, abs=0.01)
    assert late == pytest.approx(2.83, abs=0.01)


def test_workers_without_papers_are_counted_between_two_states(dataset: xr.Dataset, tiny: Region):
    border = next(iter(tiny.borders))
    asked = target("irregular_workers", place=border, flow="labour-migration", unit="person")
    months = dataset["irregular_between"].sel(border=border, month="2001")
    assert_allclose(values_of(dataset, tiny, asked), months.mean("month"), rtol=1e-5)


def test_what_does_not_change_has_grown_by_nothing(tiny: Region):
    run = invented(tiny)
    run["arrived"] = xr.ones_like(run["arrived"])
    asked = target("arrived_growth", place="region", unit="ratio", to="2003", **{"from": "2000"})
    assert_allclose(values_of(run, tiny, asked), 1)


def test_growth_needs_two_years(dataset: xr.Dataset, tiny: Region):
    (one,) = predictions(Seen(dataset, tiny), [target("arrived_growth", unit="ratio")])
    assert one.values is None
    assert "two years" in one.why


def test_ranks_of_inner_borders_are_one_to_their_number(dataset: xr.Dataset, tiny: Region):
    members = {code for code, state in tiny.states.items() if state.kind == "member"}
    inner = [border for border in tiny.borders if set(border.split("-")) <= members]
    ranks = [values_of(dataset, tiny, target("bribes_rank", place=b, flow=None, unit="rank")) for b in inner]
    assert_allclose(np.sort(ranks, axis=0), np.repeat(np.arange(1, len(inner) + 1)[:, None], 6, axis=1))


def test_members_stay_in_their_order(dataset: xr.Dataset, tiny: Region):
    turned = dataset.isel(member=slice(None, None, -1))
    for variable in ("recorded_seizures", "northern_share", "seized_share"):
        place = "NO" if variable != "seized_share" else "NO-SO"
        asked = target(variable, place=place, unit="kg/year" if variable == "recorded_seizures" else "share")
        assert_allclose(values_of(turned, tiny, asked), values_of(dataset, tiny, asked)[::-1])


@pytest.mark.parametrize("variable", ["seized_share", "smuggled_share", "northern_share", "unlawful_share"])
def test_shares_are_shares(dataset: xr.Dataset, tiny: Region, variable: str):
    of = {"smuggled_share": "contraband", "unlawful_share": "labour-migration"}.get(variable, "opiates")
    place = {"northern_share": "NO", "unlawful_share": "region"}.get(variable, "NO-SO")
    values = values_of(dataset, tiny, target(variable, place=place, flow=of, unit="share"))
    assert np.all((values > 0) & (values < 1))


def routed(region: Region, **ways: float) -> xr.Dataset:
    """A run in which so much [kg/month] goes these ways, by states joined with an underscore, and nothing else."""
    run = invented(region)
    run["passed"], run["passed_forth"] = (xr.zeros_like(run[name]) for name in ("passed", "passed_forth"))
    for way, amount in ways.items():
        states = way.split("_")
        for here, there in pairwise(states):
            forth = f"{here}-{there}" in region.borders
            of = {"flow": "opiates", "border": f"{here}-{there}" if forth else f"{there}-{here}"}
            run["passed"].loc[of] += amount
            run["passed_forth"].loc[of] += amount * forth
    return run


@pytest.mark.parametrize(
    ("ways", "through", "share"),
    [
        ({"EA_NO_WE": 3, "EA_FA": 1}, 3, 0.75),  # by members to where the state has no border, and straight out
        ({"EA_SO_FA": 1, "EA_NO_WE": 3}, 3, 0.75),  # what cuts through a member is on that neighbour's way
        ({"EA_FA_SO_NO_WE": 3, "EA_FA": 1}, 3, 0.75),  # and what cuts through that neighbour is on the members'
        ({"EA_SO_EA_NO_WE": 3, "EA_FA": 1}, 3, 0.75),  # what comes back has not left
    ],
)
def test_a_way_is_told_by_where_it_leads(tiny: Region, ways: dict[str, float], through: float, share: float):
    run = routed(tiny, **ways)
    assert_allclose(values_of(run, tiny, target("northern_share", place="EA", unit="share")), share, rtol=1e-5)
    asked = target("estimated_flow", place="EA", unit="kg/year")
    assert_allclose(values_of(run, tiny, asked), 12 * through, rtol=1e-5)


def test_a_closure_that_changes_no_price_has_the_ratio_one(tiny: Region):
    run = invented(tiny)
    run["price_gap"] = xr.full_like(run["price_gap"], 0.3)
    asked = target(
        "closure_price_ratio", place="NO-SO", flow=None, unit="ratio", **{"from": "2002-03", "to": "2002-05"}
    )
    assert_allclose(values_of(run, tiny, asked), 1)


def test_the_register_holds_fewer_than_use(dataset: xr.Dataset, tiny: Region):
    true = values_of(dataset, tiny, target("estimated_users", unit="person"))
    assert_allclose(values_of(dataset, tiny, target("registered_users", unit="person")), true / 4)


def test_without_parameters_nobody_is_registered(dataset: xr.Dataset, tiny: Region):
    (one,) = predictions(Seen(dataset, tiny), [target("registered_users", unit="person")])
    assert one.values is None
    assert "parameters" in one.why


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"flow": "tea"}, "no flow tea"),
        ({"place": "highkeep"}, "no border highkeep"),
        ({"from": "1890", "to": "1891"}, "dates"),
        ({"unit": "litre"}, "no way"),
        ({"variable": "smiles"}, "does not hold"),
        ({"variable": next(iter(UNSEEN))}, next(iter(UNSEEN.values()))),
    ],
)
def test_where_there_is_no_figure_the_reason_is_told(dataset: xr.Dataset, tiny: Region, changed: Any, why: str):
    (one,) = predictions(Seen(dataset, tiny), [target(**changed)])
    assert one.values is None
    assert why in one.why


@pytest.mark.parametrize("name", ["tiny", "central-asia"])
def test_every_target_of_a_region_has_a_figure_or_a_reason(name: str):
    region = open_region(name)
    run = invented(region, members=2)
    draws = {"users_per_registered": np.full(2, 4.0)}
    for one in predictions(Seen(run, region, draws)):
        if one.values is None:
            assert one.why, one.target.id
        else:
            assert one.values.shape == (2,), one.target.id
            assert np.isfinite(one.values).all(), one.target.id
    silent = {row.variable for row in region.targets.values() if not has_way(row.variable, run)}
    assert silent <= set(UNSEEN)


def test_what_cannot_be_answered_has_no_way():
    assert not set(UNSEEN) & {*WAYS, *RECORD}


def test_sums_of_the_files_do_not_depend_on_the_run():
    region = open_region("central-asia")
    aid = {row.id: row for row in region.targets.values() if row.variable == "aid"}
    run = invented(region, members=2, names=["arrived"])
    for one in predictions(Seen(run, region), aid.values()):
        assert one.from_record
        assert one.values is not None
        assert_allclose(one.values, one.target.value, rtol=0.01)


def test_the_page_names_every_variable_that_the_model_lacks():
    page = (Path(__file__).parents[2] / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert not [name for name in UNSEEN if f"`{name}`" not in page]


def test_the_tail_of_waits_is_that_of_lorries_and_not_of_posts(dataset: xr.Dataset, tiny: Region):
    """Where every border takes as long, of one exponential; where nobody comes, nothing; else between the extremes."""
    asked = target("wait_upper_tail", place="region", flow="freight", unit="h")
    alike = dataset.assign(delay=xr.full_like(dataset["delay"], 2.0))
    assert_allclose(values_of(alike, tiny, asked), -2 * np.log(0.05), rtol=1e-6)
    slow = alike.assign(delay=alike["delay"].where(alike["border"] != "NO-SO", 50.0))
    nobody = slow.assign(passed=slow["passed"].where(slow["border"] != "NO-SO", 0.0))
    assert_allclose(values_of(nobody, tiny, asked), -2 * np.log(0.05), rtol=1e-6)
    mixed = values_of(slow, tiny, asked)
    assert np.all((mixed > -2 * np.log(0.05)) & (mixed < -50 * np.log(0.05)))
