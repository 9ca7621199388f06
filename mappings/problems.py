"""Everything that mapping may have to say about a record: each code once, with its sentence and what to do."""

from __future__ import annotations

from typing import NamedTuple

from .resource import Problem, Severity


class Sentence(NamedTuple):
    """One row: how grave it is, the sentence and what to do in Vietnamese and in English.

    ``{field}``, ``{path}`` and ``{value}`` are those of the problem.
    """

    severity: Severity
    vi: str
    en: str
    do_vi: str
    do_en: str


PROBLEMS: dict[str, Sentence] = {
    "no_title": Sentence(
        "quarantine",
        "Bản ghi không có nhan đề.",
        "The record has no title.",
        "Đề nghị cơ quan bổ sung nhan đề; bản ghi tự hiện lại ở lần gom sau.",
        "Ask the institution for a title; the record appears by itself after the next harvest.",
    ),
    "no_link": Sentence(
        "quarantine",
        "Bản ghi không có địa chỉ http(s) dùng được dẫn tới học liệu.",
        "The record has no usable http(s) address of the resource.",
        "Đề nghị cơ quan đặt địa chỉ công khai của kho (DSpace: dspace.ui.url, handle.prefix) rồi xuất lại.",
        "Ask the institution to set its public address (DSpace: dspace.ui.url, handle.prefix) and to export again.",
    ),
    "unreadable": Sentence(
        "quarantine",
        "Không đọc được phần mô tả của bản ghi: {value}.",
        "The metadata of the record cannot be read: {value}.",
        "Xem bản gốc bằng “kho show KEY --raw” và báo cho cơ quan.",
        "Look at the original with “kho show KEY --raw” and tell the institution.",
    ),
    "no_crosswalk": Sentence(
        "quarantine",
        "Không có bảng ánh xạ cho định dạng “{value}”.",
        "There is no crosswalk for the format “{value}”.",
        "Thêm một tệp vào tables/crosswalks/ cạnh sources.yaml (docs/mapping.md) hoặc chọn định dạng khác cho nguồn.",
        "Add a file to tables/crosswalks/ beside sources.yaml (see docs/mapping.md), or choose another format.",
    ),
    "personal_data": Sentence(
        "quarantine",
        "Bản ghi có dữ liệu cá nhân của học sinh (ngày sinh cùng lớp, điện thoại, thư điện tử hay số định danh).",
        "The record holds personal data of pupils (birth date and class, telephone, e-mail or identity number).",
        "Báo ngay cho cơ quan để gỡ bản gốc (Luật 91/2025/QH15); Kho không hiện và không nhắc lại nội dung nào.",
        "Tell the institution at once to take the original down (Law 91/2025/QH15); Kho repeats nothing of it.",
    ),
    "spam": Sentence(
        "quarantine",
        "Bản ghi là quảng cáo cờ bạc hay trang rác chen vào trang của cơ quan.",
        "The record is an advertisement for gambling or spam that broke into the site of the institution.",
        "Báo cho cơ quan: trang của họ có thể đã bị chiếm; bản ghi tự mất khi họ dọn sạch.",
        "Tell the institution that its site may have been broken into; the record goes when it is cleaned.",
    ),
    "unknown_value": Sentence(
        "warning",
        "Giá trị “{value}” ({path}) không có trong bảng từ của trường {field}; giá trị không được dùng.",
        "“{value}” ({path}) is not in the vocabulary of the field {field}; it was not used.",
        "Nếu giá trị hay gặp, thêm một biến thể vào tables/vocabularies/{field}.yaml cạnh sources.yaml.",
        "Where it is frequent, add a variant to tables/vocabularies/{field}.yaml beside sources.yaml.",
    ),
    "unusable_link": Sentence(
        "warning",
        "Địa chỉ “{value}” ({path}) không mở được từ bên ngoài (localhost, mạng nội bộ, handle 123456789) hoặc sai.",
        "The address “{value}” ({path}) leads nowhere from outside (localhost, private network, handle 123456789).",
        "Đề nghị cơ quan cấu hình địa chỉ công khai và tiền tố handle của mình.",
        "Ask the institution to configure its public address and its own handle prefix.",
    ),
    "unclear_date": Sentence(
        "warning",
        "Không hiểu ngày “{value}” ({path}).",
        "The date “{value}” ({path}) is not understood.",
        "Nên viết theo ISO 8601 (2024-09-05) hoặc ngày/tháng/năm.",
        "Dates are best written as ISO 8601 (2024-09-05) or day/month/year.",
    ),
    "implausible_date": Sentence(
        "warning",
        "Ngày “{value}” ({path}) không hợp lí: trước năm 1400, hoặc quá một năm sau năm Kho lấy bản ghi về.",
        "The date “{value}” ({path}) is not plausible: before 1400, or more than a year after Kho fetched it.",
        "Báo cho cơ quan để sửa.",
        "Tell the institution.",
    ),
    "many_values": Sentence(
        "note",
        "“{path}” có {value} giá trị hoặc hơn: chỉ tra 100 giá trị đầu trong bảng từ, chỉ giữ 250.",
        "“{path}” has {value} values or more: the first 100 are looked up, the first 250 kept.",
        "Thường là lỗi xuất dữ liệu (cả một danh mục trong một bản ghi); báo cho cơ quan nếu đúng vậy.",
        "Mostly a fault of the export (a whole catalogue in one record); tell the institution if so.",
    ),
    "long_values": Sentence(
        "note",
        "“{path}” dài {value} chữ: đọc 6.000 chữ, 1.000 một giá trị; tên, từ khoá 20.000, ngày 2.000, địa danh 1.500.",
        "“{path}” has {value} letters: 6,000 read, 1,000 a value; names, keywords 20,000, dates 2,000, places 1,500.",
        "Thường là cả bài viết nằm trong trường từ khoá; báo cho cơ quan nếu đúng vậy.",
        "Mostly whole texts in a field of keywords; tell the institution if so.",
    ),
    "only_deposit_dates": Sentence(
        "note",
        "Chỉ có ngày đưa vào kho ({value}), không có năm công bố.",
        "There are only dates of deposit ({value}), no date of issue.",
        "Đề nghị cơ quan điền dc.date.issued.",
        "Ask the institution to fill dc.date.issued.",
    ),
    "unclear_duration": Sentence(
        "warning",
        "Không hiểu thời lượng “{value}” ({path}).",
        "The duration “{value}” ({path}) is not understood.",
        "Nên viết theo ISO 8601, ví dụ PT45M.",
        "Durations are best written as ISO 8601, for example PT45M.",
    ),
    "unclear_age": Sentence(
        "warning",
        "Không hiểu lứa tuổi “{value}” ({path}).",
        "The age range “{value}” ({path}) is not understood.",
        "Nên viết như 6-11 hoặc 15-.",
        "Ages are best written like 6-11 or 15-.",
    ),
    "wrong_isbn": Sentence(
        "note",
        "Số ISBN “{value}” ({path}) sai số kiểm tra.",
        "The check digit of the ISBN “{value}” ({path}) is wrong.",
        "Báo cho cơ quan để sửa.",
        "Tell the institution.",
    ),
    "several_licences": Sentence(
        "warning",
        "Bản ghi nêu nhiều giấy phép khác nhau ({value}); không chọn giấy phép nào.",
        "The record states different licences ({value}); none was chosen.",
        "Hỏi cơ quan giấy phép nào đúng.",
        "Ask the institution which one holds.",
    ),
    "removed_email": Sentence(
        "note",
        "Đã bỏ địa chỉ thư điện tử khỏi trường {field} ({path}).",
        "An e-mail address was left out of the field {field} ({path}).",
        "Không phải làm gì.",
        "Nothing needs to be done.",
    ),
    "removed_phone": Sentence(
        "note",
        "Đã bỏ số điện thoại khỏi trường {field} ({path}).",
        "A telephone number was left out of the field {field} ({path}).",
        "Không phải làm gì.",
        "Nothing needs to be done.",
    ),
    "damaged_text": Sentence(
        "warning",
        "Chữ bị hỏng (ký tự thay thế U+FFFD) trong “{value}” ({path}).",
        "The text “{value}” ({path}) is damaged (replacement character U+FFFD).",
        "Đề nghị cơ quan xuất lại bằng UTF-8.",
        "Ask the institution to export again as UTF-8.",
    ),
    "legacy_encoding": Sentence(
        "warning",
        "Chữ trong “{value}” ({path}) có vẻ viết bằng bảng mã cũ trước Unicode.",
        "The text “{value}” ({path}) seems to be in an encoding of before Unicode.",
        "Một chuỗi chưa đủ chắc nên Kho để nguyên; khi nhiều bản ghi của nguồn đều vậy, Kho tự chuyển.",
        "One string is no proof and stays; where many records of the source are so, Kho converts them.",
    ),
}

_LONGEST_VALUE = 200  # enough to recognise the place in the source; a description may be 100 kB


def problem(code: str, field: str = "", path: str = "", value: str = "") -> Problem:
    """Make a problem; its severity is that of its code."""
    return Problem(code, field, path, value[:_LONGEST_VALUE], PROBLEMS[code].severity)


def problem_sentence(problem: Problem | str, language: str = "vi", *, action: bool = False) -> str:
    """Say a problem, or only its code, in Vietnamese or English; ``action=True`` says what to do about it.

    Raises KeyError for a code that is not in the table.
    """
    if isinstance(problem, str):
        problem = Problem(problem, "…", "…", "…", PROBLEMS[problem].severity)
    row = PROBLEMS[problem.code]
    template = (row.do_en if action else row.en) if language == "en" else (row.do_vi if action else row.vi)
    return template.format(field=problem.field, path=problem.path, value=problem.value)
