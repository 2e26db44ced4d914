"""What is where in Redis, and how we speak with it."""

from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

KEPT = 24 * 3600  # seconds a mark is kept, and a batch that nobody fetches
GROUP = "engine"
CONSUMER = "engine"
TAKEN_BACK = b"taken back"
BEGUN = b"begun"


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of everything the gateway has in Redis, below one prefix.

    >>> Keys("gateway").queue("twilio", urgent=False)
    'gateway:twilio'
    >>> Keys("gateway").queue("twilio", urgent=True)
    'gateway:twilio:urgent'
    """

    prefix: str = "gateway"

    @property
    def reports(self) -> str:
        return f"{self.prefix}:reports"

    def queue(self, channel: str, urgent: bool) -> str:
        return f"{self.prefix}:{channel}" + (":urgent" if urgent else "")

    def begun(self, batch_id: str) -> str:
        """The mark that decides, by who sets it first, if a batch is sent or taken back."""
        return f"{self.prefix}:begun:{batch_id}"

    def answer(self, question: str) -> str:
        """Where a worker waits for the answer to a question."""
        return f"{self.prefix}:answer:{question}"

    def serving(self, channel: str) -> str:
        """The workers of a channel, each with the time (Redis's own) until which it is there."""
        return f"{self.prefix}:serving:{channel}"

    @property
    def wanted(self) -> str:
        """The channels for which the gateway has workers send."""
        return f"{self.prefix}:wanted"

    def under_way(self, channel: str) -> str:
        """The batches being sent, each with the time (Redis's own) its worker answers for."""
        return f"{self.prefix}:under-way:{channel}"


def connect(url: str, patience: float) -> Any:
    """Return a Redis client that tries a command once, for `patience` seconds.

    Only we know what may be repeated.
    """
    return Redis.from_url(
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=2,
        socket_timeout=patience,
    )


def run_of(redis: Any) -> str:
    """Return the name Redis gave its present run; RedisError if it is away or still loading.

    A Redis that starts again may have gone back in time and hold batches long sent, so a
    batch counts only in the run it was handed over in.
    """
    with redis.pipeline(transaction=False) as pipe:
        pipe.ping()
        pipe.info("server")
        return str(pipe.execute()[1]["run_id"])
