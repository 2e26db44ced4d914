"""A phone that dials a USSD code, at a provider that sends the whole path each time."""

from dataclasses import dataclass, field
from itertools import count

from tests.journeys.calls import Reply, post
from tests.journeys.process import GatewayProcess

CODE = "*404#"
_SESSIONS = count(1)


@dataclass
class Session:
    """One session: `typed` holds the inputs so far, as the provider repeats them."""

    gateway: GatewayProcess
    channel: str
    number: str
    typed: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: f"ATUid_{next(_SESSIONS):08}")

    def dial(self) -> str:
        """Open the session; return the first screen."""
        return self.repeat().text

    def type(self, words: str) -> str:
        """Answer the screen; return the next one."""
        self.typed.append(words)
        return self.repeat().text

    def repeat(self) -> Reply:
        """Call once more with what was typed so far, as a provider that heard no answer does."""
        reply = post(self.gateway.hook(self.channel, "ussd"), self._form())
        assert reply.status == 200, reply
        return reply

    def drop(self) -> Reply:
        """Tell that the session ended before its end."""
        form = {"date": "2026-08-01 07:00:00", "status": "Incomplete", "cost": "KES 0.10"}
        form |= {"hopsCount": str(len(self.typed)), "durationInMillis": "61000"}
        form |= {"input": "*".join(self.typed), "lastAppResponse": "CON", "errorMessage": "timeout"}
        told = {name: value for name, value in self._form().items() if name != "text"}
        return post(self.gateway.hook(self.channel, "ussd"), told | form)

    def _form(self) -> dict[str, str]:
        form = {"sessionId": self.id, "phoneNumber": self.number, "networkCode": "63902"}
        return form | {"serviceCode": CODE, "text": "*".join(self.typed)}
