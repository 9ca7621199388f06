"""Ánh xạ thử một tệp đã lưu, không cần kho / map a saved file, without a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._desk import Desk, Ended, desk, origin_of
from ._output import harmless, line, number, one_line, say, table
from ._repairs import explained
from .show import explained_headers, plain, public

if TYPE_CHECKING:
    from harvester import Change, Federation, RawRecord, SourceError
    from mappings import Mapped, Origin

CHECK_FOUND_FAULTS = 8


@click.command("map")
@click.argument("file", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--format", "form", default="", help="định dạng, khi không gian tên không nói / where no namespace tells")
@click.option("--source", default="", help="như của nguồn này / as if it came from this source")
@click.option("--explain", is_flag=True, help="luật nào tạo ra giá trị nào / which rule made which value")
@click.option("--json", "as_json", is_flag=True, help="mỗi dòng một bản ghi / one record a line")
@click.pass_context
def command(ctx: click.Context, file: tuple[str, ...], form: str, source: str, explain: bool, as_json: bool) -> None:
    """Ánh xạ bản ghi đã lưu: câu trả lời OAI-PMH, một bản ghi, siêu dữ liệu, JSON-LD, trang web; - là stdin.

    Maps saved records: an OAI-PMH answer, a record of it, bare metadata, JSON-LD, a web page; - is stdin. Every
    resource of a graph is one record. Ends with 8 where a file could not be read or a record would not be shown.

    \b
    Ví dụ / examples:
      kho map ban-ghi.xml --explain
      kho show KHOÁ --raw | kho map - --json
    """
    import msgspec

    from harvester import RawRecord, SourceError, sentence
    from mappings import map_record, read_saved, readable

    here = desk(ctx)
    here.use_tables()
    if form and form not in readable():
        said = here.text(f"không đọc được “{form}”; có", f"“{form}” cannot be read; there are")
        raise click.BadParameter(f"{said}: {', '.join(readable())}", param_hint="--format")
    federation = here.federation() if source else None
    origin, good = _origin(here, federation, source), True
    for name in file:
        with click.open_file(name, "rb") as opened:
            content = opened.read()
        try:
            records = read_saved(content, Path(name).name, form)
        except SourceError as error:
            _tell_unreadable(here, name, error)
            good = False
            continue
        if not records:
            say(here.text(f"{name}: không có bản ghi nào", f"{name}: there is no record in it"))
        elif len(records) > 1:
            say(here.text(f"{name}: {number(len(records))} bản ghi", f"{name}: {len(records):,} records"))
        for record in records:
            if not isinstance(record, RawRecord):
                said = sentence(record.code, {}, here.language)
                say(f"{name}: error[{record.code}]: {harmless(record.identifier or '–')}: {said}")
                good = False
                continue
            mapped = map_record(record, origin, explain=explain)
            good = good and not mapped.quarantine
            mapped = msgspec.structs.replace(mapped, explanations=tuple(explained(federation, source, mapped)))
            _print(here, _change(record, origin), mapped, explain=explain, as_json=as_json)
    if not good:
        raise Ended(CHECK_FOUND_FAULTS)


def _tell_unreadable(here: Desk, name: str, error: SourceError) -> None:
    """Say why a file is none that can be mapped: it is no page of a source, and no harvest would mend it."""
    from harvester import shown_fact

    said = error.sentence(here.language)
    if error.code == "malformed":
        detail = shown_fact(error.facts.get("detail", ""), here.language)
        what = here.text("không phải XML, JSON hay HTML nguyên vẹn", "this is no whole XML, JSON or HTML")
        said = f"{what}: {str(detail).removesuffix(' (<string>, line 1)')}"
    say(f"{name}: error[{error.code}]: {one_line(said)}")
    say("  → kho map --help")


def _origin(here: Desk, federation: Federation | None, source: str) -> Origin:
    from mappings import Institution, Origin

    if federation is None:
        return Origin("tep", "tep", "Tệp", institution=Institution("Tệp"))
    return origin_of(here.chosen(federation, (source,))[0])


def _change(record: RawRecord, origin: Origin) -> Change:
    from harvester import Change, key_of

    key = key_of(origin.first_id, record.identifier)
    return Change(0, key, origin.id, record.identifier, "withdrawn" if record.deleted else "present", b"", record)


def _print(here: Desk, change: Change, mapped: Mapped, *, explain: bool, as_json: bool) -> None:
    """Print one record: what became of it, then what was not understood, and what to do about it."""
    from mappings import problem_sentence

    shown = public(change, mapped)
    if change.presence == "withdrawn":
        shown["status"] = "withdrawn"
    if as_json:
        explained = [
            {"field": each.field, "value": each.value, "rule": each.rule, "path": each.path, "words": each.words}
            for each in mapped.explanations
        ]
        line({**shown, **({"explanations": explained} if explain else {})})
        return
    if explain:
        rows = [(each.field, each.value, each.rule, each.path, each.words) for each in mapped.explanations]
        table(explained_headers(here), rows)
    else:
        table(explained_headers(here)[:2], [(name, plain(value)) for name, value in shown.items() if value])
    for problem in mapped.problems:
        say(f"  {problem.severity}[{problem.code}] {one_line(problem_sentence(problem, here.language))}")
        say(f"    → {one_line(problem_sentence(problem, here.language, action=True))}")
