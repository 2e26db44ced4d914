"""What Vonage's words and numbers mean. List: https://developer.vonage.com/en/messaging/sms."""

from gateway.domain.messages import Status
from gateway.providers import Account, Busy, Elsewhere, Rejected, SendError, Stopped, Unreachable

STATUSES = {
    "accepted": Status.SENT,
    "buffered": Status.SENT,
    "delivered": Status.DELIVERED,
    "expired": Status.EXPIRED,
    "failed": Status.FAILED,
    "rejected": Status.REJECTED,
    "unknown": Status.UNKNOWN,
    "deleted": Status.CANCELLED,
}
ENDED_BADLY = (Status.EXPIRED, Status.FAILED, Status.REJECTED)
# Of the network's errors these pass: absent, busy, unreachable, their network, their queue.
WORTH_LATER = frozenset("1 2 7 8 16 99".split())

TAKEN = "0"
_CODES: dict[type[SendError], str] = {
    Busy: "1 10",
    Unreachable: "5",
    Rejected: "2 3 6 12 22 33",
    # A sender's name (15) or a number from a trial (29) may be refused for one country only,
    # so the channel goes on.
    Elsewhere: "15 29",
    Stopped: "7",
    Account: "4 8 9 11 14 23 32",
}
CODES = {code: error for error, codes in _CODES.items() for code in codes.split()}
