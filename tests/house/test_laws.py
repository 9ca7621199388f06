"""The laws of the house: which room may know which, where each library lives, how large a file may grow."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("harvester", "mappings", "index", "portal")
OURS = (*ROOMS, "commands", "cli", "demo")
MAY_IMPORT: dict[str, set[str]] = {
    "harvester": set(),
    "mappings": {"harvester"},
    "index": {"harvester", "mappings"},
    "portal": {"harvester", "mappings", "index"},
    "demo": set(),
    "commands": {*ROOMS, "demo"},
    "cli": {"commands", *ROOMS},
}
HOMES = {
    "sickle": ("harvester/connectors/oai/",),
    "sqlalchemy": ("harvester/store/",),
    "alembic": ("harvester/store/",),
    "psycopg": ("harvester/store/",),
    "yaml": ("harvester/yaml_marks.py",),
    "tantivy": ("index/engines/tantivy/",),
    "rapidfuzz": ("index/suggest/",),
    "click": ("cli.py", "commands/"),
    "rich": ("commands/",),
    "starlette": ("portal/",),
    "jinja2": ("portal/",),
    "uvicorn": ("portal/",),
    "rdflib": ("mappings/rdf/",),
    "scrapy": ("harvester/connectors/crawl.py",),
    "elasticsearch": ("index/engines/elasticsearch/",),
    "apscheduler": ("harvester/night.py",),
}
IMPURE = {"socket", "requests", "urllib3", "http", "sqlite3", "time", "random", "secrets"}
IMPURE |= {"subprocess", "threading", "multiprocessing"}
BAD_NAMES = {"utils", "helpers", "common", "base", "core", "manager", "misc"}


def sources() -> Iterator[Path]:
    for room in (*ROOMS, "commands", "demo"):
        yield from sorted((ROOT / room).rglob("*.py"))
    yield ROOT / "cli.py"


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module of a file, also inside functions, relative ones made absolute."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                above = package[: len(package) - node.level + 1]
                if node.module:
                    yield ".".join((*above, node.module)), node.lineno
                else:  # from . import schema
                    for name in node.names:
                        yield ".".join((*above, name.name)), node.lineno
            else:
                yield node.module or "", node.lineno


def room_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", list(sources()), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_point_upstream_and_libraries_stay_at_home(file: Path) -> None:
    room, place = room_of(file), str(file.relative_to(ROOT))
    for module, line in imports(file):
        top = module.partition(".")[0]
        if top in OURS and top != room:
            assert top in MAY_IMPORT[room], f"{place}:{line}: {room} must not import {module}"
        if top in HOMES and top not in OURS and "migrations/versions" not in place:
            assert place.startswith(HOMES[top]), f"{place}:{line}: {top} lives in {HOMES[top]}"


@pytest.mark.parametrize("file", list(sources()), ids=lambda file: str(file.relative_to(ROOT)))
def test_other_rooms_are_entered_by_the_front_door(file: Path) -> None:
    room = room_of(file)
    for module, line in imports(file):
        top, _, inner = module.partition(".")
        if top in ROOMS and top != room:
            assert not inner, f"{file.relative_to(ROOT)}:{line}: {module} is not the front door of {top}"


def test_demo_is_only_known_to_its_command() -> None:
    for file in sources():
        if room_of(file) != "demo" and file.name != "demo.py":
            assert not any(module.partition(".")[0] == "demo" for module, _ in imports(file)), file


def test_no_import_circles() -> None:
    """Not even in functions: files of a room form no circle."""
    graph: dict[str, set[str]] = {}
    names = {str(file.relative_to(ROOT).with_suffix("")).replace("/", "."): file for file in sources()}
    for name, file in names.items():
        own = name.removesuffix(".__init__")
        graph[own] = set()
        for module, _ in imports(file):
            for known in (module, f"{module}.__init__"):
                if known in names and known.removesuffix(".__init__") != own:
                    graph[own].add(known.removesuffix(".__init__"))
    doors = set(ROOMS)  # a front door names its files for the type checker only; it opens them lazily
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path[path.index(name) :], name))
        if name in done or name in doors:
            return
        for following in sorted(graph.get(name, ())):
            walk(following, (*path, name))
        done.add(name)

    for name in sorted(graph):
        walk(name, ())


def test_mappings_is_pure() -> None:
    for file in (ROOT / "mappings").rglob("*.py"):
        for module, line in imports(file):
            assert module.partition(".")[0] not in IMPURE, f"{file.name}:{line}: {module}"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "open", f"{file.name}:{node.lineno}: open()"


def test_files_fit_in_one_reading() -> None:
    for file in sources():
        if "migrations/versions" in str(file):
            continue
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 400, file
        assert file.stem not in BAD_NAMES, file


def test_the_median_function_is_under_ten_lines() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for file in sources()
        if "migrations" not in str(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert statistics.median(lengths) < 12  # signature and docstring included


def test_one_word_one_file() -> None:
    """What a configuration may say is the name of a file."""
    from harvester.source.model import connectors
    from index.addresses import engines
    from mappings import readable

    there = (ROOT / "harvester/connectors").glob("[a-z]*")  # a file, or the package that it became
    assert connectors() == sorted(p.stem for p in there)
    assert engines() == sorted(p.stem for p in (ROOT / "index/engines").glob("[a-z]*"))
    assert list(readable()) == sorted(p.stem for p in (ROOT / "mappings/crosswalks").glob("*.yaml"))


def test_every_public_thing_has_a_sentence() -> None:
    """The first line of a docstring is a sentence that ends."""
    for file in sources():
        if "migrations" in str(file):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), file
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                said = ast.get_docstring(node)
                if said:
                    assert said.partition("\n")[0].rstrip()[-1] in ".:;)”", f"{file}:{node.lineno}"


def test_python_version_is_supported() -> None:
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_at_a_front_door_is_a_files_name(room: str) -> None:
    """Python would put the file in the name's place as soon as it is imported."""
    import importlib

    names = {name for name in dir(importlib.import_module(room)) if not name.startswith("_")}
    text = (ROOT / room / "__init__.py").read_text(encoding="utf-8")
    files = {file.stem for file in (ROOT / room).glob("*.py")} | {p.name for p in (ROOT / room).iterdir() if p.is_dir()}
    listed = {name for name in files if f" as {name}\n" in text}
    assert not listed - {"door"}, names & listed
