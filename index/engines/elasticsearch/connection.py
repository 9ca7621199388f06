"""The client: one that reads and one that writes, each made when it is first needed; retries of writes are ours."""

from __future__ import annotations

import logging
import os
import ssl
import warnings
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...query import IndexUnreachableError
from .address import CA_FILE, READING, WRITING, Address, Identity, identity
from .bulk import Answer
from .faults import IndexForbiddenError, parts, unreachable

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

SEARCH_SECONDS = 5.0
WRITE_SECONDS = 120.0
_AWAY = (502, 503)  # another node may answer; a question that took too long (504) takes as long a second time
# Successful items keep their places in the list only if something of each is asked for.
_VERDICTS = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"


class Connection:
    """Asks a cluster as its reader or as its writer."""

    def __init__(
        self,
        address: Address,
        environ: Mapping[str, str] | None = None,
        search_seconds: float = SEARCH_SECONDS,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        self._search_seconds, self._write_seconds = search_seconds, write_seconds
        environ = os.environ if environ is None else environ
        self.address, self.shown = address, str(address)
        self._writing, self._reading = identity(environ, WRITING), identity(environ, READING)
        self._ca_file = environ.get(CA_FILE, "")
        self._reader: Elasticsearch | None = None
        self._writer: Elasticsearch | None = None

    @property
    def reader(self) -> Elasticsearch:
        """Return the client that only reads; raises IndexUnreachableError."""
        if self._reader is None:
            who = self._reading if self._reading.source else self._writing
            self._reader = self._client(who, request_timeout=self._search_seconds, max_retries=3, retry_on_status=_AWAY)
        return self._reader

    @property
    def writer(self) -> Elasticsearch:
        """Return the client that writes; raises IndexForbiddenError where we are told of a reader only."""
        if self._writer is None:
            if self._reading.source and not self._writing.source:
                needed = f"chỉ có quyền đọc / only may read ({self._reading.source}); {WRITING[0]}"
                raise IndexForbiddenError(self.shown, needed)
            self._writer = self._client(self._writing, request_timeout=self._write_seconds, max_retries=0)
        return self._writer

    def _client(self, who: Identity, **options: Any) -> Elasticsearch:
        import elasticsearch

        warnings.simplefilter("ignore", elasticsearch.ElasticsearchWarning)  # what a cluster thinks of its own settings
        logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)  # each fault is told once, by its name
        if who.source:
            options["headers"] = {"authorization": self._authorization(who)}
        try:
            if self._ca_file and self.address.nodes[0].startswith("https:"):
                options["ssl_context"] = ssl.create_default_context(cafile=self._ca_file)
            return elasticsearch.Elasticsearch(list(self.address.nodes), retry_on_timeout=False, **options)
        except (OSError, ValueError) as error:  # a CA file that is none
            raise IndexUnreachableError(self.shown, f"{CA_FILE}={self._ca_file}: {error}") from error

    def _authorization(self, who: Identity) -> str:
        """Return the header that says who we are; passwords have letters of every language."""
        if who.user:
            return "Basic " + b64encode(f"{who.user}:{who.password}".encode()).decode()
        if not (who.api_key.isascii() and who.api_key.isprintable()):
            raise IndexForbiddenError(self.shown, f"không phải khoá / no key: {who.source}")
        return f"ApiKey {who.api_key}"

    def post(self, index: str, body: bytes) -> Answer:
        """Send one request of documents; what a cluster answers is no exception here, whatever it is."""
        import elasticsearch

        try:
            said = self.writer.bulk(index=index, operations=body, filter_path=_VERDICTS)  # type: ignore[arg-type]  # bytes pass
            return Answer(200, items=said.body.get("items", ()), errors=bool(said.body.get("errors")))
        except elasticsearch.UnsupportedProductError as error:
            raise IndexUnreachableError(self.shown, "không phải Elasticsearch / this is not Elasticsearch") from error
        except elasticsearch.ApiError as error:
            return Answer(error.meta.status, *parts(error.body))
        except elasticsearch.SSLError as error:
            raise unreachable(self.shown, error) from error
        except elasticsearch.TransportError as error:
            return Answer(0, "", str(error.message)[:200])

    def close(self) -> None:
        """Let go of every connection."""
        for client in (self._reader, self._writer):
            if client is not None:
                client.close()
        self._reader = self._writer = None
