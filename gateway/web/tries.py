"""Failed sign-ins by where they came from, in memory: a guesser has to wait."""

import ipaddress
import threading

MOST = 30
WINDOW = 600.0
PLACES = 1000


class Tries:
    """At most MOST failures from one address in WINDOW seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def may(self, place: str, now: float) -> bool:
        """Whether somebody at this address may try.

        This machine itself always may: behind a proxy everybody comes from here, and one
        guesser would shut out all. The wait of each user holds all the same.
        """
        return _here(place) or self.left(place, now, MOST)

    def take(self, place: str, now: float, most: int) -> bool:
        """Count a try before anybody knows whether it fails; False when there were too many."""
        with self._lock:
            before = self._within(place, now)
            self._note(place, [*before, now])
            return len(before) < most

    def left(self, place: str, now: float, most: int) -> bool:
        """Whether a try is left."""
        return len(self._recent(place, now)) < most

    def forget(self, place: str) -> None:
        with self._lock:
            self._failures.pop(place, None)

    def failed(self, place: str, now: float) -> None:
        """Count a failure; the address that was quiet longest is forgotten first."""
        with self._lock:
            self._note(place, [*self._within(place, now), now])

    def _note(self, place: str, times: list[float]) -> None:
        self._failures.pop(place, None)
        self._failures[place] = times[-MOST:]
        while len(self._failures) > PLACES:
            del self._failures[next(iter(self._failures))]

    def _recent(self, place: str, now: float) -> list[float]:
        with self._lock:
            return self._within(place, now)

    def _within(self, place: str, now: float) -> list[float]:
        return [at for at in self._failures.get(place, []) if abs(now - at) < WINDOW]


def _here(place: str) -> bool:
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False
