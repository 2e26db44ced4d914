"""What was taken back while it waited: counted and told as what the gate refuses itself."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence

from gateway import tell
from gateway.context import Gateway
from gateway.gate import today
from gateway.store import refused

LEFT = "left"
STOPPED = "alert stopped"


def note(
    gw: Gateway, db: sqlite3.Connection, rows: Sequence[sqlite3.Row], reason: str, now: float
) -> None:
    """Count rows that were just withdrawn, and let programs know."""
    if not rows:
        return
    counts: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    for row in rows:
        counts[row["channel"]][row["class"], reason] += 1
    for channel, told in counts.items():
        refused.count(db, today(gw, now), channel, told)
    tell.messages_moved(gw, db, [row["id"] for row in rows], now)
