"""No question crashes an engine, hangs it or reaches a parser: it is answered, or a limit is named."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import open_engine
from index.query import Engine, Filter, Hits, LimitExceededError, Query, QuestionError
from tests.index.memory_engine import MemoryEngine
from tests.index.search_promises import PLACE, SHELF, made

SEED = 20_261_126
QUESTIONS = 3_000
PIECES = [
    *('"', "“", "”", "'", "-", "--", "-(", ":", "title:", "creator:", "text:", 'subject:"', "keyword:-", "nope:", "()"),
    *(
        "(((",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "/",
        "//",
        "^",
        "~",
        "*",
        "?",
        "+",
        "&&",
        "||",
        "!",
        "AND",
        "OR",
        "NOT",
        "TO",
        "IN",
    ),
    *(
        "\x00",
        "\x1b[2J",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u0301",
        "\u0323",
        "\u034f",
        "\ud800",
        "\udfff",
        "\U0010ffff",
    ),
    *(
        "\t",
        "\n",
        "\u00a0",
        "\u2028",
        "\u3000",
        "¶",
        " ¶ ",
        "\u2400",
        "~place",
        "~",
        "🙂",
        "👩‍👩‍👧",
        "ﷺ",
        "İ",
        "ß",
        "ŉ",
        "ǆ",
    ),
    *(
        "a",
        "toán",
        "bậc",
        "hai",
        "mười",
        "lớp",
        "9",
        "10a1",
        "h2o",
        "c++",
        "c#",
        "sgk",
        "sách giáo khoa",
        "ii",
        "vi",
        "e-mail",
    ),
    *("k'", "h'mông", "ê̆", "ក្រ", "العربية", "中文字", "x" * 64, "x" * 65, "1" * 70, "-" * 30, '"' * 9, "a" * 260),
    *("<script>", "%00", "../", "${x}", "';--", "[a TO b]", "a~9", "a^1e9", "/.*/", "{!q}", "title:/x/", '"a b"~99'),
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    books = [made(20 + n, title) for n, title in enumerate(("Toán bậc 2", "SGK e-mail C++", "Lớp 10A1: H2O", "a ¶ b"))]
    tantivy, memory = open_engine(f"tantivy:{tmp_path_factory.mktemp('hostile') / 'index'}"), MemoryEngine()
    tantivy.adopt(tantivy.fresh())
    for engine in (tantivy, memory):
        engine.write([*SHELF, *books], PLACE)
    yield tantivy, memory
    tantivy.close()


def answered(engine: Engine, query: Query) -> Hits | str:
    """Return the answer, or the name of the limit; anything else is raised."""
    try:
        return engine.search(query)
    except LimitExceededError as error:
        return error.limit


def alike(engines: tuple[Engine, Engine], query: Query) -> None:
    one, other = (answered(engine, query) for engine in engines)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert (one.total, one.facets) == (other.total, other.facets), query
    assert {hit.key for hit in one.hits} == {hit.key for hit in other.hits}, query


def test_thousands_of_hostile_questions_are_answered_alike(engines: tuple[Engine, Engine]) -> None:
    chance = random.Random(SEED)
    for _ in range(QUESTIONS):
        words = chance.choice(("", " ")).join(chance.choices(PIECES, k=chance.randint(1, 9)))
        alike(
            engines,
            Query(
                words,
                accent=chance.choice(("fold", "exact")),
                sort=chance.choice(("relevance", "title", "-modified")),
                typing=chance.random() < 0.4,
                highlight=chance.random() < 0.3,
                facets=("subject",) if chance.random() < 0.3 else (),
                size=100,
            ),
        )


@settings(deadline=None, derandomize=True, max_examples=300)
@given(words=st.text(max_size=300), values=st.lists(st.text(max_size=40), max_size=5), typing=st.booleans())
def test_no_text_crashes(engines: tuple[Engine, Engine], words: str, values: list[str], typing: bool) -> None:
    filters = (Filter("subject", tuple(values)), Filter("source", tuple(values[:1]), excluded=True))
    alike(engines, Query(words, typing=typing, size=100))
    alike(engines, Query(words, filters=filters, has=("grade",), facets=("subject", "source"), size=100))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(cursor=st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))))
def test_no_cursor_crashes(engines: tuple[Engine, Engine], cursor: str) -> None:
    for engine in engines:
        try:
            assert engine.search(Query(sort="title", cursor=cursor)).total >= 0
        except QuestionError:
            continue
