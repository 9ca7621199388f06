"""The small repairs of damaged XML, each with a name, each counted. Pure: bytes in, bytes out.

Every step touches only what no well-formed document may contain, so none can change a piece that was right; and none
adds or removes a tag of the protocol. Nothing is guessed: what was a character reference to nothing is left out, what
was meant as text becomes text. Identifiers and tokens are never shortened: damage in them becomes U+FFFD, by which the
reader knows them for damaged. The names of steps are codes of ``messages``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from html.entities import html5

from .charset import is_utf8, replaced

MARK = b"&#xFFFD;"

Step = Callable[[bytes], tuple[bytes, int]]

# What does not end goes on to the end, and is refused: looked for from each of many beginnings, the end takes minutes.
_SECTION = re.compile(rb"(<!--(?s:.*?)(?:-->|\Z)|<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|<\?(?!xml\s)(?s:.*?)(?:\?>|\Z))")
_NAMED = re.compile(
    rb"(<(?:[^\s<>/:]++:)?(?:identifier|resumptionToken)(?=[\s>])[^<>]*+>)((?:[^<]++|<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z))*+)"
)

# XML 1.0, 2.2: these are no characters. TAB, LF and CR are, and stay.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BREAKS = (0x0B, 0x0C)  # vertical tab and form feed part words: pasted from slides and PDF
# In UTF-8 also U+FFFE, U+FFFF, and half of a letter beyond U+FFFF (RFC 3629, 3: surrogates are not to be encoded).
_NO_CHARACTER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
# Here some control characters are letters: they are left for the parser to read.
_LETTERS_BELOW_SPACE = ("tcvn", "viscii")

_LAST = 0x10FFFF  # of Unicode
_REFERENCE = re.compile(rb"&#(?:0*([0-9]{1,7})|[xX]0*([0-9a-fA-F]{1,6}));")
_PAIR = re.compile(  # 0xD800 to 0xDBFF, then 0xDC00 to 0xDFFF
    rb"&#(?:0*(55(?:29[6-9]|[3-9][0-9]{2})|56(?:[0-2][0-9]{2}|3[01][0-9]))|[xX]0*([dD][89abAB][0-9a-fA-F]{2}));"
    rb"&#(?:0*(56(?:3[2-9][0-9]|[4-9][0-9]{2})|57(?:[0-2][0-9]{2}|3[0-3][0-9]|34[0-3]))|[xX]0*([dD][c-fC-F][0-9a-fA-F]{2}));"
)
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_OWN = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))
_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#0*[0-9]{1,7};|#x0*[0-9a-fA-F]{1,6};)")
# A declaration, or a tag that is broken by declarations: that one stays as it is, and is refused.
_PROLOG = re.compile(rb"(<(?!\?xml\s)[^<>]*+(?:<\?xml\s[^<>]*?\?>)++)|<\?xml\s[^<>]*?\?>")
_TAG = re.compile(rb"<[^<>]*+")
_SIGNS = b"<]-?/!&#"  # what may be the beginning of a sign of markup
_START = re.compile(rb"""<[A-Za-z_:\x80-\xff][^<>"']*+(?:"[^"<]*+"[^<>"']*+|'[^'<]*+'[^<>"']*+)++>""")
_ATTRIBUTE = re.compile(rb"""(?<!\s)\s++([^\s=<>"'/]++)\s*+=\s*+("[^"<]*+"|'[^'<]*+')""")


def mend(piece: bytes, charset: str = "") -> tuple[bytes, dict[str, int]]:
    """Try every repair in turn on one piece (an envelope or a record); say how often each was made.

    ``charset`` is the encoding of its bytes, UTF-8 where it is empty. Whether the result is well-formed is for the
    strict parser to say.
    """
    counts: dict[str, int] = {}
    for name, step in _steps(charset):
        piece, number = step(piece)
        if number:
            counts[name] = counts.get(name, 0) + number
    return piece, counts


@lru_cache(maxsize=64)
def _steps(charset: str) -> tuple[tuple[str, Step], ...]:
    unicode = is_utf8(charset)
    control = _NO_CHARACTER if unicode else None if charset.lower().startswith(_LETTERS_BELOW_SPACE) else _CONTROL
    return (
        *((("repair_surrogate", halves), ("repair_letter", replaced)) if unicode else ()),
        ("repair_surrogate", pairs),
        ("repair_identifier", partial(marked, control=control, mark=b"\xef\xbf\xbd" if unicode else MARK)),
        *((("repair_control", partial(bare_controls, control=control)),) if control else ()),
        ("repair_reference", outside_sections(references)),
        ("repair_entity", outside_sections(entities)),
        ("repair_prolog", outside_sections(prologs)),
        ("repair_ampersand", outside_sections(ampersands)),
        ("repair_attribute", outside_sections(attributes)),
    )


def outside_sections(change: Step) -> Step:
    """Make a step that leaves comments and CDATA sections as they are: there, everything is text."""

    def step(piece: bytes) -> tuple[bytes, int]:
        parts = _SECTION.split(piece)
        number = 0
        for place in range(0, len(parts), 2):
            parts[place], made = change(parts[place])
            number += made
        return b"".join(parts), number

    return step


def halves(piece: bytes) -> tuple[bytes, int]:
    """Join a letter that was written as two halves in UTF-8 (CESU-8, as some databases export it)."""
    return _HALVES.subn(lambda found: _joined(found[0]), piece)


def _joined(found: bytes) -> bytes:
    return found.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode()


def pairs(piece: bytes) -> tuple[bytes, int]:
    """Join a letter that was written as references to its two halves: ``&#55349;&#56320;``."""

    def join(found: re.Match[bytes]) -> bytes:
        high, low = _value(found[1], found[2]), _value(found[3], found[4])
        return b"&#x%X;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    return _PAIR.subn(join, piece)


def _value(decimal: bytes | None, hexadecimal: bytes | None) -> int:
    return int(decimal) if decimal else int(hexadecimal or b"0", 16)


def _is_character(value: int) -> bool:
    """Say whether a number is a character (XML 1.0, 2.2)."""
    return value in (0x9, 0xA, 0xD) or 0x20 <= value < 0xD800 or 0xE000 <= value <= 0xFFFD or 0x10000 <= value <= _LAST


def marked(piece: bytes, control: re.Pattern[bytes] | None, mark: bytes) -> tuple[bytes, int]:
    """Put U+FFFD where damage within an identifier or a token would be left out: it must not become another one."""
    number = 0

    def reference(found: re.Match[bytes]) -> bytes:
        nonlocal number
        if _is_character(_value(found[1], found[2])):
            return found[0]
        number += 1
        return mark

    def mark_all(found: re.Match[bytes]) -> bytes:
        nonlocal number
        text, made = control.subn(mark, found[2]) if control else (found[2], 0)
        number += made
        return found[1] + _REFERENCE.sub(reference, text)

    return _NAMED.sub(mark_all, piece), number


def bare_controls(piece: bytes, control: re.Pattern[bytes]) -> tuple[bytes, int]:
    """Leave out bytes that are no characters; what parts words leaves a space."""

    def change(found: re.Match[bytes]) -> bytes:
        return b" " if found[0][0] in _BREAKS else _gone(found)

    return _apart(piece, control, change)


def _gone(found: re.Match[bytes]) -> bytes:
    """Return what is left of something left out: a space where its neighbours might come together as markup."""
    before = found.string[max(found.start() - 1, 0) : found.start()]
    return b" " if before and before in _SIGNS else b""


def _apart(piece: bytes, pattern: re.Pattern[bytes], change: Callable[[re.Match[bytes]], bytes]) -> tuple[bytes, int]:
    """Change what a pattern finds in texts; within tags it becomes a space, so that no other tag comes of it."""
    number = 0

    def counted(found: re.Match[bytes]) -> bytes:
        nonlocal number
        made = change(found)
        number += made != found[0]
        return made

    def within(tag: re.Match[bytes]) -> bytes:
        return pattern.sub(lambda found: counted(found) or b" ", tag[0])

    parts = _SECTION.split(piece)
    parts[0::2] = [_TAG.sub(within, part) for part in parts[0::2]]
    return pattern.sub(counted, b"".join(parts)), number


def references(piece: bytes) -> tuple[bytes, int]:
    """Leave out references to what is no character (``&#x1a;``, ``&#xFFFE;``); write ``&#X41;`` as XML wants it."""

    def mended(found: re.Match[bytes]) -> bytes:
        value = _value(found[1], found[2])
        if _is_character(value):
            return found[0] if found[0][2:3] != b"X" else b"&#x%X;" % value
        if value > _LAST:  # there is no such number: it was meant as text
            return b"&amp;" + found[0][1:]
        return b" " if value in _BREAKS else _gone(found)

    return _apart(piece, _REFERENCE, mended)


def entities(piece: bytes) -> tuple[bytes, int]:
    """Write the entities of HTML as references to the same letters: ``&ocirc;`` as ``&#244;``."""
    number = 0

    def mended(found: re.Match[bytes]) -> bytes:
        nonlocal number
        name = found[1].decode()
        letters = "" if name in _OWN else html5.get(name, "")
        number += bool(letters)
        return "".join(f"&#{ord(letter)};" for letter in letters).encode() or found[0]

    return _ENTITY.sub(mended, piece), number


def prologs(piece: bytes) -> tuple[bytes, int]:
    """Leave out XML declarations within the answer (records that were documents once), but none within a tag."""
    number = 0

    def change(found: re.Match[bytes]) -> bytes:
        nonlocal number
        number += not found[1]
        return found[1] or b""

    return _PROLOG.sub(change, piece), number


def ampersands(piece: bytes) -> tuple[bytes, int]:
    """Write an ampersand that begins no reference as the text it was meant for."""
    return _AMPERSAND.subn(b"&amp;", piece)


def attributes(piece: bytes) -> tuple[bytes, int]:
    """Leave out an attribute that is said twice with the same value; two values are left for the parser to refuse."""
    number = 0

    def once(tag: re.Match[bytes]) -> bytes:
        said: set[tuple[bytes, bytes]] = set()

        def keep(found: re.Match[bytes]) -> bytes:
            nonlocal number
            again = (found[1], found[2]) in said
            number += again
            said.add((found[1], found[2]))
            return b"" if again else found[0]

        return _ATTRIBUTE.sub(keep, tag[0])

    return _START.sub(once, piece), number
