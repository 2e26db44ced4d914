"""What some providers can do beyond the contract: be asked, come to fetch, or be looked at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gateway.domain.messages import Outgoing, Receipt
from gateway.providers import Answer, Hook, HookError, Provider


class Asked(Provider, Protocol):
    """A provider that can be asked what became of messages, where it does not call us."""

    def became(self, references: Sequence[str]) -> Iterable[Receipt]:
        """Yield where each message stands; raise the SendError that sending would meet."""


class Polled(Provider, Protocol):
    """A provider that comes to fetch. A call that `wants` something tells nothing by itself.

    What is given out stays claimed, under its `reference`, until a receipt says it was taken;
    what nobody took in time may be given again, under the same reference.
    """

    def wants(self, hook: Hook) -> str:
        """Return what a verified call comes for: messages, receipts, or an empty string."""

    def give(self, hook: Hook, messages: Sequence[Outgoing]) -> Answer:
        """Return messages in their form."""

    def ask(self, hook: Hook, references: Sequence[str]) -> Answer:
        """Return a question in their form: what became of these messages?"""

    def reference(self, message: Outgoing) -> str:
        """Return what a message is called there: always the same, and not to be guessed."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that lay waiting, as a call for `read`, and what ends its waiting.

    `done` is called once it is durably on disk here, with the error where it could not be
    read; until then it must lie where it was found, for it is told again after a crash.
    """

    call: Hook
    done: Callable[[HookError | None], None]


class Polls(Provider, Protocol):
    """A provider that calls nobody, as files and modems do: one thread looks, again and again."""

    def poll(self) -> Iterable[Found]:
        """Yield what lies waiting now; raise a SendError where nobody can look."""


@runtime_checkable
class Recalls(Protocol):
    """A provider whose receipts bear numbers that come again, as a modem's from 0 to 255 do."""

    def recall(self, sent_to: Callable[[str], Sequence[str]]) -> None:
        """Be given a way to ask for the references of what was sent to somebody, newest first."""


@runtime_checkable
class Closes(Protocol):
    """A provider that holds something open, and lets go of it when it is not used any more."""

    def close(self) -> None:
        """Let go, or leave it to the end of the process if it does not answer."""
