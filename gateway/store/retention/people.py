"""People nobody has heard of for long: they are erased, and those who left stay out.

The ledger of consent keeps the keyed hash of a number, so that even an erased leaver stays one.
"""

import sqlite3

from gateway.store.retention.words import OLDEST
from gateway.store.whose import ALONE, WITH_OTHERS, ids

ROWS = 200  # messages that lose their number in one transaction

_OPEN = "(outbox.state IN ('queued', 'claimed') OR outbox.created_at >= :before)"
# Not joined, not heard, not written to, nothing open, nothing that waits.
# What went to them with others is a search for each alert, and asked last.
_IDLE = f"""
   AND max(coalesce(c.heard_at, 0), c.created_at) < :before
   AND max(coalesce(c.heard_at, 0), c.created_at) >= :oldest
   AND NOT EXISTS (SELECT 1 FROM address AS a
        WHERE a.contact = c.id AND a.consent IN ('in', 'alerts'))
   AND NOT EXISTS (SELECT 1 FROM address {ALONE} WHERE address.contact = c.id AND {_OPEN})
   AND NOT EXISTS (SELECT 1 FROM address AS a CROSS JOIN inbound AS i ON i.address = a.id
        WHERE a.contact = c.id AND i.received_at >= :before)
   AND NOT EXISTS (SELECT 1 FROM address AS a CROSS JOIN feedback AS f ON f.address = a.id
        WHERE a.contact = c.id AND (f.emptied_at IS NULL OR f.emptied_at < f.updated_at))
   AND NOT EXISTS (SELECT 1 FROM address {WITH_OTHERS} WHERE address.contact = c.id AND {_OPEN}
                      AND (alert.ended_at IS NULL OR alert.ended_at >= :before))
"""
_FIND = f"SELECT c.id FROM contact AS c WHERE c.id > :after {_IDLE} ORDER BY c.id LIMIT :limit"
_STILL = f"SELECT 1 FROM contact AS c WHERE c.id = :id {_IDLE}"
_INBOUND = """
UPDATE inbound SET address = NULL, sender = ''
 WHERE id IN (SELECT id FROM inbound WHERE address = ? LIMIT ?)
"""
_OUTBOX = f"""
UPDATE outbox SET address = NULL, recipient = '' WHERE id IN ({ids("address.id = ?1")} LIMIT ?2)
"""
_UNTIE = (
    "UPDATE feedback SET address = NULL WHERE address = ?",
    """UPDATE feedback SET session = NULL
        WHERE session IN (SELECT id FROM session WHERE address = ?)""",
    "DELETE FROM session WHERE address = ?",
    "DELETE FROM address WHERE id = ?",
)


def idle(db: sqlite3.Connection, after: int, before: float, limit: int) -> list[int]:
    """Return people above an id who have not been heard of, nor written to, since then."""
    asked = {"after": after, "before": before, "limit": limit, "oldest": OLDEST}
    return [row["id"] for row in db.execute(_FIND, asked)]


def erase(db: sqlite3.Connection, contact: int, before: float) -> bool | None:
    """Erase one person, True once nothing is left; None if they were heard of meanwhile.

    Who wrote much takes several transactions: False means once more.
    """
    asked = {"id": contact, "before": before, "oldest": OLDEST}
    if db.execute(_STILL, asked).fetchone() is None:
        return None
    numbers = db.execute("SELECT id FROM address WHERE contact = ?", (contact,)).fetchall()
    left = ROWS
    for (address,) in numbers:
        for sql in (_INBOUND, _OUTBOX):
            left -= db.execute(sql, (address, left)).rowcount
            if left <= 0:
                return False
    for (address,) in numbers:
        for sql in _UNTIE:
            db.execute(sql, (address,))
    db.execute("DELETE FROM contact WHERE id = ?", (contact,))
    return True
