"""A text as the parts a modem takes, and what a modem holds as a text again.

Alphabet, parts and national tables are ours (domain/sms): libgammu would put a `?` for a letter
it does not know, and reads national tables as the default one.
"""

from typing import Any

from gateway.domain.messages import Outgoing, Part
from gateway.domain.sms import (
    GSM7,
    UCS2,
    Coding,
    Header,
    Unencodable,
    decode,
    encode,
    measure,
    split,
    write_header,
)

DEFAULT = "Default_No_Compression"
WIDE = "Unicode_No_Compression"
_ESCAPE = "\u00b9"  # how libgammu shows an escape before a letter its extension lacks
_HOUR, _DAY, _WEEK = 3600.0, 86400.0, 7 * 86400.0

Said = dict[str, Any]  # a message as python-gammu has it


def parts(message: Outgoing, bits: int, report: bool) -> list[Said]:
    """Return a message as parts, whose reference has 8 or 16 bits.

    >>> [part["UDH"]["Text"].hex() for part in parts(Outgoing(7, "+15550100", "a" * 161), 8, True)]
    ['050003070201', '050003070202']
    """
    measured = measure(message.text, bits)
    coding = GSM7 if measured.alphabet == "gsm7" else UCS2
    pieces = split(message.text, bits, coding)
    plain: Said = {
        "Number": message.to,
        "Class": -1,
        "Coding": DEFAULT if coding is GSM7 else WIDE,
        "Type": "Status_Report" if report else "Submit",
    }
    if len(pieces) == 1:
        return [plain | {"Text": pieces[0]}]
    heads = [_head(message.id, len(pieces), number, bits) for number in range(1, len(pieces) + 1)]
    return [plain | {"Text": piece, "UDH": head} for piece, head in zip(pieces, heads, strict=True)]


def _head(id: int, total: int, number: int, bits: int) -> Said:
    part = Part(id & (0xFFFF if bits == 16 else 0xFF), total, number)
    return {"Type": "UserUDH", "Text": write_header(Header(part, bits))}


def words(text: str, coding: str, header: Header) -> str:
    r"""Return the text of one part as its tables have it.

    After letters of the extension libgammu leaves what lay in its memory, behind a NUL.

    >>> words("Yar\u00b9in", "Default_No_Compression", Header(single=1))
    'Yarın'
    >>> words("5€\0\u6a3b", "Default_No_Compression", Header())
    '5€'
    """
    if coding != DEFAULT:
        return text
    text = text.partition("\0")[0]
    if not (header.locking or header.single):
        return text.replace(_ESCAPE, "")
    try:
        septets = b"\x1b".join(encode(piece) for piece in text.split(_ESCAPE))
    except Unencodable:
        return text
    return decode(septets, Coding("gsm7", header.locking, header.single))


def validity(expires: float | None, now: float) -> str:
    """Return how long the network may try, rounded up to what a PDU can say.

    >>> [validity(after, 0.0) for after in (None, 60.0, 5400.0, 86400.0, 200000.0, 9e6)]
    ['Max', '5M', '90M', '24H', '3D', '15W']
    """
    if expires is None:
        return "Max"  # what libgammu calls "not available" is five minutes on the air
    left = expires - now
    if left <= 12 * _HOUR:
        return f"{max(5, -int(-left // 300) * 5)}M"
    if left <= _DAY:
        return f"{-int(-left // _HOUR)}H"
    if left <= 30 * _DAY:
        return f"{-int(-left // _DAY)}D"
    return f"{min(63, -int(-left // _WEEK))}W"
