"""Write the pages: python -m tools.reference [FOLDER], where FOLDER stands for `docs`."""

import sys
from pathlib import Path

from . import write
from .printing import DOCS

write(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
