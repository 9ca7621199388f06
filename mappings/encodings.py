"""Vietnamese of before Unicode, and Unicode that was read wrongly: found in a batch of strings, and repaired.

UTF-8 that was read as Windows-1252 is certain in every single string: it decodes, or it does not. TCVN3, VNI, VISCII
and Windows-1258 are not: a few letters may be anything. They are judged over a batch of one source, by the share of
words that are Vietnamese syllables before and after decoding; a single string is never changed for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from harvester import load_yaml, normal_form

from .syllables import is_known_syllable

NAMES = ("tcvn3", "vni", "viscii", "cp1258")  # of two that fit equally well, the earlier one
_PATH = Path(__file__).with_name("encodings.yaml")


def _surfaces() -> dict[int, str]:
    """Return what the bytes 128 to 159 look like after they were read as Windows-1252; five have no character."""
    read = {byte: bytes((byte,)).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
    return {byte: character for byte, character in read.items() if character}


_WINDOWS = _surfaces()
_BYTES = {**{chr(byte): byte for byte in range(256)}, **{surface: byte for byte, surface in _WINDOWS.items()}}

# --- UTF-8 that was read as Windows-1252 -----------------------------------------------------------

_NEXT = "[\x80-\xbf" + "".join(_WINDOWS.values()) + "]"
_SEQUENCE = re.compile(f"[\xc2-\xdf]{_NEXT}|[\xe0-\xef]{_NEXT}{_NEXT}|[\xf0-\xf4]{_NEXT}{_NEXT}{_NEXT}")
# What no text has that was read rightly. A bare "Ã" before a closing quotation mark or a no-break space is "ĐÃ”".
_EVIDENCE = re.compile(f"á[º»]{_NEXT}|Ã[\xa1-\xac\xae-\xba\xbc-\xbf]|Ä[\x90\x91‘ƒ‚©¨]|Å[©¨]|Æ[°¡¯]|â€|Ã[ƒ†„…]Â")
_LOST_BLANK = re.compile(r"(?<=[a-z])Ã(?: {1,2}|$)")  # "à" is Ã and a no-break space, and those become blanks
_ROUNDS = 3  # a text is read wrongly twice where two programs in a row do it; three times was never seen


def is_mojibake(text: str) -> bool:
    """Say that a text is UTF-8 which was read as Windows-1252 or Latin-1; single letters are looked for first.

    A scan for one letter costs 15 ns for 300 characters, for two letters 300 ns, a pattern 900 ns.
    """
    signs = "Ã" in text or "Ä" in text or "Æ" in text or "»" in text or "º" in text or "€" in text
    return signs and _EVIDENCE.search(text) is not None


def without_mojibake(text: str) -> str:
    """Read UTF-8 anew that was read as Windows-1252: "Tiáº¿ng Viá»‡t" is "Tiếng Việt"; other text stays."""
    for _ in range(_ROUNDS):
        if not is_mojibake(text):
            break
        text = _LOST_BLANK.sub("à ", _SEQUENCE.sub(_read_again, text))
    return text


def _read_again(sequence: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[character] for character in sequence[0]).decode()
    except UnicodeDecodeError:
        return sequence[0]


# --- encodings before Unicode ----------------------------------------------------------------------

# Neither ASCII nor a letter of Vietnamese nor a usual sign; or two vowels in a row as Vietnamese never writes them:
# VNI and Windows-1258 can look like Vietnamese letters only.
_SUSPECT = re.compile(
    "[^\x00-\x7fàáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9“”‘’–—…•×\u00a0\u200b\ufeff\u0300-\u0323]"
    "|[aA][àáâãèéêìòõùúÀÁÂÃÈÉÊÌÒÕÙÚ]|[eE][àáâãìòõùÀÁÂÃÌÒÕÙ]|[oO][âìòõùÂÌÒÕÙ]|[uyUY][ùòõÙÒÕ]|[âăêôơưÂĂÊÔƠƯ][ìòÌÒ]"
)
_CHUNK = re.compile(r"[^\s!-@\[-`{-~]+")  # letters, and the signs for which letters stand
_EDGES = "“”‘’«»–—…•"
_NEVER_LEGACY = re.compile("[^\x00-\xff−" + re.escape("".join(_WINDOWS.values())) + "]")


def is_suspect(text: str) -> bool:
    """Say cheaply that a text may be in an encoding of before Unicode; nearly all others are told apart here."""
    return not text.isascii() and _SUSPECT.search(text) is not None


class _Encoding:
    """One encoding: what stands in a text, longest first, and the letters that were meant."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.letters = _letters(name)
        self._longest_first = re.compile("|".join(map(re.escape, sorted(self.letters, key=len, reverse=True))))

    def decode(self, word: str) -> str:
        """Write the letters that were meant; composed."""
        found = self._longest_first.sub(lambda surface: self.letters[surface[0]], word)
        return normal_form("NFC", found) if found != word else word


def _letters(name: str) -> dict[str, str]:
    if name == "cp1258":
        meant = {byte: bytes((byte,)).decode("cp1258", "ignore") for byte in range(0x80, 0x100)}
        return {
            surface: letter
            for byte, letter in meant.items()
            if letter
            for surface in {chr(byte), _WINDOWS.get(byte, chr(byte))}
            if surface != letter
        }
    pairs = str(load_yaml(_PATH, _PATH.name).value[name]).split()
    if name == "vni":  # a capital's mark is written small in "Aùo" and large in "AÙO"
        letters = {pair[:-1]: pair[-1] for pair in pairs}
        return {pair[0] + pair[1:].lower(): letter for pair, letter in letters.items() if len(pair) == 2} | letters
    bytes_ = {int(pair[:2], 16): pair[2:] for pair in pairs}
    found = {chr(byte): letter for byte, letter in bytes_.items()}
    found |= {_WINDOWS[byte]: letter for byte, letter in bytes_.items() if byte in _WINDOWS}
    return found | ({"−": "ư"} if name == "tcvn3" else {})  # PDF programs write a minus for the soft hyphen


