"""Counts that go no further than people read them: beyond, "more than" is enough, and quick."""

MANY = 100_000


def capped(rows: str) -> str:
    """Return the SQL that counts rows and stops at the first above MANY.

    >>> capped("SELECT 1 FROM contact")
    'SELECT count(*) FROM (SELECT 1 FROM contact LIMIT 100001)'
    """
    return f"SELECT count(*) FROM ({rows} LIMIT {MANY + 1})"
