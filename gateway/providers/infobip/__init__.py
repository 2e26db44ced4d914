"""Infobip: SMS and USSD. Manual: https://www.infobip.com/docs/api/channels/sms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from gateway.domain.messages import Event, Outgoing, Result, Screen
from gateway.providers import N_, Answer, Can, Hook, HookError, Need, reading
from gateway.providers.calling import Calling
from gateway.providers.infobip import calls
from gateway.providers.needs import COUNTRY, HOOK_KEY, NUMBER_OR_NAME, STATUS_CALLBACK, TIMEOUT

if TYPE_CHECKING:
    from gateway.providers.infobip.wire import Line


class Infobip(Calling):
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

    def check(self) -> None:
        """Ask how many parts a text would have."""
        self._line.check()

    def _open(self) -> object:
        return self._line

    def _calls(self, messages: Sequence[Outgoing]) -> list[Sequence[Outgoing]]:
        most = self.can.batch
        return [messages[i : i + most] for i in range(0, len(messages), most)]

    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        return self._line.send(messages)

    @cached_property
    def _line(self) -> "Line":
        from gateway.providers.infobip.wire import Line

        sender = self.settings["sender"] or self.address
        return Line(self._door, self.settings, sender, self.clock)
