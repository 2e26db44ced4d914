"""The threads that serve one channel."""

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

from gateway.domain.messages import Batch
from gateway.queue import urgent


class Crew:
    """Serves one channel in order, with one thread that only takes emergencies.

    A batch that is already on its way can then not hold an emergency up.
    """

    def __init__(self, channel: str, serve: Callable[[Batch], None], threads: int) -> None:
        self._serve = serve
        self._urgent: deque[Batch] = deque()
        self._ordinary: deque[Batch] = deque()
        self._ready = Condition()
        self._closed = False
        self._begun = 0
        for number in range(threads + 1):
            name = f"carrier-{channel}-{number}"
            Thread(target=self._work, args=(number == 0,), name=name, daemon=True).start()

    def add(self, batch: Batch) -> bool:
        """Queue a batch; False if the crew is closed."""
        with self._ready:
            if self._closed:
                return False
            (self._urgent if urgent(batch) else self._ordinary).append(batch)
            self._ready.notify_all()
            return True

    def waiting(self) -> int:
        """Return how many batches are queued or on their way."""
        with self._ready:
            return len(self._urgent) + len(self._ordinary) + self._begun

    def before(self) -> int:
        """Return how many are queued, and one for all that are on their way."""
        with self._ready:
            return len(self._urgent) + len(self._ordinary) + min(1, self._begun)

    def holds(self, batch_id: str) -> bool:
        """Say whether a batch is queued and not begun."""
        with self._ready:
            return self._find(batch_id) is not None

    def remove(self, batch_id: str) -> bool:
        """Take a batch out before it is begun; False if it is not there."""
        with self._ready:
            found = self._find(batch_id)
            if found is None:
                return False
            (self._urgent if urgent(found) else self._ordinary).remove(found)
            return True

    def close(self) -> list[Batch]:
        """Begin nothing more; return what was not begun."""
        with self._ready:
            self._closed = True
            left = [*self._urgent, *self._ordinary]
            self._urgent.clear()
            self._ordinary.clear()
            self._ready.notify_all()
            return left

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is on its way; False if time ran out."""
        with self._ready:
            return self._ready.wait_for(lambda: not self._begun, seconds)

    def _find(self, batch_id: str) -> Batch | None:
        queued = (*self._urgent, *self._ordinary)
        return next((batch for batch in queued if batch.id == batch_id), None)

    def _work(self, only_urgent: bool) -> None:
        while (batch := self._next(only_urgent)) is not None:
            try:
                self._serve(batch)
            finally:
                with self._ready:
                    self._begun -= 1
                    self._ready.notify_all()

    def _next(self, only_urgent: bool) -> Batch | None:
        def some() -> deque[Batch] | None:
            return self._urgent or (None if only_urgent else self._ordinary) or None

        with self._ready:
            self._ready.wait_for(lambda: self._closed or some())
            queue = some()
            if queue is None:
                return None
            self._begun += 1
            return queue.popleft()
