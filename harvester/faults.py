"""Mistakes in files that people write: each with its place, a sentence, a suggestion, and a caret below the line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

import msgspec

# code: (Vietnamese, English)
SENTENCES: dict[str, tuple[str, str]] = {
    "not_utf8": ("tệp không phải UTF-8", "the file is not UTF-8"),
    "no_sources": (
        "không có tệp này; hãy vào thư mục có nó, hay bắt đầu: kho init THƯ_MỤC (hoặc --sources TỆP, KHO_SOURCES)",
        "there is no such file; go to its folder, or begin: kho init FOLDER (or --sources FILE, KHO_SOURCES)",
    ),
    "unreadable_file": ("không đọc được tệp: {detail}", "the file cannot be read: {detail}"),
    "yaml_syntax": ("sai cú pháp YAML: {detail}", "wrong YAML: {detail}"),
    "tab": ("thụt dòng bằng phím Tab; hãy dùng dấu cách", "indented with a tab; use blanks"),
    "second_document": ("chỉ được một tài liệu trong tệp", "a second document in the file"),
    "alias": ("không dùng neo (&) và bí danh (*)", "anchors (&) and aliases (*) are not allowed"),
    "tag": ("không dùng thẻ (!)", "tags (!) are not allowed"),
    "key_not_text": ("khoá phải là chữ", "a key must be text"),
    "duplicate_key": (
        "khoá “{key}” lặp lại (lần đầu ở dòng {first})",
        "key “{key}” is repeated (first in line {first})",
    ),
    "unknown_key": ("không có mục “{key}”", "there is no setting “{key}”"),
    "missing_key": ("thiếu mục “{key}”", "the setting “{key}” is missing"),
    "not_mapping": ("chỗ này phải là các cặp “mục: giá trị”", "this must be pairs “setting: value”"),
    "not_list": ("chỗ này phải là danh sách", "this must be a list"),
    "not_text": ("“{key}” phải là chữ", "“{key}” must be text"),
    "not_boolean": (
        "“{key}” phải là true hoặc false, không phải “{value}”",
        "“{key}” must be true or false, not “{value}”",
    ),
    "not_seconds": ("“{key}” phải là số giây, không phải “{value}”", "“{key}” must be seconds, not “{value}”"),
    "not_size": (
        "“{key}” phải là số byte hoặc như “64 MB”, không phải “{value}”",
        "“{key}” must be bytes or like “64 MB”, not “{value}”",
    ),
    "not_count": (
        "“{key}” phải là một số từ 1, không phải “{value}”",
        "“{key}” must be a number from 1, not “{value}”",
    ),
    "not_share": (
        "“{key}” phải như “5%” hoặc một số bản ghi, không phải “{value}”",
        "“{key}” must be like “5%” or a number of records, not “{value}”",
    ),
    "not_network": ("“{value}” không phải một mạng như 10.0.0.0/8", "“{value}” is not a network like 10.0.0.0/8"),
    "wrong_id": (
        "id “{value}” phải gồm a-z, 0-9 và dấu nối, dài tối đa 64",
        "the id “{value}” must be a-z, 0-9 and hyphens, at most 64 long",
    ),
    "wrong_url": (
        "“{value}” không phải địa chỉ http(s) có tên máy và không kèm tên đăng nhập",
        "“{value}” is not an http(s) address with a host and without user names",
    ),
    "not_day": (
        "“{key}” phải là ngày như 2026-12-31, không phải “{value}”",
        "“{key}” must be a day like 2026-12-31, not “{value}”",
    ),
    "literal_secret": (
        "“{key}” phải là ${{BIẾN}} môi trường; không ghi mật khẩu hay khoá vào tệp này",
        "“{key}” must be a ${{VARIABLE}} of the environment; passwords and keys do not belong into this file",
    ),
    "wrong_header": ("không được tự đặt phần đầu “{value}”", "the header “{value}” cannot be set"),
    "wrong_proxy": (
        "“{value}” không phải proxy như http://proxy.truong.example:3128",
        "“{value}” is not a proxy like http://proxy.truong.example:3128",
    ),
    "unsafe_tls": (
        "tls.verify: false cần có “{key}”",
        "tls.verify: false needs “{key}”",
    ),
    "wrong_charset": ("không có bảng mã “{value}”", "there is no encoding “{value}”"),
    "unknown_word": ("“{key}” không có giá trị “{value}”", "“{key}” knows no “{value}”"),
    "wrong_pattern": (
        "“{key}” không phải biểu thức chính quy đúng: {detail}",
        "“{key}” is not a right regular expression: {detail}",
    ),
    "duplicate_id": ("id “{value}” đã dùng ở {other}", "the id “{value}” is already used in {other}"),
    "taken_id": (
        "“{value}” là id cũ của một nguồn khác ({other}), không được dùng lại",
        "“{value}” is a former id of another source ({other}) and cannot be taken",
    ),
    "unknown_table": (
        "không có bảng nào tên “{value}”; tệp trong {folder} mang tên bảng mà nó bổ sung",
        "there is no table “{value}”; a file in {folder} has the name of the table that it adds to",
    ),
    "folder_for_table": (
        "thư mục “{value}” mang tên của một bảng; bảng là một tệp, không phải thư mục",
        "the folder “{value}” is named like a table; a table is a file, not a folder",
    ),
    "unknown_format": (
        "không có định dạng “{value}” để bổ sung; một định dạng mới cần namespaces, rank và fields",
        "there is no format “{value}” to add to; a new format needs namespaces, rank and fields",
    ),
    "label_of_other": (
        "“{value}” là tên của từ “{other}”, không làm biến thể của từ khác được",
        "“{value}” is the name of the term “{other}” and cannot be a word of another one",
    ),
    "word_of_other": (
        "“{value}” đã được dạy là “{other}” ở dòng {first}",
        "“{value}” already means “{other}” by line {first}",
    ),
    "taken_namespace": (
        "không gian tên “{value}” là của bảng “{other}”",
        "the namespace “{value}” is that of “{other}”",
    ),
    "other_syntax": (
        "bảng “{key}” đọc {other}; không đổi syntax được",
        "“{key}” reads {other}; its syntax cannot change",
    ),
    "unknown_column": ("không có cột “{key}”", "there is no column “{key}”"),
    "wrong_row": ("dòng có {value} ô trong khi tiêu đề có {other}", "the row has {value} cells, the header {other}"),
}


class Fault(msgspec.Struct, frozen=True):
    """One mistake: file, line and column (from 1), code with its facts, the line itself, and a column's name."""

    file: str
    line: int
    column: int
    code: str
    facts: dict[str, Any]
    text: str = ""
    field: str = ""

    def sentence(self, language: str = "vi") -> str:
        """Say what is wrong, with a suggestion where there is one."""
        vietnamese, english = SENTENCES[self.code]
        said = (english if language == "en" else vietnamese).format_map(self.facts)
        near = self.facts.get("near")
        if near:
            said += f" (did you mean “{near}”?)" if language == "en" else f" (ý bạn là “{near}”?)"
        return said

    def render(self, language: str = "vi") -> str:
        """Return ``file:line:column: error[code]: what``, the line and a caret below the place."""
        place = f"{self.file}:{self.line}:{self.field or self.column}"
        head = f"{place}: error[{self.code}]: {self.sentence(language)}"
        if not self.text.strip():
            return head
        return f"{head}\n   | {self.text}\n   | {' ' * (self.column - 1)}^"


class Faults(Exception):
    """All mistakes of one reading."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(fault.render("en") for fault in faults))
        self.faults = faults


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the word that was probably meant, or an empty string."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else ""
