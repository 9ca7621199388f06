"""What would change: the same records by other tables, or by those of now against what the index holds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ._desk import Desk, Ended, origins, tell_index
from ._output import number, one_line, say, table
from ._sampling import parts_of, sampled_of, shares, size_of

if TYPE_CHECKING:
    from harvester import Change, Federation, Store
    from index import Engine
    from mappings import Differences, Drawing

FEW = 10_000  # records that are drawn here, one set of tables after the other: no process is worth its start

WIDE = 76  # characters of a value on a terminal


class Answer(NamedTuple):
    """What differs; ``behind``: records that the index has not followed yet, and which say nothing of tables."""

    differences: Differences
    against: str
    sampled: list[str]
    behind: int = 0


def compare(here: Desk, selection: tuple[str, ...], folder: Path | None, *, every: bool) -> Answer:
    """Compare the tables of now with those of a folder, else what the index holds with the tables of now."""
    federation = here.federation()
    with here.store(federation) as store:
        chosen = shares(here, federation, store, selection, every=every)
        if folder is not None:
            return Answer(_by_tables(here, federation, store, chosen, folder), str(folder), sampled_of(chosen))
        return _by_index(here, federation, store, chosen)


def _by_tables(here: Desk, federation: Federation, store: Store, chosen: dict[str, float], folder: Path) -> Differences:
    from index import Workers, cores
    from mappings import Differences, drawn, tables_in_use

    known, size = origins(federation, store), size_of(store, chosen)
    now = tables_in_use()
    here.use_tables(folder)
    then = tables_in_use()
    found, packs = Differences(), _packed(_seen(parts_of(store, chosen)))
    works = [partial(drawn, tables, {name: known[name] for name in chosen}) for tables in (now, then)]
    if size <= FEW:
        parts = list(packs)  # some kilobytes a record
        for pair in zip(list(map(works[0], parts)), map(works[1], parts), strict=True):
            found.compared(*pair)
        return found
    each_count = max(1, cores() // 2)  # one set of tables a process: changing them costs as much as a thousand records
    ours, theirs = tee(packs)
    with Workers(works[0], each_count, helps=False) as old, Workers(works[1], each_count, helps=False) as new:
        for pair in zip(old.map(ours), new.map(theirs), strict=True):
            found.compared(*pair)
    return found


def _by_index(here: Desk, federation: Federation, store: Store, chosen: dict[str, float]) -> Answer:
    from index import IndexUnreachableError, Workers, processes
    from mappings import Differences, drawn, tables_in_use

    known, found = origins(federation, store), Differences()
    for engine in here.engines(federation):
        try:
            if not engine.readable():
                continue
            held = _Held(engine, store)
            work = partial(drawn, tables_in_use(), {name: known[name] for name in chosen})
            followed, named = tee(map(held.followed, _seen(parts_of(store, chosen))))
            with Workers(work, processes(size_of(store, chosen))) as workers:
                for part, made in zip(named, workers.map(_packed(followed)), strict=True):
                    found.stored(made, held.drawings(part))
            return Answer(found, engine.address, sampled_of(chosen), held.behind)
        except IndexUnreachableError as error:
            tell_index(error, here.language)
        finally:
            engine.close()
    say(
        here.text("không có chỉ mục nào để so: kho index update", "there is no index to compare with: kho index update")
    )
    raise Ended(6)


class _Held:
    """What an index holds of records, for comparison."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine, self._held_back, self.behind = engine, engine.quarantined(), 0
        place = engine.place()
        self._sequence = place.sequence if place.store == store.log.identity()[0] else 0

    def followed(self, part: list[Change]) -> list[Change]:
        """Return the records that the index knows as they are now; the others are counted."""
        found = [change for change in part if change.sequence <= self._sequence]
        self.behind += len(part) - len(found)
        return found

    def drawings(self, part: list[Change]) -> dict[str, Drawing]:
        """Draw what the index holds of these records."""
        from mappings import drawing_of_stored

        found = {}
        for change in part:
            hit = self._engine.get(change.key)
            reason = "" if hit is not None else self._held_back.get(change.key, "?")
            found[change.key] = drawing_of_stored(hit.stored if hit is not None else None, reason)
        return found


