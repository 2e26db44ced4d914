"""Quiet hours: when it is night somewhere, and when that ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.domain.quiet import read, until

NIGHT = "20:00-07:00"
# zone, hours, now there (a * is the second time of an hour that comes twice), the end in UTC
CASES = {
    "by day": ("UTC", NIGHT, "2026-11-18 12:00", None),
    "the last minute of the day": ("UTC", NIGHT, "2026-11-18 19:59", None),
    "it begins": ("UTC", NIGHT, "2026-11-18 20:00", "2026-11-19 07:00"),
    "before midnight": ("UTC", NIGHT, "2026-11-18 23:59", "2026-11-19 07:00"),
    "midnight": ("UTC", NIGHT, "2026-11-19 00:00", "2026-11-19 07:00"),
    "early": ("UTC", NIGHT, "2026-11-19 06:59", "2026-11-19 07:00"),
    "it ends": ("UTC", NIGHT, "2026-11-19 07:00", None),
    "the last night of a year": ("UTC", NIGHT, "2026-12-31 22:00", "2027-01-01 07:00"),
    "a quarter hour off": ("Asia/Kathmandu", NIGHT, "2026-11-18 21:00", "2026-11-19 01:15"),
    "across the date line": ("Pacific/Kiritimati", NIGHT, "2026-11-18 22:00", "2026-11-18 17:00"),
    "clocks go on in the night": ("Europe/Paris", NIGHT, "2026-03-28 23:00", "2026-03-29 05:00"),
    "clocks go back in the night": ("Europe/Paris", NIGHT, "2026-10-24 23:00", "2026-10-25 06:00"),
    "it ends in an hour there is not": (
        "Europe/Paris", "20:00-02:30", "2026-03-29 01:00", "2026-03-29 01:30",
    ),
    "it ends in an hour that comes twice": (
        "Europe/Paris", "20:00-02:30", "2026-10-25 02:15", "2026-10-25 00:30",
    ),
    "it ends in an hour that came before": (
        "Europe/Paris", "20:00-02:30", "2026-10-25 02:15*", "2026-10-25 01:30",
    ),
    "a rest at noon": ("UTC", "12:00-15:00", "2026-11-18 13:00", "2026-11-18 15:00"),
    "after the rest": ("UTC", "12:00-15:00", "2026-11-18 15:00", None),
    "before the rest": ("UTC", "12:00-15:00", "2026-11-18 11:59", None),
}  # fmt: skip


def at(text: str, zone: str) -> float:
    found = datetime.strptime(text.rstrip("*"), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    return found.replace(fold=int(text.endswith("*"))).timestamp()


@pytest.mark.parametrize("case", CASES)
def test_until(case: str) -> None:
    zone, text, now, end = CASES[case]
    hours = read(text)
    assert hours is not None
    assert until(at(now, zone), ZoneInfo(zone), hours) == (end and at(end, "UTC"))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran"])
@pytest.mark.parametrize("text", [NIGHT, "01:30-02:30", "13:00-15:00", "00:00-06:00"])
def test_a_night_always_ends_later_and_then_it_is_day(zone: str, text: str) -> None:
    hours, nights = read(text), 0
    assert hours is not None
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        now = moment.timestamp()
        end = until(now, ZoneInfo(zone), hours)
        moment += timedelta(minutes=47)
        if end is None:
            continue
        nights += 1
        assert now < end <= now + 86400
        again = until(end, ZoneInfo(zone), hours)
        assert again is None or again - end <= 3600  # an hour that comes twice is quiet twice
    assert nights


@pytest.mark.parametrize("text", ["20-7", "20:00", "25:00-07:00", "20:00-20:00", "at night"])
def test_hours_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        read(text)


@pytest.mark.parametrize("text", ["", "  "])
def test_no_hours_are_none(text: str) -> None:
    assert read(text) is None
