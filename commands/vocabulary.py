"""Các bảng từ: môn, lớp, cấp, loại, giấy phép, tỉnh … / the tables of words: subjects, grades, licences …"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, desk
from ._output import data, number, one_line, say, table
from ._usage import Verbs

if TYPE_CHECKING:
    from mappings import Scheme

FORMATS = ("ttl", "jsonld", "csv")
_NAMED = 20  # tables or terms that a mistake names: more would hide it


@click.group("vocabulary", cls=Verbs)
def command() -> None:
    """Xem, thử và xuất các bảng từ / look at, try and export the tables of words.

    \b
    Ví dụ / examples:
      kho vocabulary match subject "Hoá học" "vật lý"
      kho vocabulary export subject grade > bang-tu.ttl
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Mỗi bảng có bao nhiêu từ, theo văn bản nào, đổi ngày nào / how many terms each table has, its source and date."""
    from mappings import concept, ids, schemes

    here = desk(ctx)
    here.use_tables()
    rows: list[dict[str, Any]] = [
        {
            "id": name,
            "uri": concept(name),
            "title": scheme.title,
            "terms": len(ids(name)),
            "superseded": len(scheme.superseded),
            "source": scheme.source,
            "issued": scheme.issued,
            "modified": scheme.modified,
        }
        for name, scheme in schemes().items()
    ]
    if as_json:
        data(rows)
        return
    headers = here.text("bảng|tên|số từ|đổi ngày|theo", "table|title|terms|modified|source").split("|")
    cells = [
        (row["id"], row["title"][here.language], number(row["terms"]), row["modified"], row["source"]) for row in rows
    ]
    table(headers, cells, right=(2,), whole=(0,))


@command.command("show")
@click.argument("scheme")
@click.argument("term", required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def show(ctx: click.Context, scheme: str, term: str | None, as_json: bool) -> None:
    """Các từ của một bảng, cả từ đã thay, hay mọi điều về một từ / the terms of a table, or all about one term.

    \b
    Ví dụ / examples:
      kho vocabulary show grade
      kho vocabulary show subject tieng_anh
    """
    here = desk(ctx)
    here.use_tables()
    rows = _rows(scheme, _scheme(here, scheme))
    if term is not None:
        rows = [row for row in rows if row["id"] == term]
        if not rows:
            raise _unknown(here, term, _ids(scheme))
        rows = [{**rows[0], **_more(scheme, term)}]
    if as_json:
        data(rows if term is None else rows[0])
    elif term is not None:
        table(("", ""), [(name, _plain(value)) for name, value in rows[0].items() if value])
    else:
        shown = [(row["id"], row["vi"], row["en"], " ".join(row["broader"]), row["superseded"]) for row in rows]
        table(("id", "vi", "en", "broader", "superseded"), shown, whole=(0,), sparse=(3, 4))


@command.command("match")
@click.argument("scheme")
@click.argument("text", nargs=-1, required=True)
@click.option("--free", is_flag=True, help="như trong nhan đề, chỉ điều chắc chắn / as in a title, only what is safe")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def match_(ctx: click.Context, scheme: str, text: tuple[str, ...], free: bool, as_json: bool) -> None:
    """Chữ của nguồn được hiểu thành từ nào của bảng / which terms of a table the words of a source are taken for.

    \b
    Ví dụ / examples:
      kho vocabulary match subject "Hoá học" GDCD
      kho vocabulary match province "Tỉnh Nghệ An" 40
      kho vocabulary match grade --free "Ôn tập lớp 6, 7 và 8"
    """
    from mappings import label, match, of_code

    here = desk(ctx)
    here.use_tables()
    _scheme(here, scheme)
    found = [(words, match(scheme, words, not free)) for words in text]
    codes = {} if free else {words: of_code(scheme, words) for words, terms in found if not terms}
    found = [(words, terms or codes.get(words, ())) for words, terms in found]
    if as_json:
        data([{"text": words, "terms": list(terms), "code": bool(codes.get(words))} for words, terms in found])
        return
    rows = [
        (words, " ".join(terms), "; ".join(label(scheme, term, here.language) for term in terms))
        for words, terms in found
    ]
    table(here.text("chữ|id|tên", "text|id|label").split("|"), rows)
    for words in filter(codes.get, codes):
        said = here.text("là mã trong bảng, không phải chữ", "this is a code of the table, no word of it")
        say(f"{one_line(words)}: {said}")


@command.command("export")
@click.argument("scheme", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMATS), default="ttl", show_default=True)
@click.pass_context
def export(ctx: click.Context, scheme: tuple[str, ...], form: str) -> None:
    """Xuất các bảng thành SKOS hay CSV, cả từ đã thay / export tables as SKOS or CSV, superseded terms as well.

    \b
    Ví dụ / examples:
      kho vocabulary export > bang-tu.ttl
      kho vocabulary export province --format csv > tinh.csv
    """
    from mappings import published, schemes

    here = desk(ctx)
    here.use_tables()
    chosen = {name: _scheme(here, name) for name in scheme or schemes()}
    if form == "csv":
        click.echo(_csv(chosen), nl=False)
    else:
        click.echo(published(chosen, form).rstrip("\n"))


def _scheme(here: Desk, name: str) -> Scheme:
    from mappings import schemes

    found = schemes().get(name)
    if found is None:
        raise _unknown(here, name, list(schemes()))
    return found


def _unknown(here: Desk, word: str, known: list[str]) -> click.UsageError:
    from harvester import nearest

    near = nearest(word, known)
    hint = here.text(f" (ý bạn là “{near}”?)", f" (did you mean “{near}”?)") if near else ""
    some = f"; {here.text('có', 'there are')}: {', '.join(known[:_NAMED])}{', …' if len(known) > _NAMED else ''}"
    return click.UsageError(here.text(f"không có “{word}”", f"there is no “{word}”") + (hint or some))


def _ids(name: str) -> list[str]:
    from mappings import ids, schemes

    return [*ids(name), *(old.id for old in schemes()[name].superseded)]


def _rows(name: str, scheme: Scheme) -> list[dict[str, Any]]:
    """Return every term that a table has or had."""
    from mappings import concept, ids, label, parents

    today = [
        {
            "id": term,
            "uri": concept(name, term),
            "vi": label(name, term),
            "en": label(name, term, "en"),
            "broader": list(parents(name, term)),
            "superseded": "",
            "replaced_by": [],
        }
        for term in ids(name)
    ]
    former = [
        {
            "id": old.id,
            "uri": concept(name, old.id),
            "vi": old.vi,
            "en": old.en,
            "broader": [],
            "superseded": old.date,
            "replaced_by": list(old.by),
        }
        for old in scheme.superseded
    ]
    return [*today, *former]


def _more(name: str, term: str) -> dict[str, Any]:
    """Return what the table knows of a term beside its names: the words by which it is found, and everything else."""
    from mappings import term_of

    return {key: value for key, value in term_of(name, term).items() if key not in ("id", "vi", "en", "parent")}


def _plain(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _csv(chosen: dict[str, Scheme]) -> str:
    from mappings import safe

    text = io.StringIO()
    writer = csv.writer(text)
    names = ("id", "uri", "vi", "en", "broader", "superseded", "replaced_by")
    writer.writerow(("scheme", *names))
    for name, scheme in chosen.items():
        for row in _rows(name, scheme):
            writer.writerow([safe(_plain(cell)) for cell in (name, *(row[key] for key in names))])
    return "\ufeff" + text.getvalue()
