"""Pages made to exhaust whoever reads them: refused, or the one record rejected, in little time and memory.

Each is read in a process of its own, which reports its processor time and its highest memory. Only memory is asserted:
time depends on the machine (it is printed), and a process that does not end within the deadline fails.
"""

from __future__ import annotations

import json
import mmap
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harvester.pages import HEAD, TAIL

DEADLINE = 20  # seconds; two are the aim on a quiet machine
MEMORY = 256 * 1024  # kilobytes
MILLION = 1_000_000


def one(meta: bytes, number: int = 2) -> bytes:
    """Make one record of its metadata."""
    header = b"<header><identifier>oai:a.example:%d</identifier><datestamp>2026-01-01</datestamp></header>" % number
    return b"<record>" + header + b"<metadata>" + meta + b"</metadata></record>"


GOOD = one("<dc><title>Tập đọc lớp 3</title></dc>".encode(), 1)


def beside(meta: bytes) -> bytes:
    """Make a page of a good record and a bad one."""
    return HEAD + GOOD + one(meta) + TAIL


def around(words: bytes) -> bytes:
    """Make a page of a good record, and something after the records."""
    return HEAD + GOOD + TAIL.replace(b"</ListRecords>", words + b"</ListRecords>")


def many(meta: bytes, number: int) -> bytes:
    """Make a page of so many records that are alike."""
    return HEAD + b"".join(one(meta, place) for place in range(number)) + TAIL


def declared(subset: bytes, text: bytes) -> bytes:
    """Make a page with a DOCTYPE and a record that uses it."""
    return (
        HEAD.replace(b"<OAI-PMH", b"<!DOCTYPE OAI-PMH " + subset + b"><OAI-PMH", 1)
        + one(b"<t>" + text + b"</t>")
        + TAIL
    )


def attributes(number: int) -> bytes:
    return b" ".join(b'a%d=""' % place for place in range(number))


LAUGHS = b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))

# The page, and what is right: the code that refuses it, or how many records are read and rejected.
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "entities": (lambda: declared(b'[<!ENTITY a0 "ha">' + LAUGHS + b"]", b"&a9;"), "doctype"),
    "quadratic entities": (
        lambda: declared(b'[<!ENTITY a "' + b"x" * 100_000 + b'">]', b"&a;" * 100_000), "doctype"),
    "external entity": (lambda: declared(b'[<!ENTITY a SYSTEM "file:///etc/passwd">]', b"&a;"), "doctype"),
    "external definitions": (lambda: declared(b'SYSTEM "http://127.0.0.1:9/x.dtd"', b""), "doctype"),
    "parameter entity": (lambda: declared(b'[<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]', b""), "doctype"),
    "100 MB of text": (lambda: beside(b"<t>" + b"a" * 100 * MILLION + b"</t>"), "too_large"),
    "60 MB of text in a record": (
        lambda: beside(b"<t>" + b"a" * 60 * MILLION + b"</t>"), "1 read, 1 record_too_large"),
    "60 MB of text in a token": (lambda: HEAD + GOOD + TAIL.replace(b"abc", b"t" * 60 * MILLION), "overgrown"),
    "60 MB of blanks": (lambda: HEAD + GOOD + b" " * 60 * MILLION + TAIL, "overgrown"),
    "a million elements in a record": (lambda: beside(b"<a/>" * MILLION), "1 read, 1 record_too_large"),
    "200,000 elements in a record": (lambda: beside(b"<a/>" * 200_000), "1 read, 1 record_too_many_elements"),
    "a million elements around": (lambda: around(b"<a/>" * MILLION), "overgrown"),
    "a million records": (lambda: HEAD + b"<record/>" * MILLION + TAIL, "overgrown"),
    "three million records": (lambda: HEAD + b"<record></record>" * 3 * MILLION + TAIL, "overgrown"),
    "records that never end": (lambda: HEAD + b"<record>" * 7 * MILLION + TAIL, "overgrown"),
    "a million attributes in a record": (
        lambda: beside(b"<t " + attributes(MILLION) + b"/>"), "1 read, 1 record_too_large"),
    "90,000 attributes in a record": (
        lambda: beside(b"<t " + attributes(90_000) + b"/>"), "1 read, 1 record_too_many_attributes"),
    "a million attributes in the root": (
        lambda: HEAD.replace(b"<OAI-PMH", b"<OAI-PMH " + attributes(MILLION), 1) + GOOD + TAIL, "overgrown"),
    "a million attributes around": (lambda: around(b"<a " + attributes(MILLION) + b"/>"), "overgrown"),
    "depth 100,000 in a record": (
        lambda: beside(b"<a>" * 100_000 + b"</a>" * 100_000), "1 read, 1 record_too_many_elements"),
    "depth 4,000 in a record": (lambda: beside(b"<a>" * 4_000 + b"</a>" * 4_000), "1 read, 1 record_too_deep"),
    "depth 100,000 around": (lambda: around(b"<a>" * 100_000 + b"</a>" * 100_000), "malformed"),
    "a huge comment": (lambda: around(b"<!--" + b"c" * 60 * MILLION + b"-->"), "overgrown"),
    "a huge comment in a record": (
        lambda: beside(b"<!--" + b"c" * 60 * MILLION + b"-->"), "1 read, 1 record_too_large"),
    "a huge instruction": (lambda: around(b"<?p " + b"c" * 60 * MILLION + b"?>"), "overgrown"),
    "a huge start tag": (lambda: around(b"<a" + b" " * 60 * MILLION + b"/>"), "overgrown"),
    "long tags above many records": (
        lambda: HEAD.replace(b"<OAI-PMH", b"<OAI-PMH a='" + b"x" * 15_000 + b"'") + GOOD * 90_000 + TAIL, "overgrown"),
    "a million elements around, and a comment": (
        lambda: around(b"<!-- --><a>" + b"<b/>" * (MILLION - 20) + b"</a>"), "overgrown"),
    "4 MB of control characters around": (lambda: around(b"<a>" + b"\x01" * 4 * MILLION + b"</a>"), "malformed"),
    "1 MB of control characters around": (lambda: around(b"<a>" + b"\x01" * MILLION + b"</a>"), "structure"),
    "60 MB of ampersands": (lambda: many(b"<t>" + b"&" * 900_000 + b"</t>", 66), "malformed"),
    "60 MB of entities of HTML": (lambda: many(b"<t>" + b"&nbsp;" * 150_000 + b"</t>", 66), "malformed"),
    "60 MB of letters between control characters": (
        lambda: many(b"<t>" + b"\x01a" * 450_000 + b"</t>", 66), "malformed"),
    "60 MB of control characters": (lambda: many(b"<t>" + b"\x01" * 900_000 + b"</t>", 66), "malformed"),
    "60 MB in no encoding": (lambda: many(b"<t>" + b"\xff" * 900_000 + b"</t>", 66), "encoding"),
    "60 MB of sections": (lambda: many(b"<t>" + b"<![CDATA[x]]>" * 60_000 + b"</t>", 80), "80 read"),
    "60 MB of exclamation marks": (lambda: many(b"<t>" + b"!" * 900_000 + b"</t>", 66), "66 read"),
    "64 MB of honest records": (lambda: many(b"<t>" + "ễ".encode() * 240 + b"</t>", 70_000), "70000 read"),
}  # fmt: skip

