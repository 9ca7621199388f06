"""Tables of words: complete, free of contradictions, and careful where a word may mean something else."""

from __future__ import annotations

import pytest

from harvester import load_yaml
from mappings import check_word, ids, label, match, order, parents, province
from mappings.hosts import province_of_host
from mappings.vietnamese import folded, key
from mappings.vocabulary import FOLDER, names, vocabulary

SCHEMES = (
    *("audience", "discipline", "former_province", "grade", "language", "level", "licence", "province", "role"),
    *("series", "subject", "type"),
)
FORMER_63 = [
    "01",
    "02",
    "04",
    "06",
    "08",
    "10",
    "11",
    "12",
    "14",
    "15",
    "17",
    "19",
    "20",
    "22",
    "24",
    "25",
    "26",
    "27",
    "30",
    "31",
    "33",
    "34",
    "35",
    "36",
    "37",
    "38",
    "40",
    "42",
    "44",
    "45",
    "46",
    "48",
    "49",
    "51",
    "52",
    "54",
    "56",
    "58",
    "60",
    "62",
    "64",
    "66",
    "67",
    "68",
    "70",
    "72",
    "74",
    "75",
    "77",
    "79",
    "80",
    "82",
    "83",
    "84",
    "86",
    "87",
    "89",
    "91",
    "92",
    "93",
    "94",
    "95",
    "96",
]


def test_tables_are_complete() -> None:
    assert names() == SCHEMES
    assert [len(ids(scheme)) for scheme in ("grade", "province", "former_province")] == [18, 34, 64]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_term_has_both_labels_and_is_found_by_them(scheme: str) -> None:
    table = vocabulary(scheme)
    for term, row in table.terms.items():
        assert isinstance(term, str)
        assert label(scheme, term) == row["vi"]
        assert label(scheme, term, "en") == row["en"]
        assert table.value(row["vi"]) == term
        assert order(scheme, term) == list(table.terms).index(term)
        assert set(row.get("grades", ())) <= set(ids("grade"))
        assert set(row.get("types", ())) <= set(ids("type"))
    assert label(scheme, "khong-co") == "khong-co"
    assert order(scheme, "khong-co") == len(table.terms)


def test_no_safe_word_means_two_things() -> None:
    shared = {}
    for scheme in SCHEMES:
        owners: dict[str, set[str]] = {}
        for term, row in vocabulary(scheme).terms.items():
            for word in row.get("variants", ()):
                owners.setdefault(word.casefold(), set()).add(term)
        shared |= {(scheme, word): terms for word, terms in owners.items() if len(terms) > 1}
    assert shared == {}


