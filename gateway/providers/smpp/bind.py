"""One line to a network: a connection that is bound, with a window of open requests."""

import asyncio
from dataclasses import dataclass
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import cast

from gateway.domain.messages import Outcome
from gateway.providers.smpp import codes
from gateway.providers.smpp.doubts import Answers
from gateway.providers.smpp.errands import Errand
from gateway.providers.smpp.pdu import RESPONSE, BadFrame, Command, Pdu, frames, read_id
from gateway.providers.smpp.terms import Owner, Terms

LAST_SEQUENCE = 0x7FFFFFFF
TICK = 1.0  # seconds between looks at what is overdue
PROOF = 2.0  # seconds until answers we gave are proven by a request of ours
EMPTY_ID = b"\0"  # message_id of a deliver_sm_resp


@dataclass(slots=True)
class _Open:
    """A request without its answer: a part of a message, or one about the line itself."""

    at: float
    mark: int
    errand: Errand | None = None
    number: int = 0
    vital: bool = False


class Bind(asyncio.Protocol):
    """Lives in the loop's thread. `over` holds why it ended, once it has."""

    def __init__(self, owner: Owner, terms: Terms) -> None:
        self.owner, self.terms = owner, terms
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[str] = self.loop.create_future()
        self.is_bound = self.was_bound = False
        self.closing = False
        self.refused: int | None = None
        self.answers = Answers()
        self._received = bytearray()
        self._out: list[bytes] = []
        self._open: dict[int, _Open] = {}
        self._sequence = 0
        self._errands = 0
        self._heard_at = self._answer_at = self.loop.time()
        self._ticking: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # libuv's is one by shape alone
        # A small answer and then a small request: Nagle's algorithm would hold the second back
        # for up to 40 ms, and with receipts on that is one message at a time.
        transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.owner.made(self)
        self._ask(self.terms.command, self.terms.request)
        self._tick()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        self._received += data
        try:
            for pdu in frames(self._received):
                self._take(pdu)
        except BadFrame as error:
            self.drop(str(error))
            return
        if self.is_bound:
            self.owner.ready()
        self.flush()

    def connection_lost(self, error: Exception | None) -> None:
        self.drop(type(error).__name__ if error else "they closed the line")

    def drop(self, reason: str) -> None:
        """End this line at once; what was written and not answered may be with them."""
        if self.over.done():
            return
        self.over.set_result(reason)
        self.is_bound = False
        if self._ticking:
            self._ticking.cancel()
        self.transport.abort()
        for request in self._open.values():
            if request.errand:
                request.errand.end(Outcome.UNKNOWN, "the link broke")
        self._open.clear()
        self.owner.ended(self)

    # What they say

    def _take(self, pdu: Pdu) -> None:
        if self.over.done():
            return
        if pdu.command == Command.DELIVER_SM and self.is_bound:
            self.owner.heard(self, pdu)
        elif pdu.command & RESPONSE:
            self._answered(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._say(Pdu(pdu.command | RESPONSE, codes.OK, pdu.sequence))
        elif pdu.command == Command.UNBIND:
            self._say(Pdu(pdu.command | RESPONSE, codes.OK, pdu.sequence))
            self.flush()
            self.transport.close()
        elif pdu.command not in (Command.OUTBIND, Command.ALERT_NOTIFICATION):
            self._say(Pdu(Command.GENERIC_NACK, codes.BAD_COMMAND, pdu.sequence))

    def _answered(self, pdu: Pdu) -> None:
        request = self._open.pop(pdu.sequence, None)
        if request is None:
            return  # its time was over, and it is written down as unknown
        self.answers.proven(request.mark)
        if request.errand:
            self._errands -= 1
            self._errand_answered(request.errand, request.number, pdu)
        elif pdu.command == Command.UNBIND | RESPONSE:
            self.drop("we unbound")
        elif pdu.command == self.terms.command | RESPONSE or not self.is_bound:
            self._bind_answered(pdu)

    def _errand_answered(self, errand: Errand, number: int, pdu: Pdu) -> None:
        if codes.outcome(pdu.status) is Outcome.THROTTLED:
            self.owner.slower()
        if pdu.command == Command.GENERIC_NACK and pdu.status == codes.OK:
            errand.end(Outcome.UNKNOWN, "generic_nack")
        elif not errand.answered(number, pdu.status, read_id(pdu.body)):
            self.owner.again(errand, number)

    def _bind_answered(self, pdu: Pdu) -> None:
        if pdu.status == codes.OK and pdu.command == self.terms.command | RESPONSE:
            self.is_bound = self.was_bound = True
            self.owner.bound(self)
            return
        self.refused = pdu.status
        self.drop(codes.refusal(pdu.status))

    # What we say

    @property
    def room(self) -> int:
        """Return how many more parts may be asked for now."""
        return self.terms.window - self._errands if self.can_send else 0

    @property
    def can_send(self) -> bool:
        sends = self.terms.command != Command.BIND_RECEIVER
        return sends and self.is_bound and not self.closing

    def submit(self, errand: Errand, number: int) -> None:
        """Ask for one part; it leaves with the next flush."""
        errand.begun += 1
        self._errands += 1
        self._ask(Command.SUBMIT_SM, errand.bodies[number], errand, number)

    def submit_alone(self, body: bytes) -> None:
        """Ask for something nobody waits for: a USSD screen."""
        if self.can_send:
            self._ask(Command.SUBMIT_SM, body)

    def acknowledge(self, pdu: Pdu, status: int, name: str | None) -> bool:
        """Answer a deliver_sm; False if the line is gone."""
        if self.over.done():
            return False
        self._say(Pdu(pdu.command | RESPONSE, status, pdu.sequence, EMPTY_ID))
        if name and status == codes.OK:
            self.answers.given(name)
            self._answer_at = self.loop.time()
        return True

    def flush(self) -> None:
        """Write all that is ready in one go."""
        if self._out and not self.transport.is_closing():
            self.transport.write(b"".join(self._out))
        self._out.clear()

    def _ask(
        self, command: int, body: bytes = b"", errand: Errand | None = None, number: int = 0
    ) -> None:
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        now = self.loop.time()
        vital = command != Command.SUBMIT_SM
        self._open[self._sequence] = _Open(now, self.answers.mark(), errand, number, vital)
        self._say(Pdu(command, codes.OK, self._sequence, body))

    def _say(self, pdu: Pdu) -> None:
        if not self._out:
            self.loop.call_soon(self.flush)
        self._out.append(bytes(pdu))

    # The clock

    def _tick(self) -> None:
        self._ticking = self.loop.call_later(min(TICK, self.terms.timeout / 4), self._tick)
        now = self.loop.time()
        self._overdue(now)
        if self.over.done() or not self.is_bound or self.closing:
            return
        silent = now - self._heard_at >= self.terms.enquire
        unproven = self.answers.open() and now - self._answer_at >= PROOF
        if (silent or unproven) and not self._asking():
            self._ask(Command.ENQUIRE_LINK)

    def _asking(self) -> bool:
        return any(request.vital for request in self._open.values())

    def _overdue(self, now: float) -> None:
        """A part without an answer may have gone; a line without an answer is dead."""
        until = now - self.terms.timeout
        for sequence, request in list(self._open.items()):
            if request.at > until:
                return  # in the order they were written: the rest is younger
            del self._open[sequence]
            if request.errand:
                self._errands -= 1
                request.errand.end(Outcome.UNKNOWN, "no answer")
            elif request.vital:
                self.drop("they do not answer")
                return

    async def unbind(self, patience: float) -> None:
        """Send nothing more, wait for answers that are due, say goodbye and close."""
        self.closing = True
        until = self.loop.time() + patience
        while self._errands and not self.over.done() and self.loop.time() < until:
            await asyncio.sleep(0.02)
        if self.over.done():
            return
        if self.is_bound:
            self._ask(Command.UNBIND)
            self.flush()
        await asyncio.wait([self.over], timeout=min(1.0, patience))
        self.drop("we unbound")
