"""Who is routed alike, so that an alert finds everybody's channel in one statement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.domain.routing import Asked, Rule, Way, order


@dataclass(frozen=True, slots=True)
class Cell:
    """People who are routed alike: numbers that begin so, in these areas (None: the others).

    Who wrote on one of `owns` goes by the channel beside it, everybody else by `first`.
    """

    prefix: str
    areas: frozenset[int] | None
    owns: tuple[tuple[int, int], ...]
    first: int


def cells(class_: int, ways: Sequence[Way], rules: Sequence[Rule]) -> list[Cell]:
    """Return who is routed how, the most exact first; the last cell holds all the others.

    >>> cells(2, [Way(1), Way(2)], [Rule(2, "+254")])[0]
    Cell(prefix='+254', areas=None, owns=((1, 1),), first=2)
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
    area = next(iter(areas)) if areas else None

    def through(own: int | None) -> int:
        """Where nobody may carry it, people's own does: an alert must reach them."""
        found = order(Asked(prefix or "+", class_, area, own, parts=0), ways, rules)
        return found[0].channel if found else own or ways[0].id

    first, owns = through(None), {way.id: through(way.id) for way in ways}
    return Cell(prefix, areas, tuple(one for one in owns.items() if one[1] != first), first)
