"""A million answers that a fuzzer thinks of, from seeds of our own making: each refused by name or accounted for.

``make fuzz`` goes on for hours. The seed is fixed and printed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing
from tests.fuzz.seeds import CORPUS, SEEDS, as_bytes

RUNS, WHOLE_SECONDS, SEED = 1_000_000, 60, 20_261_126
# Whole answers for a minute, then their small readers until a million is reached; a slow machine says how far it came.
PIECES_SECONDS = int(os.environ.get("KHO_FUZZ_SECONDS", "120"))
MAPPING_SECONDS = 30


def test_the_seeds_are_those_that_are_written_down() -> None:
    held = {file.stem: file.read_bytes() for file in CORPUS.glob("*.xml")}
    assert held == {name: as_bytes(seed) for name, seed in SEEDS.items()}


@pytest.mark.slow
def test_no_record_breaks_mapping(tmp_path: Path) -> None:
    """Records that a fuzzer makes of the golden ones, in every format: a resource or a reason, in 20 seconds each."""
    if importlib.util.find_spec("atheris") is None:
        missing("fuzzing", "make install on Linux, x86_64 (atheris)")
    command = [sys.executable, "-m", "tests.fuzz.mapping", str(tmp_path / "in"), f"-seed={SEED}"]
    done = subprocess.run(
        [*command, f"-max_total_time={MAPPING_SECONDS}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    ran, new = (re.search(words, done.stderr) for words in (r"Done ([0-9]+) runs", r"new_units_added: +([0-9]+)"))
    assert ran is not None
    assert new is not None
    print(f"seed {SEED}: {ran[1]} records mapped, {new[1]} of them reached new code")
    assert int(new[1]) > 10, "nothing reached new code: the fuzzer does not see it"


def test_the_fuzzer_of_mapping_would_notice(tmp_path: Path) -> None:
    """A mapping that raises for a record without a description is found within the seeds."""
    script = (
        "import mappings.mapping\n"
        "real = mappings.mapping.unsafe\n"
        "mappings.mapping.unsafe = lambda values: real(values | {'description': values['description']})\n"
        "from tests.fuzz import mapping\n"
        "mapping.main()\n"
    )
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "in"), "-runs=500", "-seed=1"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "KeyError" in done.stdout + done.stderr


def _fuzz(target: str, folder: Path, *options: str) -> tuple[int, int]:
    """Run the fuzzer; return executions and seconds. What it found fails the test with its input."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.reading", target, str(folder), f"-seed={SEED}", *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    ran = re.search(r"Done ([0-9]+) runs in ([0-9]+) second", done.stderr)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert ran is not None, done.stderr[-4000:]
    return int(ran[1]), int(ran[2])


@pytest.mark.slow
def test_no_answer_breaks_the_reading(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        missing("fuzzing", "make install on Linux, x86_64 (atheris)")
    whole, seconds = _fuzz("whole", tmp_path / "whole", f"-max_total_time={WHOLE_SECONDS}")
    left = max(RUNS - whole, 1)
    pieces, more = _fuzz("pieces", tmp_path / "pieces", f"-runs={left}", f"-max_total_time={PIECES_SECONDS}")
    kept = [len(list((tmp_path / name).iterdir())) for name in ("whole", "pieces")]
    print(f"seed {SEED}: {whole:,} whole answers in {seconds} s, {pieces:,} pieces in {more} s, kept {kept}")
    assert all(count > 10 for count in kept), "nothing reached new code: the fuzzer does not see it"


def test_the_fuzzer_would_notice(tmp_path: Path) -> None:
    """A reading that loses a record is found within the seeds."""
    script = (
        "import sys, harvester.page, msgspec\n"
        "real = harvester.page.read_page\n"
        "def losing(*a, **k):\n"
        "    read = real(*a, **k)\n"
        "    return msgspec.structs.replace(read, items=read.items[:-1]) if len(read.items) > 1 else read\n"
        "harvester.page.read_page = losing\n"
        "from tests.fuzz import reading\n"
        "reading.main()\n"
    )
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-c", script, "whole", str(tmp_path / "found"), "-runs=2000", "-seed=1"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "AssertionError" in done.stdout + done.stderr
