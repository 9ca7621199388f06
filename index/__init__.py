"""Resources to found: our questions and answers, one Vietnamese analysis, engines, and the feed that fills them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harvester import door

if TYPE_CHECKING:
    from .addresses import check_address as check_address
    from .addresses import open_engine as open_engine
    from .comparing import answered_otherwise as answered_otherwise
    from .comparing import differences as differences
    from .comparing import read_questions as read_questions
    from .counting import begins as begins
    from .documents import document_of as document_of
    from .errors import IndexDamagedError as IndexDamagedError
    from .errors import IndexUnreachableError as IndexUnreachableError
    from .errors import NoGenerationError as NoGenerationError
    from .errors import megabytes as megabytes
    from .explaining import why as why
    from .feed import Progress as Progress
    from .feed import forget as forget
    from .feed import map_again as map_again
    from .feed import rebuild as rebuild
    from .feed import repair as repair
    from .feed import rollback as rollback
    from .feed import same_epoch as same_epoch
    from .feed import update as update
    from .query import FACETS as FACETS
    from .query import LACKABLE as LACKABLE
    from .query import LARGEST_PAGE as LARGEST_PAGE
    from .query import LARGEST_WINDOW as LARGEST_WINDOW
    from .query import LONGEST_WORDS as LONGEST_WORDS
    from .query import MOST_FACET_VALUES as MOST_FACET_VALUES
    from .query import MOST_TERMS as MOST_TERMS
    from .query import RANGES as RANGES
    from .query import CursorError as CursorError
    from .query import Engine as Engine
    from .query import Filter as Filter
    from .query import Hit as Hit
    from .query import Hits as Hits
    from .query import LimitExceededError as LimitExceededError
    from .query import Query as Query
    from .query import QuestionError as QuestionError
    from .query import Range as Range
    from .ranges import RangeError as RangeError
    from .ranges import range_of as range_of
    from .ranges import written as written
    from .streaming import mapped as mapped
    from .suggest.completing import SUGGESTED as SUGGESTED
    from .suggest.completing import Suggested as Suggested
    from .suggest.completing import Suggestion as Suggestion
    from .suggest.helping import Correction as Correction
    from .suggest.helping import Helper as Helper
    from .verifying import Fault as Fault
    from .verifying import faults as faults
    from .verifying import faults_of_mapping as faults_of_mapping
    from .workers import Workers as Workers
    from .workers import cores as cores
    from .workers import processes as processes

__getattr__ = door(
    "index",
    {
        **dict.fromkeys(("check_address", "open_engine"), "addresses"),
        "document_of": "documents",
        **dict.fromkeys(("answered_otherwise", "differences", "read_questions"), "comparing"),
        "begins": "counting",
        "why": "explaining",
        **dict.fromkeys(("RangeError", "range_of", "written"), "ranges"),
        **dict.fromkeys(("SUGGESTED", "Suggested", "Suggestion"), "suggest.completing"),
        **dict.fromkeys(("Correction", "Helper"), "suggest.helping"),
        **dict.fromkeys(("IndexDamagedError", "IndexUnreachableError", "NoGenerationError", "megabytes"), "errors"),
        "mapped": "streaming",
        **dict.fromkeys(("Fault", "faults", "faults_of_mapping"), "verifying"),
        **dict.fromkeys(("Workers", "cores", "processes"), "workers"),
        **dict.fromkeys(
            ("Progress", "forget", "map_again", "rebuild", "repair", "rollback", "same_epoch", "update"), "feed"
        ),
        **dict.fromkeys(
            (
                "FACETS",
                "LACKABLE",
                "LARGEST_PAGE",
                "LARGEST_WINDOW",
                "LONGEST_WORDS",
                "MOST_FACET_VALUES",
                "MOST_TERMS",
                "RANGES",
                "CursorError",
                "Engine",
                "Filter",
                "Hit",
                "Hits",
                "LimitExceededError",
                "Query",
                "QuestionError",
                "Range",
            ),
            "query",
        ),
    },
)
