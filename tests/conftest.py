"""What all tests share: property tests without deadlines (machines differ), the same examples every time in CI."""

import os

from hypothesis import settings

settings.register_profile("panj", deadline=None, max_examples=50)
settings.register_profile("ci", parent=settings.get_profile("panj"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "panj")
