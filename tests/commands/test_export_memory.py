"""An export of ten times as many records needs no more memory: a real process, its peak as the kernel saw it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xxhash

from harvester import Wish, open_store
from harvester.page import fingerprint
from harvester.record import Page, RawRecord
from harvester.source import Source
from harvester.visit import Visiting
from tests.commands.calling import environment
from tests.mappings.records import CONTEXT

FEW, MANY = 5_000, 50_000
PAGE = 1000
MORE_MB = 6  # 45,000 records kept would take 45 at least
_METADATA = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>Bài {lesson}: vẽ hình chóp và tính thể tích</dc:title><dc:creator>Tổ Toán trường {school}</dc:creator>"
    "<dc:subject>Toán</dc:subject><dc:subject>hình chóp số {school}</dc:subject><dc:description>Học sinh vẽ hình chóp"
    " thứ {lesson}, đo các cạnh, tính thể tích rồi so với mô hình bằng giấy của tổ.</dc:description><dc:type>Bài"
    " giảng</dc:type><dc:date>2024-09-05</dc:date><dc:language>vi</dc:language><dc:identifier>"
    "https://hoclieu.songda.example/{number}</dc:identifier></oai_dc:dc>"
)


class Records:
    """A connector that makes its pages when they are asked for."""

    def __init__(self, count: int) -> None:
        self.count = count

    def pages(self, source: Source, visit: Any, web: Any) -> Iterator[Page]:
        visit.clock("2026-11-01T02:00:00Z")
        for start in range(0, self.count, PAGE):
            last = start + PAGE >= self.count
            yield Page(tuple(map(_raw, range(start, start + PAGE))), None if last else b"{}")


def _raw(number: int) -> RawRecord:
    identifier = f"oai:songda:{number:06}"
    metadata = _METADATA.format(number=number, school=number % 300, lesson=number % 2000)
    header = f"<header><identifier>{identifier}</identifier><datestamp>2026-10-01</datestamp></header>"
    body = f"<record>{header}<metadata>{metadata}</metadata></record>".encode()
    content = xxhash.xxh3_128_digest(metadata.encode())
    return RawRecord(identifier, "2026-10-01", (), False, "oai_dc", body, CONTEXT, fingerprint(CONTEXT, body), content)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A small and a large store with their sources.yaml."""
    made = {}
    for count in (FEW, MANY):
        folder = made[count] = tmp_path_factory.mktemp(f"kho-{count}")
        (folder / "sources.yaml").write_text(
            "kho: {store: 'sqlite:///kho.db'}\n"
            "sources:\n  - {id: song-da, name: Kho Sông Đà, url: 'http://songda.example/oai'}\n",
            encoding="utf-8",
        )
        store = open_store(f"sqlite:///{folder}/kho.db")
        source = Source(id="song-da", name="Kho Sông Đà", url="http://songda.example/oai")
        Visiting(store, (), connector=lambda _, count=count: Records(count)).visit(source, Wish(full=True))  # type: ignore[misc]
        store.close()
    return made


def peak(folder: Path, form: str) -> tuple[int, int]:
    """Export in a process of its own; returns its peak in MB and how many bytes it wrote.

    SQLite keeps up to 64 MB of a database's pages and would fill that with the large store only: here it keeps 2 MB.
    Words come again in the records, as they do; caches of words have their own limits.
    """
    # Not ru_maxrss: a new program inherits the peak of the process that started it.
    script = (
        "import sys, cli, sqlalchemy\n"
        "keep_little = lambda connection, *_: connection.execute('PRAGMA cache_size = -2000')\n"
        "sqlalchemy.event.listen(sqlalchemy.pool.Pool, 'checkout', keep_little)\n"
        f"cli.kho.main(['export', '--format', '{form}'], standalone_mode=False)\n"
        "status = open('/proc/self/status').read()\n"
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024, file=sys.stderr)"
    )
    file = folder / f"out.{form}"
    with file.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=folder,
            env=environment(),
            stdout=out,
            stderr=subprocess.PIPE,
            check=True,
        )
    return int(done.stderr.split()[-1]), file.stat().st_size


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize("form", ["ndjson", "jsonld", "nquads", "lom", "csv"])
def test_ten_times_the_records_need_no_more_memory(form: str, folders: dict[int, Path]) -> None:
    few, many = peak(folders[FEW], form), peak(folders[MANY], form)
    print(f"{form}: {FEW} records {few[0]} MB, {MANY} records {many[0]} MB, {many[1] / MANY:.0f} B a record")
    assert many[1] > 9 * few[1], "ten times as much was written"
    assert many[0] - few[0] <= MORE_MB
