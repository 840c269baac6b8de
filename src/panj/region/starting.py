"""Starting a region of one's own from the small one that ships."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from panj.region.opening import SHIPPED

STARTER = SHIPPED / "tiny"


def start_region(folder: Path) -> Path:
    """Copy the small region into a new folder, under the folder's name, and return the folder.

    Raises:
        FileExistsError: There is something at the path; nothing is written.
    """
    if folder.exists():
        raise FileExistsError(17, "is there already; choose another name, nothing was written", str(folder))
    shutil.copytree(STARTER, folder)
    head = folder / "region.toml"
    code = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "region"
    head.write_text(re.sub(r'(?m)^code = "tiny"$', f'code = "{code}"', head.read_text("utf-8")), "utf-8")
    return folder
