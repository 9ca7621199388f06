"""Titles: what a librarian reads in them of the curriculum, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import map_record
from mappings.short_forms import every_form, written_out
from mappings.signs import Signs
from mappings.titles import Reading, read

from .records import ORIGIN, dublin_core


def said(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Return what a title says, by field."""
    every = ("subject", "grade", "type", "level", "audience", "series", "school_year", "lesson")
    return {name: getattr(reading, name) for name in every if getattr(reading, name)}


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Bài tập Hóa học hữu cơ 11", {"subject": "hoa_hoc", "grade": "11", "type": "bai_tap"}),
        (
            "Câu hỏi ôn tập đúng sai Địa 12 phần dân cư",
            {"subject": "dia_li", "grade": "12", "type": "tom_tat_li_thuyet"},
        ),
        ("TNTV lop 3 vong 4", {"subject": "tieng_viet", "grade": "3"}),
        ("Vật lí vui", {"subject": "vat_li"}),
        ("Trắc nghiệm Sinh lí tuần hoàn", {"type": "trac_nghiem"}),
        ("Phòng thí nghiệm Hóa - Sinh", {"subject": "hoa_hoc|sinh_hoc"}),
        ("Bí quyết học giỏi Toán", {"subject": "toan"}),
        ("Steam làm đèn lồng (quy trình 5E)", {"subject": "stem"}),
        ("Giáo án Toán 10: Dấu của tam thức", {"subject": "toan", "grade": "10", "type": "ke_hoach_bai_day"}),
        (
            "Đề thi học kì 1 môn Toán lớp 5 năm học 2023-2024",
            {"subject": "toan", "grade": "5", "type": "de_kiem_tra", "school_year": "2023-2024"},
        ),
        ("Sử dụng bản đồ tư duy dạy Địa 8", {"subject": "dia_li", "grade": "8"}),
        ("Kiểm tra 15 phút Văn 7", {"subject": "ngu_van", "grade": "7", "type": "de_kiem_tra"}),
        ("Luận văn thạc sĩ: Dạy học Hình học 11", {"subject": "toan", "grade": "11", "type": "luan_van"}),
        ("Phương pháp dạy học Vật lí ở trường phổ thông", {"subject": "vat_li"}),
        ("Đề cuối HK1 môn Khoa học - lớp 4A", {"subject": "khoa_hoc", "grade": "4", "type": "de_kiem_tra"}),
        # short, run together, without marks, with a wrong one
        ("Vật lý9 - Định luật Ôm", {"subject": "vat_li", "grade": "9"}),
        ("T.Anh 6 unit 3", {"subject": "tieng_anh", "grade": "6", "lesson": "Unit 3"}),
        ("HDTN3 Tuần 9", {"subject": "hoat_dong_trai_nghiem", "grade": "3", "lesson": "Tuần 9"}),
        ("AV K9 đề cương HK1", {"subject": "tieng_anh", "grade": "9", "type": "tom_tat_li_thuyet"}),
        ("ĐS & GT 11: Hàm số lượng giác", {"subject": "toan", "grade": "11"}),
        ("Bài tập Hình 7 chương tam giác", {"subject": "toan", "grade": "7", "type": "bai_tap"}),
        ("TLV lớp 4: Miêu tả con vật", {"subject": "tieng_viet", "grade": "4"}),
        ("TLV 8: Thuyết minh", {"subject": "ngu_van", "grade": "8"}),
        ("Phân tích bài thơ Sóng (Văn 12)", {"subject": "ngu_van", "grade": "12"}),
        ("Khối đa diện - hóa lớp mười một", {"subject": "hoa_hoc", "grade": "11"}),
        ("Tiếng viêt 4 tuần 6", {"subject": "tieng_viet", "grade": "4", "lesson": "Tuần 6"}),
        ("su 12 bai 17", {"subject": "lich_su", "grade": "12", "lesson": "Bài 17"}),
        ("De cuong on tap Li 9 HKII", {"subject": "vat_li", "grade": "9", "type": "tom_tat_li_thuyet"}),
        ("Toan lop bay chuong 2", {"subject": "toan", "grade": "7"}),
        ("Lịch sử lớp X", {"subject": "lich_su", "grade": "10"}),
        ("KHBD-NguVan7-Bai3", {"subject": "ngu_van", "grade": "7", "type": "ke_hoach_bai_day", "lesson": "Bài 3"}),
        (
            "bai_tap_cuoi_tuan_TV2_tuan_31",
            {"subject": "tieng_viet", "grade": "2", "type": "bai_tap", "lesson": "Tuần 31"},
        ),
        ("de_thi_hk1_toan_9.docx", {"subject": "toan", "grade": "9", "type": "de_kiem_tra"}),
        # parts of a title
        ("Toán - Luyện tập", {"subject": "toan"}),
        ("Tuần 5 - Khoa học - Âm thanh", {"subject": "khoa_hoc", "lesson": "Tuần 5"}),
        ("Trắc nghiệm Sinh học có đáp án", {"subject": "sinh_hoc", "type": "trac_nghiem"}),
        (
            "KHTN8_KNTT_B13.pptx",
            {"subject": "khoa_hoc_tu_nhien", "grade": "8", "type": "bai_giang_dien_tu", "series": "knttvcs"},
        ),
        ("Hồ sơ chủ nhiệm 11B7", {"grade": "11", "type": "van_ban"}),
        ("Hoá 8, 9 - Chuyên đề nhận biết", {"subject": "hoa_hoc", "grade": "8|9", "type": "chuyen_de"}),
        ("KH dạy thêm (K6, K7, K8)", {"grade": "6|7|8", "type": "van_ban"}),
        ("Đề tuyển sinh lớp 6 trường THCS Cầu Giấy", {"grade": "5", "type": "de_thi", "level": "thcs"}),
        (
            "Giáo án môn Khoa học tự nhiên 7",
            {"subject": "khoa_hoc_tu_nhien", "grade": "7", "type": "ke_hoach_bai_day"},
        ),
        ("De thi tuyen sinh lop 10 chuyen Tin", {"subject": "tin_hoc", "grade": "9", "type": "de_thi"}),
        ("Gioi thieu ve may tinh - Tin 3", {"subject": "tin_hoc", "grade": "3"}),
        ("Viết đoạn văn về một người bạn lop4", {"grade": "4"}),
        ("QPAN 10 - B8 Điều lệnh", {"subject": "giao_duc_quoc_phong_an_ninh", "grade": "10"}),
        ("Nội quy phòng thực hành Lí - Hóa - Sinh", {"subject": "vat_li|hoa_hoc|sinh_hoc", "type": "van_ban"}),
        ("Đề thi môn Lịch sử – Trường THPT Chu Văn An", {"subject": "lich_su", "type": "de_thi", "level": "thpt"}),
        ("Giaoan Lịchsử 6", {"subject": "lich_su", "grade": "6", "type": "ke_hoach_bai_day"}),
        ("on tap van 9 phan tho hien dai", {"subject": "ngu_van", "grade": "9"}),
        ("Tiêu hoá ở động vật (CB) - Sinh 11 cũ", {"subject": "sinh_hoc", "grade": "11"}),
        (
            "TLGDĐP 6 nghề truyền thống",
            {"subject": "giao_duc_dia_phuong", "grade": "6", "type": "tai_lieu_dia_phuong"},
        ),
        # several
        ("Công thức Vật lí 10, 11, 12", {"subject": "vat_li", "grade": "10|11|12", "type": "tom_tat_li_thuyet"}),
        ("Toán 6-7-8-9", {"subject": "toan", "grade": "6|7|8|9"}),
        ("Tích hợp GDBVMT trong môn Sinh 9", {"subject": "sinh_hoc|moi_truong", "grade": "9"}),
        ('Dạy học STEM chủ đề "Sữa chua" KHTN6', {"subject": "khoa_hoc_tu_nhien|stem", "grade": "6"}),
        # the youngest
        ("Phát triển thể chất: Bò chui qua cổng (25-36 tháng)", {"subject": "mn_the_chat", "grade": "nha_tre_24_36"}),
        (
            "Giáo án mầm non: Chế tạo thuyền (5-6t)",
            {"grade": "mau_giao_5_6", "type": "ke_hoach_bai_day", "level": "mam_non"},
        ),
        (
            "Khám phá khoa học: Vì sao có mưa? (MG nhỡ)",
            {"subject": "mn_nhan_thuc", "grade": "mau_giao_4_5", "level": "mam_non"},
        ),
        ("Đề thi vào lớp 10 môn Ngữ văn", {"subject": "ngu_van", "grade": "9", "type": "de_thi"}),
        ("Đề tuyển sinh 10 chuyên Hóa", {"subject": "hoa_hoc", "grade": "9", "type": "de_thi"}),
        ("Đề tuyển sinh vào lớp 6 môn Toán", {"subject": "toan", "grade": "5", "type": "de_thi"}),
        (
            "Tiếng Việt lớp 4 tập 1 Kết nối tri thức - Bài 5: Cánh diều tuổi thơ",
            {"subject": "tieng_viet", "grade": "4", "series": "knttvcs", "lesson": "Bài 5"},
        ),
        ("GDCD 8 – Cánh diều", {"subject": "giao_duc_cong_dan", "grade": "8", "series": "canh_dieu"}),
        ("HĐTN lớp 7 tuần 5", {"subject": "hoat_dong_trai_nghiem_huong_nghiep", "grade": "7", "lesson": "Tuần 5"}),
        ("Hoạt động trải nghiệm 3", {"subject": "hoat_dong_trai_nghiem", "grade": "3"}),
        ("Tin học 7 Bài 2: Lịch sử máy tính", {"subject": "tin_hoc", "grade": "7", "lesson": "Bài 2"}),
        (
            "Đề cương ôn tập Lịch sử và Địa lí 6 học kì II",
            {"subject": "lich_su_dia_li", "grade": "6", "type": "tom_tat_li_thuyet"},
        ),
        ("Toán: Đề kiểm tra giữa kì 1 lớp 5", {"subject": "toan", "grade": "5", "type": "de_kiem_tra"}),
        ("Lớp 10 môn Hóa", {"subject": "hoa_hoc", "grade": "10"}),
        ("Lớp 5 - Toán - Tuần 3", {"subject": "toan", "grade": "5", "lesson": "Tuần 3"}),
        (
            "Anh 11 Global Success Unit 3",
            {"subject": "tieng_anh", "grade": "11", "series": "global_success", "lesson": "Unit 3"},
        ),
        ("English 6 Unit 1", {"subject": "tieng_anh", "grade": "6", "lesson": "Unit 1"}),
        ("Kĩ thuật 5", {"grade": "5"}),
        ("Lớp ba: Phép chia", {"grade": "3"}),
        ("Kế hoạch bài dạy lớp 10A1", {"grade": "10", "type": "ke_hoach_bai_day"}),
        (
            "Giáo án lớp lá: Làm quen chữ cái",
            {"subject": "mn_ngon_ngu", "grade": "mau_giao_5_6", "type": "ke_hoach_bai_day"},
        ),
        ("SKKN dạy tốt môn Sinh học 8", {"subject": "sinh_hoc", "grade": "8", "type": "sang_kien_kinh_nghiem"}),
        ("Luận văn dạy học Toán lớp 10", {"subject": "toan", "grade": "10", "type": "luan_van"}),
        ("Giáo trình Giải tích 3", {"type": "giao_trinh"}),
        ("Tài liệu năm học 2023-24", {"school_year": "2023-2024"}),
        ("VL7 Gương phẳng", {"subject": "vat_li", "grade": "7"}),
        ("dekiemtra_vatli8_hk1.docx", {"subject": "vat_li", "grade": "8", "type": "de_kiem_tra"}),
        ("Giáo án Sử 9 bài 3", {"subject": "lich_su", "grade": "9", "type": "ke_hoach_bai_day", "lesson": "Bài 3"}),
        ("Đề kiêm tra Hoá hoc 8", {"subject": "hoa_hoc", "grade": "8", "type": "de_kiem_tra"}),
        ("Thông báo tuyển sinh lớp 1", {"grade": "1", "type": "van_ban"}),
        ("Danh sách học sinh giỏi lớp 9", {"grade": "9", "type": "van_ban"}),
        ("Đề thi thử TN THPT môn Địa", {"subject": "dia_li", "grade": "12", "type": "de_thi", "level": "thpt"}),
        ("Tạo hình: Nặn quả cam (5 tuổi)", {"subject": "mn_tham_mi", "grade": "mau_giao_5_6"}),
        ("Nội dung giáo dục địa phương Hà Tĩnh 7", {"subject": "giao_duc_dia_phuong", "grade": "7"}),
        ("STEM lớp 6: Làm ống nhòm", {"subject": "stem", "grade": "6"}),
        ("Số học: Phép cộng", {"subject": "toan"}),
    ],
)
def test_titles_of_school(title: str, wanted: dict[str, str]) -> None:
    assert said(read(title)) == {name: tuple(value.split("|")) for name, value in wanted.items()}


