"""Which channels would carry an alert, how long they take, and whether they can pay for it."""

import json
import sqlite3

from gateway.context import Channel, Gateway
from gateway.domain.alerts import Audience
from gateway.domain.messages import Class
from gateway.domain.pace import Flow, together
from gateway.store import alerts

Shares = list[tuple[Channel, int]]  # a channel and the parts that fall to it


def by_channel(
    gw: Gateway, row: sqlite3.Row, channel: Channel | None, parts: int, people: int
) -> Shares:
    """Share out the parts of an alert: each person has a channel of theirs, or gets the first.

    Which texts go where is not counted: a channel gets its share of the parts by its people.
    """
    usable = {one.id: one for one in gw.channels.all() if one.carries_sms}
    if channel is None or row["channel"] or len(usable) < 2:
        return [(channel, parts)] if channel else []
    audience = Audience.of(json.loads(row["audience"]))
    counted: dict[int, int] = {}
    for id, n in alerts.audience_channels(gw.store.read, audience, bool(row["exercise"])):
        used = id if id in usable else channel.id
        counted[used] = counted.get(used, 0) + n
    return [(usable[id], -(-parts * n // max(1, people))) for id, n in counted.items()]


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
