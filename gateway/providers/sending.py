"""Sending several messages at once, each with its own result."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from functools import cache
from ipaddress import ip_address
from threading import Lock
from urllib.parse import urlsplit

from gateway.domain.messages import Outgoing, Result
from gateway.providers import Account, Busy, Rejected, SendError

Work = Callable[[Sequence[Outgoing]], Iterable[Result]]


class _Halt:
    """What one refusal means for the rest of the batch: the first that stops the channel."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.error: SendError | None = None

    def note(self, error: SendError) -> None:
        if isinstance(error, Account | Busy):
            with self.lock:
                self.error = self.error or error


def one(work: Work, messages: Sequence[Outgoing], halt: _Halt) -> list[Result]:
    """Hand over messages that travel in one call; a failure is each one's result."""
    if halt.error:
        return [halt.error.result(message.id) for message in messages]
    try:
        return list(work(messages))
    except SendError as error:
        halt.note(error)
        return [error.result(message.id) for message in messages]


def hand_over(pool: Executor, work: Work, calls: Iterable[Sequence[Outgoing]]) -> Iterator[Result]:
    """Make the calls side by side and yield results as they come.

    Once one says that the channel must slow down or stop, calls not yet made are not made:
    a hundred refusals more would only be held against us. A fault of our own in one call
    is raised when the results of all others are out.
    """
    halt = _Halt()
    running = [pool.submit(one, work, call, halt) for call in calls]
    faults = []
    for done in as_completed(running):
        fault = done.exception()
        if fault:
            faults.append(fault)
        else:
            yield from done.result()
    if faults:
        raise faults[0]


def fresh(messages: Iterable[Outgoing], now: float) -> tuple[list[Outgoing], list[Result]]:
    """Part messages from those whose time has passed; an old warning is worse than none."""
    alive, late = [], []
    for message in messages:
        if message.expires is not None and message.expires <= now:
            late.append(Rejected("expired").result(message.id))
        else:
            alive.append(message)
    return alive, late


@cache
def public(url: str) -> bool:
    """Tell whether a provider could call an address; some refuse messages that name another.

    A gateway that nobody outside can reach still sends; it only hears of no receipts.

    >>> [public(f"http://{host}/x") for host in ("sms.example.org", "localhost", "10.0.0.5")]
    [True, False, False]
    """
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".lan", ".internal"))