@lru_cache(maxsize=8)  # there are four
def _encoding(name: str) -> _Encoding:
    return _Encoding(name)


def _counted(text: str) -> tuple[int, int]:
    """Count the words with a letter beyond ASCII, and those of them that are Vietnamese syllables."""
    words = [word for chunk in _CHUNK.findall(text) if not chunk.isascii() and len(word := chunk.strip(_EDGES)) > 1]
    words = [word for word in words if not word.isascii()]
    return len(words), sum(1 for word in words if is_known_syllable(word.lower()))


_LEAST_WORDS, _LEAST_AFTER, _LEAST_GAIN = 4, 0.85, 0.35  # of a batch, where 2,000 clean batches gave no false answer
_ALONE_WORDS, _ALONE_AFTER, _ALONE_GAIN = 2, 0.9, 0.4  # of a single string
_LONGEST_ALONE = 300  # letters: sixty words, where two are enough


def detect(texts: Iterable[str]) -> str:
    """Return the encoding in which a batch of strings is written (``tcvn3`` …); "" for Unicode and for too few words.

    Pure and the same for any order. Only suspect strings are judged: a source may hold a hundred clean ones beside
    them.
    """
    suspects = [text for text in map(without_mojibake, texts) if is_suspect(text)]
    return _judge(suspects, _LEAST_WORDS, _LEAST_AFTER, _LEAST_GAIN) if suspects else ""


def detect_alone(text: str) -> str:
    """Return the encoding that a single string seems to be written in: good enough for a warning, not for a change."""
    text = text[:_LONGEST_ALONE]
    if text.isascii() or _NEVER_LEGACY.search(text) or not is_suspect(text):  # the order of their cost
        return ""
    return _judge([text], _ALONE_WORDS, _ALONE_AFTER, _ALONE_GAIN)


def _judge(suspects: list[str], least: int, after: float, gain: float) -> str:
    written = [_counted(text) for text in suspects]
    words, syllables = (sum(column) for column in zip(*written, strict=True))
    best, best_score = "", 0.0
    for name in NAMES:
        counts = [_counted(_decoded(text, name)) for text in suspects]
        total, right = (sum(column) for column in zip(*counts, strict=True))
        if words < least or total < least or right - syllables < 2:
            continue
        share = right / total
        if share >= after and share - syllables / words >= gain and share > best_score:
            best, best_score = name, share
    return best


def decoded(text: str, name: str) -> str:
    """Write a text of a source in Unicode whose encoding is known; a text that does not gain by it stays.

    Records of one source are often mixed: what is Unicode already has more syllables as it stands.
    """
    if text.isascii():
        return text
    found = _decoded(text, name)
    return found if found != text and _counted(found)[1] > _counted(text)[1] else text


def _decoded(text: str, name: str) -> str:
    encoding = _encoding(name)
    mixed = _NEVER_LEGACY.search(text) is not None
    found = _CHUNK.sub(lambda chunk: _word(chunk[0], encoding, mixed), text)
    return _capitals(found, text) if name == "tcvn3" else found


def _word(word: str, encoding: _Encoding, mixed: bool) -> str:
    """Decode one word, unless it is certainly Unicode, or might be and stands among others that are."""
    if word.isascii() or not word.strip(_EDGES):  # a dash alone is a dash, though VISCII has a letter in its place
        return word
    if mixed and (_NEVER_LEGACY.search(word) or is_known_syllable(word.lower().strip(_EDGES))):
        return word
    found = encoding.decode(word)
    return found if word.strip(_EDGES) == word else _with_marks(word, found, encoding)


def _with_marks(word: str, found: str, encoding: _Encoding) -> str:
    """Keep quotation marks and ellipses around a word where the letters in their places make no syllable: “Mùa, ơi…."""
    core = word.strip(_EDGES)
    first = word.index(core)
    before, after = word[:first], word[first + len(core) :]
    inner = encoding.decode(core)
    ways = (
        found,
        before + encoding.decode(core + after),
        encoding.decode(before + core) + after,
        before + inner + after,
    )
    for way in ways:
        told = way.strip(_EDGES)
        small = (
            told[1:].islower() or told[1:].isupper() or len(told) == 1
        )  # a capital at the end of a small word is a mark
        if small and is_known_syllable(told.lower()):
            return way
    return ways[-1] if core.isascii() else found


def _capitals(found: str, written: str) -> str:
    """TCVN3 has no accented capitals: a word whose ASCII letters are capitals, "TR¦êNG", is upper case."""
    if found.isascii() or not re.search("[A-Z]{2}", written):
        return found
    loud = written == written.upper() or not re.search("[a-z]", written)

    def raised(chunk: re.Match[str]) -> str:
        plain = re.sub("[^A-Za-z]", "", chunk[0])
        return chunk[0].upper() if (plain.isupper() and (len(plain) > 1 or loud)) or (loud and not plain) else chunk[0]

    return _CHUNK.sub(raised, found)
