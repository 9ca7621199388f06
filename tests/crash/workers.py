"""Runs a part of the crash tests in processes of its own, one for each core of the machine that tests every change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

WORKERS = 2
# Tantivy takes some megabytes for each commit and gives them back; kept by the process, and asked for in large pages,
# they cost a seventh less of all time. Where the C library is another one, this means nothing.
_TUNED = "hugetlb=1", "arena_max=1", "mmap_threshold=1073741824", "trim_threshold=1073741824", "top_pad=16777216"
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": ":".join(f"glibc.malloc.{each}" for each in _TUNED)}


def run(module: str, library: Path, *words: str) -> list[dict[str, Any]]:
    """Run a module of this folder in parts side by side and return what each found."""
    start = [sys.executable, "-m", f"tests.crash.{module}", library]
    workers = [
        subprocess.Popen(
            [*start, "--part", f"{part}/{WORKERS}", *words],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(WORKERS)
    ]
    try:
        texts = [worker.communicate()[0] for worker in workers]
    finally:  # whoever is interrupted leaves nobody behind
        for worker in workers:
            worker.terminate()
    assert [worker.returncode for worker in workers] == [0] * WORKERS, "a process was killed, or failed: see its errors"
    return [json.loads(text) for text in texts]
