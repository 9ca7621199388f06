"""The phrases of ``titles.yaml`` and of the vocabularies, and where they stand in a title."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from harvester import load_yaml, parse_yaml

from .extending import Taught, extended_titles
from .grades import WORDS_OF_GRADES
from .syllables import is_syllable
from .tables import own_file, remembered
from .vietnamese import folded, key
from .vocabulary import ids, names, vocabulary

_IDS = (("types", "type"), ("audiences", "audience"), ("more_names", "subject"))  # whose ids own lines may name
_PATH = Path(__file__).with_name("titles.yaml")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A phrase of the tables in a title: its kind and term, its first and last word."""

    kind: str
    term: str
    first: int
    last: int


@remembered(maxsize=1)
def _tables() -> tuple[dict[str, Any], dict[str, Taught]]:
    shipped: dict[str, Any] = load_yaml(_PATH, _PATH.name).value
    own = own_file(_PATH.name)
    if own is None:
        return shipped, {}
    return extended_titles(shipped, parse_yaml(*own), {name: ids(field) for name, field in _IDS})


def words_of_titles() -> dict[str, Any]:
    """Return the tables of ``titles.yaml`` with what the tables in use add. Raises Faults for lines that are wrong."""
    return _tables()[0]


def taught_place(field: str, term: str, text: str) -> str:
    """Return the institution's own line (``file:line``) by which a text means a term of a field, "" for none."""
    found = vocabulary(field).taught.place(term, text) if field in names() else ""
    taught = _tables()[1].get(field)
    return found or (taught.place(term, text) if taught else "")


def _entries() -> Iterable[tuple[str, str, str]]:
    """List all phrases: (words as written, kind, term). Of two that are written alike the first one holds."""
    table = words_of_titles()
    for kind in ("sure", "theme", "joined", "preschool", "play"):
        yield from ((words, kind, subject) for subject, row in table[kind].items() for words in row)
    for subject in vocabulary("subject").terms.values():
        if subject.get("grades"):
            yield from _of_subject(subject)
    for rank, row in enumerate(table["types"]):
        yield from ((words, "type", f"{rank:02d}{row['id']}") for words in row.get("words", ()))
        yield from ((words, "weak", f"{rank:02d}{row['id']}") for words in row.get("weak", ()))
        yield from ((words, "head", f"{rank:02d}{row['id']}") for words in row.get("heads", ()))
        yield from ((words, "short", f"{rank:02d}{row['id']}") for words in row.get("short", ()))
    yield from ((words, "head", "99van_ban_ke_hoach") for words in table["plans"])
    yield from ((words, "type", "99") for words in table["no_type"])
    for series in vocabulary("series").terms.values():
        named = (*series["variants"], *series.get("abbreviations", ()))
        yield from ((words, "series", series["id"]) for words in named)
    for row in table["audiences"]:
        yield from ((words, "audience", row["id"]) for words in row["words"])
    for name, level in (
        ("mầm non", "mam_non"),
        ("mẫu giáo", "mam_non"),
        ("nhà trẻ", "mam_non"),
        ("tiểu học", "tieu_hoc"),
        ("thcs", "thcs"),
    ):
        yield name, "level", level
    for name, level in (("thpt", "thpt"), ("trung học cơ sở", "thcs"), ("trung học phổ thông", "thpt")):
        yield name, "level", level
    yield from ((word, "numbered", word) for word in WORDS_OF_GRADES)
    for kind in ("academic", "school", "tests", "contest", "letterhead", "lesson", "spam", "joins", "science"):
        yield from ((words, kind, words) for words in table[kind])


