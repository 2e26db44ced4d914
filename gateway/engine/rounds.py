"""A thread of the engine: it does a round when it is woken, or when its time has come."""

import logging
import threading
from abc import ABC, abstractmethod

from gateway.queue.whole import lines
from gateway.store import StoreClosed

log = logging.getLogger(__name__)

BROKEN = 5.0  # seconds to rest after a round that broke


class Rounds(threading.Thread, ABC):
    """Goes on until the engine stops: a round that breaks is told, and ends nothing."""

    def __init__(self, name: str, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = stopping
        self._awake = threading.Event()

    def wake(self) -> None:
        if not self._awake.is_set():  # setting it again would cost a lock each time
            self._awake.set()

    def run(self) -> None:
        while not self.stopping.is_set():
            self._awake.clear()
            try:
                wait = self.round()
            except StoreClosed:
                return
            except Exception as error:
                # Whatever it was, the next round may find it mended; no words of people here.
                log.error("%s broke: %s", self.name, lines(error))
                wait = BROKEN
            # Looked at after the round: a wake that came before it was cleared away.
            if (wait is None or wait > 0) and not self.stopping.is_set():
                self._awake.wait(wait)

    @abstractmethod
    def round(self) -> float | None:
        """Do what is to be done; return seconds until the next round, None until woken."""
