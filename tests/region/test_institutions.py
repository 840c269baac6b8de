"""Guards, help, events, flows and targets of the shipped region, as dated sentences that a reader can check."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

import panj
from panj.basics.codes import ends
from panj.basics.dates import first_day, last_day, months
from panj.region import Region, open_region
from panj.region.guards import Holding
from panj.region.regimes import Delivery
from panj.region.volumes import yearly

REGION = Path(panj.__file__).parent / "regions" / "central-asia"
MEMBERS = {"KZ", "KG", "TJ", "TM", "UZ"}
THIRTEEN = {
    *("opiates", "cannabis", "synthetic-drugs", "contraband", "shuttle-trade", "freight", "transit-freight"),
    *("labour-migration", "transit-migration", "trafficking", "militants", "arms", "radioactive"),
}
POSTS_ONLY = {"customs", "drug control"}
"""Kinds of agencies that never hold a line by themselves."""


@pytest.fixture(scope="module")
def region() -> Region:
    return open_region("central-asia")


def holders(region: Region, border: str, side: str, day: str, section: str = "") -> set[str]:
    """Who stands on a side of a border (or of one of its sections) on a day."""
    where = {section, border} if section else {border, *(s.id for s in region.sections.values() if s.border == border)}
    return {h.agency for h in region.holdings if h.section in where and h.side == side and holds(h, first_day(day))}


def holds(holding: Holding, day: dt.date) -> bool:
    begun = holding.from_ is None or first_day(holding.from_) <= day
    return begun and (holding.to is None or day <= last_day(holding.to))


def delivered(region: Region, programme: str, until: str, kind: str = "equipment") -> float:
    """What a programme had handed over at the end of a day [USD], even over each delivery's period."""
    return sum(part(d, last_day(until)) for d in region.programmes[programme].deliveries if d.kind == kind)


def part(delivery: Delivery, day: dt.date) -> float:
    start, end = first_day(delivery.from_), last_day(delivery.to)
    return delivery.usd * min(1.0, max(0.0, ((day - start).days + 1) / ((end - start).days + 1)))


# Who guards what


@pytest.mark.parametrize(
    ("border", "side", "day", "expected"),
    [
        ("AF-TJ", "TJ", "1991-10-01", {"su-border-troops"}),
        ("AF-TJ", "TJ", "2003-01-01", {"ru-border-group-tj", "tj-customs", "tj-drug-control-agency"}),
        ("AF-TJ", "TJ", "2005-12-31", {"tj-border-committee", "tj-customs", "tj-drug-control-agency"}),
        ("CN-TJ", "TJ", "2002-01-01", {"ru-murghab-detachment", "tj-customs"}),
        ("CN-TJ", "TJ", "2003-01-01", {"tj-border-committee", "tj-customs"}),
        ("CN-KG", "KG", "1998-12-31", {"ru-task-force-kg", "kg-customs"}),
        ("CN-KG", "KG", "1999-01-01", {"kg-border-protection", "kg-border-control", "kg-customs"}),
        ("KG-UZ", "KG", "2003-01-01", {"kg-border-guard-service", "kg-customs"}),
        ("CN-KZ", "KZ", "1992-08-17", {"ru-border-troops", "kz-customs"}),
        ("CN-KZ", "KZ", "1992-08-18", {"kz-border-troops", "kz-customs"}),
        ("CN-KZ", "KZ", "1999-01-01", {"kz-border-service", "kz-customs"}),
        ("KZ-UZ", "UZ", "1997-12-31", {"uz-police", "uz-customs"}),
        ("KZ-UZ", "UZ", "1998-01-01", {"uz-border-committee", "uz-customs"}),
        ("IR-TM", "TM", "1999-12-31", {"ru-task-force-tm", "tm-customs"}),
        ("AF-TM", "TM", "2000-01-01", {"tm-border-service", "tm-customs"}),
        ("KZ-RU", "RU", "1998-01-01", {"ru-border-guards-kz", "ru-customs"}),
    ],
)
def test_a_side_is_held_on_a_day_by(region: Region, border: str, side: str, day: str, expected: set[str]) -> None:
    assert holders(region, border, side, day) == expected


