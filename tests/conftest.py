"""Hypothesis draws the same examples every time, so that a failure seen once is seen again everywhere."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("dev", derandomize=True, deadline=None)
settings.register_profile("ci", settings.get_profile("dev"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
