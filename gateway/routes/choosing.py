"""The channels as they stand now, asked for one message after the other."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from gateway.context import Gateway
from gateway.domain import routing
from gateway.domain.breaker import left
from gateway.domain.cells import Cell, cells
from gateway.domain.messages import Class
from gateway.domain.routing import HICCUP, Asked, Rule, Way
from gateway.routes.health import down, way
from gateway.routes.rules import every
from gateway.store import outbox

Key = tuple[object, ...]


@dataclass(slots=True)
class Router:
    """What all channels carry, what staff said of them, and which may be tried again."""

    ways: list[Way]
    rules: list[Rule]
    trying: set[int] = field(default_factory=set)
    plain: bool = False
    _known: dict[Key, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, gw: Gateway, db: sqlite3.Connection) -> "Router":
        """Look at the channels, and at the rules, as they stand."""
        now = gw.clock()
        found = [(channel.row, way(db, channel, now)) for channel in gw.channels.all()]
        used = [(row, seen) for row, seen in found if seen.enabled]
        trying = {row["id"] for row, seen in used if seen.down and _may_be_tried(db, row, now)}
        ways, rules = [seen for _, seen in used], every(db)
        well = all(
            seen.down is None and seen.held <= HICCUP and seen.left[1] >= seen.parts
            for seen in ways
        )
        return cls(ways, rules, trying, well and not rules)

    def first(self, asked: Asked) -> int | None:
        """Return the channel a new message goes to; None if there is none that may carry it."""
        usual = self._usual(asked.own) if self.plain else None
        if usual is not None and routing.carries(usual, asked):
            return usual.id
        if self.trying and asked.class_ != Class.EMERGENCY:
            tried = self.give_a_try(asked)
            if tried is not None:
                return tried
        key = self._key(asked)
        if key not in self._known:
            found = routing.order(asked, self.ways, self.rules)
            self._known[key] = found[0].channel if found else None
        return self._known[key]

    def onward(self, asked: Asked, at: int, tried: Collection[int]) -> list[int]:
        """Return where a message may go on to from the channel it is at, the best first."""
        return routing.onward(asked, at, self.ways, self.rules, tried)

    def cells(self, class_: int, parts: int, letters: int, alphabet: str) -> list[Cell]:
        """Return who is routed how, for a text of that size; the last cell holds all others."""
        asked = Asked("+", class_, parts=parts, letters=letters, alphabet=alphabet)
        able = [seen for seen in self.ways if routing.carries(seen, asked)]
        return cells(class_, able or self.ways, self.rules)

    def _usual(self, own: int | None) -> Way | None:
        first = self.ways[0] if self.ways else None
        return next((seen for seen in self.ways if seen.id == own), first)

    def give_a_try(self, asked: Asked) -> int | None:
        """Give one message to a channel that is down, if it would be its first."""
        ways = [_as_if_well(seen) if seen.id in self.trying else seen for seen in self.ways]
        found = routing.order(asked, ways, self.rules)
        if not found or found[0].channel not in self.trying:
            return None
        self.trying.discard(found[0].channel)
        return found[0].channel

    def _key(self, asked: Asked) -> Key:
        """What decides about a message: not its number, but which rules that fits."""
        fits = tuple(n for n, rule in enumerate(self.rules) if rule.fits(asked))
        phone = asked.number.startswith("+")
        size = (asked.parts, asked.letters, asked.alphabet)
        return (fits, phone, asked.class_, asked.own, *size)


def _as_if_well(seen: Way) -> Way:
    return replace(seen, down=None, held=0.0)


def _may_be_tried(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> bool:
    """Whether it is time to try a channel that is down, and nothing waits there to do so."""
    fault = down(row, now)
    if fault is None or fault.until is None or left(fault.until, now):
        return False
    return outbox.next_due(db, row["id"]) is None


def asked_of(row: sqlite3.Row) -> Asked:
    """Return what routing asks, of a row of `store.routes`."""
    return Asked(
        number=row["recipient"],
        class_=row["class"],
        area=row["area"],
        own=row["own"],
        parts=row["parts"],
        letters=row["letters"],
        alphabet=row["alphabet"],
    )


def tried_of(row: sqlite3.Row) -> Sequence[int]:
    return [int(id) for id in (row["tried"] or "").split(",") if id]
