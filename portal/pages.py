"""Pages for people, rendered on the server: what goes into the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from harvester import Change, vietnamese_time
from index import FACETS, LONGEST_WORDS, Hits, Query
from mappings import FIELDS, Mapped, Origin, field_label

from . import answers
from .parameters import PARAMETERS, SORTS, Mistake, caption, narrowing_of, pairs_of

_TEXTS: dict[str, tuple[str, str]] = {
    "site": ("Kho học liệu", "Kho – learning resources"),
    "tagline": ("Học liệu số của trường học Việt Nam, tìm một nơi", "Vietnam's learning resources, found in one place"),
    "api": ("Cho máy tính (API)", "For programs (API)"),
    "label": ("Tìm học liệu (gõ có dấu hoặc không dấu)", "Search (with or without marks)"),
    "button": ("Tìm", "Search"),
    "skip": ("Tới kết quả", "Skip to results"),
    "filters": ("Bộ lọc", "Filters"),
    "apply": ("Áp dụng", "Apply"),
    "remove": ("bỏ lọc", "remove"),
    "resources": ("học liệu", "resources"),
    "newest": ("Mới nhất", "Newest"),
    "results": ("Kết quả", "Results"),
    "sort": ("Sắp xếp", "Sort"),
    "relevance": ("Phù hợp nhất", "Best match"),
    "-modified": ("Mới nhất", "Newest"),
    "title": ("Nhan đề A–Z", "Title A–Z"),
    "previous": ("← Trang trước", "← Previous"),
    "next": ("Trang sau →", "Next →"),
    "nothing": ("Không tìm thấy học liệu nào.", "Nothing was found."),
    "without": ("Bỏ lọc {field}: {total} kết quả", "Without {field}: {total} results"),
    "fold": ("Tìm không phân biệt dấu", "Search without regard to marks"),
    "similar": ("Học liệu tương tự", "Similar resources"),
    "meant": ("Ý bạn là", "Did you mean"),
    "suggestions": ("Gợi ý", "Suggestions"),
    "fewer": ("Thử ít từ hơn, hoặc gõ không dấu.", "Try fewer words, or type without marks."),
    "open": ("Mở ở trang của cơ quan", "Open at the institution"),
    "details": ("Mọi thông tin", "All metadata"),
    "provenance": ("Từ đâu đến", "Where it comes from"),
    "raw": ("Đúng những gì nguồn đã nói", "What the source said, unchanged"),
    "explain": ("Giá trị nào từ đâu", "Which value from where"),
    "history": ("Những gì đã xảy ra", "What happened"),
    "back": ("Về trang tìm kiếm", "Back to search"),
    "sources": ("nguồn", "sources"),
    "other": ("English", "Tiếng Việt"),
    "more": ("Xem thêm", "More"),
}
_PRESENCES = {
    "present": ("có mặt", "present"),
    "missing": ("vắng mặt", "missing"),
    "withdrawn": ("đã gỡ", "withdrawn"),
}
_ELSEWHERE = ("title", "source", "datestamp")  # of a page; its table of fields leaves them out
_FIRST = 8  # values of a facet before "more": they fit beside the results without scrolling


@jinja2.pass_context
def _number(context: jinja2.runtime.Context, value: int) -> str:
    """Write a number as its readers do: 1.234 in Vietnamese, 1,234 in English."""
    written = f"{value:,}"
    return written if context["lang"] == "en" else written.replace(",", ".")


class Pages:
    """Renders pages in one of two languages."""

    def __init__(self, environment: jinja2.Environment) -> None:
        environment.filters["number"] = _number
        self._environment = environment

    def _render(self, name: str, lang: str, **values: Any) -> str:
        texts = {key: pair[lang == "en"] for key, pair in _TEXTS.items()}
        fields = {field: caption(field, lang) for field in FIELDS}
        return self._environment.get_template(name).render(lang=lang, t=texts, fields=fields, **values)

    def search(
        self,
        hits: Hits,
        query: Query,
        lang: str,
        origins: Mapping[str, Origin],
        fewer: Sequence[Mapping[str, Any]],
        meant: dict[str, Any] | None = None,
        *,
        started: bool,
    ) -> str:
        """Render the search page: form, filters, chips, results; without a question, ways to begin."""
        keep = [("lang", lang)] if lang != "vi" else []
        facets = [each for each in answers.facets(hits, query, lang, origins, "/") if each["values"]]
        for facet in facets:
            for value in facet["values"]:
                value["url"] = _kept(value["url"], keep)
        items = [answers.item(hit, lang, origins) for hit in hits.hits]
        for shown, hit in zip(items, hits.hits, strict=True):
            marked = dict(hit.highlights)
            # Made by index.text.Marker, which escapes everything but its own <mark>.
            shown["marked_title"] = Markup(marked.get("title", ""))  # noqa: S704
            shown["snippet"] = Markup(marked.get("description", ""))  # noqa: S704
        back = pairs_of(query, page=query.page - 1) if query.page > 1 and not query.cursor else []
        on = answers.following(hits, query)
        pages = {
            name: way and _kept(answers.address("/", way), keep) for name, way in (("previous", back), ("next", on))
        }
        offers = [
            {
                "url": _kept(answers.address("/", pairs_of(query, filters=offer["filters"], page=1)), keep),
                "text": _TEXTS["without"][lang == "en"].format(
                    field=field_label(offer["field"], lang), total=offer["total"]
                ),
            }
            for offer in fewer
        ]
        if query.accent == "exact":
            url = _kept(answers.address("/", pairs_of(query, accent="fold", page=1)), keep)
            offers.append({"url": url, "text": _TEXTS["fold"][lang == "en"]})
        return self._render(
            "search.html",
            lang,
            query=query,
            hits=hits,
            items=items,
            facets=facets,
            first=_FIRST,
            longest=LONGEST_WORDS,
            usual=Query().size,
            chips=[
                value | {"field": facet["label"]} for facet in facets for value in facet["values"] if value["selected"]
            ]
            + _chips(query, lang, origins, keep),
            narrowing=_narrowing(query),
            sorts=SORTS,
            pages=pages,
            offers=offers,
            meant=meant and meant | {"url": _kept(meant["url"], keep)},
            started=started,
            start=None if query.cursor else (query.page - 1) * query.size + 1,  # a cursor does not count
            sources=len(next((facet["values"] for facet in facets if facet["field"] == "source"), [])),
            other=_kept(answers.address("/", pairs_of(query)), [("lang", "vi" if lang == "en" else "en")]),
        )

    def resource(
        self,
        item: Mapping[str, Any],
        change: Change | None,
        history: Sequence[Any],
        explained: Mapped | None,
        similar: Sequence[Mapping[str, Any]],
        lang: str,
    ) -> str:
        """Render one resource: all metadata, the link to the institution's page, its way back."""
        rows = [
            (caption(name, lang), _shown(item[name])) for name in FIELDS if item.get(name) and name not in _ELSEWHERE
        ]
        happened = [
            (
                vietnamese_time(row.when),
                _PRESENCES[row.presence][lang == "en"],
                row.visit,
            )
            for row in history
        ]
        return self._render(
            "resource.html",
            lang,
            item=item,
            rows=rows,
            raw=change.raw.body.decode("utf-8", "replace") if change and change.raw else "",
            record=change.raw if change and change.raw else None,
            identifier=change.identifier if change else "",
            explanations=explained.explanations if explained else (),
            history=happened,
            similar=similar,
            other=_kept(item["landing"], [("lang", "vi" if lang == "en" else "en")]),
        )

    def mistake(self, status: int, title: str, mistakes: Sequence[Mistake], lang: str) -> str:
        """Render what went wrong."""
        other = _kept("/", [("lang", "vi" if lang == "en" else "en")])
        return self._render("mistake.html", lang, status=status, title=title, mistakes=mistakes, other=other)


