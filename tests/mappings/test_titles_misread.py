"""Titles that were misread once: subject, grade and type of each, "" where its words name none."""

from __future__ import annotations

import pytest

from mappings.titles import read

# title; subject; grade; type
TITLES = """
Thực hành Sinh 11 - Bài 6; sinh_hoc; 11;
Lập trình Python Tin 11; tin_hoc; 11;
Học Sinh 11 trường ta; ; ;
Cô Anh 12 - lời chia tay; ; ;
van 11 chi pheo tac gia; ngu_van; 11;
hoa 20 11 tang co; ; ;
TViệt 4: Câu kể Ai làm gì?; tieng_viet; 4;
Toán L4: Hình bình hành; toan; 4;
Lý10.C1.Động học; vat_li; 10;
BTVN Toán 6 ngày 12/10; toan; 6; bai_tap
Lớp 6 - Văn - Tuần 5; ngu_van; 6;
Lớp năm - Khoa học: Sự biến đổi hoá học; khoa_hoc; 5;
Đạo đức lớp Hai - Quý trọng thời gian; dao_duc; 2;
Nội quy phòng thí nghiệm Hoá – Sinh; hoa_hoc|sinh_hoc; ; van_ban
Kế hoạch tổ Văn - Sử - Địa - GDCD; ngu_van|lich_su|dia_li|giao_duc_cong_dan; ; ke_hoach_giao_duc
Ngoại ngữ 2 Tiếng Đức lớp 10; tieng_duc; 10;
Lý - Hóa - Sinh 8 chuyên đề tích hợp; vat_li|hoa_hoc|sinh_hoc; 8; chuyen_de
Dạy học tích hợp giáo dục môi trường trong môn Địa lí lớp 10; dia_li|moi_truong; 10;
Công nghệ trồng trọt 10 - Bài 5; cong_nghe; 10;
Tài liệu ôn TN THPT Văn - Người lái đò sông Đà; ngu_van; 12; sach_tham_khao
Chuyên Sử vào 10 - 20 đề luyện; lich_su; 9; de_thi
Thông báo lịch kiểm tra giữa kì II khối 6,7,8,9; ; 6|7|8|9; van_ban
HĐTT lớp 3 tháng 10; ; 3;
Hội thi Bé khoẻ bé ngoan khối Nhỡ; ; mau_giao_4_5;
PTTCXH: Bé biết nói lời cảm ơn (4-5 tuổi); mn_tinh_cam_ki_nang; mau_giao_4_5;
Thơ: Hoa kết trái (lớp lá); ; mau_giao_5_6;
Câu hỏi ôn tập môn Lịch sử Đảng; ; ; tom_tat_li_thuyet
Chương trình đào tạo cử nhân Sư phạm Toán học; ; ; ke_hoach_giao_duc
Syllabus - Business English 2; ; ; de_cuong_mon_hoc
Thể dục nhịp điệu cho người trung niên; ; ;
Bài tập viết lại câu lớp 9; ; 9; bai_tap
ThongBao_NghiTet_2024.pdf; ; ; van_ban
Tiéng Anh 8 unit 1; tieng_anh; 8;
6A1 - Nhạc - Tiết 4; am_nhac; 6;
Ankan - BT về nhà 11A2; ; 11; bai_tap
Phòng 6A1 sơ đồ cứu hỏa; ; ;
Mĩ thuật CTST 8 bản 1; mi_thuat; 8;
QP-AN 12 bài 1; giao_duc_quoc_phong_an_ninh; 12;
STEM 6: Thiết kế cầu giấy; stem; 6;
"""


@pytest.mark.parametrize("line", TITLES.strip().splitlines())
def test_what_a_title_says(line: str) -> None:
    title, *wanted = (part.strip() for part in line.split(";"))
    said = read(title)
    assert ["|".join(said.subject), "|".join(said.grade), "|".join(said.type)] == wanted
