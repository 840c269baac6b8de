"""How long a run will take, judged from the batches that are finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Left(NamedTuple):
    """Time left of a run.

    Attributes:
        seconds: How long [s].
        at_most: Whether it is sure to be less.
    """

    seconds: float
    at_most: bool


def time_left(reports: Sequence[tuple[float, int]], total: int, workers: int) -> Left | None:
    """Time left of a run; ``None`` while nothing tells.

    Workers run side by side, so the pace is that of rounds: of as many batches as there are workers. The first round is
    compiled as well; until the second is finished it stands for the others, as a bound.

    Args:
        reports: When how many members were done [s]: first at the start, then after every batch.
        total: Members in all.
        workers: Processes side by side.
    """
    rounds = (len(reports) - 1) // workers
    if rounds < 1:
        return None
    (begun, before), (then, done) = reports[workers if rounds > 1 else 0], reports[rounds * workers]
    since = reports[-1][0] - then
    return Left(max(0.0, (then - begun) / (done - before) * (total - done) - since), at_most=rounds == 1)
