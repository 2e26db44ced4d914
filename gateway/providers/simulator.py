"""A provider without a network: for the handset in the browser, for trials and tests."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence

from gateway.domain.messages import (
    Event,
    Inbound,
    Outcome,
    Outgoing,
    Phase,
    Receipt,
    Result,
    Screen,
    Status,
    Turn,
)
from gateway.providers import N_, Answer, Can, Garbled, Hook, HookError, Need, reading, sending
from gateway.providers.needs import COUNTRY
from gateway.providers.plain import Now, Plain

FAILURES = {outcome.value: outcome for outcome in Outcome}
KNOWN = {"from", "to", "text", "id", "at", "status", "error", "session", "input", "path", "phase"}
ANSWER = "application/json; charset=utf-8"


class Simulator(Plain):
    """A channel that reaches nobody but the handset."""

    name = "simulator"
    can = Can(ussd=True, batch=1000, connections=1, rate=1000.0)
    needs = (
        Need("secret", N_("Calls must carry it as X-Simulator-Secret."), secret=True, default=""),
        Need(
            "ussd",
            N_("What a USSD step brings: last (the newest input) or path (all inputs so far)."),
            default="last",
            pattern="last|path",
        ),
        Need(
            "fail",
            N_(
                "Numbers that go wrong, as NUMBER=CODE,… where CODE is an outcome or your own word."
            ),
            default="",
            pattern=r"([^=,]+=\w+(,[^=,]+=\w+)*)?",
        ),
        Need("latency_ms", N_("How long a sending takes."), default="0", pattern=r"\d{1,5}"),
        COUNTRY,
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        told = [pair.partition("=") for pair in self.settings["fail"].split(",") if pair]
        self.fail = {number.strip(): code for number, _, code in told}

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our secret, where we have set one."""
        if self.settings["secret"]:
            reading.secret(reading.header(hook, "X-Simulator-Secret"), self.settings["secret"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message, a receipt or a USSD step, by the address that was called."""
        found = _fields(hook)
        if hook.kind == "ussd":
            yield self._turn(hook, found)
        elif hook.kind == "receipt":
            yield from self._receipt(found)
        else:
            yield self._inbound(hook, found)

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        text, flags = reading.text(hook, found.get("text", ""))
        return Inbound(
            sender=reading.sender(found, "from", self.country),
            to=reading.word(found, "to") or self.address,
            text=text,
            reference=reading.need(found, "id"),
            at=reading.moment(found, "at"),
            flags=flags,
        )

    def _receipt(self, found: Mapping[str, str]) -> Iterator[Receipt]:
        reference = reading.need(found, "id")
        status = reading.need(found, "status")
        if status in set(Status):
            to = reading.recipient(found, "to", self.country)
            at = reading.moment(found, "at")
            yield Receipt(reference, Status(status), to, at, reading.word(found, "error"))

    def _turn(self, hook: Hook, found: Mapping[str, str]) -> Turn:
        name = "path" if self.settings["ussd"] == "path" else "input"
        text, _ = reading.text(hook, found.get(name, ""))
        return Turn(
            sender=reading.phone(found, "from", self.country),
            to=reading.word(found, "to") or self.address,
            session=reading.need(found, "session"),
            phase=_phase(found, name),
            text=text,
            path=text if name == "path" else None,
        )

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return JSON, with the texts handed back."""
        return Answer(type=ANSWER, body=json.dumps({"texts": list(texts)}, ensure_ascii=False))

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return one USSD page as JSON."""
        page = {"text": screen.text, "goes_on": screen.goes_on}
        return Answer(type=ANSWER, body=json.dumps(page, ensure_ascii=False))

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason as JSON."""
        told = {"reason": error.reason, "field": error.field}
        return Answer(error.status, ANSWER, json.dumps(told))

    # Out

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Accept all at once, but for the numbers told to fail."""
        time.sleep(int(self.settings["latency_ms"]) / 1000)
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        for message in alive:
            code = self.fail.get(message.to)
            if code:
                yield Result(message.id, FAILURES.get(code, Outcome.REJECTED), error=code)
            else:
                yield Result(message.id, Outcome.ACCEPTED, f"sim-{message.id}", parts=message.parts)

    def check(self) -> None:
        """Nothing can be wrong: nobody is asked."""


def _fields(hook: Hook) -> dict[str, str]:
    """Return the fields of a form, a query or a flat JSON object."""
    if not reading.header(hook, "Content-Type").startswith("application/json"):
        return reading.fields(hook)
    found = reading.document(hook)
    wrong = {name for name, value in found.items() if not isinstance(value, str | int)}
    if wrong:
        known = sorted(wrong & KNOWN)  # any other name could be somebody's number
        raise Garbled("bad_type", known[0] if known else None)
    return {name: str(value) for name, value in found.items()}


def _phase(found: Mapping[str, str], name: str) -> Phase:
    """Return the phase they say, else start where there is no input yet."""
    said = found.get("phase", "")
    if said in set(Phase):
        return Phase(said)
    return Phase.INPUT if found.get(name) else Phase.START
