"""Roads, rules, guards and volumes of a region on its clock."""

import datetime as dt
import importlib
import inspect
import pkgutil
import re
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panj import simulation as every_room
from panj.basics.dates import Month, months
from panj.ensembles.batches import computed
from panj.ensembles.members import draw
from panj.region import open_region
from panj.region.regimes import Rule
from panj.simulation import gifts
from panj.simulation.choice_set import named_ways, onward, sizes, ways_to
from panj.simulation.compiled import fingerprint
from panj.simulation.guards import guards
from panj.simulation.layout import world_of
from panj.simulation.needed import PARAMETERS
from panj.simulation.overland import roads_of, short_cuts
from panj.simulation.rules import CLASSES, levers, share_between, share_held
from panj.simulation.society.felt import RELAXING
from panj.simulation.volumes import monthly


@pytest.fixture(scope="module")
def central_asia():
    return open_region("central-asia")


@pytest.fixture(scope="module")
def central_world(central_asia):
    return world_of(central_asia)


def test_a_worker_is_sent_all_that_a_world_is_made_of(central_asia, central_world):
    assert fingerprint(world_of(computed(central_asia))) == fingerprint(central_world)


def rule(border, lever="visa", **changes):
    given = {
        "id": "a-rule", "title": "A rule", "border": border, "lever": lever, "imposed_by": "both", "direction": "both",
        "applies_to": ["all"], "scope": [], "from": "2000-03-16", "to": "2000-04", "value": 1.0, "unit": "strength",
        "assumed": "for the test",
    }  # fmt: skip
    return Rule.model_validate(given | changes)


def laid(region, *rules):
    return levers(replace(region, rules={r.id: r for r in rules}))


def links_of(region, border):
    numbers = [n for n, c in enumerate(region.crossings.values()) if c.border == border]
    return [2 * n for n in numbers], [2 * n + 1 for n in numbers]


def test_a_rule_of_half_a_month_counts_half(tiny):
    clock = months(Month("2000-02"), Month("2000-05"))
    held = share_held(rule(next(iter(tiny.borders))), clock)
    np.testing.assert_allclose(held, [0, 16 / 31, 1, 0], rtol=1e-6)


DAYS = st.dates(dt.date(1999, 12, 20), dt.date(2000, 7, 10))


@given(DAYS, DAYS)
def test_shares_of_months_are_days_counted(start, end):
    clock = months(Month("2000-01"), Month("2000-06"))
    days = [[month.first + dt.timedelta(number) for number in range(month.days)] for month in clock]
    counted = [np.mean([start <= day <= end for day in month]) for month in days]
    np.testing.assert_allclose(share_between(start, end, clock), counted, rtol=1e-6)


def test_a_rule_on_entry_binds_one_direction(tiny):
    border = next(iter(tiny.borders))
    first, _ = border.split("-")
    out, into = links_of(tiny, border)
    month = Month("2000-04") - tiny.start
    visa = laid(tiny, rule(border, imposed_by=first, direction="in")).by_class["visa"][month]
    assert (visa[into] == 1).all()
    assert (visa[out] == 0).all()


def test_the_strictest_rule_holds_and_a_waiver_takes_its_share(tiny):
    border = next(iter(tiny.borders))
    month = Month("2000-04") - tiny.start
    rules = [rule(border, value=0.4), rule(border, id="b", value=0.8), rule(border, "waiver", id="c", value=0.5)]
    visa = laid(tiny, *rules).by_class["visa"][month, links_of(tiny, border)[0]]
    np.testing.assert_allclose(visa, 0.4, rtol=1e-6)


def test_a_rule_binds_only_those_it_applies_to(tiny):
    border = next(iter(tiny.borders))
    month = Month("2000-04") - tiny.start
    visa = laid(tiny, rule(border, applies_to=["persons"])).by_class["visa"][month]
    assert visa[:, CLASSES.index("persons")].any()
    assert not visa[:, CLASSES.index("freight")].any()


def test_rigidity_is_none_without_rules_and_whole_when_shut(tiny):
    border = next(iter(tiny.borders))
    month = Month("2000-04") - tiny.start
    assert laid(tiny).rigidity.max() == 0
    assert laid(tiny, rule(border, "closure")).rigidity[month, 0] == pytest.approx(1)


