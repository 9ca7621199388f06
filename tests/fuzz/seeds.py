"""Writes the seeds of fuzzing: small answers of our own making, one for each turn that the reading can take.

``python -m tests.fuzz.seeds`` writes them into ``tests/fuzz/corpus``; a test compares them with what is there.
"""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-20T19:00:00Z</responseDate>'
    "<request>http://hoclieu.example/oai</request>"
)
CLOSE = "</OAI-PMH>"
DELETED, HIDDEN = ' status="deleted"', ' status="hidden"'
TOKEN = '<resumptionToken completeListSize="9" cursor="0">oai_dc!!!!2</resumptionToken>'
DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
)


def header(number: int, more: str = "", status: str = "") -> str:
    return (
        f"<header{status}><identifier>oai:hoclieu.example:{number}</identifier>"
        f"<datestamp>2026-11-0{number}</datestamp>{more}</header>"
    )


def record(number: int, title: str = "Định luật Ôm", more: str = "") -> str:
    dc = f"{DC}<dc:title>{title}</dc:title></oai_dc:dc>"
    return f"<record>{header(number, more)}<metadata>{dc}</metadata></record>"


def page(*parts: str, verb: str = "ListRecords", declaration: str = DECLARATION) -> str:
    return f"{declaration}{OPEN}<{verb}>{''.join(parts)}</{verb}>{CLOSE}"


PLAIN = page(record(1), record(2, "Phương trình bậc hai"), TOKEN)
SEEDS: dict[str, str | bytes] = {
    "plain": PLAIN,
    "last-page": page(record(3), "<resumptionToken/>"),
    "one-record": page(record(4), verb="GetRecord"),
    "headers": page(header(1), header(2, "<setSpec>lop-9</setSpec>"), TOKEN, verb="ListIdentifiers"),
    "tombstone": page(f"<record>{header(5, status=DELETED)}</record>"),
    "unknown-status": page(f"<record>{header(5, status=HIDDEN)}</record>"),
    "error": f'{DECLARATION}{OPEN}<error code="noRecordsMatch">Không có bản ghi</error>{CLOSE}',
    "identify": f"{DECLARATION}{OPEN}<Identify><granularity>YYYY-MM-DD</granularity></Identify>{CLOSE}",
    "empty-list": page(),
    "empty-element": page(verb="ListRecords").replace("<ListRecords></ListRecords>", "<ListRecords/>"),
    "nested-record": page(record(1, "x").replace("<dc:title>x", record(2) + "<dc:title>x")),
    "nested-token": page(record(1, TOKEN)),
    "nested-error": page(record(1, '<error code="badArgument"/>')),
    "comment": page("<!-- <record> -->", record(1), "<!-- </record> -->"),
    "section": page(record(1, "<![CDATA[</record><record>]]>")),
    "instruction": page(record(1, "<?php </record> ?>")),
    "two-headers": page(f"<record>{header(1)}{header(2)}<metadata><a/></metadata></record>"),
    "no-header": page("<record><metadata><a/></metadata></record>"),
    "no-metadata": page(f"<record>{header(1)}</record>"),
    "no-identifier": page("<record><header><datestamp>2026</datestamp></header><metadata><a/></metadata></record>"),
    "prefixed": PLAIN.replace("<record>", "<o:record>")
    .replace("</record>", "</o:record>")
    .replace("<OAI-PMH ", '<OAI-PMH xmlns:o="http://www.openarchives.org/OAI/2.0/" '),
    "no-namespace": PLAIN.replace(' xmlns="http://www.openarchives.org/OAI/2.0/"', ""),
    "other-root": PLAIN.replace("OAI-PMH", "Response"),
    "two-lists": f"{DECLARATION}{OPEN}<ListRecords>{record(1)}</ListRecords><ListRecords/>{CLOSE}",
    "words-between": page(record(1), "rác", record(2)),
    "bare-ampersand": page(record(1, "Toán & Tiếng Việt")),
    "html-entities": page(record(1, "V&agrave;ng&nbsp;anh, B&ocirc;ng hoa &nothing;")),
    "control-characters": page(record(1, "Bài\x0b 1\x1a")),
    "control-references": page(record(1, "Bài&#x1a;&#xFFFE;&#55349;&#56320; 1")),
    "inner-declaration": page(record(1, "x").replace("<metadata>", '<metadata><?xml version="1.0"?>')),
    "two-declarations": DECLARATION + PLAIN,
    "blank-before": "\n\n  " + PLAIN,
    "byte-order-mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "notice-before": "<br />\n<b>Notice</b>: Undefined index\n" + PLAIN,
    "notice-after": PLAIN + "\n<b>Warning</b>: mysql_close()",
    "no-declaration": page(record(1), declaration=""),
    "latin-1-undeclared": page(record(1, "Café")).encode("latin-1"),
    "windows-1258": PLAIN.replace("UTF-8", "windows-1258")
    .replace("Định luật Ôm", "Ôm")
    .replace("Phương trình bậc hai", "Hai")
    .encode("cp1258"),
    "declared-latin-1": PLAIN.replace("UTF-8", "iso-8859-1").encode(),
    "utf-16": PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"),
    "doctype": PLAIN.replace("<OAI-PMH", '<!DOCTYPE r [<!ENTITY a "b">]><OAI-PMH', 1),
    "html-page": "<!DOCTYPE html><html><body>Đang bảo trì</body></html>",
    "token-of-blanks": page(record(1), "<resumptionToken>  \n </resumptionToken>"),
    "token-first": page(TOKEN, record(1)),
    "damaged-token": page(record(1), "<resumptionToken>a&b\x02</resumptionToken>"),
    "identifier-with-references": page(record(1).replace("oai:", "oai:a&amp;b&#225;:")),
    "attributes": page(record(1).replace("<metadata>", "<metadata " + " ".join(f'a{n}="1"' for n in range(12)) + ">")),
    "depth": page(record(1, "<a>" * 12 + "</a>" * 12)),
    "about": page(record(1).replace("</record>", "<about><p/></about></record>")),
    "cut": PLAIN[: len(PLAIN) * 2 // 3],
    "nothing": "",
}
WORDS = (
    "<record>", "</record>", "<header>", "</header>", "<metadata>", "</metadata>", "<identifier>", "</identifier>",
    "<resumptionToken>", "</resumptionToken>", "<ListRecords>", "</ListRecords>", "<ListIdentifiers>", "<error ",
    "<![CDATA[", "]]>", "<!--", "-->", "<?xml ", "?>", "<!DOCTYPE ", "&#x1a;", "&#55349;", "&nbsp;", "&amp;", "&",
    'status=\\"deleted\\"', 'encoding=\\"', "\\x00", "\\xff\\xfe", "\\xef\\xbb\\xbf", "</OAI-PMH>",
)  # fmt: skip


def as_bytes(seed: str | bytes) -> bytes:
    return seed if isinstance(seed, bytes) else seed.encode()


def write(folder: Path = CORPUS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in SEEDS.items():
        (folder / f"{name}.xml").write_bytes(as_bytes(seed))


if __name__ == "__main__":
    write()
