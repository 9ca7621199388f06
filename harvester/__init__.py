"""Institutions to our disk: ask, keep unchanged, judge, publish. Knows the network and time, nothing of Dublin Core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .door import door as door

if TYPE_CHECKING:
    from .record import Change as Change
    from .record import Format as Format
    from .record import Ledger as Ledger
    from .record import RawRecord as RawRecord
    from .record import key_of as key_of

__getattr__ = door(
    "harvester",
    dict.fromkeys(("Change", "Format", "Ledger", "RawRecord", "key_of"), "record"),
)
