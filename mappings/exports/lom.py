"""IEEE LOM in XML (1484.12.3, strict): LOM's own words where it has them, our finer terms as taxon paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..allowed import DIFFICULTIES, INTERACTIVITIES
from ..resource import Agent, Relation, Resource
from ..tables import remembered
from ..vocabulary import concept, label, vocabulary
from . import _xml
from ._dublin_core import is_address, licence_address
from ._export import Addresses, Export
from ._xml import element

_SPACES = ' xmlns="http://ltsc.ieee.org/xsd/LOM"'
# 7.1 as the strict schema lists it; another word cannot be said in LOM.
KINDS = frozenset(
    (
        *("ispartof", "haspart", "isversionof", "hasversion", "isformatof", "hasformat", "references"),
        *("isreferencedby", "isbasedon", "isbasisfor", "requires", "isrequiredby"),
    )
)
# 2.3.1 likewise, whatever group an own line gives its role.
_ROLES = frozenset(
    (
        *("author", "publisher", "unknown", "initiator", "terminator", "validator", "editor", "graphical designer"),
        *("technical implementer", "content provider", "technical validator", "educational validator", "script writer"),
        *("instructional designer", "subject matter expert"),
    )
)
# 9.1: none of LOM's purposes is a type or an audience, and a classification may be without one.
_PURPOSES = {
    "subject": "discipline",
    "discipline": "discipline",
    "level": "educational level",
    "grade": "educational level",
}
_CLASSIFIED = ("subject", "discipline", "level", "grade", "type", "audience", "series", "former_province")
# 5.6 by ISCED 2011: 0 to 3 is school, 5 to 8 higher education; what is neither is training, or other.
_SCHOOL, _UNIVERSITY = ("0", "1", "2", "3"), ("5", "6", "7", "8")
_NEITHER = {"trung_cap": "training", "gdtx": "training", "boi_duong_gv": "training", "chuyen_biet": "school"}
_NO_LANGUAGE = ' language="x-none"'
_ADDRESS = ' language="x-t-cc-url"'  # under this mark profiles of LOM keep the address of a licence in 6.3
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_LANGUAGE = re.compile("[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")  # RFC 3066, as XML Schema has it
_ESCAPES = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": " "})  # RFC 2426, section 4


def export(addresses: Addresses, when: str) -> Export:
    """Write a list of records of LOM."""

    def record(resource: Resource) -> str:
        return _xml.record(resource, metadata(resource, addresses), addresses)

    return Export(_xml.head("lom", addresses, when), record, "", _xml.TAIL)


def metadata(resource: Resource, addresses: Addresses) -> str:
    """Write the element ``lom`` of a resource."""
    categories = (
        ("general", _general(resource)),
        ("lifeCycle", _life_cycle(resource)),
        ("metaMetadata", _meta_metadata(resource, addresses)),
        ("technical", _technical(resource)),
        ("educational", _educational(resource)),
        ("rights", _rights(resource)),
    )
    parts = [f"<{name}>{said}</{name}>" for name, lines in categories if (said := "".join(lines))]
    parts += map(_relation, resource.relation)
    parts += [_classification(name, term) for name in _CLASSIFIED for term in getattr(resource, name)]
    return f"<lom{_SPACES}>{''.join(parts)}</lom>"


def _strings(name: str, texts: Iterable[str]) -> str:
    return f"<{name}>{''.join(element('string', text) for text in texts)}</{name}>"


def _word(name: str, value: str) -> str:
    """Write a word of a list of LOM's own."""
    return f"<{name}><source>LOMv1.0</source><value>{value}</value></{name}>"


def _identifier(catalog: str, entry: str) -> str:
    return f"<identifier>{element('catalog', catalog)}{element('entry', entry)}</identifier>"


def _general(resource: Resource) -> Iterator[str]:
    for identifier in resource.identifiers:
        yield _identifier(identifier.scheme, identifier.value)
    yield _strings("title", (resource.title, *resource.title_alternative))
    for language in resource.language:
        if _LANGUAGE.fullmatch(language):
            yield element("language", language)
    if resource.description:
        yield _strings("description", (resource.description,))
    for keyword in resource.keyword:
        yield _strings("keyword", (keyword,))
    for province in resource.province:
        yield _strings("coverage", (label("province", province),))
    if resource.school_year:
        yield _strings("coverage", (f"Năm học {resource.school_year}",))


def _life_cycle(resource: Resource) -> Iterator[str]:
    for agent in resource.creator:
        yield _contribute("author", _person(agent))
    for agent in resource.contributor:
        yield _contribute(agent.role if agent.role in roles() or not agent.role else "unknown", _person(agent))
    if resource.publisher or resource.issued:
        yield _contribute("publisher", _body(resource.publisher) if resource.publisher else "", _date(resource.issued))
    if resource.modified:
        yield _contribute("editor", "", _date(resource.modified))


def _contribute(role: str, entity: str, date: str = "") -> str:
    said = _word("role", role) if role else ""
    entity = element("entity", entity) if entity else ""
    return f"<contribute>{said}{entity}{date}</contribute>"


