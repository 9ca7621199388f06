"""The store as its operator handles it: backup, restore, check, compact, replay."""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from demo.town import Town, sources_yaml
from tests.commands.calling import inside, kho
from tests.conftest import _binaries

NAME = "tieu-hoc-kim-dong"
NAMES = (NAME, "thpt-hong-duc")


@pytest.fixture
def folder(tmp_path: Path, town: Town) -> Path:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert inside(tmp_path, "harvest", *NAMES).returncode == 0
    return tmp_path


def status(folder: Path) -> dict[str, int]:
    said = json.loads(inside(folder, "status", "--json").stdout)
    index = said["indexes"][0]
    held = sum(source["records"]["present"] + source["records"]["missing"] for source in said["sources"])
    if index["behind"] == 0:
        assert held == index["documents"] + index["quarantined"] + index["suppressed"]
    return {"held": held, "behind": index["behind"], "documents": index["documents"]}


def test_a_drill_of_backup_and_restore(folder: Path, town: Town) -> None:
    copy = folder / "sao-luu.db"
    done = kho(folder, "store", "backup", str(copy))
    assert done.returncode == 0, done.stderr
    assert "640" in done.stderr
    town.next_night()
    assert inside(folder, "harvest", *NAMES).returncode == 0
    assert status(folder) == {"held": 640 + 10 - 14, "behind": 0, "documents": 636}
    assert json.loads(inside(folder, "search", '"bản chỉnh sửa"', "--json").stdout)["total"] == 28
    unsure = inside(folder, "store", "restore", str(copy))
    assert unsure.returncode in (1, 130)
    done = kho(folder, "store", "restore", str(copy), "--yes")
    assert done.returncode == 0, done.stderr
    assert "kho.db.replaced-" in done.stderr
    assert status(folder) == {"held": 640, "behind": 0, "documents": 640}
    assert json.loads(inside(folder, "search", '"bản chỉnh sửa"', "--json").stdout)["total"] == 0
    assert inside(folder, "harvest", *NAMES).returncode == 0
    assert status(folder) == {"held": 636, "behind": 0, "documents": 636}
    assert json.loads(inside(folder, "search", '"bản chỉnh sửa"', "--json").stdout)["total"] == 28


def test_an_index_that_was_down_at_the_restore_says_how_far_behind_it_is(folder: Path, town: Town) -> None:
    copy = folder / "sao-luu.db"
    assert inside(folder, "store", "backup", str(copy)).returncode == 0
    town.next_night()
    assert inside(folder, "harvest", *NAMES).returncode == 0
    (folder / "index").rename(folder / "away")
    (folder / "index").write_text("not a folder")
    assert inside(folder, "store", "restore", str(copy), "--yes").returncode == 6
    (folder / "index").unlink()
    (folder / "away").rename(folder / "index")
    assert status(folder)["behind"] == 640, "all of it has to be compared"
    assert inside(folder, "index", "update").returncode == 0
    assert status(folder) == {"held": 640, "behind": 0, "documents": 640}


def test_wrong_calls(folder: Path) -> None:
    for words in (("restore",), ("restore", "x.db", "--done"), ("backup",), ("bakup", "x")):
        assert inside(folder, "store", *words).returncode == 2
    assert inside(folder, "store", "restore", "sources.yaml", "--yes").returncode == 6
    assert inside(folder, "store", "backup", str(folder / "khong-co" / "x.db")).returncode == 6


def test_postgresql_is_backed_up_and_restored_by_its_own_means(folder: Path, postgresql: str) -> None:
    secret = postgresql.replace("kho@", "kho:bi-mat@")
    done = inside(folder, "store", "backup", "sao.dump", KHO_STORE=secret)
    assert (done.returncode, "pg_dump -Fd -j2 -Z0 -f sao.dump 'postgresql://kho@" in done.stderr) == (2, True)
    assert "bi-mat" not in done.stderr
    done = inside(folder, "store", "restore", "sao.dump", KHO_STORE=secret)
    assert done.returncode == 2
    assert "pg_restore --clean --if-exists -j2 -d 'postgresql://kho@" in done.stderr
    assert "kho store restore --done" in done.stderr
    assert "bi-mat" not in done.stderr
    done = inside(folder, "store", "restore", "--done", KHO_STORE=postgresql, KHO_LANG="en")
    assert (done.returncode, "a new epoch" in done.stderr) == (0, True), done.stderr


