"""The tables of provider calls: each case as a Hook, and what it must become."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.domain.messages import Event, Inbound, OptOut, Receipt, Turn
from gateway.providers import PROVIDERS, Forged, Hook, Provider, load, reading

FOLDER = Path(__file__).parent.parent / "vectors"
KINDS = {"inbound": "message", "status": "receipt", "ussd": "ussd", "optout": "receipt"}

Case = Mapping[str, Any]


def table(name: str) -> Case:
    """Return a provider's cases; a provider without any breaks the collection."""
    found: Case = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def cases(*directions: str) -> Iterator[tuple[str, Case]]:
    """Yield (provider, case) for every case of these directions, of every provider."""
    for name in PROVIDERS:
        for case in table(name)["vectors"]:
            if case["direction"] in directions:
                yield name, case


def channel(name: str, case: Case, **more: str) -> Provider:
    """Return the provider as the table's channel sets it up."""
    told = {**table(name)["channel"], **case.get("channel", {}), **more}
    cls = load(name)
    known = {need.name for need in cls.needs}
    settings = {key: value for key, value in told.items() if key in known}
    return cls(told.get("number") or told.get("short_code") or "", settings)


def hook(case: Case, kind: str | None = None) -> Hook:
    """Return a case's request as the web hands it over."""
    request = case["request"]
    body = request["body"].encode()
    form = request["content_type"] == "application/x-www-form-urlencoded"
    return Hook(
        kind=kind or KINDS.get(case["direction"], "message"),
        method=request["method"],
        url=request["url"],
        headers={"Content-Type": request["content_type"], **request["headers"]},
        query=reading.pairs(urlsplit(request["url"]).query),
        form=reading.pairs(body) if form else (),
        body=body,
    )


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
        case Inbound(sender=sender, to=to, text=text, reference=reference, at=at):
            media = [{"url": m.url, "type": m.type} for m in event.media]
            words = {"kind": "inbound", "from": sender, "to": to, "text": text, "media": media}
            words |= {"external_id": reference, "network": event.network}
            return words | {"timestamp": _stamp(at), "flags": list(event.flags)}
        case Receipt(reference=reference, status=status, to=to, at=at, error=error, retry=retry):
            words = {"kind": "status", "external_id": reference, "status": status.value, "to": to}
            return words | {"timestamp": _stamp(at), "error_code": error, "retry": retry}
        case Turn(sender=sender, to=to, session=session, phase=phase, text=text, at=at):
            words = {"kind": "ussd", "from": sender, "to": to, "session": session, "text": text}
            words |= {"phase": phase.value, "network": event.network, "result": event.result}
            words |= {"hops": event.hops, "duration_ms": event.duration_ms, "error": event.error}
            return words | {"timestamp": _stamp(at)}
        case OptOut(sender=sender, to=to, action=action, at=at):
            words = {"kind": "optout", "from": sender, "to": to, "action": action}
            return words | {"timestamp": _stamp(at)}


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
