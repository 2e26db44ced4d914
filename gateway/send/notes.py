"""What carriers have not begun is written down in the store: see `queue.Notes`."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

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
            self._hand(partial(unbegun.keep, batch=batch, ids=ids))

    def begin(
        self, batch: str, ids: Sequence[int], question: str | None = None
    ) -> Callable[[], None]:
        done = self._hand(partial(unbegun.begin, batch=batch, ids=ids, question=question))

        def wait() -> None:
            if not done():
                raise TakenBack

        return wait

    def withdraw(self, batch: str, ids: Sequence[int], question: str) -> Callable[[], object]:
        return self._hand(partial(unbegun.withdraw, batch=batch, ids=ids, question=question))

    def _hand(self, act: unbegun.Act) -> Callable[[], object]:
        """Have the writer do it; return what waits until it is done, and raises what broke it."""
        done, told = threading.Event(), list[object]()

        def tell(results: list[object]) -> None:
            told.extend(results)
            done.set()

        def wait() -> object:
            if not done.wait(PATIENCE):
                raise TimeoutError
            if isinstance(told[0], BaseException):
                raise told[0]
            return told[0]

        self._gw.store.hand(unbegun.in_order, [act], tell)
        return wait
