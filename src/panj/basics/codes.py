"""Codes of states and borders."""

from __future__ import annotations


def border_code(text: str) -> str:
    """The one code of a border, in alphabetical order: ``KZ-CN`` and ``cn-kz`` are both ``CN-KZ``.

    Raises:
        ValueError: The text is not two codes joined by a hyphen.
    """
    ends = text.strip().upper().split("-")
    if len(ends) != 2 or not all(ends) or ends[0] == ends[1]:
        raise ValueError(f"{text!r} is not a border. Write two different state codes joined by a hyphen.")
    return "-".join(sorted(ends))


def ends(border: str) -> tuple[str, str]:
    """The two states of a border, in the order of its code."""
    first, second = border.split("-")
    return first, second
