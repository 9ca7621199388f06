"""Did you mean: what people mistype is mended with its marks, and what is right is left alone. The town's words."""

from __future__ import annotations

from collections import Counter
from functools import cache

import msgspec
import pytest

from index.query import Place
from index.suggest.book import Book, pack, unpack
from index.suggest.learning import Learner
from index.suggest.speller import Speller, typed_as
from index.text import analyse
from tests.index.misspelling import KINDS, PER_KIND, misspelt
from tests.index.town_documents import documents

PLACE = Place("store", 3, 3020)
# As teachers and pupils type them, with all their marks; some words of the town, some that it does not know.
RIGHT = (
    "phương trình bậc hai", "giáo án toán 9", "đề kiểm tra cuối học kì 2", "Truyện Kiều", "chị em Thuý Kiều",
    "bài giảng điện tử ngữ văn 8", "liên kết cộng hoá trị", "liên kết cộng hóa trị lớp 10", "định luật Ôm",
    "định luật II Newton", "cấu trúc tế bào nhân thực", "quang hợp ở thực vật", "sóng dừng", "dao động điều hòa",
    "khí lí tưởng", "vật lý 12", "hệ thức lượng trong tam giác vuông", "hằng đẳng thức đáng nhớ", "xác suất",
    "chiến dịch Điện Biên Phủ", "khởi nghĩa Lam Sơn", "đồng bằng sông Cửu Long", "vùng Tây Nguyên", "thuỷ quyển",
    "lập trình Python cơ bản", "cơ sở dữ liệu", "mạch điện trong nhà", "Unit 7: Environment", "past simple",
    "tôn trọng sự thật", "quyền và nghĩa vụ của công dân", "vẽ tranh phong cảnh", "bật xa tại chỗ",
    "sáng kiến kinh nghiệm tiểu học", "luận văn thạc sĩ kinh tế", "học máy cho tiếng Việt", "giống lúa chịu mặn",
    "phiếu học tập toán 6 kết nối tri thức", "chân trời sáng tạo", "cánh diều", "GD&ĐT Nghệ An", "THPT Lê Lợi",
    "video bài giảng em tập gõ bàn phím", "H2O", "C++", "10A1",
)  # fmt: skip


@cache
def book() -> Book:
    learner = Learner(expected=len(documents()))
    learner.see(documents())
    return learner.book(PLACE)


@cache
def speller() -> Speller:
    return Speller(book())


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("phuong trinh bac haii", "phương trình bậc hai"),
        ("hoahoc", "hóa học"),
        ("ddijnh luaatj oom", "định luật ôm"),
        ("d9inh5 luat65 o6m", "định luật ôm"),
        ("trương trình giáo dục", "chương trình giáo dục"),
        ("xong dung", "sóng dừng"),
        ("lập trình pithon", "lập trình python"),
        ('"giao an" toann', '"giao an" toán'),
        ("subject:toan giao ann", "subject:toan giáo án"),
    ],
)
def test_what_is_mistyped_is_mended_with_its_marks(typed: str, meant: str) -> None:
    assert speller().corrected(typed) == meant


def test_two_hundred_misspelt_questions_of_ten_kinds() -> None:
    """175 of 200 is the goal, in each of three draws; what was tuned was tuned on others."""
    for seed in (31, 32, 33):
        right: Counter[str] = Counter()
        for kind, typed, meant in misspelt(book(), seed):
            right[kind] += analyse(speller().corrected(typed) or typed)[0] == meant
        print(f"seed {seed}: {right.total()} of {PER_KIND * len(KINDS)} right, marks and all: {dict(right)}")
        assert right.total() >= 185, right
        assert min(right[kind] for kind in KINDS) >= 14, right


def test_what_is_right_stays_as_it_is() -> None:
    for words in RIGHT:
        assert speller().corrected(words) is None or not speller().knows(words), words
    assert [words for words in RIGHT if speller().knows(words) and speller().corrected(words)] == []


@pytest.mark.parametrize(
    "keys, words",
    [
        ("vaatj", ["vật"]), ("lys", ["lý"]), ("dduowngf", ["đường"]), ("phuowng", ["phương"]), ("phuwowng", ["phương"]),
        ("duong72", ["dường"]), ("d9u7o7ng2", ["đường"]), ("toan1", ["toán"]), ("quowr", ["quở"]), ("giaos", ["giáo"]),
        ("toan", []), ("bcd1", []), ("h2o", []), ("co2", []), ("c6h12o6", []), ("2024", []),
        ("đường", []), ("w", []), ("", []),
    ],
)  # fmt: skip
def test_keys_of_telex_and_vni(keys: str, words: list[str]) -> None:
    assert [analyse(word)[0] for word in typed_as(keys)] == [analyse(word)[0] for word in words]


