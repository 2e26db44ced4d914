"""Providers that we call: as many calls side by side as they have connections."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.domain.messages import Outgoing, Result
from gateway.providers import sending
from gateway.providers.plain import Plain

if TYPE_CHECKING:
    from gateway.providers.http import Door


class Calling(Plain, ABC):
    """One message a call, through a door to `base_url`; one that differs says so in its own."""

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Result]:
        """Hand messages over side by side; yield results as they come."""
        alive, late = sending.fresh(messages, self.clock())
        yield from late
        if alive:
            self._open()
            yield from sending.hand_over(self._pool, self._send, self._calls(alive))

    def _calls(self, messages: Sequence[Outgoing]) -> Iterable[Sequence[Outgoing]]:
        """Return the messages of each call."""
        return ([one] for one in messages)

    @abstractmethod
    def _send(self, messages: Sequence[Outgoing]) -> Iterable[Result]:
        """Make one call, in a thread of its own; raise what its answer means if it took none."""

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.can.connections, thread_name_prefix=self.name)

    def _open(self) -> object:
        """Make what the calls go through, once, before threads can race for it."""
        return self._door

    @cached_property
    def _door(self) -> "Door":
        return self._to(self._base)

    @property
    def _base(self) -> str:
        """Return where their API is."""
        return self.settings["base_url"]

    def _to(self, base: str) -> "Door":
        from gateway.providers.http import Door

        return Door(base, self.can.connections, read=float(self.settings["timeout"]))
