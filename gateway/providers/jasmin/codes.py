"""What Jasmin's words and numbers mean. Manual: https://docs.jasminsms.com (version 0.11)."""

from collections.abc import Mapping

from gateway.domain.messages import Status
from gateway.domain.sms import coding_of, decode
from gateway.providers import Garbled, reading

STATUSES = {
    "ACCEPTD": Status.SENT,
    "ENROUTE": Status.SENT,
    "DELIVRD": Status.DELIVERED,
    "EXPIRED": Status.EXPIRED,
    "UNDELIV": Status.FAILED,
    "REJECTD": Status.REJECTED,
    "DELETED": Status.CANCELLED,
    "UNKNOWN": Status.UNKNOWN,
    "ESME_ROK": Status.SENT,  # the network took it
}

# Jasmin has asked again several times before it tells of these.
LATER = ("ESME_RSYSERR", "ESME_RTHROTTLED", "ESME_RMSGQFUL", "ESME_RINVSCHED", "ESME_RX_T_APPN")

# SMPP 3.4, 5.2.19; 0 is the network's own choice, which by the book is the GSM alphabet.
CODECS = {
    1: "latin-1",  # IA5
    3: "latin-1",
    5: "shift_jis",
    6: "iso8859_5",
    7: "iso8859_8",
    10: "iso2022_jp",
    13: "euc_jp",
    14: "euc_kr",
}
OCTETS = (2, 4, 9)


def became(found: Mapping[str, str]) -> Status | None:
    """Return what a receipt means, None if nothing we know.

    >>> became({"message_status": "DELIVRD"}), became({"message_status": "ESME_RINVDSTADR"})
    (<Status.DELIVERED: 'delivered'>, <Status.REJECTED: 'rejected'>)
    >>> became({"message_status": "Sorry", "err": "1"}), became({"message_status": "Sorry"})
    (<Status.FAILED: 'failed'>, None)
    """
    word = found.get("message_status", "")
    if word in STATUSES:
        return STATUSES[word]
    if word.startswith("ESME_"):
        return Status.REJECTED
    if reading.whole(found, "dlvrd") == 1:
        return Status.DELIVERED
    return Status.FAILED if reading.whole(found, "err") == 1 else None


def coding(found: Mapping[str, str]) -> int:
    """Return the data coding; version 0.11 sends it as one raw octet, others as digits.

    >>> coding({"coding": "8"}), coding({"coding": chr(8)}), coding({})
    (8, 8, 0)
    """
    said = found.get("coding", "")
    number = ord(said) if len(said) == 1 and not said.isdigit() else reading.whole(found, "coding")
    if said and (number is None or number > 255):
        raise Garbled("bad_encoding", "coding")
    return number or 0


def text(sent: bytes, name: str, number: int, default: str) -> tuple[str, bool]:
    """Return octets as text by their data coding, and whether they were meant as octets.

    >>> text(b"1\\x1b\\x65 \\0home", "content", 0, "gsm7"), text(b"\\x04\\x1f", "content", 8, "")
    (('1€ @home', False), ('П', False))
    """
    if number in CODECS:
        return sent.decode(CODECS[number], "replace"), False
    if number == 8:
        return reading.utf16(sent, name), False
    if number in OCTETS or (number > 15 and coding_of(number).alphabet == "8bit"):
        return sent.decode("latin-1"), True
    if number > 15 and coding_of(number).alphabet == "ucs2":
        return reading.utf16(sent, name), False
    if number == 0 and default == "latin1":
        return sent.decode("latin-1"), False
    return decode(sent), False
