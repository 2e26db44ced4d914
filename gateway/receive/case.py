"""One message being decided: who wrote, in which words, and the ways to answer."""

import sqlite3
from functools import lru_cache

from msgspec import Struct

from gateway import tell
from gateway.context import Channel, Gateway
from gateway.domain.loops import MACHINE, withheld
from gateway.domain.messages import Class, Inbound
from gateway.domain.sms import measure
from gateway.receive.asking import Asking
from gateway.receive.desk import Desk
from gateway.store import areas, feedback
from gateway.store.answers import Answer
from gateway.store.contacts import Person
from gateway.store.feedback import Filed

LOOP = "loop"  # the note of an item: a machine answers us, and is answered no more for a while
_measure = lru_cache(512)(measure)  # answers are few, and said again and again


class Case(Struct):
    """Everything a decision needs; `answers` gathers what was said back."""

    gw: Gateway
    desk: Desk
    channel: Channel
    person: Person
    message: Inbound
    id: int
    now: float
    asking: Asking
    answers: list[str] = []

    def say(
        self, key: str, source: str = "", class_: Class = Class.NORMAL, **values: object
    ) -> None:
        """Answer with a sentence of ours."""
        self.reply(self.asking.say(key, **values), source or key, class_)

    @property
    def db(self) -> sqlite3.Connection:
        return self.desk.db

    @property
    def can_be_answered(self) -> bool:
        """Names cannot be answered, and what somebody has answered is not."""
        return self.person.kind != "name" and "answered" not in self.message.flags

    def reply(self, text: str, source: str, class_: Class = Class.NORMAL) -> None:
        """Queue an answer on the channel the person wrote on."""
        if not self.can_be_answered:
            return
        if why := self._withheld(text, source):
            self.desk.withhold(class_, why)
            return
        self.answers.append(text)
        self.desk.answer(_answer(self, text, source, class_))

    def _withheld(self, text: str, source: str) -> str | None:
        """Two machines can answer each other for ever, and each answer is paid for."""
        desk, address = self.desk, self.person.address
        had, muted = desk.answered(address) + len(self.answers), desk.is_muted(address)
        return withheld(self.message.text, text, source, had, muted, desk.rounds(address))

    def mute(self) -> None:
        """Answer a machine no more for a while, and tell staff; what it says is kept."""
        if self.can_be_answered:
            self.desk.withhold(Class.NORMAL, MACHINE)
        if not self.desk.is_muted(self.person.address):
            self.desk.mute(self.person.address)
            self.file("other", self.message.text, note=LOOP)

    def file(self, type: str, text: str, priority: str | None = None, note: str = "") -> str:
        """Keep a feedback item; return its reference."""
        reference = self.desk.reference(self.gw.random_bits)
        item = Filed(
            reference=reference,
            channel=self.channel.id,
            text=text,
            type=type,
            now=self.now,
            inbound=self.id,
            address=self.person.address,
            language=self.asking.language,
            area=self.person.area,
            priority=priority,
            note=note,
        )
        self.desk.file(item)
        return reference

    def speak(self, language: str) -> None:
        """Go on in another language, and remember it as the person's own."""
        if self.person.language != language:
            self.desk.speak(self.person.contact, language)
        self.asking = self.asking.within(language)


def _answer(case: Case, text: str, source: str, class_: Class) -> Answer:
    """What goes back in the provider's own call is sent already: no lane will claim it."""
    person, channel, now, size = case.person, case.channel, case.now, _measure(text)
    back = channel.hands_back
    if back:
        case.gw.recent.note([(case.id, person.address, text)])
    return Answer(
        address=person.address,
        recipient=person.value,
        channel=channel.id,
        class_=class_,
        text=text,
        language=case.asking.language,
        source=source,
        parts=size.parts,
        alphabet=size.alphabet,
        inbound=case.id,
        created=now,
        due=now,
        state="sent" if back else "queued",
        sent=now if back else None,
        attempts=int(back),
    )


def file_item(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: Channel,
    person: Person,
    now: float,
    *,
    type: str,
    text: str,
    area: str | None = None,
    language: str | None = None,
    inbound: int | None = None,
    session: int | None = None,
    partial: bool = False,
) -> str:
    """Keep a feedback item with a reference nobody else has; return the reference."""
    item = Filed(
        reference=feedback.fresh_reference(db, gw.random_bits),
        channel=channel.id,
        text=text,
        type=type,
        now=now,
        inbound=inbound,
        session=session,
        address=person.address,
        language=language,
        area=areas.id_of(db, area) or person.area,
        partial=partial,
    )
    (id,) = feedback.file(db, [item])
    tell.feedback_new(db, [id], now)
    return item.reference