def test_provinces_are_one_function_of_codes() -> None:
    assert len(FORMER_63) == 63
    assert {province(code) for code in FORMER_63} == set(ids("province"))
    assert province("40") == province("vn-40") == "vn-40"
    assert province("27") == province("24") == "vn-24"
    assert province("99") is None
    assert match("province", "Bắc Giang") == match("province", "tỉnh Bắc Ninh") == ("vn-24",)
    assert match("province", "Thừa Thiên Huế") == ("vn-46",)
    assert match("province", "Kon Tum") == ("vn-51",)
    assert match("province", "Nghe An") == ("vn-40",)


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Hà Tây", "vn-01"),
        ("tỉnh Hà Tây (cũ)", "vn-01"),
        ("Hà Bắc", "vn-24"),
        ("Minh Hải", "vn-96"),
        ("TP.HCM", "vn-79"),
        ("TP. Hồ Chí Minh", "vn-79"),
        ("Ho Chi Minh City", "vn-79"),
        ("BR-VT", "vn-79"),
        ("Sở GD&ĐT Nghệ An", "vn-40"),
        ("Nghe An province", "vn-40"),
        ("tỉnh Bắc Ninh cũ", "vn-24"),
        ("Huế, Việt Nam", "vn-46"),
        ("Huyện Nam Đàn, tỉnh Nghệ An", "vn-40"),
        ("Đà Lạt", "vn-68"),
        ("12 Lạng Sơn, phường Đồng Nai, Nha Trang", "vn-56"),
        ("Vùng ven biển tỉnh Nghệ An", "vn-40"),
        ("Đà nẳng", "vn-48"),
        ("Thị trấn Sa Pa", "vn-15"),
        ("Danang", "vn-48"),
        ("Kontum", "vn-51"),
        ("Đ.Nẵng", "vn-48"),
        ("Q. Nam", "vn-48"),
        ("Q. Bình Thạnh", "vn-79"),
        ("Nghe An Prov.", "vn-40"),
        ("đặc khu Phú Quốc", "vn-91"),
        ("Đồng bào Khmer ở Trà Vinh thế kỉ XX", "vn-86"),
        ("huyện Tân Kỳ", "vn-40"),
        ("Huyện Trà My Quảng Nam", "vn-48"),
        ("Tổ 5, khu Hòa Bình, TT. Tam Đường", "vn-12"),
        ("vùng cao Hà Giang", "vn-08"),
        ("khu vực Hà Nội và phụ cận", "vn-01"),
        ("T.P Hải Phòng", "vn-31"),
        ("phố cổ Hội An", "vn-48"),
        ("tỉnh cũ Bạc Liêu", "vn-96"),
        ("H. Giang", ""),
        ("Hòa bình và phát triển", ""),
        ("hoà bình và phát triển", ""),
        ("quần đảo Trường Sa", "vn-56"),
        ("Kiến Hòa", "vn-86"),
        ("VN-SG", "vn-79"),
        ("VN-44", ""),
        ("Đường Hà Nội", ""),
        ("huyen Krong Pac tinh Dak Lak", "vn-66"),
        ("thị xã Phước Long", "vn-75"),
        ("Phước Long", ""),
        ("huyện Quảng Ninh", "vn-44"),
        ("Huyện Vĩnh Long", ""),
        ("huyện Hòa Bình", "vn-96"),
        ("huyện Sơn Tây", "vn-51"),
        ("Sơn Tây", "vn-01"),
        ("Q.3", "vn-79"),
        ("Ninh Kieu District", "vn-92"),
        ("Huyện Hoành Bồ", "vn-22"),
        ("Khảo sát tại huyện Kim Sơn năm 2019", "vn-37"),
        ("Đề thi vào 10 Sở GD&ĐT Hải Dương", "vn-31"),
        ("Dân ca quan họ Bắc Ninh", "vn-24"),
        ("Bún bò Huế", ""),
        ("NXB Tổng hợp TP.HCM", ""),
        ("Chiến dịch Hồ Chí Minh", ""),
        ("Quảng Nimh", "vn-22"),
        ("Nghệ Ann", "vn-40"),
        ("Quảng Minh", ""),
        ("Провинция Нгеан", "vn-40"),
        ("Province de Tây Ninh", "vn-80"),
        ("tỉnh Chương Thiện", "vn-92"),
        ("Ea Hleo", "vn-66"),
        ("Ðắk Lắk", "vn-66"),
        ("Đăk R'Lấp", "vn-68"),
        ("Địa đạo Củ Chi", "vn-79"),
        ("Nhóm GV Toán Nghệ An", ""),
        ("sông Lô", ""),
        ("Lào", ""),
        ("Trường THPT Bắc Giang", ""),
        ("Hồ Ba Bể", "vn-19"),
        ("Nui Ba Den", "vn-80"),
        ("Bidoup – Núi Bà", "vn-68"),
        ("Vườn quốc gia Xuân Sơn", "vn-25"),
        ("Xuân Sơn", ""),
        ("Fansipan", ""),
        ("Đường Núi Bà Đen", ""),
        ("Ngân hàng Hoa Sen - Chi nhánh Quảng Bình", "vn-44"),
        ("Chi nhánh số 5", ""),
        ("12 Lê Lợi, Ngô Quyền, HP", "vn-31"),
        ("Tín chỉ, HP", ""),
        ("Sơn Tây, Trung Quốc", ""),
        ("Châu Thành", ""),
        ("Thái Bình Dương", ""),
        ("Hà-đông", "vn-01"),
        ("Bentré", "vn-86"),
        ("Province de Nghê-An", "vn-40"),
        ("ĐăkNông", "vn-68"),
        ("Longan", ""),
        ("Longan, Vietnam", "vn-80"),
        ("Dian", ""),
        ("Former Ben Tre province", "vn-86"),
        ("Prov. Ha Tinh", "vn-42"),
        ("T.Phú Yên", "vn-66"),
        ("vùng Cao Bằng", "vn-04"),
        ("SGDĐT Kon Tum", "vn-51"),
        ("Sở Khoa học và Công nghệ Bắc Kạn", "vn-19"),
        ("Sở GD&ĐT Hồ Chí Minh", "vn-79"),
        ("Ha Tinh Department of Education and Training", "vn-42"),
        ("70/10 Tô Ký, Trung Mỹ Tây, Hồ Chí Minh", "vn-79"),
        ("Hồ Chí Minh (Việt Nam)", "vn-79"),
        ("Hồ Chí Minh (1890-1969)", ""),
        ("CHIẾN DỊCH HỒ CHÍ MINH", ""),
        ("Bắc Giang trước khi sáp nhập", "vn-24"),
        ("Hà Nội những năm 1930", "vn-01"),
        ("Nhã nhạc cung đình Huế", "vn-46"),
        ("vải thiều Lục Ngạn", "vn-24"),
        ("Phong trào Đồng khởi Bến Tre", "vn-86"),
        ("cô giáo Hà Giang", ""),
        ("hạ lưu sông Đồng Nai", ""),
        ("Cả nước trừ Hà Nội", ""),
        ("bánh cuốn Hà Nội", ""),
        ("Văn hóa hòa bình", ""),
        ("Khu di tích Pác Bó", "vn-04"),
        ("Lưu vực sông Hương", "vn-46"),
        ("Sông Lô", ""),
        ("Minh Hải, Văn Lâm, Hưng Yên", "vn-33"),
        ("Xã Thạnh Phú, Thạnh Hóa, Long An", "vn-80"),
        ("Xã Gia Ninh, Quảng Ninh, Quảng Bình", "vn-44"),
        ("Ben Thanh, 1, Ho Chi Minh", "vn-79"),
        ("huyện Tân Uyên", "vn-12"),
        ("Thị trấn Hương Sơn", ""),
        ("Số 2 Nguyễn Đình Chiểu, phường Bắc Nha Trang", "vn-56"),
        ("P. Hội An Đông", "vn-48"),
        ("phuong Viet Tri", "vn-25"),
        ("phường Long Xuyên", ""),
        ("phường Ngô Quyền", ""),
        ("H. 12", ""),
        ("phường Quang Trung", ""),
        ("xã Trừ Văn Thố, TP.HCM", "vn-79"),
        ("Phu Quoc National Park", "vn-91"),
        ("Chiến trường Quảng Trị 1972", "vn-44"),
        ("Hệ sinh thái đầm phá Tam Giang", "vn-46"),
        ("Việt Nam. Hà Nội", "vn-01"),
        ("VN-Hà Nội", "vn-01"),
        ("Cả nước, ngoại trừ TP.HCM", ""),
        ("Thành đoàn TNCS Hồ Chí Minh", ""),
        ("Thành đoàn Hồ Chí Minh", "vn-79"),
        ("Cam Cao Phong, bưởi Diễn", ""),
        ("Đông Nam Á", ""),
        ("Việt Nam", ""),
        ("Thành phố", ""),
    ],
)
def test_provinces_by_name(words: str, unit: str) -> None:
    assert match("province", words) == ((unit,) if unit else ())