@pytest.mark.parametrize(
    "title",
    [
        "Bài 10: Quang hợp",
        "Giáo an toan lao động",
        "Unit 5: Food and drink",
        "K12 Online",
        "Luật - Kinh tế - Tin học",
        "Khoa học - Công nghệ số 5",
        "Sinh học. Tập 2",
        "G7 và kinh tế thế giới",
        "K9 unit",
        "Lí luận văn học",
        "Lớp X quang cơ bản",
        "Công nghệ 4.0 trong giáo dục",
        "Vẽ kĩ thuật 1",
        "Tư vấn hướng nghiệp 2025",
        "Phát triển ngôn ngữ lập trình",
        "Toan tap Ho Chi Minh tap 5",
        "Vật lý đại cương 1",
        "Toán cao cấp C2",
        "Kế toán 10",
        "Thanh toán quốc tế",
        "Bình luận văn chương",
        "Đạo đức nghề nghiệp",
        "Công nghệ thông tin và truyền thông",
        "Trường Đại học Khoa học Tự nhiên: 60 năm",
        "Nghiên cứu trò chơi điện tử",
        "Lịch sử Đảng bộ huyện 1930-2010",
        "Văn hóa học đường",
        "Học sinh học tập và làm theo lời Bác",
        "Tuyển sinh 2024",
        "Lớp học hạnh phúc",
        "Chân trời mới",
        "Cánh diều tuổi thơ",
        "Giai đoạn 2010-2011 và 2015-2020",
        "Top 10 trường đẹp",
        "Trẻ em và 5 điều",
        "Trường THPT Chuyên Ngoại ngữ",
        "Đại số tuyến tính 2",
        "Mệnh đề và tập hợp",
        "Steam locomotive – Victoria",
        "Stem cells for heart regeneration",
        "Hóa học hữu cơ 1",
        "Sinh lý tuần hoàn",
        "Sai số 12",
        "Bishop family and friends on a country ramble",
        "E10 và xăng sạch",
        "Văn học Nga thế kỷ XIX",
        "Lý luận và phương pháp thể dục thể thao",
        "Hình 8. Sơ đồ mạch điện",
    ],
)
def test_titles_that_only_look_like_school(title: str) -> None:
    reading = said(read(title))
    assert {name: reading[name] for name in ("subject", "grade", "series", "type") if name in reading} == {}


