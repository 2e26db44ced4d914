"""What was claimed and surely not sent goes back into the queue."""

import sqlite3
from collections.abc import Iterable, Sequence

from gateway.context import Gateway
from gateway.store import budgets, outbox, unbegun

UNBEGUN = "no carrier began it"


def put_back(
    gw: Gateway, ids: Sequence[int], wait: float, reason: str, batch: str | None = None
) -> None:
    """Return claimed rows that no carrier began to the queue: no attempt was made.

    With a `batch` only those that are still of it. What cannot be written, as on a full disk, is
    remembered for `bring_back`: nobody else knows that it did not go.
    """
    due = gw.clock() + wait
    try:
        gw.store.write(lambda db: _again(db, ids, due, reason, batch))
    except Exception:
        gw.astray.append((ids, batch))
        raise


def _again(
    db: sqlite3.Connection, ids: Sequence[int], due: float, reason: str, batch: str | None
) -> None:
    budgets.give_back(db, ids, batch)
    for id in ids:
        outbox.again(db, id, due, reason, free=True, batch=batch)


def bring_back(gw: Gateway) -> None:
    """Put back what could not be put back before."""
    for _ in range(len(gw.astray)):
        ids, batch = gw.astray.popleft()
        put_back(gw, ids, 0.0, UNBEGUN, batch)


def take_up(db: sqlite3.Connection, batches: Iterable[str], now: float) -> None:
    """Queue again what of batches is surely not begun; whoever has it is refused to begin it."""
    for batch, ids in unbegun.take_back(db, batches).items():
        _again(db, ids, now, UNBEGUN, batch)


def take_up_all(gw: Gateway) -> None:
    """Queue again what a run before this one had claimed and surely not begun."""
    if batches := unbegun.batches(gw.store.read):
        gw.store.write(lambda db: take_up(db, batches, gw.clock()))