def test_a_province_that_was_parted_is_all_its_parts() -> None:
    assert match("province", "Nghệ Tĩnh") == ("vn-40", "vn-42")
    assert match("province", "Bình Trị Thiên (1976-1989)") == ("vn-44", "vn-46")
    assert match("province", "Người Thái ở Sơn La và Điện Biên") == ("vn-14", "vn-11")
    assert match("province", "Cao tốc Hà Nội - Hải Phòng") == ("vn-01", "vn-31")
    assert match("province", "giữa Hà Nội và Hải Phòng") == ("vn-01", "vn-31")
    assert match("province", "Hue, Hai Phong, Ha Noi") == ("vn-46", "vn-31", "vn-01")
    assert match("province", "Hải Dương, Hải Phòng, Quảng Ninh") == ("vn-31", "vn-22")
    assert match("province", "Đồng Nai, Bà Rịa - Vũng Tàu") == ("vn-75", "vn-79")
    assert match("province", "Ha Tinh and Vinh Phuc") == ("vn-42", "vn-25")
    assert match("province", "Hà Nội + Đà Nẵng") == ("vn-01", "vn-48")
    assert match("province", "Từ Móng Cái đến Hà Tiên") == ("vn-22", "vn-91")
    assert match("province", "Gia Lai - Kon Tum") == ("vn-51", "vn-52")
    assert match("province", "Từ Quảng Trị đến Bình Thuận") == ("vn-44", "vn-68")
    assert match("province", "quần đảo Hoàng Sa và Trường Sa") == ("vn-48", "vn-56")