def test_the_panj_was_handed_over_from_east_to_west(region: Region) -> None:
    """Pamir in December 2004, Moscow and Panj parts by July 2005 (RG197-RG202)."""
    parts = ["af-tj-wakhan", "af-tj-badakhshan", "af-tj-darwaz", "af-tj-kulob", "af-tj-lower-panj"]

    def tajik(day: str) -> list[bool]:
        return ["tj-border-committee" in holders(region, "AF-TJ", "TJ", day, part) for part in parts]

    assert tajik("2004-11-30") == [False] * 5
    assert tajik("2005-01-01") == [True, True, True, False, False]
    assert tajik("2005-07-12") == [True, True, True, True, False]
    assert tajik("2005-07-13") == [True] * 5


def test_someone_holds_each_side_of_each_section_in_each_month(region: Region) -> None:
    line = [h for h in region.holdings if region.agencies[h.agency].kind not in POSTS_ONLY]
    by_side: dict[tuple[str, str], list[Holding]] = {}
    for holding in line:
        by_side.setdefault((holding.section, holding.side), []).append(holding)
    empty = [
        f"{section.id} ({side}) in {month}"
        for section in region.sections.values()
        for side in ends(section.border)
        for month in months(region.start, region.end)
        if not any(
            holds(h, month.last) for where in (section.id, section.border) for h in by_side.get((where, side), [])
        )
    ]
    assert not empty, empty[:5]


def test_agencies_hold_only_while_they_exist(region: Region) -> None:
    for holding in region.holdings:
        agency = region.agencies[holding.agency]
        if agency.from_:
            assert holding.from_, holding
            assert first_day(agency.from_) <= first_day(holding.from_), holding
        if agency.to:
            assert holding.to, holding
            assert last_day(holding.to) <= last_day(agency.to), holding


def test_whoever_holds_a_line_has_staff_gear_and_skill_there(region: Region) -> None:
    section_of = {section.id: section.border for section in region.sections.values()}
    known = {(row.agency, row.side, section_of.get(row.section, row.section)) for row in region.strength}
    held = {(h.agency, h.side, section_of.get(h.section, h.section)) for h in region.holdings}
    assert held == known
    for row in region.strength:
        assert row.staff, row
        assert row.equipment_usd is not None, row
        assert row.skill is not None, row


def test_national_lines_are_thinly_held_in_1992_and_held_in_1999(region: Region) -> None:
    """Most borders were controlled only in 1999 (S060)."""
    for border in ("KZ-UZ", "KG-KZ", "KG-UZ", "TJ-UZ", "TM-UZ", "KZ-TM"):
        for side in ends(border):
            before, after = (line_staff(region, border, side, day) for day in ("1992-07-01", "1999-12-31"))
            assert after > 2 * before, (border, side)


def line_staff(region: Region, border: str, side: str, day: str) -> float:
    """Staff of those who hold the line that day, by the last figure before it."""
    total = 0.0
    for agency in holders(region, border, side, day):
        rows = [r for r in region.strength if (r.agency, r.side, r.section) == (agency, side, border)]
        told = [r for r in rows if first_day(r.date) <= first_day(day)]
        if told and region.agencies[agency].kind not in POSTS_ONLY:
            total += max(told, key=lambda row: first_day(row.date)).staff or 0.0
    return total


def test_russia_keeps_eleven_thousand_men_in_tajikistan(region: Region) -> None:
    """11,000 men (S196), eight to ten a kilometre (PE007)."""
    panj = line_staff(region, "AF-TJ", "TJ", "2003-06-01")
    assert panj + line_staff(region, "CN-TJ", "TJ", "2002-06-01") == pytest.approx(11000, rel=0.05)
    length = region.borders["AF-TJ"].length_km
    assert length is not None
    assert 8 <= panj / length <= 10.4


# Help


@pytest.mark.parametrize(
    ("programme", "day", "millions"),
    [
        ("exbs-uz", "2000-03-31", 0.0),
        ("exbs-uz", "2003-08-31", 5.3),
        ("exbs-uz", "2004-03-31", 7.0),
        ("exbs-uz", "2004-06-30", 13.09),
        ("exbs-uz", "2005-12-31", 19.64),
        ("exbs-kz", "2004-02-29", 5.8),
        ("exbs-tj", "2002-05-31", 0.0),
        ("exbs-tj", "2004-03-31", 2.9),
        ("russia-equipment-cn-kg", "2002-12-31", 0.7),
    ],
)
def test_equipment_delivered_by_a_day(region: Region, programme: str, day: str, millions: float) -> None:
    assert delivered(region, programme, day) / 1e6 == pytest.approx(millions)


