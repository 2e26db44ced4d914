"""A GSM modem in this machine, by Gammu (https://docs.gammu.org/python/; python-gammu 3.5)."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from gateway.domain.messages import Event, Outcome, Outgoing, Result
from gateway.providers import (
    N_,
    Account,
    Busy,
    Can,
    Forged,
    Garbled,
    Hook,
    MaybeSent,
    Need,
    SendError,
    Unreachable,
    reading,
    sending,
)
from gateway.providers.fetching import Found
from gateway.providers.modem import hearing
from gateway.providers.modem.balance import Balance, Expression
from gateway.providers.modem.condition import condition
from gateway.providers.modem.looking import Looking
from gateway.providers.modem.machine import Machine
from gateway.providers.modem.texts import parts, validity
from gateway.providers.modem.words import WORDS
from gateway.providers.needs import COUNTRY, REPORT
from gateway.providers.plain import Now, Plain

_PLACE = r"[^\s\x00][^\n\x00]{0,250}"


class Modem(Plain):
    """One modem and its SIM; several modems are several channels."""

    name = "modem"
    # A modem needs several seconds for a part, and networks bar SIMs that send much more.
    can = Can(connections=1, rate=8 / 60, polls=True, here=True)
    needs = (
        Need(
            "device",
            N_("Where the modem is: /dev/ttyUSB0, or better its name below /dev/serial/by-id/."),
            pattern=_PLACE,
        ),
        Need(
            "pin",
            N_("The PIN of the SIM; empty if it asks for none. It is tried once."),
            secret=True,
            default="",
            pattern=r"(\d{4,8})?",
        ),
        Need(
            "smsc",
            N_("The number of the network's message centre; empty: the one on the SIM."),
            default="",
            pattern=r"(\+?\d{3,20})?",
        ),
        REPORT,
        Need(
            "balance_code",
            N_("What to dial to hear what is left, as *144#; empty: nobody asks."),
            default="",
            pattern=r"([*#][0-9*#]{1,30})?",
        ),
        Expression(
            "balance_pattern",
            N_("A regular expression with one group around the amount in the answer."),
            default="",
        ),
        Need(
            "balance_hours",
            N_("How many hours to wait at least until it is asked again."),
            default="12",
            pattern=r"[1-9]\d{0,2}",
        ),
        COUNTRY,
        Need(
            "connection",
            N_("How to speak with it, in Gammu's words: at, at115200, none."),
            default="at",
            pattern=r"[A-Za-z0-9-]{1,40}",
            hidden=True,
        ),
        Need(
            "model",
            N_("Gammu's name for the model; empty: it is asked."),
            default="",
            pattern=r"[A-Za-z0-9-]{0,40}",
            hidden=True,
        ),
        Need(
            "lock",
            N_("Whether to keep other programs off the device, by a file in /var/lock."),
            default="yes",
            pattern="yes|no",
            hidden=True,
        ),
        Need(
            "reference_bits",
            N_("How long the number is that joins the parts of a text: 8 or 16 bits."),
            default="8",
            pattern="8|16",
            hidden=True,
        ),
    )

    def __init__(self, address: str, settings: Mapping[str, str], clock: Now = time.time) -> None:
        super().__init__(address, settings, clock)
        given = self.settings
        self.can = replace(type(self).can, receipts=given["report"] == "yes")
        config = {"Device": given["device"], "Connection": given["connection"]}
        config |= {"Model": given["model"], "LockDevice": given["lock"]}
        self.machine = Machine(config, given["pin"], time.monotonic)
        code, pattern = given["balance_code"], given["balance_pattern"]
        self.balance = Balance(code, pattern, float(given["balance_hours"]))
        self.looking = Looking(self.machine, self.balance, self.country, time.monotonic)

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged: nobody has to call us, the modem is looked at."""
        raise Forged("bad_secret")

    def recall(self, sent_to: Callable[[str], Sequence[str]]) -> None:
        """Be given a way to ask for the references of what was sent to somebody, newest first."""
        self.looking.sent_to = sent_to

    def poll(self) -> Iterator[Found]:
        """Yield what came, each to be taken off the SIM once it is on disk."""
        return self.looking.found()

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield the message, the receipt or the word of the network that was heard."""
        reading.small(hook)
        said = reading.document(hook)
        if hook.kind == "ussd":
            yield hearing.ussd(hook, said)
        elif said.get("Type") == hearing.REPORT:
            yield hearing.receipt(hook, said, self.country)
        elif "Number" not in said:
            raise Garbled("missing_field", "Number")
        else:
            yield hearing.inbound(hook, said, self.address, self.country)

    # Out

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Hand messages to the modem, one part after another."""
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        stops: SendError | None = None
        for message in alive:
            try:
                if stops:
                    raise stops
                yield self._sent(message)
            except SendError as error:
                yield error.result(message.id)
                if isinstance(error, Account | Busy) or self._is_gone(error):
                    stops = error  # what is tried now would only take its time and fail as well

    def check(self) -> None:
        """Open the modem and look at its SIM and network, and send nothing."""
        with self.machine.using() as driver:
            driver.GetSMSStatus()

    def close(self) -> None:
        """Let go of the modem."""
        self.machine.close()

    def explain(self, code: str) -> str:
        """Return what a code of ours means and what to do, or an empty string."""
        return WORDS.get(code, "")

    def condition(self) -> Mapping[str, str]:
        """Return how modem, SIM and network are."""
        return condition(self.machine, self.balance)

    def credit(self) -> float | None:
        """Return the balance if one was told since this was last asked."""
        return self.balance.told()

    def _is_gone(self, error: SendError) -> bool:
        return isinstance(error, Unreachable) and (bool(self.machine.state) or not error.wait)

    def _sent(self, message: Outgoing) -> Result:
        """Return the result of a message; its reference holds the modem's number of each part."""
        given, numbers = self.settings, []
        whole = parts(message, int(given["reference_bits"]), given["report"] == "yes")
        now = self.clock()
        for part in whole:
            try:
                until = validity(message.expires, now)
                numbers.append(self.machine.send(part, until, given["smsc"]))
            except SendError as error:
                if numbers:  # its beginning is on its way: whether to send it anew is for its class
                    raise MaybeSent(error.code) from None
                raise
        self.balance.used()
        reference = f"{int(now):x}.{message.id}-{'.'.join(map(str, numbers))}"
        return Result(message.id, Outcome.ACCEPTED, reference, parts=len(numbers))
