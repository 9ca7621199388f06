"""The answer is wrong: a page, a list, or one record that cannot be read."""

from __future__ import annotations

from .message import AGAIN, SHOW, Message

MESSAGES: dict[str, Message] = {
    "html_page": Message(
        "source",
        "Máy chủ trả về một trang HTML (bảo trì, đăng nhập hay trang chủ) thay cho OAI-PMH tại {where}.",
        "The server answered with an HTML page (maintenance, login, home page) instead of OAI-PMH at {where}.",
        SHOW,
    ),
    "not_oai_pmh": Message(
        "source",
        "Câu trả lời không phải OAI-PMH: phần tử gốc là <{root}> ({where}).",
        "The answer is not OAI-PMH: its root element is <{root}> ({where}).",
        SHOW,
    ),
    "malformed": Message(
        "source",
        "Câu trả lời không phải XML đúng chuẩn: {detail} ({where}). Không nhận bản ghi nào của trang này.",
        "The answer is not well-formed XML: {detail} ({where}). No record of this page was accepted.",
        AGAIN,
    ),
    "doctype": Message(
        "source",
        "Câu trả lời có khai báo DOCTYPE nên bị từ chối ({where}).",
        "The answer carries a DOCTYPE and was refused ({where}).",
        AGAIN,
    ),
    "structure": Message(
        "source",
        "Cấu trúc câu trả lời trái với OAI-PMH: {detail} ({where}).",
        "The structure of the answer contradicts OAI-PMH: {detail} ({where}).",
        AGAIN,
    ),
    "encoding": Message(
        "source",
        "Bảng mã của câu trả lời không đọc được: {detail} ({where}).",
        "The encoding of the answer cannot be read: {detail} ({where}).",
        SHOW,
    ),
    "protocol": Message(
        "source",
        "Máy chủ báo lỗi OAI-PMH {error}: {detail}",
        "The server reports the OAI-PMH error {error}: {detail}",
        SHOW,
    ),
    "loop": Message(
        "source",
        "Danh sách quay vòng: mã tiếp tục {token} trả lại những bản ghi đã đọc ({pages} trang).",
        "The list goes in circles: token {token} gives records that were read already ({pages} pages).",
        AGAIN,
    ),
    "no_format": Message(
        "config",
        "Nguồn không có định dạng nào Kho đọc được; có: {offered}.",
        "The source offers no format that Kho reads; it offers: {offered}.",
        SHOW,
    ),
    "not_given": Message(
        "source",
        "Máy chủ liệt kê bản ghi mà không đưa ra được khi hỏi riêng.",
        "The server lists the record and does not give it when it is asked for alone.",
    ),
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
}
