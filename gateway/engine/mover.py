"""Messages do not wait for ever on a channel that does not work: they go by another."""

import threading

from gateway import routes
from gateway.context import Gateway
from gateway.engine.rounds import Rounds

LOOK = 5.0  # seconds between rounds while a channel does not work


class Mover(Rounds):
    """Moves what waits on channels that do not work; sleeps while all of them do."""

    def __init__(self, gw: Gateway, stopping: threading.Event) -> None:
        super().__init__("mover", stopping)
        self._gw = gw
        self._places: routes.Places = {}

    def round(self) -> float | None:
        more = routes.move_on(self._gw, self._places)
        return None if more is None else 0.0 if more else LOOK
