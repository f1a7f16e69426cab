"""The same on every machine: Hypothesis draws the same examples, and nothing kept by earlier runs is believed."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

from hypothesis import settings

_scratch = TemporaryDirectory(prefix="lemmata-tests-")
os.environ |= {"LEMMATA_CACHE": f"{_scratch.name}/cache", "XDG_STATE_HOME": f"{_scratch.name}/state"}

settings.register_profile("dev", derandomize=True, deadline=None)
settings.register_profile("ci", settings.get_profile("dev"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
