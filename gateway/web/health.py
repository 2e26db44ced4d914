"""Whether the gateway is well, and figures for monitoring; no personal data in either."""

import sqlite3
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from gateway import health, providers, routes
from gateway.domain.budget import Limits
from gateway.domain.messages import Class, State
from gateway.domain.pace import kept
from gateway.health import Waiting
from gateway.store import budgets, channels, depth, figures, refused
from gateway.store.capped import MANY
from gateway.web import measured
from gateway.web.measured import family as _family
from gateway.web.measured import line as _line
from gateway.web.words import gateway

blueprint = Blueprint("health", __name__)

DAY, HOUR = 86400.0, 3600.0


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when web, engine, writer and store are well, else 503 with the reason."""
    ill = reasons()
    text = "\n".join(ill or ["ok", *_doubts(), *_queue()])
    return Response(text + "\n", 503 if ill else 200, content_type="text/plain; charset=utf-8")


def _doubts() -> list[str]:
    """Say if the time cannot be relied on: all else goes on, so it is well enough to be asked."""
    gw = gateway()
    return [] if gw.clock_trusted() else [f"clock: not trusted ({gw.time.why})"]


def _queue() -> list[str]:
    """Say if Redis is away: what is to go out waits, or goes from here."""
    engine = current_app.extensions.get("engine")
    return ["queue: Redis is away, or full"] if engine and engine.carrier.away() else []


def reasons() -> list[str]:
    """Return what is not well, a line each; the web is well if it can be asked."""
    gw, ill = gateway(), []
    if not gw.store.alive():
        ill.append("writer: the thread that writes has stopped")
    try:
        depth.totals(gw.store.read)
    except sqlite3.Error as error:
        ill.append(f"store: cannot be read ({type(error).__name__})")
    engine = current_app.extensions.get("engine")
    if engine is None:
        return [*ill, "engine: not started"]
    return [*ill, *(f"engine: {name} has stopped" for name in engine.alive())]


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Figures in the text form of Prometheus."""
    lines = "".join(f"{told}\n" for told in _lines())
    return Response(lines, content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines() -> Iterable[str]:
    gw = gateway()
    db, now = gw.store.read, gw.clock()
    totals = depth.totals(db)
    yield from _family("gateway_inbound_total", "counter", "Messages that came in.")
    yield f"gateway_inbound_total {totals['in']}"
    yield from _family("gateway_outbox_total", "counter", "Messages put in the outbox.")
    yield f"gateway_outbox_total {totals['out']}"
    facts = health.facts(gw)
    yield from _waiting(facts.waiting)
    yield from _on_the_way(facts.on_the_way)
    yield from _states(depth.states(db, now - DAY))
    yield from _family("gateway_channel_up", "gauge", "1 if a channel may send now.")
    well = {row["name"] for row in channels.every(db) if routes.down(row, now) is None}
    for name, up in depth.channels(db, now).items():
        yield _line("gateway_channel_up", {"channel": name}, int(up and name in well))
    yield from _limits(db, now)
    yield from _shares(db, now)
    yield from _refused(refused.totals(db))
    yield from _family("gateway_writer_up", "gauge", "1 if the thread that writes is alive.")
    yield f"gateway_writer_up {int(gw.store.alive())}"
    yield from _family("gateway_clock_trusted", "gauge", "1 if the time can be relied on.")
    yield f"gateway_clock_trusted {int(gw.clock_trusted())}"
    engine = current_app.extensions.get("engine")
    yield from _family("gateway_engine_up", "gauge", "1 if every thread of the engine is alive.")
    yield f"gateway_engine_up {int(engine is not None and not engine.alive())}"
    yield from measured.lines(gw, engine, facts)


def _shares(db: sqlite3.Connection, now: float) -> Iterable[str]:
    name, shares = "gateway_channel_share", figures.shares(db, now - HOUR)
    yield from _family(name, "gauge", "Which share of the last hour's messages a channel carried.")
    for row in channels.every(db):
        yield _line(name, {"channel": row["name"]}, round(shares.get(row["id"], 0.0), 4))


def _refused(rows: Iterable[sqlite3.Row]) -> Iterable[str]:
    name = "gateway_refused_total"
    yield from _family(name, "counter", "Messages the gate held, withheld or let pass, by reason.")
    for row in rows:
        labels = {"reason": row["reason"], "class": Class(row["class"]).word}
        yield _line(name, labels | {"channel": row["channel"]}, row["rows"])


def _waiting(waiting: Iterable[Waiting]) -> Iterable[str]:
    kept = [({"channel": one.channel, "class": Class(one.class_).word}, one) for one in waiting]
    meaning = f"Messages that wait; above {MANY} they are not counted further."
    yield from _family("gateway_queue_depth", "gauge", meaning)
    for labels, one in kept:
        yield _line("gateway_queue_depth", labels, one.rows)
    name = "gateway_queue_oldest_seconds"
    meaning = "How long the oldest message has waited since it was due first, in seconds."
    yield from _family(name, "gauge", meaning)
    for labels, one in kept:
        yield _line(name, labels, round(one.oldest, 3))


def _on_the_way(rows: int) -> Iterable[str]:
    name = "gateway_messages_on_the_way"
    meaning = f"Messages with a worker or being sent; above {MANY} they are not counted further."
    yield from _family(name, "gauge", meaning)
    yield _line(name, {}, rows)


def _limits_of(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> Limits:
    can = providers.load(row["provider"]).can
    return budgets.limits(db, row, kept(can.quota, can.rate, row["rate"]), now)


def _limits(db: sqlite3.Connection, now: float) -> Iterable[str]:
    """Say what is left where something is counted; `for` is all, or emergencies alone."""
    every = {row["name"]: _limits_of(db, row, now) for row in channels.every(db)}
    found = {name: limits for name, limits in every.items() if limits.counted}
    yield from _family("gateway_channel_credit", "gauge", "What is left to pay with.")
    for name, limits in found.items():
        if limits.credit:
            left = round(limits.credit.left, 4) + 0.0  # no minus before nothing
            yield _line("gateway_channel_credit", {"channel": name}, left)
    name = "gateway_channel_parts_left"
    yield from _family(name, "gauge", "Parts that quotas and credit leave.")
    for channel, limits in found.items():
        for word, urgent in (("all", False), ("emergency", True)):
            yield _line(name, {"channel": channel, "for": word}, limits.parts(urgent))


def _states(counts: Mapping[str, int]) -> Iterable[str]:
    yield from _family("gateway_outbox_day", "gauge", "Messages of the last day by their state.")
    for state in State:
        yield _line("gateway_outbox_day", {"state": state.value}, counts.get(state.value, 0))
