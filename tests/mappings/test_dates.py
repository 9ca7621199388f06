"""Dates: the day stands before the month, and what is not certain is not understood."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import map_record
from mappings.dates import dated, is_plausible, is_timestamp, parse

from .records import ORIGIN, dublin_core


@pytest.mark.parametrize(
    ("words", "edtf"),
    [
        ("05/09/2019", "2019-09-05"),
        ("5-9-2019", "2019-09-05"),
        ("5.9.2019", "2019-09-05"),
        ("9/2024", "2024-09"),
        ("2024", "2024"),
        ("2024-09", "2024-09"),
        ("2024-09-05", "2024-09-05"),
        ("2024/09/05", "2024-09-05"),
        ("20240905", "2024-09-05"),
        ("2015-10-20T18:22:39.000Z", "2015-10-20"),
        ("2015-10-20T18:22:39+07:00", "2015-10-20"),
        ("tháng 9 năm 2024", "2024-09"),
        ("Tháng 9/2024", "2024-09"),
        ("Ngày 5 tháng 9 năm 2019", "2019-09-05"),
        ("năm học 2023-2024", "2023/2024"),
        ("1948-1950", "1948/1950"),
        ("1948-50", "1948/1950"),
        ("1950?", "1950?"),
        ("1975 (?)", "1975?"),
        ("có lẽ năm 1975", "1975?"),
        ("~2010", "2010~"),
        ("2004-06?", "2004-06?"),
        ("2004-06-11~", "2004-06-11~"),
        ("199u", "199X"),
        ("5–10/9/2023", "2023-09-05/2023-09-10"),
        ("12 & 13/6/2023", "2023-06-12/2023-06-13"),
        ("từ 29/6 đến hết ngày 1/7/2023", "2023-06-29/2023-07-01"),
        ("28/12/2022 - 3/1/2023", "2022-12-28/2023-01-03"),
        ("2018 đến nay", "2018/.."),
        ("2018-09/..", "2018-09/.."),
        ("15.XI.1983", "1983-11-15"),
        ("05_12_2016", "2016-12-05"),
        ("1/ 9/ 2O19", "2019-09-01"),
        ("[2010]-2013", "2010/2013"),
        ("1984~", "1984~"),
        ("Hội nghị tại Huế từ ngày 12 đến 14/7/2019", "2019-07-12/2019-07-14"),
        ("Ngày hai mươi tháng mười một năm một nghìn chín trăm tám mươi hai", "1982-11-20"),
        ("12. März 2014", "2014-03-12"),
        ("15 мая 2012 г.", "2012-05-15"),
        ("15/O8/2O17", "2017-08-15"),
        ("Ngày05tháng10năm2020", "2020-10-05"),
        ("ngày mùng 3 tháng 2 năm 1930", "1930-02-03"),
        ("Ngày 00 tháng 00 năm 2021", "2021"),
        ("Hai mươi tháng mười một năm 2019", "2019-11-20"),
        ("Tháng 10 – 12 năm 2017", "2017-10/2017-12"),
        ("Ngày 15 - 16 tháng 11 năm 2019", "2019-11-15/2019-11-16"),
        ("[2004 hoặc 2005]", "2004/2005"),
        ("2019-", "2019/.."),
        ("Thu Nov 09 10:32:15 ICT 2017", "2017-11-09"),
        ("Tuần 12 (24/11 - 28/11/2025)", "2025-11-24/2025-11-28"),
        ("Tháng Chín 12, 2020", "2020-09-12"),
        ("Tái bản lần thứ 3 - 2018", "2018"),
        ("2. September 2023", "2023-09-02"),
        ("19XX", "19XX"),
        ("19??", "19XX"),
        ("l5/3/2016", "2016-03-15"),
        ("12//5/2019", "2019-05-12"),
        ("12 05 2019", "2019-05-12"),
        ("202408", "2024-08"),
        ("05032024", "2024-03-05"),
        ("11/23/2009 4:05:00 PM", "2009-11-23"),
        ("11/12/2009 4:05:00 PM", "2009-12-11"),
        ("2021-22", "2021/2022"),
        ("XII.1946", "1946-12"),
        ("T.9/2021", "2021-09"),
        ("Received: 12 Jan 2020 / Accepted: 3 Mar 2020 / Published: 15 Mar 2020", "2020-03-15"),
        ("Tái bản lần 8 - 2020", "2020"),
        ("Xuất bản lần đầu năm 1988, tái bản năm 2004", "2004"),
        ("Xuất bản lần đầu 1988; tái bản lần thứ 3, 2004", "2004"),
        ("Vol. 12 No. 3 (2020): September", "2020-09"),
        ("Tập 5 Số 2 (2021): Tháng 6", "2021-06"),
        ("Vol. 5 (2019): Special Issue", "2019"),
        ("Lớp 10 - 2022", "2022"),
        ("Hội nghị 2-4/12/2020", "2020-12-02/2020-12-04"),
        ("Thời kì 1986 đến nay", "1986/.."),
        ("2022-04..2022-06", "2022-04/2022-06"),
        ("Ngày: 3 / Tháng: 4 / Năm: 2022", "2022-04-03"),
        (".../12/2022", "2022-12"),
        ("Đề HSG 9 - 2021", "2021"),
        ("Hà Nội, 10 - 2014", "2014-10"),
        ("Hội thảo ngày 25-26/11/2017", "2017-11-25/2017-11-26"),
        ("8/2019-6/2020", "2019-08/2020-06"),
        ("mồng một tháng chín năm 2011", "2011-09-01"),
        ("[1930?-1935?]", "1930?/1935?"),
        ("Những năm 70, 80", "197X/198X"),
        ("những năm 1930-1940", "1930/1940"),
        ("ca 1930", "1930~"),
        ("2019Q4", "2019"),
        ("HK1/2021", "2021"),
        ("Học kỳ 1/2021-2022", "2021/2022"),
        ("khoảng tháng 5 năm 2019", "2019-05~"),
        ("Khoảng 1890-1900", "1890~/1900~"),
        ("[giữa 1930 và 1935]", "1930/1935"),
        ("2018 và 2019", "2018/2019"),
        ("thế kỷ XIX-XX", "18XX/19XX"),
        ("1960s-1970s", "196X/197X"),
        ("H. : KHXH, 198?", "198X"),
        ("14 de julio de 2010", "2010-07-14"),
        ("12th of May, 2019", "2019-05-12"),
        ("2019 May 12", "2019-05-12"),
        ("2019년 5월 12일", "2019-05-12"),
        ("Quyết định 16/2006/QĐ-BGDĐT", "2006"),
        ("Ngày soạn: 8/9/2023 Ngày dạy: 11/9/2023", "2023-09-08"),
        ("tháng 02/2019 (bản sửa 10/2020)", "2019-02"),
        ("2019-11-20T07:31:45Z 2018-05", "2018-05"),
        ("start=2015; end=2018; name=Giai đoạn nghiên cứu", "2015/2018"),
        ("06/2021 – nay", "2021-06/.."),
        ("D:20240305083000+07'00'", "2024-03-05"),
        ("20240305083000.0", "2024-03-05"),
        ("23SEP2023", "2023-09-23"),
        ("Thg 12 31, 2022", "2022-12-31"),
        ("le 5 septembre 1923", "1923-09-05"),
        ("(1997)", "1997"),
        ("[c2004]", "2004"),
        ("ca. 1930", "1930~"),
        ("khoảng năm 1930", "1930~"),
        ("199-?", "199X"),
        ("1990s", "199X"),
        ("14 May 2015", "2015-05-14"),
        ("May 14, 2015", "2015-05-14"),
        ("2014-01-01/2014-12-31", "2014-01-01/2014-12-31"),
        ("29/02/2024", "2024-02-29"),
        ("Hà Nội, ngày 5 tháng 9 năm 2024", "2024-09-05"),
        ("ngày 05/09/2024", "2024-09-05"),
        ("05/09/2024 07:30", "2024-09-05"),
        ("07:30, 05/09/2024", "2024-09-05"),
        ("Thu, 05 Sep 2024 07:30:00 GMT", "2024-09-05"),
        ("Tháng Chín năm 2024", "2024-09"),
        ("5 tháng mười hai, 2024", "2024-12-05"),
        ("mùng 5 tháng 9 năm 2024", "2024-09-05"),
        ("T9/2024", "2024-09"),
        ("Học kì I năm học 2023-2024", "2023/2024"),
        ("năm học 2023-24", "2023/2024"),
        ("2024-09-00", "2024-09"),
        ("2024-00-00", "2024"),
        ("2024-09-05+07:00", "2024-09-05"),
        ("In lần thứ 2, 2015", "2015"),
        ("thập niên 1990", "199X"),
        ("Quý III năm 2024", "2024"),
        ("19--", "19XX"),
        ("19th century", "18XX"),
        ("đầu thế kỷ XX", "19XX"),
        ("những năm 60 của thế kỷ 20", "196X"),
        ("05/09/24", "2024-09-05"),
        ("30-04-75", "1975-04-30"),
        ("Hà Nội : Nxb. Giáo dục, 2018. - 224 tr. : minh hoạ ; 24 cm", "2018"),
        ("Thông tư số 32/2018/TT-BGDĐT ngày 26/12/2018", "2018-12-26"),
        ("Ngày nhận bài: 10/3/2020; ngày duyệt đăng: 15/5/2020", "2020-05-15"),
        ("Từ 05/09/2019 đến 31/05/2020", "2019-09-05/2020-05-31"),
        ("năm hai nghìn không trăm hai mươi mốt", "2021"),
        ("tháng mười năm 2020", "2020-10"),
        ("05 Th03, 2021", "2021-03-05"),
        ("12-Jan-2017", "2017-01-12"),
        ("Q4/2020", "2020"),
        ("năm học 20-21", "2020/2021"),
        ("nam hoc 2016 - 2017", "2016/2017"),
        ("２０２１", "2021"),
        ("2020年5月3日", "2020-05-03"),
        ("MDCCCXC", "1890"),
        ("2008 [i.e. 2009]", "2009"),
        ("Tạp chí Giáo dục số 3 (45) - 2015", "2015"),
    ],
)
def test_understood(words: str, edtf: str) -> None:
    assert parse(words) == edtf


@pytest.mark.parametrize(
    "words",
    [
        "12/25/2014",
        "10-5/9/2023",
        "13/2004 đến nay",
        "20241399083000",
        "29/02/2023",
        "31/04/2024",
        "2019-21",
        "2019-13",
        "Học kỳ 1",
        "10191",
        "May",
        "",
        "2011-2010",
        "12/25/2014 07:30",
        "ngày 31/04/2024",
        "trước 1975",
        "Thông tư 11/2018",
        "ISBN 978-604-0-2009",
        "2009 tr.",
        "Giá: 2000đ",
        "In 1500 bản",
        "Chương trình GDPT 2018",
        "2 ngày trước",
        "MIX",
        "Bài soạn theo Thông tư 32/2018/TT-BGDĐT",
        "10/3/2020 âm lịch",
        "2020/2019",
        "2010 2014",
        "1998; 2003; 2009",
        "tr. 1990-2001",
        "IV/2019",
        "1945 - 1954 - 1975",
        "Rằm tháng Giêng 2020",
        "2019 lượt tải",
        "Lượt xem: 2020",
        "PowerPoint 2010",
        "20092010",
        "Hà Nội, 13/2019",
        "không rõ",
        "mùa xuân",
    ],
)
def test_not_understood(words: str) -> None:
    assert parse(words) is None


@given(st.dates(min_value=date(1400, 1, 1)))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_day_and_month_are_never_swapped(day: date) -> None:
    assert parse(f"{day:%d/%m/%Y}") == f"{day:%Y-%m-%d}"
    assert parse(f"{day:%Y-%m-%d}") == f"{day:%Y-%m-%d}"


@given(st.text(alphabet="0123456789/-. năhcọtg?[]cT:Z", max_size=24))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_text_is_read_or_not(words: str) -> None:
    found = parse(words)
    assert found is None or found[:2].isdecimal()


def test_plausible_is_judged_by_the_record_not_by_a_clock() -> None:
    assert is_plausible(dated("2026")[1], 2026)
    assert not is_plausible(dated("2027-01")[1], 2026)
    assert not is_plausible(dated("1399")[1], 2026)
    assert is_plausible(dated("189-")[1], 2026)
    assert not is_plausible(dated("no date")[1], 2026)
    assert is_timestamp("2015-10-20T18:22:39Z")
    assert not is_timestamp("2015-10-20")


@pytest.mark.parametrize(
    ("dates", "issued", "codes"),
    [
        (["2023-11-20T02:15:30Z", "2023-11-20T02:15:30Z", "2021"], "2021", ()),
        (["2019", "2023-11-20T02:15:30Z"], "2019", ()),
        (["2023-11-20T02:15:30Z", "2023-11-20T09:00:00Z"], "", ("only_deposit_dates",)),
        (["2015-08-01T07:00:00Z"], "2015-08-01", ()),
        (["2014-05", "2013-12-31"], "2013-12-31", ()),
        (["9999-01-01"], "", ("implausible_date",)),
        (["xuân Giáp Thìn", "2024"], "2024", ("unclear_date",)),
    ],
)
def test_issued_is_chosen_among_the_dates_of_dublin_core(dates: list[str], issued: str, codes: tuple[str, ...]) -> None:
    mapped = map_record(dublin_core(date=dates), ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.issued == issued
    assert tuple(problem.code for problem in mapped.problems) == codes


@pytest.mark.parametrize(
    ("fetched", "issued"),
    [(0, ""), (2021, ""), (2022, "2023"), (2026, "2023")],
    ids=["not known", "two years before", "the year before", "later"],
)
def test_a_date_is_plausible_by_the_year_of_fetching_else_by_the_datestamp(fetched: int, issued: str) -> None:
    """Sources edit records and leave the datestamp as it was: the record was fetched later than it says."""
    raw = msgspec.structs.replace(dublin_core(date="2023"), datestamp="2019-05-01", fetched=fetched)
    mapped = map_record(raw, ORIGIN)
    assert mapped.resource is not None
    assert mapped.resource.issued == issued
    assert [problem.code for problem in mapped.problems] == ([] if issued else ["implausible_date"])
