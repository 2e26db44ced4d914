"""A provider over HTTP that can cut the line once it has taken a message."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Self
from uuid import NAMESPACE_OID, uuid5

from tests.journeys.calls import post
from tests.journeys.process import GatewayProcess
from tests.journeys.signing import message, signed
from tests.providers.twilio_server import Answer, TwilioServer
from tests.soak.traffic import CHANNEL


class WebPeer(TwilioServer):
    """Takes every message; after some it cuts the line, at most `cuts` times."""

    def __init__(self, chance: Random, cuts: int = 0) -> None:
        super().__init__()
        self.silence = 0.03  # so that always something is on its way
        self.chance, self.cuts = chance, cuts
        self.cut: list[tuple[str, str]] = []  # what was taken, and nobody was told
        self._next_cut = chance.randint(5, 60)

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def taken(self) -> list[tuple[str, str]]:
        return [(one.form["To"], one.form["Body"]) for one in tuple(self.messages)]

    def tell_all(self, gateway: GatewayProcess, texts: dict[str, str]) -> Iterator[str]:
        url = gateway.hook(CHANNEL)
        for text, sender in texts.items():
            form = message(f"SM{uuid5(NAMESPACE_OID, text).hex}", text, sender)
            if post(url, form, signed(url, form)).status == 200:
                yield text

    def decide(self, path: str, user: str, form: Mapping[str, str]) -> Answer:
        answer = super().decide(path, user, form)
        if answer.status == 201 and self._cuts_now():
            self.cut.append((form["To"], form["Body"]))
            return Answer(None)
        return answer

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who called was killed."""

    def _cuts_now(self) -> bool:
        with self.lock:
            self._next_cut -= 1
            if self._next_cut or len(self.cut) >= self.cuts:
                return False
            self._next_cut = self.chance.randint(5, 60)
            return True
