"""What the phone's words mean. The constants are Android's own, of its SmsManager."""

import re

from gateway.domain.messages import Status

# In webhooks: what became of a message, and the field that says when.
EVENTS = {
    "sms:sent": (Status.SENT, "payload.sentAt"),
    "sms:delivered": (Status.DELIVERED, "payload.deliveredAt"),
    "sms:failed": (Status.FAILED, "payload.failedAt"),
    "sms:cancelled": (Status.CANCELLED, "payload.cancelledAt"),
}

# When asked: the state of one recipient. The state of the message is a summary, and lossy.
STATES = {
    "Pending": Status.QUEUED,
    "Cancelling": Status.QUEUED,
    "Cancelled": Status.CANCELLED,
    "Processed": Status.QUEUED,
    "Sent": Status.SENT,
    "Delivered": Status.DELIVERED,
    "Failed": Status.FAILED,
}

TOO_LATE = "TTL"

_RETRY = {
    "later": "RESULT_ERROR_NO_SERVICE RESULT_ERROR_RADIO_OFF RESULT_RADIO_NOT_AVAILABLE "
    "RESULT_MODEM_ERROR RESULT_NETWORK_ERROR RESULT_NO_RESOURCES RESULT_SYSTEM_ERROR "
    "RESULT_INTERNAL_ERROR RESULT_RIL_MODEM_ERR RESULT_RIL_NETWORK_ERR "
    "RESULT_RIL_NETWORK_NOT_READY RESULT_RIL_SMS_SEND_FAIL_RETRY RESULT_RIL_BLOCKED_DUE_TO_CALL "
    # The phone was asked for more than it may send.
    "RESULT_ERROR_LIMIT_EXCEEDED RESULT_RIL_REQUEST_RATE_LIMITED "
    # A person must do something at the phone first.
    "RESULT_ERROR_SHORT_CODE_NOT_ALLOWED RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED "
    "RESULT_ERROR_FDN_CHECK_FAILURE RESULT_INVALID_SMSC_ADDRESS RESULT_NO_DEFAULT_SMS_APP "
    "RESULT_RIL_SIM_ABSENT NO_SIM",
    # Often no credit or no network; nobody can tell which.
    "once": "RESULT_ERROR_GENERIC_FAILURE UNKNOWN",
    "no": "RESULT_NETWORK_REJECT RESULT_RIL_NETWORK_REJECT RESULT_RIL_ACCESS_BARRED "
    "RESULT_INVALID_ARGUMENTS RESULT_INVALID_SMS_FORMAT RESULT_ENCODING_ERROR "
    "RESULT_ERROR_NULL_PDU RESULT_REQUEST_NOT_SUPPORTED RESULT_CANCELLED "
    "RESULT_UNEXPECTED_EVENT_STOP_SENDING TTL",
}
RETRY = {code: retry for retry, codes in _RETRY.items() for code in codes.split()}

_SENTENCES = {"TTL": "TTL", "No SIM": "NO_SIM", "Unknown error": "UNKNOWN"}


def code(reason: str) -> str | None:
    """Return the code in a reason, never its other words: those may hold a number or a text.

    >>> code("RESULT_ERROR_NO_SERVICE (Failed because service is currently unavailable)")
    'RESULT_ERROR_NO_SERVICE'
    >>> code("TTL expired"), code("No SIMs found"), code("Hello +15550100"), code("")
    ('TTL', 'NO_SIM', 'OTHER', None)
    """
    known = re.match(r"RESULT_[A-Z_]{1,60}", reason)
    if known:
        return known[0]
    started = (word for start, word in _SENTENCES.items() if reason.startswith(start))
    return next(started, "OTHER") if reason.strip() else None
