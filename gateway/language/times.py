"""Days and times of day as a language writes them.

Times are on the 24-hour clock in every language but English. CLDR's twelve-hour forms are
wrong where hours are counted from dawn: in Swahili, Amharic, Tigrinya and Oromo seven in
the morning is "the first hour", and "1:00" may be read as seven. A 24-hour time beside the
weekday is read as a printed clock time everywhere. A translator who wants the part of day
("asubuhi", "usiku") writes it in the sentence, after a native reader has checked it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from gateway.language.figures import in_digits, locale, plain
from gateway.language.table import normal

_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the days, Monday first, and of the months; empty where nobody knows them."""

    weekdays: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    months: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def cldr_names(tag: str) -> Names:
    """Return the names CLDR has, leaving out those it only copied from English.

    Only English has short ones: elsewhere CLDR's are too often letters nobody would know.

    >>> cldr_names("sw").short[6], cldr_names("en").short[6], cldr_names("bi").weekdays
    ('Jumapili', 'Sun', ())
    """
    known = locale(tag)
    if known is None:
        return Names()
    days, months = known.days["format"], known.months["format"]["wide"]
    wide = tuple(plain(days["wide"][day]) for day in range(7))
    short = wide
    if normal(tag).split("-")[0] == "en":
        short = tuple(days["abbreviated"][day] for day in range(7))
    elif wide[6] in ("Sun", "Sunday"):
        wide = short = ()
    named = tuple(plain(months[month]) for month in range(1, 13))
    return Names(wide, short, () if named[10] == "M11" else named)


def weekday(tag: str, at: datetime, names: Names, short: bool = False) -> str:
    """Return the name of the day, or its date where the language's names are not known."""
    known = names.short if short else names.weekdays
    return known[at.weekday()] if known else in_digits(tag, f"{at:%Y-%m-%d}")


def date(tag: str, at: datetime, names: Names) -> str:
    """Return the day in full: weekday, day, month, year; in figures where names are not known.

    >>> date("bi", datetime(2026, 11, 21, 8), Names())
    '2026-11-21'
    """
    if not names.weekdays or not names.months:
        figures = in_digits(tag, f"{at:%Y-%m-%d}")
        return f"{names.weekdays[at.weekday()]} {figures}" if names.weekdays else figures
    known = locale(tag)
    if known is None or names != cldr_names(tag):
        text = f"{names.weekdays[at.weekday()]} {at.day} {names.months[at.month - 1]} {at.year}"
        return in_digits(tag, text)
    from babel.dates import format_date

    return in_digits(tag, plain(format_date(at, "full", locale=known)))


def time(tag: str, at: datetime) -> str:
    """Return the time of day.

    >>> time("en", datetime(2026, 11, 21, 8)), time("en", datetime(2026, 11, 21, 20, 5))
    ('8 am', '8:05 pm')
    >>> time("en", datetime(2026, 11, 21)), time("sw", datetime(2026, 11, 21, 8))
    ('00:00', '08:00')
    """
    if normal(tag).split("-")[0] != "en" or at.hour in (0, 12):
        return in_digits(tag, f"{at:%H:%M}")  # "12 am" is read both ways
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def until(tag: str, at: datetime, now: datetime, zone: tzinfo, names: Names) -> str:
    """Return when something ends, in the zone's time: the weekday, and the date if far off."""
    local = at.astimezone(zone)
    near = abs(local.date() - now.astimezone(zone).date()) <= _WEEK
    day = weekday(tag, local, names, short=True)
    if not near and names.weekdays:
        day = f"{day} {_day_and_month(tag, local, names)}"
    return f"{day} {time(tag, local)}"


def _day_and_month(tag: str, at: datetime, names: Names) -> str:
    if not names.months:
        return in_digits(tag, f"{at:%Y-%m-%d}")
    return in_digits(tag, f"{at.day} {names.months[at.month - 1]}")
