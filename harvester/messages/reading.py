"""The answer is wrong: a page, a list, or one record that cannot be read."""

from __future__ import annotations

from .message import AGAIN, SHOW, VISIT, Message

MESSAGES: dict[str, Message] = {
    "html_page": Message(
        "source",
        "Máy chủ trả về một trang web thay cho OAI-PMH tại {where}; địa chỉ OAI-PMH có lẽ khác (DSpace:"
        " /server/oai/request, OJS: /index.php/…/oai).",
        "The server answered with a web page instead of OAI-PMH at {where}; its OAI-PMH address is probably another one"
        " (DSpace: /server/oai/request, OJS: /index.php/…/oai).",
        SHOW,
    ),
    "not_oai_pmh": Message(
        "source",
        "Câu trả lời không phải OAI-PMH: phần tử gốc là <{root}> ({where}).",
        "The answer is not OAI-PMH: its root element is <{root}> ({where}).",
        SHOW,
    ),
    "old_protocol": Message(
        "source",
        "Máy chủ nói OAI-PMH 1.x (phần tử gốc là <{root}>, {where}); Kho cần bản 2.0 của năm 2002: cơ quan cần nâng cấp"
        " máy chủ, hoặc cho địa chỉ của bản 2.0.",
        "The server speaks OAI-PMH 1.x (its root element is <{root}>, {where}); Kho needs version 2.0 of 2002: the"
        " institution must upgrade its server, or name the address of its version 2.0.",
        SHOW,
    ),
    "static_repository": Message(
        "source",
        "Địa chỉ {where} là một tệp kho tĩnh (static repository), không trả lời câu hỏi; hãy xin cơ quan địa chỉ cổng"
        " OAI-PMH của tệp ấy rồi ghi vào url.",
        "The address {where} is the file of a static repository, which answers no questions; ask the institution for"
        " the address of its OAI-PMH gateway and write that as url.",
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
    "overgrown": Message(
        "source",
        "Phần bao quanh các bản ghi vượt giới hạn ({detail}, {where}). Không nhận bản ghi nào của trang này.",
        "What stands around the records is beyond the limits ({detail}, {where}). No record of this page was accepted.",
        SHOW,
    ),
    "repaired": Message(
        "source",
        "Trang hỏng phải sửa mới đọc được; bản gốc được giữ nguyên.",
        "The page was damaged and could only be read after repairs; it is kept whole as it came.",
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
    "two_headers": Message("source", "Bản ghi có hai header.", "The record has two headers."),
    "two_identifiers": Message(
        "source", "Header có hai identifier khác nhau.", "The header has two different identifiers."
    ),
    "identifier_damaged": Message(
        "source",
        "Identifier chứa ký tự hỏng: không đoán thành identifier khác.",
        "The identifier holds damaged characters: no other one is guessed from it.",
    ),
    "nested_record": Message(
        "source",
        "Trong bản ghi có một bản ghi khác kèm header riêng.",
        "Another record with a header of its own stands within this record.",
    ),
    "record_too_large": Message("source", "Bản ghi lớn hơn 1 MB.", "The record is larger than 1 MB."),
    "record_too_many_elements": Message(
        "source", "Bản ghi có hơn 5.000 phần tử.", "The record has more than 5,000 elements."
    ),
    "record_too_many_attributes": Message(
        "source", "Một phần tử của bản ghi có hơn 100 thuộc tính.", "An element of the record has over 100 attributes."
    ),
    "record_too_deep": Message(
        "source", "Các phần tử của bản ghi lồng nhau hơn 250 tầng.", "The record is nested more than 250 levels deep."
    ),
    "pages_repaired": Message(
        "source",
        "Có trang phải sửa mới đọc được, bản gốc được giữ nguyên: {repairs}.",
        "Pages could only be read after repairs and are kept as they came: {repairs}.",
        VISIT,
    ),
    "records_rejected": Message(
        "source",
        "{rejected} bản ghi không đọc được; từng byte được giữ cùng lý do.",
        "{rejected} record(s) could not be read; the bytes are kept with the reason.",
        VISIT,
    ),
    "repair_before": Message(
        "source",
        "Bỏ phần thừa trước câu trả lời (dòng trống, thông báo lỗi của máy chủ).",
        "What stood before the answer was left out (blank lines, notices of the server).",
    ),
    "repair_after": Message(
        "source",
        "Bỏ phần thừa sau câu trả lời (thông báo lỗi của máy chủ).",
        "What stood after the answer was left out (notices of the server).",
    ),
    "repair_declaration": Message(
        "source", "Bỏ khai báo XML lặp lại ở đầu trang.", "A second XML declaration at the beginning was left out."
    ),
    "repair_prolog": Message(
        "source", "Bỏ khai báo XML nằm trong bản ghi.", "XML declarations within records were left out."
    ),
    "repair_charset": Message(
        "source",
        "Trang không theo bảng mã đã khai; đọc theo bảng mã mà chữ chứng tỏ.",
        "The page is not in the encoding that it declares; it was read in the one that its words prove.",
    ),
    "repair_letter": Message(
        "source",
        "Chữ UTF-8 bị cắt đôi: thay bằng U+FFFD để thấy chỗ mất.",
        "Letters of UTF-8 that were cut in half became U+FFFD, so that the loss is seen.",
    ),
    "repair_surrogate": Message(
        "source",
        "Ghép lại chữ bị viết thành hai nửa (surrogate).",
        "Letters written as two halves (surrogates) were joined.",
    ),
    "repair_control": Message(
        "source", "Bỏ ký tự điều khiển mà XML cấm.", "Control characters that XML forbids were left out."
    ),
    "repair_reference": Message(
        "source",
        "Bỏ tham chiếu tới ký tự không có (&#x1a; …).",
        "References to what is no character were left out (&#x1a; …).",
    ),
    "repair_identifier": Message(
        "source",
        "Ký tự hỏng trong identifier hay resumptionToken: thay bằng U+FFFD.",
        "Damaged characters in an identifier or resumptionToken became U+FFFD.",
    ),
    "repair_entity": Message(
        "source",
        "Đổi thực thể HTML (&nbsp; &ocirc; …) thành chữ.",
        "Entities of HTML (&nbsp; &ocirc; …) were written as letters.",
    ),
    "repair_ampersand": Message(
        "source", "Dấu & đứng riêng được viết thành &amp;.", "Ampersands that begin no reference became text."
    ),
    "repair_attribute": Message(
        "source",
        "Bỏ thuộc tính lặp lại với cùng giá trị.",
        "Attributes that were said twice with the same value were left out.",
    ),
}
