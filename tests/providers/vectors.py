"""The tables of provider calls: each case as a Hook, and what it must become."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.domain.messages import Event, Inbound, OptOut, Phase, Receipt, Turn
from gateway.providers import PROVIDERS, Forged, Hook, Provider, load, reading
from gateway.providers.external.calls import MADE
from gateway.providers.gammusmsd import heard
from gateway.providers.ussd import Ussd

FOLDER = Path(__file__).parent.parent / "vectors"
FORGERIES = {"bad_signature", "stale_signature", "bad_secret", "wrong_account"}
PLACES = {"RECEIVED": "incoming", "REPORT": "report", "SENT": "sent", "FAILED": "failed"}
KINDS = {"inbound": "message", "status": "receipt", "ussd": "ussd", "optout": "receipt"}

Case = Mapping[str, Any]

# Those that call an address of ours, or are asked; one that keeps a line open has its own runner.
CALLED = [name for name in PROVIDERS if not load(name).can.links]


def table(name: str) -> Case:
    """Return a provider's cases; a provider without any breaks the collection."""
    found: Case = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def cases(*directions: str) -> Iterator[tuple[str, Case]]:
    """Yield (provider, case) for every case of these directions, of every provider CALLED."""
    for name in CALLED:
        for case in table(name)["vectors"]:
            if case["direction"] in directions:
                yield name, case


def channel(name: str, case: Case, **more: str) -> Provider:
    """Return the provider as the table's channel sets it up."""
    told = {**table(name)["channel"], **case.get("channel", {}), **more}
    cls = load(name)
    known = {need.name for need in cls.needs}
    settings = {key: str(value) for key, value in told.items() if key in known}
    made: Any = cls
    clock = {"clock": _clock(told["clock"])} if "clock" in told else {}
    found: Provider = made(told.get("number") or told.get("short_code") or "", settings, **clock)
    if isinstance(found, Ussd):
        _begun(found, case)
    return found


def _begun(provider: Ussd, case: Case) -> None:
    """Let the session have begun, where the table says with what."""
    state = case.get("state", {})
    if state.get("service_code"):
        event = case["expect"]["events"][0]
        provider.steps.know(event["session"], event["from"], state["service_code"])


def _clock(stamp: str) -> Callable[[], float]:
    at = datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()
    return lambda: at


def hook(case: Case, kind: str | None = None) -> Hook:
    """Return a case's request as the web hands it over, a file as it is found."""
    request = case["request"]
    if "env" in request:
        call = heard.told(request["argv"], request["env"])
        return Hook(KINDS[case["direction"]], "FILE", "heard/call.json", {}, (), (), call)
    if "file" in request:
        return _file(case)
    if "message" in request or "callback" in request:
        return _heard(case)
    body = request["body"].encode()
    form = request["content_type"] == "application/x-www-form-urlencoded"
    return Hook(
        kind=kind or KINDS.get(case["direction"], "message"),
        method=request["method"],
        url=request["url"],
        headers={"Content-Type": request["content_type"] or "", **request["headers"]},
        query=reading.pairs(urlsplit(request["url"]).query),
        form=reading.pairs(body) if form else (),
        body=body,
    )


def _file(case: Case) -> Hook:
    request = case["request"]
    place = PLACES[request["argv"][0]] if "argv" in request else "inbox"
    name = request["file"] if "/" in request["file"] else f"{place}/{request['file']}"
    body = bytes.fromhex(request.get("content_hex", "")) or request["content"].encode()
    return Hook(KINDS[case["direction"]], "FILE", name, {}, (), (), body)


def _heard(case: Case) -> Hook:
    """Return what a modem told as it is kept."""
    request = case["request"]
    said = request["message"] if "message" in request else request["callback"][1]
    return Hook(KINDS[case["direction"]], "MODEM", "", {}, (), (), json.dumps(said).encode())


def verify(provider: Provider, call: Hook) -> None:
    """Verify a call, but for what was looked for: nobody called."""
    if not provider.can.polls:
        provider.verify(call)


def forged(provider: Provider, call: Hook) -> bool:
    """Tell whether a provider refuses a call as not its own."""
    try:
        provider.verify(call)
    except Forged:
        return True
    return False


def told(event: Event) -> dict[str, Any]:
    """Return an event in the words of the tables."""
    words: dict[str, Any]
    match event:
        case Inbound(sender=sender, to=to, text=text, reference=reference, at=at, part=part):
            media = [{"url": m.url, "type": m.type or None} for m in event.media]
            words = {"kind": "inbound", "from": sender, "to": to, "text": text, "media": media}
            words |= {"external_id": reference, "network": event.network}
            if reference.startswith(MADE):  # by us: they gave none
                words["external_id"] = None
            if part:
                words["concat"] = {"ref": part.reference, "total": part.total, "seq": part.number}
            return words | {"timestamp": _stamp(at), "flags": list(event.flags)}
        case Receipt(reference=reference, status=status, to=to, at=at, error=error, retry=retry):
            words = {"kind": "status", "external_id": reference, "status": status.value, "to": to}
            words |= {"own_ref": event.own, "parts": event.parts}
            return words | {"timestamp": _stamp(at), "error_code": error, "retry": retry}
        case Turn(sender=sender, to=to, session=session, phase=phase, text=text, at=at):
            words = {"kind": "ussd", "from": sender, "to": to, "session": session, "text": text}
            if phase is Phase.NOTIFY and not sender:  # told to the modem itself
                words |= {"from": None, "to": None, "session": None}
                words["expects_reply"] = event.result == "ActionNeeded"
            words |= {"phase": phase.value, "network": event.network, "result": event.result}
            words |= {"hops": event.hops, "duration_ms": event.duration_ms, "error": event.error}
            return words | {"timestamp": _stamp(at)}
        case OptOut(sender=sender, to=to, action=action, at=at):
            words = {"kind": "optout", "from": sender, "to": to, "action": action}
            return words | {"timestamp": _stamp(at)}


def in_our_words(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return an expected event with the number of a concatenation as a number.

    A modem's own number for a message is its reference, until its message is found.
    """
    words = {name: value for name, value in expected.items() if name != "reference"}
    if "reference" in expected:
        words["external_id"] = expected["external_id"] or str(expected["reference"])
    if "concat" in expected:
        words["concat"] = {**expected["concat"], "ref": int(expected["concat"]["ref"])}
    return words


def _stamp(at: datetime | None) -> str | None:
    """Write a time as the tables do: with thousandths, or with none."""
    if at is None:
        return None
    exact = "milliseconds" if at.microsecond else "seconds"
    return at.isoformat(timespec=exact).replace("+00:00", "Z")