@pytest.mark.parametrize(
    "text",
    [
        "Chiến tranh và Hòa bình", "hữu nghị và Hoà bình", "Hiệp định Hòa bình", "Đấu tranh vì Hòa bình",
        "ca sĩ Thái Bình", "giữ gìn Hòa bình", "nghệ thuật Hòa bình", "ngành Hải dương", "khoa học Hải dương",
        "gia đình Bình Dương", "thời Hồng Bàng", "Xi măng Hà Tiên", "xe khách Nam Định",
    ],
)  # fmt: skip
def test_what_sounds_like_a_place_is_none(text: str) -> None:
    assert match("province", text) == ()


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Hồ Chí Minh, Pác Bó", "vn-04"),
        ("Hồ Chí Minh, Kim Liên, Nam Đàn", "vn-40"),
        ("xã Kim Liên, huyện Nam Đàn, Hồ Chí Minh", "vn-40"),
        ("Hồ Chí Minh (Nghệ An)", "vn-40"),
        ("Hồ Chí Minh, Hà Nội", "vn-01"),
        ("Hồ Chí Minh, Trường Chinh", None),
        ("Hồ Chí Minh, 5", None),
        ("Hồ Chí Minh, toàn tập, 5", None),
        ("Hồ Chí Minh, Quận 5", "vn-79"),
        ("Gò Vấp, Hồ Chí Minh", "vn-79"),
        ("Trường THPT Trường Chinh, Hồ Chí Minh", "vn-79"),
        ("phường Bến Nghé, Hồ Chí Minh", "vn-79"),
    ],
)
def test_the_person_is_the_city_only_beside_its_own_places(text: str, unit: str | None) -> None:
    assert match("province", text) == ((unit,) if unit else ())


def test_the_city_stands_in_lists() -> None:
    assert match("province", "Hà Nội và Hồ Chí Minh") == ("vn-01", "vn-79")
    assert match("province", "Hà Nội, Đà Nẵng, Hồ Chí Minh") == ("vn-01", "vn-48", "vn-79")


def test_a_list_of_all_provinces_is_read_and_a_long_text_is_not() -> None:
    every = ", ".join(label("former_province", name) for name in ids("former_province"))
    assert set(match("province", every)) == set(ids("province"))
    assert match("province", "Hà Nội - " * 100) == ("vn-01",)
    assert match("province", "Hà Nội - " * 200) == ()


