"""Who would get which words of an alert, in how many parts, at what price and until when."""

import json
import sqlite3

from gateway.broadcast import carrying
from gateway.context import Channel, Gateway
from gateway.domain.alerts import Audience, LanguageCount, Preview, usual_parts
from gateway.domain.messages import Class
from gateway.store import alerts, areas

SAME_WITHIN = 3600.0  # seconds in which the same words to the same people are a mistake


def choices(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, until: int) -> dict[str, int]:
    """Choose a text for each (language, area) of one chunk: "language|area" → alert_text id.

    Nobody is left without words: where no step of the fallback has a text, the first one
    serves, and "*" is for people who change their language while the chunk is being queued.
    """
    written = {text["language"]: text["id"] for text in alerts.texts(db, row["id"])}
    audience = Audience.of(json.loads(row["audience"]))
    found = {"*": written[_choice(gw, None, [], written)]}
    chunk = (row["expanded_to"], until)
    for language, area, _ in alerts.audience_counts(db, audience, bool(row["exercise"]), *chunk):
        text = _choice(gw, language, areas.languages(db, area), written)
        found[f"{language or ''}|{area if area is not None else ''}"] = written[text]
    return found


def _choice(gw: Gateway, language: str | None, around: list[str], written: dict[str, int]) -> str:
    chain = gw.languages.chain(language, around, gw.settings["LANGUAGE"])
    return next((tag for tag in chain if tag in written), next(iter(written)))


def preview(gw: Gateway, alert: int) -> Preview:
    """Count who would get what now: people, languages, fallbacks, parts, cost, finish time."""
    db = gw.store.read
    row = alerts.want(db, alert)
    texts = {text["language"]: text for text in alerts.texts(db, alert)}
    ids = {language: text["id"] for language, text in texts.items()}
    audience = Audience.of(json.loads(row["audience"]))
    counted: dict[tuple[str, str], int] = {}
    for language, area, people in alerts.audience_counts(db, audience, bool(row["exercise"])):
        used = _choice(gw, language, areas.languages(db, area), ids)
        key = (language or gw.settings["LANGUAGE"], used)
        counted[key] = counted.get(key, 0) + people
    lines = tuple(
        LanguageCount(
            own, people, texts[used]["parts"], texts[used]["alphabet"], _fallback(own, used)
        )
        for (own, used), people in sorted(counted.items(), key=lambda item: -item[1])
    )
    return _sum_up(gw, row, lines, tuple(texts.values()))


def _fallback(own: str, used: str) -> str | None:
    return None if used in (own, own.split("-")[0]) else used


def _sum_up(
    gw: Gateway,
    row: sqlite3.Row,
    lines: tuple[LanguageCount, ...],
    texts: tuple[sqlite3.Row, ...],
) -> Preview:
    parts = sum(line.people * line.parts for line in lines)
    channel = gw.channels.by_id(row["channel"]) if row["channel"] else gw.channels.default()
    cost = channel.row["cost"] if channel else None
    people = sum(line.people for line in lines)
    by_channel = carrying.by_channel(gw, row, channel, parts, people)
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
