"""Receipts of SMPP: in optional fields, in a text, or both; and ids told in two ways."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from gateway.domain.messages import Receipt, Status
from gateway.providers.smpp import codes
from gateway.providers.smpp.pdu import Message, Tag

_LOOKS = re.compile(r"\s*id:\S+ .*\bstat:\w+", re.IGNORECASE | re.DOTALL)
_FIELD = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "id": r"(?:^|\s)id:\s*([^\s\0]{1,65})",
        "stat": r"\bstat:\s*([A-Za-z0-9]{1,10})",
        "err": r"\berr:\s*([0-9A-Za-z]{1,6})(?![0-9A-Za-z.])",
        "done": r"\bdone[ _]?date:\s*(\d{10,14})(?!\d)",
    }.items()
}
_NULL = "null"
_CENTURY = "20"  # of a date that is told with two digits of its year

Number = Callable[[str], str]

# How an id is told (in the answer, in the receipt): Kannel calls the same msg-id-type 0 to 3.
ID_TYPES = {
    "string": ("", ""),
    "resp_hex_dlr_dec": ("hex", "dec"),
    "resp_dec_dlr_hex": ("dec", "hex"),
    "hex": ("hex", "hex"),
    "dec": ("dec", "dec"),
}


def plain_id(told: str, base: str) -> str:
    """Return an id as a decimal number where it is one in that base, else as it was told.

    >>> plain_id("0ABC", "hex"), plain_id("02748", "dec"), plain_id("0ABC", "")
    ('2748', '2748', '0ABC')
    """
    digits = {"hex": r"[0-9A-Fa-f]{1,32}", "dec": r"[0-9]{1,39}"}.get(base)
    if digits is None or not re.fullmatch(digits, told):
        return told
    return str(int(told, 16 if base == "hex" else 10))


def looks_like_one(text: str) -> bool:
    """Tell whether a text has the form of a receipt, for networks that mark it by nothing."""
    return _LOOKS.match(text) is not None


def read(message: Message, text: str, base: str) -> Receipt | None:
    """Return what a receipt tells, or None if it names no message or no state.

    Its time is the network's own clock and carries no zone.
    """
    found = {name: _found(pattern, text) for name, pattern in _FIELD.items()}
    reference = _told_id(message.tlvs) or found["id"]
    status = _told_state(message.tlvs) or codes.STATES.get((found["stat"] or "").upper())
    if status is None and found["stat"]:
        status = Status.UNKNOWN
    if not reference or status is None:
        return None
    return Receipt(
        reference=plain_id(reference, base),
        status=status,
        at=_time(found["done"]),
        error=found["err"] or _network_error(message.tlvs),
        retry=None,
    )


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match and match[1].lower() != _NULL else None


def _told_id(tlvs: Mapping[int, bytes]) -> str:
    return tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0][:65].decode("latin-1")


def _told_state(tlvs: Mapping[int, bytes]) -> Status | None:
    told = tlvs.get(Tag.MESSAGE_STATE, b"")
    return codes.NUMBERS.get(told[0], Status.UNKNOWN) if told else None


def _network_error(tlvs: Mapping[int, bytes]) -> str | None:
    told = tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    number = int.from_bytes(told[1:3], "big") if len(told) >= 3 else 0
    return str(number) if number else None


def _time(digits: str | None) -> datetime | None:
    if digits is None or len(digits) not in (10, 12, 14):
        return None
    if len(digits) < 14:
        digits = _CENTURY + digits
    try:
        month, day, hour, minute = (int(digits[at : at + 2]) for at in (4, 6, 8, 10))
        return datetime(int(digits[:4]), month, day, hour, minute, int(digits[12:] or 0))
    except ValueError:
        return None
