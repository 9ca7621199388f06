"""``kho index``: an index is compared with its store, mended, built anew, gone back from, and told about."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.town import Town
from index import open_engine
from index.query import Document
from tests.commands.calling import inside

NAME = "thpt-hong-duc"
RECORDS = 240


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with two indexes; the second one was never reached."""
    place = tmp_path_factory.mktemp("harvested")
    town = Town()
    (place / "second").write_text("not a folder")
    (place / "sources.yaml").write_text(
        f"kho: {{store: 'sqlite:///{place}/kho.db', index: ['tantivy:{place}/second', 'tantivy:{place}/index']}}\n"
        f"sources:\n  - id: {NAME}\n    name: Trường Hồng Đức\n    url: {town.urls[NAME]}\n",
        encoding="utf-8",
    )
    done = inside(place, "harvest", KHO_ALLOW_LOOPBACK="1")
    assert done.returncode == 0, done.stderr
    assert "second" in done.stderr, "the broken one is named, and harms nothing"
    yield place
    town.stop()


@pytest.fixture
def folder(harvested: Path, tmp_path: Path) -> Path:
    place = tmp_path / "kho"
    shutil.copytree(harvested, place)
    text = (place / "sources.yaml").read_text(encoding="utf-8").replace(str(harvested), str(place))
    (place / "sources.yaml").write_text(text, encoding="utf-8")
    return place


def address(folder: Path, name: str = "index") -> str:
    return f"tantivy:{folder}/{name}"


