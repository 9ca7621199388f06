"""Raw record to resource: the common schema, crosswalks, vocabularies. Pure: no network, no clock, no randomness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harvester import door

if TYPE_CHECKING:
    from .crosswalk import formats as formats
    from .mapping import check_word as check_word
    from .mapping import fingerprint as fingerprint
    from .mapping import map_record as map_record
    from .problems import PROBLEMS as PROBLEMS
    from .problems import problem_sentence as problem_sentence
    from .resource import Institution as Institution
    from .resource import Mapped as Mapped
    from .resource import Origin as Origin
    from .resource import Resource as Resource
    from .vocabulary import label as label
    from .vocabulary import order as order

__getattr__ = door(
    "mappings",
    {
        "formats": "crosswalk",
        "check_word": "mapping",
        "fingerprint": "mapping",
        "map_record": "mapping",
        "PROBLEMS": "problems",
        "problem_sentence": "problems",
        "Institution": "resource",
        "Mapped": "resource",
        "Origin": "resource",
        "Resource": "resource",
        "label": "vocabulary",
        "order": "vocabulary",
    },
)
