"""What the crash tests share: the compiled shim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing
from tests.crash.shim import build, compiler


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shim that stands between a process and its files."""
    if compiler() is None:
        missing("crash tests", "apt-get install gcc libc6-dev")
    built = build(tmp_path_factory.mktemp("shim"))
    tried = subprocess.run(
        [sys.executable, "-m", "tests.crash.shim", built], cwd=ROOT, capture_output=True, check=False
    )
    if tried.returncode:
        missing("crash tests", "a machine with Linux that lets a process filter its own system calls (seccomp)")
    return built
