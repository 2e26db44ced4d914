"""Units of work for the one thread that writes, and how those who wait for them are told."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")
Item = TypeVar("Item")
Work = Callable[[sqlite3.Connection], T]
Many = Callable[[sqlite3.Connection, list[Item]], Sequence[T]]
Tell = Callable[[], object]


class Unit(Struct, eq=False):
    """One piece of work; `many` does it, for this item, together with others of its kind.

    `tell` is called when this is done, and what was handed over with it.
    """

    many: Many[Any, Any]
    item: Any
    tell: Tell | None = None
    trusted: bool = False
    result: Any = None
    error: BaseException | None = None

    def outcome(self) -> Any:
        return self.result if self.error is None else self.error


def alone(db: sqlite3.Connection, works: list[Work[Any]]) -> list[Any]:
    return [work(db) for work in works]


def alike(units: list[Unit]) -> Iterable[list[Unit]]:
    """Return units of one kind together, in the place of the first; others stand alone."""
    found: dict[Any, list[Unit]] = {}
    for place, unit in enumerate(units):
        found.setdefault(place if unit.many is alone else unit.many, []).append(unit)
    return found.values()


def tell_all(units: list[Unit]) -> None:
    """Tell of each unit, once."""
    for unit in units:
        tell, unit.tell = unit.tell, None
        if tell:
            tell()


def fail(units: list[Unit], error: BaseException) -> None:
    for unit in units:
        unit.error = unit.error or error


def tell_rest(units: list[Unit]) -> None:
    """Tell who was not told, whoever breaks on it: the thread has ended over one already."""
    for unit in units:
        with suppress(Exception):
            tell_all([unit])
