"""Outcomes and verdicts of a visit."""

from __future__ import annotations

from .message import AGAIN, LOOK, Message

MESSAGES: dict[str, Message] = {
    "whole": Message(None, "Đã đọc trọn danh sách.", "The whole list was read."),
    "same": Message(None, "Không có gì khác với những gì đang giữ.", "Nothing differs from what is held."),
    "retired": Message(
        None, "Nguồn đã nghỉ: {held} bản ghi được gỡ.", "The source was retired: {held} records withdrawn."
    ),
    "cut_on_purpose": Message(
        None, "Dừng theo yêu cầu (--limit hoặc --record).", "Stopped as asked (--limit or --record)."
    ),
    "sweep_became_list": Message(
        None,
        "Sau {headers} header có quá nhiều bản ghi mới: hỏi lại trọn danh sách thay vì từng bản ghi.",
        "After {headers} headers too many records were new: the whole list was asked for instead of single records.",
    ),
    "interrupted": Message(
        "transient",
        "Bị ngắt giữa chừng; lần sau đi tiếp từ trang đã lưu.",
        "Interrupted; the next visit goes on from the saved page.",
        AGAIN,
    ),
    "empty_list": Message(
        "source",
        "Danh sách đầy đủ mà không có bản ghi nào, trong khi kho đang giữ {held}: không gỡ gì cả.",
        "A full list with no record at all while {held} are held: nothing is taken away.",
        AGAIN,
    ),
    "many_withdrawn": Message(
        "source",
        "Nguồn muốn gỡ {removals} trong {held} bản ghi ({share} %), quá giới hạn {limit} %: phần thêm và sửa"
        " đã công bố, phần gỡ đang chờ.",
        "The source wants {removals} of {held} records removed ({share} %), above the limit of {limit} %: additions and"
        " edits are public, removals wait.",
        LOOK,
    ),
}
