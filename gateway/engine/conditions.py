"""How the device behind a channel is, asked now and then and written when it changed."""

import json
import sqlite3
from functools import partial

from gateway.context import Channel, Gateway
from gateway.providers.conditions import Conditioned, Credited
from gateway.store import budgets, channels

EVERY = 180.0  # seconds between questions


class Conditions:
    """Asks for one channel, in the thread that polls it."""

    def __init__(self, gw: Gateway) -> None:
        self._gw = gw
        self._asked: tuple[float, object] = (0.0, None)

    def look(self, channel: Channel, at_once: bool = False) -> None:
        """Write down what changed: how it is, what is left to pay with."""
        now, provider = self._gw.clock(), channel.provider
        left = provider.credit() if isinstance(provider, Credited) else None
        condition = self._condition(channel, now, at_once or left is not None)
        # Without a price the credit counts parts, and money would be taken for them.
        priced = left if channel.row["cost"] else None
        if condition is not None or priced is not None:
            self._gw.store.write(partial(_write, id=channel.id, told=(condition, priced), now=now))
            self._gw.wake(channel.id)

    def _condition(self, channel: Channel, now: float, at_once: bool) -> str | None:
        """Return how it is, if it was time to ask and it is not as it was."""
        provider = channel.provider
        if not isinstance(provider, Conditioned):
            return None
        at, whom = self._asked
        if not at_once and whom is provider and 0 <= now - at < EVERY:
            return None
        self._asked = (now, provider)
        told = json.dumps(dict(provider.condition()), ensure_ascii=False)
        return None if told == channel.row["condition"] else told


def _write(
    db: sqlite3.Connection, id: int, told: tuple[str | None, float | None], now: float
) -> None:
    condition, left = told
    if condition is not None:
        channels.conditioned(db, id, condition, now)
    if left is not None:
        budgets.told(db, id, max(0.0, left), now)