def test_what_is_declared_is_never_replaced_and_what_is_inferred_names_its_rule() -> None:
    mapped = map_record(
        dublin_core(title="Giáo án Toán 10", subject="Hóa học", type="Video bài giảng"), ORIGIN, explain=True
    )
    assert mapped.resource is not None
    assert (mapped.resource.subject, mapped.resource.type) == (("hoa_hoc",), ("video_bai_giang",))
    (grade,) = [told for told in mapped.explanations if told.field == "grade"]
    assert (grade.path, grade.words, grade.value) == ("@title", "Giáo án Toán 10", "10")
    assert grade.rule.startswith("oai_dc.yaml:")


@given(st.text(max_size=200))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_title_is_read(title: str) -> None:
    assert all(isinstance(words, tuple) for words in said(read(title)).values())


_WORD = st.sampled_from(
    [
        "lớp",
        "10",
        "12",
        "môn",
        "Toán",
        "Hóa",
        "học",
        "Giáo",
        "án",
        "đề",
        "thi",
        "vào",
        "tuyển",
        "sinh",
        "bài",
        "5",
        "-",
        ",",
        "và",
        "Cánh",
        "diều",
        "luận",
        "văn",
        "5-6",
        "tuổi",
        "THPT",
        "kế",
        "KNTT",
    ]
)


