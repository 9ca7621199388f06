"""Words that stand around the name of a place, and say whether it is a province's name, a street's or a person's."""

from __future__ import annotations

import re

# Below a district, names come again and again; streets, schools and rivers are named after places far away.
NUMBERED = r"tổ|kp|quốc lộ|ql|tỉnh lộ|số|lô|tầng|km|so"
STREETS = (
    r"xã(?! hội\b)|phường|thị trấn|thôn|ấp|khóm"
    r"|khu(?! (?:vực|chứng tích|lưu niệm|tưởng niệm|căn cứ|di tích"
    r"|du lịch|bảo tồn|kinh tế|danh thắng|dự trữ|ramsar|phố cổ|đền tháp)\b)"
    r"|đường(?! (?:sắt|bay|cao tốc)\b)|phố(?! cổ)|xa lộ|đại lộ|ngõ|ngách|hẻm|kcn|p\.|x\.|tt\."
    r"|cầu|sông|hồ|ga|khu pho|xa|phuong|thi tran|duong|thon"
)
HOUSES = (
    r"to[àa] nhà|quảng trường|công viên(?! địa chất\b)|trường(?! sa\b)|thpt|thcs|đại học|đh|cao đẳng|tiểu học|mầm non"
    r"|chợ|bến xe|bệnh viện|khách sạn|nhà hàng|công ty|đình|chùa"
)
_OF_VILLAGES = r"bản|buôn|làng|núi"
INSTITUTES = r"học viện|viện"
PUBLISHERS = r"nxb|nhà xuất bản"
IN_ENGLISH_BEHIND = r"street|str\.?|road|rd\.?|avenue|ave\.?|ward|commune|village|hamlet|university|college|school"
SMALL = re.compile(
    rf"(?:{STREETS}|{HOUSES}|{NUMBERED}|{_OF_VILLAGES}|{INSTITUTES})(?:\s|(?<=\.))"
    rf"|\d|q\.\s*\d|{PUBLISHERS}|.*\s(?:{IN_ENGLISH_BEHIND})\.?$",
    re.IGNORECASE,
)
KIND = re.compile(
    r"(?:tỉnh(?: cũ)?|tinh|province (?:de|du|of)|provinz|провинция|former|ancien(?:ne)?"
    r"|thành phố|thanh pho|tp\.?|t\.p(?:\.|(?=\s))|ct\.|thị xã|tx\.?|huyện|quận|h\.|q\.|t\."
    r"|quần đảo|đảo|huyện đảo|xứ|(?:the )?complex of(?: the)?|city of|ville de"
    r"|vùng(?: cao(?! bằng)| biển| đất)?|khu vực|(?:north|south|east|west)(?:ern)?"
    r"|ven biển|miền núi|miền tây|bán đảo|nội thành|ngoại thành|nội đô|ngoại ô|vùng ven|địa đầu|biên giới|rừng ngập mặn"
    r"|(?:trên )?địa bàn|đồng bằng|các huyện|(?:khu )?phố cổ|(?:khu )?đền tháp"
    r"|(?:unesco )?world (?:natural |cultural )?heritage(?: site)?(?: of)?"
    r"|thành cổ|cố đô|kinh thành|đặc khu|(?:các|hai|ba|\d+) tỉnh"
    r"|v(?:ườn )?q(?:uốc )?g(?:ia)?"
    r"|khu bảo tồn(?: (?:thiên nhiên|biển|đất ngập nước|loài và sinh cảnh|loài|sinh cảnh|sao la|vượn|voọc))*"
    r"|(?:khu )?di tích(?: (?:lịch sử|khảo cổ|kiến trúc|nghệ thuật|văn hóa|danh thắng|quốc gia|đặc biệt|cấp \w+|và|-))*"
    r"|khu dự trữ sinh quyển(?: thế giới)?"
    r"|công viên địa chất(?: toàn cầu)?(?: unesco)?"
    r"|khu (?:ramsar|chứng tích|lưu niệm|tưởng niệm|căn cứ)|khu du lịch|khu kinh tế|khu danh thắng"
    r"|(?:tiểu |thượng |hạ )?lưu vực"
    r"|hang động|động|cao nguyên"
    r"|chi nhánh|giữa|(?:đường )?cao tốc|(?:tuyến )?đường (?:sắt|bay)|tuyến"
    r"|biển|bờ biển|vịnh|văn hóa|địa chí|du lịch|chủ yếu|chiến dịch|chiến thắng|khởi nghĩa|lễ hội|di tích)\s*(?=\S)",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"\s+(?:prov(?:ince)?\.?|city|capital|islands?|archipelago|peninsula|bay|(?:ancient|old) town|national park|lake"
    r"|sanctuary|lagoon|beach|(?:unesco )?(?:global )?geopark|(?:world )?biosphere reserve|nature reserve"
    r"|waterfalls?|caves?|monuments|(?:landscape )?complex|old quarter|citadel|special (?:administrative )?zone"
    r"|(?:international )?airport|seaport|harbou?r|museum|library|ruins|(?:archaeological |historical )?site"
    r"|newspaper|battlefield"
    r"|(?:world )?heritage(?: site)?"
    r"|cũ|mới|cổ|xưa|nay|ngày nay|hiện nay"
    r"|(?:trước|sau) (?:khi|đây|ngày|cách mạng|sáp nhập).*|những (?:năm|thập niên)\s.*"
    r"|thời\s.*|thế k[ỉỷ]\s.*|năm\s+\d+.*|\d{4}(?:\s*[-–]\s*\d{4})?|trước\s+\d+.*"
    r"|đầu\s+thế.*|cuối\s+thế.*"
    r"|giai đoạn\s.*|(?:từ|trong)\s.*)$",
    re.IGNORECASE,
)
# What people of a place have or do: the name at the end says where. Food and drink are called so everywhere.
OF_A_PLACE = re.compile(
    r"(?:dân ca|dân tộc|đồng bào|người|nhà máy|thủy điện|cảng|sân bay|làng nghề|lịch sử|địa lí|địa lý|báo|thư viện"
    r"|bảo tàng|công an|tỉnh ủy|thành ủy|hội|giáo dục|kinh tế|nông nghiệp|dân số|khí hậu|thời tiết"
    r"|hợp tác xã|công nghiệp"
    r"|bưởi|nhãn|vải|quýt|dừa|thanh long|xoài|sầu riêng|quế|hồ tiêu|lúa|gạo|nếp|tỏi|hành|sâm|nho|mận|nghệ thuật|di sản"
    r"|làng (?:hoa|gốm|lụa|tranh|mộc|đúc|rèn|chiếu|nón|dệt|thêu"
    r"|quan họ|văn hóa|bánh|bún|rau|hương|đá|chạm|khảm|trống)"
    r"|tòa thánh|toà thánh|chầu văn|hát văn|hát chầu văn|ví giặm|ví dặm|tục|tết"
    r"|xòe|xoè|khèn|hát then|then|cồng chiêng|trang phục|nhà sàn|sử thi|truyện cổ|ca dao|truyền thuyết|phương ngữ"
    r"|tín ngưỡng|đờn ca|chèo|múa rối|múa|tuồng|trò diễn|hồi"
    r"|festival|lễ|mãng cầu|tuần lễ|viện nghiên cứu|liên hiệp|ban chỉ huy|bộ chỉ huy|ủy ban|uỷ ban|hiệp hội|đảng bộ"
    r"|chi nhánh|bưu điện|điện lực|vnpt|hải quan|thuế"
    r"|đất tổ|quê hương|hồ thủy điện|hoa|rừng|hệ sinh thái|chiến trường|mặt trận|phủ|lễ hội|nghề"
    r"|sở|cục|chi cục|ban|kho bạc|đài|tòa án|liên đoàn|tỉnh đoàn|thành đoàn|thành ủy|văn phòng|trung tâm"
    r"|quan họ|hát|nhã nhạc|ca(?! (?:sĩ|sỹ)\b)|ca trù|gốm|lụa|tranh|trận|phong trào|kinh đô|đại nội|bãi biển|biển"
    r"|địa đạo|nhà tù|nhà lao|hoàng thành|chiến khu|căn cứ|phố núi|đất mũi|cửa khẩu|chợ nổi)\s",
    re.IGNORECASE,
)
# Behind these the name is another's: a river's, a street's, a person's. Behind any other word in small letters it says
# where: "Nhã nhạc cung đình Huế", "vải thiều Lục Ngạn".
NAMES_OTHERS = re.compile(
    r"song|suoi|kenh|rach|duong|pho|lo|xa|phuong|ap|thon|lang|cau|cho|ho|nui|deo|ga|ben|cang|truong|ngo|hem|to|khu|lop"
    r"|tau|xe|vien|san|ty|hang|ban|tu|dao|bien|vinh|tho|van|si|giao|ong|ba|anh|chi|co|thay|em|be|vua|tuong|hung|gia"
    r"|tru|thoi|gia dinh|xi mang|xe khach"
)
FOOD = re.compile(
    r"(?:bún|bánh|phở|bò|nem|kẹo|nước mắm|mì|cao lầu|chả|cơm|hủ tiếu|lẩu|gỏi|cà phê|rượu|bia|trà|mắm|ẩm thực|món"
    r"|đặc sản|cốm|giò|xôi|cháo|chè|ốc|cua|tôm|cá|gà|vịt|thịt|dê|kem|sữa|mè xửng|tré|yến|mực)\s",
    re.IGNORECASE,
)
# How the landmarks' kinds are called in English, and in a Vietnamese without marks.
KINDS_IN_ENGLISH = {
    "national park": ("vuon quoc gia",),
    "biosphere reserve": ("khu du tru sinh quyen", "vuon quoc gia"),
    "nature reserve": ("khu bao ton thien nhien", "khu bao ton"),
    "bay": ("vinh",),
    "archipelago": ("quan dao", "dao"),
    "island": ("dao", "quan dao", "hon", "cu lao"),
    "lake": ("ho",),
    "lagoon": ("dam", "pha"),
    "waterfall": ("thac",),
    "fall": ("thac",),
    "cave": ("hang", "dong"),
    "grotto": ("dong", "hang"),
    "mountain": ("nui", "dinh"),
    "mount": ("nui", "dinh"),
    "peak": ("dinh", "nui"),
    "pas": ("deo",),
    "peninsula": ("ban dao",),
    "beach": ("bai bien", "bien"),
    "tunnel": ("dia dao",),
    "pagoda": ("chua",),
    "temple": ("den", "chua", "thap"),
    "tower": ("thap",),
    "church": ("nha tho",),
    "cathedral": ("nha tho", "nha tho da"),
    "airport": ("san bay",),
    "bridge": ("cau",),
    "floating market": ("cho noi",),
    "market": ("cho",),
    "prison": ("nha tu", "nha lao"),
    "citadel": ("thanh", "thanh co"),
    "border gate": ("cua khau",),
    "plateau": ("cao nguyen",),
    "pottery village": ("lang gom",),
    "silk village": ("lang lua",),
}
_MORE = (
    r"(?:\s+(?:mangrove|archipelago|karst|marine|wetland|special|provincial|imperial|royal|scenic|ancient|volcanic))*"
)
_IN_ENGLISH = "|".join(f"{kind}s?" for kind in KINDS_IN_ENGLISH)
ENGLISH = re.compile(
    rf"(?P<name>[^\W\d].*?){_MORE}\s+(?P<kind>{_IN_ENGLISH})|(?P<before>mount|lake|mountain)\s+(?P<behind>[^\W\d].*)",
    re.IGNORECASE,
)
ENGLISH_ENDS = frozenset(kind.split()[-1] for kind in KINDS_IN_ENGLISH)
ENGLISH_BEGINS = ("mount", "lake", "mountain")
