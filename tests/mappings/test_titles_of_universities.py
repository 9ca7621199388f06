"""Titles of universities beside those of schools: which have a school subject and grade, and which textbook series."""

from __future__ import annotations

import pytest

from mappings.titles import read

# title; subject; grade
COURSES = """
Giáo trình môn Giải tích 2; ;
Giáo trình môn Tiếng Anh 1; ;
Giáo trình Phương pháp dạy học môn Toán 2; ;
Bài giảng môn Toán 2 cho sinh viên; ;
Đề thi môn Toán 1 trường Đại học Kinh tế; ;
De thi mon Toan 1 truong Dai hoc Kinh te; ;
Bài giảng môn Giáo dục thể chất 2 hệ đại học; giao_duc_the_chat;
Luận văn môn Toán 2; ;
Tiểu luận môn Toán 2; ;
Tiểu luận môn Lịch sử; ;
Đề cương học phần môn Tin học 3; ;
Luận văn: Dạy học môn Giải tích 2; toan;
Luận văn: Dạy học môn Toán 10; toan; 10
Luận văn: Bồi dưỡng năng lực môn Toán 4 ở tiểu học; toan; 4
Luận văn: Thiết kế bài giảng môn Toán lớp 4; toan; 4
Khóa luận: Phương pháp dạy học môn Toán ở tiểu học; toan;
"""
INTRODUCTIONS = """
Nhập môn Tin học 3; ;
Nhap mon Tin hoc 3; ;
Nhập môn Toán 2; ;
Nhập môn Lịch sử; ;
Nhập môn Khoa học; ;
Đề thi Nhập môn Lịch sử; ;
Nhập môn Tin học lớp 3; tin_hoc; 3
Lớp 3: Nhập môn Tin học; tin_hoc; 3
Bộ môn Toán 3; toan;
Bo mon Toan 3; toan;
Đề kiểm tra bộ môn Toán 6; toan; 6
Kế hoạch bộ môn Sinh 8; sinh_hoc; 8
Bộ môn Toán lớp 3; toan; 3
Trình độ chuyên môn Văn; ;
Chuyên môn Tin học 3; tin_hoc;
Sinh hoạt chuyên môn Văn 8; ngu_van; 8
Đề thi vào lớp 10 chuyên môn Sinh; sinh_hoc; 9
Đề thi vào 10 chuyên môn Toán; toan; 9
"""
SCIENCES = """
Bài giảng môn Hóa sinh; ;
Bài giảng môn Hoá sinh; ;
Bộ môn Hóa sinh; ;
Đề thi môn Công nghệ sinh học; ;
Bài giảng môn Sinh lí; ;
Bài giảng môn Sinh lý học; ;
Bài giảng môn Công nghệ phần mềm; ;
Bài tập lớn môn Công nghệ phần mềm; ;
Đề thi môn Công nghệ chế tạo máy; ;
Đề thi môn Địa chất; ;
Bài giảng môn Nghệ thuật lãnh đạo; ;
Bài giảng môn Lý thuyết mạch; ;
Bài giảng môn Tin học ứng dụng; ;
Đề thi môn Hóa - Sinh; hoa_hoc|sinh_hoc;
Đề thi môn Hóa, Sinh; hoa_hoc|sinh_hoc;
Đề thi môn Hóa Sinh lớp 9; hoa_hoc|sinh_hoc; 9
Khối B: Toán Hóa Sinh; toan|hoa_hoc|sinh_hoc;
Đề thi tốt nghiệp THPT môn Địa chính thức; dia_li; 12
Đề khảo sát môn Địa chất lượng cao; dia_li;
Đề thi môn Hóa lí thuyết; hoa_hoc|vat_li;
Đề thi môn Sử học sinh giỏi; lich_su;
Tổ Hóa Sinh; hoa_hoc|sinh_hoc;
Công nghệ sinh học 10; sinh_hoc; 10
Sinh học 12 Bài 20: Công nghệ sinh học; sinh_hoc; 12
"""
OF_SCHOOLS = """
Đề thi môn Toán lớp 10; toan; 10
Đề kiểm tra môn Ngữ văn 8 giữa kì 1; ngu_van; 8
Giáo án môn Tin học 3; tin_hoc; 3
Giáo án môn Đại số 3; toan;
Đề thi vào 10 môn Toán; toan; 9
SGK môn Khoa học tự nhiên 6; khoa_hoc_tu_nhien; 6
Đề thi môn Sinh 9; sinh_hoc; 9
Đề thi môn Địa 9; dia_li; 9
Đề thi môn Công nghệ 8; cong_nghe; 8
Đề thi thử đại học môn Hóa; hoa_hoc;
Bài giảng môn Nghệ thuật lớp 3; nghe_thuat; 3
"""
# title; series
SERIES = """
Tiếng Anh 6 Unit 3 My friends Global Success; global_success
Tieng Anh 6 Unit 3 My friends Global Success; global_success
Project Unit 3 - My friends (Global Success 6); global_success
Tiếng Anh 3 Unit 5 My friends Smart World; smart_world
Tiếng Anh 3 Unit 5: My family and friends;
Tiếng Anh 3 Unit 5: Our family and friends;
Tiếng Anh 4 Unit 2: Family and friends - Lesson 1;
English 4 Unit 2 Family and friends;
Tiếng Anh 4 Unit 2 Family and Friends; friends
Tiếng Anh 4 Unit 2 (Family and friends); friends
Tiếng Anh 4 Family and Friends Unit 2; friends
Tiếng Anh 4 Family and Friends Unit 2 Family and friends; friends
Tiếng Anh 6 Unit 3 Friends Plus; friends
Tiếng Anh 10 Unit 1 Family life Friends Global; friends
Tiếng Anh 6 Unit 1 Global Success năm 2024; global_success
"""


def _lines(table: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(";")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("title", "subject", "grade"), _lines(COURSES) + _lines(INTRODUCTIONS) + _lines(SCIENCES) + _lines(OF_SCHOOLS)
)
def test_a_university_title_gets_no_school_grade(title: str, subject: str, grade: str) -> None:
    said = read(title)
    assert ("|".join(said.subject), "|".join(said.grade)) == (subject, grade)


@pytest.mark.parametrize(("title", "series"), _lines(SERIES))
def test_a_topic_of_a_unit_is_no_series(title: str, series: str) -> None:
    assert "|".join(read(title).series) == series
