"""A fault of Kho itself at one source: that visit ends, says so, and nobody else's does."""

from __future__ import annotations

from collections.abc import Iterator

from commands.harvest import exit_code
from demo.town import Town
from harvester import Store, sentence
from harvester.asking import Asking
from harvester.record import Ledger, Page
from harvester.source import Source
from harvester.visit import Visiting
from harvester.visit.asked import connector
from harvester.web import Web
from tests.harvester.test_visit import FORMATS, source, visit


class Broken:
    """OAI-PMH, with a mistake in it that one source brings to light."""

    def pages(self, source: Source, visit: Asking, web: Web) -> Iterator[Page]:
        for page in connector("oai").pages(source, visit, web):
            yield page
            if source.id == "thpt-hong-duc":
                raise AttributeError("no attribute 'group'")


def test_a_fault_of_ours_at_one_source_ends_that_visit_and_no_other(store: Store, town: Town) -> None:
    night = Visiting(store, FORMATS, connector=lambda word: Broken())
    results = [night.visit(source(town, name)) for name in ("thpt-hong-duc", "tieu-hoc-kim-dong")]
    assert [(result.outcome, result.code) for result in results] == [("partial", "unexpected"), ("complete", "whole")]
    assert results[0].ledger.new == 100, "what was accepted before is kept and published"
    assert "AttributeError: no attribute 'group' (test_unexpected.py:" in sentence("unexpected", results[0].facts, "en")
    assert exit_code(results, 0, 0, True) == 1
    again = visit(store, town, "thpt-hong-duc")
    assert again.ledger == Ledger(declared=240, fetched=240, new=140, unchanged=100)
