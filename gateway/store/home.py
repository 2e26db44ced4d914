"""Where the gateway was served last: commands beside it give out links that lead there."""

import sqlite3

_TELL = """
INSERT INTO meta (key, value) VALUES ('home', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""


def tell(db: sqlite3.Connection, address: str) -> None:
    """Note the address, as http://127.0.0.1:8080."""
    db.execute(_TELL, (address,))


def last(db: sqlite3.Connection) -> str:
    """Return the address; empty where none was served yet."""
    row = db.execute("SELECT value FROM meta WHERE key = 'home'").fetchone()
    return str(row["value"]) if row else ""
