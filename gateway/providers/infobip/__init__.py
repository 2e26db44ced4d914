"""Infobip: SMS and USSD. Manual: https://www.infobip.com/docs/api/channels/sms."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from gateway.domain.messages import Event, Outgoing, Result, Screen
from gateway.providers import (
    N_,
    Answer,
    Can,
    Hook,
    HookError,
    Need,
    reading,
    sending,
)
from gateway.providers.infobip import calls
from gateway.providers.needs import COUNTRY, HOOK_KEY, NUMBER_OR_NAME, STATUS_CALLBACK, TIMEOUT

if TYPE_CHECKING:
    from gateway.providers.infobip.wire import Line


class Infobip:
    """A number, short code, sender name or USSD code at Infobip."""

    name = "infobip"
    # They put the session and the step of USSD behind the address.
    pasted: ClassVar[Mapping[str, str]] = {"message": "{key}", "receipt": "{key}", "ussd": "{path}"}
    can = Can(ussd=True, batch=100, together=500, rate=30.0)
    needs: tuple[Need, ...] = (
        Need(
            "base_url",
            N_("The address of your account's API: https://….api.infobip.com."),
            # The key travels in every call: never in the clear, but on this machine.
            pattern=r"https://[\w.-]+(:\d+)?/?|http://(127\.0\.0\.1|localhost)(:\d+)?/?",
        ),
        Need(
            "api_key",
            N_("An API key that may send SMS."),
            secret=True,
            pattern=r"[!-~]{8,256}",
        ),
        NUMBER_OR_NAME,
        HOOK_KEY,
        COUNTRY,
        STATUS_CALLBACK,
        TIMEOUT,
    )

    def __init__(
        self,
        address: str,
        settings: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.address = address
        self.settings = {need.name: need.default or "" for need in self.needs} | dict(settings)
        self.country = self.settings["country"]
        self.clock = clock

    # In

    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the call carries our key, where we have set one."""
        if self.settings["hook_key"]:
            reading.secret(calls.key(hook), self.settings["hook_key"])
        reading.small(hook)

    def read(self, hook: Hook) -> Iterator[Event]:
        """Yield a USSD step, or the messages and receipts of a call; the first fault comes last."""
        if hook.kind == "ussd":
            yield calls.turn(hook, self.address, self.country)
        else:
            yield from calls.results(hook, self.country)

    def answer(self, hook: Hook, texts: Sequence[str] = ()) -> Answer:
        """Return 200; after a USSD session also that all is well."""
        return calls.told() if hook.kind == "ussd" else Answer()

    def screen(self, hook: Hook, screen: Screen) -> Answer:
        """Return one USSD page; the last one closes the session."""
        return calls.told(ussdMenu=screen.text, shouldClose=not screen.goes_on)

    def refuse(self, hook: Hook, error: HookError) -> Answer:
        """Return the reason; of USSD they read it only inside an answer of 200."""
        if hook.kind == "ussd" and error.status == 400:
            return calls.told(responseExitCode=400, responseMessage=str(error))
        return Answer(error.status, body=str(error))

    # Out

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Hand messages over, a hundred in one call."""
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        most = self.can.batch
        if alive:
            line = self._line  # made here once, before threads can race for it
            batches = [alive[i : i + most] for i in range(0, len(alive), most)]
            yield from sending.hand_over(self._pool, line.send, batches)

    def check(self) -> None:
        """Ask how many parts a text would have."""
        self._line.check()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.can.connections, thread_name_prefix=self.name)

    @cached_property
    def _line(self) -> "Line":
        from gateway.providers.infobip.wire import Line

        sender = self.settings["sender"] or self.address
        return Line(self.settings, sender, self.can.connections, self.clock)
