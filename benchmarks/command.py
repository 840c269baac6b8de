"""The command `panj` as its users have it: in a process of its own, with its own choice of threads."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

PANJ = Path(sys.executable).with_name("panj")


def start(*words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start `panj` with these words; what it prints is dropped."""
    own = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    return subprocess.Popen(
        [str(PANJ), *words], env=own | dict(env or {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def seconds(*words: str, env: Mapping[str, str] | None = None) -> float:
    """Seconds on the wall until `panj` has answered.

    Raises:
        RuntimeError: It did not end well.
    """
    begun = time.perf_counter()
    code = start(*words, env=env).wait()
    if code:
        raise RuntimeError(f"panj {' '.join(words)} ended with {code}.")
    return time.perf_counter() - begun