def test_tacis_gave_tajikistan_twelve_million_euros(region: Region) -> None:
    total = sum(delivery.usd for delivery in region.programmes["tacis-tj"].deliveries)
    assert total / 1.13 == pytest.approx(12e6, rel=0.01)
    assert 4 < total / delivered(region, "exbs-tj", "2005-12-31") < 5


def test_russia_spends_twelve_millions_a_year_on_upkeep(region: Region) -> None:
    (upkeep,) = region.programmes["russia-upkeep-tj"].deliveries
    years = ((last_day(upkeep.to) - first_day(upkeep.from_)).days + 1) / 365.25
    assert upkeep.usd / years == pytest.approx(12e6, rel=0.01)


def test_purposes_sum_to_one_and_follow_their_donors(region: Region) -> None:
    for programme in region.programmes.values():
        assert sum(programme.purposes.values()) == pytest.approx(1), programme.id
    for id, first in (
        ("exbs-uz", "weapons"),
        ("bomca", "drugs"),
        ("tacis-tj", "drugs"),
        ("nato-osce-training", "terror"),
    ):
        weights = {str(purpose): weight for purpose, weight in region.programmes[id].purposes.items()}
        assert max(weights, key=lambda purpose: weights[purpose]) == first, id


def test_every_sum_has_a_claim_or_says_why(region: Region) -> None:
    for programme in region.programmes.values():
        assert programme.claims, programme.id
        for delivery in programme.deliveries:
            assert delivery.claims or delivery.assumed, programme.id
            assert delivery.low is not None, programme.id
            assert delivery.high is not None, programme.id


# Events and scenarios


@pytest.mark.parametrize(
    ("event", "day"),
    [
        ("cn-kz-treaty-1994", "1994-04-26"),
        ("kz-tm-treaty", "2001-06-05"),
        ("september-11", "2001-09-11"),
        ("kz-uz-treaty-2001", "2001-11-16"),
        ("kz-uz-treaty-2002", "2002-09-09"),
        ("cn-kz-demarcation-end", "2003-10-31"),
        ("uz-attacks-2004", "2004-04-01"),
    ],
)
def test_an_event_is_on_a_day(region: Region, event: str, day: str) -> None:
    found = region.events[event]
    assert first_day(found.from_) <= first_day(day) <= last_day(found.to or found.from_)


def test_what_begins_after_the_history_is_a_plan(region: Region) -> None:
    later = [e for e in region.events.values() if first_day(e.from_) > region.history_until.last]
    assert later
    assert {event.kind for event in later} == {"plan"}


def test_events_are_told_with_claims(region: Region) -> None:
    assert all(event.claims for event in region.events.values())


def test_history_adds_nothing_and_takes_nothing_away(region: Region) -> None:
    same = region.overlay("history")
    assert (same.rules, same.programmes, same.events) == (region.rules, region.programmes, region.events)


def test_without_exbs_uzbekistan_gets_no_american_equipment(region: Region) -> None:
    assert {"exbs-uz", "exbs-kz"} & set(region.programmes)
    assert not [id for id in region.overlay("exbs-never").programmes if id.startswith("exbs")]


def test_scenarios_change_something(region: Region) -> None:
    for id in set(region.scenarios) - {"history"}:
        laid = region.overlay(id)
        assert _changeable(laid) != _changeable(region), id


def _changeable(region: Region) -> tuple[object, ...]:
    """Everything that `Region.overlay` may change."""
    return (
        region.holdings,
        region.strength,
        region.rules,
        region.programmes,
        region.events,
        region.factors,
        region.conditions,
        region.reacts_from,
    )


# Flows and targets


def test_all_thirteen_flows_run(region: Region) -> None:
    assert set(region.flows) == THIRTEEN
    assert all(flow.pair for flow in region.flows.values())
    silent = {flow.id for flow in region.flows.values() if not flow.route}
    assert silent == {"freight"}, "the sources name routes for all but legal trade"


def test_volumes_are_dated_in_order_and_backed(region: Region) -> None:
    for flow in region.flows.values():
        for pair in flow.pair:
            days = [first_day(volume.at) for volume in pair.volume]
            assert days == sorted(set(days)), (flow.id, pair.origin, pair.destination)
            assert any(volume.value > 0 for volume in pair.volume), (flow.id, pair.origin, pair.destination)
            assert all(v.value >= 0 and (v.claims or v.assumed) for v in pair.volume), (flow.id, pair.origin)
            assert pair.factor == flow.id.replace("-", "_") + "_volume"


