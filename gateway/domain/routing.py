"""Which channel: for whom, for what, and where to when one does not work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from msgspec import Struct

from gateway.domain.messages import Class

NEVER = 0  # the rank of a rule that keeps a channel out
MOST_RANK = 99

# Seconds a message waits for its channel to come back before it goes by another, which may
# cost more or answer from another number.
PATIENCE = {Class.EMERGENCY: 0.0, Class.HIGH: 60.0, Class.NORMAL: 600.0, Class.BULK: 3600.0}
HICCUP = 5.0  # seconds; nobody moves for a hold as short as this

# What may wait on a channel before others' messages are moved there: so many seconds of its
# own pace. A phone must not be given what an aggregator would carry in a minute.
ROOM = 60.0


class Why(StrEnum):
    """Why a channel stands where it does in a message's list."""

    OWN = "own"  # the person wrote there
    RULE = "rule"  # staff said so
    RANK = "rank"  # it is there
    SPENT = "spent"  # it carries this, and its quota or credit for it is used up
    DOWN = "down"  # it carries this, and does not work now

    @property
    def later(self) -> int:
        """Where it stands: what is well, then what has no room now, then what does not work."""
        return (Why.SPENT, Why.DOWN).index(self) + 1 if self in (Why.SPENT, Why.DOWN) else 0


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as routing sees it: what it carries, and whether it works.

    `down` is for how many seconds it has not worked, `held` for how many it will still hold;
    `left` is how many parts quotas and credit leave to an emergency and to others, `frees` in
    how many seconds there are more; `practice` is a channel that reaches nobody.
    """

    id: int
    enabled: bool = True
    parts: int = 10
    letters: int | None = None
    ucs2: bool = True
    down: float | None = None
    held: float = 0.0
    practice: bool = False
    left: tuple[float, float] = (inf, inf)
    frees: float = inf

    def works(self, class_: int) -> bool:
        """Whether a message of this class need not go elsewhere.

        >>> Way(1, down=30.0).works(Class.NORMAL), Way(1, down=30.0).works(Class.EMERGENCY)
        (True, False)
        >>> Way(1, held=900.0).works(Class.BULK), Way(1, held=900.0).works(Class.NORMAL)
        (True, False)
        """
        patience = PATIENCE[Class(class_)]
        waited = self.down is not None and self.down >= patience
        return not waited and self.held <= max(HICCUP, patience)

    def has_room(self, class_: int, parts: int = 1) -> bool:
        """Whether quotas and credit are enough for a message, at once or in a moment.

        >>> way = Way(1, left=(5, 0))
        >>> way.has_room(Class.EMERGENCY), way.has_room(Class.HIGH)
        (True, False)
        """
        enough = self.left[class_ != Class.EMERGENCY] >= max(1, parts)
        return enough or self.frees <= HICCUP

    def keeps(self, class_: int) -> bool:
        """Whether what waits here may go on waiting: for a quota, as long as for a hold.

        >>> way = Way(1, left=(5, 0), frees=900.0)
        >>> way.keeps(Class.EMERGENCY), way.keeps(Class.NORMAL), way.keeps(Class.BULK)
        (True, False, True)
        """
        return self.works(class_) and (
            self.has_room(class_) or self.frees <= PATIENCE[Class(class_)]
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """What staff said of a channel; `areas` are ids, None for any area, as `class_` is."""

    channel: int
    prefix: str = ""
    areas: frozenset[int] | None = None
    class_: int | None = None
    rank: int = 1

    def fits(self, asked: "Asked") -> bool:
        return (
            asked.number.startswith(self.prefix)
            and (self.class_ is None or self.class_ == asked.class_)
            and (self.areas is None or asked.area in self.areas)
        )

    @property
    def weight(self) -> tuple[int, int]:
        """How exact it is: the longest prefix wins, then the one that names more."""
        return len(self.prefix), (self.areas is not None) + (self.class_ is not None)


class Asked(Struct, frozen=True):
    """A message that needs a channel; `own` is where its person wrote."""

    number: str
    class_: int = Class.NORMAL
    area: int | None = None
    own: int | None = None
    parts: int = 1
    letters: int = 0
    alphabet: str = "gsm7"


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel to try, and why it stands there."""

    channel: int
    why: Why


