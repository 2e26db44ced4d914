"""What can be counted or looked up about a gateway, by its command line too; nothing personal."""

import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gateway import providers, routes
from gateway.context import Gateway
from gateway.domain.messages import Outcome
from gateway.providers.linking import BOUND
from gateway.store import channels, depth, figures, jobs

SLOWED = 600.0  # seconds; a longer hold is not about speed


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `slow`: they ask us to wait; `held`: they do not let us send; `down`: it failed
    too often. `linked` is None where there is no link."""

    STATES: ClassVar[tuple[str, ...]] = ("on", "off", "slow", "held", "down")

    name: str
    state: str
    held: float
    linked: bool | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of a class that wait for a channel, and since when the oldest is due."""

    channel: str
    class_: int
    rows: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Facts:
    """One moment of a gateway."""

    now: float
    minute_in: int
    minute_out: int
    channels: Sequence[Channel]
    waiting: Sequence[Waiting]
    on_the_way: int
    jobs: Sequence[sqlite3.Row]
    disk: int
    disk_free: int
    store: int


def facts(gw: Gateway) -> Facts:
    """Look at a gateway; every question goes through an index."""
    now, db = gw.clock(), gw.store.read
    disk = shutil.disk_usage(gw.settings.data)
    ((minute_in, minute_out),) = figures.days(db, [now - 60, now + 1])
    return Facts(
        now=now,
        minute_in=minute_in,
        minute_out=minute_out,
        channels=[_channel(row, now) for row in channels.every(db)],
        waiting=[
            Waiting(row["channel"], row["class"], row["rows"], max(0.0, now - row["oldest"]))
            for row in depth.waiting(db)
        ],
        on_the_way=depth.on_the_way(db),
        jobs=jobs.unfinished(db),
        disk=disk.total,
        disk_free=disk.free,
        store=gw.store.size(),
    )


def _channel(row: sqlite3.Row, now: float) -> Channel:
    held = max(0.0, (row["held_until"] or 0.0) - now) if row["enabled"] else 0.0
    links = providers.load(row["provider"]).can.links
    return Channel(
        row["name"], _state(row, held, now), held, row["link"] == BOUND if links else None
    )


def _state(row: sqlite3.Row, held: float, now: float) -> str:
    if not row["enabled"]:
        return "off"
    if held:
        throttled = row["held_for"] == Outcome.THROTTLED
        return "slow" if throttled or (row["held_for"] is None and held < SLOWED) else "held"
    return "on" if routes.down(row, now) is None else "down"