def test_landmarks_stand_under_one_unit_of_today() -> None:
    table = load_yaml(FOLDER.parent / "landmarks.yaml", "landmarks.yaml").value
    assert set(table) <= set(ids("province"))
    assert sum(map(len, table.values())) > 200
    for unit, landmarks in table.items():
        for name in landmarks:
            assert match("province", name) == match("province", folded(name)) == (unit,), name


def test_districts_stand_under_provinces_of_before() -> None:
    table = dict(load_yaml(FOLDER.parent / "districts.yaml", "districts.yaml").value)
    only_with_kind, wards = table.pop("with_kind"), table.pop("wards_elsewhere")
    named = {name for kinds in table.values() for names in kinds.values() for name in names}
    assert set(table) == set(ids("former_province")) - {"vn64-28"}
    assert {kind for kinds in table.values() for kind in kinds} == {"quận", "thành phố", "thị xã", "huyện"}
    assert len(named) > 680
    assert set(only_with_kind) <= named >= set(wards)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("VN-01 Lai Chau", "vn-12"),
        ("VN-CT Can Tho", "vn-92"),
        ("VN-SG Ho Chi Minh", "vn-79"),
        ("Đắk Lắk [VN-33]", "vn-66"),
        ("VN-99", None),
        ("75 Dong Nai", "vn-75"),
        ("Hải Dương 30", "vn-31"),
        ("QN Quảng Ninh", "vn-22"),
        ("155 Hải Phòng", None),
        ("20 Hà Tĩnh", None),
        ("0236 Đà Nẵng", "vn-48"),
        ("Hai Phong 180000", "vn-31"),
        ("Lào Cai 22.4856N 103.9707E", "vn-15"),
        ("H. : Khoa học xã hội, 1998", "vn-01"),
        ("H., 2001", "vn-01"),
        ("H. : Xã Mai Hạ, T. Hòa Bình", "vn-25"),
        ("T. 45", None),
        ("H:mm", None),
        ("H: chiều cao", None),
        ("H: 165 cm", None),
        ("H : Toán", None),
        ("H: 20, R: 10", None),
        ("H : Giáo dục, 1999", "vn-01"),
        ("H.: Giáo dục", "vn-01"),
        ("Thái Bình, tên đường", None),
        ("Khu dự trữ sinh quyển miền Tây Nghệ An", "vn-40"),
        ("Nui Chua National Park", "vn-56"),
        ("Can Gio Mangrove Biosphere Reserve", "vn-79"),
        ("Chợ Viềng Nam Định", "vn-37"),
        ("NXB Khoa học và Kỹ thuật, H., 1999", "vn-01"),
        ("Khu di tích quốc gia đặc biệt Kim Liên", "vn-40"),
        ("Ha Giang Provincial People's Committee", "vn-08"),
        ("Trung tâm Xúc tiến Thương mại và Đầu tư An Giang", "vn-91"),
        ("phường Bến Thành", "vn-79"),
        ("xã Tân Tiến", None),
        ("phường Trà Vinh", "vn-86"),
        ("xã Trà Vinh", None),
        ("Sơn Tây ward", "vn-01"),
        ("Con Dao special administrative zone", "vn-79"),
        ("Ddawks Lawks", "vn-66"),
        ("D9a2 Na8ng4", "vn-48"),
        ("Bắc Giang, sông", None),
        ("hòa bình", None),
        ("thị trấn ", None),
        (" ", None),
        ("29 Hà Nội (biển số)", "vn-01"),
        ("Di tích Chăm Mỹ Sơn", "vn-48"),
        ("xã A Lưới 2", "vn-46"),
        ("vn-hp hải phòng", "vn-31"),
        ("82-Đồng Tháp, Việt Nam", "vn-82"),
        ("Vietnam » Huế", "vn-46"),
        ("Thang Long Imperial Citadel", "vn-01"),
        ("các huyện miền núi Thanh Hóa", "vn-38"),
        ("bán đảo Cà Mau", "vn-96"),
        ("Làng hoa Chợ Lách", "vn-86"),
        ("Vixnh Phusc", "vn-25"),
        ("phường 1 Bảo Lộc", "vn-68"),
        ("phường 1", None),
        ("Hue Imperial City", "vn-46"),
        ("nha trang khanh hoa", "vn-56"),
        ("thanh hoa vietnam", "vn-38"),
        ("nghia trang thanh hoa", None),
        ("Hung7 Ye6n", "vn-33"),
        ("Bacws Ninh", "vn-24"),
        ("Bình Dương (ca sĩ)", None),
    ],
)
def test_names_beside_codes_and_kinds(text: str, unit: str | None) -> None:
    assert match("province", text) == ((unit,) if unit else ())


