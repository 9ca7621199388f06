"""The tables of the store: what was fetched, what changed, what is staged. One text for SQLite and PostgreSQL.

Times are epoch seconds of our clock unless a column says otherwise; a server's own stamps are kept as they were sent.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects.postgresql import TEXT as POSTGRESQL_TEXT

HEAD = "0002"  # the revision that this code reads and writes; a test compares it with the migration scripts

# A BIGINT primary key is not SQLite's rowid and would not count up; STRICT tables know no SMALLINT.
Big = BigInteger().with_variant(Integer, "sqlite")
Small = SmallInteger().with_variant(Integer, "sqlite")
# Byte order on PostgreSQL as on SQLite, whatever the locale of the database.
Key = Text().with_variant(POSTGRESQL_TEXT(collation="C"), "postgresql")

PRESENT, MISSING, WITHDRAWN = 0, 1, 2
PRESENCES = ("present", "missing", "withdrawn")
RUNNING, PUBLISHING, ENDED = 0, 1, 2

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

identity = Table(
    "identity",
    metadata,
    Column("store", Text, primary_key=True),
    Column("epoch", Big, nullable=False),  # minutes from 2020-01-01 to the making or restoring of the store
    Column("take_downs", Big, nullable=False, server_default="0"),  # counts every change of suppressions
    sqlite_strict=True,
)

source = Table(
    "source",
    metadata,
    Column("id", Big, primary_key=True),
    Column("name", Key, nullable=False),  # today's id in sources.yaml
    Column("first_id", Key, nullable=False),  # the first id it ever had: keys are made from it
    Column("url", Text, nullable=False, server_default=""),
    Column("next_mode", Text, nullable=False, server_default="full"),
    Column("watermark", Text),  # the server's clock, UTC, YYYY-MM-DDThh:mm:ssZ
    Column("learned", Text, nullable=False, server_default="{}"),  # JSON: granularity, format, prefix …
    Column("set_names", Text, nullable=False, server_default="{}"),  # JSON: setSpec -> setName
    Column("described", Text, nullable=False, server_default="{}"),  # JSON: what sources.yaml last said of it
    Column("due_at", Big, nullable=False, server_default="0"),
    Column("failures", Big, nullable=False, server_default="0"),
    Column("present", Big, nullable=False, server_default="0"),  # counts of its records, kept by every change
    Column("missing", Big, nullable=False, server_default="0"),
    Column("withdrawn", Big, nullable=False, server_default="0"),
    Column("retired", Small, nullable=False, server_default="0"),
    Column("fence", Big, nullable=False, server_default="0"),
    Column("lease_by", Text, nullable=False, server_default=""),
    Column("lease_until", Big, nullable=False, server_default="0"),
    # When a complete full list or sweep last ended, epoch seconds: absence is looked for anew after a month.
    Column("swept_at", Big, nullable=False, server_default="0"),
    Column("reread", Text),  # JSON: how far the slow reading of everything anew has come (late and wrong datestamps)
    UniqueConstraint("name"),
    UniqueConstraint("first_id"),
    Index(None, "due_at"),
    sqlite_strict=True,
)

visit = Table(
    "visit",
    metadata,
    Column("id", Big, primary_key=True),
    Column("source", Big, ForeignKey("source.id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("first", Small, nullable=False),  # nothing was held when it began: slices are published as they come
    Column("state", Small, nullable=False),
    Column("fence", Big, nullable=False),
    Column("started", Big, nullable=False),
    Column("ended", Big),
    Column("since", Text),  # the from argument's moment, None for a full list
    Column("clock", Text),  # responseDate of the first answer, normalised
    Column("pages", Big, nullable=False, server_default="0"),
    Column("fetched", Big, nullable=False, server_default="0"),
    Column("rejected", Big, nullable=False, server_default="0"),
    Column("payloads", Big, nullable=False, server_default="0"),  # running number of its payloads
    Column("declared", Big),
    Column("checkpoint", LargeBinary),
    Column("outcome", Text),
    Column("verdict", Text),
    Column("code", Text, nullable=False, server_default=""),
    Column("facts", Text, nullable=False, server_default="{}"),
    Column("ledger", Text, nullable=False, server_default="{}"),
    Column("ending", Text),  # how it is to end, once judged: a killed publish is finished, never judged again
    Column("open", Small, nullable=False, server_default="0"),  # a question waits for an operator
    Column("repairs", Text, nullable=False, server_default="{}"),  # JSON: how often each repair was needed
    Column("noticed", Text, nullable=False, server_default="{}"),  # JSON: code -> facts and how often
    Column("superseded_by", Big),  # the newer visit that took over this open question
    Column("undoes", Big),  # the visit that this one takes back
    Index(None, "source", "id"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

page = Table(
    "page",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("token", Text, nullable=False),
    Column("seen", LargeBinary, nullable=False),  # zstd of the uint64 ids of records that it showed unchanged
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

context = Table(
    "context",
    metadata,
    Column("id", Big, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
    UniqueConstraint("hash"),
    sqlite_strict=True,
)

dictionary = Table(
    "dictionary",
    metadata,
    Column("id", Big, primary_key=True),
    Column("format", Key, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("text", LargeBinary, nullable=False),
    UniqueConstraint("hash"),
    sqlite_strict=True,
)

payload = Table(
    "payload",
    metadata,
    # visit << 28 | running number in the visit: needs no RETURNING and is the same when a page is staged again
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("format", Text, nullable=False),
    Column("dictionary", Big, nullable=False),  # 0: none
    Column("context", Big, nullable=False),
    Column("datestamp", Text, nullable=False),
    Column("sets", Text, nullable=False),  # one setSpec a line
    Column("content", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # Hash of context and body as they came: what ``kho store check`` compares. Older rows have none; an erased body
    # keeps both hashes.
    Column("fingerprint", LargeBinary),
    sqlite_strict=True,
)

staged = Table(
    "staged",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("identifier", Key, primary_key=True),
    Column("payload", Big),  # None: a tombstone, or other bytes with the same content
    Column("content", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("key_number", Big, nullable=False),
    Column("deleted", Small, nullable=False),
    Column("datestamp", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

absent = Table(
    "absent",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("record", Big, primary_key=True, autoincrement=False),
    Column("presence", Small, nullable=False),  # what it becomes: missing, or withdrawn for being absent again
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

rejected = Table(
    "rejected",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("identifier", Key),
    Column("code", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zstd, no dictionary
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

# Pages kept whole as they came: those that needed a repair, and those that could not be accepted.
kept = Table(
    "kept",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),  # a message: repaired, or why it was not accepted
    Column("place", Text, nullable=False),  # the address that answered
    Column("repairs", Text, nullable=False),  # JSON: each repair and how often it was made on this page
    Column("body", LargeBinary, nullable=False),  # zstd, no dictionary
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

record = Table(
    "record",
    metadata,
    Column("id", Big, primary_key=True),
    Column("source", Big, ForeignKey("source.id"), nullable=False),
    Column("identifier", Key, nullable=False),
    Column("key_number", Big, nullable=False),  # the first 60 bits of the key: a short index finds it
    Column("payload", Big),
    Column("content", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("presence", Small, nullable=False),
    Column("since", Big, nullable=False),  # the server's clock when its presence last changed, epoch seconds
    Column("first_visit", Big, nullable=False),
    Column("last_visit", Big, nullable=False),
    Column("datestamp", Text, nullable=False, server_default=""),  # with the bytes of ``fingerprint``, as sent
    UniqueConstraint("source", "identifier"),
    Index(None, "source", "fingerprint"),
    Index(None, "key_number"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

change = Table(
    "change",
    metadata,
    Column("sequence", Big, primary_key=True),
    Column("record", Big, nullable=False),
    Column("visit", Big, nullable=False),
    Column("before", Big),
    Column("after", Big),
    Column("was", Small),  # None: there was no record
    Column("presence", Small, nullable=False),
    Index(None, "record", "sequence"),
    Index(None, "visit"),
    sqlite_autoincrement=True,  # a number is never given twice
    sqlite_strict=True,
)

# Which record, held under its former identifier, a source has renamed: both keys name each other.
renaming = Table(
    "renaming",
    metadata,
    Column("visit", Big, primary_key=True, autoincrement=False),
    Column("former", Big, primary_key=True, autoincrement=False),  # the record
    Column("identifier", Key, nullable=False),  # what the same source calls it now
    Index(None, "identifier"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

suppression = Table(
    "suppression",
    metadata,
    Column("id", Big, primary_key=True),
    Column("source", Key),  # the source's first id; with no identifier the take-down is of the whole source
    Column("identifier", Key),
    Column("content", LargeBinary),
    Column("reason", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("erased", Small, nullable=False, server_default="0"),  # 1: bodies are to be overwritten, 2: they were
    UniqueConstraint("source", "identifier"),
    Index(None, "content"),
    sqlite_strict=True,
)


def visit_of(payload: ColumnElement[int]) -> ColumnElement[int]:
    """Return the visit that fetched a payload, which stands in the payload's id."""
    return payload.op(">>")(literal_column("28"))  # PostgreSQL shifts by a plain integer only
