"""Field staff read, sort and answer what people say.

Every act is one transaction, with a line in the item's history and one in the audit trail.
"""

from gateway.respond.acts import (
    assign,
    close,
    code,
    mark_sensitive,
    note,
    prioritise,
    reopen,
    reveal,
    set_status,
    split,
    take,
    unmark,
    view_sensitive,
)
from gateway.respond.answers import Preview, preview, reply
from gateway.respond.refusals import REASONS, Refused

__all__ = [
    "REASONS",
    "Preview",
    "Refused",
    "assign",
    "close",
    "code",
    "mark_sensitive",
    "note",
    "preview",
    "prioritise",
    "reopen",
    "reply",
    "reveal",
    "set_status",
    "split",
    "take",
    "unmark",
    "view_sensitive",
]
