"""Faults cost time and never a message: odd words, broken rows, clocks that were ahead."""

import logging
import sqlite3
import time
from collections.abc import Iterator

import pytest

from gateway import receive, send
from gateway.domain.messages import Class, Outcome, Receipt, Result, Status
from gateway.engine import Engine
from gateway.send.back import put_back
from gateway.store import channels, claims
from tests.core.field import MAYA, NOW, Field
from tests.core.test_engine import until
from tests.core.test_sending import claim, queue, result, state, told

YEAR = 365 * 86400.0


@pytest.fixture
def engine(field: Field) -> Iterator[Engine]:
    made = Engine(field.gw)
    yield made
    made.stop()


def test_one_odd_result_takes_no_other_with_it(field: Field) -> None:
    odd, good = queue(field), queue(field)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", odd)
    results = [
        Result(odd, Outcome.ACCEPTED, reference="SM\ud83d\0"),
        Result(good, Outcome.REJECTED, error="21211\udc00"),
    ]
    send.settle(field.gw, [("simulator", batch, results)])
    assert state(field, odd) == ("sent", None)
    assert state(field, good) == ("failed", "21211?")


def test_a_result_told_twice_leaves_the_reason_of_a_failure(field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.ACCEPTED, reference="SM1")
    told(field, "SM1", Status.FAILED, error="30005")
    result(field, id, Outcome.ACCEPTED, reference="SM1")
    assert state(field, id) == ("failed", "30005")


def test_a_receipt_with_an_id_of_ours_that_cannot_be_is_nobodys(field: Field) -> None:
    echoed = Receipt("SM1", Status.DELIVERED, own="9" * 400)
    assert receive.take(field.gw, field.channel, [echoed]) == []


def test_a_departure_told_by_a_refusal_names_the_message(field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.LEFT, error="21610")
    assert field.rows("SELECT proof FROM consent ORDER BY id DESC")[0]["proof"] == f"outbox {id}"


