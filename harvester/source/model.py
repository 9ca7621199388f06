"""What sources.yaml can say, each word once: its reader, its default with the reason, its sentence for the docs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..credentials import is_own_header, is_reference
from ..faults import nearest
from ..guard import Network
from ..judge import Expect
from ..manners import Auth, Tls
from ..record import PAGE_BYTES

MEGABYTE = 1024 * 1024
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(?::[1-9][0-9]{0,3})?(?:/[A-Za-z0-9/._~?=&%+-]*)?")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(B|KB|MB|GB|)", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(%?)")
ARROW = " → "  # between words of a source and what they mean
_UNITS = {"b": 1, "kb": 1024, "mb": MEGABYTE, "gb": 1024 * MEGABYTE, "": 1}


class Institution(msgspec.Struct, frozen=True):
    """Who holds the files of a source."""

    name: str = ""
    kind: str = ""
    code: str = ""


class SourceMapping(msgspec.Struct, frozen=True):
    """What an operator knows of a source's descriptions, each a line: field=value, set:field=value, words → words."""

    defaults: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    encoding: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One place of an institution that we ask, one entry of the federation."""

    id: str
    name: str
    url: str
    connector: str = "oai"
    format: str = ""
    prefix: str = ""
    set: str = ""
    province: str = ""
    institution: Institution = Institution()
    enabled: bool = True
    timeout: float = 180.0  # p99 of 6,683 real endpoints answered within 180 s
    patience: float = 600.0  # ten minutes of waiting in all; whoever asks for more is asked again another night
    pause: float = 0.0  # OAI-PMH servers set their own pace with resumption tokens and Retry-After
    charset: str = ""
    max_page: int = PAGE_BYTES
    # No repository that is known has more than ten million records; a list that goes on beyond has no end.
    max_records: int = 10_000_000
    token_encoding: str = ""  # strict by default; a server that wants its tokens as they are is found out (T7)
    allow_networks: tuple[str, ...] = ()
    tls: Tls = Tls()
    headers: Mapping[str, str] = {}
    auth: Auth = Auth()
    proxy: str = ""
    expect: Expect = Expect()
    mapping: SourceMapping = SourceMapping()
    was: str = ""
    tags: tuple[str, ...] = ()

    def networks(self) -> tuple[Network, ...]:
        """Return the private networks that this source may be asked in."""
        return tuple(ipaddress.ip_network(text) for text in self.allow_networks)


class Settings(msgspec.Struct, frozen=True):
    """Where this installation keeps its things and how it speaks."""

    store: str = "sqlite:///data/kho.db"
    index: tuple[str, ...] = ("tantivy:data/index",)
    contact: str = ""
    lang: str = "vi"


class WrongError(Exception):
    """A value is not what its word needs: a code of ``faults.SENTENCES`` and its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


Read = Callable[[str, Any], Any]


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongError("not_text", key=key)
    return str(value)


def _identity(key: str, value: Any) -> str:
    text = _text(key, value)
    if not _ID.fullmatch(text):
        raise WrongError("wrong_id", value=text)
    return text


def _url(key: str, value: Any) -> str:
    text = _text(key, value)
    if _PLAIN_URL.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or any(mark <= " " or mark in "\\\x7f" for mark in text):
        raise WrongError("wrong_url", value=text)
    return text


def _boolean(key: str, value: Any) -> bool:
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise WrongError("not_boolean", key=key, value=value)


def _seconds(key: str, value: Any) -> float:
    try:
        number = float(value) if not isinstance(value, bool) else -1.0
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < 1e9:
        raise WrongError("not_seconds", key=key, value=value)
    return number


