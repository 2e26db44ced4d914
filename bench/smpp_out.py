"""Over one bind to a network: from the durable outbox to the durable result, or receipt."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench import links, served
from bench.calls import person
from bench.figures import Line, Target
from bench.links import Alone, Round
from bench.network import CHANNEL, PATIENCE, Network, network, prepare
from bench.size import Size
from bench.twilio_alone import TEXT
from gateway.context import Gateway, open_gateway
from gateway.domain.messages import Class
from gateway.store import bulk
from gateway.store.bulk import Message

WARM = 200
OPEN = """
SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' AND due_at < ?)
    OR EXISTS (SELECT 1 FROM outbox WHERE state = 'claimed')
"""
TOOK = """
SELECT min(claimed_at) AS began, max(sent_at) AS sent, max(final_at) AS final, count(*) AS messages
  FROM outbox WHERE source = ? AND state = ?
"""


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Send through the gateway and with the client alone, in turn, without and with receipts."""
    with network() as theirs, network() as bare:
        prepared = prepare(folder / "out", theirs.port)
        with served.gateway(folder / "out") as running:
            gw = open_gateway(prepared.settings)
            with closing(gw.store):
                theirs.until("hears", 1)
                _round(gw, running, theirs, WARM, "warm", False)
                for receipts in (False, True):
                    yield from _lines(gw, running, (theirs, bare), size, receipts)


def _lines(
    gw: Gateway,
    running: served.Served,
    networks: tuple[Network, Network],
    size: Size,
    receipts: bool,
) -> Iterator[Line]:
    theirs, bare = networks
    count = size.links
    ours, alone = [], []
    bare.ask(receipts=receipts)
    for number in range(size.rounds):
        ours.append(_round(gw, running, theirs, count, f"{receipts}/{number}", receipts))
        alone.append(Alone("out", bare.port, count, count * receipts).result())
    name = "until each has its receipt" if receipts else "no receipts"
    goal = Target(5_000) if receipts else None
    yield from links.lines(f"out over one SMPP bind, {name}", ours, alone, goal)


def _round(
    gw: Gateway, running: served.Served, theirs: Network, count: int, source: str, receipts: bool
) -> Round:
    """Queue messages and wait; it counts from the first claim to the last result in the store."""
    busy = running.busy()
    theirs.ask(receipts=receipts)
    queue(gw, count, source)
    wait(gw)
    if receipts:
        theirs.until("told", count)
    row = _took(gw, source, count, "delivered" if receipts else "sent")
    seconds = row["final" if receipts else "sent"] - row["began"]
    return Round(count / seconds, 1000 * (running.busy() - busy) / count)


def _took(gw: Gateway, source: str, count: int, state: str) -> sqlite3.Row:
    until = time.monotonic() + PATIENCE
    while True:
        row: sqlite3.Row = gw.store.read.execute(TOOK, (source, state)).fetchone()
        if row["messages"] == count:
            return row
        if time.monotonic() > until:
            raise TimeoutError(f"{row['messages']} of {count} are {state}")
        time.sleep(0.2)


def wait(gw: Gateway) -> None:
    """Wait until nothing is due or on its way; a look costs the gateway nothing."""
    until = time.monotonic() + PATIENCE
    while gw.store.read.execute(OPEN, (gw.clock() + 1,)).fetchone()[0]:
        if time.monotonic() > until:
            raise TimeoutError("not every message was sent")
        time.sleep(0.05)


def queue(gw: Gateway, count: int, source: str) -> None:
    """Put messages into the outbox in one transaction."""
    channel, now = gw.channels.get(CHANNEL), gw.clock()
    assert channel is not None
    same = Message(
        address=None,
        recipient="",
        channel=channel.id,
        class_=Class.NORMAL,
        due_at=now,
        expires_at=None,
        text=TEXT,
        language="en",
        source=source,
        parts=1,
        alphabet="gsm7",
        forced=False,
        now=now,
    )
    rows = [same._replace(recipient=person(number)) for number in range(count)]
    gw.store.write(lambda db: bulk.queue(db, rows))
