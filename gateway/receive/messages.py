"""What a message means: keywords first, then an open dialogue, then words for a person."""

import sqlite3
from typing import Any

import msgspec

from gateway.domain.keywords import Match, apart, is_reference, is_topic, normal, reference
from gateway.domain.loops import is_echo
from gateway.domain.messages import Class
from gateway.receive import departures, speaking, talk, topics
from gateway.receive.case import Case
from gateway.store import feedback
from gateway.store.sessions import Talk

OFTEN = 3  # times an hour that the same words, no keyword of ours, are filed and answered
ASKED = ("pending", "out")  # only they can join by a bare yes


def decide(case: Case) -> str:
    """Find out what a message asks for and do it; return what was decided, in a word."""
    gw, person, text = case.gw, case.person, case.message.text
    if is_echo(text, case.desk.rounds(person.address)):
        case.mute()
        return "loop"
    pending = person.consent in ASKED
    match = gw.keywords.match(text, person.language, gw.tags, pending)
    talking = case.desk.talking(person.address)
    notes = _notes(talking)
    if notes.get("suggested") in gw.pack.topics and normal(text) in _said(case, "yes"):
        return topics.show(case, talking, notes["suggested"], 1)
    if match:
        speaking.as_asked(case, match)
        if decided := _at_any_moment(case, match):
            return decided
    if decided := _about_an_item(case, match):
        return decided
    if match and (is_topic(match.intent) or match.intent == "menu") and match.exact:
        return _keyword(case, match, talking, notes)
    if notes.get("dialogue"):
        if answered := talk.answer(case, talking, notes, match):
            return answered
        notes = {name: note for name, note in notes.items() if name != "dialogue"}
    if match:
        return _keyword(case, match, talking, notes)
    return _words(case, talking)


def _notes(talking: Talk | None) -> dict[str, Any]:
    notes: dict[str, Any] = msgspec.json.decode(talking.state or "{}") if talking else {}
    return notes


def _at_any_moment(case: Case, match: Match) -> str | None:
    """Leaving, coming back and help come before everything, also inside a form."""
    intent = match.intent
    if intent == "opt_out":
        return departures.leave(case)
    if intent.startswith("leave:"):
        return departures.leave(case, intent.partition(":")[2])
    if intent == "opt_in":
        return departures.come_back(case)
    if intent in ("join:alert", "alerts_only"):
        return departures.come_back(case, alerts_only=True)
    if intent.startswith("join:"):
        return departures.come_back_to(case, intent.partition(":")[2])
    if intent == "possible_opt_out":
        return departures.seems_to_leave(case, match.rest)
    if intent == "cry":
        return _cry(case)
    if intent == "help":
        return _help(case, match)
    return None


def _help(case: Case, match: Match) -> str:
    """HELP with more words may be a cry for help: a person reads those, and they hear so first.

    The number to call stays the last thing said.
    """
    told = [case.asking.say("help")]
    if match.rest:
        reference = case.file("request", case.message.text, priority="p2")
        told.insert(0, case.asking.say("ack", reference=reference))
    case.reply("\n".join(told), "help", Class.HIGH)
    return "help"


def _cry(case: Case) -> str:
    reference = case.file("request", case.message.text, priority="p1")
    case.say("cry", class_=Class.HIGH, reference=reference)
    return "cry"


def _about_an_item(case: Case, match: Match | None) -> str | None:
    """A known reference of this person's own, with OK or with more words."""
    found = reference(case.message.text)
    item = _meant(case, found[0], match) if found else None
    if found is None or item is None:
        return None
    case.desk.write_down()
    code, rest = item["reference"], found[1]
    if normal(rest) in _said(case, "word.ok"):
        feedback.close_by_person(case.db, item["id"], case.id, rest, case.now)
        case.say("item.closed", reference=code)
        return f"item:{code}:ok"
    before = item["status"]
    status = feedback.attach(case.db, item["id"], case.id, case.message.text, now=case.now)
    reopened = status == "reopened" and before != status
    case.say("item.reopened" if reopened else "ack.more", reference=code)
    return f"item:{code}:words"


def _meant(case: Case, typed: str, match: Match | None) -> sqlite3.Row | None:
    """The item of that reference, if it is this person's; with a slip, the only one it can be."""
    if is_reference(typed):
        item = feedback.by_reference(case.db, typed)
        return item if item and item["contact"] == case.person.contact else None
    if match:
        return None
    newest = feedback.newest_of(case.db, case.person.contact)
    near = [own for own in newest if len(own) == len(typed) and apart(own, typed, 1) == 1]
    return feedback.by_reference(case.db, near[0]) if len(near) == 1 else None


def _said(case: Case, key: str) -> set[str]:
    """A word list in the person's language and in English, ready to compare."""
    tags = {case.asking.language, "en"}
    return {normal(word) for tag in tags for word in case.gw.languages.words(tag, key)}


def _keyword(case: Case, match: Match, talking: Talk | None, notes: dict[str, Any]) -> str:
    kind, _, what = match.intent.partition(":")
    if kind == "more":
        return topics.more(case, talking, notes)
    if kind == "menu":
        return talk.begin(case, talking, "menus.home")
    if kind == "language":
        return speaking.choose(case, what or match.rest, talking)
    if kind == "type":
        return _typed(case, what, match.rest, talking)
    if match.intent in case.gw.pack.topics:
        number = int(match.rest) if match.rest.isdecimal() and len(match.rest) < 5 else 1
        return topics.show(case, talking, match.intent, number)
    return _words(case, talking)


def _typed(case: Case, type: str, words: str, talking: Talk | None) -> str:
    """ASK, NEED and the like: with words they are an item, alone they start the form."""
    form = talk.form_for(case.gw.pack, type)
    if not words and form:
        return talk.begin(case, talking, f"forms.{form}")
    reference = case.file(type, words or case.message.text)
    case.say("ack", reference=reference)
    return f"item:{reference}"


def _words(case: Case, talking: Talk | None) -> str:
    """Words for a person to read; empty ones get the menu, near misses a suggestion."""
    text = case.message.text
    if _said_often(case):
        case.mute()
        return "repeated"
    if not normal(text):
        case.file("other", text)
        return talk.begin(case, talking, "menus.home", before="menu.empty")
    near = None if " " in text.strip() else _near(case, text)
    if near:
        return topics.suggest(case, talking, near)
    reference = case.file("other", text)
    case.say("ack", "words", reference=reference)
    return f"item:{reference}"


def _said_often(case: Case) -> bool:
    """A machine that answers us says the same for ever; it is kept, and gets nothing more."""
    return case.desk.times_said(case.person.address, case.can_be_answered) > OFTEN


def _near(case: Case, text: str) -> str | None:
    return case.gw.keywords.nearest(text, case.person.language, case.gw.tags)