def test_what_a_fault_kept_from_going_goes_later(field: Field) -> None:
    good, over = queue(field), queue(field, expires_at=1.0)
    field.do(
        "CREATE TRIGGER broken BEFORE UPDATE ON outbox WHEN new.state = 'expired'"
        " BEGIN SELECT raise(ABORT, 'broken'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        claim(field)
    assert [state(field, id)[0] for id in (good, over)] == ["queued", "queued"]
    field.do("DROP TRIGGER broken")
    field.clock.now += 10
    assert claim(field) == [good]


def ahead(field: Field, years: float = 1.0) -> None:
    field.clock.now = time.time() + years * YEAR


def test_what_a_clock_that_was_ahead_dated_goes_when_it_is_right(
    field: Field, engine: Engine
) -> None:
    ahead(field)
    fresh, warned = queue(field), queue(field, Class.EMERGENCY, expires_at=field.clock.now + 3600)
    tried = queue(field, now=time.time() - 60, due_at=time.time() - 60)
    later = queue(field, due_at=field.clock.now + 7200)
    field.do("UPDATE outbox SET reason = 'again', due_at = ? WHERE id = ?", field.clock.now, tried)
    hold = channels.hold
    now = field.clock.now
    field.gw.store.write(lambda db: hold(db, field.channel.id, now + 60, "slow_down"))
    field.gw.clock = time.time
    engine.start()
    until(lambda: all(state(field, id)[0] == "sent" for id in (fresh, warned, tried)))
    assert state(field, later)[0] == "queued"
    assert 7100 < field.one("SELECT due_at FROM outbox WHERE id = ?", later) - time.time() < 7300
    assert field.one("SELECT expires_at FROM outbox WHERE id = ?", warned) - time.time() < 3601


def test_a_clock_set_back_while_running_holds_nothing_up(field: Field, engine: Engine) -> None:
    off = [YEAR]
    field.gw.clock = lambda: time.time() + off[0]
    engine.start()
    field.text("hello there all")
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE state = 'queued'") == 0)
    waits = queue(field, now=field.gw.clock(), due_at=field.gw.clock() + 0.5)
    off[0] = 0.0
    until(lambda: state(field, waits)[0] == "sent")


def test_a_session_nobody_can_read_holds_up_no_other(
    field: Field, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    field.gw.clock = time.time
    for session, sender in (("odd", "+15550190"), ("good", "+15550191")):
        for path in ("", "2", "2*Lower Bank", "2*Lower Bank*no water"):
            field.dial(path, session, sender)
    field.do("UPDATE session SET updated_at = updated_at - 3600")
    field.do("UPDATE session SET state = '{\"odd\": 1}' WHERE reference LIKE 'odd@%'")
    with caplog.at_level(logging.ERROR):
        engine.start()
        until(lambda: field.one("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0)
    assert [item["partial"] for item in field.items()] == [1]
    assert "cannot be read" in caplog.text
    assert MAYA not in caplog.text


def test_a_channel_of_a_provider_nobody_knows_stops_no_other(field: Field, engine: Engine) -> None:
    field.gw.clock = time.time
    engine.start()
    field.do(
        "INSERT INTO channel (name, provider, settings, created_at)"
        " SELECT 'strange', 'pigeon', settings, 0 FROM channel"
    )
    time.sleep(1.2)  # two looks of the watch
    assert engine.alive() == []
    field.text("FLOOD")
    until(lambda: field.one("SELECT state FROM outbox") == "sent")


def test_what_a_retired_channel_did_not_send_is_not_said_to_have_perhaps_gone(
    field: Field,
) -> None:
    id = queue(field)
    batch = send.prepare(field.gw, field.channel, 10, 10.0).batch
    assert batch is not None
    field.gw.store.write(lambda db: channels.retire(db, field.channel.id, field.clock.now))
    engine = Engine(field.gw)
    engine.carrier.hand(batch)
    reports = engine.carrier.reports(5.0)
    send.settle(field.gw, [(told.channel, told.batch, told.results) for told in reports])
    engine.carrier.close(1.0)
    assert state(field, id) == ("queued", "no channel")


def cannot_be_written(field: Field, columns: str) -> None:
    """Let every change of these columns of the outbox fail, as on a full disk."""
    field.do(
        f"CREATE TRIGGER no_room BEFORE UPDATE OF {columns} ON outbox"
        " BEGIN INSERT INTO nowhere VALUES (1); END"
    )


def test_what_was_sent_while_the_disk_was_full_is_written_once_there_is_room(
    field: Field, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    field.gw.clock = time.time
    id = queue(field, now=time.time())
    cannot_be_written(field, "sent_at")
    engine.start()
    until(lambda: "reports:" in caplog.text)
    assert state(field, id)[0] == "claimed"
    field.do("DROP TRIGGER no_room")
    until(lambda: state(field, id)[0] == "sent")


def test_a_stop_writes_what_a_full_disk_left_unwritten(
    field: Field, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    field.gw.clock = time.time
    id = queue(field, now=time.time())
    cannot_be_written(field, "sent_at")
    engine.start()
    until(lambda: "reports:" in caplog.text)
    field.do("DROP TRIGGER no_room")
    engine.stop()
    assert state(field, id)[0] == "sent"


def test_what_was_claimed_and_could_not_be_put_back_goes_once_there_is_room(
    field: Field, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    field.gw.clock = time.time
    cannot_be_written(field, "final_at, due_at")  # claims can, what the gate says cannot
    good = queue(field, now=time.time())
    over = queue(field, now=time.time() - 60, due_at=time.time() - 60, expires_at=time.time() - 1)
    engine.start()
    until(lambda: "lane-1 broke" in caplog.text)
    assert [state(field, id)[0] for id in (good, over)] == ["claimed", "claimed"]
    field.do("DROP TRIGGER no_room")
    until(lambda: [state(field, id)[0] for id in (good, over)] == ["sent", "expired"])
    assert not field.gw.astray


def test_a_stop_puts_back_what_a_full_disk_left_claimed(field: Field, engine: Engine) -> None:
    id = queue(field)
    field.do("UPDATE channel SET enabled = 0")  # the lane leaves it alone
    engine.start()
    batch = field.gw.store.write(lambda db: claims.claim(db, field.channel.id, "b1", NOW, 9, 9.0))
    cannot_be_written(field, "due_at")
    with pytest.raises(sqlite3.OperationalError):
        put_back(field.gw, batch.ids, 0.0, "the queue is away", "b1")
    field.do("DROP TRIGGER no_room")
    engine.stop()
    assert state(field, id) == ("queued", "no carrier began it")


def test_what_is_put_back_late_is_not_taken_from_a_later_claim(field: Field) -> None:
    id = queue(field)
    claim(field)
    put_back(field.gw, [id], 0.0, "the queue is away", "an earlier batch")
    assert state(field, id)[0] == "claimed"
