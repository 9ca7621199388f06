"""Take-downs as an operator types them: gone from every output at once, through everything that comes after."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path

import pytest
import zstandard
from starlette.testclient import TestClient

from demo.town import Town, sources_yaml
from harvester import StoreError, TakeDown, key_of, open_store
from harvester.record import number_of
from harvester.store import schema
from harvester.store.database import Database
from harvester.store.suppression_file import Entry, append, read
from index import open_engine
from mappings import Origin
from portal import application
from tests.commands.calling import inside, kho, start

NAME = "thpt-hong-duc"
IDENTIFIER = "oai:thpthongduc.example:100"
TITLE = "Bài giảng tuyệt mật về Quỳnh Lưu"
WORDS = ("tuyệt", "mật", "Quỳnh", "Lưu")


@pytest.fixture
def folder(tmp_path: Path, town: Town) -> Path:
    town.edit(NAME, IDENTIFIER, title=TITLE)
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert inside(tmp_path, "harvest", NAME).returncode == 0
    return tmp_path


def appears(folder: Path, key: str) -> set[str]:
    """Every output that still shows the record."""
    found = set()
    outputs = {
        "search": ("search", *WORDS, "--json"),
        "export": ("export", "--raw"),
        "export --all": ("export", "--all", "--raw"),
        "show": ("show", key, "--json"),
        "show --raw": ("show", key, "--raw"),
        "show --explain": ("show", f"{NAME}:{IDENTIFIER}", "--explain"),
    }
    for name, words in outputs.items():
        if TITLE in inside(folder, *words).stdout:
            found.add(name)
    store = open_store(f"sqlite:///{folder}/kho.db", take_downs=folder / "suppressions.csv")
    engine = open_engine(f"tantivy:{folder}/index")
    client = TestClient(application(engine, store.log, lambda: {NAME: Origin(NAME, NAME, NAME, "66")}))
    pages = {
        "api": "/api/v1/records?q=tuyet+mat+quynh+luu",
        "api record": f"/api/v1/records/{key}",
        "page": "/?q=tuyet+mat+quynh+luu",
        "resource page": f"/hoc-lieu/{key}",
    }
    for name, address in pages.items():
        if "thpthongduc.example/tai-lieu/100" in client.get(address).text or "Quỳnh" in client.get(address).text:
            found.add(name)
    engine.close()
    store.close()
    return found


def balance(folder: Path) -> dict[str, int]:
    status = json.loads(inside(folder, "status", "--json").stdout)
    index = status["indexes"][0]
    held = sum(source["records"]["present"] + source["records"]["missing"] for source in status["sources"])
    assert index["behind"] == 0
    assert held == index["documents"] + index["quarantined"] + index["suppressed"]
    return {name: index[name] for name in ("documents", "suppressed")}


def test_a_take_down_holds_in_every_output_through_everything(folder: Path, town: Town) -> None:
    key = json.loads(inside(folder, "show", f"{NAME}:{IDENTIFIER}", "--json").stdout)["key"]
    assert appears(folder, key) == {
        "search", "export", "export --all", "show", "show --raw", "show --explain", "api", "api record", "page",
        "resource page",
    }  # fmt: skip
    dry = inside(folder, "suppress", "add", key, "--reason", "phụ huynh yêu cầu", "--dry-run", KHO_LANG="en")
    assert (dry.returncode, dry.stderr.strip()) == (0, "would hide 1 records")
    assert balance(folder) == {"documents": 240, "suppressed": 0}
    done = kho(folder, "suppress", "add", key, "--reason", "phụ huynh yêu cầu")
    assert done.returncode == 0, done.stderr
    assert appears(folder, key) == set()
    assert balance(folder) == {"documents": 239, "suppressed": 1}
    for words in ((key,), (key, "--history"), (key, "--raw")):
        assert IDENTIFIER not in inside(folder, "show", *words).stdout, words
    town.next_night()
    town.edit(NAME, IDENTIFIER, title=TITLE)
    for words in (("harvest", NAME, "--full"), ("index", "rebuild")):
        assert inside(folder, *words).returncode == 0
        assert appears(folder, key) == set(), words
        assert balance(folder) == {"documents": 239, "suppressed": 1}
    for file in folder.glob("kho.db*"):  # the store is lost and made anew: only the list beside sources.yaml is left
        file.unlink()
    assert inside(folder, "harvest", NAME).returncode == 0
    assert appears(folder, key) == set()
    assert balance(folder) == {"documents": 239, "suppressed": 1}
    listed = json.loads(inside(folder, "suppress", "list", "--json").stdout)
    assert [(row["key"], row["identifier"], row["hits"], row["erased"]) for row in listed] == [
        (key, IDENTIFIER, 1, False)
    ]
    assert inside(folder, "suppress", "remove", key).returncode == 0
    assert balance(folder) == {"documents": 240, "suppressed": 0}
    assert "api record" in appears(folder, key)


def test_erasing_leaves_the_bytes_in_no_file(folder: Path, town: Town) -> None:
    def holding() -> set[str]:
        texts = [word.encode() for word in ("tuyệt mật", "Quỳnh")]
        return {
            str(file.relative_to(folder)).partition("/")[0]
            for file in folder.rglob("*")
            if file.is_file() and any(text in file.read_bytes() for text in texts)
        }

    inside(folder, "harvest", NAME)
    (folder / "kho.db.before-0001").write_bytes(b"an older copy")
    assert "index" in holding()
    target = f"{NAME}:{IDENTIFIER}"
    unsure = inside(folder, "suppress", "add", target, "--reason", "Luật 91/2025", "--erase")
    assert unsure.returncode in (1, 130)
    assert balance(folder)["suppressed"] == 0
    done = kho(folder, "suppress", "add", target, "--reason", "Luật 91/2025", "--erase", "--yes")
    assert done.returncode == 0, done.stderr
    assert "kho.db.before-0001" in done.stderr
    assert holding() == set()
    assert balance(folder) == {"documents": 239, "suppressed": 1}
    town.next_night()
    town.edit(NAME, IDENTIFIER, title=TITLE)
    assert inside(folder, "harvest", NAME).returncode == 0
    assert holding() == set()


def test_what_is_kept_of_visits_is_not_shown_either(folder: Path) -> None:
    bad = f"<record><header><identifier>{IDENTIFIER}</identifier></header>{TITLE}</record>".encode()
    store = open_store(f"sqlite:///{folder}/kho.db")
    number = store.log.last_visits()[NAME].id
    row = {"visit": number, "number": 0, "code": "no_metadata", "body": zstandard.compress(bad)}
    page = {**row, "code": "malformed", "place": "http://a.example/", "repairs": "{}"}
    store.database.write(
        lambda c: c.execute(schema.rejected.insert().values({**row, "identifier": IDENTIFIER})) and None
    )
    store.database.write(lambda c: c.execute(schema.kept.insert().values(page)) and None)
    store.close()

    def said() -> list[bool]:
        ways = ((), ("--raw",), ("--json",), ("--page", "0"))
        outputs = [inside(folder, "visits", "show", str(number), *way) for way in ways]
        return [TITLE in out.stdout or IDENTIFIER in out.stdout for out in outputs]

    assert said() == [True] * 4
    assert inside(folder, "suppress", "add", f"{NAME}:{IDENTIFIER}", "--reason", "x").returncode == 0
    assert said() == [False] * 4
    done = inside(folder, "visits", "show", str(number), "--page", "0", KHO_LANG="en")
    assert (done.returncode, "taken down" in done.stderr) == (2, True)
    assert IDENTIFIER not in inside(folder, "quarantine", NAME, "--json").stdout


def test_wrong_calls_are_answered_with_what_is_meant(folder: Path) -> None:
    reason = ("--reason", "x")
    for words, said in (
        (("add", *reason), "--source"),
        (("add", "khong-co", *reason), "SOURCE:IDENTIFIER"),
        (("add", "thpt-hong-duk:oai:1", *reason), "thpt-hong-duc"),
        (("add", "--content", "12", *reason), "kho show"),
        (("add", "--source", "x", "--content", "12", *reason), "KEY"),
        (("add", "--source", NAME, "--reason", " "), "--reason"),
        (("remove", f"{NAME}:{IDENTIFIER}"), "no such"),
    ):
        done = inside(folder, "suppress", *words, KHO_LANG="en")
        assert (done.returncode, said in done.stderr) == (2, True), (words, done.stderr)
    assert not (folder / "suppressions.csv").exists()
    assert inside(folder, "suppress", "add", "thpt-le-loi:oai:chua-den", *reason).returncode == 0
    content = json.loads(inside(folder, "show", f"{NAME}:{IDENTIFIER}", "--json").stdout)["content"]
    assert inside(folder, "suppress", "add", "--content", content, *reason).returncode == 0
    assert balance(folder)["suppressed"] == 1
    (folder / "suppressions.csv").write_text("at,action\nrubbish\n")
    done = inside(folder, "search", "toán")
    assert done.returncode == 0, "the index knows what it must not show"
    done = inside(folder, "export")
    assert (done.returncode, "suppressions.csv:2" in done.stderr) == (6, True)


def test_a_space_that_is_part_of_an_identifier_stays(folder: Path) -> None:
    """Readers strip the white space of XML; a no-break space at the end of an identifier is one of its letters."""
    named = IDENTIFIER + "\u00a0"
    store = open_store(f"sqlite:///{folder}/kho.db")
    other = schema.record.update().where(schema.record.c.identifier == IDENTIFIER)
    other = other.values(identifier=named, key_number=number_of(NAME, named))
    store.database.write(lambda connection: connection.execute(other) and None)
    done = inside(folder, "suppress", "add", f"{NAME}: {named}\n", "--reason", "x", "--dry-run", KHO_LANG="en")
    assert (done.returncode, "would hide 1 records" in done.stderr) == (0, True), done.stderr
    store.close()
    done = inside(folder, "suppress", "add", key_of(NAME, named), "--reason", "x", "--dry-run", KHO_LANG="en")
    assert (done.returncode, "would hide 1 records" in done.stderr) == (0, True), done.stderr


def test_an_identifier_that_no_record_can_have_is_refused(folder: Path) -> None:
    for identifier in ("ă" * 1001, " "):
        done = inside(folder, "suppress", "add", f"{NAME}:{identifier}", "--reason", "x", KHO_LANG="en")
        assert (done.returncode, "1 to 2000 bytes" in done.stderr) == (2, True), done.stderr
    assert inside(folder, "suppress", "add", f"{NAME}:{'ă' * 1000}", "--reason", "x").returncode == 0


def test_an_id_that_another_source_had_first_hides_nothing_of_that(folder: Path) -> None:
    """Keys are made of the first id: what is said of a name that was given anew would be done to the former one."""
    file = folder / "sources.yaml"
    text = file.read_text(encoding="utf-8")
    place = text.index(f"  - id: {NAME}\n")
    entry = text[place:].partition("\n  - id: ")[0]
    renamed = entry.replace(f"- id: {NAME}\n", f"- id: ten-moi\n    was: {NAME}\n")
    file.write_text(text.replace(entry, renamed), encoding="utf-8")
    for words, hits in ((("--source", "ten-moi"), 240), ((f"ten-moi:{IDENTIFIER}",), 1)):
        done = inside(folder, "suppress", "add", *words, "--reason", "x", "--dry-run", KHO_LANG="en")
        assert (done.returncode, f"hide {hits} records" in done.stderr) == (0, True), done.stderr
    assert inside(folder, "harvest", "ten-moi").returncode == 0
    moved = renamed.replace(f"    was: {NAME}\n", "")
    file.write_text(text.replace(entry, f"{moved}\n{entry.replace('/oai', '/oai2')}"), encoding="utf-8")
    for words in (("--source", NAME), (f"{NAME}:{IDENTIFIER}",)):
        for language, said in (("en", "would hide those"), ("vi", "ẩn nhầm")):
            done = inside(folder, "suppress", "add", *words, "--reason", "x", KHO_LANG=language)
            assert (done.returncode, said in done.stderr, "ten-moi" in done.stderr) == (2, True, True), done.stderr
    assert not (folder / "suppressions.csv").exists()


def test_an_erasure_that_could_not_finish_hides_at_once_and_is_told_until_it_has(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(database: Database) -> None:
        raise StoreError("disk_full", where=database.where, detail="x")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "rewrite", fails)
        words = ("suppress", "add", f"{NAME}:{IDENTIFIER}", "--reason", "x", "--erase", "--yes")
        done = inside(folder, *words)
        assert (done.returncode, "đã ẩn 1 bản ghi" in done.stderr) == (6, True), done.stderr
        done = inside(folder, "status", KHO_LANG="en")
        assert (done.returncode, done.stderr.count("not erased yet")) == (0, 1), done.stderr
        assert "kho suppress list" in done.stderr
        listed = json.loads(inside(folder, "suppress", "list", "--json").stdout)
        assert [(row["erased"], row["unfinished"]) for row in listed] == [(True, True)]
        assert "unfinished" in inside(folder, "suppress", "list", KHO_LANG="en").stdout
        assert balance(folder)["suppressed"] == 1
    done = inside(folder, "suppress", "list", "--json", KHO_LANG="en")
    assert "not erased yet" not in done.stderr
    assert [(row["erased"], row["unfinished"]) for row in json.loads(done.stdout)] == [(True, False)]


def test_an_index_that_cannot_be_reached_is_named(folder: Path) -> None:
    text = (folder / "sources.yaml").read_text().replace("tantivy:./index", "[tantivy:./index, tantivy:./hong]")
    (folder / "sources.yaml").write_text(text)
    (folder / "hong").write_text("not a folder")
    done = kho(folder, "suppress", "add", f"{NAME}:{IDENTIFIER}", "--reason", "x", "--wait", "1")
    assert done.returncode == 6
    assert "hong" in done.stderr
    assert "kho index update" in done.stderr


def test_a_take_down_while_a_harvest_runs_is_in_effect_before_it_ends(folder: Path, town: Town) -> None:
    """A process is in the middle of another source's list; what it does to the indexes later changes nothing."""
    other = town.repositories["tieu-hoc-kim-dong"]
    other.page_size = 50
    here, go = threading.Event(), threading.Event()
    answer = other.answer

    def waiting(arguments: dict[str, str]) -> bytes:
        if len(other.requests) == 5:
            here.set()
            go.wait(120)
        return answer(arguments)

    other.answer = waiting  # type: ignore[method-assign]
    process = start(folder, "harvest", "tieu-hoc-kim-dong", NAME)
    assert here.wait(120)
    key = json.loads(inside(folder, "show", f"{NAME}:{IDENTIFIER}", "--json").stdout)["key"]
    assert inside(folder, "suppress", "add", key, "--reason", "x").returncode == 0
    assert appears(folder, key) == set()
    go.set()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert appears(folder, key) == set()
    assert balance(folder) == {"documents": 639, "suppressed": 1}


def test_an_index_that_another_process_writes_is_waited_for(folder: Path) -> None:
    engine = open_engine(f"tantivy:{folder}/index")
    engine.write((), engine.place())  # holds the writer's lock until it is closed
    words = ("suppress", "add", f"{NAME}:{IDENTIFIER}", "--reason", "x")
    done = inside(folder, *words, "--wait", "0")
    assert (done.returncode, "another process is writing" in done.stderr) == (6, True)
    waiting: list[subprocess.CompletedProcess[str]] = []
    thread = threading.Thread(target=lambda: waiting.append(kho(folder, *words, "--wait", "100")))
    thread.start()
    engine.close()
    thread.join(120)
    assert waiting[0].returncode == 0, waiting[0].stderr
    assert balance(folder) == {"documents": 239, "suppressed": 1}


def test_take_downs_at_once_are_all_written_down(folder: Path) -> None:
    file = folder / "suppressions.csv"

    def job(number: int) -> None:
        for each in range(20):
            down = TakeDown(source=NAME, identifier=f"oai:{number}-{each}", reason="x" * 300, at=1)
            append(file, [Entry("add", down)])

    threads = [threading.Thread(target=job, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(file)) == 160
    assert len(file.read_text().splitlines()) == 161
