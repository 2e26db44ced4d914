"""Everything a running gateway holds, made once and handed down."""

import secrets
import sqlite3
import threading
import tomllib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gateway import providers
from gateway.clock import Clock, keeping
from gateway.domain.budget import Limits
from gateway.domain.dialogue import Pack, load
from gateway.domain.gate import JUST_NOW
from gateway.domain.histogram import WAITS, Histogram
from gateway.domain.keywords import Keywords
from gateway.domain.messages import Class
from gateway.domain.pace import Pace, Quota, kept
from gateway.files import folder
from gateway.language import Languages
from gateway.providers import Provider, pasting
from gateway.sealing import NumberKey, Sealer
from gateway.settings import Settings
from gateway.store import Store, budgets, channels, outbox
from gateway.store.memory import Memory
from gateway.store.recent import Recent
from gateway.store.tallies import Tallies


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured way in and out: the row of the store and its provider, made once."""

    id: int
    name: str
    provider: Provider
    settings: Mapping[str, str]
    sealed: str
    row: sqlite3.Row

    @property
    def region(self) -> str:
        """The country of numbers written without one."""
        return self.settings.get("country", "")

    @property
    def rate(self) -> float:
        """Parts a second it carries."""
        return float(self.row["rate"] or self.provider.can.rate)

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """What it may carry in a time; the provider's own until the channel has others."""
        return budgets.quotas(self.row, self._own_quota)

    @property
    def price(self) -> float:
        """What one part takes from the credit: money, or one where parts are counted."""
        return budgets.price(self.row)

    def limits(self, db: sqlite3.Connection, now: float) -> Limits:
        """Return what limits it now; reads nothing where nothing does."""
        return budgets.limits(db, self.row, self._own_quota, now)

    @property
    def _own_quota(self) -> Quota | None:
        can = self.provider.can
        return kept(can.quota, can.rate, self.row["rate"])

    def addresses(self, public_url: str) -> list[tuple[str, str]]:
        """Return each kind of call it takes, and the exact address to paste for it."""
        base = f"{public_url}/hooks/{self.name}"
        return pasting.addresses(self.provider, base, bool(self.settings.get("hook_key")))

    @property
    def hands_back(self) -> bool:
        """Whether answers go back in the provider's own call, and not through the queue."""
        return self.provider.can.replies

    @property
    def confirms(self) -> bool:
        """Whether this route ever tells that a phone has a message."""
        return self.provider.can.receipts

    @property
    def resends(self) -> bool:
        """Whether what it calls failed may be sent again: under the same name some take nothing."""
        return not (self.provider.can.once or self.provider.can.polled)

    @property
    def is_for_practice(self) -> bool:
        """Whether there is no network behind it."""
        return bool(self.row["provider"] == "simulator")

    @property
    def carries_sms(self) -> bool:
        return bool(self.row["enabled"]) and self.provider.can.sms

    @property
    def goes_by_workers(self) -> bool:
        """Whether workers elsewhere send what it carries, where there is a Redis."""
        can = self.provider.can
        return self.carries_sms and not (can.polled or can.here)


class Channels:
    """The channels by name; a provider object lives until its channel's settings change."""

    def __init__(self, store: Store, sealer: Sealer, public_url: str) -> None:
        self._store, self._sealer, self._public_url = store, sealer, public_url
        self._made: dict[int, tuple[tuple[str, str, str], Channel]] = {}
        self._memory = Memory(store)
        self._lock = threading.Lock()

    def get(self, name: str) -> Channel | None:
        """Return the channel of that name, unless it is retired or unknown."""
        return self._memory.get(name, lambda: self._named(name))

    def by_id(self, id: int) -> Channel:
        return self._memory.get(id, lambda: self._channel(channels.by_id(self._store.read, id)))

    def all(self) -> list[Channel]:
        return self._memory.get(None, self._all)

    def default(self) -> Channel | None:
        """The channel for people who never wrote: the first that carries SMS."""
        return next((channel for channel in self.all() if channel.carries_sms), None)

    def _named(self, name: str) -> Channel | None:
        row = channels.by_name(self._store.read, name)
        return self._channel(row) if row else None

    def _all(self) -> list[Channel]:
        return [self._channel(row) for row in channels.every(self._store.read)]

    def _channel(self, row: sqlite3.Row) -> Channel:
        made_of = (row["provider"], row["address"], row["settings"])
        with self._lock:
            known = self._made.get(row["id"])
            if known is None or known[0] != made_of:
                known = (made_of, self._make(row))
                self._made[row["id"]] = known
        return replace(known[1], name=row["name"], row=row)

    def _make(self, row: sqlite3.Row) -> Channel:
        settings = self.settings(row)
        provider = providers.load(row["provider"])(row["address"], settings)
        return Channel(row["id"], row["name"], provider, settings, self._sealer.seal(settings), row)

    def settings(self, row: sqlite3.Row) -> dict[str, str]:
        """Return the opened settings of a channel, with the address its receipts go to."""
        given = self._sealer.open(row["settings"])
        callback = f"{self._public_url}/hooks/{row['name']}/receipt"
        return {"status_callback": callback, **given}


