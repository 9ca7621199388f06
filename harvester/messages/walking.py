"""On the way through a list: tokens, windows, records that cannot be had; much of it is only worth a note."""

from __future__ import annotations

from .message import AGAIN, SHOW, VISIT, Message

MESSAGES: dict[str, Message] = {
    "past_the_end": Message(
        None,
        "Sau mã tiếp tục cuối cùng không còn gì: danh sách hết ở đó.",
        "Nothing followed the last token: the list ended there.",
    ),
    "token_expired": Message(
        None,
        "Máy chủ quên mã tiếp tục sau {pages} trang ({count} lần): đã đi tiếp từ ngày cuối hoặc từ đầu.",
        "The server forgot its token after {pages} page(s), {count}×: went on from the last date, or anew.",
    ),
    "token_lost": Message(
        "source",
        "Máy chủ quên mã tiếp tục {times} lần (mã {token}, trang {pages}): không đọc được đến cuối.",
        "The server forgot its tokens {times} times (token {token}, page {pages}): the list cannot be read to its end.",
        AGAIN,
    ),
    "set_dropped": Message(
        "source",
        "Sau trang {pages} máy chủ quên bộ “{set}” và đưa cả bản ghi ngoài bộ: đã dừng.",
        "After page {pages} the server forgot the set “{set}” and showed records outside of it: stopped.",
        SHOW,
    ),
    "size_differs": Message(
        None,
        "Máy chủ khai {declared} bản ghi, danh sách có {seen}.",
        "The server declared {declared} records, the list has {seen}.",
    ),
    "windows_short": Message(
        "source",
        "Các khoảng thời gian cho ít hơn danh sách {count} bản ghi: hỏi theo ngày thì máy chủ bỏ sót;"
        " vắng mặt không chứng minh gì.",
        "Windows of time had {count} records fewer than the list: by date the server leaves some out;"
        " absence proves nothing.",
        SHOW,
    ),
    "doubles": Message(
        None,
        "{count} bản ghi hiện ở hơn một trang: thứ tự không ổn định, có thể sót; vắng mặt không chứng minh gì.",
        "{count} records came on more than one page: the order is unstable, some may be lost; absence proves nothing.",
    ),
    "poison": Message(
        "source",
        "Máy chủ không đưa ra được bản ghi này, hỏi cách nào cũng hỏng; phần còn lại đã đọc.",
        "The server cannot give this record, however it is asked; the rest was read.",
    ),
    "poisoned": Message(
        "source",
        "Máy chủ không đưa ra được {count} bản ghi, hỏi cách nào cũng hỏng; phần còn lại đã đọc.",
        "The server cannot give {count} record(s), however they are asked for; the rest was read.",
        VISIT,
    ),
    "other_given": Message(
        "source",
        "Máy chủ đưa ra một bản ghi khác với bản ghi được hỏi.",
        "The server gave another record than the one asked for.",
    ),
    "too_many_singles": Message(
        "source",
        "Trang của nhiều bản ghi bị hỏng ở máy chủ: đã hỏi riêng {limit} bản, còn {left} bản để lượt sau ({where}).",
        "The pages of many records are broken at the server: {limit} were asked for one by one, {left} are left for the"
        " next visit ({where}).",
        AGAIN,
    ),
    "from_ignored": Message(
        None,
        "Máy chủ bỏ qua from ({since}): mỗi lượt đọc cả danh sách.",
        "The server ignores from ({since}): every visit reads the whole list.",
    ),
    "windows_refused": Message(
        None,
        "Máy chủ không trả lời đúng theo khoảng thời gian ({why}): hỏi một danh sách duy nhất.",
        "The server does not serve windows of time rightly ({why}): one open list was asked for.",
    ),
    "slice_refused": Message(
        None,
        "Không đọc lại được một phần cũ của nguồn ({why}); danh sách của lượt này vẫn trọn.",
        "An older part of the source could not be read anew ({why}); the list itself is whole.",
    ),
    "sweep_refused": Message(
        None,
        "Máy chủ không đưa danh sách header ({why}): đọc cả danh sách.",
        "The server gives no list of headers ({why}): the whole list was read.",
    ),
    "format_refused": Message(
        None,
        "Máy chủ liệt kê định dạng {refused} mà không đưa: dùng {instead}.",
        "The server lists the format {refused} and refuses it: {instead} was taken.",
    ),
    "base_url_differs": Message(
        None,
        "Trong Identify máy chủ tự khai địa chỉ {said}, khác với url của nguồn ({where}): Kho chỉ hỏi url của nguồn;"
        " nếu địa chỉ tự khai mới đúng thì sửa url.",
        "In Identify the server gives its address as {said}, which is not the source's url ({where}): Kho asks only the"
        " source's url; if the server's word is right, change the url.",
        SHOW,
    ),
    "set_specs_too_long": Message(
        None,
        "{count} bộ có mã (setSpec) dài hơn {limit} chữ: tên của chúng không được giữ.",
        "{count} set(s) have a setSpec of more than {limit} letters: their names are not kept.",
    ),
    "dates_day": Message(
        None,
        "Máy chủ chỉ nhận ngày, không nhận giờ, dù khai có giờ: Kho hỏi theo ngày và nhớ điều đó.",
        "The server takes days only although it promises seconds: Kho asks in days, and remembers.",
    ),
    "dates_none": Message(
        None,
        "Máy chủ không nhận from và until: mỗi lượt Kho đọc cả danh sách, và nhớ điều đó.",
        "The server takes neither from nor until: every visit reads the whole list, and Kho remembers.",
    ),
    "token_encoding_strict": Message(
        None,
        "Máy chủ muốn mã tiếp tục được mã hoá phần trăm: Kho gửi như thế và nhớ điều đó.",
        "The server wants its tokens percent-encoded: Kho sends them so, and remembers.",
    ),
    "token_encoding_verbatim": Message(
        None,
        "Máy chủ chỉ hiểu mã tiếp tục nguyên văn: Kho gửi không mã hoá và nhớ điều đó.",
        "The server only knows its tokens as they are: Kho sends them unencoded, and remembers.",
    ),
    "token_arguments_exclusive": Message(
        None,
        "Bên cạnh mã tiếp tục máy chủ không nhận gì khác: Kho gửi riêng mã và nhớ điều đó.",
        "Beside its tokens the server takes nothing else: Kho sends them alone, and remembers.",
    ),
    "token_arguments_repeated": Message(
        None,
        "Bên cạnh mã tiếp tục máy chủ muốn các tham số của câu hỏi đầu: Kho lặp lại và nhớ điều đó.",
        "Beside its tokens the server wants the first question's arguments: Kho repeats them, and remembers.",
    ),
    "clock_missing": Message(
        None,
        "Máy chủ không cho biết giờ của nó: lấy giờ của ta lùi một ngày.",
        "The server does not tell its time: ours was taken, a day back.",
    ),
    "sweep_became_list": Message(
        None,
        "Sau {headers} header có quá nhiều bản ghi mới: hỏi lại trọn danh sách thay vì từng bản ghi.",
        "After {headers} headers too many records were new: the whole list was asked for instead of single records.",
    ),
    "sweep_broke_off": Message(
        None,
        "Máy chủ không đưa ra được một trang header ({why}): phần còn lại được đọc bằng danh sách bản ghi.",
        "The server could not give a page of headers ({why}): what was left was read as a list of records.",
    ),
    "not_given": Message(
        "source",
        "Máy chủ liệt kê bản ghi mà không đưa ra được khi hỏi riêng.",
        "The server lists the record and does not give it when it is asked for alone.",
    ),
}
