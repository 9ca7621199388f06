"""The ledger of every night, counted again from bytes: those that the servers sent, and those that the store kept.

Nothing of Kho reads them here: answers are parsed by lxml, bodies unpacked by zstandard, and counted by the words of
the ledger's definition.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard
from lxml import etree

from demo.town import Town
from harvester import Store, Wish
from harvester.store import schema
from tests.harvester.test_visit import visit

NAMES = ("tieu-hoc-kim-dong", "so-gddt-song-da", "thpt-hong-duc")
OAI = "{http://www.openarchives.org/OAI/2.0/}"
SEED = 20_261_128


class Witness:
    """Stands at an institution's server and writes down every answer, as bytes."""

    def __init__(self, town: Town, name: str, patch: pytest.MonkeyPatch) -> None:
        self.answers: list[bytes] = []
        repository = town.repositories[name]
        answer = repository.answer

        def heard(arguments: dict[str, str]) -> bytes:
            said = answer(arguments)
            if arguments.get("verb") == "ListRecords":
                self.answers.append(said)
            return said

        patch.setattr(repository, "answer", heard)

    def take(self) -> list[tuple[str, bool, bytes, bytes]]:
        """Return identifier, deleted, metadata with its sets, and the record's bytes, for each record in order."""
        found = []
        for answer in self.answers:
            for record in etree.fromstring(answer).iter(f"{OAI}record"):
                header = record.find(f"{OAI}header")
                metadata = record.find(f"{OAI}metadata")
                identifier = header.findtext(f"{OAI}identifier")
                sets = sorted(each.text for each in header.iter(f"{OAI}setSpec"))
                said = etree.tostring(metadata, method="c14n") if metadata is not None else b""
                start = answer.index(f"<identifier>{identifier}</identifier>".encode())
                begin = answer.rindex(b"<record", 0, start)
                end = answer.index(b"</record>", start) + len(b"</record>")
                deleted = header.get("status") == "deleted"
                found.append((identifier, deleted, said + repr(sets).encode(), answer[begin:end]))
        self.answers.clear()
        return found


class Book:
    """What one source has said so far: identifier → what it says, None for withdrawn."""

    def __init__(self) -> None:
        self.held: dict[str, bytes | None] = {}

    def enter(self, said: list[tuple[str, bool, bytes, bytes]]) -> tuple[Counter[str], dict[str, bytes]]:
        """Count a complete visit; returns the ledger, and the bytes of the records that are new or changed."""
        ledger: Counter[str] = Counter(fetched=len(said))
        last = {identifier: (deleted, words, body) for identifier, deleted, words, body in said}
        ledger["repeated"] = len(said) - len(last)
        kept: dict[str, bytes] = {}
        for identifier, (deleted, words, body) in last.items():
            before = self.held.get(identifier)
            if deleted:
                kind = "withdrawn" if before is not None else "unchanged"
                if before is not None:
                    self.held[identifier] = None
            elif identifier not in self.held:
                kind = "new"
            else:
                kind = "unchanged" if before == words else "changed"
            if kind in ("new", "changed"):
                self.held[identifier], kept[identifier] = words, body
            ledger[kind] += 1
        return +ledger, kept


def bodies(store: Store, number: int) -> Counter[bytes]:
    """Every body that a visit kept, unpacked with what stands in the store."""
    table = schema.payload
    own = table.c.id.between(number << 28, (number + 1 << 28) - 1)
    with store.database.reading() as connection:
        texts = {row.id: bytes(row.text) for row in connection.execute(sa.select(schema.dictionary))}
        rows = connection.execute(sa.select(table.c.body, table.c.dictionary).where(own)).all()
    found: Counter[bytes] = Counter()
    for body, dictionary in rows:
        words = zstandard.ZstdCompressionDict(texts[dictionary]) if dictionary else None
        found[zstandard.ZstdDecompressor(dict_data=words).decompress(body)] += 1
    return found


def test_the_ledger_of_five_nights_is_what_the_bytes_say(
    store: Store, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    witnesses = {name: Witness(town, name, monkeypatch) for name in NAMES}
    books = {name: Book() for name in NAMES}
    for night in range(1, 6):
        for name in NAMES:
            result = visit(store, town, name, Wish(full=night == 4))
            assert result.outcome == "complete"
            assert result.visit is not None
            expected, kept = books[name].enter(witnesses[name].take())
            stated = store.log.visit(result.visit)
            assert stated is not None
            counted = {kind: number for kind, number in stated.ledger.items() if number and kind != "declared"}
            assert counted == dict(expected), (name, night)
            assert bodies(store, result.visit) == Counter(kept.values()), (name, night)
        town.next_night()
        for name in NAMES:
            live_through_a_day(town, name, chance)
    for name in NAMES:
        present = {c.identifier for c in store.log.every_record(name) if c.presence == "present"}
        assert present == {identifier for identifier, words in books[name].held.items() if words is not None}


def live_through_a_day(town: Town, name: str, chance: random.Random) -> None:
    """Edits, deletions, and records that come back."""
    repository = town.repositories[name]
    live = [entry for entry in repository.entries.values() if not entry.deleted]
    gone = [entry for entry in repository.entries.values() if entry.deleted]
    for entry in chance.sample(live, 5):
        town.edit(name, entry.identifier, title=f"Nhan đề đêm {town.night}")
    for entry in chance.sample(live, 3):
        town.delete(name, entry.identifier)
    for entry in chance.sample(gone, min(2, len(gone))):
        repository.replace([replace(entry, deleted=False, elements=live[0].elements, datestamp=repository.clock)])


def test_rejected_records_and_pages_are_kept_as_they_came(
    store: Store, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Records that cannot be read are counted as rejected and kept byte for byte."""
    name = "thpt-hong-duc"
    repository = town.repositories[name]
    answer = repository.answer
    broken: list[bytes] = []

    def spoil(arguments: dict[str, str]) -> bytes:
        said = answer(arguments)
        if arguments.get("verb") != "ListRecords":
            return said
        begin = said.index(b"<record>")
        end = said.index(b"</record>", begin) + len(b"</record>")
        record = said[begin:end]
        bad = record[: record.index(b"<metadata>")] + b"</record>"
        broken.append(bad)
        return said[:begin] + bad + said[end:]

    monkeypatch.setattr(repository, "answer", spoil)
    result = visit(store, town, name)
    assert (result.ledger.fetched, result.ledger.new, result.ledger.rejected) == (240, 240 - len(broken), len(broken))
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(schema.rejected).order_by(schema.rejected.c.number)).all()
    assert [zstandard.decompress(row.body) for row in rows] == broken
    assert sum(bodies(store, result.visit or 0).values()) == 240 - len(broken)
