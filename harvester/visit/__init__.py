"""One visit to one source: lease, ask, stage page by page, judge, publish."""

from __future__ import annotations

from .ending import next_due as next_due
from .retiring import retire_source as retire_source
from .visiting import Visiting as Visiting
from .wish import Result as Result
from .wish import Wish as Wish
