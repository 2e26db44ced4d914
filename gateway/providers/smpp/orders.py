"""What we ask for: a message of ours as one submit_sm or several."""

from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

from msgspec.structs import replace

from gateway.domain.messages import Class, Outgoing, Part, Screen
from gateway.domain.sms import (
    GSM7,
    UCS2,
    Coding,
    Header,
    encode,
    measure,
    national,
    split,
    write_header,
)
from gateway.providers.smpp import texts, ussd
from gateway.providers.smpp.pdu import Message, Tag

Whom = tuple[int, int, str]

INTERNATIONAL, NETWORK, NAME = (1, 1), (3, 0), (5, 0)  # type of number and its plan
SHORT = 8  # digits: no longer is a short code
PRIORITY: dict[int, int] = {Class.EMERGENCY: 3, Class.HIGH: 1}
RECEIPTS, EVERY_END = 3, 1  # of registered_delivery: which ends a receipt is asked for
LONGEST_VALIDITY = 30 * 86400  # seconds; networks keep nothing for longer
SURELY = 80
BITS = {"udh8": 8, "udh16": 16, "sar": 8, "payload": 8}
# 3GPP TS 23.038 6.2.1.2.4: languages whose letters phones can hold in seven bits.
LANGUAGES = (
    *("turkish", "spanish", "portuguese", "bengali", "gujarati", "hindi", "kannada"),
    *("malayalam", "oriya", "punjabi", "tamil", "telugu", "urdu"),
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How one network wants to be asked; made of the channel's settings."""

    source: Whom
    service: str = ""
    default: str = "gsm7-unpacked"
    declared: bool = False
    long_message: str = "udh8"
    receipt: int = 1
    priority: bool = True
    validity: bool = True
    language: int = 0  # whose tables its phones and network know; 0: nobody says


def manner(address: str, settings: Mapping[str, str]) -> Manner:
    """Return how a channel's network wants to be asked."""
    return Manner(
        source=sender(
            settings["sender"] or address, settings["source_ton"], settings["source_npi"]
        ),
        service=settings["service_type"],
        default=settings["data_coding_0"],
        declared=settings["latin1_as_3"] == "yes",
        long_message=settings["long_message"],
        receipt=int(settings["registered_delivery"]),
        priority=settings["priority"] == "yes",
        validity=settings["validity"] == "yes",
        language=_language(settings),
    )


def _language(settings: Mapping[str, str]) -> int:
    """Return a language's number, where its tables can go along: with a header, unpacked."""
    headed = settings["long_message"] in ("udh8", "udh16")
    plain = settings["data_coding_0"] == "gsm7-unpacked" and settings["latin1_as_3"] == "no"
    told = settings["national_language"]
    return LANGUAGES.index(told) + 1 if told and headed and plain else 0


def sender(address: str, ton: str = "", npi: str = "") -> Whom:
    """Return an address of ours with its type and plan, guessed where none is set.

    >>> sender("8008"), sender("+15550100"), sender("InfoRC"), sender("8008", "0", "1")
    ((3, 0, '8008'), (1, 1, '15550100'), (5, 0, 'InfoRC'), (0, 1, '8008'))
    """
    whom = recipient(address)
    return (int(ton or whom[0]), int(npi or whom[1]), whom[2])


def recipient(address: str) -> Whom:
    """Return an address with its type and plan.

    >>> recipient("+256772000001"), recipient("8100")
    ((1, 1, '256772000001'), (3, 0, '8100'))
    """
    digits = address.removeprefix("+")
    if not digits.isdecimal():
        return (*NAME, address)
    if address.startswith("+") or len(digits) > SHORT:
        return (*INTERNATIONAL, digits)
    return (*NETWORK, digits)


def order(message: Outgoing, how: Manner, now: float) -> list[Message]:
    """Return what to ask for, one submit_sm a part; `now` is in seconds since 1970."""
    text = normalize("NFC", message.text)
    coding, octets = texts.write(text, measure(text).alphabet, how.default, how.declared)
    alphabet = UCS2 if coding == texts.UCS2 else GSM7
    pieces = [text] if _is_short(text) else split(text, BITS[how.long_message], alphabet)
    whole = Message(
        source=how.source,
        to=recipient(message.to),
        text=octets,
        service=how.service,
        priority=PRIORITY.get(message.class_, 0) if how.priority else 0,
        validity=validity(message.expires, now) if how.validity else "",
        receipt=how.receipt,
        coding=coding,
    )
    if coding == texts.UCS2 and how.language and (shifted := _shift(text, how)):
        return _shifted(message.id, text, replace(whole, coding=0), how, shifted)
    if len(pieces) == 1:
        return [whole]
    if how.long_message == "payload":
        return [replace(whole, text=b"", tlvs={Tag.MESSAGE_PAYLOAD: octets})]
    return _parts(message.id, pieces, whole, how, alphabet)


def _is_short(text: str) -> bool:
    """Say whether a text is one part for sure, though each of its signs took two septets."""
    return text.isascii() and len(text) <= SURELY


def _parts(
    id: int, pieces: list[str], plain: Message, how: Manner, alphabet: Coding
) -> list[Message]:
    found = []
    for number, piece in enumerate(pieces, start=1):
        part = Part(id & 0xFFFF, len(pieces), number)
        _, octets = texts.write(piece, alphabet.alphabet, how.default, how.declared)
        found.append(_part(replace(plain, text=octets), part, how.long_message))
    return found


def _shift(text: str, how: Manner) -> Coding | None:
    """Return a national coding that saves a part, or None: any phone reads UCS-2."""
    bits, shifted = BITS[how.long_message], national(text, how.language)
    cheaper = measure(text, bits, shifted).parts < measure(text, bits, UCS2).parts
    return shifted if cheaper else None


def _shifted(id: int, text: str, plain: Message, how: Manner, coding: Coding) -> list[Message]:
    """Return a text in a national alphabet: every part says with which tables to read it."""
    bits = BITS[how.long_message]
    pieces, found = split(text, bits, coding), []
    for number, piece in enumerate(pieces, start=1):
        part = Part(id & 0xFFFF, len(pieces), number) if len(pieces) > 1 else None
        head = write_header(Header(part, bits, coding.locking, coding.single))
        octets = head + encode(piece, coding)
        found.append(replace(plain, text=octets, esm_class=texts.HEADED))
    return found


def _part(plain: Message, part: Part, way: str) -> Message:
    if way == "sar":
        told: dict[int, bytes] = {
            Tag.SAR_REFERENCE: part.reference.to_bytes(2, "big"),
            Tag.SAR_TOTAL: bytes((part.total,)),
            Tag.SAR_NUMBER: bytes((part.number,)),
        }
        return replace(plain, tlvs=told)
    head = write_header(Header(part, bits=BITS[way]))
    return replace(plain, text=head + plain.text, esm_class=texts.HEADED)


def validity(expires: float | None, now: float) -> str:
    """Return how long they may try, as a relative time; empty where nothing expires.

    >>> validity(86400.0, 0.0), validity(90.0, 0.0), validity(None, 0.0)
    ('000001000000000R', '000000000130000R', '')
    """
    if expires is None:
        return ""
    minutes, seconds = divmod(min(max(int(expires - now), 1), LONGEST_VALIDITY), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{seconds:02}000R"


def screen(
    asked: Message, shown: Screen, how: Manner, preset: ussd.Preset, ends: int | None
) -> Message:
    """Return one USSD page as the answer to a step."""
    coding, octets = texts.write(
        shown.text, measure(shown.text).alphabet, how.default, how.declared
    )
    return Message(
        source=how.source,
        to=asked.source,
        text=octets,
        service=asked.service or "USSD",
        coding=coding,
        tlvs=ussd.fields(asked, shown.goes_on, preset, ends),
    )
