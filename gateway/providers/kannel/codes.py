"""What Kannel's numbers and sentences mean. Guide: https://www.kannel.org/userguide.shtml."""

import re

from gateway.domain.messages import Status

# Bits of dlr-mask, and what %d then says.
STATUSES = {
    "1": Status.DELIVERED,  # to the phone
    "2": Status.FAILED,
    "4": Status.SENT,  # waiting at the network
    "8": Status.SENT,  # taken by the network
    "16": Status.REJECTED,  # by the network
    "32": Status.SENT,  # on its way
}

CONFIRMED = 1  # the bit that asks for what a phone confirms

# A failure in the network's own words (SMPP 3.4, appendix B), which say more than "2".
FINER = {
    "EXPIRED": Status.EXPIRED,
    "DELETED": Status.CANCELLED,
    "REJECTD": Status.REJECTED,
    "UNKNOWN": Status.UNKNOWN,
}

# What %C says of a message's text.
CHARSETS = {
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
}
# Where %C names no charset, %c decides: seven bits (handed over in UTF-8), eight, or UCS-2.
CODINGS = {"": "utf-8", "0": "utf-8", "1": "latin-1", "2": "utf-16-be"}
UNSAID = ("", "gsm", "8-bit", "binary")

_NACK = re.compile(r"NACK/(\w{1,20})")
_STAT = re.compile(r"\bstat:(\w{1,7})\b", re.IGNORECASE)
_ERR = re.compile(r"\berr:(\w{1,8})\b", re.IGNORECASE)


def told(status: str, answer: str) -> tuple[Status | None, str | None]:
    """Return what a report means, and the network's code where it failed.

    >>> told("16", "NACK/0x0000000b/Invalid Destination Address")
    (<Status.REJECTED: 'rejected'>, '0x0000000b')
    >>> told("2", "id:7 sub:001 dlvrd:000 done date:2608011001 stat:EXPIRED err:005 text:Maji")
    (<Status.EXPIRED: 'expired'>, '005')
    >>> told("8", "ACK/"), told("99", "")
    ((<Status.SENT: 'sent'>, None), (None, None))
    """
    found = STATUSES.get(status)
    nack, stat, err = _NACK.match(answer), _STAT.search(answer), _ERR.search(answer)
    if nack:
        return found, nack[1]
    if found is not Status.FAILED or not stat:
        return found, None
    code = err[1] if err and err[1].strip("0") else stat[1].upper()
    return FINER.get(stat[1].upper(), found), code
