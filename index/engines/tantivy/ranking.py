"""Hits by their score, and by their keys where scores are equal: exact, however many share one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import tantivy

from ...clauses import Plan
from ...query import Query
from .fields import KEY_START
from .questions import Questions

# Hits asked for beyond the page: nearly always all that score as its last one does. So many cost next to nothing;
# asking again costs as much as asking did.
_SPARE = 1_000
_TIMES = 4  # of the hits that are wanted at least so many times are asked for, so that their keys narrow what is left
_ROUNDS = 3  # of narrowing; one does unless documents were added in the falling order of their keys

Address = tantivy.DocAddress
Scores = list[tuple[float, Address]]


def ranked(searcher: tantivy.Searcher, questions: Questions, planned: Plan, query: Query) -> tuple[int, list[Address]]:
    """Return the total and the addresses of one page."""
    first = (query.page - 1) * query.size
    last = first + query.size
    limit = max(last + _SPARE, last * _TIMES)
    result = searcher.search(questions.whole(planned), limit, count=True)
    found: Scores = list(result.hits)
    total = result.count or 0  # type: ignore[attr-defined]  # missing in tantivy's stub
    if 0 < last < limit == len(found) < total and found[-1][0] == found[last - 1][0]:
        found = _whole_groups(searcher, questions, planned, found, last, total)
    return total, _page(searcher, found, first, last)


def _page(searcher: tantivy.Searcher, found: Scores, first: int, last: int) -> list[Address]:
    page: list[Address] = []
    place = 0
    for _, group in groupby(found, key=lambda pair: pair[0]):
        tied = [address for _, address in group]
        if place < last and place + len(tied) > first:
            inside = _by_key(searcher, tied) if len(tied) > 1 else tied
            page += inside[max(0, first - place) : last - place]
        place += len(tied)
    return page


def _whole_groups(
    searcher: tantivy.Searcher, questions: Questions, planned: Plan, found: Scores, last: int, total: int
) -> Scores:
    """Return the hits that score better than the last of the page, and of those that score as it does the first ones.

    Which of these come first their keys say, and too many are left to read all: the keys of those that are known bound
    the keys of those that are wanted. Where that narrows nothing all hits are read.
    """
    score = found[last - 1][0]
    better = [pair for pair in found if pair[0] > score]
    tied = [address for _, address in found[len(better) :]]
    first = _lowest(searcher, questions, planned, better, tied, last - len(better))
    if first is None:
        return list(searcher.search(questions.whole(planned), total, count=False).hits)
    return better + [(score, address) for address in first]


def _lowest(
    searcher: tantivy.Searcher, questions: Questions, planned: Plan, better: Scores, tied: list[Address], wanted: int
) -> list[Address] | None:
    """Return all that score as these do up to some key below which at least the wanted ones lie; None where unsure."""
    limit = len(better) + max(_SPARE, wanted * _TIMES)
    known, bound = tied, 0
    for _ in range(_ROUNDS):
        before, bound = bound, sorted(_starts(searcher, known))[wanted - 1]
        if bound == before:
            return None
        narrowed = questions.whole(planned, [questions.between(KEY_START, None, bound)])
        hits: Scores = list(searcher.search(narrowed, limit, count=False).hits)
        known, complete = _tied(hits, _places(address for _, address in better), _places(known))
        if len(known) < wanted:
            return None
        if complete or len(hits) < limit:
            return known
    return None


def _tied(hits: Scores, better: set[tuple[int, int]], known: set[tuple[int, int]]) -> tuple[list[Address], bool]:
    """Return the hits that score as the known ones do, and whether worse ones follow.

    What they score is read again: with one clause more Tantivy adds in another order, and the last bit may change.
    """
    score = next((score for score, address in hits if _place(address) in known), -1.0)
    found = [address for each, address in hits if each == score and _place(address) not in better]
    return found, bool(found) and hits[-1][0] < score


def _place(address: Address) -> tuple[int, int]:
    return address.segment_ord, address.doc


def _places(addresses: Iterable[Address]) -> set[tuple[int, int]]:
    return {_place(address) for address in addresses}


# --- keys -------------------------------------------------------------------------------------------------------------


def _starts(searcher: tantivy.Searcher, addresses: Sequence[Address]) -> list[int]:
    return [int(each or 0) for each in searcher.fast_field_values(KEY_START, list(addresses))]


def _by_key(searcher: tantivy.Searcher, addresses: list[Address]) -> list[Address]:
    """Sort by key: by its first bytes, which stand in a column, and whole where these are equal."""
    pairs = sorted(zip(_starts(searcher, addresses), addresses, strict=True), key=lambda pair: pair[0])
    found: list[Address] = []
    for _, group in groupby(pairs, key=lambda pair: pair[0]):
        same = [address for _, address in group]
        found += sorted(same, key=lambda each: _key(searcher, each)) if len(same) > 1 else same
    return found


def _key(searcher: tantivy.Searcher, address: Address) -> str:
    return str(searcher.doc(address).get_first("key"))