def _size(key: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 32 else None
    size = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if size <= 0:
        raise WrongError("not_size", key=key, value=value)
    return size


def _encoding(key: str, value: Any) -> str:
    return _one_of(key, value, ("strict", "verbatim"))


def _one_of(key: str, value: Any, words: tuple[str, ...]) -> str:
    text = _text(key, value)
    if text not in words:
        raise WrongError("unknown_word", key=key, value=text, near=nearest(text, words))
    return text


def _texts(key: str, value: Any) -> tuple[str, ...]:
    """Read one text, a list of texts, or (in a roster) texts separated by semicolons."""
    items = value if isinstance(value, list) else _text(key, value).split(";")
    return tuple(_text(key, item).strip() for item in items if _text(key, item).strip())


def _values(key: str, value: Any) -> tuple[str, ...]:
    """Read ``{field: value}`` or ``{field: [value, …]}`` as lines field=value; a roster writes these lines itself."""
    if not isinstance(value, dict):
        return _lines(key, value, "=")
    return tuple(f"{field}={one}" for field, said in value.items() for one in _texts(f"{key}.{field}", said))


def _set_values(key: str, value: Any) -> tuple[str, ...]:
    """Read ``{setSpec: {field: value}}`` as lines setSpec:field=value; a roster writes these lines itself."""
    if not isinstance(value, dict):
        return _lines(key, value, "=", ":")
    return tuple(f"{spec}:{line}" for spec, said in value.items() for line in _values(f"{key}.{spec}", said))


def _replacements(key: str, value: Any) -> tuple[str, ...]:
    """Read ``{words: words}`` as lines words → words; a roster writes these lines itself."""
    if not isinstance(value, dict):
        return _lines(key, value, ARROW)
    return tuple(f"{words.strip()}{ARROW}{_text(key, meant).strip()}" for words, meant in value.items())


def _lines(key: str, value: Any, *marks: str) -> tuple[str, ...]:
    lines = _texts(key, value)
    if not all(mark in line for line in lines for mark in marks):
        raise WrongError("not_mapping")
    return lines


def _networks(key: str, value: Any) -> tuple[str, ...]:
    texts = _texts(key, value)
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise WrongError("not_network", value=text) from error
    return texts


def _day(key: str, value: Any) -> str:
    text = _text(key, value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise WrongError("not_day", key=key, value=text) from error


def _reference(key: str, value: Any) -> str:
    """Read a reference to an environment variable; what may be a password is not repeated in the message."""
    text = _text(key, value)
    if not is_reference(text):
        raise WrongError("literal_secret", key=key)
    return text


def _headers(key: str, value: Any) -> Mapping[str, str]:
    """Read ``{Name: "${VARIABLE}"}``, or (in a roster) ``Name: ${VARIABLE}`` separated by semicolons."""
    if isinstance(value, str):
        parted = [item.partition(":") for item in value.split(";") if item.strip()]
        value = {name.strip(): said.strip() for name, _, said in parted}
    if not isinstance(value, dict):
        raise WrongError("not_mapping")
    for name in value:
        if not is_own_header(name):
            raise WrongError("wrong_header", value=name)
    return {name: _reference(f"{key}.{name}", said) for name, said in value.items()}


def _proxy(key: str, value: Any) -> str:
    text = _url(key, value)
    parts = urlsplit(text)
    if parts.scheme != "http" or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise WrongError("wrong_proxy", value=text)
    return text


def _count(key: str, value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or not 0 < int(text) < 10**9:
        raise WrongError("not_count", key=key, value=value)
    return int(text)


def _share(key: str, value: Any) -> str:
    """Read a share of all records (``5%``) or a number of them (``50``); both as they are written, without blanks."""
    text = "" if isinstance(value, bool) else str(value).replace(" ", "")
    match = _SHARE.fullmatch(text)
    if match is None or (match[2] and float(match[1]) > 100) or (not match[2] and "." in text):
        raise WrongError("not_share", key=key, value=value)
    return text


def _charset(key: str, value: Any) -> str:
    text = _text(key, value)
    try:
        "a".encode(text)  # codecs.lookup would know hex and zlib, which are no encodings of text
    except (LookupError, ValueError) as error:
        raise WrongError("wrong_charset", value=text) from error
    return text


def connectors() -> list[str]:
    """Return the ways of asking: the files of ``harvester/connectors/``, and the packages of those that outgrew one."""
    folder = Path(__file__).parents[1] / "connectors"
    return sorted({file.stem for pattern in ("[a-z]*.py", "[a-z]*/__init__.py") for file in _words(folder, pattern)})


def _words(folder: Path, pattern: str) -> Iterator[Path]:
    return (file.parent if file.stem == "__init__" else file for file in folder.glob(pattern))


def _connector(key: str, value: Any) -> str:
    text = _text(key, value)
    if text not in connectors():
        raise WrongError("unknown_word", key=key, value=text, near=nearest(text, connectors()))
    return text


def _language(key: str, value: Any) -> str:
    if value not in ("vi", "en"):
        raise WrongError("unknown_word", key=key, value=value, near="vi")
    return str(value)


class Word(msgspec.Struct, frozen=True):
    """One word of sources.yaml: how it is read and what it means."""

    read: Read
    vi: str
    en: str


SOURCE: dict[str, Word] = {
    "id": Word(_identity, "tên ngắn của nguồn, không đổi", "the source's short name; stays the same"),
    "name": Word(_text, "tên đầy đủ của nguồn", "full name of the source"),
    "url": Word(_url, "địa chỉ để hỏi (OAI-PMH: base URL)", "address to ask (OAI-PMH: base URL)"),
    "connector": Word(_connector, "cách hỏi", "way of asking"),
    "format": Word(_text, "định dạng siêu dữ liệu, thay cho tự chọn", "metadata format, instead of the best one"),
    "prefix": Word(_text, "metadataPrefix, thay cho tự chọn", "metadataPrefix, instead of the best one"),
    "set": Word(_text, "chỉ lấy một bộ (setSpec)", "ask for one set only (setSpec)"),
    "province": Word(_text, "mã tỉnh hai chữ số", "two-digit province code"),
    "institution.name": Word(_text, "tên cơ quan giữ học liệu", "name of the institution that holds the files"),
    "institution.kind": Word(_text, "loại cơ quan", "kind of institution"),
    "institution.code": Word(_text, "mã cơ quan", "code of the institution"),
    "enabled": Word(_boolean, "có hỏi nguồn này hay không", "whether this source is asked"),
    "timeout": Word(_seconds, "số giây tối đa của một câu hỏi", "most seconds of one request"),
    "patience": Word(_seconds, "số giây tối đa một lượt chờ đợi", "most seconds that a visit waits in all"),
    "pause": Word(_seconds, "số giây nghỉ giữa hai câu hỏi", "seconds between two requests"),
    "charset": Word(_charset, "bảng mã thật khi máy chủ khai sai", "true encoding of a server that lies"),
    "max_page": Word(_size, "kích thước lớn nhất của một trang", "largest size of one page"),
    "max_records": Word(_count, "số bản ghi nhiều nhất của một danh sách", "most records of one list"),
    "token_encoding": Word(
        _encoding,
        "cách gửi lại resumptionToken: strict hoặc verbatim",
        "how a resumptionToken is sent: strict, verbatim",
    ),
    "allow_networks": Word(_networks, "mạng nội bộ được phép hỏi", "private networks that may be asked"),
    "tls.verify": Word(
        _boolean,
        "kiểm tra chứng chỉ TLS; false cần tls.reason và tls.insecure_until",
        "verify the TLS certificate; false needs tls.reason and tls.insecure_until",
    ),
    "tls.ca_file": Word(_text, "tệp PEM chứng chỉ tin thêm", "PEM file of certificates to trust as well"),
    "tls.insecure_until": Word(_day, "ngày cuối không kiểm tra chứng chỉ", "last day without verifying"),
    "tls.reason": Word(_text, "vì sao không kiểm tra chứng chỉ", "why the certificate is not verified"),
    "headers": Word(
        _headers,
        "phần đầu riêng gửi kèm, giá trị chỉ lấy từ ${BIẾN} môi trường",
        "own headers to send, values from ${VARIABLES} of the environment only",
    ),
    "auth.user": Word(_reference, "tên đăng nhập (Basic), chỉ từ ${BIẾN}", "user (Basic), from a ${VARIABLE} only"),
    "auth.password": Word(_reference, "mật khẩu (Basic), chỉ từ ${BIẾN}", "password (Basic), from a ${VARIABLE} only"),
    "proxy": Word(_proxy, "proxy http để hỏi nguồn này", "http proxy to ask this source through"),
    "expect.at_least": Word(_count, "danh sách đầy đủ ít nhất bấy nhiêu", "a whole list has at least so many"),
    "expect.may_lose": Word(
        _share,
        "số bản ghi hay phần trăm nhiều nhất được gỡ trong một lượt",
        "most that one visit may withdraw, a number or a share",
    ),
    "mapping.defaults": Word(
        _values,
        "giá trị của những trường mà bản ghi bỏ trống",
        "values for fields that a record leaves empty",
    ),
    "mapping.sets": Word(
        _set_values,
        "giá trị theo bộ (setSpec), khi bản ghi không khai",
        "values by set (setSpec), where a record states none",
    ),
    "mapping.replace": Word(
        _replacements,
        "lời của nguồn được đọc thành lời khác",
        "words of the source that are read as others",
    ),
    "mapping.encoding": Word(
        _text,
        "bảng mã cũ của chữ Việt (tcvn3, vni, viscii), thay cho tự tìm",
        "encoding of Vietnamese before Unicode (tcvn3, vni, viscii), instead of the one found",
    ),
    "was": Word(_identity, "id cũ: giữ nguyên bản ghi và khoá", "former id: records and keys stay"),
    "tags": Word(_texts, "nhãn để chọn nguồn", "labels for choosing sources"),
}

SETTINGS: dict[str, Word] = {
    "store": Word(_text, "kho dữ liệu: sqlite:///… hoặc postgresql://…", "the store: sqlite:///… or postgresql://…"),
    "index": Word(
        _texts,
        "một hay nhiều chỉ mục: tantivy:THƯ_MỤC, elasticsearch:https://MÁY:9200/TÊN",
        "one or more indexes: tantivy:FOLDER, elasticsearch:https://HOST:9200/NAME",
    ),
    "contact": Word(_text, "thư điện tử ghi trong User-Agent", "e-mail address in the User-Agent"),
    "lang": Word(_language, "ngôn ngữ của thông báo: vi hoặc en", "language of messages: vi or en"),
}