ORGANISATION = "Red Cross"  # the default, which every language has its own words for


def _nobody(*channels: int) -> None:
    """Wake nobody: there is no engine in this process."""


@dataclass(slots=True)
class Gateway:
    """What the verbs work with. `clock` gives seconds since 1970, counted by `time`, which knows
    whether to trust it; `wake` rouses the engine, for the channels named or for all, and `rouse`
    has it look at once at everything that was written.

    `failing` holds, by name, the channels that failed lately: the moments of it, none if down.
    `astray` holds what was claimed, handed to nobody and could not be put back: ids and batch.
    """

    settings: Settings
    store: Store
    languages: Languages
    keywords: Keywords
    pack: Pack
    channels: Channels
    sealer: Sealer
    numbers: NumberKey
    time: Clock
    clock: Callable[[], float]
    wake: Callable[..., None] = _nobody
    rouse: Callable[[], None] = _nobody
    random_bits: Callable[[], int] = field(default=lambda: secrets.randbits(32))
    tokens: Memory = field(init=False)
    tallies: Tallies = field(init=False, repr=False)  # counts that may take long
    recent: Recent = field(init=False, repr=False)  # what went to whom
    voices: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict, repr=False)
    failing: dict[str, tuple[float, ...]] = field(default_factory=dict)
    astray: deque[tuple[Sequence[int], str | None]] = field(default_factory=deque, repr=False)
    paces: dict[int, tuple[Pace, Mapping[Class, float]]] = field(default_factory=dict)  # of phones
    waits: dict[int, Histogram] = field(  # from due to handed over, by class
        default_factory=lambda: {int(class_): Histogram(WAITS) for class_ in Class}, repr=False
    )
    tags: tuple[str, ...] = field(init=False)  # the languages in use, the default first

    def clock_trusted(self) -> bool:
        """Whether anything may be decided by the time: nothing ends by it while nobody knows it."""
        return self.time.trusted

    def __post_init__(self) -> None:
        known = self.settings.languages or self.languages.languages()
        self.tokens = Memory(self.store)
        self.tallies = Tallies(self.store, lambda: self.clock())
        self.recent = Recent(JUST_NOW, complete=outbox.is_empty(self.store.read))
        self.tags = tuple(dict.fromkeys([self.settings["LANGUAGE"], *known]))

    def organisation(self, chain: Sequence[str]) -> str:
        """Who speaks: the name that was set, else the Red Cross as the language calls it."""
        name = self.settings["ORGANISATION"]
        return self.languages.say(chain, "org").text if name == ORGANISATION else name


def open_gateway(settings: Settings, wake: Callable[..., None] = _nobody) -> Gateway:
    """Open the store and read everything a gateway needs; StoreError or BadSetting if it cannot."""
    store = Store(settings.store)
    folders = [folder("locales"), settings.data / "locales"]
    languages = Languages.load(folders, settings["LANGUAGE"])
    sealer = Sealer(settings.sealing_key())
    clock = Clock()
    keeping.begin(store, clock)
    return Gateway(
        settings=settings,
        store=store,
        languages=languages,
        keywords=Keywords(languages.keywords()),
        pack=read_pack(settings.data / "messages"),
        channels=Channels(store, sealer, settings.public_url),
        sealer=sealer,
        numbers=NumberKey(settings.key_for("numbers")),
        time=clock,
        clock=clock.now,
        wake=wake,
    )


def read_pack(own: Path) -> Pack:
    """Read the content packs that ship, then those of the data folder, whose entries win."""
    merged: dict[str, Any] = {}
    for place in (folder("templates") / "messages", own):
        for file in sorted(place.glob("*.toml")):
            if file.name != "codebook.toml":
                for room, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
                    merged.setdefault(room, {}).update(entries)
    return load(merged)
