"""How good the order of answers is: nDCG at 10 of the evaluation set, by half and kind: ``bench --queries``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from index import Engine, Helper, Query, open_engine
from index.evaluation import AT, Judged, judge, mean, ndcg, questions, stated
from index.query import Place
from index.suggest import Learner, Memory
from tests.index.elasticsearch.node import NoServerError, started
from tests.index.town_documents import documents, entries

from .figures import write

PLACE = Place("store", 1, len(documents()))
Judgements = Mapping[str, Mapping[str, int]]  # question as typed → key of a record → 0 to 3


def judgements() -> Judgements:
    """Judge every record of the town for every question."""
    records = {
        document.key: stated(entry.elements) for document, (_, entry) in zip(documents(), entries(), strict=True)
    }
    return {each.typed: {key: judge(each, record) for key, record in records.items()} for each in questions()}


def fill(engine: Engine) -> None:
    """Put the town into an index, in a generation of its own, with what is learned of it."""
    fresh = engine.fresh()
    fresh.write(documents(), PLACE, new=True)
    memory = Memory(fresh, Learner(expected=len(documents())))
    memory.see(documents(), again=False)
    memory.keep()
    engine.adopt(fresh)
    fresh.close()


def scores(engine: Engine, judged: Judgements, *, helped: bool) -> dict[str, float]:
    """Score every question; ``helped``: whoever asks takes the other question that is offered."""
    helper, found = Helper(engine), {}
    for each in questions():
        query = Query(each.typed, size=AT)
        hits = engine.search(query)
        meant = helper.did_you_mean(query, hits.total) if helped else None
        if meant is not None:
            hits = engine.search(Query(meant.words, size=AT))
        known = judged[each.typed]
        found[each.typed] = ndcg([known[hit.key] for hit in hits.hits], known.values())
    return found


def measure(addresses: Sequence[str]) -> None:
    """Score each index and write the table; without addresses a new embedded one, and real clusters of both series."""
    judged = judgements()
    lines: list[str] = []
    with ExitStack() as stack:
        for name, address in [(each.partition(":")[0], each) for each in addresses] or _started(stack):
            engine = open_engine(address)
            fill(engine)
            lines += _table(name, engine, judged)
            engine.close()
    write("queries", [_HEAD.format(len(questions()), len(documents())), "", *_COLUMNS, *lines])


def _started(stack: ExitStack) -> Iterator[tuple[str, str]]:
    yield "tantivy", f"tantivy:{stack.enter_context(tempfile.TemporaryDirectory(prefix='kho-bench-'))}"
    for version in ("9.2.0", "8.19.8"):
        try:
            node = stack.enter_context(started(version))
        except NoServerError as error:
            print(f"not scored: {error.what} → {error.bring}")
            continue
        yield f"elasticsearch {version}", f"elasticsearch:{node.url}/cham-diem"


_HEAD = "nDCG@10 of {} questions, each judged over all {:,} records of the demo town (index/evaluation says how)."
_COLUMNS = ("| index | questions | as typed | with did-you-mean taken |", "|---|---|---|---|")


def _table(name: str, engine: Engine, judged: Judgements) -> list[str]:
    bare, helped = scores(engine, judged, helped=False), scores(engine, judged, helped=True)
    groups: dict[str, Iterable[Judged]] = {
        "half a": [each for each in questions() if each.half == "a"],
        "half b": [each for each in questions() if each.half == "b"],
    }
    for kind in dict.fromkeys(each.kind for each in questions()):
        groups[kind] = [each for each in questions() if each.kind == kind]
    return [
        f"| {name} | {words} | {mean(bare, each):.3f} | {mean(helped, each):.3f} |" for words, each in groups.items()
    ]
