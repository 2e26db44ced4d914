"""Messages on their way out: the ledger that every carrier's word is checked against."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from gateway.domain.messages import Class, State
from gateway.store.rows import Rows

_ADD = """
INSERT INTO outbox (address, recipient, channel, class, due_at, expires_at, text, language, source,
                    parts, alphabet, inbound, feedback, forced, created_at)
VALUES (:address, :recipient, :channel, :class_, :due_at, :expires_at, :text, :language, :source,
        :parts, :alphabet, :inbound, :feedback, :forced, :now)
RETURNING id
"""
_SENT = Rows(
    """
WITH told (reference, at, id, batch) AS (VALUES {rows})
UPDATE outbox SET state = CASE state WHEN 'claimed' THEN 'sent' WHEN 'unknown' THEN 'sent'
                                     ELSE state END,
       reference = coalesce(told.reference, outbox.reference), sent_at = coalesce(sent_at, told.at),
       reason = CASE WHEN state IN ('claimed', 'unknown') THEN NULL ELSE reason END
  FROM told WHERE outbox.id = told.id AND outbox.batch = told.batch
"""
)
_END = """
UPDATE outbox SET state = :state, reason = :reason, final_at = :now
 WHERE id = :id AND state IN ('queued', 'claimed', 'unknown')
"""
_AGAIN = """
UPDATE outbox SET state = 'queued', due_at = :due_at, reason = :reason, batch = NULL,
       attempts = attempts - :free, maybes = maybes + :maybe
 WHERE id = :id AND state IN ('claimed', 'unknown') AND batch IS coalesce(:batch, batch)
"""
_UNKNOWN = """
UPDATE outbox SET state = 'unknown', reason = :reason WHERE id = :id AND state = 'claimed'
"""
_REFUSED = """
UPDATE outbox SET state = 'failed', reason = :reason, final_at = :now
 WHERE id = :id AND batch = :batch AND state IN ('sent', 'withdrawn', 'expired', 'unknown')
"""
_LAPSED = """
SELECT id, batch, class, attempts, created_at, channel FROM outbox
 WHERE state = 'claimed' AND claimed_at < ? AND channel NOT IN (SELECT value FROM json_each(?))
 ORDER BY claimed_at LIMIT 1000
"""
_COUNTS = """
SELECT state, CASE WHEN state IN ('withdrawn', 'expired') THEN reason END AS reason,
       count(*) AS rows
  FROM outbox WHERE alert = ? GROUP BY 1, 2
"""
_WITHDRAW = """
UPDATE outbox SET state = 'withdrawn', reason = ?, final_at = ?
 WHERE alert = ? AND address > ? AND address <= ? AND state = 'queued'
RETURNING id, channel, class
"""
# Each class is asked for alone: the index then gives the first of it without reading the others.
_NEXT_DUE = """
SELECT min((SELECT min(due_at) FROM outbox
             WHERE channel = ? AND state = 'queued' AND class = asked.value {sure}))
  FROM json_each(?) AS asked
