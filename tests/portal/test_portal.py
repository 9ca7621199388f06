"""The API and the pages over a real index of the town: shapes, limits, safety, and that every link leads somewhere."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from lxml import html
from starlette.testclient import TestClient

from demo.town import Town
from index import FACETS, open_engine
from index.query import Hit, Place
from mappings import FIELDS, field_label
from portal import application
from tests.commands.calling import ROOT, environment
from tests.index.memory_engine import MemoryEngine
from tests.index.test_engine_contract import document


def test_a_search_has_the_promised_shape(client: TestClient) -> None:
    answer = client.get("/api/v1/records?q=dinh+luat&facets=grade,source&size=2&include=highlight")
    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == {"total", "items", "facets", "links", "took_ms"}
    assert said["total"]["exact"] is True
    item = said["items"][0]
    assert len(item["id"]) == 26
    assert "<mark>" in item["highlight"]["title"][0]
    assert {"id", "label"} <= set(item["source"])
    assert item["url"].startswith("https://")
    assert client.get(item["landing"]).status_code == 200
    assert [facet["field"] for facet in said["facets"]] == ["grade", "source"]
    assert said["links"]["next"].endswith("page=2")
    assert "suggest" not in said


def test_what_narrows_a_search_is_read_and_written_again(client: TestClient) -> None:
    whole = client.get("/api/v1/records?facets=subject,type&facet_size=50").json()
    kind = whole["facets"][1]["values"][0]
    without = client.get(f"/api/v1/records?not.type={kind['id']}").json()
    assert without["total"]["value"] == whole["total"]["value"] - kind["count"]
    missing = client.get("/api/v1/records?missing=subject&has=type,language").json()
    assert 0 < missing["total"]["value"] <= whole["facets"][0]["missing"]
    asked = "q=toan&not.type=de_thi&has=language&missing=age&modified.from=2020&modified.to=2026-12-31&minutes.to=90"
    said = client.get(f"/api/v1/records?{asked}")
    assert said.status_code == 200
    again = said.json()["links"]["self"]
    for part in asked.replace("=2020&", "=2020-01-01&").split("&"):
        assert part in again
    assert client.get(again).json()["links"]["self"] == again
    page = html.fromstring(client.get(f"/?{asked}").text)
    assert page.xpath("//input[@type='hidden'][@name='not.type']/@value") == ["de_thi"]
    chips = page.xpath("//ul[@class='chips']//a/@href")
    assert len(chips) == 6
    assert all(client.get(chip).status_code == 200 for chip in chips)
    assert not any("not.type" in chip for chip in chips[:1])


def test_ranges_that_are_none_are_mistakes(client: TestClient) -> None:
    answer = client.get("/api/v1/records?issued.from=2024-13&age.to=x&minutes.from=9&minutes.to=3&lang=en").json()
    assert {mistake["param"] for mistake in answer["errors"]} == {"issued.from", "age.to", "minutes.to"}
    assert "2024-09" in answer["errors"][0]["detail"]


def test_all_values_of_a_field_by_the_beginning_of_a_word(client: TestClient) -> None:
    facet = client.get("/api/v1/records?q=toan&facets=subject&facet_size=2").json()["facets"][0]
    every = client.get(facet["more"]).json()
    assert [each["id"] for each in every["values"]][:2] == [each["id"] for each in facet["values"]]
    assert every["total"]["value"] >= len(every["values"]) > 2
    found = client.get("/api/v1/facets/subject?prefix=t&facet_size=50").json()
    assert {each["id"] for each in found["values"]} >= {"toan", "tieng_anh"}
    assert [each["id"] for each in client.get("/api/v1/facets/subject?prefix=tiếng+a").json()["values"]] == [
        "tieng_anh"
    ]
    grades = [each["id"] for each in client.get("/api/v1/facets/grade?facet_size=50").json()["values"]]
    assert grades == sorted(grades, key=lambda grade: (grade.isdigit(), grade.isdigit() and int(grade)))
    assert client.get("/api/v1/facets/title").status_code == 404
    assert client.get("/api/v1/facets/grade?prefix=x&colour=red").status_code == 400


def test_a_cursor_reads_everything_once(client: TestClient) -> None:
    address, keys = "/api/v1/records?sort=title&size=100&q=toan", []
    first = client.get(address).json()
    cursor = first["cursor"]
    keys += [item["id"] for item in first["items"]]
    while cursor:
        said = client.get(address, params={"cursor": cursor, "sort": "title", "size": "100", "q": "toan"}).json()
        keys += [item["id"] for item in said["items"]]
        cursor = said.get("cursor")
        assert ("next" in said["links"]) == bool(cursor)
    assert len(keys) == len(set(keys)) == first["total"]["value"]
    wrong = client.get("/api/v1/records?sort=title&cursor=abc")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "unknown_cursor")


def test_why_a_hit_was_found_is_said_in_a_sentence(client: TestClient) -> None:
    item = client.get("/api/v1/records?q=phương+trình&include=explain&size=1").json()["items"][0]
    assert item["explain"] == "Tìm thấy “phương”, “trình” trong nhan đề; viết đúng dấu như đã gõ."
    english = client.get("/api/v1/records?q=khoi+10&include=explain&lang=en&size=1").json()["items"][0]
    assert english["explain"] in {
        f"Found “khoi 10” in {where}; “khoi 10” = “lớp 10”." for where in ("the title", "its subject, grade or type")
    }


def test_unmarked_and_marked_words_find_the_same(client: TestClient) -> None:
    for one, other in (("phuong trinh", "phương trình"), ("hoa hoc", "hóa học"), ("HOÁ HỌC", "hóa học")):
        totals = {client.get("/api/v1/records", params={"q": q}).json()["total"]["value"] for q in (one, other)}
        assert len(totals) == 1
    exact = client.get("/api/v1/records?q=toan&accent=exact").json()["total"]["value"]
    assert exact < client.get("/api/v1/records?q=toan").json()["total"]["value"]


def test_one_record_and_what_is_not_there(client: TestClient) -> None:
    key = client.get("/api/v1/records?size=1").json()["items"][0]["id"]
    assert client.get(f"/api/v1/records/{key}").json()["id"] == key
    for missing in ("a" * 26, "x", "../etc", "%00", "~place"):
        answer = client.get(f"/api/v1/records/{missing}")
        assert answer.status_code == 404
        assert client.get(f"/hoc-lieu/{missing}").status_code == 404


def test_mistakes_are_problems_with_suggestions(client: TestClient) -> None:
    answer = client.get(
        "/api/v1/records?sujbect=toan&size=abc&sort=best&facets=grad", headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == 400
    by_param = {mistake["param"]: mistake for mistake in said["errors"]}
    assert set(by_param) == {"sujbect", "size", "sort", "facets"}
    assert "subject" in by_param["sujbect"]["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "(" * 257,
        "q=" + "a+" * 33,
        "size=101",
        "page=200&size=100",
        "facets=grade&facet_size=51",
        "page=0",
        "size=-1",
    ],
)
def test_limits_are_a_clear_400(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/v1/records?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"]
    if "facet_size" not in query:  # a page always counts all fields
        assert client.get(f"/?{query}").status_code == 400


def test_very_many_brackets_are_a_clear_400(client: TestClient) -> None:
    for path in ("/api/v1/records", "/"):
        answer = client.get(f"{path}?q={'(' * 60_000}")
        assert answer.status_code == 400
        assert client.get("/api/v1/records?q=toan").status_code == 200


def test_the_same_question_is_answered_304_while_the_index_is_unchanged(client: TestClient) -> None:
    first = client.get("/api/v1/records?q=toan")
    again = client.get("/api/v1/records?q=toan", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/records?q=van", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_headers_of_safety(client: TestClient) -> None:
    for path in ("/", "/api/v1/records", "/khong-co", "/static/kho.css", "/?x=1"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert ("access-control-allow-origin" in headers) == path.startswith("/api/")
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405


def links(page: str) -> list[str]:
    return [str(link) for link in html.fromstring(page).xpath("//a/@href | //link/@href")]


def test_every_link_of_a_page_leads_somewhere(client: TestClient) -> None:
    seen: set[str] = set()
    for start in ("/", "/?q=toan", "/?q=toan&grade=3&lang=en", "/?q=khong+co+gi+het&grade=3", "/?q=toan&accent=exact"):
        page = client.get(start)
        assert page.status_code == 200
        for link in links(page.text):
            if link.startswith("/") and link not in seen:
                seen.add(link)
                assert client.get(link).status_code == 200, link
            elif link.startswith("http"):
                assert re.match(r"https?://[a-z0-9.-]+\.example/", link)
    assert len(seen) > 40


def test_facets_of_a_page_are_those_of_the_api(client: TestClient) -> None:
    page = html.fromstring(client.get("/?q=toan&grade=3").text)
    api = client.get(f"/api/v1/records?q=toan&grade=3&facets={','.join(FACETS)}&facet_size=50").json()["facets"]
    for facet in api:
        for value in facet["values"]:
            box = page.xpath(f"//input[@name='{facet['field']}'][@value='{value['id']}']")
            assert len(box) == 1
            shown = box[0].getparent().xpath("span[@class='count']/text()")[0]
            assert shown.replace(".", "") == str(value["count"])
            assert ("checked" in box[0].attrib) == value["selected"]


def test_chips_take_a_filter_away(client: TestClient) -> None:
    page = html.fromstring(client.get("/?q=toan&grade=3&grade=4&type=bai_tap").text)
    chips = page.xpath("//ul[@class='chips']//a/@href")
    assert len(chips) == 3
    assert sum("grade=3" not in chip for chip in chips) == 1


def test_no_results_offer_a_way_on(client: TestClient) -> None:
    page = client.get("/?q=toan&province=vn-99").text
    assert "Bỏ lọc" in page
    assert client.get("/?q=khongcotunao").status_code == 200


def test_another_question_is_offered_where_it_finds_more(client: TestClient) -> None:
    page = html.fromstring(client.get("/?q=phuong+trinh+muu&grade=12&lang=en").text)
    link = page.xpath("//p[@class='meant']/a")[0]
    assert link.text == "phương trình mũ"
    assert "grade=12" in link.get("href")
    assert "lang=en" in link.get("href")
    assert "Ý bạn là" in client.get("/?q=hoahoc").text
    assert "Ý bạn là" not in client.get("/?q=toan").text
    answer = client.get("/api/v1/records?q=hoahoc&include=suggest,highlight").json()
    meant = answer["suggest"]["did_you_mean"]
    assert meant["q"] == "hóa học"
    assert client.get(meant["url"]).json()["total"]["value"] == meant["total"] > answer["total"]["value"]
    assert client.get("/api/v1/records?q=toan&include=suggest").json()["suggest"] == {"did_you_mean": None}
    assert "suggest" not in client.get("/api/v1/records?q=hoahoc").json()


def test_suggestions_lead_to_pages(client: TestClient) -> None:
    for typed, kinds in (("hoa", {"phrase", "subject", "title"}), ("đại", {"institution"}), ("to", {"phrase"})):
        said = client.get("/api/v1/suggest", params={"q": typed}).json()
        assert set(said) == {"suggestions", "took_ms"}
        found = said["suggestions"]
        assert 0 < len(found) <= 8
        assert kinds <= {each["type"] for each in found}
        for each in found:
            assert each["label"] in ("cụm từ", "môn học", "cơ quan", "học liệu")
            page = client.get(each["html"])
            assert page.status_code == 200
            assert "Không tìm thấy" not in page.text
    only = client.get("/api/v1/suggest?q=ngan&type=institution&limit=1&lang=en").json()["suggestions"]
    assert [(each["type"], each["label"], each["id"]) for each in only] == [
        ("institution", "institution", "dai-hoc-ngan-hoi")
    ]
    assert client.get("/api/v1/suggest").json()["suggestions"] == []
    assert client.get("/api/v1/suggest", params={"q": "t" * 7_000}).json()["suggestions"] == []
    wrong = client.get("/api/v1/suggest?q=a&limit=0&type=x&querry=b")
    assert wrong.status_code == 400
    assert {each["param"] for each in wrong.json()["errors"]} == {"limit", "type", "querry"}


def test_similar_resources_stand_on_the_page_and_in_the_api(client: TestClient) -> None:
    item = client.get("/api/v1/records?q=phuong+trinh+mu&size=1").json()["items"][0]
    found = client.get(f"/api/v1/records/{item['id']}/similar?limit=3&lang=en").json()["items"]
    assert len(found) == 3
    assert item["id"] not in {each["id"] for each in found}
    page = html.fromstring(client.get(item["landing"]).text)
    shown = page.xpath("//ul[@class='similar']//a/@href")
    assert "Học liệu tương tự" in page.xpath("//h2/text()")
    assert shown[:3] == [each["landing"] for each in found]
    assert all(client.get(link).status_code == 200 for link in shown)
    assert client.get(f"/api/v1/records/{'a' * 26}/similar").status_code == 404
    assert client.get(f"/api/v1/records/{item['id']}/similar?limit=x").status_code == 400


def test_pages_speak_vietnamese_first_and_english_second(client: TestClient) -> None:
    assert '<html lang="vi">' in client.get("/").text
    english = client.get("/?lang=en").text
    assert '<html lang="en">' in english
    assert "Search" in english
    # school computers are often set to English: who wants English pages asks for them
    assert '<html lang="vi">' in client.get("/", headers={"Accept-Language": "en-GB"}).text


def test_a_page_is_whole_without_script_and_accessible_in_its_bones(client: TestClient) -> None:
    for path in ("/", "/?q=toan", client.get("/api/v1/records?size=1").json()["items"][0]["landing"], "/?x=1"):
        page = html.fromstring(client.get(path).text)
        assert [each.get("src") for each in page.xpath("//script")] in ([], ["/static/suggest.js"])
        assert not page.xpath("//script/text() | //*[@style] | //*[starts-with(name(@*), 'on')]")
        assert len(page.xpath("//h1")) == 1
        assert page.xpath("//main")
        assert page.xpath("//a[@class='skip']")
        for field in page.xpath("//input[@id] | //select[@id]"):
            assert page.xpath(f"//label[@for='{field.get('id')}']")
        assert len(set(page.xpath("//@id"))) == len(page.xpath("//@id"))
    css = (ROOT / "portal" / "static" / "kho.css").read_text(encoding="utf-8")
    assert "@import" not in css
    assert "url(" not in css


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_call_fields_as_the_schema_does_and_in_its_order(client: TestClient, lang: str) -> None:
    called = [field_label(name, lang) for name in FIELDS]
    for item in client.get("/api/v1/records?size=100").json()["items"]:
        page = html.fromstring(client.get(f"{item['landing']}?lang={lang}").text)
        places = [called.index(said[0].lower() + said[1:]) for said in page.xpath("(//dl)[1]/dt/text()")]
        assert places == sorted(places)
        assert len(places) > 4
    assert len(set(called)) == len(called)


def test_a_record_shows_its_way_back(client: TestClient) -> None:
    item = client.get("/api/v1/records?source=thpt-hong-duc&size=1").json()["items"][0]
    page = client.get(item["landing"]).text
    for words in ("oai:thpthongduc.example:", "&lt;record&gt;", "oai_dc.yaml:", "có mặt", item["url"]):
        assert words in page


WORDS = (
    "alert(1)", "alert`1`", "7*7", "%3Cscript%3E", "a\x00b", "${{7*7}}", "prompt(1)", "\\u003cscript\\u003e",
)  # fmt: skip
PAYLOADS = [
    template.replace("X", words)
    for template in (
        "<script>X</script>",
        "<img src=x onerror=X>",
        '"><svg onload=X>',
        "' onmouseover='X",
        "{{X}}",
        "</title><script>X</script>",
        "<a href=javascript:X>a</a>",
        "&lt;script&gt;X&lt;/script&gt;",
        "<mark onclick=X>",
        "\u202eX",
        "<!--X-->",
        "]]>X",
    )
    for words in WORDS
]


def test_hostile_words_stay_words() -> None:
    """Each payload as title, description, and as question; a page must hold no active content."""
    engine = MemoryEngine()
    made = [document(number, words, text=words, grade=(words[:40],)) for number, words in enumerate(PAYLOADS, 1)]
    complete = []
    for each in made:
        import msgspec

        said = {
            **json.loads(each.stored), "source": "truong", "identifier": "x", "datestamp": "2026", "format": "oai_dc",
            "landing_url": "https://a.example/", "institution": {"name": each.stored.decode()[:80]}, "keyword": ["<b>"],
            "creator": [{"name": "<script>1</script>"}], "grade": ["<script>"], "language": ["\"><script>"],
        }  # fmt: skip
        complete.append(msgspec.structs.replace(each, stored=json.dumps(said).encode()))
    engine.write(complete, Place("s", 1, 1, "", ""))
    client = TestClient(application(engine, None, dict))
    paths = ["/?size=100", "/?size=100&page=2", *(f"/hoc-lieu/{each.key}" for each in complete)]
    pages = [client.get(path) for path in paths]
    pages += [client.get("/", params={"q": words}) for words in PAYLOADS]
    pages += [client.get("/", params={words[:50]: "1"}) for words in PAYLOADS]
    for page in pages:
        assert page.status_code in (200, 400)
        tree = html.fromstring(page.text)
        assert not tree.xpath(
            "//script[text() or not(@src='/static/suggest.js')] | //svg | //img | //iframe | //object"
        )
        for element in tree.iter():
            if isinstance(element.tag, str):
                assert not [name for name in element.attrib if name.startswith("on")]
                assert not element.get("href", "").lower().lstrip().startswith(("javascript:", "data:text"))


def test_an_index_that_is_not_there_is_a_503(tmp_path: Path) -> None:
    client = TestClient(application(open_engine(f"tantivy:{tmp_path}/nothing"), None, dict))
    for path in ("/", "/api/v1/records", "/api/v1/records/" + "a" * 26):
        assert client.get(path).status_code == 503


def test_words_of_a_search_are_in_no_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/api/v1/records", params={"q": "bimatriengtu"})
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not [line for line in ours if "bimatriengtu" in line]


def _raw(address: str, request: bytes) -> bytes:
    """Send bytes that no client library would send, and return the beginning of the answer."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        return connection.recv(200)


