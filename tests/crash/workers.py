"""Runs a part of the crash tests in processes of its own, one for each core of the machine that tests every change."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

WORKERS = 2


def run(module: str, library: Path, *words: str) -> list[dict[str, Any]]:
    """Run a module of this folder in parts side by side and return what each found."""
    start = [sys.executable, "-m", f"tests.crash.{module}", library]
    workers = [
        subprocess.Popen([*start, "--part", f"{part}/{WORKERS}", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for part in range(WORKERS)
    ]
    return [json.loads(worker.communicate()[0]) for worker in workers]
