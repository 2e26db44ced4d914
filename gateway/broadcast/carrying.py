"""Which channels would carry an alert, how long they take, and whether they can pay for it."""

import sqlite3

from gateway.context import Channel, Gateway
from gateway.domain.messages import Class
from gateway.domain.pace import Flow, together

Shares = list[tuple[Channel, int]]  # a channel and the parts that fall to it


def _usable(gw: Gateway) -> dict[int, Channel]:
    return {one.id: one for one in gw.channels.all() if one.carries_sms}


def is_shared(gw: Gateway, row: sqlite3.Row) -> bool:
    """Whether more than one channel may carry an alert."""
    return not row["channel"] and len(_usable(gw)) > 1


def by_channel(
    gw: Gateway, channel: Channel | None, parts: int, people: list[tuple[int | None, int]]
) -> Shares:
    """Share out the parts of an alert: each person has a channel of theirs, or gets the first.

    Which texts go where is not counted: a channel gets its share of the parts by its people.
    Where these were not counted by channel, the first carries all.
    """
    if channel is None or not people:
        return [(channel, parts)] if channel else []
    usable, every = _usable(gw), sum(n for _id, n in people)
    counted: dict[int, int] = {}
    for id, n in people:
        used = id if id in usable else channel.id
        counted[used] = counted.get(used, 0) + n
    return [(usable.get(id, channel), -(-parts * n // max(1, every))) for id, n in counted.items()]


def seconds(gw: Gateway, row: sqlite3.Row, shares: Shares) -> float:
    """Return how long the channels take side by side, as their rates and quotas stand now."""
    now, urgent = gw.clock(), _urgent(row)
    flows: list[tuple[Flow, int]] = []
    for channel, parts in shares:
        limits = channel.limits(gw.store.read, now)
        flows.append((limits.flow(channel.rate, urgent), parts))
    return together(flows)


def short_of_credit(gw: Gateway, row: sqlite3.Row, shares: Shares) -> list[str]:
    """Say so if the credit of a channel does not pay for its part: the rest would wait."""
    now, urgent = gw.clock(), _urgent(row)
    short = any(
        channel.limits(gw.store.read, now).of_credit(urgent) < parts for channel, parts in shares
    )
    return ["credit"] if short else []


def _urgent(row: sqlite3.Row) -> bool:
    return bool(row["class"] == Class.EMERGENCY)
