"""Africa's Talking: SMS and USSD. Manual: https://developers.africastalking.com/docs."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.domain.messages import (
    Event,
    Inbound,
    OptOut,
    Outcome,
    Outgoing,
    Phase,
    Receipt,
    Result,
    Screen,
    Turn,
)
from gateway.providers import N_, Answer, Can, Hook, MaybeSent, Need, reading
from gateway.providers.africastalking.codes import CODES, STATUSES, refused
from gateway.providers.calling import Calling
from gateway.providers.needs import COUNTRY, HOOK_KEY, TIMEOUT

LIVE = "https://api.africastalking.com"
SANDBOX = "https://api.sandbox.africastalking.com"
PATH = "/version1/messaging"


class AfricasTalking(Calling):
    """A short code, sender name or USSD code at Africa's Talking."""

    name = "africastalking"
    can = Can(ussd=True, batch=100, together=500, rate=30.0)
    needs = (
        Need("username", N_("Your app's user name, or `sandbox`."), pattern=r"\S{1,64}"),
        Need("api_key", N_("The API key of that app."), secret=True, pattern=r"\S{6,256}"),
        Need(
            "sender",
            N_("Short code or name to send from; empty: the channel's address."),
            default="",
            pattern=r"(\+?[\w .-]{1,15})?",
        ),
        HOOK_KEY,
        COUNTRY,
        Need("base_url", "Another host.", default="", pattern=r"(https?://\S+)?", hidden=True),
        TIMEOUT,
    )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our key, where we have set one."""
        reading.key(hook, self.settings["hook_key"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield what the call tells. Its fields say what it is, not the address it came to."""
        found = reading.fields(hook)
        if "serviceCode" in found or "sessionId" in found:
            yield self._ending(found) if "status" in found else self._turn(hook, found)
        elif "status" in found:
            yield from self._receipt(found)
        elif "senderId" in found and "text" not in found:
            sender = reading.phone(found, "phoneNumber", self.country)
            yield OptOut(sender, reading.need(found, "senderId"), "stop")
        elif "updateType" not in found:  # subscriptions to paid content are not our business
            yield self._inbound(hook, found)

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        text, flags = reading.text(hook, found.get("text", ""))
        return Inbound(
            sender=reading.sender(found, "from", self.country),
            to=reading.need(found, "to"),
            text=text,
            reference=reading.need(found, "id"),
            at=reading.moment(found, "date"),
            network=reading.word(found, "networkCode"),
            flags=flags,
        )

    def _receipt(self, found: Mapping[str, str]) -> Iterator[Event]:
        reference = reading.need(found, "id")
        status = STATUSES.get(found["status"])
        if status is None:
            return
        to = reading.recipient(found, "phoneNumber", self.country)
        error = reading.word(found, "failureReason")
        yield Receipt(reference, status, to, error=error)
        if error == "UserInBlackList" and to:
            yield OptOut(to, None, "stop")

    def _turn(self, hook: Hook, found: Mapping[str, str]) -> Turn:
        path, _ = reading.text(hook, found.get("text", ""))
        return Turn(
            sender=reading.phone(found, "phoneNumber", self.country),
            to=reading.need(found, "serviceCode"),
            session=reading.need(found, "sessionId"),
            phase=Phase.INPUT if path else Phase.START,
            text=path,
            path=path,
            network=reading.word(found, "networkCode"),
        )

    def _ending(self, found: Mapping[str, str]) -> Turn:
        return Turn(
            sender=reading.phone(found, "phoneNumber", self.country),
            to=reading.need(found, "serviceCode"),
            session=reading.need(found, "sessionId"),
            phase=Phase.END,
            text="",
            network=reading.word(found, "networkCode"),
            at=reading.moment(found, "date"),
            result=(reading.word(found, "status") or "").lower() or None,
            hops=reading.whole(found, "hopsCount"),
            duration_ms=reading.whole(found, "durationInMillis"),
            error=reading.word(found, "errorMessage"),
        )

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return one page: CON when more input is wanted, END on the last one."""
        return Answer(body=f"{'CON' if screen.goes_on else 'END'} {screen.text}")

    # Out

    def check(self) -> None:
        """Ask for what came in after the last possible message: only the signing in matters."""
        query = {"username": self.settings["username"], "lastReceivedId": "2147483647"}
        self._door.get(PATH, query, self._headers)

    @property
    def _base(self) -> str:
        host = SANDBOX if self.settings["username"] == "sandbox" else LIVE
        return self.settings["base_url"] or host

    @property
    def _headers(self) -> dict[str, str]:
        return {"apiKey": self.settings["api_key"], "Accept": "application/json"}

    def _calls(self, messages: Sequence[Outgoing]) -> list[list[Outgoing]]:
        return _alike(messages, self.can.batch)

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        reply = self._door.post(PATH, self._order(messages), self._headers)
        try:
            told = json.loads(reply.body)["SMSMessageData"]
            entries = {entry["number"]: entry for entry in told["Recipients"]}
            return [_result(one.id, told, entries.get(one.to)) for one in messages]
        except (ValueError, KeyError, TypeError):
            raise MaybeSent("bad_json") from None

    def _order(self, messages: Sequence[Outgoing]) -> dict[str, str]:
        order = {
            "username": self.settings["username"],
            "to": ",".join(message.to for message in messages),
            "message": messages[0].text,
            "bulkSMSMode": "1",
        }
        sender = self.settings["sender"] or self.address
        if sender and not sender.startswith("*"):  # a USSD code cannot send
            order["from"] = sender
        if len(messages) > 1:
            order["enqueue"] = "1"
        return order


def _alike(messages: Iterable[Outgoing], most: int) -> list[list[Outgoing]]:
    """Group messages that share a text; nobody is twice in one call.

    >>> a, b, c = Outgoing(1, "+1", "x"), Outgoing(2, "+2", "x"), Outgoing(3, "+1", "x")
    >>> [[m.id for m in call] for call in _alike([a, b, c], 100)]
    [[1, 2], [3]]
    """
    groups: dict[tuple[str, int], list[Outgoing]] = {}
    told: dict[tuple[str, str], int] = {}
    for message in messages:
        again = told.get((message.text, message.to), 0)
        told[message.text, message.to] = again + 1
        groups.setdefault((message.text, again), []).append(message)
    return [g[i : i + most] for g in groups.values() for i in range(0, len(g), most)]


def _result(id: int, told: Mapping[str, Any], entry: Mapping[str, Any] | None) -> Result:
    """Return what became of one message: by its own entry, else by the word for the call."""
    if entry is None and told["Recipients"]:
        return Result(id, Outcome.UNKNOWN, error="no_entry")
    if entry is None:  # nothing was sent, to nobody
        code = re.sub(r"\W.*", "", str(told["Message"]), flags=re.DOTALL)[:40]
        outcome, wait = CODES.get(code, (Outcome.REJECTED, None))
        return refused(id, outcome, code or "no_recipients", wait)
    code = str(entry["statusCode"])
    outcome, wait = CODES.get(code, (Outcome.UNKNOWN, None))
    if outcome is not Outcome.ACCEPTED:
        return refused(id, outcome, code, wait)
    return Result(id, outcome, str(entry["messageId"]), cost=entry.get("cost"))
