"""One message as the call that hands it over."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from gateway.domain import calling
from gateway.domain.messages import Outgoing
from gateway.domain.sms.explain import smart
from gateway.providers.template import TYPES, fill


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of their host; `path` has its query."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]


def order(message: Outgoing, address: str, settings: Mapping[str, str]) -> Order:
    """Return the call for a message, with its values escaped for where they stand."""
    values = _values(message, address, settings)
    values["callback"] = callback(settings)
    return filled(settings["send_body"], values, settings)


def filled(body: str, values: Mapping[str, str], settings: Mapping[str, str]) -> Order:
    """Return the call whose body and address hold these values."""
    url = fill(settings["send_url"], values, "urlencoded")
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = settings["content_type"]
    sent = fill(body, values, kind).encode() if settings["send_method"] != "GET" else b""
    head = {"Content-Type": TYPES.get(kind, kind)} if sent else {}
    return Order(settings["send_method"], path, sent, head | headers(settings))


def headers(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that every call carries."""
    lines = (line.partition(": ") for line in settings["send_headers"].splitlines())
    found = {name: value.strip() for name, _, value in lines}
    said = settings["send_authorization"]
    if said == "basic":
        words = f"{settings['user']}:{settings['password']}".encode()
        said = f"Basic {b64encode(words).decode()}"
    return found | ({"Authorization": said} if said else {})


def callback(settings: Mapping[str, str]) -> str:
    """Return the address for receipts, with our key; it ends so that more can follow."""
    key = settings["hook_key"]
    return f"{settings['status_callback']}?{f'key={key}' if key else ''}"


def _values(message: Outgoing, address: str, settings: Mapping[str, str]) -> dict[str, str]:
    sender = settings["sender"] or address
    to = national(message.to) if settings["use_national"] == "yes" else message.to
    text = smart(message.text) if settings["encoding"] == "smart" else message.text
    return {
        "to": to,
        "to_no_plus": to.removeprefix("+"),
        "from": sender,
        "from_no_plus": sender.removeprefix("+"),
        "text": text,
        "id": str(message.id),
        "uuid": str(uuid(message.id, address)),
        "user": settings["user"],
        "password": settings["password"],
    }


def national(number: str) -> str:
    """Return a number without its country and without a trunk zero; others as they are.

    >>> national("+447700900123"), national("2020")
    ('7700900123', '2020')
    """
    digits = number.removeprefix("+")
    code = calling.code_of(digits) if number.startswith("+") else None
    return digits.removeprefix(code) if code else number


def uuid(id: int, address: str) -> UUID:
    """Return our id of a message as a UUID (version 8) that tells it again.

    >>> own(uuid(7, "2020"), "2020"), own(uuid(7, "2020"), "3030")
    (7, None)
    """
    return UUID(f"{_head(address)}-8{id >> 48:03x}-8{id >> 36 & 0xFFF:03x}-{id & 0xFFFFFFFFF:012x}")


def own(given: UUID, address: str) -> int | None:
    """Return the id of ours that a UUID was made of, or None if it was not."""
    low = given.int
    id = (low >> 64 & 0xFFF) << 48 | (low >> 48 & 0xFFF) << 36 | low & 0xFFFFFFFFF
    return id if uuid(id, address) == given else None


def _head(address: str) -> str:
    digest = hashlib.sha256(address.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}"
