"""Crash tests; with KHO_MUTATION a process of theirs reads one file wrongly, to see that it is noticed."""

from __future__ import annotations

import os

if os.environ.get("KHO_MUTATION"):
    from .mutations import mutate

    mutate(os.environ["KHO_MUTATION"])
