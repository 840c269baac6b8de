"""Members, luck, workers and results on disk.

Draws parameters, runs batches, writes as they arrive, resumes. What a result means is told in `reports`.
"""

from panj.ensembles.crate import describe
from panj.ensembles.cutting import run_cuts
from panj.ensembles.pace import time_left
from panj.ensembles.plan import RunError
from panj.ensembles.posterior import read_posterior
from panj.ensembles.running import CONVERGED, Run, open_run, run
from panj.ensembles.workers import cores

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
