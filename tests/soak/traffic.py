"""Messages in both directions without a pause, while somebody breaks things."""

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from random import Random
from threading import Event, Lock
from typing import Protocol, Self

from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.soak.reckoning import Account, Promises, reckon

CHANNEL = "water"
RATE = "200"  # parts a second
TOGETHER = 6  # people in one order
PAUSE = 0.06  # seconds between orders, and between messages of one caller
PATIENCE = 40.0  # seconds for what a fault held up
URGENT = "Leave now"
EMERGENCY = 5  # every so-manieth order is one

INBOX = "SELECT text FROM inbound"
ANSWERS = "SELECT inbound FROM outbox WHERE inbound IS NOT NULL"
OUTBOX = "SELECT recipient, text, state FROM outbox"
OPEN = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed')"
QUEUED = "SELECT count(*) FROM outbox WHERE state = 'queued'"
CLAIMED = "SELECT count(*) FROM outbox WHERE state = 'claimed'"


class Peer(Protocol):
    """A provider's stand-in: it brings messages, and knows what it took."""

    def taken(self) -> list[tuple[str, str]]:
        """Return (to, text) of all it ever accepted, repetitions too."""

    def tell_all(self, gateway: GatewayProcess, texts: dict[str, str]) -> Iterable[str]:
        """Tell texts, each with its sender; return those that were accepted."""


class Traffic:
    """Brings and orders messages until it is closed; what was not accepted is brought again."""

    def __init__(
        self, gateway: GatewayProcess, peer: Peer, chance: Random, callers: int = 2, most: int = 1
    ) -> None:
        self.gateway, self.peer, self.chance = gateway, peer, chance
        self.promised = Promises()
        self.statuses: Counter[int] = Counter()
        self.broken = 0  # calls that had to be made again
        self._callers, self._most = callers, most  # `most` messages in one call
        self._numbers, self._lock, self._over = count(1), Lock(), Event()
        self._pool = ThreadPoolExecutor(callers + 1)
        self._running: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._running = [self._pool.submit(self._orders)]
        self._running += [self._pool.submit(self._brings) for _ in range(self._callers)]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()
        for one in self._running:
            one.result()

    def moment(self) -> None:
        """Come back at a random moment in the middle of it: some more went out, some came in."""
        out = len(self.peer.taken()) + self.chance.randint(3, 40)
        into = len(self.promised.into) + self.chance.randint(0, 4)
        until(lambda: len(self.peer.taken()) >= out, "more goes out", PATIENCE, self.gateway.log)
        until(lambda: len(self.promised.into) >= into, "more comes in", PATIENCE, self.gateway.log)
        time.sleep(self.chance.random() * PAUSE)

    def in_flight(self) -> int:
        """Count what was claimed and of which nothing was written yet."""
        return int(self.gateway.value(CLAIMED))

    def ends(self, sql: str = OPEN) -> None:
        """Wait until nothing is queued or on its way, by the one measure or the other."""
        until(lambda: not self.gateway.value(sql), "an end", PATIENCE, self.gateway.log)

    def account(self) -> Account:
        """Compare what was promised with the store as it is, and with what the provider has."""
        assert self.gateway.value("PRAGMA integrity_check") == "ok"
        rows = self.gateway.rows
        return reckon(
            self.promised,
            inbox=[row["text"] for row in rows(INBOX)],
            answers=[row["inbound"] for row in rows(ANSWERS)],
            outbox=[(row["recipient"], row["text"], row["state"]) for row in rows(OUTBOX)],
            taken=self.peer.taken(),
        )

    def _next(self) -> int:
        with self._lock:
            return next(self._numbers)

    def _orders(self) -> None:
        while not self._over.wait(PAUSE):
            number = self._next()
            text = f"{URGENT if number % EMERGENCY == 0 else 'Water'}, place {number}"
            to = [f"+447700900{(number * TOGETHER + n) % 1000:03}" for n in range(TOGETHER)]
            self._order(to, text, "normal" if text.startswith("Water") else "emergency")

    def _order(self, to: list[str], text: str, class_: str) -> None:
        order = {"to": to, "text": text, "class": class_, "channel": CHANNEL}
        reply = self.gateway.api(self.gateway.token, "POST", "/messages", order)
        self.statuses[reply.status] += 1
        if reply.status == 202:
            assert [line["state"] for line in reply.json["messages"]] == ["queued"] * len(to)
            self.promised.order(to, text, emergency=class_ == "emergency")

    def _brings(self) -> None:
        while not self._over.wait(PAUSE):
            numbers = [self._next() for _ in range(self._most)]
            self._bring({f"closed road, {n} cars wait": person(n) for n in numbers})

    def _bring(self, texts: dict[str, str]) -> None:
        """Bring until all is accepted, as providers do: also once all else is over."""
        end = time.monotonic() + PATIENCE
        while texts and time.monotonic() < end:
            done = set(self.peer.tell_all(self.gateway, texts))
            self.promised.into |= done
            texts = {text: sender for text, sender in texts.items() if text not in done}
            self.broken += bool(texts)
            time.sleep(PAUSE if texts else 0)
        assert not texts, "it was never accepted"


def person(number: int) -> str:
    return f"+447700900{number % 1000:03}"
