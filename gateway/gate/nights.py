"""Where the people of a batch are, and until when it is night there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.context import Gateway
from gateway.domain import quiet, zones
from gateway.domain.quiet import Hours
from gateway.store import areas
from gateway.store.areas import Night
from gateway.store.claims import Claimed

Where = tuple[int | None, str | None]  # an area, and the zone of a number
_end = lru_cache(256)(quiet.until)  # a batch is of one moment, and of few zones
NOWHERE = Night(None, None)


@dataclass(slots=True)
class Nights:
    """Ours, and those of the areas of a batch that have their own."""

    now: float
    zone: tzinfo
    hours: Hours | None
    places: Mapping[int, Night]
    _known: dict[Where, float | None] = field(default_factory=dict)

    def until(self, row: Claimed) -> float | None:
        """Return when the night ends for who gets this row, None if it is day there."""
        where: Where = (row.area, zones.of_number(row.recipient))
        if where not in self._known:
            self._known[where] = self._until(*where)
        return self._known[where]

    def _until(self, area: int | None, of_number: str | None) -> float | None:
        place = NOWHERE if area is None else self.places.get(area, NOWHERE)
        hours = self._own(place.hours)
        zone = _zone(place.zone) or _zone(of_number) or self.zone
        return _end(self.now, zone, hours) if hours else None

    def _own(self, text: str | None) -> Hours | None:
        """Return the hours of an area; ours where it names none, or none that can be read."""
        try:
            return self.hours if text is None else _hours(text)
        except ValueError:
            return self.hours


def of(gw: Gateway, rows: Sequence[Claimed], now: float) -> Nights | None:
    """Return the nights of those rows that may have to wait; None where there are none at all."""
    ids = {row.area for row in rows if may_wait(row)}
    known = [id for id in ids if id is not None]
    places = areas.nights(gw.store.read, known) if known else {}
    hours = _hours(gw.settings["QUIET_HOURS"])
    if not ids or (hours is None and not any(place.hours for place in places.values())):
        return None
    return Nights(now, ZoneInfo(gw.settings["TIMEZONE"]), hours, places)


def may_wait(row: Claimed) -> bool:
    """Whether it matters where it is night: what we answer ourselves goes at any hour."""
    return not row.forced and (row.asked_at is None or row.feedback is not None)


@lru_cache(64)
def _hours(text: str) -> Hours | None:
    return quiet.read(text)


@lru_cache(256)
def _zone(name: str | None) -> tzinfo | None:
    """Return the time zone of that name, None if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None
