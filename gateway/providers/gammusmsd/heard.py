"""What gammu-smsd tells a program of its RunOnReceive: the environment it calls it with."""

import json
from collections.abc import Iterator, Mapping, Sequence

from gateway.domain.messages import Event, Inbound, Phase, Turn
from gateway.providers import Garbled, Hook, reading
from gateway.providers.gammusmsd import names

NETWORK = "127"  # the class of what the network itself says: an answer to a code we dialled
KEPT = ("SMS_", "DECODED_", "PHONE_ID")


def told(ids: Sequence[str], environ: Mapping[str, str]) -> bytes:
    """Return a call of theirs as it is kept, and nothing else of the environment.

    >>> told(["7"], {"SMS_MESSAGES": "1", "HOME": "/root"})
    b'{"ids": ["7"], "env": {"SMS_MESSAGES": "1"}}'
    """
    ours = {name: value for name, value in environ.items() if name.startswith(KEPT)}
    return json.dumps({"ids": list(ids), "env": ours}).encode()


def read(hook: Hook, address: str, country: str) -> Iterator[Event]:
    """Yield the message that a call tells of; its parts are put together already."""
    document = reading.document(hook)
    found, ids = reading.scalars(document.get("env")), document.get("ids")
    count = reading.whole({"SMS_MESSAGES": found.get("SMS_MESSAGES", "")}, "SMS_MESSAGES")
    if not count or not isinstance(ids, list) or not ids:
        raise Garbled("missing_field", "SMS_MESSAGES")
    words, flags = reading.text(hook, _text(found, min(count, 255)))
    if found.get("SMS_1_CLASS") == NETWORK:
        yield Turn("", "", "", Phase.NOTIFY, words)
        return
    yield Inbound(
        sender=reading.sender(found, "SMS_1_NUMBER", country),
        to=address,
        text=words,
        reference=_reference(str(ids[0]), words),
        at=reading.seconds(found, "SMS_1_TIMESTAMP"),
        flags=flags,
    )


def _reference(id: str, words: str) -> str:
    """Return what a message is called: as its file is, where it has one, else its row's number."""
    if id.startswith("IN"):
        return names.reference(id, names.mark(words))
    return reading.need({"id": id}, "id")


def _text(found: Mapping[str, str], count: int) -> str:
    """Return the text they put together, else its pieces in their order."""
    decoded = reading.whole({"n": found.get("DECODED_PARTS", "")}, "n") or 0
    kind, parts = ("DECODED", decoded) if decoded else ("SMS", count)
    return "".join(found.get(f"{kind}_{n}_TEXT", "") for n in range(1, min(parts, 255) + 1))
