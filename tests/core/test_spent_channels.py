"""A channel whose quota or credit is used up is passed over, where another carries it."""

import sqlite3
import threading
from functools import partial
from typing import Any

import pytest

from gateway import broadcast, routes, submit
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.engine.lane import Lane
from gateway.queue.threads import ThreadCarrier
from gateway.store import budgets, channels
from tests.core.field import NOW, Field
from tests.core.test_sending import queue, state
from tests.queue.stage import Paper

FIRST, SECOND = 1, 2
PEOPLE = [f"+1555010{n:04}" for n in range(60)]


def _add(db: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    channels.add(db, *row)


@pytest.fixture
def field(field: Field) -> Field:
    """A gateway with two channels; the simulator is the first."""
    row = ("second", "simulator", "", field.one("SELECT settings FROM channel"), NOW, 10.0)
    field.gw.store.write(partial(_add, row=row))
    return field


def credit(field: Field, left: float, channel: int = FIRST) -> None:
    """A hundred parts were paid for, and so many are left; ten are the reserve."""
    sql = "UPDATE channel SET credit = ?, credit_full = 100 WHERE id = ?"
    field.do(sql, left, channel)


def quota(field: Field, used: int, channel: int = FIRST, ago: float = 0.0) -> None:
    """Of 30 parts an hour so many are used, three of the rest are the reserve."""
    limits = {"per_hour": 30}
    when, parts = field.clock.now - ago, {Class.NORMAL: used}
    field.gw.store.write(lambda db: channels.limit(db, channel, limits))
    field.gw.store.write(lambda db: budgets.spend(db, channel, parts, 1.0, when))


def submitted(field: Field, class_: Class, text: str = "hello") -> int:
    """Hand in a message; return the channel it waits on."""
    order = submit.Order(["+15550177"], text, class_=class_)
    (line,) = submit.submit(field.gw, "ada", order)
    return where(field, line.id or 0)


def where(field: Field, id: int) -> int:
    return int(field.one("SELECT channel FROM outbox WHERE id = ?", id))


def moved(field: Field) -> list[str]:
    """Let what should go elsewhere go; return the classes that went from the first channel."""
    ids = {class_: queue(field, class_) for class_ in Class}
    routes.move_on(field.gw, {})
    return [class_.word for class_, id in ids.items() if where(field, id) == SECOND]


CREDITS = [(11.0, FIRST, FIRST), (10.0, SECOND, FIRST), (0.0, SECOND, SECOND)]
QUOTAS = [(26, FIRST, FIRST), (27, SECOND, FIRST), (30, SECOND, SECOND)]


@pytest.mark.parametrize("left, others, emergency", CREDITS)
def test_credit_that_is_used_up_sends_what_is_new_by_another(
    field: Field, left: float, others: int, emergency: int
) -> None:
    credit(field, left)
    assert [submitted(field, class_) for class_ in Class] == [emergency, *[others] * 3]


@pytest.mark.parametrize("used, others, emergency", QUOTAS)
def test_a_quota_that_is_used_up_sends_what_is_new_by_another(
    field: Field, used: int, others: int, emergency: int
) -> None:
    quota(field, used)
    assert [submitted(field, class_) for class_ in Class] == [emergency, *[others] * 3]


def test_a_text_that_is_longer_than_what_is_left_goes_by_another(field: Field) -> None:
    credit(field, 12.0)
    assert submitted(field, Class.NORMAL) == FIRST
    assert submitted(field, Class.NORMAL, "long " * 70) == SECOND


def test_a_quota_that_has_room_in_a_moment_is_waited_for(field: Field) -> None:
    field.clock.now = NOW // budgets.SLOT * budgets.SLOT + 1
    quota(field, 30, ago=3600.0)
    field.clock.now += 296.0
    assert submitted(field, Class.NORMAL) == FIRST


def test_with_no_other_the_lane_holds_and_nothing_fails(field: Field) -> None:
    field.do("UPDATE channel SET enabled = 0 WHERE id = ?", SECOND)
    credit(field, 0.0)
    assert submitted(field, Class.NORMAL) == FIRST
    id = queue(field)
    routes.move_on(field.gw, {})
    lane = Lane(field.gw, ThreadCarrier(lambda batch: [], Paper()), FIRST, threading.Event())
    assert lane.turn(field.channel) is None
    assert (where(field, id), state(field, id)) == (FIRST, ("queued", None))


def test_nothing_goes_to_one_that_is_spent_too(field: Field) -> None:
    credit(field, 0.0)
    credit(field, 0.0, SECOND)
    assert submitted(field, Class.NORMAL) == FIRST
    assert moved(field) == []


def test_what_waits_for_credit_goes_by_another_and_says_why(field: Field) -> None:
    credit(field, 10.0)
    assert moved(field) == ["high", "normal", "bulk"]
    credit(field, 0.0)
    assert moved(field) == [class_.word for class_ in Class]
    row = field.rows("SELECT * FROM outbox ORDER BY id DESC LIMIT 1")[0]
    assert (row["moved_from"], row["moved_why"]) == (FIRST, "spent")


def test_what_waits_for_a_quota_waits_as_long_as_its_class_can(field: Field) -> None:
    quota(field, 30, ago=3300.0)
    assert moved(field) == ["emergency", "high"]


def test_the_other_is_given_no_more_than_it_may_carry(field: Field) -> None:
    credit(field, 0.0)
    quota(field, 20, SECOND)
    ids = [queue(field) for _ in range(12)]
    routes.move_on(field.gw, {})
    assert [where(field, id) for id in ids] == [SECOND] * 7 + [FIRST] * 5


def test_an_alert_avoids_a_channel_that_is_spent(field: Field) -> None:
    field.do("UPDATE address SET channel = 1")
    credit(field, 0.0)
    draft = Draft({"en": "hello"}, Audience(), Class.HIGH, NOW + 86400)
    alert = broadcast.create(field.gw, "ada", draft)
    broadcast.submit(field.gw, "ada", alert)
    broadcast.approve(field.gw, "bo", alert, broadcast.preview(field.gw, alert).people)
    while broadcast.advance(field.gw):
        pass
    found = field.rows("SELECT DISTINCT channel FROM outbox WHERE alert = ?", alert)
    assert [row[0] for row in found] == [SECOND]


def test_real_messages_wait_rather_than_go_to_practice(field: Field) -> None:
    field.do("UPDATE channel SET provider = 'kannel' WHERE id = ?", FIRST)
    credit(field, 0.0)
    router = routes.Router.of(field.gw, field.gw.store.read)
    assert router.first(routes.Asked("+15550177", own=FIRST)) == FIRST


@pytest.mark.parametrize("people", [2, 60])
def test_limits_are_looked_up_once_for_many(field: Field, people: int) -> None:
    quota(field, 30)
    told: list[str] = []
    field.gw.store.write(lambda db: db.set_trace_callback(told.append))
    submit.submit(field.gw, "ada", submit.Order(PEOPLE[:people], "hello"))
    field.gw.store.write(lambda db: db.set_trace_callback(None))
    assert sum("FROM spent" in statement for statement in told) == 2
