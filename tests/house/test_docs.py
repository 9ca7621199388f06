"""What the documentation promises is what there is: commands, settings, messages, exit codes, parameters, formats."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

import cli
from demo.town import Town
from harvester import MESSAGES, SETTINGS, SOURCE
from mappings import PROBLEMS, formats
from portal import PARAMETERS
from portal.helping import PARAMETERS as SUGGEST_PARAMETERS
from tests.commands.calling import kho

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(page: str) -> set[str]:
    """Return the words in backticks that begin a row of a table."""
    return set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))


def test_every_setting_is_documented_and_no_other() -> None:
    assert rows(text("docs/configuration.md")) == {*SOURCE, *SETTINGS}
    for name in SETTINGS:
        assert f"KHO_{name.upper()}" in text("docs/configuration.md")


def test_every_parameter_of_the_api_is_documented_and_no_other() -> None:
    page = text("docs/api.md")
    assert {name for name in rows(page) if not name.startswith("/")} == set(PARAMETERS)
    for name, parameter in PARAMETERS.items():
        assert f"| `{name}` | {parameter.vi} / {parameter.en} |" in page, name


def test_every_parameter_of_suggestions_is_documented() -> None:
    listed = text("docs/api.md").split("`/api/v1/suggest` nhận", 1)[1].split("\n\n", 1)[0]
    for name, parameter in SUGGEST_PARAMETERS.items():
        assert f"`{name}`" in listed
        assert name == "lang" or all(f"`{value}`" in listed for value in parameter.values)


def test_every_message_and_problem_is_documented() -> None:
    listed = rows(text("docs/operations.md"))
    assert {*MESSAGES, *PROBLEMS} <= listed


def test_messages_are_documented_in_the_words_that_people_read() -> None:
    """Sentence in both languages and the next command, as ``messages`` has them: one truth, shown in two places."""
    page = text("docs/operations.md")
    for code, message in MESSAGES.items():
        following = f"`{message.next}`" if message.next else ""
        assert f"| `{code}` | {message.vi} / {message.en} | {following} |" in page, code


def test_every_exit_code_is_documented_where_it_is_looked_for() -> None:
    page, said = text("docs/operations.md"), cli.kho.help or ""
    for code in ("0", "1", "2", "3", "4", "5", "6", "7", "8"):
        assert f"\n| {code} |" in page
        assert re.search(rf"\b{code}\b", said)
    assert "130, 143" in page


def _commands(group: click.Command, words: tuple[str, ...] = ("kho",)) -> dict[tuple[str, ...], click.Command]:
    found = {words: group}
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            found |= _commands(command, (*words, name))
    return found


COMMANDS = _commands(cli.kho)


def test_every_command_says_what_it_does_in_two_languages() -> None:
    for words, command in COMMANDS.items():
        assert command.help, words
        assert "/" in command.help or len(words) == 1, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_documentation_exist(page: Path) -> None:
    content = page.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^|`|\$ |/bin/)(kho [a-z-][^`\n#]*)", content, re.MULTILINE):
        words = shlex.split(line.partition("&&")[0].replace("'", ""))
        words = [word for word in words if word != "--help"]
        while len(words) > 1 and words[1].startswith("-"):
            of_kho = next((each for each in cli.kho.params if words[1].partition("=")[0] in each.opts), None)
            assert isinstance(of_kho, click.Option), line
            del words[1 : 2 if of_kho.is_flag or of_kho.count or "=" in words[1] else 3]
        if len(words) == 1 or words[1] == "kho" or not words[1].isascii():
            continue
        named = tuple(words[:3]) if tuple(words[:3]) in COMMANDS else tuple(words[:2])
        assert named in COMMANDS, line
        options = {name for parameter in COMMANDS[named].params for name in parameter.opts}
        for word in words[len(named) :]:
            if re.match(r"-[a-z-]", word):  # "-môn" excludes a word
                assert word.partition("=")[0] in options or word == "--json", line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_in_the_documentation_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_files_named_in_the_documentation_exist() -> None:
    for page in PAGES:
        for name in re.findall(
            r"`((?:harvester|mappings|index|portal|tests|demo|bench|docs)/[\w./-]+)`", page.read_text()
        ):
            if not any(word in name for word in ("NAME", "TÊN", "FORMAT")):
                assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_every_format_is_documented() -> None:
    page = text("docs/mapping.md") + text("docs/schema.md") + text("docs/architecture.md")
    for form in formats():
        assert form.name in page


def test_the_example_of_the_readme_runs(tmp_path: Path, town: Town) -> None:
    """The three lines and the commands of "add a source", with the town in the institution's place."""
    readme = text("README.md")
    yaml = readme.split("```yaml\n")[1].split("```")[0]
    yaml = yaml.replace("http://thuvien.truong.example/oai/request", town.urls["thpt-hong-duc"])
    (tmp_path / "sources.yaml").write_text(yaml, encoding="utf-8")
    commands = [
        line.partition("#")[0].split() for line in readme.splitlines() if line.startswith("kho ") and "#" in line
    ]
    assert [words[1] for words in commands] == ["harvest", "status", "search", "serve"]
    for words in commands[:-1]:
        done = kho(tmp_path, *words[1:])
        assert done.returncode == 0, done.stderr


def test_the_project_speaks_only_of_itself() -> None:
    import subprocess

    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in files:
        file = ROOT / name
        if file.suffix in (".zdict",) or not file.exists():
            continue
        content = file.read_bytes()  # seeds of the fuzzer are in other encodings on purpose
        for bad in ("/wo" + "rk/", "/ro" + "ot/", "pypi" + ".org", "TO" + "DO", "FIX" + "ME"):
            assert bad.encode() not in content, f"{name}: {bad}"


def test_the_roster_of_the_documentation_is_right(tmp_path: Path) -> None:
    roster = text("docs/configuration.md").split("```csv\n")[1].split("```")[0]
    (tmp_path / "a.csv").write_text(roster, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("rosters: [{file: a.csv}]\n", encoding="utf-8")
    done = kho(tmp_path, "sources", "lint", KHOA="khoa")
    assert done.returncode == 0, done.stderr
