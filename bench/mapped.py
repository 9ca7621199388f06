"""How much of every collection of real records is understood: the table of ``python -m bench --mapped``."""

from __future__ import annotations

import os
from pathlib import Path

from tests.mappings.real_records import Count, measure

from .figures import write

FOLDER = Path(os.environ.get("KHO_SHARED") or Path(__file__).parents[2] / "shared") / "real"
HEAD = (
    "Every record that real repositories sent, mapped. A share is what was understood of all that the records of the"
    " collection state, counted without a crosswalk: records for titles and for http(s) addresses (found, or refused as"
    " leading nowhere), occurrences of dc:language, dc:type and dc:date for the rest; – where nothing is stated. Not"
    " mapped are deleted records and formats that no file describes (DDI, ISO 19139, DataCite …); not shown are those"
    " without a title or a usable address. The records are not part of this repository (`KHO_SHARED` names the folder"
    " that holds `real/`); biblio-ai+extract states no address at all, so none of its records is shown.",
    "",
    "| collection | formats | records | mapped | shown | title | link | language | type | date | problems each |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)
WHAT = ("title", "link", "language", "type", "issued")


def table() -> None:
    """Map all records and write one line a collection."""
    if not FOLDER.is_dir():
        raise SystemExit(f"no real records at {FOLDER}: set KHO_SHARED to the folder that holds real/")
    found, total = measure(FOLDER), Count()
    lines = [*HEAD]
    for name, count in sorted(found.items(), key=lambda pair: -pair[1].records):
        total.merge(count)
        lines.append(_line(name, count))
    write("mapped", [*lines, _line("all", total)])


def _line(name: str, count: Count) -> str:
    formats = ", ".join(form or "deleted" for form, _ in count.formats.most_common(3))
    shares = [f"{count.share(what):.4f}" if count.stated[what] else "–" for what in WHAT]
    problems = f"{count.problems / count.mapped:.2f}" if count.mapped else "–"
    cells = (name, formats, f"{count.records:,}", f"{count.mapped:,}", f"{count.shown:,}", *shares, problems)
    return f"| {' | '.join(cells)} |"