def test_check_replay_and_compact_answer_with_their_exit_codes(folder: Path, town: Town) -> None:
    done = inside(folder, "store", "check", KHO_LANG="en")
    assert (done.returncode, "no faults" in done.stderr) == (0, True)
    assert "payload\t640" in done.stdout
    assert inside(folder, "store", "replay", KHO_LANG="en").stderr.startswith("read 640 records again")
    assert "240" in inside(folder, "store", "replay", "thpt-hong-duc").stderr
    assert inside(folder, "store", "replay", "khong-co").returncode == 2
    done = inside(folder, "store", "compact")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(folder / "kho.db") as connection:
        connection.execute("UPDATE payload SET content = zeroblob(16) WHERE id = (SELECT min(payload) FROM record)")
        connection.execute("UPDATE payload SET datestamp = 'khi nào' WHERE id = (SELECT max(payload) FROM record)")
    connection.close()
    done = inside(folder, "store", "check", "--json")
    assert done.returncode == 8
    faults = json.loads(done.stdout)["faults"]
    assert {each["code"] for each in faults} == {"check_content", "check_record"}
    assert all(each["sentence"] and each["facts"] for each in faults)
    done = inside(folder, "store", "check")
    assert (done.returncode, "check_content" in done.stderr, "kho store restore" in done.stderr) == (8, True, True)
    done = inside(folder, "store", "replay", "--json")
    assert done.returncode == 8
    assert [each["field"] for each in json.loads(done.stdout)["differences"]] == ["datestamp"]
    assert status(folder)["behind"] == 0


def test_replay_maps_the_indexes_again(folder: Path) -> None:
    """What is in an index is made again from what is kept, and what was taken down stays away."""
    key = json.loads(inside(folder, "search", "giáo án", "--json").stdout)["items"][0]["key"]
    inside(folder, "suppress", "add", key, "--reason", "x")
    before = inside(folder, "search", "giáo án", "--sort", "title", "--size", "100", "--json").stdout
    assert inside(folder, "store", "replay").returncode == 0
    assert inside(folder, "search", "giáo án", "--sort", "title", "--size", "100", "--json").stdout == before
    assert inside(folder, "show", key, "--json").stdout.endswith("suppressed\n")


def test_a_damaged_store_is_named_and_checked_all_the_same(folder: Path) -> None:
    with sqlite3.connect(folder / "kho.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'change'").fetchone()[0]
    connection.close()
    content = bytearray((folder / "kho.db").read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xee" * 4096
    (folder / "kho.db").write_bytes(bytes(content))
    done = inside(folder, "store", "check", KHO_LANG="en")
    assert (done.returncode, "check_file" in done.stderr) == (8, True)
    done = inside(folder, "harvest", NAME)
    assert (done.returncode, "store_damaged" in done.stderr) == (6, True), done.stderr
    assert inside(folder, "search", "giáo án", "--json").returncode == 0, "the index answers on"


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_drill_with_pg_dump_and_pg_restore(folder: Path, town: Town, store_url: str) -> None:
    """The lines that the commands print, run as they stand."""
    binaries = _binaries()
    assert binaries is not None
    environ = {"KHO_STORE": store_url, "KHO_INDEX": f"tantivy:{folder}/postgresql-index"}

    def kho_(*words: str) -> subprocess.CompletedProcess[str]:
        return inside(folder, *words, **environ)

    def by_server(stderr: str, tool: str) -> None:
        line = next(part for part in stderr.replace(" && ", "\n").splitlines() if tool in part)
        command = shlex.split(line[line.index(tool) :])
        subprocess.run([binaries / command[0], *command[1:]], cwd=folder, check=True, capture_output=True)

    def state() -> dict[str, int]:
        index = json.loads(kho_("status", "--json").stdout)["indexes"][0]
        return {name: index[name] for name in ("behind", "documents", "suppressed")}

    assert kho_("harvest", *NAMES).returncode == 0
    done = kho_("store", "backup", "kho.dump")
    assert done.returncode == 2
    by_server(done.stderr, "pg_dump")
    town.next_night()
    assert kho_("harvest", *NAMES).returncode == 0
    assert kho_("suppress", "add", "thpt-hong-duc:oai:thpthongduc.example:100", "--reason", "x").returncode == 0
    assert state() == {"behind": 0, "documents": 635, "suppressed": 1}
    done = kho_("store", "restore", "kho.dump")
    assert done.returncode == 2
    by_server(done.stderr, "pg_restore")
    done = kho_("store", "restore", "--done")
    assert done.returncode == 0, done.stderr
    assert state() == {"behind": 0, "documents": 639, "suppressed": 1}
    assert kho_("store", "check").returncode == 0
    assert kho_("harvest", *NAMES).returncode == 0
    assert state() == {"behind": 0, "documents": 635, "suppressed": 1}
    assert kho_("store", "check").returncode == 0
