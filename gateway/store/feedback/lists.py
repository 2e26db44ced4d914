"""Feedback items by the page, in numbers, and as a table that leaves the machine.

Sensitive items are in none of these unless asked for by name.
"""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

from gateway.domain.feedback import OPEN

_OPEN = ", ".join(f"'{status.value}'" for status in OPEN)
_PAGE = """
SELECT f.id, f.reference, f.text, f.language, f.type, f.status, f.priority, f.partial, f.sensitive,
       f.created_at, f.updated_at, f.due_at, f.loop_closed, a.value AS number, ar.pcode,
       ar.name AS place, c.category, c.code AS code_word, c.label AS code_label,
       u.name AS assignee_name, ch.name AS channel_name
  FROM feedback f
  JOIN channel ch ON ch.id = f.channel
  LEFT JOIN address a ON a.id = f.address
  LEFT JOIN area ar ON ar.id = f.area
  LEFT JOIN code c ON c.id = f.code
  LEFT JOIN user u ON u.id = f.assignee
 WHERE f.id < :before AND f.sensitive = :sensitive {filters}
 ORDER BY f.id DESC LIMIT :limit
"""
_FILTERS = {
    "open": f"AND f.status IN ({_OPEN})",
    "status": "AND f.status = :status",
    "type": "AND f.type = :type",
    "priority": "AND f.priority = :priority",
    "assignee": "AND f.assignee = :assignee",
    "unassigned": "AND f.assignee IS NULL",
    "language": "AND f.language = :language",
    "partial": "AND f.partial = 1",
    "overdue": "AND f.due_at < :overdue",
    "since": "AND f.created_at >= :since",
    "until": "AND f.created_at < :until",
    "text": r"AND (f.reference = upper(:text) OR f.text LIKE :like ESCAPE '\')",
}

COLUMNS = (
    "type",
    "category",
    "code",
    "feedback message",
    "reference",
    "received",
    "language",
    "pcode",
    "status",
    "partial",
)
LAST = 1 << 62


def page(
    db: sqlite3.Connection,
    filters: Mapping[str, object] | None = None,
    before: int = LAST,
    limit: int = 25,
    sensitive: bool = False,
) -> list[sqlite3.Row]:
    """Return items, newest first, from below the id `before`.

    Filters: open, status, type, priority, assignee (an id), unassigned, language, partial, overdue
    (now, in seconds), since, until, text (words in it, or its reference). Empty ones do not count.
    """
    asked = {name: value for name, value in (filters or {}).items() if value}
    sql = _PAGE.format(filters=" ".join(_FILTERS[name] for name in asked))
    bound = {"before": before, "limit": limit, "sensitive": int(sensitive), "like": ""}
    if "text" in asked:
        bound["like"] = f"%{_plain(str(asked['text']))}%"
    return db.execute(sql, asked | bound).fetchall()


def _plain(text: str) -> str:
    r"""Return a text in which % and _ stand for themselves.

    >>> _plain("50%")
    '50\\%'
    """
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def overdue(db: sqlite3.Connection, now: float, limit: int = 25) -> list[sqlite3.Row]:
    """Return items whose next step is late, newest first."""
    return page(db, {"overdue": now}, limit=limit)


def search(
    db: sqlite3.Connection, text: str, before: int = LAST, limit: int = 25
) -> list[sqlite3.Row]:
    """Return items with these words in them, or with this reference, newest first."""
    return page(db, {"text": text}, before, limit)


def counts(db: sqlite3.Connection, now: float) -> dict[str, int]:
    """Return how many items have each status, and under `overdue` how many are late."""
    sql = "SELECT status, count(*) AS items FROM feedback WHERE sensitive = 0 GROUP BY status"
    found = {row["status"]: int(row["items"]) for row in db.execute(sql)}
    late = "SELECT count(*) FROM feedback WHERE due_at < ? AND sensitive = 0"
    return {**found, "overdue": int(db.execute(late, (now,)).fetchone()[0])}


def exported(
    db: sqlite3.Connection, since: float, until: float, before: int = LAST, limit: int = 500
) -> tuple[list[tuple[str, ...]], int | None]:
    """Return rows of the table for items received in [since, until), newest first, from below
    an id, and the id to go on from. There are no numbers in it, and no sensitive items."""
    rows = page(db, {"since": since, "until": until}, before, limit)
    return [_exported(row) for row in rows], rows[-1]["id"] if rows else None


def count(db: sqlite3.Connection, since: float, until: float) -> int:
    """Return how many rows that table has."""
    sql = """SELECT count(*) FROM feedback
              WHERE sensitive = 0 AND created_at >= ? AND created_at < ?"""
    return int(db.execute(sql, (since, until)).fetchone()[0])


def _exported(row: sqlite3.Row) -> tuple[str, ...]:
    received = datetime.fromtimestamp(row["created_at"], UTC).isoformat(timespec="seconds")
    return (
        row["type"],
        row["category"] or "none",
        row["code_word"] or "uncoded",
        row["text"],
        row["reference"],
        received,
        row["language"] or "",
        row["pcode"] or "",
        row["status"],
        "yes" if row["partial"] else "no",
    )
