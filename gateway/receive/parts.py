"""A longer text comes in parts: they wait for each other, at most a day."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.context import Channel
from gateway.domain.messages import Inbound, Part
from gateway.domain.sms import join, standing
from gateway.store import parts

PATIENCE = 86400.0  # seconds
INCOMPLETE = "incomplete"  # the flag of a text of which a part never came


def gathered(
    db: sqlite3.Connection, channel: Channel, message: Inbound, now: float
) -> list[Inbound]:
    """Return what can be read now: a message as it came, or a text whose last part this was.

    Phones number their texts from 0 to 255 and begin again. Another part under a number that
    is there begins a new text; what was there of the old one is read as it is.
    """
    part = message.part
    if part is None or part.total < 2 or not standing(part):
        return [message]
    key = parts.key(channel.id, message, part)
    there = parts.of(db, key)
    old = _old(there, message, part)
    if old is not None and not old:
        return [whole(there)] if there[0]["joined"] else []
    if old:
        parts.drop(db, key)
        there = []
    parts.add(db, key, message, part, now)
    found = [] if old is None or old[0]["joined"] else [whole(old)]
    if len(there) + 1 == part.total:
        found.append(whole(parts.of(db, key)))
        parts.joined(db, key)
    return found


def _old(
    there: Sequence[sqlite3.Row], message: Inbound, part: Part
) -> Sequence[sqlite3.Row] | None:
    """None: the part belongs to what is there. Empty: it is told again. Else: of a text before."""
    same = next((row for row in there if row["number"] == part.number), None)
    if same is None:
        return there if there and there[0]["joined"] else None
    again = same["told"] == message.reference or (
        same["text"] == message.text and not same["joined"]
    )
    return () if again else there


def whole(rows: Sequence[sqlite3.Row]) -> Inbound:
    """Put a text together from the parts that are there, with a mark where one is missing."""
    text = join((Part(r["reference"], r["total"], r["number"]), r["text"]) for r in rows)
    flags = dict.fromkeys(flag for r in rows for flag in (r["flags"] or "").split(",") if flag)
    times = [r["provider_at"] for r in rows if r["provider_at"] is not None]
    first = rows[0]
    return Inbound(
        sender=first["sender"],
        to=first["recipient"],
        text=text.text,
        reference=first["told"],
        at=datetime.fromtimestamp(min(times), UTC) if times else None,
        network=first["network"],
        flags=(*flags, *(() if text.whole else (INCOMPLETE,))),
    )
