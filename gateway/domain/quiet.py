"""Quiet hours: is it night where somebody is, and when does it end?"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

NONE = "none"
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when people are left in peace, on their own clock."""

    begins: time
    ends: time


def read(text: str) -> Hours | None:
    """Return the hours that are named, None where there are none; ValueError if none can be read.

    >>> read("20:00-07:00")
    Hours(begins=datetime.time(20, 0), ends=datetime.time(7, 0))
    >>> read("") is None, read("none") is None
    (True, True)
    """
    if text.strip().lower() in ("", NONE):
        return None
    found = _HOURS.fullmatch(text.replace(" ", ""))
    if not found:
        raise ValueError("quiet hours are written as 20:00-07:00")
    hour, minute, last, least = map(int, found.groups())
    if (hour, minute) == (last, least):
        raise ValueError("quiet hours end at another time than they begin")
    return Hours(time(hour, minute), time(last, least))


def until(now: float, zone: tzinfo, hours: Hours) -> float | None:
    """Return when the quiet hours end in which it is now in a zone, None if it is in none.

    >>> from datetime import UTC
    >>> until(23 * 3600.0, UTC, Hours(time(20), time(7))) == (24 + 7) * 3600.0
    True
    >>> until(7 * 3600.0, UTC, Hours(time(20), time(7))) is None
    True
    """
    local = datetime.fromtimestamp(now, zone)
    clock = local.time()
    over_midnight = hours.ends < hours.begins
    inside = hours.begins <= clock < hours.ends
    if over_midnight:
        inside = clock >= hours.begins or clock < hours.ends
    if not inside:
        return None
    tomorrow = over_midnight and clock >= hours.begins
    day = local.date() + timedelta(days=int(tomorrow))
    return _first_after(now, datetime.combine(day, hours.ends, zone))


def _first_after(now: float, end: datetime) -> float | None:
    """Where clocks are put back an hour comes twice: the end is the first that is still to come."""
    ends = (end.timestamp(), end.replace(fold=1).timestamp())
    return next((at for at in ends if at > now), None)
