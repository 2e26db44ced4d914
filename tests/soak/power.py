"""A power cut: what was not synced since the last sync is undone, or a torn part of it stays."""

import struct
from pathlib import Path
from random import Random

HEAD = struct.Struct("=qqq")
SECTOR = 512
FILES = ("gateway.db", "gateway.db-wal")


def cut(data: Path, journals: Path, chance: Random | None = None) -> int:
    """Undo what was not synced, all of it or a random half of its sectors; return the changes."""
    changes = sum(_undo(data / name, journals / name, chance) for name in FILES)
    (data / "gateway.db-shm").unlink(missing_ok=True)
    (journals / "calls").unlink(missing_ok=True)
    return changes


def _records(journal: Path) -> list[tuple[int, int, bytes]]:
    raw, at = journal.read_bytes() if journal.exists() else b"", 0
    found: list[tuple[int, int, bytes]] = []
    while at < len(raw):
        offset, length, size = HEAD.unpack_from(raw, at)
        at += HEAD.size + length
        found.append((offset, size, raw[at - length : at]))
    return found


def _undo(file: Path, journal: Path, chance: Random | None) -> int:
    records = _records(journal)
    if not records or not file.exists():
        return 0
    new = file.read_bytes()
    old = bytearray(new)
    for offset, size, before in reversed(records):
        old[len(old) :] = bytes(max(0, offset + len(before) - len(old)))
        old[offset : offset + len(before)] = before
        old[size:] = bytes(max(0, size - len(old)))
    file.write_bytes(_torn(bytes(old), new, chance) if chance else bytes(old))
    journal.unlink()
    return len(records)


def _torn(old: bytes, new: bytes, chance: Random) -> bytes:
    """Keep a random half of the sectors that differ."""
    made = bytearray(old)
    for at in range(0, len(new), SECTOR):
        sector = new[at : at + SECTOR]
        if sector != old[at : at + SECTOR] and chance.random() < 0.5:
            made[len(made) :] = bytes(max(0, at - len(made)))
            made[at : at + len(sector)] = sector
    return bytes(made)
