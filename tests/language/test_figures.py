"""Numbers, digits, days and times in the reader's language."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from gateway.language import Languages, table

SATURDAY = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def bare() -> Languages:
    return Languages("en")


@pytest.mark.parametrize("tag, n, written", [
    ("en", 12500, "12,500"),
    ("fr", 12500, "12 500"),
    ("sw", 250, "250"),
    ("ne", 250, "२५०"),
    ("ne", 1234567, "१२,३४,५६७"),
    ("bn", 1234567, "১২,৩৪,৫৬৭"),
    ("hi", 12, "12"),
    ("my", 12, "၁၂"),
    ("fa", 7, "۷"),
    ("fa-AF", 7, "۷"),
    ("ar", 7, "7"),
    ("ar-MA", 7, "7"),
    ("ar-SD", 7, "٧"),
    ("ar-EG", 12500, "١٢٬٥٠٠"),
    ("ur-PK", 7, "7"),
    ("ur-IN", 7, "۷"),
    ("bi", 1234567, "1234567"),
    ("xx", 1234567, "1234567"),
    ("bn", -5, "-৫"),
])  # fmt: skip
def test_a_number_is_written_in_the_digits_of_its_readers(
    bare: Languages, tag: str, n: int, written: str
) -> None:
    assert bare.number(tag, n) == written


@pytest.mark.parametrize("came, shown", [
    ("A٧K۲", "A7K2"), ("०१२", "012"), ("৯", "9"), ("１", "1"), ("+1 555 0100", "+1 555 0100"),
    ("𞥑", "1"), ("²", "²"),
])  # fmt: skip
def test_codes_are_always_in_latin_digits(bare: Languages, came: str, shown: str) -> None:
    assert bare.codes(came) == shown


@pytest.mark.parametrize("tag, written", [
    ("en", "Saturday, 21 November 2026"),
    ("fr", "samedi 21 novembre 2026"),
    ("sw", "Jumamosi, 21 Novemba 2026"),
    ("ne", "२०२६ नोभेम्बर २१, शनिबार"),
    ("ar", "السبت، 21 نوفمبر 2026"),
    ("ar-SD", "السبت، ٢١ نوفمبر ٢٠٢٦"),
    ("bi", "2026-11-21"),
    ("ctg", "2026-11-21"),
    ("rhg", "2026-11-21"),
    ("dv", "2026-11-21"),
])  # fmt: skip
def test_a_date_names_its_day_where_the_names_are_known(
    bare: Languages, tag: str, written: str
) -> None:
    assert bare.date(tag, SATURDAY) == written


@pytest.mark.parametrize("tag, hour, written", [
    ("en", 8, "8 am"),
    ("en", 20, "8 pm"),
    ("en", 0, "00:00"),
    ("en", 12, "12:00"),
    ("sw", 7, "07:00"),
    ("am", 7, "07:00"),
    ("ti", 19, "19:00"),
    ("om", 19, "19:00"),
    ("ne", 7, "०७:००"),
    ("bi", 7, "07:00"),
])  # fmt: skip
def test_an_hour_cannot_be_taken_for_another(
    bare: Languages, tag: str, hour: int, written: str
) -> None:
    assert bare.time(tag, datetime(2026, 11, 21, hour)) == written


@pytest.mark.parametrize("tag, end, written", [
    ("en", datetime(2026, 11, 22, 2, 15, tzinfo=UTC), "Sun 8 am"),
    ("en", datetime(2026, 11, 22, 2, 45, tzinfo=UTC), "Sun 8:30 am"),
    ("en", datetime(2026, 12, 6, 2, 15, tzinfo=UTC), "Sun 6 December 8 am"),
    ("ne", datetime(2026, 11, 22, 2, 15, tzinfo=UTC), "आइतबार ०८:००"),
    ("sw", datetime(2026, 11, 22, 2, 15, tzinfo=UTC), "Jumapili 08:00"),
    ("bi", datetime(2026, 11, 22, 2, 15, tzinfo=UTC), "2026-11-22 08:00"),
    ("bi", datetime(2026, 12, 6, 2, 15, tzinfo=UTC), "2026-12-06 08:00"),
])  # fmt: skip
def test_an_end_is_told_in_local_time_with_its_weekday(
    bare: Languages, tag: str, end: datetime, written: str
) -> None:
    assert bare.until(tag, end, NOON, ZoneInfo("Asia/Kathmandu")) == written


def test_an_end_across_midnight_is_on_the_local_day(bare: Languages) -> None:
    late = datetime(2026, 11, 21, 22, tzinfo=UTC)
    assert bare.until("en", late, NOON, timezone(timedelta(hours=3))) == "Sun 1 am"


@pytest.mark.parametrize("tag", [tag for tag in table().languages if tag not in ("en", "pcm")])
def test_no_language_is_given_english_days(bare: Languages, tag: str) -> None:
    said = f"{bare.date(tag, SATURDAY)} {bare.until(tag, SATURDAY, NOON, UTC)}"
    assert not any(word in said for word in ("Sat ", "Saturday", "Nov ", "M11", "AM"))


@pytest.mark.parametrize("tag", table().languages)
def test_no_invisible_space_doubles_the_price(bare: Languages, tag: str) -> None:
    said = bare.date(tag, SATURDAY) + bare.number(tag, 1234567) + bare.time(tag, SATURDAY)
    assert not set(said) & {"\u202f", "\u00a0"}
