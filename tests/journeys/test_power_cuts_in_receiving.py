"""J8, inward: power goes while messages come in; what was accepted is there, and once."""

import random
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from tests.journeys.calls import NOBODY, post
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.signing import message, signed
from tests.journeys.waiting import until
from tests.providers.twilio_server import TwilioServer

CALLERS = 8
EACH = 20  # messages of one person
MOST = 500  # messages that one side brings


@dataclass
class Burst:
    """Messages that come in from several sides until it is over; each has its own sender."""

    gateway: GatewayProcess
    name: int
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    over: Event = field(default_factory=Event)

    def run(self, cut: Callable[[], None], after: int) -> None:
        """Bring messages, cut when so many were accepted, and end once one was not."""
        with ThreadPoolExecutor(CALLERS) as callers:
            for caller in range(CALLERS):
                callers.submit(self._bring, caller)
            until(lambda: len(self.accepted) >= after, f"{after} accepted", told=self.gateway.log)
            cut()
            until(lambda: self.refused, "a broken line", told=self.gateway.log)
            self.over.set()

    def _bring(self, caller: int) -> None:
        number = 0
        while not self.over.is_set() and number < MOST:
            self.bring(f"SM{self.name:02}{caller:02}{number:028}")
            number += 1

    def bring(self, sid: str) -> None:
        """Bring one message; a person writes a few, and never the same words."""
        caller, number = int(sid[4:6]), int(sid[6:])
        person = ((self.name * CALLERS) + caller) * (MOST // EACH) + number // EACH
        url = self.gateway.hook("water")
        form = message(sid, f"ASK is the road open? {number} cars wait", f"+447700900{person:03}")
        status = post(url, form, signed(url, form)).status
        self.statuses[status] += 1
        (self.accepted if status == 200 else self.refused).append(sid)


@pytest.fixture(scope="module")
def gateway(make: Make, twilio: TwilioServer) -> GatewayProcess:
    gateway = make()
    gateway.add_twilio("water", twilio)
    gateway.start()
    return gateway


@pytest.mark.parametrize(
    "name, cut",
    [
        (0, GatewayProcess.kill),
        (1, GatewayProcess.kill),
        (2, GatewayProcess.kill_supervisor),
        (3, GatewayProcess.kill_worker),
    ],
    ids=["everything", "everything again", "the supervisor", "who serves"],
)
def test_whatever_was_accepted_is_kept_and_answered_once(
    gateway: GatewayProcess, name: int, cut: Callable[[GatewayProcess], None]
):
    burst = Burst(gateway, name)
    burst.run(lambda: cut(gateway), after=random.Random(name).randrange(20, 120))
    if cut is not GatewayProcess.kill_worker:
        gateway.start()
    until(gateway.serves, "it is back", 20, gateway.log)
    assert set(burst.statuses) <= {200, NOBODY}
    assert Counter(kept(gateway, name)).items() >= Counter(burst.accepted).items()
    again = burst.refused + burst.accepted[-5:]
    for sid in again:  # the provider calls again, also where only the answer was lost
        burst.bring(sid)
    assert sorted(kept(gateway, name)) == sorted(set(burst.accepted))
    assert set(kept(gateway, name)) >= set(again)
    told = gateway.rows(
        """SELECT count(*) AS answers, count(DISTINCT inbound) AS messages
             FROM outbox JOIN inbound ON inbound.id = outbox.inbound
            WHERE inbound.reference LIKE ?""",
        f"SM{name:02}%",
    )
    assert told == [{"answers": len(set(burst.accepted)), "messages": len(set(burst.accepted))}]
    assert gateway.value("PRAGMA integrity_check") == "ok"


def kept(gateway: GatewayProcess, name: int) -> list[str]:
    rows = gateway.rows("SELECT reference FROM inbound WHERE reference LIKE ?", f"SM{name:02}%")
    return [row["reference"] for row in rows]


def test_half_a_call_keeps_no_gateway_from_stopping_in_good_order(gateway: GatewayProcess):
    head = "POST /hooks/water/message HTTP/1.1", "Host: here", "Content-Length: 99"
    with socket.create_connection(("127.0.0.1", gateway.port), 20) as caller:
        caller.sendall("\r\n".join([*head, "Expect: 100-continue", "", ""]).encode())
        assert b"100 Continue" in caller.recv(99)  # they wait for the rest
        gateway.stop()
    noted = "SELECT count(*) FROM meta WHERE key = 'clock.stopped'"
    assert gateway.value(noted) == 1
