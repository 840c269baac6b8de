"""Markdown: heads, tables, marked parts of a page that are renewed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import panj

CODE = Path(panj.__file__).parent
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def first(what: object) -> str:
    """The first paragraph of what something says of itself."""
    return sentence(inspect.getdoc(what) or "")


def sentence(docstring: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(docstring.split("\n\n")[0].replace("``", "`").split())


def prose(docstring: str, without: Sequence[str] = ()) -> list[str]:
    """A docstring as paragraphs of Markdown, each closed by an empty line.

    Args:
        docstring: Cleaned of its indentation.
        without: Paragraphs that begin so are left out, and sentences from such a word on.
    """
    lines: list[str] = []
    for part in docstring.split("\n\n"):
        if part.startswith("    "):
            lines += ["```text", *part.split("\n"), "```", ""]
            continue
        words = " ".join(part.replace("``", "`").replace("::", ":").split())
        for begin in without:
            words = "" if words.startswith(begin) else words.partition(f" {begin}")[0]
        lines += [words, ""] if words else []
    return lines


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent."""
    return f"{part / whole:.0%}" if whole else ""


def head(title: str, origin: str) -> list[str]:
    """Title and origin of a page that is printed as a whole."""
    return [f"# {title}", "", f"*Printed by `make docs`; to change this page, change {origin}.*", ""]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table in Markdown."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in [list(head), ["---"] * len(head), *cells]]


def text(lines: Iterable[str]) -> str:
    """A page of lines."""
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def renewed(page: str, name: str, parts: Mapping[str, Sequence[str]]) -> str:
    """A page that is written by hand, with its printed parts renewed.

    Args:
        page: As it is.
        name: Of its file, for errors.
        parts: Lines by the name of the part; marked by ``<!-- printed: name -->`` and ``<!-- end -->``.

    Raises:
        ValueError: A printed part is missing, or there twice, or not known.
    """
    for part, lines in parts.items():
        begin, end = f"<!-- printed: {part} -->", "<!-- end -->"
        found = re.findall(f"{begin}.*?{end}", page, flags=re.DOTALL)
        if len(found) != 1:
            raise ValueError(f"docs/{name} has {len(found)} parts {begin!r}. Write one, closed by {end!r}.")
        page = page.replace(found[0], "\n".join([begin, *lines, end]))
    if unknown := set(re.findall(r"<!-- printed: (\S+) -->", page)) - set(parts):
        raise ValueError(f"docs/{name} has parts that nothing prints: {', '.join(sorted(unknown))}.")
    return page
