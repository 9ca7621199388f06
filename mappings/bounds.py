"""What of a very large record is read: the first values of a path, and the first letters of these.

A record of 256 kB of words that are all short forms took 100 ms, one of statements of rights two seconds. Whoever sends
such records is told by the problems ``many_values`` and ``long_values``. Of smaller ones (not ``Job.large``) every path
with a hundred values or fewer is read whole. In each value a vocabulary is asked for the first thousand letters
(``recognise.match``) and a hundred parts, and of a list of keywords or names the first 250 are kept.
"""

from __future__ import annotations

from functools import partial

from .rows import MOST_VALUES, Row
from .rule import LONGEST_LOOKED_UP, MOST_LETTERS, MOST_LOOKED_UP, Bound, Job


def looked_up(
    rows: list[Row],
    job: Job,
    *,
    most: int = MOST_LOOKED_UP,
    letters: int = MOST_LETTERS,
    longest: int = LONGEST_LOOKED_UP,
    cut: bool = True,
) -> list[Row]:
    """Return what of a path is looked up: of a large record the first hundred values, and 6,000 letters of these.

    ``most`` values, ``letters`` of all and ``longest`` of one; a longer value is cut, or left out where half of it may
    say something else. Notes the problem ``long_values`` where letters are left out.
    """
    if not job.large and len(rows) <= MOST_LOOKED_UP:
        return rows
    kept: list[Row] = []
    left = letters
    for path, words, language in rows[:most]:
        if left <= 0:
            break
        part = words[: min(longest, left)]
        if not cut and len(part) < len(words):
            continue
        left -= len(part)
        kept.append((path, part, language))
    if letters - left < sum(len(row[1]) for row in rows[:most]):
        job.problem("long_values", "", rows[0][0], str(sum(len(row[1]) for row in rows)))
    return kept


def all_kept(rows: list[Row], job: Job) -> list[Row]:
    """Return what of names or keywords is kept: of a large record 250 of eighty letters, or fewer longer ones.

    One element may hold all names of a record.
    """
    return looked_up(rows, job, most=MOST_VALUES, letters=LETTERS_KEPT, longest=LETTERS_KEPT)


LETTERS_KEPT = 80 * MOST_VALUES


LETTERS_OF_PLACES = 1_500  # fifty names of thirty letters; a letter of an address costs ten times one of a keyword
LETTERS_OF_DATES = 2_000  # a hundred of twenty letters

# What bounds each parser. Texts, choices and formats of files cost little; links, relations and licences have bounds
# of their own.
BOUNDS: dict[str, Bound] = dict.fromkeys(("agent", "agent_name", "keyword", "vcard", "vcard_body"), all_kept)
_OF_WORDS = "academic_discipline age_max age_min discipline lesson level minutes school_year series subject term"
BOUNDS |= dict.fromkeys(_OF_WORDS.split(), looked_up)
# Whole values: half an address names another place, a part of the title would pass for another one.
BOUNDS |= dict.fromkeys(("identifier", "other_text"), partial(looked_up, cut=False))
BOUNDS |= dict.fromkeys(("date", "issued", "latest_date"), partial(looked_up, letters=LETTERS_OF_DATES, cut=False))
BOUNDS |= dict.fromkeys(("place", "former_place"), partial(looked_up, letters=LETTERS_OF_PLACES, cut=False))
