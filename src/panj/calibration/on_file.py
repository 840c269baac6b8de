"""What the region's dated files answer without a run: posts, guards, aid, the line itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from panj.basics.codes import ends
from panj.basics.dates import first_day, last_day
from panj.region import Region, Target, delimited_share, holders, posts_open, sections_of


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
