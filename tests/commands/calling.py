"""Calls the real command line: in a process of its own, or in this one where only its answer matters."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import unittest.mock
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHO_")}
    return {**kept, "PYTHONPATH": str(ROOT), "KHO_ALLOW_LOOPBACK": "1", "NO_COLOR": "1", **more}


def start(folder: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        cwd=folder,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kho(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    process = start(folder, *words, **more)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def inside(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Call the command line in this process: a tenth of the time, with the same answers and exit codes."""
    from click.testing import CliRunner

    import cli
    from commands._desk import report

    environ = {"KHO_LANG": None, "NO_COLOR": "1", "KHO_SOURCES": str(folder / "sources.yaml"), **more}
    result = CliRunner().invoke(cli.kho, list(words), env=environ, catch_exceptions=True)
    out, err, code = result.stdout, result.stderr, result.exit_code
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        told = io.StringIO()
        language = more.get("KHO_LANG", "vi")
        with contextlib.redirect_stderr(told), unittest.mock.patch.dict(os.environ, {"KHO_LANG": language}):
            code = report(result.exception)  # type: ignore[arg-type]  # the runner lets no other exception through
        err += told.getvalue()
    return subprocess.CompletedProcess(words, code, out, err)
