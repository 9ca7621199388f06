"""The hostile town: every fault by its rule.

``python -m tests.town.hostile`` prints its page for the docs; with a folder behind it, it opens the town on loopback,
writes the folder's sources.yaml, and stays until Ctrl-C: for harvesting it by hand.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path

from harvester.manners import Auth
from tests.town import (
    faults_dates,
    faults_http,
    faults_lists,
    faults_presence,
    faults_protocol,
    faults_tokens,
    faults_xml,
)
from tests.town.fault import Fault

HOSTILE: tuple[Fault, ...] = (
    *faults_tokens.FAULTS,
    *faults_lists.FAULTS,
    *faults_dates.FAULTS,
    *faults_http.FAULTS,
    *faults_xml.FAULTS,
    *faults_protocol.FAULTS,
    *faults_presence.FAULTS,
)

_HEAD = """# Thị trấn thù địch / the hostile town

{count} máy chủ, mỗi máy sai một kiểu; phần lớn đã gặp ở kho thật, số còn lại là tấn công. Mỗi dòng là một phép thử
(`tests/town`): số câu hỏi, từng bản ghi, kết quả, phán quyết, lý do và chứng cứ đều được so đúng. T mã tiếp tục, D ngày
giờ, H đường truyền, X nội dung XML, P giao thức, F hỏng hóc.

{count} servers, each wrong in its own way; most were met at real repositories, the others are attacks. Every line is a
test (`tests/town`): the number of questions, every record, outcome, verdict, reason and evidence are compared exactly.
T tokens, D dates, H transport, X XML, P protocol, F failures. `python -m tests.town.hostile FOLDER` opens the town.

Kết quả là của từng đêm (→ đêm sau): đọc được đến đâu, công bố gì, và mã lý do nếu có điều phải nói; nghĩa của mã ở
[operations.md](operations.md). / The outcome is that of each night (→ the next one): how far the list was read, what
of it is public, and the code of the reason where there is something to say; operations.md says what each code means.

| quy tắc / rule | phép thử / test | kết quả / outcome | máy chủ / the server | Kho / what Kho does |
|---|---|---|---|---|
"""

# outcome and verdict: (Vietnamese, English)
_WORDS = {
    "complete": ("trọn vẹn", "complete"),
    "partial": ("dở dang", "partial"),
    "failed": ("hỏng", "failed"),
    "deferred": ("hoãn", "deferred"),
    "published": ("công bố", "published"),
    "additions": ("công bố, phần gỡ chờ duyệt", "additions"),
    "held": ("giữ lại chờ duyệt", "held"),
    "nothing": ("không gì khác", "nothing new"),
}
_PLAIN = ("whole", "same")  # reasons that say nothing beyond outcome and verdict


def page() -> str:
    """Write the page of the docs."""
    rows = (
        f"| {', '.join(fault.rules)} | {fault.name} | {_outcome(fault)} | {_cell(fault.server)} | {_cell(fault.kho)} |"
        for fault in HOSTILE
    )
    return _HEAD.format(count=len(HOSTILE)) + "\n".join(rows) + "\n"


def _outcome(fault: Fault) -> str:
    """Say how each night ends, Vietnamese first; nights that end alike one after another are said once."""
    ends = [(each.expect.outcome, each.expect.verdict, each.expect.code) for each in fault.nights]
    ends = [end for place, end in enumerate(ends) if not place or end != ends[place - 1]]
    vietnamese, english = (" → ".join(_words(end, language) for end in ends) for language in (0, 1))
    return f"{vietnamese} / {english}"


def _words(end: tuple[str | None, str | None, str], language: int) -> str:
    outcome, verdict, code = end
    said = [_WORDS[word][language] for word in (outcome, verdict) if word]
    return ", ".join([*said, *([f"`{code}`"] if code not in _PLAIN and not language else [])])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def federation(entries: dict[str, dict[str, object]]) -> str:
    """Write sources.yaml: three lines an entry, and an operator who is not patient."""
    lines = [
        "kho:",
        "  store: sqlite:///kho.db",
        "  index: tantivy:index",
        "defaults: {timeout: 2, patience: 5}",
        "sources:",
    ]
    for name, words in entries.items():
        lines.append(f"  - id: {name}")
        lines += [f"    {word}: {_yaml(value)}" for word, value in words.items()]
    return "\n".join(lines) + "\n"


def _yaml(value: object) -> str:
    if isinstance(value, Auth):
        return f'{{user: "{value.user}", password: "{value.password}"}}'
    return f'"{value}"'


def stay_open(folder: Path) -> None:
    """Open every server in its first night and write the folder's sources.yaml; returns at Ctrl-C."""
    from tests.town.living import place_of, words_of
    from tests.town.wire import opened

    with contextlib.ExitStack() as stack:
        entries = {}
        for fault in HOSTILE:
            place, night = place_of(fault), fault.nights[0]
            if night.day is not None:
                night.day(place)
            place.act = night.act
            stack.enter_context(opened(place, elsewhere=fault.elsewhere))
            entries[fault.name] = {"name": place.repository.name, **words_of(fault, place)}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sources.yaml").write_text(federation(entries), encoding="utf-8")
        print(folder / "sources.yaml", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        stay_open(Path(sys.argv[1]))
    else:
        print(page(), end="")
