"""Writing the table into the manual, with where, when and how it was measured."""

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.writing import sync

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def write(table: str, arguments: list[str], disk: Path) -> None:
    """Put the table between the markers of docs/performance.md."""
    asked = f' ARGS="{" ".join(arguments)}"' if arguments else ""
    command = f"`make bench{asked}`" + (" (few, small rounds)" if asked else "")
    put("measured", f"{heading(command, disk)}\n\n{table}")


def put(mark: str, words: str) -> None:
    """Put words between the markers of that name in docs/performance.md."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(between(page, words, mark), encoding="utf-8")


def between(page: str, words: str, mark: str = "measured") -> str:
    """Return a page with other words between its markers.

    >>> between("a <!-- m: begin --> old <!-- m: end --> z", "new", "m").splitlines()
    ['a <!-- m: begin -->', 'new', '<!-- m: end --> z']
    """
    first, last = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    before, begin, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise ValueError("the page has lost its markers")
    return f"{before}{first}\n{words}\n{last}{after}"


def heading(command: str, disk: Path) -> str:
    """Say where, when and how it was measured."""
    facts = {
        "Machine": f"{_processor()}, {os.cpu_count()} cores, {_memory()} GB, {_system()}",
        "Disk": f"one sync takes {sync(disk) * 1000:.2f} ms",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "Commit": _commit(),
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Command": command,
    }
    return "\n".join(f"* {name}: {fact}" for name, fact in facts.items())


def _processor() -> str:
    """Return the name of the processor where the system tells it."""
    told = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", told.read_text()) if told.exists() else []
    return names[0] if names else platform.machine()


def _system() -> str:
    return f"{platform.system()} {platform.release().partition('-')[0]}"


def _memory() -> str:
    return f"{psutil.virtual_memory().total / 1e9:.0f}"


def _commit() -> str:
    """Return the commit, and whether files differ from it."""
    command = ["git", "describe", "--always", "--dirty=, with changes", "--match", "none"]
    try:
        told = subprocess.run(command, cwd=PAGE.parent, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return "not under git"
    return told.stdout.strip()
