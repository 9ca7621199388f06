"""The store and this machine."""

from __future__ import annotations

from .message import LOOK, Message

RESTORE = "kho store restore TỆP"

MESSAGES: dict[str, Message] = {
    "store_unreachable": Message(
        "config", "Không mở được kho dữ liệu {where}: {detail}", "The store {where} cannot be opened: {detail}"
    ),
    "disk_full": Message(
        "config",
        "Đĩa đầy tại {where}: đã dừng, không mất gì. Giải phóng chỗ rồi chạy lại.",
        "The disk is full at {where}: stopped, nothing is lost. Make room and run again.",
        "kho harvest",
    ),
    "output_full": Message(
        "config",
        "Không ghi được kết quả: nơi nhận đã đầy. Giải phóng chỗ, hay ghi ra nơi khác, rồi chạy lại lệnh này.",
        "The output could not be written: where it goes is full. Make room, or write elsewhere, then run it again.",
    ),
    "disk_error": Message(
        "config",
        "Đĩa của {where} báo lỗi đọc ghi: {detail}. Đã dừng, không mất gì; hãy kiểm tra đĩa, rồi kho store check.",
        "The disk of {where} reports errors: {detail}. Stopped, nothing is lost; check the disk, then kho store check.",
        "kho store check",
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
        RESTORE,
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
    "suppressions_unreadable": Message(
        "config",
        "Không đọc được sổ gỡ bỏ {where}: {detail}. Không hiện gì khi chưa biết cái gì phải ẩn.",
        "The list of take-downs {where} cannot be read: {detail}. Nothing is shown until it is known what to hide.",
    ),
    "suppressions_unwritable": Message(
        "config",
        "Không ghi được sổ gỡ bỏ {where}: {detail}. Chưa gỡ gì.",
        "The list of take-downs {where} cannot be written: {detail}. Nothing was taken down.",
        "kho suppress list",
    ),
    "disk_low": Message(
        "config",
        "Đĩa của {where} chỉ còn {free} MB, cần {needed} MB: chưa làm gì. Giải phóng chỗ rồi chạy lại.",
        "The disk of {where} has {free} MB left, {needed} MB are needed: nothing was done. Make room and run again.",
    ),
    "backup_failed": Message(
        "config",
        "Không ghi được bản sao {where}: {detail}. Không tệp nào bị bỏ dở.",
        "The copy {where} could not be written: {detail}. No half-written copy carries its name.",
    ),
    "backup_target": Message(
        "config",
        "{where} đã có và không phải bản sao của kho dữ liệu này, hay đang được dùng: không ghi đè. Hãy chọn tên khác.",
        "{where} exists and is no copy of this store, or is in use: it is not overwritten. Choose another name.",
        "kho store backup TỆP",
    ),
    "not_a_backup": Message(
        "config",
        "{where} không phải bản sao nguyên vẹn của một kho dữ liệu: {detail}. Kho đang dùng không bị động đến.",
        "{where} is not a whole copy of a store: {detail}. The store in use was not touched.",
    ),
    "store_in_use": Message(
        "transient",
        "Kho {where} đang được dùng để gom ({holder}): hãy dừng lượt gom ấy trước.",
        "A harvest is using the store {where} ({holder}): stop it first.",
        "kho status",
    ),
    "store_exchanged": Message(
        "transient",
        "Kho dữ liệu {where} vừa được phục hồi từ bản sao; hãy chạy lại.",
        "The store {where} has just been restored from a copy; run again.",
        "kho harvest",
    ),
    "lease_lost": Message(
        "transient",
        "Một tiến trình khác đã nhận nguồn này; tiến trình này dừng và không ghi gì nữa.",
        "Another process has taken this source; this one stops and writes nothing more.",
        LOOK,
    ),
    "busy": Message(
        "transient",
        "Nguồn đang được tiến trình khác hỏi ({holder}).",
        "The source is being visited by another process ({holder}).",
        LOOK,
    ),
    "unexpected": Message("bug", "Lỗi của Kho: {detail}", "A fault of Kho: {detail}", "kho --debug harvest {source}"),
    # --- faults that ``kho store check`` and ``kho store replay`` find
    "check_file": Message("config", "Tệp kho hỏng: {detail}", "The store's file is damaged: {detail}", RESTORE),
    "check_dictionary": Message(
        "config",
        "{kind} số {number} hỏng: {count} bản gốc dựa vào nó không đọc lại được.",
        "{kind} number {number} is damaged: {count} bodies that need it cannot be read again.",
        RESTORE,
    ),
    "check_unreadable": Message(
        "config",
        "Bản gốc {payload} (lượt {visit}) không mở hay không đọc được.",
        "Body {payload} (visit {visit}) cannot be unpacked or read.",
        RESTORE,
    ),
    "check_body": Message(
        "config",
        "Bản gốc {payload} (lượt {visit}) không còn đúng những byte đã đến.",
        "Body {payload} (visit {visit}) is not the bytes that came.",
        RESTORE,
    ),
    "check_content": Message(
        "config",
        "Bản gốc {payload} (lượt {visit}) đọc ra nội dung khác với mã băm đã ghi.",
        "Body {payload} (visit {visit}) reads as another content than its hash says.",
        RESTORE,
    ),
    "check_chain": Message(
        "config",
        "Thay đổi {sequence} không bắt đầu từ chỗ thay đổi trước của bản ghi {record} kết thúc.",
        "Change {sequence} does not begin where the one before it of record {record} ended.",
        RESTORE,
    ),
    "check_record": Message(
        "config",
        "Bản ghi {record} khác với thay đổi cuối cùng, bản gốc hay khoá của nó.",
        "Record {record} differs from its last change, its body, or its key.",
        RESTORE,
    ),
    "check_counts": Message(
        "config",
        "Nguồn {name} ghi {stated}, đếm lại được {counted} (có, vắng, đã gỡ).",
        "Source {name} states {stated}, counted are {counted} (present, missing, withdrawn).",
        RESTORE,
    ),
    "check_reference": Message(
        "config",
        "{count} chỗ trong {place} trỏ tới bản gốc không có.",
        "{count} places in {place} point to a body that is not there.",
        RESTORE,
    ),
    "check_evidence": Message(
        "config",
        "{kind} {number} của lượt {visit} không mở được.",
        "{kind} {number} of visit {visit} cannot be unpacked.",
        "kho store compact",
    ),
    "check_unwritten": Message(
        "config",
        "Lệnh gỡ {target} không có trong {where}; lệnh gỡ tiếp theo sẽ ghi bù.",
        "The take-down {target} is not in {where}; the next take-down writes it there.",
        "kho suppress list",
    ),
    "check_erased": Message(
        "config",
        "{target} phải được xoá mà còn {count} bản gốc.",
        "{target} was to be erased and {count} bodies are left.",
        "kho suppress list",
    ),
    "replay_differs": Message(
        "bug",
        "{source}:{identifier}: {field} đang giữ là {held}, đọc lại được {read}.",
        "{source}:{identifier}: the {field} held is {held}, read again it is {read}.",
        "kho store check",
    ),
}
