"""``kho export`` in every format: what is written, what never is, and what is told."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from rdflib import DCTERMS, Dataset, Graph
from rdflib.namespace import DCAT, VOID

from commands.export import FORMATS
from demo.town import Town, sources_yaml
from mappings import export_formats
from tests.commands.calling import environment, inside, kho

SCHOOL = "thpt-hong-duc"
SITE = "https://hoclieu.songda.example/"


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One school after its first night, one of its resources taken down."""
    place = tmp_path_factory.mktemp("export")
    town = Town()
    (place / "sources.yaml").write_text(sources_yaml(town), encoding="utf-8")
    assert kho(place, "harvest", SCHOOL, "--no-index").returncode == 0
    yield place
    town.stop()


@pytest.fixture(scope="module")
def hidden(harvested: Path) -> str:
    """The key of a resource that was taken down."""
    first: str = json.loads(inside(harvested, "export").stdout.splitlines()[0])["key"]
    done = inside(harvested, "suppress", "add", first, "--reason", "dữ liệu cá nhân", "--yes")
    assert done.returncode == 0, done.stderr
    return first


def exported(folder: Path, form: str, *more: str) -> str:
    done = inside(folder, "export", "--format", form, *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def keys(folder: Path) -> set[str]:
    return {json.loads(line)["key"] for line in exported(folder, "ndjson").splitlines()}


def test_the_formats_of_the_command_are_those_that_there_are() -> None:
    assert set(FORMATS) == {*export_formats(), "ndjson", "dcat"}


def test_every_format_writes_every_public_resource_and_no_hidden_one(harvested: Path, hidden: str) -> None:
    public = keys(harvested)
    assert len(public) == 239
    assert hidden not in public
    document = json.loads(exported(harvested, "jsonld", "--base", SITE))
    assert {node["id"].rpartition("/")[2] for node in document["@graph"]} == public
    for form in ("oai_dc", "lom"):
        root = etree.fromstring(exported(harvested, form).encode())
        headers = [header.findtext("{*}identifier") or "" for header in root.iter("{*}header")]
        assert {name.rpartition("/")[2] for name in headers} == public
    table = list(csv.DictReader(io.StringIO(exported(harvested, "csv").removeprefix("\ufeff"))))
    assert {row["key"] for row in table} == public
    turtle = Graph().parse(data=exported(harvested, "ttl"), format="turtle")
    assert {str(subject).rpartition("/")[2] for subject in turtle.subjects()} == public
    quads = Dataset().parse(data=exported(harvested, "nquads", "--base", SITE), format="nquads")
    assert {str(graph) for *_, graph in quads.quads()} == {f"{SITE}nguon/{SCHOOL}"}
    assert {str(subject).rpartition("/")[2] for subject, *_ in quads.quads()} == public


def test_the_catalogue_counts_what_other_formats_write(harvested: Path, hidden: str) -> None:
    graph = Graph().parse(data=exported(harvested, "dcat", "--base", SITE), format="turtle")
    (count,) = graph.objects(predicate=VOID.entities)
    assert int(str(count)) == len(keys(harvested)) == 239, "without what was taken down"
    assert hidden


def test_the_catalogue_names_the_sources(harvested: Path) -> None:
    graph = Graph().parse(data=exported(harvested, "dcat", "--base", SITE), format="turtle")
    (source,) = graph.subjects(predicate=DCAT.distribution)
    assert str(source) == f"{SITE}nguon/{SCHOOL}"
    assert graph.value(source, DCTERMS.modified) is not None


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "docx"),
        ("--format", "csv", "--raw"),
        ("--format", "lom", "--all"),
        ("--base", "songda.example"),
        ("--base", "https://songda.example"),
        ("--base", 'https://songda.example/"/'),
        ("khong-co",),
    ],
)
def test_wrong_usage_is_exit_2(harvested: Path, words: tuple[str, ...]) -> None:
    assert inside(harvested, "export", *words).returncode == 2


def test_a_full_disk_is_told_and_is_exit_6(harvested: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "export", "--format", "csv"],
            cwd=harvested,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 6
    assert "error[output_full]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(harvested: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "export", "--format", "lom"],
            cwd=harvested,
            env=environment(),
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr


def test_writing_what_needs_no_rdflib_does_not_load_it() -> None:
    script = (
        "import sys\nfrom mappings import open_export, export_formats, catalogue\n"
        "for form in export_formats():\n    open_export(form)\n"
        "print([name for name in ('rdflib', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
