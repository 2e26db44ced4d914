"""Providers that keep a line open: they hear over it, and nobody calls an address of ours."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from gateway.domain.messages import Event, Screen

BOUND = "bound"
IN_PART = "in part: "  # some of its lines are bound, and carry
STOPPED = "the gateway is stopped"
GONE = "off"
BEGUN = "not bound yet"


def broken(state: str | None) -> bool:
    """Whether a link that should carry does not.

    >>> [broken(state) for state in (None, "bound", "in part: x", "off", "not bound yet")]
    [False, False, False, False, True]
    """
    return state not in (None, BOUND, STOPPED, GONE) and not str(state).startswith(IN_PART)


Told = tuple[Sequence[Event] | str, bytes]  # what a call tells or why it is unreadable; the call
Kept = Screen | BaseException | None


class Listener(Protocol):
    """What a link tells the gateway; called from the link's own thread, and returns at once."""

    def take(self, told: Sequence[Told], kept: Callable[[Sequence[Kept]], object]) -> None:
        """Take what came; what cannot be read is for a person to look at.

        Once all is on disk `kept` gets, in another thread, for each the screen to show if any, or
        the error. What is told first is kept first.
        """

    def lately(self) -> Sequence[str]:
        """Return the references of what was kept last before a crash, perhaps unacknowledged."""

    def moved(self, state: str) -> None:
        """Note that the link is bound, or why it is not; return at once."""


@runtime_checkable
class Linked(Protocol):
    """A provider with `can.links`: opened by the engine, so that it hears without sending."""

    @property
    def state(self) -> str:
        """Return "bound", or in words why it is not."""

    def open(self, listener: Listener) -> None:
        """Begin to hear; come back at once, and stay open however often the line breaks."""

    def close(self, patience: float = 3.0) -> None:
        """Finish what is begun, for so many seconds at most, and say goodbye."""
