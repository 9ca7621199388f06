"""Questions as people mistype them: ten kinds of slips in words that stand together in titles of the town."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator

from index.suggest.book import Book
from index.text import analyse, fold_all

PER_KIND = 20
_BESIDE = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "h": "gj", "t": "ry", "g": "fh", "c": "xv"}
_TELEX = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_VNI = {"\u0300": "2", "\u0301": "1", "\u0303": "4", "\u0309": "3", "\u0323": "5"}
_TELEX_LETTERS = {"â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI_LETTERS = {"â": "a6", "ă": "a8", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_ONSETS = (("tr", "ch"), ("ch", "tr"), ("s", "x"), ("x", "s"), ("l", "n"), ("n", "l"), ("d", "gi"), ("gi", "d"))
Slip = Callable[[random.Random, str], str]


def _toneless(word: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", word)
    tone = next((mark for mark in decomposed if mark in _TELEX), "")
    return unicodedata.normalize("NFC", decomposed.replace(tone, "") if tone else decomposed), tone


def _keys(letters: dict[str, str], tones: dict[str, str], word: str) -> str:
    bare, tone = _toneless(word)
    return "".join(letters.get(letter, letter) for letter in bare) + (tones[tone] if tone else "")


def _bare(chance: random.Random, words: str) -> str:
    return fold_all(words)


def _telex(chance: random.Random, words: str) -> str:
    return " ".join(_keys(_TELEX_LETTERS, _TELEX, word) for word in words.split())


def _vni(chance: random.Random, words: str) -> str:
    return " ".join(_keys(_VNI_LETTERS, _VNI, word) for word in words.split())


def _joined(chance: random.Random, words: str) -> str:
    tokens = fold_all(words).split()
    place = chance.randrange(len(tokens) - 1)
    return " ".join([*tokens[:place], tokens[place] + tokens[place + 1], *tokens[place + 2 :]])


def _one(change: Callable[[random.Random, str], str]) -> Slip:
    """Change one word of several: the longest ones more often, as people do."""

    def slip(chance: random.Random, words: str) -> str:
        tokens = words.split()
        places = [place for place, word in enumerate(tokens) if len(word) > 2 and change(chance, word) != word]
        if not places:
            return words
        place = chance.choices(places, [len(tokens[each]) for each in places])[0]
        tokens[place] = change(chance, tokens[place])
        return " ".join(tokens)

    return slip


def _deletion(chance: random.Random, word: str) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place + 1 :]


def _doubling(chance: random.Random, word: str) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place] + word[place:]


def _neighbour_key(chance: random.Random, word: str) -> str:
    places = [place for place, letter in enumerate(word) if letter in _BESIDE]
    if not places:
        return word
    place = chance.choice(places)
    return word[:place] + chance.choice(_BESIDE[word[place]]) + word[place + 1 :]


def _swap(chance: random.Random, word: str) -> str:
    place = chance.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _wrong_tone(chance: random.Random, word: str) -> str:
    _, tone = _toneless(word)
    if not tone:
        return word
    other = chance.choice([each for each in sorted(_TELEX) if each != tone])
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).replace(tone, other))


def _onset(chance: random.Random, word: str) -> str:
    for one, other in _ONSETS:
        if (
            word.startswith(one)
            and not word.startswith(("th", "ng", "nh"))
            and (one != "gi" or word[2:3] in "aáàảãạoóòỏõọ")
        ):
            return other + word[len(one) :]
    return word


KINDS: dict[str, Slip] = {
    "no marks": _bare,
    "letter left out": _one(_deletion),
    "letter doubled": _one(_doubling),
    "neighbouring key": _one(_neighbour_key),
    "letters swapped": _one(_swap),
    "wrong tone": _one(_wrong_tone),
    "onset confused": _one(_onset),
    "words joined": _joined,
    "Telex keys": _telex,
    "VNI keys": _vni,
}


def phrases(book: Book, seed: int) -> Iterator[str]:
    """Yield phrases of two to four words, every one of which has at least one mark somewhere, for ever."""
    chance = random.Random(seed)
    known = sorted(
        gram
        for gram, count in book.grams.items()
        if " " in gram
        and count > 2
        and gram != fold_all(gram)
        and "¶" not in gram
        and not any(letter.isdigit() for letter in gram)
    )
    while True:
        yield chance.choice(known)


def misspelt(book: Book, seed: int) -> list[tuple[str, str, str]]:
    """Return 200 triples (kind, what was typed, what was meant)."""
    chance, found = random.Random(seed), []
    source = phrases(book, seed)
    for kind, slip in KINDS.items():
        made = 0
        while made < PER_KIND:
            meant = next(source)
            typed = slip(chance, meant)
            if analyse(typed)[0] != meant:
                found.append((kind, typed, meant))
                made += 1
    return found
