"""What all parts of a visit's way through a repository share."""

from __future__ import annotations

from typing import Any

from .checkpoint import Stretch, Walk
from .circle import Circle
from .conversation import Conversation
from .habits import Habits
from .rereading import all_read


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

    def read_everything(self, stretch: Stretch) -> None:
        """Begin with a list of everything: then no slice of it need be read anew."""
        self.walk.stretches = self.walk.stretches[:1]
        self.walk.reread = all_read(self.walk.clock)
        self.restart(stretch)

    def onward(self, stretch: Stretch) -> Stretch | None:
        """Return what goes on with a list from its newest datestamp; None where that is impossible.

        A list by identifiers may look ordered as far as it came: its next page goes back. Only its size tells: where
        the rest has fewer records than were left, or nobody says how many, what came before is read again (``behind``).
        """
        walk = self.walk
        if walk.disordered or not walk.ordered or not walk.last or self.habits.dates == "none":
            return None
        if walk.last >= (stretch.until or "9999"):  # and yet it goes on: by date there is no way behind it
            return None
        left = None if walk.declared is None else max(walk.declared - walk.records, 0)
        behind = Stretch(stretch.verb, stretch.since, walk.last, "part", known=True)
        return Stretch(
            stretch.verb, walk.last, stretch.until, stretch.purpose, at_least=left, known=True, behind=behind
        )

    def note(self, code: str, count: int = 1, **facts: Any) -> None:
        """Note what was noticed."""
        self.conversation.visit.note(code, count, **facts)
