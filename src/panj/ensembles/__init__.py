"""Members, luck, workers and results on disk.

Draws parameters, runs batches, writes as they arrive, resumes. What a result means is told in `reports`.
"""

from panj.ensembles.running import Run, open_run, run
from panj.ensembles.store import RunError

__all__ = ["Run", "RunError", "open_run", "run"]
