"""The crash tests must be able to fail: deliberate mistakes are noticed by the matrix or by the loss of power.

Five are tried always and three more are drawn; the seed is the commit, so that each commit draws others and the same
commit the same. KHO_MUTATIONS=all (``make crash``) tries every one.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.crash.mutations import MUTATIONS, NAMED, OTHERS, Mutation
from tests.crash.workers import ENVIRONMENT, WORKERS

DRAWN = 3
MOST = {"matrix": 400, "power": 120}  # samples; states of the disk, spread evenly over the whole run


def seed() -> str:
    """Return the commit, or a constant where there is none."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return head.stdout.strip() or "20261128"


def chosen() -> list[Mutation]:
    if os.environ.get("KHO_MUTATIONS") == "all":
        return list(MUTATIONS.values())
    return [*NAMED, *random.Random(seed()).sample(OTHERS, DRAWN)]


def notice(library: Path, mutation: Mutation, number: str = "1") -> tuple[int, list[list[str]]]:
    """Return after how many samples the mutation was noticed, and how."""
    module = "matrix" if mutation.phases else "power"
    words = ["--count", str(MOST[module]), "--seed", number, "--stop"]
    if mutation.phases:
        words += ["--phases", json.dumps(mutation.phases), "--faults", json.dumps(mutation.faults)]
        words += ["--window", json.dumps(mutation.window)]
    if mutation.unsynced:
        words += ["--unsynced", mutation.unsynced]
    done = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{module}", library, *words],
        cwd=ROOT,
        env={**ENVIRONMENT, "KHO_MUTATION": mutation.name},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found.get("samples", found.get("states")), found["failures"]


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_every_mutation_finds_what_it_changes(mutation: Mutation) -> None:
    """Who changes one of these lines brings the mutation to its new place: what it does wrong must stay noticed."""
    if mutation.file:
        compile(mutation.text(), mutation.file, "exec")
    else:
        assert mutation.unsynced


def test_there_are_enough_mutations() -> None:
    assert len(NAMED) == 5
    assert len(MUTATIONS) == len(NAMED) + len(OTHERS) >= 15


@pytest.mark.slow
def test_deliberate_mistakes_are_noticed(library: Path) -> None:
    tried = chosen()
    print(f"seed {seed()}")
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda mutation: notice(library, mutation), tried))
    for mutation, (samples, failures) in zip(tried, found, strict=True):
        how = failures[0][1].strip().splitlines()[-1] if failures else "not noticed"
        print(f"{mutation.name}: after {samples} samples: {how[:100]}")
    assert [mutation.name for mutation, (_, failures) in zip(tried, found, strict=True) if not failures] == []