def test_communes_stand_under_one_unit_of_today() -> None:
    table = dict(load_yaml(FOLDER.parent / "communes.yaml", "communes.yaml").value)
    looks_like_others = set(table.pop("bare"))
    assert set(table) == set(ids("province"))
    names = [name for each in table.values() for name in each]
    assert len(set(map(key, names))) == len(names) > 2700
    assert looks_like_others <= set(map(folded, names))


def test_several_provinces_of_a_sentence() -> None:
    found = match("province", "Nghiên cứu tại 3 tỉnh Hà Giang, Cao Bằng và Bắc Kạn")
    assert set(found) == {"vn-04", "vn-08", "vn-19"}
    assert set(match("province", "Thi tuyển sinh các tỉnh Hải Dương, Nam Định năm 2023")) == {"vn-31", "vn-37"}


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("https://thcs-tran-phu.nghean.edu.vn/bai/1", "vn-40"),
        ("http://thptmuongcha.dienbien.edu.vn", "vn-11"),
        ("https://sgddt.bacgiang.gov.vn/x", "vn-24"),
        ("https://hcm.edu.vn/", "vn-79"),
        ("http://thvinhhung.hanoiedu.vn/", "vn-01"),
        ("http://thuviendongnai.gov.vn/", "vn-75"),
        ("https://cdspnghean.edu.vn/", "vn-40"),
        ("https://bariavungtau.edu.vn:8080/", "vn-79"),
        ("https://thuathienhue.edu.vn/", "vn-46"),
        ("https://pgdninhkieu.edu.vn/", "vn-92"),
        ("https://pgdtxphuoclong.edu.vn/", "vn-75"),
        ("https://pgdq3.edu.vn/", "vn-79"),
        ("https://pgdchauthanh.edu.vn/", None),
        ("https://thcsgiangvo.badinh.edu.vn/", "vn-01"),
        ("https://thcsgiangvo.chauthanh.edu.vn/", None),
        ("https://lib.badinh.edu.vn/", None),
        ("https://badinh.edu.vn/", None),
        ("https://thuvienhaugiang.org.vn/", "vn-92"),
        ("https://haugiang.org.vn/", None),
        ("https://baolangson.vn/", "vn-20"),
        ("https://langson.vn/", None),
        ("https://baomoi.com.vn/", None),
        ("https://chuyenhatinh.edu.vn/", "vn-42"),
        ("https://gdtxhungyen.edu.vn/", "vn-33"),
        ("https://dtntsonla.edu.vn/", "vn-14"),
        ("https://thptphanchautrinh-danang.edu.vn/", "vn-48"),
        ("https://pgdmyduc.edu.vn/", "vn-01"),
        ("https://pgdvanban.edu.vn/", "vn-15"),
        ("https://pgd.hoankiem.edu.vn/", "vn-01"),
        ("https://thcs-leloi-hoian.edu.vn/", "vn-48"),
        ("https://lib-leloi-hoian.edu.vn/", None),
        ("https://mn1-6.dongda.edu.vn/", "vn-01"),
        ("https://thcs-a.tpthuduc.edu.vn/", "vn-79"),
        ("https://tailieu.vinhuni.edu.vn/", None),
        ("https://kho.example/nghean", None),
        ("https://nghean.example.com/", None),
        ("https://dhsphn.edu.vn/", None),
        ("https://solaichau.edu.vn/", "vn-12"),
        ("https://sosonla.edu.vn/", "vn-14"),
        ("https://cdythanhhoa.edu.vn/", "vn-38"),
        ("https://cdythatinh.edu.vn/", "vn-42"),
        ("https://pgdtxtuson.edu.vn/", "vn-24"),
        ("https://sonlacity.edu.vn/", "vn-14"),
        ("https://soft.edu.vn/", None),
        ("https://kontum.udn.vn/", "vn-51"),
        ("https://c1nguyendu.hanoi.vnedu.vn/", "vn-01"),
        ("https://hoabinh.tapchi.vn/", None),
        ("https://thptlequydondanang.edu.vn/", "vn-48"),
        ("https://thptbinhduong.edu.vn/", None),
        ("https://truyenhinhnghean.vn/", "vn-40"),
        ("https://evil.example?x.danang.edu.vn", None),
        ("https://evil.example#.danang.edu.vn", None),
        ("https://evil.example\\.danang.edu.vn", None),
        ("https://danang.edu.vn?trang=1", "vn-48"),
        ("https://thpt-a.danang.edu.vn:80@evil.example/", None),
        ("https://khach@thpt-a.danang.edu.vn:80/", "vn-48"),
        ("https://thpt-le-loi-da-nang.edu.vn/", "vn-48"),
        ("https://thpt-tranphu-hue.edu.vn/", "vn-46"),
        ("https://thpt-tranphu-hoabinh.edu.vn/", "vn-25"),
        ("https://thpt-a.danang.vnedu.vn/", "vn-48"),
        ("https://baohoabinh.com.vn/", "vn-25"),
        (f"https://{'a.' * 200}danang.edu.vn/", None),
        ("", None),
    ],
)
def test_provinces_by_host(address: str, unit: str | None) -> None:
    assert province_of_host(address) == unit


