"""Outcomes and verdicts of a visit, and what an operator decided of it."""

from __future__ import annotations

from .message import AGAIN, VISIT, Message

_OUTCOMES: dict[str, Message] = {
    "whole": Message(None, "Đã đọc trọn danh sách.", "The whole list was read."),
    "same": Message(None, "Không có gì khác với những gì đang giữ.", "Nothing differs from what is held."),
    "retired": Message(
        None, "Nguồn đã nghỉ: {held} bản ghi được gỡ.", "The source was retired: {held} records withdrawn."
    ),
    "cut_on_purpose": Message(
        None, "Dừng theo yêu cầu (--limit hoặc --record).", "Stopped as asked (--limit or --record)."
    ),
    "set_changed": Message(
        None,
        "sources.yaml nay hỏi bộ “{set}”, trước đây “{was}” (để trống: cả nguồn): đã hỏi lại toàn bộ;"
        " bản ghi đang giữ mà nằm ngoài phần hỏi mới được coi là vắng.",
        "sources.yaml now asks for the set “{set}”, formerly “{was}” (empty: the whole source): everything was asked"
        " for; held records outside of what is asked for now count as absent.",
    ),
    "other_address": Message(
        None,
        "Lượt dở dang này hỏi địa chỉ {was}, sources.yaml nay ghi {url}: phần chưa công bố được bỏ;"
        " lượt sau hỏi lại từ đầu.",
        "This unfinished visit asked {was}, sources.yaml now says {url}: what was not yet public was dropped;"
        " the next visit begins its list again.",
    ),
    "other_set": Message(
        None,
        "Lượt dở dang này hỏi bộ “{was}”, sources.yaml nay hỏi “{set}” (để trống: cả nguồn): phần chưa công bố được bỏ;"
        " lượt sau hỏi lại từ đầu.",
        "This unfinished visit asked for the set “{was}”, sources.yaml now asks for “{set}” (empty: the whole source):"
        " what was not yet public was dropped; the next visit begins its list again.",
    ),
    "interrupted": Message(
        "transient",
        "Bị ngắt giữa chừng; lần sau đi tiếp từ trang đã lưu.",
        "Interrupted; the next visit goes on from the saved page.",
        AGAIN,
    ),
    "take_down_followed": Message(
        None,
        "{count} bản ghi đến dưới định danh khác mà là bản đã được gỡ xuống: cũng được ẩn theo.",
        "{count} record(s) came under another identifier and are what was taken down: they are hidden as well.",
        "kho suppress list",
    ),
    "abandoned": Message(
        None,
        "Lượt dở dang này được bỏ khi lượt {by} được quyết định; lượt sau hỏi lại từ đầu.",
        "This unfinished visit was dropped when visit {by} was decided; the next one begins its list again.",
        AGAIN,
    ),
}

# Nothing of the list is public before an operator has looked.
_HOLDS: dict[str, Message] = {
    "empty_list": Message(
        "source",
        "Danh sách đầy đủ mà không có bản ghi nào, trong khi kho đang giữ {held}: không gỡ gì cả.",
        "A full list with no record at all while {held} are held: nothing is taken away.",
        VISIT,
    ),
    "renamed": Message(
        "source",
        "Có vẻ nguồn đã đổi định danh: {renamed} trong {new} bản ghi mới giống bản đang giữ dưới định danh khác;"
        " chưa công bố gì. Nếu đúng, duyệt kèm --rekey để nối bản mới với bản cũ.",
        "The source seems to have renamed its identifiers: {renamed} of {new} new records are held under other ones;"
        " nothing is public yet. If so, approve with --rekey, which links the new records to the old ones.",
        "kho visits approve {visit} --rekey",
    ),
    "strangers": Message(
        "source",
        "Danh sách gần như toàn bản ghi lạ: {new} trong {live} chưa từng có, còn {vanished} trong {held} bản đang giữ"
        " không thấy nữa; có thể địa chỉ này nay là kho khác. Chưa công bố gì.",
        "Nearly all of the list is unknown: {new} of {live} were never held, and {vanished} of {held} held records are"
        " gone; another repository may be at this address. Nothing is public yet.",
        VISIT,
    ),
    "all_changed": Message(
        "source",
        "Gần như mọi bản ghi đổi nội dung cùng lúc: {changed} trong {held}; hãy xem có phải bị hỏng không."
        " Chưa công bố gì.",
        "Nearly every record changed at once: {changed} of {held}; see whether they are damaged. Nothing is public"
        " yet.",
        VISIT,
    ),
    "undone": Message(
        "config",
        "Lượt {undone} đã được rút lại; danh sách này lại đưa ra {new} mới, {changed} sửa, {removals} gỡ, {missing}"
        " vắng. Chưa công bố gì cho đến khi được duyệt.",
        "Visit {undone} was taken back; this list brings {new} new, {changed} changed, {removals} withdrawn and"
        " {missing} missing again. Nothing is public until it is approved.",
        VISIT,
    ),
}