def test_the_same_documents_make_the_same_bytes_and_damage_is_noticed() -> None:
    again = Learner(expected=len(documents()))
    again.see(documents())
    packed = pack(again.book(PLACE))
    assert packed == pack(book())
    assert unpack(packed) == book()
    assert unpack(packed[:-1]) is unpack(packed[:900] + b"x" + packed[901:]) is unpack(b"") is unpack(None) is None


def test_what_is_mapped_otherwise_is_counted_once() -> None:
    """A change of tables maps the records of a nation again: their words were counted when they came."""
    learner = Learner(book())
    learner.see(documents(), again=True, held=True)
    same = learner.book(PLACE)
    assert (same.documents, same.grams, same.titles) == (book().documents, book().grams, book().titles)
    known = next(each for each in documents() if each.status == "shown")
    retitled = msgspec.json.encode({**msgspec.json.decode(known.stored), "title": "Đo bóng nắng sân trường Xuân Hoà"})
    learner.see([msgspec.structs.replace(known, stored=retitled)], again=True, held=True)
    assert learner.book(PLACE).grams["đo bóng nắng"] == 1


def test_what_another_mapping_found_is_learned() -> None:
    learner = Learner(book())
    known = next(each for each in documents() if each.status == "shown")
    said = msgspec.json.decode(known.stored)
    more = {"keyword": ["Thuỷ canh tĩnh"], "subject": ["thuy_canh"]}
    said |= {**more, "institution": {**said["institution"], "name": "Trường Tiểu học Đỗ Xá"}}
    learner.see([msgspec.structs.replace(known, stored=msgspec.json.encode(said))] * 2, again=True, held=True)
    found = learner.book(PLACE)
    assert (found.grams["thủy canh tĩnh"], found.grams["canh"], found.subjects["thuy_canh"]) == (1, 1, 1)
    assert [each.name for each in found.institutions if each.id == known.source] == ["Trường Tiểu học Đỗ Xá"]
    assert found.documents == book().documents


def test_a_book_is_bounded_whatever_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from index.suggest import learning

    for name, most in (("WORDS", 50), ("PAIRS", 60), ("LONGER", 40), ("TITLES", 30), ("_MOST_GRAMS", 900)):
        monkeypatch.setattr(learning, name, most)
    learner = Learner(expected=len(documents()))
    learner.see(documents())
    small = learner.book(PLACE)
    sizes = Counter(min(gram.count(" "), 2) for gram in small.grams)
    assert sizes == {0: 50, 1: 60, 2: 40}
    assert len(small.titles) == 30
    assert {"học", "toán"} <= small.grams.keys()  # the most frequent stay
    assert small.grams["toán"] == book().grams["toán"]


def test_of_very_many_records_a_share_gives_the_neighbours_and_all_give_the_words() -> None:
    learner = Learner(expected=400_000)
    learner.see(documents())
    found = learner.book(PLACE)
    assert {gram for gram in found.grams if " " not in gram} == {gram for gram in book().grams if " " not in gram}
    assert 0.2 < found.grams["giáo án"] / book().grams["giáo án"] < 0.3
    assert Speller(found).corrected("phuong trinh bac haii") == "phương trình bậc hai"


def test_hostile_words_end_at_once() -> None:
    for words in (
        "",
        " ",
        '"',
        "(" * 256,
        "a" * 256,
        "ă" * 128,
        "-" * 256,
        "x y " * 64,
        "\x00\x01",
        "aa1 " * 32,
        "🎓" * 60,
    ):
        speller().corrected(words)
        speller().knows(words)


def test_a_book_outlives_a_restored_store() -> None:
    learner = Learner(book())
    learner.see(documents()[:7], again=True)
    same, restored = learner.book(Place("store", 3, 4000)), learner.book(Place("store", 4, 12))
    assert (same.epoch, same.sequence, same.again) == (3, 3020, 7)
    assert (restored.epoch, restored.sequence, restored.again) == (4, 12, 7)
    assert same.share == restored.share == book().share
