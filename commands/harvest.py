"""Hỏi các nguồn và cập nhật chỉ mục / visit sources and update the indexes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._desk import Desk, Ended, described, desk, origins, tell_index
from ._learned import learn_encoding
from ._output import LEDGER, data, number, one_line, say, table

if TYPE_CHECKING:
    from harvester import Federation, Night, Result, Store

STOP_SECONDS = 9.0  # of the ten that are promised


@click.command("harvest")
@click.argument("selection", nargs=-1)
@click.option("--full", is_flag=True, help="hỏi lại toàn bộ danh sách / ask for the whole list again")
@click.option(
    "--sweep", is_flag=True, help="chỉ đọc header để biết còn những gì / read headers only, to see what is left"
)
@click.option("--limit", type=click.IntRange(min=1), help="dừng sau N bản ghi / stop after N records")
@click.option("--record", "identifier", help="chỉ một bản ghi / one record only")
@click.option("--no-index", is_flag=True, help="không cập nhật chỉ mục / leave the indexes")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def command(
    ctx: click.Context,
    selection: tuple[str, ...],
    full: bool,
    sweep: bool,
    limit: int | None,
    identifier: str | None,
    no_index: bool,
    as_json: bool,
) -> None:
    """Hỏi các nguồn, giữ, xét, công bố, rồi cập nhật chỉ mục / visit, keep, judge, publish, then update the indexes.

    \b
    Ví dụ / examples:
      kho harvest
      kho harvest province:40 --full
    """
    from harvester import Wish

    here = desk(ctx)
    federation = here.federation()
    if full and sweep:
        raise click.UsageError(here.text("--full hay --sweep, chỉ một", "--full or --sweep, not both"))
    broken = _broken(here, federation, selection)
    chosen = (
        here.chosen(federation, selection, enabled=True)
        if not (broken and selection)
        else _rest(here, federation, selection)
    )
    if identifier is not None and len(chosen) > 1:
        raise click.UsageError(here.text("--record: hãy nêu một nguồn", "--record: name one source"))
    wish = Wish(full=full, sweep=sweep, limit=limit, record=identifier)
    with here.store(federation) as store:
        folders = [
            Path(place) for kind, _, place in (a.partition(":") for a in federation.settings.index) if kind == "tantivy"
        ]
        store.make_sure_of_room(folders)
        results, stopped = visit(here, federation, store, chosen, wish)
        reached = True
        learn_encodings(here, store, results)
        if not no_index and not stopped:
            reached = update_indexes(here, federation, store)
    if as_json:
        data([plain(here, result) for result in results])
    else:
        show_results(here, results)
    raise Ended(exit_code(results, stopped, broken, reached))


def _broken(here: Desk, federation: Federation, selection: tuple[str, ...]) -> int:
    """Name the entries that a mistake has disabled; returns how many of them were selected."""
    count = 0
    for entry in federation.broken:
        if selection and entry.id not in selection:
            continue
        count += 1
        for fault in entry.faults:
            say(fault.render(here.language))
    return count


def _rest(here: Desk, federation: Federation, selection: tuple[str, ...]) -> list[Any]:
    names = {entry.id for entry in federation.broken}
    words = tuple(word for word in selection if word not in names)
    return here.chosen(federation, words, enabled=True) if words else []


def visit(
    here: Desk, federation: Federation, store: Store, chosen: Sequence[Any], wish: Any
) -> tuple[list[Result], int]:
    """Visit sources with a progress bar; returns the results and the exit code of an interruption (0: none)."""
    from harvester import Night, describe
    from mappings import formats

    night = Night(store, formats(), federation.settings.contact)
    over = threading.Event()
    previous = _listen(night, over)
    try:
        with Progress(here, len(chosen)) as progress:
            results = night.visit(chosen, wish, progress=progress.page, ended=progress.ended)
    finally:
        over.set()
        for number_, handler in previous.items():
            signal.signal(number_, handler)
    describe(store.database, {source.id: described(source) for source in federation.sources.values()})
    order = {source.id: place for place, source in enumerate(chosen)}
    results.sort(key=lambda result: order[result.source])
    for result in results:
        here.event("visit", source=result.source, outcome=result.outcome, verdict=result.verdict, code=result.code)
    return results, night.stopped


def _listen(night: Night, over: threading.Event) -> dict[int, Any]:
    """Let the first signal finish the page in hand and the second one end at once; ten seconds are enough for a page.

    Every page that was accepted is on disk, and leases of a process that is gone are free: nothing is lost by not
    waiting longer for a server, a name server or a large publication.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}

    def end(code: int) -> None:
        if not over.wait(STOP_SECONDS):
            os._exit(code)

    def stop(number_: int, _: object) -> None:
        code = 128 + number_
        if night.stopped:
            os._exit(code)
        night.stop(code)
        threading.Thread(target=end, args=(code,), daemon=True).start()

    return {number_: signal.signal(number_, stop) for number_ in (signal.SIGINT, signal.SIGTERM)}


