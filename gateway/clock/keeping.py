"""What becomes known of the time is written down, and what waits keeps its length."""

import sqlite3
from functools import partial

from gateway.clock import LASTING, Clock, Line
from gateway.domain.clock import Verdict
from gateway.store import Store, audit
from gateway.store import clock as kept


def begin(store: Store, clock: Clock) -> None:
    """Find out what time it is by what the store and the machine know; write nothing."""
    clock.begin(kept.kept(store.read), kept.seen(store.read), kept.doubts(store.read))


def review(store: Store, clock: Clock, by: str = "system") -> bool:
    """Look again, and write down what changed; True if anything did."""
    with clock.lock:
        line = kept.kept(store.read)
        changed = clock.follow(line)
        if not changed:
            verdict = clock.look()
            changed = clock.is_news(verdict, line)
            if changed:
                store.write(partial(_write, clock=clock, verdict=verdict, line=line, by=by))
        if changed:
            clock.doubts = kept.doubts(store.read)
        return changed


def confirm(store: Store, clock: Clock, by: str, at: float | None = None) -> None:
    """Somebody says what time it is; None: what the machine shows is right."""
    with clock.lock:
        clock.confirm(at)
        review(store, clock, by)


def _write(
    db: sqlite3.Connection, clock: Clock, verdict: Verdict, line: Line | None, by: str
) -> None:
    was, moved = clock.now(), clock.moves(verdict)
    if not verdict.trusted:
        kept.doubt(db, verdict.time, verdict.why)
    elif clock.doubting:
        kept.settle(db, was, moved)
    elif moved:
        kept.move_on(db, clock.started, was, moved, verdict.why)
    clock.take(verdict)
    if line is not None or verdict.why in LASTING:
        kept.keep(db, clock.line())
    act = "clock.trust" if verdict.trusted else "clock.doubt"
    audit.write(db, clock.now(), by, act, "clock", {"why": verdict.why, "moved": round(moved)})
