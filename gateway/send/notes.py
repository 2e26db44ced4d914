"""What carriers have not begun is written down in the store: see `queue.Notes`."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from gateway.context import Gateway
from gateway.queue import TakenBack
from gateway.store import StoreClosed, unbegun

PATIENCE = 60.0  # seconds until a writer that says nothing counts as gone


class StoredNotes:
    """Notes in the table `unbegun`, by the writer's thread, in the order they are given."""

    def __init__(self, gw: Gateway) -> None:
        self._gw = gw

    def keep(self, batch: str, ids: Sequence[int]) -> None:
        with suppress(StoreClosed):  # then nothing can be begun either, and `begin` says so
            self._gw.store.hand(unbegun.keep, [(batch, ids)], lambda told: None)

    def begin(
        self, batch: str, ids: Sequence[int], question: str | None = None
    ) -> Callable[[], None]:
        done, told = threading.Event(), list[object]()

        def tell(results: list[object]) -> None:
            told.extend(results)
            done.set()

        def wait() -> None:
            if not done.wait(PATIENCE):
                raise TimeoutError
            if isinstance(told[0], BaseException):
                raise told[0]
            if not told[0]:
                raise TakenBack

        self._gw.store.hand(unbegun.begin, [(batch, ids, question)], tell)
        return wait