class Progress:
    """A bar on a terminal, one line every thirty seconds elsewhere, nothing with ``-q``."""

    def __init__(self, here: Desk, sources: int) -> None:
        self._here, self._sources = here, sources
        self._done, self._records, self._told = 0, 0, time.monotonic()
        self._lock = threading.Lock()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty() and not self._here.quiet and self._sources:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._here.text("hỏi nguồn", "sources"), total=self._sources)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def page(self, source: str, records: int) -> None:
        """Note a page."""
        with self._lock:
            self._records += records
            self._tell()

    def ended(self, result: Result) -> None:
        """Note the end of a visit."""
        with self._lock:
            self._done += 1
            self._tell()

    def _tell(self) -> None:
        words = self._here.text(f"{number(self._records)} bản ghi", f"{number(self._records)} records")
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, description=words)
        elif not self._here.quiet and time.monotonic() - self._told > 30:
            self._told = time.monotonic()
            say(f"harvest {self._done}/{self._sources} · {words}")


_NAMED = 10  # sources that are named as mapped again: after a change of tables it may be all of them
_WORTH = 100  # one in so many records new or changed: the texts may have become others


def learn_encodings(here: Desk, store: Store, results: Sequence[Result]) -> None:
    """Find out of what was published whether a source writes in an encoding of before Unicode; it is mapped by that."""
    rows = store.log.sources()
    for result in results:
        row, changed = rows.get(result.source), result.ledger.new + result.ledger.changed
        if row is None or not changed:
            continue
        if row.learned.get("encoding") is None or changed * _WORTH >= row.held:
            learn_encoding(here, store, result.source)


def update_indexes(here: Desk, federation: Federation, store: Store) -> bool:
    """Bring every index up to date; one that is down is named and catches up later. False where none was reached."""
    from index import IndexUnreachableError, update

    known = origins(federation, store)
    reached = False
    for engine in here.engines(federation):
        try:
            progress = update(store.log, engine, known)
        except IndexUnreachableError as error:
            tell_index(error, here.language)
            continue
        finally:
            engine.close()
        reached = True
        here.event("index", address=engine.address, changes=progress.changes, written=progress.written)
        again = ", ".join(progress.remapped[:_NAMED]) + (", …" if len(progress.remapped) > _NAMED else "")
        if again:
            say(here.text(f"ánh xạ lại: {again}", f"mapped again: {again}"))
    return reached


def show_results(here: Desk, results: Sequence[Result]) -> None:
    """Print what happened at each source."""
    if not results:
        say(here.text("không có nguồn nào để hỏi", "no source to visit"))
        return
    counts = [name for name in LEDGER if name != "declared"]
    headers = here.text("nguồn|kết quả|phán quyết", "source|outcome|verdict").split("|")
    headers += [here.text(LEDGER[name], name) for name in counts]
    rows = [
        (
            result.source,
            _mark(result) + " " + (result.outcome or here.text("bị ngắt", "interrupted")),
            result.verdict or "",
            *(number(getattr(result.ledger, name)) for name in counts),
        )
        for result in results
    ]
    table(headers, rows, right=range(3, 12), whole=(0, 1, 2), sparse=range(6, 12))
    if not here.quiet:
        tell_reasons(here, results)


