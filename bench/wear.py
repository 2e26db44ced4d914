"""What messages cost the disk: each comes alone, is answered, sent, and its receipt is kept."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench import served
from bench.calls import TEXTS, person
from bench.figures import Line, Spread, Target
from bench.network import CHANNEL, network, prepare
from bench.resting import given_to_disk
from bench.size import Size
from gateway.store import connect
from tests.providers.twilio_server import TwilioServer

A_DAY = 5000  # messages, in and out, of a busy branch
MOST = Target(200.0, at_least=False)  # MB a day that an SD card should bear
PEOPLE = 100  # who are written to in turn
OPEN = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state <> 'delivered')"
PATIENCE = 20.0
DAYS = 10  # exchanges measured are a tenth of the calls of other cases


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Let people write one after another; give what a day of that would write."""
    name = f"written to disk by {A_DAY:,} messages a day, one by one, with receipts"
    on_a_card = Spread.of(_days(folder / "card", size, "card"))
    yield Line(f"{name}, on a card", "MB", on_a_card, None, MOST)
    fast = Spread.of(_days(folder / "fast", size, "fast"))
    yield Line("the same on a fast disk", "MB", fast, None, MOST)
    name = f"by {A_DAY:,} messages a day that programs hand in one by one, with receipts"
    on_a_card = Spread.of(_days_of_orders(folder / "orders-card", size, "card"))
    yield Line(f"{name}, on a card", "MB", on_a_card, None, MOST)
    fast = Spread.of(_days_of_orders(folder / "orders-fast", size, "fast"))
    yield Line("the same on a fast disk", "MB", fast, None, MOST)


def _days(folder: Path, size: Size, disk: str) -> list[float]:
    with TwilioServer() as twilio:
        served.prepare(folder, twilio=twilio.url, rate=1000.0, disk=disk)
        with served.gateway(folder) as running:
            _exchange(running.port, twilio, 0)
            exchanges = size.calls // DAYS + 1
            return [_day(running, twilio, exchanges, n) for n in range(size.rounds)]


def _day(running: served.Served, twilio: TwilioServer, exchanges: int, number: int) -> float:
    """Return the megabytes of a day, from those of some exchanges."""
    before = given_to_disk(psutil.Process(running.process.pid))
    first = len(twilio.messages)
    for n in range(exchanges):
        _exchange(running.port, twilio, number * exchanges + n + 1)
    messages = exchanges + len(twilio.messages) - first
    given = given_to_disk(psutil.Process(running.process.pid)) - before
    return given / messages * A_DAY / 1e6


def _days_of_orders(folder: Path, size: Size, disk: str) -> list[float]:
    with network() as theirs:
        theirs.ask(receipts=True)
        prepared = prepare(folder, theirs.port, disk)
        with served.gateway(folder) as running, closing(connect(prepared.settings.store)) as db:
            theirs.until("hears", 1)
            orders = size.calls // (2 * DAYS) + 1
            days = []
            for day in range(-1, size.rounds):  # in the first, people become known
                before = given_to_disk(psutil.Process(running.process.pid))
                for n in range(orders):
                    _order(running.port, prepared.token, db, day * orders + n)
                given = given_to_disk(psutil.Process(running.process.pid)) - before
                days.append(given / orders * A_DAY / 1e6)
            return days[1:]


def _order(port: int, token: str, db: sqlite3.Connection, number: int) -> None:
    """One message of a program's, until it is known to be delivered."""
    body = {"to": [person(number % PEOPLE)], "text": f"{TEXTS[0]} {number}", "channel": CHANNEL}
    call = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with closing(call):
        ours = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        call.request("POST", "/api/v1/messages", json.dumps(body), ours)
        status = call.getresponse().status
    assert status == 202, f"the call was answered {status}"
    until = time.monotonic() + PATIENCE
    while db.execute(OPEN).fetchone()[0]:
        if time.monotonic() > until:
            raise TimeoutError("no receipt came")
        time.sleep(0.002)


def _exchange(port: int, twilio: TwilioServer, number: int) -> None:
    """One message in, its answer out, and the receipts of that."""
    known = len(twilio.messages)
    base = f"http://127.0.0.1:{port}/hooks/twilio"
    status, _ = twilio.bring(
        f"{base}/message", person(number), TEXTS[number % len(TEXTS)], sid=f"SM{number:032x}"
    )
    assert status == 200, f"the call was answered {status}"
    until = time.monotonic() + PATIENCE
    while len(twilio.messages) == known:
        if time.monotonic() > until:
            raise TimeoutError("no answer went out")
        time.sleep(0.001)
    for message in twilio.messages[known:]:
        twilio.tell(message, "delivered", url=f"{base}/receipt")