@pytest.mark.parametrize(
    "host",
    [
        "le-thi-hue.name.vn", "le-thi-kim-hue.io.vn", "nguyen-hue.truong.vn", "hoa-hue.shop.vn",
        "hoang-thainguyen.name.vn", "thpt-nguyen-hue.violet.vn", "th-nguyen-hue.edu.vn", "thpt-nguyen-thai-binh.edu.vn",
        "thcsthanhquangninh.edu.vn", "thpt-thaibinh.edu.vn", "thpt-hoabinh.edu.vn", "thpt-longan.edu.vn",
        "thpt-hanam.edu.vn",
        "shop-saigon.tiki.vn", "saigon.beer.vn", "hcm.shop.vn", "danang.evil.vn", "baotanbinh.vn", "tanbinhmoi.vn",
        "anminhtv.vn",
        "hoabinhtv.vn", "thuvientambinh.vn",
    ],
)  # fmt: skip
def test_hosts_of_persons_shops_and_namesakes_are_nowhere(host: str) -> None:
    assert province_of_host(f"https://{host}/") is None


def test_words_of_sources_yaml() -> None:
    assert check_word("province", "40") is None
    assert check_word("province", "Nghệ An") == ("40",)
    assert check_word("province", "Nge An") == ("40",)
    assert check_word("province", "7") == ()
    assert check_word("format", "oai_dc") is None
    assert check_word("format", "oaidc") == ("oai_dc",)
    assert check_word("format", "zzz") == ()
    with pytest.raises(KeyError):
        check_word("index", "tantivy")


