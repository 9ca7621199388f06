"""What helps people to ask: completions while they type, did-you-mean, resources like this one; no engine's feature."""

from __future__ import annotations

from .learning import Learner, Memory

__all__ = ["Learner", "Memory"]