def _of_subject(subject: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    other = words_of_titles()["not_in_titles"]
    for word in (subject["vi"], *subject.get("variants", ()), *subject.get("abbreviations", ())):
        if not word.lower().startswith("môn "):  # "môn" is asked for by the rules; "môn Sinh" would hide "Sinh học"
            yield word, "subject", subject["id"]
    for word in words_of_titles()["more_names"].get(subject["id"], ()):
        yield word, "subject", subject["id"]
    for word in subject.get("field_only", ()):  # short capitals (TD 9, CN 10) are too many things
        if (
            not (word.isupper() and len(word) <= 3)
            and word.lower() not in other
            and not word.lower().startswith("môn ")
        ):
            yield word, "subject", subject["id"]


_GROUPS = {
    "syllable": "subject",
    "sure": "subject",
    "weak": "type",
    "head": "type",
    "short": "type",
}  # of these only the longest phrase counts, and the first of two

# What cancels a term: words before it, and words after it, each with a blank behind (several as one text); the first
# of these words alone, by which most titles are told apart at once.
_Spoils = tuple[frozenset[str], tuple[str, ...], frozenset[str]]
_Phrase = tuple[str, str, str, _Spoils | None]  # its kind, the group of its kind, its term


class _Node:
    """Words of a phrase up to here: the phrases that end with them, and the words that may follow."""

    __slots__ = ("after", "phrases")

    def __init__(self) -> None:
        self.phrases: list[_Phrase] = []
        self.after: dict[str, _Node] = {}


@remembered(maxsize=2)
def _table(bare: bool) -> dict[str, _Node]:
    """Return the phrases as a tree of their words; a bare syllable is not sure."""
    fold: Callable[[str], str] = folded if bare else key
    spoils = _spoils(fold)
    known: set[tuple[str, tuple[str, ...]]] = set()
    root = _Node()
    for written, kind, term in _entries():
        words = tuple(fold(written).split(" "))
        if (
            bare
            and len(words) == 1
            and not (written.isascii() and len(written) > 2)
            and term != "toan"
            and kind not in ("short", "letterhead")
        ):
            continue
        if kind == "subject" and len(words) == 1 and (bare or term != "toan") and is_syllable(written.lower()):
            kind = "syllable"
        group = _GROUPS.get(kind, kind)
        if (group, words) not in known:
            known.add((group, words))
            node = root
            for word in words:
                node = node.after.setdefault(word, _Node())
            node.phrases.append((kind, group, term, spoils.get(term[2:] if group == "type" else term)))
    _end(root)
    return root.after


_NO_WORDS: dict[str, _Node] = {}
_NO_ENDS: tuple[tuple[int, list[_Phrase]], ...] = ()


def _end(node: _Node) -> None:
    """Let all ends of phrases share one empty table: most of what is found ends, and it is at hand then."""
    node.after = node.after or _NO_WORDS
    for following in node.after.values():
        _end(following)


def _spoils(fold: Callable[[str], str]) -> dict[str, _Spoils]:
    before, after = (
        {term: tuple(map(fold, words)) for term, words in words_of_titles()[name].items()}
        for name in ("spoilt_before", "spoilt_after")
    )
    spoils: dict[str, _Spoils] = {}
    for term in {*before, *after}:
        behind = after.get(term, ())
        firsts = frozenset(word.partition(" ")[0] for word in behind)
        spoils[term] = (frozenset(before.get(term, ())), tuple(f"{word} " for word in behind), firsts)
    return spoils


def find(words: list[str], bare: bool) -> list[Found]:
    """Find phrases from each place that nothing cancels: of one kind the longest, and none inside a longer one."""
    following = [*words[1:], ""]  # no phrase has a word of no letters
    found: list[Found] = []
    reach: dict[str, int] = {}
    for place, node in enumerate(map(_table(bare).get, words)):
        if node is None:
            continue
        ends = ((place, node.phrases),) if node.phrases else _NO_ENDS  # the longest first
        last, node = place, node.after.get(following[place])
        while node is not None:
            last += 1
            if node.phrases:
                ends = ((last, node.phrases), *ends)
            node = node.after.get(following[last])
        for last, phrases in ends:
            for kind, group, term, spoils in phrases:
                if place > reach.get(group, -1):
                    if spoils is None or not _is_spoilt(spoils, place, last, words):
                        found.append(Found(kind, term, place, last))
                    elif group == "series":
                        continue  # "My friends Global Success" has another; of subjects the spoilt one hides its parts
                    reach[group] = last
    return found


_BEHIND_SUBJECTS = frozenset(
    f"{fold(word)} "
    for word in ("trường", "phát triển", "hình thành", "ngành", "mới", "số", "ai", "cho")
    for fold in (key, folded)
)


def _is_spoilt(spoils: _Spoils, first: int, last: int, words: list[str]) -> bool:
    before, after, firsts = spoils
    previous = words[first - 1] if first else ""
    named = last > first and previous in ("môn", "mon")  # "môn Lịch sử – Trường THPT …"
    if first and before and (previous in before or " ".join(words[max(0, first - 2) : first]) in before):
        return True
    if last + 1 == len(words) or words[last + 1] not in firsts:
        return False
    if named:
        after = tuple(word for word in after if word not in _BEHIND_SUBJECTS)  # "môn Lịch sử Đảng" is of universities
    return f"{' '.join(words[last + 1 : last + 3])} ".startswith(after)