def _date(date: str) -> str:
    """Write a date; what a dateTime of LOM cannot say (1950?, 199X, 2023/2024) is said in words."""
    if not date:
        return ""
    said = element("dateTime", date) if _DATE.fullmatch(date) else _strings("description", (date,))
    return f"<date>{said}</date>"


def _person(agent: Agent) -> str:
    """Write a vCard 3.0: FN and N must be there, and N is not taken apart, for family names come first."""
    name = agent.name.translate(_ESCAPES)
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nN:{name}\nEND:VCARD"


def _body(name: str) -> str:
    """Write the vCard of a body; a semicolon would part it into departments."""
    body = name.translate(_ESCAPES)
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{body}\nN:{body}\n{'' if ';' in name else f'ORG:{body}' + chr(10)}END:VCARD"


def _meta_metadata(resource: Resource, addresses: Addresses) -> Iterator[str]:
    """Say whose description this is: what the source called it, the source, its date, the format it was made from."""
    yield _identifier("oai", resource.identifier)
    stamp = resource.datestamp
    if stamp.endswith("Z"):  # the strict schema takes a zone only behind fractions of a second
        stamp = stamp[:-1] + ".0Z"
    entity = _body(resource.institution.name).replace("END:", f"UID:{addresses.source(resource.source)}\nEND:")
    date = f"<date>{element('dateTime', stamp)}</date>" if _STAMP.fullmatch(stamp) else ""
    yield f"<contribute>{_word('role', 'creator')}{element('entity', entity)}{date}</contribute>"
    yield element("metadataSchema", "LOMv1.0")
    yield element("metadataSchema", resource.format)


_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}\.0Z)?")


def _technical(resource: Resource) -> Iterator[str]:
    for media in resource.file_format:
        yield element("format", media)
    yield element("location", resource.landing_url)


def _educational(resource: Resource) -> Iterator[str]:
    if resource.interactivity in INTERACTIVITIES:
        yield _word("interactivityType", resource.interactivity)
    for name, field in (("learningResourceType", "type"), ("intendedEndUserRole", "audience")):
        for word in dict.fromkeys(filter(None, (_lom(field, term) for term in getattr(resource, field)))):
            yield _word(name, word)
    for word in dict.fromkeys(map(_context, resource.level)):
        yield _word("context", word)
    if resource.age_min is not None or resource.age_max is not None:
        yield _strings("typicalAgeRange", (ages(resource),))
    if resource.difficulty in DIFFICULTIES:
        yield _word("difficulty", resource.difficulty)
    if resource.learning_minutes is not None:
        yield f"<typicalLearningTime><duration>PT{resource.learning_minutes}M</duration></typicalLearningTime>"


def ages(resource: Resource) -> str:
    """Write a range of ages as LOM 5.7 and schema.org do: 7-9, 16-."""
    return f"{resource.age_min or 0}-{'' if resource.age_max is None else resource.age_max}"


@remembered(maxsize=1)
def roles() -> frozenset[str]:
    """Return the words of 2.3.1; a role of the table that is none of them cannot be said in LOM."""
    return _ROLES.intersection(term for term, row in vocabulary("role").terms.items() if row["group"] == "lom")


@remembered(maxsize=1000)
def _lom(scheme: str, term: str) -> str:
    return str(vocabulary(scheme).terms.get(term, {}).get("lom", ""))


@remembered(maxsize=100)
def _context(level: str) -> str:
    if level in _NEITHER:
        return _NEITHER[level]
    stage = vocabulary("level").terms.get(level, {}).get("isced", "")
    return "school" if stage in _SCHOOL else "higher education" if stage in _UNIVERSITY else "other"


def _rights(resource: Resource) -> Iterator[str]:
    licence = licence_address(resource)
    if licence:
        free = "no" if resource.licence in ("cc0", "pdm") else "yes"
        yield _word("copyrightAndOtherRestrictions", free)
    if licence or resource.rights:
        address = element("string", licence, _ADDRESS) if licence else ""
        said = element("string", resource.rights) if resource.rights else ""
        yield f"<description>{address}{said}</description>"


def _relation(relation: Relation) -> str:
    kind = _word("kind", relation.kind) if relation.kind in KINDS else ""
    catalog = "URI" if is_address(relation.target) else "text"
    return f"<relation>{kind}<resource>{_identifier(catalog, relation.target)}</resource></relation>"


@remembered(maxsize=4000)  # every term of every table
def _classification(scheme: str, term: str) -> str:
    """Write a term with its address and Vietnamese name; broader terms are not written: the source did not say them."""
    purpose = _word("purpose", _PURPOSES[scheme]) if scheme in _PURPOSES else ""
    source = f"<source>{element('string', concept(scheme), _NO_LANGUAGE)}</source>"
    name = element("string", label(scheme, term), ' language="vi"')
    taxon = f"<taxon>{element('id', concept(scheme, term))}<entry>{name}</entry></taxon>"
    return f"<classification>{purpose}<taxonPath>{source}{taxon}</taxonPath></classification>"
