"""What came of many power cuts: what a store holds, beside what was promised and handed over."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.domain.messages import Class, State
from gateway.domain.receipts import BAD
from tests.soak import network, power
from tests.soak.network import Handed, handed, noted

IN = "SELECT id, reference, decision FROM inbound"
OUT = """
SELECT id, class, state, coalesce(text, '') AS text, reference, inbound, alert, address, parts,
       min(attempts, maybes + 1) AS tries
  FROM outbox
"""
ALERTS = "SELECT id, state, people FROM alert"

Rows = Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Stored:
    """What a store holds, read from a copy, so that looking changes nothing."""

    inbound: Rows
    outbox: Rows
    alerts: Rows = ()

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
            return cls(*([dict(row) for row in db.execute(sql)] for sql in (IN, OUT, ALERTS)))

    def claimed(self) -> set[int]:
        return {row["id"] for row in self.outbox if row["state"] == "claimed"}


@dataclass(slots=True)
class Noted:
    """What the world was promised, and what it got."""

    taken: set[str]
    accepted: set[str]
    handed: Sequence[Handed]
    approved: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, notes: Path) -> "Noted":
        return cls(
            {f"in {number}" for number in noted(notes, "taken")},
            {f"Order {number}" for number in noted(notes, "accepted")},
            handed(notes),
            {int(line) for line in noted(notes, "approved")},
        )


def lost_in(stored: Stored, noted: Noted) -> set[str]:
    return noted.taken - {row["reference"] for row in stored.inbound}


def lost_out(stored: Stored, noted: Noted) -> set[str]:
    """Orders that are not there, and alerts that are not on their way as they were approved."""
    runs = {row["id"] for row in stored.alerts if row["state"] in ("approved", "running", "done")}
    alerts = {f"alert {id}" for id in noted.approved - runs}
    return alerts | (noted.accepted - {_order(row) for row in stored.outbox})


def _order(row: Mapping[str, Any]) -> str:
    return " ".join(str(row["text"]).split()[:2])


def short(stored: Stored) -> set[str]:
    """Alerts that have not one row for each person they were approved for."""
    rows = Counter(row["alert"] for row in stored.outbox)
    begun = [row for row in stored.alerts if row["state"] in ("approved", "running", "done")]
    return {f"alert {row['id']}" for row in begun if rows[row["id"]] != row["people"]}


def people(stored: Stored, noted: Noted) -> int:
    """To how many people the alerts go that were approved."""
    return sum(row["people"] for row in stored.alerts if row["id"] in noted.approved)


def doubled(stored: Stored, noted: Noted) -> set[str]:
    """Ordinary messages that a provider got twice, and orders and alerts that are two messages."""
    rows = Counter(_order(row) for row in stored.outbox if row["text"].startswith("Order "))
    rows += Counter(
        f"alert {row['alert']} to {row['address']}" for row in stored.outbox if row["alert"]
    )
    times = Counter(one.id for one in noted.handed if one.class_ != Class.EMERGENCY)
    twice = {f"handed {id}" for id, count in times.items() if count > 1}
    return twice | {what for what, count in rows.items() if count > 1}


def unsaid(stored: Stored, noted: Noted) -> set[str]:
    """What is kept although its sender was not told so, and will tell it again."""
    kept = {row["reference"] for row in stored.inbound}
    kept |= {_order(row) for row in stored.outbox if row["text"].startswith("Order ")}
    return kept - noted.taken - noted.accepted


def emergencies(noted: Noted) -> Counter[int]:
    """How often a provider got each emergency."""
    return Counter(one.id for one in noted.handed if one.class_ == Class.EMERGENCY)


def unknown(stored: Stored) -> set[int]:
    """Rows of which nobody heard whether they went."""
    return {row["id"] for row in stored.outbox if row["state"] == State.UNKNOWN}


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
        tries.setdefault(one.id, set()).update(one.names)
    maybe = cut | {one.id for one in noted.handed if one.unsure}
    found = {}
    for row in stored.outbox:
        names = tries.get(row["id"], set())
        known = row["reference"] in names
        right = _right(row, names, row["id"] in maybe)
        fits = row["state"] == right or (right == State.DELIVERED and _is_modest(row))
        if not fits or (row["reference"] and not known):
            found[row["id"]] = f"{row['state']}, not {right or 'that'}"
    return found


def _right(row: Mapping[str, Any], names: set[str], may_be_unknown: bool) -> str:
    """Where a row must end; empty where nothing excuses that nobody knows.

    An emergency that went twice, of which no answer was heard, ends as its receipts tell that bear
    our own id: which is of which try, nobody need know.
    """
    told = network.echoes(row["id"]) and network.story(row["id"], row["parts"])
    if row["reference"] in names or (row["tries"] > 1 and names and told):
        return str(network.end(row["id"], row["parts"]))
    return State.UNKNOWN if may_be_unknown else ""


def _is_modest(row: Mapping[str, Any]) -> bool:
    """Whether nobody can tell which parts are of which try, and less was said than is true."""
    return bool(row["parts"] > 1 and row["tries"] > 1 and row["state"] in (State.SENT, *BAD))


def findings(stored: Stored, noted: Noted, cut: set[int]) -> dict[str, object]:
    """Return all that is wrong once everything has ended, by name."""
    often = {id: times for id, times in emergencies(noted).items() if times > 2}
    found: dict[str, object] = {
        "lost in": lost_in(stored, noted),
        "lost out": lost_out(stored, noted),
        "doubled": doubled(stored, noted),
        "emergencies": often,
        "short": short(stored),
        "unanswered": unanswered(stored),
        "astray": astray(stored, noted, cut),
    }
    return {name: what for name, what in found.items() if what}
