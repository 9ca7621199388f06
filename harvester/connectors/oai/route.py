"""What all parts of a visit's way through a repository share."""

from __future__ import annotations

from typing import Any

from .checkpoint import Stretch, Walk
from .circle import Circle
from .conversation import Conversation
from .habits import Habits


class Route:
    """One visit's conversation, where it stands, how the server wants to be asked, and what is watched for circles."""

    def __init__(self, conversation: Conversation, walk: Walk) -> None:
        self.conversation, self.walk = conversation, walk
        self.habits = Habits(conversation)
        self.circle = Circle()

    @property
    def stretch(self) -> Stretch:
        """The list that is being read."""
        return self.walk.stretches[0]

    def restart(self, *stretches: Stretch) -> None:
        """Put lists in the place of the one that is being read, and begin with them: what was seen may come again."""
        self.walk.begin(*stretches)
        self.circle = Circle()

    def note(self, code: str, count: int = 1, **facts: Any) -> None:
        """Note what was noticed."""
        self.conversation.visit.note(code, count, **facts)