def test_staff_of_all_sections_is_the_strength_that_the_files_give(tiny):
    stand = guards(tiny)
    assert (stand.line.staff >= 0).all()
    assert ((stand.line.skill >= 0) & (stand.line.skill <= 1)).all()
    most = {}
    for row in tiny.strength:
        key = row.agency, row.side, row.section
        most[key] = max(most.get(key, 0), row.staff or 0)
    assert stand.line.staff.sum(axis=(1, 2)).max() <= sum(most.values()) * (1 + 1e-5)


def test_guards_under_another_flag_are_told_apart_until_they_leave(tiny):
    stand = guards(tiny)
    clock = months(tiny.start, tiny.end)
    assert ((stand.foreign >= 0) & (stand.foreign <= stand.line.staff * (1 + 1e-6))).all()
    legion = [h for h in tiny.holdings if tiny.agencies[h.agency].kind == "foreign guards"]
    before = [month <= Month("2002-08") for month in clock]
    assert legion
    assert stand.foreign[before].any()
    assert not stand.foreign[[month > Month("2002-09") for month in clock]].any()


def test_a_holder_whose_strength_nobody_gave_is_not_taken_for_nobody(tiny):
    without = replace(tiny, strength=tuple(row for row in tiny.strength if row.agency != "fa-wardens"))
    with pytest.raises(ValueError, match=r"fa-wardens \(FA\) has no strength on ea-fa-\w+"):
        guards(without)
    bare = [row.model_copy(update={"skill": None}) if row.agency == "fa-wardens" else row for row in tiny.strength]
    with pytest.raises(ValueError, match=r"fa-wardens \(FA\) has no skill on"):
        guards(replace(tiny, strength=tuple(bare)))


def test_a_row_of_a_section_goes_before_a_row_of_its_border(tiny):
    sections = list(tiny.sections)
    part = next(s for s in tiny.sections.values() if s.border == "NO-SO")
    number = sections.index(part.id)
    border = next(h for h in tiny.holdings if h.section == "NO-SO" and h.side == "SO")
    own = border.model_copy(update={"agency": "no-legion-so", "section": part.id, "from_": "2001-07-01"})
    anchor = next(row for row in tiny.strength if row.agency == "no-legion-so")
    strength = (*tiny.strength, anchor.model_copy(update={"section": part.id, "staff": 7.0}))
    changed = guards(replace(tiny, holdings=(*tiny.holdings, own), strength=strength)).line.staff[:, :, 1]
    before, handover = guards(tiny).line.staff[:, :, 1], Month("2001-07") - tiny.start
    rest = [n for n, s in enumerate(tiny.sections.values()) if s.border == "NO-SO" and n != number]
    np.testing.assert_allclose(changed[:handover], before[:handover], rtol=1e-6)
    np.testing.assert_allclose(changed[handover:, number], 7, rtol=1e-6)
    np.testing.assert_allclose(
        changed[handover:, rest].sum(axis=1), before[handover:, [number, *rest]].sum(axis=1), rtol=1e-6
    )


def test_a_line_without_a_length_is_guarded_all_the_same(tiny):
    flat = {id: section.model_copy(update={"length_km": 0.0}) for id, section in tiny.sections.items()}
    staff = guards(tiny).line.staff.sum(axis=(1, 2))
    np.testing.assert_allclose(guards(replace(tiny, sections=flat)).line.staff.sum(axis=(1, 2)), staff, rtol=1e-6)


def test_all_aid_inside_the_clock_arrives(tiny):
    stand = guards(tiny)
    given = sum(
        delivery.usd
        for programme in tiny.programmes.values()
        for delivery in programme.deliveries
        if Month(delivery.from_) >= tiny.start
        and Month(delivery.to) <= tiny.end
        and set(programme.recipients) <= set(tiny.states)
    )
    assert stand.aid.sum() >= given * (1 - 1e-5)
    low, central, high = (stand.delivered + stand.training).sum(axis=(0, 2))
    assert low <= central <= stand.aid.sum() * (1 + 1e-5)
    assert central <= high
    assert np.isin(stand.reach.sum(axis=(1, 2)).round(5), (0, 1)).all()


