"""A question as a plan of clauses that every engine answers alike; the ranking stands here and nowhere else. Pure."""

from __future__ import annotations

from itertools import pairwise

from mappings import province

from .clauses import AllOf, Between, Clause, Not, Phrase, Plan, Prefix, Scored, Term, Values, any_of
from .cursors import read_cursor
from .equivalents import Tokens
from .query import (
    FACETS,
    LACKABLE,
    LARGEST_PAGE,
    LARGEST_WINDOW,
    MOST_FACET_VALUES,
    MOST_FILTER_VALUES,
    RANGES,
    CursorError,
    Likeness,
    LimitExceededError,
    Query,
    Range,
    UnknownFieldError,
)
from .typed import Question, Unit, read

# How much a word adds where it stands there, above its score anywhere (docs/search.md says why).
WEIGHTS = {"title": 3.0, "subject": 1.5, "keyword": 1.0}
WHOLE_TITLE, WHOLE_TEXT, PAIR = 4.0, 2.0, 1.0  # the whole question as a phrase; two neighbours of it
# Neighbours that are weighed, from the first on: where 32 words stand in most of a million records, weighing each of
# their pairs takes six times as long as all else of the answer.
MOST_PAIRS = 8
EXACT = 256.0  # a word spelt as it was typed: more than anything else can add
_ALIKE = {1: ("title",), 2: ("title", "text")}  # where the words of a likeness count above their score anywhere
SAME = {"subject": 20.0, "grade": 10.0, "type": 5.0}  # a rare pair of words in a title adds about 15
QUALITY = {"2": 0.5, "1": 0.25}  # a record that says much, and one that says something
FRESH, FRESH_YEARS = 0.25, 3  # a record of this year or the two before


def plan(query: Query) -> tuple[Question, Plan]:
    """Read a question and make its plan. Raises LimitExceededError, CursorError, UnknownFieldError."""
    _check(query)
    question = read(query)
    if query.like is not None:
        return question, Plan(*_alike(query.like), tuple(_filters(query)), "relevance")
    words = tuple(_clause(unit, unit.field, exact=question.exact) for unit in question.wanted)
    unless = tuple(_clause(unit, unit.field, exact=question.exact) for unit in question.units if unit.excluded)
    order = "-modified" if query.sort == "relevance" and not words else query.sort
    after = ""
    if query.cursor:
        cursor = read_cursor(query.cursor)
        if cursor.sort != order:
            raise CursorError(f"{cursor.sort} ≠ {order}")
        after = cursor.value
    scored = _scored(question, query) if order == "relevance" else ()
    return question, Plan(words, unless, scored, tuple(_filters(query)), order, after)


def _check(query: Query) -> None:
    window = 0 if query.cursor else query.page * query.size
    values = sum(len(each.values) for each in query.filters)
    for name, given, most in (
        ("size", query.size, LARGEST_PAGE),
        ("page × size", window, LARGEST_WINDOW),
        ("facet_size", query.facet_size, MOST_FACET_VALUES),
        ("filters", values, MOST_FILTER_VALUES),
    ):
        if given > most:
            raise LimitExceededError(name, most)
    asked = {"facets": query.facets, "filters": [each.field for each in query.filters]}
    for name, fields, known in (
        *((name, fields, FACETS) for name, fields in asked.items()),
        ("ranges", [each.field for each in query.ranges], RANGES),
        ("has, missing", (*query.has, *query.missing), LACKABLE),
    ):
        unknown = next((field for field in fields if field not in known), None)
        if unknown is not None:
            raise UnknownFieldError(name, unknown, known)


# --- words ------------------------------------------------------------------------------------------------------------


def _clause(unit: Unit, field: str, *, exact: bool) -> Clause:
    """Return what finds one unit in a field, in any of the ways in which it may be written."""
    found: list[Clause] = [_form(form, field, exact=exact) for form in unit.forms]
    if unit.begins:
        found.append(_beginning(unit, field, exact=exact))
    if unit.grade and field == "text":
        found.append(Values("grade", (unit.grade,)))
    return any_of(tuple(dict.fromkeys(found)))


def _form(form: Tokens, field: str, *, exact: bool) -> Clause:
    tokens = _stream(form, exact=exact)
    return Term(field, tokens[0], exact) if len(tokens) == 1 else Phrase(field, tokens, exact)


