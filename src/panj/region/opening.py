"""Opening a region: find it, read it, check it as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from panj.basics.dates import Month
from panj.basics.faults import Fault, nearest
from panj.region.checks import Axes, check
from panj.region.draft import Draft, read_draft
from panj.region.region import Head, Region, RegionError

SHIPPED = Path(__file__).parents[1] / "regions"


def shipped() -> tuple[str, ...]:
    """Names of the regions that come with the package."""
    return tuple(sorted(file.parent.name for file in SHIPPED.glob("*/region.toml")))


def find_region(where: str | Path) -> Path:
    """The folder of a region: the name of one that ships, or a path.

    Raises:
        RegionError: There is neither.
    """
    if Path(where).is_dir():
        return Path(where)
    if (SHIPPED / str(where) / "region.toml").is_file():
        return SHIPPED / str(where)
    known = shipped()
    remedy = f"{nearest(str(where), known)} These ship: {', '.join(known)}; or give the path of a folder.".strip()
    raise RegionError([Fault(str(where), "region", "there is no such region and no such folder", remedy)])


def name_of(region: Region) -> str:
    """What opens a region again from anywhere: its name if it ships, else the whole path of its folder."""
    return region.folder.name if region.folder.parent == SHIPPED else str(region.folder.resolve())


def open_region(where: str | Path) -> Region:
    """Open a region that ships (by name) or a folder (by path).

    Raises:
        RegionError: With every fault of every file, and how to mend each.
    """
    region, faults = read_region(find_region(where))
    if region is None:
        raise RegionError(faults)
    return region


def read_region(
    folder: Path, held: Axes | None = None, needed: Iterable[str] = ()
) -> tuple[Region | None, list[Fault]]:
    """Read and check a region's folder: the region, or ``None`` and every fault.

    Args:
        folder: Of the region.
        held: The axes of every quantity that a run holds, to which theses and the before / after table must keep. None:
            names of quantities are taken as they are.
        needed: Parameters that the simulation cannot run without.
    """
    draft, faults = read_draft(folder)
    faults += check(draft, held, needed)
    if faults or draft.head is None:
        return None, faults
    return _region(folder, draft, draft.head), []


def _region(folder: Path, draft: Draft, head: Head) -> Region:
    return Region(
        code=head.code,
        title=head.title,
        start=Month(head.start),
        end=Month(head.end),
        history_until=Month(head.history_until),
        pivot=head.pivot,
        before=(Month(head.before[0]), Month(head.before[1])),
        after=(Month(head.after[0]), Month(head.after[1])),
        attribution=head.attribution,
        gaps=head.gaps,
        budgets_of=head.budgets_of,
        folder=folder,
        states={row.code: row for row in draft.states},
        places={row.id: row for row in draft.places},
        borders={row.id: row for row in draft.borders},
        sections={row.id: row for row in draft.sections},
        crossings={row.id: row for row in draft.crossings},
        agencies={row.id: row for row in draft.agencies},
        rules={row.id: row for row in draft.rules},
        programmes={row.id: row for row in draft.programmes},
        events={row.id: row for row in draft.events},
        flows={row.id: row for row in draft.flows},
        parameters={row.id: row for row in draft.parameters},
        targets={row.id: row for row in draft.targets},
        scenarios={row.id: row for row in draft.scenarios},
        roads=draft.roads.rows,
        statuses=draft.statuses.rows,
        holdings=draft.holdings.rows,
        strength=draft.strength.rows,
        conditions=draft.conditions.rows,
        links={row.link: row for row in draft.links},
        theses={row.id: row for row in draft.theses},
        evidence=draft.evidence,
        geometry=draft.geometry,
    )
