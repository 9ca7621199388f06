"""Answers that help to ask: suggestions for a half typed question, and another question that finds more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from index import SUGGESTED, Correction, Query, Suggested, Suggestion

from . import parameters
from .answers import address, page_url
from .parameters import Parameter, checked, pairs_of

LONGEST = 100  # characters of a half typed question
MOST = 20
KIND_LABELS: dict[str, tuple[str, str]] = {
    "phrase": ("cụm từ", "phrase"),
    "subject": ("môn học", "subject"),
    "institution": ("cơ quan", "institution"),
    "title": ("học liệu", "resource"),
}
PARAMETERS: dict[str, Parameter] = {
    "q": Parameter("những gì đã gõ, có dấu hoặc không", "what was typed, with or without marks"),
    "type": Parameter("chỉ một loại gợi ý", "one kind of suggestion only", "", SUGGESTED),
    "limit": Parameter(f"số gợi ý, tối đa {MOST}", f"suggestions, at most {MOST}", "8"),
    "lang": parameters.PARAMETERS["lang"],
}


class Half(msgspec.Struct, frozen=True):
    """A half typed question: what was typed, the kinds of suggestions wanted, and how many."""

    typed: str
    kinds: tuple[Suggested, ...]
    most: int


def read(pairs: Iterable[tuple[str, str]], lang: str) -> Half:
    """Read the parameters of a request; raises MistakesError. Words too long for any suggestion are cut."""
    values = {name: given[-1] for name, given in checked(pairs, PARAMETERS, lang, ["limit"]).items()}
    kinds = tuple(each for each in SUGGESTED if values["type"] in ("", each))
    return Half(values["q"][:LONGEST], kinds, min(int(values["limit"] or PARAMETERS["limit"].default), MOST))


def read_limit(pairs: Iterable[tuple[str, str]], lang: str) -> int:
    """Read how many similar resources are wanted; raises MistakesError."""
    values = checked(pairs, {name: PARAMETERS[name] for name in ("limit", "lang")}, lang, ["limit"])
    return min(int(values["limit"][-1] or PARAMETERS["limit"].default), MOST)


def suggestions(found: Iterable[Suggestion], lang: str) -> list[dict[str, Any]]:
    """Return suggestions, each with the page that it leads to."""
    keep = [("lang", lang)] if lang != "vi" else []
    return [
        {
            "type": each.kind,
            "label": KIND_LABELS[each.kind][lang == "en"],
            "text": each.text,
            "count": each.count,
            **({"id": each.id} if each.id else {}),
            "html": _page(each, keep),
        }
        for each in found
    ]


def _page(suggestion: Suggestion, keep: list[tuple[str, str]]) -> str:
    if suggestion.kind == "title":
        return address(page_url(suggestion.id), keep)
    name = {"phrase": "q", "subject": "subject", "institution": "source"}[suggestion.kind]
    return address("/", [(name, suggestion.id or suggestion.text), *keep])


def meant(correction: Correction | None, query: Query, path: str) -> dict[str, Any] | None:
    """Return the question that was probably meant, with how much it finds and its address; None where there is none."""
    if correction is None:
        return None
    url = address(path, pairs_of(query, words=correction.words, page=1, cursor=""))
    return {"q": correction.words, "total": correction.total, "url": url}
