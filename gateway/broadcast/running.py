"""What the engine does with alerts: let them run, expand them chunk by chunk, end them."""

import json
import sqlite3
from functools import partial

from gateway import routes, tell
from gateway.broadcast.approval import CHUNK, lapsed
from gateway.broadcast.counting import choices
from gateway.context import Gateway
from gateway.domain.alerts import back_to, move
from gateway.domain.cells import Cell
from gateway.store import alerts, jobs

STRIDE = 20  # chunks for which the choice of texts is made at once


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
    if not alerts.unfinished(gw.store.read, row["id"]):
        gw.store.write(lambda db: _finish(db, row["id"], now))
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
        alerts.set_state(db, alert, move("run", row["state"]))
        tell.alert_act(db, now, "system", "alert.run", alert)
        if row["expanded_to"] < row["expand_until"]:
            link = {"link": f"/alerts/{alert}"}
            until = row["expand_until"]
            jobs.add(db, "alert", row["author"], now, None, until, str(alert), link)


def _expand(gw: Gateway, row: sqlite3.Row, now: float) -> bool:
    """Queue one stride of chunks, if a channel is there; False while there is none.

    The cursor moves in the same transaction as its chunk, so a crash repeats nothing.
    """
    end = min(row["expanded_to"] + STRIDE * CHUNK, row["expand_until"])
    chosen = json.dumps(choices(gw, gw.store.read, row, end))
    cells = _cells(gw, row)
    if not cells:
        return False

    def chunk(db: sqlite3.Connection) -> bool:
        fresh = alerts.want(db, row["id"])
        until = min(fresh["expanded_to"] + CHUNK, end)
        if fresh["state"] != "running" or fresh["expanded_to"] >= end:
            return False
        alerts.expand(db, fresh, chosen, cells, until, now)
        state = "running" if until < row["expand_until"] else "done"
        jobs.follow(db, "alert", str(row["id"]), now, until, row["expand_until"], state)
        return True

    while gw.store.write(chunk, background=True):
        gw.wake()
    return True


def _cells(gw: Gateway, row: sqlite3.Row) -> list[Cell]:
    """Return who goes by which channel, of those that carry the longest of the texts."""
    db = gw.store.read
    texts = alerts.texts(db, row["id"])
    parts, letters = max(t["parts"] for t in texts), max(len(t["text"]) for t in texts)
    alphabet = "ucs2" if any(t["alphabet"] == "ucs2" for t in texts) else "gsm7"
    return routes.Router.of(gw, db).cells(row["class"], parts, letters, alphabet)


def _finish(db: sqlite3.Connection, alert: int, now: float) -> None:
    row = alerts.want(db, alert)
    if row["state"] == "running" and not alerts.unfinished(db, alert):
        alerts.set_state(db, alert, move("finish", "running"), ended_at=now)
        tell.alert_act(db, now, "system", "alert.done", alert)
