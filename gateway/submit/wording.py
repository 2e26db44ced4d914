"""What is handed in, and the words each person gets for it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from msgspec import Struct

from gateway.context import Gateway
from gateway.domain.dialogue import Topic, topic_text
from gateway.domain.messages import Class
from gateway.domain.sms import Measure, measure
from gateway.receive.asking import Asking
from gateway.store import areas


class Order(Struct, frozen=True):
    """What is handed in: a text or a topic's code, for whom; times in seconds since 1970.

    `channel` is a name, `language` a tag; without them each person's own are taken. What is
    `forced` goes at night too, however much people had, and though they were told just now.
    """

    to: Sequence[str]
    text: str | None = None
    topic: str | None = None
    channel: str | None = None
    language: str | None = None
    class_: Class = Class.NORMAL
    due_at: float | None = None
    expires_at: float | None = None
    source: str = "api"
    forced: bool = False


class Worded(Struct, frozen=True):
    """The words one person gets, and what they cost."""

    text: str
    language: str | None
    source: str
    parts: int
    alphabet: str

    @classmethod
    def of(cls, text: str, language: str | None, source: str, size: Measure) -> Self:
        return cls(text, language, source, size.parts, size.alphabet)


@dataclass(slots=True)
class Words:
    """The words of a topic, measured once for each language and place that come up."""

    gw: Gateway
    db: sqlite3.Connection
    order: Order
    made: dict[tuple[str | None, int | None], Worded] = field(default_factory=dict)

    def of(self, language: str | None, area: int | None) -> Worded:
        key = (language, area)
        if key not in self.made:
            self.made[key] = self._make(language, area)
        return self.made[key]

    def _make(self, language: str | None, area: int | None) -> Worded:
        code = str(self.order.topic)
        topic = self.gw.pack.topics[code]
        ask = self._asking(topic, self.order.language or language, area)
        text = topic_text(topic, 1, ask)
        return Worded.of(text, ask.language, f"topic:{code}/1@{topic.version}", measure(text))

    def _asking(self, topic: Topic, language: str | None, area: int | None) -> Asking:
        around = tuple(areas.languages(self.db, area)) if area else ()
        chain = self.gw.languages.chain(language, around, self.gw.settings["LANGUAGE"])
        chosen = self.gw.languages.choose(chain, topic.messages[0])
        return Asking.of(self.gw, self.db, chosen, around, screens=False)
