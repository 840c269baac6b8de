"""The code read as data: mechanisms, the rooms of society, state variables, fixed numbers. Nothing is run."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from panj.simulation.month import Stocks
from panj.simulation.society.society import ORDER, Society

from .printing import CODE, first

SOCIETY = "panj.simulation.society"


@dataclass(frozen=True)
class Mechanism:
    """A public function of the mechanisms.

    Attributes:
        id: ``file.name``.
        function: Itself.
        callers: Files of the simulation that import it, within ``simulation``.
        called: Whether one of them, or another function of its own file, calls it.
    """

    id: str
    function: Callable[..., Any]
    callers: tuple[str, ...]
    called: bool

    @property
    def file(self) -> str:
        """Its file, without the ending."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """Its name within the file."""
        return self.id.partition(".")[2]

    @property
    def what(self) -> str:
        """What it says of itself, in a sentence."""
        return first(self.function)

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of its arguments."""
        return tuple(inspect.signature(self.function).parameters)


@dataclass(frozen=True)
class Room:
    """A group of society: its module, and the class of its stocks."""

    name: str
    module: ModuleType
    stocks: type


@dataclass(frozen=True)
class StateVariable:
    """What one month hands to the next.

    Attributes:
        owner: The class that holds it, in small letters.
        name: Within the class.
        axes: Letters, as in the annotation.
        unit: ``1`` where the class says none.
        meaning: As the class says it.
    """

    owner: str
    name: str
    axes: str
    unit: str
    meaning: str


@cache
def mechanisms() -> tuple[Mechanism, ...]:
    """All public functions of the mechanisms, file by file."""
    found = []
    imported = _imported()
    for path in sorted((CODE / "mechanisms").glob("[a-z]*.py")):
        if path.stem == "links":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        module = importlib.import_module(f"panj.mechanisms.{path.stem}")
        for part in tree.body:
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                id = f"{path.stem}.{part.name}"
                callers = tuple(imported.get(id, ()))
                called = bool(callers) or part.name in own
                found.append(Mechanism(id, getattr(module, part.name), callers, called))
    return tuple(found)


def _imported() -> dict[str, list[str]]:
    """Files of the simulation that import something of the mechanisms, by its id."""
    found: dict[str, list[str]] = {}
    for path in sorted((CODE / "simulation").rglob("*.py")):
        where = path.relative_to(CODE / "simulation").with_suffix("").as_posix()
        for part in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(part, ast.ImportFrom) and (part.module or "").startswith("panj.mechanisms."):
                for one in part.names:
                    found.setdefault(f"{str(part.module).rpartition('.')[2]}.{one.name}", []).append(where)
    return found


def rooms() -> tuple[Room, ...]:
    """The groups of society in the order of their turns."""
    stocks = inspect.get_annotations(Society, eval_str=True)
    return tuple(Room(name, importlib.import_module(f"{SOCIETY}.{name}"), stocks[name]) for name in ORDER)


def state_variables() -> tuple[StateVariable, ...]:
    """All stocks: those of the month, then those of society, group by group."""
    own = [row for row in _fields(Stocks) if row.name not in ("society", "usual")]
    return (*own, *(row for room in rooms() for row in _fields(room.stocks)))


def _fields(of: type) -> Iterable[StateVariable]:
    said = _attributes(of)
    for name, annotation in inspect.get_annotations(of).items():
        axes = re.search(r"""["']([^"']*)["']""", str(annotation))
        yield StateVariable(of.__name__.lower(), name, axes[1].strip() if axes else "", *_split(said.get(name, "")))


def _attributes(of: type) -> dict[str, str]:
    """What a class says of each of its attributes."""
    lines = (inspect.getdoc(of) or "").partition("Attributes:\n")[2]
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \w)", "\n" + lines):
        for part in re.split(r"; (?=``\w+``)", " ".join(entry.split())):
            names, _, meaning = part.replace("``", "").partition(": ")
            found |= dict.fromkeys(names.split(", "), meaning)
    return found


def _split(said: str) -> tuple[str, str]:
    """Unit and meaning of what a class says of a stock, without its axes, which the annotation tells."""
    unit = re.search(r"\[([^\]]+)\]", said)
    share = "0-1" if re.search(r"\b0-1\b", said) else "1"
    bare = re.sub(r",? ?\b(?:\w+ x )*M\b(?=[\s,.;]|$)|,? ?\b0-1\b|\s*\[[^\]]+\]", "", said)
    return unit[1] if unit else share, bare.strip(" ,;.")


def called_by(function: Callable[..., Any]) -> tuple[str, ...]:
    """Mechanisms that a function of the simulation calls, itself or by others of the simulation, in their order."""
    found = dict[str, None]()
    seen = set[Callable[..., Any]]()

    def read(one: Callable[..., Any]) -> None:
        seen.add(one)
        tree = ast.parse(textwrap.dedent(inspect.getsource(one)))
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        for node in sorted(names, key=lambda node: (node.lineno, node.col_offset)):
            named = vars(sys.modules[one.__module__]).get(node.id)
            if not inspect.isfunction(named) or named in seen:
                continue
            if named.__module__.startswith("panj.mechanisms."):
                found[f"{named.__module__.rpartition('.')[2]}.{named.__name__}"] = None
            elif named.__module__.startswith("panj.simulation."):
                read(named)

    read(function)
    return tuple(found)


@cache
def users(parameter: str) -> tuple[str, ...]:
    """What takes a parameter: mechanisms by their id, files of the simulation that ask for it by name."""
    of = [one.id for one in mechanisms() if parameter in one.arguments]
    return (*of, *(path for path, text in _simulation().items() if f'"{parameter}"' in text or _forms(text, parameter)))


def formed(parameter: str) -> bool:
    """Whether the simulation puts the name of a parameter together, as that of a terrain."""
    return any(_forms(text, parameter) for text in _simulation().values())


def _forms(text: str, parameter: str) -> bool:
    return any(parameter.startswith(begin) for begin in re.findall(r'f"(\w+_){', text))


@cache
def _simulation() -> dict[str, str]:
    """The text of every file of the simulation but the list of what it needs, by its path."""
    paths = sorted(path for path in (CODE / "simulation").rglob("*.py") if path.name != "needed.py")
    return {path.relative_to(CODE).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def numbers(path: Path) -> Iterable[tuple[str, str, str]]:
    """Numbers at the top of a file that are followed by a sentence."""
    for line, after in pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
        match line, after:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as value)),
                ast.Expr(value=ast.Constant(value=str() as meaning)),
            ):
                yield name, f"{value:g}", " ".join(meaning.split())
