"""What can be wrong with a cluster, each with a sentence, who must act, and the next step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...query import LONGEST_SECONDS, IndexUnreachableError, LimitExceededError

_LONGEST = 300  # letters of an engine's words; they quote what was sent
_CONNECTION = re.compile(r"^\w+Connection\([^)]*\): ")  # the address stands before it already
_EXPIRED = re.compile("certificate has expired", re.IGNORECASE)


class ClusterError(IndexUnreachableError):
    """Something is wrong with a cluster that an update alone does not mend; subclasses say what and who must act."""

    name = "index_unreachable"
    following = "kho index update"
    vi = en = "{0}: {1}"

    @property
    def code(self) -> str:
        """The name of what is wrong."""
        return self.name

    @property
    def next(self) -> str:
        """What helps on."""
        return self.following

    def sentence(self, language: str) -> str:
        """Say what is wrong and who must act, in ``vi`` or ``en``."""
        return (self.en if language == "en" else self.vi).format(self.address, self.why)


class IndexForbiddenError(ClusterError):
    """A cluster does not know us, or does not let us."""

    name = "index_forbidden"
    following = "KHO_ELASTICSEARCH_API_KEY=… / KHO_ELASTICSEARCH_READ_API_KEY=… (docs/search.md)"
    vi = "Cụm của chỉ mục {0} không cho phép: {1}. Người vận hành Kho kiểm tra khoá, quản trị cụm kiểm tra quyền."
    en = "The cluster of the index {0} refuses us: {1}. Check the key; the cluster's administrator checks its rights."


class IndexUntrustedError(ClusterError):
    """The certificate of a cluster cannot be trusted: expired, of another name, or signed by nobody we know."""

    name = "index_untrusted"
    following = "KHO_ELASTICSEARCH_CA_FILE=ca.pem (docs/search.md)"
    vi = "Không tin được chứng chỉ của cụm {0}: {1}. Quản trị cụm thay chứng chỉ, hoặc chỉ ra tệp CA."
    en = "The certificate of the cluster {0} cannot be trusted: {1}. Its administrator renews it, or name its CA file."


class IndexFullError(ClusterError):
    """The disks of a cluster are full: it takes nothing until its administrator has made room."""

    name = "index_full"
    vi = "Đĩa của cụm {0} đã đầy, cụm không nhận ghi: {1}. Quản trị cụm dọn đĩa; tìm kiếm vẫn chạy."
    en = "The disks of the cluster {0} are full, it takes no writes: {1}. Its administrator makes room; search goes on."


class IndexMisnamedError(ClusterError):
    """The name of the alias belongs to something that is not ours: an index, or an alias of others."""

    name = "index_name_taken"
    following = "index: elasticsearch:https://…/kho2"
    vi = "Tên trong {0} đã là của cái khác trên cụm: {1}. Chọn tên khác, hoặc quản trị cụm gỡ nó."
    en = "The name in {0} belongs to something else on the cluster: {1}. Choose another, or have it removed."


class IndexClosedError(ClusterError):
    """Somebody has closed the index or made it read-only on the cluster."""

    name = "index_closed"
    following = "kho index rebuild"
    vi = "Có người đã đóng hoặc khoá chỉ mục {0} trên cụm: {1}. Quản trị cụm mở lại, hoặc dựng lại."
    en = (
        "Somebody has closed or locked the index {0} on the cluster: {1}. Its administrator opens it, or build it anew."
    )


class IndexMismatchedError(ClusterError):
    """The fields of an index are not those that we made: somebody changed them."""

    name = "index_mismatched"
    following = "kho index rebuild"
    vi = "Các trường của chỉ mục {0} không phải do Kho đặt: {1}. Dựng lại là xong."
    en = "The fields of the index {0} are not those that Kho made: {1}. Build it anew."


def refusal(address: str, status: int, kind: str, reason: str) -> IndexUnreachableError:
    """Name what a cluster answered: its HTTP status, the type of its error, its reason."""
    why = f"{kind}: {reason}"[:_LONGEST] if reason else kind
    if kind == "index_closed_exception" or (kind == "cluster_block_exception" and status == 403):
        return IndexClosedError(address, why)
    if kind == "cluster_block_exception" and ("flood" in reason or "disk" in reason):
        return IndexFullError(address, why)
    if status in (401, 403):
        return IndexForbiddenError(address, "sai khoá hoặc mật khẩu / wrong key or password" if status == 401 else why)
    if kind == "index_not_found_exception":
        return IndexUnreachableError(address, "chưa có chỉ mục / no index yet")
    if kind in ("strict_dynamic_mapping_exception", "mapper_parsing_exception"):
        return IndexMismatchedError(address, why)
    if kind == "invalid_alias_name_exception":
        return IndexMisnamedError(address, why)
    return IndexUnreachableError(address, why or f"HTTP {status}")


def parts(body: Any) -> tuple[str, str]:
    """Return type and reason of an error's body, the innermost cause that says more."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", str(error or "")
    causes = error.get("root_cause") or [error]
    cause = causes[0] if error.get("type") == "search_phase_execution_exception" and causes else error
    return str(cause.get("type") or ""), str(cause.get("reason") or "")


@contextmanager
def naming(address: str) -> Iterator[None]:
    """Let what the client raises come out as one of our errors."""
    import elasticsearch

    try:
        yield
    except elasticsearch.UnsupportedProductError as error:
        raise IndexUnreachableError(address, "không phải Elasticsearch / this is not Elasticsearch") from error
    except elasticsearch.ApiError as error:
        kind, reason = parts(error.body)
        if kind == "search_timeout_exception":  # half an answer was not wanted, a whole one took too long
            raise LimitExceededError("seconds", LONGEST_SECONDS) from error
        raise refusal(address, error.meta.status, kind or str(error.message), reason) from error
    except elasticsearch.ConnectionTimeout as error:
        raise IndexUnreachableError(address, "quá giờ / it did not answer in time") from error
    except elasticsearch.TransportError as error:
        raise unreachable(address, error) from error


def unreachable(address: str, error: Exception) -> IndexUnreachableError:
    """Name a fault of the way to a cluster."""
    import elasticsearch

    text = _CONNECTION.sub("", str(getattr(error, "message", error)))[:_LONGEST]
    if isinstance(error, elasticsearch.SSLError) or "CERTIFICATE" in text:
        expired = "chứng chỉ đã hết hạn / it has expired" if _EXPIRED.search(text) else text
        return IndexUntrustedError(address, expired)
    return IndexUnreachableError(address, text)
