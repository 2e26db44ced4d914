"""Messages on a channel that does not work go by another, and none goes twice."""

import sqlite3
from functools import partial
from typing import Any

import pytest

from gateway import broadcast, invite, people, receive, routes, send, submit
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.messages import Class, Outcome, Receipt, Result, Status
from gateway.queue import NOT_BEGUN
from gateway.routes import Said
from gateway.store import channels
from tests.core.field import NOW, Field
from tests.core.test_sending import claim, queue, state

FIRST, SECOND, THIRD = 1, 2, 3


def _add(db: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    channels.add(db, *row)


@pytest.fixture
def field(field: Field) -> Field:
    """A gateway with three channels; the simulator is the first."""
    settings = field.one("SELECT settings FROM channel")
    for name in ("second", "third"):
        row = (name, "simulator", "", settings, NOW, 10.0)
        field.gw.store.write(partial(_add, row=row))
    field.do("UPDATE channel SET rate = 10")
    return field


def fails(field: Field, id: int, outcome: Outcome, error: str = "http_503", **more: object) -> None:
    row = field.rows("SELECT outbox.batch, name FROM outbox JOIN channel ON channel.id ="
                     " outbox.channel WHERE outbox.id = ?", id)[0]  # fmt: skip
    told = Result(id, outcome, error=error, **more)  # type: ignore[arg-type]
    send.settle(field.gw, [(row["name"], row["batch"], [told])])


def breaks(field: Field, channel: int = FIRST, ago: float = 0.0, reason: str = "down") -> None:
    """The channel has not worked for so many seconds."""
    since = field.clock.now - ago
    field.gw.store.write(lambda db: channels.down(db, channel, since, since + 5, 0, reason))


def where(field: Field, id: int) -> int:
    return int(field.one("SELECT channel FROM outbox WHERE id = ?", id))


def move(field: Field) -> bool | None:
    return routes.move_on(field.gw, {})


# Whether a channel works


def lose(field: Field, times: int, apart: float = 10.0) -> int:
    id = queue(field)
    for _ in range(times):
        field.clock.now += apart
        field.do("UPDATE outbox SET due_at = 0 WHERE id = ?", id)
        assert claim(field) == [id]
        fails(field, id, Outcome.TRANSIENT)
    return id


def down(field: Field, channel: int = FIRST) -> routes.Down | None:
    return routes.down(channels.by_id(field.gw.store.read, channel), field.clock.now)


def test_a_channel_that_fails_again_and_again_is_down_since_it_began_to(field: Field) -> None:
    lose(field, 2)
    assert down(field) is None
    lose(field, 1)
    found = down(field)
    assert found is not None
    assert (found.since, found.reason) == (NOW + 10, "unreachable")


def test_one_message_taken_and_it_works_again(field: Field) -> None:
    id = lose(field, 3)
    field.clock.now += 600
    assert claim(field) == [id]
    fails(field, id, Outcome.ACCEPTED, error="")
    assert down(field) is None
    assert field.gw.failing == {}


def test_a_restart_forgets_nothing(field: Field) -> None:
    lose(field, 3)
    field.gw.failing.clear()
    routes.remember(field.gw)
    id = queue(field)
    field.clock.now += 60
    claim(field)
    fails(field, id, Outcome.ACCEPTED, error="")
    assert down(field) is None


@pytest.mark.parametrize("error", [NOT_BEGUN, "no channel"])
def test_what_never_came_to_the_channel_says_nothing_of_it(field: Field, error: str) -> None:
    id = queue(field)
    for _ in range(5):
        field.clock.now += 10
        field.do("UPDATE outbox SET due_at = 0")
        assert claim(field) == [id]
        fails(field, id, Outcome.TRANSIENT, error=error)
    assert down(field) is None


def test_who_releases_a_channel_is_heard(field: Field) -> None:
    lose(field, 3)
    field.gw.store.write(lambda db: channels.release(db, FIRST, field.clock.now))
    assert down(field) is None
    lose(field, 2)
    assert down(field) is None


def test_a_healthy_channel_is_written_about_never(field: Field) -> None:
    row = tuple(field.rows("SELECT * FROM channel WHERE id = 1")[0])
    for _ in range(3):
        id = queue(field)
        claim(field)
        fails(field, id, Outcome.ACCEPTED, error="")
    assert tuple(field.rows("SELECT * FROM channel WHERE id = 1")[0]) == row


LINKS = {
    "bound": (100.0, False),
    "in part: no connection": (100.0, False),
    "no connection: OSError": (100.0, True),
    "not bound yet": (3.0, False),
    "the gateway is stopped": (9e6, False),
    "off": (9e6, False),
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_is_not_bound_is_down_after_a_moment(field: Field, link: str) -> None:
    ago, is_down = LINKS[link]
    field.do("UPDATE channel SET link = ?, link_at = ?", link, NOW - ago)
    found = down(field)
    assert (found is not None and found.reason == "unbound") == is_down


# Moves by class

WAITS = {Class.EMERGENCY: 0.0, Class.HIGH: 60.0, Class.NORMAL: 600.0, Class.BULK: 3600.0}


@pytest.mark.parametrize("class_", list(Class), ids=lambda c: c.word)
def test_each_class_moves_when_its_time_has_come(field: Field, class_: Class) -> None:
    id = queue(field, class_)
    assert move(field) is None
    if WAITS[class_]:
        breaks(field, ago=WAITS[class_] - 1)
        move(field)
        assert where(field, id) == FIRST
    breaks(field, ago=WAITS[class_], reason="unreachable")
    move(field)
    row = field.rows("SELECT * FROM outbox WHERE id = ?", id)[0]
    told = (row["channel"], row["moved_from"], row["moved_why"], row["state"])
    assert told == (SECOND, FIRST, "unreachable", "queued")


def test_with_no_other_channel_everything_waits(field: Field) -> None:
    field.do("UPDATE channel SET enabled = 0 WHERE id > 1")
    id = queue(field, Class.EMERGENCY)
    breaks(field, ago=9e5)
    assert move(field) is False
    assert (where(field, id), state(field, id)) == (FIRST, ("queued", None))


def test_a_message_goes_back_when_the_next_channel_breaks_too(field: Field) -> None:
    id = queue(field, Class.HIGH)
    breaks(field, FIRST, ago=100)
    breaks(field, THIRD, ago=100)
    move(field)
    assert where(field, id) == SECOND
    field.gw.store.write(lambda db: channels.release(db, FIRST, field.clock.now))
    breaks(field, SECOND, ago=100)
    move(field)
    assert where(field, id) == FIRST


def test_what_is_known_not_to_fit_stays(field: Field) -> None:
    long = queue(field, Class.HIGH, parts=11)
    short = queue(field, Class.HIGH)
    breaks(field, ago=100)
    move(field)
    assert (where(field, long), where(field, short)) == (FIRST, SECOND)


def test_a_held_channel_is_left_by_what_cannot_wait_so_long(field: Field) -> None:
    ids = [queue(field, class_) for class_ in Class]
    field.gw.store.write(lambda db: channels.hold(db, FIRST, NOW + 900, "account"))
    move(field)
    assert [where(field, id) for id in ids] == [SECOND, SECOND, SECOND, FIRST]
    assert field.one("SELECT moved_why FROM outbox WHERE id = ?", ids[0]) == "account"


def test_what_was_tried_and_waits_is_due_at_once_where_it_goes(field: Field) -> None:
    id = lose(field, 3)
    later = queue(field, due_at=field.clock.now + 7200)
    field.clock.now += 600
    move(field)
    assert (where(field, id), where(field, later)) == (SECOND, FIRST)
    assert field.one("SELECT due_at FROM outbox WHERE id = ?", id) <= field.clock.now


def test_no_channel_is_given_more_than_it_carries_in_a_minute(field: Field) -> None:
    field.do("UPDATE channel SET enabled = 0 WHERE id = ?", THIRD)
    field.do("UPDATE channel SET rate = 0.5 WHERE id = ?", SECOND)
    ids = [queue(field, Class.HIGH) for _ in range(40)]
    breaks(field, ago=100)
    move(field)
    moved = [id for id in ids if where(field, id) == SECOND]
    assert moved == ids[:30]
    move(field)
    assert [id for id in ids if where(field, id) == SECOND] == moved
    emergency = queue(field, Class.EMERGENCY)
    move(field)
    assert where(field, emergency) == SECOND


def test_many_move_in_chunks_of_one_transaction_each(field: Field) -> None:
    queue(field, Class.HIGH)
    field.do("UPDATE channel SET rate = 1000 WHERE id = ?", SECOND)
    field.do(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)"
        " INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, created_at)"
        " SELECT '+15550100', 1, 1, i, 'hello', 1, 'gsm7', i FROM n"
    )
    breaks(field, ago=100)
    assert move(field) is False
    assert field.one("SELECT count(*) FROM outbox WHERE channel = 2") == 1201
    assert field.one("SELECT count(*) FROM outbox WHERE moved_from = 1") == 1201


# What may have gone


@pytest.mark.parametrize("class_", list(Class), ids=lambda c: c.word)
def test_what_may_have_gone_goes_elsewhere_once_if_it_is_an_emergency(
    field: Field, class_: Class
) -> None:
    id = queue(field, class_)
    claim(field)
    fails(field, id, Outcome.UNKNOWN)
    breaks(field, ago=9e5)
    move(field)
    urgent = class_ is Class.EMERGENCY
    assert where(field, id) == (SECOND if urgent else FIRST)
    assert state(field, id)[0] == ("queued" if urgent else "unknown")
    if urgent:
        field.clock.now += 10  # so long it waits for word of the first copy
        found = send.prepare(field.gw, field.gw.channels.by_id(SECOND), 9, 99.0)
        assert found.claimed == 1
        fails(field, id, Outcome.UNKNOWN)
        assert state(field, id)[0] == "unknown"


def test_an_emergency_that_may_have_gone_asks_another_channel_in_a_moment(field: Field) -> None:
    id = queue(field, Class.EMERGENCY)
    claim(field)
    fails(field, id, Outcome.UNKNOWN)
    (row,) = field.rows("SELECT * FROM outbox")
    assert (row["channel"], row["state"]) == (SECOND, "queued")
    assert (row["maybes"], row["attempts"]) == (1, 1)
    assert field.clock.now < row["due_at"] < field.clock.now + 5  # there may be word of it


def test_what_a_crash_left_in_doubt_stays_on_its_channel(field: Field) -> None:
    id = queue(field, Class.EMERGENCY)
    claim(field)
    send.give_up_on(field.gw, [id])
    assert (where(field, id), state(field, id)[0]) == (FIRST, "queued")


def test_what_no_carrier_began_moves(field: Field) -> None:
    id = queue(field, Class.HIGH)
    claim(field)
    breaks(field, ago=100)
    move(field)
    assert where(field, id) == FIRST
    fails(field, id, Outcome.TRANSIENT, error=NOT_BEGUN)
    move(field)
    assert where(field, id) == SECOND


def test_a_late_word_of_the_old_channel_settles_nothing(field: Field) -> None:
    id = queue(field, Class.HIGH)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    fails(field, id, Outcome.TRANSIENT)
    breaks(field, ago=100)
    move(field)
    late = [Result(id, Outcome.ACCEPTED, reference="old")]
    send.settle(field.gw, [("simulator", batch, late)])
    assert state(field, id)[0] == "queued"
    send.prepare(field.gw, field.gw.channels.by_id(SECOND), 9, 99.0)
    fails(field, id, Outcome.ACCEPTED, reference="r1", error="")
    first, second = field.gw.channels.by_id(FIRST), field.gw.channels.by_id(SECOND)
    receive.take(field.gw, first, [Receipt("r1", Status.FAILED)])
    assert state(field, id)[0] == "sent"
    receive.take(field.gw, second, [Receipt("r1", Status.DELIVERED)])
    assert state(field, id)[0] == "delivered"


PROOF = {
    "delivered": (Status.DELIVERED, None, "delivered"),
    "failed": (Status.FAILED, None, "queued"),
    "of another person": (Status.DELIVERED, "+15550177", "queued"),
}


@pytest.mark.parametrize("case", PROOF)
def test_proof_that_the_first_copy_came_spares_the_second(field: Field, case: str) -> None:
    status, to, after = PROOF[case]
    id = queue(field, Class.EMERGENCY)
    claim(field)
    fails(field, id, Outcome.UNKNOWN)
    breaks(field)
    move(field)
    assert where(field, id) == SECOND
    receive.take(field.gw, field.channel, [Receipt("r1", status, to, own=str(id))])
    assert state(field, id)[0] == after


# Refused here, taken elsewhere


def refuse(field: Field, id: int, channel: int, **more: object) -> None:
    send.prepare(field.gw, field.gw.channels.by_id(channel), 9, 99.0)
    assert state(field, id)[0] == "claimed"
    fails(field, id, Outcome.REJECTED, error="21612", elsewhere=True, **more)


def test_what_a_channel_refuses_for_itself_goes_at_once_to_the_next(field: Field) -> None:
    id = queue(field)
    for at, to in ((FIRST, SECOND), (SECOND, THIRD)):
        refuse(field, id, at)
        assert (where(field, id), state(field, id)[0]) == (to, "queued")
    assert field.one("SELECT count(*) FROM tried WHERE outbox = ?", id) == 2
    assert field.one("SELECT attempts FROM outbox WHERE id = ?", id) == 0


def test_refused_by_all_it_waits_and_begins_anew(field: Field) -> None:
    id = queue(field)
    for at in (FIRST, SECOND, THIRD):
        refuse(field, id, at)
    row = field.rows("SELECT * FROM outbox WHERE id = ?", id)[0]
    assert (row["channel"], row["state"], row["reason"]) == (THIRD, "queued", "21612")
    assert row["due_at"] >= NOW + 3600
    assert field.one("SELECT count(*) FROM tried") == 0
    field.clock.now = row["due_at"]
    refuse(field, id, THIRD)
    assert where(field, id) == FIRST


def test_refused_for_good_it_goes_nowhere(field: Field) -> None:
    id = queue(field)
    claim(field)
    fails(field, id, Outcome.REJECTED, error="21211")
    assert (where(field, id), state(field, id)) == (FIRST, ("failed", "21211"))


AT_ONCE = {
    "unreachable": (Outcome.TRANSIENT, None),
    "no account": (Outcome.ACCOUNT, None),
    "no more today": (Outcome.THROTTLED, 3600.0),
}


@pytest.mark.parametrize("case", AT_ONCE)
def test_an_emergency_that_was_not_sent_does_not_wait_for_its_channel(
    field: Field, case: str
) -> None:
    outcome, wait = AT_ONCE[case]
    ids = queue(field, Class.EMERGENCY), queue(field)
    claim(field)
    for id in ids:
        fails(field, id, outcome, wait=wait)
    assert [where(field, id) for id in ids] == [SECOND, FIRST]
    assert field.one("SELECT due_at FROM outbox WHERE id = ?", ids[0]) == NOW


def test_an_emergency_returns_to_a_channel_that_works_again(field: Field) -> None:
    id = queue(field, Class.EMERGENCY)
    claim(field)
    fails(field, id, Outcome.TRANSIENT)
    breaks(field, SECOND)
    breaks(field, THIRD)
    move(field)
    assert where(field, id) == SECOND
    field.clock.now += 61
    move(field)
    assert where(field, id) == FIRST


def test_an_emergency_told_to_slow_down_a_moment_stays(field: Field) -> None:
    id = queue(field, Class.EMERGENCY)
    claim(field)
    fails(field, id, Outcome.THROTTLED, wait=1.0)
    assert where(field, id) == FIRST


# Coming back


def test_a_channel_that_was_down_is_tried_with_a_message_that_waits_elsewhere(
    field: Field,
) -> None:
    breaks(field, ago=4000)
    ids = [queue(field, channel=SECOND) for _ in range(3)]
    move(field)
    assert [where(field, id) for id in ids] == [FIRST, SECOND, SECOND]
    move(field)
    assert [where(field, id) for id in ids] == [SECOND, SECOND, SECOND]


def test_new_messages_avoid_what_is_down_but_for_one_that_tries_it(field: Field) -> None:
    queue(field)
    field.do("DELETE FROM outbox")
    breaks(field, ago=4000)
    order = submit.Order(to=["+15550100", "+15550105", "+15550106"], text="hello")
    submit.submit(field.gw, "ada", order)
    found = [row[0] for row in field.rows("SELECT channel FROM outbox ORDER BY id")]
    assert found == [FIRST, SECOND, SECOND]
    submit.submit(field.gw, "ada", submit.Order(["+15550107"], "now", class_=Class.EMERGENCY))
    assert field.one("SELECT channel FROM outbox ORDER BY id DESC LIMIT 1") == SECOND


# What staff say


def submitted(field: Field, number: str, class_: Class = Class.NORMAL) -> int | None:
    """Hand in a message; return the channel it waits on, None if it was refused."""
    (line,) = submit.submit(field.gw, "ada", submit.Order([number], "hello", class_=class_))
    return where(field, line.id) if line.id else None


def test_rules_choose_the_channel_of_what_is_handed_in(field: Field) -> None:
    routes.say(field.gw, "ada", Said("second", "+44"))
    routes.say(field.gw, "ada", Said("third", "+447700900", class_="bulk"))
    assert submitted(field, "+15550177") == FIRST
    assert submitted(field, "+447700900901") == SECOND
    assert submitted(field, "+447700900902", Class.BULK) == THIRD


def test_where_rules_leave_no_channel_nothing_is_queued(field: Field) -> None:
    for name in ("simulator", "second", "third"):
        routes.say(field.gw, "ada", Said(name, "+44", rank=0))
    order = submit.Order(["+447700900901"], "hello")
    assert submit.submit(field.gw, "ada", order)[0].refused == "no channel may carry it"


def test_a_rule_is_replaced_and_forgotten_and_noted(field: Field) -> None:
    said = Said("second", "+44", "ZZ01", "bulk", 2)
    routes.say(field.gw, "ada", said)
    routes.say(field.gw, "ada", Said("second", "+44", "ZZ01", "bulk", 5))
    assert [one.rank for one in routes.said(field.gw.store.read)] == [5]
    routes.forget(field.gw, "ada", said)
    assert routes.said(field.gw.store.read) == []
    acts = [row["act"] for row in field.rows("SELECT act FROM audit ORDER BY id DESC LIMIT 3")]
    assert acts == ["route.remove", "route.set", "route.set"]


WRONG = {
    "prefix": Said("second", "0044"),
    "country": Said("second", "QQ"),
    "shared": Said("second", "GB"),
    "area": Said("second", area="NOWHERE"),
    "class": Said("second", class_="urgent"),
    "rank": Said("second", rank=100),
    "channel": Said("fourth"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_rule_that_cannot_be_one_is_refused(field: Field, case: str) -> None:
    with pytest.raises(Refused):
        routes.say(field.gw, "ada", WRONG[case])
    assert routes.said(field.gw.store.read) == []


def test_a_country_stands_for_its_code(field: Field) -> None:
    routes.say(field.gw, "ada", Said("second", "ke"))
    assert routes.said(field.gw.store.read)[0].prefix == "+254"


def test_an_invitation_goes_where_the_rules_say(field: Field) -> None:
    routes.say(field.gw, "ada", Said("second", "+1555"))
    fields = people.Fields("+15550102", language="en")
    field.gw.store.write(lambda db: people.add_contact(field.gw, db, "ada", fields, "import"))
    assert invite.invite(field.gw, "ada") == 1
    assert field.one("SELECT channel FROM outbox WHERE source = 'invite'") == SECOND


def expanded(field: Field, text: str = "hello") -> dict[str, int]:
    """Let an alert go out to everybody; return the channel of each number."""
    draft = Draft({"en": text}, Audience(), Class.HIGH, NOW + 86400)
    alert = broadcast.create(field.gw, "ada", draft)
    broadcast.submit(field.gw, "ada", alert)
    people = broadcast.preview(field.gw, alert).people
    broadcast.approve(field.gw, "bo", alert, people)
    while broadcast.advance(field.gw):
        pass
    sql = "SELECT recipient, channel FROM outbox WHERE alert = ?"
    return {row["recipient"]: row["channel"] for row in field.rows(sql, alert)}


def test_an_alert_goes_to_each_person_by_the_channel_that_routing_names(field: Field) -> None:
    field.do("UPDATE address SET channel = NULL")
    field.do("UPDATE address SET channel = 3 WHERE id % 7 = 0")
    routes.say(field.gw, "ada", Said("second", area="ZZ01"))
    routes.say(field.gw, "ada", Said("third", "+44770090000", class_="high"))
    routes.say(field.gw, "ada", Said("third", "+44770090003", class_="bulk"))
    routes.say(field.gw, "ada", Said("simulator", "+447700900", rank=0))
    router = routes.Router.of(field.gw, field.gw.store.read)
    found = expanded(field)
    rows = field.rows(
        "SELECT value, address.channel, contact.area FROM address JOIN contact"
        " ON contact.id = address.contact WHERE consent IN ('in', 'alerts')"
    )
    wanted = {
        row["value"]: router.first(
            routes.Asked(row["value"], Class.HIGH, row["area"], row["channel"])
        )
        for row in rows
    }
    assert found == wanted
    assert set(found.values()) == {SECOND, THIRD}


def test_an_alert_avoids_a_channel_that_is_down(field: Field) -> None:
    field.do("UPDATE address SET channel = 1")
    assert set(expanded(field).values()) == {FIRST}
    breaks(field, ago=30)
    assert set(expanded(field, "a moment ago").values()) == {FIRST}
    breaks(field, ago=60)
    assert set(expanded(field, "a minute ago").values()) == {SECOND}