def verified(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = inside(folder, "index", "verify", address(folder), *words, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)[0]


def spoil(folder: Path) -> None:
    """Take three records away, make two old, add one that no source ever gave, and let one be another text."""
    engine = open_engine(address(folder))
    held = sorted(engine.held(""))
    engine.drop(held[:3])
    old = [Document(key, NAME, 1, "withdrawn", version="0.ab") for key in held[3:5]]
    engine.write([*old, Document("2" * 26, NAME, 1, "withdrawn", version="1.")], engine.place())
    engine.close()


def test_every_record_is_compared_and_what_is_wrong_is_mended(folder: Path) -> None:
    code, row = verified(folder)
    assert (code, row["records"], row["left"], row["behind"], row["outdated"]) == (0, RECORDS, 0, 0, [])
    spoil(folder)
    code, row = verified(folder)
    assert code == 8
    assert row["faults"] == {"missing": 3, "stale": 2, "extra": 1, "damaged": 0}
    assert {each["kind"] for each in row["examples"]} <= {"missing", "stale", "extra"}
    text = inside(folder, "index", "verify", address(folder))
    assert (text.returncode, "→ kho index verify --repair" in text.stderr) == (8, True)
    code, row = verified(folder, "--repair")
    assert (code, row["repaired"], row["left"]) == (0, 6, 0)
    assert verified(folder, "--map")[0] == 0


def test_a_document_that_mapping_would_make_otherwise_is_found_by_mapping_again(folder: Path) -> None:
    engine = open_engine(address(folder))
    key, held = next(iter(engine.held("").items()))
    engine.write([Document(key, NAME, 1, "shown", version=held.version, stored=b'{"title":"x"}')], engine.place())
    engine.close()
    assert verified(folder)[0] == 0, "key and version are right"
    code, row = verified(folder, "--map")
    assert (code, row["faults"]["stale"], row["examples"]) == (8, 1, [{"kind": "stale", "key": key}])
    assert verified(folder, "--map", "--repair")[0] == 0


def test_a_damaged_file_is_named_and_the_index_built_anew(folder: Path) -> None:
    file = next((folder / "index").glob("g*/*.idx"))
    file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    code, row = verified(folder)
    assert (code, row["damaged_files"]) == (8, [file.name])
    code, row = verified(folder, "--repair")
    assert (code, row["left"]) == (0, 0)
    assert verified(folder)[0] == 0


def test_rebuilding_keeps_the_old_one_and_goes_back_to_it(folder: Path) -> None:
    assert inside(folder, "index", "rollback", address(folder)).returncode == 6
    refused = inside(folder, "index", "rollback", address(folder), KHO_LANG="vi")
    assert "không có thế hệ trước" in refused.stderr
    assert "Traceback" not in refused.stderr
    done = inside(folder, "index", "rebuild", address(folder))
    assert (done.returncode, "g2, khớp với kho" in done.stderr) == (0, True), done.stderr
    rows = json.loads(inside(folder, "index", "generations", "--json").stdout)
    assert [(row["generation"], row["state"]) for row in rows] == [(None, "none"), ("g2", "current"), ("g1", "kept")]
    assert all(row["size"] > 0 and row["free"] > row["needed"] for row in rows[1:])
    assert rows[1]["documents"] == rows[2]["documents"] > 0
    assert rows[1]["begun"] >= rows[2]["begun"] > "2026"
    key = next(iter(open_engine(address(folder)).held("")))
    assert inside(folder, "suppress", "add", key, "--reason", "yêu cầu", "--wait", "0").returncode in (0, 6)
    assert inside(folder, "index", "rollback", address(folder)).returncode == 0
    engine = open_engine(address(folder))
    assert (engine.generation(), engine.counts().suppressed, engine.get(key)) == ("g1", 1, None)
    assert verified(folder)[0] == 0
    assert inside(folder, "index", "rollback", address(folder)).returncode == 0
    assert engine.generation() == "g2"
    engine.close()


def test_two_generations_are_compared_in_documents_and_answers(folder: Path, tmp_path: Path) -> None:
    inside(folder, "index", "rebuild", address(folder))
    same = inside(folder, "index", "compare", "g1", "g2", "--json")
    assert same.returncode == 0, same.stdout
    found = json.loads(same.stdout)
    assert (found["documents"], found["answered_otherwise"]) == ({"first": 0, "second": 0, "differs": 0}, [])
    assert found["questions"] == 169
    spoil(folder)
    (tmp_path / "questions").write_text("# tất cả\ngiáo án\n\ntoán\n", encoding="utf-8")
    other = inside(
        folder, "index", "compare", "g1", address(folder), "--queries", str(tmp_path / "questions"), "--json"
    )
    assert other.returncode == 8
    assert json.loads(other.stdout)["documents"] == {"first": 3, "second": 1, "differs": 2}
    assert json.loads(other.stdout)["questions"] == 2
    assert inside(folder, "index", "compare", "g1", "g9").returncode == 2
    gone = inside(folder, "index", "compare", "g1", f"tantivy:{tmp_path}/nowhere")
    assert (gone.returncode, "Traceback" in gone.stderr) == (6, False)


def test_what_is_held_back_is_counted_by_reason_without_a_word_of_it(folder: Path) -> None:
    engine = open_engine(address(folder))
    keys = sorted(engine.held(""))[:3]
    words = "too_large: 'Nguyễn Văn A, 0912345678' a@b.vn 0912345678"
    reasons = ("personal_data", words, words)
    engine.write(
        [Document(k, NAME, 1, "quarantined", why) for k, why in zip(keys, reasons, strict=True)], engine.place()
    )
    engine.close()
    rows = json.loads(inside(folder, "index", "problems", address(folder), "--json").stdout)
    assert [(row["by"], row["count"]) for row in rows] == [("mapping", 1), ("engine", 2)]
    assert rows[1]["keys"] == keys[1:]
    assert "too_large" in rows[1]["reason"]
    text = inside(folder, "index", "problems", address(folder)).stdout + json.dumps(rows, ensure_ascii=False)
    assert not any(word in text for word in ("Nguyễn", "0912345678", "a@b.vn"))


def test_no_room_for_a_second_one_is_said_before_anything_is_built(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(folder)._replace(free=1_000_000)
    monkeypatch.setattr("index.engines.tantivy.generations.shutil.disk_usage", lambda place: full)
    done = inside(folder, "index", "rebuild", address(folder), KHO_LANG="en")
    assert done.returncode == 6
    assert "error[index_no_room]" in done.stderr
    assert "1 MB free" in done.stderr
    assert "→ kho index generations" in done.stderr
    assert [path.name for path in (folder / "index").glob("g*")] == ["g1"]


def test_one_that_is_down_harms_no_other_and_catches_up(folder: Path) -> None:
    for words in (["rebuild"], ["update"], ["verify"]):
        done = inside(folder, "index", *words)
        assert f"tantivy:{folder}/second" in done.stderr, words
        assert done.returncode == (0 if words[0] in ("rebuild", "update") else 6), done.stderr
    assert inside(folder, "index", "rebuild", "tantivy:khong-co").returncode == 2
    (folder / "second").unlink()
    assert inside(folder, "index", "update").returncode == 0
    rows = json.loads(inside(folder, "index", "status", "--json").stdout)
    assert [row["documents"] for row in rows] == [RECORDS, RECORDS]
    assert inside(folder, "index", "compare", address(folder), address(folder, "second")).returncode == 0