@pytest.mark.parametrize(
    ("scheme", "text", "terms"),
    [
        ("subject", "hoá học", ("hoa_hoc",)),
        ("subject", "HÓA HỌC", ("hoa_hoc",)),
        ("subject", "Vật lý", ("vat_li",)),
        ("subject", "môn Tin", ("tin_hoc",)),
        ("subject", "GDCD", ("giao_duc_cong_dan",)),
        ("subject", "Toán, Tin học", ("toan", "tin_hoc")),
        ("subject", "Toán 7", ("toan",)),
        ("subject", "Lịch sử và Địa lí", ("lich_su_dia_li",)),
        ("subject", "Văn hóa học đường", ()),
        ("subject", "Công nghệ thông tin", ()),
        ("grade", "Lớp 7", ("7",)),
        ("grade", "lop-7", ("7",)),
        ("grade", "Toán 7", ("7",)),
        ("grade", "Lớp 6, 7 và 8", ("6", "7", "8")),
        ("grade", "lớp 6 đến lớp 9", ("6", "7", "8", "9")),
        ("grade", "7", ()),
        ("grade", "K12", ()),
        ("grade", "5-6 tuổi", ("mau_giao_5_6",)),
        ("level", "THCS", ("thcs",)),
        ("level", "Trường THPT Vọng Các", ("thpt",)),
        ("type", "Luận văn thạc sĩ kinh tế", ("luan_van",)),
        ("type", "info:eu-repo/semantics/article", ("bai_bao",)),
        ("type", "http://w3id.org/kim/hcrt/worksheet/", ("phieu_hoc_tap",)),
        ("type", "SGK", ("sach_giao_khoa",)),
        ("language", "vi_VN", ("vi",)),
        ("language", "vn", ("vi",)),
        ("language", "en-US", ("en",)),
        ("language", "eng", ("en",)),
        ("language", "en fr", ("en", "fr")),
        ("language", "Tiếng Việt; Tiếng Anh", ("vi", "en")),
        ("language", "sao Hoả", ()),
        ("audience", "Teacher", ("giao_vien",)),
    ],
)
def test_declared_words(scheme: str, text: str, terms: tuple[str, ...]) -> None:
    assert match(scheme, text) == terms


@pytest.mark.parametrize(
    ("title", "subjects", "grades"),
    [
        ("Giáo án Toán 10: Dấu của tam thức bậc hai", ("toan",), ("10",)),
        ("Toan 10: on tap chuong 1", ("toan",), ("10",)),
        ("Giao an toan 10", (), ()),
        ("Bài giảng môn Tin học lớp 7 bài 3", ("tin_hoc",), ("7",)),
        ("KHTN 8 – Áp suất chất lỏng", ("khoa_hoc_tu_nhien",), ("8",)),
        ("Văn 9: Đồng chí", ("ngu_van",), ("9",)),
        ("Vật lí 8 (chương trình cũ)", ("vat_li",), ("8",)),
        ("Kế hoạch bài dạy lớp 10A1", (), ("10",)),
        ("Ôn tập lớp 6, 7 và 8", (), ("6", "7", "8")),
        ("Khoa học tự nhiên 10", (), ()),
        ("Bài 10: Quang hợp", (), ()),
        ("Unit 5: Food and drink", (), ()),
        ("Đề thi vào lớp 10", (), ("9",)),
        ("Trẻ lớp 5 tuổi", (), ("mau_giao_5_6",)),
        ("Toán cao cấp 2", (), ()),
        ("Luận án Hóa học 12", (), ()),
        ("Kế toán 10", (), ()),
        ("Học sinh 12 trường tham gia", (), ()),
        ("THPT 2025", (), ()),
        ("K12 Online", (), ()),
        ("Văn hóa 9", (), ()),
        ("Lớp học hạnh phúc", (), ()),
        ("Grade 4.6 điểm", (), ()),
    ],
)
def test_titles_give_only_what_is_safe(title: str, subjects: tuple[str, ...], grades: tuple[str, ...]) -> None:
    assert match("subject", title, declared=False) == subjects
    assert match("grade", title, declared=False) == grades


def test_broader_terms() -> None:
    assert parents("subject", "tieng_anh") == ("ngoai_ngu_1",)
    assert parents("subject", "toan") == ()
    with pytest.raises(KeyError):
        ids("khong_co")
