"""A region is data: no code knows a name or a code of the region that ships."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import panj
from panj.region import Region, open_region

SOURCE = Path(panj.__file__).parent
FILES = sorted(path for path in SOURCE.rglob("*.py") if "regions" not in path.relative_to(SOURCE).parts)
HELP = {"EXAMPLES"}
"""Constants that print examples of use."""


def names_of(region: Region) -> set[str]:
    """Names of the region that are no common words: states, places, posts, agencies, sections, ids of them."""
    rows = (region.states, region.places, region.crossings, region.agencies, region.sections)
    names = {
        getattr(row, name, "") for table in rows for row in table.values() for name in ("name", "name_a", "name_b")
    }
    ids = {id for table in rows[1:] for id in table} | set(region.borders)
    return {name for name in names | ids if len(name) > 4}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every string in a file that is no docstring and no printed example, with its line."""
    tree = ast.parse(path.read_text("utf-8"))
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(node.value)
        if isinstance(node, ast.Assign) and {getattr(target, "id", "") for target in node.targets} & HELP:
            left_out.update(part for part in ast.walk(node.value) if isinstance(part, ast.Constant))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out:
            yield node.lineno, node.value


@pytest.fixture(scope="module")
def region() -> Region:
    return open_region("central-asia")


def named_in(path: Path, region: Region) -> list[str]:
    """Where a file holds a name or a code of the region."""
    words = sorted(names_of(region), key=len, reverse=True)
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE)
    return [
        f"{path.name}:{line}: {text[:60]!r}"
        for line, text in literals(path)
        if text in region.states or pattern.search(text)
    ]


def test_no_string_in_the_code_is_a_name_or_code_of_the_region(region: Region) -> None:
    found = [where for path in FILES for where in named_in(path, region)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["KZ", "kz-uz is a border", "Tashkent"])
def test_name_in_the_code_is_found(text: str, region: Region, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(f"def f():\n    'KZ and Tashkent in a docstring'\n    return {text!r}\n")
    assert named_in(tmp_path / "code.py", region) == [f"code.py:3: {text!r}"]


def test_no_variable_or_function_bears_a_name_of_the_region(region: Region) -> None:
    names = {re.sub(r"\W", "_", row.name.lower()) for row in (*region.states.values(), *region.places.values())}
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node, "id", None) or getattr(node, "name", None) or getattr(node, "arg", None)
            if isinstance(name, str) and name.lower() in names:
                found.append(f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}: {name}")
    assert not found, "\n".join(found)
