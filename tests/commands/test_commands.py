"""The command line as an operator types it, in processes of its own, against the town."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.faults import Answer
from demo.town import TOWN, Town, sources_yaml
from tests.commands.calling import ROOT, environment, inside, kho, start


@pytest.fixture
def folder(tmp_path: Path, town: Town) -> Path:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A federation after its first night, for commands that only read."""
    place = tmp_path_factory.mktemp("harvested")
    town = Town()
    (place / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert kho(place, "harvest").returncode == 4
    yield place
    town.stop()


def slowly(folder: Path, town: Town) -> None:
    """Hundreds of pages with a pause after each: a harvest that is still at work when the next thing happens."""
    for repository in town.repositories.values():
        repository.page_size = 2
    file = folder / "sources.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("defaults: {", "defaults: {pause: 0.1, "), encoding="utf-8"
    )


def three_lines(folder: Path, town: Town, name: str) -> None:
    text = f"sources:\n  - id: {name}\n    name: Trường Hồng Đức\n    url: {town.urls[name]}\n"
    (folder / "sources.yaml").write_text(text, encoding="utf-8")


def test_a_source_of_three_lines_is_harvested_shown_and_found(tmp_path: Path, town: Town) -> None:
    three_lines(tmp_path, town, "thpt-hong-duc")
    done = kho(tmp_path, "harvest")
    assert done.returncode == 0, done.stderr
    status = json.loads(kho(tmp_path, "status", "--json").stdout)
    assert status["sources"][0]["records"] == {"present": 240, "missing": 0, "withdrawn": 0}
    assert status["indexes"][0]["behind"] == 0
    found = kho(tmp_path, "search", "giao", "an", "--json")
    assert json.loads(found.stdout)["total"] > 0
    assert (tmp_path / "data" / "kho.db").exists()


def test_status_json_has_the_promised_shape(harvested: Path) -> None:
    status = json.loads(kho(harvested, "status", "--json").stdout)
    assert set(status) == {"sources", "indexes"}
    by_id = {source["id"]: source for source in status["sources"]}
    assert set(by_id) == {each.id for each in TOWN}
    for source in status["sources"]:
        assert set(source) == {
            "id", "name", "enabled", "state", "records", "last_visit", "watermark", "next_due",
        }  # fmt: skip
        visit = source["last_visit"]
        assert set(visit) == {
            "id", "mode", "started", "finished", "outcome", "verdict", "reason", "reason_code", "who", "ledger",
        }  # fmt: skip
        assert set(visit["ledger"]) == {
            "declared", "fetched", "new", "changed", "unchanged", "withdrawn", "repeated", "rejected", "missing",
            "lapsed",
        }  # fmt: skip
        assert visit["started"].endswith("Z")
    assert by_id["thpt-le-loi"]["last_visit"]["reason_code"] == "maintenance"
    assert by_id["thpt-le-loi"]["last_visit"]["who"] == "transient"
    assert by_id["dai-hoc-song-lam"]["watermark"] == "2026-11-20T19:00:00Z"
    index = status["indexes"][0]
    assert set(index) == {
        "engine", "address", "sequence", "behind", "documents", "quarantined", "suppressed", "reachable",
    }  # fmt: skip
    held = sum(source["records"]["present"] + source["records"]["missing"] for source in status["sources"])
    assert index["behind"] == 0
    assert held == index["documents"] + index["quarantined"] + index["suppressed"]


def test_reasons_are_said_in_the_callers_language(harvested: Path) -> None:
    vietnamese = json.loads(kho(harvested, "status", "thpt-le-loi", "--json").stdout)["sources"][0]["last_visit"]
    english = json.loads(kho(harvested, "status", "thpt-le-loi", "--json", KHO_LANG="en").stdout)["sources"][0]
    assert "bảo trì" in vietnamese["reason"]
    assert "under maintenance" in english["last_visit"]["reason"]


def test_reading_commands_end_with_0_and_tsv_in_a_pipe(harvested: Path) -> None:
    for words in (
        ["status"],
        ["visits", "list"],
        ["sources", "list"],
        ["index", "status"],
        ["search", "toán"],
        ["sources", "show", "thpt-le-loi"],
    ):
        done = kho(harvested, *words)
        assert done.returncode == 0, done.stderr
        assert "\t" in done.stdout
        assert "\x1b" not in done.stdout
        assert "_" not in done.stdout.splitlines()[0]
    headings = ["chỉ mục", "thấy được", "cách ly", "ẩn", "đã theo đến", "còn thiếu"]
    assert kho(harvested, "index", "status").stdout.splitlines()[0].split("\t") == headings
    assert kho(harvested, "search", "toán", "--facet", "grade", "--filter", "grade=9").returncode == 0


def test_show_a_record_its_raw_bytes_its_rules_and_its_history(harvested: Path) -> None:
    name = "dai-hoc-song-lam:oai:localhost:123456789/1"
    shown = json.loads(kho(harvested, "show", name, "--json").stdout)
    assert shown["source"] == "dai-hoc-song-lam"
    assert len(shown["key"]) == 26
    assert kho(harvested, "show", shown["key"], "--raw").stdout.startswith("<record>")
    assert "oai_dc.yaml:" in kho(harvested, "show", shown["key"], "--explain").stdout
    assert "present" in kho(harvested, "show", shown["key"], "--history").stdout
    assert kho(harvested, "show", "khong-co").returncode == 2


def test_export_streams_public_records_and_all_of_them(harvested: Path) -> None:
    lines = kho(harvested, "export").stdout.splitlines()
    status = json.loads(kho(harvested, "status", "--json").stdout)
    assert len(lines) == status["indexes"][0]["documents"]
    assert {json.loads(line)["status"] for line in lines} == {"shown"}
    raw = json.loads(kho(harvested, "export", "thpt-hong-duc", "--raw").stdout.splitlines()[0])
    assert raw["raw"].startswith("<record>")
    everything = kho(harvested, "export", "--all").stdout.splitlines()
    assert len(everything) == sum(s["records"]["present"] for s in status["sources"])


def test_exit_codes_of_harvest(folder: Path, town: Town) -> None:
    assert kho(folder, "harvest", "thpt-hong-duc", "--limit", "5").returncode == 0, "cut on purpose"
    assert kho(folder, "harvest", "thpt-hong-duc").returncode == 0
    assert kho(folder, "harvest", "thpt-hong-duc", "thpt-le-loi").returncode == 4
    assert kho(folder, "harvest", "thpt-le-loi", "thpt-vung-cao").returncode == 5
    assert kho(folder, "harvest", "khong-co").returncode == 2
    assert kho(folder, "harvest", "--khong-co").returncode == 2
    assert kho(folder, "harvest", "province:66").returncode == 0
    assert kho(folder, "status").returncode == 0


def test_a_mistake_in_one_entry_disables_only_it(folder: Path) -> None:
    file = folder / "sources.yaml"
    file.write_text(file.read_text() + "  - id: sai\n    name: Sai\n    url: khong-phai\n")
    done = kho(folder, "harvest", "thpt-hong-duc", "sai")
    assert done.returncode == 4
    assert "wrong_url" in done.stderr
    assert kho(folder, "sources", "lint").returncode == 3


def test_a_mistake_outside_entries_stops_everything(folder: Path) -> None:
    file = folder / "sources.yaml"
    file.write_text(file.read_text() + "sorces: []\n")
    done = kho(folder, "harvest")
    assert done.returncode == 3
    assert "sources.yaml:" in done.stderr
    assert "sources" in done.stderr
    assert not (folder / "kho.db").exists()


def test_sources_lint_asks_the_rooms_that_own_the_words(tmp_path: Path) -> None:
    text = (
        "kho: {index: tantivi:x}\nsources:\n  - id: a\n    name: A\n    url: http://a.example/\n"
        "    province: 99\n    format: oai_cd\n"
    )
    (tmp_path / "sources.yaml").write_text(text)
    done = kho(tmp_path, "sources", "lint", KHO_LANG="en")
    assert done.returncode == 3
    for words in ("province", "oai_dc", "tantivy:"):
        assert words in done.stderr
    assert json.loads(kho(tmp_path, "sources", "schema").stdout)["title"] == "Kho sources.yaml"


def test_a_source_that_left_keeps_its_records_until_it_is_retired(folder: Path, town: Town) -> None:
    kho(folder, "harvest", "thpt-hong-duc", "tieu-hoc-kim-dong")
    three_lines(folder, town, "tieu-hoc-kim-dong")
    file = folder / "sources.yaml"
    file.write_text(f"kho: {{store: 'sqlite:///kho.db', index: 'tantivy:index'}}\n{file.read_text()}")
    row = {s["id"]: s for s in json.loads(kho(folder, "status", "--json").stdout)["sources"]}["thpt-hong-duc"]
    assert (row["state"], row["records"]["present"], row["name"]) == ("left", 240, "Trường THPT Hồng Đức")
    assert kho(folder, "sources", "retire", "tieu-hoc-kim-dong", "--yes").returncode == 2
    assert kho(folder, "sources", "retire", "thpt-hong-duc", "--yes").returncode == 0
    assert kho(folder, "index", "update").returncode == 0
    status = json.loads(kho(folder, "status", "--json").stdout)
    assert status["indexes"][0]["documents"] == 400


def test_an_edit_in_the_town_is_exactly_one_change(folder: Path, town: Town) -> None:
    kho(folder, "harvest", "thpt-hong-duc")
    town.next_night()
    town.repositories["thpt-hong-duc"].replace([])
    kho(folder, "harvest", "thpt-hong-duc")
    town.next_night()
    town.edit("thpt-hong-duc", "oai:thpthongduc.example:33", title="Bài giảng đặc biệt về Quỳnh Lưu")
    done = json.loads(kho(folder, "harvest", "thpt-hong-duc", "--json").stdout)[0]
    assert (done["ledger"]["new"], done["ledger"]["changed"], done["ledger"]["withdrawn"]) == (0, 1, 0)
    found = json.loads(kho(folder, "search", "quynh luu", "--json").stdout)
    assert [item["title"] for item in found["items"]] == ["Bài giảng đặc biệt về Quỳnh Lưu"]


def test_ctrl_c_finishes_the_page_and_keeps_the_checkpoint(folder: Path, town: Town) -> None:
    slowly(folder, town)
    process = start(folder, "harvest", "dai-hoc-song-lam", "dai-hoc-ngan-hoi", "--no-index")
    asked = town.repositories["dai-hoc-song-lam"].requests
    end = time.monotonic() + 60
    while len(asked) < 15 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    status = json.loads(kho(folder, "status", "dai-hoc-song-lam", "--json").stdout)["sources"][0]
    assert status["state"] == "interrupted"
    visit = status["last_visit"]["id"]
    for repository in town.repositories.values():
        repository.page_size = 100
    assert kho(folder, "harvest", "dai-hoc-song-lam").returncode == 0
    after = json.loads(kho(folder, "status", "dai-hoc-song-lam", "--json").stdout)["sources"][0]
    assert (after["last_visit"]["id"], after["last_visit"]["outcome"]) == (visit, "complete")
    assert after["records"]["present"] == 700


def test_sigterm_ends_with_143(folder: Path, town: Town) -> None:
    slowly(folder, town)
    process = start(folder, "harvest", "dai-hoc-song-lam", "--no-index")
    end = time.monotonic() + 60
    while len(town.repositories["dai-hoc-song-lam"].requests) < 10 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143


def test_a_second_harvest_of_the_same_source_is_told_so(folder: Path, town: Town) -> None:
    asked, told = threading.Event(), threading.Event()

    def held(body: bytes, arguments: dict[str, str]) -> Answer:
        """The second page comes when the second harvest has been told."""
        if "resumptionToken" in arguments:
            asked.set()
            told.wait(60)
        return Answer(body)

    town.repositories["dai-hoc-song-lam"].fault = held
    first = start(folder, "harvest", "dai-hoc-song-lam", "--no-index")
    assert asked.wait(60)
    second = kho(folder, "harvest", "dai-hoc-song-lam", "--no-index")
    now = json.loads(kho(folder, "status", "dai-hoc-song-lam", "--json").stdout)["sources"][0]["state"]
    forget = kho(folder, "sources", "forget", "dai-hoc-song-lam")
    told.set()
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert second.returncode == 7, second.stderr
    assert now == "asked"
    assert (forget.returncode, forget.stderr.splitlines()[1:]) == (7, ["  → kho status dai-hoc-song-lam"])
    after = json.loads(kho(folder, "status", "dai-hoc-song-lam", "--json").stdout)["sources"][0]["state"]
    assert after == "interrupted"


def test_an_index_that_is_down_is_named_and_catches_up(folder: Path) -> None:
    (folder / "index").write_text("not a folder")
    done = kho(folder, "harvest", "thpt-hong-duc")
    assert done.returncode == 6
    assert "tantivy:" in done.stderr
    (folder / "index").unlink()
    assert kho(folder, "index", "update").returncode == 0
    assert json.loads(kho(folder, "status", "--json").stdout)["indexes"][0]["documents"] == 240


def test_a_damaged_index_is_built_anew(folder: Path) -> None:
    kho(folder, "harvest", "thpt-hong-duc")
    for file in (folder / "index").glob("g*/*.json"):
        file.write_text("{")
    assert kho(folder, "search", "toán").returncode == 6
    assert kho(folder, "index", "update").returncode == 0
    assert json.loads(kho(folder, "index", "status", "--json").stdout)[0]["documents"] == 240


def test_an_exchanged_store_makes_a_new_generation(folder: Path) -> None:
    kho(folder, "harvest", "thpt-hong-duc", "tieu-hoc-kim-dong")
    for file in folder.glob("kho.db*"):
        file.unlink()
    kho(folder, "harvest", "thpt-hong-duc")
    assert json.loads(kho(folder, "index", "status", "--json").stdout)[0]["documents"] == 240


def test_a_store_of_a_newer_version_is_refused(folder: Path) -> None:
    kho(folder, "harvest", "thpt-hong-duc")
    with sqlite3.connect(folder / "kho.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = kho(folder, "status")
    assert done.returncode == 6
    assert "store_newer" in done.stderr


def test_a_store_that_cannot_be_opened_is_named(folder: Path) -> None:
    (folder / "datei").write_text("x")
    done = kho(folder, "status", KHO_STORE=f"sqlite:///{folder}/datei/kho.db")
    assert done.returncode == 6
    assert "store_unreachable" in done.stderr
    (folder / "rubbish.db").write_bytes(b"this is no database, but long enough to be looked at" * 50)
    assert kho(folder, "status", KHO_STORE=f"sqlite:///{folder}/rubbish.db").returncode == 6
    nowhere = "postgresql://kho@/kho?host=/tmp/there-is-no-server-here&connect_timeout=2"
    assert kho(folder, "status", KHO_STORE=nowhere).returncode == 6


def test_a_mistyped_search_says_what_may_be_meant(harvested: Path) -> None:
    done = inside(harvested, "search", "phuong", "trinh", "bac", "haii")
    assert done.returncode == 0
    assert "Ý bạn là “phương trình bậc hai”?" in done.stderr
    meant = json.loads(inside(harvested, "search", "hoahoc", "--json").stdout)["did_you_mean"]
    assert meant["q"] == "hóa học"
    assert meant["total"] > 5
    assert json.loads(inside(harvested, "search", "toán", "--json").stdout)["did_you_mean"] is None


def test_a_search_of_a_hundred_thousand_brackets_is_refused(harvested: Path) -> None:
    done = kho(harvested, "search", "(" * 100_000)
    assert done.returncode == 2
    assert "256" in done.stderr


def test_words_of_a_search_are_never_logged(harvested: Path) -> None:
    done = kho(harvested, "-vv", "--log-format", "json", "search", "bí mật riêng tư")
    assert "bí mật" not in done.stderr


def test_unknown_commands_and_words_are_answered_with_what_was_meant(harvested: Path) -> None:
    assert "harvest" in kho(harvested, "harvst").stderr
    assert "thpt-le-loi" in kho(harvested, "harvest", "thpt-le-loy").stderr
    assert "grade" in kho(harvested, "search", "x", "--filter", "grad=9").stderr


def test_init_writes_a_federation_and_never_over_one(tmp_path: Path) -> None:
    assert kho(tmp_path, "init", "moi").returncode == 0
    assert kho(tmp_path / "moi", "sources", "lint").returncode == 0
    assert kho(tmp_path, "init", "moi").returncode == 2


def test_no_traceback_without_debug(tmp_path: Path) -> None:
    done = kho(tmp_path, "status")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "no_sources" in done.stderr
    assert "kho init THƯ_MỤC" in done.stderr


def test_help_is_light_and_has_examples() -> None:
    script = (
        "import sys, cli\n"
        "try:\n    cli.kho.main(['--help'], standalone_mode=False)\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlalchemy', 'lxml', 'tantivy', 'starlette', 'msgspec', 'yaml', 'sickle', 'rich', 'urllib3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("[]")
    for noun in ("harvest", "status", "search", "show", "export", "serve", "demo", "init"):
        said = kho(ROOT, noun, "--help").stdout
        assert said.count(f"kho {noun}") >= 2, noun


def test_the_demo_lives_two_nights_and_the_second_time_nothing_changes(tmp_path: Path) -> None:
    first = kho(tmp_path, "demo")
    assert first.returncode == 0, first.stderr
    for words in ("Đêm 1", "Đêm 2", "kho search phương trình bậc hai", "kho search dinh luat om", "--facet grade"):
        assert words in first.stderr
    assert first.stdout.count("dai-hoc-song-lam\t✓ complete") == 2
    assert "thpt-vung-cao\t✗ failed" in first.stdout
    second = kho(tmp_path, "demo")
    assert second.returncode == 0, second.stderr
    assert "Đêm 2 không có gì thay đổi." in second.stderr
    assert "new" not in second.stderr
