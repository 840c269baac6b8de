"""Meeting the evidence: what a run says of every published number, fits to some of them, and honesty about the rest.

Knows a run by its results and a region by its files; how a month is simulated is told in `simulation`, how members are
run in `ensembles`, how it is shown in `reports`.
"""

from panj.calibration.observe import Prediction, has_way, predictions
from panj.calibration.score import Score, Total, scores, total
from panj.calibration.screen import Screened, screen
from panj.calibration.seen import Seen, draws_of, seen_in, unit_of

__all__ = [
    "Prediction",
    "Score",
    "Screened",
    "Seen",
    "Total",
    "draws_of",
    "has_way",
    "predictions",
    "scores",
    "screen",
    "seen_in",
    "total",
    "unit_of",
]