@given(st.lists(_WORD, max_size=12))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_row_of_words_of_school_is_read(words: list[str]) -> None:
    reading = read(" ".join(words))
    assert len(reading.type) < 2
    assert set(reading.beside) <= set(reading.subject)


class _Everything(Signs):
    """Signs of every form in every piece."""

    def shown(self, piece: str) -> int:
        return super().shown(piece) | (1 << 200) - 8  # but for figures and marks


# Pieces of what is written out, and of what looks like it.
_HURRIED = [
    piece
    for pieces in (
        "gd địa phương công dân lớp vi VII: x xi. mg bé lớn khối mầm lá lơp ts vào 10 t.anh V. văn đ. lí ls - & đl đs",
        "gt 11 12 8th graders 25 36 tháng 4-5t 5 – 6 tuoi tuổi hình đại 7 tập sử địa, (Văn 8) -Sử 9; hóa sinh học một",
        "tin mon su hoa ly lop mam bay on de VL7 toán7 AV TV K9 L5 E5 Unit môn ĐĐ MT Tin ứng dụng Khoa máy tính _ 3 0",
        "nhiệm huynh đoàn 9a12 K6, k7, khối lớp7 lớp06 lop8 khối9 mau giao nho chuyen 3-12 thang giaoan lịchsử ts10",
    )
    for piece in pieces.split(" ")
]
_EVERY_FORM = every_form()


@settings(deadline=None, derandomize=True, max_examples=1000)
@given(st.lists(st.sampled_from(_HURRIED), max_size=7).map(" ".join))
def test_a_form_is_found_by_its_signs(title: str) -> None:
    assert Signs(_EVERY_FORM).written_out(title) == _Everything(_EVERY_FORM).written_out(title)


_EXAMINATIONS = ("thi tốt nghiệp", "thi THPT", "TN THPT", "THPTQG", "THPT QG", "nghiệp THPT 2025", "vào 10", "Vào 10")


@pytest.mark.parametrize("examination", _EXAMINATIONS)
def test_behind_every_examination_a_short_name_is_a_subject(examination: str) -> None:
    assert written_out(f"Ôn {examination} Văn")[0] == f"Ôn {examination} môn Văn"
