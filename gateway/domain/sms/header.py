"""The user data header: which part this is, and which national tables are in force."""

from dataclasses import dataclass

from gateway.domain.messages import Part

CONCAT_8, CONCAT_16, PORTS_8, PORTS_16, SINGLE, LOCKING = 0x00, 0x08, 0x04, 0x05, 0x24, 0x25


class BadHeader(ValueError):
    """A header that says it is longer than what holds it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a user data header tells. `bits` is the size of the part's reference, 8 or 16.

    `locking` and `single` are 3GPP language ids, 0 for none; `ports` are to and from.
    """

    part: Part | None = None
    bits: int = 8
    locking: int = 0
    single: int = 0
    ports: tuple[int, int] | None = None


def write_header(header: Header) -> bytes:
    """Return a header with its length octet; empty where it tells nothing.

    >>> write_header(Header(Part(0xCC, 2, 1))).hex()
    '050003cc0201'
    """
    elements = b"".join((_ports(header), _concat(header), _shifts(header)))
    return bytes((len(elements),)) + elements if elements else b""


def read_header(octets: bytes) -> tuple[Header, int]:
    """Return the header at the start of user data and its length; BadHeader if cut short.

    Elements we do not know, or of another length than theirs, are passed over.

    >>> read_header(bytes.fromhex("050003cc0201")) == (Header(Part(0xCC, 2, 1)), 6)
    True
    """
    if not octets or len(octets) <= octets[0]:
        raise BadHeader("header is longer than the user data")
    size = octets[0] + 1
    told: dict[str, object] = {}
    at = 1
    while at + 1 < size:
        kind, length = octets[at], octets[at + 1]
        if at + 2 + length > size:
            raise BadHeader("an element is longer than the header")
        told |= _element(kind, octets[at + 2 : at + 2 + length])
        at += 2 + length
    return Header(**told), size  # type: ignore[arg-type]


def _element(kind: int, data: bytes) -> dict[str, object]:
    """Return the fields of Header that one element gives."""
    match kind, tuple(data):
        case (0x00, (reference, total, number)):
            return {"part": Part(reference, total, number), "bits": 8}
        case (0x08, (high, low, total, number)):
            return {"part": Part(high << 8 | low, total, number), "bits": 16}
        case (0x04, (to, source)):
            return {"ports": (to, source)}
        case (0x05, (a, b, c, d)):
            return {"ports": (a << 8 | b, c << 8 | d)}
        case (0x24, (language,)):
            return {"single": language}
        case (0x25, (language,)):
            return {"locking": language}
        case _:
            return {}


def _concat(header: Header) -> bytes:
    part = header.part
    if part is None:
        return b""
    seat = bytes((part.total, part.number))
    if header.bits == 16:
        return bytes((CONCAT_16, 4)) + (part.reference & 0xFFFF).to_bytes(2, "big") + seat
    return bytes((CONCAT_8, 3, part.reference & 0xFF)) + seat


def _shifts(header: Header) -> bytes:
    locking = bytes((LOCKING, 1, header.locking)) if header.locking else b""
    single = bytes((SINGLE, 1, header.single)) if header.single else b""
    return locking + single


def _ports(header: Header) -> bytes:
    if header.ports is None:
        return b""
    to, source = header.ports
    return bytes((PORTS_16, 4)) + to.to_bytes(2, "big") + source.to_bytes(2, "big")
