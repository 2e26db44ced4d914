"""The carriers: what takes a batch to a provider, and brings back what came of it.

The outbox is the truth and a carrier only carries: lose all it holds, and messages are
late or unknown, never sent twice by it.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.messages import Batch, Class, Result

Carry = Callable[[Batch], Iterable[Result]]
# Strikes messages of a batch out of what is not begun. What it returns waits until that is on
# disk, and raises if it cannot be, or TakenBack: then they must not be sent.
Begin = Callable[[str, Sequence[int]], Callable[[], None]]

NOT_BEGUN = "not begun"  # the error of a transient result of which nobody tried to send


class TakenBack(Exception):
    """What was to be begun is noted no more: its sender has it again."""


class Notes(Protocol):
    """Which messages of batches are surely not begun: on disk, so that a crash leaves few in doubt.

    All return at once, and are done in the order they were called.
    """

    def keep(self, batch: str, ids: Sequence[int]) -> None:
        """Note messages of a batch as not begun."""

    def begin(
        self, batch: str, ids: Sequence[int], question: str | None = None
    ) -> Callable[[], None]:
        """Strike out what is to be begun now: see `Begin`.

        A `question` may come again: it is answered as before.
        """

    def withdraw(self, batch: str, ids: Sequence[int], question: str) -> Callable[[], object]:
        """Note again what was struck out for a question whose asker heard no answer.

        What it returns waits until that is on disk, and raises if it cannot be.
        """


class CarrierDown(Exception):
    """The carrier cannot take anything now; nothing was handed over."""


@dataclass(frozen=True, slots=True)
class Report:
    """Some results of one batch; `done` is set on its last. `token` names the report."""

    token: str
    batch: str
    channel: str
    results: tuple[Result, ...]
    done: bool


class Carrier(Protocol):
    """Carries batches, each channel's in order; emergencies overtake. Only `hand` raises."""

    def hand(self, batch: Batch) -> None:
        """Take a batch and return at once; CarrierDown if it surely was not taken."""

    def notes(self, channel: str) -> bool:
        """Return whether a batch handed over now waits first: then its claim should note it."""

    def reports(self, wait: float) -> list[Report]:
        """Return what came back, after at most `wait` seconds.

        A report that is not acknowledged comes again, here or after a restart: every
        result must be harmless to apply twice.
        """

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """Forget reports whose results are on disk."""

    def waiting(self, channel: str) -> int:
        """Return how many batches are handed over and not done, as far as it knows."""

    def before(self, channel: str) -> int:
        """Return how many batches a new one finds before it; all that are begun count as one.

        However many workers serve a channel, each then finds a batch to begin.
        """

    def holds(self, batch_id: str) -> bool | None:
        """True: queued, surely not begun. False: begun or gone. None: cannot tell."""

    def take_back(self, batch_id: str) -> bool:
        """Return True if the batch was not begun and now never will be; it gets no report."""

    def recall(self, batch_id: str) -> bool:
        """As `take_back`, but only of what lies with workers elsewhere."""

    def drop(self, channel: str, wanted: Callable[[], Container[str]]) -> bool:
        """Forget batches that lie with workers elsewhere, begun by none, and are not `wanted`.

        Return whether there were any.
        """

    def unserved(self, channels: Sequence[str]) -> frozenset[str] | None:
        """Return those of the channels that need a worker and have none; None: cannot tell."""

    def lost(self, batch_id: str, channel: str) -> bool:
        """True: it is nowhere, or its worker gave no sign of life lately; nobody will tell."""

    def away(self) -> bool:
        """Whether what it carries through does not answer, or took nothing just now."""

    def refuses(self, channel: str) -> bool:
        """Whether it would surely take nothing of a channel now, so that nobody need try."""

    def close(self, timeout: float) -> None:
        """Finish what is begun, for at most `timeout` seconds; reports may still be read.

        What comes back NOT_BEGUN can go at once when there is a carrier again.
        """


def urgent(batch: Batch) -> bool:
    """Say whether a batch overtakes: one emergency in it is enough."""
    return any(message.class_ == Class.EMERGENCY for message in batch.messages)


def nobody(channel: str) -> bool:
    """Say of every channel that it is not meant."""
    return False


def carrier(
    redis: str,
    carry: Carry,
    instead: Callable[[str], bool] = nobody,
    home: Callable[[str], bool] = nobody,
    *,
    notes: Notes,
) -> Carrier:
    """Return the carrier to use: Redis where its URL is given, else threads that `carry`.

    `instead` says for which channels threads may step in while Redis is away, `home` for which
    they always carry; `notes` is where it is written what is not begun.
    """
    from gateway.queue.threads import ThreadCarrier

    threads = ThreadCarrier(carry, notes)
    if not redis:
        return threads
    from gateway.queue.either import EitherCarrier
    from gateway.queue.on_redis import RedisCarrier

    return EitherCarrier(RedisCarrier(redis, notes), threads, instead, home)


def answers(url: str) -> bool:
    """Whether a Redis is there and takes something, within two seconds."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_timeout=2) as redis:
            return bool(redis.set("gateway-check", 1, px=1))
    except (RedisError, ValueError):
        return False


def unserved(url: str, channels: Sequence[str]) -> list[str]:
    """Return those of the channels that have no worker at this moment; none if Redis is away."""
    from redis.exceptions import RedisError

    from gateway.queue.keys import Keys, connect
    from gateway.queue.presence import Roll

    redis = connect(url, 2.0)
    try:
        return Roll(redis, Keys()).alone(channels)
    except RedisError:
        return []
    finally:
        redis.close()
