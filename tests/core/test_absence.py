"""Offline for days: what waits goes out in order and at its rate, and people hear of it."""

import threading

import pytest

from gateway.domain.messages import Class, Outcome, Result
from gateway.domain.pace import Pace, filled
from gateway.engine.absence import Absence
from gateway.engine.unserved import Unserved
from gateway.queue.either import EitherCarrier
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.threads import ThreadCarrier
from gateway.store import away
from gateway.store import clock as kept
from tests.core.box import Box
from tests.core.field import NOW, Field
from tests.core.test_sending import claim, queue, result, state
from tests.queue.stage import Paper
from tests.surroundings.redis import RedisServer

HOUR = 3600.0


@pytest.fixture
def box(field: Field) -> Box:
    return Box(field)


@pytest.fixture
def absence(box: Box, field: Field) -> Absence:
    made = Absence(field.gw)
    made.begin()
    return made


def periods(field: Field) -> list[tuple[str | None, float, float]]:
    return [(p["name"], p["from_at"], p["until_at"]) for p in away.periods(field.gw.store.read)]


def told(absence: Absence, *outcomes: Outcome) -> None:
    absence.note("simulator", [Result(n, outcome) for n, outcome in enumerate(outcomes)])


def test_hours_without_a_line_are_told_once_they_are_over(
    absence: Absence, box: Box, field: Field
) -> None:
    told(absence, Outcome.TRANSIENT)
    before = field.gw.store.version()
    for _ in range(6):
        box.wait(HOUR)
        told(absence, Outcome.TRANSIENT, Outcome.UNKNOWN)
    assert field.gw.store.version() == before
    told(absence, Outcome.TRANSIENT, Outcome.ACCEPTED)
    told(absence, Outcome.ACCEPTED)
    assert periods(field) == [("simulator", NOW, NOW + 6 * HOUR)]


@pytest.mark.parametrize("instead", [False, True])
def test_hours_without_redis_are_told_where_nothing_goes_from_here_instead(
    absence: Absence, box: Box, field: Field, own_redis: RedisServer, instead: bool
) -> None:
    threads = ThreadCarrier(lambda batch: [], Paper())
    carrier = EitherCarrier(RedisCarrier(own_redis.url, Paper()), threads, lambda name: instead)
    unserved = Unserved(field.gw, carrier, threading.Event(), lambda name: instead, absence)
    unserved.round()
    own_redis.stop()
    for _ in range(3):
        unserved.round()
        box.wait(HOUR)
    own_redis.start()
    unserved.round()
    told(absence, Outcome.ACCEPTED)
    assert periods(field) == ([] if instead else [("simulator", NOW, NOW + 3 * HOUR)])


@pytest.mark.parametrize("back", [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.THROTTLED])
def test_an_hour_is_nothing_to_come_back_from(
    absence: Absence, box: Box, field: Field, back: Outcome
) -> None:
    told(absence, Outcome.ACCOUNT)
    box.wait(HOUR)
    told(absence, back)
    box.wait(9 * HOUR)
    told(absence, Outcome.ACCEPTED)
    assert periods(field) == []


def test_a_restart_in_between_forgets_nothing(absence: Absence, box: Box, field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.TRANSIENT, error="no line")
    box.wait(HOUR)
    again = Absence(field.gw)
    again.begin()
    box.wait(3 * HOUR)
    told(again, Outcome.ACCEPTED)
    assert periods(field)[0] == ("simulator", NOW, NOW + 4 * HOUR)


def test_a_gateway_that_was_off_says_so(box: Box, field: Field) -> None:
    field.text("FLOOD")
    box.wait(72 * HOUR)
    box.start()
    Absence(field.gw).begin()
    assert periods(field) == [(None, NOW, NOW + 72 * HOUR)]


def test_a_gateway_that_had_nothing_to_write_was_not_off(box: Box, field: Field) -> None:
    field.text("FLOOD")
    box.wait(72 * HOUR)
    field.gw.store.write(lambda db: kept.stopped(db, box.now))
    box.wait(60)
    box.start()
    Absence(field.gw).begin()
    assert periods(field) == []


def test_how_long_it_was_off_is_told_when_the_time_is_known(box: Box, field: Field) -> None:
    field.text("FLOOD")
    box.power_cut()
    absence = Absence(field.gw)
    absence.begin()
    box.wait(600)
    absence.look()
    assert periods(field) == []
    box.sync, box.shows = True, NOW + 72 * HOUR
    box.sweep()
    absence.look()
    absence.look()
    ((name, since, until),) = periods(field)
    assert (name, since) == (None, NOW)
    assert until == pytest.approx(NOW + 72 * HOUR - 600)


def test_the_oldest_emergency_goes_first_however_lately_it_was_tried(
    absence: Absence, box: Box, field: Field
) -> None:
    first, over = queue(field, Class.EMERGENCY), queue(field, Class.EMERGENCY, expires_at=NOW + 60)
    for id in claim(field):
        result(field, id, Outcome.TRANSIENT, error="no line")
    told(absence, Outcome.TRANSIENT)
    box.wait(3 * HOUR)
    second = queue(field, Class.EMERGENCY, due_at=box.now, now=box.now)
    field.do("UPDATE outbox SET due_at = ? WHERE id = ?", box.now + 90, first)
    told(absence, Outcome.ACCEPTED)
    assert claim(field) == [first, second]
    assert state(field, over) == ("expired", "expired")
    found = away.summary(field.gw.store.read)
    assert found is not None
    assert (found.expired, found.listed[0]["id"]) == (1, over)


def test_what_was_planned_for_the_days_away_does_not_go_at_once(box: Box, field: Field) -> None:
    over = queue(field, due_at=NOW + HOUR, expires_at=NOW + 2 * HOUR)
    planned = [queue(field, due_at=NOW + n * HOUR) for n in range(1, 6)]
    box.wait(72 * HOUR)
    assert claim(field, parts=2.0) == planned[:1]  # the one that is over took the other's place
    assert state(field, over) == ("expired", "expired")
    assert claim(field, parts=2.0) == planned[1:3]


@pytest.mark.parametrize("rate", [0.1, 8.0, 100.0])
def test_three_days_of_silence_save_up_no_burst(rate: float) -> None:
    pace = filled(Pace(at=NOW), rate, NOW + 72 * HOUR)
    assert pace.level == max(1.0, rate / 2)
    # Nor does a clock that is set right.
    assert filled(pace, rate, NOW).level == max(1.0, rate / 2)
