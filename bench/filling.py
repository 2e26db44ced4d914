"""A store of any size, made by SQL alone: rows first, in the order of their keys, indexes last."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.store import connect

TIME = 2 * 365 * 86400.0  # seconds over which messages came and went
ALERTS = 10  # that went to people before
WAITING = 1_000_000  # bulk messages at most that wait in the end
BUILDING = (
    "foreign_keys = OFF", "synchronous = OFF", "journal_mode = OFF", "secure_delete = OFF",
    "cache_size = -1000000", "temp_store = FILE", "threads = 2", "locking_mode = EXCLUSIVE",
)  # fmt: skip
TABLES = ("contact", "address", "member", "inbound", "outbox", "feedback", "consent")
# n goes from 1 on; what belongs to n is found by arithmetic, so that nothing is looked up.
_N = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < :rows)"
_PERSON = "((n * 7919) % :contacts) + 1"
_NUMBER = f"printf('+999%09d', {_PERSON})"
_AREAS = """
INSERT INTO area (pcode, name, parent, level)
SELECT printf('YY%05d', n), 'Area ' || n, iif(n = 1, NULL, (SELECT max(1, (n - 1) / 10))), 1 FROM t
"""
_CONTACTS = """
INSERT INTO contact (id, language, area, created_at, heard_at)
SELECT n, CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'sw' WHEN 2 THEN 'en' ELSE 'fr' END,
       (SELECT min(id) FROM area) + n % 1000, :begin, :now FROM t
"""
_ADDRESSES = """
INSERT INTO address (id, contact, kind, value, channel, consent, consent_at)
SELECT n, n, 'phone', printf('+999%09d', n), 1,
       CASE n % 10 WHEN 0 THEN 'none' WHEN 1 THEN 'out' WHEN 2 THEN 'alerts' ELSE 'in' END, :begin
  FROM t
"""
_MEMBERS = """
INSERT INTO member (groups, contact) SELECT (SELECT max(id) FROM groups), n FROM t
"""
_CONSENTS = """
INSERT INTO consent (number_key, address, state, how, at)
SELECT printf('%032x', n), n, iif(n % 10 = 1, 'out', 'in'), 'message', :begin FROM t
"""
_INBOUND = f"""
INSERT INTO inbound (id, channel, reference, address, sender, recipient, text, provider_at,
                     received_at, language, decision)
SELECT n, 1, printf('%012d', n), {_PERSON}, {_NUMBER}, '4040',
       'When will the road to the market open again? ' || n, :begin + n * :step,
       :begin + n * :step, 'en', 'feedback' FROM t
"""
# The first are those of the alerts, everybody's in turn; the last still wait.
_OUTBOX = f"""
INSERT INTO outbox (id, address, recipient, channel, class, state, due_at, text, alert_text,
                    language, source, parts, alphabet, alert, attempts, batch, reference,
                    created_at, claimed_at, sent_at, final_at)
SELECT n, person, printf('+999%09d', person), 1, CASE WHEN told THEN 0 WHEN late THEN 3 ELSE 2 END,
       CASE WHEN late THEN 'queued' WHEN n % 50 = 0 THEN 'failed' WHEN n % 500 = 1 THEN 'expired'
            WHEN n % 10 = 1 THEN 'sent' ELSE 'delivered' END,
       at, iif(told, NULL, 'Thank you. We keep your words: R-' || n || '.'), told, 'en',
       iif(told, 'alert', 'ack'), 1, 'gsm7', told, 1, printf('%08x', n / 32),
       iif(late, NULL, printf('SM%030x', n)), at, iif(late, NULL, at), iif(late, NULL, at),
       iif(late OR n % 10 = 1, NULL, at + 5)
  FROM (SELECT n, n > :rows - :waiting AS late, :begin + n * :step AS at,
               iif(n <= :people * :alerts, 1 + (n - 1) / :people, NULL) AS told,
               iif(n <= :people * :alerts, 1 + (n - 1) % :people, {_PERSON}) AS person FROM t)
"""
_ALERT = """
INSERT INTO alert (state, class, expires_at, audience, author, hash, people, expanded_to,
                   expand_until, created_at, approved_at, ended_at)
SELECT 'done', 0, :now, '{}', 'user:sita', '', :people, :people, :people, :begin,
       :begin, :now FROM t
"""
_TEXT = """
INSERT INTO alert_text (alert, language, text, parts, alphabet)
SELECT n, 'en', 'Flood warning: go to high ground now.', 1, 'gsm7' FROM t
"""
_FEEDBACK = """
INSERT INTO feedback (reference, inbound, address, channel, text, language, type, status,
                      created_at, updated_at, closed_at)
SELECT printf('Q-%09d', n), n * 10, ((n * 10 * 7919) % :contacts) + 1, 1, 'No water here. ' || n,
       'en', 'request', iif(n > :rows - 2000, 'new', 'closed'), :begin + n * 10 * :step,
       :begin + n * 10 * :step, iif(n > :rows - 2000, NULL, :now) FROM t
"""


def fill(file: Path, contacts: int, messages: int, now: float) -> None:
    """Put people and messages into a store that was just made: a quarter came in, the rest went."""
    came, went = messages // 4, messages - messages // 4
    told = {"contacts": contacts, "now": now, "begin": now - TIME, "alerts": ALERTS}
    told |= {"people": min(contacts, went // 2 // ALERTS), "waiting": min(WAITING, went // 4)}
    steps = (
        (_AREAS, 1000), (_CONTACTS, contacts), (_ADDRESSES, contacts), (_MEMBERS, contacts // 2),
        (_CONSENTS, contacts), (_ALERT, ALERTS), (_TEXT, ALERTS), (_INBOUND, came),
        (_OUTBOX, went), (_FEEDBACK, came // 10),
    )  # fmt: skip
    with closing(connect(file)) as db:
        for pragma in BUILDING:
            db.execute(f"PRAGMA {pragma}")
        indexes = _without_indexes(db)
        db.execute("BEGIN")
        db.execute("INSERT INTO groups (name) VALUES ('Everybody near the river')")
        for sql, rows in steps:
            db.execute(_N + sql, told | {"rows": rows, "step": TIME / max(1, rows)})
        db.execute("COMMIT")
        for sql in indexes:
            db.execute(sql)


def _without_indexes(db: sqlite3.Connection) -> list[str]:
    """Drop the indexes of what is filled; return how to make them again."""
    found = db.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        f" AND tbl_name IN ({', '.join('?' * len(TABLES))})",
        TABLES,
    ).fetchall()
    for row in found:
        db.execute(f"DROP INDEX {row['name']}")
    return [row["sql"] for row in found]
