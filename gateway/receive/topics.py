"""Preparedness by keyword: numbered messages, MORE for the next, a hint for a near miss."""

import re
from typing import Any

from gateway.domain.dialogue import topic_text
from gateway.receive import talk
from gateway.receive.case import Case
from gateway.store import topics
from gateway.store.sessions import Talk

LATELY = 72 * 3600.0  # seconds; as long as a dialogue waits for its next answer


def show(case: Case, talking: Talk | None, code: str, number: int) -> str:
    """Answer with one message of a topic; a number beyond the last gives the last."""
    topic = case.gw.pack.topics[code]
    number = min(max(number, 1), len(topic.messages))
    source = f"topic:{code}/{number}@{topic.version}"
    case.reply(topic_text(topic, number, case.asking), source)
    talk.save(case, talking, {"topic": code, "number": number})
    return source


def more(case: Case, talking: Talk | None, notes: dict[str, Any]) -> str:
    """Answer with the next message of the topic last shown, or say that there is no more."""
    code, number = notes.get("topic"), notes.get("number", 0)
    if code is None:
        code, number = _last_sent(case)
    topic = case.gw.pack.topics.get(code or "")
    if code and topic and number < len(topic.messages):
        return show(case, talking, code, number + 1)
    return talk.begin(case, talking, "menus.home", before="more.none")


def _last_sent(case: Case) -> tuple[str | None, int]:
    """Return the topic and number of what was sent lately without being asked for, if any."""
    source = topics.last_sent(case.db, case.person.address, case.now - LATELY)
    found = re.fullmatch(r"topic:(.+)/([0-9]+)@.*", source or "")
    return (found[1], int(found[2])) if found else (None, 0)


def suggest(case: Case, talking: Talk | None, keyword: str) -> str:
    """Offer the nearest keyword; a yes then shows it."""
    case.say("did.you.mean", keyword=keyword)
    match = case.gw.keywords.match(keyword, case.person.language, case.gw.tags)
    code = match.intent if match and match.intent in case.gw.pack.topics else None
    talk.save(case, talking, {"suggested": code} if code else {})
    return f"suggest:{code or 'word'}"
