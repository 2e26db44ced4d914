"""Why messages were held or withheld, in words, in the order staff read them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from gateway.web.words import N_, _

WHY = {
    "quiet hours": N_("Wait for the morning"),
    "quiet hours passed": N_("Emergencies that went in quiet hours"),
    "enough for a day": N_("Wait: enough for a day"),
    "enough for a week": N_("Wait: enough for a week"),
    "expired": N_("Were over before they went"),
    "left": N_("To people who have left"),
    "alert stopped": N_("Of an alert that was stopped"),
    "superseded": N_("Of an alert that a newer one replaced"),
    "not in the exercise group": N_("Of an exercise, to people not in it"),
    "seems to ask to leave": N_("To people who seem to ask to leave"),
    "said just now": N_("Said to the same number just before"),
    "enough answers": N_("Automatic answers to people who had enough for an hour"),
    "a machine": N_("Automatic answers to what seems to be a machine"),
}

# The same of one message, beside its state.
ROWS = {
    "quiet hours": N_("waits for the morning there"),
    "enough for a day": N_("waits: they had enough for a day"),
    "enough for a week": N_("waits: they had enough for a week"),
    "expired": N_("was over before it went"),
    "left": N_("they have left"),
    "alert stopped": N_("the alert was stopped"),
    "superseded": N_("a newer alert took its place"),
    "not in the exercise group": N_("they are not in the exercise"),
    "seems to ask to leave": N_("they seem to ask to leave"),
    "said just now": N_("they were told the same just before"),
}


def why_not(rows: Iterable[sqlite3.Row]) -> list[tuple[str, int]]:
    """Return why messages of an alert wait or did not go, in words, and how many of each."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row["reason"]] += row["n"]
    return [(_(label), found[reason]) for reason, label in WHY.items() if found[reason]]
