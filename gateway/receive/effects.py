"""What a step of a dialogue brings about: items, places, languages, consent."""

import sqlite3
from dataclasses import dataclass, replace

from gateway.context import Channel, Gateway
from gateway.domain.dialogue import FileItem, Join, Move, SetArea, SetLanguage, ShowTopic
from gateway.domain.feedback import Type
from gateway.domain.messages import Class
from gateway.domain.sms import measure
from gateway.receive.asking import Asking
from gateway.receive.case import file_item
from gateway.store import areas, consent, contacts, outbox
from gateway.store.contacts import Person


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a step happens: who, on which channel, in which session or message."""

    gw: Gateway
    db: sqlite3.Connection
    channel: Channel
    person: Person
    now: float
    ask: Asking
    session: int | None = None
    inbound: int | None = None


def apply(scene: Scene, move: Move) -> tuple[Move, Asking]:
    """Let a move take effect; return it with references filled in, and the language to go on in."""
    ask = scene.ask
    for effect in move.effects:
        if isinstance(effect, SetLanguage):
            contacts.set_language(scene.db, scene.person.contact, effect.tag)
            ask = ask.within(effect.tag)
        elif isinstance(effect, SetArea):
            place = areas.id_of(scene.db, effect.pcode)
            contacts.set_area(scene.db, scene.person.contact, place)
        elif isinstance(effect, Join):
            _join(scene)
        elif isinstance(effect, FileItem):
            move = replace(move, prompt=move.prompt.with_reference(_file(scene, effect)))
        elif isinstance(effect, ShowTopic):
            continue  # shown already: the prompt holds its words
    return move, ask


def _join(scene: Scene) -> None:
    consent.record(
        scene.db,
        number_key=scene.gw.numbers.of(scene.person.value),
        address=scene.person.address,
        state="in",
        how="ussd" if scene.ask.screens else "keyword",
        now=scene.now,
        inbound=scene.inbound,
        language=scene.ask.language,
        wording="form.join",
        proof=f"ussd session {scene.session}" if scene.session else None,
    )


def _file(scene: Scene, item: FileItem) -> str:
    reference = file_item(
        scene.gw,
        scene.db,
        scene.channel,
        scene.person,
        scene.now,
        type=item.type,
        text=words_of(item),
        area=item.answers.get("place"),
        language=scene.ask.language,
        inbound=scene.inbound,
        session=scene.session,
        partial=item.partial,
    )
    if scene.ask.screens and not item.partial and item.type != Type.SENSITIVE:
        _confirm_by_sms(scene, reference)
    return reference


def words_of(item: FileItem) -> str:
    """The item's words, with a place nobody knew put before them as it was typed."""
    unknown = item.answers.get("place_words") if "place" not in item.answers else None
    return "\n".join(filter(None, [unknown, item.text]))


def _confirm_by_sms(scene: Scene, reference: str) -> None:
    """Nothing stays on the phone after USSD: the reference goes out by SMS too.

    Not so for what is sensitive: others may read the messages on a phone.
    """
    if not scene.channel.provider.can.sms or scene.person.kind != "phone":
        return
    text = scene.ask.say("ack", reference=reference)
    size = measure(text)
    outbox.add(
        scene.db,
        address=scene.person.address,
        recipient=scene.person.value,
        channel=scene.channel.id,
        class_=Class.NORMAL,
        text=text,
        language=scene.ask.language,
        source="ack",
        parts=size.parts,
        alphabet=size.alphabet,
        due_at=scene.now,
        now=scene.now,
        forced=True,  # they are awake: they dialled a moment ago
    )


def keep_partial(
    gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, item: FileItem, now: float
) -> None:
    """Keep what was typed before a session died as an item of its own, flagged partial."""
    file_item(
        gw,
        db,
        gw.channels.by_id(row["channel"]),
        contacts.by_address(db, row["address"]),
        now,
        type=item.type,
        text=words_of(item),
        area=item.answers.get("place"),
        language=row["language"],
        session=row["id"],
        partial=True,
    )