def test_kho_serve_answers_and_ends_cleanly(tmp_path: Path) -> None:
    from tests.commands.calling import kho

    town = Town()
    try:
        text = f"sources:\n  - id: a\n    name: Trường A\n    url: {town.urls['thpt-hong-duc']}\n"
        (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
        assert kho(tmp_path, "harvest").returncode == 0
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", "--port", "0"],
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
        assert address
        end = time.monotonic() + 30
        while True:
            try:
                with urlopen(f"{address[0]}api/v1/records?q=giao+an") as answer:
                    assert json.load(answer)["total"]["value"] > 0
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.05)
        assert b" 400 " in _raw(
            address[0], b"GET /api/v1/records?q=" + b"(" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        with urlopen(f"{address[0]}api/v1/records?q=giao+an") as answer:
            assert json.load(answer)["total"]["value"] > 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM, 143)
        process.stderr.close()
    finally:
        town.stop()
    assert os.path.exists(tmp_path / "data" / "kho.db")


def test_a_fault_of_kho_is_told_with_the_headers_of_every_answer() -> None:
    class Broken(MemoryEngine):
        def get(self, key: str) -> Hit | None:
            raise RuntimeError(key)

    site = TestClient(application(Broken(), None, dict), raise_server_exceptions=False)
    for path in (f"/hoc-lieu/{'a' * 26}", f"/api/v1/records/{'a' * 26}"):
        said = site.get(path)
        assert said.status_code == 500
        assert "content-security-policy" in said.headers
        assert said.headers.get("access-control-allow-origin") == ("*" if path.startswith("/api") else None)


def test_the_form_keeps_how_was_asked(client: TestClient) -> None:
    page = html.fromstring(client.get("/?q=toan&accent=exact&size=5").text)
    hidden = {each.get("name"): each.get("value") for each in page.xpath("//form//input[@type='hidden']")}
    assert hidden == {"accent": "exact", "size": "5"}
    assert not html.fromstring(client.get("/?q=toan").text).xpath("//form//input[@type='hidden']")
