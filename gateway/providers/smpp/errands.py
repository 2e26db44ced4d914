"""Messages on their way over a link: what was asked of each, and what became of it."""

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any

from gateway.domain.messages import Outcome, Result
from gateway.providers.smpp import codes

Soon = Callable[[Callable[[], None]], Any]  # how a turn of the loop has something done at its end
TRIES = 5  # how often a part is asked again while they say "slower"; the rest has gone already


class Errand:
    """One message: its parts as bodies of submit_sm, and their answers so far.

    Used by the loop's thread only, once it is handed over.
    """

    __slots__ = ("begun", "bodies", "ended", "id", "left", "names", "sending", "tries")

    def __init__(self, id: int, bodies: Sequence[bytes], sending: "Sending") -> None:
        self.id = id
        self.bodies = bodies
        self.sending = sending
        self.left = len(bodies)
        self.begun = 0  # parts they may have
        self.names = [""] * len(bodies)
        self.tries = 0
        self.ended = False

    def answered(self, number: int, status: int, id: str) -> bool:
        """Note one part's answer; return False if that part is to be asked again."""
        if self.ended:
            return True
        outcome = codes.outcome(status)
        if outcome is Outcome.ACCEPTED:
            self._taken(number, id)
            return True
        self.begun -= 1
        slower = outcome is Outcome.THROTTLED and self.begun and self.tries < TRIES
        if slower or (status in codes.ONCE and not self.tries):
            self.tries += 1
            return False
        self.end(outcome, codes.code(status), status in codes.ELSEWHERE)
        return True

    def _taken(self, number: int, id: str) -> None:
        self.left -= 1
        self.names[number] = id
        if not self.left:
            self.ended = True
            self.sending.put(self._told())

    def _told(self) -> Result:
        """Some networks name only the last part, or all alike: then its receipt is for all."""
        many, last = len(self.names), self.names[-1] or None
        told = set(self.names) - {""}
        pieces = tuple(self.names) if 1 < many == len(told) else ()
        return Result(self.id, Outcome.ACCEPTED, last, parts=many, pieces=pieces)

    def end(self, outcome: Outcome, error: str, elsewhere: bool = False) -> None:
        """Tell how it ended; unknown if some part may be with them, whatever became of others."""
        if self.ended:
            return
        self.ended = True
        if outcome in (Outcome.ACCOUNT, Outcome.THROTTLED):
            self.sending.stop(outcome, error)
        if self.begun:
            outcome, elsewhere = Outcome.UNKNOWN, False
        self.sending.put(Result(self.id, outcome, error=error, elsewhere=elsewhere))


class Sending:
    """One batch: results come back through here to the thread that waits for them.

    Once they say that the channel must slow down or stop, nothing more of it is written.
    Results of one turn of the loop go together: to wake a thread for each is dearer than the rest.
    """

    def __init__(self, count: int, soon: Soon) -> None:
        self._count, self._soon = count, soon
        self._ready: list[Result] = []
        self._back: SimpleQueue[list[Result]] = SimpleQueue()
        self.stopped: tuple[Outcome, str] | None = None

    def put(self, result: Result) -> None:
        self._ready.append(result)
        if len(self._ready) == 1:
            self._soon(self._give)

    def _give(self) -> None:
        ready, self._ready = self._ready, []
        self._back.put(ready)

    def stop(self, outcome: Outcome, error: str) -> None:
        self.stopped = self.stopped or (outcome, error)

    def results(self) -> Iterator[Result]:
        """Yield one result a message as they come; every errand ends, by the link's own clock."""
        left = self._count
        while left:
            told = self._back.get()
            left -= len(told)
            yield from told
