"""Channels that no worker serves: they count as down, and what was not begun comes back."""

import threading
from collections.abc import Callable

from gateway import routes
from gateway.context import Channel, Gateway
from gateway.engine.absence import Absence
from gateway.engine.rounds import Rounds
from gateway.queue import Carrier
from gateway.send.back import UNBEGUN, put_back
from gateway.store import unbegun

LOOK = 3.0  # seconds between looks


class Unserved(Rounds):
    """Looks who serves the channels whose batches go to workers elsewhere."""

    def __init__(
        self,
        gw: Gateway,
        carrier: Carrier,
        stopping: threading.Event,
        instead: Callable[[str], bool],
        absence: Absence,
    ) -> None:
        super().__init__("unserved", stopping)
        self._gw, self._carrier, self._instead = gw, carrier, instead
        self._absence, self._gone = absence, set[str]()

    def round(self) -> float:
        """Note what changed; a channel that is sent by threads meanwhile is not down."""
        found = {one.name: one for one in self._gw.channels.all() if one.goes_by_workers}
        left = self._carrier.unserved(list(found))
        for name in found:
            alone = name in (left or ()) and not self._instead(name)
            self._note(name, alone or self._carrier.refuses(name))
        for name, channel in found.items() if left is not None else ():
            alone = name in (left or ())
            routes.unserved(self._gw, channel, alone and not self._instead(name))
            if alone:
                self._take_back(channel)
        return LOOK

    def _note(self, name: str, gone: bool) -> None:
        if gone:
            self._gone.add(name)
            self._absence.missing(name)
        elif name in self._gone:
            self._gone.discard(name)
            self._absence.found(name)

    def _take_back(self, channel: Channel) -> None:
        """Queue again what lies with the workers and was begun by none of them.

        What was queued again before, as by a start of ours, does not lie there any longer either:
        it would count as on its way.
        """

        def on_their_way() -> dict[str, list[int]]:
            return unbegun.on_their_way(self._gw.store.read, channel.id)

        for batch, ids in on_their_way().items():
            if self._carrier.recall(batch):
                put_back(self._gw, ids, 0.0, UNBEGUN, batch)
        if self._carrier.drop(channel.name, on_their_way):
            self._gw.wake(channel.id)
