"""Wrong calls are told in the caller's language, with the command that says how it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.calling import kho


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


def test_wishes_that_contradict_each_other_ask_nobody(tmp_path: Path) -> None:
    entry = "{{id: {0}, name: Trường, url: 'http://{0}.example/oai'}}"
    text = f"sources: [{entry.format('a')}, {entry.format('b')}]"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    for words, said in ((("--full", "--sweep"), "--full hay --sweep"), (("--record", "x"), "hãy nêu một nguồn")):
        done = kho(tmp_path, "harvest", *words)
        assert (done.returncode, said in done.stderr, done.stdout) == (2, True, ""), done
