"""What Kannel's sendsms is asked, and what its answers mean. Imported when first sending."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from gateway.domain.messages import Class, Outcome, Outgoing, Result
from gateway.domain.sms import fits
from gateway.providers import Account, Elsewhere, MaybeSent, SendError
from gateway.providers.http import Reply, refusal

ESCAPES = "&status=%d&smsc_id=%F&answer=%A&ts=%T"  # Kannel fills these in
PRIORITY = {Class.EMERGENCY: "3", Class.HIGH: "2", Class.NORMAL: "1", Class.BULK: "0"}

# The beginning of what they say when it is we who are wrong, not the message.
OURS = (
    "Authorization failed",
    "Sender missing",
    "DLR-URL field",
    "DLR-Mask field",
    "Invalid content-type",
    "Unsupported content-type",
)


def signed(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that sign in. In an address they would stand in every log."""
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": settings["username"],
        "X-Kannel-Password": settings["password"],
    }


def order(
    message: Outgoing, address: str, settings: Mapping[str, str], now: float
) -> dict[str, str]:
    """Return the headers that say what is to be done with the body, which is the text."""
    sender = settings["sender"] or address
    if not (sender.isascii() and sender.isprintable()):
        raise Account("bad_sender")  # a header cannot hold it
    seven = message.alphabet == "gsm7" and fits(message.text)
    asked = {
        "X-Kannel-To": message.to,
        "X-Kannel-From": sender,
        "X-Kannel-Coding": "0" if seven else "2",
        "X-Kannel-Priority": PRIORITY[Class(message.class_)],
        "X-Kannel-SMSC": settings["smsc"],
    }
    if message.expires is not None:  # in minutes; rather one too few than a stale warning
        asked["X-Kannel-Validity"] = str(max(int((message.expires - now) // 60), 1))
    if settings["status_callback"] and settings["dlr_mask"] != "0":
        asked["X-Kannel-DLR-Mask"] = settings["dlr_mask"]
        asked["X-Kannel-DLR-Url"] = report_url(message, settings)
    return {name: value for name, value in asked.items() if value}


def report_url(message: Outgoing, settings: Mapping[str, str]) -> str:
    """Return where reports of a message go: they know it by nothing but what is in here.

    A percent sign would begin an escape of theirs, so the number's plus is written 00.

    >>> settings = {"status_callback": "https://gw.example/hooks/k/receipt", "hook_key": ""}
    >>> report_url(Outgoing(7, "+15550100", "x"), settings)[:66]
    'https://gw.example/hooks/k/receipt?uuid=7&to=0015550100&status=%d&'
    """
    key = {"key": settings["hook_key"]} if settings["hook_key"] else {}
    ours = urlencode({**key, "uuid": message.id, "to": message.to.replace("+", "00")})
    return f"{settings['status_callback']}?{ours}{ESCAPES}"


def result(id: int, reply: Reply) -> Result:
    """Return what an answer means for a message; raise a SendError if it was not taken.

    They give no id: receipts come back under ours.
    """
    error = refused(reply)
    if error:
        raise error
    if reply.status != 202 and not reply.text.startswith(("0:", "3:", "Sent.")):
        raise MaybeSent("unexpected")  # something else listens there
    parts = re.search(r"Message splits: (\d{1,3})\b", reply.text)
    return Result(id, Outcome.ACCEPTED, parts=int(parts[1]) if parts else None)


def refused(reply: Reply) -> SendError | None:
    """Return what an answer means for sending, or None if the message was taken.

    >>> [type(refused(Reply(403, {}, said))).__name__ for said in (b"Not routable.", b"Who?")]
    ['Elsewhere', 'Account']
    """
    error = refusal(reply)
    if error is None:
        return None
    if reply.text.startswith(OURS):
        return Account(error.code)
    if reply.text.startswith("Not routable"):
        return Elsewhere(error.code)  # a route may be wanting for one country only
    return error


def signed_in(reply: Reply) -> None:
    """Raise what sending would meet, by their answer to an order without a recipient."""
    error = refused(reply)
    if reply.status == 400 and "receiver" in reply.text:
        return
    raise error or Account("unexpected")