def test_pairs_are_told_once_and_few_enough_to_run(region: Region) -> None:
    """Each flow and destination costs computing time in every month."""
    pairs = [(flow.id, pair.origin, pair.destination) for flow in region.flows.values() for pair in flow.pair]
    assert len(pairs) == len(set(pairs))
    assert len({(flow, destination) for flow, _, destination in pairs}) <= 70


def test_the_two_domestic_detours_are_pairs(region: Region) -> None:
    """Tashkent to the Fergana valley and Osh to Jalalabad (S026, S027)."""
    pairs = {(pair.origin, pair.destination) for pair in region.flows["shuttle-trade"].pair}
    assert {("tashkent", "fergana"), ("osh", "jalal-abad")} <= pairs


def test_opiates_weigh_no_more_than_the_opium_they_are_made_of(region: Region) -> None:
    """4,600 t of opium in 1999, eight to ten kilograms of it for one of heroin (S260, PE130)."""
    wanted = sum(volume.value for pair in region.flows["opiates"].pair for volume in pair.volume if volume.at == "1999")
    assert 0.3 * 4_600_000 / 8 < wanted < 4_600_000 / 8


def test_russia_draws_most_of_its_cannabis_from_kazakhstan_and_some_from_afghanistan(region: Region) -> None:
    """Six to nine tenths Kazakh (PE182); hashish from Afghanistan by three states on its border (NR001-NR004)."""
    cannabis, place = region.flows["cannabis"], region.places
    drawn: dict[str, float] = {}
    for pair in cannabis.pair:
        if place[pair.destination].state == "RU":
            origin = place[pair.origin].state
            drawn[origin] = drawn.get(origin, 0.0) + max(volume.value for volume in pair.volume)
    assert 0.6 <= drawn["KZ"] / sum(drawn.values()) <= 0.93
    assert 0 < drawn["AF"] < drawn["KG"]
    assert {route.states[1] for route in cannabis.route if route.states[0] == "AF"} == {"TJ", "UZ", "TM"}


def test_opium_is_judged_by_one_count_where_there_is_one(region: Region) -> None:
    """American estimates are half or less of what the United Nations survey in most years; they began in 1994."""
    scaled = {row.id for row in region.targets.values() if row.variable == "opium_output" and row.factor != 1}
    assert scaled == {"opium-1993"}


def test_imports_of_a_year_are_those_that_are_published(region: Region) -> None:
    """What comes by road with the flows and what no flow carries add up to the published total."""
    rows = [row for row in region.conditions if row.quantity == "other_imports"]
    assert {row.place for row in rows} == {"KZ", "KG", "TJ", "TM", "UZ"}
    for row in rows:
        (claim,) = row.claims
        by_road = sum(
            yearly([row.month], pair.volume)[0] * flow.value_usd
            for flow in region.flows.values()
            if flow.purpose == "honest" and flow.class_ in ("freight", "transit")
            for pair in flow.pair
            if region.places[pair.destination].state == row.place != region.places[pair.origin].state
        )
        published = region.evidence.observations[claim]
        assert 12 * row.value + by_road == pytest.approx(published.value, rel=0.03), row


def test_targets_of_the_essay_stand(region: Region) -> None:
    trespasses = region.targets["trespasses-kz-uz-2003"]
    assert (trespasses.value, trespasses.from_, trespasses.to, trespasses.use) == (1127, "2003-01", "2003-09", "fit")
    assert region.targets["opium-2001"].value == 190
    assert all(target.claims for target in region.targets.values())


def test_the_files_name_no_claim_twice() -> None:
    """In one list of claims."""
    for name in ("programmes", "events", "flows"):
        document = tomllib.loads((REGION / f"{name}.toml").read_text("utf-8"))
        for claims in lists_of_claims(document):
            assert len(claims) == len(set(claims)), (name, claims)


def lists_of_claims(node: object) -> list[list[str]]:
    if isinstance(node, list):
        return [found for part in node for found in lists_of_claims(part)]
    if isinstance(node, dict):
        below = [found for key, part in node.items() if key != "claims" for found in lists_of_claims(part)]
        return [*below, node["claims"]] if "claims" in node else below
    return []
