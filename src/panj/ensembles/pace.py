"""How long a run will take, judged from the batches that are finished."""

from __future__ import annotations

from collections.abc import Sequence


def seconds_left(reports: Sequence[tuple[float, int]], total: int, workers: int) -> float | None:
    """Time left of a run [s]; ``None`` while nothing tells.

    The first batch of every worker is compiled as well, so it says nothing of those that follow: the pace is counted
    from the moment when as many batches are finished as there are workers.

    Args:
        reports: When how many members were done [s]: first at the start, then after every batch.
        total: Members in all.
        workers: Processes side by side.
    """
    if len(reports) <= workers + 1:
        return None
    (begun, before), (now, done) = reports[workers], reports[-1]
    return (now - begun) / (done - before) * (total - done)
