"""Which encoding are these bytes in, where the server's own word is wrong? Pure.

Old Vietnamese sites may declare UTF-8 and send windows-1258, TCVN or VISCII. Nearly every byte means something in each
of them, so success proves nothing: what tells them apart is whether the words that come out are Vietnamese syllables,
which follow strict rules (an initial, a vowel with at most one tone, a final). Where two encodings read the words
equally well and differently, nobody chooses: the page is refused, and an operator who knows says ``charset``.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from .normalising import normal_form

VIETNAMESE = ("windows-1258", "TCVN", "VISCII")
WESTERN = "windows-1252"

# Where a byte below 0x80 is not always the letter of ASCII, tags cannot be found as bytes.
_UNSAFE = re.compile(r"iso-?2022|hz|utf-?7|utf-?16|utf-?32|ucs|ebcdic|cp037|ibm0|ibm1", re.IGNORECASE)
_UTF8 = re.compile(r"utf-?8", re.IGNORECASE)

# One letter beyond ASCII in UTF-8 (RFC 3629, 4).
_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_HALF = rb"\xed[\xa0-\xbf][\x80-\xbf]"  # a repair of its own
_NO_BEGINNING = bytes(byte for byte in range(256) if not 0xC2 <= byte <= 0xF4)
# What is whole, or else a beginning that lacks its end, or a byte that belongs to nothing.
_PIECE = re.compile(rb"(" + _LETTER.pattern + rb"|" + _HALF + rb")|[\xc2-\xf4][\x80-\xbf]*+|[\x80-\xff]")
# A page in UTF-8 may hold a letter that was cut in half; a page in another encoding holds hardly one that is whole.
WHOLE_PER_BROKEN = 10

_SAMPLE_WORDS = 5_000  # more words change no decision
_TEXT = bytes(0x20 if byte <= 0x20 or byte in b"<>&\x7f" else byte for byte in range(256))
_FEWEST = 5  # so many different words are evidence
_GOOD, _LEAD = 0.85, 0.1  # shares of words: on 120 pages right readings had 0.95 and more, wrong ones at most 0.71
_WORD = re.compile(rb"[A-Za-z\x80-\xff]++")

_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_INITIALS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx]"
_NUCLEI = (
    "uyê|iêu|yêu|uôi|ươi|ươu|oai|oay|oeo|oao|uây|uya|uyu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oo|oi|ôi|ơi"
    "|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_INITIALS})?(?:{_NUCLEI})(?:ch|ng|nh|[cmnpt])?")
_SHORT = 3  # été
# A word of a western language: capital first or capitals only, letters of Latin-1 and its neighbours.
_WESTERN_WORD = re.compile("[A-ZÀ-ÖØ-ÞŒŠŽŸ]?[a-zß-öø-ÿœšž]+|[A-ZÀ-ÖØ-ÞŒŠŽŸ]+")
_SEPARATORS = re.compile(r"[\u00a0\u2010-\u2027\u2030-\u203a«»¡¿.,;:!?()\[\]\"'/-]+")


def is_utf8(name: str) -> bool:
    """Say whether a declared name means UTF-8; no name does."""
    return not name or bool(_UTF8.fullmatch(name))


def is_safe(name: str) -> bool:
    """Say whether tags can be found as bytes in this encoding."""
    return not _UNSAFE.match(name)


def readable(text: bytes, charset: str) -> bool:
    """Say whether every byte of a piece means a letter in an encoding."""
    return _decoded(text, charset) is not None


def utf8_letters(text: bytes) -> tuple[int, int]:
    """Count the letters beyond ASCII that are whole in UTF-8, and those that are broken."""
    if text.isascii():
        return 0, 0
    try:
        text.decode()
    except UnicodeDecodeError:
        return len(_LETTER.findall(text)), _PIECE.findall(text).count(b"")
    return len(text.translate(None, _NO_BEGINNING)), 0


def replaced(text: bytes) -> tuple[bytes, int]:
    """Put U+FFFD where a letter of UTF-8 is broken: what was lost is seen to be lost."""
    number = 0

    def once(found: re.Match[bytes]) -> bytes:
        nonlocal number
        if found[1]:
            return found[0]
        number += 1
        return b"\xef\xbf\xbd"

    return _PIECE.sub(once, text), number


def chosen(pieces: list[bytes]) -> str | None:
    """Choose the encoding of bytes that are not what the server declares; None where that would be guessing."""
    words = (word[0] for piece in pieces for word in _WORD.finditer(piece) if not word[0].isascii())
    found = sorted(set(islice(words, _SAMPLE_WORDS)))
    sample = b" ".join(found)
    texts = {name: _decoded(sample, name) for name in (*VIETNAMESE, WESTERN)}
    readings = {name: normal_form("NFC", text) for name, text in texts.items() if text is not None}
    shares = {name: _share(text, name in VIETNAMESE) for name, text in readings.items()}
    native = sorted((name for name in VIETNAMESE if name in shares), key=lambda name: -shares[name])
    if native and len(found) >= _FEWEST and shares[native[0]] >= _GOOD:
        others = [name for name in native[1:] if readings[name] != readings[native[0]]]
        return native[0] if all(shares[native[0]] - shares[name] >= _LEAD for name in others) else None
    rivals = [shares[name] for name in native if readings[name] != readings.get(WESTERN)]
    western = shares.get(WESTERN, 0.0)
    return WESTERN if western >= _GOOD and all(western - rival >= _LEAD for rival in rivals) else None


def _decoded(text: bytes, charset: str) -> str | None:
    """Read bytes as the XML parser will read them; None where it cannot."""
    plain = text.translate(_TEXT)
    try:
        root = etree.fromstring(b'<?xml version="1.0" encoding="' + charset.encode() + b'"?><x>' + plain + b"</x>")
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None
    return root.text or ""


def _share(text: str, vietnamese: bool) -> float:
    """Return the share of words beyond ASCII that could be words."""
    words = [part for word in text.split() for part in _SEPARATORS.split(word) if part and not part.isascii()]
    good = sum(map(_is_syllable if vietnamese else _is_western, words))
    return good / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    apart = normal_form("NFD", word.lower())
    bare = apart.translate(_TONES)
    return len(apart) - len(bare) <= 1 and bool(_SYLLABLE.fullmatch(normal_form("NFC", bare)))


def _is_western(word: str) -> bool:
    """Most letters of a western word are ASCII; where all are beyond it, they are Cyrillic or Greek misread."""
    foreign = sum(not letter.isascii() for letter in word)
    return (foreign * 2 <= len(word) or len(word) <= _SHORT) and bool(_WESTERN_WORD.fullmatch(word))
