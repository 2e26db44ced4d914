"""Providers to whom each message is handed by itself, as a file in a folder of theirs."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.providers import SendError, sending
from gateway.providers.plain import Plain


class ByHand(Plain, ABC):
    """One file a message: what a file was made of is accepted, the rest has its own error."""

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Put messages where they are looked for, one file each."""
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        for message in alive:
            try:
                yield Result(message.id, Outcome.ACCEPTED, self._hand_over(message))
            except SendError as error:
                yield error.result(message.id)

    @abstractmethod
    def _hand_over(self, message: Outgoing) -> str:
        """Return the reference of a message that is in their folder now."""
