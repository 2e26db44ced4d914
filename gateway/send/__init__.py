"""A message goes out: claim a batch, ask the gate, hand it over, write what happened."""

import random
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway import gate, routes, tell
from gateway.context import Channel, Gateway
from gateway.domain.histogram import count
from gateway.domain.messages import Batch, Class, Outcome, Outgoing, Result, State
from gateway.domain.retry import Retry, again
from gateway.domain.shares import FREE, Choice, Owed, Room
from gateway.domain.storable import storable
from gateway.gate import taken
from gateway.queue import NOT_BEGUN
from gateway.send.back import put_back
from gateway.store import budgets, channels, claims, consent, contacts, fetched, outbox, receipts
from gateway.store.claims import Claimed

LOST = "nobody knows whether it was sent"
BROKEN = 5.0  # seconds until rows are tried again that a fault of ours kept from going


@dataclass(frozen=True, slots=True)
class Claim:
    """How many rows were claimed, what each class is owed now, and the batch of those that
    passed the gate, if any."""

    claimed: int
    owed: Owed
    batch: Batch | None


def prepare(gw: Gateway, channel: Channel, rows: int, parts: float, room: Room = FREE) -> Claim:
    """Claim the best due rows and commit the claim, then ask the gate.

    The gate reads after that commit, so that whoever left in between is not written to.
    """
    sure = gw.clock_trusted()

    def work(db: sqlite3.Connection) -> tuple[str, Choice, set[int]]:
        now, batch = gw.clock(), gw.recent.batch()  # here, so that claims are dated in their order
        choice = claims.claim(db, channel.id, batch, now, rows, parts, room, sure)
        if room.counted and choice.ids:
            budgets.spend(db, channel.id, choice.parts, channel.price, now)
        return batch, choice, gw.recent.note(claims.said(db, choice.ids))

    batch, choice, perhaps = gw.store.write(work)
    ids = choice.ids
    try:
        found = claims.claimed(gw.store.read, ids) if ids else []
        passed = gate.let_through(gw, channel.id, found, perhaps) if found else []
        count(gw.waits, passed, gw.clock())
        ready = _batch(gw, channel, batch, passed) if passed else None
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


def _batch(gw: Gateway, channel: Channel, batch: str, passed: Sequence[Claimed]) -> Batch:
    return Batch(
        id=batch,
        channel=channel.name,
        provider=channel.row["provider"],
        address=channel.row["address"],
        settings=channel.sealed,
        messages=tuple(_outgoing(row, _until(gw, row.expires_at)) for row in passed),
        portion=channel.provider.can.together,
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


def settle(gw: Gateway, results: Iterable[tuple[str, str, Sequence[Result]]]) -> None:
    """Write what came of batches, (channel, batch, results) each; harmless to do twice.

    Wake the engine afterwards.
    """
    now = gw.clock()
    told = [(name, batch, list(map(storable, found))) for name, batch, found in results]

    def work(db: sqlite3.Connection) -> None:
        turns = routes.Turns(gw, db)
        for name, batch, found in told:
            _settle(gw, db, name, batch, found, now, turns)
            routes.hear(gw, db, name, found, now)

    gw.store.write(work)


def _settle(
    gw: Gateway,
    db: sqlite3.Connection,
    name: str,
    batch: str,
    results: Sequence[Result],
    now: float,
    turns: routes.Turns,
) -> None:
    taken = [r for r in results if r.outcome is Outcome.ACCEPTED]
    if taken:
        gw.recent.told(batch)
    outbox.sent(db, [(r.reference, now, r.id, batch) for r in taken])
    channel = gw.channels.get(name)
    resends, sure = channel is not None and channel.resends, gw.clock_trusted()
    receipts.overtaken(db, taken, batch, now, resends, sure)
    if len(taken) < len(results):
        went = (Outcome.ACCEPTED, Outcome.UNKNOWN)
        budgets.give_back(db, [r.id for r in results if r.outcome not in went], batch)
    for result in results:
        if result.outcome is not Outcome.ACCEPTED:
            _not_sent(gw, db, batch, result, now, turns)
    tell.messages_moved(gw, db, [result.id for result in results], now)


def _not_sent(
    gw: Gateway,
    db: sqlite3.Connection,
    batch: str,
    result: Result,
    now: float,
    turns: routes.Turns | None,
) -> None:
    """Let a row wait, go elsewhere or end; without `turns` it stays where it is."""
    row = outbox.by_id(db, result.id)
    if row is None or row["batch"] != batch:
        return
    if row["state"] != "claimed":
        if result.is_refusal:
            _refused_after_all(gw, db, row, result, now)
        return
    if result.outcome is Outcome.TRANSIENT and result.error == NOT_BEGUN:
        outbox.again(db, row["id"], now, NOT_BEGUN, free=True)
        return
    verdict = _verdict(row, result, now - row["created_at"] if gw.clock_trusted() else 0.0)
    reason = result.error or verdict.reason
    if result.outcome is Outcome.LEFT:
        _left(gw, db, row, now)
    if result.outcome in (Outcome.ACCOUNT, Outcome.THROTTLED):
        until = now + (verdict.when_s or 1.0)
        channels.hold(db, row["channel"], until, reason, result.outcome.value)
    given_up = verdict.state is State.UNKNOWN
    if turns and not given_up and turns.on(row, result, reason, verdict.when_s or 0.0):
        return
    if verdict.state is State.QUEUED:
        due = _due(gw, row, now + (verdict.when_s or 0.0))
        maybe = result.outcome is Outcome.UNKNOWN
        outbox.again(db, row["id"], due, reason, free=not verdict.counts, maybe=maybe)
    elif verdict.state is State.UNKNOWN:
        outbox.unknown(db, row["id"], reason)
    else:
        outbox.end(db, row["id"], verdict.state, reason, now)


def _refused_after_all(
    gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, result: Result, now: float
) -> None:
    """Let a refusal that was overtaken by receipts count as one that they followed."""
    if result.outcome is Outcome.LEFT:
        _left(gw, db, row, now)
    outbox.refused(db, row["id"], row["batch"], result.error or result.outcome.value, now)


def _verdict(row: sqlite3.Row, result: Result, age: float) -> Retry:
    return again(
        result.outcome,
        Class(row["class"]),
        row["attempts"],
        age,
        result.wait,
        random.random(),
        row["maybes"],
        result.elsewhere,
    )


def _due(gw: Gateway, row: sqlite3.Row, at: float) -> float:
    """Return when to look at a row again: what is over before the next try ends then."""
    over = row["expires_at"]
    return at if over is None or not gw.clock_trusted() else min(at, float(over))


def _left(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """The network says this person left: write it in the ledger, and to them no more."""
    if row["address"] is None or contacts.by_address(db, row["address"]).consent == "out":
        return
    rows = consent.record(
        db,
        number_key=gw.numbers.of(row["recipient"]),
        address=row["address"],
        state="out",
        how="provider",
        now=now,
        proof=f"outbox {row['id']}",
    )
    taken.note(gw, db, rows, taken.LEFT, now)


def give_up_on(gw: Gateway, ids: Sequence[int], reason: str = LOST) -> None:
    """Rows whose carrier is gone: nobody knows their fate, so their class decides."""
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        for id in ids:
            row = outbox.by_id(db, id)
            if row is not None and row["state"] == "claimed":
                lost = Result(id, Outcome.UNKNOWN, error=reason)
                _not_sent(gw, db, row["batch"], lost, now, None)
        tell.messages_moved(gw, db, ids, now)

    if ids:
        gw.store.write(work)
