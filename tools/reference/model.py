"""The printed parts of the page on the model."""

from __future__ import annotations

from panj.simulation.month import MONTH

from . import source
from .printing import CODE, first, renewed, table


def model_page(text: str) -> str:
    """The page on the model with its printed parts renewed.

    Raises:
        ValueError: A printed part is missing, or there twice.
    """
    parts = {
        "month": month(),
        "society": society(),
        "constants": constants(),
        "mechanisms": table(("function", "what"), [(f"`{one.id}`", one.what) for one in source.mechanisms()]),
        "unwired": unwired(),
    }
    return renewed(text, "model.md", parts)


def month() -> list[str]:
    """The steps of a month in their order."""
    return [f"{number}. *{step.__name__}*: {first(step)}" for number, step in enumerate(MONTH, start=1)]


def society() -> list[str]:
    """The groups of the response in their order."""
    return [f"{number}. `{room.name}.py`: {first(room.module)}" for number, room in enumerate(source.rooms(), start=1)]


def constants() -> list[str]:
    """Fixed numbers of the simulation and of ensembles."""
    rows = [
        (f"`{name}`", value, meaning, f"`{path.relative_to(CODE).as_posix()}`")
        for room in ("simulation", "ensembles")
        for path in sorted((CODE / room).rglob("*.py"))
        for name, value, meaning in source.numbers(path)
    ]
    return table(("name", "value", "meaning", "in"), rows)


def unwired() -> list[str]:
    """Mechanisms that the month does not call, file by file."""
    bare: dict[str, list[str]] = {}
    for one in source.mechanisms():
        if not one.called:
            bare.setdefault(one.file, []).append(f"`{one.name}`")
    return [f"- `{file}`: {', '.join(names)}" for file, names in bare.items()]
