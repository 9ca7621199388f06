"""Secrets: named in sources.yaml, read when they are sent, told to the registered server and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.town import Town
from harvester.credentials import header_lines, is_own_header, is_reference, may_know
from harvester.errors import SourceError
from harvester.manners import Auth
from harvester.messages import who_must_act
from harvester.source import Federation, read_federation
from harvester.urls import place_of
from tests.commands.calling import kho
from tests.harvester.asking import ALLOWED, Server, reply, web
from tests.harvester.asking import closing as closing

SECRET = "mat-khau-rat-bi-mat-9137"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def read(tmp_path: Path, *lines: str) -> Federation:
    needed = ["- id: thu-vien", "  name: Thư viện", "  url: https://thu-vien.example/oai"]
    text = "sources:\n  " + "\n  ".join([*needed, *(f"  {line}" for line in lines)]) + "\n"
    (tmp_path / "sources.yaml").write_text(text, encoding="utf-8")
    return read_federation(tmp_path / "sources.yaml", {})


# --- sources.yaml -----------------------------------------------------------------------------------------------------


def test_H14_what_a_source_says_of_its_secrets_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'headers: {X-Api-Key: "${KHOA}", Authorization: "Bearer ${THE}"}',
        'auth: {user: "${TEN}", password: "${MK}"}',
        "proxy: http://proxy.truong.example:3128",
    )
    assert found.faults == []
    (source,) = found.sources.values()
    assert source.headers == {"X-Api-Key": "${KHOA}", "Authorization": "Bearer ${THE}"}
    assert source.auth == Auth("${TEN}", "${MK}")
    assert source.proxy == "http://proxy.truong.example:3128"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"auth: {{user: thu-vien, password: {SECRET}}}", "literal_secret"),
        (f'auth: {{user: "${{TEN}}", password: {SECRET}}}', "literal_secret"),
        (f"headers: {{X-Api-Key: {SECRET}}}", "literal_secret"),
        (f'headers: {{X-Api-Key: "{SECRET}${{KHOA}}"}}', "literal_secret"),
        (f'headers: {{X-Api-Key: "${{{SECRET}}}"}}', "literal_secret"),
        ("headers: {X-Api-Key: $KHOA}", "literal_secret"),
        ('headers: {Host: "${KHOA}"}', "wrong_header"),
        ('headers: {"X Y": "${KHOA}"}', "wrong_header"),
        ('headers: {"X:\\r\\nY": "${KHOA}"}', "wrong_header"),
        ("headers: [a]", "not_mapping"),
        ("proxy: socks5://proxy.truong.example", "wrong_url"),
        ("proxy: https://proxy.truong.example", "wrong_proxy"),
        (f"proxy: http://me:{SECRET}@proxy.truong.example", "wrong_url"),
        (f"url2: http://me:{SECRET}@thu-vien.example", "unknown_key"),
        ("tls: {verify: false}", "unsafe_tls"),
        ("tls: {verify: false, reason: vội}", "unsafe_tls"),
        ("tls: {verify: false, insecure_until: 2027-01-01}", "unsafe_tls"),
        ("tls: {verify: false, reason: vội, insecure_until: mai}", "not_day"),
        ("tls: {verify: no, reason: vội, insecure_until: 2027-01-01}", "not_boolean"),
    ],
)
def test_H12_H14_a_secret_or_an_exception_that_is_written_wrongly_is_a_mistake(
    tmp_path: Path, line: str, code: str
) -> None:
    found = read(tmp_path, line)
    assert code in [fault.code for fault in found.faults]
    assert found.sources == {}, "a source with a mistake is not asked"
    if code == "literal_secret":
        for language in ("vi", "en"):
            assert SECRET not in "".join(fault.render(language) for fault in found.faults)


def test_H14_a_roster_says_it_in_one_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,name,url,headers,auth.user,auth.password,tls.ca_file\n"
        "a,A,https://a.example/oai,X-Api-Key: ${KHOA}; X-Vai: ${VAI},${TEN},${MK},tin/ca.pem\n"
        f"b,B,https://b.example/oai,X-Api-Key: {SECRET},,,\n",
        encoding="utf-8",
    )
    (tmp_path / "sources.yaml").write_text("rosters:\n  - {file: a.csv}\n", encoding="utf-8")
    found = read_federation(tmp_path / "sources.yaml", {})
    assert found.sources["a"].headers == {"X-Api-Key": "${KHOA}", "X-Vai": "${VAI}"}
    assert found.sources["a"].tls.ca_file == str(tmp_path / "tin" / "ca.pem")
    (wrong,) = found.faults
    assert (wrong.code, wrong.line, SECRET in wrong.render()) == ("literal_secret", 3, False)


@given(st.text(max_size=30))
def test_H14_no_text_but_a_reference_is_one(text: str) -> None:
    if is_reference(text):
        assert text.endswith("}")
        assert text.split("${")[0].rstrip(" ").replace("-", "").isalnum() or text.startswith("${")


def test_H14_headers_that_frame_a_request_are_ours() -> None:
    assert all(not is_own_header(name) for name in ("Host", "content-length", "Transfer-Encoding", "a b", "", "X\n"))
    assert all(is_own_header(name) for name in ("Authorization", "X-Api-Key", "Cookie"))


# --- sending ----------------------------------------------------------------------------------------------------------


def test_H14_secrets_are_sent_as_they_stand_in_the_environment(server: Server) -> None:
    server.answers = [reply()]
    asked = web(
        environ={**ALLOWED, "KHOA": SECRET, "TEN": "thư-viện", "MK": "a:b c"},
        url=server.url,
        headers={"X-Api-Key": "Bearer ${KHOA}"},
        auth=Auth("${TEN}", "${MK}"),
    )
    asked.get(server.url, {})
    assert server.headers[0]["X-Api-Key"] == f"Bearer {SECRET}"
    assert server.headers[0]["Authorization"] == "Basic dGjGsC12aeG7h246YTpiIGM="


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "secret_missing"),
        ({"KHOA": ""}, "secret_missing"),
        ({"KHOA": f"{SECRET}\r\nX-Evil: 1"}, "secret_unusable"),
        ({"KHOA": f"{SECRET}\x00"}, "secret_unusable"),
    ],
)
def test_H14_a_secret_that_is_not_there_or_cannot_be_sent_is_the_operators(
    server: Server, environ: dict[str, str], code: str
) -> None:
    server.answers = [reply()]
    with pytest.raises(SourceError) as found:
        web(environ={**ALLOWED, **environ}, url=server.url, headers={"X-Api-Key": "${KHOA}"}).get(server.url, {})
    assert (found.value.code, who_must_act(found.value.code), server.paths) == (code, "config", [])
    assert "KHOA" in found.value.sentence()
    assert SECRET not in str(found.value) + repr(found.value.facts) + found.value.sentence()


@pytest.mark.parametrize(
    ("url", "registered", "may"),
    [
        ("https://a.example/x", "https://a.example/oai", True),
        ("https://a.example/x", "http://a.example/oai", True),
        ("http://a.example/x", "https://a.example/oai", False),
        ("https://b.example/x", "https://a.example/oai", False),
        ("https://a.example.evil.example/", "https://a.example/oai", False),
        ("https://a.example:8443/", "https://a.example/oai", False),
        ("http://a.example:8080/", "http://a.example/oai", False),
        ("https://A.EXAMPLE./", "https://a.example/oai", True),
    ],
)
def test_H6_who_may_know_a_secret(url: str, registered: str, may: bool) -> None:
    assert may_know(place_of(url), place_of(registered)) == may


def test_H14_nothing_is_sent_where_nothing_is_stated() -> None:
    assert header_lines({}, Auth(), {}) == ""


def test_H14_a_secret_stands_in_no_message_no_log_no_list_and_no_store(tmp_path: Path, town: Town) -> None:
    name = "thpt-hong-duc"
    (tmp_path / "sources.yaml").write_text(
        f"sources:\n  - id: {name}\n    name: Trường Hồng Đức\n    url: {town.urls[name]}\n"
        '    headers: {X-Api-Key: "${KHO_KHOA}"}\n    auth: {user: "${KHO_TEN}", password: "${KHO_MK}"}\n',
        encoding="utf-8",
    )
    secrets = {"KHO_KHOA": SECRET, "KHO_TEN": "ten-" + SECRET, "KHO_MK": "mk-" + SECRET}
    done = [
        kho(tmp_path, "harvest", "--no-index", **secrets),
        kho(tmp_path, "sources", "show", name, **secrets),
        kho(tmp_path, "sources", "list", "--json", **secrets),
        kho(tmp_path, "status", "--json", **secrets),
    ]
    assert [each.returncode for each in done] == [0, 0, 0, 0]
    assert json.loads(done[3].stdout)["sources"][0]["records"]["present"] == 240
    assert "${KHO_KHOA}" in done[1].stdout
    assert SECRET not in "".join(each.stdout + each.stderr for each in done)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name == "kho.db" for file in files)
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]
    missing = kho(tmp_path, "harvest", "--no-index", **{**secrets, "KHO_MK": ""})
    assert missing.returncode == 5
    assert "KHO_MK" in missing.stdout + missing.stderr
