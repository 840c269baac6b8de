"""Members, luck, workers and results on disk.

Draws parameters, runs batches, writes as they arrive, resumes. What a result means is told in `reports`.
What needs libraries of tables is imported when it is first asked for: no worker waits for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from panj.ensembles.pace import time_left
from panj.ensembles.plan import RunError
from panj.ensembles.workers import cores

if TYPE_CHECKING:
    from panj.ensembles.crate import describe
    from panj.ensembles.cutting import run_cuts
    from panj.ensembles.posterior import read_posterior
    from panj.ensembles.running import CONVERGED, Run, open_run, run
else:
    _LATER = {
        "CONVERGED": "running",
        "Run": "running",
        "describe": "crate",
        "open_run": "running",
        "read_posterior": "posterior",
        "run": "running",
        "run_cuts": "cutting",
    }

    def __getattr__(name: str) -> object:
        """Import what reads or writes tables."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "CONVERGED",
    "Run",
    "RunError",
    "cores",
    "describe",
    "open_run",
    "read_posterior",
    "run",
    "run_cuts",
    "time_left",
]
