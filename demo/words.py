"""The words of the town's metadata: real subjects and legal grades of the 2018 programme, lessons in all five tones."""

from __future__ import annotations

# subject: bands of (first grade, last grade, lessons taught there)
Band = tuple[int, int, tuple[str, ...]]
SCHOOL: dict[str, tuple[Band, ...]] = {
    "Toán": (
        (1, 3, ("Phép cộng có nhớ trong phạm vi 100", "Bảng nhân 5", "Xem đồng hồ", "Hình tam giác, hình tứ giác")),
        (4, 5, ("Phân số bằng nhau", "Diện tích hình thoi", "Tỉ số phần trăm", "Thể tích hình hộp chữ nhật")),
        (
            6,
            7,
            ("Số nguyên âm và tập hợp các số nguyên", "Tỉ lệ thức và dãy tỉ số bằng nhau", "Biểu đồ hình quạt tròn"),
        ),
        (8, 9, ("Phương trình bậc hai một ẩn", "Hệ thức lượng trong tam giác vuông", "Hằng đẳng thức đáng nhớ")),
        (10, 12, ("Dấu của tam thức bậc hai", "Đạo hàm và ứng dụng", "Xác suất có điều kiện", "Phương trình mũ")),
    ),
    "Ngữ văn": (
        (6, 7, ("Bài học đường đời đầu tiên", "Thực hành tiếng Việt: từ láy và từ ghép", "Sự tích Hồ Gươm")),
        (8, 9, ("Chuyện người con gái Nam Xương", "Đồng chí", "Truyện Kiều: chị em Thuý Kiều")),
        (10, 12, ("Sóng – khát vọng tình yêu", "Viết bài văn nghị luận về một vấn đề xã hội", "Chữ người tử tù")),
    ),
    "Tiếng Việt": (
        (1, 5, ("Luyện từ và câu: từ đồng nghĩa", "Tập đọc: Cây dừa", "Kể chuyện: Thánh Gióng", "Chính tả")),
    ),
    "Vật lí": (
        (10, 10, ("Định luật II Newton", "Động lượng", "Chuyển động biến đổi")),
        (11, 12, ("Dao động điều hoà", "Sóng dừng", "Cảm ứng điện từ", "Khí lí tưởng")),
    ),
    "Hóa học": (
        (10, 10, ("Liên kết cộng hóa trị", "Phản ứng oxi hóa – khử", "Bảng tuần hoàn các nguyên tố hóa học")),
        (11, 12, ("Alkane", "Ester – lipid", "Điện phân", "Cân bằng hóa học")),
    ),
    "Sinh học": ((10, 12, ("Cấu trúc tế bào nhân thực", "Quang hợp ở thực vật", "Quy luật Mendel", "Hệ sinh thái")),),
    "Khoa học tự nhiên": (
        (6, 7, ("Tế bào – đơn vị cơ sở của sự sống", "Oxygen và không khí", "Tốc độ chuyển động")),
        (8, 9, ("Định luật Ôm", "Áp suất chất lỏng", "Khúc xạ ánh sáng", "Tính chất của kim loại")),
    ),
    "Lịch sử và Địa lí": (
        (4, 5, ("Đồng bằng sông Cửu Long", "Biển đảo Việt Nam", "Chiến dịch Điện Biên Phủ năm 1954")),
        (6, 9, ("Chiến thắng Bạch Đằng năm 938", "Khởi nghĩa Lam Sơn", "Vùng Tây Nguyên")),
    ),
    "Lịch sử": ((10, 12, ("Cách mạng tháng Tám năm 1945", "Văn minh Đại Việt", "Chiến dịch Điện Biên Phủ")),),
    "Địa lí": ((10, 12, ("Địa lí các vùng kinh tế", "Thuỷ quyển", "Dân số và đô thị hoá")),),
    "Tin học": (
        (3, 5, ("Em tập gõ bàn phím", "Soạn thảo văn bản", "Tìm thông tin trên Internet")),
        (6, 12, ("Thuật toán tìm kiếm nhị phân", "Cơ sở dữ liệu", "Lập trình Python cơ bản")),
    ),
    "Công nghệ": (
        (3, 5, ("Sử dụng đèn học", "Làm đồ chơi", "Trồng hoa trong chậu")),
        (6, 12, ("Bản vẽ kĩ thuật", "Mạch điện trong nhà", "Trồng trọt công nghệ cao")),
    ),
    "Tiếng Anh": (
        (3, 5, ("Unit 2: My family", "Unit 5: Food and drink")),
        (6, 12, ("Unit 7: Environment", "Grammar: Past simple", "Unit 3: Healthy living")),
    ),
    "Giáo dục công dân": ((6, 9, ("Tôn trọng sự thật", "Quyền và nghĩa vụ của công dân", "Bảo vệ hoà bình")),),
    "Âm nhạc": ((1, 9, ("Học hát: Mùa thu ngày khai trường", "Đọc nhạc số 3", "Thưởng thức nhạc dân tộc")),),
    "Mĩ thuật": ((1, 9, ("Vẽ tranh phong cảnh", "Trang trí hình vuông", "Tạo hình từ vật liệu tái chế")),),
    "Giáo dục thể chất": ((1, 12, ("Bật xa tại chỗ", "Chạy cự li ngắn", "Đội hình đội ngũ")),),
    "Hoạt động trải nghiệm": ((1, 5, ("Em và mái trường", "Sống tiết kiệm", "Giữ gìn vệ sinh lớp học")),),
}
# type: (words before the title, chance)
SCHOOL_TYPES = (
    ("Giáo án", 26),
    ("Bài giảng điện tử", 24),
    ("Đề kiểm tra", 14),
    ("Phiếu học tập", 12),
    ("Chuyên đề", 6),
    ("Video bài giảng", 6),
    ("Ngân hàng câu hỏi", 6),
    ("Sáng kiến kinh nghiệm", 6),
)
SERIES = ("Kết nối tri thức với cuộc sống", "Chân trời sáng tạo", "Cánh Diều", "")
UNIVERSITY = {
    "Kinh tế": ("Quản trị chuỗi cung ứng", "Tài chính doanh nghiệp", "Kinh tế lượng ứng dụng", "Marketing số"),
    "Thuỷ lợi": ("Thuỷ lực công trình", "Quản lí lũ tổng hợp", "Ổn định mái dốc đê biển", "Tưới tiết kiệm nước"),
    "Sư phạm": ("Dạy học phân hoá môn Toán", "Phát triển năng lực đọc hiểu", "Đánh giá vì sự tiến bộ của người học"),
    "Công nghệ thông tin": ("Học máy cho tiếng Việt", "An toàn thông tin", "Cấu trúc dữ liệu và giải thuật"),
    "Nông nghiệp": ("Giống lúa chịu mặn", "Nuôi tôm thẻ chân trắng", "Bảo quản nông sản sau thu hoạch"),
    "Luật": ("Luật Dân sự Việt Nam", "Pháp luật về giáo dục", "Quyền tác giả trong môi trường số"),
}
UNIVERSITY_TYPES = (
    ("Luận văn thạc sĩ", 38),
    ("Giáo trình", 22),
    ("Luận án tiến sĩ", 14),
    ("Bài báo khoa học", 14),
    ("Khóa luận tốt nghiệp", 12),
)
PLACES = (
    "Nghệ An",
    "Thanh Hoá",
    "Đồng Tháp",
    "Lâm Đồng",
    "Hà Tĩnh",
    "Đắk Lắk",
    "Quảng Ngãi",
    "Sơn La",
    "Cà Mau",
    "Hưng Yên",
)
LICENCES = (
    ("https://creativecommons.org/licenses/by/4.0/", 30),
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/", 20),
    ("CC BY-SA 4.0", 8),
    ("Bản quyền thuộc về nhà trường", 10),
    ("", 32),
)
UNITS = (
    "Tổ Toán",
    "Tổ Ngữ văn",
    "Tổ Khoa học tự nhiên",
    "Tổ Tiếng Anh",
    "Tổ Sử – Địa",
    "Tổ chuyên môn khối 4",
    "Tổ Tin học – Công nghệ",
)
SENTENCES = (
    "Học liệu giúp học sinh nắm vững kiến thức trọng tâm và vận dụng vào bài tập.",
    "Tài liệu gồm phần khởi động, hình thành kiến thức, luyện tập và vận dụng.",
    "Giáo viên có thể chỉnh sửa cho phù hợp với điều kiện của lớp mình.",
    "Kèm theo đáp án chi tiết và thang điểm.",
    "Nội dung bám sát yêu cầu cần đạt của Chương trình giáo dục phổ thông 2018.",
    "Có hình ảnh minh hoạ, sơ đồ tư duy và câu hỏi trắc nghiệm.",
    "Thời lượng dự kiến hai tiết, phù hợp với học sinh ở nhiều mức độ.",
    "Hướng dẫn tổ chức hoạt động nhóm và thí nghiệm đơn giản với dụng cụ dễ kiếm.",
)
RESEARCH = (
    "Công trình hệ thống hoá cơ sở lí luận và khảo sát thực trạng tại địa phương.",
    "Kết quả cho thấy giải pháp đề xuất có tính khả thi và hiệu quả rõ rệt.",
    "Dữ liệu được thu thập từ ba trăm hai mươi phiếu hỏi và phỏng vấn sâu.",
    "Đề tài kiến nghị các nhóm biện pháp đối với nhà trường và cơ quan quản lí.",
    "Phương pháp nghiên cứu kết hợp định tính với định lượng.",
    "Giáo trình dùng cho sinh viên chính quy, gồm chín chương kèm câu hỏi ôn tập.",
)