# Additions and edits are public, removals wait; or nothing waits and it is only said.
_WAITS: dict[str, Message] = {
    "many_withdrawn": Message(
        "source",
        "Nguồn muốn gỡ {removals} trong {held} bản ghi ({share} %), quá giới hạn {limit}: phần thêm và sửa"
        " đã công bố, phần gỡ đang chờ.",
        "The source wants {removals} of {held} records removed ({share} %), above the limit of {limit}: additions and"
        " edits are public, removals wait.",
        VISIT,
    ),
    "fewer_than_expected": Message(
        "source",
        "Danh sách đầy đủ chỉ có {live} bản ghi, ít hơn {at_least} ghi ở expect: những gì thiếu không bị gỡ (chờ duyệt:"
        " {waiting}).",
        "The whole list has only {live} records, fewer than the {at_least} of expect: what it lacks is not removed"
        " ({waiting} wait).",
        VISIT,
    ),
    "fewer_than_declared": Message(
        "source",
        "Máy chủ khai {declared} bản ghi nhưng chỉ đưa {fetched}: những gì thiếu không bị gỡ (chờ duyệt: {waiting}).",
        "The server declares {declared} records but gave {fetched}: what it lacks is not removed ({waiting} wait).",
        VISIT,
    ),
    "many_rejected": Message(
        "source",
        "Không đọc được {rejected} trong {fetched} bản ghi: những gì thiếu không bị gỡ (chờ duyệt: {waiting}).",
        "{rejected} of {fetched} records could not be read: what is lacking is not removed ({waiting} wait).",
        VISIT,
    ),
}

_NOTICES: dict[str, Message] = {
    "many_missing": Message(
        "source",
        "Danh sách thiếu {missing} trong {held} bản ghi ({share} %), quá giới hạn {limit} (nay {live}, thường có"
        " {usual}): chúng vẫn hiện, được ghi là vắng; vắng lần nữa thì phải chờ duyệt mới gỡ.",
        "The list lacks {missing} of {held} records ({share} %), above the limit of {limit} (now {live}, usually"
        " {usual}): they stay visible, marked as missing; if they are absent again, their removal waits.",
        VISIT,
    ),
    "clock_back": Message(
        "source",
        "Đồng hồ máy chủ lùi từ {watermark} về {clock}; lượt sau hỏi lại toàn bộ nếu cần.",
        "The server's clock went back from {watermark} to {clock}; the next visit asks for everything if need be.",
        VISIT,
    ),
    "nameless": Message(
        "source",
        "{nameless} bản ghi không đọc được định danh: không kết luận được bản ghi nào vắng, lượt sau tìm lại.",
        "{nameless} record(s) have no readable identifier: none can be called absent, which is looked for again.",
        VISIT,
    ),
    "reformatted": Message(
        None,
        "Định dạng đổi từ {was} sang {format}: {reformatted} bản ghi được giữ theo định dạng mới.",
        "The format changed from {was} to {format}: {reformatted} records are now held in the new one.",
    ),
    "stamped_now": Message(
        "source",
        "Máy chủ ghi ngày của lúc được hỏi cho {stamped} bản ghi: mỗi lượt phải đọc lại cả danh sách.",
        "The server stamps {stamped} records with the moment of asking: every visit has to read the whole list.",
    ),
    "late": Message(
        None,
        "{late} bản ghi mới hay đã sửa mang ngày cũ hơn lần hỏi trước (hiện ra muộn, hoặc sửa mà không đổi ngày): thấy"
        " được nhờ đọc lại dần cả nguồn.",
        "{late} record(s) are new or changed under a datestamp from before the last visit (shown late, or edited"
        " without a new one): found by reading everything anew, bit by bit.",
    ),
}

