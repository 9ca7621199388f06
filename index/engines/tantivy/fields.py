"""The fields of the embedded index, and how the tokens of each are made."""

from __future__ import annotations

import tantivy

from ...query import FACETS

_UNINDEXED = "unindexed"  # sort keys are columns only: nobody looks one up, and indexing them took a sixth of all
_FOLDING = "folding"  # cuts finished tokens at blanks and drops the marks of those that still have them


def schema() -> tantivy.Schema:
    """Return the fields of a document: what is searched, filtered, sorted by, and given back."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("status", fast=True, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "text"):
        builder.add_text_field(f"{name}_exact", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field(f"{name}_folded", tokenizer_name=_FOLDING, index_option="position")
    builder.add_text_field("title_order", fast=True, tokenizer_name=_UNINDEXED, index_option="basic")
    builder.add_text_field("modified_order", fast=True, tokenizer_name=_UNINDEXED, index_option="basic")
    builder.add_bytes_field("stored", stored=True)
    builder.add_bytes_field("version", stored=True)
    return builder.build()


def teach(index: tantivy.Index) -> None:
    """Tell an index that is to be written how tokens are folded, and how sort keys become columns and no terms."""
    folding = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.ascii_fold()).build()
    index.register_tokenizer(_FOLDING, folding)
    whole = tantivy.Tokenizer.raw()
    nothing = tantivy.TextAnalyzerBuilder(whole).filter(tantivy.Filter.remove_long(1)).build()
    index.register_tokenizer(_UNINDEXED, nothing)
    index.register_fast_field_tokenizer(_UNINDEXED, tantivy.TextAnalyzerBuilder(whole).build())
