"""Providers to whom each message is handed by itself, as a file in a folder of theirs."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2s
from typing import Protocol

from gateway.domain.messages import Outcome, Outgoing, Result
from gateway.providers import Forged, Hook, SendError, sending
from gateway.providers.fetching import Found
from gateway.providers.folder import GONE, Folder, explain, trouble
from gateway.providers.plain import Plain


class Looks(Protocol):
    """What looks through the folders."""

    def found(self) -> Iterable[Found]:
        """Yield what lies there; raise OSError where nobody can look."""


class ByHand(Plain, ABC):
    """One file a message: what a file was made of is accepted, the rest has its own error."""

    folder: Folder
    _looking: Looks

    def verify(self, hook: Hook) -> None:
        """Raise Forged: nobody has to call us, the files are fetched."""
        raise Forged("bad_secret")

    def poll(self) -> Iterator[Found]:
        """Yield the files that came, each to be ended once it is on disk."""
        try:
            yield from self._looking.found()
        except OSError as error:
            raise trouble(error) from None

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
        """Return the reference of a message that is in their folder, now or since before."""

    def check(self) -> None:
        """Look whether the folders are there, and ours to write in."""
        self.folder.check()

    def fault(self) -> str:
        """Return the path of a folder we cannot use and what to do, or an empty string."""
        place = self.folder.lacking()
        return f"{place}: {GONE}" if place else ""

    def explain(self, code: str) -> str:
        """Return what a code of ours means and what to do, or an empty string."""
        return explain(code)


def own(message: Outgoing) -> str:
    """Return our name of a message: of one text to one person.

    After a restore from a copy our numbers begin anew, and must not meet the file of another.
    """
    mark = blake2s(f"{message.to}\n{message.text}".encode(), digest_size=4).hexdigest()
    return f"{message.id}-{mark}"
