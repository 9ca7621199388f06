"""EPrints states its page as a relation and its file as identifier: the page is shown, and no other work's."""

from __future__ import annotations

import pytest

from mappings import links, map_record

from .records import ORIGIN, dublin_core

FILE = "http://cogprints.org/9708/1/2013-4-1.pdf"


@pytest.mark.parametrize(
    ("identifiers", "relations", "page"),
    [
        ([FILE], ["http://cogprints.org/9708/"], "http://cogprints.org/9708/"),
        ([FILE], ["http://cogprints.org/12/", "http://cogprints.org/9708/"], "http://cogprints.org/9708/"),
        (["http://in.vn/7/1/a.doc"], ["http://in.vn/id/eprint/7"], "http://in.vn/id/eprint/7"),
        (["Hoa, L. (2013)"], ["http://cogprints.org/9708/"], "http://cogprints.org/9708/"),
        ([FILE], ["http://cogprints.org/12/"], FILE),
        ([FILE], ["http://cogprints.org/970/"], FILE),
        ([FILE], ["http://in.vn/9708/"], FILE),
        ([FILE], ["http://cogprints.org/9708/1/"], FILE),
        ([FILE], [], FILE),
        (["https://thu.example/1"], ["http://cogprints.org/9708/"], "https://thu.example/1"),
    ],
)
def test_the_page_that_holds_the_file(identifiers: list[str], relations: list[str], page: str) -> None:
    mapped = map_record(dublin_core(identifier=identifiers, relation=relations), ORIGIN).resource
    assert mapped is not None
    assert mapped.landing_url == page


def test_however_many_relations_a_record_has_few_are_looked_for_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is looked for in the whole body: thousands in a megabyte would take minutes."""
    asked: list[str] = []
    real = links._holds_file

    def counted(body: bytes, site: str, number: str) -> bool:
        asked.append(number)
        return real(body, site, number)

    monkeypatch.setattr(links, "_holds_file", counted)
    relations = [f"http://cogprints.org/{number}/" for number in range(400)]
    mapped = map_record(dublin_core(identifier=[FILE], relation=relations), ORIGIN).resource
    assert mapped is not None
    assert (mapped.landing_url, len(asked)) == (FILE, links._MOST_PAGES)
