"""A provider and the network behind it: what they got, and what they tell of it."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import reduce
from pathlib import Path
from random import Random

from gateway.domain.messages import Receipt, State, Status
from gateway.domain.receipts import advance, counted

# In the order things happen.
STORIES = (
    (Status.SENT, Status.DELIVERED),
    (Status.DELIVERED,),
    (Status.QUEUED, Status.SENT, Status.DELIVERED, Status.READ),
    (Status.SENT, Status.FAILED),
    (Status.FAILED, Status.DELIVERED),
    (Status.SENT, Status.EXPIRED, Status.EXPIRED),
    (Status.EXPIRED, Status.FAILED),
    (Status.CANCELLED, Status.EXPIRED),
    (Status.REJECTED,),
    (Status.UNKNOWN, Status.SENT),
    (),
)

Said = tuple[int, Status]  # of which part, and what


def story(id: int, parts: int = 1) -> list[Said]:
    """What a network tells of a row, each try of it alike."""
    told = [Random(id + 1000003 * part).choice(STORIES) for part in range(parts)]
    return [(part, status) for part, one in enumerate(told) for status in one]


def end(id: int, parts: int = 1) -> State:
    """Where a row stands when its story is told once, in order, after the result."""
    told = story(id, parts)
    if parts == 1:
        return reduce(advance, (status for _, status in told), State.SENT)
    return counted(parts, [(str(part), status) for part, status in told]) or State.SENT


def echoes(id: int) -> bool:
    """Whether its receipts bear our own id."""
    return id % 2 == 0


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as the provider got it; `unsure` where it let nobody know that it did."""

    id: int
    class_: int
    reference: str
    unsure: bool
    parts: int = 1

    def __str__(self) -> str:
        return " ".join(str(int(one) if isinstance(one, bool) else one) for one in astuple(self))

    @classmethod
    def read(cls, line: str) -> "Handed":
        id, class_, reference, unsure, parts = line.split()
        return cls(int(id), int(class_), reference, unsure == "1", int(parts))

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called, or what each of its parts is."""
        if self.parts == 1:
            return (self.reference,)
        return tuple(f"{self.reference}-{part}" for part in range(self.parts))


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to tell of a try: that at this place of its story."""

    of: Handed
    place: int

    def __str__(self) -> str:
        return f"{self.of.reference} {self.place}"

    @property
    def receipt(self) -> Receipt:
        part, status = story(self.of.id, self.of.parts)[self.place]
        name = self.of.names[part]
        if not echoes(self.of.id):
            return Receipt(name, status)
        piece = name if self.of.parts > 1 else None
        return Receipt(name, status, own=str(self.of.id), piece=piece)


def words(one: Handed) -> list[Word]:
    return [Word(one, place) for place in range(len(story(one.id, one.parts)))]


def noted(notes: Path, name: str) -> list[str]:
    file = notes / name
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def handed(notes: Path) -> Sequence[Handed]:
    return [Handed.read(line) for line in noted(notes, "handed")]
