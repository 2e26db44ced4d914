"""What the page of an alert counts: how far it is, who it would go to, who left because of it."""

import sqlite3
from collections import Counter

from gateway import broadcast
from gateway.broadcast import People
from gateway.store import alerts, figures
from gateway.store.tallies import Tally
from gateway.web.console.alert_words import how_far
from gateway.web.console.gate_words import why_not
from gateway.web.staff import gateway

DAY = 86400.0
UNDER_WAY = ("running", "done")  # nothing is to be decided about who gets it


class Counts:
    """The counts of one alert; of many people, one is None while it is made for the first time."""

    def __init__(self, row: sqlite3.Row) -> None:
        self.row = row
        self.people: Tally[People] | None = broadcast.tallied(gateway(), row) if self.open else None
        self.far: Tally[list[sqlite3.Row]] | None = self._far() if self.begun else None

    @property
    def open(self) -> bool:
        """Whether it is still to be decided who gets it."""
        return self.row["state"] not in UNDER_WAY

    @property
    def begun(self) -> bool:
        """Whether any of its messages was queued."""
        return bool(self.row["expanded_to"])

    @property
    def under_way(self) -> bool:
        """Whether something is still being counted."""
        return (self.open and not self.people) or (self.begun and not self.far)

    def states(self) -> Counter[str]:
        """Return how many messages came how far, in words."""
        return how_far(self.far.value if self.far else ())

    def refused(self) -> list[tuple[str, int]]:
        """Return why messages wait or did not go, in words, and how many."""
        return why_not(self.far.value if self.far else ())

    def left(self) -> int:
        """Return how many left within a day of an alert that is over: too many were too much."""
        since = self.row["approved_at"]
        if self.row["state"] not in ("done", "stopped") or not since:
            return 0
        return alerts.left_after(gateway().store.read, self.row["id"], since, since + DAY)

    def _far(self) -> Tally[list[sqlite3.Row]] | None:
        id = self.row["id"]
        return gateway().tallies.get(("far", id), lambda db: figures.alert(db, id))
