"""Numbers as a reader meets them."""

from __future__ import annotations

import pytest

from panj.basics.dates import Month
from panj.region import open_region
from panj.reports.charts import axis, year_ticks
from panj.reports.summary import Comparison, Interval
from panj.reports.words import (
    inside,
    interval_text,
    listing,
    moved,
    opening,
    proper_names,
    scale,
    scale_of,
    signed,
    verdict,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.344, "1", "34 %"),
        (0.0344, "1", "3.4 %"),
        (12_345.0, "USD/month", "12,300 USD a month"),
        (3_400_000.0, "USD/year", "3.40 million USD a year"),
        (2_500.0, "kg/month", "2.50 t a month"),
        (12.0, "kg/month", "12.0 kg a month"),
        (1_127.0, "person/month", "1,130 people a month"),
        (31.0, "person trip/month", "31.0 person trips a month"),
        (3.08, "1/year", "3.08 a year"),
        (0.0, "h", "0 h"),
        (5.5, "h", "5.50 h"),
    ],
)
def test_numbers_are_humane(value: float, unit: str, text: str):
    assert scale(value, unit).full(value) == text


def test_signs():
    form = scale(0.5, "1")
    assert signed(0.12, form) == "+12"
    assert signed(-0.12, form) == "−12"
    assert signed(0.0, form) == "0"
    assert signed(-0.0001, form) == "0"


def test_a_change_whose_interval_holds_zero_is_not_called_up_or_down():
    flat = Interval(-0.02, 0.0, 0.01, 0.02, 0.04)
    rise = Interval(0.01, 0.02, 0.03, 0.04, 0.05)
    assert verdict(flat) == "unclear"
    assert verdict(rise) == "up"
    assert verdict(None) == "unknown"
    assert verdict(Interval(0, 0, 0, 0, 0)) == "same"
    level = Interval(0.3, 0.3, 0.3, 0.3, 0.3)
    assert "could be either way" in moved(Comparison(level, level, flat), scale(0.3, "1"))
    assert moved(Comparison(None, level, None), scale(0.3, "1")) == "has no figure for both periods"


def test_no_figure_is_said():
    assert interval_text(None, scale(1.0, "h")) == "no figure"


def test_lists():
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(["a, b", "c", "d"]) == "a, b; c; and d"


def test_axes_hold_their_values_and_have_few_round_ticks():
    for top in (0.003, 0.9, 1.0, 7.3, 120.0, 4.4e7):
        ticks = axis(0.0, top, "USD").ticks
        assert ticks[0] == 0.0
        assert ticks[-1] >= top
        assert 3 <= len(ticks) <= 7


def test_five_years_at_most_are_written():
    clock = [Month("1991-09") + index for index in range(172)]
    assert len(year_ticks(clock)) <= 5


def test_medians_that_differ_are_told_apart():
    def level(value: float) -> Interval:
        return Interval(value, value, value, value, value)

    form = scale_of((level(0.1234), level(0.1201)), "1")
    assert (form.full(0.1234), form.full(0.1201)) == ("12.3 %", "12.0 %")
    assert scale_of((level(0.12), level(0.12)), "1").full(0.12) == "12 %"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Contraband goods", "contraband goods"),
        ("The Northland line", "the Northland line"),
        ("Northland's other lines", "Northland's other lines"),
        ("Northland-Southmark lorries", "Northland-Southmark lorries"),
        ("EU aid", "EU aid"),
        ("A road", "a road"),
        ("12 tonnes", "12 tonnes"),
        ("", ""),
    ],
)
def test_a_name_inside_a_sentence_keeps_only_the_capitals_of_proper_names(name, text):
    assert inside(name, {"Northland", "Southmark"}) == text
    assert opening(inside(name)) == name


@pytest.mark.parametrize("name", ["central-asia", "tiny"])
def test_flows_of_a_region_are_lower_case_inside_a_sentence(name):
    region = open_region(name)
    proper = proper_names(region)
    names = [inside(flow.title, proper) for flow in region.flows.values()]
    assert [one[0] for one in names] == [one[0].lower() for one in names]
    assert all(inside(state.name, proper) == state.name for state in region.states.values())
    assert all(inside(border.name, proper) == border.name for border in region.borders.values() if "-" in border.name)
