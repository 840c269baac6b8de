"""What a run has of a state or border on a day, beside the record."""

from __future__ import annotations

import numpy as np
import pytest
from invented import InventedRun

from panj.basics.faults import PanjError
from panj.region import Region, account_of, stocks
from panj.reports.standing import OTHERS, with_model
from panj.reports.summary import settled_members
from panj.simulation.quantities import quantities

CORRUPTION = "Corruption: share of power at the border that is for sale"
PRICES = "Prices: how much dearer goods are on one side"


def first_line(region: Region, run: InventedRun, what: str, title: str) -> str:
    return with_model(account_of(region, what, "2001-12"), region, run).lines(title)[0].text


def values(run: InventedRun, quantity: str, **at: str) -> np.ndarray:
    return settled_members(run.dataset).dataset[quantity].sel(month="2001-12-01", **at).to_numpy()


def test_every_stock_is_a_quantity_at_a_place_it_can_have():
    axes = {one.name: set(one.axes) for one in quantities()}
    for stock in stocks():
        wanted = {"member", "month"} | ({stock.axis} - {"region"})
        assert axes[stock.quantity] == wanted, stock.quantity


def test_corruption_is_the_rest_of_integrity_in_the_month_of_the_day(run: InventedRun, region: Region):
    median = 100 * (1 - np.median(values(run, "integrity", border="NO-SO")))
    assert first_line(region, run, "NO-SO", CORRUPTION).startswith(f"{median:.0f} % (50 %: ")


def test_prices_are_shown_as_a_share_and_not_as_a_logarithm(run: InventedRun, region: Region):
    low, high = 100 * np.expm1(np.quantile(values(run, "price_gap", border="NO-SO"), (0.05, 0.95)))
    assert first_line(region, run, "NO-SO", PRICES).endswith(f"90 %: {low:,.0f} to {high:,.0f})")


def test_a_state_stands_for_the_mean_over_its_land_borders(run: InventedRun, region: Region):
    mine = [code for code, border in region.borders.items() if "NO" in code.split("-") and border.kind == "land"]
    mean = np.mean([values(run, "integrity", border=code) for code in mine], axis=0)
    assert first_line(region, run, "NO", CORRUPTION).startswith(f"{100 * (1 - np.median(mean)):.0f} %")


def test_what_the_record_says_stays_and_the_run_is_named(run: InventedRun, region: Region):
    record = account_of(region, "NO-SO", "2001-12")
    both = with_model(record, region, run)
    for topic in record.topics:
        assert both.lines(topic.title)[-len(topic.lines) :] == topic.lines
    figure = both.lines(CORRUPTION)[0]
    assert figure.source == "model, history, Dec 2001, 19 members; 1 more did not converge"


def test_quantities_without_a_topic_are_told_after_the_others(run: InventedRun, region: Region):
    lines = with_model(account_of(region, "NO-SO", "2001-12"), region, run).lines(OTHERS)
    told = {line.text.split(":")[0] for line in lines}
    meanings = {one.meaning for one in quantities() if one.name in ("delay", "bribes", "loyalty")}
    assert meanings <= told
    assert not any("residual" in text for text in told)


@pytest.mark.parametrize(("what", "on", "words"), [("NO", "2007", "The run holds 2000-01 to 2003-12")])
def test_a_day_that_the_run_does_not_reach_is_said_so(run: InventedRun, region: Region, what: str, on: str, words: str):
    with pytest.raises(PanjError, match=words):
        with_model(account_of(region, what, on), region, run)


def test_other_things_have_nothing_modelled(run: InventedRun, region: Region):
    post = account_of(region, "wend-bridge", "2001-12")
    assert with_model(post, region, run) is post
