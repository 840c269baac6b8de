"""One worker, from inside: reads what to compute from standard input, writes results to standard output.

It imports what computes before it is told what to do, and nothing that reads or writes tables.
"""

from __future__ import annotations

import gc
import os
import pickle
import traceback
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from panj.basics.faults import PanjError

READY = ("panj.ensembles.batches", "panj.simulation.history", "panj.simulation.layout", "scipy.special")
"""What batches are computed with."""


@dataclass(frozen=True)
class Failure:
    """Why a batch could not be computed.

    Attributes:
        text: In a line or a few.
        trace: Where in the code.
    """

    text: str
    trace: str


def serve() -> None:
    """Start what is sent first, then answer every batch of members, until the input ends.

    Until it has started nobody looks for garbage: nearly all that is made by then stays.
    """
    gc.disable()
    asked = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not get among the answers
    for room in READY:
        import_module(room)
    compute: Any = None
    start = pickle.load(asked)
    while True:
        try:
            members = pickle.load(asked)
        except EOFError:
            return
        try:
            if compute is None:
                compute = start()
                gc.freeze()
                gc.enable()
            answer = compute(members)
        except Exception as error:
            text = str(error) if isinstance(error, PanjError) else f"{type(error).__name__}: {error}"
            answer = Failure(text, traceback.format_exc())
        pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()
