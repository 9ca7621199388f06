"""The parameters of a search, once: what they mean, how they are read, and what is answered to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from harvester import nearest
from index import (
    FACETS,
    LACKABLE,
    LARGEST_PAGE,
    LONGEST_WORDS,
    MOST_FACET_VALUES,
    MOST_TERMS,
    RANGES,
    Filter,
    Query,
    Range,
    RangeError,
    range_of,
    written,
)
from mappings import FIELDS, field_label


class Parameter(msgspec.Struct, frozen=True):
    """One parameter: its meaning in two languages, its default, the values that it knows (empty: any)."""

    vi: str
    en: str
    default: str = ""
    values: tuple[str, ...] = ()


def _both(field: str, more: str = "") -> tuple[str, str]:
    return field_label(field) + more, field_label(field, "en") + more


_RANGE_LABELS: dict[str, tuple[str, str]] = {
    "issued": _both("issued", " (2024, 2024-09, 2024-09-05)"),
    "modified": _both("datestamp"),
    "minutes": _both("learning_minutes"),
    "age": ("tuổi", "years of age"),
}


def caption(name: str, lang: str) -> str:
    """Return what pages write above a field, or above a range that is no field."""
    said = field_label(name, lang) if name in FIELDS else _RANGE_LABELS[name][lang == "en"]
    return said[:1].upper() + said[1:]


SORTS = ("relevance", "-modified", "title")
PARAMETERS: dict[str, Parameter] = {
    "q": Parameter(
        f'từ cần tìm, có dấu hoặc không; "cụm từ", -loại, title:từ; tối đa {LONGEST_WORDS} ký tự, {MOST_TERMS} từ',
        f'words, marks or not; "phrases", -not, title:word; at most {LONGEST_WORDS} characters, {MOST_TERMS} words',
    ),
    **{
        field: Parameter(
            f"lọc theo {field_label(field)}; lặp lại là “hoặc”",
            f"filter by {field_label(field, 'en')}; repeat for “or”",
        )
        for field in FACETS
    },
    **{
        f"not.{field}": Parameter(f"không phải {field_label(field)} này", f"not this {field_label(field, 'en')}")
        for field in FACETS
    },
    "has": Parameter("phải nêu các trường này", "these fields must be stated", "", LACKABLE),
    "missing": Parameter("không nêu các trường này", "these fields must not be stated", "", LACKABLE),
    **{
        f"{field}.{end}": Parameter(f"{vi}, {vi_end}", f"{en}, {en_end}")
        for field, (vi, en) in _RANGE_LABELS.items()
        for end, (vi_end, en_end) in (("from", ("từ", "from")), ("to", ("đến hết", "to the end of")))
    },
    "facets": Parameter("các trường cần đếm, cách nhau bằng dấu phẩy", "fields to count, separated by commas"),
    "facet_size": Parameter(
        f"số giá trị mỗi trường, tối đa {MOST_FACET_VALUES}", f"values a field, at most {MOST_FACET_VALUES}", "10"
    ),
    "sort": Parameter("thứ tự", "order", "relevance", SORTS),
    "page": Parameter("trang, từ 1", "page, from 1", "1"),
    "cursor": Parameter(
        "đi tiếp từ trang trước, thay cho page; theo sort=title và -modified, không giới hạn số trang",
        "goes on from a page, instead of page; for sort=title and -modified, without a last page",
    ),
    "size": Parameter(f"số kết quả một trang, tối đa {LARGEST_PAGE}", f"results a page, at most {LARGEST_PAGE}", "20"),
    "accent": Parameter(
        "fold: bỏ qua dấu; exact: đúng dấu", "fold: marks do not matter; exact: they do", "fold", ("fold", "exact")
    ),
    "typing": Parameter("1: từ cuối còn gõ dở", "1: the last word is half typed", "0", ("0", "1")),
    "include": Parameter(
        "highlight: đánh dấu chỗ tìm thấy; explain: vì sao tìm thấy; suggest: câu hỏi có lẽ đúng hơn; cách nhau bằng"
        " dấu phẩy",
        "highlight: mark what was found; explain: why it was found; suggest: a question that may be meant; separated"
        " by commas",
        "",
        ("highlight", "explain", "suggest"),
    ),
    "lang": Parameter(
        "ngôn ngữ của nhãn và lỗi; không nói thì theo Accept-Language, rồi tiếng Việt",
        "language of labels and errors; without it Accept-Language decides, else Vietnamese",
        "",
        ("vi", "en"),
    ),
}


class Mistake(msgspec.Struct, frozen=True):
    """One wrong parameter: which, a code, and a sentence."""

    param: str
    code: str
    detail: str


class MistakesError(Exception):
    """All mistakes of one request."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(mistake.detail for mistake in mistakes))
        self.mistakes = mistakes


