"""Which words can be Vietnamese: a syllable is an onset, a rime and a tone that the rime allows; no list is needed."""

from __future__ import annotations

import unicodedata

_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_ONSETS = [
    "ngh",
    "ng",
    "nh",
    "ch",
    "gh",
    "gi",
    "kh",
    "ph",
    "qu",
    "th",
    "tr",
    "b",
    "c",
    "d",
    "đ",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "x",
]  # longest first
_OPEN = (
    "a ai ao au ay ac ach am an ang anh ap at ă ăc ăm ăn ăng ăp ăt â âu ây âc âm ân âng âp ât e eo ec em en eng ep et"
    " ê êu êch êm ên ênh êp êt i ia iu ich im in inh ip it iê iêu iêc iêm iên iêng iêp iêt yêu yêm yên yêng yêt o oi oc"
    " om on ong op ot oa oai oao oay oac oach oam oan oang oanh oap oat oă oăc oăm oăn oăng oăt oe oeo oen oet oong ooc"
    " ô ôi ôc ôm ôn ông ôp ôt ôông ơ ơi ơm ơn ơp ơt u ua ui uc um un ung up ut uâ uây uân uâng uât uê uêch uênh uy uya"
    " uyu uych uyn uynh uyt uyp uyên uyêt uơ uô uôi uôc uôm uôn uông uôt ư ưa ưi ưu ưc ưng ưt ươ ươi ươu ươc ươm ươn"
    " ương ươp ươt y"
)
_RIMES = frozenset(_OPEN.split())
_STOPS = ("c", "ch", "p", "t")


def letters_and_tone(word: str) -> tuple[str, str]:
    """Split a lower-case word into its letters without tone and its tone marks as digits ("" for level)."""
    if word.isascii():
        return word, ""
    tones, letters = "", []
    for character in unicodedata.normalize("NFD", word):
        tone = _TONES.get(character)
        if tone:
            tones += tone
        else:
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)), tones


def is_syllable(word: str) -> bool:
    """Say whether a word is a possible Vietnamese syllable: onset, rime, and a tone that the rime allows."""
    letters, tone = letters_and_tone(word.lower())
    onset = next((onset for onset in _ONSETS if letters.startswith(onset)), "")
    rimes = {letters[len(onset) :], letters[len(onset) - 1 :] if onset in ("gi", "qu") else letters[len(onset) :]}
    if len(tone) > 1 or not rimes & _RIMES:
        return False
    return tone in ("4", "5") or not letters.endswith(_STOPS)


_known: dict[str, bool] = {}
_MOST_KNOWN = 50_000  # all 17,786 syllables and more foreign words than a night brings


def is_known_syllable(word: str) -> bool:
    """Say the same as ``is_syllable``, and remember it: for texts in which words come again."""
    found = _known.get(word)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[word] = len(word) < 12 and is_syllable(word)
    return found
