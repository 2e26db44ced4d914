"""What the words of feedback are called on the pages."""

import sqlite3
from collections.abc import Iterable, Mapping

from gateway.web.words import N_, _

TYPES = {
    "question": N_("Question"),
    "request": N_("Request for help"),
    "suggestion": N_("Suggestion"),
    "complaint": N_("Complaint"),
    "rumour": N_("Rumour or belief"),
    "praise": N_("Thanks"),
    "situation_report": N_("Local situation"),
    "sensitive": N_("Sensitive"),
    "other": N_("Other"),
}

PRIORITIES = {
    "p1": N_("1 – life at risk"),
    "p2": N_("2 – urgent"),
    "p3": N_("3 – complaint or request"),
    "p4": N_("4 – other"),
}

CLOSINGS = {
    "replied_to_person": N_("The person got an answer"),
    "announced_to_community": N_("Announced to the community"),
    "not_possible": N_("The person cannot be told"),
    "unsafe_to_contact": N_("Telling the person would be unsafe"),
}

# What a button for a move says; the other moves have forms of their own.
MOVES = {
    "triaged": N_("Sorted"),
    "in_progress": N_("Work on it"),
    "referred": N_("Referred"),
    "answered": N_("Answered by voice"),
    "reopened": N_("Reopen"),
}

EVENTS = {
    "status": N_("Status"),
    "message": N_("The person wrote"),
    "answer": N_("We answered"),
    "note": N_("Note"),
    "code": N_("Coded"),
    "assign": N_("Given to"),
    "sensitive": N_("Sensitive"),
    "language": N_("Language"),
    "area": N_("Place"),
}

# What the gateway itself thinks of an item.
NOTES = {
    "loop": N_("A machine seems to write: it gets no answers of ours for a while."),
    "possible_opt_out": N_("The person seems to ask to leave."),
}

ROLES_AT_WORK = ("field_staff", "operator", "administrator")
READERS = (*ROLES_AT_WORK, "auditor")
WHO_SEE_NUMBERS = ("operator", "administrator")


def options(words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return words as choices of a form, in the reader's language."""
    return [(word, _(label)) for word, label in words.items()]


def book(codes: Iterable[sqlite3.Row]) -> list[tuple[str, str]]:
    """Return the codebook as choices of a form, by category."""
    return [(f"{row['category']}/{row['code']}", _called(row)) for row in codes]


def _called(code: sqlite3.Row) -> str:
    if code["code"] == "uncoded":
        return _("Not coded yet")
    return f"{code['category'].replace('_', ' ')}: {code['label']}"
