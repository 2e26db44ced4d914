"""What was promised, compared with what is stored and what went out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

Message = tuple[str, str]  # to whom, which text
WENT = {"sent", "delivered"}
ENDS = WENT | {"unknown"}


@dataclass
class Promises:
    """Texts that the gateway said it took: from people, and from programs for people."""

    into: set[str] = field(default_factory=set)
    out: set[Message] = field(default_factory=set)
    urgent: set[str] = field(default_factory=set)  # texts of emergencies

    def order(self, to: Iterable[str], text: str, emergency: bool) -> None:
        if emergency:
            self.urgent.add(text)
        self.out |= {(person, text) for person in to}


@dataclass(frozen=True, slots=True)
class Account:
    """What it came to; `unknown` waits for a person to look at it, `unsent` of it never went."""

    accepted_in: int
    accepted_out: int
    lost_in: int
    lost_out: int
    doubled: int
    extra_emergencies: int
    too_many_emergencies: int  # that went more than twice
    unknown: int
    unsent: int

    def counts(self) -> dict[str, int]:
        """Return what a long run writes down."""
        left_out = {"too_many_emergencies"}
        return {name: value for name, value in asdict(self).items() if name not in left_out}

    @property
    def wrong(self) -> dict[str, int]:
        """Return what must not be, by name; empty where all is well."""
        names = ("lost_in", "lost_out", "doubled", "too_many_emergencies")
        return {name: value for name in names if (value := getattr(self, name))}


def reckon(
    promised: Promises,
    inbox: Sequence[str],
    answers: Sequence[int],
    outbox: Sequence[tuple[str, str, str]],
    taken: Sequence[Message],
) -> Account:
    """Compare; `answers` names the message that each answer is for, once for each answer."""
    copies = Counter(taken)
    states = {(to, text): state for to, text, state in outbox}
    urgent = {one: times - 1 for one, times in copies.items() if one[1] in promised.urgent}
    ordinary = {one: times for one, times in copies.items() if one not in urgent}
    twice = (Counter(inbox), Counter(answers), Counter(row[:2] for row in outbox), ordinary)
    return Account(
        accepted_in=len(promised.into),
        accepted_out=len(promised.out),
        lost_in=len(promised.into - set(inbox)),
        lost_out=len(_lost(promised.out | set(states), states, copies)),
        doubled=sum(times - 1 for counts in twice for times in counts.values()),
        extra_emergencies=sum(urgent.values()),
        too_many_emergencies=sum(extra > 1 for extra in urgent.values()),
        unknown=sum(state == "unknown" for state in states.values()),
        unsent=sum(state == "unknown" and not copies[one] for one, state in states.items()),
    )


def _lost(
    wanted: Iterable[Message], states: dict[Message, str], copies: Counter[Message]
) -> list[Message]:
    """Return what is not stored, ended otherwise than it may, or is said to be sent and is not."""
    return [
        one
        for one in wanted
        if states.get(one) not in ENDS or (states[one] in WENT and not copies[one])
    ]
