"""What Twilio's words and numbers mean. List: https://www.twilio.com/docs/api/errors."""

from dataclasses import dataclass

from gateway.domain.messages import Status
from gateway.providers import Account, Busy, Elsewhere, Rejected, SendError, Stopped, Unreachable

STATUSES = {
    "accepted": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "queued": Status.QUEUED,
    "sending": Status.QUEUED,
    "sent": Status.SENT,
    "partially_delivered": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.CANCELLED,
}
TOO_LATE = "30036"  # the validity period ran out
OWN = "message"  # what our own id is called in the address that a receipt goes to


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a code means: for sending (`error`, `wait` in seconds), in a receipt (`retry`)."""

    error: type[SendError]
    retry: str = "no"
    wait: float | None = None


_CODES = {
    Verdict(Rejected): "21211 21214 21217 21401 21602 21604 21614 21617 21618 "
    "30004 30005 30006 30007 30036",
    # A region not opened, a trial account, no way from this sender, a price above the limit.
    Verdict(Elsewhere): "21408 21608 21612 30010",
    Verdict(Stopped): "21610",
    Verdict(Account): "20003 20404 21212 21603 21606 21607 21609 21703 21704 21705 "
    "30002 30018 30024 30032 30034",
    Verdict(Unreachable, "yes"): "20500 20503 30410",
    Verdict(Unreachable, "yes", 300): "30017",
    Verdict(Unreachable, "once", 3600): "30008",
    Verdict(Unreachable, "later", 3 * 3600): "30003",
    Verdict(Busy, "yes"): "20429 14107 63018",
    Verdict(Busy, "yes", 60): "21611 30001 30022",
    # A day's allowance is used up. Nobody says when their day ends: ask every hour.
    Verdict(Busy, "later", 3600): "30023 30027 63038",
}
CODES = {code: verdict for verdict, codes in _CODES.items() for code in codes.split()}