def test_each_member_is_given_what_its_draw_says(tiny, simulation):
    world = simulation.world
    number, programme = next(
        (number, one) for number, one in enumerate(tiny.programmes.values()) if any(d.low for d in one.deliveries)
    )
    month = int(np.argmax(np.ptp(np.asarray(world.months.delivered)[:, :, number], axis=1)))
    now = jax.tree.map(lambda series: series[month], world.months)
    p = {"integrity": jnp.ones(4), programme.place: jnp.asarray([-1.0, 0.0, 1.0, -9.0])}
    ends = np.asarray(now.delivered)
    others = np.delete(ends[1], number).sum()
    given = np.asarray(gifts.equipment(world, p, now)).sum(axis=(0, 1))
    np.testing.assert_allclose(given, [*(ends[:, number] + others), others], rtol=1e-5)
    central = np.asarray(gifts.equipment(world, {"integrity": jnp.ones(4)}, now)).sum(axis=(0, 1))
    np.testing.assert_allclose(central, ends[1].sum(), rtol=1e-5)
    assert (np.diff(np.asarray(gifts.detectors(world, p, now)).sum(axis=0)[:3]) >= 0).all()


def test_programmes_with_ranges_are_drawn_by_name_in_every_scenario(tiny):
    names = set(tiny.uncertain) - set(tiny.parameters)
    assert names == {"deliveries_" + p.id.replace("-", "_") for p in tiny.programmes.values() if p.deliveries[0].low}
    alone = draw([tiny.uncertain[name] for name in sorted(names)], range(4), 1)
    everything = draw(list(tiny.uncertain.values()), range(4), 1)
    assert all((everything[name] == values).all() for name, values in alone.items())


def test_volumes_are_linear_between_their_points(tiny):
    pair = next(pair for flow in tiny.flows.values() for pair in flow.pair if len(pair.volume) > 1)
    yearly = 12 * monthly(pair, months(tiny.start, tiny.end))
    points = [point.value for point in pair.volume]
    assert min(points) - 1e-6 <= yearly.min()
    assert yearly.max() <= max(points) + 1e-6


def test_roads_are_the_same_both_ways_and_never_longer_than_a_detour(tiny):
    for state in tiny.states:
        far = roads_of(tiny, state).distances(1.0, 0.0)
        np.testing.assert_allclose(far, far.T, rtol=1e-9)
        assert (far[:, :, None] <= far[:, None, :] + far.T[None] + 1e-6).all() or len(far) == 0


def test_the_detours_that_the_lines_left_behind_are_short_cuts(central_asia):
    roads = {state: roads_of(central_asia, state) for state in central_asia.states}
    found = {(central_asia.crossings[one].border, through) for one, through, _ in short_cuts(central_asia, roads)}
    assert ("TJ-UZ", "TJ") in found  # Tashkent to the valley
    assert ("KG-UZ", "UZ") in found  # Osh to Jalalabad


@pytest.mark.parametrize(
    ("home", "through", "origin", "destination"),
    [("UZ", "TJ", "tashkent", "fergana"), ("KG", "UZ", "osh", "jalal-abad")],
)
def test_the_quicker_way_between_two_towns_leads_through_the_neighbour(
    central_asia, home, through, origin, destination
):
    at_home, abroad = (roads_of(central_asia, state) for state in (home, through))
    hours, over_there = at_home.distances(0.0, 1.0), abroad.distances(0.0, 1.0)
    border = "-".join(sorted((home, through)))
    posts = [c.id for c in central_asia.crossings.values() if c.border == border and c.kind == "post" and not c.opened]
    mine = [at_home.portals.index(post) for post in posts]
    theirs = [abroad.portals.index(post) for post in posts]
    begin, end = at_home.portals.index(origin), at_home.portals.index(destination)
    round_about = hours[begin, mine][:, None] + over_there[np.ix_(theirs, theirs)] + hours[mine, end]
    assert round_about.min() < 0.9 * hours[begin, end]


def test_splitting_a_post_changes_no_total_size(central_asia):
    crossings = list(central_asia.crossings.values())
    one = next(c for c in crossings if c.border == "KG-UZ" and c.kind == "post")
    twin = one.model_copy(update={"id": one.id + "-twin"})
    split, whole = (_size_by_id(central_asia, those) for those in ([*crossings, twin], crossings))
    assert split[one.id] == pytest.approx(split[twin.id])
    assert split[one.id] < whole[one.id]
    alone = sizes(central_asia, [one, twin])
    assert alone == [pytest.approx(0.5)] * 2


