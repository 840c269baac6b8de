"""Write the pages: python -m tools.reference [FOLDER], where FOLDER stands for `docs`."""

import sys
from pathlib import Path

from panj.basics.faults import PanjError

from . import write
from .printing import DOCS

try:
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
except PanjError as error:
    sys.exit(str(error))
