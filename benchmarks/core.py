"""One core as a worker of `panj run` has it: one thread, its compiler flags, but nothing compiled before."""

import os

from panj.ensembles.workers import environment


def as_a_worker() -> dict[str, str]:
    """What to set before JAX is imported; without the cache, or rows of compilation would tell how long it is read."""
    return {name: word for name, word in environment().items() if name in os.environ or "COMPILATION_CACHE" not in name}
