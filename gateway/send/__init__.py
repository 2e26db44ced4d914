"""A message goes out: claim a batch, ask the gate, hand it over, write what happened."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway import gate
from gateway.context import Channel, Gateway
from gateway.domain.histogram import count
from gateway.domain.messages import Batch, Outgoing
from gateway.domain.shares import FREE, Choice, Owed, Room
from gateway.send.back import put_back
from gateway.send.outcome import give_up_on, settle
from gateway.store import budgets, claims, fetched, unbegun
from gateway.store.claims import Claimed

__all__ = ["Claim", "give_up_on", "given_again", "prepare", "settle"]

BROKEN = 5.0  # seconds until rows are tried again that a fault of ours kept from going


@dataclass(frozen=True, slots=True)
class Claim:
    """How many rows were claimed, what each class is owed now, and the batch of those that
    passed the gate, if any."""

    claimed: int
    owed: Owed
    batch: Batch | None


def prepare(
    gw: Gateway,
    channel: Channel,
    rows: int,
    parts: float,
    room: Room = FREE,
    note: bool = False,
) -> Claim:
    """Claim the best due rows and commit the claim, then ask the gate.

    The gate reads after that commit, so that whoever left in between is not written to. With
    `note` the claim says what is not begun, but not of emergencies: one in doubt goes once more.
    """
    sure = gw.clock_trusted()

    def work(db: sqlite3.Connection) -> tuple[str, Choice, set[int]]:
        now, batch = gw.clock(), gw.recent.batch()  # here, so that claims are dated in their order
        choice = claims.claim(db, channel.id, batch, now, rows, parts, room, sure)
        if room.counted and choice.ids:
            budgets.spend(db, channel.id, choice.parts, channel.price, now)
        if note:
            unbegun.keep_ordinary(db, batch, choice.ids)
        return batch, choice, gw.recent.note(claims.said(db, choice.ids))

    batch, choice, perhaps = gw.store.write(work)
    ids = choice.ids
    try:
        found = claims.claimed(gw.store.read, ids) if ids else []
        passed = gate.let_through(gw, channel.id, found, perhaps) if found else []
        count(gw.waits, passed, gw.clock())
        ready = _batch(gw, channel, batch, passed, note) if passed else None
        return Claim(len(ids), choice.owed, ready)
    except Exception:
        put_back(gw, ids, BROKEN, "the gate broke", batch)
        raise


def given_again(gw: Gateway, channel: Channel, before: float, most: int) -> list[Outgoing]:
    """Claim what was given out before then and never taken; return what passed the gate again."""
    asked = fetched.not_taken(gw.store.read, channel.id, before, most)

    def work(db: sqlite3.Connection) -> tuple[list[int], set[int]]:
        ids = fetched.claimed_anew(db, asked, gw.clock())
        return ids, gw.recent.note(claims.said(db, ids))

    ids, perhaps = gw.store.write(work) if asked else ([], set())
    found = claims.claimed(gw.store.read, ids) if ids else []
    passed = gate.let_through(gw, channel.id, found, perhaps) if found else []
    return [_outgoing(row, _until(gw, row.expires_at)) for row in passed]


def _batch(
    gw: Gateway, channel: Channel, batch: str, passed: Sequence[Claimed], noted: bool
) -> Batch:
    return Batch(
        id=batch,
        channel=channel.name,
        provider=channel.row["provider"],
        address=channel.row["address"],
        settings=channel.sealed,
        messages=tuple(_outgoing(row, _until(gw, row.expires_at)) for row in passed),
        portion=channel.provider.can.together,
        noted=noted,
    )


def _until(gw: Gateway, expires: float | None) -> float | None:
    """Return when a message is over by the clock its carrier looks at: ours, or another machine's.

    None while nobody knows the time: a carrier ends nothing then either.
    """
    if expires is None or not gw.clock_trusted():
        return None
    return expires if gw.settings["REDIS"] else expires - gw.time.skew()


def _outgoing(row: Claimed, expires: float | None) -> Outgoing:
    return Outgoing(
        id=row.id,
        to=row.recipient,
        text=row.text,
        class_=row.class_,
        expires=expires,
        parts=row.parts,
        alphabet=row.alphabet,
    )
