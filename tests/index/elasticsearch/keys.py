"""Keys of a real server: what the small distribution lacks to keep them is compiled and put beside it."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.index.elasticsearch.node import Node, NoServerError

SOURCE = Path(__file__).with_name("KeysPlugin.java")


def install(node: Node) -> None:
    """Give a server that has not started a home of its own in which it can keep keys; raises NoServerError."""
    compiler = node.java / "bin" / "javac"
    if not compiler.exists():
        raise NoServerError(f"keys of Elasticsearch ({node.java} has no compiler)", "apt-get install temurin-25-jdk")
    home, classes = node.folder / "home", node.folder / "classes"
    shutil.copytree(node.home, home)
    node.home = home
    command = [compiler, "--release", "21", "-classpath", f"{home}/lib/*", "-d", classes, SOURCE]
    subprocess.run(command, check=True, capture_output=True)
    plugin = home / "plugins" / "kho-keys"
    plugin.mkdir()
    with zipfile.ZipFile(plugin / "kho-keys.jar", "w") as jar:
        for path in classes.rglob("*.class"):
            jar.write(path, path.relative_to(classes))
    described = {
        "name": "kho-keys",
        "description": "analysis of the index of keys",
        "version": "1",
        "classname": "kho.KeysPlugin",
        "java.version": "21",
        "elasticsearch.version": node.version,
    }
    (plugin / "plugin-descriptor.properties").write_text("".join(f"{k}={v}\n" for k, v in described.items()))


def create(node: Node, name: str, cluster: Sequence[str], privileges: Sequence[str]) -> dict[str, Any]:
    """Let the administrator make a key that may do so much on Kho's indexes; its ``encoded`` is what is configured."""
    indices = [{"names": ["kho", "kho-*"], "privileges": list(privileges)}]
    role = {"cluster": list(cluster), "indices": indices}
    made: dict[str, Any] = node.ask("POST", "/_security/api_key", {"name": name, "role_descriptors": {name: role}})
    return made


def withdraw(node: Node, key: dict[str, Any]) -> None:
    """Let the administrator take a key back."""
    said = node.ask("DELETE", "/_security/api_key", {"ids": [key["id"]]})
    assert said["invalidated_api_keys"] == [key["id"]]
