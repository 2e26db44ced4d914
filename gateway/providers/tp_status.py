"""What a service centre says became of one SMS: the TP-Status of GSM 03.40, 9.2.3.15."""

from gateway.domain.messages import Status

_SAID = {
    0x00: Status.DELIVERED,
    0x01: Status.SENT,  # handed on, and the phone did not confirm
    0x02: Status.SENT,  # replaced by the service centre
    0x46: Status.EXPIRED,
    0x47: Status.CANCELLED,
    0x48: Status.CANCELLED,
}
_KINDS = {0x20: Status.SENT, 0x40: Status.FAILED, 0x60: Status.FAILED}
_CODES = 0x80  # above it all is reserved


def tp_status(code: int) -> Status:
    """Return what a TP-Status means.

    In the 20s the centre still tries; in the 40s it is final; in the 60s it gave up, and a
    later try may work. The upper half of each is the centre's own.

    >>> [tp_status(code).value for code in (0x00, 0x22, 0x30, 0x41, 0x46, 0x65, 0x10, 0xFF)]
    ['delivered', 'sent', 'sent', 'failed', 'expired', 'failed', 'unknown', 'unknown']
    """
    if code in _SAID:
        return _SAID[code]
    return _KINDS.get(code & 0x60, Status.UNKNOWN) if 0 <= code < _CODES else Status.UNKNOWN
