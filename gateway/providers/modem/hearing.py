"""What a modem hears: messages, reports and USSD, as python-gammu tells them, kept as JSON."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2s
from typing import Any

from gateway.domain.messages import Inbound, Phase, Receipt, Status, Turn
from gateway.domain.sms import BadHeader, Header, read_header
from gateway.providers import Garbled, Hook, reading
from gateway.providers.modem.texts import Said, words
from gateway.providers.tp_status import tp_status

KEPT = (
    "Type",
    "Number",
    "Text",
    "Coding",
    "Class",
    "DateTime",
    "SMSCDateTime",
    "MessageReference",
    "DeliveryStatus",
    "Status",
)
REPORT = "Status_Report"
GAVE_UP = 0x60  # from here on the centre gave up what may work later


def call(kind: str, said: Mapping[str, Any], known: dict[str, str] | None = None) -> Hook:
    """Return what was heard as a call for `read`."""
    told = {name: _plain(said[name]) for name in KEPT if name in said}
    header = said.get("UDH") or {}
    if header.get("Text"):
        told["UDH"] = {"Text": header["Text"].hex()}
    return Hook(kind, "MODEM", "", known or {}, (), (), json.dumps(told).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def reference(said: Said) -> str:
    """Return what a message in a SIM is called: the same when it is found again.

    Where it lies says nothing: a place is used again. Nothing else tells two apart that the
    network gave no time, and better answered twice than never.
    """
    if not said.get("DateTime"):
        return secrets.token_hex(8)
    known = [said.get("Number"), said["DateTime"], said.get("Text"), said.get("UDH")]
    return blake2s(json.dumps(known).encode(), digest_size=10).hexdigest()


def inbound(hook: Hook, said: Said, address: str, country: str) -> Inbound:
    """Return a message that came in, or one part of it."""
    found = reading.scalars(said)
    header = _header(said)
    if found.get("Coding") == "8bit" or header.ports:
        raise Garbled("bad_type", "Coding")  # a picture, a setting, no words
    sender = reading.sender(found, "Number", country)
    told = words(found.get("Text", ""), found.get("Coding", ""), header)
    text, flags = reading.text(hook, told)
    return Inbound(
        sender=sender,
        to=address,
        text=text,
        reference=reference(said),
        at=reading.moment(found, "DateTime"),
        part=header.part,
        flags=flags,
    )


def _header(said: Said) -> Header:
    octets = reading.scalars(said.get("UDH")).get("Text", "")
    try:
        return read_header(bytes.fromhex(octets))[0] if octets else Header()
    except (BadHeader, ValueError):
        raise Garbled("bad_pdu", "UDH") from None


def receipt(hook: Hook, said: Said, country: str) -> Receipt:
    """Return what became of a message, or of one part of it."""
    found = reading.scalars(said)
    number, code = reading.need(found, "MessageReference"), reading.whole(found, "DeliveryStatus")
    if code is None:
        raise Garbled("missing_field", "DeliveryStatus")
    status, several = tp_status(code), int(hook.headers.get("parts", "1"))
    return Receipt(
        reference=hook.headers.get("own") or number,
        status=status,
        to=reading.recipient(found, "Number", country),
        at=reading.moment(found, "SMSCDateTime"),
        error=str(code),
        retry=("later" if code >= GAVE_UP else "no") if status is Status.FAILED else None,
        parts=several if several > 1 else None,
        piece=number if several > 1 else None,
    )


def ussd(hook: Hook, said: Said) -> Turn:
    """Return what a network said by USSD to the modem itself, which nobody dialled."""
    found = reading.scalars(said)
    if "Text" not in found:
        raise Garbled("missing_field", "Text")
    text, _ = reading.text(hook, found["Text"])
    return Turn("", "", "", Phase.NOTIFY, text, result=reading.word(found, "Status"))
