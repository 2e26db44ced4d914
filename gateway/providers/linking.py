"""Providers that keep a line open: they hear over it, and nobody calls an address of ours."""

from collections.abc import Sequence
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


Told = tuple[Sequence[Event], bytes]  # what one call tells, and the call as it came


class Listener(Protocol):
    """What a link tells the gateway; called from threads of the link's own."""

    def take(self, told: Sequence[Told]) -> Sequence[Screen | BaseException | None]:
        """Take what came; return once it is on disk: the screen to show if any, or the error."""

    def keep(self, reason: str, raw: bytes) -> None:
        """Keep what could not be read, for a person to look at."""

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
