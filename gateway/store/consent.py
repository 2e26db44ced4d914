"""The consent ledger: who joined or left, how, when, and with which words.

It is kept under a keyed hash of the number, so that leaving outlives the contact.
"""

import sqlite3

from gateway.store.whose import ids

_ADD = """
INSERT INTO consent
       (number_key, address, state, topic, how, by, inbound, language, wording, proof, at)
VALUES (:number_key, :address, :state, :topic, :how, :by, :inbound, :language, :wording, :proof,
        :now)
"""
_LAST = """
SELECT id, state, at FROM consent WHERE number_key = ? AND topic IS NULL ORDER BY id DESC LIMIT 1
"""
_WITHDRAW = f"""
UPDATE outbox SET state = 'withdrawn', reason = 'left', final_at = :now
 WHERE id IN ({ids("address.id = :address AND outbox.state = 'queued'")})
RETURNING id, channel, class
"""


def last(db: sqlite3.Connection, number_key: str) -> sqlite3.Row | None:
    """The last state of a number, over all topics together."""
    row: sqlite3.Row | None = db.execute(_LAST, (number_key,)).fetchone()
    return row


def record(
    db: sqlite3.Connection,
    *,
    number_key: str,
    address: int,
    state: str,
    how: str,
    now: float,
    topic: str | None = None,
    by: str | None = None,
    inbound: int | None = None,
    language: str | None = None,
    wording: str | None = None,
    proof: str | None = None,
) -> list[sqlite3.Row]:
    """Write one entry and let it take effect; return the queued rows that it withdrew."""
    entry = {"number_key": number_key, "address": address, "state": state, "topic": topic}
    entry |= {"how": how, "by": by, "inbound": inbound, "language": language}
    db.execute(_ADD, entry | {"wording": wording, "proof": proof, "now": now})
    if topic:
        _leave_topic(db, address, topic, state)
        return []
    _apply(db, address, state, now)
    return _withdraw(db, address, now) if state == "out" else []


def _apply(db: sqlite3.Connection, address: int, state: str, now: float) -> None:
    db.execute(
        "UPDATE address SET consent = ?, consent_at = ?, paused_at = NULL WHERE id = ?",
        (state, now, address),
    )
    if state == "in":
        db.execute("DELETE FROM left_topic WHERE address = ?", (address,))


def _withdraw(db: sqlite3.Connection, address: int, now: float) -> list[sqlite3.Row]:
    return db.execute(_WITHDRAW, {"address": address, "now": now}).fetchall()


def _leave_topic(db: sqlite3.Connection, address: int, topic: str, state: str) -> None:
    sql = (
        "INSERT INTO left_topic (address, topic) VALUES (?, ?) ON CONFLICT DO NOTHING"
        if state == "out"
        else "DELETE FROM left_topic WHERE address = ? AND topic = ?"
    )
    db.execute(sql, (address, topic))


def entries(db: sqlite3.Connection, address: int) -> list[sqlite3.Row]:
    sql = "SELECT * FROM consent WHERE address = ? ORDER BY id DESC LIMIT 50"
    return db.execute(sql, (address,)).fetchall()


def leavers(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """The last entry of every number that is out now; what a restore must not undo."""
    sql = """SELECT * FROM consent AS c WHERE topic IS NULL AND state = 'out'
                AND id = (SELECT max(id) FROM consent
                           WHERE number_key = c.number_key AND topic IS NULL)"""
    return db.execute(sql).fetchall()


def _is_later(found: sqlite3.Row, leaver: sqlite3.Row) -> bool:
    return bool(found["id"] > leaver["id"] and found["at"] > leaver["at"])


def keep_out(db: sqlite3.Connection, leaver: sqlite3.Row, now: float) -> bool:
    """Put a leaver of another copy of this store out here too; False if already so.

    Only an entry that is later by its place in the ledger and by the clock, which may have been
    ahead, shows that they came back since.
    """
    found = last(db, leaver["number_key"])
    if found and (found["state"] == "out" or _is_later(found, leaver)):
        return False
    sql = "SELECT address FROM consent WHERE number_key = ? AND address IS NOT NULL LIMIT 1"
    known = db.execute(sql, (leaver["number_key"],)).fetchone()
    entry = {key: leaver[key] for key in ("number_key", "state", "topic", "language", "wording")}
    entry |= {"address": known["address"] if known else None, "how": "restore", "by": None}
    db.execute(_ADD, entry | {"inbound": None, "proof": None, "now": leaver["at"]})
    if known:
        _apply(db, known["address"], "out", leaver["at"])
        _withdraw(db, known["address"], now)
    return True
