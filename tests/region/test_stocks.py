"""What the record says of the stocks that the model moves."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from panj.mechanisms.links import links
from panj.region import CONDITIONS, Region, account_of, open_region, stocks
from panj.region.accounts.stocks import STATEMENTS, statements

CENTRAL_ASIA = open_region("central-asia")


@pytest.mark.parametrize("stock", stocks(), ids=lambda stock: stock.quantity)
def test_a_stock_names_functions_and_conditions_that_are_there(stock) -> None:
    carried = {link.where for link in links()}
    for where in stock.functions:
        module, name = where.split(".")
        assert inspect.isfunction(getattr(import_module(f"panj.mechanisms.{module}"), name))
        assert where in carried
    assert set(stock.conditions) <= set(CONDITIONS)
    assert set(stock.published) <= {target.variable for target in CENTRAL_ASIA.targets.values()}


def lines(region: Region, what: str, on: str, start: str) -> list[str]:
    return [
        line.text
        for topic in account_of(region, what, on).topics
        if topic.title.startswith(start)
        for line in topic.lines
    ]


def test_a_condition_stands_with_its_value_on_the_day_and_its_claims() -> None:
    account = account_of(CENTRAL_ASIA, "UZ", "2001-12-31")
    [pay] = [line for line in account.lines(stocks()[0].title) if line.text.startswith("Official pay")]
    assert pay.text == "Official pay of an officer at the border, UZ: 32 USD/month, 2000-07"
    assert "PE005" in pay.claims


def test_a_pulse_is_told_for_a_year_from_its_month(tiny: Region) -> None:
    for on, told in (("2001-08", False), ("2001-09", True), ("2002-08", True), ("2002-09", False)):
        assert any("An attack abroad" in text for text in lines(tiny, "NO", on, "Attention")) is told, on


def test_published_numbers_of_the_place_are_told_and_no_others() -> None:
    told = [text for text in lines(CENTRAL_ASIA, "UZ", "2001", "Users") if text.startswith("Published")]
    wanted = [
        t for t in CENTRAL_ASIA.targets.values() if t.place in ("UZ", "region") and t.variable in stocks()[10].published
    ]
    assert len(told) == len(wanted) > 0


def test_statements_are_of_links_that_move_the_stock_nearest_first() -> None:
    tension = next(stock for stock in stocks() if stock.quantity == "tension")
    found = statements(CENTRAL_ASIA, tension, "KZ-UZ", "2001-12-31")
    assert 0 < len(found) <= STATEMENTS
    behind = {
        id
        for link in links()
        if link.where in tension.functions and link.link in CENTRAL_ASIA.links
        for id in CENTRAL_ASIA.links[link.link].claims
    }
    assert {claim.id for claim in found} <= behind
    assert all({"region", "KZ-UZ", "KZ", "UZ"} & set(claim.places) for claim in found)


def test_a_region_without_links_or_targets_still_tells_its_conditions(tiny: Region) -> None:
    assert any("Official pay" in text for text in lines(tiny, "NO", "2001-12", "Corruption"))
