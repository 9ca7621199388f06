"""A damaged index folder: every question ends in an answer or in a named error, and building it anew mends it.

Real files are damaged in many ways (seeded) and asked in another process: Tantivy panics on some of them.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from harvester import Store
from index import FACETS, IndexDamagedError, LimitExceededError, Query, open_engine
from index.engines.tantivy import TantivyEngine
from index.engines.tantivy.damage import panicked, reading
from index.query import Document, Engine
from portal import application
from tests.commands.calling import inside
from tests.index.test_engine_contract import LIBRARY, PLACE, document

ROOT = Path(__file__).parents[2]
SEED = 20261126
KEY = LIBRARY[0].key


def library() -> list[Document]:
    return [document(number, f"Bài giảng số {number}: định luật Ôm") for number in range(100, 400)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three segments, with tombstones."""
    folder = tmp_path_factory.mktemp("whole") / "index"
    engine = open_engine(f"tantivy:{folder}")
    fresh = engine.fresh()
    many = library()
    for start in range(0, len(many), 100):
        fresh.write(tuple(many[start : start + 100]), PLACE)
    fresh.write(LIBRARY, PLACE)
    fresh.mark({"truong": "f1"})
    engine.adopt(fresh)
    engine.close()
    return folder


def cut(text: bytes, _: random.Random) -> bytes:
    return text[: len(text) // 2]


def flipped(text: bytes, _: random.Random) -> bytes:
    middle = len(text) // 2
    return text[:middle] + bytes([text[middle] ^ 0xFF]) + text[middle + 1 :]


def scattered(text: bytes, chance: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(8):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def blanked(text: bytes, _: random.Random) -> bytes:
    quarter = len(text) // 4
    return text[:quarter] + bytes(quarter) + text[2 * quarter :]


def emptied(_: bytes, __: random.Random) -> bytes:
    return b""


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (cut, flipped, scattered, blanked, emptied)
QUESTIONS: dict[str, Callable[[Engine], object]] = {
    "readable": lambda engine: engine.readable(),
    "place": lambda engine: engine.place(),
    "counts": lambda engine: engine.counts(),
    "marks": lambda engine: engine.marks(),
    "held": lambda engine: engine.held(""),
    "get": lambda engine: engine.get(KEY),
    "words": lambda engine: engine.search(Query("dinh luat om", facets=FACETS, size=50, highlight=True)),
    "all": lambda engine: engine.search(Query("", size=100)),
    "title": lambda engine: engine.search(Query("bai giang", sort="title", size=50)),
    "phrase": lambda engine: engine.search(Query('"định luật"', size=50)),
    "write": lambda engine: engine.write([tombstone(0)], PLACE),
    "rebuild": lambda engine: rebuilt(engine),
}


def tombstone(number: int) -> Document:
    return document(number, "", status="withdrawn")


def rebuilt(engine: Engine) -> None:
    """Whatever is damaged, a new generation is built beside it."""
    fresh = engine.fresh()
    fresh.write(LIBRARY, PLACE)
    engine.adopt(fresh)
    assert engine.readable()
    assert engine.search(Query("")).total == len([each for each in LIBRARY if each.status == "shown"])
    engine.close()


def answers(folder: Path, *, unseen: bool) -> dict[str, str]:
    """How each question to a folder ends: ``answered``, or the name of the error."""
    if unseen:
        overlook(folder)
    engine, ends = open_engine(f"tantivy:{folder}"), {}
    for name, ask in QUESTIONS.items():
        try:
            if unseen and name == "write":  # it may end the process: that is why damage is looked for
                continue
            ask(engine)
            ends[name] = "answered"
        except BaseException as error:  # noqa: BLE001 - a panic is what this is about
            ends[name] = type(error).__name__
    return ends


def overlook(folder: Path) -> None:
    """Let every file pass for one that was found sound: the disk has damaged it since, and changed no time."""
    for generation in folder.glob("g*"):
        stats = {path.name: path.stat() for path in generation.iterdir()}
        noted = {name: (each.st_size, each.st_mtime_ns, each.st_ino) for name, each in stats.items()}
        (generation / "checked").write_text(json.dumps(noted))


def damaged(whole: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Copies of an index, each with one file damaged in one way."""
    chance = random.Random(SEED)
    for file in sorted(path for path in whole.rglob("*") if path.is_file() and path.stat().st_size):
        for way in WAYS:
            copy = folder / f"{file.name}-{way.__name__}"
            shutil.copytree(whole, copy)
            there = copy / file.relative_to(whole)
            there.write_bytes(way(there.read_bytes(), chance))
            yield f"{way.__name__} {file.suffix or file.name}", copy


def main() -> None:
    """Ask every folder in turn, and say after each how it went: whoever dies has said up to where."""
    for line in sys.stdin:
        print(json.dumps(answers(Path(line.strip()), unseen="unseen" in sys.argv)), flush=True)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["seen", "unseen"])
def test_every_damage_ends_in_an_answer_or_a_named_error(whole: Path, tmp_path: Path, how: str) -> None:
    """What is looked at before Tantivy opens it never makes it panic; what is overlooked does, and has a name too."""
    print("seed", SEED)
    copies = list(damaged(whole, tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "tests.index.test_damage", how],
        cwd=ROOT,
        input="".join(f"{copy}\n" for _, copy in copies),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == len(copies), f"dead after {copies[len(told)][0]}: {done.returncode} {done.stderr[-500:]}"
    counted: Counter[str] = Counter()
    for (name, _), ends in zip(copies, told, strict=True):
        counted.update(ends.values())
        assert set(ends.values()) <= {"answered", "IndexDamagedError", "IndexUnreachableError"}, f"{name}: {ends}"
        assert ends["readable"] == ends["rebuild"] == "answered", name
    print(len(copies), "damaged folders:", dict(counted), "panics:", done.stderr.count("panicked at"))
    assert counted["IndexDamagedError"], "the test has teeth"
    assert ("panicked at" in done.stderr) == (how == "unseen")


def damage_all(folder: Path) -> None:
    """Damage all documents, which are read last: the index opens, and no question can be answered."""
    for file in folder.glob("g*/*.store"):
        text = file.read_bytes()
        file.write_bytes(b"\xff" * 64 + text[64:])


def test_the_portal_answers_503_and_lives(whole: Path, tmp_path: Path, sqlite_store: Store) -> None:
    folder = tmp_path / "index"
    shutil.copytree(whole, folder)
    damage_all(folder)
    engine = open_engine(f"tantivy:{folder}")
    client = TestClient(application(engine, sqlite_store.log, dict))
    for path in ("/api/v1/records?q=dinh+luat&facets=grade", "/?q=dinh+luat", f"/api/v1/records/{KEY}"):
        answer = client.get(path)
        assert answer.status_code == 503, (path, answer.text[:200])
    rebuilt(open_engine(f"tantivy:{folder}"))
    assert client.get("/api/v1/records?q=khongcogi").status_code == 200, "the same process reads the new generation"
    engine.close()


@pytest.mark.parametrize(("language", "said"), [("vi", "bị hỏng"), ("en", "damaged")])
def test_kho_search_prints_a_named_error(whole: Path, tmp_path: Path, language: str, said: str) -> None:
    shutil.copytree(whole, tmp_path / "index")
    damage_all(tmp_path / "index")
    (tmp_path / "sources.yaml").write_text(
        f"kho: {{store: 'sqlite:///{tmp_path}/kho.db', index: 'tantivy:{tmp_path}/index'}}\nsources: []\n",
        encoding="utf-8",
    )
    done = inside(tmp_path, "search", "dinh luat", KHO_LANG=language)
    assert done.returncode == 6
    assert "kho: error[index_damaged]: " in done.stderr
    assert said in done.stderr
    assert "→ kho index rebuild" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_index_says_so_and_names_the_next_command() -> None:
    error = IndexDamagedError("tantivy:index", "x")
    for language, word in (("vi", "bị hỏng"), ("en", "damaged")):
        assert word in error.sentence(language)
    assert (error.code, error.next) == ("index_damaged", "kho index rebuild")


class PanicException(BaseException):
    """As the library's own, which no one can import."""


class Broken:
    """Raises what it is given."""

    address = "tantivy:index"

    def __init__(self, error: BaseException) -> None:
        self.error, self.opened = error, True

    def reopen(self) -> None:
        self.opened = False

    @reading
    def ask(self) -> None:
        raise self.error


@pytest.mark.parametrize("error", [PanicException("index out of bounds"), ValueError("corrupt"), KeyError("title")])
def test_what_damaged_files_raise_has_one_name(error: BaseException) -> None:
    broken = Broken(error)
    with pytest.raises(IndexDamagedError, match="tantivy:index"):
        broken.ask()
    assert not broken.opened, "the next question opens the files again"


def test_a_panic_in_writing_has_that_name_too(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="out of bounds"), TantivyEngine(tmp_path)._faults():
        raise PanicException("index out of bounds")


@pytest.mark.parametrize("error", [LimitExceededError("words", 256), KeyboardInterrupt(), SystemExit(0), TypeError()])
def test_what_is_no_damage_keeps_its_name(error: BaseException) -> None:
    assert not panicked(error)
    with pytest.raises(type(error)):
        Broken(error).ask()


if __name__ == "__main__":
    main()
