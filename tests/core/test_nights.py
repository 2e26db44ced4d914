"""Where it is night: by the area, else by the number, else by the setting."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import send
from gateway.domain.messages import Class
from gateway.store import areas, bulk
from tests.core.field import MAYA, Field
from tests.core.test_held import EVENING, counted, go, queue, row

LONDON = "+447700900123"
OTHER = "+447700900124"
NIGHT = "20:00-07:00"


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = begin(tmp_path, NIGHT)
    yield made
    made.close()


def begin(folder: Path, hours: str, zone: str = "UTC") -> Field:
    """A field with three people who live nowhere we know."""
    made = Field(folder, QUIET_HOURS=hours, TIMEZONE=zone)
    people = [bulk.Stranger(value, "phone", value) for value in (MAYA, LONDON, OTHER)]
    made.gw.store.write(lambda db: bulk.add_contacts(db, people, "api", made.clock.now))
    made.clock.now = EVENING + 60
    return made


def live(field: Field, value: str, *places: tuple[str, str | None, str | None]) -> None:
    """Put somebody into the last of these areas (P-code, zone, quiet hours), each in the one
    before it."""

    def work(db: object) -> None:
        around = None
        for pcode, zone, hours in places:
            areas.add(db, pcode, pcode, pcode, around, timezone=zone, quiet=hours)  # type: ignore[arg-type]
            around = pcode

    field.gw.store.write(work)
    where = "UPDATE contact SET area = (SELECT id FROM area WHERE pcode = ?) WHERE id = "
    field.do(where + "(SELECT contact FROM address WHERE value = ?)", places[-1][0], value)


def morning(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()


Places = list[tuple[str, str | None, str | None]]

# areas around Maya from the outermost in, and when the night ends; None: it is day there
PLACES: dict[str, tuple[Places, float | None]] = {
    "no hours of their own": ([("XA", None, None)], morning(19, 7)),
    "their own": ([("XA", None, "19:00-05:30")], morning(19, 5, 30)),
    "of the area around it": (
        [("XA", None, "19:00-05:30"), ("XA1", None, None), ("XA11", None, None)],
        morning(19, 5, 30),
    ),
    "the nearest counts": (
        [("XA", None, "19:00-05:30"), ("XA1", None, "18:00-06:15")],
        morning(19, 6, 15),
    ),
    "none there": ([("XA", None, "none")], None),
    "none there, some further in": (
        [("XA", None, "none"), ("XA1", None, NIGHT)],
        morning(19, 7),
    ),
    "later there": ([("XA", None, "22:00-08:00")], None),
    "hours from one area, the zone from another": (
        [("XA", "Asia/Kathmandu", None), ("XA1", None, "21:00-08:00")],
        morning(19, 2, 15),
    ),
    "the zone from further in": (
        [("XA", "Asia/Kathmandu", "21:00-08:00"), ("XA1", "Pacific/Fiji", None)],
        None,  # 08:01 in Fiji
    ),
    "what nobody can read": ([("XA", "Middle/Earth", "at night")], morning(19, 7)),
}


@pytest.mark.parametrize("case", PLACES)
def test_an_area_may_have_hours_of_its_own(field: Field, case: str) -> None:
    places, ends = PLACES[case]
    live(field, MAYA, *places)
    id = queue(field)
    assert go(field) == ([id] if ends is None else [])
    if ends is not None:
        assert row(field, id)[:3] == ("queued", "quiet hours", ends)


def test_where_no_area_has_a_zone_the_country_of_the_number_tells(tmp_path: Path) -> None:
    """It is eight in the evening in London, and seven in the morning in Honiara. A number of
    North America says nothing: there the setting counts."""
    field = begin(tmp_path, NIGHT, "Pacific/Guadalcanal")
    asleep, awake = queue(field, to=LONDON), queue(field, to=MAYA)
    assert go(field) == [awake]
    assert row(field, asleep)[2] == morning(19, 7)
    field.close()


def test_the_zone_of_an_area_comes_before_the_country_of_the_number(field: Field) -> None:
    live(field, LONDON, ("XA", "Pacific/Guadalcanal", None))
    live(field, OTHER, ("XB", "Asia/Tokyo", "20:00-06:00"))  # 05:01 there
    awake, asleep = queue(field, to=LONDON), queue(field, to=OTHER)
    assert go(field) == [awake]
    assert row(field, asleep)[2] == morning(18, 21)


def test_an_area_may_have_nights_where_nobody_else_has(tmp_path: Path) -> None:
    field = begin(tmp_path, "")
    live(field, LONDON, ("XA", None, NIGHT))
    held, urgent = queue(field, to=LONDON), queue(field, Class.EMERGENCY, to=LONDON)
    others = queue(field)
    assert go(field) == [urgent, others]
    assert row(field, held)[1] == "quiet hours"
    assert counted(field) == {
        ("normal", "quiet hours"): 1,
        ("emergency", "quiet hours passed"): 1,
    }
    field.close()


def test_where_there_are_no_nights_at_all_nothing_is_looked_up(tmp_path: Path) -> None:
    field = begin(tmp_path, "")
    ids = [queue(field, to=to) for to in (MAYA, LONDON)]
    told: list[str] = []
    field.gw.store.read.set_trace_callback(told.append)
    assert go(field) == ids
    field.gw.store.read.set_trace_callback(None)
    assert [sql for sql in told if "RECURSIVE" in sql] == []


def test_one_look_at_the_areas_of_a_whole_batch(field: Field) -> None:
    live(field, LONDON, ("XA", None, "none"))
    live(field, OTHER, ("XB", None, None), ("XB1", None, None))
    for to in (MAYA, LONDON, OTHER) * 4:
        queue(field, to=to)
    told: list[str] = []
    field.gw.store.read.set_trace_callback(told.append)
    assert len(go(field)) == 4
    field.gw.store.read.set_trace_callback(None)
    assert len([sql for sql in told if "RECURSIVE" in sql]) == 1


def test_three_days_later_at_night_nothing_is_late_and_nobody_is_woken(field: Field) -> None:
    """The signal comes back at three: what is over has ended, who left is left alone, and the rest
    waits for the morning, at the rate of its channel."""
    field.clock.now = morning(16, 3)
    waiting = [queue(field, due_at=morning(16, 7)) for _ in range(20)]
    to_leave = queue(field, to=LONDON)
    urgent = queue(field, Class.EMERGENCY, expires_at=morning(16, 9))
    field.clock.now = morning(19, 3)
    field.text("STOP", sender=LONDON)
    said_goodbye = go(field)
    assert [field.one("SELECT recipient FROM outbox WHERE id = ?", id) for id in said_goodbye] == [
        LONDON
    ]
    assert row(field, urgent)[:2] == ("expired", "expired")
    assert row(field, to_leave)[0] == "withdrawn"
    assert {row(field, id)[1:3] for id in waiting} == {("quiet hours", morning(19, 7))}
    field.clock.now = morning(19, 7)
    paced = send.prepare(field.gw, field.channel, 100, 3.0)
    assert paced.claimed == 3
    assert counted(field) == {
        ("emergency", "expired"): 1,
        ("normal", "quiet hours"): 20,
        ("normal", "left"): 1,
    }
