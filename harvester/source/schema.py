"""The JSON Schema of sources.yaml, made from the same words that are read."""

from __future__ import annotations

from typing import Any

from . import model
from .model import SETTINGS, SOURCE, Settings, Source, Word

_REFERENCE = r"^([A-Za-z][A-Za-z0-9-]* )?\$\{[A-Za-z_][A-Za-z0-9_]*\}$"
_TYPES: dict[model.Read, dict[str, Any]] = {
    model._identity: {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
    model._url: {"type": "string", "pattern": "^https?://"},
    model._boolean: {"type": "boolean"},
    model._seconds: {"type": "number", "minimum": 0},
    model._size: {"type": ["integer", "string"]},
    model._encoding: {"enum": ["strict", "verbatim"]},
    model._texts: {"type": ["array", "string"], "items": {"type": "string"}},
    model._networks: {"type": ["array", "string"], "items": {"type": "string"}},
    model._day: {"type": "string", "format": "date"},
    model._reference: {"type": "string", "pattern": _REFERENCE},
    model._headers: {"type": ["object", "string"], "additionalProperties": {"type": "string", "pattern": _REFERENCE}},
    model._values: {"type": ["object", "array", "string"]},
    model._set_values: {"type": ["object", "array", "string"]},
    model._replacements: {"type": ["object", "array", "string"]},
    model._proxy: {"type": "string", "pattern": "^http://"},
    model._count: {"type": "integer", "minimum": 1},
    model._share: {"type": ["string", "integer"], "pattern": "^[0-9]+([.][0-9]+)? *%?$"},
    model._language: {"enum": ["vi", "en"]},
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of sources.yaml."""
    source = _object(SOURCE, Source)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kho sources.yaml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "kho": _object(SETTINGS, Settings),
            "defaults": source,
            "sources": {"type": "array", "items": {**source, "required": ["id", "name", "url"]}},
            "rosters": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["file"],
                    "properties": {"file": {"type": "string"}, "defaults": source},
                },
            },
        },
    }


def _object(words: dict[str, Word], said: type[Source] | type[Settings]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, word in words.items():
        place, _, inner = key.partition(".")
        described = {**_TYPES.get(word.read, {"type": ["string", "number"]}), "description": f"{word.vi} / {word.en}"}
        default = _default(said, key)
        if default not in (None, "", (), {}, False):
            described["default"] = default
        if inner:
            held = properties.setdefault(place, {"type": "object", "additionalProperties": False, "properties": {}})
            held["properties"][inner] = described
        elif word.read is model._connector:
            properties[key] = {"enum": model.connectors(), "description": described["description"], "default": "oai"}
        else:
            properties[key] = described
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _default(said: type[Source] | type[Settings], key: str) -> Any:
    import msgspec

    place, _, inner = key.partition(".")
    for field in msgspec.structs.fields(said):
        if field.name == place and field.default is not msgspec.NODEFAULT:
            return getattr(field.default, inner, None) if inner else field.default
    return None
