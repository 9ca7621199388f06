"""What was learned of a source: of its server, in words; and of its texts, from a sample of what was published."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._output import number, say

if TYPE_CHECKING:
    from harvester import Store

    from ._desk import Desk

# fact: (Vietnamese, English); in the order in which people want to know
LABELS: dict[str, tuple[str, str]] = {
    "repository_name": ("tên máy chủ tự xưng", "what the server calls itself"),
    "other_base_url": ("địa chỉ máy chủ tự khai, khác url", "address that the server gives itself, unlike url"),
    "set": ("bộ hỏi lần cuối (set)", "set that was asked for last"),
    "format": ("định dạng", "format"),
    "prefix": ("metadataPrefix", "metadataPrefix"),
    "refused_prefixes": ("định dạng có liệt kê mà không đưa", "formats listed and refused"),
    "granularity": ("ngày giờ khai báo", "granularity as stated"),
    "dates": ("from và until thật sự nhận", "from and until as really taken"),
    "incremental": ("danh sách chỉ gồm thay đổi", "lists of changes only"),
    "windows": ("danh sách theo khoảng thời gian", "lists in windows of time"),
    "division": ("danh sách lớn chia theo khoảng", "large lists in windows"),
    "sweep": ("danh sách header", "lists of headers"),
    "deleted_record": ("bản ghi đã xoá", "deleted records"),
    "earliest_datestamp": ("ngày sớm nhất khai báo", "earliest datestamp as stated"),
    "oldest": ("ngày sớm nhất thật sự thấy", "earliest datestamp as really seen"),
    "order": ("thứ tự danh sách", "order of the list"),
    "page_size": ("bản ghi một trang", "records a page"),
    "page_seconds": ("giây một trang", "seconds a page"),
    "token_encoding": ("cách gửi mã tiếp tục", "how tokens are sent"),
    "token_arguments": ("đối số kèm mã tiếp tục", "arguments beside a token"),
    "encoding": ("bảng mã cũ của chữ", "encoding of before Unicode"),
    "isolation": ("bản ghi máy chủ từng từ chối", "records that the server has refused"),
    "tokens_lost": ("từng quên mã tiếp tục", "has forgotten tokens"),
    "unsupported_at": ("điều không làm được biết từ", "what it cannot do is known since"),
}
# (fact or empty for any, value): (Vietnamese, English)
VALUES: dict[tuple[str, str], tuple[str, str]] = {
    ("dates", "seconds"): ("đến giây", "in seconds"),
    ("dates", "day"): ("chỉ theo ngày", "days only"),
    ("dates", "none"): ("không nhận", "none"),
    ("", "unsupported"): ("không làm được", "cannot"),
    ("order", "datestamp"): ("theo ngày", "by datestamp"),
    ("order", "none"): ("không theo ngày", "not by datestamp"),
    ("token_encoding", "strict"): ("mã hoá", "percent-encoded"),
    ("token_encoding", "verbatim"): ("nguyên văn", "as they are"),
    ("token_arguments", "exclusive"): ("không kèm gì", "none"),
    ("token_arguments", "repeated"): ("lặp lại", "repeated"),
    ("deleted_record", "no"): ("không nhớ", "not remembered"),
    ("deleted_record", "transient"): ("nhớ một thời gian", "remembered for a time"),
    ("deleted_record", "persistent"): ("nhớ mãi", "remembered for ever"),
    ("tokens_lost", "True"): ("có", "yes"),
}


SAMPLE = 400  # records of a source by lot; of one set, mapping looks at half of them at most


def learn_encoding(here: Desk, store: Store, source: str) -> None:
    """Find out whether a source's published records are in an encoding of before Unicode; it is mapped by that."""
    from harvester import SourceError, learn_of_source
    from mappings import encoding_of

    row = store.log.sources().get(source)
    if row is None:
        return
    sample = store.log.sample(source, SAMPLE)
    found = encoding_of(change.raw for change in sample if change.raw is not None)
    if found == row.learned.get("encoding"):
        return
    with contextlib.suppress(SourceError):  # it is being visited elsewhere: the next visit looks again
        learn_of_source(store, source, encoding=found)
    if found:
        say(here.text(f"{source}: chữ viết bằng {found}", f"{source}: its texts are in {found}"))


def in_words(here: Desk, learned: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was learned as pairs of label and value; what is unknown or usual is left out."""
    return [
        (here.text(*label), _value(here, fact, learned[fact]))
        for fact, label in LABELS.items()
        if learned.get(fact) not in (None, "", [], {}, False)
    ]


def without_names(learned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was learned with counts for lists of records: one that was taken down may be among them."""
    counted = {name: len(each) for name, each in learned.get("isolation", {}).items()}
    return {**learned, **({"isolation": counted} if counted else {})}


def _value(here: Desk, fact: str, value: Any) -> str:
    if isinstance(value, dict):
        return number(sum(len(each) for each in value.values()))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    words = VALUES.get((fact, str(value))) or VALUES.get(("", str(value)))
    if words is not None:
        return here.text(*words)
    if isinstance(value, float):
        return here.text(f"{value:g}".replace(".", ","), f"{value:g}")
    return number(value) if isinstance(value, int) else str(value)
