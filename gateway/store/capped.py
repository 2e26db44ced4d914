"""Counts that go no further than people read them: beyond, "more than" is enough, and quick."""

MANY = 100_000
SOME = 10_000  # where a page counts many things


def capped(rows: str, most: int = MANY) -> str:
    """Return the SQL that counts rows and stops at the first above `most`.

    >>> capped("SELECT 1 FROM contact")
    'SELECT count(*) FROM (SELECT 1 FROM contact LIMIT 100001)'
    """
    return f"SELECT count(*) FROM ({rows} LIMIT {most + 1})"
