"""Which channel: for whom, for what, and where to when one does not work."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

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
    DOWN = "down"  # it carries this, and does not work now


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as routing sees it: what it carries, and whether it works.

    `down` is for how many seconds it has not worked, `held` for how many it will still hold;
    `practice` is a channel that reaches nobody.
    """

    id: int
    enabled: bool = True
    parts: int = 10
    letters: int | None = None
    ucs2: bool = True
    down: float | None = None
    held: float = 0.0
    practice: bool = False

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


@dataclass(frozen=True, slots=True)
class Cell:
    """People who are routed alike: numbers that begin so, in these areas (None: the others).

    Each goes by their own channel if it is one of `owns`, else by `first`.
    """

    prefix: str
    areas: frozenset[int] | None
    owns: tuple[int, ...]
    first: int


def order(asked: Asked, ways: Sequence[Way], rules: Sequence[Rule]) -> list[Choice]:
    """Return the channels to try, in turn: own, then by rule, then as they stand.

    What does not work comes last, in the same order. A short code or a name means something
    on the channel it wrote to alone.

    >>> home, sim, far = Way(1), Way(2), Way(3, down=9e9)
    >>> rules = [Rule(2, "+254"), Rule(1, "+254", class_=Class.BULK, rank=NEVER)]
    >>> [c.channel for c in order(Asked("+254712345678", Class.BULK), [home, sim, far], rules)]
    [2, 3]
    >>> [c.why.value for c in order(Asked("+15550100", own=3), [home, sim, far], rules)]
    ['rank', 'rank', 'down']
    """
    found = []
    for place, way in enumerate(ways):
        rule = _rule(asked, way, rules)
        if not carries(way, asked) or (rule is not None and rule.rank == NEVER):
            continue
        why = Why.OWN if way.id == asked.own else Why.RULE if rule else Why.RANK
        exact, more = rule.weight if rule else (0, 0)
        rank = rule.rank if rule else MOST_RANK + 1
        works = way.works(asked.class_)
        key = (not works, why is not Why.OWN, -exact, -more, rank, place)
        found.append((key, Choice(way.id, why if works else Why.DOWN)))
    return [choice for _, choice in sorted(found, key=lambda one: one[0])]


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

    Only those that work and have not been tried; from practice to earnest never, nor back.

    >>> onward(Asked("+15550100", own=1), 1, [Way(1, down=9e9), Way(2), Way(3)], [], [3])
    [2]
    >>> onward(Asked("+15550100"), 1, [Way(1), Way(2, practice=True)], [])
    []
    """
    practice = any(way.practice for way in ways if way.id == at)
    apart = {way.id for way in ways if way.practice != practice}
    shut = {at, *tried, *apart}
    found = [choice for choice in order(asked, ways, rules) if choice.why is not Why.DOWN]
    return [choice.channel for choice in found if choice.channel not in shut]


def cells(class_: int, ways: Sequence[Way], rules: Sequence[Rule]) -> list[Cell]:
    """Return who is routed how, the most exact first; the last cell holds all the others.

    >>> cells(Class.NORMAL, [Way(1), Way(2)], [Rule(2, "+254")])[0]
    Cell(prefix='+254', areas=None, owns=(1, 2), first=2)
    """
    usable = [way for way in ways if way.enabled]
    fitting = [rule for rule in rules if rule.class_ in (None, class_)]
    prefixes = sorted({"", *(rule.prefix for rule in fitting)}, key=lambda p: (-len(p), p))
    places = [*_places(fitting), None] if usable else []
    return [
        _cell(prefix, areas, class_, usable, fitting) for prefix in prefixes for areas in places
    ]


def _places(rules: Iterable[Rule]) -> Iterator[frozenset[int]]:
    """Part the areas that rules name into those that the same rules hold for."""
    named: dict[int, tuple[int, ...]] = {}
    for number, rule in enumerate(rules):
        for area in rule.areas or ():
            named[area] = (*named.get(area, ()), number)
    for alike in dict.fromkeys(named.values()):
        yield frozenset(area for area, rules in named.items() if rules == alike)


def _cell(
    prefix: str,
    areas: frozenset[int] | None,
    class_: int,
    ways: Sequence[Way],
    rules: Sequence[Rule],
) -> Cell:
    asked = Asked(prefix or "+", class_, next(iter(areas)) if areas else None, parts=0)
    found = order(asked, ways, rules)
    work = [choice.channel for choice in found if choice.why is not Why.DOWN]
    kept = work or [choice.channel for choice in found] or [way.id for way in ways]
    return Cell(prefix, areas, tuple(sorted(kept)), kept[0])


def _rule(asked: Asked, way: Way, rules: Sequence[Rule]) -> Rule | None:
    """Return the most exact rule of a channel that fits a message."""
    fitting = [rule for rule in rules if rule.channel == way.id and rule.fits(asked)]
    return max(fitting, key=lambda rule: rule.weight, default=None)
