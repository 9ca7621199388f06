"""The web application: the API under /api/v1, pages for people under /; complete without JavaScript."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harvester import Change
from index import (
    FACETS,
    MOST_FACET_VALUES,
    CursorError,
    Engine,
    Helper,
    Hit,
    IndexUnreachableError,
    LimitExceededError,
    Query,
    why,
)
from mappings import Origin, map_record

from . import answers, counts, helping, openapi
from .pages import Pages
from .parameters import PARAMETERS, Mistake, MistakesError, checked, included, language, narrowing_of, read

_HERE = Path(__file__).parent
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
# What is taken down is gone from every cache between us and a reader within a minute.
_CACHED = "public, max-age=30, stale-while-revalidate=30"
_LONGEST_ADDRESS = 8_000  # of a query string; a search of 256 characters with thirty filters is a tenth of it


class Provenance(Protocol):
    """What the pages read of the store beside the index."""

    def record(self, key: str) -> Change | None:
        """Return the present state of a record with what the source said."""

    def history(self, key: str) -> list[Any]:
        """Return what happened to a record."""


Origins = Callable[[], Mapping[str, Origin]]


def application(engine: Engine, provenance: Provenance | None, origins: Origins) -> Starlette:
    """Return the application over an index; ``provenance`` shows the way back, ``origins`` names the sources."""
    site = _Site(engine, provenance, origins)
    routes = [
        Route("/", site.home, name="home"),
        Route("/hoc-lieu/{key}", site.resource),
        Route("/api/v1/records", site.api_search),
        Route("/api/v1/records/{key}", site.api_record),
        Route("/api/v1/records/{key}/similar", site.api_similar),
        Route("/api/v1/facets/{field}", site.api_facet),
        Route("/api/v1/suggest", site.api_suggest),
        Route(openapi.ADDRESS, site.api_description),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    handlers: dict[Any, Any] = {
        HTTPException: site.http_error,
        MistakesError: site.mistakes,
        LimitExceededError: site.limit,
        CursorError: site.cursor,
        IndexUnreachableError: site.unreachable,
        Exception: site.unexpected,
    }
    return Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(_Headers)])


class _Headers:
    """Adds the headers of safety to every answer, and lets other sites read the API."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = _headers_of(scope["path"]).items()
                added = [(name.lower().encode(), value.encode()) for name, value in extra]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def _headers_of(path: str) -> dict[str, str]:
    for_others = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link"}
    return {**_SECURITY, **(for_others if path.startswith("/api/") else {})}


