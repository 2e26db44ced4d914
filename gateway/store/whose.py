"""Whose a row of the outbox is, as joins that follow `FROM address`.

An index has a row by its alert and then by its address: a large alert is written to its end, and
not to as many pages as there are people. What went to a person alone is one search; what went to
them with others is one for each alert.
"""

ALONE = "CROSS JOIN outbox ON outbox.alert IS NULL AND outbox.address = address.id"
WITH_OTHERS = """
CROSS JOIN alert INDEXED BY alert_rows ON alert.expanded_to > 0
CROSS JOIN outbox ON outbox.alert = alert.id AND outbox.address = address.id
"""
EITHER = (ALONE, WITH_OTHERS)


def ids(where: str) -> str:
    """Return SQL for the ids of rows, by a condition on `address` and `outbox`."""
    return " UNION ALL ".join(
        f"SELECT outbox.id FROM address {rows} WHERE {where}" for rows in EITHER
    )
