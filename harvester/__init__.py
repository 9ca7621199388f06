"""Institutions to our disk: ask, keep unchanged, judge, publish. Knows the network and time, nothing of Dublin Core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .door import door as door

if TYPE_CHECKING:
    from .errors import KhoError as KhoError
    from .errors import SourceError as SourceError
    from .errors import StoreError as StoreError
    from .faults import Fault as Fault
    from .faults import Faults as Faults
    from .faults import nearest as nearest
    from .messages import MESSAGES as MESSAGES
    from .messages import next_command as next_command
    from .messages import sentence as sentence
    from .messages import shown_fact as shown_fact
    from .messages import who_must_act as who_must_act
    from .night import Night as Night
    from .normalising import normal_form as normal_form
    from .page import document as document
    from .page import local_name as local_name
    from .page import read_page as read_page
    from .record import LONGEST_IDENTIFIER as LONGEST_IDENTIFIER
    from .record import Change as Change
    from .record import Format as Format
    from .record import Ledger as Ledger
    from .record import RawRecord as RawRecord
    from .record import Rejected as Rejected
    from .record import key_number as key_number
    from .record import key_of as key_of
    from .record import pack as pack
    from .record import unpack as unpack
    from .source import ARROW as ARROW
    from .source import SETTINGS as SETTINGS
    from .source import SOURCE as SOURCE
    from .source import Federation as Federation
    from .source import NothingSelectedError as NothingSelectedError
    from .source import Source as Source
    from .source import read_federation as read_federation
    from .source import select as select
    from .source.schema import json_schema as json_schema
    from .stamp import vietnamese_time as vietnamese_time
    from .store import Store as Store
    from .store import open_store as open_store
    from .store.restoring import restore as restore
    from .store.suppression_file import TakeDown as TakeDown
    from .store.visits import describe as describe
    from .visit import Decided as Decided
    from .visit import Result as Result
    from .visit import Wish as Wish
    from .visit import approve as approve
    from .visit import forget_source as forget_source
    from .visit import learn_of_source as learn_of_source
    from .visit import reject as reject
    from .visit import retire_source as retire_source
    from .visit import take_back as take_back
    from .yaml_marks import Marked as Marked
    from .yaml_marks import load_yaml as load_yaml
    from .yaml_marks import parse_yaml as parse_yaml

__getattr__ = door(
    "harvester",
    {
        **dict.fromkeys(("KhoError", "SourceError", "StoreError"), "errors"),
        **dict.fromkeys(("Fault", "Faults", "nearest"), "faults"),
        **dict.fromkeys(("document", "local_name", "read_page"), "page"),
        **dict.fromkeys(
            ("Change", "Format", "Ledger", "RawRecord", "Rejected", "key_number", "key_of", "pack", "unpack"), "record"
        ),
        "LONGEST_IDENTIFIER": "record",
        **dict.fromkeys(("Federation", "NothingSelectedError", "Source", "read_federation", "select"), "source"),
        **dict.fromkeys(("Store", "open_store"), "store"),
        **dict.fromkeys(("Decided", "Result", "Wish", "approve", "reject", "retire_source", "take_back"), "visit"),
        **dict.fromkeys(("forget_source", "learn_of_source"), "visit"),
        "Night": "night",
        "normal_form": "normalising",
        "json_schema": "source.schema",
        **dict.fromkeys(("MESSAGES", "next_command", "sentence", "shown_fact", "who_must_act"), "messages"),
        "vietnamese_time": "stamp",
        "ARROW": "source",
        "SETTINGS": "source",
        "SOURCE": "source",
        "describe": "store.visits",
        "TakeDown": "store.suppression_file",
        "restore": "store.restoring",
        **dict.fromkeys(("Marked", "load_yaml", "parse_yaml"), "yaml_marks"),
    },
)
