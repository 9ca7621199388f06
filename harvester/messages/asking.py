"""The server does not answer as it should, or may not be asked."""

from __future__ import annotations

from .message import AGAIN, SHOW, Message

MESSAGES: dict[str, Message] = {
    "refused": Message(
        "transient",
        "Máy chủ từ chối kết nối tại {where}.",
        "The server refuses connections at {where}.",
        AGAIN,
    ),
    "unreachable": Message(
        "transient",
        "Không kết nối được tới {where}: {detail}.",
        "No connection to {where}: {detail}.",
        AGAIN,
    ),
    "unknown_host": Message("source", "Không có tên miền {host}.", "The name {host} does not exist.", SHOW),
    "tls": Message(
        "source",
        "Chứng chỉ TLS của {where} không kiểm tra được: {detail}.",
        "The TLS certificate of {where} could not be verified: {detail}.",
        SHOW,
    ),
    "too_slow": Message(
        "transient",
        "Máy chủ không trả lời xong trong {seconds} giây ({where}).",
        "The server did not finish its answer within {seconds} seconds ({where}).",
        AGAIN,
    ),
    "cut": Message(
        "transient",
        "Câu trả lời bị đứt giữa chừng ({where}).",
        "The answer broke off ({where}).",
        AGAIN,
    ),
    "status": Message(
        "transient",
        "Máy chủ trả lời HTTP {status} ({where}).",
        "The server answered HTTP {status} ({where}).",
        AGAIN,
    ),
    "gone": Message(
        "source",
        "Máy chủ trả lời HTTP {status}: địa chỉ {where} không dùng được.",
        "The server answered HTTP {status}: the address {where} does not work.",
        SHOW,
    ),
    "deferred": Message(
        "transient",
        "Máy chủ xin chờ đến {until}; trang đã đọc được giữ lại.",
        "The server asks to wait until {until}; the pages read are kept.",
        AGAIN,
    ),
    "too_large": Message(
        "source",
        "Một trang lớn hơn giới hạn {limit} byte ({where}); tăng max_page nếu nguồn này cần.",
        "A page is larger than the limit of {limit} bytes ({where}); raise max_page if this source needs it.",
        SHOW,
    ),
    "coding": Message(
        "source",
        "Máy chủ nén bằng “{coding}” dù chỉ được phép gzip ({where}).",
        "The server compressed with “{coding}” although only gzip was offered ({where}).",
        AGAIN,
    ),
    "redirects": Message(
        "source",
        "Máy chủ chuyển hướng quá {limit} lần ({where}).",
        "The server redirected more than {limit} times ({where}).",
        SHOW,
    ),
    "forbidden_address": Message(
        "config",
        "Không được phép kết nối tới {address} ({host}); mạng nội bộ cần allow_networks.",
        "Connections to {address} ({host}) are not allowed; private networks need allow_networks.",
        SHOW,
    ),
    "forbidden_url": Message(
        "config",
        "Không hỏi địa chỉ {where}: chỉ http và https, không kèm tên đăng nhập.",
        "The address {where} is not asked: http and https only, without user names.",
        SHOW,
    ),
}
