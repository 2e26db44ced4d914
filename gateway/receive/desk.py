"""Messages of different people, decided together: what is needed is read at once, and what
follows is written at once.

One statement for fifty messages costs little more than one for one.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from gateway import tell
from gateway.context import Gateway
from gateway.domain.loops import MUTE, SUSPICIOUS, Round
from gateway.receive.asking import Asking, asking
from gateway.store import answers, bulk, feedback, inbox, sessions
from gateway.store.answers import Answer
from gateway.store.contacts import Person
from gateway.store.feedback import Filed
from gateway.store.inbox import Arrived
from gateway.store.sessions import Talk

HOUR = 3600.0
OPEN = 72 * HOUR  # an SMS dialogue waits so long for its next answer


class Desk:
    """What is known of the people who wrote, and what is to be written down for them.

    At most one message of each is decided at one desk: what it brings is in the store only
    once the desk is cleared.
    """

    def __init__(
        self, db: sqlite3.Connection, channel: int, arrived: Sequence[Arrived], now: float
    ) -> None:
        self.db, self.now = db, now
        self._channel = channel
        self._arrived = arrived
        self._kept = False
        self._said = {one.address: one.message.text for one in arrived}
        self._addresses = list(self._said)
        self._answers: list[Answer] = []
        self._talks: list[Talk] = []
        self._items: dict[str, Filed] = {}
        self._languages: dict[int, str] = {}
        self._mute: set[int] = set()
        self.withheld: Counter[tuple[int, str]] = Counter()  # answers, by class and reason
        self._free: list[str] = []
        self._askings: dict[tuple[str | None, int | None], Asking] = {}

    def asking(self, gw: Gateway, person: Person) -> Asking:
        """What a dialogue may ask in this person's language and place."""
        key = person.language, person.area
        if key not in self._askings:
            self._askings[key] = asking(gw, self.db, person, screens=False)
        return self._askings[key]

    def talking(self, address: int) -> Talk | None:
        """The dialogue over SMS this person is in."""
        return self._open.get(address)

    def answered(self, address: int) -> int:
        """How many answers this person had within the last hour."""
        return self._had[address].answers

    def is_muted(self, address: int) -> bool:
        """Whether this is a machine that gets no answers for a while."""
        return address in self._mute or self._had[address].muted_until > self.now

    def rounds(self, address: int) -> Sequence[Round]:
        """What was said and answered within the hour, where that was often enough to look."""
        return self._rounds[address] if address in self._odd else ()

    def times_said(self, address: int, answered: bool) -> int:
        """How often these words were said lately, where that can have been often.

        Who is `answered` had an answer for each.
        """
        if answered:
            return 1 + (self._times_said[address] if address in self._odd else 0)
        return 1 + self._said_before([address])[address]

    def mute(self, address: int) -> None:
        self._mute.add(address)

    def speak(self, contact: int, language: str) -> None:
        """Remember a person's own language."""
        self._languages[contact] = language

    def write_down(self) -> None:
        """Keep the messages, and the languages that were remembered.

        What is written at once, and not at the end, refers to the one and may change the other.
        """
        if not self._kept:
            inbox.add(self.db, self._channel, self._arrived, self.now)
            self._kept = True
        if self._languages:
            bulk.set_languages(self.db, self._languages)
            self._languages = {}

    def answer(self, answer: Answer) -> None:
        self._answers.append(answer)

    def withhold(self, class_: int, why: str) -> None:
        self.withheld[class_, why] += 1

    def talk(self, talk: Talk) -> None:
        self._talks.append(talk)

    def reference(self, random_bits: Callable[[], int]) -> str:
        """Return a reference that no item has, in the store or on this desk."""
        if not self._free:
            left = max(1, len(self._addresses) - len(self._items))
            drawn = feedback.fresh_references(self.db, random_bits, left, self._items)
            self._free = drawn[::-1]
        return self._free.pop()

    def file(self, item: Filed) -> None:
        self._items[item.reference] = item

    def clear(self) -> None:
        """Write down all that was decided."""
        kept_before = self._kept
        self.write_down()
        if self._answers:
            answers.add(self.db, self._answers)
        if self._mute:
            answers.mute(self.db, self._mute, self.now + MUTE)
        if self._talks:
            sessions.talk_on(self.db, self._talks, self.now)
        if self._items:
            tell.feedback_new(self.db, feedback.file(self.db, list(self._items.values())), self.now)
        if kept_before:
            inbox.decided(self.db, self._arrived)

    @cached_property
    def _open(self) -> dict[int, Talk]:
        return sessions.talks(self.db, self._addresses, self.now - OPEN)

    @cached_property
    def _had(self) -> dict[int, answers.Had]:
        return answers.since(self.db, self._addresses, self.now - HOUR)

    @cached_property
    def _rounds(self) -> dict[int, list[Round]]:
        return answers.rounds(self.db, list(self._odd), self.now - HOUR)

    @cached_property
    def _times_said(self) -> dict[int, int]:
        return self._said_before(self._odd)

    def _said_before(self, addresses: Iterable[int]) -> dict[int, int]:
        said = {address: self._said[address] for address in addresses}
        return inbox.times_said(self.db, said, self._arrived[0].id, self.now - HOUR)

    @cached_property
    def _odd(self) -> frozenset[int]:
        """Those with so many answers, or so muted, that one looks closer."""
        return frozenset(
            address
            for address, had in self._had.items()
            if had.answers >= SUSPICIOUS or had.muted_until > self.now
        )
