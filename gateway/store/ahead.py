"""What was dated by a clock that was ahead, and would wait for years now that it was set right."""

import sqlite3

_AHEAD = """
 WHERE id IN (SELECT id FROM outbox WHERE state = 'queued'
              UNION ALL SELECT id FROM outbox WHERE state = 'claimed')
   AND (created_at > :now OR claimed_at > :now OR (reason IS NOT NULL AND due_at > :later))
"""
_BRING_BACK = f"""
UPDATE outbox SET
       due_at = CASE WHEN reason IS NOT NULL THEN min(due_at, :now)
                     WHEN created_at > :now THEN :now + max(0, due_at - created_at)
                     ELSE due_at END,
       expires_at = CASE WHEN created_at > :now AND expires_at > created_at
                         THEN :now + expires_at - created_at ELSE expires_at END,
       claimed_at = min(claimed_at, :now), created_at = min(created_at, :now)
{_AHEAD}"""
LONGEST_PAUSE = 25 * 3600.0  # seconds; nothing tried waits for longer than a day


def is_ahead(db: sqlite3.Connection, now: float) -> bool:
    """Whether something waits that was dated by a clock that was ahead."""
    sql = f"SELECT EXISTS (SELECT 1 FROM outbox {_AHEAD})"
    found = db.execute(sql, {"now": now, "later": now + LONGEST_PAUSE}).fetchone()[0]
    return bool(found)


def bring_back(db: sqlite3.Connection, now: float) -> None:
    """Count what was dated by a clock that was ahead from now on: its waits keep their length."""
    db.execute(_BRING_BACK, {"now": now, "later": now + LONGEST_PAUSE})
