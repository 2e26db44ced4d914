"""What the words of alerts are called on the pages, and who may do what to one."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping

from gateway.domain.alerts import Refused
from gateway.language import table
from gateway.web.words import N_, STATES, _, reached

WRITERS = ("operator", "administrator")
APPROVERS = ("approver", "administrator")
STOPPERS = ("operator", "approver", "administrator")
READERS = ("operator", "approver", "administrator", "auditor")

CLASSES = {
    "emergency": N_("Emergency: lives are at risk now"),
    "high": N_("High: act soon"),
    "normal": N_("Normal"),
    "bulk": N_("Bulk: whenever there is room"),
}

FIVE_PARTS = {
    "source": N_("who is speaking"),
    "hazard": N_("what the danger is"),
    "location": N_("where"),
    "guidance": N_("what to do"),
    "time": N_("until when"),
}

WARNINGS = {
    "nobody": N_("Nobody would get this now: no one in this audience has joined."),
    "channel": N_("No channel can carry it now. Turn one on first."),
    "late": N_(
        "It ends before the last person would get it. Fewer parts, fewer people or a later end."
    ),
    "credit": N_(
        "The credit of a channel does not pay for all of it: the rest waits until it is topped up."
    ),
    "again": N_("The same words for the same people wait or went out within the last hour."),
    "parts": N_("The text in %(language)s is longer than is usual for its class."),
}

DECISIONS = {
    "submitted": N_("Submitted"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "void": N_("Changed: what was approved or submitted before is void"),
    "lapsed": N_("Lapsed: nobody acted in time"),
    "stopped": N_("Stopped"),
    "resumed": N_("Submitted again after the stop"),
}


def why(error: Refused) -> str:
    """Return why something was refused, in the reader's language."""
    return _(error.sentence, **error.values)


def called(tag: str) -> str:
    """Return what a language calls itself, or its tag where nobody knows."""
    known = table().languages
    return known[tag].endonym if tag in known else tag


def warning(word: str) -> str:
    """Return a warning of a preview in words; `parts:ne` is about one language."""
    kind, _colon, tag = word.partition(":")
    return _(WARNINGS[kind], language=called(tag)) if tag else _(WARNINGS[kind])


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return words as choices of a form, in the reader's language."""
    return [(word, _(label)) for word, label in words.items()]


def how_far(rows: Iterable[sqlite3.Row]) -> Counter[str]:
    """Return how many messages came how far, in words; what is just going out is waiting."""
    found: Counter[str] = Counter()
    for row in rows:
        word = reached(row["state"], row["network_at"], row["channel"])
        found["queued" if word == "claimed" else word] += row["n"]
    return Counter({word: found[word] for word in STATES if found[word]})
