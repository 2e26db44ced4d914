"""A network over SMPP that can cut the line once it has taken a message."""

from collections.abc import Iterable
from contextlib import suppress
from random import Random

from tests.journeys.process import GatewayProcess
from tests.journeys.smpp_network import Burst, Network, from_person


class LinePeer(Network):
    """Takes every message; after some it cuts the line, at most `cuts` times."""

    def __init__(self, chance: Random, cuts: int = 0) -> None:
        super().__init__()
        self.chance, self.cuts = chance, cuts
        self.cut: list[tuple[str, str]] = []  # what was taken, and nobody was told
        self._next_cut = chance.randint(5, 60)
        self.judge = self._judge

    def taken(self) -> list[tuple[str, str]]:
        return [(f"+{one.to[2]}", one.text.decode()) for one in tuple(self.submitted)]

    def tell_all(self, gateway: GatewayProcess, texts: dict[str, str]) -> Iterable[str]:
        burst = Burst(self, gateway, [from_person(who, text) for text, who in texts.items()])
        burst.tell()
        return [message.text.decode() for message in burst.acknowledged]

    def _judge(self, number: int) -> int | None:
        if number < self._next_cut or len(self.cut) >= self.cuts:
            return 0
        self._next_cut = number + self.chance.randint(5, 60)
        self.cut.append(self.taken()[number - 1])
        for line in self.bound:
            with suppress(OSError):
                line.cut()
        return None
