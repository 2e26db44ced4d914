"""Whether a channel works: what came of its messages, and whether its link is bound.

What failed lately is in memory; that a channel is down is in its row, so that every process
sees it, and a person who releases the channel is heard.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from gateway.context import Channel, Gateway
from gateway.domain import breaker
from gateway.domain.breaker import Breaker
from gateway.domain.budget import Limits
from gateway.domain.messages import Outcome, Result
from gateway.domain.routing import Way
from gateway.providers.linking import broken
from gateway.queue import NOT_BEGUN
from gateway.store import budgets, channels

log = logging.getLogger(__name__)

UNBOUND = "unbound"
NO_WORKER = "no worker"
NOT_THEIRS = (NOT_BEGUN, "no channel")  # errors of which the channel knows nothing


@dataclass(frozen=True, slots=True)
class Down:
    """A channel does not work since then, for a reason in a word; `until` it is not tried."""

    since: float
    reason: str
    until: float | None = None


def down(row: sqlite3.Row, now: float) -> Down | None:
    """Return since when and why a channel does not work, or None if it does."""
    if row["down_since"] is not None:
        reason = row["down_reason"] or ""
        # Without a worker nobody can try it.
        return Down(row["down_since"], reason, None if reason == NO_WORKER else row["down_until"])
    since = row["link_at"] or now
    if broken(row["link"]) and now - since >= breaker.LINK_GRACE:
        return Down(since, UNBOUND)
    return None


def way(db: sqlite3.Connection, channel: Channel, now: float) -> Way:
    """Return a channel as routing sees it; reads nothing where nothing limits it."""
    can, fault = channel.provider.can, down(channel.row, now)
    limits = channel.limits(db, now)
    others = limits.parts(urgent=False)
    return Way(
        id=channel.id,
        enabled=channel.carries_sms,
        parts=can.parts,
        letters=can.characters,
        ucs2=can.ucs2,
        down=None if fault is None else max(0.0, now - fault.since),
        held=max(0.0, (channel.row["held_until"] or 0.0) - now),
        practice=channel.row["provider"] == "simulator",
        left=(limits.parts(urgent=True), others),
        frees=inf if others >= can.parts else _frees(db, channel, limits, now),
    )


def _frees(db: sqlite3.Connection, channel: Channel, limits: Limits, now: float) -> float:
    """Return in how many seconds quotas have more room; credit is filled by people alone."""
    if limits.of_credit(urgent=False) < channel.provider.can.parts:
        return inf
    at = [budgets.used(db, channel.id, quota, now)[1] or now for quota, _ in limits.quotas]
    return max((max(0.0, one - now) for one in at), default=inf)


def remember(gw: Gateway) -> None:
    """Know again, after a start, which channels were down."""
    rows = channels.every(gw.store.read)
    gw.failing.update({row["name"]: () for row in rows if row["down_since"] is not None})


def hear(
    gw: Gateway, db: sqlite3.Connection, name: str, results: Sequence[Result], now: float
) -> None:
    """Note what results say of the channel that brought them; write only where it changes."""
    if name not in gw.failing and any(r.outcome is Outcome.ACCEPTED for r in results):
        return
    heard = breaker.sum_up(_outcome(r) for r in results if r.error not in NOT_THEIRS)
    if heard is None or (heard is breaker.Heard.ANSWERED and name not in gw.failing):
        return
    row = channels.by_name(db, name)
    if row is None:
        gw.failing.pop(name, None)
        return
    if row["down_reason"] == NO_WORKER:
        return  # late words: they bring no worker
    before = _breaker(gw, row)
    after = breaker.hear(before, heard, now)
    gw.failing[name] = after.failures
    if after == breaker.CLOSED:
        del gw.failing[name]
    if (after.since, after.until, after.tries) != (before.since, before.until, before.tries):
        channels.down(db, row["id"], after.since, after.until, after.tries, after.reason)
        _tell(name, before, after)


def unserved(gw: Gateway, channel: Channel, alone: bool) -> None:
    """Note that no worker serves a channel any more, or that one does again."""
    now, row = gw.clock(), channels.by_id(gw.store.read, channel.id)
    if alone == (row["down_reason"] == NO_WORKER):
        return
    since = (row["down_since"] or now) if alone else None
    gw.store.write(lambda db: channels.down(db, channel.id, since, now, 0, NO_WORKER))
    if not alone:
        gw.failing.pop(channel.name, None)
    what = "no worker serves it" if alone else "a worker serves it again"
    log.warning("channel %s: %s", channel.name, what)
    gw.wake()


def _outcome(result: Result) -> Outcome:
    """What another channel may send was answered by this one."""
    return Outcome.REJECTED if result.elsewhere else result.outcome


def _breaker(gw: Gateway, row: sqlite3.Row) -> Breaker:
    if row["down_since"] is None:
        return Breaker(gw.failing.get(row["name"], ()))
    tries, reason = row["down_tries"], row["down_reason"] or ""
    return Breaker((), row["down_since"], row["down_until"] or 0.0, tries, reason)


def _tell(name: str, before: Breaker, after: Breaker) -> None:
    if after.is_open and not before.is_open:
        log.warning("channel %s does not work: %s", name, after.reason)
    elif before.is_open and not after.is_open:
        log.warning("channel %s works again", name)
