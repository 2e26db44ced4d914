"""What Infobip calls us with: batches of messages and receipts, and USSD sessions."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from gateway.domain.messages import Event, Inbound, Media, Outcome, Phase, Receipt, Status, Turn
from gateway.providers import Answer, Garbled, Hook, reading
from gateway.providers.infobip.codes import NEVER, VERDICTS, meaning
from gateway.providers.infobip.order import ours

_SESSION = re.compile(
    r"/ussd(?:/(?P<key>[\w-]{16,128}))?/session/(?P<id>[^/]+)/(?P<step>start|response|end|status)/?$"
)
# A refusal after which we try again under another id: the receipt of the first try is not
# the end of the message.
_TRIED_AGAIN = (Outcome.ACCOUNT, Outcome.TRANSIENT)


def key(hook: Hook) -> str:
    """Return the key a call carries: in its query, its path, or as the password they sign in with.

    A USSD call has it in the path: they add to the address they were given.
    """
    session = _session(hook)
    found = dict(hook.query).get("key") or (session and session["key"])
    return found or _password(reading.header(hook, "Authorization"))


def _password(header: str) -> str:
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def results(hook: Hook, country: str) -> Iterator[Event]:
    """Yield what each result of a call tells; then raise Garbled if one could not be read."""
    found = reading.document(hook).get("results")
    if not isinstance(found, list):
        raise Garbled("missing_field", "results")
    fault: Garbled | None = None
    for place, result in enumerate(found):
        try:
            yield from _one(hook, result, country)
        except Garbled as error:
            fault = fault or Garbled(error.reason, f"results[{place}].{error.field}")
    if fault:
        raise fault


def _one(hook: Hook, result: Any, country: str) -> Iterator[Event]:
    """Read one result. What is in it says what it is, not the address it came to."""
    found = reading.scalars(result)
    whole = result if isinstance(result, dict) else {}
    if "status" in whole or (hook.kind == "receipt" and "receivedAt" not in whole):
        yield from _receipt(whole, found, country)
    else:
        yield _inbound(hook, whole, found, country)


def _inbound(
    hook: Hook, result: Mapping[str, Any], found: Mapping[str, str], country: str
) -> Inbound:
    pieces = [one for one in _list(result.get("message")) if isinstance(one, dict)]
    plain = [str(one["value"]) for one in pieces if "value" in one]
    text, flags = reading.text(hook, found.get("text") or "\n".join(plain))
    media = (
        Media(str(one["url"]), str(one.get("contentType", ""))) for one in pieces if one.get("url")
    )
    return Inbound(
        sender=reading.sender(reading.in_full(found, "from"), "from", country),
        to=reading.need(found, "to"),
        text=text,
        reference=reading.need(found, "messageId"),
        at=reading.moment(found, "receivedAt"),
        media=tuple(media),
        flags=flags,
    )


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _receipt(
    result: Mapping[str, Any], found: Mapping[str, str], country: str
) -> Iterator[Receipt]:
    reference = reading.need(found, "messageId")
    status, error = result.get("status"), result.get("error")
    if not isinstance(status, dict):
        raise Garbled("missing_field", "status")
    means = meaning(status.get("groupId"), status.get("id"))
    if means is None:
        return
    told = VERDICTS.get(status["id"], NEVER)
    yield Receipt(
        reference,
        means,
        to=reading.recipient(reading.in_full(found, "to"), "to", country),
        at=reading.moment(found, "doneAt"),
        error=_error(means, status, error),
        retry=told.retry if means is Status.REJECTED else _retry(means, error),
        own=None if told.outcome in _TRIED_AGAIN else ours(reference),
    )


def _error(means: Status, status: Any, error: Any) -> str | None:
    """Return the reason: a refusal's own name, else the number of the network's error."""
    if means is Status.REJECTED:
        return reading.word(reading.scalars(status), "name")
    return reading.word(reading.scalars(error), "id")


def _retry(means: Status, error: Any) -> str | None:
    if means is not Status.FAILED or not isinstance(error, dict):
        return None
    return "no" if error.get("permanent") else "later"


def turn(hook: Hook, address: str, country: str) -> Turn:
    """Read one USSD step. An ending names only its session: it has no sender."""
    session = _session(hook)
    if session is None:
        raise Garbled("missing_field", "session")
    if session["step"] == "status":
        raise Garbled("unknown_command", "status")
    ends = session["step"] == "end"
    found = reading.in_full(reading.scalars(reading.document(hook)), "msisdn")
    if not ends and "text" not in found:
        raise Garbled("missing_field", "text")
    text, _ = reading.text(hook, found.get("text", ""))
    return Turn(
        sender="" if ends else reading.phone(found, "msisdn", country),
        to=reading.word(found, "shortCode") or address,
        session=reading.need({"session": unquote(session["id"])}, "session"),
        phase={"start": Phase.START, "response": Phase.INPUT}.get(session["step"], Phase.END),
        text=text if session["step"] == "response" else "",
        result=reading.word(found, "exitCode"),
        error=reading.word(found, "reason"),
    )


def _session(hook: Hook) -> re.Match[str] | None:
    return _SESSION.search(urlsplit(hook.url).path)


def told(**more: str | bool | int) -> Answer:
    """Return the JSON that answers a USSD call; without more, that all is well."""
    body = json.dumps({"responseExitCode": 200, "responseMessage": "", **more}, ensure_ascii=False)
    return Answer(type="application/json; charset=utf-8", body=body)
