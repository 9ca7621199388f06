"""Raw records for tests of mapping, cut as the harvester cuts them."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from harvester import RawRecord
from mappings import Institution, Origin

CONTEXT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<ListRecords>'
)
ORIGIN = Origin(
    id="kho-thu",
    first_id="kho-thu",
    name="Kho học liệu thử",
    province="40",
    institution=Institution("Sở Giáo dục và Đào tạo", "so", "SGD40"),
    set_names=(
        ("col_DHTL_2", "Luận văn cao học"),
        ("lop-10", "Lớp 10"),
        ("lop-6", "Khối 6"),
        ("thcs", "Trung học cơ sở"),
    ),
)
_OAI = "{http://www.openarchives.org/OAI/2.0/}"


def of_bytes(body: bytes, form: str) -> RawRecord:
    """Make the raw record of a ``<record>``."""
    record = etree.fromstring(CONTEXT + body + b"</ListRecords></OAI-PMH>")[0][0]
    header = record[0]
    return RawRecord(
        identifier=header.findtext(_OAI + "identifier", ""),
        datestamp=header.findtext(_OAI + "datestamp", ""),
        sets=tuple(spec.text or "" for spec in header.findall(_OAI + "setSpec")),
        deleted=header.get("status") == "deleted",
        format=form,
        body=body,
        context=CONTEXT,
        fingerprint=b"",
        content=b"",
    )


def of_file(path: Path) -> RawRecord:
    """Make the raw record of a golden file; its folder is the format. What is no XML has its address as identifier."""
    if path.suffix != ".xml":
        deleted, linked = path.stem == "da-xoa", path.stem != "khong-lien-ket"
        name = f"https://web.example/{path.stem}" if linked else "tep:khong-lien-ket"
        return RawRecord(name, "2026-06-01T00:00:00Z", (), deleted, path.parent.name, path.read_bytes(), b"", b"", b"")
    return of_bytes(path.read_bytes(), path.parent.name)


# Of Dublin Core but the identifier, which has bounds of its own.
ELEMENTS = (
    *("title", "description", "creator", "contributor", "subject", "date", "rights", "type", "language", "coverage"),
    *("publisher", "source", "relation", "format"),
)


def of_metadata(metadata: str, form: str = "oai_dc", identifier: str = "oai:thu.example:1") -> RawRecord:
    """Make a raw record around metadata, whatever it is: also what does not parse."""
    body = f"<record><header><identifier>{identifier}</identifier></header><metadata>{metadata}</metadata></record>"
    stamp = "2025-06-01T00:00:00Z"
    return RawRecord(identifier, stamp, (), False, form, body.encode(), CONTEXT, b"", b"")


def dublin_core(**elements: str | list[str]) -> RawRecord:
    """Make an oai_dc record of elements; text is escaped. A title and a link are there unless they are given."""
    elements = {"title": "Một nhan đề", "identifier": "https://thu.example/1", **elements}
    root = etree.Element("{http://www.openarchives.org/OAI/2.0/oai_dc/}dc")
    for name, values in elements.items():
        for value in [values] if isinstance(values, str) else values:
            etree.SubElement(root, f"{{http://purl.org/dc/elements/1.1/}}{name}").text = value
    return of_metadata(etree.tostring(root, encoding="unicode"))
