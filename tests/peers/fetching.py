"""Fetching programs of others below build/: nothing is installed, and no service is started."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.surroundings.network import AS_GIVEN
from tests.surroundings.reports import cannot_run

HERE = Path(__file__).parent.parent.parent / "build" / "peers"
SYSTEM = {"libc6", "libgcc-s1", "libstdc++6"}  # every Debian has these
SLOW = 300.0  # seconds for a slow line


def debian(*packages: str) -> Path:
    """Return a folder with these Debian packages unpacked, and the libraries they name."""
    folder = HERE / packages[0]
    if not (folder / "ready").exists():
        if not shutil.which("apt-get"):
            cannot_run(packages[0], "only a Debian has this package")
        folder.mkdir(parents=True, exist_ok=True)
        _download(packages, folder)
        wanted = {name for deb in folder.glob("*.deb") for name in _libraries(deb)}
        _download(sorted(wanted - SYSTEM), folder)
        for deb in folder.glob("*.deb"):
            _run(["dpkg-deb", "--extract", deb.name, "."], folder, packages[0])
        (folder / "ready").touch()
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which what was unpacked finds its libraries."""
    places = {str(file.parent) for file in folder.rglob("*.so*")}
    return dict(os.environ) | {"LD_LIBRARY_PATH": ":".join(sorted(places))}


def npm(package: str, version: str) -> Path:
    """Return a folder with a package of npm and what it needs; no script of theirs is run."""
    folder = HERE / f"npm-{package}-{version}"
    if not (folder / "ready").exists():
        if not shutil.which("npm"):
            cannot_run(package, "no npm on PATH")
        folder.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        _run([*words, "--prefix", ".", f"{package}@{version}"], folder, package)
        (folder / "ready").touch()
    return folder


def pip(package: str, version: str) -> Path:
    """Return an environment of Python with a package of PyPI in it, apart from ours."""
    folder = HERE / f"pip-{package}-{version}"
    if not (folder / "ready").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", folder.name], folder.parent, package)
        words = ["bin/python", "-m", "pip", "install", "--quiet", f"{package}=={version}"]
        _run(words, folder, package)
        (folder / "ready").touch()
    return folder


def _download(packages: Sequence[str], folder: Path) -> None:
    """Ask apt for packages; where its lists are not there yet and may be fetched, fetch them."""
    words = ["apt-get", "download", "-qq", *packages]
    if _try(words, folder) and os.geteuid() == 0:
        _try(["apt-get", "update", "-qq"], folder)
    _run(words, folder, packages[0])


def _libraries(deb: Path) -> list[str]:
    words = ["dpkg-deb", "--field", deb.name, "Depends"]
    told = subprocess.run(words, cwd=deb.parent, capture_output=True, text=True, check=True).stdout
    return re.findall(r"(?:^|, )(lib[a-z0-9.+-]+)", told)


def _try(words: Sequence[str], folder: Path) -> str:
    """Run a fetching command with the proxies of whoever runs the tests; return what was wrong."""
    done = subprocess.run(
        words, cwd=folder, env=AS_GIVEN, capture_output=True, text=True, timeout=SLOW
    )
    return (done.stderr.strip() or f"{words[0]} failed") if done.returncode else ""


def _run(words: Sequence[str], folder: Path, part: str) -> None:
    if wrong := _try(words, folder):
        cannot_run(part, f"could not be fetched: {wrong.splitlines()[-1]}")