def _beginning(unit: Unit, field: str, *, exact: bool) -> Clause:
    """Return what finds a unit whose last word goes on."""
    *before, last = _stream(unit.tokens, exact=exact)
    clauses: tuple[Clause, ...] = (*(Term(field, token, exact) for token in before), Prefix(field, last, exact))
    return AllOf(clauses) if before else clauses[0]


def _stream(tokens: Tokens, *, exact: bool) -> tuple[str, ...]:
    return tuple(token[0] if exact else token[1] for token in tokens)


# --- likeness ---------------------------------------------------------------------------------------------------------


def _alike(like: Likeness) -> tuple[tuple[Clause, ...], tuple[Clause, ...], tuple[Scored, ...]]:
    """Return words, unless and scored: any of its words; above that what stands together, and the same terms."""
    words = any_of(tuple(Term("text", gram[0], exact=True) for gram, _ in like.grams if len(gram) == 1))
    scored = [Scored(_form_of(gram, field), weight) for gram, weight in like.grams for field in _ALIKE[len(gram)]]
    scored += [Scored(Values(field, ids), SAME[field], constant=True) for field, ids in like.ids]
    return (words,), (), tuple(scored)


def _form_of(gram: tuple[str, ...], field: str) -> Clause:
    return Term(field, gram[0], exact=True) if len(gram) == 1 else Phrase(field, gram, exact=True)


# --- ranking ----------------------------------------------------------------------------------------------------------


def _scored(question: Question, query: Query) -> tuple[Scored, ...]:
    """Title over subject over keyword over the rest; exact over folded; what stands together; quality, freshness."""
    found = [
        Scored(_clause(unit, field, exact=question.exact), weight)
        for unit in question.wanted
        if unit.field == "text"
        for field, weight in WEIGHTS.items()
    ]
    if question.accented and not question.exact:
        exact_words = dict.fromkeys((unit.field, token[0]) for unit in question.wanted for token in unit.tokens)
        found += [Scored(Term(field, token, exact=True), EXACT, constant=True) for field, token in exact_words]
    found += _together(question)
    found += [Scored(Values("quality", (level,)), weight, constant=True) for level, weight in QUALITY.items()]
    if query.year:
        years = tuple(str(query.year - ago) for ago in range(FRESH_YEARS))
        found.append(Scored(Values("year", years), FRESH, constant=True))
    return tuple(found)


def _together(question: Question) -> list[Scored]:
    """Weigh words that were typed side by side and stand side by side; what must stand together anyhow adds nothing."""
    typed = [unit for unit in question.wanted if unit.field == "text"]
    tokens = _stream(tuple(token for unit in typed for token in unit.tokens), exact=question.exact)
    if len(tokens) < 2 or (len(typed) == 1 and len(typed[0].forms) == 1):
        return []
    found = [
        Scored(Phrase("title", tokens, question.exact), WHOLE_TITLE),
        Scored(Phrase("text", tokens, question.exact), WHOLE_TEXT),
    ]
    if len(typed) > 2:
        borders = [(one.tokens[-1], other.tokens[0]) for one, other in pairwise(typed[: MOST_PAIRS + 1])]
        pairs = dict.fromkeys(_stream(border, exact=question.exact) for border in borders)
        found += [Scored(Phrase("text", pair, question.exact), PAIR) for pair in pairs]
    return found


# --- filters ----------------------------------------------------------------------------------------------------------


def _filters(query: Query) -> list[tuple[str, Clause]]:
    found: list[tuple[str, Clause]] = []
    for each in query.filters:
        if each.values:
            clause: Clause = Values(each.field, _today(each.field, each.values))
            found.append((each.field, Not(clause) if each.excluded else clause))
    found += [("", clause) for each in query.ranges for clause in _between(each)]
    found += [("", Not(Values("lacking", (field,)))) for field in query.has]
    found += [("", Values("lacking", (field,))) for field in query.missing]
    return found


def _today(field: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the present ids of provinces that were named by a former code; other ids as they are."""
    if field != "province":
        return values
    return tuple(dict.fromkeys(province(value) or value for value in values))


def _between(asked: Range) -> list[Clause]:
    """Return what finds a range; ages are spans, and any overlap counts."""
    if asked.low is None and asked.high is None:
        return []
    if asked.field != "age":
        return [Between(asked.field, asked.low, asked.high)]
    spans: list[Clause] = []
    if asked.low is not None:
        spans.append(Between("age_max", asked.low, None))
    if asked.high is not None:
        spans.append(Between("age_min", None, asked.high))
    return spans
