"""The wheel holds everything that runs, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    rooms = ("commands/", "harvester/", "mappings/", "index/", "portal/", "demo/", "cli.py")
    missing = [name for name in tracked if name.startswith(rooms) and name not in names and (ROOT / name).exists()]
    assert not missing
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/"))]


@pytest.mark.slow
def test_the_wheel_runs_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """A clean venv with our dependencies beside it; run from outside the checkout."""
    place = tmp_path / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    purelib = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(purelib)
    import sysconfig

    # The dependencies come from the environment of the tests: the machine may have no network.
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KHO_", "PYTHON"))}
    script = "import sys, cli, harvester; print(cli.__file__, harvester.__file__)"
    where = subprocess.check_output([python, "-c", script], cwd=tmp_path, env=kept, text=True)
    assert where.count(str(purelib)) == 2
    run = [python, "-c", "import sys, cli; sys.argv[0] = 'kho'; cli.main()"]
    said = subprocess.run([*run, "--help"], cwd=tmp_path, env=kept, capture_output=True, text=True, check=True)
    assert "harvest" in said.stdout
    done = subprocess.run([*run, "demo", "--once"], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Đêm 2" in done.stderr
