"""Raw record to resource: say it in one schema, list what is wrong. Pure: no network, no clock, no randomness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harvester import door

if TYPE_CHECKING:
    from .advised import DIFFER as DIFFER
    from .advised import USED as USED
    from .advised import Repair as Repair
    from .advised import as_read as as_read
    from .advised import as_used as as_used
    from .advised import known_words as known_words
    from .advised import line_of as line_of
    from .advised import repair_sentence as repair_sentence
    from .advised import repairs as repairs
    from .comparing import Differences as Differences
    from .comparing import Drawing as Drawing
    from .comparing import drawing_of_stored as drawing_of_stored
    from .comparing import drawn as drawn
    from .counting import Counts as Counts
    from .counting import Question as Question
    from .counting import added as added
    from .counting import counted as counted
    from .counting import covered as covered
    from .equivalents import abbreviations as abbreviations
    from .equivalents import counting_words as counting_words
    from .equivalents import grade_words as grade_words
    from .equivalents import number_words as number_words
    from .exports import BASE as BASE
    from .exports import export_formats as export_formats
    from .exports import open_export as open_export
    from .exports import written as written
    from .exports._catalogue import DataSet as DataSet
    from .exports._catalogue import catalogue as catalogue
    from .exports.csv import safe as safe
    from .extending import line_to_paste as line_to_paste
    from .fields import FIELDS as FIELDS
    from .fields import field_label as field_label
    from .keyboards import meant_by_keys as meant_by_keys
    from .mapping import check_word as check_word
    from .mapping import fingerprint as fingerprint
    from .mapping import formats as formats
    from .mapping import map_record as map_record
    from .mapping import map_records as map_records
    from .mapping import readable as readable
    from .own_tables import use_tables as use_tables
    from .problems import PROBLEMS as PROBLEMS
    from .problems import problem_sentence as problem_sentence
    from .rdf import Scheme as Scheme
    from .rdf import published as published
    from .rdf import schemes as schemes
    from .recognise import match as match
    from .resource import Agent as Agent
    from .resource import Explanation as Explanation
    from .resource import Identifier as Identifier
    from .resource import Institution as Institution
    from .resource import Mapped as Mapped
    from .resource import Origin as Origin
    from .resource import Problem as Problem
    from .resource import Relation as Relation
    from .resource import Resource as Resource
    from .safety import UNTOLD as UNTOLD
    from .sampling import encoding_of as encoding_of
    from .saved import read_saved as read_saved
    from .syllables import is_known_syllable as is_known_syllable
    from .tables import Tables as Tables
    from .tables import tables_in_use as tables_in_use
    from .vocabulary import concept as concept
    from .vocabulary import ids as ids
    from .vocabulary import label as label
    from .vocabulary import names as names
    from .vocabulary import of_code as of_code
    from .vocabulary import order as order
    from .vocabulary import parents as parents
    from .vocabulary import province as province
    from .vocabulary import term_of as term_of

__getattr__ = door(
    "mappings",
    {
        **dict.fromkeys(("Counts", "Question", "added", "counted", "covered"), "counting"),
        **dict.fromkeys(
            ("DIFFER", "USED", "Repair", "as_read", "as_used", "known_words", "line_of", "repair_sentence", "repairs"),
            "advised",
        ),
        **dict.fromkeys(("Differences", "Drawing", "drawing_of_stored", "drawn"), "comparing"),
        **dict.fromkeys(("abbreviations", "counting_words", "grade_words", "number_words"), "equivalents"),
        **dict.fromkeys(("BASE", "export_formats", "open_export", "written"), "exports"),
        **dict.fromkeys(("DataSet", "catalogue"), "exports._catalogue"),
        "safe": "exports.csv",
        "line_to_paste": "extending",
        **dict.fromkeys(("Scheme", "published", "schemes"), "rdf"),
        **dict.fromkeys(("FIELDS", "field_label"), "fields"),
        "meant_by_keys": "keyboards",
        **dict.fromkeys(("check_word", "fingerprint", "formats", "map_record", "map_records", "readable"), "mapping"),
        **dict.fromkeys(("PROBLEMS", "problem_sentence"), "problems"),
        "use_tables": "own_tables",
        **dict.fromkeys(("Tables", "tables_in_use"), "tables"),
        "match": "recognise",
        "UNTOLD": "safety",
        "read_saved": "saved",
        "encoding_of": "sampling",
        "is_known_syllable": "syllables",
        **dict.fromkeys(
            (
                "Agent",
                "Explanation",
                "Identifier",
                "Institution",
                "Mapped",
                "Origin",
                "Problem",
                "Relation",
                "Resource",
            ),
            "resource",
        ),
        **dict.fromkeys(
            ("concept", "ids", "label", "names", "of_code", "order", "parents", "province", "term_of"), "vocabulary"
        ),
    },
)
