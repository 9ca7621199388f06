"""The fields of the embedded index, and how the tokens of each are made."""

from __future__ import annotations

import tantivy

from ...clauses import NOTHING, NUMBER_FIELDS, TEXT_FIELDS
from ...query import TERM_FIELDS, Document
from .packing import pack
from .written import written

_UNINDEXED = "unindexed"  # sort keys are columns only: nobody looks one up, and indexing them took a sixth of all
_FOLDING = "folding"  # cuts finished tokens at blanks and drops the marks of those that still have them
# The first bytes of sort keys and of keys as numbers, seven a column: columns of words can be neither compared nor read
# from Python, and finding the word of each hit takes long.
STARTS = {
    "title": ("title_start_1", "title_start_2", "title_start_3"),
    "-modified": ("modified_start_1", "modified_start_2", "modified_start_3"),
}
KEY_START = "key_start"
_STREAMS = {name: (f"{name}_exact", f"{name}_folded") for name in TEXT_FIELDS}


def schema() -> tantivy.Schema:
    """Return the fields of a document: what is searched, filtered, sorted by, and given back."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("status", fast=True, tokenizer_name="raw", index_option="basic")
    for name in TERM_FIELDS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(f"{name}_exact", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{name}_folded", tokenizer_name=_FOLDING, index_option="position")
    for name in (*NUMBER_FIELDS, *STARTS["title"], *STARTS["-modified"], KEY_START):
        builder.add_integer_field(name, fast=True, indexed=False)
    builder.add_text_field("title_order", fast=True, tokenizer_name=_UNINDEXED, index_option="basic")
    builder.add_text_field("modified_order", fast=True, tokenizer_name=_UNINDEXED, index_option="basic")
    builder.add_bytes_field("stored", stored=True)
    builder.add_bytes_field("version", stored=True)
    return builder.build()


def starts(text: str) -> tuple[int, int, int]:
    """Return the first 21 bytes of a text as numbers of seven; compared one after the other they sort as texts do."""
    first = text[:21].encode("utf-8", "surrogatepass")[:21].ljust(21, b"\0")
    return int.from_bytes(first[:7]), int.from_bytes(first[7:14]), int.from_bytes(first[14:])


def made(document: Document) -> tantivy.Document:
    """Return a document for Tantivy."""
    found = tantivy.Document()
    found.add_text("key", document.key)
    found.add_text("status", document.status)
    found.add_text("source", document.source)
    stored = stored_of(document)
    found.add_bytes("stored", stored)
    found.add_bytes("version", written(document, stored))
    if document.status != "shown":
        fill(found)
        return found
    for field, exact, folded in document.text:
        in_exact, in_folded = _STREAMS[field]
        found.add_text(in_exact, exact)
        found.add_text(in_folded, folded or exact)
    for field, values in document.terms:
        for value in values:
            found.add_text(field, value)
    for field, number in document.numbers:
        found.add_integer(field, number)
    title, modified = f"{document.title_order}\x00{document.key}", f"{document.modified_order}\x00{document.key}"
    found.add_text("title_order", title)
    found.add_text("modified_order", modified)
    for fields, order in ((STARTS["title"], title), (STARTS["-modified"], modified)):
        for field, number in zip(fields, starts(order), strict=True):
            found.add_integer(field, number)
    found.add_integer(KEY_START, starts(document.key)[0])
    return found


def stored_of(document: Document) -> bytes:
    """Return what is stored of a document: its resource, packed, or why it is not shown."""
    return pack(document.key, document.stored) if document.status == "shown" else document.reason.encode()


def fill(document: tantivy.Document) -> None:
    """Put a sign that no question holds into every field of words, so that each document counts in their statistics."""
    for name in TEXT_FIELDS:
        document.add_text(f"{name}_exact", NOTHING)
        document.add_text(f"{name}_folded", NOTHING)


def teach(index: tantivy.Index) -> None:
    """Tell an index that is to be written how tokens are folded, and how sort keys become columns and no terms."""
    folding = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.ascii_fold()).build()
    index.register_tokenizer(_FOLDING, folding)
    whole = tantivy.Tokenizer.raw()
    nothing = tantivy.TextAnalyzerBuilder(whole).filter(tantivy.Filter.remove_long(1)).build()
    index.register_tokenizer(_UNINDEXED, nothing)
    index.register_fast_field_tokenizer(_UNINDEXED, tantivy.TextAnalyzerBuilder(whole).build())