def order(asked: Asked, ways: Sequence[Way], rules: Sequence[Rule]) -> list[Choice]:
    """Return the channels to try, in turn: own, then by rule, then as they stand.

    What has no room for it comes after that, what does not work last. One for practice is never
    taken instead of a real one, nor the other way. A short code or a name means something on the
    channel it wrote to alone.

    >>> home, sim, far = Way(1), Way(2), Way(3, down=9e9)
    >>> rules = [Rule(2, "+254"), Rule(1, "+254", class_=Class.BULK, rank=NEVER)]
    >>> [c.channel for c in order(Asked("+254712345678", Class.BULK), [home, sim, far], rules)]
    [2, 3]
    >>> [c.why.value for c in order(Asked("+15550100", own=3), [home, sim, far], rules)]
    ['rank', 'rank', 'down']
    >>> [c.channel for c in order(Asked("+15550100"), [Way(1, left=(9, 0)), sim, far], [])]
    [2, 1, 3]
    """
    usual = _usual(asked, ways, rules)
    alike = [(way, why) for way, why in usual if way.practice == usual[0][0].practice]
    found = [Choice(way.id, _stands(way, asked) or why) for way, why in alike]
    return sorted(found, key=lambda choice: choice.why.later)


def _usual(asked: Asked, ways: Sequence[Way], rules: Sequence[Rule]) -> list[tuple[Way, Why]]:
    """Return who carries a message, in the order that holds while all is well."""
    found = []
    for place, way in enumerate(ways):
        rule = _rule(asked, way, rules)
        if not carries(way, asked) or (rule is not None and rule.rank == NEVER):
            continue
        why = Why.OWN if way.id == asked.own else Why.RULE if rule else Why.RANK
        exact, more = rule.weight if rule else (0, 0)
        rank = rule.rank if rule else MOST_RANK + 1
        found.append(((why is not Why.OWN, -exact, -more, rank, place), way, why))
    return [(way, why) for _, way, why in sorted(found, key=lambda one: one[0])]


def _stands(way: Way, asked: Asked) -> Why | None:
    """Say why a channel must stand back for a message, or None if it need not."""
    if not way.works(asked.class_):
        return Why.DOWN
    return None if way.has_room(asked.class_, asked.parts) else Why.SPENT


def carries(way: Way, asked: Asked) -> bool:
    """Whether a channel can take a message at all, working or not.

    >>> carries(Way(1, parts=1), Asked("+15550100", parts=2)), carries(Way(1), Asked("4636"))
    (False, False)
    """
    return (
        way.enabled
        and asked.parts <= way.parts
        and (way.letters is None or asked.letters <= way.letters)
        and (way.ucs2 or asked.alphabet == "gsm7")
        and (asked.number.startswith("+") or way.id == asked.own)
    )


def onward(
    asked: Asked,
    at: int,
    ways: Sequence[Way],
    rules: Sequence[Rule],
    tried: Collection[int] = (),
) -> list[int]:
    """Return the channels a message may move to from the one it is `at`, the best first.

    Only those that work, have room and have not been tried; from practice to earnest never, nor
    back.

    >>> onward(Asked("+15550100", own=1), 1, [Way(1, down=9e9), Way(2), Way(3)], [], [3])
    [2]
    >>> onward(Asked("+15550100"), 1, [Way(1), Way(2, practice=True)], [])
    []
    """
    practice = any(way.practice for way in ways if way.id == at)
    apart = {way.id for way in ways if way.practice != practice}
    shut = {at, *tried, *apart}
    near = [way for way in ways if way.id not in shut]
    found = [choice for choice in order(asked, near, rules) if not choice.why.later]
    return [choice.channel for choice in found]


def _rule(asked: Asked, way: Way, rules: Sequence[Rule]) -> Rule | None:
    """Return the most exact rule of a channel that fits a message."""
    fitting = [rule for rule in rules if rule.channel == way.id and rule.fits(asked)]
    return max(fitting, key=lambda rule: rule.weight, default=None)
