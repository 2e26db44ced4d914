"""The options of a channel that limit it: quotas, credit, reserve."""

import sqlite3
from collections.abc import Mapping

import click

from gateway.context import Channel
from gateway.domain.alerts import Refused
from gateway.domain.budget import LEAST_QUOTA, MOST_RESERVE, Standing
from gateway.store import budgets, channels

Limits = Mapping[str, float | None]

FEW = f"at least {LEAST_QUOTA}, or 0 for no limit"

OPTIONS = [
    click.option("--per-hour", type=click.IntRange(min=0), help=f"Parts an hour: {FEW}."),
    click.option("--per-day", type=click.IntRange(min=0), help=f"Parts a day: {FEW}."),
    click.option("--credit", type=click.FloatRange(min=0), help="What is left: money, or parts."),
    click.option("--top-up", type=click.FloatRange(min=0), help="What was paid in just now."),
    click.option("--no-credit", is_flag=True, default=False, help="Count no credit any more."),
    click.option(
        "--reserve",
        type=click.FloatRange(0, 100 * MOST_RESERVE),
        help="Percent of quotas and credit that only emergencies use.",
    ),
    click.option("--warn-at", type=click.FloatRange(min=0), help="Warn when so much is left."),
]

STANDS = {
    Standing.LOW: ("look", "runs out of credit: {left:g} left. Top up: {do}"),
    Standing.RESERVE: ("wrong", "has credit for emergencies only: {left:g} left. Top up: {do}"),
    Standing.GONE: ("wrong", "has no credit left: everything waits. Top up: {do}"),
}
USED = {
    Standing.LOW: ("look", "has used most of its parts of the day"),
    Standing.RESERVE: ("look", "has used its parts; the rest is for emergencies until time passes"),
    Standing.GONE: ("wrong", "has used all its parts, emergencies wait too until time passes"),
}


def check(limits: Limits) -> None:
    """Raise Refused if a quota is too small for the longest message."""
    for name in ("per_hour", "per_day"):
        if 0 < (limits.get(name) or 0) < LEAST_QUOTA:
            option = name.replace("_", "-")
            raise Refused(f"--{option} is {FEW}: a long message must fit.")


def write(db: sqlite3.Connection, channel: int, limits: Limits, now: float) -> None:
    """Set the limits that were given."""
    given = {name: value or None for name, value in limits.items() if value is not None}
    if limits.get("reserve") is not None:
        given["reserve"] = (limits["reserve"] or 0.0) / 100
    channels.limit(db, channel, given)
    if limits.get("no_credit"):
        budgets.uncounted(db, channel)
    if (credit := limits.get("credit")) is not None:
        budgets.told(db, channel, credit, now)
    if (paid := limits.get("top_up")) is not None:
        left = channels.by_id(db, channel)["credit"] or 0.0
        budgets.told(db, channel, max(0.0, left) + paid, now)


def stands(channel: Channel, db: sqlite3.Connection, now: float) -> tuple[str, str] | None:
    """Return what is to be said of a channel's limits: look or wrong, and a sentence."""
    limits = channel.limits(db, now)
    do = f"gateway channel set {channel.name} --top-up …"
    left = channel.row["credit"] or 0.0
    if told := STANDS.get(limits.credit_stands()):
        return told[0], told[1].format(left=left, do=do)
    return USED.get(limits.quota_stands())


def shown(row: sqlite3.Row) -> dict[str, float | None]:
    """Return the limits of a channel as its owner set them."""
    told = {name: row[name] for name in ("per_hour", "per_day", "credit", "warn_at")}
    reserve = row["reserve"]
    return told | {"reserve": None if reserve is None else round(100 * reserve, 1)}
