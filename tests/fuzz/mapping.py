"""The fuzzer of mapping: whatever stands in a record of any format, the answer is a resource or the reason for none.

``python -m tests.fuzz.mapping FOLDER [libFuzzer options]`` begins with the golden records and keeps inputs that reach
new code in FOLDER. The first byte chooses the format, the rest is the metadata.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mappings"]):
    from mappings import Institution, Mapped, Origin, Resource, map_record, open_export, readable
    from mappings.problems import PROBLEMS

from harvester import RawRecord

GOLDEN = Path(__file__).parents[1] / "mappings" / "golden"
FORMATS = readable()
ORIGIN = Origin("kho", "kho", "Kho", "02", Institution("Sở"), (("lop-6", "Khối 6"),))
ENCODED = Origin("cu", "cu", "Kho cũ", "", None, (), "tcvn3")
HEAD = b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
_EXPORTS = [open_export(name) for name in ("csv", "jsonld", "lom", "oai_dc", "nquads")]


def check(data: bytes) -> None:
    """Map a record by two origins: nothing is raised, explaining changes nothing, and what is shown can be written."""
    if not data:
        return
    form, body = FORMATS[data[0] % len(FORMATS)], data[1:]
    xml = not body.lstrip().startswith((b"{", b"[")) and form not in ("page", "schema_org")
    whole = b"<record><header/><metadata>" + body + b"</metadata></record>" if xml else body
    raw = RawRecord("oai:a:1", "2026-01-01", ("lop-6",), False, form, whole, HEAD if xml else b"", b"", b"")
    for origin in (ORIGIN, ENCODED):
        mapped = map_record(raw, origin)
        assert isinstance(mapped, Mapped)
        assert map_record(raw, origin, explain=True).resource == mapped.resource
        assert {problem.code for problem in mapped.problems} <= PROBLEMS.keys()
        assert (mapped.resource is None) == bool(mapped.quarantine)
        if mapped.resource is not None:
            _check(mapped.resource)


def _check(resource: Resource) -> None:
    assert resource.title
    assert resource.landing_url.startswith(("http://", "https://"))
    for export in _EXPORTS:
        assert export.record(resource)


def write_seeds(folder: Path) -> None:
    """Write the golden records as inputs: the byte of their format, then their metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(GOLDEN.glob("*/*")):
        if file.suffix in (".xml", ".jsonld", ".html"):
            body = file.read_bytes()
            inner = body.partition(b"<metadata>")[2].rpartition(b"</metadata>")[0] or body
            mark = bytes([FORMATS.index(file.parent.name)])
            (folder / f"{file.parent.name}-{file.stem}").write_bytes(mark + inner.strip())


def main() -> None:
    """Run libFuzzer on the golden records."""
    folder = Path(sys.argv[1])
    write_seeds(folder)
    options = [f"-artifact_prefix={folder}-", "-max_len=4096", "-timeout=20", "-print_final_stats=1", *sys.argv[2:]]
    atheris.Setup([sys.argv[0], *options, str(folder)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
