"""Parsers of words: those of a vocabulary, and those that a rule lists itself."""

from __future__ import annotations

from .recognise import match, said
from .rows import MOST_VALUES, Row
from .rule import LONGEST_LOOKED_UP, MOST_LETTERS, MOST_LOOKED_UP, Found, Job, Rule
from .titles import read
from .vietnamese import line


def looked_up(
    rows: list[Row],
    job: Job,
    *,
    most: int = MOST_LOOKED_UP,
    letters: int = MOST_LETTERS,
    longest: int = LONGEST_LOOKED_UP,
    cut: bool = True,
) -> list[Row]:
    """Return what of a path is looked up: of a large record the first hundred values, and 12,000 letters of these.

    ``most`` values, ``letters`` of all and ``longest`` of one; a longer value is cut, or left out where half of it may
    say something else. Notes the problem ``long_values`` where letters are left out.
    """
    if not job.large:
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
    """Return what of names or keywords is kept: of a large record five hundred of eighty letters, or fewer longer ones.

    One element may hold all names of a record.
    """
    return looked_up(rows, job, most=MOST_VALUES, letters=_LETTERS_KEPT, longest=_LETTERS_KEPT)


_LETTERS_KEPT = 80 * MOST_VALUES


def term(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Look the words up in the rule's vocabulary, among its ``choices`` if any; ``unknown: tell`` notes the rest.

    Of very many or very long values the first are looked up (problems ``many_values`` and ``long_values``).
    """
    found: list[Found] = []
    if not rule.declared:
        for row in looked_up(rows, job):
            for name in said(rule.vocabulary, line(row[1])):
                if not rule.choices or name in rule.choices:
                    found.append((name, row))
        return found
    for row in looked_up(rows, job):
        words = line(row[1])
        terms = match(rule.vocabulary, words)
        for name in terms:
            if not rule.choices or name in rule.choices:
                found.append((name, row))
        if not terms and rule.unknown and words:
            job.problem("unknown_value", rule.field, row[0], words)
    return found


def term_of_title(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Recognise what the title of this record says, as ``term`` does, at half the price: nine fields ask for it."""
    reading = job.reading
    if reading is None:
        reading = job.reading = read(line(rows[0][1]))
    names = getattr(reading, rule.titled)
    return [(name, rows[0]) for name in names if not rule.choices or name in rule.choices] if names else []


def choice(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Take one of the words that the rule lists under ``choices``, in any case."""
    found: list[Found] = []
    for row in rows:
        word = line(row[1]).lower()
        if word in rule.choices:
            found.append((word, row))
        elif word and rule.unknown:
            job.problem("unknown_value", rule.field, row[0], word)
    return found
