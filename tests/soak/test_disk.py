"""The disk that forgets keeps what was synced, and nothing else is sure to stay."""

import os
import subprocess
import sys
from random import Random

import pytest

from tests.soak import power
from tests.soak.driver import CUT
from tests.soak.power import Cut, Disk

BEGIN = """
import os
os.chdir(os.environ["SOAK_DATA"])
folder = os.open(".", os.O_RDONLY)
def make(name, words=b""):
    file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    os.pwrite(file, words, 0)
    os.fsync(file)
    return file
def sure(name, words):
    file = make(name, words)
    os.fsync(folder)
    return file
"""

# what a process does, and what is left of it when nothing stays that is not synced
CASES = {
    "pwrite": ("f = sure('gateway.db', b'old'); os.pwrite(f, b'new!', 0)", b"old"),
    "write": ("f = sure('gateway.db', b'old'); os.lseek(f, 1, 0); os.write(f, b'!')", b"old"),
    "append": ("f = sure('gateway.db', b'old'); os.pwrite(f, b'more', 100)", b"old"),
    "cut": ("f = sure('gateway.db', b'old'); os.ftruncate(f, 1)", b"old"),
    "cut and written": (
        "f = sure('gateway.db', b'old'); os.ftruncate(f, 0); os.pwrite(f, b'newer', 0)",
        b"old",
    ),
    "fsync": ("f = sure('gateway.db', b'old'); os.pwrite(f, b'new', 0); os.fsync(f)", b"new"),
    "fdatasync": (
        "f = sure('gateway.db', b'old'); os.pwrite(f, b'new', 0); os.fdatasync(f)",
        b"new",
    ),
    "made": ("make('gateway.db', b'old')", None),
    "made, and the folder synced": ("sure('gateway.db', b'old')", b"old"),
    "removed": ("sure('gateway.db', b'old'); os.unlink('gateway.db')", b"old"),
    "written and removed": (
        "f = sure('gateway.db', b'old'); os.pwrite(f, b'new', 0); os.unlink('gateway.db')",
        b"old",
    ),
    "removed, and the folder synced": (
        "sure('gateway.db', b'old'); os.unlink('gateway.db'); os.fsync(folder)",
        None,
    ),
    "removed and made anew": (
        "sure('gateway.db', b'old'); os.unlink('gateway.db'); make('gateway.db', b'new')",
        b"old",
    ),
    "removed and made anew, and the folder synced": (
        "sure('gateway.db', b'old'); os.unlink('gateway.db'); sure('gateway.db', b'new')",
        b"new",
    ),
    "written beside and moved": (
        "sure('key', b'old'); f = make('key.part', b'new'); os.rename('key.part', 'key')",
        b"old",
    ),
    "written beside, moved, and the folder synced": (
        "sure('key', b'old'); make('key.part', b'new'); os.rename('key.part', 'key'); "
        "os.fsync(folder)",
        b"new",
    ),
    "moved before it was synced": (
        "f = make('key.part', b'new'); os.pwrite(f, b'torn', 0); os.rename('key.part', 'key'); "
        "os.fsync(folder)",
        b"new",
    ),
    "made and removed": ("make('gateway.db', b'old'); os.unlink('gateway.db')", None),
}


class Half(Random):
    """A chance by which every second sector stays."""

    drawn = 0

    def choice(self, seq):
        return seq[2]

    def random(self) -> float:
        self.drawn += 1
        return 0.0 if self.drawn % 2 else 1.0


@pytest.fixture
def disk(tmp_path) -> Disk:
    made = Disk((tmp_path / "data").resolve(), tmp_path / "journals")
    for folder in (made.data, made.journals):
        folder.mkdir()
    return made


def run(disk: Disk, shim, does: str) -> int:
    env = {
        "LD_PRELOAD": str(shim),
        "SOAK_DATA": str(disk.data),
        "SOAK_JOURNALS": str(disk.journals),
    }
    return subprocess.run([sys.executable, "-c", BEGIN + does], env=os.environ | env).returncode


@pytest.mark.parametrize("name", CASES)
def test_a_cut_undoes_what_was_not_synced(disk, shim, name):
    does, left = CASES[name]
    assert run(disk, shim, does) == 0
    power.cut(disk)
    file = disk.data / ("key" if "key" in does else "gateway.db")
    assert (file.read_bytes() if file.exists() else None) == left
    assert not list(disk.journals.iterdir())


def test_a_torn_write_stays_in_part(disk, shim):
    run(disk, shim, "f = sure('gateway.db', b'o' * 8192); os.pwrite(f, b'n' * 8192, 0)")
    found = power.cut(disk, chance=Half())
    words = (disk.data / "gateway.db").read_bytes()
    assert found == Cut(changes=1, names=0, stayed=8, went=8)
    assert words == (b"n" * 512 + b"o" * 512) * 8


WHOLE = """
from ctypes import CDLL
from pathlib import Path
from gateway.files import write_whole
sure("key", b"old")
CDLL(os.environ["LD_PRELOAD"]).stop_after({stop})
write_whole(Path("key"), b"new")
"""


@pytest.mark.parametrize("chance", [None, *map(Random, range(5))])
def test_a_file_is_replaced_whole_or_not_at_all(disk, shim, chance):
    left, code, stop = [], CUT, 1
    while code == CUT:
        code = run(disk, shim, WHOLE.format(stop=stop))
        power.cut(disk, chance)
        left.append((disk.data / "key").read_bytes())
        stop += 1
    assert len(left) > 5
    assert set(left) <= {b"old", b"new"}
    assert left[-1] == b"new"
