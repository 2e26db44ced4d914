"""How long things are kept, and when what is over that age is deleted."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

DAY = 86400.0
SETTLED = 600.0  # seconds after the start in which nothing is deleted: the clock may yet be set


class Ages(NamedTuple):
    """Days for which each kind of thing is kept; 0 is for ever."""

    words: int
    people: int
    sensitive: int
    calls: int
    records: int
    audit: int
    exports: int

    def before(self, kind: str, now: float) -> float | None:
        """Return the time before which things of a kind are over their age, None for never.

        >>> Ages(90, 0, 30, 7, 90, 730, 7).before("calls", 8 * DAY)
        86400.0
        >>> Ages(90, 0, 30, 7, 90, 730, 7).before("people", 8 * DAY) is None
        True
        """
        days: int = getattr(self, kind)
        return now - days * DAY if days else None


def ages(settings: Mapping[str, str]) -> Ages:
    """Return the ages that are set.

    >>> ages({f"GATEWAY_KEEP_{kind.upper()}_DAYS": "5" for kind in Ages._fields}).audit
    5
    """
    return Ages(*(int(settings[f"GATEWAY_KEEP_{kind.upper()}_DAYS"]) for kind in Ages._fields))


def quiet_time(now: float, hour: int, zone: tzinfo) -> float:
    """Return the last time it was that hour there.

    >>> from datetime import UTC
    >>> quiet_time(5 * DAY + 4 * 3600, 3, UTC) - 5 * DAY, quiet_time(5 * DAY, 3, UTC) - 4 * DAY
    (10800.0, 10800.0)
    """
    here = datetime.fromtimestamp(now, zone)
    at = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (at if at <= here else at - timedelta(days=1)).timestamp()


def is_due(now: float, started: float, last: float | None, hour: int, zone: tzinfo) -> bool:
    """Whether deleting by age is due: once a day at its hour, or when the machine is on again.

    >>> from datetime import UTC
    >>> [is_due(5 * DAY + h * 3600, 0, 4 * DAY + 3 * 3600, 3, UTC) for h in (2, 3, 9)]
    [False, True, True]
    >>> is_due(5 * DAY, 5 * DAY - 60, None, 3, UTC), is_due(5 * DAY, 0, None, 3, UTC)
    (False, True)
    """
    if 0 <= now - started < SETTLED:
        return False
    return last is None or last > now or last < quiet_time(now, hour, zone)
