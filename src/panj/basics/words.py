"""Words that follow a number."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """``1 post``, ``2 posts``, ``1,503 claims``; ``many`` where it is more than an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
