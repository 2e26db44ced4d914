"""The zone of a number: told only where all of its country goes by one clock."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from gateway.domain.zones import ZONES, of_number

TABLES = files("tzdata") / "zoneinfo"
DAYS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=9 * n) for n in range(3 * 365)]
COUNTRIES: dict[str, list[str]] = {}
for _line in (TABLES / "zone.tab").read_text(encoding="utf-8").splitlines():
    if not _line.startswith("#"):
        _country, _, _zone = _line.split("\t")[:3]
        COUNTRIES.setdefault(_country, []).append(_zone)


@cache
def zone(name: str) -> tzinfo:
    """Return a zone of the tables, not of this machine, whose own may be older."""
    with TABLES.joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file)


@cache
def clock(name: str) -> tuple[timedelta | None, ...]:
    return tuple(day.astimezone(zone(name)).utcoffset() for day in DAYS)


CODES = {
    str(code): [name for region in regions for name in COUNTRIES.get(region, [])]
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
}


@pytest.mark.parametrize("code", CODES)
def test_a_zone_is_told_where_a_country_has_one_clock_and_only_there(code: str) -> None:
    clocks = {clock(name) for name in CODES[code]}
    assert (code in ZONES) == (len(clocks) == 1)
    if code in ZONES:
        assert clock(ZONES[code]) in clocks


def test_no_zone_is_named_for_a_code_that_nobody_has() -> None:
    assert ZONES.keys() <= CODES.keys()


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("+447700900123", "Europe/London"),
        ("+9779841000001", "Asia/Kathmandu"),
        ("whatsapp:+254712345678", "Africa/Nairobi"),
        ("+15550100", None),
        ("+999123456", None),
        ("4040", None),
        ("RedCross", None),
        ("", None),
    ],
)
def test_the_zone_of_a_number(number: str, named: str | None) -> None:
    assert of_number(number) == named