def language(pairs: Iterable[tuple[str, str]], accepted: str) -> str:
    """Return vi or en: by ``lang``, else by Accept-Language, else Vietnamese."""
    for name, value in pairs:
        if name == "lang" and value in ("vi", "en"):
            return value
    first = accepted.partition(",")[0].strip().lower()
    return "en" if first.startswith("en") else "vi"


def read(pairs: Iterable[tuple[str, str]], lang: str) -> Query:
    """Read the parameters of a request; raises MistakesError with every mistake at once."""
    values, mistakes = _sorted(pairs, PARAMETERS, lang)
    facets = [field for text in values.get("facets", ()) for field in text.split(",") if field]
    mistakes += [_wrong("facets", field, FACETS, lang) for field in facets if field not in FACETS]
    numbers = {name: _number(name, values, PARAMETERS, mistakes, lang) for name in ("page", "size", "facet_size")}
    ranges = _ranges(values, mistakes, lang)
    if mistakes:
        raise MistakesError(mistakes)
    return Query(
        words=_last(values, "q").strip(),
        filters=_filters(values),
        ranges=ranges,
        has=_words(values, "has"),
        missing=_words(values, "missing"),
        facets=tuple(dict.fromkeys(facets)),
        highlight="highlight" in included(values.get("include", ())),
        sort=_sort(_last(values, "sort")),
        accent="exact" if _last(values, "accent") == "exact" else "fold",
        page=numbers["page"],
        size=numbers["size"],
        facet_size=numbers["facet_size"],
        cursor=_last(values, "cursor"),
        typing=_last(values, "typing") == "1",
    )


def _filters(values: Mapping[str, list[str]]) -> tuple[Filter, ...]:
    names = [(name, field, excluded) for field in FACETS for name, excluded in ((field, False), (f"not.{field}", True))]
    given = [(field, tuple(filter(None, values.get(name, ()))), excluded) for name, field, excluded in names]
    return tuple(Filter(field, words, excluded) for field, words, excluded in given if words)


def _words(values: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in values.get(name, ()) for word in text.split(",") if word))


def _ranges(values: Mapping[str, list[str]], mistakes: list[Mistake], lang: str) -> tuple[Range, ...]:
    found = []
    for field in RANGES:
        low, high = _last(values, f"{field}.from"), _last(values, f"{field}.to")
        try:
            found += [range_of(field, low, high)] if low or high else []
        except RangeError as error:
            mistakes.append(Mistake(f"{field}.{error.end}", "not_a_range", error.sentence(lang)))
    return tuple(found)


def checked(
    pairs: Iterable[tuple[str, str]], known: Mapping[str, Parameter], lang: str, numbers: Iterable[str] = ()
) -> dict[str, list[str]]:
    """Read parameters of any request by their names; raises MistakesError with every mistake at once."""
    values, mistakes = _sorted(pairs, known, lang)
    for name in numbers:
        _number(name, values, known, mistakes, lang)
    if mistakes:
        raise MistakesError(mistakes)
    return {name: values.get(name) or [each.default] for name, each in known.items()}


def included(given: Iterable[str]) -> set[str]:
    """Return what an answer is to hold besides: words with commas between them, repeated or not."""
    return {word for text in given for word in text.split(",") if word}


