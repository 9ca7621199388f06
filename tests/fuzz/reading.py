"""What must hold for any bytes that a server may answer with, and the fuzzer that looks for bytes that break it.

``python -m tests.fuzz.reading whole|pieces FOLDER [libFuzzer options]`` keeps inputs that reach new code in FOLDER.
``whole`` reads answers as a visit does; ``pieces`` gives the small readers that it is made of to the fuzzer one by one,
at many times the speed.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

SEEN = ["harvester.page", "harvester.repairs", "harvester.charset", "harvester.stamp", "harvester.waiting"]
with atheris.instrument_imports(include=[*SEEN, "harvester.wire"]):
    from harvester.errors import SourceError
    from harvester.page import Reading, document, fingerprint, read_page, read_record
    from harvester.page.even import even_cut
    from harvester.page.framing import frame
    from harvester.record import LONGEST_IDENTIFIER, RawRecord, Rejected
    from harvester.repairs import mend
    from harvester.stamp import normalised
    from harvester.waiting import retry_after
    from harvester.wire import NotHttpError, read_head

from tests.fuzz.seeds import CORPUS, WORDS  # noqa: E402 - after what is instrumented

NAME = "oai_dc"
# What looks like a tag in there is none. A declaration is a repair's own business: one that is left is refused.
_SECTION = re.compile(rb"<!--(?s:.*?)-->|<!\[CDATA\[(?s:.*?)\]\]>|<\?(?!xml\s)(?s:.*?)\?>")
_OPEN = re.compile(rb"<!--|<!\[CDATA\[|<\?")


def check(data: bytes) -> None:
    """Read an answer; whatever it is, it is refused by name, or accepted with every record accounted for."""
    try:
        reading = read_page(data, "http://hoclieu.example/oai", name=NAME)
    except SourceError:
        return
    records = reading.cut.records
    listed = reading.answer.verb in ("ListRecords", "GetRecord")
    assert len(reading.items if listed else reading.headers) == len(records) or not (listed or reading.headers)
    for item, body in zip(reading.items, records, strict=False):
        if isinstance(item, RawRecord):
            _check_record(item, body, mended=bool(reading.repairs))
    if not reading.repairs:
        at = 0
        for body in records:  # what is kept are the server's own bytes, in their order
            at = data.index(body, at) + len(body)
    marks = [fingerprint(reading.cut.context, body) for body in records]
    known = {mark: number for number, mark in enumerate(marks)}
    again = read_page(data, "", name=NAME, known=lambda asked: [known.get(mark) for mark in asked])
    assert again.cut == reading.cut
    assert again.answer == reading.answer
    if listed:
        assert len(again.items) == len(records)
    if records:
        _check_again(reading)


def _check_again(reading: Reading) -> None:
    """What was accepted, put together again, needs no repair and says the same.

    The encoding is decided for a whole page: what spoke against UTF-8 may have stood in the envelope.
    """
    again = read_page(document(reading.cut.context, b"".join(reading.cut.records)), "", name=NAME)
    if "repair_charset" in again.repairs:
        return
    assert again.repairs == {}
    for before, after in zip((*reading.items, *reading.headers), (*again.items, *again.headers), strict=True):
        # A damaged identifier is refused only where the repair was just made: nobody can tell afterwards.
        if not (isinstance(before, Rejected) and before.code == "identifier_damaged"):
            assert type(before) is type(after)
            assert getattr(before, "identifier", None) == getattr(after, "identifier", None)
            assert getattr(before, "code", "") == getattr(after, "code", "")


def _check_record(item: RawRecord, body: bytes, *, mended: bool) -> None:
    """A record is what its own bytes say, read alone; its identifier can be kept and asked for."""
    assert item.body == body
    assert item.identifier.strip(" \t\r\n") == item.identifier != ""
    assert len(item.identifier.encode()) <= LONGEST_IDENTIFIER
    assert "\x00" not in item.identifier
    assert document(item.context, item.body).endswith(b">")
    alone = read_record(item.context, item.body, NAME, item.fingerprint, mended=mended)
    assert alone == item


def _cutting(data: bytes) -> None:
    parts = even_cut(data, frame(data))
    if parts is not None:
        at = 0
        for body in parts[0].records:
            at = data.index(body, at) + len(body)


def _mending(data: bytes) -> None:
    piece, made = mend(data)
    assert made or piece == data
    assert len(piece) <= 16 * len(data)
    before, after = _SECTION.sub(b" ", data), _SECTION.sub(b" ", piece)  # what stands around one does not meet
    if _OPEN.search(after):  # it does not end, or is a declaration: the strict parser refuses the piece
        return
    for tag in (b"<record", b"</record", b"<header", b"</header", b"<identifier", b"<metadata"):
        assert after.count(tag) == before.count(tag), tag  # nothing that is left out makes a tag of what was none


def _clock(data: bytes) -> None:
    text = normalised(data.decode("latin-1"))
    assert text is None or normalised(text) == text


def _patience(data: bytes) -> None:
    seconds = retry_after(data.decode("latin-1"), 1_790_000_000.0)
    assert seconds is None or 0 < seconds < 1e12


PIECES: tuple[Callable[[bytes], object], ...] = (_cutting, _mending, _clock, _patience, read_head)


def check_piece(data: bytes) -> None:
    """The first byte chooses a small reader; each refuses by name or keeps its promise."""
    if data:
        with contextlib.suppress(SourceError, NotHttpError):
            PIECES[data[0] % len(PIECES)](data[1:])


TARGETS = {"whole": check, "pieces": check_piece}


def main() -> None:
    """Run libFuzzer with the words of the protocol as its dictionary."""
    target, folder = TARGETS[sys.argv[1]], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    words = folder.with_suffix(".dict")
    words.write_text("".join(f'"{word}"\n' for word in WORDS), encoding="utf-8")
    options = [f"-dict={words}", f"-artifact_prefix={folder}-", "-max_len=2048", "-print_final_stats=1", *sys.argv[3:]]
    atheris.Setup([sys.argv[0], *options, str(folder), str(CORPUS)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
