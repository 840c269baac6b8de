"""The same members again and again, each time with other links cut; nothing is kept on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from panj.ensembles.batches import Results, kept, runner
from panj.ensembles.running import under
from panj.ensembles.workers import cores, run_batches
from panj.region import Region, open_region

Cut = tuple[str, ...]


@dataclass(frozen=True)
class Cuts:
    """What a worker needs; called in it, gives the function that computes variants by number.

    Attributes:
        region: Under its scenario.
        members: How many.
        seed: Of the study.
        cuts: Links that are cut in each variant.
        names: Quantities that are kept.
    """

    region: Region
    members: int
    seed: int
    cuts: tuple[Cut, ...]
    names: tuple[str, ...]

    def __call__(self) -> Callable[[range], list[Results]]:
        """Make the world; it is compiled once for all variants."""
        members_of = runner(self.region, self.members, self.seed)

        def compute(variants: range) -> list[Results]:
            runs = (members_of(range(self.members), self.cuts[variant]) for variant in variants)
            whole = (kept(run, self.members) for run in runs)
            return [{name: run[name] for name in (*self.names, "residual")} for run in whole]

        return compute


def run_cuts(
    region: str | Path,
    cuts: Sequence[Cut],
    names: Sequence[str],
    *,
    scenario: str = "history",
    members: int = 16,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Results]:
    """Run the same members once for each set of links that is cut.

    Args:
        region: Name of a region that ships, or a folder.
        cuts: Links to cut, for each run; empty: nothing.
        names: Quantities to give back, beside ``residual``.
        scenario: Laid over the history.
        members: How many.
        seed: Of draws and luck.
        workers: Processes; one a core if not given.
        progress: Called with runs done and in all.

    Raises:
        RegionError: The region has faults.
        RunError: The scenario does not allow it, or a run failed.
    """
    laid = under(open_region(region), scenario)
    start = Cuts(laid, members, seed, tuple(map(tuple, cuts)), tuple(dict.fromkeys(names)))
    found: dict[int, Results] = {}
    progress(0, len(cuts))
    for done, results in run_batches(start, [range(n, n + 1) for n in range(len(cuts))], workers or cores()):
        found |= dict(zip(done, results, strict=True))
        progress(len(found), len(cuts))
    return [found[number] for number in range(len(cuts))]
