"""Volumes of a pair: how they run between their points, and what a scenario makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj.basics.dates import Month
from panj.region import PairVolume, Scenario, Volume, open_region
from panj.region.volumes import laid_volume, volume_in, yearly

months = st.integers(Month("1990-01").ordinal, Month("2005-12").ordinal).map(Month.of)
points = st.dictionaries(months, st.floats(0, 1e6), min_size=1, max_size=5).map(
    lambda given: tuple(Volume(at=str(month), value=value) for month, value in given.items())
)


@given(points, months)
def test_a_volume_stays_within_its_points_and_is_theirs_at_their_dates(given, month):
    values = [point.value for point in given]
    assert min(values) - 1e-6 <= volume_in(month, given) <= max(values) + 1e-6
    assert yearly([point.month for point in given], given) == pytest.approx(values)


@given(points, points, months)
def test_what_a_scenario_gives_holds_from_its_first_date_and_changes_nothing_before(history, added, month):
    laid = laid_volume(history, added)
    first = min(point.month for point in added)
    if month < first:
        assert volume_in(month, laid) == pytest.approx(volume_in(month, history), rel=1e-6, abs=1e-6)
    else:
        assert volume_in(month, laid) == pytest.approx(volume_in(month, added), rel=1e-6, abs=1e-6)


def test_a_scenario_moves_the_volume_of_its_pair_and_no_other():
    tiny = open_region("tiny")
    way = {"flow": "opiates", "origin": "red-fields", "destination": "westport"}
    point = PairVolume(**way, at="2001-07", value=1000, assumed="Invented")
    other = tiny.overlay(Scenario(id="less", title="Less", volumes=(point,)))
    changed = {
        (flow.id, pair.origin, pair.destination)
        for flow, laid in zip(tiny.flows.values(), other.flows.values(), strict=True)
        for pair, after in zip(flow.pair, laid.pair, strict=True)
        if pair != after
    }
    assert changed == {tuple(way.values())}
    pair = next(pair for pair in other.flows["opiates"].pair if pair.destination == "westport")
    assert volume_in(Month("2005-01"), pair.volume) == 1000
    assert tiny.overlay(Scenario(id="same", title="Same")).flows == tiny.flows
