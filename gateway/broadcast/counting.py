"""Who would get which words of an alert, in how many parts, at what price and until when."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gateway.broadcast import carrying
from gateway.context import Channel, Gateway
from gateway.domain.alerts import Audience, LanguageCount, Preview, Wording, usual_parts
from gateway.domain.messages import Class
from gateway.language import ladder
from gateway.store import alerts, areas, people_lists
from gateway.store.tallies import Tally


class People(NamedTuple):
    """Who an alert would go to: counted by (language, area), and by the channel they wrote on."""

    by_words: list[tuple[str | None, int | None, int]]
    by_channel: list[tuple[int | None, int]]


SAME_WITHIN = 3600.0  # seconds in which the same words to the same people are a mistake


def wording(gw: Gateway, alert: int) -> Wording:
    """Say which text goes to whom.

    Nobody is left without words: where no step of the fallback has a text, the first one serves.
    """
    db = gw.store.read
    written = {text["language"]: text["id"] for text in alerts.texts(db, alert)}
    default = gw.languages.chain(None, [], gw.settings["LANGUAGE"])
    other = _first(default, written) or next(iter(written.values()))
    own = {tag: _first(ladder(tag), written) for tag in people_lists.languages(db)}
    around = {
        area: _first([step for tag in tags for step in ladder(tag)], written)
        for tags, found in areas.spoken(db)
        for area in found
    }
    return Wording(
        {tag: text for tag, text in own.items() if text},
        {area: text for area, text in around.items() if text and text != other},
        other,
    )


def _first(steps: Iterable[str], written: Mapping[str, int]) -> int | None:
    return next((written[tag] for tag in steps if tag in written), None)


def size(gw: Gateway, row: sqlite3.Row) -> int:
    """Count who an alert would go to now."""
    audience = Audience.of(json.loads(row["audience"]))
    return alerts.audience_size(gw.store.read, audience, bool(row["exercise"]))


def people(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row) -> People:
    """Count who an alert would go to now, as its preview needs it: of many, that takes seconds."""
    asked = (Audience.of(json.loads(row["audience"])), bool(row["exercise"]))
    shared = carrying.is_shared(gw, row)
    return People(
        alerts.audience_counts(db, *asked), alerts.audience_channels(db, *asked) if shared else []
    )


def tallied(gw: Gateway, row: sqlite3.Row) -> Tally[People] | None:
    """Return the people of an alert as they were counted lately; None while they are counted."""
    key = ("people", row["audience"], row["exercise"], carrying.is_shared(gw, row))
    return gw.tallies.get(key, lambda db: people(gw, db, row))


def preview(gw: Gateway, alert: int, found: People | None = None) -> Preview:
    """Say who would get what now: people, languages, fallbacks, parts, cost, finish time.

    They are counted now unless they were `found`.
    """
    db = gw.store.read
    row = alerts.want(db, alert)
    texts = {text["language"]: text for text in alerts.texts(db, alert)}
    languages = {text["id"]: language for language, text in texts.items()}
    words = wording(gw, alert)
    found = found or people(gw, db, row)
    counted: dict[tuple[str, str], int] = {}
    for language, area, n in found.by_words:
        used = languages[words.of(language, area)]
        key = (language or gw.settings["LANGUAGE"], used)
        counted[key] = counted.get(key, 0) + n
    lines = tuple(
        LanguageCount(own, n, texts[used]["parts"], texts[used]["alphabet"], _fallback(own, used))
        for (own, used), n in sorted(counted.items(), key=lambda item: -item[1])
    )
    return _sum_up(gw, row, lines, tuple(texts.values()), found)


def _fallback(own: str, used: str) -> str | None:
    return None if used in (own, own.split("-")[0]) else used


def _sum_up(
    gw: Gateway,
    row: sqlite3.Row,
    lines: tuple[LanguageCount, ...],
    texts: tuple[sqlite3.Row, ...],
    found: People,
) -> Preview:
    parts = sum(line.people * line.parts for line in lines)
    channel = gw.channels.by_id(row["channel"]) if row["channel"] else gw.channels.default()
    cost = channel.row["cost"] if channel else None
    people = sum(line.people for line in lines)
    by_channel = carrying.by_channel(gw, channel, parts, found.by_channel)
    seconds = carrying.seconds(gw, row, by_channel)
    return Preview(
        people=people,
        by_language=lines,
        parts=parts,
        cost=round(parts * cost, 2) if cost is not None else None,
        finish=gw.clock() + seconds,
        warnings=(
            *_about_texts(row, texts),
            *_about_sending(gw, row, channel, people, seconds),
            *carrying.short_of_credit(gw, row, by_channel),
        ),
    )


def _about_texts(row: sqlite3.Row, texts: tuple[sqlite3.Row, ...]) -> list[str]:
    """Name the texts longer than is usual: keys of console words, with what they are about."""
    usual = usual_parts(Class(row["class"]))
    return [f"parts:{text['language']}" for text in texts if text["parts"] > usual]


def _about_sending(
    gw: Gateway, row: sqlite3.Row, channel: Channel | None, people: int, seconds: float
) -> list[str]:
    now = gw.clock()
    found = {
        "nobody": not people,
        "channel": channel is None or not channel.carries_sms,
        "late": now + seconds > row["expires_at"],
        "again": alerts.twin(gw.store.read, row["id"], now - SAME_WITHIN) is not None,
    }
    return [word for word, true in found.items() if true]
