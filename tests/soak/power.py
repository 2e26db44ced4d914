"""A power cut: what was not synced since the last sync is undone, or a torn part of it stays."""

import struct
from dataclasses import dataclass
from pathlib import Path
from random import Random

HEAD = struct.Struct("=qqq")
SECTOR = 512
FILES = (
    *("gateway.db", "gateway.db-wal", "gateway.db-journal"),
    *("gateway.restoring", "gateway.restoring-wal", "gateway.restoring-journal"),
    *("gateway.before-restore", "key", "key.part"),
    *("copy.db", "copy.db.part", "copy.db.part-journal"),
)


@dataclass(frozen=True, slots=True)
class Disk:
    """The folder of a store, and that in which the disk notes what it may forget."""

    data: Path
    journals: Path

    def beside(self, name: str, end: str = "") -> Path:
        return self.journals / f"{name}{end}"


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut found: changes that were not synced, files whose place in the folder was not,
    sectors that stayed and sectors that went."""

    changes: int = 0
    names: int = 0
    stayed: int = 0
    went: int = 0

    @property
    def is_torn(self) -> bool:
        return self.stayed > 0 and self.went > 0


def cut(disk: Disk, chance: Random | None = None) -> Cut:
    """Take the power away: all that is unsynced goes, or by chance more or less of it stays."""
    stays = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0)) if chance else 0.0
    chance = chance or Random(0)
    found = [_cut(disk, name, stays, chance) for name in FILES]
    if chance.random() < 0.5:  # a map of memory: what is in it says nothing after a cut
        (disk.data / "gateway.db-shm").unlink(missing_ok=True)
    for left in disk.journals.iterdir():
        left.unlink()
    return Cut(
        sum(one.changes for one in found),
        sum(one.names for one in found),
        sum(one.stayed for one in found),
        sum(one.went for one in found),
    )


def _cut(disk: Disk, name: str, stays: float, chance: Random) -> Cut:
    """Decide which file is in the folder after all, and what is in it."""
    file, gone, log = disk.data / name, disk.beside(name, ".gone"), disk.beside(name)
    names = int(gone.exists()) + int(disk.beside(name, ".new").exists())
    forgets = names and chance.random() >= stays
    if forgets and gone.exists():
        file.write_bytes(gone.read_bytes())
        log = disk.beside(name, ".gone.log")
    elif forgets:
        file.unlink(missing_ok=True)
    found = _undo(file, _records(log), stays, chance)
    return Cut(found.changes, names, found.stayed, found.went)


def _records(journal: Path) -> list[tuple[int, int, bytes]]:
    raw, at = journal.read_bytes() if journal.exists() else b"", 0
    found: list[tuple[int, int, bytes]] = []
    while at < len(raw):
        offset, length, size = HEAD.unpack_from(raw, at)
        at += HEAD.size + length
        found.append((offset, size, raw[at - length : at]))
    return found


def _undo(file: Path, records: list[tuple[int, int, bytes]], stays: float, chance: Random) -> Cut:
    if not file.exists():
        return Cut(len(records))
    new = file.read_bytes()
    old = bytearray(new)
    for offset, size, before in reversed(records):
        old[len(old) :] = bytes(max(0, offset + len(before) - len(old)))
        old[offset : offset + len(before)] = before
        old[size:] = bytes(max(0, size - len(old)))
    stayed, went = _tear(old, new, stays, chance)
    if went:
        file.write_bytes(old)
    return Cut(len(records), 0, stayed, went)


def _tear(old: bytearray, new: bytes, stays: float, chance: Random) -> tuple[int, int]:
    """Put sectors that stay back among the old ones; return how many stayed and went."""
    stayed = went = 0
    for at in range(0, len(new), SECTOR):
        sector = new[at : at + SECTOR]
        if sector == old[at : at + SECTOR]:
            continue
        if chance.random() < stays:
            old[len(old) :] = bytes(max(0, at - len(old)))
            old[at : at + len(sector)] = sector
            stayed += 1
        else:
            went += 1
    return stayed, went + int(len(old) > len(new))
