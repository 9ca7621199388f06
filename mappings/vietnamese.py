"""Vietnamese text: the cheap and certain repairs, and the form in which words are compared.

Repair changes only what is certainly damage: entities left in text, UTF-8 that was read wrongly, HTML from editors,
decomposed letters, invisible characters, letters of other alphabets that stand for Vietnamese ones. The author's
spelling stays (hoá or hòa, lý or lí); only the comparison form unifies it. Clean text passes at the cost of a few
scans.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from harvester import normal_form

from .encodings import is_mojibake, without_mojibake
from .syllables import is_syllable, letters_and_tone

# Entities count only with their semicolon: R&D, AT&T and GD&ĐT are words.
_ENTITY = re.compile(r"(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)")
_BLOCKS = "p div ul ol table tbody thead h1 h2 h3 h4 h5 h6 blockquote pre section article center dl title sec"
_LINES = "br li tr hr dt dd"
_INLINE = (
    "a abbr b big cite code del em font i img ins label q s small span strike strong sub sup td th tt u italic bold"
)
_MEANT = dict.fromkeys(f"{_BLOCKS} {_LINES}".split(), "\n\n") | dict.fromkeys(_INLINE.split(), "")
# Only real element names, and attributes only with a value: "x <b and c> y" is no tag. Possessive: linear time.
_REST = r"""(?:\s++[\w:.-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s<>"']++))*+\s*+/?>"""
_TAG = re.compile(rf"(</?(?:jats:|o:)?[a-z][a-z0-9]*+{_REST})", re.IGNORECASE)
_NAME = re.compile("</?(?:jats:|o:)?([a-z0-9]+)", re.IGNORECASE)
_HIDDEN = re.compile(rf"<(?=[!s])(?:(script|style){_REST}.*?</\1\s*>|!--.*?-->)", re.IGNORECASE | re.DOTALL)
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")

# Deleted: soft hyphen, zero-width and direction marks, byte order mark, C0 and C1 controls. Blanks: every other space.
_INVISIBLE = {
    **dict.fromkeys((0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F))),
    **dict.fromkeys((*range(0x2060, 0x2065), *range(0x2066, 0x2070))),
    **dict.fromkeys((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))),
    **dict.fromkeys((0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    **dict.fromkeys((0x2028, 0x2029, 0x85), "\n"),
}
# Joiners say how Arabic and Indic letters are written; beside others nobody sees them.
_JOINERS = re.compile("(?<![\u0600-\u1cff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0600-\u1cff])")


# What Vietnamese and English texts are made of: composed letters and signs of which none is a trace of damage.
_USUAL = re.compile("[ -%'-;=-~°±²³·×÷À-ÂÇ-ÏÑ-ÖØ-Ýß-ïñ-öø-ÿĂăĐđĨĩŨũƠơƯưẠ-ỹ–—‘’“”•…]*+")

# Letters that programs for PDF and for the keyboard write for Vietnamese ones: ƣ for ư, ǎ for ă, ð and ɖ for đ; and
# Cyrillic ones that look like Latin ones.
_CYRILLIC = dict(zip("аеорсухАВЕКМНОРСТУХ", "aeopcyxABEKMHOPCTYX", strict=True))
_MEANT_LETTERS = {"ð": "đ", "Ð": "Đ", "ɖ": "đ", "Ɖ": "Đ", "ǎ": "ă", "Ǎ": "Ă", **_CYRILLIC}
_MISTYPED = re.compile(f"[ƣƢ{''.join(_MEANT_LETTERS)}]")
_MEANT_TABLE = str.maketrans(_MEANT_LETTERS)
# Letters of pinyin and of Ewe, beside which "ǎ" and "Ɖ" are their own.
_OWN_ALPHABET = re.compile("[āēīōūǖěǐǒǔǚǜĀĒĪŌŪĚǏǑǓƒɣŋʋɛɔƑƔŊƲƐƆ]")


def _is_clean(text: str) -> bool:
    """Say in a few scans that nothing needs repair; str.isprintable is False for all controls, marks and odd spaces."""
    if "  " in text:
        return False
    if _USUAL.fullmatch(text):
        return True
    if not text.isprintable() or "<" in text or "&" in text:
        return False
    return text.isascii() or (
        _MISTYPED.search(text) is None and unicodedata.is_normalized("NFC", text) and not is_mojibake(text)
    )


_lines: dict[str, str] = {}  # several rules ask for one title, and names come again
_MOST_LINES, _LONGEST_LINE = 10_000, 300


def line(text: str) -> str:
    """Repair a text that is one line: a title, a name, a keyword."""
    found = _lines.get(text)
    if found is None:
        found = text.strip() if _is_clean(text) else _one_line(_repair(text))
        if len(text) < _LONGEST_LINE:
            if len(_lines) >= _MOST_LINES:
                _lines.clear()
            _lines[text] = found
    return found


def paragraphs(text: str) -> str:
    """Repair a longer text; paragraphs are parted by one empty line, line ends inside a paragraph are blanks."""
    return text.strip() if _is_clean(text) else _parted(_repair(text))


def marked_up(text: str) -> str:
    """Repair a longer text and leave its markup, in which addresses stand."""
    return text.strip() if _is_clean(text) else _parted(_composed(without_mojibake(unescaped(text))))


def _parted(text: str) -> str:
    parts = map(_one_line, _PARAGRAPH.split(text))
    return "\n\n".join(part for part in parts if part)


def _one_line(text: str) -> str:
    """Write one blank for any run of blanks and line ends."""
    if "  " not in text and text.isprintable():  # no other blank is; at a third of the price
        return text.strip()
    return " ".join(text.split())


def _repair(text: str) -> str:
    text = without_mojibake(unescaped(text))  # before blanks: "à" is read wrongly as Ã and a no-break space
    return _composed(_without_markup(text) if "<" in text else text)


def _composed(text: str) -> str:
    if not text.replace("\n", "").isprintable():  # no invisible character and no odd space is
        text = _JOINERS.sub("", text.translate(_INVISIBLE)).replace("\r\n", "\n").replace("\r", "\n")
    text = normal_form("NFC", text)
    return text if text.isascii() or not _MISTYPED.search(text) else _rightly_typed(text)


def unescaped(text: str) -> str:
    """Resolve entities at most twice: real repositories answer ``Th&amp;#432;``, and a third time is a text on HTML."""
    for _ in range(2):
        if "&" not in text:
            break
        text = _without_entities(text)
    return text


def _without_entities(text: str) -> str:
    usual = resolved(text)
    return replaced(_ENTITY, html.unescape, text) if usual is None else usual


def resolved(text: str) -> str | None:
    """Resolve the five references that XML knows by name; None where there are others.

    At a tenth of the price of a pattern: of escaped HTML every tag has two.
    """
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return text.replace("&amp;", "&") if text.count("&") == text.count("&amp;") else None


def replaced(pattern: re.Pattern[str], meant: Callable[[str], str], text: str) -> str:
    """Write what is meant by what a pattern with one group finds; what comes again and again is asked once.

    At a third of the price of ``re.sub`` with a function.
    """
    pieces = pattern.split(text)  # text, found, text …
    found = pieces[1::2]
    if not found:
        return text
    meanings = {each: meant(each) for each in set(found)}
    pieces[1::2] = map(meanings.__getitem__, found)
    return "".join(pieces)


def _without_markup(text: str) -> str:
    return replaced(_TAG, _meant_by_tag, _HIDDEN.sub(" ", text))


def _meant_by_tag(tag: str) -> str:
    """Return a paragraph's end, nothing, or the tag itself where no element has such a name."""
    name = _NAME.match(tag)
    return _MEANT.get(name[1].lower(), tag) if name else tag


_WORD = re.compile("(?:[^\\W\\d_][\u0300-\u0323]*)+")


def _rightly_typed(text: str) -> str:
    """Write the Vietnamese letters that were meant: "phƣơng" is "phương", "vǎn" is "văn", "Ðà" is "Đà".

    The letter ƣ is always ư; others only where they make a Vietnamese syllable: Icelandic, pinyin and Russian stay.
    """
    text = text.replace("ƣ", "ư").replace("Ƣ", "Ư")
    foreign = _OWN_ALPHABET.search(text) is not None

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        mended = normal_form("NFC", word.translate(_MEANT_TABLE))
        cyrillic = sum(letter in _CYRILLIC for letter in word)
        if mended == word or cyrillic == len(word) or (foreign and not cyrillic) or not is_syllable(mended):
            return word
        return mended

    return normal_form("NFC", _WORD.sub(mend, text))


# --- comparison form -------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W_]+")
_I_OR_Y = re.compile(r"(h|k|l|m|s|t|qu)y")
_BARE = str.maketrans("đĐ", "dD")
_TONE_DIGITS = re.compile(r"'[0-9]+")
_MOST_WORDS = 100_000  # all 17,786 syllables and as many foreign words; then the cache starts anew
_LONGEST_WORD = 40


class _Keys(dict[str, tuple[str, ...]]):
    """The comparison form of the words in a piece of text without blanks, in small letters."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = tuple(map(_key_of_word, _TOKEN.findall(piece)))
        if len(piece) < _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[piece] = found
        return found


_KEYS = _Keys()


def _key_of_word(word: str) -> str:
    letters, tone = letters_and_tone(word)
    if letters.endswith("y") and _I_OR_Y.fullmatch(letters):
        letters = letters[:-1] + "i"
    return letters + ("'" + tone if tone else "")


def keys(lowered: str) -> list[str]:
    """Return the comparison forms of the words of a text that is composed and in small letters already."""
    return list(chain.from_iterable(keys_of_pieces(lowered.split())))


def keys_of_pieces(pieces: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the comparison forms of the words in each piece between blanks, in small letters and composed."""
    return map(_KEYS.__getitem__, pieces)


def key(text: str) -> str:
    """Return the form in which words are compared: lower case, tones apart from letters, lý = lí, words by one blank.

    So hóa = hoá = HÓA and kỹ = kĩ, while toán and toàn stay two words.
    """
    return " ".join(keys(normal_form("NFC", text).lower()))


def folded(text: str) -> str:
    """Return the comparison form without any marks, for texts that were typed without them."""
    if text.isascii():
        return key(text)
    return without_marks(_TONE_DIGITS.sub("", key(text)))


def without_marks(text: str) -> str:
    """Return a text as it is typed without any mark: "Vật lý" is "Vat ly"."""
    if text.isascii():
        return text
    bare = normal_form("NFD", text).translate(_BARE)
    return "".join(character for character in bare if not unicodedata.combining(character))


def unmarked_too(pattern: str) -> str:
    """Let each marked letter of a regular expression stand without its marks, too: "không", "khong"."""
    found, inside, before = [], False, ""
    for letter in pattern:
        if before != "\\":
            inside = letter == "[" or (inside and letter != "]")
        bare = without_marks(letter) if letter.isalpha() else letter
        found.append(letter if bare == letter else letter + bare if inside else f"[{letter}{bare}]")
        before = letter
    return "".join(found)


def is_bare(text: str) -> bool:
    """Say that a text has no mark at all, so that it may only be compared by its folded form."""
    return text.isascii()
