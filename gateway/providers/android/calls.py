"""What the phone tells: messages and receipts as they come, states when it is asked."""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.domain.messages import Event, Inbound, Receipt, Status
from gateway.providers import Forged, Garbled, Hook, reading
from gateway.providers.android.codes import EVENTS, RETRY, STATES, TOO_LATE, code


def signed(hook: Hook, key: str, now: float, skew: float) -> None:
    """Raise Forged unless these very bytes were signed, at most `skew` seconds from now."""
    stamp = reading.header(hook, "X-Timestamp")
    ours = hmac.digest(key.encode(), hook.body + stamp.encode("utf-8", "replace"), "sha256").hex()
    theirs = reading.header(hook, "X-Signature").lower()
    if not hmac.compare_digest(theirs.encode("utf-8", "replace"), ours.encode()):
        raise Forged("bad_signature")
    at = reading.whole({"at": stamp}, "at")
    if at is None or abs(now - at) > skew:
        raise Forged("stale_signature")


def read(hook: Hook, address: str, country: str) -> Iterator[Event]:
    """Yield a message or a receipt: its event says what it is, not the address it came to."""
    call = reading.document(hook)
    told = reading.scalars(call)
    inside = reading.scalars(call.get("payload"))
    found = {f"payload.{name}": value for name, value in inside.items()}
    event = reading.need(told, "event")
    if event == "sms:received":
        yield _inbound(hook, told, found, address, country)
    elif event in EVENTS:
        yield _receipt(told, found, country)


def _inbound(
    hook: Hook, told: Mapping[str, str], found: Mapping[str, str], address: str, country: str
) -> Inbound:
    if "payload.message" not in found:
        raise Garbled("missing_field", "payload.message")
    text, flags = reading.text(hook, found["payload.message"])
    return Inbound(
        sender=reading.sender(found, _who(found, "payload.sender"), country),
        to=reading.word(found, "payload.recipient") or address,
        text=text,
        # Their messageId is made of the content: the same words sent twice share it.
        reference=reading.need(told, "id"),
        at=reading.moment(found, "payload.receivedAt"),
        flags=flags,
    )


def _receipt(told: Mapping[str, str], found: Mapping[str, str], country: str) -> Receipt:
    status, when = EVENTS[told["event"]]
    status, error = _judged(status, found.get("payload.reason", ""))
    reference = reading.need(found, "payload.messageId")
    return Receipt(
        reference=reference,
        status=status,
        to=reading.recipient(found, _who(found, "payload.recipient"), country),
        at=reading.moment(found, when),
        error=error,
        retry=RETRY.get(error) if error else None,
        own=ours(reference),
        parts=reading.whole(found, "payload.partsCount"),
        # A delivery is told for each part of a text; the id of the call tells them apart.
        piece=reading.word(told, "id") if status is Status.DELIVERED else None,
    )


def _judged(status: Status, reason: str) -> tuple[Status, str | None]:
    """Return a status with the code of its failure; what failed for being late has expired."""
    error = code(reason) if status is Status.FAILED else None
    return (Status.EXPIRED if error == TOO_LATE else status), error


def _who(found: Mapping[str, str], name: str) -> str:
    """Return the field that holds a number: apps of before 2026 have one for both ways."""
    old = "payload.phoneNumber"
    return old if found.get(old) and not found.get(name) else name


def states(told: Mapping[str, Any], reference: str, country: str) -> Iterator[Receipt]:
    """Yield where a message stands, person by person: its own state is only a summary."""
    people = told.get("recipients")
    for person in map(reading.scalars, people if isinstance(people, list) else []):
        status = STATES.get(person.get("state", ""))
        if status:
            status, error = _judged(status, person.get("error", ""))
            to = reading.recipient(person, "phoneNumber", country)
            retry = RETRY.get(error) if error else None
            yield Receipt(reference, status, to, None, error, retry, ours(reference))


def ours(reference: str) -> str | None:
    """Return our id in the name of a message.

    >>> ours("17-0123456789abcdef"), ours("Ey6ECgOkVVFjz3CL48B8C")
    ('17', None)
    """
    id, _, mark = reference.partition("-")
    return id if id.isascii() and id.isdigit() and len(mark) == 16 else None
