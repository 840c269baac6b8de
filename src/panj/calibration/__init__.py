"""Meeting the evidence: what a run says of every published number, fits to some of them, and honesty about the rest.

Knows a run by its results and a region by its files; how a month is simulated is told in `simulation`, how members are
run in `ensembles`, how it is shown in `reports`.
"""

from panj.calibration.observe import Prediction, Seen, has_way, predictions, unit_of

__all__ = ["Prediction", "Seen", "has_way", "predictions", "unit_of"]
