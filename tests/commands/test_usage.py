"""Wrong calls are told in the caller's language, with the command that says how it is done."""

from __future__ import annotations

import contextlib
import importlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from demo.town import Town, sources_yaml
from tests.commands.calling import environment, kho


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("visits", "show", "abc"), "VISIT: “abc” không phải là số\n  → kho visits show --help"),
        (("visits", "aprove", "1"), "không có lệnh “aprove” (ý bạn là approve?)\n  → kho visits --help"),
        (("harvst",), "không có lệnh “harvst” (ý bạn là harvest?)\n  → kho --help"),
        (("harvest", "--ful"), "không có tuỳ chọn --ful (ý bạn là --full?)\n  → kho harvest --help"),
        (("harvest", "--limit", "0"), "--limit: 0 nằm ngoài khoảng x>=1\n  → kho harvest --help"),
        (("show",), "thiếu KEY\n  → kho show --help"),
        (("suppress", "add", "x"), "thiếu --reason\n  → kho suppress add --help"),
        (("show", "a", "b"), "thừa: b\n  → kho show --help"),
        (("map", "khong-co.xml"), "FILE: không có tệp “khong-co.xml”\n  → kho map --help"),
        (("export", "--format", "xml"), "--format: không có “xml”; chọn một trong: 'ndjson', "),
        (("--lang", "en", "harvest", "--limit"), "Option '--limit' requires an argument.\n  → kho harvest --help"),
        (("suppress", "add", "x", "--reason", "x", "--wait", "nan"), "--wait: “nan” không phải là số\n"),
        (("--lang", "en", "show"), "Missing argument 'KEY'.\n  → kho show --help"),
    ],
)
def test_what_a_wrong_call_is_answered(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = kho(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("kho: error[usage]: " + said)


def test_faults_speak_the_language_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("kho: {lang: en}\nsources: []\n", encoding="utf-8")
    assert "There is no visit 7." in kho(tmp_path, "visits", "show", "7").stderr
    assert "Không có lượt 7." in kho(tmp_path, "--lang", "vi", "visits", "show", "7").stderr


def test_help_of_a_group_says_each_command_in_both_languages(tmp_path: Path) -> None:
    for group in ("visits", "store", "suppress", "sources", "mapping", "vocabulary", "index"):
        told = kho(tmp_path, group, "--help").stdout
        commands = told.partition("Commands:\n")[2]
        assert commands
        assert "..." not in commands, told
        verbs = importlib.import_module(f"commands.{group}").command.commands.values()
        assert all(" / " in verb.get_short_help_str(limit=400) for verb in verbs), told


def test_wishes_that_contradict_each_other_ask_nobody(tmp_path: Path) -> None:
    entry = "{{id: {0}, name: Trường, url: 'http://{0}.example/oai'}}"
    text = f"sources: [{entry.format('a')}, {entry.format('b')}]"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    for words, said in ((("--full", "--sweep"), "--full hay --sweep"), (("--record", "x"), "hãy nêu một nguồn")):
        done = kho(tmp_path, "harvest", *words)
        assert (done.returncode, said in done.stderr, done.stdout) == (2, True, ""), done


def on_a_terminal(folder: Path, *words: str) -> str:
    """Return what a command writes on a console of 80 columns."""
    parent, child = pty.openpty()
    environ = environment(COLUMNS="80", TERM="dumb")
    command = [sys.executable, "-m", "cli", *words]
    process = subprocess.Popen(command, cwd=folder, env=environ, stdout=child, stderr=subprocess.PIPE)
    os.close(child)
    said = b""
    with os.fdopen(parent, "rb", buffering=0) as read, contextlib.suppress(OSError):  # EIO: the other end is closed
        while chunk := read.read(65536):
            said += chunk
    process.communicate(timeout=60)
    return said.decode()


def test_a_console_of_80_columns_breaks_no_word(tmp_path: Path, town: Town) -> None:
    (tmp_path / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert kho(tmp_path, "harvest", "so-gddt-song-da", "thpt-le-loi").returncode == 4
    visits = on_a_terminal(tmp_path, "visits", "list").splitlines()
    assert sum("complete" in line and "published" in line for line in visits) == 1
    assert any("Máy chủ đang bảo trì" in line for line in visits)
    told = on_a_terminal(tmp_path, "mapping", "coverage")
    assert "so-gddt-song-da: 600 bản ghi, điểm 100 %" in told
    assert "description 100 %" in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("words", [("vocabulary", "list"), ("vocabulary", "show", "subject"), ("--help",)])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_goes_to_a_full_disk_is_told_as_that(
    tmp_path: Path, words: tuple[str, ...], unbuffered: str
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=tmp_path, env=environment(PYTHONUNBUFFERED=unbuffered), stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 6
    assert done.stderr.startswith("kho: error[output_full]: Không ghi được kết quả")
    assert done.stderr.count("\n") == 1  # nothing is left that fails again at the end


def test_words_that_are_no_utf_8_are_a_wrong_call_but_names_of_files_may_be(tmp_path: Path) -> None:
    broken = os.fsdecode(b"to\xe1n.xml")
    done = kho(tmp_path, "search", broken)
    assert (done.returncode, done.stderr) == (2, "kho: error[usage]: “to�n.xml” không phải UTF-8\n  → kho --help\n")
    assert "is not UTF-8" in kho(tmp_path, "--lang", "en", "vocabulary", "show", broken).stderr
    (tmp_path / broken).write_text("<p>Toán</p>", encoding="utf-8")
    done = kho(tmp_path, "map", broken)
    assert "UTF-8" not in done.stderr
    assert done.returncode in (0, 2, 8)
