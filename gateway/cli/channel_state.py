"""How a channel is, in the words of the command line."""

import sqlite3
from dataclasses import asdict
from typing import Any

from gateway import providers, routes
from gateway.cli import channel_limits
from gateway.cli.opening import opened
from gateway.cli.timing import shown
from gateway.context import Gateway
from gateway.store import channels, figures

HOUR, DAY = 3600.0, 86400.0


def state(row: sqlite3.Row, now: float) -> str:
    """Return whether a channel sends, or why not."""
    if not row["enabled"]:
        return "off"
    fault = routes.down(row, now)
    if fault and fault.reason != "account":
        return f"down: {fault.reason}"
    held = (row["held_until"] or 0) > now or fault
    return f"held: {row['held_reason'] or 'account'}" if held else "on"


def _figures(db: sqlite3.Connection, channel: int, now: float) -> dict[str, Any]:
    """Return what waits, when it last carried something, and how what a day wrote stands."""
    found = figures.channels(db, now - DAY).get(channel, {})
    last = {key: shown(found.pop(key)) for key in ("last_in", "last_out") if key in found}
    waiting = figures.waiting(db, channel) if found.pop("waiting", 0) else 0
    return {"waiting": waiting, "last_day": found} | last


def share(part: float) -> str:
    return f"{part:.0%}"


def described(gw: Gateway, row: sqlite3.Row) -> dict[str, Any]:
    """Return all that may be told of a channel; secrets are not."""
    needs = {need.name: need for need in providers.load(row["provider"]).needs}
    settings = {
        key: "(set)" if key not in needs or needs[key].secret else value
        for key, value in opened(gw.sealer, row).items()
    }
    db, now = gw.store.read, gw.clock()
    told = {key: row[key] for key in ("name", "provider", "address", "rate", "cost")}
    told |= channel_limits.shown(row)
    told |= {"state": state(row, now), "settings": settings} | _figures(db, row["id"], now)
    told["share"] = share(figures.shares(db, now - HOUR).get(row["id"], 0.0))
    if condition := channels.condition(row):
        told["condition"] = condition
    told["routes"] = [asdict(rule) for rule in routes.said(db, row["name"])]
    return told
