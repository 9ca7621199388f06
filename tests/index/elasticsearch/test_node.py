"""Where a machine has no Java or no Maven, tests say what brings them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.index.elasticsearch import node


def test_a_java_that_is_too_old_is_named_with_what_brings_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "LEAST_JAVA", {"9": 99})
    with pytest.raises(node.NoServerError, match=r"no Java 99 or later.*apt-get install"):
        node.java_for("9.2.0")


def test_a_machine_without_maven_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(node.NoServerError, match=r"no Maven to fetch it.*apt-get install maven"):
        node.archive_of("9.2.0")
