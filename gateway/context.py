"""Everything a running gateway holds, made once and handed down."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway import providers
from gateway.domain.dialogue import Pack
from gateway.domain.keywords import Keywords
from gateway.language import Languages
from gateway.providers import Provider
from gateway.sealing import NumberKey, Sealer
from gateway.settings import Settings
from gateway.store import Store, channels


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured way in and out: the row of the store and its provider, made once."""

    id: int
    name: str
    provider: Provider
    settings: Mapping[str, str]
    row: sqlite3.Row

    @property
    def region(self) -> str:
        return self.settings.get("country", "")


class Channels:
    """The channels by name; a provider object lives until its channel's settings change."""

    def __init__(self, store: Store, sealer: Sealer, public_url: str) -> None:
        self._store, self._sealer, self._public_url = store, sealer, public_url
        self._made: dict[int, tuple[tuple[str, str, str], Channel]] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Channel | None:
        """Return the channel of that name, unless it is retired or unknown."""
        row = channels.by_name(self._store.read, name)
        return self._channel(row) if row else None

    def by_id(self, id: int) -> Channel:
        return self._channel(channels.by_id(self._store.read, id))

    def all(self) -> list[Channel]:
        return [self._channel(row) for row in channels.every(self._store.read)]

    def _channel(self, row: sqlite3.Row) -> Channel:
        made_of = (row["provider"], row["address"], row["settings"])
        with self._lock:
            known = self._made.get(row["id"])
            if known is None or known[0] != made_of:
                known = (made_of, self._make(row))
                self._made[row["id"]] = known
        made = known[1]
        return Channel(made.id, row["name"], made.provider, made.settings, row)

    def _make(self, row: sqlite3.Row) -> Channel:
        settings = self.settings(row)
        provider = providers.load(row["provider"])(row["address"], settings)
        return Channel(row["id"], row["name"], provider, settings, row)

    def settings(self, row: sqlite3.Row) -> dict[str, str]:
        """Return the opened settings of a channel, with the address its receipts go to."""
        given = self._sealer.open(row["settings"])
        callback = f"{self._public_url}/hooks/{row['name']}/receipt"
        return {"status_callback": callback, **given}


def _nobody() -> None:
    """Wake nobody: there is no engine in this process."""


@dataclass(slots=True)
class Gateway:
    """What the verbs work with. `clock` gives seconds since 1970; `wake` rouses the engine."""

    settings: Settings
    store: Store
    languages: Languages
    keywords: Keywords
    pack: Pack
    channels: Channels
    sealer: Sealer
    numbers: NumberKey
    clock: Callable[[], float] = time.time
    wake: Callable[[], None] = _nobody
    random_bits: Callable[[], int] = field(default=lambda: secrets.randbits(32))

    @property
    def tags(self) -> list[str]:
        """The languages of this deployment, its default first."""
        known = self.settings.languages or self.languages.languages()
        return list(dict.fromkeys([self.settings["LANGUAGE"], *known]))
