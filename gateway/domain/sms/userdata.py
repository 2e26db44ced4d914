"""What an SMS carries: header and text in at most 140 octets, as a PDU or SMPP holds them."""

from dataclasses import dataclass

from gateway.domain.sms.alphabet import OCTETS, UCS2, Coding, decode, encode
from gateway.domain.sms.header import BadHeader, Header, read_header, write_header
from gateway.domain.sms.packing import pack, unpack


@dataclass(frozen=True, slots=True)
class UserData:
    """`length` is TP-UDL: septets for gsm7, octets for the rest, header counted in."""

    length: int
    octets: bytes
    headed: bool = False


def write_user_data(text: str, alphabet: str = "gsm7", header: Header | None = None) -> UserData:
    """Put one part's text and its header together; the tables are those the header names."""
    header = header or Header()
    head = write_header(header)
    if alphabet == "gsm7":
        septets = encode(text, Coding("gsm7", header.locking, header.single))
        length = -(-len(head) * 8 // 7) + len(septets)
        return UserData(length, head + pack(septets, _fill(head)), bool(head))
    body = text.encode("latin-1" if alphabet == "8bit" else "utf-16-be")
    return UserData(len(head) + len(body), head + body, bool(head))


def read_user_data(data: UserData, dcs: int = 0) -> tuple[Header, str]:
    """Return header and text; ValueError (BadHeader for the header) where octets are missing.

    Eight-bit data comes back as one character U+0000 to U+00FF an octet.
    """
    coding = coding_of(dcs)
    octets = data.octets
    if coding.alphabet != "gsm7":
        if len(octets) < data.length:
            raise ValueError("user data is shorter than its length")
        octets = octets[: data.length]
    header, size = read_header(octets) if data.headed else (Header(), 0)
    if coding.alphabet == "gsm7":
        return header, _seven(data.length, octets, header, size)
    body = octets[size:]
    if coding == OCTETS:
        return header, body.decode("latin-1")
    return header, body.decode("utf-16-be", "replace")


def coding_of(dcs: int) -> Coding:
    """Return the alphabet a PDU's data coding octet names; what is reserved reads as gsm7.

    >>> [coding_of(dcs).alphabet for dcs in (0x00, 0x08, 0x18, 0x04, 0xF5, 0xE0)]
    ['gsm7', 'ucs2', 'ucs2', '8bit', '8bit', 'ucs2']
    """
    group = dcs >> 4
    if group < 0x4:
        return (Coding(), OCTETS, UCS2, Coding())[dcs >> 2 & 3]
    if group == 0xE:
        return UCS2
    if group == 0xF and dcs & 0x04:
        return OCTETS
    return Coding()


def _seven(length: int, octets: bytes, header: Header, size: int) -> str:
    count = length - -(-size * 8 // 7)
    if count < 0:
        raise BadHeader("header is longer than the user data")
    septets = unpack(octets[size:], count, _fill(octets[:size]))
    return decode(septets, Coding("gsm7", header.locking, header.single))


def _fill(head: bytes) -> int:
    """Return the zero bits between a header and the next septet border."""
    return -len(head) * 8 % 7
