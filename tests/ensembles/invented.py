"""Results without a simulation, for tests of everything around it."""

import numpy as np

from panj.ensembles.batches import kept
from panj.ensembles.running import coordinates
from panj.simulation.quantities import quantities


def results_of(region, members):
    """Numbers that differ by quantity and member, and by nothing else."""
    labels = coordinates(region) | {"member": list(members)}
    results = {}
    for number, quantity in enumerate(quantities()):
        axes = ("member", *quantity.axes) if quantity.mean_over_members else quantity.axes
        values = np.full([len(labels[axis]) for axis in axes], 0.001 * (number + 1), np.float32)
        if axes[0] == "member":
            values *= (1 + np.asarray(list(members), np.float32)).reshape(-1, *[1] * (len(axes) - 1))
        results[quantity.name] = values
    return kept(results, len(members))


def batches_in_process(crew, start, batches):
    """In the place of `Crew.compute`: last batch first."""
    for members in reversed(batches):
        yield members, results_of(start.region, members)


def files_of(folder):
    """Every file below a folder, by its path, whole."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
