"""The type of a title: by the words it begins with, by short forms beside a subject, and what only looks like one."""

from __future__ import annotations

import pytest

from mappings.titles import read


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        # what a title begins with says what it is
        ("Tài liệu tập huấn: Xây dựng ma trận đề kiểm tra môn Tin học THCS", "tai_lieu_boi_duong"),
        ("Bài giảng Giải tích 1, phụ đề tiếng Việt", "video_bai_giang"),
        ("Đề cương môn Pháp luật đại cương", "de_cuong_mon_hoc"),
        ("Chuyên đề cấp tổ: Đổi mới giờ đọc hiểu Ngữ văn 8", "tai_lieu_boi_duong"),
        # short forms, beside a subject or a grade only
        ("GA Lí 8 (2 cột)", "ke_hoach_bai_day"),
        ("ga tin 7 tuan 5 kntt", "ke_hoach_bai_day"),
        ("KT 15p Hóa 12 este", "de_kiem_tra"),
        ("KTGK1 Sinh 11", "de_kiem_tra"),
        ("PHT Sinh 10 bài 11", "phieu_hoc_tap"),
        ("Đề vào 10 Toán Hải Phòng 2024", "de_thi"),
        ("Ga Hà Nội qua các thời kì", ""),
        ("Vẽ con gà trống", ""),
        ("ve con ga trong", ""),
        ("Câu hỏi đúng sai Sử 11 bài 3", "trac_nghiem"),
        ("Đề số 7 (có đáp án)", "de_kiem_tra"),
        ("Đề số hóa thư viện", ""),
        ("Bài 9. An toàn trên mạng.pptx", "bai_giang_dien_tu"),
        ("TLGD_LV_ThS_2019.pdf", "luan_van"),
        ("Hình nền mùa xuân", "hinh_anh"),
        ("Ảnh hưởng của ánh sáng", ""),
        ("Thể dục 7: Chạy bền - Trò chơi Lò cò tiếp sức", ""),
        ("Trò chơi vận động Thể dục 6", "tro_choi"),
        # papers of schools and authorities
        ("KH tổ chuyên môn Khoa học tự nhiên (Phụ lục 3)", "ke_hoach_giao_duc"),
        ("Kế hoạch tổ chức hoạt động ngoại khóa Tiếng Anh", "van_ban"),
        ("Danh mục sách giáo khoa lớp 4", "van_ban"),
        ("Mẫu 05 - Sơ yếu lí lịch", "van_ban"),
        ("V/v triển khai lựa chọn sách giáo khoa lớp 5", "van_ban"),
        ("QĐ thành lập hội đồng coi thi học kì I", "van_ban"),
        ("TB nghỉ lễ 30/4 và 1/5", "van_ban"),
        ("THPT Trần Phú – thông báo thu học phí kì 2", "van_ban"),
        ("Kế hoạch lao động vệ sinh tháng 3", "van_ban"),
        ("Kế hoạch phụ đạo môn Toán khối 7", "ke_hoach_giao_duc"),
        ("Kế hoạch môn Mĩ thuật 6", "ke_hoach_giao_duc"),
        ("KH 4 bài 12: Không khí", ""),
        ("DS 10 chương 2", ""),
        ("Kế hoạch kinh doanh quán cà phê", ""),
        ("Quyết định mua hàng của sinh viên", ""),
        # news
        ("Học sinh lớp 12A1 đạt giải Nhất HSG quốc gia môn Vật lí", "tin_tuc"),
        ("Trường THCS Lê Lợi tổ chức lễ sơ kết học kì I", "tin_tuc"),
        ("Trường từ vựng", ""),
        ("Trường hợp đồng dạng thứ nhất của tam giác lớp 8", ""),
        # wrong marks
        ("Đê kiêm tra 15 phút Hoá 8 chương 1", "de_kiem_tra"),
        ("Giáo ấn Tiếng viêt 4 tuần 6", "ke_hoach_bai_day"),
        # names of lessons and games
        ("Tiết 56 - Bài 34: Sơ đồ tư duy", ""),
        ("Trò chơi dân gian: Kéo co", ""),
    ],
)
def test_types(title: str, wanted: str) -> None:
    assert "|".join(read(title).type) == wanted