"""
_NEXT_DUE_SURE = _NEXT_DUE.format(sure="")
_NEXT_DUE_UNSURE = _NEXT_DUE.format(
    sure="AND (class = 0 OR reason IS NOT NULL OR due_at <= created_at + 1)"
)


def add(
    db: sqlite3.Connection,
    *,
    address: int | None,
    recipient: str,
    channel: int,
    class_: int,
    text: str,
    language: str | None,
    source: str,
    parts: int,
    alphabet: str,
    due_at: float,
    now: float,
    expires_at: float | None = None,
    inbound: int | None = None,
    feedback: int | None = None,
    forced: bool = False,
) -> int:
    """Queue one message; `source` says why it is sent, as `topic:flood/1@2` or `api`."""
    row: dict[str, Any] = {"address": address, "recipient": recipient, "channel": channel}
    row |= {"class_": class_}
    row |= {"text": text, "language": language, "source": source, "parts": parts}
    row |= {"alphabet": alphabet, "due_at": due_at, "expires_at": expires_at, "now": now}
    row |= {"inbound": inbound, "feedback": feedback, "forced": int(forced)}
    return int(db.execute(_ADD, row).fetchone()["id"])


def sent(db: sqlite3.Connection, rows: Sequence[tuple[str | None, float, int, str]]) -> None:
    """Record that the provider took these: reference, when, id and batch of each.

    A receipt that came first is not undone.
    """
    _SENT.write(db, rows)


def end(db: sqlite3.Connection, id: int, state: State, reason: str, now: float) -> None:
    db.execute(_END, {"id": id, "state": state, "reason": reason, "now": now})


def end_all(db: sqlite3.Connection, rows: Iterable[tuple[int, State, str]], now: float) -> None:
    """End rows, each in a state and for a reason."""
    told = [{"id": id, "state": state, "reason": why, "now": now} for id, state, why in rows]
    db.executemany(_END, told)


def hold_all(db: sqlite3.Connection, rows: Iterable[tuple[int, float, str]]) -> None:
    """Put claimed rows back, each until a time and for a reason; no attempt was made."""
    told = [
        {"id": id, "due_at": until, "reason": why, "free": 1, "maybe": 0, "batch": None}
        for id, until, why in rows
    ]
    db.executemany(_AGAIN, told)


def again(
    db: sqlite3.Connection,
    id: int,
    due_at: float,
    reason: str,
    free: bool = False,
    maybe: bool = False,
    batch: str | None = None,
) -> None:
    """Back into the queue for later; a `free` attempt is not counted, a `maybe` is remembered.

    With a `batch` only if that is still the one it is of.
    """
    row = {"id": id, "due_at": due_at, "reason": reason, "free": int(free), "maybe": int(maybe)}
    db.execute(_AGAIN, row | {"batch": batch})


def unknown(db: sqlite3.Connection, id: int, reason: str) -> None:
    db.execute(_UNKNOWN, {"id": id, "reason": reason})


def refused(db: sqlite3.Connection, id: int, batch: str, reason: str, now: float) -> None:
    """End a row that its provider refused, but was spoken of before it answered.

    That the person has it beats the refusal.
    """
    db.execute(_REFUSED, {"id": id, "batch": batch, "reason": reason, "now": now})


def lapsed(db: sqlite3.Connection, before: float, but: Sequence[int] = ()) -> list[sqlite3.Row]:
    """Rows claimed before then and never told of, but for some channels; the oldest 1,000."""
    return db.execute(_LAPSED, (before, str(list(but)))).fetchall()


def next_due(
    db: sqlite3.Connection,
    channel: int,
    sure: bool = True,
    classes: Iterable[Class] = tuple(Class),
) -> float | None:
    """When the next queued row of a channel is due, or None; as `claim` if the time is not sure."""
    sql = _NEXT_DUE_SURE if sure else _NEXT_DUE_UNSURE
    found: float | None = db.execute(sql, (channel, str(list(map(int, classes))))).fetchone()[0]
    return found


def is_empty(db: sqlite3.Connection) -> bool:
    return not db.execute("SELECT EXISTS (SELECT 1 FROM outbox)").fetchone()[0]


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM outbox WHERE id = ?", (id,)).fetchone()
    return row


def claimed_before(db: sqlite3.Connection, elsewhere: Sequence[int]) -> list[int]:
    """Ids of rows claimed by a run before this one, but for channels whose rows others hold."""
    sql = """SELECT id FROM outbox WHERE state = 'claimed'
                AND channel NOT IN (SELECT value FROM json_each(?))"""
    return [row["id"] for row in db.execute(sql, (str(list(elsewhere)),))]


def alert_counts(db: sqlite3.Connection, alert: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many rows of an alert are in each state, and why those ended that did not go.

    A claimed row counts as queued.
    """
    counts = dict.fromkeys([s.value for s in State if s != State.CLAIMED], 0)
    why: dict[str, int] = {}
    for row in db.execute(_COUNTS, (alert,)):
        state = "queued" if row["state"] == "claimed" else row["state"]
        counts[state] += row["rows"]
        if row["reason"] is not None:
            why[row["reason"]] = why.get(row["reason"], 0) + row["rows"]
    return counts, why


def withdraw_alert(
    db: sqlite3.Connection, alert: int, after: int, until: int, reason: str, now: float
) -> list[sqlite3.Row]:
    """Take back the rows of an alert that no lane has claimed, for addresses in a range."""
    return db.execute(_WITHDRAW, (reason, now, alert, after, until)).fetchall()


def withdraw_all(db: sqlite3.Connection, reason: str, now: float) -> int:
    """Take back everything that waits or is on its way."""
    sql = """UPDATE outbox SET state = 'withdrawn', reason = ?, final_at = ?
              WHERE id IN (SELECT id FROM outbox WHERE state = 'queued'
                           UNION ALL SELECT id FROM outbox WHERE state = 'claimed'
                           UNION ALL SELECT id FROM outbox WHERE state = 'unknown')"""
    return db.execute(sql, (reason, now)).rowcount
