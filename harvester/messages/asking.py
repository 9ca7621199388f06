"""The server does not answer as it should, or may not be asked."""

from __future__ import annotations

from .message import AGAIN, LOOK, SHOW, Message

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
    "dns_silent": Message(
        "transient",
        "Máy chủ tên miền không trả lời khi hỏi {host}.",
        "No name server answers for {host}.",
        AGAIN,
    ),
    "proxy": Message(
        "config",
        "Proxy {where} không cho kết nối (HTTP {status}).",
        "The proxy {where} refuses the connection (HTTP {status}).",
        SHOW,
    ),
    "proxy_down": Message(
        "config",
        "Không kết nối được tới proxy {where}: {detail}; nguồn chưa được hỏi.",
        "No connection to the proxy {where}: {detail}; the source was not asked.",
        SHOW,
    ),
    "tls": Message(
        "source",
        "Không lập được kết nối TLS tới {where}: {detail}.",
        "No TLS connection to {where}: {detail}.",
        SHOW,
    ),
    "tls_expired": Message(
        "source",
        "Chứng chỉ TLS của {where} đã hết hạn.",
        "The TLS certificate of {where} has expired.",
        SHOW,
    ),
    "tls_early": Message(
        "source",
        "Chứng chỉ TLS của {where} chưa đến ngày có hiệu lực (hoặc đồng hồ máy này sai).",
        "The TLS certificate of {where} is not yet valid (or this machine's clock is wrong).",
        SHOW,
    ),
    "tls_self_signed": Message(
        "source",
        "Chứng chỉ TLS của {where} tự kí; nếu tin, đưa tệp chứng chỉ vào tls.ca_file.",
        "The TLS certificate of {where} is self-signed; if it is trusted, give its file as tls.ca_file.",
        SHOW,
    ),
    "tls_private_ca": Message(
        "source",
        "Chứng chỉ TLS của {where} do một nơi máy này không biết cấp; nếu tin, đưa tệp CA vào tls.ca_file.",
        "The TLS certificate of {where} comes from an authority unknown here; if trusted, give it as tls.ca_file.",
        SHOW,
    ),
    "tls_intermediate": Message(
        "source",
        "Máy chủ {where} không gửi chứng chỉ trung gian; cơ quan cần cài đủ chuỗi, tạm thời dùng tls.ca_file.",
        "The server {where} does not send its intermediate certificate; it must be installed there, meanwhile"
        " tls.ca_file helps.",
        SHOW,
    ),
    "tls_wrong_host": Message(
        "source",
        "Chứng chỉ TLS không phải của {where}: {detail}.",
        "The TLS certificate is not that of {where}: {detail}.",
        SHOW,
    ),
    "tls_old": Message(
        "source",
        "Máy chủ {where} chỉ nói TLS quá cũ hoặc quá yếu ({detail}); cần TLS 1.2 trở lên.",
        "The server {where} speaks TLS that is too old or too weak ({detail}); TLS 1.2 or later is needed.",
        SHOW,
    ),
    "tls_plain": Message(
        "source",
        "Máy chủ {where} không nói TLS ở cổng này ({detail}); địa chỉ có lẽ là http://.",
        "The server {where} does not speak TLS on this port ({detail}); the address is probably http://.",
        SHOW,
    ),
    "tls_exception_over": Message(
        "config",
        "Hạn tls.insecure_until ({until}) của {where} đã qua nên chứng chỉ lại được kiểm tra; nó vẫn sai: {detail}.",
        "tls.insecure_until ({until}) of {where} is over, so the certificate is verified again, and it is still wrong:"
        " {detail}.",
        SHOW,
    ),
    "tls_no_roots": Message(
        "config",
        "Máy này không có chứng chỉ gốc nào để kiểm tra {where}; hãy cài gói ca-certificates.",
        "This machine has no root certificates to verify {where} with; install the package ca-certificates.",
        "apt-get install ca-certificates",
    ),
    "ca_file": Message(
        "config",
        "Không đọc được tls.ca_file {file}: {detail}.",
        "tls.ca_file {file} cannot be read: {detail}.",
        SHOW,
    ),
    "tls_unverified": Message(
        "config",
        "Chứng chỉ TLS của {where} không được kiểm tra cho đến {until}: {reason}.",
        "The TLS certificate of {where} is not verified until {until}: {reason}.",
        SHOW,
    ),
    "secret_missing": Message(
        "config",
        "Nguồn này cần biến môi trường {variable} mà chưa được đặt.",
        "This source needs the environment variable {variable}, which is not set.",
        SHOW,
    ),
    "secret_unusable": Message(
        "config",
        "Biến môi trường {variable} có ký tự không gửi được (xuống dòng, ký tự điều khiển).",
        "The environment variable {variable} has characters that cannot be sent (line breaks, control characters).",
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
    "login": Message(
        "source",
        "Máy chủ đưa ra trang đăng nhập thay cho câu trả lời ({where}); cơ quan cần mở địa chỉ này cho Kho.",
        "The server shows a login page instead of an answer ({where}); the institution must open the address to Kho.",
        SHOW,
    ),
    "unauthorized": Message(
        "config",
        "Máy chủ đòi tên và mật khẩu, hoặc không nhận những gì auth, headers đưa ra ({where}).",
        "The server wants a user and password, or refuses those that auth or headers give ({where}).",
        SHOW,
    ),
    "maintenance": Message(
        "transient",
        "Máy chủ đang bảo trì ({where}).",
        "The server is under maintenance ({where}).",
        AGAIN,
    ),
    "parked": Message(
        "source",
        "Tên miền của {where} đã hết hạn, bị rao bán hoặc bỏ không.",
        "The domain of {where} has expired, is for sale or parked.",
        SHOW,
    ),
    "robot_check": Message(
        "source",
        "Máy chủ chặn chương trình bằng phép thử dành cho người ({whose}) tại {where}; cơ quan cần cho User-Agent của"
        " Kho đi qua.",
        "The server stops programs with a check for humans ({whose}) at {where}; the institution must admit Kho's"
        " User-Agent.",
        SHOW,
    ),
    "blocked": Message(
        "source",
        "Máy chủ cấm Kho ({whose}) tại {where}; cơ quan cần cho phép User-Agent hay địa chỉ của Kho.",
        "The server forbids Kho ({whose}) at {where}; the institution must allow Kho's User-Agent or address.",
        SHOW,
    ),
    "not_http": Message(
        "source",
        "Thứ trả về không phải HTTP đúng chuẩn: {detail} ({where}).",
        "What came back is not proper HTTP: {detail} ({where}).",
        AGAIN,
    ),
    "damaged": Message(
        "transient",
        "Câu trả lời nén bị hỏng, kể cả khi xin không nén ({where}).",
        "The compressed answer is damaged, even where it was asked for uncompressed ({where}).",
        AGAIN,
    ),
    "bomb": Message(
        "source",
        "Câu trả lời nén phình ra hơn {ratio} lần nên bị từ chối ({where}).",
        "The compressed answer grows more than {ratio} times and was refused ({where}).",
        SHOW,
    ),
    "deferred": Message(
        "transient",
        "Máy chủ xin chờ đến {until}; trang đã đọc được giữ lại.",
        "The server asks to wait until {until}; the pages read are kept.",
        LOOK,
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
    "moved": Message(
        "config",
        "Địa chỉ {where} đã chuyển hẳn sang {moved_to}; hãy sửa url của nguồn.",
        "The address {where} has moved for good to {moved_to}; correct the source's url.",
        SHOW,
    ),
    "forbidden_redirect": Message(
        "source",
        "Máy chủ chuyển hướng từ {where} tới {target}, nơi Kho không được đến; cơ quan cần sửa chuyển hướng này.",
        "The server redirects from {where} to {target}, where Kho may not go; the institution must repair this.",
        SHOW,
    ),
    "left_host": Message(
        "source",
        "Máy chủ tạm chuyển hướng từ {where} sang máy khác ({target}); Kho chỉ theo chuyển hướng vĩnh viễn.",
        "The server redirects from {where} to another host for the moment ({target}); Kho follows permanent redirects"
        " only.",
        SHOW,
    ),
    "forbidden_address": Message(
        "config",
        "Không được phép kết nối tới {address} ({host}): mạng nội bộ cần allow_networks; máy này, địa chỉ liên kết và"
        " dịch vụ metadata thì không bao giờ được hỏi.",
        "Connections to {address} ({host}) are not allowed: private networks need allow_networks; this machine,"
        " link-local addresses and metadata services are never asked.",
        SHOW,
    ),
    "forbidden_url": Message(
        "config",
        "Không hỏi địa chỉ {where}: chỉ http và https, không kèm tên đăng nhập.",
        "The address {where} is not asked: http and https only, without user names.",
        SHOW,
    ),
}
