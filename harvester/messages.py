"""Every fault, outcome and verdict as one sentence, in Vietnamese and English, with who must act and the next command.

Sentences are rendered from a code and its facts when somebody reads them; the store keeps codes and numbers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Who = Literal["config", "source", "transient", "bug"]


class Message(NamedTuple):
    """One row: who must act (None: nobody), the sentence in two languages, the next command."""

    who: Who | None
    vi: str
    en: str
    next: str = ""


_AGAIN = "kho harvest {source}"
_LOOK = "kho status {source}"

MESSAGES: dict[str, Message] = {
    # --- outcomes and verdicts of a visit -----------------------------------------------------------------------
    "whole": Message(None, "Đã đọc trọn danh sách.", "The whole list was read."),
    "same": Message(None, "Không có gì khác với những gì đang giữ.", "Nothing differs from what is held."),
    "retired": Message(
        None, "Nguồn đã nghỉ: {held} bản ghi được gỡ.", "The source was retired: {held} records withdrawn."
    ),
    "cut_on_purpose": Message(
        None, "Dừng theo yêu cầu (--limit hoặc --record).", "Stopped as asked (--limit or --record)."
    ),
    "interrupted": Message(
        "transient",
        "Bị ngắt giữa chừng; lần sau đi tiếp từ trang đã lưu.",
        "Interrupted; the next visit goes on from the saved page.",
        _AGAIN,
    ),
    "empty_list": Message(
        "source",
        "Danh sách đầy đủ mà không có bản ghi nào, trong khi kho đang giữ {held}: không gỡ gì cả.",
        "A full list with no record at all while {held} are held: nothing is taken away.",
        _AGAIN,
    ),
    "many_withdrawn": Message(
        "source",
        "Nguồn muốn gỡ {removals} trong {held} bản ghi ({share} %), quá giới hạn {limit} %: phần thêm và sửa"
        " đã công bố, phần gỡ đang chờ.",
        "The source wants {removals} of {held} records removed ({share} %), above the limit of {limit} %: additions and"
        " edits are public, removals wait.",
        _LOOK,
    ),
    # --- the server does not answer as it should: wait ----------------------------------------------------------
    "refused": Message(
        "transient",
        "Máy chủ từ chối kết nối tại {where}.",
        "The server refuses connections at {where}.",
        _AGAIN,
    ),
    "unreachable": Message(
        "transient",
        "Không kết nối được tới {where}: {detail}.",
        "No connection to {where}: {detail}.",
        _AGAIN,
    ),
    "unknown_host": Message(
        "source", "Không có tên miền {host}.", "The name {host} does not exist.", "kho sources show {source}"
    ),
    "tls": Message(
        "source",
        "Chứng chỉ TLS của {where} không kiểm tra được: {detail}.",
        "The TLS certificate of {where} could not be verified: {detail}.",
        "kho sources show {source}",
    ),
    "too_slow": Message(
        "transient",
        "Máy chủ không trả lời xong trong {seconds} giây ({where}).",
        "The server did not finish its answer within {seconds} seconds ({where}).",
        _AGAIN,
    ),
    "cut": Message(
        "transient",
        "Câu trả lời bị đứt giữa chừng ({where}).",
        "The answer broke off ({where}).",
        _AGAIN,
    ),
    "status": Message(
        "transient",
        "Máy chủ trả lời HTTP {status} ({where}).",
        "The server answered HTTP {status} ({where}).",
        _AGAIN,
    ),
    "gone": Message(
        "source",
        "Máy chủ trả lời HTTP {status}: địa chỉ {where} không dùng được.",
        "The server answered HTTP {status}: the address {where} does not work.",
        "kho sources show {source}",
    ),
    "deferred": Message(
        "transient",
        "Máy chủ xin chờ đến {until}; trang đã đọc được giữ lại.",
        "The server asks to wait until {until}; the pages read are kept.",
        _AGAIN,
    ),
    # --- the server answers wrongly: the institution must act -----------------------------------------------------
    "html_page": Message(
        "source",
        "Máy chủ trả về một trang HTML (bảo trì, đăng nhập hay trang chủ) thay cho OAI-PMH tại {where}.",
        "The server answered with an HTML page (maintenance, login, home page) instead of OAI-PMH at {where}.",
        "kho sources show {source}",
    ),
    "not_oai_pmh": Message(
        "source",
        "Câu trả lời không phải OAI-PMH: phần tử gốc là <{root}> ({where}).",
        "The answer is not OAI-PMH: its root element is <{root}> ({where}).",
        "kho sources show {source}",
    ),
    "malformed": Message(
        "source",
        "Câu trả lời không phải XML đúng chuẩn: {detail} ({where}). Không nhận bản ghi nào của trang này.",
        "The answer is not well-formed XML: {detail} ({where}). No record of this page was accepted.",
        _AGAIN,
    ),
    "doctype": Message(
        "source",
        "Câu trả lời có khai báo DOCTYPE nên bị từ chối ({where}).",
        "The answer carries a DOCTYPE and was refused ({where}).",
        _AGAIN,
    ),
    "structure": Message(
        "source",
        "Cấu trúc câu trả lời trái với OAI-PMH: {detail} ({where}).",
        "The structure of the answer contradicts OAI-PMH: {detail} ({where}).",
        _AGAIN,
    ),
    "encoding": Message(
        "source",
        "Bảng mã của câu trả lời không đọc được: {detail} ({where}).",
        "The encoding of the answer cannot be read: {detail} ({where}).",
        "kho sources show {source}",
    ),
    "protocol": Message(
        "source",
        "Máy chủ báo lỗi OAI-PMH {error}: {detail}",
        "The server reports the OAI-PMH error {error}: {detail}",
        "kho sources show {source}",
    ),
    "loop": Message(
        "source",
        "Danh sách quay vòng: mã tiếp tục {token} trả lại những bản ghi đã đọc ({pages} trang).",
        "The list goes in circles: token {token} gives records that were read already ({pages} pages).",
        _AGAIN,
    ),
    "too_large": Message(
        "source",
        "Một trang lớn hơn giới hạn {limit} byte ({where}); tăng max_page nếu nguồn này cần.",
        "A page is larger than the limit of {limit} bytes ({where}); raise max_page if this source needs it.",
        "kho sources show {source}",
    ),
    "coding": Message(
        "source",
        "Máy chủ nén bằng “{coding}” dù chỉ được phép gzip ({where}).",
        "The server compressed with “{coding}” although only gzip was offered ({where}).",
        _AGAIN,
    ),
    "redirects": Message(
        "source",
        "Máy chủ chuyển hướng quá {limit} lần ({where}).",
        "The server redirected more than {limit} times ({where}).",
        "kho sources show {source}",
    ),
    "no_format": Message(
        "config",
        "Nguồn không có định dạng nào Kho đọc được; có: {offered}.",
        "The source offers no format that Kho reads; it offers: {offered}.",
        "kho sources show {source}",
    ),
    "forbidden_address": Message(
        "config",
        "Không được phép kết nối tới {address} ({host}); mạng nội bộ cần allow_networks.",
        "Connections to {address} ({host}) are not allowed; private networks need allow_networks.",
        "kho sources show {source}",
    ),
    "forbidden_url": Message(
        "config",
        "Không hỏi địa chỉ {where}: chỉ http và https, không kèm tên đăng nhập.",
        "The address {where} is not asked: http and https only, without user names.",
        "kho sources show {source}",
    ),
    # --- one record that could not be read ------------------------------------------------------------------------
    "no_header": Message("source", "Bản ghi không có header.", "The record has no header."),
    "no_identifier": Message("source", "Bản ghi không có identifier.", "The record has no identifier."),
    "identifier_too_long": Message(
        "source", "Identifier dài hơn 2.000 byte.", "The identifier is longer than 2,000 bytes."
    ),
    "unknown_status": Message(
        "source", "Header có status lạ, không phải deleted.", "The header has a status other than deleted."
    ),
    "no_metadata": Message(
        "source", "Bản ghi không bị xoá mà không có metadata.", "The record is not deleted and has no metadata."
    ),
    # --- the store and this machine ---------------------------------------------------------------------------------
    "store_unreachable": Message(
        "config", "Không mở được kho dữ liệu {where}: {detail}", "The store {where} cannot be opened: {detail}"
    ),
    "disk_full": Message(
        "config",
        "Đĩa đầy tại {where}: đã dừng, không mất gì. Giải phóng chỗ rồi chạy lại.",
        "The disk is full at {where}: stopped, nothing is lost. Make room and run again.",
        "kho harvest",
    ),
    "read_only": Message(
        "config",
        "Không ghi được vào {where}: đĩa hay tệp chỉ cho đọc. Không mất gì.",
        "{where} cannot be written: disk or file is read-only. Nothing is lost.",
        "kho harvest",
    ),
    "store_locked": Message(
        "transient",
        "Kho dữ liệu {where} đang bị tiến trình khác khoá quá lâu.",
        "The store {where} has been locked by another process for too long.",
        "kho status",
    ),
    "store_damaged": Message(
        "config",
        "Tệp kho dữ liệu {where} bị hỏng: {detail}. Hãy phục hồi từ bản sao.",
        "The store {where} is damaged: {detail}. Restore it from a backup.",
    ),
    "store_newer": Message(
        "config",
        "Kho dữ liệu {where} do một bản Kho mới hơn ghi ({revision}); bản này chỉ biết đến {known}.",
        "The store {where} was written by a newer Kho ({revision}); this one knows up to {known}.",
    ),
    "store_older": Message(
        "config",
        "Kho dữ liệu {where} cần nâng cấp từ {revision} lên {known}; hãy sao lưu trước, hoặc thêm --no-backup.",
        "The store {where} must be upgraded from {revision} to {known}; back it up first, or add --no-backup.",
        "pg_dump -Fd -j2 -f kho-{revision}.dump '{where}'",
    ),
    "lease_lost": Message(
        "transient",
        "Một tiến trình khác đã nhận nguồn này; tiến trình này dừng và không ghi gì nữa.",
        "Another process has taken this source; this one stops and writes nothing more.",
        _LOOK,
    ),
    "busy": Message(
        "transient",
        "Nguồn đang được tiến trình khác hỏi ({holder}).",
        "The source is being visited by another process ({holder}).",
        _LOOK,
    ),
    "unexpected": Message("bug", "Lỗi của Kho: {detail}", "A fault of Kho: {detail}", "kho --debug harvest {source}"),
}


class _Facts(dict[str, object]):
    """Facts of a message; a fact that an old store did not keep is shown as a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"


def sentence(code: str, facts: Mapping[str, object], language: str = "vi") -> str:
    """Render the sentence of a code in ``vi`` or ``en``; an unknown code is shown as it is."""
    message = MESSAGES.get(code)
    if message is None:
        return code
    return (message.en if language == "en" else message.vi).format_map(_Facts(facts))


def next_command(code: str, facts: Mapping[str, object]) -> str:
    """Return the command that helps on, or an empty string."""
    message = MESSAGES.get(code)
    return message.next.format_map(_Facts(facts)) if message else ""


def who_must_act(code: str) -> Who | None:
    """Return who must act on a code: config, source, transient (wait) or bug; None where nobody must."""
    message = MESSAGES.get(code)
    return message.who if message else "bug"
