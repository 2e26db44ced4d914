"""What httpSMS's words mean."""

import re

from gateway.domain.messages import Status

STATUSES = {
    "message.phone.sent": Status.SENT,
    "message.phone.delivered": Status.DELIVERED,
    "message.send.failed": Status.FAILED,
    "message.send.expired": Status.EXPIRED,
}
RETRY = {
    "RADIO_OFF": "later",
    "NO_SERVICE": "later",
    "GENERIC_FAILURE": "once",  # often no credit or no network; nobody can tell which
    "UNKNOWN": "once",
    "NULL_PDU": "no",
}


def code(reason: str) -> str | None:
    """Return the code in a reason, never its other words: those may hold a number or a text.

    >>> code("GENERIC_FAILURE (31)"), code("to +15550100"), code("")
    ('GENERIC_FAILURE', 'OTHER', None)
    """
    known = re.match(r"[A-Z][A-Z_]{2,39}\b", reason)
    return known[0] if known else ("OTHER" if reason else None)
