"""What Infobip is asked to send, and under which id."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.messages import Outgoing
from gateway.providers.infobip.codes import WINDOW
from gateway.providers.sending import public

LONGEST_WAIT = 48 * 3600  # seconds a message may stay in their queue

_OWN = re.compile(r"([1-9]\d{0,17})-[0-9a-f]{12}")


def own(message: Outgoing, now: float) -> str | None:
    """Return the id a message bears there, the same for some minutes; a trial (0) has none.

    Sent twice by mistake it is then taken once. The id covers number, text and time as well:
    after a restore, or with a second gateway on the account, ours may stand for another
    message, and that must not be taken for a repeat and lost.
    """
    if not message.id:
        return None
    said = f"{message.to}\n{message.text}\n{int(now // WINDOW)}"
    return f"{message.id}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def ours(reference: str) -> str | None:
    """Return our own id in one of theirs.

    >>> ours("7-0123456789ab"), ours("817790313235066447")
    ('7', None)
    """
    found = _OWN.fullmatch(reference)
    return found[1] if found else None


def body(
    messages: Iterable[Outgoing], sender: str, settings: Mapping[str, str], now: float
) -> bytes:
    """Return the body of one call: a text is written once for all who share it."""
    groups: dict[tuple[str, float | None], list[Outgoing]] = {}
    for message in messages:
        groups.setdefault((message.text, message.expires), []).append(message)
    orders = [_order(group, sender, settings, now) for group in groups.values()]
    return json.dumps({"messages": orders}, ensure_ascii=False).encode()


def _order(
    group: Sequence[Outgoing], sender: str, settings: Mapping[str, str], now: float
) -> dict[str, Any]:
    order: dict[str, Any] = {"destinations": [_destination(message, now) for message in group]}
    order["content"] = {"text": group[0].text}
    if sender and not sender.startswith("*"):  # a USSD code cannot send
        order["sender"] = sender.removeprefix("+")
    expires = group[0].expires
    if expires is not None:
        seconds = min(max(int(expires - now), 1), LONGEST_WAIT)
        order["options"] = {"validityPeriod": {"amount": seconds, "timeUnit": "SECONDS"}}
    callback = settings.get("status_callback", "")
    if callback and public(callback):
        key = settings["hook_key"]
        delivery = {"url": f"{callback}?key={key}" if key else callback, "notify": True}
        order["webhooks"] = {"delivery": delivery, "contentType": "application/json"}
    return order


def _destination(message: Outgoing, now: float) -> dict[str, str]:
    id = own(message, now)
    return {"to": message.to.removeprefix("+"), **({"messageId": id} if id else {})}
