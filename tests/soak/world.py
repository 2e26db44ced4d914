"""What stands outside a gateway and outlives its power: a provider, people, a program."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from random import Random

from gateway.domain.messages import Inbound, Outgoing, Receipt, State, Status
from gateway.domain.receipts import advance

# In the order things happen; what a network ends twice, it ends in one way.
STORIES = (
    (Status.SENT, Status.DELIVERED),
    (Status.DELIVERED,),
    (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ),
    (Status.SENT, Status.FAILED),
    (Status.FAILED, Status.DELIVERED),
    (Status.SENT, Status.EXPIRED, Status.EXPIRED),
    (Status.REJECTED,),
    (Status.UNKNOWN, Status.SENT),
    (),
)

HEARD = 0.9  # of all words that something was taken


def story(id: int) -> tuple[Status, ...]:
    """What a network tells of a row, each try of it alike."""
    return Random(id).choice(STORIES)


def end(id: int) -> State:
    """Where a row stands when its story is told once, in order, after the result."""
    return reduce(advance, story(id), State.SENT)


def echoes(id: int) -> bool:
    """Whether its receipts bear our own id."""
    return id % 2 == 0


def text_in(number: int) -> str:
    return "FLOOD" if number % 5 == 0 else f"We need water {number}"


def inbound(number: int) -> Inbound:
    return Inbound(f"+447700900{number % 1000:03}", "4040", text_in(number), f"in {number}")


def order(number: int) -> dict[str, str]:
    """What a program asks for; every second time with a key, so that it may ask again."""
    asked = {"to": f"+155501{number % 100:02}", "text": f"Order {number}"}
    asked |= {"class": "normal" if number % 4 else "emergency", "channel": "simulator"}
    return asked | ({"key": f"key-{number}"} if number % 2 else {})


class Notes:
    """One thing a line; a process that dies takes none of them with it."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, lines: Iterable[str]) -> None:
        os.write(self._file, "".join(f"{line}\n" for line in lines).encode())


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as the provider got it; `unsure` where it let nobody know that it did."""

    id: int
    class_: int
    reference: str
    unsure: bool

    def __str__(self) -> str:
        return f"{self.id}\t{self.class_}\t{self.reference}\t{int(self.unsure)}"

    @classmethod
    def read(cls, line: str) -> "Handed":
        id, class_, reference, unsure = line.split("\t")
        return cls(int(id), int(class_), reference, unsure == "1")


def noted(notes: Path, name: str) -> list[str]:
    file = notes / name
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def handed(notes: Path) -> list[Handed]:
    return [Handed.read(line) for line in noted(notes, "handed")]


NOTES = ("told", "taken", "asked", "accepted", "handed", "heard", "early")


class World:
    """Knows what it told, and what was acknowledged: the rest it tells again."""

    def __init__(self, notes: Path, chance: Random) -> None:
        self.chance = chance
        self._notes = {name: Notes(notes / name) for name in NOTES}
        self._told = [int(line) for line in noted(notes, "told")]
        self._asked = [int(line) for line in noted(notes, "asked")]
        self._taken = {int(line) for line in noted(notes, "taken")}
        accepted = {int(line) for line in noted(notes, "accepted")}
        self.again = [number for number in self._told if number not in self._taken]
        self.ask_again = [one for one in self._asked if one % 2 and one not in accepted]
        tries = handed(notes)
        self._tries = len(tries)
        heard = set(noted(notes, "heard"))
        words = [word for one in tries for word in _words(one)]
        self.due = {_name(word): word for word in words if _name(word) not in heard}

    def wait(self) -> None:
        """Let a word take a moment on its way, now and then."""
        time.sleep(self.chance.choice((0.0, 0.0, 0.002)))

    # People

    def messages(self, most: int, fresh: bool = True) -> list[int]:
        """Numbers of messages to tell: what nobody acknowledged, new ones, and an old one."""
        again, self.again = self.again[:most], self.again[most:]
        old = self.chance.sample(sorted(self._taken), min(len(self._taken), int(fresh)))
        first = max(self._told, default=0) + 1
        new = list(range(first, first + most)) if fresh else []
        self._note("told", new)
        self._told += new
        return [*again, *new, *old]

    def took(self, numbers: Sequence[int]) -> None:
        """Hear that messages were taken; some of these words get lost, and are told again."""
        heard = [number for number in numbers if self.chance.random() < HEARD]
        self.again += set(numbers) - self._taken - set(heard)
        self._taken |= set(heard)
        self._note("taken", heard)

    # A program

    def orders(self, most: int, fresh: bool = True) -> Iterator[int]:
        """Numbers of orders to ask for, one by one."""
        again, self.ask_again = self.ask_again, []
        yield from again
        for _ in range(most if fresh else 0):
            self._asked.append(max(self._asked, default=0) + 1)
            self._note("asked", self._asked[-1:])
            yield self._asked[-1]

    def accepted(self, number: int) -> None:
        """Hear that an order is accepted, unless that word got lost."""
        if self.chance.random() < HEARD:
            self._note("accepted", [number])
        elif number % 2:
            self.ask_again.append(number)

    # A provider

    def hand(self, message: Outgoing) -> Handed:
        """Take a message; what is said of it is due from now on."""
        self._tries += 1
        unsure = self.chance.random() < 0.05
        made = Handed(message.id, message.class_, f"soak-{self._tries}", unsure)
        self._notes["handed"].add([str(made)])
        self.due |= {_name(word): word for word in _words(made)}
        return made

    def words(self, most: int, of: str = "") -> list["Word"]:
        """Receipts to tell, in any order; some are told twice."""
        pool = [word for word in list(self.due.values()) if of in ("", word[0].reference)]
        return self.chance.sample(pool, min(most, len(pool)))

    def heard(self, words: Sequence["Word"]) -> None:
        for word in words:
            if self.chance.random() < 0.7:  # the others are told twice
                self.due.pop(_name(word), None)
                self._note("heard", [_name(word)])

    def was_early(self, words: Sequence["Word"]) -> None:
        """Note what is told before the gateway knows what it is about."""
        self._note("early", [_name(word) for word in words])

    def _note(self, name: str, what: Iterable[object]) -> None:
        self._notes[name].add(str(one) for one in what)


Word = tuple[Handed, int]  # a try, and the place in its story


def _words(one: Handed) -> list[Word]:
    return [(one, place) for place in range(len(story(one.id)))]


def _name(word: Word) -> str:
    return f"{word[0].reference} {word[1]}"


def receipt(word: Word) -> Receipt:
    one, place = word
    return Receipt(one.reference, story(one.id)[place], own=str(one.id) if echoes(one.id) else None)
