"""All lines of one channel: bound again when they break, fed from one queue."""

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.domain.messages import Outcome, Screen
from gateway.providers.linking import BOUND, IN_PART
from gateway.providers.smpp import codes
from gateway.providers.smpp.bind import Bind
from gateway.providers.smpp.doubts import Doubts
from gateway.providers.smpp.errands import Errand
from gateway.providers.smpp.hearing import Heard, Hearing
from gateway.providers.smpp.pdu import Message, Pdu, write_message
from gateway.providers.smpp.terms import Terms

log = logging.getLogger(__name__)

WAIT = 5.0  # seconds an errand waits for a line; then its lane tries again later
SLOWER = 1.0  # seconds without a new request after they asked for fewer
LONGEST_PAUSE = 60.0
SHUT_OUT = 600.0  # after a wrong password: who hammers is shut out
OVER = "closed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to bind. `pause` is the first between two tries, in seconds."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    pause: float


Answer = Callable[[Message, Screen], Message]


class Link:
    """Lives in the loop's thread, but for `state`, which anyone may read.

    `state` is "bound", or why it is not.
    """

    def __init__(
        self,
        place: Place,
        lines: Sequence[Terms],
        hearing: Hearing | None,
        answer: Answer,
        doubts: Doubts,
        moved: Callable[[str], None],
    ) -> None:
        self.place, self.lines = place, lines
        self.hearing, self.doubts = hearing, doubts
        self.state = "not bound yet"
        self._answer, self._moved = answer, moved
        self._waiting: deque[tuple[Errand, int]] = deque()
        self._binds: list[Bind] = []
        self._keeping: list[asyncio.Task[None]] = []
        self._slow_until = 0.0
        self._sign_in = False
        self._closing = False

    def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._keeping = [self.loop.create_task(self._keep(terms)) for terms in self.lines]

    async def _keep(self, terms: Terms) -> None:
        """Bind, stay bound, bind again; pauses grow, and are spread so that a crowd is not."""
        pause = self.place.pause
        while not self._over():
            reason, was_bound = await self._once(terms)
            if self._over():
                return
            pause = self.place.pause if was_bound else pause
            self._say(reason)
            rest = SHUT_OUT if self._sign_in and pause >= LONGEST_PAUSE else pause
            await asyncio.sleep(rest * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _over(self) -> bool:
        return self._closing

    async def _once(self, terms: Terms) -> tuple[str, bool]:
        """Return why a line ended, and whether it had been bound."""
        try:
            async with asyncio.timeout(terms.timeout):
                bind = await self._connect(terms)
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: no name of a host
            return f"no connection: {codes.broken(error)}", False
        reason = await asyncio.shield(bind.over)
        was_bound = bind.refused is None and bind.was_bound
        return reason, was_bound

    async def _connect(self, terms: Terms) -> Bind:
        place = self.place
        _, bind = await self.loop.create_connection(
            lambda: Bind(self, terms), place.host, place.port, ssl=place.tls
        )
        return bind

    def _say(self, state: str) -> None:
        if any(bind.is_bound for bind in self._binds) and not self._closing:
            whole = all(self._bound(t) for t in self.lines)
            state = BOUND if whole else IN_PART + state
        if state != self.state:
            self.state = state
            self._moved(state)

    def _bound(self, terms: Terms) -> bool:
        return any(bind.is_bound and bind.terms is terms for bind in self._binds)

    # What lines tell

    def made(self, bind: Bind) -> None:
        self._binds.append(bind)

    def bound(self, bind: Bind) -> None:
        self._sign_in = False
        self._say("another line is not bound")
        self.ready()

    def ended(self, bind: Bind) -> None:
        """A line is gone: what we answered on it may be told again."""
        if bind in self._binds:
            self._binds.remove(bind)
        self.doubts.lost(bind.answers.open())
        if bind.refused in codes.SIGN_IN:
            self._sign_in = True
            self._end_waiting(Outcome.ACCOUNT, codes.code(bind.refused or 0))
        elif self._waiting:
            self.loop.call_later(WAIT, self._give_up, self._waiting[-1])

    def slower(self) -> None:
        self._slow_until = self.loop.time() + SLOWER
        self.loop.call_later(SLOWER, self.ready)

    def again(self, errand: Errand, number: int) -> None:
        self._waiting.appendleft((errand, number))

    def ready(self) -> None:
        """Give lines with room what waits, in turn."""
        if self.loop.time() < self._slow_until:
            return
        for bind in self._binds:
            room = bind.room
            while room and self._waiting:
                errand, number = self._waiting.popleft()
                if errand.ended or self._stopped(errand):
                    continue
                bind.submit(errand, number)
                room -= 1

    def _stopped(self, errand: Errand) -> bool:
        """End what belongs to a batch that was told to slow down or stop, unless it is begun."""
        stopped = errand.sending.stopped
        if stopped is None or errand.begun or errand.left < len(errand.bodies):
            return False
        errand.end(*stopped)
        return True

    def heard(self, bind: Bind, pdu: Pdu) -> None:
        """Hand on what came; it is acknowledged when it is kept."""
        if self.hearing is None or not self.hearing.add(Heard(bind, pdu)):
            bind.acknowledge(pdu, codes.QUEUE_FULL, None)

    def kept(self, heard: Sequence[Heard]) -> None:
        """Acknowledge what is on disk."""
        for one in heard:
            if not one.bind.acknowledge(one.pdu, one.status, one.name) and one.name:
                self.doubts.lost([one.name])
            if one.message and one.screen:
                self._show(one.bind, one.message, one.screen)

    def _show(self, bind: Bind, asked: Message, screen: Screen) -> None:
        sender = next((b for b in (bind, *self._binds) if b.can_send), None)
        if sender:
            sender.submit_alone(write_message(self._answer(asked, screen)))

    # What we are asked

    def take(self, errands: Sequence[Errand], urgent: bool) -> None:
        """Queue errands; what finds no line within some seconds comes back as not sent."""
        pieces = [(one, number) for one in errands for number in range(len(one.bodies))]
        if self._sign_in or self._closing:
            outcome = Outcome.ACCOUNT if self._sign_in else Outcome.TRANSIENT
            for errand in errands:
                errand.end(outcome, self.state)
            return
        if urgent:
            self._waiting.extendleft(reversed(pieces))
        else:
            self._waiting.extend(pieces)
        if pieces:
            self.loop.call_later(WAIT, self._give_up, pieces[-1])
        self.ready()

    def _give_up(self, last: tuple[Errand, int]) -> None:
        """Return what waits, up to this one, if no line could take it meanwhile."""
        if any(bind.can_send for bind in self._binds) or last not in self._waiting:
            return
        self._end_waiting(Outcome.TRANSIENT, self.state)

    def _end_waiting(self, outcome: Outcome, error: str) -> None:
        waiting, self._waiting = self._waiting, deque()
        for errand, _ in waiting:
            errand.end(outcome, error)

    async def close(self, patience: float) -> None:
        """Send nothing more, say goodbye on every line, and give back what was not begun."""
        self._closing = True
        self._end_waiting(Outcome.TRANSIENT, OVER)
        await asyncio.gather(*(bind.unbind(patience) for bind in tuple(self._binds)))
        for task in self._keeping:
            task.cancel()
        self.state = OVER
