"""The demo town: eight institutions, two nights, faults on purpose. Bytes and links do not depend on the ports."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .generator import Entry, records
from .repository import Repository, Server

SEED = 2026
FIRST_NIGHT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)  # two o'clock in the morning of the 21st in Việt Nam
NIGHT = timedelta(days=1)


@dataclass(frozen=True)
class Institution:
    """One institution of the town: how it is registered and how its server behaves in each night."""

    id: str
    name: str
    kind: str
    province: str
    prefix: str
    host: str
    count: int
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    formats: tuple[str, ...] = ("oai_dc",)
    faults: tuple[str, str] = ("", "")
    level: str = "school"  # what its records are about: a kind of ``generator.records``
    seed: int = SEED
    edits: int = 0
    deletions: int = 0
    additions: int = 0


TOWN = (
    Institution(
        "dai-hoc-song-lam", "Thư viện số Trường Đại học Sông Lam", "dai_hoc", "40",
        "oai:localhost:123456789/", "thu-vien.songlam.example", 700, level="university", edits=9, additions=12,
    ),
    Institution(
        "dai-hoc-ngan-hoi", "Kho tài liệu Trường Đại học Ngàn Hối", "dai_hoc", "42",
        "oai:localhost:123456789/", "tai-lieu.nganhoi.example", 500, level="university", seed=SEED + 1, additions=4,
    ),
    Institution(
        "so-gddt-song-da", "Kho học liệu Sở Giáo dục và Đào tạo Sông Đà", "so", "14",
        "oai:hoclieu.songda.example:", "hoclieu.songda.example", 600, formats=("oai_dc", "lom"), edits=5, additions=8,
    ),
    Institution(
        "thcs-nguyen-khuyen", "Trường THCS Nguyễn Khuyến", "truong", "36",
        "oai:thcsnguyenkhuyen.example:", "thcsnguyenkhuyen.example", 320, faults=("cut", ""), seed=SEED + 2,
        level="lower_secondary",
    ),
    Institution(
        "thpt-le-loi", "Trường THPT Lê Lợi", "truong", "38",
        "oai:thptleloi.example:", "thptleloi.example", 260, faults=("maintenance", "maintenance"), seed=SEED + 3,
        level="upper_secondary",
    ),
    Institution(
        "tieu-hoc-kim-dong", "Trường Tiểu học Kim Đồng", "truong", "04",
        "oai:thkimdong.example:", "thkimdong.example", 400, seed=SEED + 4, level="primary",
        edits=25, deletions=14, additions=10,
    ),
    Institution(
        "thpt-vung-cao", "Trường THPT Vùng Cao Mường Lò", "truong", "15",
        "oai:thptmuonglo.example:", "thptmuonglo.example", 0, faults=("down", "down"), seed=SEED + 5,
    ),
    Institution(
        "thpt-hong-duc", "Trường THPT Hồng Đức", "truong", "66",
        "oai:thpthongduc.example:", "thpthongduc.example", 240, granularity="YYYY-MM-DD", seed=SEED + 6,
        level="upper_secondary", edits=3,
    ),
)  # fmt: skip


class Town:
    """The town's servers, each on its own port of 127.0.0.1: they stand for different hosts."""

    def __init__(
        self, institutions: tuple[Institution, ...] = TOWN, night: int = 1, ports: dict[str, int] | None = None
    ) -> None:
        """Open the town in its first or second night; ``ports`` are those of an earlier day, used where still free."""
        self._ports = ports or {}
        self.institutions = {institution.id: institution for institution in institutions}
        self.repositories = {each.id: _repository(each) for each in institutions}
        self._servers: dict[str, Server] = {}
        self._closed: list[socket.socket] = []
        self.urls: dict[str, str] = {}
        for each in institutions:
            self.urls[each.id] = self._closed_port(each.id) if "down" in each.faults else self._open(each.id)
        self.night = 1
        for _ in range(night - 1):
            self.next_night()

    def _open(self, name: str) -> str:
        try:
            self._servers[name] = Server(self.repositories[name], self._ports.get(name, 0))
        except OSError:
            self._servers[name] = Server(self.repositories[name])
        return self._servers[name].url

    def _closed_port(self, name: str) -> str:
        holder = socket.socket()  # bound and never listening: the port stays ours and refuses
        try:
            holder.bind(("127.0.0.1", self._ports.get(name, 0)))
        except OSError:
            holder.bind(("127.0.0.1", 0))
        self._closed.append(holder)
        return f"http://127.0.0.1:{holder.getsockname()[1]}/oai/request"

    def next_night(self) -> None:
        """A day passes: edits, new and deleted records, other faults."""
        self.night += 1
        for name, repository in self.repositories.items():
            institution = self.institutions[name]
            fault = institution.faults[min(self.night, 2) - 1]
            repository.fault = "" if fault == "down" else fault
            repository.clock += NIGHT
            if self.night == 2:
                repository.replace(_second_night(institution, repository))

    def edit(self, name: str, identifier: str, **elements: str) -> None:
        """Edit one record of an institution by hand, an hour before its clock."""
        repository = self.repositories[name]
        stamp = repository.clock - timedelta(hours=1)
        repository.replace([repository.entries[identifier].edited(stamp, **elements)])

    def delete(self, name: str, identifier: str) -> None:
        """Delete one record, leaving a tombstone."""
        repository = self.repositories[name]
        entry = repository.entries[identifier]
        stamp = repository.clock - timedelta(hours=1)
        repository.replace([replace(entry, deleted=True, elements=(), datestamp=stamp)])

    def truth(self, name: str) -> dict[str, Entry]:
        """Return what an institution last said, by identifier."""
        return dict(self.repositories[name].entries)

    def stop(self) -> None:
        """Close every port."""
        for server in self._servers.values():
            server.stop()
        for holder in self._closed:
            holder.close()


