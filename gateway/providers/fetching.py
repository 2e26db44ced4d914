"""What some providers can do beyond the contract: be asked, or come to fetch."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.domain.messages import Outgoing, Receipt
from gateway.providers import Answer, Hook, Provider


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