SCRIPT = """
import json, sys, time
from collections import Counter
sys.path.insert(0, sys.argv[2])
from harvester.errors import SourceError
from harvester.page import read_page
import mmap
with open(sys.argv[1], "rb") as file:
    body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if sys.argv[3] == "mapped" else file.read()
begin = time.process_time()
try:
    reading = read_page(body, "bomb", name="oai_dc")
    ends = Counter(getattr(item, "code", "read") for item in reading.items)
    end = ", ".join(f"{count} {name}" for name, count in ends.most_common())
except SourceError as error:
    end = error.code
# Not ru_maxrss: a new program inherits the peak of the process that started it.
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
print(json.dumps({"end": end, "seconds": time.process_time() - begin, "kilobytes": peak}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    """Large bodies come as mapped files, as the web hands them over; the figures count the mapping, too."""
    make, expected = BOMBS[name]
    body = make()
    file = tmp_path / "page.xml"
    file.write_bytes(body)
    way = "mapped" if len(body) > 8 * 1024 * 1024 else "read"
    size = len(body)
    del body
    command = [sys.executable, "-c", SCRIPT, str(file), str(Path(__file__).parents[2]), way]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    file.unlink()
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout)
    print(f"{name}: {size / 1e6:.1f} MB, {told['seconds']:.2f} s, {told['kilobytes'] // 1024} MB, {told['end']}")
    assert told["end"] == expected
    assert told["kilobytes"] <= MEMORY


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body,
        lambda body: body.replace(b"<dc:title>", b"<dc:title>A & B &ocirc; \x01"),
        lambda body: b"Notice: x\n" + body + b"<br>",
        lambda body: body.replace(b"</record>", b"</record><!-- -->"),
        lambda body: body[:-40],
    ],
    ids=["clean", "damaged", "notices", "comments", "cut"],
)
def test_a_mapped_page_reads_like_one_in_memory(change: Callable[[bytes], bytes]) -> None:
    from harvester.errors import SourceError
    from tests.harvester.pages import PLAIN, read

    body = change(PLAIN)
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        plain = read(body)
    except SourceError as error:
        with pytest.raises(SourceError, match=error.code):
            read(mapped)  # type: ignore[arg-type]
        return
    reading = read(mapped)  # type: ignore[arg-type]
    assert (reading.items, reading.answer, reading.repairs) == (plain.items, plain.answer, plain.repairs)
    assert (reading.cut.context, reading.cut.records) == (plain.cut.context, plain.cut.records)