def _sorted(
    pairs: Iterable[tuple[str, str]], known: Mapping[str, Parameter], lang: str
) -> tuple[dict[str, list[str]], list[Mistake]]:
    values: dict[str, list[str]] = {}
    mistakes: list[Mistake] = []
    for name, value in pairs:
        if name not in known:
            mistakes.append(_unknown(name, known, lang))
        else:
            values.setdefault(name, []).append(value)
    for name, given in values.items():
        allowed = known[name].values
        words = included(given) if name in ("include", "has", "missing") else filter(None, given)
        mistakes += [_wrong(name, word, allowed, lang) for word in words if allowed and word not in allowed]
    return values, mistakes


def _sort(value: str) -> Any:
    return value or "relevance"


def _last(values: Mapping[str, list[str]], name: str) -> str:
    return values[name][-1] if values.get(name) else PARAMETERS[name].default


def _number(
    name: str, values: Mapping[str, list[str]], known: Mapping[str, Parameter], mistakes: list[Mistake], lang: str
) -> int:
    text = (values[name][-1] if values.get(name) else "") or known[name].default
    if text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0:
        return int(text)
    said = f"“{name}” must be a whole number from 1" if lang == "en" else f"“{name}” phải là số nguyên từ 1"
    mistakes.append(Mistake(name, "not_a_number", said))
    return 1


def _unknown(name: str, known: Iterable[str], lang: str) -> Mistake:
    near = nearest(name, known)
    shown = name[:60]
    said = f"There is no parameter “{shown}”." if lang == "en" else f"Không có tham số “{shown}”."
    hint = f" Did you mean “{near}”?" if lang == "en" else f" Ý bạn là “{near}”?"
    return Mistake(shown, "unknown_param", said + (hint if near else ""))


def _wrong(name: str, value: str, known: Iterable[str], lang: str) -> Mistake:
    words = ", ".join(known)
    shown = value[:60]
    said = (
        f"“{name}” knows no “{shown}”; it knows {words}."
        if lang == "en"
        else f"“{name}” không có “{shown}”; có {words}."
    )
    return Mistake(name, "unknown_value", said)


def pairs_of(query: Query, **changed: Any) -> list[tuple[str, str]]:
    """Write a query as parameters again, leaving defaults out; ``changed`` replaces fields of it."""
    query = msgspec.structs.replace(query, **changed)
    pairs = [("q", query.words)] if query.words else []
    pairs += narrowing_of(query)
    pairs += [("cursor", query.cursor)] if query.cursor else []
    stated = {
        "sort": query.sort,
        "accent": query.accent,
        "size": str(query.size),
        "page": str(query.page),
        "typing": str(int(query.typing)),
    }
    return pairs + [(name, value) for name, value in stated.items() if value != PARAMETERS[name].default]


def narrowing_of(query: Query) -> list[tuple[str, str]]:
    """Write what narrows a query as parameters: filters, what is stated or not, ranges."""
    pairs = [
        (f"not.{each.field}" if each.excluded else each.field, value) for each in query.filters for value in each.values
    ]
    pairs += [("has", field) for field in query.has] + [("missing", field) for field in query.missing]
    ends = [
        (f"{each.field}.{end}", written(each.field, bound))
        for each in query.ranges
        for end, bound in (("from", each.low), ("to", each.high))
    ]
    return pairs + [pair for pair in ends if pair[1]]


def toggled(query: Query, field: str, value: str) -> tuple[Filter, ...]:
    """Return the filters with one value added, or taken away where it is there."""
    held = next((each.values for each in query.filters if each.field == field and not each.excluded), ())
    values = tuple(each for each in held if each != value) if value in held else (*held, value)
    others = [each for each in query.filters if each.field != field or each.excluded]
    added = Filter(field, values)
    place = next((n for n, each in enumerate(query.filters) if each.field == field and not each.excluded), len(others))
    filters = [*others[:place], added, *others[place:]]
    return tuple(each for each in filters if each.values)
