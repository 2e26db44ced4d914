"""What was claimed and surely not sent goes back into the queue."""

import sqlite3
import threading
from collections.abc import Callable, Sequence

from gateway.context import Gateway
from gateway.store import budgets, outbox, unbegun

UNBEGUN = "no carrier began it"
PATIENCE = 60.0  # seconds until a writer that says nothing counts as gone


def put_back(
    gw: Gateway, ids: Sequence[int], wait: float, reason: str, batch: str | None = None
) -> None:
    """Return claimed rows that no carrier began to the queue: no attempt was made.

    With a `batch` only those that are still of it. What cannot be written, as on a full disk, is
    remembered for `bring_back`: nobody else knows that it did not go.
    """
    due = gw.clock() + wait

    def work(db: sqlite3.Connection) -> None:
        budgets.give_back(db, ids, batch)
        for id in ids:
            outbox.again(db, id, due, reason, free=True, batch=batch)

    try:
        gw.store.write(work)
    except Exception:
        gw.astray.append((ids, batch))
        raise


def bring_back(gw: Gateway) -> None:
    """Put back what could not be put back before."""
    for _ in range(len(gw.astray)):
        ids, batch = gw.astray.popleft()
        put_back(gw, ids, 0.0, UNBEGUN, batch)


def noted(gw: Gateway, batch: str, ids: Sequence[int]) -> Callable[[], None]:
    """Write down what of a batch is not begun; return what waits until that is on disk."""
    done, told = threading.Event(), list[object]()

    def tell(results: list[object]) -> None:
        told.extend(results)
        done.set()

    def wait() -> None:
        if not done.wait(PATIENCE):
            raise TimeoutError
        if isinstance(told[0], BaseException):
            raise told[0]

    gw.store.hand(unbegun.note, [(batch, ids)], tell)
    return wait


def take_up(gw: Gateway) -> None:
    """Queue again what a run before this one had claimed and surely not begun."""
    if ids := unbegun.rows(gw.store.read):
        put_back(gw, ids, 0.0, UNBEGUN)
