"""What was read of tables that seldom change, until one of them does."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from gateway.store import Store

T = TypeVar("T")


class Memory:
    """May be shared by threads; a reading that was overtaken by a change is not kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: tuple[int, dict[Hashable, Any]] = (-1, {})

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what is remembered under a key, read if it is not; nothing is not remembered."""
        now = self._store.generation
        generation, held = self._held
        if generation != now:
            held = {}
            self._held = (now, held)
        found = held.get(key)
        if found is None:
            found = read()
            held[key] = found
        known: T = found
        return known
