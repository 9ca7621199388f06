"""What own lines of a table may say that stands elsewhere: ids of other tables, words of LOM, DCMI and schema.org.

Exports write such values as they stand, so that a wrong one makes records of LOM, RDF or JSON-LD that nobody can read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from harvester import Faults, load_yaml, parse_yaml

from .tables import own_file

_FOLDER = Path(__file__).with_name("vocabularies")
ID = re.compile(r"[A-Za-z0-9_-]+")  # of a new term: it stands in addresses
ADDRESS = re.compile(r"https?://[^\s/<>\"{}|^`\\]+(?:/[^\s<>\"{}|^`\\]*)?", re.IGNORECASE)
ADDRESSES = ("uri", "uris")
# The table that a key of a table names; its values are ids of that one.
_ELSEWHERE = {
    ("former_province", "unit"): "province",
    ("grade", "parent"): "level",
    ("level", "grades"): "grade",
    ("level", "types"): "type",
    ("subject", "grades"): "grade",
    ("subject", "language"): "language",
    ("subject", "parent"): "subject",
}
_LOM_TYPES = (  # LOM 5.2
    *("exercise", "simulation", "questionnaire", "diagram", "figure", "graph", "index", "slide", "table"),
    *("narrative text", "exam", "experiment", "problem statement", "self assessment", "lecture"),
)
_DCMI_TYPES = (
    *("Collection", "Dataset", "Event", "Image", "InteractiveResource", "MovingImage", "PhysicalObject", "Service"),
    *("Software", "Sound", "StillImage", "Text"),
)
# The classes of schema.org that are creative works.
_SCHEMA_ORG = """
    3DModel AdvertiserContentArticle AmpStory AnalysisNewsArticle ArchiveComponent Article AskPublicNewsArticle Atlas
    AudioObject AudioObjectSnapshot Audiobook BackgroundNewsArticle Barcode Blog BlogPosting Book BookSeries Chapter
    Claim ClaimReview Clip Code Collection ComicCoverArt ComicIssue ComicSeries ComicStory Comment CompleteDataFeed
    Conversation Course CourseInstance CoverArt CreativeWork CreativeWorkSeason CreativeWorkSeries
    CriticReview DataCatalog DataDownload DataFeed Dataset DefinedTermSet Diet DigitalDocument DigitalDocumentPermission
    DiscussionForumPosting Drawing EducationalOccupationalCredential EmailMessage Episode ExercisePlan FAQPage Game
    Guide HowTo HowToDirection HowToSection HowToStep HowToTip HyperToc HyperTocEntry ImageGallery ImageObject
    ImageObjectSnapshot ItemPage LearningResource Legislation LegislationObject LiveBlogPosting Manuscript Map
    MathSolver MediaGallery MediaObject MediaReview Menu MenuSection Message MobileApplication Movie MusicComposition
    MusicPlaylist MusicRecording MusicRelease MusicAlbum MusicVideoObject NewsArticle Newspaper NoteDigitalDocument
    OpinionNewsArticle Painting Periodical Photograph Play PodcastEpisode PodcastSeason PodcastSeries Poster
    PresentationDigitalDocument ProductCollection PublicationIssue PublicationVolume QAPage Question Answer Quiz
    Quotation RadioEpisode RadioSeries Recipe Recommendation Report ReportageNewsArticle Review ReviewNewsArticle
    SatiricalArticle ScholarlyArticle Sculpture Season SheetMusic ShortStory SocialMediaPosting SoftwareApplication
    SoftwareSourceCode SpecialAnnouncement SpreadsheetDigitalDocument Statement Syllabus TVEpisode TVSeason TVSeries
    TechArticle TextDigitalDocument TextObject Thesis VideoGame VideoGameClip VideoGameSeries VideoObject
    VideoObjectSnapshot VisualArtwork WebApplication WebContent WebPage WebSite
"""
# Closed lists: those of a standard.
_LISTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("audience", "lom"): ("teacher", "author", "learner", "manager"),
    ("type", "lom"): _LOM_TYPES,
    ("type", "dcmi"): _DCMI_TYPES,
    ("type", "schema_org"): tuple(_SCHEMA_ORG.split()),
}
# Words of the shipped table itself: its groups.
_OF_THE_COLUMN = frozenset(("area", "group", "isced", "lrmi", "reuse_class"))


def allowed_words(
    table: str, name: str, shipped: Sequence[dict[str, Any]], own: Iterable[str]
) -> tuple[str, ...] | None:
    """Return what may stand at a key of an own line of a table, None where it is free.

    ``shipped`` and ``own``: the terms of the table and the ids of the own lines.
    """
    if (table, name) in _LISTS:
        return _LISTS[table, name]
    other = _ELSEWHERE.get((table, name))
    if other == table:
        return (*(str(term["id"]) for term in shipped), *own)
    if other:
        return _ids(other)
    if name in _OF_THE_COLUMN:
        return tuple(dict.fromkeys(str(term[name]) for term in shipped if name in term))
    return None


def _ids(table: str) -> tuple[str, ...]:
    """Return the ids of another table with those of its own lines, unchecked: two tables may name each other."""
    name = f"vocabularies/{table}.yaml"
    found = [str(term["id"]) for term in load_yaml(_FOLDER / f"{table}.yaml", name).value["terms"]]
    own = own_file(name)
    try:
        said = parse_yaml(*own).value if own is not None else None
    except Faults:  # told where that table is read
        said = None
    lines = said.get("terms") if isinstance(said, dict) else said
    found += [str(line["id"]) for line in lines or () if isinstance(line, dict) and "id" in line]
    return tuple(dict.fromkeys(found))