def _seen(parts: Iterable[list[Change]]) -> Iterator[list[Change]]:
    """Leave out what was taken down: it is mapped for nobody."""
    for part in parts:
        yield [change for change in part if not change.suppressed]


def _packed(parts: Iterable[list[Change]]) -> Iterator[bytes]:
    from harvester import pack

    return map(pack, parts)


# --- words ------------------------------------------------------------------------------------------------------------


def plain(answer: Answer) -> dict[str, Any]:
    """Return what differs for machines."""
    found = answer.differences
    return {
        "against": answer.against,
        "records": found.records,
        "changed": found.changed,
        "sampled": answer.sampled,
        "behind": answer.behind,
        "fields": found.fields,
        "problems": [{"code": code, "field": field, **ways} for (code, field), ways in sorted(found.problems.items())],
        "quarantine": [
            {"before": before, "after": after, "count": count, "keys": keys}
            for (before, after), (count, keys) in sorted(found.quarantine.items())
        ],
        "examples": [each._asdict() for each in found.examples],
    }


def tell(here: Desk, answer: Answer) -> None:
    """Print what differs for people: counts first, then examples."""
    found = answer.differences
    share = f"{found.changed / found.records:.1%}" if found.records else "0 %"
    if here.language == "vi":
        share = share.replace(".", ",").replace("%", " %").replace("  ", " ")
    say(
        here.text(
            f"{number(found.changed)} trong {number(found.records)} bản ghi sẽ khác ({share}); chưa ghi gì",
            f"{found.changed:,} of {found.records:,} records would differ ({share}); nothing is written",
        )
    )
    _tell_fields(here, found)
    _tell_problems(here, found)
    _tell_quarantine(here, found)
    _tell_examples(here, found)
    if answer.behind:
        count = number(answer.behind)
        said = f"{count} bản ghi chỉ mục chưa theo kịp, không so: kho index update"
        say(here.text(said, f"{count} records that the index has not followed yet are left out: kho index update"))


def _tell_fields(here: Desk, found: Differences) -> None:
    ordered = sorted(found.fields.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    rows = [(field, *(number(ways[way]) for way in ("filled", "changed", "emptied"))) for field, ways in ordered]
    if rows:
        headers = here.text("trường|thêm|đổi|mất", "field|filled|changed|emptied").split("|")
        table(headers, rows, right=(1, 2, 3), whole=(0,))


def _tell_problems(here: Desk, found: Differences) -> None:
    ordered = sorted(found.problems.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    rows = [(code, field, number(ways["appeared"]), number(ways["vanished"])) for (code, field), ways in ordered]
    if rows:
        headers = here.text("vấn đề|trường|mới có|hết", "problem|field|appearing|vanishing").split("|")
        table(headers, rows, right=(2, 3), whole=(0,))


def _tell_quarantine(here: Desk, found: Differences) -> None:
    shown = here.text("được cho thấy", "shown")
    rows = [
        (before or shown, after or shown, number(count), " ".join(keys))
        for (before, after), (count, keys) in sorted(found.quarantine.items())
    ]
    if rows:
        table(here.text("trước|sau|số|khoá", "before|after|count|keys").split("|"), rows, right=(2,), whole=(0, 1))


def _tell_examples(here: Desk, found: Differences) -> None:
    """Print examples as a table for pipes, and in three lines each for the eighty columns of a terminal."""
    rows = [
        (each.key, each.field, "; ".join(each.before), "; ".join(each.after), "; ".join(each.rules))
        for each in found.examples
    ]
    if rows and not sys.stdout.isatty():
        table(here.text("khoá|trường|trước|sau|luật", "key|field|before|after|rule").split("|"), rows)
        return
    for key, field, before, after, rules in rows:
        click.echo(f"\n{key}  {field}  {rules}")
        click.echo(f"  - {one_line(_first(before))}\n  + {one_line(_first(after))}")


def _first(words: str) -> str:
    return words if len(words) <= WIDE else words[: WIDE - 1] + "…"
