"""The overview: what came in, what went out, and what waits for somebody."""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gateway import gate
from gateway.domain.messages import Class
from gateway.store import away, figures, refused
from gateway.web.console import gate_words, health
from gateway.web.pages import render
from gateway.web.staff import allowed, gateway
from gateway.web.words import language, local

blueprint = Blueprint("dashboard", __name__)

DAYS = 7


class Bar(NamedTuple):
    """One day of the chart; heights in percent of the tallest bar."""

    day: str
    came_in: int
    went_out: int
    high_in: int
    high_out: int


@blueprint.get("/")
@allowed()
def show() -> ResponseReturnValue:
    gw = gateway()
    now = gw.clock()
    alerts = [(row, Class(row["class"]).word) for row in figures.live_alerts(gw.store.read)]
    held = refused.of_day(gw.store.read, gate.today(gw, now))
    return render(
        "dashboard.html",
        counts=figures.overview(gw.store.read, now),
        held=[(why, held[reason]) for reason, why in gate_words.WHY.items() if reason in held],
        bars=bars(local(now)),
        alerts=alerts,
        channels=health.every(),
        queue=health.queue(),
        away=away.periods(gw.store.read),
    )


def bars(now: datetime) -> list[Bar]:
    """Return the last days, oldest first; a day begins at midnight here."""
    gw = gateway()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [midnight - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    edges = [start.timestamp() for start in starts] + [now.timestamp() + 1]
    counted = figures.days(gw.store.read, edges)
    tallest = max(1, *(n for pair in counted for n in pair))
    names = [gw.languages.weekday(language(), start) for start in starts]
    return [
        Bar(name, i, o, round(100 * i / tallest), round(100 * o / tallest))
        for name, (i, o) in zip(names, counted, strict=True)
    ]
