"""What Jasmin's /send is asked, and what its answers mean. Imported when first sending."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from gateway.domain.messages import Class, Outcome, Outgoing, Result
from gateway.domain.sms import encode, fits
from gateway.providers import Account, Busy, Elsewhere, MaybeSent, SendError, Unreachable
from gateway.providers.http import Reply, refusal

PRIORITY = {Class.EMERGENCY: "3", Class.HIGH: "2", Class.NORMAL: "1", Class.BULK: "0"}

_TAKEN = re.compile(r'Success "([\w-]{1,255})"')

# Words in their refusals that say more than the status does.
REFUSALS: tuple[tuple[str, type[SendError], str, float | None], ...] = (
    ("Cannot charge", Account, "no_credit", None),
    ("User throughput exceeded", Busy, "throughput", 1.0),
    ("No route found", Elsewhere, "http_412", None),
    ("no bound connectors", Unreachable, "no_connector", 30.0),
    ("Authorization failed", Account, "http_400", None),
    ("source_address filter", Account, "http_400", None),
    ("priority filter", Account, "http_400", None),
    ("validity_period filter", Account, "http_400", None),
    ("[username]", Account, "http_400", None),
    ("[password]", Account, "http_400", None),
    ("[dlr-url]", Account, "http_400", None),
)


def signed(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the fields that sign in."""
    return {"username": settings["username"], "password": settings["password"]}


def order(
    message: Outgoing, address: str, settings: Mapping[str, str], now: float
) -> dict[str, str]:
    """Return the form that says what is to be sent.

    The text goes as the octets we counted: Jasmin's own table would turn letters it does
    not know into question marks.
    """
    seven = message.alphabet == "gsm7" and fits(message.text)
    sent = encode(message.text) if seven else message.text.encode("utf-16-be", "replace")
    asked = {
        "to": message.to,
        "from": settings["sender"] or address,
        "coding": "0" if seven else "8",
        "hex-content": sent.hex(),
        "priority": PRIORITY[Class(message.class_)],
    }
    if message.expires is not None:  # in minutes; rather one too few than a stale warning
        asked["validity-period"] = str(max(int((message.expires - now) // 60), 1))
    if settings["status_callback"]:
        asked |= {"dlr": "yes", "dlr-level": "3", "dlr-method": "POST"}
        asked["dlr-url"] = receipt_url(message, settings)
    return {name: value for name, value in asked.items() if value}


def receipt_url(message: Outgoing, settings: Mapping[str, str]) -> str:
    """Return where receipts of a message go: they hold their id, and our own in the address."""
    key = {"key": settings["hook_key"]} if settings["hook_key"] else {}
    ours = urlencode({**key, "message": message.id, "to": message.to})
    return f"{settings['status_callback']}?{ours}"


def result(id: int, reply: Reply) -> Result:
    """Return what an answer means for a message; raise a SendError if it was not taken."""
    error = refused(reply)
    if error:
        raise error
    taken = _TAKEN.search(reply.text)
    if not taken:
        raise MaybeSent("no_id")  # perhaps taken, but its receipts would find nothing
    return Result(id, Outcome.ACCEPTED, taken[1])


def refused(reply: Reply) -> SendError | None:
    """Return what an answer means for sending, or None if the message was taken.

    >>> said = b'Error "Cannot charge submit_sm, check RouterPB log file for details"'
    >>> refused(Reply(403, {}, said)), refused(Reply(412, {}, b'Error "No route found"'))
    (Account('no_credit'), Elsewhere('http_412'))
    """
    error = refusal(reply)
    if error:
        for words, kind, code, wait in REFUSALS:
            if words in reply.text:
                return kind(code, reply.wait or wait)
    return error
