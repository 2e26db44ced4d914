"""From the durable outbox to the recorded result, through lanes and Twilio's library."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import served
from bench.calls import person
from bench.figures import Line, Spread, Target
from bench.size import Size
from bench.twilio_alone import CONNECTIONS, TEXT
from gateway.context import Gateway, open_gateway
from gateway.domain.messages import Class
from gateway.store import outbox
from tests.providers.twilio_server import TwilioServer

LATENCIES = (0.0, 0.05)  # seconds until their answer
GOAL = Target(0.8, ratio=True)
FAST = 100_000.0  # parts a second: the channel's rate is not the limit
PATIENCE = 300.0
TOOK = """
SELECT max(sent_at) - min(claimed_at) AS seconds, count(*) AS messages FROM outbox
 WHERE source = ? AND state = 'sent'
"""


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Send the same messages through the gateway and with the client alone, in turn."""
    with TwilioServer() as twilio:
        settings = served.prepare(folder / "sending", twilio=twilio.url, rate=FAST)
        with served.gateway(folder / "sending"):
            gw = open_gateway(settings)
            with closing(gw.store):
                send(gw, 32, "warm")
                for latency in LATENCIES:
                    twilio.latency = latency
                    yield _line(gw, twilio.url, latency, size)


def _line(gw: Gateway, url: str, latency: float, size: Size) -> Line:
    ours, alone = [], []
    for number in range(size.rounds):
        ours.append(send(gw, size.messages, f"{latency}/{number}"))
        alone.append(send_alone(url, size.messages))
    name = f"sending through Twilio's library, {latency * 1000:.0f} ms latency, {CONNECTIONS} lines"
    return Line(name, "a second", Spread.of(ours), Spread.of(alone), GOAL)


def send(gw: Gateway, messages: int, source: str) -> float:
    """Queue messages and wait for their results; return messages a second.

    It counts from the first claim to the last result in the store.
    """
    _queue(gw, messages, source)
    until = time.monotonic() + PATIENCE
    while True:
        row = gw.store.read.execute(TOOK, (source,)).fetchone()
        if row["messages"] == messages:
            return float(messages / row["seconds"])
        if time.monotonic() > until:
            raise TimeoutError("not every message was sent")
        time.sleep(0.05)


def _queue(gw: Gateway, messages: int, source: str) -> None:
    channel, now = gw.channels.get("twilio"), gw.clock()
    assert channel is not None

    def work(db: sqlite3.Connection) -> None:
        for number in range(messages):
            outbox.add(
                db,
                address=None,
                recipient=person(number),
                channel=channel.id,
                class_=Class.NORMAL,
                text=TEXT,
                language="en",
                source=source,
                parts=1,
                alphabet="gsm7",
                due_at=now,
                now=now,
            )

    gw.store.write(work)


def send_alone(url: str, messages: int) -> float:
    """Send as many with the same client and nothing else; return messages a second."""
    command = [sys.executable, "-m", "bench.twilio_alone", url, str(messages)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return float(json.loads(told))
