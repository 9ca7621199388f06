"""The records of the bench: the town's, mixed of schools and a university, brought to the 1.7 kB of the goals.

A sentence of syllables drawn by Zipf's law from some thousands ends each description: the town knows few sentences,
and text that repeats would be kind to every cache and to the compression dictionary.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from demo.generator import Entry, records
from mappings.vietnamese import is_syllable

SEED, HOST, PREFIX = 7, "hoclieu.truong.example", "oai:hoclieu.truong.example:"
SYLLABLES = 7_000  # what an index of Vietnamese text holds; 17,786 are possible
SENTENCE = (8, 26)  # syllables; with these a record, header and all, has 1.73 kB on average
_ONSETS = (
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gh",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "ngh",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
)
_RIMES = tuple(
    rime
    for line in (
        "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âm ân âng âp ât âu ây",
        "e em en eo et ê êm ên ênh êt êu i ich im in inh it iu",
        "o oc oi om on ong ot ô ôc ôi ôm ôn ông ôt ơ ơi ơm ơn ơt",
        "u uc ui um un ung ut ư ưa ưng ưu ưt",
    )
    for rime in line.split()
)
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_UNIVERSITY = 3  # every third record is a university's


@cache
def _syllables() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return syllables, the most frequent first, with their cumulated weights."""
    made = (onset + rime[0] + tone + rime[1:] for onset in _ONSETS for rime in _RIMES for tone in _TONES)
    every = [word for word in (unicodedata.normalize("NFC", each) for each in made) if is_syllable(word)]
    random.Random(SEED).shuffle(every)
    chosen = tuple(every[:SYLLABLES])
    return chosen, tuple(accumulate(1 / place for place in range(1, len(chosen) + 1)))


def sentence(number: int) -> str:
    """Return the sentence of a record's number; the same number gives the same words."""
    chance = random.Random(SEED * 1_000_003 + number)
    words, weights = _syllables()
    return " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(*SENTENCE))).capitalize() + "."


def entries(count: int, start: int = 0) -> Iterator[Entry]:
    """Yield ``count`` records after the number ``start``, the same for the same numbers."""
    for number in range(start, start + count):
        kind = "university" if number % _UNIVERSITY == 0 else "school"
        entry = next(records(SEED, 1, kind, PREFIX, HOST, start=number))
        yield entry.edited(entry.datestamp, description=f"{entry.first('description')} {sentence(number)}")
