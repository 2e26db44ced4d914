"""Who goes first: emergencies, then every class by its share, the oldest of each first.

While all have due rows, what may go is shared out by SHARES; what one does not use falls to
the others. What a class is owed is remembered from batch to batch: where a channel carries
one part in ten seconds, bulk still gets every tenth.

An emergency too long for what quota and credit leave is passed by shorter ones, until as many
parts passed as it has itself: then what comes free is kept for it.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf

from gateway.domain.messages import Class

SHARES = {Class.HIGH: 0.7, Class.NORMAL: 0.2, Class.BULK: 0.1}

Row = Sequence[int]  # the id of a due row and its parts
# Parts; more than nothing: the class got less than its share. Of emergencies: what passed one.
Owed = Mapping[Class, float]


@dataclass(frozen=True, slots=True)
class Room:
    """What limits a claim beside the pace: the parts that quota and credit leave emergencies
    and the others, the classes asked for, and what each is owed from before."""

    urgent: float = inf
    others: float = inf
    classes: tuple[Class, ...] = tuple(Class)
    owed: Owed = field(default_factory=dict)
    counted: bool = False


FREE = Room()


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows that go, the parts of each class among them, and what each class is owed now."""

    ids: list[int]
    parts: dict[Class, int]
    owed: Owed


class _Line:
    """Due rows of one class, oldest first, how far we took them, and whether these are all."""

    __slots__ = ("all", "rows", "sums", "taken")

    def __init__(self, rows: Sequence[Row], all: bool) -> None:
        self.taken, self.all = 0, all
        self.hold(rows)

    def hold(self, rows: Sequence[Row]) -> None:
        self.rows, self.sums = rows, [0, *accumulate([row[1] for row in rows])]

    @property
    def parts(self) -> int:
        return self.sums[self.taken]

    @property
    def head(self) -> float:
        """The parts of the next row; without end if there is none."""
        more = self.taken < len(self.rows)
        return self.sums[self.taken + 1] - self.parts if more else inf

    @property
    def dry(self) -> bool:
        return self.all and self.taken == len(self.rows)

    def take(self, parts: float) -> int:
        """Take the rows that fit; return their parts."""
        before = self.parts
        fitting = bisect_right(self.sums, before + parts) - 1
        self.taken = max(self.taken, fitting)
        return self.parts - before


def choose(
    due: Mapping[Class, Sequence[Row]],
    pace: float,
    room: Room = FREE,
    most: int = 1 << 30,
    more: Collection[Class] = (),
) -> Choice:
    """Choose the rows that go now, at most so many; of the classes in `more` others are due too.

    One message longer than the pace allows may go alone, and is owed for; quota and credit
    are never passed.

    >>> due = {Class.HIGH: [(1, 1), (2, 1)], Class.EMERGENCY: [(9, 1)]}
    >>> choose(due, pace=2.0).ids
    [9, 1]
    """
    lines = {
        class_: _Line(due[class_], class_ not in more) for class_ in sorted(due) if due[class_]
    }
    others, gone, rows = dict(lines), 0, 0
    owed: Owed = {class_: room.owed[class_] for class_ in room.owed if class_ in SHARES}
    passed = None
    if urgent := others.pop(Class.EMERGENCY, None):
        passed = _urgent(urgent, pace, room, most)
        gone, rows = urgent.parts, urgent.taken
    if passed is not None:
        owed = {**owed, Class.EMERGENCY: passed}
    elif urgent is None or urgent.head == inf:  # else nothing goes before the next emergency
        limit = min(room.others, room.urgent) - gone
        owed = _others(others, pace - gone, limit, most - rows, owed, gone)
    ids = [row[0] for line in lines.values() for row in line.rows[: line.taken]]
    return Choice(ids, {class_: line.parts for class_, line in lines.items() if line.taken}, owed)


def _urgent(line: _Line, pace: float, room: Room, most: int) -> float | None:
    """Take emergencies; return the parts that passed one too long for quota and credit by now.

    None if there is no such one.
    """
    limit, rows = room.urgent, line.rows
    place = next((n for n, row in enumerate(rows) if row[1] > limit), None)
    if place is None:
        _first(line, pace, limit)
        return None
    passed = room.owed.get(Class.EMERGENCY, 0.0)
    behind = rows[place:] if passed < rows[place][1] else ()
    line.hold([*rows[:place], *(row for row in behind if row[1] <= limit)][:most])
    _first(line, pace, limit)
    return passed + line.parts - line.sums[min(place, line.taken)]


def _first(line: _Line, pace: float, limit: float) -> None:
    """Take what fits, or the first alone, however long."""
    if not line.take(min(pace, limit)) and line.head <= limit:
        line.take(line.head)


def _others(
    lines: dict[Class, _Line], pace: float, limit: float, most: int, before: Owed, gone: int
) -> Owed:
    if not lines or most < 1 or limit < 1 or (gone and pace < 1):
        return before
    if len(lines) == 1:
        (line,) = lines.values()
        line.hold(line.rows[:most])
        if gone:
            line.take(min(pace, limit))
        else:
            _first(line, pace, limit)
        return {}
    parts = min(pace, limit, most)
    fair = _fair(lines)
    owed = _settled({class_: before.get(class_, 0.0) for class_ in lines})
    want = {class_: owed[class_] + parts * fair[class_] for class_ in lines}
    return _shared(lines, want, parts, limit)


def _fair(classes: Iterable[Class]) -> dict[Class, float]:
    found = tuple(classes)
    total = sum(SHARES[class_] for class_ in found)
    return {class_: SHARES[class_] / total for class_ in found}


def _settled(owed: dict[Class, float]) -> dict[Class, float]:
    """Let what is owed add up to nothing: what is owed by a class that left is forgiven."""
    rest = sum(owed.values())
    return {class_: owed[class_] - rest * share for class_, share in _fair(owed).items()}


def _shared(
    lines: dict[Class, _Line], want: dict[Class, float], parts: float, limit: float
) -> Owed:
    """Give each class the rows it wants, as many parts as that; return what each is owed then.

    What is left in the end is less than any next message, so the class that wants most has one
    on credit of the pace. Of quota and credit there is none: a message too long for what is
    left of them is waited for once it is owed in full, or short ones would keep it out for ever.
    """
    while parts >= 1 and lines:
        for class_ in sorted(lines, key=lambda class_: -want[class_]):
            parts, limit = _take(lines, want, class_, min(want[class_], parts, limit), parts, limit)
        if dry := [class_ for class_, line in lines.items() if line.dry]:
            lines = {class_: line for class_, line in lines.items() if class_ not in dry}
            unused = sum(want.pop(class_) for class_ in dry)
            want = {c: want[c] + unused * share for c, share in _fair(lines).items()}
            continue
        known = [class_ for class_, line in lines.items() if line.head < inf]
        most = max(known, key=want.__getitem__, default=None)
        if most is not None and want[most] < lines[most].head:
            fits = [class_ for class_ in known if lines[class_].head <= limit]
            most = max(fits, key=want.__getitem__, default=None)
        if most is None or parts < 1 or lines[most].head > limit:
            break
        parts, limit = _take(lines, want, most, lines[most].head, parts, limit)
    return {class_: want[class_] - max(parts, 0.0) * share for class_, share in _fair(want).items()}


def _take(
    lines: dict[Class, _Line],
    want: dict[Class, float],
    class_: Class,
    most: float,
    parts: float,
    limit: float,
) -> tuple[float, float]:
    used = lines[class_].take(most)
    want[class_] -= used
    return parts - used, limit - used
