"""What came of many power cuts: what a store holds, beside what was promised and handed over."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.domain.messages import Class
from tests.soak import power, world

IN = "SELECT id, reference, decision FROM inbound"
OUT = "SELECT id, class, state, text, reference, inbound FROM outbox"

Rows = Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Stored:
    """What a store holds, read from a copy, so that looking changes nothing."""

    inbound: Rows
    outbox: Rows

    @classmethod
    def of(cls, data: Path, copy: Path) -> "Stored":
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in power.FILES:
            if (data / name).exists():
                shutil.copy(data / name, copy)
        with closing(sqlite3.connect(copy / "gateway.db")) as db:
            db.row_factory = sqlite3.Row
            assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            return cls(*([dict(row) for row in db.execute(sql)] for sql in (IN, OUT)))

    def claimed(self) -> set[int]:
        return {row["id"] for row in self.outbox if row["state"] == "claimed"}


@dataclass(slots=True)
class Noted:
    """What the world was promised, and what it got."""

    taken: set[str]
    accepted: set[str]
    handed: list[world.Handed]

    @classmethod
    def of(cls, notes: Path) -> "Noted":
        return cls(
            {f"in {number}" for number in world.noted(notes, "taken")},
            {f"Order {number}" for number in world.noted(notes, "accepted")},
            world.handed(notes),
        )


def lost_in(stored: Stored, noted: Noted) -> set[str]:
    return noted.taken - {row["reference"] for row in stored.inbound}


def lost_out(stored: Stored, noted: Noted) -> set[str]:
    return noted.accepted - {row["text"] for row in stored.outbox}


def doubled(stored: Stored, noted: Noted) -> set[str]:
    """Ordinary messages that a provider got twice, and orders that are two messages."""
    orders = Counter(row["text"] for row in stored.outbox if row["text"].startswith("Order "))
    times = Counter(one.id for one in noted.handed if one.class_ != Class.EMERGENCY)
    twice = {f"handed {id}" for id, count in times.items() if count > 1}
    return twice | {text for text, count in orders.items() if count > 1}


def unsaid(stored: Stored, noted: Noted) -> set[str]:
    """What is kept although its sender was not told so, and will tell it again."""
    kept = {row["reference"] for row in stored.inbound}
    kept |= {row["text"] for row in stored.outbox if row["text"].startswith("Order ")}
    return kept - noted.taken - noted.accepted


def emergencies(noted: Noted) -> Counter[int]:
    """How often a provider got each emergency."""
    return Counter(one.id for one in noted.handed if one.class_ == Class.EMERGENCY)


def unanswered(stored: Stored) -> set[str]:
    """Messages that were not decided, or not answered exactly once."""
    answers = Counter(row["inbound"] for row in stored.outbox)
    return {
        row["reference"] for row in stored.inbound if answers[row["id"]] != 1 or not row["decision"]
    }


def astray(stored: Stored, noted: Noted, cut: set[int]) -> dict[int, str]:
    """Rows that did not end where an undisturbed telling of their receipts ends.

    What no result and no receipt told of is unknown: only a row that was on its way at a cut may
    be, or one whose provider gave no word.
    """
    tries: dict[int, set[str]] = {}
    for one in noted.handed:
        tries.setdefault(one.id, set()).add(one.reference)
    maybe = cut | {one.id for one in noted.handed if one.unsure}
    found = {}
    for row in stored.outbox:
        known = row["reference"] in tries.get(row["id"], ())
        right = world.end(row["id"]) if known else "unknown" if row["id"] in maybe else ""
        if row["state"] != right or (row["reference"] and not known):
            found[row["id"]] = f"{row['state']}, not {right or 'that'}"
    return found