class _Site:
    def __init__(self, engine: Engine, provenance: Provenance | None, origins: Origins) -> None:
        self.engine, self.provenance, self._origins = engine, provenance, origins
        self.helper = Helper(engine)
        environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True)
        self.pages = Pages(environment)
        self._known: tuple[object, Mapping[str, Origin]] | None = None

    def origins(self) -> Mapping[str, Origin]:
        """Return the sources' names; asked again when the index has changed."""
        place = self.engine.place()
        if self._known is None or self._known[0] != place:
            self._known = (place, self._origins())
        return self._known[1]

    # --- API ----------------------------------------------------------------------------------------------------------

    async def api_search(self, request: Request) -> Response:
        lang = _language(request)
        query = read(_pairs(request), lang)
        more = included(request.query_params.getlist("include"))
        return await self._cached(request, lang, lambda: self._search_json(query, lang, more))

    def _search_json(self, query: Query, lang: str, more: set[str]) -> Response:
        started = time.perf_counter()
        hits = self.engine.search(_with(query, year=_year()))
        took = int((time.perf_counter() - started) * 1000)
        answer = answers.search(hits, query, lang, self.origins(), took)
        for facet in answer.get("facets", ()):
            facet["more"] = counts.more(query, facet["field"])
        if "explain" in more:
            for shown, hit in zip(answer["items"], hits.hits, strict=True):
                shown["explain"] = why(query, hit, lang)
        if "suggest" in more:
            correction = self.helper.did_you_mean(query, hits.total)
            answer["suggest"] = {"did_you_mean": helping.meant(correction, query, answers.API)}
        response = JSONResponse(answer)
        if "next" in answer["links"]:
            response.headers["Link"] = f'<{answer["links"]["next"]}>; rel="next"'
        return response

    async def api_facet(self, request: Request) -> Response:
        lang, field = _language(request), request.path_params["field"]
        if field not in FACETS:
            raise HTTPException(404)
        query, prefix = counts.asked(field, _pairs(request), lang)
        return await self._cached(request, lang, lambda: self._facet_json(query, prefix, lang))

    def _facet_json(self, query: Query, prefix: str, lang: str) -> Response:
        hits = self.engine.search(query)
        return JSONResponse(counts.values(hits, query, prefix, lang, self.origins()))

    async def api_suggest(self, request: Request) -> Response:
        lang = _language(request)
        half = helping.read(_pairs(request), lang)
        return await self._cached(request, lang, lambda: self._suggest_json(half, lang))

    def _suggest_json(self, half: helping.Half, lang: str) -> Response:
        started = time.perf_counter()
        found = self.helper.suggest(half.typed, half.kinds, half.most)
        took = int((time.perf_counter() - started) * 1000)
        return JSONResponse({"suggestions": helping.suggestions(found, lang), "took_ms": took})

    async def api_record(self, request: Request) -> Response:
        lang = _language(request)
        checked(_pairs(request), {"lang": PARAMETERS["lang"]}, lang)
        hit, _ = self._shown(request)
        return await self._cached(request, lang, lambda: JSONResponse(answers.item(hit, lang, self.origins())))

    async def api_similar(self, request: Request) -> Response:
        lang = _language(request)
        most = helping.read_limit(_pairs(request), lang)
        hit, _ = self._shown(request)
        return await self._cached(request, lang, lambda: self._similar_json(hit, most, lang))

    def _similar_json(self, hit: Hit, most: int, lang: str) -> Response:
        found = self.helper.similar(hit, most)
        return JSONResponse({"items": [answers.item(each, lang, self.origins()) for each in found]})

    async def api_description(self, request: Request) -> Response:
        lang, headers = _language(request), {"Cache-Control": _CACHED, "Vary": "Accept-Language"}
        checked(_pairs(request), {"lang": PARAMETERS["lang"]}, lang)
        return JSONResponse(openapi.description(lang), headers=headers)

    def _shown(self, request: Request) -> tuple[Hit, Change | None]:
        """Return a resource and its record; the store knows of a take-down before the index has followed."""
        key = request.path_params["key"]
        hit = self.engine.get(key) if len(key) == 26 and key.isascii() and key.isalnum() else None
        change = self.provenance.record(key) if hit and self.provenance else None
        if hit is None or (change is not None and change.suppressed):
            raise HTTPException(404)
        return hit, change

    async def _cached(self, request: Request, lang: str, answer: Callable[[], Response]) -> Response:
        """Answer 304 before anything is asked of the index where its place and the question are the same."""
        said = f"{self.engine.generation()}\n{self.engine.place()!r}\n{lang}\n{request.url.path}\n{request.url.query}"
        tag = f'"{hashlib.sha256(said.encode()).hexdigest()[:24]}"'
        headers = {"ETag": tag, "Cache-Control": _CACHED, "Vary": "Accept-Language"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        response = answer()
        response.headers.update(headers)
        return response

    # --- pages --------------------------------------------------------------------------------------------------------

    async def home(self, request: Request) -> Response:
        lang = _language(request)
        # A form sends empty fields too; what other sites append to a link that people share says nothing to us.
        asked = [(name, value) for name, value in _pairs(request) if value and name in PARAMETERS]
        query = read(asked, lang)
        started = bool(query.words or narrowing_of(query))
        query = _with(query, facets=FACETS, facet_size=MOST_FACET_VALUES, highlight=True, year=_year())
        return await self._cached(request, lang, lambda: self._home(query, lang, started=started))

    def _home(self, query: Query, lang: str, *, started: bool) -> Response:
        hits = self.engine.search(query)
        fewer = self._fewer(query) if not hits.total else []
        meant = helping.meant(self.helper.did_you_mean(query, hits.total), query, "/")
        return HTMLResponse(self.pages.search(hits, query, lang, self.origins(), fewer, meant, started=started))

    def _fewer(self, query: Query) -> list[dict[str, Any]]:
        """Offer questions with one filter less, where they find something."""
        found = []
        for field in dict.fromkeys(each.field for each in query.filters):
            filters = tuple(each for each in query.filters if each.field != field)
            total = self.engine.search(_with(query, filters=filters, facets=(), size=1, page=1)).total
            if total:
                found.append({"field": field, "total": total, "filters": filters})
        return found

    async def resource(self, request: Request) -> Response:
        lang = _language(request)
        hit, change = self._shown(request)
        return await self._cached(request, lang, lambda: HTMLResponse(self._resource(hit, change, lang)))

    def _resource(self, hit: Hit, change: Change | None, lang: str) -> str:
        history = self.provenance.history(hit.key) if self.provenance else []
        origins = self.origins()
        explained = None
        if change is not None and change.raw is not None and change.source in origins:
            explained = map_record(change.raw, origins[change.source], explain=True)
        similar = [answers.item(each, lang, origins) for each in self.helper.similar(hit)]
        return self.pages.resource(answers.item(hit, lang, origins), change, history, explained, similar, lang)

    # --- mistakes -----------------------------------------------------------------------------------------------------

    def _problem(self, request: Request, status: int, title: str, mistakes: list[Mistake]) -> Response:
        if not request.url.path.startswith("/api/"):
            return HTMLResponse(self.pages.mistake(status, title, mistakes, _language(request)), status)
        problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
        if mistakes:
            problem["errors"] = [{"param": m.param, "code": m.code, "detail": m.detail} for m in mistakes]
        return JSONResponse(problem, status, media_type="application/problem+json")

    async def mistakes(self, request: Request, error: MistakesError) -> Response:
        title = _said(request, "Tham số không hợp lệ", "Invalid parameters")
        return self._problem(request, 400, title, error.mistakes)

    async def limit(self, request: Request, error: LimitExceededError) -> Response:
        title = _said(request, "Câu hỏi quá lớn", "The question is too large")
        detail = _said(request, f"{error.limit}: tối đa {error.most}", f"{error.limit}: at most {error.most}")
        return self._problem(request, 400, title, [Mistake(error.limit, "limit", detail)])

    async def cursor(self, request: Request, error: CursorError) -> Response:
        title = _said(request, "Tham số không hợp lệ", "Invalid parameters")
        detail = _said(
            request,
            "Con trỏ này không phải của câu hỏi này; hãy bắt đầu lại từ trang đầu",
            "This cursor is not of this question; begin again with the first page",
        )
        return self._problem(request, 400, title, [Mistake("cursor", "unknown_cursor", detail)])

    async def unreachable(self, request: Request, error: IndexUnreachableError) -> Response:
        title = _said(
            request, "Chỉ mục chưa sẵn sàng, xin thử lại sau", "The index is not ready, please try again later"
        )
        return self._problem(request, 503, title, [])

    async def http_error(self, request: Request, error: HTTPException) -> Response:
        titles = {
            400: _said(request, "Câu hỏi quá dài", "The question is too long"),
            404: _said(request, "Không có trang này", "There is no such page"),
            405: _said(request, "Chỉ nhận GET", "GET only"),
        }
        return self._problem(request, error.status_code, titles.get(error.status_code, error.detail), [])

    async def unexpected(self, request: Request, error: Exception) -> Response:
        title = _said(request, "Lỗi của Kho", "A fault of Kho")
        answer = self._problem(request, 500, title, [])
        answer.headers.update(_headers_of(request.url.path))  # Starlette answers this outside of all middleware
        return answer


Handler = Callable[[Request], Awaitable[Response]]


def _with(query: Query, **changed: Any) -> Query:
    import msgspec

    return msgspec.structs.replace(query, **changed)


def _year() -> int:
    return datetime.now(UTC).year


def _pairs(request: Request) -> list[tuple[str, str]]:
    if len(request.url.query) > _LONGEST_ADDRESS:
        raise HTTPException(400)
    return request.query_params.multi_items()


def _language(request: Request) -> str:
    pairs = request.query_params.multi_items() if len(request.url.query) <= _LONGEST_ADDRESS else []
    # A program says what it accepts; a browser says what its maker set, and many school computers are set to English.
    accepted = request.headers.get("accept-language", "") if request.url.path.startswith("/api/") else ""
    return language(pairs, accepted)


def _said(request: Request, vietnamese: str, english: str) -> str:
    return english if _language(request) == "en" else vietnamese
