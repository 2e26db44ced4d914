"""What came of messages that were handed over is written down; its class decides what is next."""

import random
import sqlite3
from collections.abc import Iterable, Sequence

from gateway import routes, tell
from gateway.context import Gateway
from gateway.domain.messages import Class, Outcome, Result, State
from gateway.domain.retry import Retry, again
from gateway.domain.storable import storable
from gateway.gate import taken
from gateway.queue import NOT_BEGUN
from gateway.send.back import take_up
from gateway.store import budgets, channels, consent, contacts, outbox, receipts

LOST = "nobody knows whether it was sent"


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
    if row["state"] != "claimed" and not _was_only_slow(row, result):
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


def _was_only_slow(row: sqlite3.Row, result: Result) -> bool:
    """Whether a carrier that was given up on says after all that a row surely did not go."""
    return bool(row["state"] == "unknown") and result.outcome in (
        Outcome.ACCOUNT,
        Outcome.THROTTLED,
        Outcome.TRANSIENT,
    )


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
    """Rows whose carrier is gone: what is noted as not begun is queued again, without a try.

    Of the rest nobody knows the fate, so their class decides.
    """
    now = gw.clock()

    def work(db: sqlite3.Connection) -> None:
        found = [row for row in (outbox.by_id(db, id) for id in ids) if row is not None]
        take_up(db, {row["batch"] for row in found if row["state"] == "claimed"}, now)
        for id in ids:
            row = outbox.by_id(db, id)
            if row is not None and row["state"] == "claimed":
                lost = Result(id, Outcome.UNKNOWN, error=reason)
                _not_sent(gw, db, row["batch"], lost, now, None)
        tell.messages_moved(gw, db, ids, now)

    if ids:
        gw.store.write(work)