def test_posts_and_green_borders_of_a_mean_border_are_one_choice_each(central_asia):
    crossings = list(central_asia.crossings.values())
    size = _size_by_id(central_asia, crossings)
    for kind in ("post", "green"):
        standing = [c for c in crossings if c.kind == kind and (c.opened or "") < "2006" and not c.closed]
        assert sum(size[c.id] for c in standing) == pytest.approx(len({c.border for c in standing}))


def test_a_post_that_never_stands_takes_nothing_from_its_neighbours(central_asia):
    crossings = list(central_asia.crossings.values())
    one = next(c for c in crossings if c.border == "KG-UZ" and c.kind == "post")
    later = one.model_copy(update={"id": one.id + "-later", "opened": "2099"})
    with_it, without = (_size_by_id(central_asia, those) for those in ([*crossings, later], crossings))
    del with_it[later.id]
    assert with_it == pytest.approx(without)


def test_cutting_a_green_border_into_sections_changes_no_size(central_asia):
    crossings = list(central_asia.crossings.values())
    size = _size_by_id(central_asia, crossings)
    length = {c.id: max(central_asia.sections[c.section].length_km, 5.0) for c in crossings if c.kind == "green"}
    per_km = {size[id] / km for id, km in length.items()}
    assert max(per_km) == pytest.approx(min(per_km))


def _size_by_id(region, crossings):
    return dict(zip([c.id for c in crossings], sizes(region, crossings), strict=True))


def test_no_step_leads_farther_from_the_destination(central_asia):
    crossings = list(central_asia.crossings.values())
    border = [c.border for c in crossings]
    leads = onward(central_asia, [("opiates", "moscow")], crossings)[:, 0]
    out, back = 2 * border.index("KZ-RU"), 2 * border.index("KZ-RU") + 1
    assert leads[out]
    assert not leads[back]


def _leads(region, flow, place):
    """States that a flow may go on to from each, on its way to a place."""
    crossings = list(region.crossings.values())
    ways = [way for c in crossings for way in (tuple(c.border.split("-")), tuple(c.border.split("-"))[::-1])]
    open_ = onward(region, [(flow, place)], crossings)[:, 0]
    return {way for way, leads in zip(ways, open_, strict=True) if leads}


@given(st.dictionaries(st.sampled_from(["FA", "EA", "SO", "NO", "WE"]), st.integers(0, 3)))
def test_every_destination_is_reached_and_no_way_to_it_leads_through_a_dearer_market(worth):
    """But where none else leads there; states whose market is not told are passed by all."""
    tiny = open_region("tiny")
    flow = tiny.flows["opiates"].model_copy(update={"worth": worth, "route": ()})
    tiny.flows["opiates"] = flow
    for pair in flow.pair:
        origin, end = (tiny.places[place].state for place in (pair.origin, pair.destination))
        leads, markets = _leads(tiny, "opiates", pair.destination), ways_to(tiny, "opiates", end).markets
        assert {there for _, there in leads} <= markets
        assert set(tiny.states) - set(worth) <= markets
        if markets != set(tiny.states):
            assert all(worth.get(state, 0) <= worth[end] for state in markets)
        reached = {origin}
        for _ in tiny.states:
            reached |= {there for here, there in leads if here in reached}
        assert end in reached


def test_a_market_is_passed_where_no_other_way_leads_on():
    tiny = open_region("tiny")
    flow = tiny.flows["opiates"]
    for worth, passed in (({"SO": 9}, "EA"), ({"SO": 9, "EA": 9}, "SO")):
        tiny.flows["opiates"] = flow.model_copy(update={"worth": worth | {"WE": 1}})
        markets = ways_to(tiny, "opiates", "WE").markets
        assert passed in markets
        assert ("SO" in markets) == (passed == "SO")


def test_a_named_route_is_open_to_its_own_end_and_before_that_past_no_dearer_market():
    flow = open_region("tiny").flows["opiates"]
    route = flow.route[0]
    assert route.states == ("FA", "SO", "NO", "WE")
    alone = flow.model_copy(update={"route": (route,)})
    assert named_ways(alone, "WE", frozenset({"WE"})) == [("FA", "SO", "NO", "WE")]
    assert named_ways(alone, "NO", frozenset({"NO", "SO"})) == [("FA", "SO", "NO")], (
        "where it begins is no market passed"
    )
    assert named_ways(alone, "NO", frozenset({"NO", "FA"})) == []
    assert named_ways(alone, "EA", frozenset({"EA", "FA", "SO"})) == []


