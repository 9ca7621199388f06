"""Parsers of words: those of a vocabulary, and those that a rule lists itself."""

from __future__ import annotations

from .recognise import match, said
from .rows import Row
from .rule import Found, Job, Rule
from .titles import read
from .vietnamese import line


def term(rows: list[Row], rule: Rule, job: Job) -> list[Found]:
    """Look the words up in the rule's vocabulary, among its ``choices`` if any; ``unknown: tell`` notes the rest."""
    found: list[Found] = []
    if not rule.declared:
        for row in rows:
            for name in said(rule.vocabulary, line(row[1])):
                if not rule.choices or name in rule.choices:
                    found.append((name, row))
        return found
    for row in rows:
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
