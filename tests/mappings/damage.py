"""Texts as programs of before Unicode left them: the inverse of what mapping repairs, made from the same tables."""

from __future__ import annotations

import unicodedata

from mappings.encodings import _letters

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # Windows-1258 writes these apart from their letter


def damaged(text: str, way: str) -> str:
    """Return a text as it arrives from a program that wrote ``way`` and was read as Windows-1252 (or Latin-1)."""
    text = unicodedata.normalize("NFC", text)
    if way == "utf8":
        return _misread(text.encode())
    if way == "utf8_twice":
        return _misread(_misread(text.encode()).encode())
    if way == "utf8_latin1":
        return text.encode().decode("latin-1")
    if way == "cp1258":
        return _misread(b"".join(_of_windows(character) for character in text))
    surfaces = {letter: surface for surface, letter in sorted(_letters(way).items(), key=_preference)}
    text = _small(text) if way == "tcvn3" else text
    return "".join(surfaces.get(character, character) for character in text)


def _preference(pair: tuple[str, str]) -> tuple[bool, bool, str]:
    surface = pair[0]
    return surface != "−", surface[0].isupper() and surface[1:].isupper(), surface


def _small(text: str) -> str:
    """Write accented capitals small, as fonts of TCVN3 do."""
    return "".join(
        character.lower() if ord(character) > 0x7F and character not in "ĂÂÊÔƠƯĐ" else character for character in text
    )


def _of_windows(character: str) -> bytes:
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        apart = unicodedata.normalize("NFD", character)
        tone = "".join(mark for mark in apart if mark in _TONES)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))
        return (letter + tone).encode("cp1258", "replace")


def _misread(body: bytes) -> str:
    return "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in body)