def test_heroin_for_turkey_does_not_go_by_russia(central_asia):
    """There it is worth more than twice as much; a detour by way of Turkey is the exception (S277)."""
    worth = central_asia.flows["opiates"].worth
    assert worth["TR"] < worth["RU"] < worth["XE"]
    to_turkey, to_europe = (_leads(central_asia, "opiates", place) for place in ("istanbul", "europe"))
    assert not {way for way in to_turkey if way[1] in worth and worth[way[1]] > worth["TR"]}
    assert ("AF", "UZ") not in to_turkey, "a step of the rare route, which goes on to Europe"
    assert {("AF", "IR"), ("AF", "PK"), ("PK", "IR"), ("IR", "TR")} <= to_turkey
    assert {("KZ", "RU"), ("RU", "TR"), ("RU", "XE")} <= to_europe
    fergana = {("AF", "TJ"), ("TJ", "KG"), ("KG", "UZ")}
    assert worth["KG"] > worth["UZ"]
    assert fergana <= _leads(central_asia, "opiates", "tashkent"), "named to its end (S272)"


def test_named_routes_lead_on(central_asia):
    crossings = list(central_asia.crossings.values())
    for flow in central_asia.flows.values():
        pairs = [(flow.id, pair.destination) for pair in flow.pair]
        leads = onward(central_asia, pairs, crossings)
        for route in flow.route:
            ends = [
                n
                for n, pair in enumerate(flow.pair)
                if central_asia.places[pair.destination].state == route.states[-1]
                and central_asia.places[pair.origin].state == route.states[0]
            ]
            for here, there in zip(route.states, route.states[1:], strict=False):
                links = [
                    2 * n + (0 if c.border.split("-")[0] == here else 1)
                    for n, c in enumerate(crossings)
                    if set(c.border.split("-")) == {here, there}
                ]
                assert not ends or leads[np.ix_(links, ends)].all(), (flow.id, route.name, here, there)


def test_the_world_has_a_link_each_way(central_world, central_asia):
    assert len(central_world.post) == 2 * len(central_asia.crossings)
    assert (central_world.state[0, ::2] == central_world.state[1, 1::2]).all()


CALL = r"\b(?:turn\.)?filled\(\s*(?!self|mechanism)(\w+),"
"""A mechanism that is called with its causes, its parameters filled in."""


def test_the_list_of_needed_parameters_is_what_the_code_asks_for(central_asia):
    rooms = [
        importlib.import_module(room.name) for room in pkgutil.walk_packages(every_room.__path__, "panj.simulation.")
    ]
    code = {room: inspect.getsource(room) for room in rooms}
    asked = {name for text in code.values() for name in re.findall(r'\bp\["(\w+)"\]', text)}
    mechanisms = {getattr(room, name) for room, text in code.items() for name in re.findall(CALL, text)}
    filled = {name for mechanism in mechanisms for name in inspect.signature(mechanism).parameters}
    given = {"scruples"}  # not a parameter here: services are at rest when the clock begins
    wanted = (asked | filled & set(central_asia.parameters) | set(RELAXING)) - given
    assert wanted == set(PARAMETERS), "Mend src/panj/simulation/needed.py"


def test_scenarios_share_one_program_unless_they_change_what_is_built_or_given(tiny, central_asia):
    for region in (tiny, central_asia):
        still = fingerprint(world_of(region).still())
        for name in region.scenarios:
            laid = region.overlay(name)
            same = laid.programmes == region.programmes and laid.crossings == region.crossings
            assert not same or fingerprint(world_of(laid).still()) == still, name


def test_all_that_the_files_date_is_there_for_every_month(central_world):
    assert {len(series) for series in jax.tree.leaves(central_world.months)} == {len(central_world.clock)}


def test_programs_cannot_read_what_is_dated(central_world):
    still = central_world.still()
    assert not {"rules", "programmes", "events", "scenarios", "conditions"} & set(dir(still.region))
    with pytest.raises(AttributeError):
        still.months.volume  # noqa: B018
