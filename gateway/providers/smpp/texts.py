"""Texts on an SMPP link: data_coding, and where a part of a longer text says what it is."""

import re
from typing import NamedTuple

from gateway.domain.messages import Part
from gateway.domain.sms import (
    GSM7,
    BadHeader,
    Coding,
    Unencodable,
    decode,
    encode,
    read_header,
    unpack,
)
from gateway.providers.smpp.pdu import Message, Tag

IA5, LATIN, UCS2 = 1, 3, 8
HEADED = 0x40  # esm_class: the text begins with a user data header
PACKED = "gsm7-packed"
_CODECS = {1: "ascii", 3: "latin-1", 5: "shift_jis", 6: "iso8859_5", 7: "iso8859_8", 14: "euc_kr"}
_BINARY = (2, 4)
_SAR = (Tag.SAR_REFERENCE, Tag.SAR_TOTAL, Tag.SAR_NUMBER)
_TABLE = "latin1"
_CONTROLS = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]")


class Read(NamedTuple):
    """A text, the part it is of a longer one, and what was odd about it."""

    text: str
    part: Part | None
    flags: tuple[str, ...]


def read(message: Message, default: str) -> Read:
    """Read a message's text; what cannot be read is marked, never refused."""
    octets = message.text or message.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")
    part, size, shifts = sar(message), 0, GSM7
    if message.esm_class & HEADED:
        try:
            header, size = read_header(octets)
        except BadHeader:
            return Read("", None, ("bad_udh",))
        part = header.part or part
        shifts = Coding("gsm7", header.locking, header.single)
    text, flags = _text(octets[size:], message.coding, default, shifts)
    return Read(text.replace("\0", ""), part, flags)


def sar(message: Message) -> Part | None:
    """Return the part that optional fields tell of; None where one of the three is missing."""
    told = [message.tlvs.get(tag) for tag in _SAR] if message.tlvs else []
    if not told or not all(told):
        return None
    reference, total, number = (int.from_bytes(value[:2], "big") for value in told if value)
    return Part(reference, total, number)


def _text(
    octets: bytes, data_coding: int, default: str, shifts: Coding
) -> tuple[str, tuple[str, ...]]:
    kind = _kind(data_coding)
    if kind == IA5 and _CONTROLS.search(octets):
        return decode(octets, shifts), ()  # no text of ASCII has these: it is GSM, misnamed
    if kind == 0:
        return _default(octets, default, shifts), ()
    if kind == UCS2:
        text = octets.decode("utf-16-be", "replace")
        return text, ("decode_error",) * (len(octets) % 2 or "\ufffd" in text)
    if kind in _BINARY:
        return octets.decode("latin-1"), ("binary",)
    text = octets.decode(_CODECS.get(kind, "latin-1"), "replace")
    return text, ("decode_error",) * ("\ufffd" in text or kind not in _CODECS)


def _kind(data_coding: int) -> int:
    """Return SMPP's own value where a value is a GSM data coding octet passed through.

    >>> [_kind(value) for value in (0, 8, 0x0F, 0xF1, 0xF5, 0x11, 0x19)]
    [0, 8, 0, 0, 4, 0, 8]
    """
    if data_coding == 0x0F:  # what USSD calls "language not said"
        return 0
    if data_coding >= 0xF0:
        return 4 if data_coding & 4 else 0
    if 0x10 <= data_coding <= 0x1B:
        return (0, 4, UCS2)[data_coding >> 2 & 3]
    return data_coding


def _default(octets: bytes, default: str, shifts: Coding) -> str:
    if default == _TABLE:
        return octets.decode("latin-1")
    if default == PACKED:
        octets = unpack(octets, len(octets) * 8 // 7)
    return decode(octets, shifts)


def write(text: str, alphabet: str, default: str, declared: bool) -> tuple[int, bytes]:
    """Return data_coding and octets of a text; `declared`: Latin-1 is sent and said so.

    >>> write("caf\\xe9", "gsm7", "gsm7-unpacked", False), write("\\u1203", "ucs2", "latin1", False)
    ((0, b'caf\\x05'), (8, b'\\x12\\x03'))
    """
    try:
        if alphabet == "gsm7" and (declared or default == _TABLE):
            return (LATIN if declared else 0), text.encode("latin-1")
        if alphabet == "gsm7":
            return 0, encode(text)
    except (UnicodeEncodeError, Unencodable):
        pass  # one letter this network's alphabet does not hold: UCS-2 holds them all
    return UCS2, text.encode("utf-16-be", "replace")