def _kept(url: str, keep: Sequence[tuple[str, str]]) -> str:
    if not keep:
        return url
    from urllib.parse import urlencode

    return f"{url}{'&' if '?' in url else '?'}{urlencode(keep)}"


def _narrowing(query: Query) -> list[tuple[str, str]]:
    """Return the parameters that narrow a search and have no box on the page."""
    return [(name, value) for name, value in narrowing_of(query) if name not in FACETS]


def _chips(
    query: Query, lang: str, origins: Mapping[str, Origin], keep: Sequence[tuple[str, str]]
) -> list[dict[str, str]]:
    """Return what takes each of these away again."""
    found = []
    for name, value in _narrowing(query):
        about, _, field = name.partition(".")
        texts = PARAMETERS[name]
        said = answers.term(field, value, lang, origins)["label"] if about == "not" else value
        if name in ("has", "missing"):
            said = caption(value, lang)
        rest = [pair for pair in pairs_of(query, page=1, cursor="") if pair != (name, value)]
        text = texts.en if lang == "en" else texts.vi
        found.append({"field": text, "label": said, "said": "yes", "url": _kept(answers.address("/", rest), keep)})
    return found


def _shown(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _shown(each)]
    if isinstance(value, dict):
        name = value.get("label") or value.get("name") or value.get("value") or value.get("target") or ""
        return [str(name)] if name else []
    return [str(value)]