# In the order in which somebody reads in the morning: first what nobody else will do.
_WHO = {
    "bug": ("Lỗi của Kho – hãy báo người làm Kho:", "A fault of Kho – report it:"),
    "config": ("Việc của bạn – sửa sources.yaml hay máy này:", "Yours to do – sources.yaml or this machine:"),
    "source": ("Việc của cơ quan giữ nguồn – báo cho họ:", "For the institution to do – tell them:"),
    "transient": ("Chỉ cần chờ – lần sau Kho hỏi lại:", "Only wait – Kho asks again:"),
    None: ("Để biết:", "To know:"),
}


def tell_reasons(here: Desk, results: Sequence[Result]) -> None:
    """Say why visits ended as they did and what else was noticed, sorted by who must act, with the next command."""
    from harvester import next_command, sentence, who_must_act

    told = [(code, facts) for result in results for code, facts in _told(here, result)]
    for who, title in _WHO.items():
        mine = [(code, facts) for code, facts in told if who_must_act(code) == who]
        if mine:
            say(f"\n{here.text(*title)}")
        for place, (code, facts) in enumerate(mine):
            say(f"  {facts['source']}: {one_line(sentence(code, facts, here.language))}")
            following = next_command(code, facts)
            after = [next_command(*each) for each in mine[place + 1 : place + 2]]
            if following and following not in after:  # several things of one source lead to one command
                say(f"    → {one_line(following)}")


def _told(here: Desk, result: Result) -> list[tuple[str, dict[str, Any]]]:
    """List what is to be said of a visit: its reason, what was noticed, what could not be read, what was repaired."""
    from harvester import sentence

    about = {"source": result.source, "visit": result.visit}
    reason = [(result.code, {**result.facts, **about})] if result.code not in ("whole", "same") else []
    said_already = {result.code, "size_differs" if result.code == "fewer_than_declared" else ""}
    noticed = [(code, {**facts, **about}) for code, facts in result.noticed.items() if code not in said_already]
    unread = result.ledger.rejected - result.noticed.get("poisoned", {}).get("count", 0)
    if unread > 0 and result.code != "many_rejected":
        noticed.append(("records_rejected", {"rejected": unread, **about}))
    if result.repairs:
        said = "; ".join(
            f"{sentence(code, {}, here.language).rstrip('.')} (×{count})" for code, count in result.repairs.items()
        )
        noticed.append(("pages_repaired", {"repairs": said, **about}))
    return reason + noticed


def _mark(result: Result) -> str:
    """Return the sign of a visit, as ``kho status`` shows it: ✓ where nobody has to look at it."""
    from harvester import who_must_act

    good = result.outcome == "complete" and result.verdict in ("published", "nothing")
    if good and who_must_act(result.code) is None:
        return "✓"
    return "✗" if result.outcome == "failed" else "!"


def plain(here: Desk, result: Result) -> dict[str, Any]:
    """Return a result for machines."""
    import msgspec

    from harvester import sentence, who_must_act

    return {
        "source": result.source,
        "visit": result.visit,
        "outcome": result.outcome,
        "verdict": result.verdict,
        "reason": sentence(result.code, result.facts, here.language),
        "reason_code": result.code,
        "who": who_must_act(result.code),
        "ledger": msgspec.to_builtins(result.ledger),
        "noticed": [
            {"code": code, "reason": sentence(code, {"source": result.source, **facts}, here.language)}
            for code, facts in result.noticed.items()
        ],
        "repairs": result.repairs,
    }


def exit_code(results: Sequence[Result], stopped: int, broken: int, reached: bool) -> int:
    """Return the first exit code that applies: interrupted, 1 (a fault of Kho), 6, 7, 5, 4, 0."""
    if stopped:
        return stopped
    if any(result.code == "unexpected" for result in results):
        return 1
    if not reached:
        return 6
    if results and all(result.code in ("busy", "lease_lost") for result in results):
        return 7
    good = [result for result in results if result.outcome == "complete" or result.cut]
    if (results and not good) or (broken and not results):
        return 5
    calm = [result for result in good if result.verdict not in ("held", "additions")]
    return 4 if broken or len(calm) < len(results) else 0
