"""What people tell us: items, their history, lists and the table that leaves the machine.

Sensitive items leave the ordinary lists, search, numbers and export the moment they are marked.
"""

from gateway.store.feedback.filing import Filed, file
from gateway.store.feedback.items import (
    NotFound,
    add,
    answered_since,
    assign,
    by_id,
    by_reference,
    code,
    coded,
    event,
    events,
    fresh_reference,
    fresh_references,
    mark,
    newest_of,
    prioritise,
    waiting_since,
)
from gateway.store.feedback.lists import (
    COLUMNS,
    LAST,
    count,
    counts,
    exported,
    overdue,
    page,
    search,
)
from gateway.store.feedback.moves import PERSON, attach, close_by_person, move, walk

__all__ = [
    "COLUMNS",
    "LAST",
    "PERSON",
    "Filed",
    "NotFound",
    "add",
    "answered_since",
    "assign",
    "attach",
    "by_id",
    "by_reference",
    "close_by_person",
    "code",
    "coded",
    "count",
    "counts",
    "event",
    "events",
    "exported",
    "file",
    "fresh_reference",
    "fresh_references",
    "mark",
    "move",
    "newest_of",
    "overdue",
    "page",
    "prioritise",
    "search",
    "waiting_since",
    "walk",
]
