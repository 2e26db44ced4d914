"""A gateway in a process that may die at any write; what it promised is noted beside it."""

import os
import sqlite3
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from bench.served import environment
from gateway import receive
from gateway.context import Channel, Gateway, open_gateway
from gateway.domain.messages import Batch, Class, Inbound, Outcome, Result
from gateway.engine import Engine
from gateway.settings import Settings
from gateway.store import outbox

TOGETHER = 4  # messages in a round, in each direction
PATIENCE = 20.0  # seconds for what is queued to go
LEFT = "SELECT count(*) FROM outbox WHERE source = 'soak' AND state IN ('queued', 'claimed')"


class Notes:
    """What was promised and done, one name a line, each line synced."""

    def __init__(self, file: Path) -> None:
        self.file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, names: Iterable[str]) -> None:
        os.write(self.file, "".join(f"{name}\n" for name in names).encode())
        os.fsync(self.file)


class Noting(Engine):
    """An engine whose provider notes what it was handed before it answers."""

    def __init__(self, gw: Gateway, handed: Notes) -> None:
        self.handed = handed
        super().__init__(gw)

    def _carry(self, batch: Batch) -> Iterator[Result]:
        for message in batch.messages:
            self.handed.add([message.text.replace("\n", " ")])
            yield Result(message.id, Outcome.ACCEPTED, f"soak-{message.id}")


def inbound(number: int) -> tuple[list[Inbound], bytes]:
    sender = f"+155501{number % 100:02}"
    return [Inbound(sender, "4040", f"We need water {number}", f"in {number}")], b""


def queue(db: sqlite3.Connection, channel: Channel, texts: list[str], now: float) -> None:
    for text in texts:
        outbox.add(
            db,
            address=None,
            recipient=f"+447700900{int(text.split()[-1]) % 1000:03}",
            channel=channel.id,
            class_=Class.EMERGENCY if text.startswith("urgent") else Class.NORMAL,
            text=text,
            language="en",
            source="soak",
            parts=1,
            alphabet="gsm7",
            due_at=now,
            now=now,
        )


def run(data: Path, notes: Path, first: int, rounds: int) -> None:
    """Take and queue messages from the number `first` on, and wait until they went."""
    gw = open_gateway(Settings.load(environment(data, 0)))
    gw.store._writer._db.execute(f"PRAGMA synchronous = {SYNC}")  # no transaction allows it
    engine = Noting(gw, Notes(notes / "handed"))
    engine.start()
    channel, accepted = gw.channels.get("simulator"), Notes(notes / "accepted")
    assert channel is not None
    for start in range(first, first + rounds * TOGETHER, TOGETHER):
        numbers = range(start, start + TOGETHER)
        found = receive.take_all(gw, channel, [inbound(number) for number in numbers])
        assert not any(isinstance(one, BaseException) for one in found)
        accepted.add(f"in {number}" for number in numbers)
        texts = [f"{'normal' if number % 4 else 'urgent'} {number}" for number in numbers]
        gw.store.write(partial(queue, channel=channel, texts=texts, now=gw.clock()))
        accepted.add(texts)
        engine.wake(channel.id)
    _wait(gw)
    engine.stop()
    gw.store.close()


def _wait(gw: Gateway) -> None:
    end = time.monotonic() + PATIENCE
    while gw.store.read.execute(LEFT).fetchone()[0] and time.monotonic() < end:
        time.sleep(0.02)


def _one(line: str) -> int:
    """Run in a child, so that nothing is loaded twice; return how it ended."""
    data, notes, first, rounds, stop = line.split("\t")
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        os.environ["SOAK_STOP"] = stop
        run(Path(data), Path(notes), int(first), int(rounds))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


SYNC = sys.argv[1] if __name__ == "__main__" else "FULL"

if __name__ == "__main__":
    deque((print(_one(line.strip("\n")), flush=True) for line in sys.stdin), maxlen=0)