_DECISIONS: dict[str, Message] = {
    "approved": Message(
        None,
        "Đã được duyệt: {new} mới, {changed} sửa, {removals} gỡ, {missing} vắng.",
        "Approved: {new} new, {changed} changed, {removals} withdrawn, {missing} missing.",
    ),
    "rekeyed": Message(
        None,
        "Đã được duyệt: {rekeyed} bản ghi đổi định danh được nối với bản cũ và thay bản cũ; {new} mới, {changed} sửa,"
        " {removals} gỡ.",
        "Approved: {rekeyed} renamed records are linked to the old ones and take their place; {new} new, {changed}"
        " changed, {removals} withdrawn.",
    ),
    "list_rejected": Message(
        None,
        "Danh sách bị bác, phần đang chờ được bỏ; lượt sau hỏi lại toàn bộ và xét lại từ đầu.",
        "The list was rejected and what waited is dropped; the next visit asks for everything and is judged anew.",
        AGAIN,
    ),
    "undo": Message(
        None,
        "Đã rút lại lượt {undone}: {restored} bản ghi trở về như trước, {skipped} bản ghi do lượt sau sửa được giữ"
        " nguyên; lượt sau hỏi lại toàn bộ và chờ duyệt.",
        "Visit {undone} was taken back: {restored} records are what they were, {skipped} that later visits changed are"
        " left alone; the next visit asks for everything and waits for approval.",
        AGAIN,
    ),
    "undo_undone": Message(
        None,
        "Lần rút lại {undone} được bỏ: {restored} bản ghi lại như nguồn đã nói, {skipped} bản ghi do lượt sau sửa được"
        " giữ nguyên; lượt sau hỏi lại toàn bộ và được xét như thường.",
        "The taking back {undone} was taken back: {restored} records are again what the source said, {skipped} that"
        " later visits changed are left alone; the next visit asks for everything and is judged as usual.",
        AGAIN,
    ),
}

_REFUSALS: dict[str, Message] = {
    "no_visit": Message("config", "Không có lượt {visit}.", "There is no visit {visit}.", "kho visits list"),
    "no_question": Message(
        "config",
        "Lượt {visit} không có gì chờ duyệt.",
        "Nothing of visit {visit} waits for an answer.",
        VISIT,
    ),
    "visit_superseded": Message(
        "config",
        "Lượt {visit} đã được lượt {newer} thay, không còn gì để quyết định ở đó; nếu còn câu hỏi thì nằm ở lượt"
        " {newer}.",
        "Visit {visit} was superseded by visit {newer} and leaves nothing to decide; if a question is open, it is in"
        " visit {newer}.",
        "kho visits show {newer}",
    ),
    "not_renamed": Message(
        "config",
        "Lượt {visit} không có bản ghi nào đổi định danh.",
        "Visit {visit} renamed no record.",
        VISIT,
    ),
    "visit_running": Message(
        "config",
        "Lượt {visit} chưa kết thúc.",
        "Visit {visit} has not ended.",
        VISIT,
    ),
    "nothing_to_undo": Message(
        "config",
        "Lượt {visit} không còn gì để rút lại ({skipped} bản ghi đã do lượt sau sửa).",
        "Nothing of visit {visit} can be taken back ({skipped} records were changed by later visits).",
        VISIT,
    ),
    "undone_already": Message(
        "config",
        "Lượt {visit} đã được rút lại; muốn đổi lại thì rút lại lượt {newer}.",
        "Visit {visit} was taken back already; to change that, take back visit {newer}.",
        "kho visits undo {newer}",
    ),
}

MESSAGES: dict[str, Message] = {**_OUTCOMES, **_HOLDS, **_WAITS, **_NOTICES, **_DECISIONS, **_REFUSALS}
