"""What stands outside a gateway and outlives its power: a provider, people, a program."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from threading import Lock

from gateway.domain.messages import Inbound, Outgoing
from tests.soak.network import Handed, Word, handed, noted, words

HEARD = 0.9  # of all words that something was taken


def text_in(number: int) -> str:
    return "FLOOD" if number % 5 == 0 else f"We need water {number}"


def inbound(number: int) -> Inbound:
    return Inbound(f"+447700900{number % 1000:03}", "4040", text_in(number), f"in {number}")


def order(number: int) -> dict[str, str]:
    """What a program asks for; every second time with a key, so that it may ask again."""
    text = f"Order {number}" + (" " + "far" * 60 if number % 3 == 0 else "")
    asked = {"to": f"+155501{number % 100:02}", "text": text}
    asked |= {"class": "normal" if number % 4 else "emergency", "channel": "simulator"}
    return asked | ({"key": f"key-{number}"} if number % 2 else {})


class Notes:
    """One thing a line; a process that dies takes none of them with it."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, lines: Iterable[str]) -> None:
        os.write(self._file, "".join(f"{line}\n" for line in lines).encode())


NOTES = ("told", "taken", "asked", "accepted", "handed", "heard", "early", "approved")


class World:
    """Knows what it told, and what was acknowledged: the rest it tells again."""

    def __init__(self, notes: Path, chance: Random) -> None:
        self.chance, self._folder, self._lock = chance, notes, Lock()
        self._notes = {name: Notes(notes / name) for name in NOTES}
        self._told = [int(line) for line in noted(notes, "told")]
        self._asked = [int(line) for line in noted(notes, "asked")]
        self._taken = {int(line) for line in noted(notes, "taken")}
        accepted = {int(line) for line in noted(notes, "accepted")}
        self.again = [number for number in self._told if number not in self._taken]
        self.ask_again = [one for one in self._asked if one % 2 and one not in accepted]
        tries = handed(notes)
        self.tries = len(tries)
        heard = set(noted(notes, "heard"))
        told = [word for one in tries for word in words(one)]
        self.due = {str(word): word for word in told if str(word) not in heard}

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
        unsure = self.chance.random() < 0.05
        with self._lock:  # until it is noted: after a cut in between another would get its name
            self.tries += 1
            name = f"soak-{self.tries}"
            made = Handed(message.id, message.class_, name, unsure, message.parts)
            self._note("handed", [made])
        self.due |= {str(word): word for word in words(made)}
        return made

    def listen(self) -> None:
        """Hear of what a worker elsewhere handed over."""
        for one in handed(self._folder)[self.tries :]:
            self.tries += 1
            self.due |= {str(word): word for word in words(one)}

    def words(self, most: int, of: Handed | None = None) -> list[Word]:
        """Receipts to tell, in any order."""
        pool = [word for word in list(self.due.values()) if of in (None, word.of)]
        return self.chance.sample(pool, min(most, len(pool)))

    def heard(self, words: Sequence[Word]) -> None:
        """Hear that receipts were taken; a word that got lost is told again."""
        heard = [word for word in words if self.chance.random() < 0.7]
        for word in heard:
            self.due.pop(str(word), None)
        self._note("heard", heard)

    def was_early(self, words: Sequence[Word]) -> None:
        """Note what is told before the gateway knows what it is about."""
        self._note("early", words)

    # Staff

    def approved(self, alert: int) -> None:
        self._note("approved", [alert])

    def _note(self, name: str, what: Iterable[object]) -> None:
        self._notes[name].add(str(one) for one in what)
