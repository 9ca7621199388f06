"""The API described for programs (OpenAPI 3.1), made from the tables that requests are read by and answers made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from index import FACETS, LARGEST_PAGE, LARGEST_WINDOW, LONGEST_WORDS, MOST_FACET_VALUES, SUGGESTED
from mappings import Resource

from . import answers, counts, helping
from .parameters import PARAMETERS, Parameter

ADDRESS = "/api/v1/openapi.json"
KEY = {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"}
# The largest number of each parameter that is one; a list is given with commas, a filter is repeated.
_NUMBERS = {
    "page": LARGEST_WINDOW, "size": LARGEST_PAGE, "facet_size": MOST_FACET_VALUES, "limit": helping.MOST,
}  # fmt: skip
_LISTS = {"facets": FACETS, **{name: PARAMETERS[name].values for name in ("has", "missing", "include")}}
_REPEATED = {*FACETS, *(f"not.{field}" for field in FACETS)}
_TEXT, _COUNT, _YES = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
Schema = dict[str, Any]


@cache
def description(lang: str) -> Schema:
    """Return the whole description, its sentences in one language (vi or en)."""
    similar = {name: helping.PARAMETERS[name] for name in ("limit", "lang")}
    language = {"lang": PARAMETERS["lang"]}
    each = {"in": "path", "name": "key", "required": True, "schema": KEY}
    field = {"in": "path", "name": "field", "required": True, "schema": {"enum": list(FACETS)}}
    facet = {**PARAMETERS, "prefix": counts.PREFIX}
    paths = {
        answers.API: _operation(lang, "Tìm", "Search", "Search", PARAMETERS),
        f"{answers.API}/{{key}}": _operation(lang, "Một học liệu", "One resource", "Item", language, each),
        f"{answers.API}/{{key}}/similar": _operation(
            lang, "Học liệu tương tự", "Similar resources", "Items", similar, each
        ),
        f"{counts.API}/{{field}}": _operation(
            lang, "Mọi giá trị của một trường", "All values of one field", "FacetValues", facet, field
        ),
        "/api/v1/suggest": _operation(
            lang, "Gợi ý khi đang gõ", "Suggestions while typing", "Suggestions", helping.PARAMETERS
        ),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": _said(lang, "Kho học liệu", "Kho – learning resources"), "version": "1"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _said(lang: str, vi: str, en: str) -> str:
    return en if lang == "en" else vi


# --- what is asked ----------------------------------------------------------------------------------------------------


def _operation(
    lang: str, vi: str, en: str, answer: str, parameters: Mapping[str, Parameter], *in_path: Schema
) -> Schema:
    problem = {"content": {"application/problem+json": {"schema": _to("Problem")}}}
    responses = {
        "200": {
            "description": _said(lang, "Trả lời", "The answer"),
            "headers": {"ETag": {"schema": _TEXT}},
            "content": {"application/json": {"schema": _to(answer)}},
        },
        "304": {"description": _said(lang, "Chưa có gì đổi (If-None-Match)", "Nothing has changed (If-None-Match)")},
        "400": {"description": _said(lang, "Tham số không hợp lệ", "Invalid parameters"), **problem},
        "404": {"description": _said(lang, "Không có trang này", "There is no such page"), **problem},
        "503": {"description": _said(lang, "Chỉ mục chưa sẵn sàng", "The index is not ready"), **problem},
    }
    if not in_path:
        del responses["404"]
    asked = [*in_path, *(_parameter(name, each, lang) for name, each in parameters.items())]
    operation = {"summary": _said(lang, vi, en), "operationId": answer, "parameters": asked, "responses": responses}
    return {"get": operation}


def _parameter(name: str, parameter: Parameter, lang: str) -> Schema:
    found: Schema = {"name": name, "in": "query", "description": _said(lang, parameter.vi, parameter.en)}
    if name in _NUMBERS:
        schema: Schema = {"type": "integer", "minimum": 1, "maximum": _NUMBERS[name], "default": int(parameter.default)}
    elif name in _LISTS:
        schema = _many({"enum": list(_LISTS[name])})
        found |= {"style": "form", "explode": False}
    elif name in _REPEATED:
        schema = _many(_TEXT)
        found |= {"style": "form", "explode": True}
    else:
        schema = {**_TEXT, "default": parameter.default} if parameter.default else dict(_TEXT)
        schema |= {"enum": list(parameter.values)} if parameter.values else {}
        schema |= {"maxLength": LONGEST_WORDS} if name == "q" and parameter is PARAMETERS["q"] else {}
    return {**found, "schema": schema}


# --- what is answered -------------------------------------------------------------------------------------------------


def _to(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def _schemas() -> Schema:
    _, said = msgspec.json.schema_components((Resource,), ref_template="#/components/schemas/{name}")
    resource = said.pop("Resource")["properties"]
    return {
        **said,
        "Term": _object({"id": _TEXT, "label": _TEXT}),
        "Licence": _object({"id": _TEXT, "label": _TEXT}, {"url": _TEXT}),
        "Item": _item(resource),
        "Items": _object({"items": _many(_to("Item"))}),
        "Total": _object({"value": _COUNT, "exact": {"const": True}}),
        "Search": _search(),
        **_facets(),
        **_suggestions(),
        "Problem": _object(
            {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}},
            {"errors": _many(_object({"param": _TEXT, "code": _TEXT, "detail": _TEXT}))},
        ),
    }


def _search() -> Schema:
    correction = _object({"q": _TEXT, "total": _COUNT, "url": _TEXT})
    links = _object({"self": _TEXT, "html": _TEXT}, {"next": _TEXT})
    always = {"total": _to("Total"), "items": _many(_to("Item")), "links": links, "took_ms": _COUNT}
    suggest = _object({"did_you_mean": {"anyOf": [correction, {"type": "null"}]}})
    return _object(always, {"cursor": _TEXT, "facets": _many(_to("Facet")), "suggest": suggest})


def _facets() -> dict[str, Schema]:
    facet: dict[str, Schema] = {"field": {"enum": list(FACETS)}, "label": _TEXT, "missing": _COUNT}
    facet["values"] = _many(_to("FacetValue"))
    return {
        "FacetValue": _object({"id": _TEXT, "label": _TEXT, "count": _COUNT, "selected": _YES, "url": _TEXT}),
        "Facet": _object({**facet, "more": _TEXT}),
        "FacetValues": _object({**facet, "total": _to("Total"), "links": _object({"search": _TEXT})}),
    }


def _suggestions() -> dict[str, Schema]:
    kind: Schema = {"enum": list(SUGGESTED)}
    always: dict[str, Schema] = {"type": kind, "label": _TEXT, "text": _TEXT, "count": _COUNT, "html": _TEXT}
    return {
        "Suggestion": _object(always, {"id": _TEXT}),
        "Suggestions": _object({"suggestions": _many(_to("Suggestion")), "took_ms": _COUNT}),
    }


def _item(resource: Mapping[str, Schema]) -> Schema:
    """Return the schema of a resource as ``answers.item`` shows it: what it does not have is absent."""
    always = dict.fromkeys(("title", "url", "landing", "datestamp"), _TEXT)
    marked = {"type": "object", "additionalProperties": _many(_TEXT)}
    terms = dict.fromkeys(answers.TERMS, _many(_to("Term")))
    return _object(
        {"id": KEY, **always, "licence": _to("Licence"), "source": _to("Term")},
        {**_stated(answers.PLAIN, resource), **terms, "highlight": marked, "explain": _TEXT},
    )


def _stated(names: Iterable[str], resource: Mapping[str, Schema]) -> Schema:
    """Return fields as the common schema has them, without the default that an answer leaves out."""
    return {name: {word: said for word, said in resource[name].items() if word != "default"} for name in names}
