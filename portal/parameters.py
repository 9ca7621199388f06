"""The parameters of a search, once: what they mean, how they are read, and what is answered to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from harvester import nearest
from index import FACETS, LONGEST_WORDS, Filter, Query


class Parameter(msgspec.Struct, frozen=True):
    """One parameter: its meaning in two languages, its default, the values that it knows (empty: any)."""

    vi: str
    en: str
    default: str = ""
    values: tuple[str, ...] = ()


FIELD_LABELS: dict[str, tuple[str, str]] = {
    "level": ("Cấp học", "Level"),
    "grade": ("Lớp", "Grade"),
    "subject": ("Môn học", "Subject"),
    "type": ("Loại học liệu", "Type"),
    "province": ("Tỉnh, thành phố", "Province"),
    "source": ("Nguồn", "Source"),
    "language": ("Ngôn ngữ", "Language"),
    "licence": ("Giấy phép", "Licence"),
    "audience": ("Dành cho", "For whom"),
}
SORTS = ("relevance", "-modified", "title")
PARAMETERS: dict[str, Parameter] = {
    "q": Parameter(
        f'từ cần tìm, có dấu hoặc không; "cụm từ" trong ngoặc kép; tối đa {LONGEST_WORDS} ký tự',
        f'words, with or without marks; "phrases" in quotes; at most {LONGEST_WORDS} characters',
    ),
    **{
        field: Parameter(f"lọc theo {vi.lower()}; lặp lại là “hoặc”", f"filter by {en.lower()}; repeat for “or”")
        for field, (vi, en) in FIELD_LABELS.items()
    },
    "facets": Parameter("các trường cần đếm, cách nhau bằng dấu phẩy", "fields to count, separated by commas"),
    "facet_size": Parameter("số giá trị mỗi trường, tối đa 50", "values a field, at most 50", "10"),
    "sort": Parameter("thứ tự", "order", "relevance", SORTS),
    "page": Parameter("trang, từ 1", "page, from 1", "1"),
    "size": Parameter("số kết quả một trang, tối đa 100", "results a page, at most 100", "20"),
    "accent": Parameter(
        "fold: bỏ qua dấu; exact: đúng dấu", "fold: marks do not matter; exact: they do", "fold", ("fold", "exact")
    ),
    "include": Parameter(
        "highlight: đánh dấu chỗ tìm thấy; suggest: câu hỏi có lẽ đúng hơn; cách nhau bằng dấu phẩy",
        "highlight: mark what was found; suggest: a question that may be meant; separated by commas",
        "",
        ("highlight", "suggest"),
    ),
    "lang": Parameter("ngôn ngữ của nhãn và lỗi", "language of labels and errors", "vi", ("vi", "en")),
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
    if mistakes:
        raise MistakesError(mistakes)
    return Query(
        words=_last(values, "q").strip(),
        filters=tuple(
            Filter(field, tuple(filter(None, values[field]))) for field in FACETS if any(values.get(field, ()))
        ),
        facets=tuple(dict.fromkeys(facets)),
        highlight="highlight" in included(values.get("include", ())),
        sort=_sort(_last(values, "sort")),
        accent="exact" if _last(values, "accent") == "exact" else "fold",
        page=numbers["page"],
        size=numbers["size"],
        facet_size=numbers["facet_size"],
    )


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
        words = included(given) if name == "include" else filter(None, given)
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
    pairs += [(each.field, value) for each in query.filters for value in each.values]
    stated = {"sort": query.sort, "accent": query.accent, "size": str(query.size), "page": str(query.page)}
    return pairs + [(name, value) for name, value in stated.items() if value != PARAMETERS[name].default]


def toggled(query: Query, field: str, value: str) -> tuple[Filter, ...]:
    """Return the filters with one value added, or taken away where it is there."""
    held = next((each.values for each in query.filters if each.field == field), ())
    values = tuple(each for each in held if each != value) if value in held else (*held, value)
    filters = {each.field: each for each in query.filters} | {field: Filter(field, values)}
    return tuple(each for each in filters.values() if each.values)
