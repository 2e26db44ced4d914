"""Leaving and coming back: at any moment, and always written down before it is confirmed."""

import sqlite3

from gateway.context import Channel, Gateway
from gateway.domain.messages import OptOut
from gateway.gate import taken
from gateway.receive import talk
from gateway.receive.case import Case
from gateway.store import areas, consent, contacts, sessions
from gateway.store.contacts import Person

MAYBE_LEAVING = "possible_opt_out"


def leave(case: Case, topic: str | None = None) -> str:
    """Take the person off everything, or off one topic, and confirm it once."""
    record(case, "out", "keyword", "stopped", topic)
    if topic:
        case.say("stopped.topic", topic=topic_name(case, topic))
        return f"stop:{topic}"
    end_dialogue(case)
    case.say("stopped")
    return "stop"


def come_back(case: Case, alerts_only: bool = False) -> str:
    """Take the person back in: for everything, or for alerts only; a newcomer is asked where."""
    before = case.person.consent
    state, key = ("alerts", "alerts.only") if alerts_only else ("in", "welcome")
    if before == "out" and not alerts_only:
        key = "welcome.back"
    ask_place = key == "welcome" and case.person.area is None and areas.any_known(case.db)
    record(case, state, "keyword", "join.place" if ask_place else key)
    if ask_place:
        talk.ask_place(case)
    else:
        case.say(key)
    return f"start:{state}"


def record(case: Case, state: str, how: str, wording: str, topic: str | None = None) -> None:
    """Write an entry of the ledger that this message proves."""
    case.desk.write_down()
    rows = consent.record(
        case.db,
        number_key=case.gw.numbers.of(case.person.value),
        address=case.person.address,
        state=state,
        how=how,
        now=case.now,
        topic=topic,
        inbound=case.id,
        language=case.asking.language,
        wording=wording,
    )
    taken.note(case.gw, case.db, rows, taken.LEFT, case.now)


def seems_to_leave(case: Case, topic: str = "") -> str:
    """Pause all but emergencies, and let a person decide; an unknown topic is asked about once."""
    contacts.pause(case.db, case.person.address, case.now)
    reference = case.file("other", case.message.text, priority="p2", note=MAYBE_LEAVING)
    if topic:
        case.say("stop.which")
    else:
        case.say("ack", reference=reference)
    return "maybe_stop"


def come_back_to(case: Case, topic: str) -> str:
    """Take the person back in for one topic; who had left everything is back for all."""
    record(case, "in", "keyword", "welcome.back", topic)
    if case.person.consent == "out":
        record(case, "in", "keyword", "welcome.back")
    case.say("welcome.back")
    return f"start:{topic}"


def told_by_network(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: Channel,
    person: Person,
    event: OptOut,
    now: float,
) -> None:
    """The network says that a person left or came back; it has told them so itself."""
    state = "out" if event.action == "stop" else "in"
    if person.consent == state:
        return
    rows = consent.record(
        db,
        number_key=gw.numbers.of(person.value),
        address=person.address,
        state=state,
        how="provider",
        now=now,
        language=person.language,
        proof=f"channel {channel.name}",
    )
    taken.note(gw, db, rows, taken.LEFT, now)


def end_dialogue(case: Case) -> None:
    """Close whatever dialogue was open over SMS."""
    row = sessions.open_one(case.db, case.person.address, "sms", 0)
    if row:
        sessions.end(case.db, row["id"], case.now)


def topic_name(case: Case, topic: str) -> str:
    """The topic as the person's language calls it."""
    words = case.gw.languages.words(case.asking.language, f"keyword.{topic}")
    return words[0] if words else topic.upper()
