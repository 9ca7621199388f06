"""One visit to one source: lease, ask, stage page by page, judge, publish."""

from __future__ import annotations

from .deciding import Decided as Decided
from .deciding import approve as approve
from .deciding import reject as reject
from .deciding import take_back as take_back
from .ending import next_due as next_due
from .forgetting import forget_source as forget_source
from .forgetting import learn_of_source as learn_of_source
from .retiring import retire_source as retire_source
from .visiting import Visiting as Visiting
from .wish import Result as Result
from .wish import Wish as Wish
