"""An Android phone with SMSSync, which calls us and fetches. Manual: http://smssync.ushahidi.com."""

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from gateway.domain.messages import Event, Inbound, Outcome, Outgoing, Result
from gateway.domain.pace import ANDROID
from gateway.providers import N_, Answer, Can, Garbled, Hook, HookError, Need, reading, sending
from gateway.providers.needs import COUNTRY
from gateway.providers.plain import Plain
from gateway.providers.smssync.results import fetched, listed, moment, results

JSON = "application/json; charset=utf-8"
WAIT = 600.0  # seconds; nothing can be pushed to a phone that fetches
ASKS = {"send": "messages", "result": "receipts"}


class SmsSync(Plain):
    """One phone. Nothing reaches it but our answers to its own calls."""

    name = "smssync"
    pasted: ClassVar[Mapping[str, str]] = {"message": ""}
    can = Can(
        batch=20,
        connections=1,
        rate=20 / 60,
        quota=ANDROID,
        replies=True,
        polled=True,
    )
    needs = (
        Need(
            "secret",
            N_("The secret of the Sync URL in the app; choose a long one."),
            secret=True,
            pattern=r"\S{6,128}",
        ),
        COUNTRY,
    )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our secret.

        No version of the app sends it when it names what it has taken, and old ones not when they
        tell what became of it: there the names are the proof, which only that phone was given.
        """
        found = _fields(hook) | dict(reversed(hook.query))
        if "secret" in found or not _of_fetched(hook):
            reading.secret(found.get("secret", ""), self.settings["secret"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message, or what became of those fetched; nothing where it comes to fetch."""
        if not _task(hook):
            yield self._inbound(hook, _fields(hook))
        elif _of_fetched(hook):
            told = reading.document(hook)
            if _task(hook) == "sent":
                yield from fetched(told.get("queued_messages"))
            else:
                yield from results(told.get("message_result"))

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        if "message" not in found:
            raise Garbled("missing_field", "message")
        text, flags = reading.text(hook, found["message"])
        return Inbound(
            sender=reading.sender(found, "from", self.country),
            to=reading.word(found, "sent_to") or self.address,
            text=text,
            reference=reading.need(found, "message_id"),
            at=moment(found.get("sent_timestamp", "")),
            flags=flags,
        )

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return that it is kept, with texts for its sender; to what it fetched, their names."""
        if _of_fetched(hook) and _task(hook) == "sent":
            told = reading.document(hook).get("queued_messages")
            return _json({"message_uuids": listed(told)})
        if not texts:
            return _json({"payload": {"success": True, "error": None}})
        found = _fields(hook)
        to, id = reading.sender(found, "from", self.country), found["message_id"]
        texts_to = [(to, text, self._mark(id, str(n), text)) for n, text in enumerate(texts)]
        return self._orders(texts_to, success=True, error=None)

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason, with 200: it understands no other status."""
        return _json({"payload": {"success": False, "error": str(error)}})

    # Out

    def wants(self, hook: Hook) -> str:
        """Return what a verified call comes for: messages, receipts, or an empty string."""
        return ASKS.get(_task(hook), "") if hook.method == "GET" else ""

    def give(self, hook: Hook, messages: Sequence[Outgoing]) -> Answer:
        """Return messages for the phone to send; it confirms by name those it has taken."""
        return self._orders([(one.to, one.text, self.reference(one)) for one in messages])

    def ask(self, hook: Hook, references: Sequence[str]) -> Answer:
        """Return the names of messages whose fate we want to know."""
        return _json({"message_uuids": list(references)})

    def reference(self, message: Outgoing) -> str:
        """Return the name of a message there: always the same, and nobody can guess it."""
        return f"{message.id}-{self._mark(str(message.id), message.to, message.text)}"

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Send nothing: every message waits until the phone comes for it."""
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        for message in alive:
            yield Result(message.id, Outcome.TRANSIENT, error="waits_for_the_phone", wait=WAIT)

    def check(self) -> None:
        """Nothing can be wrong on our side: the phone calls us."""

    def _mark(self, *words: str) -> str:
        told = "\0".join(words).encode("utf-8", "replace")
        return hmac.digest(self.settings["secret"].encode(), told, "sha256").hex()[:24]

    def _orders(self, told: Sequence[tuple[str, str, str]], **more: Any) -> Answer:
        orders = [{"to": to, "message": text, "uuid": uuid} for to, text, uuid in told]
        task = {"task": "send", "secret": self.settings["secret"], "messages": orders}
        return _json({"payload": {**more, **task}})


def _json(told: Mapping[str, Any]) -> Answer:
    return Answer(type=JSON, body=json.dumps(told, ensure_ascii=False))


def _task(hook: Hook) -> str:
    return dict(reversed(hook.query)).get("task", "")


def _of_fetched(hook: Hook) -> bool:
    """Tell whether a call is about messages that the phone has fetched."""
    return hook.method != "GET" and _task(hook) in ("sent", "result")


def _fields(hook: Hook) -> dict[str, str]:
    """Return the fields of a form or a flat JSON object; Garbled if it is neither."""
    if "json" in reading.header(hook, "Content-Type"):
        return reading.scalars(reading.document(hook))
    return reading.fields(hook)
