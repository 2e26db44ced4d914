"""Vonage (Nexmo): its SMS API. Manual: https://developer.vonage.com/en/messaging/sms."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.domain.messages import Event, Inbound, Outgoing, Part, Receipt, Result
from gateway.providers import N_, Answer, Can, Forged, Garbled, Hook, HookError, Need, reading
from gateway.providers.calling import Calling
from gateway.providers.needs import COUNTRY, NUMBER_OR_NAME, STATUS_CALLBACK, TIMEOUT
from gateway.providers.vonage import signature, wire
from gateway.providers.vonage.codes import ENDED_BADLY, STATUSES, WORTH_LATER

HOST = "https://rest.nexmo.com"
PATH = "/sms/json"
BALANCE = "/account/get-balance"


class Vonage(Calling):
    """A number, short code or sender name at Vonage."""

    name = "vonage"
    can = Can(batch=100, rate=30.0)
    needs = (
        Need("api_key", N_("The API key, on the dashboard's first page."), pattern=r"\w{6,32}"),
        Need("api_secret", N_("The API secret beside it."), secret=True, pattern=r"[!-~]{8,64}"),
        Need(
            "signature_secret",
            N_("The signature secret, in the dashboard's API settings."),
            secret=True,
            pattern=r"[!-~]{8,128}",
        ),
        Need(
            "signature_method",
            N_("The signature method chosen beside it: sha256, sha512, sha1, md5 or md5hash."),
            default="sha256",
            pattern=signature.METHODS,
        ),
        Need(
            "signature_required",
            N_("yes: calls that are not signed are refused. no: they need only hook_key."),
            default="yes",
            pattern="yes|no",
        ),
        Need(
            "hook_key",
            N_(
                "A word of your own, of 16 to 128 letters, digits, - or _; unsigned calls must "
                "carry it as ?key=…"
            ),
            secret=True,
            default="",
            pattern=r"([A-Za-z0-9_-]{16,128})?",
        ),
        NUMBER_OR_NAME,
        COUNTRY,
        STATUS_CALLBACK,
        Need("base_url", "Another host.", default=HOST, pattern=r"https?://\S+", hidden=True),
        TIMEOUT,
    )

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call is signed, or need not be and carries our key."""
        if self.settings["signature_required"] == "yes":
            self._signed(hook)
        else:
            reading.key(hook, self.settings["hook_key"])
        reading.small(hook)

    def _signed(self, hook: Hook) -> None:
        try:
            found = _fields(hook)
        except Garbled:
            raise Forged("bad_signature") from None  # unreadable, so not signed either
        secret, method = self.settings["signature_secret"], self.settings["signature_method"]
        signature.check(found, secret, method, self.clock())
        if found.get("api-key", self.settings["api_key"]) != self.settings["api_key"]:
            raise Forged("wrong_account")

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a message or a receipt, whichever address it came to."""
        found = reading.in_full(_fields(hook), "msisdn")
        if "status" in found:
            yield from self._receipt(found)
        elif found.keys() - {"key"}:  # without fields it is the dashboard's trial
            yield self._inbound(hook, found)
        elif hook.body:
            raise Garbled("bad_type", "Content-Type")

    def _inbound(self, hook: Hook, found: Mapping[str, str]) -> Inbound:
        sender = reading.sender(found, "msisdn", self.country)
        if found.get("type") == "binary":
            raise Garbled("bad_type", "type")
        text, flags = reading.text(hook, found.get("text", ""))
        return Inbound(
            sender=sender,
            to=reading.need(found, "to"),
            text=text,
            reference=reading.need(found, "messageId"),
            at=reading.moment(found, "message-timestamp"),
            part=_part(found),
            flags=flags,
        )

    def _receipt(self, found: Mapping[str, str]) -> Iterator[Receipt]:
        reference = reading.need(found, "messageId")
        status = STATUSES.get(found["status"])
        if status is None:
            return
        error = reading.word(found, "err-code")
        worth = "later" if error in WORTH_LATER else "no"
        yield Receipt(
            reference,
            status,
            to=reading.recipient(found, "msisdn", self.country),
            at=reading.moment(found, "message-timestamp"),
            error=error,
            retry=worth if status in ENDED_BADLY else None,
            own=reading.word(found, "client-ref"),
            piece=reference,  # each part of a message has its own
        )

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return 200 even for a garbled call: it would come again for a day, no better.

        The same for the dashboard's trial of an address, which is empty and never signed.
        """
        forged = isinstance(error, Forged) and (hook.query or hook.body)
        return Answer(403 if forged else 200, body=str(error))

    # Out

    def check(self) -> None:
        """Ask for the balance of the account."""
        words = f"{self.settings['api_key']}:{self.settings['api_secret']}"
        signed = b64encode(words.encode()).decode()
        self._door.get(BALANCE, {}, {"Authorization": f"Basic {signed}"})

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        for message in messages:
            order = wire.order(message, self.address, self.settings, self.clock())
            reply = self._door.post(PATH, order, {"Accept": "application/json"})
            yield wire.result(message.id, reply.body)


def _fields(hook: Hook) -> dict[str, str]:
    """Return a call's fields: of a form, a query or a JSON object."""
    if hook.method != "GET" and reading.header(hook, "Content-Type").startswith("application/json"):
        return reading.scalars(reading.document(hook))
    return reading.fields(hook)


def _part(found: Mapping[str, str]) -> Part | None:
    """Return which part of a longer text this is, or None if it is a whole one."""
    if found.get("concat") != "true":
        return None
    names = ("concat-ref", "concat-total", "concat-part")
    reference, total, number = (reading.whole(found, name) for name in names)
    if reference is None or total is None or number is None:
        raise Garbled("missing_field", "concat-ref")
    return Part(reference, total, number)
