"""What Vonage is asked to send, and what its answer means."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.providers import MaybeSent, Rejected
from gateway.providers.sending import public
from gateway.providers.vonage.codes import CODES, TAKEN

SHORTEST_WAIT, LONGEST_WAIT = 20_000, 604_800_000  # milliseconds a message may stay there
LONGEST_CALLBACK = 100  # characters


def order(
    message: Outgoing, address: str, settings: Mapping[str, str], now: float
) -> dict[str, str]:
    """Return what Vonage is asked to do; letters outside GSM-7 need to be announced."""
    order = {
        "api_key": settings["api_key"],
        "api_secret": settings["api_secret"],
        "from": (settings["sender"] or address).removeprefix("+"),
        "to": message.to.removeprefix("+"),
        "text": message.text,
        "type": "unicode" if message.alphabet == "ucs2" else "text",
        "client-ref": str(message.id),
    }
    callback = settings["status_callback"]
    if callback and len(callback) <= LONGEST_CALLBACK and public(callback):
        order["callback"] = callback
    if message.expires is not None:
        wait = int((message.expires - now) * 1000)
        order["ttl"] = str(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
    return order


def result(id: int, body: bytes) -> Result:
    """Return what became of one message, or raise why it was refused."""
    try:
        return _result(id, json.loads(body)["messages"])
    except (ValueError, KeyError, TypeError, IndexError):
        raise MaybeSent("bad_json") from None


def _result(id: int, told: Sequence[Mapping[str, Any]]) -> Result:
    """They answer for each part of a message."""
    taken = [str(part["message-id"]) for part in told if str(part["status"]) == TAKEN]
    refused = [part for part in told if str(part["status"]) != TAKEN]
    if not refused:
        return Result(id, Outcome.ACCEPTED, taken[0], parts=len(taken), pieces=tuple(taken))
    code = str(refused[0]["status"])
    if taken:  # a piece of it is on its way: whether to send the whole again is for its class
        return Result(id, Outcome.UNKNOWN, taken[0], error=code)
    wait = re.search(r"\[ ?(\d{1,6}) ?\]", str(refused[0].get("error-text")))
    raise CODES.get(code, Rejected)(code, int(wait[1]) / 1000 if wait else None)
