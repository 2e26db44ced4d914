"""SMPP 3.4 on the wire: frames, the fields of messages and binds, and optional fields."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from struct import Struct as Layout

from msgspec import Struct, field

HEADER = Layout(">IIII")
_LENGTH = Layout(">I")
LONGEST = 65536  # octets of one PDU; whoever says more has lost the thread
RESPONSE = 0x80000000
VERSION = 0x34
_TLV = Layout(">HH")


class Command(IntEnum):
    """What a PDU asks for; its answer has the highest bit set as well."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x80000000


class Tag(IntEnum):
    """The optional fields we use."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427
    USSD_SERVICE_OP = 0x0501
    ITS_SESSION_INFO = 0x1383


class BadFrame(ValueError):
    """A length that no PDU has: where the next one begins, nobody knows."""


class BadPdu(ValueError):
    """A body that is not what its command and lengths say."""


class Pdu(Struct, frozen=True):
    """One frame: its header and its body as octets."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def __bytes__(self) -> bytes:
        head = HEADER.pack(16 + len(self.body), self.command, self.status, self.sequence)
        return head + self.body


class Message(Struct, frozen=True):
    """The fields of submit_sm and deliver_sm, in our words.

    `source` and `to` are (type of number, plan, address); `tlvs` are the optional fields.
    """

    source: tuple[int, int, str]
    to: tuple[int, int, str]
    text: bytes = b""
    service: str = ""
    esm_class: int = 0
    protocol: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    receipt: int = 0
    replace: int = 0
    coding: int = 0
    ready_made: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)


def frames(octets: bytearray) -> Iterator[Pdu]:
    """Yield the whole PDUs at the start of what was received and drop them from it.

    BadFrame at a length that no PDU has, as soon as it is there.
    """
    at, end = 0, len(octets)
    try:
        while end - at >= 4:
            (length,) = _LENGTH.unpack_from(octets, at)
            if not HEADER.size <= length <= LONGEST:
                raise BadFrame("a length no PDU has")
            if end - at < length:
                return
            _, command, status, sequence = HEADER.unpack_from(octets, at)
            body = bytes(octets[at + 16 : at + length])
            at += length
            yield Pdu(command, status, sequence, body)
    finally:
        del octets[:at]


def read_message(body: bytes) -> Message:
    """Read a submit_sm or deliver_sm; BadPdu where its fields do not fit."""
    service, at = _word(body, 0)
    source, at = _address(body, at)
    to, at = _address(body, at)
    esm_class, protocol, priority = _octets(body, at, 3)
    schedule, at = _word(body, at + 3)
    validity, at = _word(body, at)
    receipt, replace, coding, ready_made, size = _octets(body, at, 5)
    at += 5
    if len(body) < at + size:
        raise BadPdu("sm_length is longer than what follows")
    return Message(
        source,
        to,
        body[at : at + size],
        service,
        esm_class,
        protocol,
        priority,
        schedule,
        validity,
        receipt,
        replace,
        coding,
        ready_made,
        read_tlvs(body[at + size :]),
    )


def write_message(message: Message) -> bytes:
    """Return the body of a submit_sm or deliver_sm."""
    return b"".join(
        (
            _zero(message.service),
            _whom(message.source),
            _whom(message.to),
            bytes((message.esm_class, message.protocol, message.priority)),
            _zero(message.schedule),
            _zero(message.validity),
            bytes((message.receipt, message.replace, message.coding, message.ready_made)),
            bytes((len(message.text),)),
            message.text,
            write_tlvs(message.tlvs.items()) if message.tlvs else b"",
        )
    )


def read_tlvs(octets: bytes) -> dict[int, bytes]:
    """Return optional fields by tag; the first of a kind counts, a cut one ends them.

    >>> read_tlvs(bytes.fromhex("0427000102149900")), read_tlvs(bytes.fromhex("042700ff02"))
    ({1063: b'\\x02'}, {})
    """
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(octets):
        tag, length = _TLV.unpack_from(octets, at)
        at += 4
        if at + length > len(octets):
            break
        found.setdefault(tag, octets[at : at + length])
        at += length
    return found


def write_tlvs(fields: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in fields)


def write_bind(name: str, password: str, kind: str, ton: int, npi: int, addresses: str) -> bytes:
    """Return the body of a bind request; `addresses` is the range we want to hear."""
    words = (_zero(name), _zero(password), _zero(kind))
    return b"".join((*words, bytes((VERSION, ton, npi)), _zero(addresses)))


def read_id(body: bytes) -> str:
    """Return the message id of an answer, also where its NUL or all of it is missing.

    >>> read_id(b"0A1B\\0"), read_id(b"0A1B"), read_id(b"")
    ('0A1B', '0A1B', '')
    """
    return body.partition(b"\0")[0][:65].decode("latin-1")


def _word(body: bytes, at: int) -> tuple[str, int]:
    end = body.find(b"\0", at)
    if end < 0:
        raise BadPdu("a word without its end")
    return body[at:end].decode("latin-1"), end + 1


def _address(body: bytes, at: int) -> tuple[tuple[int, int, str], int]:
    ton, npi = _octets(body, at, 2)
    value, at = _word(body, at + 2)
    return (ton, npi, value), at


def _octets(body: bytes, at: int, count: int) -> bytes:
    if len(body) < at + count:
        raise BadPdu("fields are missing")
    return body[at : at + count]


def _zero(word: str) -> bytes:
    return word.encode("latin-1", "replace") + b"\0"


def _whom(whom: tuple[int, int, str]) -> bytes:
    ton, npi, value = whom
    return bytes((ton, npi)) + _zero(value)
