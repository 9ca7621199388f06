"""Ask one index: a page of hits with what is counted, one document, or all of them in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...clauses import Plan
from ...counting import facet
from ...cursors import Cursor, write_cursor
from ...hits import hit_of, marker_of
from ...query import LONGEST_SECONDS, Facet, Hit, Hits, IndexUnreachableError, LimitExceededError, Query
from ...questions import plan
from .connection import Connection
from .faults import naming
from .questions import body

_PAGE = 10_000  # documents of one answer, the most that a cluster gives


class Searching:
    """Asks the index of a name: an alias, or one generation."""

    def __init__(self, connection: Connection, index: str) -> None:
        self._connection, self._index = connection, index

    def _ask(self, asked: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Ask; half an answer is none: shards that are away and time that is over are errors."""
        if self._connection.address.shards > 1:
            options["search_type"] = "dfs_query_then_fetch"  # words are as rare in the whole, not in each shard
        with naming(self._connection.shown):
            said: dict[str, Any] = self._connection.reader.search(
                index=self._index, allow_partial_search_results=False, request_cache=False, **asked, **options
            ).body
        if said["timed_out"]:
            raise LimitExceededError("seconds", LONGEST_SECONDS)
        return said

    def search(self, query: Query) -> Hits:
        """Answer a question; raises LimitExceededError, IndexUnreachableError."""
        question, planned = plan(query)
        said = self._ask(body(planned, query))
        marker = marker_of(question, query)
        found = said["hits"]["hits"]
        hits = tuple(hit_of(each["_id"], each["_source"]["stored"].encode(), marker) for each in found[: query.size])
        counted = said.get("aggregations", {})
        facets = tuple(_facet(field, counted[field], query) for field in query.facets)
        total = counted["total"]["doc_count"] if planned.after else said["hits"]["total"]["value"]
        return Hits(total, hits, facets, self._cursor(planned, query, found))

    def _cursor(self, planned: Plan, query: Query, found: list[dict[str, Any]]) -> str:
        """Return what leads to the next page, where there is one."""
        if planned.order == "relevance" or not query.size or len(found) <= query.size:
            return ""
        last = found[query.size - 1]
        return write_cursor(Cursor(last["_index"], planned.order, last["sort"][0]))

    def get(self, key: str) -> Hit | None:
        """Return one shown resource."""
        found = self._source(key)
        return Hit(key, found["stored"].encode()) if found and found["status"] == "shown" else None

    def stored(self, key: str) -> str:
        """Return what is stored of a document of ours, "" where there is none."""
        return str(self._source(key).get("stored", ""))

    def several(self, keys: list[str]) -> list[str]:
        """Return what is stored of documents of ours; those that are not there are left out."""
        if not keys:
            return []
        with naming(self._connection.shown):
            found = self._connection.reader.mget(index=self._index, ids=keys).body["docs"]
        return [each["_source"]["stored"] for each in found if each.get("found") and "stored" in each["_source"]]

    def _source(self, key: str) -> dict[str, Any]:
        client = self._connection.reader
        with naming(self._connection.shown):
            said = client.options(ignore_status=404).get(index=self._index, id=key).body
        if "error" in said:
            raise IndexUnreachableError(self._connection.shown, "chưa có chỉ mục / no index yet")
        return dict(said["_source"]) if said["found"] else {}

    def statuses(self) -> dict[str, int]:
        """Count the documents by status."""
        said = self._ask({"size": 0, "aggs": {"status": {"terms": {"field": "status", "size": 100}}}})
        return {each["key"]: each["doc_count"] for each in said["aggregations"]["status"]["buckets"]}

    def all(self, wanted: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
        """Yield key, status, version and what is stored of every document that passes, in the order of keys."""
        after: list[str] = []
        while True:
            asked: dict[str, Any] = {
                "size": _PAGE,
                "query": {"bool": {"filter": wanted}},
                "sort": [{"key": "asc"}],
                "track_total_hits": False,
                "source": ["stored"],
                "docvalue_fields": ["status", "version"],
            }
            found = self._ask({**asked, "search_after": after} if after else asked)["hits"]["hits"]
            for hit in found:
                fields = hit["fields"]
                version = fields.get("version", [""])[0]
                yield hit["_id"], fields["status"][0], version, hit["_source"].get("stored", "")
            if len(found) < _PAGE:
                return
            after = found[-1]["sort"]


def _facet(field: str, said: dict[str, Any], query: Query) -> Facet:
    counts = {str(each["key"]): int(each["doc_count"]) for each in said["counted"]["buckets"]}
    return facet(field, counts, said["missing"]["doc_count"], query)
