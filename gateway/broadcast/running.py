"""What the engine does with alerts: let them run, expand them chunk by chunk, end them."""

import sqlite3
import time
from collections.abc import Callable
from functools import partial

from gateway import routes, tell
from gateway.broadcast.approval import CHUNK, lapsed
from gateway.broadcast.counting import wording
from gateway.context import Gateway
from gateway.domain.alerts import back_to, move
from gateway.domain.cells import Cell
from gateway.store import alerts, jobs

STRIDE = 0.25  # seconds for which texts and channels are chosen at once
AIM = 0.0125  # seconds: a chunk holds what the writer does in that time, so that nobody waits long
MOST = 5000  # rows of a chunk


def advance(gw: Gateway) -> bool:
    """Move every live alert on by one chunk; return True while there is more to expand."""
    more = False
    for row in alerts.in_state(gw.store.read, "submitted", "approved", "running"):
        more = _advance(gw, row) or more
    return more


def _advance(gw: Gateway, row: sqlite3.Row) -> bool:
    now = gw.clock()
    since = row["approved_at"] if row["state"] == "approved" else row["submitted_at"]
    if row["state"] != "running" and lapsed(gw, since, now):
        gw.store.write(lambda db: _lapse(db, row["id"], now))
        return False
    if row["state"] == "submitted":
        return False
    if row["state"] == "approved":
        _put_back(gw, row)
        gw.store.write(lambda db: _run(db, row["id"], now))
        return True
    if row["expanded_to"] < row["expand_until"]:
        return _expand(gw, row, now)
    _end(gw, row, now)
    return False


def _lapse(db: sqlite3.Connection, alert: int, now: float) -> None:
    """Nobody acted in time: what was true then may not be true now, so people decide anew."""
    row = alerts.want(db, alert)
    if row["state"] in ("submitted", "approved"):
        state = back_to(move("lapse", row["state"]), bool(row["expanded_to"]))
        alerts.set_state(db, alert, state)
        alerts.decide(db, alert, "lapsed", "system", now)
        tell.alert_act(db, now, "system", "alert.lapse", alert)


def _put_back(gw: Gateway, row: sqlite3.Row) -> None:
    """Queue again what a stop took away, before the alert runs: a cut begins this anew."""

    def chunk(db: sqlite3.Connection, after: int) -> None:
        if alerts.want(db, row["id"])["state"] == "approved":
            alerts.requeue(db, row["id"], after, after + CHUNK)

    for after in range(0, row["expanded_to"], CHUNK):
        gw.store.write(partial(chunk, after=after), background=True)


def _run(db: sqlite3.Connection, alert: int, now: float) -> None:
    row = alerts.want(db, alert)
    if row["state"] == "approved":
        alerts.set_state(db, alert, move("run", row["state"]), open_from=0)
        tell.alert_act(db, now, "system", "alert.run", alert)
        if row["expanded_to"] < row["expand_until"]:
            link = {"link": f"/alerts/{alert}"}
            until = row["expand_until"]
            jobs.add(db, "alert", row["author"], now, None, until, str(alert), link)


def _expand(gw: Gateway, row: sqlite3.Row, now: float) -> bool:
    """Queue people for one stride, if a channel is there; False while there is none.

    The cursor moves in the same transaction as its chunk, so a crash repeats nothing.
    """
    words, cells = wording(gw, row["id"]), _cells(gw, row)
    if not cells:
        return False

    def chunk(db: sqlite3.Connection, rows: int) -> float | None:
        began = time.monotonic()
        fresh = alerts.want(db, row["id"])
        until = min(fresh["expanded_to"] + rows, row["expand_until"])
        if fresh["state"] != "running" or fresh["expanded_to"] >= until:
            return None
        alerts.expand(db, fresh, words, cells, until, now)
        state = "running" if until < row["expand_until"] else "done"
        jobs.follow(db, "alert", str(row["id"]), now, until, row["expand_until"], state)
        return time.monotonic() - began

    rows, end = CHUNK, time.monotonic() + STRIDE
    while (took := _written(gw, partial(chunk, rows=rows))) is not None:
        gw.wake()
        if time.monotonic() > end:
            break
        rows = _paced(rows, took)
    return True


def _written(gw: Gateway, chunk: Callable[[sqlite3.Connection], float | None]) -> float | None:
    """Write a chunk; all that its rows refer to, it reads itself."""
    return gw.store.write(chunk, background=True, trusted=True)


def _paced(rows: int, took: float) -> int:
    """Return how many rows the next chunk has, so that it takes as long as it should.

    >>> _paced(1000, 0.001), _paced(1000, 0.05), _paced(4000, 0.005)
    (2000, 250, 5000)
    """
    return int(max(CHUNK / 4, min(rows * AIM / max(took, 1e-6), 2 * rows, MOST)))


def _cells(gw: Gateway, row: sqlite3.Row) -> list[Cell]:
    """Return who goes by which channel, of those that carry the longest of the texts."""
    db = gw.store.read
    texts = alerts.texts(db, row["id"])
    parts, letters = max(t["parts"] for t in texts), max(len(t["text"]) for t in texts)
    alphabet = "ucs2" if any(t["alphabet"] == "ucs2" for t in texts) else "gsm7"
    return routes.Router.of(gw, db).cells(row["class"], parts, letters, alphabet)


def _end(gw: Gateway, row: sqlite3.Row, now: float) -> None:
    """End an alert once none of its rows waits; a look begins where the one before came to."""
    db, since = gw.store.read, row["open_from"]
    first = alerts.first_open(db, row["id"], since)
    if first is None and since:  # perhaps a receipt put back one that was over
        first = alerts.first_open(db, row["id"])
    if first is None:
        gw.store.write(lambda db: _finish(db, row["id"], now))
    elif abs(first - since) > CHUNK:
        gw.store.write(lambda db: alerts.look_from(db, row["id"], first - 1), background=True)


def _finish(db: sqlite3.Connection, alert: int, now: float) -> None:
    row = alerts.want(db, alert)
    if row["state"] == "running" and alerts.first_open(db, alert, row["open_from"]) is None:
        alerts.set_state(db, alert, move("finish", "running"), ended_at=now)
        tell.alert_act(db, now, "system", "alert.done", alert)