def _repository(institution: Institution) -> Repository:
    made = records(institution.seed, institution.count, institution.level, institution.prefix, institution.host)
    entries = {entry.identifier: entry for entry in made}
    specs = sorted({spec for entry in entries.values() for spec in entry.sets})
    fault = institution.faults[0]
    return Repository(
        name=institution.name,
        entries=entries,
        clock=FIRST_NIGHT,
        granularity=institution.granularity,
        formats=institution.formats,
        set_names={spec: _set_name(spec) for spec in specs},
        fault="" if fault == "down" else fault,
    )


def _set_name(spec: str) -> str:
    word, _, number = spec.rpartition("-")
    return f"Lớp {number}" if word == "lop" else f"Bộ sưu tập {spec.rpartition('_')[2]}"


def _second_night(institution: Institution, repository: Repository) -> list[Entry]:
    stamp = repository.clock - timedelta(hours=6)
    entries = [entry for entry in repository.entries.values() if not entry.deleted]
    edited = [
        entry.edited(stamp, title=f"{entry.first('title')} (bản chỉnh sửa)") for entry in entries[: institution.edits]
    ]
    gone = entries[institution.edits : institution.edits + institution.deletions]
    deleted = [replace(entry, deleted=True, elements=(), datestamp=stamp) for entry in gone]
    made = records(
        institution.seed,
        institution.additions,
        institution.level,
        institution.prefix,
        institution.host,
        start=institution.count,
    )
    return edited + deleted + [replace(entry, datestamp=stamp) for entry in made]


def sources_yaml(town: Town, folder: str = ".") -> str:
    """Write the sources.yaml of the town."""
    lines = [
        "# Liên hợp của thị trấn mẫu / the demo town's federation",
        "kho:",
        f"  store: sqlite:///{folder}/kho.db",
        f"  index: tantivy:{folder}/index",
        "  contact: thuvien@thitran.example",
        "defaults: {patience: 0, timeout: 20}   # the town's faults are on purpose: nobody waits for them",
        "sources:",
    ]
    for name, each in town.institutions.items():
        lines += [
            f"  - id: {name}",
            f"    name: {each.name}",
            f"    url: {town.urls[name]}",
            f'    province: "{each.province}"',
            f"    institution: {{name: {each.name}, kind: {each.kind}}}",
        ]
    return "\n".join(lines) + "\n"
